"""TLS at its edges: within a connection that began in the clear (RFC 2817), with other names, versions and ends."""

import socket
import ssl
import struct
import subprocess
import time

import pytest

from ipp.codec import encode
from ipp.enums import Operation, Status
from ipp_server import listener, upgrade
from tests.e2e.bed import need
from tests.ipp_server.client import PDF, TRUSTING, read_answer, read_until_closed
from tests.ipp_server.test_edges_expect import nothing_kept
from tests.ipp_server.wire import exchange, question, written

pytestmark = pytest.mark.usefixtures("quiet")
OK = Status.SUCCESSFUL_OK
OFFER = {"Upgrade": "TLS/1.2, TLS/1.1", "Connection": "Upgrade", "Content_Type": None, "Content_Length": None}
OPTIONS = written(line="OPTIONS * HTTP/1.1", **OFFER)
HELLO = b"\x16\x03\x01\x00\xf4\x01\x00\x00\xf0\x03\x03"
"""The beginning of a ClientHello."""


def head_of(plug):
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        got = plug.recv(1)
        assert got, data
        data += got
    return data


def trusting(**words):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name, value in words.items():
        setattr(context, name, value)
    return context


def asks(door, plug):
    plug.sendall(written(question(door)))
    return read_answer(plug)[0]


@pytest.mark.parametrize("target", ["*", "/ipp/print", "/ipp/print/private"])
def test_any_options_may_ask_for_tls(door, target):
    with door.plug() as plain:
        plain.sendall(written(line=f"OPTIONS {target} HTTP/1.1", **OFFER))
        start = head_of(plain)
        assert start.startswith(b"HTTP/1.1 101 ")
        assert b"Upgrade: TLS/1.2, HTTP/1.1\r\n" in start
        with TRUSTING.wrap_socket(plain) as plug:
            assert read_answer(plug)[0] == 200
            assert asks(door, plug) == 200


def test_a_body_that_has_come_goes_with_its_options(door):
    with door.plug() as plain:
        plain.sendall(written(b"x" * 10, line="OPTIONS * HTTP/1.1", **(OFFER | {"Content_Length": "10"})))
        assert head_of(plain).startswith(b"HTTP/1.1 101 ")
        with TRUSTING.wrap_socket(plain) as plug:
            assert read_answer(plug)[0] == 200
            assert asks(door, plug) == 200


NOT = {
    "HTTP/1.0": written(line="OPTIONS * HTTP/1.0", **OFFER),
    "a body still to come": written(line="OPTIONS * HTTP/1.1", **(OFFER | {"Content_Length": "10"})),
    "another protocol": written(line="OPTIONS * HTTP/1.1", **(OFFER | {"Upgrade": "h2c"})),
    "a word like it": written(line="OPTIONS * HTTP/1.1", **(OFFER | {"Upgrade": "XTLS/1.2, TLS"})),
}


@pytest.mark.parametrize("data", NOT.values(), ids=NOT)
def test_what_cannot_be_upgraded_is_answered_in_the_clear(door, data):
    said = exchange(door, data, until=1)
    assert said.statuses == [200]


def test_over_tls_there_is_nothing_to_upgrade_to(door):
    said = exchange(door, OPTIONS, tls=True, until=1)
    assert said.statuses == [200]
    assert "Upgrade" not in said.headers[0]


def test_what_was_sent_in_the_clear_behind_an_upgrade_is_not_taken_for_secure(house, door):
    """Else who sits between could put a request of theirs into the secure connection."""
    body = encode(door.operation(Operation.PRINT_JOB)) + PDF
    with nothing_kept(house), door.plug() as plain:
        plain.sendall(OPTIONS + written(body))
        assert head_of(plain).startswith(b"HTTP/1.1 101 ")
        with TRUSTING.wrap_socket(plain) as plug:
            status, headers, _ = read_answer(plug)
            assert (status, "Allow" in headers) == (200, True)
            assert asks(door, plug) == 200


def test_requests_before_an_upgrade_are_answered_before_it(house, door):
    body = encode(door.operation(Operation.PRINT_JOB)) + PDF
    numbers = house.last_number()
    with door.plug() as plain:
        plain.sendall(written(body))
        plain.sendall(OPTIONS)
        assert read_answer(plain)[0] == 200
        assert head_of(plain).startswith(b"HTTP/1.1 101 ")
        with TRUSTING.wrap_socket(plain) as plug:
            assert read_answer(plug)[0] == 200
            assert asks(door, plug) == 200
    assert house.last_number() == numbers + 1


GLUED = {
    "a ClientHello": HELLO,
    "more of it": HELLO + bytes(1000),
    "zeros": bytes(100),
    "requests": b"POST / HTTP/1.1\r\n\r\n" * 50,
}


@pytest.mark.parametrize("glued", GLUED.values(), ids=GLUED)
@pytest.mark.parametrize("pause", [0, 0.05])
def test_garbage_behind_the_switch_ends_the_connection(door, monkeypatch, glued, pause):
    monkeypatch.setattr(upgrade, "_HANDSHAKE", 0.3)
    with door.plug() as plug:
        if pause:
            plug.sendall(OPTIONS)
            time.sleep(pause)
            plug.sendall(glued)
        else:
            plug.sendall(OPTIONS + glued)
        said = read_until_closed(plug)
    assert said.count(b"HTTP/1.1 ") == 1
    assert said.startswith(b"HTTP/1.1 101 ")
    assert exchange(door, written(question(door)), until=1).code() is OK


def test_a_client_that_does_not_go_on_after_the_switch_is_hung_up_on(house, door, monkeypatch):
    monkeypatch.setattr(upgrade, "_HANDSHAKE", 0.3)
    with door.plug() as plug:
        plug.sendall(OPTIONS)
        read_until_closed(plug)
    with door.plug() as plug:
        plug.sendall(OPTIONS)
        plug.recv(12)
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    until = time.monotonic() + 5
    while house.gateway._upgrades:
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize(
    "data", [b"\x16", HELLO, HELLO + bytes(100)], ids=["an octet", "a beginning", "zeros behind it"]
)
def test_a_handshake_that_never_ends_is_not_waited_for(door, monkeypatch, data):
    monkeypatch.setattr(listener, "_TLS", 0.3)
    with door.plug() as plug:
        plug.sendall(data)
        read_until_closed(plug)
    assert exchange(door, written(question(door)), tls=True, until=1).code() is OK


def test_a_client_that_leaves_within_its_handshake_harms_nobody(house, door):
    for data in (b"\x16", HELLO):
        plug = door.plug()
        plug.sendall(data)
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        plug.close()
    until = time.monotonic() + 5
    while house.gateway.listener._pending:
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("name", [None, "localhost", "other.example.com", "xn--nxasmq6b", "a" * 60 + ".local"])
def test_a_client_may_look_for_us_under_any_name(door, name):
    with trusting().wrap_socket(door.plug(), server_hostname=name) as plug:
        assert asks(door, plug) == 200


@pytest.mark.parametrize("offered", [["h2"], ["h2", "http/1.1"], ["ipp"]])
def test_other_protocols_within_tls_are_not_chosen(door, offered):
    context = trusting()
    context.set_alpn_protocols(offered)
    with context.wrap_socket(door.plug()) as plug:
        assert plug.selected_alpn_protocol() in (None, "http/1.1")
        assert asks(door, plug) == 200


def test_http_2_unasked_is_refused(door):
    said = exchange(door, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), tls=True)
    assert said.statuses == [400]


@pytest.mark.parametrize("ciphers", ["NULL:aNULL@SECLEVEL=0", "RSA+AES@SECLEVEL=0", "ECDHE+AES+SHA1@SECLEVEL=0"])
def test_weak_ciphers_are_refused(door, ciphers):
    context = trusting(maximum_version=ssl.TLSVersion.TLSv1_2)
    try:
        context.set_ciphers(ciphers)
    except ssl.SSLError:
        pytest.fail(f"OpenSSL here knows none of {ciphers}")
    with door.plug() as plug, pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(plug)
    assert exchange(door, written(question(door)), tls=True, until=1).code() is OK


def test_nobody_renegotiates(door):
    need("openssl")
    words = ["openssl", "s_client", "-connect", door.authority, "-tls1_2"]
    done = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        time.sleep(0.5)
        done.stdin.write("R\n")
        done.stdin.flush()
        time.sleep(0.5)
        said, _ = done.communicate("Q\n", timeout=10)
    finally:
        done.kill()
    assert "RENEGOTIATING" in said
    assert "no renegotiation" in said
    assert exchange(door, written(question(door)), tls=True, until=1).code() is OK


def test_a_session_is_taken_up_again(door):
    context = trusting(maximum_version=ssl.TLSVersion.TLSv1_2)
    with context.wrap_socket(door.plug()) as plug:
        assert asks(door, plug) == 200
        session = plug.session
    with context.wrap_socket(door.plug(), session=session) as plug:
        assert plug.session_reused
        assert asks(door, plug) == 200


def test_records_that_are_broken_end_their_connection_alone(door):
    with door.plug() as plain:
        with TRUSTING.wrap_socket(plain) as plug:
            assert asks(door, plug) == 200
            raw = socket.socket(fileno=socket.dup(plug.fileno()))
            raw.settimeout(10)
            raw.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))
            read_until_closed(raw)
            raw.close()
    assert exchange(door, written(question(door)), tls=True, until=1).code() is OK
