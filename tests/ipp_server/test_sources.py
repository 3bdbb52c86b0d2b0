"""From where documents may be fetched."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipp_server.sources import BadSource, NotFetched, SchemeNotFetched, is_public, permitted, schemes, sources, target


@pytest.mark.parametrize(
    ("entry", "uri", "addresses", "so"),
    [
        ("docs.example.com", "https://docs.example.com/a.pdf", ["192.0.2.1"], True),
        ("docs.example.com", "https://DOCS.example.com./a.pdf", ["10.0.0.1"], True),
        ("docs.example.com", "https://docs.example.com:8443/a.pdf", ["93.184.216.34"], False),
        ("docs.example.com:8443", "https://docs.example.com:8443/a.pdf", ["93.184.216.34"], True),
        ("docs.example.com:*", "https://docs.example.com:22/", ["93.184.216.34"], True),
        ("docs.example.com", "https://evil.docs.example.com/", ["93.184.216.34"], False),
        ("*.example.org", "https://a.b.example.org/", ["93.184.216.34"], True),
        ("*.example.org", "https://example.org/", ["93.184.216.34"], False),
        ("*.example.org", "https://notexample.org/", ["93.184.216.34"], False),
        ("*.example.org", "https://a.example.org/", ["10.0.0.1"], False),
        ("*", "https://any.example/", ["93.184.216.34", "2606:2800:220:1::1"], True),
        ("*", "https://any.example/", ["93.184.216.34", "127.0.0.1"], False),
        ("*", "https://any.example:22/", ["93.184.216.34"], False),
        ("*", "https://any.example/", [], False),
        ("192.0.2.0/28", "https://inside.example:8443/", ["192.0.2.3"], True),
        ("192.0.2.0/28", "https://192.0.2.3/", ["192.0.2.3"], True),
        ("192.0.2.0/28", "https://inside.example/", ["192.0.2.3", "192.0.2.99"], False),
        ("fd00::/8", "https://[fd00::1]/", ["fd00::1"], True),
        ("http://intranet.example", "http://intranet.example/x", ["10.1.2.3"], True),
        ("[fd00::5]:8443", "https://[fd00::5]:8443/x", ["fd00::5"], True),
    ],
)
def test_a_list_says_who_is_asked(entry, uri, addresses, so):
    allowed = sources([entry])
    try:
        found = permitted(target(uri, allowed), addresses, allowed)
    except NotFetched:
        assert not so
    else:
        assert so and found == addresses


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)  # fmt: skip
def test_addresses_of_the_house_are_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "uri",
    [
        "https://user@docs.example.com/",
        "https://user:secret@docs.example.com/",
        "https:///a.pdf",
        "https://docs.example.com:99999/",
        "https://docs.example.com:0/",
        "https://docs.example.com/\r\nX: y",
        "https://docs.example.com/" + "a" * 1100,
        "https://[fe80::1%25eth0]/",
        "",
    ],
)
def test_what_is_no_plain_uri_is_not_fetched(uri):
    with pytest.raises(NotFetched):
        target(uri, sources(["*:*", "docs.example.com:*"]))


@pytest.mark.parametrize("uri", ["http://docs.example.com/", "ftp://docs.example.com/x", "file:///etc/passwd", "x:y"])
def test_other_schemes_are_not_fetched(uri):
    with pytest.raises(SchemeNotFetched, match="https alone"):
        target(uri, sources(["*"]))


def test_schemes_are_those_of_the_list():
    assert schemes(sources(["*", "ftp://a.example", "http://b.example"])) == ("https", "http", "ftp")
    assert schemes(sources([])) == ()


@pytest.mark.parametrize("entry", ["", "gopher://x", "a b", "a:0", "a:70000", "a:b", "*x", "https://", "a/b"])
def test_a_wrong_entry_is_told_of(entry):
    with pytest.raises(BadSource):
        sources([entry])


def test_a_document_is_called_as_its_path_ends():
    allowed = sources(["*"])
    assert target("https://a.example/x/Annual%20report.pdf?y=1#z", allowed).name == "Annual report.pdf"
    assert target("https://a.example/x/Annual%20report.pdf?y=1#z", allowed).uri == (
        "https://a.example:443/x/Annual%20report.pdf?y=1"
    )
    assert target("https://a.example", allowed).name == ""


@given(st.text(max_size=80))
def test_any_text_is_a_uri_or_not(text):
    allowed = sources(["*", "http://*", "ftp://*"])
    for uri in (text, f"https://{text}", f"http://a.example/{text}"):
        try:
            assert target(uri, allowed).host
        except NotFetched:
            pass
