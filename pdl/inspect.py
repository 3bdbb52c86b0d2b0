"""Inspect a document: what it is, how many pages, of which size, which in colour.

The gateway itself looks at the first 64 KiB; all else happens in children of the sandbox. Whatever a document
does there, the answer is a Report: only a sandbox that cannot run is an exception.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

from pdl import inspect_converted, inspect_packed, inspect_pdf, inspect_stream, inspect_xps
from pdl.errors import DocumentRejected, LimitReached, PdlError, SandboxFailed
from pdl.formats import BY_MIME, HEAD_BYTES, UNKNOWN, Way, sniff
from pdl.inspection import Inspection, rejected
from pdl.limits import Limits
from pdl.report import Report
from pdl.sandbox import Sandbox
from pdl.scratch import MemoryScratch, Scratch
from pdl.source import Source

COUNTING = Limits()
# Long documents get more time: a second for so many bytes, well above what each counter needs.
BYTES_PER_SECOND = 8 * 1024 * 1024
# A job stream within a packed file within a job stream: nobody prints deeper than this.
DEEPEST = 3


async def inspect(
    source: Source,
    sandbox: Sandbox,
    limits: Limits = COUNTING,
    *,
    scratch: Callable[[], Scratch] = MemoryScratch,
    depth: int = 0,
) -> Report:
    """Inspect the document; SandboxFailed when the sandbox cannot run, OSError when `source` cannot be read.

    `scratch` makes the storage of what a document is converted to on the way.
    """
    head = await asyncio.to_thread(source.pread, 0, HEAD_BYTES)
    if not head:
        return rejected(UNKNOWN, DocumentRejected("The document is empty."))
    mime = sniff(head)
    unsupported = _unsupported(mime, depth)
    if unsupported is not None:
        return rejected(mime, unsupported)
    row = BY_MIME[mime]
    assert row.way is not None
    more = source.size // BYTES_PER_SECOND
    limits = replace(limits, cpu_seconds=limits.cpu_seconds + more, wall_seconds=limits.wall_seconds + more)

    async def within(part: Source) -> Report:
        return await inspect(part, sandbox, limits, scratch=scratch, depth=depth + 1)

    async with AsyncExitStack() as stack:
        looking = Inspection(source, mime, row.task, sandbox, limits, scratch, stack, within)
        try:
            return await _WAYS[row.way](looking)
        except SandboxFailed:
            raise
        except (DocumentRejected, LimitReached) as fault:
            return rejected(mime, fault)


def _unsupported(mime: str, depth: int) -> PdlError | None:
    if mime == UNKNOWN:
        words = "The format of the document is not known here. Print it as PDF."
    elif BY_MIME[mime].way is None:
        label = BY_MIME[mime].label
        words = f"{label}: an unsupported format, its pages can be neither counted nor rendered here. Print it as PDF."
    elif depth > DEEPEST:
        words = "The document is packed within itself too often. Print it as PDF."
    else:
        return None
    return DocumentRejected(words, "unsupported-document-format")


async def _by_task(looking: Inspection) -> Report:
    return await looking.count(looking.task)


_WAYS: dict[Way, Callable[[Inspection], Awaitable[Report]]] = {
    "task": _by_task,
    "pdf": inspect_pdf.inspect,
    "stream": inspect_stream.inspect,
    "converted": inspect_converted.inspect,
    "packed": inspect_packed.inspect,
    "xps": inspect_xps.inspect,
}
