"""Outside programs (Ghostscript) over a document: in bubblewrap where it works, else confined by ourselves.

The program sees /usr read-only, an empty /tmp, no network and a copy of the document in a sealed memory
file; its standard output goes to the caller as it comes.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import sys
import tempfile
import termios
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pdl.confine import NOBODY
from pdl.errors import LimitReached, SandboxFailed
from pdl.limits import Limits
from pdl.source import Source

INPUT = "{input}"
# The document is the program's standard input; opened anew by this name it is seekable from the start.
INPUT_PATH = "/proc/self/fd/0"
INNER_TMP = "/tmp"  # noqa: S108 - the program's own, empty
# A file system in memory, for where bubblewrap makes none.
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own in it
CHUNK = 256 * 1024
# Programs write a few kilobytes at a time. In this pipe that adds up while we wait, and is taken in one piece.
PIPE_SIZE = 1024 * 1024
GATHER_SECONDS = 0.002
STDERR_TAIL = 8192
PROCESSES = 64
# Best first. As root's own user a program is bound by fewer limits (on processes, for one), even in bubblewrap.
BUBBLEWRAP, BUBBLEWRAP_AS_ROOT, CONFINED, NOTHING = "bubblewrap", "bubblewrap as root", "confined", "none"
LEVELS = (BUBBLEWRAP, BUBBLEWRAP_AS_ROOT, CONFINED)
Sink = Callable[[bytes], Awaitable[None]]
_UNPRIVILEGED: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
PROBE = Limits(cpu_seconds=5, wall_seconds=10.0, output_bytes=4096)


# How a program ends that used up its processor time: by the signal, or as bubblewrap and shells report the signal.
_OVERRUN = {-signal.SIGKILL, -signal.SIGXCPU, 128 + signal.SIGKILL, 128 + signal.SIGXCPU}


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """How a program ended: its exit status (negative: the signal), the end of what it complained, bytes of output."""

    returncode: int
    stderr: str
    written: int

    @property
    def overran(self) -> bool:
        """Whether it was ended for using more processor time than it may."""
        return overran(self.returncode)


def overran(returncode: int) -> bool:
    """Whether a program with this exit status was ended for using more processor time than it may."""
    return returncode in _OVERRUN


class Programs:
    """Runs outside programs with the best protection that was found to work."""

    def __init__(self) -> None:
        self.level = ""

    @property
    def lacking(self) -> tuple[str, ...]:
        """What would protect better: 'bubblewrap' where it does not work, 'programs' where nothing does."""
        return {CONFINED: ("bubblewrap",), NOTHING: ("programs",)}.get(self.level, ())

    async def probe(self) -> None:
        """Find out what works here, best first; where nothing does, run() says so."""
        for level in LEVELS:
            self.level = level
            with contextlib.suppress(OSError, LimitReached):
                if (await self.run(["/usr/bin/true"], source=None, limits=PROBE, sink=_nowhere)).returncode == 0:
                    return
        self.level = NOTHING

    async def run(
        self,
        argv: Sequence[str],
        *,
        source: Source | None,
        limits: Limits,
        sink: Sink,
    ) -> ProgramResult:
        """Run `argv`, in which INPUT stands for the path of the document; standard output to `sink`.

        Raises LimitReached when the document is larger than `limits.input_bytes`, the output larger than
        `limits.output_bytes` or the time over, SandboxFailed when nothing can run here.
        """
        command = [part.replace(INPUT, INPUT_PATH) for part in argv]
        with contextlib.ExitStack() as stack:
            document = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
            stack.callback(os.close, document)
            if source is not None:
                document = await _copied(source, limits.input_bytes)
                stack.callback(os.close, document)
            output, its_end = _pipe()
            stack.callback(os.close, output)
            try:
                process = await self.start(
                    command, limits, stack, stdin=document, stdout=its_end, stderr=asyncio.subprocess.PIPE
                )
            finally:
                os.close(its_end)  # the end is seen only when nobody else can write
            watch = asyncio.create_task(_tail(process))
            clock = asyncio.timeout(limits.wall_seconds)
            try:
                async with clock:
                    written = await _pump(output, limits, sink)
                    complaint = await watch
                    return ProgramResult(await process.wait(), complaint, written)
            except TimeoutError:
                if not clock.expired():
                    raise  # the sink's own
                raise LimitReached(f"The program takes longer than {limits.wall_seconds:g} seconds.") from None
            finally:
                watch.cancel()
                await end(process)

    @property
    def private(self) -> bool:
        """Whether a program gets folders of its own to write in, /tmp above all."""
        return self.level in {BUBBLEWRAP, BUBBLEWRAP_AS_ROOT}

    async def start(
        self,
        command: Sequence[str],
        limits: Limits,
        stack: contextlib.ExitStack,
        *,
        stdin: int,
        stdout: int,
        stderr: int,
        readable: Sequence[str] = (),
    ) -> asyncio.subprocess.Process:
        """Start `command` with the best protection; `stack` holds what is to go when it has ended.

        It sees the folders `readable` as well. SandboxFailed when nothing can run here.
        """
        if self.level == NOTHING:
            raise SandboxFailed("No protection for outside programs works here: install bubblewrap.")
        confined = self.level == CONFINED
        return await asyncio.create_subprocess_exec(
            *(_confined(limits, _scratch(stack)) if confined else _bubblewrap(limits, readable)),
            *command,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            limit=CHUNK,
            **(_UNPRIVILEGED if self.level == BUBBLEWRAP and os.geteuid() == 0 else {}),
            env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        )


async def _nowhere(_: bytes) -> None:
    """Take output that nobody wants."""


async def _tail(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    kept = b""
    while part := await process.stderr.read(STDERR_TAIL):
        kept = (kept + part)[-STDERR_TAIL:]
    return kept.decode("utf-8", "replace")


def _pipe() -> tuple[int, int]:
    """Make the pipe of a program's output: our end, which does not block, and its."""
    ours, its = os.pipe2(os.O_CLOEXEC)
    os.set_blocking(ours, False)
    # As much as an ordinary user may have. A kernel that gives less costs speed alone.
    with contextlib.suppress(OSError):
        fcntl.fcntl(ours, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
    return ours, its


async def _pump(pipe: int, limits: Limits, sink: Sink) -> int:
    """Hand what the program writes to `sink`; how many bytes that were."""
    total = 0
    # While the sink is slow nothing is read, the pipe fills, and the program waits.
    while part := await _read(pipe, gather=total > 0):
        total += len(part)
        if total > limits.output_bytes:
            raise LimitReached(f"The program makes more than {limits.output_bytes} bytes of output.")
        await sink(part)
    return total


async def _read(pipe: int, *, gather: bool) -> bytes:
    """Read what is there, b"" at the end; to `gather`, a moment is left for more to come."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(pipe, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(pipe)
    if gather and _waiting(pipe) < CHUNK:
        await asyncio.sleep(GATHER_SECONDS)
    return os.read(pipe, PIPE_SIZE)


def _waiting(pipe: int) -> int:
    """Count the bytes that can be read at once."""
    count = fcntl.ioctl(pipe, termios.FIONREAD, bytes(4))
    return int.from_bytes(count, sys.byteorder)


async def end(process: asyncio.subprocess.Process) -> None:
    """Kill what is left of the program's group; bubblewrap's and our own children die with their parent."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    # Pipes still full would keep wait() from ending. Closing the transport itself would reap the process behind the
    # back of asyncio's watcher.
    transport = process._transport  # type: ignore[attr-defined]  # noqa: SLF001
    for descriptor in (0, 1, 2):
        if (pipe := transport.get_pipe_transport(descriptor)) is not None:
            pipe.close()
    await process.wait()
    transport.close()


async def _copied(source: Source, most: int) -> int:
    """Make the sealed copy of _memory_file() in a thread."""
    copying = asyncio.ensure_future(asyncio.to_thread(_memory_file, source, most))
    try:
        return await asyncio.shield(copying)
    except asyncio.CancelledError:
        # The thread goes on, and what it makes would be nobody's: a copy of the document held for ever.
        copying.add_done_callback(_close_copy)
        raise


def _close_copy(copying: asyncio.Future[int]) -> None:
    if not copying.cancelled() and copying.exception() is None:
        os.close(copying.result())


def _memory_file(source: Source, most: int) -> int:
    """Make a sealed copy of the document in memory; LimitReached when it is larger than `most` bytes."""
    if source.size > most:
        raise LimitReached(f"The document is larger than {most} bytes.")
    descriptor = os.memfd_create("document", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        offset = 0
        while part := source.pread(offset, 4 * CHUNK):
            offset += os.write(descriptor, part)
        seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
        os.lseek(descriptor, 0, os.SEEK_SET)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _bubblewrap(limits: Limits, readable: Sequence[str]) -> list[str]:
    scratch = str(limits.output_bytes)
    # Limits first: bubblewrap and all it starts inherit them. A hang-up of ours ends it (--die-with-parent).
    return [
        "prlimit", f"--as={limits.memory_bytes}", f"--cpu={limits.cpu_seconds}", f"--fsize={scratch}",
        "--nofile=256", "--core=0",
        "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--uid", "65534", "--gid", "65534",
        "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
        "--symlink", "usr/bin", "/bin", "--ro-bind-try", "/etc/fonts", "/etc/fonts",
        "--ro-bind-try", "/etc/alternatives", "/etc/alternatives",
        "--ro-bind-try", "/var/lib/ghostscript", "/var/lib/ghostscript",
        *(part for folder in readable for part in ("--ro-bind-try", folder, folder)),
        "--proc", "/proc", "--dev", "/dev", "--size", scratch, "--tmpfs", INNER_TMP,
        "--chdir", INNER_TMP, "--clearenv", "--setenv", "HOME", INNER_TMP, "--setenv", "PATH", "/usr/bin",
        "--setenv", "LANG", "C.UTF-8", "--",
        # Set within the namespace this counts what the program starts. Outside it would count all of its user's
        # processes: one program could keep others from starting, and twenty at once would.
        "prlimit", f"--nproc={PROCESSES}", "--",
    ]  # fmt: skip


def _scratch(stack: contextlib.ExitStack) -> str:
    """Make a folder in memory that the program may write in, gone with `stack`; OSError where there is none."""
    # Where there is little, a large document does not get far. On a disk it would lie in the clear.
    folder = stack.enter_context(
        tempfile.TemporaryDirectory(prefix="document-", dir=MEMORY, ignore_cleanup_errors=True)
    )
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    return folder


def _confined(limits: Limits, scratch: str) -> list[str]:
    home = str(Path(__file__).resolve().parent.parent)
    start = f"import sys; sys.path.insert(0, {home!r}); from pdl.confined import main; main(sys.argv[1:])"
    return [sys.executable, "-I", "-c", start, json.dumps(asdict(limits)), scratch]
