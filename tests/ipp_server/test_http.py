"""IPP over HTTP: who must sign in and when, what is refused before a document is sent, and odd ways to speak HTTP."""

import contextlib
import socket
import time

import pytest

from ipp import build
from ipp.codec import decode, encode
from ipp.enums import GroupTag, Operation, Status
from tests.ipp_server.client import PDF, basic, head, read_answer, read_until_closed
from tests.ipp_server.conftest import PASSWORDS

OK = Status.SUCCESSFUL_OK
ALICE = ("alice", PASSWORDS["alice"])
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def request_of(door, operation=Operation.PRINT_JOB, *extra, **words):
    return encode(door.operation(operation, *extra, **words))


def status_of(body):
    return Status(decode(body)[0].code)


@contextlib.contextmanager
def nothing_kept(house):
    before, kept = house.last_number(), house.spooled()
    yield
    until = time.monotonic() + 5
    while (house.last_number(), house.spooled()) != (before, kept):
        assert time.monotonic() < until, "a job or a file stayed behind"
        time.sleep(0.05)


@pytest.mark.parametrize("operation", [Operation.GET_PRINTER_ATTRIBUTES, Operation.VALIDATE_JOB])
def test_questions_before_signing_in_are_answered(door, operation):
    for tls in (False, True):
        assert door.ask(operation, queue="private", tls=tls).status is OK


@pytest.mark.parametrize(
    "operation", [Operation.PRINT_JOB, Operation.CREATE_JOB, Operation.GET_JOBS, Operation.CANCEL_MY_JOBS]
)
def test_everything_else_wants_a_password_over_tls(house, door, operation):
    with nothing_kept(house):
        plain = door.ask(operation, queue="private", document=PDF)
        assert plain.http == 426
        assert "TLS/1.2" in plain.headers["Upgrade"]
        unknown = door.ask(operation, queue="private", document=PDF, tls=True)
        assert unknown.http == 401
        assert unknown.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert door.ask(operation, queue="private", document=PDF, sign_in=ALICE).status is OK


def test_a_password_in_the_clear_counts_for_nothing(house, door):
    with nothing_kept(house):
        assert door.ask(Operation.PRINT_JOB, queue="private", document=PDF, sign_in=ALICE, tls=False).http == 426


WRONG = [
    "Basic !!!",
    "Basic",
    "Bearer abc",
    basic("alice", "wrong"),
    basic("nobody", "at all"),
    basic("alice", ""),
    "Basic aGVsbG8=",
]


@pytest.mark.parametrize("header", WRONG)
def test_wrong_words_are_answered_by_401(house, door, header):
    with nothing_kept(house):
        answer = door.ask(
            Operation.PRINT_JOB, queue="private", document=PDF, tls=True, headers={"Authorization": header}
        )
        assert answer.http == 401
    house.ask(forgive(house))


async def forgive(house):
    house.gateway.core.people._throttle.__init__()


def test_a_wrong_password_is_refused_before_the_document(house, door):
    """The client waits for leave to send: it gets its 401, and not a byte of the document leaves it."""
    with nothing_kept(house), door.plug(tls=True) as plug:
        fields = {"Expect": "100-continue", "Authorization": basic("alice", "wrong")}
        plug.sendall(head(10_000_000, **fields))
        status, _, _ = read_answer(plug)
        assert status == 401
    house.ask(forgive(house))


def test_a_wrong_password_stops_a_client_that_sends_unasked(house, door):
    with nothing_kept(house), door.plug(tls=True) as plug:
        plug.sendall(head(1 << 40, Authorization=basic("alice", "wrong")))
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 1 << 40:
                plug.sendall(bytes(1 << 16))
                sent += 1 << 16
        # What is lost is what fits into the sockets and the moments of grace: never the document.
        assert sent < 1 << 36
    house.ask(forgive(house))


def expecting(door, queue, *extra, length=100_000, **words):
    body = request_of(door, Operation.PRINT_JOB, *extra, queue=queue, **words)
    return head(len(body) + length, Expect="100-continue"), body


def test_leave_to_send_is_given_once_the_attributes_are_accepted(house, door):
    start, body = expecting(door, "held", length=len(PDF))
    with door.plug() as plug:
        plug.sendall(start + body)  # libcups sends the attributes unasked
        assert plug.recv(len(CONTINUE)) == CONTINUE
        plug.sendall(PDF)
        status, _, answer = read_answer(plug)
    assert (status, status_of(answer)) == (200, OK)


@pytest.mark.parametrize(
    ("queue", "extra", "status"),
    [
        (
            "held",
            [build.mime("document-format", "application/vnd.acme")],
            Status.CLIENT_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED,
        ),
        ("shut", [], Status.SERVER_ERROR_NOT_ACCEPTING_JOBS),
        ("nowhere", [], Status.CLIENT_ERROR_NOT_FOUND),
    ],
)
def test_what_is_refused_by_its_attributes_is_given_no_leave(house, door, queue, extra, status):
    start, body = expecting(door, queue, *extra)
    with nothing_kept(house), door.plug() as plug:
        plug.sendall(start + body)
        http, _, answer = read_answer(plug)  # an interim 100 would be skipped here
        assert http == 200
        assert status_of(answer) is status
    with door.plug() as plug:
        plug.sendall(start + body)
        assert plug.recv(12) == b"HTTP/1.1 200"


def test_a_client_that_waits_for_leave_before_its_attributes_gets_it(door):
    start, body = expecting(door, "held", length=len(PDF))
    with door.plug() as plug:
        plug.sendall(start)
        assert plug.recv(len(CONTINUE)) == CONTINUE
        plug.sendall(body + PDF)
        assert status_of(read_answer(plug)[2]) is OK


def test_http_1_0_is_never_told_to_continue(door):
    body = request_of(door) + PDF
    with door.plug() as plug:
        plug.sendall(head(len(body), version="1.0", Expect="100-continue") + body)
        data = read_until_closed(plug)
    assert data.startswith(b"HTTP/1.0 200 OK\r\n")
    assert status_of(data.partition(b"\r\n\r\n")[2]) is OK


@pytest.mark.parametrize("after", [0, 10, 50_000])
def test_a_client_that_vanishes_leaves_nothing(house, door, after):
    body = request_of(door)
    with nothing_kept(house):
        plug = door.plug()
        plug.sendall(head(len(body) + 1_000_000) + body + (PDF + bytes(after))[:after])
        time.sleep(0.1)
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        plug.close()
        time.sleep(0.2)
    assert door.print().status is OK


def test_a_client_that_falls_silent_is_told_so_and_leaves_nothing(house, door):
    body = request_of(door)
    with nothing_kept(house), door.plug() as plug:
        plug.sendall(head(len(body) + 1_000_000) + body + PDF)
        status, headers, answer = read_answer(plug)
        assert (status, headers["Connection"]) == (200, "close")
        assert status_of(answer) is Status.CLIENT_ERROR_TIMEOUT
        assert read_until_closed(plug) == b""


def test_a_client_silent_within_its_attributes_is_told_so(door):
    body = request_of(door)
    with door.plug() as plug:
        plug.sendall(head(len(body)) + body[:20])
        assert status_of(read_answer(plug)[2]) is Status.CLIENT_ERROR_TIMEOUT


def test_requests_may_follow_each_other_unasked(door):
    body = request_of(door, Operation.GET_PRINTER_ATTRIBUTES, build.keyword("requested-attributes", "printer-name"))
    one = head(len(body)) + body
    with door.plug() as plug:
        plug.sendall(one * 20)
        for _ in range(20):
            status, _, answer = read_answer(plug)
            assert (status, status_of(answer)) == (200, OK)


def test_a_connection_serves_many_requests_with_documents(door):
    body = request_of(door) + PDF
    with door.plug() as plug:
        for _ in range(5):
            plug.sendall(head(len(body)) + body)
            assert status_of(read_answer(plug)[2]) is OK


def test_chunks_of_any_size_make_a_document(house, door):
    body = request_of(door) + PDF
    with door.plug() as plug:
        plug.sendall(head(Transfer_Encoding="chunked"))
        for at in range(0, len(body), 7):
            piece = body[at : at + 7]
            plug.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        plug.sendall(b"0\r\n\r\n")
        answer = read_answer(plug)[2]
    number = decode(answer)[0].group(GroupTag.JOB).integer("job-id")
    assert house.job(number).size == len(PDF)


def test_a_broken_chunk_leaves_nothing(house, door):
    body = request_of(door)
    with nothing_kept(house), door.plug() as plug:
        plug.sendall(head(Transfer_Encoding="chunked") + b"%x\r\n%s\r\n" % (len(body), body) + b"5\r\n%PDF-\r\nzz\r\n")
        data = read_until_closed(plug)
    assert b" 200 OK" not in data or not status_of(data.partition(b"\r\n\r\n")[2]).is_success


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/ippx", "application/json", "", "multipart/form-data; boundary=x"]
)
def test_another_content_type_is_refused(door, kind):
    answer = door.send(request_of(door), headers={"Content-Type": kind})
    assert answer.http == 415


def test_the_content_type_may_have_a_parameter(door):
    body = request_of(door, Operation.GET_PRINTER_ATTRIBUTES)
    assert door.send(body, headers={"Content-Type": "application/ipp; charset=utf-8"}).status is OK


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/ipp/print", "/ipp/print/held"])
def test_ipp_is_posted(door, method, path):
    answer = door.send(b"", method=method, path=path)
    assert answer.http in (303, 404, 405)


@pytest.mark.parametrize("path", ["/ipp/print", "/ipp/print/", "/ipp/print/held", "/ipp/print/held/1"])
def test_any_path_below_ours_will_do(door, path):
    assert door.send(request_of(door, Operation.GET_PRINTER_ATTRIBUTES), path=path).status is OK


def test_a_request_for_another_path_is_none_of_ours(door):
    assert door.send(request_of(door), path="/queues/held").http in (403, 404, 405)


def test_answers_are_never_kept_by_a_cache(door):
    assert door.ask(Operation.GET_JOBS).headers["Cache-Control"] == "no-store"
    assert door.ask(Operation.GET_PRINTER_ATTRIBUTES).headers["Cache-Control"] == "no-store"
