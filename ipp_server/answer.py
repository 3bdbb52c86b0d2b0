"""Answers on the wire: a whole IPP response in one write, or one that is streamed."""

from collections.abc import AsyncIterator
from typing import Any, Final

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

_HEAD: Final = (
    "HTTP/1.{minor} 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: {length}\r\n"
    "Cache-Control: no-store\r\nServer: Printgate\r\n{connection}\r\n"
)
_STREAM_HEADERS: Final = {"Content-Type": "application/ipp", "Cache-Control": "no-store", "Server": "Printgate"}


class IppAnswer(web.StreamResponse):
    """A response whose bytes are ready: head and body leave in one write.

    aiohttp's own response builds headers one by one; this is what makes answers to Get-Printer-Attributes cheap.
    """

    def __init__(self, body: bytes, *, last: bool = False) -> None:
        super().__init__(status=200)
        self.ipp_body = body
        self._last = last
        """Whether the connection ends with this answer."""
        self._sent = False

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write head and body."""
        if self._sent:
            return None
        self._sent = True
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client is gone")
        keep = request.keep_alive and not self._last
        self._keep_alive = keep
        minor = request.version.minor
        connection = "" if keep == (minor == 1) else f"Connection: {'keep-alive' if keep else 'close'}\r\n"
        head = _HEAD.format(minor=minor, length=len(self.ipp_body), connection=connection)
        transport.write(head.encode("ascii") + self.ipp_body)
        # A client that reads slowly holds up its own connection alone.
        protocol: Any = request.protocol
        await protocol._drain_helper()  # noqa: SLF001 - the flow control of asyncio's StreamReader, inherited
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to write."""


async def streamed(request: web.Request, first: bytes, parts: AsyncIterator[bytes]) -> web.StreamResponse:
    """Send a long answer as it is made; `first` is its beginning."""
    answer = web.StreamResponse(headers=_STREAM_HEADERS)
    await answer.prepare(request)
    await answer.write(first)
    async for part in parts:
        await answer.write(part)
    await answer.write_eof()
    return answer
