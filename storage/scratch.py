"""Encrypted temporaries: rendered output on its way to a device, gone with the process that made it."""

import os
import secrets
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from pathlib import Path
from types import TracebackType
from typing import Self

from storage import files
from storage.chunked import ChunkReader, ChunkWriter
from storage.documents import SpoolReader
from storage.errors import StorageUnavailable, from_os
from storage.receiving import ChunkSink
from storage.sealed import ID_BYTES, KEY_BYTES


class _Target:
    """The nameless file a temporary is written to, made with its first chunk. Its methods block."""

    def __init__(self, folder: Path, take_room: Callable[[int], None]) -> None:
        self.key = secrets.token_bytes(KEY_BYTES)
        self.document_id = secrets.token_bytes(ID_BYTES)
        self._folder = folder
        self._take_room = take_room
        self._writer: ChunkWriter | None = None
        self._closed = False
        # It may be closed while a thread of the pool makes the file.
        self._lock = threading.Lock()

    def write(self, chunk: memoryview, last: bool) -> None:
        """Seal and write one chunk."""
        self._take_room(len(chunk))
        self._made().write(chunk, last=last)

    def detach(self) -> int:
        """Return the file's descriptor, which the caller owns from now on; negative if it was closed."""
        return self._made().detach()

    def close(self) -> None:
        """Close the file, after a write that is still under way."""
        with self._lock:
            self._closed = True
        if self._writer is not None:
            self._writer.close()

    def _made(self) -> ChunkWriter:
        with self._lock:
            if self._closed:
                raise StorageUnavailable("The temporary was closed while it was being written.")
            if self._writer is None:
                self._writer = ChunkWriter(_nameless(self._folder), self.key, self.document_id, "The temporary file")
            return self._writer


class Scratch:
    """One temporary: write, finish, then read as often as wanted. Its key is in memory alone.

    Close it, or use it in a `with`. Writing raises TooLargeDocument over its limit, StorageFull on a full disk.
    """

    def __init__(self, folder: Path, executor: Executor, limit: int, take_room: Callable[[int], None]) -> None:
        self._executor = executor
        self._target = _Target(folder, take_room)
        self._sink = ChunkSink(self._target.write, executor, limit)
        self._reader: SpoolReader | None = None
        # One that is dropped unclosed must not leak its descriptor.
        self._close = weakref.finalize(self, self._target.close)

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._sink.size

    async def write(self, piece: bytes) -> None:
        """Append bytes; one writer at a time."""
        if self._reader is not None:
            raise StorageUnavailable("The temporary is finished: it cannot be written any more.")
        await self._sink.add(piece)

    async def finish(self) -> None:
        """End the writing: from now on it can be read."""
        await self._sink.finish()
        content = ChunkReader(self._target.detach(), self._target.key, self._target.document_id, self.size)
        self._reader = SpoolReader(content, self.size, self._executor)

    def pread(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`, fewer only at the end. Blocks: call it from a thread."""
        return self._finished().pread(offset, length)

    def stream(self, start: int = 0) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` on, at most 512 KiB at a time."""
        return self._finished().stream(start)

    def close(self) -> None:
        """Drop the temporary; may be called twice, and while a write is under way."""
        self._close()
        if self._reader is not None:
            self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _finished(self) -> SpoolReader:
        if self._reader is None:
            raise StorageUnavailable("The temporary is not finished yet: it cannot be read.")
        return self._reader


def _nameless(folder: Path) -> int:
    """Open a new file that has no name, so that nothing is left of it after a crash."""
    try:
        try:
            return os.open(folder, os.O_RDWR | os.O_TMPFILE | os.O_CLOEXEC, 0o600)
        except OSError:
            # Not every file system has nameless files; the sweep at start takes what a crash leaves here.
            path = folder / secrets.token_hex(16)
            descriptor = files.create(path)
            path.unlink()
            return descriptor
    except OSError as error:
        raise from_os(error, str(folder)) from error
