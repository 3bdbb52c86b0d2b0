"""Trust on first use of devices."""

import asyncio
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.authority import Authority
from certs.files import CertificateError
from certs.pins import Pins, device_context, fingerprint_of
from certs.server import ServerIdentity

ONE, OTHER = b"\x01" * 32, b"\x02" * 32


def test_first_is_remembered_over_restarts_and_another_refused(tmp_path):
    path = tmp_path / "pins.json"
    assert Pins.open(path).accept("Printer.local:631", ONE)
    pins = Pins.open(path)
    assert pins.known("printer.local:631") == ONE
    assert pins.accept("printer.local:631", ONE)
    assert not pins.accept("printer.local:631", OTHER)
    assert pins.accept("printer.local:632", OTHER)
    assert pins.forget("PRINTER.local:631")
    assert not pins.forget("printer.local:631")
    assert Pins.open(path).accept("printer.local:631", OTHER)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pins": {"a:1": "xyz"}}', '{"pins": {"a:1": 3}}', "[" * 100_000])
def test_a_damaged_file_is_named(tmp_path, text):
    path = tmp_path / "pins.json"
    path.write_text(text)
    with pytest.raises(CertificateError, match=r"pins\.json is damaged"):
        Pins.open(path)


def test_nothing_is_trusted_that_could_not_be_saved():
    def full(_known):
        raise OSError("disk full")

    pins = Pins(dict, full)
    with pytest.raises(OSError, match="full"):
        pins.accept("a:631", ONE)
    assert pins.known("a:631") is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.binary(min_size=32, max_size=32))))
def test_a_spot_only_ever_accepts_its_first(shows):
    saved = {}
    pins = Pins(dict, saved.update)
    first = {}
    for spot, fingerprint in shows:
        assert pins.accept(spot, fingerprint) is (first.setdefault(spot, fingerprint) == fingerprint)
    assert saved == {spot: fingerprint.hex() for spot, fingerprint in first.items()}


async def test_a_self_made_certificate_is_taken_and_its_fingerprint_told(tmp_path):
    identity = ServerIdentity.open(tmp_path, Authority.load_or_create(tmp_path, "device"), ["device.local"])
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=identity.context)
    async with server:
        for context in (device_context(), device_context(old_devices=True)):
            port = server.sockets[0].getsockname()[1]
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
            assert fingerprint_of(writer.get_extra_info("ssl_object")) == identity.fingerprint
            writer.close()


@pytest.mark.parametrize(("lenient", "works"), [(False, False), (True, True)])
async def test_tls_1_0_only_by_choice(tmp_path, lenient, works):
    identity = ServerIdentity.open(tmp_path, Authority.load_or_create(tmp_path, "old"), ["old.local"])
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1
    old.load_cert_chain(tmp_path / "server.pem")
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=old)
    if lenient:
        with pytest.warns(DeprecationWarning):
            context = device_context(minimum=ssl.TLSVersion.TLSv1, old_devices=True)
    else:
        context = device_context()
    async with server:
        connecting = asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1], ssl=context)
        if works:
            _, writer = await connecting
            assert fingerprint_of(writer.get_extra_info("ssl_object")) == identity.fingerprint
            writer.close()
        else:
            with pytest.raises(OSError):  # ssl.SSLError is one
                await connecting


def test_old_protocols_need_the_choice():
    with pytest.raises(ValueError, match="old devices"):
        device_context(minimum=ssl.TLSVersion.TLSv1)
