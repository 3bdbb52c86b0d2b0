"""Which office documents LibreOffice can turn into PDF on this machine, and where it lies."""

from functools import cache
from pathlib import Path

from pdl import format_ole, format_zip

# Debian's, and that of the packages LibreOffice itself gives out.
_FOLDERS = ("/usr/lib/libreoffice/program", "/usr/lib64/libreoffice/program", "/opt/libreoffice/program")
_OTHERS = ("/opt", "libreoffice*/program")
PROGRAM = "soffice.bin"
# The system's Python, where LibreOffice's modules are packaged for it.
_PYTHON, _MODULE = Path("/usr/bin/python3"), Path("/usr/lib/python3/dist-packages/uno.py")
# The part that reads a format, by the library it is in.
_TEXT, _SHEETS, _SLIDES = "libswlo.so", "libsclo.so", "libsdlo.so"

RTF = "application/rtf"

# MIME type, the ending by which LibreOffice knows it, the part it needs.
KINDS: dict[str, tuple[str, str]] = {
    format_zip.DOCX: ("docx", _TEXT),
    format_zip.ODT: ("odt", _TEXT),
    format_ole.DOC: ("doc", _TEXT),
    RTF: ("rtf", _TEXT),
    format_zip.XLSX: ("xlsx", _SHEETS),
    format_zip.ODS: ("ods", _SHEETS),
    format_ole.XLS: ("xls", _SHEETS),
    format_zip.PPTX: ("pptx", _SLIDES),
    format_zip.ODP: ("odp", _SLIDES),
    format_zip.ODG: ("odg", _SLIDES),
    format_ole.PPT: ("ppt", _SLIDES),
    # Whatever else comes in Microsoft's container, encrypted documents above all: its content tells.
    format_ole.OLE: ("bin", _TEXT),
}


@cache
def program_folder() -> str | None:
    """Folder of LibreOffice's libraries; None when it is not installed."""
    found = (*map(Path, _FOLDERS), *sorted(Path(_OTHERS[0]).glob(_OTHERS[1]), reverse=True))
    return next((str(folder) for folder in found if (folder / PROGRAM).exists()), None)


@cache
def interpreter() -> str:
    """Python that knows LibreOffice's modules: its own, or the system's with python3-uno; "" for none."""
    own = Path(program_folder() or "/nowhere", "python")
    if own.exists():
        return str(own)
    return str(_PYTHON) if _PYTHON.exists() and _MODULE.exists() else ""


def is_text(mime: str) -> bool:
    """Whether LibreOffice opens it as a text, as far as can be told beforehand."""
    return KINDS[mime][1] == _TEXT


@cache
def formats() -> frozenset[str]:
    """MIME types of the office documents that can be turned into PDF here."""
    folder = program_folder()
    if folder is None or not interpreter():
        return frozenset()
    return frozenset(mime for mime, (_, part) in KINDS.items() if Path(folder, part).exists())


def available() -> bool:
    """Whether any office document can be printed here."""
    return bool(formats())
