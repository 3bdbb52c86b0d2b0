"""Where a page or picture goes on the sheet: print-scaling and turning, as plain geometry.

Lengths are points. A matrix (a, b, c, d, e, f) maps x' = a x + c y + e, y' = b x + d y + f (ISO 32000 8.3.3).
"""

from typing import Literal

Scaling = Literal["auto", "auto-fit", "fit", "fill", "none"]
Matrix = tuple[float, float, float, float, float, float]
Size = tuple[float, float]

POINTS_PER_HUNDREDTH_MM = 72 / 2540
# Sheets of one name differ by rounding (A4 is 595 x 842 points in many drivers): that is no other size.
SAME_SIZE_POINTS = 1.5


def sheet_points(media: tuple[int, int]) -> Size:
    """`media` (hundredths of millimetres) in points."""
    return media[0] * POINTS_PER_HUNDREDTH_MM, media[1] * POINTS_PER_HUNDREDTH_MM


def same_size(one: Size, other: Size) -> bool:
    """Whether two sheets are the same but for rounding."""
    return all(abs(a - b) <= SAME_SIZE_POINTS for a, b in zip(one, other, strict=True))


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
    """Put a box of `size`, its corner at the origin, in the middle of `sheet`.

    A box lying across the sheet is turned a quarter, counter-clockwise (IPP's landscape). `fit` shows all of it
    inside the margins, `fill` covers the sheet, `none` keeps its size; `auto` and `auto-fit` shrink what is too
    large and leave the rest as it is (PWG 5100.16 print-scaling).
    """
    # One lies, the other stands: the differences have opposite signs. A square needs no turning.
    turned = (size[0] - size[1]) * (sheet[0] - sheet[1]) < 0
    width, height = (size[1], size[0]) if turned else size
    factor = _factor((width, height), sheet, scaling, margin)
    width, height = width * factor, height * factor
    left, bottom = (sheet[0] - width) / 2, (sheet[1] - height) / 2
    if turned:
        return (0.0, factor, -factor, 0.0, left + width, bottom)
    return (factor, 0.0, 0.0, factor, left, bottom)


def _factor(size: Size, sheet: Size, scaling: Scaling, margin: float) -> float:
    room = (max(1.0, sheet[0] - 2 * margin), max(1.0, sheet[1] - 2 * margin))
    fit = min(room[0] / size[0], room[1] / size[1])
    match scaling:
        case "none":
            return 1.0
        case "fill":
            return max(sheet[0] / size[0], sheet[1] / size[1])
        case "fit":
            return fit
        case _:
            return 1.0 if same_size(size, sheet) else min(1.0, fit)


def numbers(matrix: Matrix) -> str:
    """Write the matrix as a PDF content stream does."""
    return " ".join(f"{value:.5f}".rstrip("0").rstrip(".") for value in matrix)
