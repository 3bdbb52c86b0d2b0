"""Where the pages of a PDF go on the sides of sheets: fitted, turned, several on one side."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import pikepdf

from pdl.errors import DocumentRejected
from pdl.placement import (
    Box,
    Margins,
    Matrix,
    Orientation,
    Scaling,
    Size,
    multiply,
    numbers,
    place_in,
    printable,
    quarter_turns,
    same_size,
    sheet_points,
    turned,
)

SMALLEST_SIDE = 1.0
LETTER: Box = (0.0, 0.0, 612.0, 792.0)

# number-up: columns and rows of a side that stands. Two and six pages need one that lies across.
GRIDS: dict[int, tuple[int, int]] = {1: (1, 1), 2: (1, 2), 4: (2, 2), 6: (2, 3), 9: (3, 3), 16: (4, 4)}


@dataclass(frozen=True, slots=True)
class Layout:
    """What is asked of every side; `media` (hundredths of millimetres) None is each page's own size."""

    media: tuple[int, int] | None = None
    scaling: Scaling = "auto"
    orientation: Orientation | None = None
    margins: Margins = (0, 0, 0, 0)
    number_up: int = 1
    direction: str = "toright-tobottom"
    upright: bool = False
    """Whether, without media, a page that lies is turned: the sheets of some printers stand."""
    back: tuple[int, int] = (1, 1)
    """How every second side is mirrored: 1 or -1 across the feed, and along it."""

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> Self:
        """Take what is said of sides in the arguments of the task; DocumentRejected for a number-up that is none."""
        names = ("media", "scaling", "orientation", "margins", "number_up", "direction", "upright", "back")
        given = {name: arguments[name] for name in names if name in arguments}
        layout = cls(**given | {"back": tuple(given.get("back", (1, 1)))})
        if layout.number_up not in GRIDS:
            raise DocumentRejected(f"{layout.number_up} pages on a side cannot be printed: choose 1, 2, 4, 6, 9 or 16.")
        return layout


def put_on_sides(pdf: pikepdf.Pdf, pages: list[pikepdf.Page], layout: Layout) -> bool:
    """Replace `pages`, in place, by the sides they make; whether that changed any."""
    count = layout.number_up
    groups = [pages[start : start + count] for start in range(0, len(pages), count)]
    backs = layout.back != (1, 1)
    wrong = [
        index
        for index, group in enumerate(groups)
        if count > 1 or (backs and index % 2) or not _stands(group[0], layout)
    ]
    if not wrong:
        return False
    # Notes and form fields lie on top of a page and would be lost with it: those that print become part of it.
    # One that is damaged is left out, as it would be on paper.
    with contextlib.suppress(pikepdf.PdfError, ValueError, TypeError, KeyError):
        pdf.generate_appearance_streams()
        pdf.flatten_annotations("print")
    forms: dict[tuple[int, int], _Form] = {}
    for index in wrong:
        shown = [_form(pdf, page, forms) for page in groups[index]]
        groups[index] = [_side(pdf, shown, layout, back=bool(index % 2))]
    pages[:] = [side for group in groups for side in group]
    return True


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
    box = visible(page)
    size = box[2] - box[0], box[3] - box[1]
    if int(page.rotation) % 180 == 90:
        size = size[1], size[0]
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
    found = _Form(form, _bounds(box, _matrix(form.get("/Matrix"))))
    made[page.obj.objgen] = found
    return found


def _side(pdf: pikepdf.Pdf, shown: Sequence[_Form], layout: Layout, *, back: bool) -> pikepdf.Page:
    """Make the side that shows the pages `shown`."""
    sheet = sheet_points(layout.media) if layout.media else shown[0].size
    if layout.upright:
        sheet = min(sheet), max(sheet)
    if layout.number_up == 1:
        room = printable(sheet, layout.margins)
        placed = [place_in(shown[0].size, sheet, room, layout.scaling, layout.orientation)]
        cells: list[Box] = []
    else:
        placed, cells = _several([form.size for form in shown], sheet, layout)
    content = [f"{numbers(_mirror(sheet, layout.back))} cm"] if back and layout.back != (1, 1) else []
    for number, (form, matrix) in enumerate(zip(shown, placed, strict=True)):
        to_corner = (1.0, 0.0, 0.0, 1.0, -form.box[0], -form.box[1])
        clip = _clip(cells[number]) if cells and layout.scaling == "fill" else ""
        content.append(f"q {clip}{numbers(multiply(to_corner, matrix))} cm /P{number} Do Q")
    side = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=pikepdf.Array([0, 0, round(sheet[0], 4), round(sheet[1], 4)]),
        Resources=pikepdf.Dictionary(
            XObject=pikepdf.Dictionary({f"/P{number}": form.shows for number, form in enumerate(shown)})
        ),
        Contents=pdf.make_stream("\n".join(content).encode("ascii")),
    )
    return pikepdf.Page(pdf.make_indirect(side))


def _mirror(sheet: Size, back: tuple[int, int]) -> Matrix:
    across, along = back
    return (across, 0.0, 0.0, along, sheet[0] if across < 0 else 0.0, sheet[1] if along < 0 else 0.0)


def _several(sizes: Sequence[Size], sheet: Size, layout: Layout) -> tuple[list[Matrix], list[Box]]:
    """Place several pages on `sheet`: a matrix for each, and the box of the sheet that is its cell."""
    # The side is laid out as a person reads it, standing or lying, then turned onto the sheet.
    side, columns, rows = _reading(sizes[0], sheet, layout.number_up)
    turn = turned(quarter_turns(side, sheet, layout.orientation), sheet)
    room = _bounds(printable(sheet, layout.margins), _inverse(turn))
    width, height = (room[2] - room[0]) / columns, (room[3] - room[1]) / rows
    scaling: Scaling = "auto" if layout.scaling == "none" else layout.scaling  # a cut page serves nobody
    placed, cells = [], []
    for number, size in enumerate(sizes):
        column, row = cell(number, columns, rows, layout.direction)
        left, bottom = room[0] + column * width, room[3] - (row + 1) * height
        into = place_in(size, (width, height), (0.0, 0.0, width, height), scaling)
        placed.append(multiply(multiply(into, (1.0, 0.0, 0.0, 1.0, left, bottom)), turn))
        cells.append(_bounds((left, bottom, left + width, bottom + height), turn))
    return placed, cells


def _reading(page: Size, sheet: Size, number_up: int) -> tuple[Size, int, int]:
    """Choose how the side is held when it is read, and its columns and rows: so that pages come out largest."""
    columns, rows = GRIDS[number_up]
    lying = sheet[1], sheet[0]
    choices = [(sheet, columns, rows), (sheet, rows, columns), (lying, columns, rows), (lying, rows, columns)]

    def factor(choice: tuple[Size, int, int]) -> float:
        (width, height), across, down = choice
        # Pages stand upright to the reader; a little is given for not turning the sheet.
        return min(width / across / page[0], height / down / page[1]) * (1.001 if choice[0] == sheet else 1.0)

    return max(choices, key=factor)


def cell(number: int, columns: int, rows: int, direction: str) -> tuple[int, int]:
    """Column and row (from the left, from the top) of the page `number` (from 0).

    `direction` is presentation-direction-number-up (PWG 5100.3): which way pages run first, and then.
    """
    first, _, then = direction.partition("-")
    if first in {"toright", "toleft"}:
        row, column = divmod(number, columns)
    else:
        column, row = divmod(number, rows)
    if "toleft" in {first, then}:
        column = columns - 1 - column
    if "totop" in {first, then}:
        row = rows - 1 - row
    return column, row


def _clip(box: Box) -> str:
    left, bottom, right, top = box
    return f"{left:.4f} {bottom:.4f} {right - left:.4f} {top - bottom:.4f} re W n "


def _matrix(found: Any) -> Matrix:
    if found is None:
        return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    a, b, c, d, e, f = (float(value) for value in found)
    return (a, b, c, d, e, f)


def _inverse(turn: Matrix) -> Matrix:
    """Undo a quarter turn: its inverse is its transpose."""
    a, b, c, d, e, f = turn
    return (a, c, b, d, -(a * e + b * f), -(c * e + d * f))


def _bounds(box: Box, matrix: Matrix) -> Box:
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    across = [a * x + c * y + e for x, y in corners]
    up = [b * x + d * y + f for x, y in corners]
    return min(across), min(up), max(across), max(up)
