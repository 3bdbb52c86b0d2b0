"""Whether a picture has colour to the eye: its channels are compared in cells of 1/36 inch, as other counters render.

Pictures of shades are judged cell by cell. In pictures of dots cyan, magenta and yellow make gray together though
none lies on another, and by accident a cell may have more of one: only groups of cells tell, of four shapes, so that
thin lines are seen as well as pale areas.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pdl.gray import COLOR_THRESHOLD

Array = npt.NDArray[np.uint8]
Sums = npt.NDArray[np.int64]

CELLS_PER_INCH = 36
# Rows that are looked at together.
BATCH = 64
# Small groups are squares of 4 by 4 cells, and 16 cells in a row or a column; large ones are 16 by 16.
SMALL, LARGE = 4, 16
# How far the channels of a small group lie apart where there is colour, of 256: drivers' accidents reach 30.
DOTS_THRESHOLD = 40
# Beyond this no driver makes gray.
SURE = 100
FEW_CELLS = 200
STRONG_CELL = 64


@dataclass(slots=True)
class Shades:
    """Looks at the coloured rows of one raster of `dots` to the inch; rows it is not told of are gray.

    `halftone`: pixels have no shades, only dots. `strongest` is how far the channels of any cell or large group
    lie apart (0 to 255), `strongest_small` the same of small groups.
    """

    dots: int
    halftone: bool
    strongest: float = 0.0
    strongest_small: float = 0.0
    strongest_cell: float = 0.0
    touched: int = 0
    _numbers: list[int] = field(default_factory=list)
    _rows: list[Sequence[Array]] = field(default_factory=list)
    _cells: Sums | None = None
    _number: int = -1
    _square: Sums | None = None
    _column: Sums | None = None

    @property
    def cell(self) -> int:
        """Edge of a cell in dots."""
        return max(1, round(self.dots / CELLS_PER_INCH))

    @property
    def colored(self) -> bool:
        """Whether the rows looked at so far show colour."""
        if self.strongest >= COLOR_THRESHOLD or self.strongest_small >= DOTS_THRESHOLD:
            return True
        # On a page that is gray all over, a dot of colour is no accident.
        return self.touched <= FEW_CELLS and self.strongest_cell >= STRONG_CELL

    @property
    def certain(self) -> bool:
        """Whether another way of looking would find the same: gray made of dots is often a little tinted."""
        if self.halftone:
            return self.strongest_small < 1 or self.strongest_small >= SURE
        return self.strongest < COLOR_THRESHOLD / 2 or self.strongest >= 2 * COLOR_THRESHOLD

    def add(self, number: int, channels: Sequence[Array]) -> None:
        """Look at row `number` (rising): red, green and blue of its pixels."""
        if self._numbers and (len(self._numbers) >= BATCH or len(channels[0]) != len(self._rows[0][0])):
            self._look()
        self._numbers.append(number)
        self._rows.append(channels)

    def finish(self) -> None:
        """Look at what is left."""
        self._look()
        self._judge_cells()
        self._judge_square()
        self._judge_column()

    def _look(self) -> None:
        """Add the rows that wait up to cells."""
        if not self._numbers:
            return
        numbers = np.array(self._numbers) // self.cell
        starts = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))
        padding = -len(self._rows[0][0]) % self.cell
        sums = []
        for channel in zip(*self._rows, strict=True):
            rows = np.add.reduceat(np.stack(channel), starts, axis=0, dtype=np.int64)
            sums.append(np.pad(rows, ((0, 0), (0, padding))).reshape(len(starts), -1, self.cell).sum(axis=2))
        cells = np.stack(sums, axis=1)
        for at, start in enumerate(starts):
            self._put(int(numbers[start]), cells[at])
        self._numbers, self._rows = [], []

    def _put(self, number: int, cells: Sums) -> None:
        """Add to the row of cells that is being filled, or begin another."""
        if self._cells is not None and number == self._number and cells.shape == self._cells.shape:
            self._cells = self._cells + cells
            return
        before = self._number
        self._judge_cells()
        if number // SMALL != before // SMALL:
            self._judge_square()
        if number // LARGE != before // LARGE:
            self._judge_column()
        self._cells, self._number = cells, number

    def _judge_cells(self) -> None:
        cells, self._cells = self._cells, None
        if cells is None:
            return
        if not self.halftone:
            self.strongest = max(self.strongest, self._spread(cells, 1))
            return
        spread = np.ptp(cells, axis=0) / self.cell**2
        self.touched += int((spread >= COLOR_THRESHOLD / 2).sum())
        self.strongest_cell = max(self.strongest_cell, float(spread.max(initial=0)))
        self._see_small(_grouped(cells, LARGE), LARGE)
        square = _grouped(cells, SMALL)
        self._square = square if self._square is None or self._square.shape != square.shape else self._square + square
        self._column = cells if self._column is None or self._column.shape != cells.shape else self._column + cells

    def _judge_square(self) -> None:
        square, self._square = self._square, None
        if square is not None:
            self._see_small(square, SMALL * SMALL)

    def _judge_column(self) -> None:
        column, self._column = self._column, None
        if column is not None:
            self._see_small(column, LARGE)
            self.strongest = max(self.strongest, self._spread(_grouped(column, LARGE), LARGE * LARGE))

    def _see_small(self, sums: Sums, cells: int) -> None:
        self.strongest_small = max(self.strongest_small, self._spread(sums, cells))

    def _spread(self, sums: Sums, cells: int) -> float:
        return float(np.ptp(sums, axis=0).max(initial=0)) / (cells * self.cell**2)


def _grouped(cells: Sums, count: int) -> Sums:
    """Add up so many cells that lie side by side."""
    grouped: Sums = np.pad(cells, ((0, 0), (0, -cells.shape[1] % count))).reshape(3, -1, count).sum(axis=2)
    return grouped
