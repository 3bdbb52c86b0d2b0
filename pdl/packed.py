"""Packed documents (gzip) on their way to a renderer: unpacked into memory, then taken for what they are."""

import asyncio

from pdl.errors import DocumentRejected
from pdl.formats import HEAD_BYTES, sniff
from pdl.limits import Limits
from pdl.mime import GZIP
from pdl.sandbox import Sandbox
from pdl.scratch import MemoryScratch
from pdl.source import Source

DEEPEST = 3


async def is_packed(source: Source) -> bool:
    """Whether the document is packed, whatever it was called: its report speaks of what it holds."""
    return sniff(await asyncio.to_thread(source.pread, 0, HEAD_BYTES)) == GZIP


async def unpacked(source: Source, sandbox: Sandbox, limits: Limits) -> tuple[MemoryScratch, str]:
    """Unpack the document: what it holds, to be closed by the caller, and its MIME type.

    Raises DocumentRejected when it is damaged or packed too often, LimitReached, SandboxFailed.
    """
    inner: Source = source
    for _ in range(DEEPEST):
        kept = MemoryScratch()
        try:
            await sandbox.run("unpack", inner, {}, limits=limits, sink=kept.write)
            await kept.finish()
        except BaseException:
            kept.close()
            raise
        finally:
            if isinstance(inner, MemoryScratch):
                inner.close()
        found = sniff(kept.pread(0, HEAD_BYTES))
        if found != GZIP:
            return kept, found
        inner = kept
    kept.close()
    raise DocumentRejected("The document is packed within itself too often. Print it as PDF.")
