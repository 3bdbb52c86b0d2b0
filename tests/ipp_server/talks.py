"""How client families speak to a printer: for each a conversation, written from what is known of it, to be replayed.

A talk is one connection kept alive, as the client keeps it, with its own way of HTTP and of naming the printer; a step
is one request of it. `{job}` in a step stands for the number of the job that the talk made.
"""

import struct
from dataclasses import dataclass, field

from ipp import build
from ipp.enums import Operation
from ipp.message import Attribute

A4 = (21000, 29700)
ESSENTIAL = ("printer-state", "printer-state-reasons", "printer-is-accepting-jobs")


@dataclass(frozen=True)
class Step:
    """One request: its operation attributes after those that all have, its job attributes, its document."""

    operation: Operation
    extra: tuple[Attribute, ...] = ()
    template: tuple[Attribute, ...] = ()
    document: bytes = b""
    of_job: bool = False
    wanted: tuple[str, ...] = ()
    """Attributes that the client cannot go on without."""


@dataclass(frozen=True)
class Talk:
    """One family's conversation. `host` is how it writes our address, `expects` whether it waits to be told to go on."""

    name: str
    steps: tuple[Step, ...]
    version: tuple[int, int] = (2, 0)
    agent: str = ""
    chunked: bool = True
    expects: bool = False
    tls: bool = False
    host: str = "127.0.0.1"
    user: str = "carol"
    headers: dict[str, str] = field(default_factory=dict)


def asked(*names):
    return (build.keyword("requested-attributes", *names),)


def media_col(margin=423, **members):
    size = [build.integer("x-dimension", A4[0]), build.integer("y-dimension", A4[1])]
    inner = [build.collection("media-size", size)]
    inner += [build.integer(f"media-{edge}-margin", margin) for edge in ("bottom", "left", "right", "top")]
    inner += [build.keyword(name.replace("_", "-"), value) for name, value in members.items()]
    return build.collection("media-col", inner)


def look(*names):
    return Step(Operation.GET_JOB_ATTRIBUTES, asked(*names), of_job=True, wanted=("job-state",))


def sent(document, mime, *, template=(), name="letter", extra=()):
    """Create-Job and Send-Document, as most do where both are offered."""
    return (
        Step(Operation.CREATE_JOB, (build.name("job-name", name), *extra), template, wanted=("job-id", "job-uri")),
        Step(
            Operation.SEND_DOCUMENT,
            (
                build.name("document-name", name),
                build.mime("document-format", mime),
                build.boolean("last-document", True),
            ),
            document=document,
            of_job=True,
        ),
    )


def quartz_pdf():
    """A PDF as iOS writes them: entries of its table of objects have the offset 0."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 595 842] >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 5 0 R >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 5 0 R >>",
        b"<< /Length 22 >>\nstream\n0 g 72 72 200 200 re f\nendstream",
        b"null",
    ]
    out, offsets = bytearray(b"%PDF-1.3\n%\xc4\xe5\xf2\xe5\xeb\xa7\xf3\xa0\xd0\xc4\xc6\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(0 if body == b"null" else len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out) + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def apple_raster(pages=1):
    """URF: gray, 300 dpi, A4 (as AirPrint clients send what they have rasterised)."""
    width, height = 2480, 3508
    page = struct.pack(">BBBB", 8, 0, 1, 4) + b"\0" * 8 + struct.pack(">III", width, height, 300) + b"\0" * 8
    rows = b"".join(struct.pack("B", min(256, height - at) - 1) + _white(width) for at in range(0, height, 256))
    return b"UNIRAST\0" + struct.pack(">I", pages) + (page + rows) * pages


def _white(width):
    return b"".join(struct.pack("B", min(128, width - at) - 1) + b"\xff" for at in range(0, width, 128))


CUPS_ATTRIBUTES = (
    "compression-supported", "copies-supported", "cups-version", "document-format-supported",
    "job-password-encryption-supported", "marker-colors", "marker-high-levels", "marker-levels", "marker-low-levels",
    "marker-message", "marker-names", "marker-types", "media-col-supported", "multiple-document-handling-supported",
    "operations-supported", "print-color-mode-supported", "print-scaling-supported", "printer-alert",
    "printer-alert-description", "printer-is-accepting-jobs", "printer-mandatory-job-attributes", *ESSENTIAL[:2],
    "printer-state-message",
)  # fmt: skip
CUPS_JOB = (
    "job-id", "job-impressions-completed", "job-media-sheets-completed", "job-name", "job-originating-user-name",
    "job-state", "job-state-reasons",
)  # fmt: skip
CUPS_TICKET = (
    build.integer("copies", 1),
    media_col(media_source="auto", media_type="stationery"),
    build.keyword("sides", "one-sided"),
    build.keyword("print-color-mode", "monochrome"),
    build.enum("print-quality", 4),
    build.name("job-account-id", "none"),
    build.name("job-accounting-user-id", "carol"),
)


def cups(pdf):
    """The back end of CUPS 2.4: looks, asks whether the job would do, sends it, and stops at pending-held."""
    return Talk(
        "cups-2.4",
        (
            Step(Operation.GET_PRINTER_ATTRIBUTES, asked("all", "media-col-database"), wanted=("media-col-database",)),
            Step(Operation.GET_PRINTER_ATTRIBUTES, asked(*CUPS_ATTRIBUTES), wanted=(*ESSENTIAL, "copies-supported")),
            Step(Operation.VALIDATE_JOB, (build.name("job-name", "letter"),), CUPS_TICKET),
            *sent(pdf, "application/pdf", template=CUPS_TICKET),
            look(*CUPS_JOB),
            Step(Operation.GET_PRINTER_ATTRIBUTES, asked(*ESSENTIAL), wanted=ESSENTIAL),
        ),
        agent="CUPS/2.4.2 (Linux 6.1.0; x86_64) IPP/2.0",
        expects=True,
    )


def libcups3(pdf):
    """Version 3 of the library: the same in other headers, and documents by Content-Length."""
    return Talk(
        "libcups-3",
        (
            Step(Operation.GET_PRINTER_ATTRIBUTES, asked("all", "media-col-database"), wanted=("printer-uuid",)),
            Step(Operation.VALIDATE_JOB, (build.name("job-name", "letter"),), CUPS_TICKET[:4]),
            *sent(pdf, "application/pdf", template=CUPS_TICKET[:4]),
            look("job-impressions", "job-impressions-completed", "job-state", "job-state-message", "job-state-reasons"),
        ),
        agent="libcups/3.0 (Linux 6.1.0; x86_64) IPP/2.0",
        chunked=False,
        headers={"Accept-Encoding": "gzip, deflate, identity"},
    )


IOS_ATTRIBUTES = (
    "printer-name", "printer-info", "printer-location", "printer-make-and-model", "printer-uuid", "printer-state",
    "printer-state-reasons", "printer-is-accepting-jobs", "queued-job-count", "operations-supported", "urf-supported",
    "document-format-supported", "media-col-supported", "media-col-ready", "media-col-default", "media-ready",
    "media-supported", "media-bottom-margin-supported", "media-left-margin-supported", "media-right-margin-supported",
    "media-top-margin-supported", "media-source-supported", "media-type-supported", "sides-supported",
    "copies-supported", "print-color-mode-supported", "print-quality-supported", "print-scaling-supported",
    "page-ranges-supported", "finishings-supported", "output-bin-supported", "job-password-supported",
    "job-password-encryption-supported", "printer-icons", "printer-supply-info-uri", "printer-geo-location",
    "jpeg-k-octets-supported", "jpeg-x-dimension-supported", "jpeg-y-dimension-supported", "pdf-k-octets-supported",
    "identify-actions-supported", "landscape-orientation-requested-preferred",
)  # fmt: skip
IOS_NEEDS = (
    "document-format-supported", "urf-supported", "media-col-supported", "media-col-ready", "media-ready",
    "copies-supported", "sides-supported", "printer-uuid", "operations-supported", "job-password-supported",
)  # fmt: skip


def ios(_):
    """An iPhone, with a PIN: it shows the PIN that it made up only once it has seen the job wait."""
    secret = (build.octets("job-password", b"4711"), build.keyword("job-password-encryption", "none"))
    ticket = (
        build.integer("copies", 2),
        media_col(),
        build.keyword("sides", "two-sided-long-edge"),
        build.keyword("print-color-mode", "color"),
        build.keyword("print-scaling", "fit"),
        build.enum("print-quality", 4),
    )
    return Talk(
        "ios",
        (
            Step(Operation.GET_PRINTER_ATTRIBUTES, asked(*IOS_ATTRIBUTES), wanted=IOS_NEEDS),
            Step(Operation.VALIDATE_JOB, (build.name("job-name", "Photo"), *secret), ticket),
            *sent(quartz_pdf(), "application/pdf", template=ticket, name="Photo", extra=secret),
            *(look("job-state", "job-state-reasons", "job-name", "job-impressions-completed") for _ in range(3)),
        ),
        agent="CUPS/2.3.4 (iOS 18.1; arm64) IPP/2.0",
        expects=True,
        host="localhost",
    )


def ios_raster(_):
    """An iPad that sends what it has rasterised itself, by Print-Job."""
    ticket = (media_col(), build.keyword("sides", "one-sided"), build.enum("print-quality", 4))
    mime = (build.name("job-name", "Note"), build.mime("document-format", "image/urf"))
    return Talk(
        "ipados",
        (
            Step(Operation.GET_PRINTER_ATTRIBUTES, asked(*IOS_ATTRIBUTES), wanted=IOS_NEEDS),
            Step(Operation.PRINT_JOB, mime, ticket, document=apple_raster(), wanted=("job-id", "job-state")),
            look("job-state", "job-state-reasons"),
        ),
        agent="CUPS/2.3.4 (iPadOS 17.5; arm64) IPP/2.0",
    )


def macos(pdf):
    """A Mac: CUPS as well, with its banners of none twice, over TLS from the start."""
    ticket = (
        *CUPS_TICKET[:4],
        build.name("job-sheets", "none", "none"),
        build.keyword("multiple-document-handling", "separate-documents-collated-copies"),
        build.keyword("output-bin", "face-down"),
    )
    return Talk(
        "macos",
        (
            Step(Operation.GET_PRINTER_ATTRIBUTES, asked(*CUPS_ATTRIBUTES), wanted=ESSENTIAL),
            Step(Operation.VALIDATE_JOB, (build.name("job-name", "letter"),), ticket),
            *sent(pdf, "application/pdf", template=ticket),
            look(*CUPS_JOB),
        ),
        agent="CUPS/2.3.4 (Darwin 23.5.0; arm64) IPP/2.0",
        expects=True,
        tls=True,
        host="localhost",
    )


ANDROID_ATTRIBUTES = (
    "ipp-versions-supported", "printer-make-and-model", "printer-info", "printer-dns-sd-name", "printer-name",
    "printer-uuid", "printer-location", "uri-security-supported", "uri-authentication-supported", "color-supported",
    "copies-supported", "document-format-supported", "media-col-default", "media-col-ready", "media-supported",
    "media-default", "media-left-margin-supported", "media-right-margin-supported", "media-top-margin-supported",
    "media-bottom-margin-supported", "media-size-supported", "media-type-supported", "output-bin-supported",
    "print-color-mode-supported", "printer-output-tray", "printer-resolution-supported", "print-quality-supported",
    "printer-device-id", "sides-supported", "pwg-raster-document-sheet-back", "pwg-raster-document-type-supported",
    "pwg-raster-document-resolution-supported", "pclm-raster-back-side", "pclm-strip-height-supported",
    "pclm-compression-method-preferred", "pclm-source-resolution-supported", "mopria-certified",
    "document-format-details-supported", "job-creation-attributes-supported", "epcl-version-supported",
    "media-ready", "printer-state", "printer-state-reasons",
)  # fmt: skip


def android(raster):
    """Android's own print service: an IPv4 literal for a host, PWG raster, and no word of who prints but a name."""
    ticket = (
        build.integer("copies", 1),
        media_col(margin=0),
        build.keyword("sides", "one-sided"),
        build.keyword("print-color-mode", "monochrome"),
        build.enum("orientation-requested", 3),
    )
    return Talk(
        "android",
        (
            Step(
                Operation.GET_PRINTER_ATTRIBUTES,
                asked(*ANDROID_ATTRIBUTES),
                wanted=("document-format-supported", "printer-uuid", "sides-supported", "mopria-certified"),
            ),
            Step(Operation.VALIDATE_JOB, (build.mime("document-format", "image/pwg-raster"),), ticket),
            *sent(raster, "image/pwg-raster", template=ticket, name="Document"),
            look("job-state", "job-state-reasons", "job-name"),
            Step(Operation.GET_PRINTER_ATTRIBUTES, asked(*ESSENTIAL), wanted=ESSENTIAL),
        ),
        agent="wPrintAndroid/1.0",
        user="Nexus",
    )


WINDOWS_ATTRIBUTES = (
    "uri-authentication-supported", "document-format-default", "document-format-preferred",
    "document-format-supported", "ipp-version-supported", "ipp-versions-supported", "media-supported",
    "media-type-supported", "mopria-certified", "mopria_certified", "printer-dns-sd-name", "printer-firmware-name",
    "printer-firmware-string-version", "printer-device-id", "printer-info", "printer-input-tray",
    "printer-output-tray", "printer-make-and-model", "printer-name", "printer-uuid", "media-col-ready",
    "media-col-default", "sides-supported", "print-color-mode-supported", "printer-resolution-supported",
    "pwg-raster-document-resolution-supported", "pwg-raster-document-type-supported",
    "pwg-raster-document-sheet-back", "printer-state", "printer-state-reasons", "printer-is-accepting-jobs",
)  # fmt: skip
WINDOWS_NEEDS = (
    "document-format-supported", "document-format-preferred", "mopria-certified", "printer-device-id",
    "printer-dns-sd-name", "printer-firmware-name", "printer-firmware-string-version", "printer-uuid",
    "media-col-default", "printer-input-tray", "printer-output-tray",
)  # fmt: skip


def windows(raster):
    """The class driver of Windows 10 and 11: asks the same three times before it says that there is a printer."""
    ticket = (
        build.integer("copies", 1),
        build.keyword("media", "iso_a4_210x297mm"),
        build.keyword("sides", "one-sided"),
        build.keyword("print-color-mode", "auto"),
        build.enum("print-quality", 4),
    )
    question = Step(Operation.GET_PRINTER_ATTRIBUTES, asked(*WINDOWS_ATTRIBUTES), wanted=WINDOWS_NEEDS)
    return Talk(
        "windows-11",
        (
            question,
            question,
            question,
            *sent(raster, "image/pwg-raster", template=ticket, name="Untitled - Notepad"),
            look("job-state", "job-state-reasons", "job-state-message"),
        ),
        agent="Internet Print Provider",
        user="CORP\\carol",
    )


def windows_old(pdf, version):
    """Internet Printing of older Windows: IPP 1.x, Print-Job of whatever it has, then a look at the queue."""
    return Talk(
        f"windows-ipp-{version[0]}.{version[1]}",
        (
            Step(Operation.GET_PRINTER_ATTRIBUTES, wanted=("printer-state", "document-format-supported")),
            Step(Operation.VALIDATE_JOB, (build.name("job-name", "Test Page"),)),
            Step(
                Operation.PRINT_JOB,
                (build.name("job-name", "Test Page"), build.mime("document-format", "application/octet-stream")),
                document=pdf,
                wanted=("job-id", "job-uri", "job-state"),
            ),
            Step(Operation.GET_JOBS, asked("job-id", "job-name", "job-state", "job-k-octets", "time-at-creation")),
            look("job-state"),
        ),
        version=version,
        agent="Internet Print Provider",
        chunked=False,
        headers={"Accept": "application/ipp", "Cache-Control": "no-cache"},
    )


def chromeos(pdf):
    """ChromeOS: is it driverless, and may it print here? Then CUPS's way, with a word about itself, and a PIN."""
    about = build.collection("client-info", [build.name("client-name", "ChromeOS"), build.enum("client-type", 4)])
    secret = (build.octets("job-password", b"0815"), build.keyword("job-password-encryption", "none"))
    return Talk(
        "chromeos",
        (
            Step(
                Operation.GET_PRINTER_ATTRIBUTES,
                asked(
                    "ipp-features-supported",
                    "ipp-versions-supported",
                    "document-format-supported",
                    "printer-make-and-model",
                    "oauth-authorization-server-scope",
                    "oauth-authorization-server-uri",
                    "printer-info",
                    "client-info-supported",
                ),
                wanted=("ipp-features-supported", "ipp-versions-supported", "document-format-supported"),
            ),
            Step(Operation.GET_PRINTER_ATTRIBUTES, asked("all", "media-col-database"), wanted=("media-col-database",)),
            *sent(pdf, "application/pdf", template=CUPS_TICKET[:5], extra=(about, *secret)),
            look(*CUPS_JOB),
        ),
        agent="CUPS/2.3.3op2 (Linux 5.15; x86_64) IPP/2.0",
        expects=True,
    )
