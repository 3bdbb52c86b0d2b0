"""Count CUPS raster, what CUPS's filters hand to a printer's driver: the task `count-cups-raster`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pdl.cups_raster_page import MAGIC_SIZE, VARIANTS, CupsHeader, read_header
from pdl.errors import DocumentRejected
from pdl.formats import HEAD_BYTES, leading_nulls
from pdl.packbits import skip_row, unpack_row
from pdl.raster_color import SPACES, Bytes, Ink, Numbers, Verdict
from pdl.raster_count import Look, Page, count_pages, page_size
from pdl.raster_halftone import Halftone, Planar, chunked_dots, plane_dots
from pdl.raster_walk import Rows, walk
from pdl.report import sides_of
from pdl.source import Source
from pdl.window import Window

# Plain rows are looked at so many bytes at a time.
PLAIN_BYTES = 256 * 1024
WHITE_IS_255 = {"light", "rgb"}


def count(source: Source, arguments: Mapping[str, Any], _emit: object) -> dict[str, Any]:
    """Count a CUPS raster document; DocumentRejected or LimitReached as its pages are read."""
    start = leading_nulls(source.pread(0, HEAD_BYTES))
    variant = VARIANTS.get(source.pread(start, MAGIC_SIZE))
    if variant is None:
        raise DocumentRejected("This is no CUPS raster document.")

    def read(data: bytes) -> Page:
        header = read_header(variant, data)
        across, along = header.resolution
        points = [round(length * 2540 / 72) for length in header.size]
        return Page(
            # The pixels may leave the margins out: the sheet is what the page size says.
            width=points[0] or page_size(header.width, across),
            height=points[1] or page_size(header.height, along),
            copies=header.copies,
            sides=sides_of(header.duplex, header.tumble),
            look=_look(header),
        )

    return count_pages(source, arguments, start + MAGIC_SIZE, variant.header_size, read)


def _look(header: CupsHeader) -> Look:
    """Choose how the page is looked at."""
    one_color = not SPACES[header.space].chromatic
    # The header may say fewer colours than its colour space has.
    colors = max(header.colors, SPACES[header.space].colors)
    whole = header.colors == colors
    if header.order == "planar" and whole and not one_color:
        return lambda window, number: _look_planar(window, header, number)
    if header.order == "banded" and whole and not one_color:
        return lambda window, number: _look_banded(window, header, number)
    judge: Ink | Halftone = Ink(header.space, header.bits, little_endian=header.variant.order == "<")
    apart = header.order != "chunked"
    if (apart or header.pixel_bits < header.bits * colors) and not one_color:
        judge = Ink(-1, header.bits)  # a pixel that does not hold its colours
    elif not judge.readable and header.bits < 8:
        judge = Halftone(header.space, chunked_dots(header.bits, header.pixel_bits, colors))
    if one_color and header.pixel_bits != header.bits:
        judge = Ink(-1, header.bits)  # more in a pixel than its colour space knows
    return lambda window, number: _look_chunked(window, header, number, judge)


def _look_chunked(window: Window, header: CupsHeader, number: int, judge: Ink | Halftone) -> Verdict:
    look = judge.look if judge.readable else None
    if header.variant.packed:
        rows = Rows(header.lines, header.bytes_per_line // header.unit_size, header.unit_size)
        walk(window, rows, number, look)
    else:
        for data in _plain(window, header, number):
            if look is not None:
                look(_Plain(np.frombuffer(data, np.uint8).reshape(-1, header.unit_size)))
    return judge.verdict(header.width * header.height)


def _look_banded(window: Window, header: CupsHeader, number: int) -> Verdict:
    """Compare the colours of each row, which lie in it one after the other."""
    fine = header.bits >= 8
    dots = () if fine else plane_dots(header.bits, header.colors)
    judge: Ink | Halftone = Ink(header.space, 8) if fine else Halftone(header.space, dots)
    for row, times in _lines(window, header, number):
        if judge.readable:
            planes = row[: header.plane_bytes * header.colors].reshape(header.colors, -1)
            judge.look(_Banded(planes[:, header.upper :: max(1, header.bits // 8)], times))
    return judge.verdict(header.width * header.height)


def _look_planar(window: Window, header: CupsHeader, number: int) -> Verdict:
    judge = Planar(header.space, min(8, header.bits), header.height, header.colors)
    line = 0
    for row, times in _lines(window, header, number):
        judge.add(line, row[header.upper :: max(1, header.bits // 8)], times)
        line += times
    return judge.verdict(header.width * header.height)


@dataclass(frozen=True, slots=True)
class _Plain:
    """Units of plain rows, each of which stands once."""

    units: Bytes

    @property
    def weights(self) -> Numbers:
        return np.ones(len(self.units), np.int64)

    def channel(self, offset: int) -> Bytes:
        return self.units[:, offset]


@dataclass(frozen=True, slots=True)
class _Banded:
    """Colours of a row, each by itself, that stand `times` times."""

    planes: Bytes
    times: int

    @property
    def weights(self) -> Numbers:
        return np.full(self.planes.shape[1], self.times, np.int64)

    def channel(self, offset: int) -> Bytes:
        plane: Bytes = self.planes[offset]
        return plane


def _plain(window: Window, header: CupsHeader, number: int) -> Iterator[bytes]:
    """Plain rows, several at a time, to the end of the page."""
    left = header.lines
    most = max(1, PLAIN_BYTES // header.bytes_per_line)
    while left:
        rows = min(left, most)
        data = window.take(rows * header.bytes_per_line)
        if len(data) < rows * header.bytes_per_line:
            raise DocumentRejected(f"The document is incomplete: it ends within page {number}.")
        yield data
        left -= rows


def _lines(window: Window, header: CupsHeader, number: int) -> Iterator[tuple[Bytes, int]]:
    """Rows of the page one by one, and how often each stands."""
    unpacked = rows_of(window, header, number)
    for row, times in unpacked:
        yield np.frombuffer(row, np.uint8), times


def rows_of(window: Window, header: CupsHeader, number: int) -> Iterator[tuple[bytes, int]]:
    """Unpacked rows of page `number`, and how often each stands; DocumentRejected when rows are missing."""
    length = header.bytes_per_line
    if not header.variant.packed:
        for data in _plain(window, header, number):
            for start in range(0, len(data), length):
                yield data[start : start + length], 1
        return
    left = header.lines
    units, size = length // header.unit_size, header.unit_size
    white = 255 if SPACES[header.space].kind in WHITE_IS_255 else 0
    while left > 0:
        while (end := skip_row(window.data, window.position + 1, units, size)) < 0:
            if not window.more():
                raise DocumentRejected(f"The document is incomplete: it ends within page {number}.")
        times = min(left, window.data[window.position] + 1)
        yield unpack_row(window.data[window.position + 1 : end], units, size, white), times
        window.position = end
        left -= times
