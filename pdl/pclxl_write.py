"""Ghostscript's PCL XL, put right on its way to the device.

Ghostscript writes every page of a two-sided document as a front side (DuplexPageSide eFrontMediaSide), and a
printer that obeys leaves the backs empty. `SideWriter` walks the tokens and makes every second page a back
side. Tokens: HP "PCL XL Feature Reference" 2.0, chapter 3.
"""

from pdl.errors import DocumentRejected, LimitReached

STREAM_HEAD = b") HP-PCL XL;"  # the binding of Ghostscript's streams: low byte first
UEL = 0x1B

BEGIN_PAGE = 0x43
DUPLEX_PAGE_SIDE = 54
UBYTE = 0xC0
FRONT, BACK = 0, 1
UNTYPED = 0xC0  # tags below are operators and white space, those from here on carry something

# Bytes of one value: scalars, and xy pairs and boxes of the same five or six types.
_SIZES = (1, 2, 4, 2, 4, 4)
_VALUES = {
    base + index: count * size for base, count in ((0xC0, 1), (0xD0, 2), (0xE0, 4)) for index, size in enumerate(_SIZES)
}
_ARRAYS = {0xC8 + index: size for index, size in enumerate(_SIZES)}
_LENGTHS = {0xC0: 1, 0xC1: 2, 0xC2: 4}  # types of an array's length
_DATA = {0xFA: 4, 0xFB: 1}  # embedded data: bytes of its length
_ATTRIBUTE, _ATTRIBUTE_16 = 0xF8, 0xF9
_MORE = -1


class SideWriter:
    """Feed it Ghostscript's bytes; it gives the same back, with the sides of the sheets in turn."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._passing = 0  # bytes of embedded data still to come
        self._begun = False
        self._ended = False
        self._side_at: int | None = None
        self._last_value = 0
        self.pages = 0

    def feed(self, data: bytes) -> bytes:
        """Take `data`, give what is complete; DocumentRejected when it is no PCL XL."""
        self._buffer += data
        if not self._begun and not self._begin():
            return b""
        # What follows the last operator is read again when more has come: a page's attributes wait for the
        # BeginPage that says whether they are a back's.
        done = position = self._pass(0)
        while position < len(self._buffer):
            after = self._token(position)
            if after == _MORE:
                break
            ended = self._buffer[position] < UNTYPED or self._buffer[position] in _DATA
            position = self._pass(after)
            if ended:
                done = position
                self._side_at = None
        out = bytes(self._buffer[:done])
        del self._buffer[:done]
        self._side_at = None
        return out

    def finish(self, expected_pages: int) -> None:
        """Call at the end; LimitReached when the stream is not whole or pages are missing."""
        if not self._ended or self._buffer or self.pages != expected_pages:
            raise LimitReached(
                f"The document has {expected_pages} pages, but only {self.pages} could be rendered. "
                "Nothing more was sent to the device."
            )

    def _pass(self, position: int) -> int:
        step = min(self._passing, len(self._buffer) - position)
        self._passing -= step
        return position + step

    def _begin(self) -> bool:
        """Find the end of the line that begins the stream: tokens follow it."""
        head = self._buffer.find(STREAM_HEAD)
        line = self._buffer.find(b"\n", head) if head >= 0 else -1
        if line < 0:
            if len(self._buffer) > 65536:
                raise DocumentRejected("The document could not be rendered to PCL XL.")
            return False
        self._begun = True
        self._passing = line + 1
        return True

    def _token(self, at: int) -> int:
        """Find the offset after the token at `at`, or _MORE."""
        buffer = self._buffer
        tag = buffer[at]
        if tag in _VALUES:
            self._last_value = at + 1
            return self._whole(at + 1 + _VALUES[tag])
        if tag in _ARRAYS:
            return self._array(at)
        if tag in _DATA:
            size = _DATA[tag]
            if at + 1 + size > len(buffer):
                return _MORE
            self._passing = int.from_bytes(buffer[at + 1 : at + 1 + size], "little")
            return at + 1 + size
        if tag == _ATTRIBUTE:
            if at + 2 > len(buffer):
                return _MORE
            if buffer[at + 1] == DUPLEX_PAGE_SIDE and buffer[self._last_value - 1] == UBYTE:
                self._side_at = self._last_value
            return at + 2
        if tag == _ATTRIBUTE_16:
            return self._whole(at + 3)
        if tag == UEL or self._ended:
            self._ended = True
            return len(buffer)
        if tag == BEGIN_PAGE:
            self._begin_page()
        return at + 1

    def _begin_page(self) -> None:
        if self._side_at is not None:
            self._buffer[self._side_at] = BACK if self.pages % 2 else FRONT
            self._side_at = None
        self.pages += 1

    def _array(self, at: int) -> int:
        size = _LENGTHS.get(self._buffer[at + 1]) if at + 1 < len(self._buffer) else None
        if size is None or at + 2 + size > len(self._buffer):
            return _MORE
        count = int.from_bytes(self._buffer[at + 2 : at + 2 + size], "little")
        return self._whole(at + 2 + size + count * _ARRAYS[self._buffer[at]])

    def _whole(self, after: int) -> int:
        return after if after <= len(self._buffer) else _MORE
