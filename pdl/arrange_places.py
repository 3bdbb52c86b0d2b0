"""Where pages come on a side: geometry alone, in points."""

from collections.abc import Sequence

from pdl.arrange_layout import GRIDS, Layout
from pdl.placement import (
    Box,
    Matrix,
    Scaling,
    Size,
    multiply,
    place_in,
    printable,
    quarter_turns,
    sheet_points,
    turned,
)
from pdl.wishes import Shift


def placed_on(sheet: Size, sizes: Sequence[Size], layout: Layout) -> tuple[list[Matrix], list[Box]]:
    """Place pages of these sizes on a side: a matrix for each, and the box of the sheet that is its cell, if any."""
    room = printable(sheet, layout.margins)
    cells: list[Box] = []
    if layout.folded or layout.number_up > 1:
        placed, cells = _several(sizes, sheet, layout)
    else:
        into = place_in(sizes[0], sheet, room, layout.scaling, layout.orientation, layout.turns)
        placed = [multiply(into, _positioned(bounds((0.0, 0.0, *sizes[0]), into), sheet, room, layout.shift))]
    if not layout.folded:
        placed = [multiply(matrix, _shifted(layout.offset)) for matrix in placed]
    if layout.flipped:
        over = turned(2, sheet)
        placed, cells = [multiply(matrix, over) for matrix in placed], [bounds(box, over) for box in cells]
    return placed, cells


def _positioned(image: Box, sheet: Size, room: Box, shift: Shift) -> Matrix:
    """Move an image to the edge of what can be printed on, or to the middle of the sheet (PWG 5100.3)."""
    across = {"left": room[0] - image[0], "right": room[2] - image[2], "center": (sheet[0] - image[0] - image[2]) / 2}
    up = {"bottom": room[1] - image[1], "top": room[3] - image[3], "center": (sheet[1] - image[1] - image[3]) / 2}
    return (1.0, 0.0, 0.0, 1.0, across.get(shift.x_position, 0.0), up.get(shift.y_position, 0.0))


def _shifted(offset: tuple[int, int]) -> Matrix:
    across, up = sheet_points(offset)
    return (1.0, 0.0, 0.0, 1.0, across, up)


def _several(sizes: Sequence[Size], sheet: Size, layout: Layout) -> tuple[list[Matrix], list[Box]]:
    """Place several pages on `sheet`: a matrix for each, and the box of the sheet that is its cell."""
    # The side is laid out as a person reads it, standing or lying, then turned onto the sheet.
    side, columns, rows = _folded(sheet) if layout.folded else _reading(sizes[0], sheet, layout.number_up)
    turn = turned(quarter_turns(side, sheet, layout.orientation), sheet)
    room = bounds(printable(sheet, layout.margins), _inverse(turn))
    width, height = (room[2] - room[0]) / columns, (room[3] - room[1]) / rows
    scaling: Scaling = "auto" if layout.scaling == "none" else layout.scaling  # a cut page serves nobody
    placed, cells = [], []
    for number, size in enumerate(sizes):
        column, row = cell(number, columns, rows, "toright-tobottom" if layout.folded else layout.direction)
        left, bottom = room[0] + column * width, room[3] - (row + 1) * height
        into = place_in(size, (width, height), (0.0, 0.0, width, height), scaling, turns=layout.turns)
        if layout.folded:
            # The right page of a booklet is a front, the left one a back.
            into = multiply(into, _shifted(layout.shift.front if column else layout.shift.back))
        placed.append(multiply(multiply(into, (1.0, 0.0, 0.0, 1.0, left, bottom)), turn))
        cells.append(bounds((left, bottom, left + width, bottom + height), turn))
    return placed, cells


def _folded(sheet: Size) -> tuple[Size, int, int]:
    """How the side of a booklet is held, and its columns and rows: the fold runs across the long edges."""
    return (max(sheet), min(sheet)), 2, 1


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


def _inverse(turn: Matrix) -> Matrix:
    """Undo a quarter turn: its inverse is its transpose."""
    a, b, c, d, e, f = turn
    return (a, c, b, d, -(a * e + b * f), -(c * e + d * f))


def bounds(box: Box, matrix: Matrix) -> Box:
    """Find the box that holds another one after it was moved."""
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    across = [a * x + c * y + e for x, y in corners]
    up = [b * x + d * y + f for x, y in corners]
    return min(across), min(up), max(across), max(up)
