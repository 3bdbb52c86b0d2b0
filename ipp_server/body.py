"""The body of a request: attributes first, then the document, read with limits and never whole in memory."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Final

from aiohttp import StreamReader, web

from ipp.codec import Decoder
from ipp.errors import BadMessage
from ipp.message import Message
from ipp_server.errors import BadCompression, DocumentStalled
from pdl.inflate import GZIP_WINDOW, inflated

_PIECE: Final = 256 * 1024
_WBITS: Final = {"gzip": GZIP_WINDOW, "deflate": -15}
"""gzip has its wrapper; deflate is raw, as CUPS and printers mean it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a body may take. Seconds, and bytes per second."""

    idle: float = 60.0
    grace: float = 120.0
    slowest: int = 1024
    unasked: float = 0.01
    """How long a client that expects 100-continue is given to send its attributes unasked, as libcups does."""


class Body:
    """Reads one request."""

    def __init__(self, request: web.Request, patience: Patience, first: bytes = b"") -> None:
        """Read what `first`, taken from the request before, begins."""
        self._request, self._patience = request, patience
        self._content: StreamReader = request.content
        self._decoder = Decoder()
        self._first, self._rest = first, b""
        self._came = 0  # octets of the attributes, and of what came with their last
        # A client of HTTP/1.0 would take the 100 for the answer (RFC 9110 section 10.1.1).
        self._expects = request.version >= (1, 1) and request.headers.get("Expect", "").lower() == "100-continue"

    @property
    def header(self) -> tuple[tuple[int, int], int, int] | None:
        """Version, operation and request-id, as soon as they have come."""
        return self._decoder.header

    @property
    def expects(self) -> bool:
        """Whether the client still waits for leave to send."""
        return self._expects

    @property
    def announced(self) -> int | None:
        """Octets that follow the attributes, once these were read; None if the client did not say (chunks)."""
        length = self._request.content_length
        return None if length is None else length - self._came + len(self._rest)

    @property
    def wants_parts(self) -> bool:
        """Whether the client takes an answer of several parts that come one after the other (RFC 3996 section 11)."""
        return "multipart/related" in self._request.headers.get("Accept", "").lower()

    def gone(self) -> bool:
        """Whether the client has left, or closed its side so that nobody can tell."""
        transport = self._request.transport
        half_closed = bool(getattr(self._request.protocol, "half_closed", False))
        return half_closed or transport is None or transport.is_closing()

    def go_on(self) -> None:
        """Give leave to send the rest: everything that could be refused without it was not."""
        if self._expects:
            self._expects = False
            transport = self._request.transport
            if transport is not None:
                transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    async def attributes(self) -> Message:
        """Read to the end of the attributes. Raises BadMessage, TooLarge, DocumentStalled."""
        if self._expects:
            found = await self._unasked()
            if found is not None:
                return found
            self.go_on()
        # Most requests have come whole by now, and need no clock.
        found = self._fed(self._first + self._content.read_nowait())
        if found is not None:
            return found
        async with _limit(self._patience.idle * 2):
            while True:
                chunk = await self._content.readany()
                if not chunk:
                    raise BadMessage("the request ends before its attributes do", self._decoder.pending)
                found = self._fed(chunk)
                if found is not None:
                    return found

    def _fed(self, chunk: bytes) -> Message | None:
        self._came += len(chunk)
        found = self._decoder.feed(chunk) if chunk else None
        if found is not None:
            self._rest = self._decoder.rest
        return found

    async def _unasked(self) -> Message | None:
        try:
            async with asyncio.timeout(self._patience.unasked):
                while True:
                    chunk = await self._content.readany()
                    if not chunk:
                        return None
                    found = self._fed(chunk)
                    if found is not None:
                        return found
        except TimeoutError:
            return None

    async def document(self, compression: str) -> AsyncIterator[bytes]:
        """Read the document, decompressed. Raises DocumentStalled, BadCompression; ConnectionError if cut off."""
        self.go_on()
        raw = self._raw()
        if compression == "none":
            async for chunk in raw:
                yield chunk
            return
        unpack = zlib.decompressobj(_WBITS[compression])
        async for chunk in raw:
            for piece in _unpacked(unpack, chunk):
                yield piece
        if not unpack.eof:
            raise BadCompression(f"The document is not {compression}, or its end is missing.")
        if unpack.unused_data:
            # To print half of what was sent would be worse than to say so.
            raise BadCompression(f"Something follows the {compression} document. Send each document by itself.")

    async def is_empty(self) -> bool:
        """Whether no document follows the attributes; looks at its first bytes, if need be, without losing them."""
        if self._rest or self.announced is not None:
            return not self._rest and self.announced == 0
        self.go_on()
        async with _limit(self._patience.idle):
            self._rest = await self._content.readany()
        return not self._rest

    async def _raw(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        begun, received = loop.time(), 0
        if self._rest:
            received = len(self._rest)
            yield self._rest
            self._rest = b""
        while not self._content.at_eof():
            async with _limit(self._patience.idle):
                chunk = await self._content.readany()
            if not chunk:
                return
            received += len(chunk)
            taken = loop.time() - begun
            if taken > self._patience.grace and received < taken * self._patience.slowest:
                raise DocumentStalled("The document comes too slowly. Check the network and print it again.")
            yield chunk


class _limit:  # noqa: N801 - reads as a statement
    """A wait with an end, in the words of this protocol."""

    def __init__(self, seconds: float) -> None:
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, *error: object) -> None:
        try:
            await self._timeout.__aexit__(*error)  # type: ignore[arg-type]
        except TimeoutError:
            raise DocumentStalled("Nothing more came. Check the network and print it again.") from None


def _unpacked(unpack: "zlib._Decompress", chunk: bytes) -> Iterator[bytes]:
    """Decompress a chunk; BadCompression when it is damaged or follows the document."""
    if unpack.eof and chunk:
        raise BadCompression("Something follows the compressed document. Send each document by itself.")
    try:
        yield from inflated(unpack, chunk, _PIECE)
    except zlib.error as error:
        raise BadCompression(f"The document cannot be decompressed: {error}.") from None
