"""The one port, octet by octet: who is answered before sending what, and over what."""

import gzip
import json
import sys
import zlib

import pytest

from tests.e2e import paper
from tests.e2e.bed import ROOT

pytestmark = pytest.mark.e2e

OPEN, CLOSED = "/ipp/print/open", "/ipp/print/follow-me"


class Door:
    """Raw conversations with the gateway's port, held on its machine by `knock.py`."""

    def __init__(self, machine):
        self._machine = machine

    def __call__(self, *steps, tls=False):
        """Send each step, after the answer to the one before; returns the answers."""
        told = json.dumps({"tls": tls, "steps": [_hex(step) for step in steps]})
        script = ROOT / "tests/e2e/knock.py"
        done = self._machine.run(sys.executable, script, "8631", data=told)
        return [Answer(bytes.fromhex(one)) for one in json.loads(done.stdout)]


def _hex(step):
    return step.hex() if isinstance(step, bytes) else {"upgrade": True}


class Answer:
    """One HTTP answer; `ipp` is the status of the IPP answer in it."""

    def __init__(self, octets):
        head, _, self.body = octets.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(first.split()[1]) if first else None
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    @property
    def ipp(self):
        return int.from_bytes(self.body[2:4], "big")


@pytest.fixture(scope="module")
def door(machine, gateway):
    return Door(machine)


def attribute(tag, name, value):
    value = value if isinstance(value, bytes) else value.encode()
    return bytes((tag,)) + len(name).to_bytes(2, "big") + name.encode() + len(value).to_bytes(2, "big") + value


def ipp(operation, queue, *more, request=1):
    """An IPP 2.0 request, as RFC 8010 section 3.1 lays it out."""
    head = b"\x02\x00" + operation.to_bytes(2, "big") + request.to_bytes(4, "big") + b"\x01"
    common = attribute(0x47, "attributes-charset", "utf-8") + attribute(0x48, "attributes-natural-language", "en")
    return head + common + attribute(0x45, "printer-uri", f"ipp://localhost:8631{queue}") + b"".join(more) + b"\x03"


PRINT_JOB, VALIDATE_JOB, GET_JOBS, GET_PRINTER = 0x0002, 0x0004, 0x000A, 0x000B
DAVE = attribute(0x42, "requesting-user-name", "dave")
PDF = attribute(0x49, "document-format", "application/pdf")
OK = 0x0000


def post(path, body, *headers, length=None):
    lines = [f"POST {path} HTTP/1.1", "Host: localhost:8631", "Content-Type: application/ipp", *headers]
    if not any(line.startswith("Transfer-Encoding") for line in headers):
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunked(body, size):
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def title(name):
    return attribute(0x42, "job-name", name)


def test_a_wrong_password_is_answered_before_the_document(door):
    """A client with ten megabytes to send hears 401 after its headers; it never gets leave to go on."""
    request = ipp(PRINT_JOB, CLOSED, PDF)
    headers = ("Expect: 100-continue", "Authorization: Basic YWxpY2U6Z3Vlc3M=")
    [answer] = door(post(CLOSED, b"", *headers, length=len(request) + 10_000_000), tls=True)
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith('Basic realm="Printgate"')


def test_no_password_is_answered_before_the_document(door):
    """The attributes say that it is Print-Job; the document, which would follow at leave, is not asked for."""
    request = ipp(PRINT_JOB, CLOSED, PDF)
    [answer] = door(post(CLOSED, request, "Expect: 100-continue", length=len(request) + 10_000_000), tls=True)
    assert answer.status == 401


def test_leave_is_given_after_acceptance(gateway, door):
    """Attributes first, then leave, then the document, then the job."""
    request, document = ipp(PRINT_JOB, OPEN, DAVE, title("expected"), PDF), paper.pdf()
    both = request + document
    first, last = door(post(OPEN, request, "Expect: 100-continue", length=len(both)), document)
    assert (first.status, last.status, last.ipp) == (100, 200, OK)
    assert gateway.held(title="expected")["user"] == "dave"


def test_what_the_queue_refuses_needs_no_document(door):
    """A format that is not taken is refused although the document has not come."""
    request = ipp(PRINT_JOB, OPEN, DAVE, attribute(0x49, "document-format", "application/x-unheard-of"))
    [answer] = door(post(OPEN, request, "Expect: 100-continue", length=len(request) + 10_000_000))
    assert (answer.status, answer.ipp) == (200, 0x040A)


def test_plain_ipp_is_told_to_upgrade(door):
    [answer] = door(post(CLOSED, ipp(GET_JOBS, CLOSED)))
    assert answer.status == 426
    assert "TLS/1.2" in answer.headers["upgrade"]
    # What clients ask before they sign in is open to all.
    answers = door(post(CLOSED, ipp(GET_PRINTER, CLOSED)), post(CLOSED, ipp(VALIDATE_JOB, CLOSED, PDF)))
    assert [(one.status, one.ipp) for one in answers] == [(200, OK), (200, OK)]


def test_a_password_in_the_clear_is_not_read(door):
    """The right password over plain ipp opens nothing: it is told to upgrade like any other."""
    right = "Authorization: Basic YWxpY2U6YWxpY2UncyBzZWNyZXQ="
    [answer] = door(post(CLOSED, ipp(GET_JOBS, CLOSED), right))
    assert answer.status == 426
    [answer] = door(post(CLOSED, ipp(GET_JOBS, CLOSED), right), tls=True)
    assert (answer.status, answer.ipp) == (200, OK)


def test_upgrade_within_a_connection(door):
    """RFC 2817: OPTIONS with Upgrade, 101, a handshake on the same socket, and the answer that is owed, then requests."""
    options = (
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2,TLS/1.1,TLS/1.0\r\n\r\n"
    )
    switched, owed, answer = door(options, "handshake", post(CLOSED, ipp(GET_JOBS, CLOSED)))
    assert switched.status == 101
    assert owed.status == 200
    assert answer.status == 401


def test_plain_and_secure_on_one_port_and_kept_alive(door):
    for tls in (False, True):
        requests = [post(OPEN, ipp(GET_PRINTER, OPEN, request=number)) for number in range(1, 6)]
        answers = door(*requests, tls=tls)
        assert [(one.status, one.ipp) for one in answers] == [(200, OK)] * 5
        assert [int.from_bytes(one.body[4:8], "big") for one in answers] == [1, 2, 3, 4, 5]


PACKINGS = {
    "gzip": gzip.compress,
    # Raw deflate (RFC 1951), without the wrapper of zlib, as printers mean it.
    "deflate": lambda data: (packer := zlib.compressobj(wbits=-15)).compress(data) + packer.flush(),
    "none": lambda data: data,
}


@pytest.mark.parametrize("size", [7, 65536])
@pytest.mark.parametrize("compression", PACKINGS)
def test_chunked_and_compressed(gateway, door, compression, size):
    name = f"{compression} in {size}"
    request = ipp(PRINT_JOB, OPEN, DAVE, title(name), PDF, attribute(0x44, "compression", compression))
    body = chunked(request + PACKINGS[compression](paper.pdf()), size)
    [answer] = door(post(OPEN, body, "Transfer-Encoding: chunked"))
    assert (answer.status, answer.ipp) == (200, OK)
    held = gateway.held(title=name)
    assert (held["pages"], held["color_pages"], held["size"]) == (3, 1, len(paper.pdf()))


WINDOWS = (
    "uri-authentication-supported document-format-default document-format-preferred document-format-supported "
    "media-supported media-type-supported mopria-certified printer-dns-sd-name printer-firmware-name "
    "printer-firmware-string-version printer-device-id printer-info printer-make-and-model printer-more-info printer-name "
    "printer-uuid printer-state printer-state-reasons media-col-ready media-col-default media-col-supported "
    "media-col-database media-source-supported media-default media-size-supported sides-supported sides-default "
    "print-color-mode-supported print-color-mode-default printer-resolution-supported printer-resolution-default "
    "copies-supported orientation-requested-supported output-bin-supported print-quality-supported color-supported "
    "page-ranges-supported number-up-supported finishings-supported job-creation-attributes-supported "
    "operations-supported ipp-versions-supported uri-security-supported pwg-raster-document-resolution-supported "
    "pwg-raster-document-sheet-back pwg-raster-document-type-supported urf-supported printer-icons"
).split()
"""What Windows' IPP class driver asks for by name before it takes a printer, and then before its dialog."""
NO_SUCH = ("ipp-version-supported", "mopria_certified")
"""Names that Windows asks for and that do not exist."""


@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_a_long_list_of_attributes_by_name(machine, gateway, version):
    """All that exists has a value, also the long media-col-database; what does not exist is left out and not refused."""
    lines = [
        "OPERATION Get-Printer-Attributes",
        "GROUP operation-attributes-tag",
        "ATTR charset attributes-charset utf-8",
        "ATTR naturalLanguage attributes-natural-language en-us",
        "ATTR uri printer-uri $uri",
        f"ATTR keyword requested-attributes {','.join((*NO_SUCH, *WINDOWS))}",
        "STATUS successful-ok",
        *(f"EXPECT {name}" for name in WINDOWS),
        *(f"EXPECT !{name}" for name in NO_SUCH),
    ]
    test = machine.folder / "wanted.test"
    test.write_text("{\n" + "\n".join(lines) + "\n}\n")
    machine.run("ipptool", "-tv", "-V", version, f"ipps://localhost:8631{CLOSED}", test)
