"""One row of PWG or Apple raster: skip it, unpack it, pack it.

A row is runs over units (a pixel, or a byte when pixels are smaller): a code 0..127 and one unit repeated
code + 1 times, or a code 129..255 and 257 - code units as they are (PWG 5102.4 section 4.4). Code 128 fills the
rest of the row with white; only Apple raster uses it, and a reader that knows it in both is never wrong.
"""

import numpy as np

LONGEST_RUN = 128
FILL_TO_END = 128


def skip_row(data: bytes | bytearray, start: int, units: int, unit_size: int) -> int:
    """Find the offset after the packed row at `start`, or -1 while `data` does not hold all of it."""
    end = len(data)
    position = start
    filled = 0
    while filled < units:
        if position >= end:
            return -1
        code = data[position]
        if code < FILL_TO_END:
            position += 1 + unit_size
            filled += code + 1
        elif code == FILL_TO_END:
            position += 1
            break
        else:
            position += 1 + (257 - code) * unit_size
            filled += 257 - code
    return position if position <= end else -1


def unpack_row(packed: bytes | memoryview, units: int, unit_size: int, white: int) -> bytes:
    """Unpack the row's bytes: exactly `units * unit_size`; what a row has too much is cut, too little is white."""
    row = bytearray()
    length = units * unit_size
    position = 0
    while len(row) < length and position < len(packed):
        code = packed[position]
        position += 1
        if code == FILL_TO_END:
            break
        size = unit_size if code < FILL_TO_END else (257 - code) * unit_size
        run = bytes(packed[position : position + size])
        row += run * (code + 1) if code < FILL_TO_END else run
        position += size
    return bytes(row[:length]).ljust(length, bytes((white,)))


def pack_row(row: bytes, unit_size: int) -> bytes:
    """Pack `row` (whole units) with repeats where three or more units are equal, and literals between."""
    # Where a unit differs from the one before it, a run begins.
    pixels = np.frombuffer(row, np.uint8).reshape(-1, unit_size)
    changes = np.flatnonzero((pixels[1:] != pixels[:-1]).any(axis=1)) + 1
    starts = np.concatenate(([0], changes))
    lengths = np.diff(np.concatenate((starts, [len(pixels)])))
    # A repeat of two saves nothing over two more literals, and breaks the literal run in two.
    long_ones = np.flatnonzero(lengths >= 3)
    packed = bytearray()
    done = 0
    for start, length in zip(starts[long_ones].tolist(), lengths[long_ones].tolist(), strict=True):
        _pack_literals(packed, row, done, start, unit_size)
        _pack_repeats(packed, row[start * unit_size : (start + 1) * unit_size], length)
        done = start + length
    _pack_literals(packed, row, done, len(pixels), unit_size)
    return bytes(packed)


def _pack_repeats(packed: bytearray, unit: bytes, length: int) -> None:
    while length:
        run = min(length, LONGEST_RUN)
        packed.append(run - 1)
        packed += unit
        length -= run


def _pack_literals(packed: bytearray, row: bytes, start: int, end: int, unit_size: int) -> None:
    while start < end:
        run = min(end - start, LONGEST_RUN)
        # One unit alone has no literal code (257 - 1 is no byte): it is a repeat of one.
        packed.append(257 - run if run > 1 else 0)
        packed += row[start * unit_size : (start + run) * unit_size]
        start += run
