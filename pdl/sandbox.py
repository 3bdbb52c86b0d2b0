"""Where documents are opened: in a child process each, which has one socket and nothing else.

The gateway asks a warm process (`pdl.warm`) for a child, sends it a task by name, answers its requests for
blocks of the document, and takes its output and its answer. Whatever the child does, the gateway reads
bounded frames and waits a bounded time.
"""

import asyncio
import contextlib
import copy
import json
import os
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from pdl import wire
from pdl.confine import MEASURES
from pdl.errors import (
    STATE_REASONS,
    DocumentRejected,
    LimitReached,
    PasswordNeeded,
    PdlError,
    ReaderCrashed,
    SandboxFailed,
)
from pdl.limits import Limits
from pdl.office_pool import OfficePool
from pdl.program import ProgramResult, Programs
from pdl.source import Source
from pdl.turns import Turns
from pdl.warm_link import WarmLink

__all__ = ["Limits", "ProgramResult", "Sandbox", "Sink"]

Sink = Callable[[bytes], Awaitable[None]]

# The keeper holds the clock; this much later the gateway stops believing in it.
GRACE_SECONDS = 5.0

_RECEIVED = 64 * 1024
_LONGEST_WORDS = 1000

_BROKEN = "The document's process broke its protocol, as one that was taken over would."
_TOO_LONG = "The document takes longer than {:g} seconds."


class _WarmLostError(Exception):
    """The warm process died before the child began: nothing was read, another try costs nothing."""


class Sandbox:
    """Runs tasks over documents and outside programs, a few at a time, people one after the other.

    `table` is the module whose TASKS the children serve; `folders` are put on their path.
    """

    def __init__(self, table: str = "pdl.tasks", folders: Sequence[Path] = (), at_once: int | None = None) -> None:
        self._warm = WarmLink(table, folders)
        self._programs = Programs()
        self._office = OfficePool(self._programs)
        self._turns = Turns(at_once or os.cpu_count() or 1)
        self._whose = ""
        self._urgent = False

    def of(self, whose: str, *, urgent: bool = False) -> Self:
        """Give the same sandbox for the work of one person, which waits its turn beside that of others.

        Urgent is what somebody stands and waits for: it goes first, but does not keep the rest from going on.
        """
        mine = copy.copy(self)
        mine._whose, mine._urgent = whose, urgent  # noqa: SLF001 - ourselves
        return mine

    @property
    def level(self) -> str:
        """What protects this machine from a document, in words for an administrator; '' before start()."""
        return f"{self._warm.level}; programs: {self._programs.level}" if self._warm.level else ""

    @property
    def lacking(self) -> tuple[str, ...]:
        """What would protect better and does not work here: 'bubblewrap', 'programs', 'namespaces', 'landlock', ..."""
        if not self._warm.level:
            return ()
        missing = tuple(name for name in MEASURES if name not in self._warm.level.split("+"))
        return (*self._programs.lacking, *missing)

    async def start(self) -> None:
        """Start the warm process and find out what protects here; SandboxFailed when it cannot run."""
        await self._programs.probe()
        await self._warm.control()

    async def stop(self) -> None:
        """End the warm process and, with its sockets, what it started."""
        await self._office.stop()
        await self._warm.stop()

    async def run(
        self,
        task: str,
        source: Source,
        arguments: Mapping[str, Any],
        *,
        limits: Limits,
        sink: Sink | None = None,
    ) -> dict[str, Any]:
        """Do `task` over `source` in a child of its own; its answer.

        Raises DocumentRejected or LimitReached for the document, SandboxFailed for the sandbox, and what
        `source` and `sink` raise.
        """
        job = json.dumps({"task": task, "size": source.size, "arguments": dict(arguments)}).encode()
        async with self._turns.turn(self._whose, urgent=self._urgent):
            for _ in range(3):
                control = await self._warm.control()
                try:
                    return await _attempt(control, job, source, limits, sink)
                except _WarmLostError:
                    await self._warm.forget(control)
        raise SandboxFailed("The process that opens documents ends at once, again and again: see the log.")

    async def program(self, argv: Sequence[str], *, source: Source | None, limits: Limits, sink: Sink) -> ProgramResult:
        """Run an outside program over `source`, its standard output to `sink`; see Programs.run."""
        async with self._turns.turn(self._whose, urgent=self._urgent):
            return await self._programs.run(argv, source=source, limits=limits, sink=sink)

    async def office_to_pdf(self, source: Source, mime: str, *, limits: Limits, sink: Sink) -> None:
        """Turn an office document into PDF; see OfficePool.to_pdf."""
        async with self._turns.turn(self._whose, urgent=self._urgent):
            await self._office.to_pdf(source, mime, limits=limits, sink=sink)

    def warm_up_office(self) -> None:
        """Make the first office document as quick as those after it, for the memory that this takes."""
        self._office.warm_up()


async def _attempt(
    control: socket.socket, job: bytes, source: Source, limits: Limits, sink: Sink | None
) -> dict[str, Any]:
    head = await asyncio.to_thread(source.pread, 0, wire.LONGEST_HEAD) if source.size else b""
    with contextlib.ExitStack() as cleanup:
        # Closing `life` is what ends a child that is still running, on every way out of here.
        here, there = _pair(cleanup)
        life, life_there = _pair(cleanup)
        await _give(control, json.dumps(asdict(limits)).encode(), (there, life_there))
        # The far ends have travelled to the warm process: here they would keep us from seeing it go.
        there.close()
        life_there.close()
        child = _Child(here)
        clock = asyncio.timeout(limits.wall_seconds + GRACE_SECONDS)
        try:
            async with clock:
                await child.send(job, head)
                answer = await _serve(child, source, limits=limits, sink=sink)
                return await _ended(life, limits) if answer is None else answer
        except TimeoutError:
            if not clock.expired():
                raise  # the sink's own
            # The keeper ended the child long ago: it is the sink that still holds us.
            raise LimitReached(_TOO_LONG.format(limits.wall_seconds)) from None


def _pair(cleanup: contextlib.ExitStack) -> tuple[socket.socket, socket.socket]:
    here, there = socket.socketpair()
    here.setblocking(False)
    return cleanup.enter_context(here), cleanup.enter_context(there)


async def _give(control: socket.socket, message: bytes, sockets: Sequence[socket.socket]) -> None:
    """Ask the warm process for a child with these sockets."""
    until = time.monotonic() + GRACE_SECONDS
    while True:
        try:
            socket.send_fds(control, [message], [one.fileno() for one in sockets])
            return
        except BlockingIOError as fault:
            # It takes a message within milliseconds; only one that hangs lets its socket fill.
            if time.monotonic() > until:
                raise _WarmLostError from fault
            await asyncio.sleep(0.005)
        except OSError as fault:
            raise _WarmLostError from fault


class _Child:
    """The gateway's end of the socket to a child: messages to it, frames from it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._unread = bytearray()

    async def send(self, *messages: bytes) -> None:
        """Send messages, each with its length."""
        # A child that has gone is noticed, with its reason, by the next read.
        with contextlib.suppress(ConnectionError):
            parts = (part for message in messages for part in (wire.LENGTH.pack(len(message)), message))
            await self._loop.sock_sendall(self._connection, b"".join(parts))

    async def frame(self) -> tuple[bytes, bytes] | None:
        """Read what the child says next, kind and payload; None when it says nothing any more."""
        if not await self._filled(wire.HEAD.size):
            return None
        kind, length = wire.HEAD.unpack_from(self._unread)
        if length > wire.LONGEST.get(kind, -1):
            raise ReaderCrashed(_BROKEN)
        end = wire.HEAD.size + length
        if not await self._filled(end):
            return None
        payload = bytes(memoryview(self._unread)[wire.HEAD.size : end])
        del self._unread[:end]
        return kind, payload

    async def _filled(self, length: int) -> bool:
        while len(self._unread) < length:
            try:
                part = await self._loop.sock_recv(self._connection, max(_RECEIVED, length - len(self._unread)))
            except ConnectionError:
                return False
            if not part:
                return False
            self._unread += part
        return True


async def _serve(child: _Child, source: Source, *, limits: Limits, sink: Sink | None) -> dict[str, Any] | None:
    """Answer the child until it answers; None when it falls silent first."""
    output = 0
    while (said := await child.frame()) is not None:
        kind, payload = said
        if kind == wire.READ:
            await child.send(await _block(source, payload))
        elif kind == wire.OUTPUT:
            output += len(payload)
            if sink is None or output > limits.output_bytes:
                raise LimitReached(f"The document makes more than {limits.output_bytes} bytes of output.")
            await sink(payload)
        else:
            return _last_word(kind, payload)
    return None


async def _block(source: Source, request: bytes) -> bytes:
    if len(request) != wire.READ_REQUEST.size:
        raise ReaderCrashed(_BROKEN)
    offset, length = wire.READ_REQUEST.unpack(request)
    return await asyncio.to_thread(source.pread, min(offset, source.size), min(length, wire.LONGEST_READ))


def _last_word(kind: bytes, payload: bytes) -> dict[str, Any]:
    try:
        said = wire.heard(payload)
        if kind == wire.ANSWER and isinstance(said, dict):
            return said
        words = [str(word)[:_LONGEST_WORDS] for word in said]
        if not STATE_REASONS.issuperset(words[1:]):
            raise ValueError("this is no reason to reject a document")
        errors: dict[bytes, type[PdlError]] = {
            wire.REJECTED: DocumentRejected, wire.PASSWORD: PasswordNeeded, wire.LIMIT: LimitReached,
        }  # fmt: skip
        fault = errors[kind](*words)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ReaderCrashed("The document's process gave an answer that is none.") from None
    raise fault


async def _ended(life: socket.socket, limits: Limits) -> dict[str, Any]:
    """Turn the keeper's word on how a silent child ended into the error it means."""
    try:
        line = await asyncio.get_running_loop().sock_recv(life, 4096)
    except ConnectionError:
        line = b""
    if not line:
        raise _WarmLostError
    end = json.loads(line)
    if end["overdue"]:
        raise LimitReached(_TOO_LONG.format(limits.wall_seconds))
    if end["processor"]:
        raise LimitReached(f"The document takes more than {limits.cpu_seconds} seconds of processor time.")
    raise ReaderCrashed(f"The document stopped the program that read it (status {end['code']}).")
