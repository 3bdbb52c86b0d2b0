"""Open a PDF, and read the sizes of its pages (ISO 32000-1, 7.7.3 and 14.11.2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pikepdf

from pdl.errors import DocumentRejected, PasswordNeeded
from pdl.media import UNKNOWN_SIZE, Media, media_for
from pdl.source import Source, open_source

DAMAGED = "The PDF is damaged and cannot be read. Print it again from the application."
ENCRYPTED = "The PDF is encrypted by a method that is not known here. Print it from a program that opens it."
DEEPEST = 50
# 72 points are an inch, 2540 hundredths of a millimetre.
PER_POINT = 2540 / 72

# What qpdf says when it finds no way in; a tree that turns in circles is found, and refused.
_LOST = (
    "find trailer dictionary", "find /Root dictionary", "find page tree", "find any pages", "has no /Kids array",
    "flattening pages tree",
)  # fmt: skip
_UNKNOWN_CIPHER = "unsupported encryption"
# Its own confusion is a RuntimeError; a RecursionError is one, too.
_DAMAGE = (pikepdf.PdfError, RuntimeError)

Box = tuple[float, float, float, float]


class Unopenable(DocumentRejected):
    """Not even the catalogue of the PDF can be found: another reader may still make something of it."""


@contextmanager
def opened(source: Source) -> Iterator[pikepdf.Pdf]:
    """Open the PDF; PasswordNeeded, Unopenable, or DocumentRejected when something done with it cannot be."""
    try:
        document = pikepdf.open(open_source(source), suppress_warnings=True)
    except pikepdf.PasswordError as fault:
        raise PasswordNeeded("The PDF opens only with a password. Print it from a program that knows it.") from fault
    except _DAMAGE as fault:
        raise _told(fault) from fault
    except (ValueError, OverflowError) as fault:
        # An offset larger than any file: another reader looks for the objects themselves.
        raise Unopenable(DAMAGED) from fault
    try:
        with document:
            yield document
    except _DAMAGE as fault:
        raise _told(fault) from fault


def _told(fault: Exception) -> DocumentRejected:
    """Say what qpdf complains of in a person's words."""
    if _UNKNOWN_CIPHER in str(fault):
        return DocumentRejected(ENCRYPTED)
    lost = any(words in str(fault) for words in _LOST)
    return Unopenable(DAMAGED) if lost else DocumentRejected(DAMAGED)


def size_of_page(page: pikepdf.Object) -> Media:
    """Return the size a page is seen at: CropBox within MediaBox, turned by /Rotate, times UserUnit."""
    media = _box(inherited(page, "/MediaBox"))
    if media is None:
        return UNKNOWN_SIZE
    left, bottom, right, top = _within(_box(inherited(page, "/CropBox")) or media, media)
    unit = _number(page.get("/UserUnit")) or 1.0
    size = round((right - left) * unit * PER_POINT), round((top - bottom) * unit * PER_POINT)
    turned = int(_number(inherited(page, "/Rotate")) or 0) % 180 == 90
    try:
        return media_for(*reversed(size)) if turned else media_for(*size)
    except (ValueError, OverflowError):
        return UNKNOWN_SIZE


def inherited(page: pikepdf.Object, key: str) -> Any:
    """Return an attribute of the page or of the nodes above it (7.7.3.4); None when none has it."""
    node: Any = page
    # A bound instead of a list of the visited: /Parent may lead round in a circle.
    for _ in range(DEEPEST):
        if not isinstance(node, pikepdf.Dictionary):
            return None
        if (value := node.get(key)) is not None:
            return value
        node = node.get("/Parent")
    return None


def _box(value: Any) -> Box | None:
    """Read a rectangle, corners in any order; None when it is none or has no area."""
    if not isinstance(value, pikepdf.Array) or len(value) != 4:
        return None
    numbers = [_number(item) for item in value]
    if None in numbers:
        return None
    x0, y0, x1, y1 = (number or 0.0 for number in numbers)
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return box if box[0] < box[2] and box[1] < box[3] else None


def _within(inner: Box, outer: Box) -> Box:
    """Intersect two boxes; the outer one when they do not meet."""
    box = (max(inner[0], outer[0]), max(inner[1], outer[1]), min(inner[2], outer[2]), min(inner[3], outer[3]))
    return box if box[0] < box[2] and box[1] < box[3] else outer


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    # Beyond this every viewer gives up; it also keeps infinities out of the arithmetic.
    return number if abs(number) < 1e9 else None
