"""What the annotations of a PDF page may add in print: colour, and things that renderers draw differently.

An annotation prints by its Print flag (ISO 32000-1, 12.5.3). One that brings an appearance is drawn alike everywhere;
one that does not is drawn by some renderers, in the colours that its dictionary names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

from pdl.pdf_neutral import Neutral

_HIDDEN_FLAG, _PRINT_FLAG = 2, 4
# Forms of the tax office have hundreds of fields on a page; beyond this the page is rendered with all of them.
MOST_ANNOTATIONS = 1000
_TEXT_COLOUR = re.compile(rb"rg\b")


@dataclass(slots=True)
class Marks:
    """What was found: an appearance that may have colour (`drawn`; a field's: `fields`), others only named (`named`).

    `doubted` says that renderers differ about some, `unprinted` that a field with an appearance does not print.
    """

    drawn: bool = False
    fields: bool = False
    named: bool = False
    doubted: bool = False
    unprinted: bool = False


def marks_on(page: Any, neutral: Neutral, *, unfinished: bool) -> Marks:
    """Look at the annotations of a page; `unfinished`: fields are to be drawn by whoever shows them."""
    marks = Marks()
    try:
        for number, annotation in enumerate(_annotations(page)):
            if number >= MOST_ANNOTATIONS:
                marks.drawn = marks.doubted = True
                break
            _look(annotation, neutral, marks, unfinished=unfinished)
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError):
        # What is not an annotation as it should be may be taken for one, or not.
        marks.drawn = marks.doubted = True
    return marks


def _annotations(page: Any) -> Iterator[Any]:
    found = page.get("/Annots")
    if isinstance(found, pikepdf.Array):
        yield from (item for item in found if isinstance(item, pikepdf.Dictionary))


def _look(annotation: Any, neutral: Neutral, marks: Marks, *, unfinished: bool) -> None:
    kind, flags = str(annotation.get("/Subtype")), int(annotation.get("/F", 0))
    if kind == "/Popup" or flags & _HIDDEN_FLAG:
        return
    appearance = _appearance(annotation)
    if not flags & _PRINT_FLAG:
        marks.unprinted |= kind == "/Widget" and appearance is not None and not neutral.clears_form(appearance)
    elif appearance is not None:
        if not neutral.clears_form(appearance):
            marks.drawn = True
            marks.fields |= kind == "/Widget"
    elif "/AP" not in annotation and (kind != "/Widget" or unfinished) and _names_colour(annotation, kind):
        marks.doubted = True
        # A frame about a link is for the screen: most leave it away in print, whatever its flag says.
        marks.named |= kind != "/Link"


def _appearance(annotation: Any) -> Any:
    """Return the form that is drawn in the annotation's present state; None without one."""
    found = annotation.get("/AP")
    normal = found.get("/N") if isinstance(found, pikepdf.Dictionary) else None
    if isinstance(normal, pikepdf.Dictionary) and not isinstance(normal, pikepdf.Stream):
        state = annotation.get("/AS")
        normal = normal.get(str(state)) if isinstance(state, pikepdf.Name) else None
    return normal if isinstance(normal, pikepdf.Stream) else None


def _names_colour(annotation: Any, kind: str) -> bool:
    if kind == "/Link" and _no_border(annotation):
        return False
    more = annotation.get("/MK")
    colours = [annotation.get("/C"), annotation.get("/IC")]
    if isinstance(more, pikepdf.Dictionary):
        colours += [more.get("/BG"), more.get("/BC")]
    # The text's colour stands in a bit of content stream (12.7.3.3).
    text = bytes(annotation.get("/DA", b"")).split()
    numbers = [text[at - 3 : at] for at in range(3, len(text)) if _TEXT_COLOUR.match(text[at])]
    return any(_is_colour(value) for value in colours) or any(len(set(three)) > 1 for three in numbers)


def _no_border(annotation: Any) -> bool:
    style, border = annotation.get("/BS"), annotation.get("/Border")
    if isinstance(style, pikepdf.Dictionary) and "/W" in style:
        return float(style["/W"]) == 0
    return isinstance(border, pikepdf.Array) and len(border) >= 3 and float(border[2]) == 0


def _is_colour(value: Any) -> bool:
    """Whether an array of 1, 3 or 4 numbers (gray, RGB, CMYK: table 164) is no gray."""
    if not isinstance(value, pikepdf.Array):
        return False
    parts = [float(part) for part in value]
    return (len(parts) == 3 and len(set(parts)) > 1) or (len(parts) == 4 and any(parts[:3]))
