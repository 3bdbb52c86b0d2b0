"""From HTTP to TLS within a connection (RFC 2817), as CUPS clients do on an ipp URI whose queue wants a password."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, Final

from aiohttp import HttpVersion11, web

_HANDSHAKE: Final = 10.0  # seconds
_SWITCH: Final = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2, HTTP/1.1\r\n\r\n"
_OWED: Final = b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"
"""The request whose answer is owed over TLS once the connection is secure (RFC 2817 section 3.2)."""


class _NoAnswer(web.StreamResponse):
    """What the old protocol sends: nothing, as the connection is not its own any more."""

    async def prepare(self, request: web.BaseRequest) -> None:
        """Write nothing."""

    async def write_eof(self, data: bytes = b"") -> None:  # noqa: ARG002 - its parent's shape
        """End the old protocol's task without a word."""
        raise ConnectionResetError("the connection has become a TLS connection")


def wants_tls(request: web.Request) -> bool:
    """Whether a request asks to go on over TLS, and can: nothing of it is still to come in the clear."""
    offered = request.headers.get("Upgrade", "")
    asked = any(word.strip().upper().startswith("TLS/") for word in offered.split(","))
    return asked and not request.secure and request.version == HttpVersion11 and request.content.is_eof()


def to_tls(
    request: web.Request, factory: Callable[[], Any], context: ssl.SSLContext, tasks: set[asyncio.Task[None]]
) -> web.StreamResponse:
    """Answer an OPTIONS request by switching its connection to TLS."""
    loop = asyncio.get_running_loop()
    old, transport = request.protocol, request.transport
    if transport is None:
        raise ConnectionResetError("the client is gone")
    transport.pause_reading()  # the ClientHello stays in the kernel
    transport.write(_SWITCH)
    fresh = factory()
    old.transport = None  # else the old protocol would close the socket
    loop.call_soon(old.connection_lost, None)

    async def switch() -> None:
        try:
            secure = await loop.start_tls(transport, fresh, context, server_side=True, ssl_handshake_timeout=_HANDSHAKE)
        except (OSError, ssl.SSLError, ConnectionError):
            transport.abort()
            return
        if secure is None:
            return
        fresh.connection_made(secure)  # start_tls does not call it
        fresh.data_received(_OWED)

    task = loop.create_task(switch())
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return _NoAnswer()


def options(request: web.Request) -> web.Response:
    """Answer an OPTIONS request that asks for nothing: what is allowed, and that TLS is spoken (RFC 2817)."""
    headers = {"Allow": "GET, HEAD, POST, OPTIONS"}
    if not request.secure:
        headers |= {"Upgrade": "TLS/1.2, HTTP/1.1", "Connection": "Upgrade"}
    return web.Response(status=200, headers=headers)
