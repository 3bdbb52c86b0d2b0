"""Whether a picture within PCL XL has colour: its rows are unpacked and looked at, one band after the other.

Feature Reference 2.0/2.1, ReadImage: rows are packed by CompressMode, padded to a multiple of bytes (4 unless told
otherwise), as values of ColorDepth in the current colour space or as numbers of palette entries.
"""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, JpegImagePlugin

from pdl.gray import COLOR_THRESHOLD, is_colored
from pdl.pclxl_rows import DeltaRows, expand

NO_COMPRESSION, RLE, JPEG, DELTA_ROW = range(4)
GRAY = 1
# RGB, calibrated RGB, sRGB.
THREE_CHANNELS = frozenset({2, 5, 6})
DEPTHS = {0: 1, 1: 4, 2: 8}
# Unpacked at once.
BAND_BYTES = 4 * 1024 * 1024
LONGEST_ROW = 65535 * 3
# A picture in JPEG is decoded in one piece: beyond this its colour stays unknown.
LARGEST_JPEG = 64 * 1024 * 1024
MOST_PIXELS = 60_000_000
BAND_ROWS = 256

Bytes = npt.NDArray[np.uint8]


def steps_apart(channels: tuple[float, ...], full: float) -> float:
    """How far the channels of one colour lie apart, of 256 steps."""
    return (max(channels) - min(channels)) * 255 / full


@dataclass(frozen=True, slots=True)
class Layout:
    """How a picture's pixels lie: colour space (Feature Reference: 1 gray, 2 RGB, 6 sRGB), bits, palette or none."""

    space: int
    depth: int
    width: int
    palette: bytes | None = None

    @property
    def row_bytes(self) -> int:
        """Bytes of an unpacked row without padding."""
        return (self.width * self.depth * (1 if self.palette is not None else self.channels) + 7) // 8

    @property
    def channels(self) -> int:
        """Values of one colour."""
        return 3 if self.space in THREE_CHANNELS else 1


class Picture:
    """A picture being read; `color` is True as soon as it is seen, None when it cannot be told, else False."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._jpeg = bytearray()
        self._delta: DeltaRows | None = None
        self._tinted = _tinted(layout)
        self.color: bool | None = False
        if layout.space != GRAY and layout.space not in THREE_CHANNELS:
            self.color = None

    @property
    def wanted(self) -> bool:
        """Whether another block could still change what is known; what is not wanted may be skipped."""
        gray = self._layout.space == GRAY
        plain = self._layout.palette is not None and self._tinted is None
        return self.color is False and not gray and not plain

    def stride(self, padding: int) -> int:
        """Bytes of an unpacked row with its padding."""
        return -(-self._layout.row_bytes // max(1, padding)) * max(1, padding)

    def block(self, data: bytes, mode: int, height: int, padding: int) -> None:
        """Take one ReadImage's data: `height` rows packed by `mode`."""
        if not self.wanted:
            return
        if mode == JPEG:
            self._take_jpeg(data)
        elif self._layout.row_bytes > LONGEST_ROW or mode > DELTA_ROW:
            self.color = None
        elif mode == DELTA_ROW:
            self._delta = self._delta or DeltaRows(self._layout.row_bytes)
            for row in self._delta.unpack(data, height):
                if self._look(row, self._layout.row_bytes):
                    break
        else:
            stride = self.stride(padding)
            band = max(1, BAND_BYTES // stride) * stride
            parts = expand(data, band) if mode == RLE else (data[at : at + band] for at in range(0, len(data), band))
            left = height * stride
            for rows in parts:
                if self._look(rows[:left], stride):
                    break
                left -= len(rows)
                if left <= 0:
                    break

    def end(self) -> bool | None:
        """Tell whether the whole picture has colour."""
        if self._jpeg and self.color is False:
            self.color = _jpeg_color(bytes(self._jpeg))
        self._jpeg.clear()
        return self.color

    def _take_jpeg(self, data: bytes) -> None:
        # A block may be a file of its own, or the continuation of the one before.
        if data.startswith(b"\xff\xd8\xff") and self._jpeg:
            self.end()
        if len(self._jpeg) + len(data) > LARGEST_JPEG:
            self.color = None
        else:
            self._jpeg += data

    def _look(self, rows: bytes | bytearray, stride: int) -> bool:
        count = len(rows) // stride
        if not count:
            # The last rows of a damaged block: what is there is looked at.
            rows, count = bytes(rows).ljust(stride, b"\0"), 1
        table = np.frombuffer(rows, np.uint8, count * stride).reshape(count, stride)[:, : self._layout.row_bytes]
        values = _values(table, self._layout)
        if self._layout.palette is not None:
            found = self._tinted is not None and bool(self._tinted[values].any())
        else:
            pixels = values.reshape(-1, 3)
            found = is_colored(pixels[:, 0], pixels[:, 1], pixels[:, 2])
        self.color = self.color or found
        return found


def _values(table: Bytes, layout: Layout) -> Bytes:
    """Every value of the rows as one byte, full scale 255 where it is no number of an entry."""
    wanted = layout.width * (1 if layout.palette is not None else 3)
    if layout.depth == 8:
        return np.ascontiguousarray(table[:, :wanted])
    if layout.depth == 4:
        values = np.stack((table >> 4, table & 15), axis=-1).reshape(len(table), -1)[:, :wanted]
        scale = 17
    else:
        values = np.unpackbits(table, axis=1)[:, :wanted]
        scale = 255
    return np.ascontiguousarray(values if layout.palette is not None else values * np.uint8(scale))


def _tinted(layout: Layout) -> npt.NDArray[np.bool_] | None:
    """Which palette entries are coloured, None when none is."""
    if layout.palette is None or layout.channels != 3:
        return None
    entries = np.zeros((256, 3), np.uint8)
    given = np.frombuffer(layout.palette[: 256 * 3], np.uint8)
    given = given[: len(given) // 3 * 3].reshape(-1, 3)
    entries[: len(given)] = given
    tinted = entries.max(axis=1) - entries.min(axis=1) >= COLOR_THRESHOLD
    return tinted if tinted.any() else None


def _jpeg_color(data: bytes) -> bool | None:
    """Whether a JPEG has colour: None when it cannot be decoded or is too large to be."""
    try:
        # Averages of eight pixels that are coloured come from pixels that are: most pictures need no more.
        if _jpeg_pixels(data, 8):
            return True
        return _jpeg_pixels(data, 1)
    except (OSError, SyntaxError, ValueError, EOFError):
        return None


def _jpeg_pixels(data: bytes, shrink: int) -> bool | None:
    Image.MAX_IMAGE_PIXELS = None  # the limit here is ours: PIL's would be a warning first
    with JpegImagePlugin.JpegImageFile(io.BytesIO(data)) as picture:
        if picture.mode == "L":
            return False
        if picture.width * picture.height > MOST_PIXELS * shrink * shrink:
            return None
        picture.draft("RGB", (max(1, picture.width // shrink), max(1, picture.height // shrink)))
        picture.load()
        for top in range(0, picture.height, BAND_ROWS):
            band = picture.crop((0, top, picture.width, min(top + BAND_ROWS, picture.height))).convert("RGB")
            red, green, blue = (np.asarray(channel) for channel in band.split())
            if is_colored(red, green, blue):
                return True
    return False
