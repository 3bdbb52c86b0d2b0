"""Pictures whose packed pixels a PDF takes as they are: JPEG, PNG and Group 4 fax, never decoded, nothing lost."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pdl.errors import DocumentRejected
from pdl.image_tiff import COMPRESSION, FILL_ORDER, PHOTOMETRIC, SAMPLES, TiffPage
from pdl.source import Source

CHUNK = 1024 * 1024

# JPEG markers: start of frame for baseline, extended and progressive Huffman coding, all that DCTDecode reads.
_READABLE_FRAMES = {0xC0, 0xC1, 0xC2}
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ADOBE, _SCAN, _END = 0xEE, 0xDA, 0xD9
MOST_SEGMENTS = 100_000

_PNG_COLORS = {0: 1, 2: 3, 3: 1}  # gray, RGB, palette: those without transparency of their own
_PALETTE = 3
MOST_CHUNKS = 1_000_000

_GROUP_4 = 4
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Packed:
    """Pixels for a PDF: where their bytes lie, the filter that unpacks them, bits and colours of each.

    `decode` are further entries of the image; `palette` are the colours of an indexed picture, RGB after RGB.
    """

    spans: tuple[tuple[int, int], ...]
    filter: str
    bits: int
    colors: int
    decode: str = ""
    palette: bytes = b""
    reverse: bool = False

    @property
    def length(self) -> int:
        """Bytes in all."""
        return sum(size for _, size in self.spans)

    def pieces(self, source: Source) -> Iterator[bytes]:
        """Yield the bytes."""
        for offset, size in self.spans:
            for at in range(offset, offset + size, CHUNK):
                part = source.pread(at, min(CHUNK, offset + size - at))
                yield part.translate(_REVERSED) if self.reverse else part


def packed_jpeg(source: Source) -> Packed | None:
    """Take the JPEG as it is; None for the kinds that no PDF takes, DocumentRejected for a damaged one."""
    position, colors, adobe = 2, 0, False
    for _ in range(MOST_SEGMENTS):
        mark, code, *length = source.pread(position, 4).ljust(4, b"\0")
        if mark != 0xFF or code in {_SCAN, _END}:
            break
        if code == 0xFF:  # a fill byte
            position += 1
            continue
        if code in _FRAMES:
            if code not in _READABLE_FRAMES or source.pread(position + 4, 1) != b"\x08":
                return None
            colors = (source.pread(position + 9, 1) or b"\0")[0]
        adobe = adobe or (code == _ADOBE and source.pread(position + 4, 5) == b"Adobe")
        position += 2 + max(2, int.from_bytes(bytes(length), "big"))
    if colors not in {1, 3, 4}:
        raise DocumentRejected("The JPEG picture is damaged: it does not say how many colours it has.")
    # Adobe's programs write CMYK upside down, and say so by their marker alone.
    decode = "/Decode [1 0 1 0 1 0 1 0]" if colors == 4 and adobe else ""
    return Packed(((0, source.size),), "/DCTDecode", 8, colors, decode)


def packed_png(source: Source) -> Packed | None:
    """Take the pixels of the PNG as they are (ISO 32000 7.4.4.4); None where it is transparent or interlaced."""
    spans, palette, head, position = [], b"", b"", 8
    for _ in range(MOST_CHUNKS):
        start = source.pread(position, 8)
        size, kind = int.from_bytes(start[:4], "big"), start[4:]
        if len(kind) < 4 or kind in {b"IEND", b"tRNS", b"fcTL"}:
            # Frames of an animation begin before the pixels only where those are the first of them.
            if kind != b"fcTL":
                break
        elif kind == b"IHDR":
            head = source.pread(position + 8, 13)
        elif kind == b"PLTE":
            palette = source.pread(position + 8, min(size, 768))
        elif kind == b"IDAT":
            spans.append((position + 8, size))
        position += 12 + size
    if kind != b"IEND" or len(head) < 13 or not spans or head[12] or head[9] not in _PNG_COLORS:
        return None
    width, bits, colors = int.from_bytes(head[:4], "big"), head[8], _PNG_COLORS[head[9]]
    if head[9] == _PALETTE and not palette:
        return None
    row = (width * bits * colors + 7) // 8 + 1
    _check_png(source, spans, row * int.from_bytes(head[4:8], "big"))
    return Packed(
        tuple(spans),
        f"/FlateDecode /DecodeParms << /Predictor 15 /Colors {colors} /BitsPerComponent {bits} /Columns {width} >>",
        bits,
        colors,
        palette=palette[: len(palette) // 3 * 3] if head[9] == _PALETTE else b"",
    )


def _check_png(source: Source, spans: list[tuple[int, int]], length: int) -> None:
    """See that `length` bytes come out of the pixels: what is damaged must not come out half."""
    inflate, found = zlib.decompressobj(), 0
    try:
        for offset, size in spans:
            for at in range(offset, offset + size, CHUNK):
                packed = source.pread(at, min(CHUNK, offset + size - at))
                while packed and found <= length:
                    found += len(inflate.decompress(packed, CHUNK))
                    packed = inflate.unconsumed_tail
        found += len(inflate.flush()) if found < length else 0
    except zlib.error:
        found = -1
    if found < length:
        raise DocumentRejected("The PNG picture is damaged: a part of its pixels is missing. Send it again.")


def packed_fax(page: TiffPage) -> Packed | None:
    """Take a page of Group 4 fax in one strip as it is (ISO 32000 7.4.6); None for any other."""
    if page.first(COMPRESSION) != _GROUP_4 or len(page.pieces) != 1 or page.first(SAMPLES, 1) != 1 or not page.is_gray:
        return None
    black = "true" if page.first(PHOTOMETRIC) else "false"
    return Packed(
        tuple(page.pieces),
        f"/CCITTFaxDecode /DecodeParms << /K -1 /Columns {page.width} /Rows {page.height} /BlackIs1 {black} >>",
        1,
        1,
        reverse=page.first(FILL_ORDER, 1) == 2,
    )
