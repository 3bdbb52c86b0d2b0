"""What a browser offers to choose from, of what the queues take; what a file really is, its content says."""

from collections.abc import Iterable
from typing import Final

_ENDINGS: Final[dict[str, str]] = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg,.jpeg",
    "image/png": ".png",
    "image/tiff": ".tif,.tiff",
    "image/heic": ".heic,.heif",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/svg+xml": ".svg",
    "text/plain": ".txt",
    "application/postscript": ".ps,.eps",
    "application/vnd.ms-xpsdocument": ".xps,.oxps",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "application/rtf": ".rtf",
}
_OFFICE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHOWN_BY_BROWSERS: Final = ("application/pdf", "image/*", "text/plain")


def accept(formats: Iterable[str]) -> str:
    """The accept attribute of a file input: endings, and the types by which phones sort their files."""
    known = [_ENDINGS[mime] for mime in _ENDINGS if mime in set(formats)]
    return ",".join((*known, *_SHOWN_BY_BROWSERS))


def takes_office(formats: Iterable[str]) -> bool:
    """Whether documents of office programs are among them."""
    return _OFFICE in formats
