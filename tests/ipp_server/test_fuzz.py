"""Whatever comes, the gateway answers, soon, and never by an error of its own."""

import http.client
import socket

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipp import build
from ipp.codec import decode, encode
from ipp.enums import Operation, Status
from ipp.values import Range, Resolution
from tests.ipp_server.client import PDF, Door, head, read_answer
from tests.ipp_server.conftest import QUEUES

EXTRAS = [
    build.keyword("requested-attributes", "all", "media-col-database"),
    build.boolean("last-document", True),
    build.mime("document-format", "application/pdf"),
    build.keyword("compression", "gzip"),
    build.keyword("which-jobs", "completed"),
    build.integer("limit", 3),
    build.integer("job-ids", 1, 2),
    build.name("job-name", "x"),
]
TEMPLATE = [
    build.integer("copies", 2),
    build.range_("page-ranges", Range(1, 2)),
    build.resolution("printer-resolution", Resolution(600, 600)),
    build.collection(
        "media-col",
        [build.collection("media-size", [build.integer("x-dimension", 21000), build.integer("y-dimension", 29700)])],
    ),
    build.keyword("job-hold-until", "no-hold"),
]
OPERATIONS = sorted({*Operation, 0, 0x3FFF, 0x4002, 0x7FFF})

requests = st.builds(
    lambda operation, queue, extras, template, job: encode(
        Door(1).operation(operation, *extras, queue=queue, template=template, job=job)
    ),
    st.sampled_from(OPERATIONS),
    st.sampled_from([*QUEUES, "nowhere"]),
    st.lists(st.sampled_from(EXTRAS), unique=True),
    st.lists(st.sampled_from(TEMPLATE), unique=True),
    st.none() | st.integers(-1, 400),
)
changes = st.lists(
    st.tuples(st.sampled_from(["flip", "cut", "insert", "copy"]), st.integers(0, 2000), st.integers(0, 255)), max_size=4
)


def changed(body, steps):
    data = bytearray(body)
    for kind, at, value in steps:
        place = at % (len(data) + 1)
        if kind == "flip" and place < len(data):
            data[place] ^= value or 1
        elif kind == "cut":
            del data[place : place + value % 7]
        elif kind == "insert":
            data.insert(place, value)
        else:
            data[place:place] = data[place : place + value]
    return bytes(data)


@settings(
    max_examples=max(300, settings.default.max_examples),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=requests, steps=changes, document=st.sampled_from([b"", PDF, b"%PDF-1.4", b"\x1f\x8b"]), tls=st.booleans())
def test_every_request_is_answered(door, body, steps, document, tls):
    with door.plug(tls=tls, timeout=10) as plug:
        sent = changed(body, steps) + document
        plug.sendall(head(len(sent)) + sent)
        status, _, answer = read_answer(plug)
    assert status in (200, 401, 426)
    if status == 200:
        assert Status(int.from_bytes(answer[2:4], "big")) is not Status.SERVER_ERROR_INTERNAL_ERROR, answer
        if len(answer) > LONGEST:  # all of every queue (CUPS-Get-Printers): more values than our own reader takes
            return
        message, rest = decode(answer)
        assert rest == b""
        assert message.group(1).string("attributes-charset") == "utf-8"


LONGEST = 100_000  # octets of an answer that is read to its end


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(min_size=1, max_size=300),
    fields=st.dictionaries(
        st.sampled_from(["Expect", "Host", "Upgrade", "Authorization"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
    ),
)
def test_odd_http_is_never_our_fault(door, data, fields):
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    start = f"POST /ipp/print HTTP/1.1\r\nContent-Type: application/ipp\r\nContent-Length: {len(data)}\r\n{lines}\r\n"
    with door.plug(timeout=10) as plug:
        plug.sendall(start.encode("latin-1") + data)
        plug.shutdown(socket.SHUT_WR)
        try:
            status, _, answer = read_answer(plug)
        except (ConnectionError, http.client.HTTPException):
            return  # what is no HTTP may simply be hung up on
    assert status < 500
    if status == 200 and answer:
        assert Status(decode(answer)[0].code) is not Status.SERVER_ERROR_INTERNAL_ERROR
