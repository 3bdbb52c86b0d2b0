"""What `printgate convert` does: one document into one format, by itself, without a gateway."""

import asyncio
import contextlib
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from pdl.errors import DocumentRejected
from pdl.formats import BY_MIME, HEAD_BYTES, sniff
from pdl.inspect import inspect
from pdl.limits import MEBIBYTE, Limits
from pdl.render import RENDER_LIMITS, render
from pdl.sandbox import Sandbox, Sink
from pdl.scratch import MemoryScratch, Scratch
from pdl.source import FileSource, SliceSource, Source
from pdl.target import Rendered, Target
from pdl.to_pdf import renderable_part

STANDARD_OUTPUT = "-"
# A packed file within a packed file: nobody prints deeper than this.
DEEPEST = 3
LARGEST_STEP = 8192 * MEBIBYTE


def _scratch() -> MemoryScratch:
    """Storage of one step: in memory, so that no document is written anywhere but where it was asked for."""
    return MemoryScratch(LARGEST_STEP)


def convert(path: str, target: Target, out: str) -> Rendered:
    """Write the document at `path` to `out` ("-": standard output) as `target` wants it.

    A file that is there is replaced when all is written, and left alone when that fails. Raises the errors of
    `pdl.errors`, and OSError for the files.
    """
    return asyncio.run(_convert(path, target, out))


async def _convert(path: str, target: Target, out: str) -> Rendered:
    sandbox = Sandbox()
    async with AsyncExitStack() as stack:
        source = stack.enter_context(await asyncio.to_thread(FileSource, path))
        stack.push_async_callback(sandbox.stop)
        await sandbox.start()

        def scratch() -> Scratch:
            kept = _scratch()
            stack.callback(kept.close)
            return kept

        found, document = await _unpacked(source, sandbox, scratch)
        async with _written(out) as sink:
            return await render(document, found, target, sandbox, sink, scratch=scratch)


async def _unpacked(source: Source, sandbox: Sandbox, scratch: Callable[[], Scratch]) -> tuple[str, Source]:
    """Find out what the document is, unpacked if it came packed; DocumentRejected for what nobody knows."""
    limits: Limits = RENDER_LIMITS
    for _ in range(DEEPEST):
        found = sniff(await asyncio.to_thread(source.pread, 0, HEAD_BYTES))
        row = BY_MIME.get(found)
        if row is None:
            raise DocumentRejected("The document is of no format that is known here.", "unsupported-document-format")
        if row.way == "stream":
            return await _wrapped(found, source, sandbox, scratch)
        if row.way != "packed":
            return found, source
        kept = scratch()
        await sandbox.run(row.task, source, {}, limits=limits, sink=kept.write)
        await kept.finish()
        source = kept
    raise DocumentRejected("The document is packed again and again. Unpack it first.")


async def _wrapped(found: str, source: Source, sandbox: Sandbox, scratch: Callable[[], Scratch]) -> tuple[str, Source]:
    """Find the one document that a printer's job stream wraps; the stream itself when there is no such."""
    report = await inspect(source, sandbox, scratch=scratch)
    if report.verdict == "rejected":
        raise DocumentRejected(report.reason)
    part = renderable_part(report)
    return (part.format, SliceSource(source, part.start, part.end)) if part else (found, source)


@asynccontextmanager
async def _written(out: str) -> AsyncIterator[Sink]:
    """Give what takes the bytes of `out`."""
    if out == STANDARD_OUTPUT:
        yield _into(sys.stdout.buffer)
        await asyncio.to_thread(sys.stdout.buffer.flush)
        return
    path = Path(out)
    # Beside the file it becomes, so that it can take its place in one step.
    beside = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}")
    try:
        with _opened(beside, path) as file:
            yield _into(file)
        await asyncio.to_thread(beside.replace, path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _opened(beside: Path, path: Path) -> BinaryIO:
    try:
        return beside.open("xb")
    except OSError as fault:
        raise OSError(fault.errno, fault.strerror, str(path)) from None


def _into(file: BinaryIO) -> Sink:
    async def sink(data: bytes) -> None:
        await asyncio.to_thread(file.write, data)

    return sink
