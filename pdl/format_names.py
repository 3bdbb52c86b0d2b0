"""Other names for formats: what PJL calls languages, and which declared MIME type fits which found one."""

from pdl import format_ole, format_zip
from pdl.formats import BY_MIME, FORMATS, UNKNOWN, canonical, held
from pdl.mime import GZIP, PCL, PDF, PJL, TEXT

# What ENTER LANGUAGE and other names of PJL say: the language's MIME type; a printer that is told AUTO listens itself.
PJL_LANGUAGES: dict[str, str] = {
    **dict.fromkeys(("PCL", "PCL3", "PCL3GUI", "PCL4", "PCL5", "PCL5E", "PCL5C", "HP-RTL", "RTL"), PCL),
    **dict.fromkeys(("PCLXL", "PCL6", "XL2HB"), "application/vnd.hp-PCLXL"),
    **dict.fromkeys(("POSTSCRIPT", "PS", "PS2", "PS3", "BR-SCRIPT", "BRSCRIPT", "KPDL", "KPDL2", "POSTSCRIPT3"),
                    "application/postscript"),
    **dict.fromkeys(("HPGL2", "HPGL", "HP-GL/2", "HPGL/2", "HP-GL2"), "application/vnd.hp-HPGL"),
    "PDF": PDF,
    "PCLM": "application/PCLm",
    **dict.fromkeys(("XPS", "MSXPS", "OXPS"), format_zip.XPS),
    **dict.fromkeys(("PWGRASTER", "PWG", "PWG-RASTER", "PWG_RASTER"), "image/pwg-raster"),
    **dict.fromkeys(("URF", "APPLERASTER", "AIRPRINT"), "image/urf"),
    **dict.fromkeys(("JPEG", "JPG"), "image/jpeg"),
    **dict.fromkeys(("TIFF", "TIF"), "image/tiff"),
    "PNG": "image/png",
    **dict.fromkeys(("TEXT", "TXT", "ASCII"), TEXT),
    **dict.fromkeys(("ESCP", "ESC/P", "ESCP2", "ESC/P2", "EPSON", "FX", "LQ"), "application/vnd.epson.escp"),
    **dict.fromkeys(("ESCPR", "ESC/P-R", "ESC/PR"), "application/vnd.epson.escpr"),
    **dict.fromkeys(("ESC/PAGE", "ESCPAGE", "ESC/PAGE-COLOR", "ESCPAGECOLOR"), "application/x-escpage"),
    **dict.fromkeys(("LIPS", "LIPS4", "LIPSLX", "LIPS3"), "application/vnd.canon-lips"),
    **dict.fromkeys(("UFRII", "UFR2", "UFR", "UFRIILT", "LIPSLX2"), "application/x-ufr2"),
    "CAPT": "application/x-capt",
    **dict.fromkeys(("CPDL", "CPCA"), "application/vnd.canon-cpdl"),
    **dict.fromkeys(("RPCS", "RPCSRASTER", "RPCS2"), "application/x-rpcs"),
    **dict.fromkeys(("RPDL", "R98", "R16"), "application/x-rpdl"),
    **dict.fromkeys(("NPDL", "NPDL2"), "application/x-npdl"),
    **dict.fromkeys(("QPDL", "SPL", "SPL2"), "application/x-qpdl"),
    **dict.fromkeys(("SPLC", "SPL-C"), "application/x-splc"),
    **dict.fromkeys(("SMART", "SPL1"), "application/x-spl1"),
    **dict.fromkeys(("HBP", "BROTHER"), "application/x-hbp"),
    "HBPL": "application/x-hbpl",
    **dict.fromkeys(("ZJS", "ZJSTREAM", "ZENOGRAPHICS"), "application/x-zjstream"),
    "XQX": "application/x-xqx",
    "LIDIL": "application/x-lidil",
    **dict.fromkeys(("HIPERC", "HIPER-C"), "application/x-hiperc"),
    **dict.fromkeys(("GDI", "WPS", "PCLGDI"), "application/x-gdi"),
    "ACL": "application/x-acl",
    **dict.fromkeys(("SPDL", "SPDLC", "SPDL-C"), "application/x-spdl"),
    "XES": "application/x-xes",
    **dict.fromkeys(("IBM", "PROPRINTER", "PPDS", "IBMPPDS"), "application/x-ibm-ppds"),
    "PRESCRIBE": "application/x-prescribe",
    **dict.fromkeys(("AFP", "MODCA", "IPDS"), "application/vnd.ibm.modcap"),
    "ZPL": "application/x-zpl",
    "DPL": "application/x-dpl",
    **dict.fromkeys(("IGP", "PGL", "IGP/PGL"), "application/x-igp"),
}  # fmt: skip

# Names under which anything at all is sent.
_ANYTHING = {"", "application/vnd.cups-raw", "application/unknown", "application/x-unknown", "binary/octet-stream"}
_PRINTER_LANGUAGES = {
    row.mime for row in FORMATS if row.way == "stream" or row.mime in PJL_LANGUAGES.values()
} - {TEXT}  # fmt: skip
_PICTURES = {row.mime for row in FORMATS if row.mime.startswith("image/")}
_OFFICE = {format_ole.DOC, format_ole.XLS, format_ole.PPT, format_ole.OLE}
_ZIPPED = {row.mime for row in FORMATS if row.test is held} - {mime for mime in BY_MIME if mime in _OFFICE}
# Of documents declared as one of the first, those that may be found: a wrapper, a container, a newer dialect.
_RELATED: tuple[tuple[set[str | None], set[str]], ...] = (
    (set(_PRINTER_LANGUAGES), {PJL}),
    ({PJL}, _PRINTER_LANGUAGES),
    ({PCL}, {"application/vnd.hp-PCLXL", "application/vnd.hp-HPGL"}),
    ({"application/vnd.hp-HPGL"}, {PCL}),
    ({PDF}, {"application/PCLm"}),
    ({"application/PCLm"}, {PDF}),
    ({"image/pwg-raster"}, {"application/vnd.cups-raster"}),
    ({"application/vnd.cups-raster"}, {"image/pwg-raster"}),
    ({"image/heic"}, {"image/avif"}),
    (set(_OFFICE), {format_ole.OLE}),
    ({format_ole.OLE}, set(_OFFICE)),
    ({format_zip.ZIP}, _ZIPPED),
    (set(_ZIPPED), {format_zip.ZIP}),
    # Word saves RTF under its own name, and SVG is XML that may be packed.
    ({format_ole.DOC}, {"application/rtf"}),
    ({TEXT}, {"image/svg+xml"}),
    ({"image/svg+xml"}, {GZIP}),
)


def agrees(declared: str, found: str) -> bool:
    """Whether a document that was declared as `declared` may well turn out to be `found`."""
    plain = declared.partition(";")[0].strip().lower()
    said = canonical(declared)
    if said in {found, UNKNOWN} or plain in _ANYTHING:
        return True
    if found == TEXT and plain.startswith("text/"):
        return True  # pages of HTML, tables, programs: to a printer they are lines
    return any(said in named and found in held for named, held in _RELATED)
