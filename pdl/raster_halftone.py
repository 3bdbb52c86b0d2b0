"""Colour of raster whose pixels do not show it singly: dots of one to four bits, colours in planes of their own.

A printer's driver makes gray of equal amounts of cyan, magenta and yellow dots, none of which is gray by itself. So
dots are added up over cells of the page, and their amounts compared; where there are no coloured dots at all, the
answer is certain.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pdl.raster_color import DENSITY, FULL, SPACES, Bytes, Numbers, Samples, Verdict

# Units whose dots make one cell, and what its dots must amount to before amounts are compared (255 is one dot).
CELL_UNITS = 4096
LEAST_INK = 256 * FULL
LEAST_REST = 64 * FULL
# Amounts that lie nearer to each other than this share of the largest are gray: dots are thrown by chance.
NEAR = 0.3
NEAR_COOL = 0.5


def differ(amounts: Numbers, least: int = LEAST_INK) -> bool:
    """Whether in any cell of (3, cells) the three amounts are so unequal that it has a colour.

    Profiles make gray with more cyan than magenta and yellow, which are alike: of that more is let pass.
    """
    most, fewest = amounts.max(axis=0), amounts.min(axis=0)
    cool = (amounts[0] == most) & (abs(amounts[1] - amounts[2]) <= NEAR * most)
    return bool(((most >= least) & (most - fewest >= np.where(cool, NEAR_COOL, NEAR) * most)).any())


def _stand_out(cells: Numbers, rests: Numbers) -> bool:
    """Whether in any cell dots stand alone that make a colour; `rests` is what each unit holds beyond gray."""
    cyan, magenta, yellow = rests
    most, fewest = rests.max(axis=0), rests.min(axis=0)
    total, least = cells.max(axis=0), cells.min(axis=0)
    cool = (cyan == most) & (abs(magenta - yellow) <= NEAR * most) & (total - least < NEAR_COOL * total)
    return bool(((most >= LEAST_REST) & (most - fewest >= 2 * NEAR * most) & ~cool).any())


@dataclass(frozen=True, slots=True)
class Dots:
    """Where the samples of one colour lie in a unit: for each byte, how much each of its values holds."""

    tables: tuple[tuple[int, Numbers], ...]

    def amounts(self, pixels: Samples) -> Numbers:
        """How much of the colour each unit holds."""
        parts = [table[pixels.channel(offset)] for offset, table in self.tables]
        return np.sum(parts, axis=0, dtype=np.int64) if len(parts) > 1 else parts[0]


def chunked_dots(bits: int, pixel_bits: int, colors: int) -> tuple[Dots, ...]:
    """Find the dots of each colour in pixels whose colours lie side by side; () where pixels straddle bytes."""
    if 8 % pixel_bits and pixel_bits % 8:
        return ()
    # Three colours in four places leave the first empty.
    unused = pixel_bits // bits - colors
    span = max(8, pixel_bits)
    found = []
    for color in range(colors):
        starts = range((unused + color) * bits, span, pixel_bits)
        tables: dict[int, Numbers] = {}
        for start in starts:
            offset, within = divmod(start, 8)
            shift, most = 8 - within - bits, (1 << bits) - 1
            values = (np.arange(256) >> shift & most) * (FULL // most)
            tables[offset] = tables.get(offset, 0) + values.astype(np.int64)
        found.append(Dots(tuple(tables.items())))
    return tuple(found)


def plane_dots(bits: int, colors: int) -> tuple[Dots, ...]:
    """Find the dots of each colour where bytes of one colour alone come as channel number so and so."""
    return tuple(Dots(((color, DENSITY[bits]),)) for color in range(colors))


class Halftone:
    """Looks at the dots of one page."""

    def __init__(self, space: int, dots: tuple[Dots, ...]) -> None:
        self._space = SPACES[space]
        self._dots = dots
        self._light = self._space.kind == "rgb"
        self._amounts = np.zeros(3, np.int64)
        self._black = 0
        self._color = False

    @property
    def readable(self) -> bool:
        """Whether dots of this kind can be looked at."""
        return bool(self._dots) and self._space.kind in {"rgb", "inks"}

    def look(self, pixels: Samples) -> None:
        """Take these units into account."""
        if not len(pixels.weights):
            return
        weights = pixels.weights
        inks = np.stack([self._dots[color].amounts(pixels) * weights for color in self._space.chromatic])
        if self._light:
            # How much light a unit without ink would hold is what the largest value of its table says.
            full = sum(int(table.max()) for _, table in self._dots[self._space.chromatic[0]].tables)
            inks = full * weights - inks
        starts = np.arange(0, inks.shape[1], CELL_UNITS)
        cells = np.add.reduceat(inks, starts, axis=1)
        rests = np.add.reduceat(inks - inks.min(axis=0), starts, axis=1)
        self._color = self._color or differ(cells) or _stand_out(cells, rests)
        self._amounts += cells.sum(axis=1)
        if self._space.black is not None:
            self._black += int((self._dots[self._space.black].amounts(pixels) * weights).sum())

    def verdict(self, pixels: int) -> Verdict:
        """Judge all that was seen of a page of so many pixels."""
        if not self.readable:
            return Verdict(None, "unknown", "the order of the colours' dots cannot be judged")
        return judged(self._amounts, self._black, pixels, color=self._color, light=self._light)


def judged(amounts: Numbers, black: int, pixels: int, *, color: bool, light: bool = False) -> Verdict:
    """Judge a page by its three amounts of ink, and by whether a cell of it had a colour."""
    inks = np.append(amounts, black)
    if light:
        # Gray is printed in black; of the inks only what is left over.
        gray = int(amounts.min())
        inks = np.append(amounts - gray, gray)
    shares: npt.NDArray[np.float64] = inks / (FULL * pixels)
    if not amounts.any():
        return Verdict(color=False, certainty="exact", basis="no coloured dots", shares=shares)
    found = color or differ(amounts[:, None], 1)
    return Verdict(found, "estimated", "amounts of dots", shares)


class Planar:
    """Looks at the colours of one page one after the other, each over the whole page."""

    STRIPS = 4
    BAND = 16

    def __init__(self, space: int, bits: int, height: int, colors: int) -> None:
        self._space = SPACES[space]
        self._bits = bits
        self._height = height
        self._bands = np.zeros((colors, -(-height // self.BAND), self.STRIPS), np.int64)

    @property
    def readable(self) -> bool:
        """Whether the colours of the page can be compared."""
        return self._space.kind in {"rgb", "inks", "light", "ink"}

    def add(self, line: int, samples: Bytes, times: int) -> None:
        """Take in a row, the `line`th of all planes, which stands `times` times."""
        amounts = [int(part.sum()) for part in np.array_split(DENSITY[self._bits][samples], self.STRIPS)]
        for at in range(line, min(line + times, self._height * len(self._bands))):
            plane, row = divmod(at, self._height)
            self._bands[plane, row // self.BAND] += amounts

    def verdict(self, pixels: int) -> Verdict:
        """Judge all planes of a page of so many pixels."""
        if not self.readable:
            return Verdict(None, "unknown", "the colour space cannot be judged")
        light = self._space.kind in {"rgb", "light"}
        totals = self._bands.sum(axis=(1, 2))
        if light:
            totals = pixels * FULL - totals
        if not self._space.chromatic:
            return Verdict(False, "exact", "gray raster", np.append(np.zeros(3), totals[0]) / (FULL * pixels))
        bands = self._bands[list(self._space.chromatic)].reshape(3, -1)
        if light:
            bands = bands.max() - bands
        black = 0 if self._space.black is None else int(totals[self._space.black])
        amounts = np.maximum(totals[list(self._space.chromatic)], 0)
        return judged(amounts, black, pixels, color=differ(bands), light=light)
