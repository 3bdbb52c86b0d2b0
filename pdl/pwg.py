"""Count PWG raster (PWG 5102.4-2012): the task `count-pwg`."""

import struct
from collections.abc import Mapping
from typing import Any

from pdl.errors import DocumentRejected
from pdl.formats import HEAD_BYTES, leading_nulls
from pdl.raster_count import Page, check_pixels, count_pages, page_size
from pdl.raster_page import HEADER_SIZE, PWG_MAGIC
from pdl.raster_walk import Rows
from pdl.report import sides_of
from pdl.source import Source

# cupsColorSpace (table 10): offsets of the colours that must agree to be gray, in samples; () is always gray.
CHANNELS: dict[int, tuple[int, ...]] = {
    0: (),  # W
    1: (0, 1, 2),  # RGB
    3: (),  # K
    6: (0, 1, 2),  # CMYK: black is gray whatever there is of it
    18: (),  # sGray
    19: (0, 1, 2),  # sRGB
    20: (0, 1, 2),  # AdobeRGB
}


def count(source: Source, arguments: Mapping[str, Any], _emit: object) -> dict[str, Any]:
    """Count a PWG raster document; DocumentRejected or LimitReached as its pages are read."""
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
    size = max(1, pixel_bits // 8)
    channels = CHANNELS.get(space, ())
    readable = not channels or bits in {8, 16}
    return Page(
        width=page_size(width, at(276)),
        height=page_size(height, at(280)),
        rows=Rows(height, -(-length // size), size, _bytes_of(channels, bits) if readable else ()),
        copies=at(340),
        sides=sides_of(bool(at(272)), bool(at(368))),
        certain=space in CHANNELS and readable and pixel_bits >= bits * len(channels),
    )


def _bytes_of(channels: tuple[int, ...], bits: int) -> tuple[int, ...]:
    # Of 16-bit samples, big-endian, the first byte says enough.
    return tuple(channel * (bits // 8) for channel in channels)
