"""Count Apple raster (image/urf, no public specification): the task `count-urf`."""

import struct
from collections.abc import Mapping
from typing import Any

from pdl.errors import DocumentRejected
from pdl.formats import HEAD_BYTES, leading_nulls
from pdl.raster_count import Page, check_pixels, count_pages, page_size
from pdl.raster_page import HEADER_SIZE, START_SIZE
from pdl.raster_walk import Rows
from pdl.report import sides_of
from pdl.source import Source

# bits per pixel, colour space, sides, quality, media type, input slot, output bin, copies, finishings x 4 ...
PAGE = struct.Struct(">8B4xIII8x")

# Colour space: (colours, those that must agree to be gray); 2, CIELab, is skipped and its colour unknown.
COLOR_SPACES: dict[int, tuple[int, tuple[int, ...]]] = {
    0: (1, ()),
    1: (3, (0, 1, 2)),
    2: (3, ()),
    3: (3, (0, 1, 2)),
    4: (1, ()),
    5: (3, (0, 1, 2)),
    6: (4, (0, 1, 2)),
}
LAB = 2
SHORT_EDGE, LONG_EDGE = 2, 3


def count(source: Source, arguments: Mapping[str, Any], _emit: object) -> dict[str, Any]:
    """Count an Apple raster document; DocumentRejected or LimitReached as its pages are read."""
    # The number of pages after the magic is 0 from some writers and wrong from others: the pages are walked.
    start = leading_nulls(source.pread(0, HEAD_BYTES)) + START_SIZE["urf"]
    return count_pages(source, arguments, start, HEADER_SIZE["urf"], read_page)


def read_page(header: bytes) -> Page:
    """Read a page header of 32 bytes; DocumentRejected when it cannot be one."""
    bits, space, sides, _, _, _, _, copies, width, height, dpi = PAGE.unpack(header)
    colors, channels = COLOR_SPACES.get(space, (0, ()))
    if not colors or bits not in {colors, colors * 8, colors * 16}:
        raise DocumentRejected("The document is damaged: a page has no colour layout that Apple raster knows.")
    length = (width * bits + 7) // 8
    check_pixels(width, height, length)
    size = max(1, bits // 8)
    # Of 16-bit samples, big-endian, the first byte says enough; smaller ones than 8 are not looked at.
    step = bits // colors // 8
    return Page(
        width=page_size(width, dpi),
        height=page_size(height, dpi),
        rows=Rows(height, -(-length // size), size, tuple(channel * step for channel in channels) if step else ()),
        copies=copies,
        sides=sides_of(sides in {SHORT_EDGE, LONG_EDGE}, sides == SHORT_EDGE),
        certain=space != LAB and (step > 0 or not channels),
    )
