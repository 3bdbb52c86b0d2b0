"""Large documents on their way in: gathered into chunks, each written to a file of its own."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from storage import faults, files
from storage.chunked import CHUNK, ChunkWriter
from storage.errors import StorageUnavailable, TooLargeDocument, from_os


def refuse_longer(size: int, limit: int) -> None:
    """Raise TooLargeDocument when `size` bytes are more than `limit`."""
    if size > limit:
        raise TooLargeDocument(f"The document is longer than the {limit} bytes that are allowed here.")


class ChunkSink:
    """Gathers pieces into chunks: one buffer of 512 KiB, one chunk in flight."""

    def __init__(self, write: Callable[[memoryview, bool], None], executor: Executor, limit: int) -> None:
        self._write_chunk = write
        self._executor = executor
        self._limit = limit
        self._buffer = bytearray(CHUNK)
        self._filled = 0
        self.size = 0

    async def add(self, piece: bytes | bytearray | memoryview) -> None:
        """Take the next bytes; raises TooLargeDocument, StorageFull or StorageUnavailable."""
        refuse_longer(self.size + len(piece), self._limit)
        self.size += len(piece)
        rest = memoryview(piece)
        while rest:
            # A full buffer is written only once more comes: the last chunk must be known as the last.
            if self._filled == CHUNK:
                await self._write(last=False)
            taken = rest[: CHUNK - self._filled]
            self._buffer[self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            rest = rest[len(taken) :]

    async def finish(self) -> None:
        """Write what is left as the last chunk."""
        await self._write(last=True)
        self._buffer = bytearray()

    async def _write(self, *, last: bool) -> None:
        # A caller that is cancelled here leaves the thread reading a buffer that nobody fills any more.
        chunk = memoryview(self._buffer)[: self._filled]
        await asyncio.get_running_loop().run_in_executor(self._executor, self._write_chunk, chunk, last)
        self._filled = 0


class LargeFile:
    """One large document's file: whole and synced under its name, or not there at all. Its methods block."""

    def __init__(self, path: Path, key: bytes, document_id: bytes) -> None:
        self._path = path
        self._key = key
        self._document_id = document_id
        self._writer: ChunkWriter | None = None
        self._abandoned = False
        # A caller may give up while a thread still creates the file: whoever comes second must see the first.
        self._lock = threading.Lock()

    def create(self) -> None:
        """Create the file; raises StorageFull or StorageUnavailable."""
        with self._lock:
            if self._abandoned:
                raise StorageUnavailable(f"{self._path} was given up before it was created.")
            try:
                files.make_folder(self._path.parent)
                descriptor = files.create(self._path)
            except OSError as error:
                raise from_os(error, str(self._path)) from error
            self._writer = ChunkWriter(descriptor, self._key, self._document_id, str(self._path))

    def write(self, chunk: memoryview, last: bool) -> None:
        """Seal and write one chunk."""
        assert self._writer is not None
        self._writer.write(chunk, last=last)

    def finish(self) -> None:
        """Make content and name durable, and close."""
        assert self._writer is not None
        self._writer.sync()
        try:
            files.sync_folder(self._path.parent)
        except OSError as error:
            raise from_os(error, str(self._path.parent)) from error
        self._writer.close()
        faults.point("large-synced")

    def abandon(self) -> None:
        """Close and unlink, after a write that is still under way."""
        with self._lock:
            self._abandoned = True
            if self._writer is not None:
                self._writer.close()
                files.remove(self._path)
