"""The database: one writer thread with group commit, and read-only readers beside it.

SQLite in write-ahead mode with a full sync at each commit. What `write` returned is on disk.
"""

import asyncio
import functools
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy
import sqlalchemy.exc

from storage import engines, faults, inserting, migrations
from storage.commit import GroupCommit, Outcome, Rows, Unit
from storage.errors import StorageUnavailable, from_database, from_os, is_disk_error
from storage.readers import Readers
from storage.sealed import Sealed

metadata = sqlalchemy.MetaData()

T = TypeVar("T")

_CHECKPOINT_BUSY_MS = 250  # a reader must not hold up the writer for longer

BeforeCommit = Callable[[list[Unit]], None]

_TOLD = "told"


def tell(connection: sqlalchemy.Connection, news: Any) -> None:
    """Within a unit of work: pass `news` to the listeners of `Database.told` once it is committed, and only then."""
    connection.info.setdefault(_TOLD, []).append(news)


class Database:
    """The open database. All methods belong to the event loop it was opened in."""

    def __init__(self, path: Path, before_commit: BeforeCommit | None) -> None:
        self._path = path
        self._before_commit = before_commit
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database-writer")
        self._group = GroupCommit(self._hop)
        self._writer = engines.writer_engine(path)
        self._readers = Readers(path)
        self._connection: sqlalchemy.Connection | None = None
        self._loop = asyncio.get_running_loop()
        self.told: list[Callable[[Any], None]] = []
        """Called in the event loop with each piece of news (see `tell`), in the order of the commits."""

    @classmethod
    async def open(cls, path: Path, *, before_commit: BeforeCommit | None = None) -> "Database":
        """Open or make the database file and bring its tables up to date.

        `before_commit` gets the units of each batch in the writer thread, before its transaction: there documents
        are made durable. Raises HomeTooNew, StorageUnavailable or StorageFull.
        """
        database = cls(path, before_commit)
        try:
            await database._in_writer(database._start)
        except BaseException:
            await database._stop()
            raise
        return database

    async def read(self, fn: Callable[[sqlalchemy.Connection], T]) -> T:
        """Run `fn` on a read-only connection and return its result; all it reads is of one moment.

        `fn` runs in a thread of its own, so it must do nothing but statements and what follows from their rows. A
        caller that is cancelled does not break it off.
        """
        return await self._readers.read(fn)

    async def write(
        self,
        fn: Callable[[sqlalchemy.Connection], T],
        *,
        documents: Sequence[Sealed] = (),
        rows: Callable[[], Rows] | None = None,
        then: Callable[[T], None] | None = None,
    ) -> T:
        """Run `fn` in the writer's transaction and return its result once it is durable on disk.

        `documents` are synced to disk before it; then `rows` are inserted, many units' with one statement, which
        is several times as quick as by `fn`. `fn` may run twice (a batch that fails is repeated unit by unit), so
        it must do nothing but statements, and must not commit. What it raises reaches its caller alone.
        A caller that is cancelled does not take the work back; `then` is called with the result all the same.
        """
        result: T = await self._group.submit(fn, documents, rows, then)
        return result

    async def truncate_wal(self) -> bool:
        """Move all to the database file and empty the write-ahead log, where deleted keys live on until then.

        False when a reader was in the way: try again later.
        """
        return await self._in_writer(self._truncate)

    async def check(self) -> None:
        """Return if the database can be read and written at this moment, else raise StorageError."""
        await self.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar_one())
        await self.write(_probe)

    async def close(self) -> None:
        """Finish the writes that came, move all to the database file and close it."""
        await self._group.close()
        await self._stop()

    async def _stop(self) -> None:
        await self._readers.close()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._finish)
        self._thread.shutdown()

    async def _hop(self, batch: list[Unit]) -> list[Outcome]:
        return await self._in_writer(functools.partial(self._flush, batch))

    async def _in_writer(self, fn: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, fn)

    def _pass_on(self, news: list[Any]) -> None:
        for item in news:
            for listener in self.told:
                listener(item)

    # What follows runs in the writer thread.

    def _start(self) -> None:
        try:
            # SQLite gives its other files the mode of this one.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            migrations.upgrade(self._writer)
            self._connection = self._writer.connect()
        except OSError as error:
            raise from_os(error, str(self._path)) from error
        except sqlalchemy.exc.DBAPIError as error:
            raise from_database(error) or error from error

    def _finish(self) -> None:
        if self._connection is not None:
            self._truncate()
            self._connection.close()
            self._connection = None
        self._writer.dispose()

    def _flush(self, batch: list[Unit]) -> list[Outcome]:
        try:
            return [Outcome(result) for result in self._commit(batch)]
        except Exception as error:
            if len(batch) > 1:
                return self._one_by_one(batch)
            for document in batch[0].documents:
                document.lose_place()
            return [Outcome(error=error)]

    def _one_by_one(self, batch: list[Unit]) -> list[Outcome]:
        """Repeat a batch that failed, so that only the guilty unit is told; when the disk is guilty, all are."""
        outcomes: list[Outcome] = []
        for number, unit in enumerate(batch):
            outcomes += self._flush([unit])
            failed = outcomes[-1].error
            if isinstance(failed, StorageUnavailable):
                # Each further try could wait as long as this one.
                rest = batch[number + 1 :]
                for document in (document for unit in rest for document in unit.documents):
                    document.lose_place()
                return outcomes + [Outcome(error=StorageUnavailable(*failed.args)) for _ in rest]
        return outcomes

    def _commit(self, batch: list[Unit]) -> list[Any]:
        if any(document.waits for unit in batch for document in unit.documents):
            if self._before_commit is None:
                raise StorageUnavailable("Documents were passed to a database that has no spool.")
            self._before_commit(batch)
            faults.point("spool-synced")
        try:
            connection = self._open_connection()
            connection.info.pop(_TOLD, None)  # of a batch that was rolled back
            with connection.begin():
                _insert(connection, batch)
                results = [unit.work(connection) for unit in batch]
            news = connection.info.pop(_TOLD, None)
        except sqlalchemy.exc.DBAPIError as error:
            known = from_database(error)
            if known is None:
                raise
            if is_disk_error(error):
                # After an error of the disk nothing that this connection remembers is to be trusted.
                self._drop_connection()
            raise known from error
        faults.point("row-committed")
        if news:
            self._loop.call_soon_threadsafe(self._pass_on, news)
        return results

    def _open_connection(self) -> sqlalchemy.Connection:
        if self._connection is None:
            self._connection = self._writer.connect()
        return self._connection

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _truncate(self) -> bool:
        try:
            driver = engines.driver(self._open_connection())
            driver.execute(f"PRAGMA busy_timeout={_CHECKPOINT_BUSY_MS}")
            try:
                busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                driver.execute(f"PRAGMA busy_timeout={engines.BUSY_MS}")
        except sqlite3.OperationalError:
            # A full or failing disk: the log stays as it is and is as durable as before.
            return False
        return not busy


def _insert(connection: sqlalchemy.Connection, batch: list[Unit]) -> None:
    """Insert the rows of all units, one statement for all of a kind."""
    kinds: dict[tuple[sqlalchemy.Insert, tuple[str, ...]], list[dict[str, Any]]] = {}
    for unit in batch:
        for statement, row in unit.rows() if unit.rows else ():
            kinds.setdefault((statement, tuple(row)), []).append(row)
    for (statement, _), rows in kinds.items():
        inserting.insert(connection, statement, rows)


def _probe(connection: sqlalchemy.Connection) -> None:
    # Writes the header page through the log and its sync, without a table of its own.
    connection.exec_driver_sql("PRAGMA user_version=1")
