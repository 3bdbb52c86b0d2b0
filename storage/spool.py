"""The spool: held documents, on disk only encrypted, each under a key of its own that can be shredded.

Start with `receive` (bytes in), `insert` (its rows, in the caller's transaction), `open` (bytes out), `shred`.
"""

import asyncio
import contextlib
import datetime as dt
import functools
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import sqlalchemy

from storage import chunked, files, store
from storage.commit import Rows, Unit
from storage.database import Database
from storage.documents import SmallContent, SpoolReader
from storage.errors import DocumentGone, StorageError, from_os
from storage.keys import KeyRing, utc_today
from storage.node import ordered_bytes
from storage.receiving import ChunkSink, LargeFile, refuse_longer
from storage.reclaiming import LARGE_SUFFIX, SCRATCH, Reclaimer
from storage.room import Room
from storage.scratch import Scratch
from storage.sealed import ID_BYTES, KEY_BYTES, Sealed, seal_small
from storage.segments import SEGMENT_BYTES, Segments

T = TypeVar("T")

SMALL_LIMIT = 256 * 1024
SCRATCH_LIMIT = 4 * 2**30
_THREADS = 4
# A document may be moved to another segment between the look at its row and the opening of its file.
_LOOKS = 3


class Spool:
    """The folder of documents. Pass `before_commit` to `Database.open`, then the database to `attach`."""

    def __init__(
        self,
        folder: Path,
        keys: KeyRing,
        *,
        reserve_bytes: int,
        small_limit: int = SMALL_LIMIT,
        segment_bytes: int = SEGMENT_BYTES,
        today: Callable[[], dt.date] = utc_today,
    ) -> None:
        """Open the folder, made if need be; `reserve_bytes` of its disk are never filled with documents."""
        self._folder = folder
        self._keys = keys
        self._small_limit = small_limit
        self._today = today
        # Every file's name begins with its start: a crash's leavings are those of other starts.
        self._token = secrets.token_hex(6)
        self._room = Room(folder, reserve_bytes)
        self._segments = Segments(folder, self._token, today, segment_bytes)
        self._executor = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="spool")
        try:
            files.make_folder(folder)
            files.make_folder(folder / SCRATCH)
        except OSError as error:
            raise from_os(error, str(folder)) from error

    def attach(self, database: Database) -> None:
        """Say which database holds the spool's rows."""
        self._database = database
        self._reclaimer = Reclaimer(self._folder, self._token, self._segments, database, self._executor)

    def before_commit(self, batch: list[Unit]) -> None:
        """Append the small documents of a batch to the segment and sync it; runs in the writer thread."""
        self._segments.append([document for unit in batch for document in unit.documents if document.waits])

    def check_room(self, expected: int | None = None) -> None:
        """Raise StorageFull when `expected` bytes (None: unknown) would eat into the disk's reserve."""
        self._room.check(expected or 0)

    async def receive(self, chunks: AsyncIterable[bytes], *, limit: int) -> Sealed:
        """Take in a document of at most `limit` bytes, encrypted; a large one is on disk when this returns.

        Raises TooLargeDocument, StorageFull or StorageUnavailable, and whatever `chunks` raises; then, as when
        cancelled, nothing is left of it. Commit what is returned with `Database.write(..., documents=[sealed])` and
        `insert`, or `abandon` it.
        """
        self.check_room()
        if not self._keys.ready:
            await self._run(self._keys.prepare)
        pieces = aiter(chunks)
        small = bytearray()
        async for piece in pieces:
            refuse_longer(len(small) + len(piece), limit)
            if len(small) + len(piece) > self._small_limit:
                return await self._receive_large(small, piece, pieces, limit)
            small += piece
        self._room.take(len(small))
        document_id, key = _fresh()
        ciphertext = seal_small(key, document_id, small)
        return Sealed(
            document_id, len(small), "segment", len(ciphertext), *self._keys.wrap(document_id, key), ciphertext
        )

    def insert(self, connection: sqlalchemy.Connection, sealed: Sealed) -> None:
        """Insert a received document's rows, inside the unit of work that was given it in `documents`."""
        store.insert(connection, sealed)

    def rows(self, sealed: Sealed) -> Rows:
        """Return a received document's rows, to be inserted with those of others: `Database.write(..., rows=)`."""
        return store.rows(sealed)

    async def abandon(self, sealed: Sealed) -> None:
        """Drop a received document that will not be committed; one that was committed after all stays.

        Raises nothing: what cannot be removed now is swept at the next start.
        """
        if sealed.kind == "segment":
            return
        with contextlib.suppress(StorageError):
            # Asked in the writer's order: after a commit of it that may still be under way for a cancelled caller.
            kept = await self._database.write(lambda connection: store.is_kept(connection, sealed.document_id))
            if not kept:
                await self._run(lambda: files.remove(self._folder / sealed.name))

    async def open(self, document_id: bytes) -> SpoolReader:
        """Open a document for reading; raises DocumentGone, DocumentCorrupt or StorageUnavailable."""
        for _ in range(_LOOKS):
            place = await self._database.read(lambda connection: store.place(connection, document_id))
            if place is None:
                break
            reader = await self._run(functools.partial(self._open, document_id, place))
            if reader is not None:
                return reader
        raise DocumentGone("The document is gone: it was printed, cancelled or expired, and its key destroyed.")

    def shred(self, connection: sqlalchemy.Connection, document_id: bytes) -> None:
        """Delete a document's key inside a unit of work; await `reclaim` after it. Unknown ids are ignored."""
        store.shred(connection, document_id)

    async def reclaim(self) -> None:
        """Give back the room of shredded documents, as well as can be; what fails is tried again next time."""
        await self._reclaimer.reclaim()

    async def sweep(self) -> None:
        """Remove what a crash left behind; to be called at start."""
        await self._reclaimer.sweep()

    async def compact(self) -> int:
        """Rewrite segments that are nearly empty; for a daily timer. Returns how many documents moved."""
        return await self._reclaimer.compact()

    async def destroy_unused_keys(self) -> list[str]:
        """Destroy the wrapping keys that no document needs; for a daily timer. Returns their names."""
        names = await self._database.read(store.keks_in_use)
        return await self._run(lambda: self._keys.destroy_unused(names))

    def scratch(self, limit: int = SCRATCH_LIMIT) -> Scratch:
        """Return an encrypted temporary of at most `limit` bytes."""
        return Scratch(self._folder / SCRATCH, self._executor, limit, self._room.take)

    async def close(self) -> None:
        """Wait for the threads and close the segment; after the database, which appends to it."""
        await asyncio.to_thread(self._executor.shutdown)
        self._segments.close()

    async def _receive_large(self, small: bytearray, piece: bytes, pieces: AsyncIterator[bytes], limit: int) -> Sealed:
        document_id, key = _fresh()
        name = f"{self._today().isoformat()}/{self._token}-{document_id.hex()}{LARGE_SUFFIX}"
        large = LargeFile(self._folder / name, key, document_id)
        sink = ChunkSink(functools.partial(self._write_chunk, large), self._executor, limit)
        try:
            await self._run(large.create)
            await sink.add(small)
            small.clear()
            await sink.add(piece)
            async for more in pieces:
                await sink.add(more)
            await sink.finish()
            kek, wrapped = await self._run(functools.partial(self._keys.wrap, document_id, key))
            await self._run(large.finish)
        except BaseException:
            # Also when the client hung up; the thread goes on to unlink even if this wait is cancelled again.
            await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._executor, large.abandon))
            raise
        return Sealed(document_id, sink.size, "file", chunked.stored_length(sink.size), kek, wrapped, name=name)

    def _write_chunk(self, large: LargeFile, chunk: memoryview, last: bool) -> None:
        self._room.take(len(chunk))
        large.write(chunk, last)

    def _open(self, document_id: bytes, place: store.Place) -> SpoolReader | None:
        """Open a document's file in a thread; None when it is not where its row said."""
        key = self._keys.unwrap(document_id, place.kek, place.wrapped)
        try:
            descriptor = files.open_for_reading(self._folder / place.name)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise from_os(error, str(self._folder / place.name)) from error
        content: chunked.ChunkReader | SmallContent
        if place.kind == "segment":
            content = SmallContent(descriptor, place.offset, key, document_id, place.size)
        else:
            content = chunked.ChunkReader(descriptor, key, document_id, place.size)
        return SpoolReader(content, place.size, self._executor)

    async def _run(self, fn: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, fn)


def _fresh() -> tuple[bytes, bytes]:
    """A new document's id and key."""
    octets = ordered_bytes(ID_BYTES + KEY_BYTES)
    return octets[:ID_BYTES], octets[ID_BYTES:]
