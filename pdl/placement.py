"""Where a page or picture goes on the sheet: print-scaling and turning, as plain geometry.

Lengths are points. A matrix (a, b, c, d, e, f) maps x' = a x + c y + e, y' = b x + d y + f (ISO 32000 8.3.3).
A box is (left, bottom, right, top). Quarter turns are counter-clockwise, as IPP's landscape is.
"""

from typing import Literal

Scaling = Literal["auto", "auto-fit", "fit", "fill", "none"]
Orientation = Literal[3, 4, 5, 6]  # orientation-requested: portrait, landscape, reverse-landscape, reverse-portrait
Margins = tuple[int, int, int, int]  # left, bottom, right, top, in hundredths of millimetres
Matrix = tuple[float, float, float, float, float, float]
Size = tuple[float, float]
Box = tuple[float, float, float, float]

POINTS_PER_HUNDREDTH_MM = 72 / 2540
# Sheets of one name differ by rounding (A4 is 595 x 842 points in many drivers): that is no other size.
SAME_SIZE_POINTS = 1.5

# orientation-requested: quarter turns of what stands as the sheet does, and of what lies across it. A document
# has a direction of its own (RFC 8011 section 5.2.10): what is asked for chooses between the two ways it fits.
_TURNS: dict[int | None, tuple[int, int]] = {None: (0, 1), 3: (0, 1), 4: (0, 1), 5: (0, 3), 6: (2, 3)}
# (cos, sin) of a quarter turn.
_DIRECTIONS = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))


def sheet_points(media: tuple[int, int]) -> Size:
    """`media` (hundredths of millimetres) in points."""
    return media[0] * POINTS_PER_HUNDREDTH_MM, media[1] * POINTS_PER_HUNDREDTH_MM


def same_size(one: Size, other: Size) -> bool:
    """Whether two sheets are the same but for rounding."""
    return all(abs(a - b) <= SAME_SIZE_POINTS for a, b in zip(one, other, strict=True))


def printable(sheet: Size, margins: Margins) -> Box:
    """What the margins leave of the sheet; margins that leave nothing are none."""
    left, bottom, right, top = (max(0, margin) * POINTS_PER_HUNDREDTH_MM for margin in margins)
    box = left, bottom, sheet[0] - right, sheet[1] - top
    return box if box[2] - box[0] > 1 and box[3] - box[1] > 1 else (0.0, 0.0, *sheet)


def multiply(first: Matrix, then: Matrix) -> Matrix:
    """Make the matrix that does `first`, `then` the other."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def place(size: Size, sheet: Size, scaling: Scaling, margin: float = 0.0) -> Matrix:
    """Put a box of `size`, its corner at the origin, in the middle of `sheet`, all of whose margins are alike.

    See `place_in`; margins that leave nothing are taken as they come, a point of room is left.
    """
    across, up = (min(margin, (side - 1) / 2) for side in sheet)
    return place_in(size, sheet, (across, up, sheet[0] - across, sheet[1] - up), scaling)


def place_in(
    size: Size,
    sheet: Size,
    room: Box,
    scaling: Scaling,
    orientation: Orientation | None = None,
    turns: int | None = None,
) -> Matrix:
    """Put a box of `size`, its corner at the origin, on `sheet`, of which `room` can be printed on.

    A box lying across the sheet is turned a quarter, the way `orientation` says; `turns` says how often in any case.
    `fit` shows all of it in the
    room, `fill` covers the sheet, `none` keeps its size; `auto` and `auto-fit` shrink into the room what is larger
    than the sheet and leave the rest as it is (PWG 5100.13 print-scaling).
    """
    turns = quarter_turns(size, sheet, orientation) if turns is None else turns
    width, height = (size[1], size[0]) if turns % 2 else size
    fit = min((room[2] - room[0]) / width, (room[3] - room[1]) / height)
    larger = not same_size((width, height), sheet) and (width > sheet[0] or height > sheet[1])
    if scaling == "fit" or (scaling in {"auto", "auto-fit"} and larger):
        return _centred(size, turns, fit, room)
    factor = max(sheet[0] / width, sheet[1] / height) if scaling == "fill" else 1.0
    return _centred(size, turns, factor, (0.0, 0.0, *sheet))


def quarter_turns(size: Size, sheet: Size, orientation: Orientation | None) -> int:
    """How often a box of `size` is turned to stand on `sheet` as it should."""
    # One lies, the other stands: the differences have opposite signs. A square needs no turning.
    return _TURNS[orientation][(size[0] - size[1]) * (sheet[0] - sheet[1]) < 0]


def _centred(size: Size, turns: int, factor: float, room: Box) -> Matrix:
    cos, sin = (part * factor for part in _DIRECTIONS[turns])
    # The corner at the origin is turned about itself; then the middle of the box goes to the middle of the room.
    across = (room[0] + room[2] - cos * size[0] + sin * size[1]) / 2
    up = (room[1] + room[3] - sin * size[0] - cos * size[1]) / 2
    return (cos, sin, -sin, cos, across, up)


def turned(turns: int, sheet: Size) -> Matrix:
    """Turn the content of a side so that it stands on `sheet`, whose corner stays at the origin."""
    side = (sheet[1], sheet[0]) if turns % 2 else sheet
    return _centred(side, turns, 1.0, (0.0, 0.0, *sheet))


def numbers(matrix: Matrix) -> str:
    """Write the matrix as a PDF content stream does."""
    return " ".join(f"{value:.5f}".rstrip("0").rstrip(".") for value in matrix)
