"""Answers on the wire: a whole IPP response in one write, or one that is streamed."""

import secrets
from collections.abc import AsyncIterator
from typing import Any, Final

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

_HEAD: Final = (
    "HTTP/1.{minor} 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: {length}\r\n"
    "Cache-Control: no-store\r\nServer: Printgate\r\n{proof}{connection}\r\n"
)
_STREAM_HEADERS: Final = {"Content-Type": "application/ipp", "Cache-Control": "no-store", "Server": "Printgate"}


class IppAnswer(web.StreamResponse):
    """A response whose bytes are ready: head and body leave in one write.

    aiohttp's own response builds headers one by one; this is what makes answers to Get-Printer-Attributes cheap.
    """

    def __init__(self, body: bytes, *, last: bool = False, proof: str = "") -> None:
        """Answer with `body`; `proof` is the server's own, for a client that asked for it (RFC 4559 section 4)."""
        super().__init__(status=200)
        self.ipp_body = body
        self._proof = f"WWW-Authenticate: {proof}\r\n" if proof else ""
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
        keep = request.keep_alive and not self._last and self.keep_alive is not False
        self._keep_alive = keep
        minor = request.version.minor
        connection = "" if keep == (minor == 1) else f"Connection: {'keep-alive' if keep else 'close'}\r\n"
        head = _HEAD.format(minor=minor, length=len(self.ipp_body), connection=connection, proof=self._proof)
        transport.write(head.encode("ascii") + self.ipp_body)
        # A client that reads slowly holds up its own connection alone.
        protocol: Any = request.protocol
        await protocol._drain_helper()  # noqa: SLF001 - the flow control of asyncio's StreamReader, inherited
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to write."""


async def in_parts(request: web.Request, messages: AsyncIterator[bytes], proof: str = "") -> web.StreamResponse:
    """Send several IPP messages as one answer, each as it comes (RFC 3996 section 11)."""
    boundary = secrets.token_hex(16)
    kind = f'multipart/related; type="application/ipp"; boundary="{boundary}"'
    more = {"WWW-Authenticate": proof} if proof else {}
    answer = web.StreamResponse(headers={**_STREAM_HEADERS, "Content-Type": kind, **more})
    await answer.prepare(request)
    async for message in messages:
        head = f"--{boundary}\r\nContent-Type: application/ipp\r\nContent-Length: {len(message)}\r\n\r\n"
        await answer.write(head.encode() + message + b"\r\n")
    await answer.write(f"--{boundary}--\r\n".encode())
    await answer.write_eof()
    return answer


async def streamed(
    request: web.Request, first: bytes, parts: AsyncIterator[bytes], proof: str = ""
) -> web.StreamResponse:
    """Send a long answer as it is made; `first` is its beginning, `proof` as of an IppAnswer."""
    answer = web.StreamResponse(headers=_STREAM_HEADERS | ({"WWW-Authenticate": proof} if proof else {}))
    await answer.prepare(request)
    await answer.write(first)
    async for part in parts:
        await answer.write(part)
    await answer.write_eof()
    return answer
