"""Unpack the rows of pictures within PCL XL: run lengths (RLE) and differences from the row before (delta row)."""

import re
from collections.abc import Iterator

import numpy as np

# Repeats in a row, so many that all of them together stay small; from LONG bytes on numpy is faster than a loop.
_REPEATS = re.compile(rb"(?:[\x81-\xff].){1,4096}+", re.DOTALL)
_LONG = 40

# Feature Reference 2.1, delta row compression: three bits of a command count bytes, five skip some.
_LONG_OFFSET = 31


def expand(data: bytes, band: int) -> Iterator[bytes]:
    """Yield what the run lengths stand for, in pieces of `band` bytes, the last one shorter."""
    parts: list[bytes] = []
    size = 0
    position = 0
    end = len(data)
    while position < end:
        code = data[position]
        if code < 128:
            part = data[position + 1 : position + 2 + code]
            position += 2 + code
        elif code > 128:
            found = _REPEATS.match(data, position)
            if found is None:
                break  # the last code lost its byte
            position = found.end()
            part = _repeated(found[0])
        else:
            position += 1
            continue
        parts.append(part)
        size += len(part)
        if size >= band:
            joined = b"".join(parts)
            whole = size - size % band
            for start in range(0, whole, band):
                yield joined[start : start + band]
            parts = [joined[whole:]]
            size -= whole
    if size:
        yield b"".join(parts)


def _repeated(pairs: bytes) -> bytes:
    if len(pairs) < _LONG:
        return b"".join([pairs[at + 1 : at + 2] * (257 - pairs[at]) for at in range(0, len(pairs), 2)])
    table = np.frombuffer(pairs, np.uint8).reshape(-1, 2)
    return np.repeat(table[:, 1], 257 - table[:, 0].astype(np.int64)).tobytes()


class DeltaRows:
    """Rows of `length` bytes, each written as its differences from the one before; the first from zeros."""

    def __init__(self, length: int) -> None:
        self._row = bytearray(length)

    def unpack(self, data: bytes, height: int) -> Iterator[bytearray]:
        """Yield the rows that differ from the one before; the row yielded is changed by the next step."""
        position = 0
        for _ in range(height):
            size = int.from_bytes(data[position : position + 2], "little")
            position += 2
            if size:
                self._change(data[position : position + size])
                position += size
                yield self._row
            elif position > len(data):
                return

    def _change(self, commands: bytes) -> None:
        row = self._row
        at = position = 0
        length = len(row)
        end = len(commands)
        while position < end:
            command = commands[position]
            position += 1
            offset = command & 31
            if offset == _LONG_OFFSET:
                while position < end:
                    more = commands[position]
                    position += 1
                    offset += more
                    if more != 255:
                        break
            at += offset
            count = (command >> 5) + 1
            part = commands[position : position + count]
            position += count
            if at + len(part) > length:
                part = part[: max(0, length - at)]
            row[at : at + len(part)] = part
            at += count
