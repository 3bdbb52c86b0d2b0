"""Where documents are opened: in a child process each, which has one socket and nothing else.

The gateway asks a warm process (`pdl.warm`) for a child, sends it a task by name, answers its requests for
blocks of the document, and takes its output and its answer. Whatever the child does, the gateway reads
bounded frames and waits a bounded time.
"""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pdl import wire
from pdl.errors import (
    DocumentRejected,
    LimitReached,
    PasswordNeeded,
    PdlError,
    ReaderCrashed,
    SandboxFailed,
)
from pdl.limits import Limits
from pdl.program import ProgramResult, Programs
from pdl.source import Source

__all__ = ["Limits", "ProgramResult", "Sandbox", "Sink"]

Sink = Callable[[bytes], Awaitable[None]]

START_SECONDS = 30.0
# The keeper holds the clock; this much later the gateway stops believing in it.
GRACE_SECONDS = 5.0

_BROKEN = "The document's process broke its protocol, as one that was taken over would."
_TOO_LONG = "The document takes longer than {:g} seconds."


class _WarmLostError(Exception):
    """The warm process died before the child began: nothing was read, another try costs nothing."""


class Sandbox:
    """Runs tasks over documents and outside programs, a few at a time.

    `table` is the module whose TASKS the children serve; `folders` are put on their path.
    """

    def __init__(self, table: str = "pdl.tasks", folders: Sequence[Path] = (), at_once: int | None = None) -> None:
        self._table = table
        self._folders = tuple(folders)
        self._slots = asyncio.Semaphore(at_once or os.cpu_count() or 1)
        self._starting = asyncio.Lock()
        self._warm: asyncio.subprocess.Process | None = None
        self._control: socket.socket | None = None
        self._children_level = ""
        self._programs = Programs()

    @property
    def level(self) -> str:
        """What protects this machine from a document, in words for an administrator; '' before start()."""
        return f"{self._children_level}; programs: {self._programs.level}" if self._children_level else ""

    async def start(self) -> None:
        """Start the warm process and find out what protects here; SandboxFailed when it cannot run."""
        await self._programs.probe()
        await self._ensure_warm()

    async def stop(self) -> None:
        """End the warm process and, with its sockets, what it started."""
        async with self._starting:
            await self._drop_warm()

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
        async with self._slots:
            for _ in range(3):
                control = await self._ensure_warm()
                try:
                    return await self._attempt(control, job, source, limits, sink)
                except _WarmLostError:
                    await self._forget(control)
        raise SandboxFailed("The process that opens documents ends at once, again and again: see the log.")

    async def program(self, argv: Sequence[str], *, source: Source | None, limits: Limits, sink: Sink) -> ProgramResult:
        """Run an outside program over `source`, its standard output to `sink`; see Programs.run."""
        async with self._slots:
            return await self._programs.run(argv, source=source, limits=limits, sink=sink)

    async def _attempt(
        self, control: socket.socket, job: bytes, source: Source, limits: Limits, sink: Sink | None
    ) -> dict[str, Any]:
        here, there = socket.socketpair()
        life, life_there = socket.socketpair()
        async with contextlib.AsyncExitStack() as cleanup:
            # The far ends travel to the warm process; here they are closed whatever happens.
            with there, life_there:
                try:
                    await asyncio.to_thread(
                        socket.send_fds, control, [json.dumps(asdict(limits)).encode()],
                        [there.fileno(), life_there.fileno()],
                    )  # fmt: skip
                except OSError as fault:
                    here.close()
                    life.close()
                    raise _WarmLostError from fault
            # Closing `life` is what ends a child that is still running, on every way out of here.
            reader, writer = await asyncio.open_connection(sock=here)
            cleanup.callback(writer.close)
            end, end_writer = await asyncio.open_connection(sock=life)
            cleanup.callback(end_writer.close)
            clock = asyncio.timeout(limits.wall_seconds + GRACE_SECONDS)
            try:
                async with clock:
                    answer = await _serve(reader, writer, job, source, limits=limits, sink=sink)
                    return _ended(await end.readline(), limits) if answer is None else answer
            except TimeoutError:
                if not clock.expired():
                    raise  # the sink's own
                # The keeper ended the child long ago: it is the sink that still holds us.
                raise LimitReached(_TOO_LONG.format(limits.wall_seconds)) from None

    async def _ensure_warm(self) -> socket.socket:
        async with self._starting:
            if self._warm is not None and self._warm.returncode is None and self._control is not None:
                return self._control
            await self._drop_warm()
            return await self._start_warm()

    async def _start_warm(self) -> socket.socket:
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        here.settimeout(GRACE_SECONDS)
        with there:
            self._warm = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-s", "-m", "pdl.warm", str(there.fileno()), self._table),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                pass_fds=[there.fileno()],
                start_new_session=True,
                env=_environment(self._folders),
            )
        self._control = here
        # Waiting for the first word must not hold up the loop; later messages are sent from a thread.
        here.setblocking(False)
        try:
            async with asyncio.timeout(START_SECONDS):
                hello = await asyncio.get_running_loop().sock_recv(here, 4096)
        except TimeoutError:
            hello = b""
        here.settimeout(GRACE_SECONDS)
        if not hello:
            await self._drop_warm()
            raise SandboxFailed("The process that opens documents did not start: see the log for its last words.")
        self._children_level = json.loads(hello)["level"]
        return here

    async def _forget(self, control: socket.socket) -> None:
        async with self._starting:
            if self._control is control:
                await self._drop_warm()

    async def _drop_warm(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._warm is not None:
            with contextlib.suppress(ProcessLookupError):
                self._warm.kill()
            await self._warm.wait()
            self._warm = None


def _environment(folders: Sequence[Path]) -> dict[str, str]:
    """Nothing of the gateway's environment; one thread in numpy, because threads do not survive a fork."""
    home = Path(__file__).resolve().parent.parent
    return {
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in (home, *folders)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


async def _serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    job: bytes,
    source: Source,
    *,
    limits: Limits,
    sink: Sink | None,
) -> dict[str, Any] | None:
    """Answer the child until it answers; None when it falls silent first."""
    output = 0
    await _send(writer, job)
    while (said := await _frame(reader)) is not None:
        kind, payload = said
        if kind == wire.READ:
            await _send(writer, await _block(source, payload))
        elif kind == wire.OUTPUT:
            output += len(payload)
            if sink is None or output > limits.output_bytes:
                raise LimitReached(f"The document makes more than {limits.output_bytes} bytes of output.")
            await sink(payload)
        else:
            return _last_word(kind, payload)
    return None


async def _frame(reader: asyncio.StreamReader) -> tuple[bytes, bytes] | None:
    """Read what the child says next, kind and payload; None when it says nothing any more."""
    try:
        kind, length = wire.HEAD.unpack(await reader.readexactly(wire.HEAD.size))
        if length > wire.LONGEST.get(kind, -1):
            raise ReaderCrashed(_BROKEN)
        return kind, await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


async def _send(writer: asyncio.StreamWriter, message: bytes) -> None:
    writer.write(wire.LENGTH.pack(len(message)) + message)
    # A child that has gone is noticed, with its reason, by the next read.
    with contextlib.suppress(ConnectionError):
        await writer.drain()


async def _block(source: Source, request: bytes) -> bytes:
    if len(request) != wire.READ_REQUEST.size:
        raise ReaderCrashed(_BROKEN)
    offset, length = wire.READ_REQUEST.unpack(request)
    return await asyncio.to_thread(source.pread, min(offset, source.size), min(length, wire.LONGEST_READ))


def _last_word(kind: bytes, payload: bytes) -> dict[str, Any]:
    try:
        said = json.loads(payload)
        if kind == wire.ANSWER and isinstance(said, dict):
            return said
        words = [str(word) for word in said]
        errors: dict[bytes, type[PdlError]] = {
            wire.REJECTED: DocumentRejected, wire.PASSWORD: PasswordNeeded, wire.LIMIT: LimitReached,
        }  # fmt: skip
        fault = errors[kind](*words)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ReaderCrashed("The document's process gave an answer that is none.") from None
    raise fault


def _ended(line: bytes, limits: Limits) -> dict[str, Any]:
    """Turn the keeper's word on how a silent child ended into the error it means."""
    if not line:
        raise _WarmLostError
    end = json.loads(line)
    if end["overdue"]:
        raise LimitReached(_TOO_LONG.format(limits.wall_seconds))
    if end["processor"]:
        raise LimitReached(f"The document takes more than {limits.cpu_seconds} seconds of processor time.")
    raise ReaderCrashed(f"The document stopped the program that read it (status {end['code']}).")
