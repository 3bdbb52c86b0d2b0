"""Walk the packed rows of PWG, Apple and CUPS raster without unpacking them.

Rows carry no length: each must be walked run by run to find the next page (PWG 5102.4 section 4.4). Where runs begin is
marked on the way, so that the pixels they hold can be looked at all at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pdl.errors import DocumentRejected
from pdl.packbits import FILL_TO_END
from pdl.window import Window

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

# What a byte of the packed rows is, while they are walked: 0 for pixels.
_HEAD, _RUN = 1, 2


@dataclass(frozen=True, slots=True)
class Rows:
    """How the packed rows of one page lie: so many, each of `units` units of `unit_size` bytes."""

    height: int
    units: int
    unit_size: int


@dataclass(frozen=True, slots=True)
class Pixels:
    """Units of packed rows: `data` holds one at each offset of `at`, and it stands on the page `weights` times."""

    data: Bytes
    at: Numbers
    weights: Numbers

    def channel(self, offset: int) -> Bytes:
        """Byte number `offset` of each unit."""
        return self.data[self.at + offset]


Look = Callable[[Pixels], None]


def walk(window: Window, rows: Rows, page: int, look: Look | None) -> None:
    """Move past the rows of `page` (from 1), showing its pixels to `look`; DocumentRejected when rows are missing."""
    left = rows.height
    while left > 0:
        marks = bytearray(len(window.data))
        begin = window.position
        end, done = _walk(window.data, marks, begin, left, rows)
        left -= done
        if done and look is not None:
            look(_pixels(window.data, marks, (begin, end), rows.unit_size, excess=max(0, -left)))
        window.position = end
        # What is walked again after `more` is at most one row: rows are bounded, so this is too.
        if left > 0 and not window.more():
            raise DocumentRejected(f"The document is incomplete: it ends within page {page}.")


@lru_cache(16)
def _tables(units: int, unit_size: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """For each code: how many units it fills, and how many bytes lie from it to the next."""
    fills, steps = [], []
    for code in range(256):
        count = code + 1 if code < FILL_TO_END else 257 - code
        fills.append(units if code == FILL_TO_END else count)
        steps.append(1 + (unit_size if code < FILL_TO_END else 0 if code == FILL_TO_END else count * unit_size))
    return tuple(fills), tuple(steps)


def _walk(data: bytes, marks: bytearray, position: int, wanted: int, rows: Rows) -> tuple[int, int]:
    """Mark heads and runs of rows until `wanted` are done or one is not all there; where it stopped, and rows done."""
    # The innermost loop of all raster: half a million turns in a mebibyte of short runs.
    fills, steps = _tables(rows.units, rows.unit_size)
    units, end = rows.units, len(data)
    done, row = 0, position
    try:
        while done < wanted:
            row = position
            marks[position] = _HEAD
            position += 1
            filled = 0
            while filled < units:
                code = data[position]
                marks[position] = _RUN
                filled += fills[code]
                position += steps[code]
            if position > end:
                return row, done
            done += data[row] + 1
    except IndexError:  # the row goes on beyond the window
        return row, done
    return position, done


def _pixels(data: bytes, marks: bytearray, span: tuple[int, int], unit_size: int, *, excess: int) -> Pixels:
    """All units between the marks of `span`; the last row stands `excess` times less than it says."""
    begin, end = span
    view = np.frombuffer(data, np.uint8)
    kinds = np.frombuffer(marks, np.uint8)[begin:end]
    runs, heads = np.flatnonzero(kinds == _RUN) + begin, np.flatnonzero(kinds == _HEAD) + begin
    times = view[heads].astype(np.int64) + 1
    times[-1] -= excess
    of_row = np.diff(np.append(np.searchsorted(runs, heads), len(runs)))
    times = np.repeat(times, of_row)
    codes = view[runs].astype(np.int64)
    repeats, literals = codes < FILL_TO_END, codes > FILL_TO_END
    lengths, starts = 257 - codes[literals], runs[literals] + 1
    before = np.cumsum(lengths) - lengths
    each = np.repeat(starts - unit_size * before, lengths)
    each += unit_size * np.arange(len(each))
    return Pixels(
        view,
        np.concatenate((runs[repeats] + 1, each)),
        np.concatenate(((codes[repeats] + 1) * times[repeats], np.repeat(times[literals], lengths))),
    )
