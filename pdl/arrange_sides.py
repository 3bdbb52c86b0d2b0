"""Where the pages of a PDF go on the sides of sheets: fitted, turned, several on one side."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pikepdf

from pdl.arrange_layout import Layout
from pdl.arrange_places import bounds, placed_on
from pdl.placement import (
    Box,
    Matrix,
    Size,
    multiply,
    numbers,
    same_size,
    sheet_points,
)
from pdl.sheets import Side

SMALLEST_SIDE = 1.0
LETTER: Box = (0.0, 0.0, 612.0, 792.0)


def put_on_sides(
    pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Page], sides: Sequence[Side], layout: Layout
) -> tuple[list[pikepdf.Page], bool]:
    """Make the pages that show the sides; and whether any of them is not simply a page of the document."""
    of_side = cache(layout.of_side)  # pages are mostly alike
    asked = [
        of_side(side.look, odd=bool(place % 2), flipped=side.flipped, folded=side.folded)
        for place, side in enumerate(sides)
    ]
    own = [_own_page(pages, side, one) for side, one in zip(sides, asked, strict=True)]
    if None not in own:
        return [page for page in own if page is not None], False
    # Notes and form fields lie on top of a page and would be lost with it: those that print become part of it.
    # One that is damaged is left out, as it would be on paper.
    with contextlib.suppress(pikepdf.PdfError, ValueError, TypeError, KeyError):
        pdf.generate_appearance_streams()
        pdf.flatten_annotations("print")
    forms: dict[tuple[int, int], _Form] = {}
    made: list[pikepdf.Page] = []
    near = next(place for side in sides for place in side.pages if place is not None)
    for side, one, page in zip(sides, asked, own, strict=True):
        near = next((place for place in side.pages if place is not None), near)
        if page is not None:
            made.append(page)
            continue
        shown = [None if place is None else _form(pdf, pages[place], forms) for place in side.pages]
        made.append(_side(pdf, shown, _seen(pages[near]), one))
    return made, True


def _own_page(pages: Sequence[pikepdf.Page], side: Side, layout: Layout) -> pikepdf.Page | None:
    """The page of the document that is the side as it stands; None where one is to be made."""
    if len(side.pages) != 1 or side.pages[0] is None or layout.number_up > 1 or layout.moves:
        return None
    page = pages[side.pages[0]]
    return page if _stands(page, layout) else None


def _seen(page: pikepdf.Page) -> Size:
    """How large the page is as its reader sees it."""
    box = visible(page)
    size = box[2] - box[0], box[3] - box[1]
    return (size[1], size[0]) if int(page.rotation) % 180 == 90 else size


def _numbers(found: Any) -> Box:
    """Read a rectangle of the document, its corners in order; a broken one is Letter, as readers take it."""
    try:
        x0, y0, x1, y1 = (float(value) for value in found)
    except (TypeError, ValueError):
        return LETTER
    box = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    sane = all(abs(value) < 1e6 for value in box) and min(box[2] - box[0], box[3] - box[1]) >= SMALLEST_SIDE
    return box if sane else LETTER


def visible(page: pikepdf.Page) -> Box:
    """Find what of the page is printed: CropBox within MediaBox."""
    media, crop = _numbers(page.mediabox), _numbers(page.cropbox)
    both = max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3])
    return both if both[2] - both[0] >= SMALLEST_SIDE and both[3] - both[1] >= SMALLEST_SIDE else media


def _stands(page: pikepdf.Page, layout: Layout) -> bool:
    """Whether the page is a side already: of the sheet's size, upright, nothing of it to be moved."""
    if layout.orientation == 6:  # reverse-portrait turns every page
        return False
    size = _seen(page)
    if layout.media is None:
        return not (layout.upright and size[0] > size[1])
    if layout.scaling == "fit" and any(layout.margins):
        return False
    return page.obj.get("/UserUnit", 1) == 1 and same_size(size, sheet_points(layout.media))


@dataclass(frozen=True, slots=True)
class _Form:
    """A page as a picture to be placed: what shows it, and the box it fills then."""

    shows: pikepdf.Object
    box: Box

    @property
    def size(self) -> Size:
        return self.box[2] - self.box[0], self.box[3] - self.box[1]


def _form(pdf: pikepdf.Pdf, page: pikepdf.Page, made: dict[tuple[int, int], _Form]) -> _Form:
    """Make the form that shows `page`, once for a page that stands several times in the tree."""
    if (known := made.get(page.obj.objgen)) and page.obj.objgen != (0, 0):
        return known
    box = visible(page)
    # A form shows what lies in the trim box, if there is one; a page is printed to its crop box.
    for key in ("/TrimBox", "/ArtBox", "/BleedBox"):
        if key in page.obj:
            del page.obj[key]
    page.obj["/CropBox"] = page.obj["/MediaBox"] = pikepdf.Array([round(value, 4) for value in box])
    form = pdf.make_indirect(page.as_form_xobject(handle_transformations=True))
    found = _Form(form, bounds(box, _matrix(form.get("/Matrix"))))
    made[page.obj.objgen] = found
    return found


def _side(pdf: pikepdf.Pdf, shown: Sequence[_Form | None], near: Size, layout: Layout) -> pikepdf.Page:
    """Make the side that shows the pages `shown`; without any it is empty, and like the page of size `near`."""
    first = next((form.size for form in shown if form), near)
    sheet = sheet_points(layout.media) if layout.media else first
    if layout.upright or (layout.turns is not None and not layout.media):
        sheet = min(sheet), max(sheet)
    placed, cells = placed_on(sheet, [form.size if form else first for form in shown] or [first], layout)
    content = [f"{numbers(_mirror(sheet, layout.back))} cm"] if layout.mirrored else []
    for number, (form, matrix) in enumerate(zip(shown, placed, strict=False)):
        if form is not None:
            to_corner = (1.0, 0.0, 0.0, 1.0, -form.box[0], -form.box[1])
            clip = _clip(cells[number]) if cells and layout.scaling == "fill" else ""
            content.append(f"q {clip}{numbers(multiply(to_corner, matrix))} cm /P{number} Do Q")
    side = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=pikepdf.Array([0, 0, round(sheet[0], 4), round(sheet[1], 4)]),
        Resources=pikepdf.Dictionary(
            XObject=pikepdf.Dictionary({f"/P{number}": form.shows for number, form in enumerate(shown) if form})
        ),
        Contents=pdf.make_stream("\n".join(content).encode("ascii")),
    )
    return pikepdf.Page(pdf.make_indirect(side))


def _matrix(found: Any) -> Matrix:
    if found is None:
        return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    a, b, c, d, e, f = (float(value) for value in found)
    return (a, b, c, d, e, f)


def _mirror(sheet: Size, back: tuple[int, int]) -> Matrix:
    across, along = back
    return (across, 0.0, 0.0, along, sheet[0] if across < 0 else 0.0, sheet[1] if along < 0 else 0.0)


def _clip(box: Box) -> str:
    left, bottom, right, top = box
    return f"{left:.4f} {bottom:.4f} {right - left:.4f} {top - bottom:.4f} re W n "
