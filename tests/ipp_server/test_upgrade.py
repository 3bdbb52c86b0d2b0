"""One port speaks HTTP and TLS, and changes from one to the other within a connection (RFC 2817)."""

import contextlib
import ssl

import pytest

from ipp.codec import decode, encode
from ipp.enums import Operation, Status
from tests.ipp_server.client import PDF, TRUSTING, basic, head, read_answer, read_until_closed
from tests.ipp_server.conftest import PASSWORDS

OPTIONS = b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2, TLS/1.1\r\n\r\n"


def switched(door):
    """A connection that became secure, after the answer owed for its OPTIONS."""
    plug = door.plug()
    plug.sendall(OPTIONS)
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        data += plug.recv(1)
    assert data.startswith(b"HTTP/1.1 101 ")
    secure = TRUSTING.wrap_socket(plug)
    status, _, _ = read_answer(secure)
    assert status == 200
    return secure


def test_a_connection_becomes_secure_and_prints(house, door):
    body = encode(door.operation(Operation.PRINT_JOB, queue="private")) + PDF
    with switched(door) as plug:
        # Over TLS the queue takes passwords, and asks for one.
        plug.sendall(head(len(body)) + body)
        assert read_answer(plug)[0] == 401
        plug.sendall(head(len(body), Authorization=basic("alice", PASSWORDS["alice"])) + body)
        status, _, answer = read_answer(plug)
    assert (status, decode(answer)[0].code) == (200, Status.SUCCESSFUL_OK)


def test_garbage_instead_of_a_handshake_ends_the_connection(door):
    with door.plug() as plug:
        plug.sendall(OPTIONS)
        assert plug.recv(12) == b"HTTP/1.1 101"
        with contextlib.suppress(OSError):
            plug.sendall(b"POST / HTTP/1.1\r\n\r\n" * 100)
        read_until_closed(plug)
    assert door.ask(Operation.GET_PRINTER_ATTRIBUTES).status is Status.SUCCESSFUL_OK


def test_options_without_upgrade_are_answered(door):
    with door.plug() as plug:
        plug.sendall(b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
        status, headers, _ = read_answer(plug)
    assert status == 200
    assert "POST" in headers["Allow"]
    assert "TLS/1.2" in headers["Upgrade"]


def test_a_post_that_offers_to_upgrade_is_answered_in_the_clear(door):
    """A server may pass over an offer (RFC 2817 section 3.1); the body has travelled in the clear already."""
    body = encode(door.operation(Operation.GET_PRINTER_ATTRIBUTES))
    with door.plug() as plug:
        plug.sendall(head(len(body), Upgrade="TLS/1.2", Connection="Upgrade") + body)
        status, headers, _ = read_answer(plug)
        assert (status, headers["Connection"]) == (200, "close")
        assert read_until_closed(plug) == b""


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_modern_tls_is_spoken(door, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    with context.wrap_socket(door.plug()) as plug:
        assert plug.version() == version.name.replace("_", ".")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_refused(door):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with door.plug() as plain, pytest.raises(ssl.SSLError, match=r"(?i)version|alert|EOF"):
        context.wrap_socket(plain)


def test_a_handshake_that_is_none_ends_the_connection(door):
    with door.plug() as plug:
        plug.sendall(b"\x16\x03\x01\x00\x05hello")
        read_until_closed(plug)
    assert door.ask(Operation.GET_PRINTER_ATTRIBUTES, tls=True).status is Status.SUCCESSFUL_OK
