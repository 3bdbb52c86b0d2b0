"""Rows of several components at their own resolutions: ESC*g#W, Configure Raster Data, of DeskJets.

The data: a format, the number of components (black, cyan, magenta, yellow), and six bytes for each: dots to the inch
across and down, and how many levels a dot has.
"""

from dataclasses import dataclass

BY_LEVELS = 2
_COMPONENT = 6


@dataclass(frozen=True, slots=True)
class Planes:
    """The planes of a row: `dots` to the inch of the coloured ones, `black` planes before them, `depth` of each.

    `depth` 0: they cannot be told apart.
    """

    dots: int = 0
    black: int = 0
    depth: int = 0

    @property
    def count(self) -> int:
        """How many planes a row has."""
        return self.black + 3 * self.depth


def configured_planes(data: bytes) -> Planes | None:
    """Read Configure Raster Data; None where there is no colour, a depth of 0 where its form is not known."""
    if len(data) < 2:
        return None
    form, count = data[0], data[1]
    if form != BY_LEVELS or count not in (1, 3, 4) or len(data) < 2 + _COMPONENT * count:
        return Planes()
    if count == 1:
        return None
    numbers = [int.from_bytes(data[at : at + 2], "big") for at in range(2, 2 + _COMPONENT * count, 2)]
    parts = list(zip(numbers[0::3], numbers[1::3], numbers[2::3], strict=True))
    *black, first, _, _ = parts
    across, down, levels = first
    if any(part != first for part in parts[-3:]) or not across or not down or not 2 <= levels <= 256:
        return Planes()
    # Finer black has several rows to each coloured one.
    before = sum(max(1, rows // down) * (shades - 1).bit_length() for _, rows, shades in black)
    return Planes(across, before, (levels - 1).bit_length())
