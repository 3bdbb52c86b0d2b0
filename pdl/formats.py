"""Which language a document is written in: told by its first bytes, never by a name or a MIME type it came with.

One row per format, tried in order, with the way its pages are counted. A format of no way is known, and refused with
its name: nothing is guessed, and nothing unknown falls through to text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pdl import format_ole, format_zip
from pdl.format_hpgl import is_hpgl
from pdl.format_xml import root_element
from pdl.mime import GZIP, PCL, PDF, PJL, TEXT
from pdl.text_encoding import encoding_of

__all__ = [
    "BY_MIME",
    "FORMATS",
    "HEAD_BYTES",
    "UNKNOWN",
    "Format",
    "Way",
    "canonical",
    "leading_nulls",
    "sniff",
    "sniff_language",
]

UNKNOWN = "application/octet-stream"
HEAD_BYTES = 65536

# ISO 32000-1 annex H.3: readers look for the header within the first 1024 bytes.
PDF_HEADER_WITHIN = 1024

# White space may come first, zeros are those of UTF-16.
_XML = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<\0?[?!a-zA-Z]")
# At the start of a line, or after bytes that are no text.
_PDF_HEADER = re.compile(rb"(?<![ -~])%PDF-\d\.\d")
_PDF_OBJECT = re.compile(rb"\d\s+\d{1,5}\s+obj\b")

# Text that may stand before the first escape sequence of a printer language.
TEXT_BEFORE = 4096

_BRANDS: tuple[tuple[set[bytes], str], ...] = (
    ({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}, "image/heic"),
    ({b"avif", b"avis"}, "image/avif"),
    ({b"mif1", b"msf1", b"mif2"}, "image/heic"),
)
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}
_DIB_BITS = {bytes((bits, 0)) for bits in (1, 4, 8, 16, 24, 32)}

Test = Callable[[bytes], bool]
# "task": a task of the sandbox counts it. "pdf": its page tree, then its colours. "xps": its parts, likewise.
# "stream": a printer's job stream of one or more languages. "converted": it is made into PDF, and that is counted.
# "packed": it is unpacked, then looked at again.
Way = Literal["task", "pdf", "stream", "converted", "packed", "xps"]


@dataclass(frozen=True, slots=True)
class Format:
    """One document format: MIME type, other names clients give it, how to know it, the way it is counted.

    `task` counts it; of a converted format it tells what a conversion loses (copies, sides), "" for none.
    """

    mime: str
    names: tuple[str, ...]
    test: Test
    label: str
    way: Way | None = None
    task: str = ""


def leading_nulls(head: bytes) -> int:
    """How many zero bytes some drivers put before their document."""
    return len(head) - len(head.lstrip(b"\0"))


def sniff(head: bytes) -> str:
    """The MIME type of the document that begins with `head` (its first 64 KiB), or UNKNOWN."""
    head = head[:HEAD_BYTES]
    start = head.lstrip(b"\0")
    for magic, kind in _CONTAINERS:
        if start.startswith(magic):
            return kind(start)
    found = next((row.mime for row in FORMATS if row.test(start)), UNKNOWN)
    # UTF-16 may itself begin with a zero, which is not a driver's.
    return TEXT if found == UNKNOWN and encoding_of(head) else found


def sniff_language(head: bytes) -> str:
    """The language that a printer hears in `head` where PJL names none: plain text is PCL's; or UNKNOWN."""
    found = sniff(head)
    return PCL if found == TEXT else found


def canonical(mime: str) -> str | None:
    """The MIME type by which a declared one is known here, whatever its case and parameters; None for no such."""
    return _CANONICAL.get(mime.partition(";")[0].strip().lower())


def begins(*magics: bytes) -> Test:
    """Test for a document that begins with one of `magics`."""
    return lambda head: head.startswith(magics)


def matches(pattern: bytes) -> Test:
    """Test for a document that begins as `pattern` says."""
    match = re.compile(pattern, re.DOTALL).match
    return lambda head: match(head) is not None


def named(_: bytes) -> bool:
    """Say no: this language is known only by the name that PJL gives it."""
    return False


def held(_: bytes) -> bool:
    """Say no: what a container holds is told by _CONTAINERS, once for all its rows."""
    return False


def _is_pdf(head: bytes) -> bool:
    # A header further in may be a text that speaks of PDF: then the objects are missing, or it stands in a sentence.
    if head.startswith((b"%PDF-", b"\x1b")):
        return head[0] == ord("%")
    found = _PDF_HEADER.search(head[: PDF_HEADER_WITHIN + 8])
    return found is not None and _PDF_OBJECT.search(head, found.end()) is not None


def _is_heif(head: bytes) -> str:
    """Tell HEIC from AVIF by the brands of the first box (ISO 14496-12 4.3); '' for what is no picture."""
    # The length of the box begins with zeros, which were stripped like a driver's.
    at = head.find(b"ftyp", 0, 8)
    if at < 0:
        return ""
    size = int.from_bytes(head[:at], "big")
    brands = {head[place : place + 4] for place in (at + 4, *range(at + 12, min(at - 4 + size, at + 256), 4))}
    return next((mime for known, mime in _BRANDS if brands & known), "")


def _brand(mime: str) -> Test:
    return lambda head: _is_heif(head) == mime


def _is_bmp(head: bytes) -> bool:
    # The length of the header after the file's own: a text may begin with BM.
    return head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADERS and head[6:10] == bytes(4)


def _is_dib(head: bytes) -> bool:
    # One plane, and a number of bits that there is.
    return head.startswith(b"\x28\0\0\0") and head[12:14] == b"\1\0" and head[14:16] in _DIB_BITS


def _is_xml(head: bytes, name: str, attribute: str = "") -> bool:
    if not _XML.match(head) or not (encoding := encoding_of(head)):
        return False
    root, attributes = root_element(head.decode(encoding, "replace"))
    return root == name and attribute in attributes


def _led_by_text(pattern: bytes) -> Test:
    """Test for a language whose first escape sequence is like `pattern`, with at most text before it."""
    match = re.compile(pattern, re.DOTALL).match

    def test(head: bytes) -> bool:
        at = head.find(b"\x1b", 0, TEXT_BEFORE)
        return at >= 0 and match(head, at) is not None and (at == 0 or bool(encoding_of(head[:at])))

    return test


def _is_text(head: bytes) -> bool:
    return encoding_of(head) is not None


# What holds documents of several kinds, told apart once for all their rows.
_CONTAINERS: tuple[tuple[bytes, Callable[[bytes], str]], ...] = (
    (b"PK\x03\x04", format_zip.zip_kind),
    (format_ole.MAGIC, format_ole.ole_kind),
)
_PCL = rb"\x1b(?:E|[&*()][a-z][-+.\d]*[A-Za-z@]|[()]\d+[A-Z@]|%-?\d*[AX]|[9=])"
# What follows an ESC in ESC/P and ESC/P2, where PCL has nothing or something else.
_ESCP = (
    rb"\x1b(?:[@MPghDBGH0-5F]|\x01@EJL|\*[\0-\x49]|\([A-Za-z^-].[\0-\x1f]|&\0|[xUkSRtW!p-][\0-\x41]|[CNJAlQ3/]."
    rb"|[$\\KLYZ].[\0-\x1f])"
)

FORMATS: tuple[Format, ...] = (
    Format("image/pwg-raster", ("image/x-pwg-raster",), begins(b"RaS2PwgRaster\0"), "PWG raster", "task", "count-pwg"),
    Format("image/urf", ("image/x-urf",), begins(b"UNIRAST\0"), "Apple raster", "task", "count-urf"),
    Format("image/jpeg", ("image/jpg", "image/pjpeg", "image/jfif"), begins(b"\xff\xd8\xff"), "JPEG picture", "task",
           "count-image"),
    Format("image/png", ("image/x-png", "image/apng", "image/vnd.mozilla.apng"), begins(b"\x89PNG\r\n\x1a\n"),
           "PNG picture", "task", "count-image"),
    Format("application/PCLm", (), matches(rb"%PDF-\d\.\d\s*%PCLm"), "PCLm", "pdf"),
    Format("application/postscript",
           ("application/ps", "application/x-postscript", "application/x-ps", "text/postscript", "application/eps",
            "application/x-eps", "image/eps", "image/x-eps", "application/vnd.cups-postscript"),
           # A mark, Ctrl-D and white space may come first; TeX and Octave write comments of their own so.
           matches(rb"(?:(?:\xef\xbb\xbf|\x01M)?[\x04\s]*%!(?!\s*(?i:tex|(?:test|assert|shared|demo)\b)|.{0,40} PDF-\d)"
                   rb"|\xc5\xd0\xd3\xc6)"),
           "PostScript", "converted", "declared-postscript"),
    Format(PJL, ("application/x-pjl", "application/pjl"),
           matches(rb"(?:[\x04\s]*|\x01M)(?:\x1b%-12345X|(?i:@PJL)(?=[\s]))"), "PJL job", "stream", "count-stream"),
    Format("application/vnd.hp-PCLXL", ("application/pclxl", "application/x-pclxl", "application/x-pcl6"),
           matches(rb"[\s]*(?:[)('] HP-PCL XL;|\) BROTHER XL2HB;)"), "PCL XL", "stream", "count-stream"),
    Format("application/vnd.hp-HPGL",
           ("application/hpgl", "application/x-hpgl", "application/vnd.hp-hpgl2", "vector/x-hpgl", "vector/x-hpgl2",
            "image/x-hpgl", "image/vnd.hp-hpgl"),
           lambda head: re.match(rb"\x1b%-?[0-9]B", head) is not None or is_hpgl(head),
           "HP-GL/2", "stream", "count-stream"),
    Format("application/vnd.cups-raster", (), begins(b"RaS2", b"RaS3", b"RaSt", b"2SaR", b"3SaR", b"tSaR"),
           "CUPS raster", "task", "count-cups-raster"),
    Format("image/tiff", ("image/tif", "image/x-tiff", "image/tiff-fx", "application/tiff"),
           begins(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "TIFF picture", "task", "count-image"),
    Format("image/heic", ("image/heif", "image/heic-sequence", "image/heif-sequence"), _brand("image/heic"),
           "HEIC picture", "converted"),
    Format("image/avif", ("image/avif-sequence",), _brand("image/avif"), "AVIF picture", "task", "count-image"),
    Format("image/gif", (), begins(b"GIF87a", b"GIF89a"), "GIF picture", "task", "count-image"),
    Format("image/bmp", ("image/x-bmp", "image/x-ms-bmp", "image/x-windows-bmp", "image/dib"),
           lambda head: _is_bmp(head) or _is_dib(head), "BMP picture", "task", "count-image"),
    Format("image/webp", (), lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", "WebP picture", "task",
           "count-image"),
    Format(GZIP, ("application/x-gzip", "application/x-gunzip", "image/svg+xml-compressed"), begins(b"\x1f\x8b\x08"),
           "gzip file", "packed", "unpack"),
    Format(PDF, ("application/x-pdf", "application/acrobat", "application/vnd.pdf", "text/pdf", "text/x-pdf",
                 "application/vnd.cups-pdf"), _is_pdf, "PDF", "pdf"),
    # What a container holds.
    Format(format_zip.XPS, ("application/oxps", "application/xps", "application/vnd.ms-package.xps"), held, "XPS",
           "xps", "count-xps"),
    Format(format_zip.DOCX,
           ("application/vnd.openxmlformats-officedocument.wordprocessingml.template",
            "application/vnd.ms-word.document.macroenabled.12", "application/vnd.ms-word.template.macroenabled.12"),
           held, "Word document", "converted"),
    Format(format_zip.XLSX,
           ("application/vnd.openxmlformats-officedocument.spreadsheetml.template",
            "application/vnd.ms-excel.sheet.macroenabled.12", "application/vnd.ms-excel.template.macroenabled.12",
            "application/vnd.ms-excel.sheet.binary.macroenabled.12"), held, "Excel workbook", "converted"),
    Format(format_zip.PPTX,
           ("application/vnd.openxmlformats-officedocument.presentationml.template",
            "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
            "application/vnd.ms-powerpoint.presentation.macroenabled.12",
            "application/vnd.ms-powerpoint.slideshow.macroenabled.12",
            "application/vnd.ms-powerpoint.template.macroenabled.12"), held, "PowerPoint presentation", "converted"),
    Format(format_zip.ODT,
           (f"{format_zip.ODT}-template", f"{format_zip.ODT}-master", f"{format_zip.ODT}-web",
            "application/vnd.oasis.opendocument.text-flat-xml", "application/vnd.sun.xml.writer"),
           lambda head: _is_xml(head, "document", format_zip.ODT), "OpenDocument text", "converted"),
    Format(format_zip.ODS,
           (f"{format_zip.ODS}-template", "application/vnd.oasis.opendocument.spreadsheet-flat-xml",
            "application/vnd.sun.xml.calc"),
           lambda head: _is_xml(head, "document", format_zip.ODS), "OpenDocument spreadsheet", "converted"),
    Format(format_zip.ODP,
           (f"{format_zip.ODP}-template", "application/vnd.oasis.opendocument.presentation-flat-xml",
            "application/vnd.sun.xml.impress"),
           lambda head: _is_xml(head, "document", format_zip.ODP), "OpenDocument presentation", "converted"),
    Format(format_zip.ODG, (f"{format_zip.ODG}-template", "application/vnd.sun.xml.draw"), held,
           "OpenDocument drawing", "converted"),
    Format(format_ole.DOC, ("application/vnd.ms-word", "application/x-msword", "application/doc"), held,
           "Word document of before 2007", "converted"),
    Format(format_ole.XLS, ("application/msexcel", "application/x-msexcel", "application/x-excel", "application/xls"),
           held, "Excel workbook of before 2007", "converted"),
    Format(format_ole.PPT, ("application/mspowerpoint", "application/powerpoint", "application/x-mspowerpoint"), held,
           "PowerPoint presentation of before 2007", "converted"),
    Format(format_ole.OLE, ("application/x-ole", "application/vnd.ms-office", "application/x-cfb"), held,
           "OLE office document", "converted"),
    Format("application/rtf", ("text/rtf", "application/x-rtf", "text/richtext"),
           matches(rb"(?:\xef\xbb\xbf)?\s*\{\\rtf"),
           "RTF document", "converted"),
    # Printers' languages whose pages nobody here counts.
    Format("application/vnd.epson.escpr", ("application/vnd.epson-escpr",),
           lambda head: head.startswith((b"\x1b@", b"\x1b\x01@EJL")) and b"ESCPR" in head[:16384], "ESC/P-R",
           "task", "count-escp"),
    Format("application/x-escpage", ("application/vnd.epson.escpage", "application/vnd.epson-escpage"),
           matches(rb"\x1b\x01@EJL.{0,512}?(?i:LA(?:NGUAGE)?\s*=\s*\"?ESC/PAGE)|\x1d\d+(?:;\d+)*[A-Za-z]{2,3}"),
           "ESC/Page"),
    Format("application/x-star-line", ("application/vnd.star.starprnt", "application/vnd.star.line"),
           matches(rb"(?:\x1b@)?\x1b(?:\*r[RAEFY]\0?\d?\0|\x1e[a-zA-Z]|\x1d[Pa]\d)"), "Star line or raster mode"),
    Format("application/x-escpos", ("application/vnd.epson.escpos",),
           matches(rb"\x1b@(?:\x1b[atEMR{2-3G!-][\0-\x40]|\x1c[.&]|[\r\n])*\x1d[v!LVWBaPhwk(]"), "ESC/POS receipt"),
    Format("application/vnd.canon-lips", ("application/x-lips",), matches(rb"\x1b(?:%@|P[1-4]\d?(?:;\d+)*J|<)"),
           "LIPS"),
    Format("application/x-rpdl", (), begins(b"\x1b\x12!@R00", b"\x1b\x12"), "RPDL"),
    Format("application/x-npdl", (), begins(b"\x1bc1"), "NPDL"),
    Format("application/x-canon-bj", ("application/vnd.canon.bjl",), begins(b"\x1b[K", b"\x1b[@", b"BJLSTART"),
           "Canon BJ raster"),
    Format("application/x-ufr2", ("application/vnd.canon.ufr2", "application/vnd.canon-ufr2"), begins(b"\xcd\xca\x10"),
           "Canon UFR II"),
    Format("application/x-zjstream", ("application/vnd.zjstream",), begins(b"JZJZ", b"ZJZJ"), "ZjStream"),
    Format("application/x-xqx", (), begins(b",XQX"), "XQX"),
    Format("application/x-lidil", ("application/vnd.hp-lidil",),
           begins(b"$\x01\0\0\x07", b"$\0\x10\0\x08", b"$\0\x10\0\0"), "LIDIL"),
    Format("application/x-spl1", (), begins(b"$PJL"), "Samsung SPL1"),
    Format("application/x-capt", ("application/vnd.canon-capt",), named, "Canon CAPT"),
    Format("application/vnd.canon-cpdl", (), named, "Canon CPDL"),
    Format("application/x-qpdl", ("application/x-spl2", "application/vnd.samsung-qpdl"), named, "QPDL (SPL2)"),
    Format("application/x-splc", (), named, "Samsung SPL-C"),
    Format("application/x-hbp", (), named, "Brother HBP"),
    Format("application/x-hbpl", (), named, "HBPL"),
    Format("application/x-hiperc", (), named, "Oki HIPERC"),
    Format("application/x-gdi", (), named, "GDI raster of the maker's own"),
    Format("application/x-acl", (), named, "HP's host-based raster"),
    Format("application/x-rpcs", ("application/vnd.ricoh-rpcs",), named, "RPCS"),
    Format("application/x-spdl", (), named, "SPDL"),
    Format("application/x-xes", (), named, "Xerox XES"),
    Format("application/x-ibm-ppds", (), named, "IBM PPDS or Proprinter"),
    Format("application/x-prescribe", ("application/vnd.kyocera-prescribe",),
           matches(rb"!R! ?[A-Z]{3,4}[ ;,]"), "Prescribe"),
    Format("application/vnd.ibm.modcap", ("application/vnd.afpc.modca", "application/afp"),
           matches(rb"\x5a..\xd3[\xa6-\xee]"), "AFP (MO:DCA)"),
    Format("application/x-zpl", ("application/vnd.zebra-zpl", "application/vnd.zebra.zpl", "text/zpl"),
           matches(rb"\s*(?:\x10?CT~~CD,|~(?:DG|DY|DB|SD|JA|JS)[^\r\n]{0,200}[\r\n]{1,4}\^XA|\^XA[\s^~])"),
           "Zebra ZPL"),
    Format("application/x-dpl", (), matches(rb"\x02(?:L[\r\n]|[nm][\r\n]|[KMOcefIq][^\r\n]{0,60}\r)"), "Datamax DPL"),
    Format("application/x-igp", ("application/x-pgl",), matches(rb"[~^%!@](?:CREATE|NORMAL|EXECUTE|CONFIG);"),
           "IGP/PGL"),
    # Files that people print by mistake: named, so that they know why not.
    Format("application/x-bzip2", (), matches(rb"BZh[1-9]1AY&SY"), "bzip2 file"),
    Format("application/x-xz", (), begins(b"\xfd7zXZ\0"), "xz file"),
    Format("application/zstd", (), begins(b"\x28\xb5\x2f\xfd"), "Zstandard file"),
    Format("application/x-7z-compressed", (), begins(b"7z\xbc\xaf\x27\x1c"), "7-Zip file"),
    Format("application/vnd.rar", ("application/x-rar-compressed",), begins(b"Rar!\x1a\x07"), "RAR file"),
    Format("application/x-compress", (), begins(b"\x1f\x9d"), "compress file"),
    Format(format_zip.VSDX, (), held, "Visio drawing"),
    Format(format_zip.EPUB, (), held, "EPUB book"),
    Format(format_zip.ZIP, ("application/x-zip-compressed", "application/x-zip"), begins(b"PK\x05\x06"), "ZIP file"),
    Format(format_ole.VISIO, (), held, "Visio drawing of before 2013"),
    Format(format_ole.PUBLISHER, (), held, "Publisher document"),
    Format(format_ole.PROJECT, (), held, "Project plan"),
    Format(format_ole.OUTLOOK, (), held, "Outlook message"),
    Format("image/emf", ("image/x-emf",), lambda head: head[:4] == b"\1\0\0\0" and head[40:44] == b" EMF",
           "EMF picture"),
    Format("image/wmf", ("image/x-wmf",),
           begins(b"\xd7\xcd\xc6\x9a\0\0", b"\1\0\x09\0\0\3", b"\2\0\x09\0\0\3"), "WMF picture"),
    Format("application/x-dvi", (), begins(b"\xf7\x02\x01\x83\x92\xc0\x1c\x3b"), "DVI document"),
    Format("image/vnd.dwg", ("application/acad",), matches(rb"AC10[0-9]{2}\0"), "DWG drawing"),
    Format("image/vnd.dxf", (), begins(b"AutoCAD Binary DXF\r\n"), "DXF drawing"),
    Format("image/jp2", ("image/jpx", "image/j2k"), begins(b"\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"),
           "JPEG 2000 picture"),
    Format("image/jxl", (), begins(b"\x0cJXL \r\n\x87\n"), "JPEG XL picture"),
    Format("image/jxr", ("image/vnd.ms-photo",), begins(b"II\xbc\x01"), "JPEG XR picture"),
    Format("image/vnd.adobe.photoshop", ("image/psd",), begins(b"8BPS\0"), "Photoshop picture"),
    Format("image/vnd.microsoft.icon", ("image/x-icon",), named, "icon"),
    Format("image/vnd.zbrush.pcx", ("image/x-pcx",), matches(rb"\x0a[\0-\5]\x01[\x01\x02\x04\x08]"), "PCX picture"),
    Format("image/x-portable-anymap",
           ("image/x-portable-bitmap", "image/x-portable-graymap", "image/x-portable-pixmap"),
           matches(rb"P[1-6]\s+(?:#[^\n]*\n\s*)*\d+\s+\d+\s"), "PNM picture"),
    # The rest is looked at closely.
    Format(PCL,
           ("application/pcl", "application/x-pcl", "application/vnd.hp-pcl5", "application/vnd.hp-pcl3gui",
            "application/vnd.hp-pcl3", "application/vnd.hp-rtl"),
           _led_by_text(_PCL), "PCL", "stream", "count-stream"),
    Format("application/vnd.epson.escp",
           ("application/vnd.epson.escp2", "application/vnd.epson-escp", "application/x-escp", "application/x-escp2"),
           _led_by_text(_ESCP), "ESC/P", "task", "count-escp"),
    Format("image/svg+xml", ("image/svg", "application/svg+xml"), lambda head: _is_xml(head, "svg"), "SVG picture",
           "converted"),
    Format(TEXT, ("text/html", "text/csv", "text/xml", "application/xml", "application/xhtml+xml", "application/json",
                  "application/txt", "application/x-tex", "application/javascript"), _is_text, "text", "task",
           "count-text"),
)  # fmt: skip

BY_MIME = {row.mime: row for row in FORMATS}
_CANONICAL = {name.lower(): row.mime for row in FORMATS for name in (row.mime, *row.names)} | {UNKNOWN: UNKNOWN}
