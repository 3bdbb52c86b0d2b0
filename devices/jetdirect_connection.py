"""A TCP connection to a raw printing port: bytes out with bounded patience, PJL messages back if there are any."""

import asyncio
import contextlib
import fcntl
import struct
import termios
from types import TracebackType
from typing import Literal, Self

from devices import pjl
from devices.errors import DeviceUnreachable
from devices.settings import Settings
from devices.uri import DeviceUri

_INBOX = 1000
"""Messages kept unread; a device that floods us loses the rest."""


async def connect(target: DeviceUri, settings: Settings) -> "JetDirectConnection":
    """Open a connection. Raises DeviceUnreachable; most devices take one at a time and refuse others meanwhile."""
    try:
        async with asyncio.timeout(settings.connect_timeout):
            reader, writer = await asyncio.open_connection(target.host, target.port)
    except (OSError, TimeoutError) as error:
        raise DeviceUnreachable(
            f"Nobody answers at {target.name}: is the device on, the address right, and no other job being sent?"
        ) from error
    return JetDirectConnection(target, settings, reader, writer)


class JetDirectConnection:
    """An open connection; use it with `async with`."""

    def __init__(
        self, target: DeviceUri, settings: Settings, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._name = target.name
        self._settings = settings
        self._reader = reader
        self._writer = writer
        # Drain then waits until the kernel has everything, so that progress and stalls are real.
        writer.transport.set_write_buffer_limits(high=0)
        self._inbox: asyncio.Queue[pjl.Reply] = asyncio.Queue(_INBOX)
        self.over = asyncio.Event()
        """The device ended its side."""
        self.ending: Literal["open", "closed", "reset"] = "open"

    async def __aenter__(self) -> Self:
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.cancel()
        self._writer.close()
        await asyncio.wait((self._listening,))
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await self._writer.wait_closed()
        # Whatever the device did not take is given up: nobody waits for it any more.
        self._writer.transport.abort()

    async def _listen(self) -> None:
        # Always reading, even while the document goes out: a device whose reports pile up may stop taking bytes.
        replies = pjl.ReplyReader()
        try:
            while data := await self._reader.read(4096):
                for reply in replies.feed(data):
                    with contextlib.suppress(asyncio.QueueFull):
                        self._inbox.put_nowait(reply)
            self.ending = "closed"
        except OSError:
            self.ending = "reset"
        self.over.set()

    async def send(self, data: bytes) -> None:
        """Send, and wait until the kernel has taken it. Raises DeviceUnreachable."""
        try:
            self._writer.write(data)
            async with asyncio.timeout(self._settings.stall_timeout):
                await self._writer.drain()
        except TimeoutError as error:
            raise DeviceUnreachable(f"The device at {self._name} takes no more of the document.") from error
        except OSError as error:
            self.ending = "reset"
            raise DeviceUnreachable(f"The device at {self._name} broke the connection.") from error

    async def next_reply(self, timeout: float) -> pjl.Reply | None:  # noqa: ASYNC109 - no answer is no error here
        """Wait for the next message; None when there is none in time, or the device has ended its side."""
        waiting = {asyncio.ensure_future(self._inbox.get()), asyncio.ensure_future(self.over.wait())}
        try:
            await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            got = await asyncio.gather(*waiting, return_exceptions=True)
        reply = next((item for item in got if isinstance(item, pjl.Reply)), None)
        if reply is None and not self._inbox.empty():
            return self._inbox.get_nowait()
        return reply

    async def ask(self, subject: str) -> pjl.Reply | None:
        """Ask INFO `subject` and wait for its answer; None when the device stays silent. Raises DeviceUnreachable."""
        await self.send(pjl.question(subject))
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._settings.reply_timeout
        while (left := deadline - loop.time()) > 0:
            reply = await self.next_reply(left)
            if reply is None:
                return None
            if reply.subject == f"INFO {subject}":
                return reply
        return None

    async def finish(self, patience: float) -> None:
        """End our side and give the device so many seconds to end its own."""
        with contextlib.suppress(OSError):
            if self._writer.can_write_eof():
                self._writer.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self.over.wait()

    def unacknowledged(self) -> int:
        """Count the bytes that the device's network card has not confirmed; 0 where the system cannot say."""
        connection = self._writer.get_extra_info("socket")
        if connection is None:
            return 0
        try:
            # SIOCOUTQ, which has the number of TIOCOUTQ on Linux
            waiting = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0\0\0\0")
        except OSError:
            return 0
        return int(struct.unpack("i", waiting)[0])
