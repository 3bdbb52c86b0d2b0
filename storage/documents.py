"""Reading documents back: decrypted, seekable from threads, streamed from coroutines."""

import asyncio
import os
import threading
import weakref
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from types import TracebackType
from typing import Protocol, Self

from cryptography.exceptions import InvalidTag

from storage.chunked import CHUNK, ChunkReader
from storage.errors import DocumentCorrupt, StorageUnavailable, from_os
from storage.sealed import CHANGED, TAG_BYTES, open_small


class _Content(Protocol):
    """Where decrypted bytes come from; both kinds block and may be used from several threads."""

    def pread(self, offset: int, length: int) -> bytes: ...

    def close(self) -> None: ...


class SmallContent:
    """A small document inside a segment: decrypted once, when first asked for."""

    def __init__(self, descriptor: int, offset: int, key: bytes, document_id: bytes, size: int) -> None:
        self._descriptor = descriptor
        self._offset = offset
        self._key = key
        self._document_id = document_id
        self._size = size
        self._plain: bytes | None = None
        self._lock = threading.Lock()

    def pread(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; fewer only at the end."""
        with self._lock:
            if self._plain is None:
                self._plain = self._decrypt()
            return self._plain[offset : offset + length]

    def close(self) -> None:
        """Close the segment and forget what was decrypted."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
            self._descriptor, self._plain = -1, None

    def _decrypt(self) -> bytes:
        if self._descriptor < 0:
            raise StorageUnavailable("The document was closed while it was being read.")
        try:
            sealed = os.pread(self._descriptor, self._size + TAG_BYTES, self._offset)
        except OSError as error:
            raise from_os(error, "The document's segment") from error
        try:
            plain = open_small(self._key, self._document_id, sealed)
        except (InvalidTag, ValueError) as error:
            raise DocumentCorrupt(CHANGED) from error
        if len(plain) != self._size:
            raise DocumentCorrupt(CHANGED)
        return plain


class SpoolReader:
    """One open document. Close it, or use it in a `with`; shredding does not reach what is already open."""

    def __init__(self, content: ChunkReader | SmallContent, size: int, executor: Executor) -> None:
        self._content: _Content = content
        self._executor = executor
        self.size = size
        # A reader that is dropped unclosed must not leak its descriptor.
        self._close = weakref.finalize(self, content.close)

    def pread(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`, fewer only at the end. Blocks: call it from a thread.

        Raises DocumentCorrupt when the bytes on disk are not as written, StorageUnavailable once closed.
        """
        if offset < 0 or length < 0:
            raise ValueError("offset and length cannot be negative")
        return self._content.pread(offset, length)

    async def stream(self, start: int = 0) -> AsyncIterator[bytes]:
        """Yield the document from byte `start` on, at most 512 KiB at a time; raises as `pread` does."""
        loop = asyncio.get_running_loop()
        at = start
        while at < self.size:
            # Up to the next chunk's edge, so that none is decrypted twice.
            piece = await loop.run_in_executor(self._executor, self.pread, at, CHUNK - at % CHUNK)
            if not piece:
                # Cannot be, as each content checks its length; but then this loop would never end.
                raise DocumentCorrupt(CHANGED)
            yield piece
            at += len(piece)

    def close(self) -> None:
        """Close the file and forget the key; may be called twice."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
