"""A part of a TrueType font: just the outlines a document needs, for embedding in PDF.

Glyph numbers stay as they are and unused outlines become empty, so that no other table has to follow
(OpenType 1.9: `loca`, `glyf`, `cmap`). The fonts read here are the administrator's, installed on this machine.
"""

import struct
from collections.abc import Iterable
from functools import cached_property

KEPT_TABLES = ("cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep")

# Flags of one component of a composite glyph.
_WORDS, _SCALE, _MORE, _SCALE_XY, _SCALE_2X2 = 0x0001, 0x0008, 0x0020, 0x0040, 0x0080


class TrueTypeFont:
    """One font file; ValueError when it is not a TrueType font with a Unicode table."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        if data[:4] not in {b"\0\1\0\0", b"true"}:
            raise ValueError("not a TrueType font")
        self._tables: dict[str, bytes] = {}
        (count,) = struct.unpack_from(">H", data, 4)
        # The table directory: tag, checksum, offset, length.
        for index in range(count):
            tag, _, offset, length = struct.unpack_from(">4sIII", data, 12 + 16 * index)
            self._tables[tag.decode("latin-1")] = data[offset : offset + length]
        if missing := {"cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp"} - self._tables.keys():
            raise ValueError(f"the font lacks {sorted(missing)}")

    @property
    def units_per_em(self) -> int:
        """The font's own units in one em."""
        return int(struct.unpack_from(">H", self._tables["head"], 18)[0])

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The rectangle all glyphs lie in, in the font's own units."""
        left, bottom, right, top = struct.unpack_from(">4h", self._tables["head"], 36)
        return left, bottom, right, top

    def advance(self, glyph: int) -> int:
        """How far the pen moves for `glyph`, in the font's own units."""
        (count,) = struct.unpack_from(">H", self._tables["hhea"], 34)
        # Glyphs past the last full row all have its advance.
        return int(struct.unpack_from(">H", self._tables["hmtx"], 4 * min(glyph, count - 1))[0])

    @cached_property
    def glyphs(self) -> dict[int, int]:
        """Code point: glyph, of the best Unicode table (format 12 before 4)."""
        cmap = self._tables["cmap"]
        (count,) = struct.unpack_from(">H", cmap, 2)
        found: dict[int, int] = {}
        for index in range(count):
            platform, encoding, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * index)
            if platform == 0 or (platform == 3 and encoding in {1, 10}):
                (kind,) = struct.unpack_from(">H", cmap, offset)
                read = {4: _format_4, 12: _format_12}.get(kind)
                found.update(read(cmap[offset:]) if read else {})
        return found

    def subset(self, glyphs: Iterable[int]) -> bytes:
        """Make a font file with the outlines of `glyphs` (and what they are composed of) alone."""
        kept = self._closure({0, *glyphs})
        outlines = bytearray()
        offsets = [0]
        for glyph in range(len(self._offsets) - 1):
            # An outline of no length draws nothing.
            if glyph in kept:
                outlines += self._outline(glyph)
                outlines += b"\0" * (-len(outlines) % 4)
            offsets.append(len(outlines))
        head = bytearray(self._tables["head"])
        head[50:52] = b"\0\1"  # indexToLocFormat: long offsets
        tables = self._tables | {
            "glyf": bytes(outlines),
            "loca": struct.pack(f">{len(offsets)}I", *offsets),
            "head": bytes(head),
        }
        return _file({tag: tables[tag] for tag in KEPT_TABLES if tag in tables})

    @cached_property
    def _offsets(self) -> tuple[int, ...]:
        loca = self._tables["loca"]
        # indexToLocFormat: long offsets, or short ones that count pairs of bytes.
        if struct.unpack_from(">h", self._tables["head"], 50)[0]:
            return struct.unpack(f">{len(loca) // 4}I", loca[: len(loca) // 4 * 4])
        return tuple(2 * offset for offset in struct.unpack(f">{len(loca) // 2}H", loca[: len(loca) // 2 * 2]))

    def _outline(self, glyph: int) -> bytes:
        return self._tables["glyf"][self._offsets[glyph] : self._offsets[glyph + 1]]

    def _closure(self, glyphs: set[int]) -> set[int]:
        kept: set[int] = set()
        waiting = list(glyphs)
        while waiting:
            glyph = waiting.pop()
            if glyph not in kept and glyph < len(self._offsets) - 1:
                kept.add(glyph)
                waiting += _components(self._outline(glyph))
        return kept


def _components(outline: bytes) -> list[int]:
    # A negative number of contours marks a composite.
    if len(outline) < 10 or struct.unpack_from(">h", outline)[0] >= 0:
        return []
    found = []
    position, flags = 10, _MORE
    while flags & _MORE:
        flags, glyph = struct.unpack_from(">HH", outline, position)
        found.append(glyph)
        position += 8 if flags & _WORDS else 6
        position += 2 if flags & _SCALE else 4 if flags & _SCALE_XY else 8 if flags & _SCALE_2X2 else 0
    return found


def _format_4(table: bytes) -> dict[int, int]:
    (double,) = struct.unpack_from(">H", table, 6)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + double)
    deltas = struct.unpack_from(f">{count}H", table, 16 + 2 * double)
    ranges_at = 16 + 3 * double
    ranges = struct.unpack_from(f">{count}H", table, ranges_at)
    found = {}
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if ranges[index]:
                # The offset counts from its own place in the table.
                at = ranges_at + 2 * index + ranges[index] + 2 * (code - start)
                (glyph,) = struct.unpack_from(">H", table, at)
            if glyph:
                found[code] = (glyph + deltas[index]) & 0xFFFF
    return found


def _format_12(table: bytes) -> dict[int, int]:
    (groups,) = struct.unpack_from(">I", table, 12)
    found = {}
    for index in range(groups):
        start, end, glyph = struct.unpack_from(">III", table, 16 + 12 * index)
        for code in range(start, min(end, 0x10FFFF) + 1):
            found[code] = glyph + code - start
    return found


def _file(tables: dict[str, bytes]) -> bytes:
    # searchRange, entrySelector and rangeShift follow from the number of tables.
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    directory = struct.pack(">4sHHHH", b"\0\1\0\0", count, power * 16, power.bit_length() - 1, (count - power) * 16)
    body = b""
    offset = 12 + 16 * count
    for tag, table in tables.items():
        directory += struct.pack(">4sIII", tag.encode("latin-1"), _checksum(table), offset + len(body), len(table))
        body += table + b"\0" * (-len(table) % 4)
    return directory + body


def _checksum(table: bytes) -> int:
    padded = table + b"\0" * (-len(table) % 4)
    return int(sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF)
