"""Count Apple raster (image/urf, no public specification): the task `count-urf`."""

import struct
from collections.abc import Mapping
from typing import Any

from pdl.errors import DocumentRejected
from pdl.formats import HEAD_BYTES, leading_nulls
from pdl.raster_color import LAB, Ink, colors_of
from pdl.raster_count import Page, check_pixels, count_pages, packed, page_size
from pdl.raster_page import HEADER_SIZE, START_SIZE, K
from pdl.raster_page import URF_COLOR_SPACES as PRINTABLE
from pdl.raster_walk import Rows
from pdl.report import sides_of
from pdl.source import Source

# bits per pixel, colour space, sides, quality, media type, input slot, output bin, copies, finishings x 4 ...
PAGE = struct.Struct(">8B4xIII8x")

URF_COLOR_SPACES = {**PRINTABLE, 2: LAB}
SHORT_EDGE, LONG_EDGE = 2, 3


def count(source: Source, arguments: Mapping[str, Any], _emit: object) -> dict[str, Any]:
    """Count an Apple raster document; DocumentRejected or LimitReached as its pages are read."""
    # The number of pages after the magic is 0 from some writers and wrong from others: the pages are walked.
    start = leading_nulls(source.pread(0, HEAD_BYTES)) + START_SIZE["urf"]
    return count_pages(source, arguments, start, HEADER_SIZE["urf"], read_page)


def read_page(header: bytes) -> Page:
    """Read a page header of 32 bytes; DocumentRejected when it cannot be one."""
    bits, number, sides, _, _, _, _, copies, width, height, dpi = PAGE.unpack(header)
    space = URF_COLOR_SPACES.get(number, -1)
    colors = colors_of(space)
    if not colors or bits not in {colors, colors * 8, colors * 16}:
        raise DocumentRejected("The document is damaged: a page has no colour layout that Apple raster knows.")
    length = (width * bits + 7) // 8
    check_pixels(width, height, length)
    size = max(1, bits // 8)
    # One bit is not in Apple's own use; Ghostscript writes it, and counts ink.
    ink = Ink(K if bits == 1 else space, bits // colors)
    return Page(
        width=page_size(width, dpi),
        height=page_size(height, dpi),
        copies=copies,
        sides=sides_of(sides in {SHORT_EDGE, LONG_EDGE}, sides == SHORT_EDGE),
        look=packed(Rows(height, -(-length // size), size), ink, width * height),
    )
