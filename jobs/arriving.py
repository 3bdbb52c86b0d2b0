"""A document on its way in: looked at while it passes, unpacked if it came packed, stopped if nobody could print it."""

import zlib
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from typing import Final

from jobs.errors import FormatNotSupported
from jobs.queue import ANY_FORMAT, Queue
from pdl.format_names import agrees
from pdl.formats import BY_MIME, sniff
from pdl.inflate import GZIP_WINDOW, inflated
from pdl.mime import GZIP, PJL

_HEAD: Final = 64 * 1024  # bytes that the gateway itself looks at
_PIECE: Final = 256 * 1024
_GZIP_MAGIC: Final = b"\x1f\x8b"
_MOST_MEMBERS: Final = 10_000


class Arriving:
    """Passes a document on; `format` is what it turned out to be, None as long as nothing has come.

    Iterating raises FormatNotSupported for what `queue` does not take, or does not take for what was declared.
    """

    def __init__(self, chunks: AsyncIterable[bytes], queue: Queue, declared: str) -> None:
        self._chunks, self._queue, self._declared = chunks, queue, declared
        self.format: str | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        head = bytearray()
        async for chunk in self._plain():
            if self.format is not None:
                yield chunk
                continue
            head += chunk
            if len(head) >= _HEAD:
                self.format = self._decided(bytes(head[:_HEAD]))
                yield bytes(head)
                head.clear()
        if head:
            self.format = self._decided(bytes(head))
            yield bytes(head)

    async def _plain(self) -> AsyncIterator[bytes]:
        """The document itself: what is kept, counted and passed to devices is never the packed form."""
        start = b""
        chunks = aiter(self._chunks)
        async for chunk in chunks:
            start += chunk
            if len(start) >= len(_GZIP_MAGIC):
                break
        if not start.startswith(_GZIP_MAGIC):
            if start:
                yield start
            async for chunk in chunks:
                yield chunk
            return
        member = _Members()
        for piece in member.unpack(start):
            yield piece
        async for chunk in chunks:
            for piece in member.unpack(chunk):
                yield piece
        member.end()

    def _decided(self, head: bytes) -> str:
        found = sniff(head)
        label = BY_MIME[found].label if found in BY_MIME else "a format that nobody here knows"
        # What a PJL job holds is known when it has been counted: some of it can be rendered.
        takes = found in self._queue.formats or found == PJL
        if not takes and self._queue.must_stamp and found in self._queue.offer.languages:
            raise FormatNotSupported(
                f"Every page printed here carries a stamp, and {label} cannot be stamped. Send it as PDF."
            )
        if found in {ANY_FORMAT, GZIP} or not takes:
            raise FormatNotSupported(f"The document is {label} and cannot be printed here. Send it as PDF.")
        if self._declared and self._queue.refuse_mismatch and not agrees(self._declared, found):
            raise FormatNotSupported(
                f"The document was sent as {self._declared[:80]}, but it is {label}. Send it as what it is."
            )
        return found


class _Members:
    """Unpacks gzip, one member after the other."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP_WINDOW)
        self._count = 1

    def unpack(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` unpacks to. FormatNotSupported when it is damaged."""
        while data:
            if self._member.eof:
                data = data.lstrip(b"\0")  # tapes and some programs pad with zeros
                if not data:
                    return
                self._begin_another()
            try:
                yield from inflated(self._member, data, _PIECE)
            except zlib.error as error:
                raise FormatNotSupported(f"The document cannot be unpacked: {error}. Send it unpacked.") from None
            data = self._member.unused_data

    def _begin_another(self) -> None:
        self._count += 1
        if self._count > _MOST_MEMBERS:
            raise FormatNotSupported("The document is packed in too many parts. Send it unpacked.")
        self._member = zlib.decompressobj(GZIP_WINDOW)

    def end(self) -> None:
        """Say that nothing follows: a document that stops within a member is not whole."""
        if not self._member.eof:
            raise FormatNotSupported("The end of the packed document is missing. Send it again.")
