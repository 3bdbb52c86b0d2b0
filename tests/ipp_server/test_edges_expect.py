"""Leave to send (Expect: 100-continue, RFC 9110 section 10.1.1), bodies without an end, and compressed ones."""

import contextlib
import gzip
import socket
import time
import zlib

import pytest

from ipp import build
from ipp.codec import decode, encode
from ipp.enums import GroupTag, Operation, Status
from ipp_server import connection
from tests.ipp_server.client import PDF, basic, read_answer, read_until_closed
from tests.ipp_server.wire import exchange, question, written

pytestmark = pytest.mark.usefixtures("quiet")
OK = Status.SUCCESSFUL_OK
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LARGE = 50_000_000


@pytest.fixture(autouse=True)
def short_farewell(monkeypatch):
    """The rest of a body that was refused is taken for a moment only."""
    monkeypatch.setattr(connection, "_LINGER", 0.2)


def print_job(door, *extra, queue="held", **words):
    return encode(door.operation(Operation.PRINT_JOB, *extra, queue=queue, **words))


@contextlib.contextmanager
def nothing_kept(house):
    before, kept = house.last_number(), house.spooled()
    yield
    until = time.monotonic() + 5
    while (house.last_number(), house.spooled()) != (before, kept):
        assert time.monotonic() < until, "a job or a file stayed behind"
        time.sleep(0.05)


def code_of(body):
    return Status(decode(body)[0].code)


REFUSED = {
    "no password": (True, {}, 401),
    "a wrong password": (True, {"Authorization": basic("nobody", "wrong")}, 401),
    "a password in the clear": (False, {"Authorization": basic("alice", "x")}, 426),
    "another type": (False, {"Content_Type": "text/plain"}, 415),
    "a coded body": (False, {"Content_Encoding": "gzip"}, 415),
    "another expectation": (False, {"Expect": "a-miracle"}, 417),
    "a host that is none": (False, {"Host": "a b"}, 400),
}


@pytest.mark.parametrize("unasked", [False, True], ids=["waiting", "attributes sent"])
@pytest.mark.parametrize(("tls", "fields", "status"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_comes_before_the_body_and_ends_the_connection(house, door, tls, fields, status, unasked):
    """What the client sends next could be the body or another request: neither is read."""
    body = print_job(door, queue="private")
    given = {"Content_Length": str(len(body) + LARGE), "Expect": "100-continue", **fields}
    with nothing_kept(house), door.plug(tls=tls) as plug:
        plug.sendall(written(**given) + (body if unasked else b""))
        if not unasked and (status == 426 or not fields):
            # What decides stands in the attributes: there is leave for them.
            assert plug.recv(len(CONTINUE)) == CONTINUE
            plug.sendall(body)
        first = plug.recv(12)
        assert first == f"HTTP/1.1 {status}".encode()
        start = first + read_head(plug)
        assert b"close" in next(line for line in start.split(b"\r\n") if line.startswith(b"Connection: "))
        plug.sendall(written(print_job(door) + PDF))
        assert b"HTTP/1.1" not in read_until_closed(plug)


def read_head(plug):
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        data += plug.recv(1)
    return data


SIZES = {"by its length": {"Content_Length": str(LARGE)}, "beyond all measure": {"Content_Length": str(1 << 62)}}


@pytest.mark.parametrize("fields", SIZES.values(), ids=SIZES)
def test_a_document_that_is_too_large_is_refused_before_it_is_sent(house, door, fields):
    with nothing_kept(house), door.plug() as plug:
        plug.sendall(written(Expect="100-continue", **fields) + print_job(door, queue="small"))
        assert plug.recv(12) == b"HTTP/1.1 200"
        start = read_head(plug)
        assert b"Connection: close" in start
        length = int(start.partition(b"Content-Length: ")[2].split(b"\r\n")[0])
        assert code_of(plug.recv(length, socket.MSG_WAITALL)) is Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE


def test_a_document_that_is_too_large_is_refused_to_who_does_not_ask(house, door):
    body = print_job(door, queue="small")
    with nothing_kept(house):
        said = exchange(door, written(body, Content_Length=str(len(body) + LARGE)) + bytes(1000), until=1)
        assert said.code() is Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE


def test_leave_is_given_only_once_and_only_when_needed(house, door):
    body = print_job(door)
    with door.plug() as plug:
        plug.sendall(written(body + PDF, Expect="100-continue"))
        assert plug.recv(12) in (b"HTTP/1.1 200", b"HTTP/1.1 100")
        read_until = read_head(plug)
        assert b"Continue" in read_until or b"OK" in read_until
    with door.plug() as plug:
        plug.sendall(written(Content_Length=str(len(body) + len(PDF)), Expect="100-Continue") + body)
        assert plug.recv(len(CONTINUE)) == CONTINUE
        plug.sendall(PDF)
        assert plug.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("last", [True, False])
def test_send_document_gives_leave_for_a_document_and_none_for_nothing(house, door, last):
    number = door.create().number
    flag = build.boolean("last-document", last)
    body = encode(door.operation(Operation.SEND_DOCUMENT, flag, job=number))
    with door.plug() as plug:
        plug.sendall(written(Content_Length=str(len(body) + len(PDF)), Expect="100-continue") + body)
        assert plug.recv(len(CONTINUE)) == CONTINUE
        plug.sendall(PDF)
        status, headers, answer = read_answer(plug)
        assert (status, code_of(answer)) == (200, OK)
        assert headers.get("Connection") != "close"
        if not last:
            body = encode(door.operation(Operation.SEND_DOCUMENT, build.boolean("last-document", True), job=number))
            plug.sendall(written(body, Expect="100-continue"))
            assert plug.recv(12) == b"HTTP/1.1 200"
    assert house.job(number).size == len(PDF)


def test_send_document_to_a_closed_job_gives_no_leave(door):
    number = door.print().number
    body = encode(door.operation(Operation.SEND_DOCUMENT, build.boolean("last-document", True), job=number))
    with door.plug() as plug:
        plug.sendall(written(Content_Length=str(len(body) + LARGE), Expect="100-continue") + body)
        assert plug.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("expected", ["100-continue", "a-miracle"])
def test_http_1_0_expects_nothing(door, expected):
    said = exchange(door, written(question(door), line="POST /ipp/print HTTP/1.0", Expect=expected))
    assert said.statuses == [200]


def test_a_client_that_gets_leave_and_goes_leaves_nothing(house, door):
    body = print_job(door)
    with nothing_kept(house):
        for _ in range(5):
            with door.plug() as plug:
                plug.sendall(written(Content_Length=str(len(body) + LARGE), Expect="100-continue") + body)
                assert plug.recv(len(CONTINUE)) == CONTINUE


# Bodies without an end.


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_a_document_without_an_end_ends_at_the_queues_limit(house, door, compression):
    body = print_job(door, build.keyword("compression", compression), queue="small")
    piece = bytes(65536)
    if compression == "gzip":
        packer = zlib.compressobj(wbits=31)
        piece = packer.compress(piece * 64) + packer.flush(zlib.Z_SYNC_FLUSH)
    with nothing_kept(house), door.plug() as plug:
        plug.sendall(written(Content_Length=None, Transfer_Encoding="chunked") + b"%x\r\n%s\r\n" % (len(body), body))
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 1 << 32:
                plug.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
                sent += len(piece)
        assert sent < 1 << 32


def test_attributes_without_an_end_are_refused(house, door):
    start = print_job(door)[:-1]
    more = encode(door.operation(Operation.PRINT_JOB, build.text("job-note", "x" * 1000)))[8:-1] * 2000
    with nothing_kept(house):
        said = exchange(door, written(start + more), until=1)
    assert said.code() in (Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE, Status.CLIENT_ERROR_BAD_REQUEST)


# Compressed documents.


def packed(data, compression):
    if compression == "gzip":
        return gzip.compress(data)
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def sent(door, compression, document):
    body = print_job(door, build.keyword("compression", compression))
    return exchange(door, written(body + document), until=1)


@pytest.mark.parametrize("compression", ["gzip", "deflate"])
def test_a_compressed_document_is_kept_as_it_was(house, door, compression):
    said = sent(door, compression, packed(PDF, compression))
    assert said.code() is OK
    assert house.job(said.message().group(GroupTag.JOB).integer("job-id")).size == len(PDF)


WRONG = {
    "cut short": lambda data: data[:-9],
    "nothing": lambda _: b"",
    "the header alone": lambda data: data[:10],
    "something behind it": lambda data: data + b"x",
    "another behind it": lambda data: data + data,
    "zeros behind it": lambda data: data + bytes(512),
    "not compressed": lambda _: PDF,
}


@pytest.mark.parametrize("compression", ["gzip", "deflate"])
@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_what_is_not_compressed_as_was_said_is_refused(house, door, compression, change):
    with nothing_kept(house):
        said = sent(door, compression, change(packed(PDF, compression)))
    assert said.statuses == [200]
    assert said.code() in (Status.CLIENT_ERROR_COMPRESSION_ERROR, Status.CLIENT_ERROR_BAD_REQUEST)


@pytest.mark.parametrize("at", [3, 30, -2])
def test_damage_that_gzip_notices_is_refused(house, door, at):
    data = bytearray(packed(PDF, "gzip"))
    data[at] ^= 0xFF
    with nothing_kept(house):
        assert sent(door, "gzip", bytes(data)).code() is Status.CLIENT_ERROR_COMPRESSION_ERROR


@pytest.mark.parametrize("compression", ["gzip", "deflate"])
def test_a_bomb_stops_at_the_limit_and_holds_nobody_up(house, door, compression):
    bomb = packed(PDF + bytes(400_000_000), compression)
    body = print_job(door, build.keyword("compression", compression), queue="small")
    with nothing_kept(house), door.plug() as plug:
        plug.sendall(written(body + bomb))
        assert door.ask(Operation.GET_PRINTER_ATTRIBUTES).status is OK
        assert code_of(read_answer(plug)[2]) is Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE
