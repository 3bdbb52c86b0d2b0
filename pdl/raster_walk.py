"""Walk the rows of PWG and Apple raster without unpacking them, looking for colour on the way.

Rows carry no length: each must be walked run by run to find the next page (PWG 5102.4 section 4.4). Once a
page has shown colour, or cannot, only lengths are read.
"""

from dataclasses import dataclass

from pdl.errors import DocumentRejected
from pdl.packbits import FILL_TO_END, skip_row
from pdl.source import Source

CHUNK = 1024 * 1024
# Of 256 steps: channels of a pixel that lie nearer than this are gray to the eye, and to the PDF counter.
COLOR_THRESHOLD = 16


@dataclass(frozen=True, slots=True)
class Rows:
    """How the rows of one page lie: `channels` are the offsets of the bytes that must agree to be gray."""

    height: int
    units: int
    unit_size: int
    channels: tuple[int, ...]


class Window:
    """A stretch of the document in memory, moving forward."""

    def __init__(self, source: Source, start: int) -> None:
        self._source = source
        self._next = start
        self.data = b""
        self.position = 0

    def more(self) -> bool:
        """Drop what lies behind, read on; False at the end of the document."""
        part = self._source.pread(self._next, CHUNK)
        self.data = self.data[self.position :] + part
        self.position = 0
        self._next += len(part)
        return bool(part)

    def take(self, length: int) -> bytes:
        """Return the next `length` bytes, fewer at the end."""
        while len(self.data) - self.position < length and self.more():
            pass
        part = self.data[self.position : self.position + length]
        self.position += len(part)
        return part


def walk(window: Window, rows: Rows, page: int) -> bool:
    """Move past the rows of `page` (from 1); whether it has colour. DocumentRejected when rows are missing."""
    color = False
    done = 0
    while done < rows.height:
        head = window.take(1)
        # What is walked again after `more` is at most one row: rows are bounded, so this is too.
        while head:
            end, found = _step(window, rows, looking=bool(rows.channels) and not color)
            if end >= 0:
                break
            head = head if window.more() else b""
        if not head:
            raise DocumentRejected(f"The document is incomplete: it ends within page {page}.")
        done += head[0] + 1
        color = color or found
        window.position = end
    return color


def _step(window: Window, rows: Rows, *, looking: bool) -> tuple[int, bool]:
    """Find the end of the row at the window's position, -1 when it is not all there, and whether it has colour."""
    if looking:
        return _look(window.data, window.position, rows)
    return skip_row(window.data, window.position, rows.units, rows.unit_size), False


def _look(data: bytes, position: int, rows: Rows) -> tuple[int, bool]:
    size = rows.unit_size
    red, green, blue = rows.channels
    color = False
    filled = 0
    end = len(data)
    while filled < rows.units:
        if position >= end:
            return -1, False
        code = data[position]
        position += 1
        if code == FILL_TO_END:
            break
        count = code + 1 if code < FILL_TO_END else 257 - code
        stop = position + (size if code < FILL_TO_END else count * size)
        if stop > end:
            return -1, False
        # Equal channels are what gray pages have nearly everywhere: only the rest is looked at closely.
        if code < FILL_TO_END:
            equal = data[position + red] == data[position + green] == data[position + blue]
        else:
            run = data[position:stop]
            equal = run[red::size] == run[green::size] == run[blue::size]
        if not equal and not color:
            color = _spread(data[position:stop], rows) >= COLOR_THRESHOLD
        position = stop
        filled += count
    return position, color


def _spread(run: bytes, rows: Rows) -> int:
    channels = [run[channel :: rows.unit_size] for channel in rows.channels]
    widest: int = max(max(pixel) - min(pixel) for pixel in zip(*channels, strict=True))
    return widest
