"""Readers of PWG raster (PWG 5102.4) and Apple raster: headers, and each page made small enough to look at."""

import struct
from dataclasses import dataclass

import numpy as np

ACROSS, DOWN = 420, 594
"""Pixels of a small page: no bar of the test documents falls between them."""

# Offsets in the page header of PWG raster (PWG 5102.4 table 1).
PWG = {"duplex": 272, "dpi": 276, "width": 372, "height": 376, "bits": 388, "length": 392, "space": 400, "total": 452}
PWG_HEADER, URF_HEADER = 1796, 32
DEVICE_BLACK = 3


@dataclass
class Page:
    """One page: its header's numbers, and its picture (height, width, colours), 255 for white."""

    fields: dict
    picture: np.ndarray

    @property
    def millimetres(self):
        return tuple(round(self.fields[side] * 25.4 / self.fields["dpi"]) for side in ("width", "height"))


def pwg(data):
    """The pages of a PWG raster document."""
    assert data[:4] == b"RaS2"
    position, pages = 4, []
    while position < len(data):
        assert data[position : position + 10] == b"PwgRaster\0"
        fields = {name: struct.unpack_from(">I", data, position + at)[0] for name, at in PWG.items()}
        picture, position = _picture(data, position + PWG_HEADER, fields)
        if fields["bits"] == 1:
            picture = (1 - picture) * 255
        elif fields["space"] == DEVICE_BLACK:
            picture = 255 - picture
        pages.append(Page(fields, picture))
    return pages


def urf(data):
    """The pages of an Apple raster document."""
    assert data[:8] == b"UNIRAST\0"
    total = struct.unpack_from(">I", data, 8)[0]
    position, pages = 12, []
    while position < len(data):
        bits, space, sides = data[position : position + 3]
        width, height, dpi = struct.unpack_from(">III", data, position + 12)
        fields = {"bits": bits, "space": space, "sides": sides, "width": width, "height": height, "dpi": dpi}
        fields |= {"length": width * bits // 8, "total": total}
        picture, position = _picture(data, position + URF_HEADER, fields)
        pages.append(Page(fields, picture))
    return pages


def _picture(data, position, fields):
    """Unpack a page, keeping one row and one column in many."""
    width, height, length = fields["width"], fields["height"], fields["length"]
    unit = max(1, fields["bits"] // 8)
    rows, kept = 0, []
    while rows < height:
        repeat, position = data[position] + 1, position + 1
        row, position = _row(data, position, length, unit)
        rows += repeat
        due = rows * DOWN // height - len(kept)
        if due:
            kept += [_narrow(row, width, unit, fields["bits"])] * due
    assert rows == height
    return np.array(kept), position


def _row(data, position, length, unit):
    parts, done = [], 0
    while done < length:
        code, position = data[position], position + 1
        if code < 128:
            parts.append(data[position : position + unit] * (code + 1))
            position += unit
        elif code == 128:  # Apple: the rest of the row is white
            parts.append(b"\xff" * (length - done))
        else:
            parts.append(data[position : position + (257 - code) * unit])
            position += (257 - code) * unit
        done += len(parts[-1])
    assert done == length
    return b"".join(parts), position


def _narrow(row, width, unit, bits):
    pixels = np.frombuffer(row, np.uint8)
    pixels = np.unpackbits(pixels)[:width, None] if bits == 1 else pixels.reshape(width, unit)
    return pixels[np.arange(ACROSS) * width // ACROSS]
