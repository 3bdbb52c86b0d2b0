"""A stretch of a document in memory, moving forward: how parsers read what may be a gibibyte long."""

from pdl.source import Source

CHUNK = 1024 * 1024


class Window:
    """A stretch of the document in memory, moving forward.

    Parsers may look at `data` from `position` on and move `position` forward themselves; what they need more of they
    ask for with `more`, which makes earlier places in `data` invalid. It holds what is unread and one chunk.
    """

    def __init__(self, source: Source, start: int = 0) -> None:
        self._source = source
        self._next = start
        self.data = b""
        self.position = 0

    @property
    def offset(self) -> int:
        """Where in the document the next byte lies."""
        return self._next - len(self.data) + self.position

    @property
    def size(self) -> int:
        """Length of the whole document in bytes."""
        return self._source.size

    def more(self) -> bool:
        """Drop what lies behind, read on; False at the end of the document."""
        part = self._source.pread(self._next, CHUNK)
        self.data = self.data[self.position :] + part
        self.position = 0
        self._next += len(part)
        return bool(part)

    def peek(self, length: int) -> bytes:
        """Return the next `length` bytes, fewer at the end, and stay before them."""
        while len(self.data) - self.position < length and self.more():
            pass
        return self.data[self.position : self.position + length]

    def take(self, length: int) -> bytes:
        """Return the next `length` bytes, fewer at the end."""
        part = self.peek(length)
        self.position += len(part)
        return part

    def skip(self, length: int) -> bool:
        """Move past the next `length` bytes, reading none of them; False, and to the end, when there are fewer."""
        target = self.offset + length
        if target - self._next <= 0:
            self.position += length
            return True
        self.data = b""
        self.position = 0
        self._next = min(target, self._source.size)
        return target <= self._source.size

    def seek(self, offset: int) -> None:
        """Move to `offset` in the document, back or forth."""
        begins = self._next - len(self.data)
        if begins <= offset <= self._next:
            self.position = offset - begins
        else:
            self.data = b""
            self.position = 0
            self._next = min(offset, self._source.size)
