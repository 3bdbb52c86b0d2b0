"""Which language a document is written in: told by its first bytes, never by a name or a MIME type it came with.

One row per format, tried in order. A format without a counter is known, and refused with its name: nothing is
guessed, and nothing unknown falls through to text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

UNKNOWN = "application/octet-stream"
PDF = "application/pdf"
HEAD_BYTES = 65536

# ISO 32000-1 annex H.3: readers look for the header within the first 1024 bytes.
PDF_HEADER_WITHIN = 1024

_UEL = b"\x1b%-12345X"
_PDF_HEADER = re.compile(rb"%PDF-\d\.\d")
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
# Bytes that no text for a printer has; ESC begins the languages above.
_CONTROL = re.compile(rb"[\x00-\x07\x0b\x0e-\x1f\x7f]")
_LATIN_1_GAP = re.compile(rb"[\x80-\x9f]")
# Latin-1 knows a letter for every byte from A0: text in it is still mostly letters of ASCII.
LEAST_ASCII_SHARE = 0.7

Test = Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class Format:
    """One document format: MIME type, other names clients give it, how to know it, the task that counts it."""

    mime: str
    names: tuple[str, ...]
    test: Test
    counter: str | None
    label: str


def leading_nulls(head: bytes) -> int:
    """How many zero bytes some drivers put before their document."""
    return len(head) - len(head.lstrip(b"\0"))


def sniff(head: bytes) -> str:
    """The MIME type of the document that begins with `head` (its first 64 KiB), or UNKNOWN."""
    head = head[:HEAD_BYTES].lstrip(b"\0")
    return next((row.mime for row in FORMATS if row.test(head)), UNKNOWN)


def begins(*magics: bytes) -> Test:
    """Test for a document that begins with one of `magics`."""
    return lambda head: head.startswith(magics)


def is_text(head: bytes) -> bool:
    """Whether these bytes are text to a person: UTF-8 or Latin-1, printable, no control but TAB LF FF CR BS."""
    if not head or _CONTROL.search(head):
        return False
    return is_utf8(head) or _is_latin_1(head)


def is_utf8(head: bytes) -> bool:
    """Whether `head` is UTF-8, its last character perhaps cut off."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as fault:
        return fault.reason == "unexpected end of data" and len(head) - fault.start < 4 <= len(head)
    return True


def _is_latin_1(head: bytes) -> bool:
    ascii_bytes = sum(byte < 0x80 for byte in head)
    return not _LATIN_1_GAP.search(head) and ascii_bytes >= LEAST_ASCII_SHARE * len(head)


def _is_pdf(head: bytes) -> bool:
    found = _PDF_HEADER.search(head[: PDF_HEADER_WITHIN + 8])
    # A header further in may be a text that speaks of PDF: then the objects are missing.
    return head.startswith(b"%PDF-") or (found is not None and b" obj" in head)


def _is_xps(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04") and any(mark in head for mark in (b".fdseq", b"FixedDocSeq", b".fpage"))


def _is_pclm(head: bytes) -> bool:
    return head.startswith(b"%PDF-") and b"%PCLm" in head[:64]


def _is_pwg(head: bytes) -> bool:
    return head.startswith(b"RaS2PwgRaster\0")


def _is_heic(head: bytes) -> bool:
    # The length of the first box before "ftyp" begins with zeros, which are stripped like a driver's.
    at = head.find(b"ftyp", 0, 8)
    return at >= 0 and head[at + 4 : at + 8] in _HEIC_BRANDS


def _is_pjl(head: bytes) -> bool:
    return head.startswith(_UEL) or head[:64].lstrip()[:5].upper() == b"@PJL "


FORMATS: tuple[Format, ...] = (
    Format("image/pwg-raster", ("image/x-pwg-raster",), _is_pwg, "count-pwg", "PWG raster"),
    Format("image/urf", ("image/x-urf",), begins(b"UNIRAST\0"), "count-urf", "Apple raster"),
    Format("image/jpeg", ("image/jpg", "image/pjpeg"), begins(b"\xff\xd8\xff"), "count-image", "JPEG picture"),
    Format("image/png", ("image/x-png",), begins(b"\x89PNG\r\n\x1a\n"), "count-image", "PNG picture"),
    Format("application/PCLm", ("application/pclm",), _is_pclm, None, "PCLm"),
    Format(
        "application/postscript",
        ("application/ps", "application/eps"),
        begins(b"%!", b"\x04%!", b"\xc5\xd0\xd3\xc6"),
        None,
        "PostScript",
    ),
    Format("application/vnd.hp-PJL", ("application/vnd.hp-pjl",), _is_pjl, None, "PJL job"),
    Format("application/vnd.hp-PCLXL", ("application/vnd.hp-pclxl",),
           begins(b") HP-PCL XL;", b"( HP-PCL XL;", b"' HP-PCL XL;", b") BROTHER XL2HB;"), None, "PCL XL"),
    Format("application/vnd.hp-HPGL", ("vector/x-hpgl",), begins(b"\x1b%-1B", b"\x1b%0B", b"\x1b%1B"), None, "HP-GL/2"),
    Format("application/vnd.hp-PCL", ("application/vnd.hp-pcl", "application/pcl"),
           begins(b"\x1bE", b"\x1b&", b"\x1b*", b"\x1b(s", b"\x1b(1", b"\x1b(8", b"\x1b%"), None, "PCL"),
    Format("application/vnd.epson.escpr", (), begins(b"\x1b@", b"\x1b(G", b"\x1b\x01@EJL"), None, "ESC/P"),
    Format("application/vnd.ms-xpsdocument", ("application/oxps",), _is_xps, None, "XPS"),
    Format("application/vnd.cups-raster", (), begins(b"RaS2", b"RaS3", b"RaSt", b"2SaR", b"3SaR", b"tSaR"), None,
           "CUPS raster"),
    Format("image/tiff", ("image/tif",), begins(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), None, "TIFF picture"),
    Format("image/heic", ("image/heif",), _is_heic, None, "HEIC picture"),
    Format("image/gif", (), begins(b"GIF87a", b"GIF89a"), None, "GIF picture"),
    Format("image/webp", (), lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", None, "WebP picture"),
    Format("application/gzip", ("application/x-gzip",), begins(b"\x1f\x8b"), None, "gzip file"),
    Format("application/zip", (), begins(b"PK\x03\x04"), None, "ZIP file or office document"),
    Format(PDF, ("application/x-pdf",), _is_pdf, "count-pdf", "PDF"),
    Format("text/plain", (), is_text, "count-text", "text"),
)  # fmt: skip

BY_MIME = {row.mime: row for row in FORMATS}
