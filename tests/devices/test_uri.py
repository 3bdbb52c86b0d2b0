"""Device URIs: their parts, their mistakes, and their passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.client import open_device
from devices.errors import DeviceRefused
from devices.settings import Settings
from devices.uri import Credentials, parse, redacted


def test_parts():
    found = parse("ipps://al%40ice:se%3Acret@[::1]:8631/ipp/print")
    assert (found.scheme, found.host, found.port, found.path) == ("ipps", "::1", 8631, "/ipp/print")
    assert found.credentials == Credentials("al@ice", "se:cret")
    assert found.uri == "ipps://[::1]:8631/ipp/print"
    assert parse("ipp://printer/").port == 631
    assert parse("socket://printer").port == 9100
    assert parse("file:///a%20b").path == "/a b"
    assert parse("ipp://u:p@printer/", Credentials("other", "one")).credentials == Credentials("other", "one")


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("", "begins with"),
        ("lpd://secret@printer/", "begins with"),
        ("ipp:///ipp/print", "no host"),
        ("ipp://user:secret@printer:99999/", "not a device URI"),
        ("ipp://user:secret@printer:0/", "Port 0"),
        ("ipp://user:secret@[::1/", "not a device URI"),
        ("file://server/secret", "three slashes"),
    ],
)
def test_mistakes_are_explained_without_the_password(uri, words):
    with pytest.raises(DeviceRefused, match=words) as caught:
        open_device(uri, settings=Settings())
    assert "secret" not in str(caught.value)


def test_a_password_is_never_shown():
    assert redacted("ipps://alice:secret@printer/ipp") == "ipps://printer/ipp"
    assert "secret" not in repr(parse("ipps://alice:secret@printer/"))


@given(st.text(max_size=60))
def test_any_text_is_a_device_or_refused(text):
    try:
        found = parse(text)
    except DeviceRefused:
        return
    assert found.scheme in ("ipp", "ipps", "socket", "file")


@given(st.text(min_size=6, max_size=20, alphabet="abcdefXYZ0189:%@/?#[]"))
def test_whatever_stands_before_the_at_sign_is_dropped(password):
    uri = f"ipps://alice:{password}@printer.example/ipp"
    assert password not in redacted(uri)
    try:
        found = parse(uri)
    except DeviceRefused as refused:
        assert password not in str(refused)
    else:
        assert found.uri == "ipps://printer.example/ipp"
