"""Giving room back: files of shredded documents, segments without documents, what a crash left behind."""

import asyncio
import functools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, TypeVar

from storage import files, store
from storage.database import Database
from storage.errors import from_os
from storage.sealed import Sealed
from storage.segments import SUFFIX as SEGMENT_SUFFIX
from storage.segments import Segments

LARGE_SUFFIX = ".document"
SCRATCH = "scratch"

T = TypeVar("T")

_AT_ONCE = 200
_MOVED_AT_ONCE = 32  # small documents of at most 256 KiB: 8 MB of memory
_SPARSE = 0.10  # a segment with less than this share of live bytes is rewritten


class Reclaimer:
    """Unlinks what no row speaks of. Nothing of the running start is ever taken for a crash's leavings."""

    def __init__(self, folder: Path, token: str, segments: Segments, database: Database, executor: Executor) -> None:
        self._folder = folder
        self._token = token
        self._segments = segments
        self._database = database
        self._executor = executor
        self._lock = asyncio.Lock()
        self._asked = 0
        self._answered = 0

    async def reclaim(self) -> None:
        """Unlink files of shredded documents and segments without any; many calls at once cost one pass."""
        self._asked += 1
        mine = self._asked
        async with self._lock:
            # The pass before may have begun after this call.
            if self._answered < mine:
                answered = self._asked
                await self._reclaim()
                self._answered = answered

    async def sweep(self) -> None:
        """Unlink what earlier starts left: large files without a row, scratch files, empty folders."""
        found = await self._run(lambda: list(self._old_large_files()))
        for first in range(0, len(found), _AT_ONCE):
            await self._unlink_empty(found[first : first + _AT_ONCE])
        await self._run(self._empty_scratch)
        await self.reclaim()
        await self._run(self._remove_empty_folders)

    async def compact(self) -> int:
        """Rewrite segments of which less than a tenth is live into the current one; returns the documents moved."""
        live = await self._database.read(store.live_bytes)
        sizes = await self._run(lambda: {name: self._size(name) for name in self._old_segments()})
        moved = 0
        for name, size in sizes.items():
            if 0 < live.get(name, 0) < size * _SPARSE:
                moved += await self._empty(name)
        await self.reclaim()
        return moved

    async def _reclaim(self) -> None:
        while await self._unlink_shredded():
            pass
        # Listed before the rows are read: whatever a listed segment got was committed before it stopped being current.
        names = await self._run(self._old_segments)
        await self._unlink_empty(names)

    async def _unlink_empty(self, names: Sequence[str]) -> None:
        """Unlink those of the files of which no row speaks."""
        empty = await self._database.read(lambda connection: store.without_documents(connection, names))
        await self._run(lambda: [files.remove(self._folder / name) for name in empty])

    async def _unlink_shredded(self) -> bool:
        """Unlink some files; tells whether more may be there."""
        waiting = await self._database.read(lambda connection: store.shredded_files(connection, _AT_ONCE))
        if not waiting:
            return False
        gone = await self._run(lambda: [key for key, name in waiting if files.remove(self._folder / name)])
        if gone:
            await self._database.write(lambda connection: store.forget(connection, gone))
        # Those that could not be unlinked stay at the front: go on only if none of them was among these.
        return len(gone) == len(waiting) == _AT_ONCE

    async def _empty(self, name: str) -> int:
        """Move all documents of a segment into the current one."""
        moved = 0
        while rows := await self._database.read(
            lambda connection: store.documents_of(connection, name, _MOVED_AT_ONCE)
        ):
            documents = await self._run(functools.partial(self._read_back, name, rows))
            await self._database.write(
                functools.partial(store.move, documents=documents, old=name), documents=documents
            )
            moved += len(documents)
        return moved

    # What follows blocks, and runs in a thread.

    def _read_back(self, name: str, rows: list[dict[str, Any]]) -> list[Sealed]:
        """Return the documents as they are on disk; their keys and so their ciphertexts stay the same."""
        documents = []
        try:
            with (self._folder / name).open("rb") as segment:
                for row in rows:
                    ciphertext = os.pread(segment.fileno(), row["stored_length"], row["offset"])
                    documents.append(
                        Sealed(row["document_id"], row["size"], "segment", len(ciphertext), "", b"", ciphertext)
                    )
        except OSError as error:
            raise from_os(error, str(self._folder / name)) from error
        return documents

    def _days(self) -> Iterator[Path]:
        return (entry for entry in sorted(self._folder.iterdir()) if entry.is_dir() and entry.name != SCRATCH)

    def _files(self, suffix: str) -> Iterator[str]:
        for day in self._days():
            for path in sorted(day.iterdir()):
                if path.suffix == suffix:
                    yield f"{day.name}/{path.name}"

    def _old_segments(self) -> list[str]:
        # Listed before it is asked which is current: one that is begun in between is listed, but is current by then.
        found = list(self._files(SEGMENT_SUFFIX))
        current = self._segments.current
        return [name for name in found if name != current]

    def _old_large_files(self) -> Iterator[str]:
        return (name for name in self._files(LARGE_SUFFIX) if not Path(name).name.startswith(f"{self._token}-"))

    def _size(self, name: str) -> int:
        try:
            return (self._folder / name).stat().st_size
        except FileNotFoundError:
            return 0

    def _empty_scratch(self) -> None:
        for path in (self._folder / SCRATCH).iterdir():
            files.remove(path)

    def _remove_empty_folders(self) -> None:
        for day in self._days():
            # Today's may be about to get its first file.
            if day.name != self._segments.today:
                files.remove_empty(day)

    async def _run(self, fn: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, fn)
