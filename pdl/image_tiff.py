"""The pages of a TIFF, and each as a file of its own (TIFF 6.0, BigTIFF): what a decoder is given is one page.

The chain of directories is walked here, so that a loop in it ends, thumbnails are no pages, and memory holds what
one page has packed.
"""

import io
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from PIL import Image

from pdl.errors import DocumentRejected, LimitReached
from pdl.image_open import check_size, page_alone
from pdl.limits import MEBIBYTE
from pdl.source import Source

# Bytes of a value by its type; BigTIFF adds three of eight bytes.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_LETTERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_RATIONAL, _LONG, _WIDE, _FLOATING = 5, 4, {16, 17, 18}, {"f", "d"}

SUBFILE, OLD_SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 254, 255, 256, 257, 258, 259, 262, 266
ORIENTATION, SAMPLES, ROWS_PER_STRIP, X_RESOLUTION, Y_RESOLUTION, T4_OPTIONS, UNIT = 274, 277, 278, 282, 283, 292, 296
STRIPS, STRIP_LENGTHS, TILES, TILE_LENGTHS, PROFILE = 273, 279, 324, 325, 34675
# What a decoder needs; the rest of a directory is of no use on paper.
_KEPT = {
    WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, STRIPS, SAMPLES, ROWS_PER_STRIP, STRIP_LENGTHS, 284,
    T4_OPTIONS, 293, 317, 320, 322, 323, TILES, TILE_LENGTHS, 332, 334, 336, 338, 339, 347, 529, 530, 531, 532, PROFILE,
}  # fmt: skip
_READ = _KEPT | {SUBFILE, OLD_SUBFILE, ORIENTATION, X_RESOLUTION, Y_RESOLUTION, UNIT}

MOST_ENTRIES = 4096
LARGEST_VALUE = 16 * MEBIBYTE
LARGEST_PAGE = 256 * MEBIBYTE
MOST_DIRECTORIES = 1_000_000
_INCH_OF_UNIT = {2: 1.0, 3: 2.54}
# No compression, CCITT, LZW, JPEG, Deflate, PackBits, LZMA, Zstandard.
_UNPACKED = {1, 2, 3, 4, 5, 7, 8, 32771, 32773, 32946, 34925, 50000}
# White is 0, black is 0.
GRAY_PHOTOMETRICS = {0, 1}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Byte order, and whether offsets have eight bytes."""

    order: str
    big: bool

    def number(self, data: bytes, kind: str) -> int:
        return int(struct.unpack_from(self.order + kind, data)[0])


class TiffPage:
    """One directory: its tags as type and packed values."""

    def __init__(self, source: Source, layout: _Layout, tags: dict[int, tuple[int, bytes]]) -> None:
        self._source = source
        self._layout = layout
        self._tags = tags
        self.width = self.first(WIDTH)
        self.height = self.first(HEIGHT)
        check_size(self.width, self.height)

    def values(self, tag: int) -> list[float]:
        """Values of `tag`, [] where it is missing or no list of numbers."""
        kind, data = self._tags.get(tag, (0, b""))
        if kind in {_RATIONAL, 10}:
            parts = struct.unpack(f"{self._layout.order}{len(data) // 4}I", data)
            return [above / below if below else 0.0 for above, below in zip(parts[::2], parts[1::2], strict=True)]
        letter = _LETTERS.get(kind)
        if not letter:
            return []
        found = list(struct.unpack(f"{self._layout.order}{len(data) // _SIZES[kind]}{letter}", data))
        return [] if letter in _FLOATING and not all(map(math.isfinite, found)) else found

    def first(self, tag: int, default: int = 0) -> int:
        """First value of `tag` as a whole number."""
        found = self.values(tag)
        return int(found[0]) if found else default

    @property
    def is_page(self) -> bool:
        """Whether this is a picture of its own: no thumbnail of another, and no mask."""
        return not self.first(SUBFILE) & 0b101 and self.first(OLD_SUBFILE) != 2

    @property
    def is_gray(self) -> bool:
        """Whether it has light alone (and transparency at most)."""
        return self.first(PHOTOMETRIC, 1) in GRAY_PHOTOMETRICS

    @property
    def profile(self) -> bytes:
        """The ICC profile, b'' for none."""
        return self._tags.get(PROFILE, (0, b""))[1]

    @property
    def resolution(self) -> tuple[float, float] | None:
        """Dots per inch across and down, None where the file does not say."""
        inch = _INCH_OF_UNIT.get(self.first(UNIT, 2))
        across, down = ((self.values(tag) or [0.0])[0] for tag in (X_RESOLUTION, Y_RESOLUTION))
        if inch is None or not (across > 0 and down > 0):
            return None
        return across * inch, down * inch

    @cached_property
    def pieces(self) -> list[tuple[int, int]]:
        """Where the strips or tiles lie, offset and length; DocumentRejected when some lie outside of the file."""
        where, lengths = (TILES, TILE_LENGTHS) if TILES in self._tags else (STRIPS, STRIP_LENGTHS)
        offsets, sizes = self.values(where), self.values(lengths)
        if len(offsets) == 1 and offsets[0] < self._source.size:
            # Of a single strip some programs tell no length, or a wrong one.
            rest = self._source.size - int(offsets[0])
            sizes = [min(int(sizes[0]) if sizes and sizes[0] else rest, rest)]
        if not offsets or len(sizes) < len(offsets):
            raise DocumentRejected("The TIFF picture is damaged: it does not say where its pixels are.")
        found = [(int(offset), int(size)) for offset, size in zip(offsets, sizes, strict=False)]
        # Types with a sign exist.
        if any(not 0 <= offset <= offset + size <= self._source.size for offset, size in found):
            raise DocumentRejected("The TIFF picture is incomplete: a part of its pixels is missing. Send it again.")
        return found

    def piece(self, index: int) -> bytes:
        """Packed bytes of one strip or tile."""
        offset, size = self.pieces[index]
        return self._source.pread(offset, size)

    def alone(self) -> bytes:
        """Make a file of this page alone; LimitReached when it is larger than memory allows."""
        if sum(size for _, size in self.pieces) > LARGEST_PAGE:
            raise LimitReached(f"A page of the picture has more than {LARGEST_PAGE} bytes.")
        layout = self._layout
        body, offsets = bytearray(8), []
        for index in range(len(self.pieces)):
            offsets.append(len(body))
            body += self.piece(index)
        where, lengths = (TILES, TILE_LENGTHS) if TILES in self._tags else (STRIPS, STRIP_LENGTHS)
        tags = {tag: self._narrow(tag) for tag in self._tags if tag in _KEPT}
        longs = f"{layout.order}{len(offsets)}I"
        tags[where] = (_LONG, struct.pack(longs, *offsets))
        tags[lengths] = (_LONG, struct.pack(longs, *(size for _, size in self.pieces)))
        directory = bytearray(struct.pack(layout.order + "H", len(tags)))
        for tag, (kind, data) in sorted(tags.items()):
            value = data.ljust(4, b"\0")
            if len(data) > 4:
                body += bytes(len(body) % 2)
                value = struct.pack(layout.order + "I", len(body))
                body += data
            directory += struct.pack(layout.order + "HHI", tag, kind, len(data) // _SIZES[kind]) + value
        body += bytes(len(body) % 2)
        body[:8] = (b"II" if layout.order == "<" else b"MM") + struct.pack(layout.order + "HI", 42, len(body))
        return bytes(body + directory + bytes(4))

    def _narrow(self, tag: int) -> tuple[int, bytes]:
        kind, data = self._tags[tag]
        if kind not in _WIDE:
            return kind, data
        return _LONG, struct.pack(
            f"{self._layout.order}{len(data) // 8}I", *(int(v) & 0xFFFFFFFF for v in self.values(tag))
        )


def page_picture(page: TiffPage) -> Image.Image | None:
    """Open `page` for decoding; None where its way of packing is not read here."""
    if page.first(COMPRESSION, 1) not in _UNPACKED:
        return None
    return page_alone(io.BytesIO(page.alone()))


def tiff_pages(source: Source) -> Iterator[TiffPage]:
    """Yield the pages of the TIFF in order; DocumentRejected for a damaged one."""
    spare = None
    some = False
    for page in _directories(source):
        if page.is_page:
            some = True
            yield page
        elif spare is None:
            spare = page
    # A file of one thumbnail is a picture all the same.
    if not some and spare is not None:
        yield spare


def holds_copies(source: Source) -> bool:
    """Whether some directories of the TIFF are smaller copies or masks of others, and no pages."""
    found = [page.is_page for page in _directories(source)]
    return any(found) and not all(found)


def _directories(source: Source) -> Iterator[TiffPage]:
    head = source.pread(0, 16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
    if not order or len(head) < 8:
        raise DocumentRejected("The TIFF picture is damaged: it has no beginning.")
    layout = _Layout(order, big=head[2:4] in {b"+\0", b"\0+"})
    offset = layout.number(head[8:], "Q") if layout.big and len(head) == 16 else layout.number(head[4:], "I")
    seen: set[int] = set()
    # A chain that comes back to an earlier directory has ended there.
    while offset and offset not in seen and len(seen) < MOST_DIRECTORIES:
        seen.add(offset)
        tags, offset = _directory(source, layout, offset)
        yield TiffPage(source, layout, tags)


def _directory(source: Source, layout: _Layout, offset: int) -> tuple[dict[int, tuple[int, bytes]], int]:
    """Read the tags of the directory at `offset`, and where the next one is."""
    count_kind, entry_size, word = ("Q", 20, 8) if layout.big else ("H", 12, 4)
    count_size = struct.calcsize("=" + count_kind)
    start = source.pread(offset, count_size)
    count = layout.number(start, count_kind) if len(start) == count_size else 0
    data = source.pread(offset + count_size, min(count, MOST_ENTRIES) * entry_size + word)
    if not 0 < count <= MOST_ENTRIES or len(data) < count * entry_size:
        raise DocumentRejected("The TIFF picture is damaged: one of its directories cannot be read. Send it again.")
    tags = {}
    for at in range(0, count * entry_size, entry_size):
        tag, kind = struct.unpack_from(layout.order + "HH", data, at)
        length = layout.number(data[at + 4 :], "Q" if layout.big else "I") * _SIZES.get(kind, 0)
        if tag not in _READ or not 0 < length <= LARGEST_VALUE:
            continue
        value = data[at + entry_size - word : at + entry_size]
        if length > word:
            value = source.pread(layout.number(value, "Q" if layout.big else "I"), length)
        if len(value) >= length:
            tags[tag] = kind, value[:length]
    following = data[count * entry_size :]
    return tags, layout.number(following, "Q" if layout.big else "I") if len(following) == word else 0
