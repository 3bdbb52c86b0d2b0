"""Raster graphics: rows come plane by plane (ESC*b#V, ESC*b#W), and are looked at where they may have colour."""

from dataclasses import dataclass, field

import numpy as np

from pdl.pcl5.palette import (
    BY_PIXEL,
    BY_PLANE,
    DIRECT_BY_PIXEL,
    DIRECT_BY_PLANE,
    KCMY,
    LAB,
    Color,
    Palette,
    default_colors,
    is_colored,
    neutral,
)
from pdl.pcl5.picture import Placement
from pdl.pcl5.planes import Planes
from pdl.pcl5.rows import UNPACK
from pdl.pcl5.shades import Array, Shades

ADAPTIVE = 5
BLOCK = 4
# Group 3 and 4 fax: black and white only.
FAX = (6, 7, 8)
# No printer has more dots in a row.
WIDEST = 100_000


@dataclass(slots=True)
class Raster:
    """One picture: `width` in dots, `mode` how its rows are packed, `row` how many there were."""

    palette: Palette
    foreground: Color
    dots: int
    width: int
    components: Planes | None = None
    row: int = 0
    doubt: str = ""
    color: bool = False
    certain: bool = True
    placement: Placement = field(init=False)
    shades: Shades = field(init=False)
    _planes: list[bytearray] = field(init=False)
    _plane: int = 0
    _looking: bool = field(init=False)
    _neutral: bytes = b""

    def __post_init__(self) -> None:
        palette = self.palette
        self.width = max(1, min(self.width, WIDEST))
        counts = {BY_PLANE: palette.bits, DIRECT_BY_PLANE: 3}
        depths = {BY_PIXEL: palette.bits, DIRECT_BY_PIXEL: sum(palette.primaries)}
        size = (self.width * depths.get(palette.encoding, 1) + 7) // 8
        self._planes = [bytearray(size) for _ in range(counts.get(palette.encoding, 1))]
        direct = palette.encoding >= DIRECT_BY_PLANE
        self._neutral = neutral(palette.colors)
        self._looking = direct or is_colored(self.foreground) or len(self._neutral) < 256
        if self.components is not None:
            self._configure(self.components)
        self.shades = Shades(self.dots, palette.encoding != DIRECT_BY_PIXEL or self.components is not None)

    def _configure(self, components: Planes) -> None:
        """Take rows of components instead of the palette's."""
        self._looking = components.depth > 0
        if not self._looking:
            self.doubt = "rows are configured in a way that cannot be read"
            return
        self.dots = components.dots
        self._planes = [bytearray((self.width + 7) // 8) for _ in range(components.count)]

    @property
    def row_bytes(self) -> int:
        """Length of a row of one plane."""
        return len(self._planes[0])

    def add_plane(self, data: bytes, mode: int) -> None:
        """ESC*b#V: one more plane of the row."""
        if self._looking and not self.color and self._plane < len(self._planes):
            if mode in UNPACK:
                UNPACK[mode](self._planes[self._plane], data)
            elif mode not in FAX:
                self._cannot(mode)
        self._plane += 1

    def add_row(self, data: bytes, mode: int) -> None:
        """ESC*b#W: the last plane of the row, or several rows where `mode` packs them together."""
        if mode == ADAPTIVE:
            self._add_adaptive(data)
        elif mode == BLOCK:
            self._add_block(data)
        else:
            self.add_plane(data, mode)
            self._end_row(mode)

    def skip(self, rows: int) -> None:
        """ESC*b#Y: so many empty rows."""
        for plane in self._planes:
            plane[:] = bytes(len(plane))
        self._plane = 0
        self.row += rows
        self.placement.skip(rows)

    def finish(self) -> None:
        """Look at what is left of the picture."""
        self.shades.finish()
        if not self.color:
            self.certain = self.shades.certain
            self.color = self.shades.colored

    def _cannot(self, mode: int) -> None:
        self.doubt = f"rows packed by method {mode} cannot be read"
        self._looking = False

    def _end_row(self, mode: int) -> None:
        if self._looking and not self.color:
            while self._plane < len(self._planes):
                self.add_plane(b"", mode)
            self._see()
        self._plane = 0
        self.row += 1
        self.placement.add(1)

    def _add_adaptive(self, data: bytes) -> None:
        """Mode 5: rows each packed its own way; a command byte, and how many bytes or rows follow."""
        at = 0
        while at + 3 <= len(data):
            command, count = data[at], data[at + 1] << 8 | data[at + 2]
            at += 3
            if command <= 3:
                self._plane = 0
                self.add_plane(data[at : at + count], command)
                self._end_row(command)
                at += count
            elif command == 4:
                self.skip(count)
            elif command == 5:
                self._repeat(count)
            else:
                return

    def _repeat(self, count: int) -> None:
        # Sixty-four rows tell what more of the same would: cells are no higher.
        for _ in range(min(count, 64)):
            self._plane = len(self._planes)
            self._end_row(0)
        self.row += max(0, count - 64)
        self.placement.add(max(0, count - 64))

    def _add_block(self, data: bytes) -> None:
        """Mode 4: the width of a row in dots, and rows of that width as they are."""
        depth = max(1, len(self._planes[0]) * 8 // self.width)
        size = (int.from_bytes(data[:4], "big") * depth + 7) // 8
        if not size:
            return
        for at in range(4, len(data) - size + 1, size):
            self._plane = 0
            self.add_plane(data[at : at + size], 0)
            self._end_row(0)

    def _see(self) -> None:
        planes = self._planes
        if is_colored(self.foreground) and any(any(plane) for plane in planes):
            # Where the picture is black it is printed in the foreground colour.
            self.color = True
            return
        channels = self._channels()
        if channels is not None:
            self.shades.add(self.row, channels)
            if self.row % 256 == 0 and self.shades.colored and self.shades.certain:
                self.color = True

    def _channels(self) -> tuple[Array, ...] | None:
        """Red, green, blue (or their opposites) of the row's pixels; None when it is gray all along."""
        palette, planes = self.palette, self._planes
        if self.components is not None:
            return self._components(self.components)
        if palette.encoding == DIRECT_BY_PIXEL:
            return self._direct_pixels()
        if palette.encoding == DIRECT_BY_PLANE:
            return None if planes[0] == planes[1] == planes[2] else self._dots(planes)
        if palette.encoding == BY_PIXEL:
            return self._indexed_pixels()
        if palette.space == KCMY and len(planes) == 4:
            black, *colors = planes
            if colors[0] == colors[1] == colors[2]:
                return None
            if any(black):
                mask = int.from_bytes(black, "big")
                colors = [bytearray((int.from_bytes(p, "big") | mask).to_bytes(len(p), "big")) for p in colors]
            return self._dots(colors)
        if palette.colors == default_colors(palette.space, palette.bits) and len(planes) == 3:
            return None if planes[0] == planes[1] == planes[2] else self._dots(planes)
        return self._indexed_planes()

    def _dots(self, planes: list[bytearray]) -> tuple[Array, ...]:
        return tuple(np.unpackbits(np.frombuffer(bytes(plane), np.uint8)) * np.uint8(255) for plane in planes)

    def _components(self, components: Planes) -> tuple[Array, ...] | None:
        depth = components.depth
        colors = self._planes[components.black :]
        first, second, third = (colors[at : at + depth] for at in (0, depth, 2 * depth))
        if first == second == third:
            return None
        top = (1 << depth) - 1
        return tuple(
            sum(  # type: ignore[misc]
                np.unpackbits(np.frombuffer(bytes(plane), np.uint8)) * np.uint8(255 * (1 << bit) // top)
                for bit, plane in enumerate(planes)
            )
            for planes in (first, second, third)
        )

    def _direct_pixels(self) -> tuple[Array, ...] | None:
        row = bytes(self._planes[0])
        if self.palette.primaries != (8, 8, 8):
            self.doubt = "pixels of this depth cannot be read"
            self._looking = False
            return None
        if self.palette.space >= LAB:
            self.doubt = "pixels of this colour space cannot be read"
            self._looking = False
            return None
        first, second, third = row[0::3], row[1::3], row[2::3]
        if first == second == third:
            return None
        return tuple(np.frombuffer(part, np.uint8) for part in (first, second, third))

    def _indexed_pixels(self) -> tuple[Array, ...] | None:
        bits = self.palette.bits
        row = bytes(self._planes[0])
        if bits == MOST:
            if not row.translate(None, self._neutral):
                return None
            indexes = np.frombuffer(row, np.uint8)
        else:
            if not any(row) and not is_colored(self.palette.color(0)):
                return None
            every = np.unpackbits(np.frombuffer(row, np.uint8))
            digits = every[: len(every) // bits * bits].reshape(-1, bits)
            indexes = (digits << np.arange(bits - 1, -1, -1, dtype=np.uint8)).sum(axis=1).astype(np.uint8)
        return self._colors(indexes)

    def _indexed_planes(self) -> tuple[Array, ...] | None:
        indexes = np.zeros(len(self._planes[0]) * 8, np.uint8)
        for number, plane in enumerate(self._planes):
            indexes |= np.unpackbits(np.frombuffer(bytes(plane), np.uint8)) << np.uint8(number)
        return self._colors(indexes)

    def _colors(self, indexes: Array) -> tuple[Array, ...] | None:
        if not indexes.tobytes().translate(None, self._neutral):
            return None
        table = np.array([self.palette.color(index) for index in range(256)], np.uint8)
        pixels = table[indexes[: self.width]]
        return tuple(np.ascontiguousarray(pixels[:, channel]) for channel in range(3))


MOST = 8
