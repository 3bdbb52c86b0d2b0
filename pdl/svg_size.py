"""How large an SVG says it is: width, height and viewBox of its first element (SVG 2, 8.2 and 8.8)."""

import re

from pdl.format_xml import root_element
from pdl.media import media_for
from pdl.text_encoding import encoding_of

# Points in each unit; a pixel of CSS is 1/96 inch.
_UNITS = {"": 0.75, "px": 0.75, "pt": 1.0, "pc": 12.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "q": 72 / 101.6}
_LENGTH = re.compile(r"\s*\+?(\d*\.?\d+(?:[eE][+-]?\d{1,2})?)\s*([a-zA-Z]{0,2})\s*")
_NUMBERS = re.compile(r"[-+]?\d*\.?\d+(?:[eE][+-]?\d{1,2})?")
LONGEST_POINTS = 72_000.0


def size_of_svg(head: bytes) -> tuple[float, float] | None:
    """Width and height in points of the SVG that begins with `head`; None where it does not say."""
    encoding = encoding_of(head)
    _, attributes = root_element(head.decode(encoding, "replace")) if encoding else ("", "")
    width, height = (_length(_attribute(attributes, name)) for name in ("width", "height"))
    box = [float(number) for number in _NUMBERS.findall(_attribute(attributes, "viewBox"))]
    if len(box) == 4 and box[2] > 0 and box[3] > 0:
        # What is not given follows from the shape of what is drawn.
        if width and not height:
            height = width * box[3] / box[2]
        elif height and not width:
            width = height * box[2] / box[3]
        elif not width and not height:
            width, height = box[2] * 0.75, box[3] * 0.75
    if not (width and height and max(width, height) <= LONGEST_POINTS):
        return None
    return width, height


def sheet_of_svg(head: bytes) -> tuple[int, int] | None:
    """Size in hundredths of millimetres of the standard sheet that the SVG fills; None when it has no such size."""
    size = size_of_svg(head)
    if size is None:
        return None
    width, height = (round(length * 2540 / 72) for length in size)
    if width <= 0 or height <= 0:
        return None
    return None if media_for(width, height).name.startswith("custom_") else (width, height)


def _attribute(attributes: str, name: str) -> str:
    found = re.search(rf"(?:^|\s){name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", attributes)
    return (found[1] or found[2] or "") if found else ""


def _length(words: str) -> float:
    found = _LENGTH.fullmatch(words)
    return float(found[1]) * _UNITS.get(found[2].lower(), 0.0) if found else 0.0
