"""Connections that end in the middle, go on for ever or ask much at once: everybody else is served all the same."""

import contextlib
import socket
import struct
import time

import pytest

from ipp import build
from ipp.codec import decode, encode
from ipp.enums import GroupTag, Operation, Status
from tests.ipp_server.client import PDF, TRUSTING, read_answer, read_until_closed
from tests.ipp_server.conftest import House
from tests.ipp_server.wire import exchange, question, written

pytestmark = pytest.mark.usefixtures("quiet")
OK = Status.SUCCESSFUL_OK


def print_job(door, *extra, **words):
    return encode(door.operation(Operation.PRINT_JOB, *extra, **words))


@contextlib.contextmanager
def nothing_kept(house):
    before, kept = house.last_number(), house.spooled()
    yield
    until = time.monotonic() + 5
    while (house.last_number(), house.spooled()) != (before, kept):
        assert time.monotonic() < until, "a job or a file stayed behind"
        time.sleep(0.05)


def in_chunks(*pieces):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


# Half-closed: the client has said all it will say, and still listens.


def test_a_client_that_closed_its_side_gets_its_answer(door):
    said = exchange(door, written(question(door)), half_close=True)
    assert said.statuses == [200]
    assert said.code() is OK


def test_a_job_of_a_client_that_closed_its_side_is_printed_and_said_to_be(house, door):
    said = exchange(door, written(print_job(door) + PDF), half_close=True)
    assert said.code() is OK
    number = said.message().group(GroupTag.JOB).integer("job-id")
    assert house.job(number).size == len(PDF)


def test_all_questions_before_the_half_close_are_answered(door):
    said = exchange(door, written(question(door)) * 40, half_close=True)
    assert said.statuses == [200] * 40


@pytest.mark.parametrize("pause", [0, 0.1])
def test_a_half_close_within_a_request_ends_it(house, door, pause):
    whole = written(print_job(door) + PDF + bytes(1000))
    with nothing_kept(house):
        said = exchange(door, whole[:-1000], pause, half_close=True)
    assert said.statuses == []


def test_a_half_close_within_a_chunk_ends_it(house, door):
    body = print_job(door) + PDF
    start = written(Content_Length=None, Transfer_Encoding="chunked") + in_chunks(body)[:-30]
    with nothing_kept(house):
        assert exchange(door, start, half_close=True).statuses == []


def test_a_half_close_without_a_question_is_an_end(door):
    assert exchange(door, half_close=True).statuses == []
    assert exchange(door, b"POST /ipp", half_close=True).statuses == []
    said = exchange(door, written(question(door)), 0.2, half_close=True)
    assert said.statuses == [200]


# Cut off, at each phase of a request.


def cut(plug):
    """End a connection by a reset."""
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    plug.close()


def places(door):
    body, data = print_job(door), PDF * 3
    head = len(written(body)) - len(body)
    chunks = written(Content_Length=None, Transfer_Encoding="chunked") + in_chunks(body, data)
    whole = written(body + data)
    return {
        "in the request line": whole[:8],
        "in a field": whole[:40],
        "before the body": whole[:head],
        "in the header of the message": whole[: head + 5],
        "in an attribute": whole[: head + 40],
        "behind the attributes": whole[: head + len(body)],
        "in the document": whole[: head + len(body) + 30],
        "before the last octet": whole[:-1],
        "in a chunk's size": chunks[: chunks.index(b"\r\n\r\n") + 5],
        "in a chunk": chunks[: chunks.index(b"\r\n\r\n") + 60],
        "before the last chunk": chunks[:-5],
        "within the last chunk": chunks[:-2],
    }


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("how", ["reset", "closed"])
def test_a_client_that_is_cut_off_leaves_nothing(house, door, how, tls):
    with nothing_kept(house):
        for data in places(door).values():
            plug = door.plug(tls=tls)
            plug.sendall(data)
            time.sleep(0.02)
            if how == "reset":
                cut(plug)
            else:
                plug.close()  # over TLS without close_notify
    assert door.print().status is OK


def test_a_client_that_does_not_wait_for_its_answer_harms_nobody(house, door):
    numbers = house.last_number()
    for _ in range(10):
        plug = door.plug()
        plug.sendall(written(print_job(door) + PDF))
        cut(plug)
    assert door.print().status is OK
    assert house.last_number() <= numbers + 11


def test_a_client_that_leaves_within_a_long_answer_harms_nobody(house, door):
    for _ in range(30):
        door.create()
    wanted = build.keyword("requested-attributes", "all")
    body = encode(door.operation(Operation.GET_JOBS, wanted))
    for _ in range(10):
        plug = door.plug()
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        plug.sendall(written(body) * 30)
        plug.recv(100)
        cut(plug)
    assert door.ask(Operation.GET_PRINTER_ATTRIBUTES).status is OK


# Many requests at once, on one connection.


def test_many_questions_at_once_are_answered_in_their_order(door):
    asked = b"".join(
        written(b"\x02\x00\x00\x0b" + (n + 1).to_bytes(4, "big") + question(door)[8:]) for n in range(1000)
    )
    said = exchange(door, asked, until=1000)
    assert [decode(body)[0].request_id for body in said.bodies] == list(range(1, 1001))


def test_jobs_and_questions_at_once_keep_their_order(house, door):
    """Documents with a length, in chunks and compressed, and what was refused between them."""
    pieces = in_chunks(print_job(door) + PDF[:100], PDF[100:])
    asked = [
        written(print_job(door) + PDF),
        written(question(door)),
        written(Content_Length=None, Transfer_Encoding="chunked") + pieces,
        written(b"", Content_Type="text/plain"),
        written(print_job(door, queue="nowhere") + PDF),
        written(print_job(door) + PDF, Expect="100-continue"),
        written(question(door)),
    ]
    said = exchange(door, b"".join(asked), until=len(asked))
    assert said.statuses == [200, 200, 200, 415, 200, 200, 200]
    codes = [decode(body)[0].code for body, kind in zip(said.bodies, said.statuses, strict=True) if kind == 200]
    assert codes == [OK, OK, OK, Status.CLIENT_ERROR_NOT_FOUND, OK, OK]
    jobs = [decode(said.bodies[at])[0].group(GroupTag.JOB).integer("job-id") for at in (0, 2, 5)]
    assert jobs == sorted(jobs)
    assert all(house.job(number).size == len(PDF) for number in jobs)


@pytest.mark.parametrize("pause", [0, 0.1])
def test_what_follows_a_fault_of_http_is_not_read(house, door, pause):
    with nothing_kept(house):
        parts = (written(question(door)), pause, b"nonsense\r\n\r\n" + written(print_job(door) + PDF))
        said = exchange(door, *(parts if pause else [parts[0] + parts[2]]))
    # What stands in one segment with nonsense is not carried out either.
    assert said.statuses == ([200, 400] if pause else [400])


def test_a_client_that_asks_and_never_reads_is_held_up_alone(door):
    """What it asks stays in its own socket once so many requests wait."""
    with door.plug(timeout=3) as plug:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asked = written(question(door, "all")) * 100
        sent = 0
        with contextlib.suppress(TimeoutError):
            while sent < 200_000_000:
                sent += plug.send(asked)
        assert sent < 200_000_000
        assert door.ask(Operation.GET_PRINTER_ATTRIBUTES).status is OK


# Addresses, and places.


def test_both_families_of_addresses_are_listened_on(tmp_path):
    running = House(tmp_path / "home", stop_limit=2.0)
    try:
        listener, context = running.gateway.listener, running.gateway.identity.context
        assert context is not None

        async def also():
            return listener.listen("::1", running.gateway.port)

        assert running.ask(also()) == running.gateway.port
        host = f"[::1]:{running.gateway.port}"
        for address in ("127.0.0.1", "::1"):
            for tls in (False, True):
                plug = socket.create_connection((address, running.gateway.port), timeout=10)
                plug = TRUSTING.wrap_socket(plug) if tls else plug
                with plug:
                    plug.sendall(written(question(running.door, "printer-uri-supported"), Host=host))
                    status, _, body = read_answer(plug)
                    assert status == 200
                    assert decode(body)[0].group(GroupTag.PRINTER).strings("printer-uri-supported")
    finally:
        running.stop()


# Full house.


def test_a_full_house_empties_again(tmp_path):
    running = House(tmp_path / "home", connections=4, stop_limit=2.0)
    try:
        door = running.door
        plugs = [door.plug(timeout=20) for _ in range(12)]
        for plug in plugs:
            plug.sendall(written(question(door), Connection="close"))
        for plug in plugs:
            assert read_answer(plug)[0] == 200
            assert read_until_closed(plug) == b""
            plug.close()
        assert door.ask(Operation.GET_PRINTER_ATTRIBUTES).status is OK
    finally:
        running.stop()


# Pages share the port, and the same care.


@pytest.mark.parametrize("how", ["reset", "closed", "broken chunk"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_form_that_breaks_off_is_no_fault_of_ours(door, how, kind):
    fields = {"Content_Type": kind, "Content_Length": "1000", "Origin": f"https://{door.authority}"}
    if how == "broken chunk":
        fields |= {"Content_Length": None, "Transfer_Encoding": "chunked"}
    part = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nal' if "multi" in kind else b"name=al"
    plug = door.plug(tls=True, timeout=30)
    start = written(line="POST /sign-in HTTP/1.1", **fields)
    plug.sendall(start + (b"%x\r\n%s\r\n" % (len(part), part) if how == "broken chunk" else part))
    time.sleep(0.1)
    if how == "broken chunk":
        plug.sendall(b"zz\r\n")
        assert b" 4" in read_until_closed(plug)[:13]
    elif how == "reset":
        cut(plug)
    plug.close()
    time.sleep(0.1)
    assert exchange(door, written(question(door)), until=1).code() is OK
