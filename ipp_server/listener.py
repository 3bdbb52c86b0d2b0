"""One port for ipp, ipps, http and https: the first byte of a connection tells which.

0x16 begins a TLS handshake record (RFC 8446 section 5.1); no HTTP method does. The byte is peeked at before there is a
transport, because a transport gives no byte back.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from typing import Final

import structlog

log = structlog.get_logger(__name__)

_HANDSHAKE: Final = b"\x16"
_BACKLOG: Final = 512
_SWEEP: Final = 5.0  # seconds after which connections that ended are forgotten, with what they hold
_FIRST_BYTE: Final = 30.0  # seconds that a connection may stay silent before it is dropped
_TLS: Final = 20.0  # seconds for a handshake
_BREATH: Final = 1.0  # seconds without accepting when there are no more file descriptors
_DEFER: Final = getattr(socket, "TCP_DEFER_ACCEPT", None)
_UNREAD: Final = 60.0  # seconds that a client may take nothing of what it is sent
_UNREAD_OPTION: Final = getattr(socket, "TCP_USER_TIMEOUT", None)


class Listener:
    """Accepts connections, at most so many at once, and hands them to `factory`."""

    def __init__(
        self,
        factory: Callable[[], asyncio.Protocol],
        context: ssl.SSLContext,
        *,
        most: int = 4096,
        unread: float = _UNREAD,
    ) -> None:
        """Serve at most `most` connections; one that reads nothing of its answer for `unread` seconds is ended."""
        self._factory, self._context, self._most = factory, context, most
        self._unread = int(unread * 1000)
        self._sockets: list[socket.socket] = []
        self._pending: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.BaseTransport] = set()
        self._sweeping: asyncio.TimerHandle | None = None

    @property
    def connections(self) -> int:
        """Connections that are open or being opened."""
        return self._sweep() + len(self._pending)

    def _sweep(self) -> int:
        """Forget the connections that have ended; returns how many are open."""
        self._open = {transport for transport in self._open if not transport.is_closing()}
        return len(self._open)

    def _sweep_later(self) -> None:
        """Sweep now and then, and not at each accept: looking at every connection costs as much as there are."""
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(_SWEEP, self._sweep_again)

    def _sweep_again(self) -> None:
        self._sweeping = None
        if self._sweep():
            self._sweep_later()

    def listen(self, host: str, port: int) -> int:
        """Listen on all addresses of a host ("" is every address of this machine); returns the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        for family, address in _addresses(host, port):
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                # What is set here is set of each connection that is accepted; asyncio adds TCP_NODELAY.
                if _DEFER is not None:
                    sock.setsockopt(socket.IPPROTO_TCP, _DEFER, int(_FIRST_BYTE))
                if _UNREAD_OPTION is not None:
                    # Else an answer that nobody reads would hold its connection for ever, closed or not.
                    sock.setsockopt(socket.IPPROTO_TCP, _UNREAD_OPTION, self._unread)
                sock.setblocking(False)
                sock.bind((*address[:1], port or self._port(), *address[2:]))
                sock.listen(_BACKLOG)
            except OSError as error:
                sock.close()
                # A machine without IPv6 still serves; one whose only address fails does not.
                if family == socket.AF_INET6 and self._sockets and error.errno != errno.EADDRINUSE:
                    continue
                self.close()
                raise
            self._sockets.append(sock)
            loop.add_reader(sock, self._accept, sock)
        return self._port()

    def close(self) -> None:
        """Stop accepting; open connections go on."""
        loop = asyncio.get_running_loop()
        for sock in self._sockets:
            loop.remove_reader(sock)
            sock.close()
        self._sockets.clear()
        for task in self._pending:
            task.cancel()

    def _port(self) -> int:
        return int(self._sockets[0].getsockname()[1]) if self._sockets else 0

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(_BACKLOG):
            if len(self._open) + len(self._pending) >= self._most and self.connections >= self._most:
                self._pause(listening)
                return
            try:
                sock, _ = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                log.warning("no connection accepted", error=str(error))
                self._pause(listening)
                return
            sock.setblocking(False)
            try:
                first = _peek(sock)
            except OSError:  # hung up already
                sock.close()
                continue
            connect = self._connect_later(sock) if first is None else self._connect(sock, first)
            task = asyncio.get_running_loop().create_task(connect)
            self._pending.add(task)
            task.add_done_callback(self._pending.discard)

    def _pause(self, listening: socket.socket) -> None:
        """Take a breath: with too many connections, accepting in a loop would only burn the processor."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(listening)

        def again() -> None:
            if listening in self._sockets:
                loop.add_reader(listening, self._accept, listening)

        loop.call_later(_BREATH, again)

    async def _connect_later(self, sock: socket.socket) -> None:
        """Wait for the first byte: not every system holds a connection back until it is there."""
        try:
            async with asyncio.timeout(_FIRST_BYTE):
                first = await _first_byte(sock)
        except (OSError, TimeoutError):
            sock.close()
        except asyncio.CancelledError:
            sock.close()
            raise
        else:
            await self._connect(sock, first)

    async def _connect(self, sock: socket.socket, first: bytes) -> None:
        loop = asyncio.get_running_loop()
        secure = first == _HANDSHAKE
        try:
            if not first:
                raise EOFError  # closed without a word
            transport, _ = await loop.connect_accepted_socket(
                self._factory,
                sock,
                ssl=self._context if secure else None,
                ssl_handshake_timeout=_TLS if secure else None,
            )
        except (OSError, TimeoutError, EOFError):
            sock.close()
        except asyncio.CancelledError:
            sock.close()
            raise
        else:
            self._open.add(transport)
            self._sweep_later()


def _peek(sock: socket.socket) -> bytes | None:
    """Look at the first byte without taking it: b"" if there will be none, None if it is not there yet."""
    try:
        return sock.recv(1, socket.MSG_PEEK)
    except (BlockingIOError, InterruptedError):
        return None


async def _first_byte(sock: socket.socket) -> bytes:
    """Wait for the first byte."""
    loop = asyncio.get_running_loop()
    while (first := _peek(sock)) is None:
        readable = loop.create_future()
        loop.add_reader(sock, _wake, readable)
        try:
            await readable
        finally:
            loop.remove_reader(sock)
    return first


def _wake(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_result(None)


def _addresses(host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
    found = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICSERV
    )
    unique = {(family, address) for family, _, _, _, address in found if family in (socket.AF_INET, socket.AF_INET6)}
    return sorted(unique, key=lambda pair: pair[0])  # type: ignore[arg-type]
