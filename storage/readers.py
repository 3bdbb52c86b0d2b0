"""Reading beside the writer: a few threads, each whole read one hop, all of it of one moment."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

import sqlalchemy
import sqlalchemy.exc

from storage import engines
from storage.errors import StorageUnavailable, from_database

T = TypeVar("T")

_READERS: Final = 4
_WAIT: Final = 30.0  # seconds for a free reader


class Readers:
    """Read-only connections and the threads that use them. Belongs to the event loop it was made in."""

    def __init__(self, path: Path) -> None:
        self._engine = engines.reader_engine(path)
        self._threads = ThreadPoolExecutor(max_workers=_READERS, thread_name_prefix="database-reader")
        self._free = asyncio.Semaphore(_READERS)
        self._closed = False
        self._running: set[asyncio.Future[Any]] = set()
        # The connection used last is taken first: its pages are in its cache. Append and pop are atomic.
        self._idle: list[sqlalchemy.Connection] = []

    async def read(self, fn: Callable[[sqlalchemy.Connection], T]) -> T:
        """Run `fn` in a reader's thread. Raises StorageUnavailable when none is free for long, or after `close`."""
        if self._free.locked():
            await self._turn()
        else:
            await self._free.acquire()
        if self._closed:
            self._free.release()
            raise StorageUnavailable("The database is closed: the gateway is stopping.")
        running = asyncio.get_running_loop().run_in_executor(self._threads, self._read, fn)
        self._running.add(running)
        running.add_done_callback(self._done)
        # A cancelled caller does not break the read off, and its reader is free only when the thread is.
        return await asyncio.shield(running)

    async def _turn(self) -> None:
        try:
            async with asyncio.timeout(_WAIT):
                await self._free.acquire()
        except TimeoutError:
            raise StorageUnavailable("All readers of the database are busy: try again later.") from None

    async def close(self) -> None:
        """Wait for the reads under way and close all connections."""
        self._closed = True
        await asyncio.gather(*self._running, return_exceptions=True)
        self._threads.shutdown()
        while self._idle:
            self._idle.pop().close()
        self._engine.dispose()

    def _done(self, running: asyncio.Future[Any]) -> None:
        self._running.discard(running)
        self._free.release()
        if not running.cancelled():
            running.exception()  # of a caller that is gone: nobody else will ask

    # What follows runs in a reader's thread.

    def _read(self, fn: Callable[[sqlalchemy.Connection], T]) -> T:
        try:
            connection = self._idle.pop() if self._idle else self._engine.connect()
            try:
                # Without BEGIN each statement would see another moment. SQLAlchemy's own way to say it and to
                # take it back costs as much as a small read.
                driver = engines.driver(connection)
                driver.execute("BEGIN")
                try:
                    return fn(connection)
                finally:
                    driver.rollback()
            except (sqlalchemy.exc.DBAPIError, sqlite3.Error):
                connection.close()
                raise
            finally:
                if not connection.closed:
                    self._idle.append(connection)
        except sqlalchemy.exc.DBAPIError as error:
            raise from_database(error) or error from error
