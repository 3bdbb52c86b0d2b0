"""Ghostscript's raster, rewritten on its way to the device.

Ghostscript leaves the number of pages at 0, does not know how a device wants the back of a sheet, and has no
collated copies. `RasterWriter` is fed its output as it comes and gives back what the device is sent; it holds
one row, or for a back side that must be turned, one page as it is packed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pdl.errors import DocumentRejected, LimitReached
from pdl.media import name_for
from pdl.packbits import pack_row, skip_row, unpack_row
from pdl.raster_page import (
    HEADER_SIZE,
    START_SIZE,
    Layout,
    PageHeader,
    read_header,
    write_header,
    write_start,
)

SheetBack = Literal["normal", "flipped", "rotated", "manual-tumble"]

# (sheet-back, tumble): (CrossFeedTransform, FeedTransform) of a back side. PWG 5102.4 table 11.
BACK_TRANSFORMS: dict[tuple[str, bool], tuple[int, int]] = {
    ("normal", False): (1, 1),
    ("normal", True): (1, 1),
    ("flipped", False): (1, -1),
    ("flipped", True): (-1, 1),
    ("rotated", False): (-1, -1),
    ("rotated", True): (1, 1),
    ("manual-tumble", False): (1, 1),
    ("manual-tumble", True): (-1, -1),
}

TALLEST_REPEAT = 256
Row = tuple[int, bytes]  # how often less one, packed


@dataclass(frozen=True, slots=True)
class RasterLayout:
    """How the device wants its raster; `total_pages` counts all copies and the blank backs between them."""

    layout: Layout
    total_pages: int
    duplex: bool = False
    tumble: bool = False
    sheet_back: SheetBack = "normal"
    print_quality: int = 0
    media_name: str = ""


class RasterWriter:
    """Feed it Ghostscript's bytes; what it gives back, after `start`, is the device's."""

    def __init__(self, wanted: RasterLayout) -> None:
        self._wanted = wanted
        self._buffer = bytearray()
        self._started = False
        self._given: PageHeader | None = None  # of the page being written, as the device gets it
        self._rows_left = 0
        # Rows of a back side that must be turned: the last one may have to leave first.
        self._turned: list[Row] = []
        self.pages = 0

    @property
    def start(self) -> bytes:
        """What stands before the first page, once."""
        return write_start(self._wanted.layout, self._wanted.total_pages)

    def feed(self, data: bytes) -> bytes:
        """Give the pages' bytes that `data` completes; DocumentRejected when they are no raster."""
        self._buffer += data
        out = bytearray()
        position = 0
        if not self._started:
            if len(self._buffer) < START_SIZE[self._wanted.layout]:
                return b""
            self._started = True
            position = START_SIZE[self._wanted.layout]
        while (after := self._step(position, out)) > position:
            position = after
        del self._buffer[:position]
        return bytes(out)

    def finish(self, expected_pages: int) -> None:
        """Call at the end; LimitReached when the last page is not whole or pages are missing."""
        if self._rows_left or self._buffer or self.pages != expected_pages:
            raise LimitReached(
                f"The document has {expected_pages} pages, but only {self.pages} could be rendered. "
                "Nothing more was sent to the device."
            )

    def blank_page(self) -> bytes:
        """Make an empty side like the last page: it stands between copies, so that each begins on a front."""
        if self._given is None:
            raise DocumentRejected("The document has no pages to print.")
        page = self._header(self._given, back=self.pages % 2 == 1)
        row = pack_row(bytes((page.white,)) * page.bytes_per_line, page.unit_size)
        whole, rest = divmod(page.height, TALLEST_REPEAT)
        rows = (b"\xff" + row) * whole + (bytes((rest - 1,)) + row if rest else b"")
        return write_header(self._wanted.layout, page) + rows

    def _header(self, given: PageHeader, *, back: bool) -> PageHeader:
        wanted = self._wanted
        crossfeed, feed = BACK_TRANSFORMS[wanted.sheet_back, wanted.tumble] if back and wanted.duplex else (1, 1)
        return replace(
            given,
            duplex=wanted.duplex,
            tumble=wanted.duplex and wanted.tumble,
            cross_feed=crossfeed,
            feed=feed,
            total_pages=wanted.total_pages,
            print_quality=wanted.print_quality,
            media_name=wanted.media_name or _name(given),
        )

    def _step(self, position: int, out: bytearray) -> int:
        """Take one header, or the rows that are there; the new position, unchanged when more must come."""
        if self._rows_left:
            return self._rows(position, out)
        size = HEADER_SIZE[self._wanted.layout]
        if len(self._buffer) - position < size:
            return position
        given = read_header(self._wanted.layout, bytes(self._buffer[position : position + size]))
        self._given = self._header(given, back=self.pages % 2 == 1)
        self._rows_left = given.height
        out += write_header(self._wanted.layout, self._given)
        return position + size

    def _rows(self, position: int, out: bytearray) -> int:
        page = self._page()
        keep = page.cross_feed < 0 or page.feed < 0
        begin, units, unit_size = position, page.units, page.unit_size
        while self._rows_left and position < len(self._buffer):
            after = skip_row(self._buffer, position + 1, units, unit_size)
            if after < 0:
                break
            if keep:
                # As they are packed: a page of these is a hundredth of its pixels.
                self._turned.append((self._buffer[position], bytes(self._buffer[position + 1 : after])))
            self._rows_left = max(0, self._rows_left - self._buffer[position] - 1)
            position = after
        if not keep:
            # Nothing to turn: what Ghostscript packed is what the device unpacks.
            out += self._buffer[begin:position]
        if not self._rows_left:
            out += b"".join(bytes((repeat,)) + row for repeat, row in turn(page, self._turned))
            self._turned = []
            self.pages += 1
        return position

    def _page(self) -> PageHeader:
        assert self._given is not None
        return self._given


def _name(page: PageHeader) -> str:
    width, height = (round(points * 2540 / 72) for points in page.size_points)
    return name_for(width, height)


def turn(page: PageHeader, rows: list[Row]) -> Iterable[Row]:
    """Turn the rows of a back side as `page` says it is fed: last row first, each row mirrored, or both."""
    # Rows that stand several times are alike from above and below: they are turned as one.
    ordered = reversed(rows) if page.feed < 0 else iter(rows)
    for repeat, row in ordered:
        yield repeat, _mirror(page, row) if page.cross_feed < 0 else row


def _mirror(page: PageHeader, packed: bytes) -> bytes:
    row = np.frombuffer(unpack_row(packed, page.units, page.unit_size, page.white), np.uint8)
    if page.bits_per_pixel >= 8:
        mirrored = row.reshape(-1, page.unit_size)[::-1]
    else:
        # Rows end at a byte: the bits that fill it up must stay at the right.
        bits = np.unpackbits(row)[: page.width * page.bits_per_pixel].reshape(-1, page.bits_per_pixel)
        mirrored = np.packbits(bits[::-1].reshape(-1))
    return pack_row(np.ascontiguousarray(mirrored).tobytes(), page.unit_size)
