"""One connection's protocol: aiohttp's, with an end to what it would leave open and without its noise in the log.

What a client sends wrongly is answered by a short 4xx or by hanging up; the log is for faults of the gateway.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final

from aiohttp import StreamReader, web
from aiohttp.http import RawRequestMessage
from aiohttp.http_exceptions import HttpProcessingError

from ipp_server import refusal

_KEEP_ALIVE: Final = 75.0  # seconds a connection may be idle, or take over the head of a request
_LINGER: Final = 2.0  # seconds an unread body is still taken after an early answer


class _BodyBroken(ConnectionError):
    """The rest of a body cannot be read: what came is no chunk."""

    def __init__(self, error: HttpProcessingError) -> None:
        super().__init__("the body is broken")
        self.error = error


class Connection(web.RequestHandler):
    """One connection, from its first request to its end."""

    __slots__ = ("_ended", "_half_closed", "_newest", "_unreadable")

    def __init__(self, server: web.Server, loop: asyncio.AbstractEventLoop, keep_alive: float) -> None:
        """Serve a connection for `server`; `keep_alive` is seconds."""
        super().__init__(
            server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type] # as its own AppRunner passes it
            keepalive_timeout=keep_alive,
            lingering_time=_LINGER,
            auto_decompress=False,
        )
        self._half_closed = self._unreadable = False
        self._ended: asyncio.Future[None] | None = None
        self._newest: StreamReader | None = None
        """The body of the request that came last."""

    @property
    def half_closed(self) -> bool:
        """Whether the client closed its side, and may or may not wait for an answer."""
        return self._half_closed

    def data_received(self, data: bytes) -> None:
        """Read on; a body that breaks off in the middle ends the request that waits for it."""
        super().data_received(data)
        if self._messages:
            message, body = self._messages[-1]
            if isinstance(message, RawRequestMessage):
                self._newest = body
            elif isinstance(message.exc, HttpProcessingError):
                # The frames of its traceback hold what came, and the error itself: they would stay for long.
                self._break_body(_BodyBroken(message.exc.with_traceback(None)))

    def eof_received(self) -> bool | None:  # type: ignore[override] # asyncio looks at what it returns
        """Answer what was asked before the client closed its side; there is no half-closed TLS."""
        self._end()
        idle = self._waiter is not None and not self._waiter.done()
        if self.transport is None or self.ssl_context is not None or idle or not self._request_count:
            return None
        self._half_closed = True
        self._break_body(ConnectionResetError("the client closed within a request"))
        self._close = not self._messages
        return True

    def _break_body(self, error: ConnectionError) -> None:
        """Tell whoever reads the newest body, if it has not come to its end, that it never will."""
        if self._newest is not None and not self._newest.is_eof():
            self._newest.set_exception(error)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer; say that the connection ends with it where it does."""
        # The parser drops what stands in one segment behind an offer to upgrade that is declined.
        last = (self._half_closed and not self._messages) or "Upgrade" in request.headers
        if "Expect" in request.headers and not request.content.is_eof():
            # The client was given no leave to send the body: what it sends next may be the body, or another request.
            last = True
        if last:
            self._close = True
            resp.force_close()
        result = await super().finish_response(request, resp, start_time)
        if self._unreadable:
            await self._drop_rest()
        return result

    async def _drop_rest(self) -> None:
        """Take what a client still sends: to close at once would reset the connection, and the answer be lost."""
        self._close = True
        if self.transport is None:
            return
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._ended = asyncio.get_running_loop().create_future()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER):
                await self._ended

    def _end(self) -> None:
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the connection, and whoever still waits for the rest of a body."""
        self._end()
        self._break_body(ConnectionResetError("the connection is lost"))
        super().connection_lost(exc)

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Answer a request that cannot be read; a fault of the gateway's own is logged and said by aiohttp."""
        if isinstance(exc, _BodyBroken):
            exc = exc.error
        if isinstance(exc, HttpProcessingError):
            self._unreadable = True
            return refusal.of_parser(exc)
        if isinstance(exc, ConnectionError):
            raise exc  # there is nobody to answer
        return super().handle_error(request, status, exc, message)

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Log a fault; that a client is gone is none."""
        if not isinstance(kw.get("exc_info"), ConnectionError):
            super().log_exception(*args, **kw)


def connections(server: web.Server, keep_alive: float = _KEEP_ALIVE) -> Callable[[], Connection]:
    """Return what makes the protocol of each new connection to `server`."""
    loop = asyncio.get_running_loop()
    return lambda: Connection(server, loop, keep_alive)
