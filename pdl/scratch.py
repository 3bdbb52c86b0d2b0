"""Temporary storage for what a step makes of a document: written to its end, then read, then forgotten."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from typing import Protocol

from pdl.errors import LimitReached
from pdl.limits import MEBIBYTE
from pdl.source import Source

LARGEST = 512 * MEBIBYTE
PIECE = 256 * 1024


class Scratch(Source, Protocol):
    """Temporary storage of one step's output, bounded by its owner: written to its end, then read, then closed.

    `write` raises LimitReached when it takes no more.
    """

    async def write(self, data: bytes) -> None:
        """Append `data`."""
        ...

    async def finish(self) -> None:
        """All is written; from here on it is read."""
        ...

    def close(self) -> None:
        """Forget everything."""
        ...


class MemoryScratch:
    """A memory file of at most `most` bytes, for where there is no spool: it is nowhere on a disk."""

    def __init__(self, most: int = LARGEST) -> None:
        self._most = most
        self._size = 0
        self._descriptor = os.memfd_create("scratch", os.MFD_CLOEXEC)
        # It may be closed while a thread still writes, whose bytes must not end in what gets the descriptor next.
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._size

    def pread(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer only at the end."""
        return os.pread(self._descriptor, length, offset)

    async def write(self, data: bytes) -> None:
        """Append `data`; LimitReached when it is full."""
        if self._size + len(data) > self._most:
            raise LimitReached(f"The document makes more than {self._most} bytes on its way.")
        await asyncio.to_thread(self._append, data)

    def _append(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            with self._lock:
                written = os.write(self._descriptor, view)
            view = view[written:]
            self._size += written

    async def finish(self) -> None:
        """All is written; from here on it is read."""

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1


async def hand_over(source: Source, sink: Callable[[bytes], Awaitable[None]]) -> None:
    """Hand the document to `sink` as it is, piece by piece."""
    for offset in range(0, source.size, PIECE):
        await sink(await asyncio.to_thread(source.pread, offset, PIECE))
