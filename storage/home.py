"""The gateway's home: lock, node, keys, spool and database of one folder, opened together."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from storage.database import Database
from storage.errors import from_os
from storage.keys import KeyRing
from storage.lock import HomeLock
from storage.node import node_id
from storage.spool import Spool


@dataclass(slots=True)
class Home:
    """What one process owns while it runs."""

    folder: Path
    node: str
    lock: HomeLock
    database: Database
    spool: Spool
    _held: AsyncExitStack

    @classmethod
    async def open(cls, folder: Path, *, reserve_bytes: int) -> "Home":
        """Lock and open a home, made if need be, and sweep up after a crash.

        Raises HomeBusy, HomeTooNew, StorageFull or StorageUnavailable.
        """
        async with AsyncExitStack() as held:
            lock = await asyncio.to_thread(_own, folder)
            held.callback(lock.release)
            node = await asyncio.to_thread(node_id, folder)
            keys = await asyncio.to_thread(KeyRing.open, folder / "keys")
            spool = Spool(folder / "spool", keys, reserve_bytes=reserve_bytes)
            held.push_async_callback(spool.close)
            database = await Database.open(folder / "printgate.db", before_commit=spool.before_commit)
            held.push_async_callback(database.close)
            spool.attach(database)
            await spool.sweep()
            return cls(folder, node, lock, database, spool, held.pop_all())

    async def close(self) -> None:
        """Finish what was begun, close all and give the home back."""
        await self._held.aclose()


def _own(folder: Path) -> HomeLock:
    """Make the folder if need be, for our eyes only, and lock it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise from_os(error, str(folder)) from error
    return HomeLock.acquire(folder)
