"""Ghostscript's raster, put right on its way to the device.

Ghostscript leaves the number of pages at 0, does not know how a device feeds the back of a sheet, and has no
collated copies. `RasterWriter` is fed its output as it comes and gives back what the device is sent: the headers
are written anew, the rows pass as they are. It holds no more than a header.
"""

from dataclasses import dataclass, replace
from typing import Literal

from pdl.errors import DocumentRejected, LimitReached
from pdl.media import name_for
from pdl.packbits import pack_row
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

# How a page header begins: as far as it is alike on all pages of a stream. Ghostscript packs every two equal units
# as a repeat, so its rows hold a dozen zeros one after the other at most, and never what looks like a header.
PWG_HEADER = b"PwgRaster".ljust(128, b"\0")
URF_ALIKE = 14  # depth, colour space, sides, quality, eight zeros, and the upper half of the width


def back_transform(back: SheetBack, *, tumble: bool) -> tuple[int, int]:
    """How the back of a sheet must lie in the raster: 1 or -1 across the feed, and along it."""
    return BACK_TRANSFORMS[back, tumble]


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
    """Feed it Ghostscript's bytes, backs turned already; what it gives back, after `start`, is the device's."""

    def __init__(self, wanted: RasterLayout) -> None:
        self._wanted = wanted
        self._held = b""
        self._alike = b"" if wanted.layout == "urf" else PWG_HEADER
        self._last: PageHeader | None = None
        self._rows = False  # whether a byte of the last page has come
        self.pages = 0

    @property
    def start(self) -> bytes:
        """What stands before the first page, once."""
        return write_start(self._wanted.layout, self._wanted.total_pages)

    def feed(self, data: bytes) -> bytes:
        """Give the pages' bytes that `data` completes; DocumentRejected when they are no raster."""
        data = self._held + data
        size = HEADER_SIZE[self._wanted.layout]
        position = 0
        out: list[bytes | memoryview] = []
        view = memoryview(data)
        if self._last is None:
            position = START_SIZE[self._wanted.layout]
            if len(data) < position + size:
                self._held = data
                return b""
            self._alike = self._alike or data[position : position + URF_ALIKE]
            out.append(self._page(data[position : position + size]))
            position += size
        while (at := data.find(self._alike, position)) >= 0 and at + size <= len(data):
            out += view[position:at], self._page(data[at : at + size])
            self._rows = at + size < len(data)
            position = at + size
        # What is held may be the beginning of a header.
        end = at if at >= 0 else max(position, len(data) - len(self._alike) + 1)
        self._rows = self._rows or end > position
        out.append(view[position:end])
        self._held = data[end:]
        return b"".join(out)

    def finish(self, expected_pages: int) -> bytes:
        """Give the last bytes; LimitReached when pages are missing."""
        if self.pages != expected_pages or not (self._rows or self._held):
            raise LimitReached(
                f"The document has {expected_pages} pages, but only {self.pages} could be rendered. "
                "Nothing more was sent to the device."
            )
        held, self._held = self._held, b""
        return held

    def blank_page(self) -> bytes:
        """Make an empty side like the last page: it stands between copies, so that each begins on a front."""
        if self._last is None:
            raise DocumentRejected("The document has no pages to print.")
        page = self._header(self._last, back=self.pages % 2 == 1)
        row = pack_row(bytes((page.white,)) * page.bytes_per_line, page.unit_size)
        whole, rest = divmod(page.height, TALLEST_REPEAT)
        rows = (b"\xff" + row) * whole + (bytes((rest - 1,)) + row if rest else b"")
        return write_header(self._wanted.layout, page) + rows

    def _page(self, header: bytes) -> bytes:
        given = read_header(self._wanted.layout, header)
        self._last = self._header(given, back=self.pages % 2 == 1)
        self.pages += 1
        return write_header(self._wanted.layout, self._last)

    def _header(self, given: PageHeader, *, back: bool) -> PageHeader:
        wanted = self._wanted
        turned = back and wanted.duplex
        across, along = back_transform(wanted.sheet_back, tumble=wanted.tumble) if turned else (1, 1)
        return replace(
            given,
            duplex=wanted.duplex,
            tumble=wanted.duplex and wanted.tumble,
            cross_feed=across,
            feed=along,
            total_pages=wanted.total_pages,
            print_quality=wanted.print_quality,
            media_name=wanted.media_name or _name(given),
        )


def _name(page: PageHeader) -> str:
    width, height = (round(points * 2540 / 72) for points in page.size_points)
    return name_for(width, height)
