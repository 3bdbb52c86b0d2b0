"""Rows of PCL raster unpacked: ESC*b#M says how they are packed (PCL 5 Color Technical Reference, chapter 6).

Each function changes `row`, which holds the row before, in place. What a row has too much is dropped; damaged data
end early: a printer prints them too.
"""

from collections.abc import Callable

from PIL import Image

Unpack = Callable[[bytearray, bytes], None]

_ZEROS = bytes(1 << 16)


def unpack_plain(row: bytearray, data: bytes) -> None:
    """Mode 0: bytes as they are, white after them."""
    size = len(row)
    row[:] = data[:size].ljust(size, b"\0")


def unpack_runs(row: bytearray, data: bytes) -> None:
    """Mode 1: pairs of a count less one and a byte."""
    size = len(row)
    unpacked = b"".join(data[at + 1 : at + 2] * (data[at] + 1) for at in range(0, min(len(data) & ~1, 2 * size), 2))
    row[:] = unpacked[:size].ljust(size, b"\0")


def unpack_packbits(row: bytearray, data: bytes) -> None:
    """Mode 2: TIFF PackBits."""
    size = len(row)
    if not data:
        row[:] = _ZEROS[:size].ljust(size, b"\0")
        return
    try:
        # Rows may end before the edge: single white bytes fill them up.
        row[:] = Image.frombytes("L", (size, 1), data + b"\0\0" * size, "packbits", "L").tobytes()
    except (ValueError, OSError):
        row[:] = _packbits(data, size)


def _packbits(data: bytes, size: int) -> bytes:
    """Unpack rows that reach over the edge, which the library refuses."""
    unpacked = bytearray()
    at = 0
    while at + 1 < len(data) and len(unpacked) < size:
        code = data[at]
        if code < 128:
            unpacked += data[at + 1 : at + 2 + code]
            at += 2 + code
        elif code > 128:
            unpacked += data[at + 1 : at + 2] * (257 - code)
            at += 2
        else:
            at += 1
    return bytes(unpacked[:size].ljust(size, b"\0"))


def unpack_delta(row: bytearray, data: bytes) -> None:
    """Mode 3: changes to the row before: how many bytes (3 bits), how far on (5 bits, and more bytes)."""
    size = len(row)
    end = len(data)
    at = place = 0
    while at < end:
        code = data[at]
        at += 1
        offset = code & 31
        place += offset
        if offset == 31:
            more, at = _sum(data, at)
            place += more
        count = (code >> 5) + 1
        if place >= size or at >= end:
            return
        part = data[at : at + count]
        at += count
        if place + len(part) > size:
            part = part[: size - place]
        row[place : place + len(part)] = part
        place += count


def unpack_mixed(row: bytearray, data: bytes) -> None:
    """Mode 9: changes to the row before, as bytes (bit 7 clear) or as a repeated byte."""
    size = len(row)
    end = len(data)
    at = place = 0
    while at < end:
        code = data[at]
        at += 1
        if code & 128:
            offset, count, far, many = code >> 5 & 3, (code & 31) + 2, 3, 33
        else:
            offset, count, far, many = code >> 3, (code & 7) + 1, 15, 8
        if offset == far:
            more, at = _sum(data, at)
            offset += more
        if count == many:
            more, at = _sum(data, at)
            count += more
        place += offset
        if place >= size or at >= end:
            return
        room = size - place
        if code & 128:
            part = data[at : at + 1] * (min(room, count))
            at += 1
        else:
            part = data[at : at + count]
            at += count
            if len(part) > room:
                part = part[:room]
        stop = place + len(part)
        row[place:stop] = part
        place = stop


def _sum(data: bytes, at: int) -> tuple[int, int]:
    """Add up bytes from `at` on, to the first that is not 255; the sum, and the place behind it."""
    total, more = 0, 255
    while more == 255 and at < len(data):
        more = data[at]
        at += 1
        total += more
    return total, at


def unpack_pixels(row: bytearray, data: bytes) -> None:
    """Mode 10: changes to the row before, pixels of red, green, blue; seven bits of colour are kept of blue."""
    _Pixels(row, data).unpack()


class _Pixels:
    """Mode 10 at work: where it reads, where it writes, the colour it remembers."""

    def __init__(self, row: bytearray, data: bytes) -> None:
        self.row, self.data = row, data
        self.at = self.place = 0
        self.remembered = b"\xff\xff\xff"

    def unpack(self) -> None:
        """Read commands until the data or the row end."""
        row, data = self.row, self.data
        while self.at < len(data):
            code = data[self.at]
            self.at += 1
            offset = code >> 3 & 3
            if offset == 3:
                offset += self._more()
            self.place += 3 * offset
            place = self.place
            if place + 3 > len(row):
                return
            source = code & 0x60
            if not source:
                self.remembered = first = self._pixel(place)
            else:
                # The pixel to the left, the one above and to the right, or the last new one.
                first = {0x20: bytes(row[max(place - 3, 0) : place]), 0x40: bytes(row[place + 3 : place + 6])}.get(
                    source, self.remembered
                )
            count = code & 7
            if code & 128:
                count += 2 + (self._more() if count == 7 else 0)
                count = min(count, (len(row) - place) // 3)
                row[place : place + 3 * count] = first.ljust(3, b"\xff") * count
                self.place += 3 * count
            else:
                row[place : place + 3] = first.ljust(3, b"\xff")
                self.place += 3
                self._follow(count)

    def _follow(self, count: int) -> None:
        """Pixels after the first, each new; a count of 7 goes on in further bytes."""
        again = count == 7
        while True:
            for _ in range(count):
                if self.place + 3 > len(self.row) or self.at >= len(self.data):
                    return
                self.row[self.place : self.place + 3] = self._pixel(self.place)
                self.place += 3
            if not again or self.at >= len(self.data):
                return
            count = self.data[self.at]
            self.at += 1
            again = count == 255

    def _more(self) -> int:
        total, self.at = _sum(self.data, self.at)
        return total

    def _pixel(self, place: int) -> bytes:
        """Read a pixel: 15 bits of difference to the one above, or 23 bits of colour."""
        data, at = self.data, self.at
        if at + 1 < len(data) and data[at] & 128:
            word = data[at] << 8 | data[at + 1]
            self.at += 2
            steps = (_signed(word >> 10 & 31), _signed(word >> 5 & 31), 2 * _signed(word & 31))
            return bytes((old + step) & 255 for old, step in zip(self.row[place : place + 3], steps, strict=True))
        self.at += 3
        if at + 2 >= len(data):
            return b"\xff\xff\xff"
        word = (data[at] << 16 | data[at + 1] << 8 | data[at + 2]) << 1
        return bytes((word >> 16 & 255, word >> 8 & 255, word & 255 | word >> 7 & 1))


def _signed(bits: int) -> int:
    return bits - 32 if bits & 16 else bits


UNPACK: dict[int, Unpack] = {
    0: unpack_plain,
    1: unpack_runs,
    2: unpack_packbits,
    3: unpack_delta,
    9: unpack_mixed,
    10: unpack_pixels,
}
