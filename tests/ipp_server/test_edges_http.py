"""Requests at the edge of HTTP/1.1 (RFC 9110, RFC 9112): each gets its status, and leaves no trace in the log."""

import pytest

from ipp.enums import Status
from tests.ipp_server.wire import exchange, question, written

pytestmark = pytest.mark.usefixtures("quiet")
OK = Status.SUCCESSFUL_OK


def chunked(*pieces, last=b"0\r\n\r\n", extension=b""):
    return b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces) + last


def fine(door):
    """The next client notices nothing."""
    said = exchange(door, written(question(door)), until=1)
    return said.statuses == [200] and said.code() is OK


FRAMING = {
    "two lengths that agree": ({}, ["Content-Length: 5"], 400),
    "two lengths in one field": ({"Content_Length": "5, 5"}, [], 400),
    "a negative length": ({"Content_Length": "-5"}, [], 400),
    "a length with a sign": ({"Content_Length": "+5"}, [], 400),
    "a length in words": ({"Content_Length": "five"}, [], 400),
    "a length in hexadecimal": ({"Content_Length": "0x5"}, [], 400),
    "a length beyond 64 bits": ({"Content_Length": "9" * 40}, [], 400),
    "a length and chunks": ({}, ["Transfer-Encoding: chunked"], 400),
    "chunks, then a length": ({"Content_Length": None}, ["Transfer-Encoding: chunked", "Content-Length: 5"], 400),
    "chunks twice": ({"Content_Length": None, "Transfer_Encoding": "chunked, chunked"}, [], 400),
    "chunks in two fields": (
        {"Content_Length": None},
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        400,
    ),
    "chunks not last": ({"Content_Length": None, "Transfer_Encoding": "chunked, gzip"}, [], 400),
    "a coding that is none": ({"Content_Length": None, "Transfer_Encoding": "xchunked"}, [], 400),
    "a length and identity": ({"Transfer_Encoding": "identity"}, [], 400),
    "a folded field": ({}, ["X-Note: a", " b"], 400),
    "a space before a colon": ({}, ["X-Note : a"], 400),
    "a field without a name": ({}, [": a"], 400),
    "a line that is no field": ({}, ["nonsense"], 400),
    "a NUL": ({}, ["X-Note: a\0b"], 400),
    "a bare carriage return": ({}, ["X-Note: a\rb"], 400),
    "a bare line feed": ({}, ["X-Note: a\nX-Other: b"], 400),
    "a name of other characters": ({}, ["X\xe9: a"], 400),
    "a long field": ({}, [f"X-Note: {'a' * 9000}"], 431),
    "a long name": ({}, [f"{'X' * 9000}: a"], 431),
    "many fields": ({}, [f"X-{n}: a" for n in range(1000)], 431),
    "no host": ({"Host": None}, [], 400),
    "two hosts": ({}, ["Host: 127.0.0.1"], 400),
    "two types": ({}, ["Content-Type: application/ipp"], 400),
}


@pytest.mark.parametrize(("fields", "more", "status"), FRAMING.values(), ids=FRAMING)
def test_framing_that_could_be_read_in_two_ways_is_refused(door, fields, more, status):
    said = exchange(door, written(question(door), more=more, **fields))
    assert said.statuses == [status]
    assert said.headers[0]["Connection"] == "close"
    assert said.headers[0]["Server"] == "Printgate"
    assert said.closed
    assert fine(door)


LINES = {
    "no version": ("POST /ipp/print", 505),
    "HTTP/0.9": ("POST /ipp/print HTTP/0.9", 505),
    "HTTP/1.2": ("POST /ipp/print HTTP/1.2", 400),
    "HTTP/2.0": ("POST /ipp/print HTTP/2.0", 505),
    "HTTP/3": ("POST /ipp/print HTTP/3", 400),
    "another protocol": ("POST /ipp/print IPP/2.0", 400),
    "no target": ("POST  HTTP/1.1", 400),
    "no method": (" /ipp/print HTTP/1.1", 400),
    "a method of small letters": ("post /ipp/print HTTP/1.1", 400),
    "a method that nobody knows": ("PRINT /ipp/print HTTP/1.1", 400),
    "a tab": ("POST\t/ipp/print\tHTTP/1.1", 400),
    "a space in the target": ("POST /ipp/pr int HTTP/1.1", 400),
    "a target that is not ASCII": ("POST /ipp/print/\xff\xfe HTTP/1.1", 400),
    "a long target": (f"POST /ipp/print/{'a' * 9000} HTTP/1.1", 414),
    "a very long target": (f"POST /ipp/print/{'a' * 900_000} HTTP/1.1", 414),
    "an asterisk": ("POST * HTTP/1.1", 400),
    "an authority": ("POST 127.0.0.1:631 HTTP/1.1", 400),
    "a broken authority": ("POST http://[::1/ipp/print HTTP/1.1", 400),
    "a port that is none": ("POST http://127.0.0.1:99999/ipp/print HTTP/1.1", 400),
    "a tunnel": ("CONNECT 127.0.0.1:631 HTTP/1.1", 501),
    "a trace": ("TRACE /ipp/print HTTP/1.1", 501),
    "the preface of HTTP/2": ("PRI * HTTP/2.0\r\n\r\nSM", 400),
}


@pytest.mark.parametrize(("line", "status"), LINES.values(), ids=LINES)
def test_request_lines_that_are_none_are_refused(door, line, status):
    said = exchange(door, written(question(door), line=line))
    assert said.statuses == [status]
    assert said.closed
    assert fine(door)


@pytest.mark.parametrize(
    "data", [b"\0\1\2\3", b"hello\r\n\r\n", b"\xff" * 100, b"%PDF-1.4\n", b"@PJL INFO ID\r\n", b"\x15"]
)
def test_what_is_no_http_is_refused(door, data):
    said = exchange(door, data, half_close=True)
    assert said.statuses in ([400], [])
    assert said.closed
    assert fine(door)


PATHS = ["/ipp/print", "/ipp/print/", "/ipp/print?a=b&c", "/ipp/print#x", "/ipp/print/%2e%2e/x", "/ipp/print/../../etc",
         "/ipp/print/%ff%zz%", "/ipp/print/%00", "/ipp/print/held/1/2/3"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_below_our_path_the_uri_in_the_request_decides(door, path):
    said = exchange(door, written(question(door), line=f"POST {path} HTTP/1.1", Connection="close"))
    assert said.statuses == [200]
    assert said.message().group(4).string("printer-name") == "held"


@pytest.mark.parametrize(
    "path", ["//ipp/print", "/ipp//print", "/IPP/PRINT", "/ipp", "/ipp/printer", "/%69pp//print", "//["]
)
def test_other_paths_are_none_of_ours(door, path):
    said = exchange(door, written(question(door), line=f"POST {path} HTTP/1.1", Connection="close"))
    assert said.statuses[0] in (403, 404, 405)


@pytest.mark.parametrize("scheme", ["http", "ipp", "HTTP"])
def test_a_target_may_be_a_whole_uri(door, scheme):
    line = f"POST {scheme}://{door.authority}/ipp/print HTTP/1.1"
    said = exchange(door, written(question(door), line=line, Connection="close"))
    assert said.statuses == [200]
    assert said.code() is OK


def test_empty_lines_may_stand_before_a_request(door):
    said = exchange(door, b"\r\n\r\n" + written(question(door), Connection="close"))
    assert said.statuses == [200]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "PROPFIND"])
@pytest.mark.parametrize("path", ["/ipp/print", "/ipp/print/held"])
def test_what_is_not_posted_is_told_what_is(door, method, path):
    with door.plug() as plug:
        plug.sendall(written(line=f"{method} {path} HTTP/1.1", Connection="close"))
        said = b""
        while chunk := plug.recv(65536):
            said += chunk
    start, _, body = said.partition(b"\r\n\r\n")
    assert start.startswith(b"HTTP/1.1 405 ")
    assert b"Allow: POST" in start
    assert not (method == "HEAD" and body)


@pytest.mark.parametrize("target", ["*", "/ipp/print", "/ipp/print/held", "/"])
def test_options_say_what_there_is(door, target):
    said = exchange(door, written(line=f"OPTIONS {target} HTTP/1.1"), written(question(door)), until=2)
    assert said.statuses == [200, 200]
    assert {"POST", "OPTIONS"} <= set(said.headers[0]["Allow"].split(", "))
    assert said.headers[0]["Upgrade"] == "TLS/1.2, HTTP/1.1"
    assert said.headers[0]["Connection"] == "Upgrade"


def test_options_with_a_body_are_answered_as_such(door):
    said = exchange(door, written(question(door), line="OPTIONS * HTTP/1.1"), written(question(door)), until=2)
    assert said.statuses == [200, 200]
    assert said.code() is OK


KINDS = [
    "application/ipp",
    "Application/IPP",
    "application/ipp; charset=utf-8",
    'application/ipp;q="\xff',
    "application/ipp ;",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_content_type_may_be_written_in_many_ways(door, kind):
    said = exchange(door, written(question(door), Content_Type=kind, Connection="close"))
    assert said.statuses == [200]


@pytest.mark.parametrize(
    "kind", [None, "", ";", "text/plain", "application/ipp2", "application/ipp, text/plain", "*/*"]
)
def test_other_content_is_refused(door, kind):
    said = exchange(door, written(question(door), Content_Type=kind, Connection="close"))
    assert said.statuses == [415]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "x-gzip", "gzip, identity", "nonsense"])
def test_a_coded_body_is_refused_unread(door, coding):
    said = exchange(door, written(question(door), Content_Encoding=coding))
    assert said.statuses == [415]
    assert said.headers[0]["Accept-Encoding"] == "identity"
    assert said.closed


def test_an_identity_coding_is_none(door):
    said = exchange(door, written(question(door), Content_Encoding="identity", Connection="close"))
    assert said.statuses == [200]


CHUNKS = {
    "extensions": {"extension": b';a=b;c="d e";f'},
    "a long extension": {"extension": b";a=" + b"x" * 50_000},
    "trailers": {"last": b"0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n"},
    "a last chunk of many zeros": {"last": b"0000000\r\n\r\n"},
    "a last chunk with an extension": {"last": b"0;x\r\n\r\n"},
}


@pytest.mark.parametrize("words", CHUNKS.values(), ids=CHUNKS)
def test_chunks_may_carry_more_than_data(door, words):
    body = question(door)
    fields = {"Content_Length": None, "Transfer_Encoding": "chunked"}
    data = chunked(body[:5], body[5:], **words)
    said = exchange(door, written(**fields) + data, written(body), until=2)
    assert said.statuses == [200, 200]
    assert said.code(0) is OK


BROKEN = {
    "a size that is none": b"zz\r\n",
    "a negative size": b"-5\r\n",
    "a size beyond 64 bits": b"f" * 20 + b"\r\n",
    "no size": b"\r\n",
    "no end of line": b"3\r\nabcX",
    "many trailers": b"0\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(1000)) + b"\r\n",
    "a length in the trailer": b"0\r\nContent-Length: 5\r\n\r\n",
}


@pytest.mark.parametrize("pause", [0, 0.1], ids=["at once", "later"])
@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_broken_chunks_end_the_connection(door, data, pause):
    start = written(Content_Length=None, Transfer_Encoding="chunked") + chunked(question(door)[:9], last=b"")
    said = exchange(door, start, pause, data)
    assert said.statuses in ([400], [431])
    assert said.closed
    assert fine(door)


@pytest.mark.parametrize("fields", [{}, {"Connection": "keep-alive"}])
def test_http_1_0_knows_no_chunks(door, fields):
    start = written(
        line="POST /ipp/print HTTP/1.0", Content_Length=None, Transfer_Encoding="chunked", **fields
    ) + chunked(question(door))
    said = exchange(door, start)
    assert said.statuses == [400]
    assert said.closed


@pytest.mark.parametrize(("version", "asked", "kept"), [
    ("1.0", None, False), ("1.0", "keep-alive", True), ("1.0", "Keep-Alive", True), ("1.0", "close", False),
    ("1.1", None, True), ("1.1", "close", False), ("1.1", "keep-alive", True), ("1.1", "x, close", False),
])  # fmt: skip
def test_a_connection_is_kept_as_was_asked(door, version, asked, kept):
    one = written(
        question(door), line=f"POST /ipp/print HTTP/{version}", Host=None if version == "1.0" else "h", Connection=asked
    )
    if kept:
        said = exchange(door, one, 0.1, one, until=2)
        assert said.statuses == [200, 200]
    else:
        said = exchange(door, one)
        assert said.statuses == [200]
        assert said.closed
    assert said.headers[0].get("Connection") == {("1.0", True): "keep-alive", ("1.1", False): "close"}.get(
        (version, kept)
    )


@pytest.mark.parametrize("protocol", ["h2c", "websocket", "tcp", "HTTP/2.0, SHTTP/1.3", "TLS/1.2", "\xff"])
def test_an_offer_of_another_protocol_is_declined_and_ends_the_connection(door, protocol):
    one = written(question(door), Upgrade=protocol, Connection="Upgrade")
    said = exchange(door, one, written(question(door)))
    # Answered with the rest unread: a client that sent more unasked asks again.
    assert said.statuses == [200]
    assert said.headers[0]["Connection"] == "close"
    assert said.closed
