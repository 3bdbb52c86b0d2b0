"""The requests that are sent, encoded once, and the documents that they carry."""

from collections.abc import Iterator

from ipp import build
from ipp.codec import encode
from ipp.enums import GroupTag
from ipp.message import Attribute, Group, Message

PRINT_JOB, CREATE_JOB, GET_JOBS, GET_PRINTER_ATTRIBUTES = 0x0002, 0x0005, 0x000A, 0x000B
BLOCK = bytes(1 << 20)

HELD = ("job-hold-until", "indefinite")
SOME = (
    "job-id", "job-name", "job-state", "job-state-reasons",
    "job-originating-user-name", "job-impressions", "time-at-creation",
)  # fmt: skip


def message(operation: int, uri: str, *more: Attribute, template: bool = False) -> bytes:
    """One request, up to where a document would begin."""
    common = [
        build.charset("attributes-charset", "utf-8"),
        build.language("attributes-natural-language", "en"),
        build.uri("printer-uri", uri),
        build.name("requesting-user-name", "bench"),
    ]
    groups = [Group(GroupTag.OPERATION, [*common, *more])]
    if template:
        groups.append(Group(GroupTag.JOB, [build.keyword(*HELD)]))
    return encode(Message((2, 0), operation, 1, groups))


def ask(uri: str, *requested: str) -> bytes:
    """Get-Printer-Attributes."""
    return message(GET_PRINTER_ATTRIBUTES, uri, build.keyword("requested-attributes", *requested or ("all",)))


def list_jobs(uri: str, requested: tuple[str, ...], limit: int | None) -> bytes:
    """Get-Jobs."""
    more = [build.keyword("requested-attributes", *requested)] if requested else []
    if limit is not None:
        more.append(build.integer("limit", limit))
    return message(GET_JOBS, uri, *more)


def print_job(uri: str, *, held: bool = True) -> bytes:
    """Print-Job, held wherever it goes; the document follows it."""
    name = build.name("job-name", "benchmark")
    return message(PRINT_JOB, uri, name, build.mime("document-format", "application/pdf"), template=held)


def http(uri: str, length: int | None, *, close: bool = False) -> bytes:
    """The head of a POST; without a length the body is chunked."""
    rest, _, path = uri.partition("://")[2].partition("/")
    head = f"POST /{path} HTTP/1.1\r\nHost: {rest}\r\nContent-Type: application/ipp\r\n"
    head += "Transfer-Encoding: chunked\r\n" if length is None else f"Content-Length: {length}\r\n"
    return (head + ("Connection: close\r\n" if close else "") + "\r\n").encode()


def request(uri: str, body: bytes, *, close: bool = False) -> bytes:
    """One whole HTTP request."""
    return http(uri, len(body), close=close) + body


def _pdf(drawing: bytes, beside: int = 0) -> tuple[bytes, bytes]:
    """One page with that drawing, and a stream of `beside` octets that go between what is returned."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
    ]
    if beside:
        objects.append(b"<</Length %d>>stream\n" % beside)
    head, places = b"%PDF-1.4\n", []
    for number, value in enumerate(objects, 1):
        places.append(len(head))
        ending = b"" if value.endswith(b">>stream\n") else b"\nendobj\n"
        head += b"%d 0 obj\n%s%s" % (number, value, ending)
    tail = b"\nendstream\nendobj\n" if beside else b""
    table = len(head) + beside + len(tail)
    tail += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail += b"".join(b"%010d 00000 n \n" % place for place in places)
    tail += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return head, tail


def small_document(size: int = 20_000) -> bytes:
    """A PDF of one page of lines, of about `size` octets."""
    lines, drawn, number = [], 0, 0
    while drawn < size - 600:  # the rest of the file
        lines.append(b"%d %d m %d %d l S\n" % (number % 595, number % 842, (number * 7) % 595, (number * 3) % 842))
        drawn += len(lines[-1])
        number += 1
    return b"".join(_pdf(b"".join(lines)))


def large_document(megabytes: int) -> Iterator[bytes]:
    """A PDF of one empty page beside a stream of that many megabytes, in pieces."""
    head, tail = _pdf(b"0 g", megabytes * len(BLOCK))
    yield head
    for _ in range(megabytes):
        yield BLOCK
    yield tail
