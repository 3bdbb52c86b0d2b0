"""Count PWG raster (PWG 5102.4-2012): the task `count-pwg`."""

import struct
from collections.abc import Mapping
from typing import Any

from pdl.errors import DocumentRejected
from pdl.formats import HEAD_BYTES, leading_nulls
from pdl.raster_color import Ink, colors_of
from pdl.raster_count import Page, check_pixels, count_pages, packed, page_size
from pdl.raster_page import HEADER_SIZE, PWG_MAGIC
from pdl.raster_walk import Rows
from pdl.report import sides_of
from pdl.source import Source


def count(source: Source, arguments: Mapping[str, Any], _emit: object) -> dict[str, Any]:
    """Count a PWG raster document; DocumentRejected or LimitReached as its pages are read."""
    # cupsInteger[0], TotalPageCount, is 0 from some writers and wrong from others: the pages are walked.
    start = leading_nulls(source.pread(0, HEAD_BYTES)) + len(PWG_MAGIC)
    return count_pages(source, arguments, start, HEADER_SIZE["pwg"], read_page)


def read_page(header: bytes) -> Page:
    """Read a page header (section 4.3); DocumentRejected when it is none."""

    def at(offset: int) -> int:
        return int(struct.unpack_from(">I", header, offset)[0])

    if not header.startswith(b"PwgRaster\0"):
        raise DocumentRejected("The document is damaged: a page does not begin where the one before it ends.")
    width, height, bits, pixel_bits, length, space = (at(offset) for offset in (372, 376, 384, 388, 392, 400))
    check_pixels(width, height, length)
    if not 1 <= pixel_bits <= 256 or at(396) or length != (width * pixel_bits + 7) // 8:
        raise DocumentRejected("The document is damaged: the length of a row does not fit its pixels.")
    # Rows are packed by pixels, or by bytes where several pixels share one.
    size = (pixel_bits + 7) // 8
    # A pixel that is not what its colour space says is stepped over, and not judged.
    ink = Ink(space, bits if pixel_bits == bits * colors_of(space) else 0)
    return Page(
        width=page_size(width, at(276)),
        height=page_size(height, at(280)),
        copies=at(340),
        sides=sides_of(bool(at(272)), bool(at(368))),
        look=packed(Rows(height, -(-length // size), size), ink, width * height),
    )
