"""SQLAlchemy engines on the one database file: the writer's, and the read-only one of the readers."""

import sqlite3
import urllib.parse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy
from sqlalchemy import event

BUSY_MS: Final = 5_000
"""For an administrator's sqlite3 shell; the gateway itself never contends."""

_WRITER_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    # Temporary tables and statement journals may hold keys: never on disk.
    "PRAGMA temp_store=MEMORY",
    f"PRAGMA busy_timeout={BUSY_MS}",
)
_READER_PRAGMAS: Final = (
    "PRAGMA query_only=ON",
    "PRAGMA temp_store=MEMORY",
    f"PRAGMA busy_timeout={BUSY_MS}",
)


def writer_engine(path: Path) -> sqlalchemy.Engine:
    """Make the engine of the one writer: each transaction takes the write lock as it begins."""
    engine = sqlalchemy.create_engine(
        sqlalchemy.URL.create("sqlite", database=str(path)),
        # None turns off the driver's own BEGIN, which would take the lock late.
        connect_args={"isolation_level": None},
    )
    _prepare(engine, _WRITER_PRAGMAS)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def reader_engine(path: Path) -> sqlalchemy.Engine:
    """Make the engine of the readers; it begins nothing by itself, whoever reads says BEGIN and ROLLBACK."""
    engine = sqlalchemy.create_engine(
        f"sqlite:///file:{urllib.parse.quote(str(path.absolute()))}?mode=ro&uri=true",
        # One thread at a time uses a connection, but not always the same.
        connect_args={"isolation_level": None, "check_same_thread": False},
        poolclass=sqlalchemy.NullPool,
    )
    _prepare(engine, _READER_PRAGMAS)
    return engine


def driver(connection: sqlalchemy.Connection) -> sqlite3.Connection:
    """The driver's connection under one of SQLAlchemy's."""
    found = connection.connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def _prepare(engine: sqlalchemy.Engine, pragmas: Sequence[str]) -> None:
    def connected(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    event.listen(engine, "connect", connected)
