"""The tokens of PCL XL: operators with their attributes and embedded data, read in order from a window.

HP "PCL XL Feature Reference" 2.0/2.1, chapter 3: values carry their type in a tag, an attribute names the value before
it, an operator takes the attributes before it, and data of a given length may follow.
"""

import re
import struct
from typing import Final, NamedTuple

from pdl.errors import DocumentRejected
from pdl.window import Window

UEL = b"\x1b%-12345X"
HEADER: Final = re.compile(rb"([()'])[ ](?:HP-PCL XL|BROTHER XL2HB);")
LONGEST_HEADER = 4096
LONGEST_ARRAY = 512 * 1024
# Operators take twenty attributes at most; what has many more is no PCL XL.
MOST_ATTRIBUTES = 200

# Answers of Tokens.next() that are no operators.
END, DATA, STOP = -1, 0xFA, -2

BEGIN_SESSION, END_SESSION, BEGIN_PAGE, END_PAGE = 0x41, 0x42, 0x43, 0x44
VENDOR_UNIQUE = 0x46
BEGIN_STREAM, READ_STREAM, END_STREAM, EXEC_STREAM, REMOVE_STREAM = 0x5B, 0x5C, 0x5D, 0x5E, 0x5F
PASS_THROUGH = 0xBF
VU_DATA_LENGTH = 146

# struct's letter of each scalar type; xy pairs and boxes are two and four of them, arrays any number.
_TYPES = "BHIhif"
_SIZES = {
    base + index: count * struct.calcsize("=" + letter)
    for base, count in ((0xC0, 1), (0xD0, 2), (0xE0, 4))
    for index, letter in enumerate(_TYPES)
}
_ARRAYS = {0xC8 + index: struct.calcsize("=" + letter) for index, letter in enumerate(_TYPES)}
# Bytes of the number that names an attribute, and of the one that says how much data follows.
_NAME = 0xF8
_NAMES = {_NAME: 1, 0xF9: 2}
_DATA_LENGTHS = {0xFA: 4, 0xFB: 1}
_WHITE = frozenset(b"\0\t\n\v\f\r ")
# No token but an array or data is as long: below this the window is filled up first.
_ROOM = 32


class Value(NamedTuple):
    """A value as it stands: its tag, its bytes, and struct's sign of the byte order."""

    tag: int
    raw: bytes
    order: str

    @property
    def numbers(self) -> tuple[float, ...]:
        """All numbers of a scalar, pair, box or array; cut off where the bytes are."""
        letter = _TYPES[self.tag & 7]
        count = len(self.raw) // struct.calcsize("=" + letter)
        return struct.unpack_from(f"{self.order}{count}{letter}", self.raw)

    @property
    def number(self) -> int:
        """The first number, as an integer; 0 where there is none or it is not finite."""
        numbers = self.numbers
        return int(numbers[0]) if numbers and abs(numbers[0]) < 2**40 else 0

    @property
    def full_scale(self) -> float:
        """What stands for 1 in a value of this type that gives a colour (1.0 for reals)."""
        return (255.0, 65535.0, 2.0**32 - 1, 32767.0, 2.0**31 - 1, 1.0)[self.tag & 7]


Attributes = dict[int, Value]


def skipping(operators: bytes, pair: bytes = b"", more: bytes = b"") -> re.Pattern[bytes]:
    """Make what skips any number of `operators`, their attributes and short data with them, in one go.

    `pair` is two operators that are skipped only one after the other, `more` a pattern of others with their
    attributes. Values longer than a few bytes are left to Tokens: short ones are what pages of text and lines consist
    of.
    """
    by_size: dict[int, bytes] = {}
    for tag, size in _SIZES.items():
        by_size[size] = by_size.get(size, b"") + bytes((tag,))
    values = [rb"[%b].{%d}" % (re.escape(tags), size) for size, tags in sorted(by_size.items())]
    arrays = [rb"\xc8\xc0(?:%b)" % _counted(range(1, 33), 1), rb"[\xc9\xcb]\xc0(?:%b)" % _counted(range(1, 33), 2)]
    data = rb"\xfb(?:%b)" % _counted(range(4, 68, 2), 1)
    value = b"|".join(values + arrays)
    given = rb"(?:(?>%b)\xf8.)*+" % value
    unit = rb"(?>%b[%b](?>%b)?+)" % (given, re.escape(operators), data)
    if pair:
        first, second = (re.escape(pair[at : at + 1]) for at in (0, 1))
        unit = rb"(?>%b|%b%b%b%b)" % (unit, given, first, given, second)
    if more:
        unit = rb"(?>%b|%b)" % (unit, more)
    return re.compile(rb"%b*+" % unit, re.DOTALL)


def _counted(lengths: range, size: int) -> bytes:
    return b"|".join(rb"%b.{%d}" % (re.escape(bytes((length,))), length * size) for length in lengths)


NOTHING = re.compile(b"")


class Tokens:
    """Reads one stream of PCL XL from `window`, which stands at its header line.

    DocumentRejected where it is damaged or ends within a token.
    """

    def __init__(self, window: Window) -> None:
        self.window = window
        self.attributes: Attributes = {}
        self.length = 0  # of the data that next() announced
        self.start = window.offset  # of the first attribute of what next() returned
        self._ended = False
        self._announced = 0  # bytes of a vendor's data to come
        self.order = self.header()

    def seek(self, offset: int) -> None:
        """Go on reading at the operator, or the attributes, at `offset`."""
        self.window.seek(offset)
        self._ended = False
        self._announced = 0

    def header(self) -> str:
        """Move past the header line; struct's sign of the byte order it declares."""
        head = self.window.peek(LONGEST_HEADER)
        found = HEADER.match(head)
        if found is None:
            raise damaged(self.window.offset)
        if found[1] == b"'":
            raise DocumentRejected("PCL XL in its ASCII binding cannot be counted here: send the binary one.")
        end = head.find(b"\n", 0, LONGEST_HEADER)
        if end < 0:
            raise damaged(self.window.offset)
        self.window.position += end + 1
        self.order = "<" if found[1] == b")" else ">"
        return self.order

    def next(self, skip: re.Pattern[bytes] = NOTHING) -> int:
        """Read up to the next operator that `skip` does not pass over; its tag.

        DATA when `length` bytes of embedded data begin at the window's position: the caller moves past them. END at
        the end of the document, STOP before what is no PCL XL (UEL, or another language).
        """
        window = self.window
        self.attributes = {}
        if self._announced:
            self.length = self._vendor_length()
            return DATA
        found = skip.match(window.data, window.position)
        if found is not None:
            window.position = found.end()
        self.start = window.offset
        value: Value | None = None
        while True:
            data, at = window.data, window.position
            if len(data) - at < _ROOM and not self._ended:
                self._ended = not window.more()
                continue
            if at >= len(data):
                if value is not None or self.attributes:
                    raise incomplete()
                return END
            tag = data[at]
            size = _SIZES.get(tag)
            if size is not None:
                value = Value(tag, data[at + 1 : at + 1 + size], self.order)
                window.position = at + 1 + size
                if window.position > len(data):
                    raise incomplete()
            elif tag == _NAME and value is not None and at + 1 < len(data) and len(self.attributes) < MOST_ATTRIBUTES:
                # As in _name, for by far the most of them.
                self.attributes[data[at + 1]] = value
                window.position = at + 2
                value = None
            elif tag in _NAMES:
                self._name(value)
                value = None
            elif 0x41 <= tag <= PASS_THROUGH:
                if value is not None:
                    raise damaged(window.offset)
                window.position = at + 1
                if tag == VENDOR_UNIQUE and VU_DATA_LENGTH in self.attributes:
                    self._announced = max(0, self.attributes[VU_DATA_LENGTH].number)
                return tag
            elif tag in _ARRAYS:
                value = self._array(tag)
            elif tag in _WHITE:
                window.position = at + 1
            elif tag in _DATA_LENGTHS:
                window.position = at + 1
                self.length = self._integer(_DATA_LENGTHS[tag])
                return DATA
            elif value is not None or self.attributes:
                raise damaged(window.offset)
            else:
                return STOP

    def _name(self, value: Value | None) -> None:
        at = self.window.offset
        number = self._integer(_NAMES[self.window.take(1)[0]])
        if value is None or len(self.attributes) >= MOST_ATTRIBUTES:
            raise damaged(at)
        self.attributes[number] = value

    def _array(self, tag: int) -> Value:
        at = self.window.offset
        kind = self.window.take(2)[1:]
        size = {b"\xc0": 1, b"\xc1": 2, b"\xc2": 4}.get(kind)
        if size is None:
            raise damaged(at) if kind else incomplete()
        length = self._integer(size) * _ARRAYS[tag]
        if length > LONGEST_ARRAY:
            raise damaged(at)
        raw = self.window.take(length)
        if len(raw) < length:
            raise incomplete()
        return Value(tag, raw, self.order)

    def _integer(self, size: int) -> int:
        raw = self.window.take(size)
        if len(raw) < size:
            raise incomplete()
        return int.from_bytes(raw, "little" if self.order == "<" else "big")

    def _vendor_length(self) -> int:
        # The data of a vendor's operator stand there without a tag; some drivers write one all the same.
        length = self._announced
        self._announced = 0
        if length and self.window.peek(5) == b"\xfa" + struct.pack(f"{self.order}I", length):
            self.window.position += 5
        return length


def incomplete() -> DocumentRejected:
    """Make the error of a stream that ends too early."""
    return DocumentRejected("The document is incomplete: its PCL XL ends in the middle. Send it again.")


def damaged(offset: int) -> DocumentRejected:
    """Make the error of a stream that is no PCL XL at `offset`."""
    return DocumentRejected(f"The document is damaged: its PCL XL cannot be read at byte {offset}. Send it again.")
