"""LibreOffice kept warm: processes that have opened no document, of which each takes one and is gone.

A start takes a second, a short document a few tenths of one: so the next process is started as soon as one
is taken. Each is confined as any outside program (`pdl.program`), with a profile of its own in memory. They
hold some 100 MB each, and are let go when nobody prints office documents for a while.
"""

import asyncio
import contextlib

from pdl import office
from pdl.errors import DocumentRejected, LimitReached, PdlError, SandboxFailed
from pdl.limits import Limits
from pdl.office_process import OfficeProcess
from pdl.program import Programs, Sink
from pdl.source import Source

IDLE_SECONDS = 1800.0

_ABSENT = "Office documents cannot be printed here: LibreOffice is not installed. Print it as PDF."
_UNPROTECTED = (
    "Office documents cannot be printed here: that needs bubblewrap, which does not work here. Print it as PDF."
)


class OfficePool:
    """Turns office documents into PDF; from the first on, or from warm_up(), `warm` processes wait for the next."""

    def __init__(self, programs: Programs, *, warm: int = 1, idle_seconds: float = IDLE_SECONDS) -> None:
        self._programs = programs
        self._most = warm
        self._idle_seconds = idle_seconds
        self._waiting: list[asyncio.Task[OfficeProcess]] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._idle: asyncio.TimerHandle | None = None
        self._stopped = False

    def warm_up(self) -> None:
        """Start what waits for documents, if LibreOffice is installed; returns at once."""
        if self._stopped or not self._programs.private or not office.available():
            return
        while len(self._waiting) < self._most:
            self._waiting.append(self._start())
        self._rest()
        self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._let_go)

    async def to_pdf(self, source: Source, mime: str, *, limits: Limits, sink: Sink) -> None:
        """Write the document of type `mime` as PDF to `sink`.

        Raises PasswordNeeded or DocumentRejected for the document, also where LibreOffice is missing,
        LimitReached, SandboxFailed, and what `source` and `sink` raise.
        """
        if mime not in office.formats():
            raise DocumentRejected(_ABSENT, "unsupported-document-format")
        if not self._programs.private:
            # LibreOffice meets those it works for in /tmp: that must be its own.
            raise DocumentRejected(_UNPROTECTED, "unsupported-document-format")
        if source.size > limits.input_bytes:
            raise LimitReached(f"The document is larger than {limits.input_bytes} bytes.")
        process = await self._take()
        try:
            # The next is started while this one works: somebody may print soon after.
            self.warm_up()
            clock = asyncio.timeout(limits.wall_seconds)
            try:
                async with clock:
                    await process.convert(source, mime, limits, sink)
            except TimeoutError:
                if not clock.expired():
                    raise  # the sink's own
                raise LimitReached(f"The document takes longer than {limits.wall_seconds:g} seconds.") from None
        finally:
            await process.end()

    async def stop(self) -> None:
        """End all that waits; no more is started."""
        self._stopped = True
        self._rest()
        self._let_go()
        while self._leaving:
            await asyncio.wait(self._leaving)

    def _start(self) -> asyncio.Task[OfficeProcess]:
        return asyncio.create_task(OfficeProcess.start(self._programs))

    async def _take(self) -> OfficeProcess:
        """Take a process that is ready. One that died while it waited costs nothing but another."""
        for _ in range(self._most + 1):
            task = self._waiting.pop(0) if self._waiting else self._start()
            try:
                process = await asyncio.shield(task)
            except asyncio.CancelledError:
                self._leave(task)
                raise
            if process.alive:
                return process
            await process.end()
        raise SandboxFailed("LibreOffice ends at once, again and again: see whether it runs on this machine.")

    def _rest(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _let_go(self) -> None:
        while self._waiting:
            self._leave(self._waiting.pop())

    def _leave(self, task: asyncio.Task[OfficeProcess]) -> None:
        leaving = asyncio.create_task(_ended(task))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)


async def _ended(task: asyncio.Task[OfficeProcess]) -> None:
    """End a process that is no longer wanted, at whatever point of its start it is."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, PdlError, OSError):
        process = await task
        await process.end()
