"""Which sheet a picture is laid on, and how much of it the picture takes.

A picture has no page size: unless a sheet is asked for, it is A4. A page of a TIFF that was made from a sheet, by a
scanner or a fax, is that sheet.
"""

from typing import TYPE_CHECKING

from pdl.media import size_of
from pdl.placement import Scaling, Size, place, sheet_points

if TYPE_CHECKING:
    # The gateway's own process lays drawings out, and loads no reader of pictures for it.
    from pdl.image_tiff import TiffPage

MARGIN_POINTS = 6 / 25.4 * 72  # what most devices cannot print at the edges
DEFAULT_DPI = 200.0

# The sheets that scanners and fax machines are fed with.
_SHEETS = tuple(
    size_of(name)
    for name in (
        "iso_a4_210x297mm", "na_letter_8.5x11in", "na_legal_8.5x14in", "iso_a3_297x420mm", "iso_a5_148x210mm",
        "na_ledger_11x17in", "iso_a6_105x148mm", "jis_b4_257x364mm", "jis_b5_182x257mm", "iso_b4_250x353mm",
        "iso_b5_176x250mm", "na_executive_7.25x10.5in", "na_invoice_5.5x8.5in", "iso_a2_420x594mm",
        "iso_a1_594x841mm", "iso_a0_841x1189mm", "na_arch-c_18x24in", "na_arch-d_24x36in", "na_arch-e_36x48in",
        "na_c_17x22in", "na_d_22x34in", "na_e_34x44in",
    )
)  # fmt: skip
# A fax line is 215 mm of a sheet of 210 mm; hundredths of millimetres.
NEAR = 600
LEAST_DPI, MOST_DPI = 30, 4800


def sane_resolution(across: float, down: float) -> bool:
    """Whether a picture may have been made with so many dots per inch (a fax has half of them down)."""
    return all(LEAST_DPI <= axis <= MOST_DPI for axis in (across, down)) and 0.4 <= across / down <= 2.5


def sheet_of(page: "TiffPage") -> tuple[int, int] | None:
    """Return the sheet that `page` is a picture of, in hundredths of millimetres as it lies there; None for none."""
    dots = page.resolution
    if dots is None or not sane_resolution(*dots):
        return None
    width, height = page.width * 2540 / dots[0], page.height * 2540 / dots[1]
    short, long = sorted((width, height))
    nearest = min(_SHEETS, key=lambda sheet: max(abs(sheet[0] - short), abs(sheet[1] - long)))
    if max(abs(nearest[0] - short), abs(nearest[1] - long)) > NEAR:
        return None
    return nearest if width <= height else (nearest[1], nearest[0])


def share_of_sheet(
    size: Size, sheet: tuple[int, int], scaling: Scaling = "fit", margin: float = MARGIN_POINTS
) -> float:
    """Return the part of `sheet` that a picture of `size` (in any unit) covers once it is placed, 0 to 1."""
    points = sheet_points(sheet)
    a, b, c, d, _, _ = place(size, points, scaling, margin)
    return min(1.0, abs(a * d - b * c) * size[0] * size[1] / (points[0] * points[1]))
