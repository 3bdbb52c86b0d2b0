"""The rows of attempts to print: written before the first byte leaves, so that no crash hides one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, String, Table, Text, select

from storage.database import metadata

attempt = Table(
    "attempt",
    metadata,
    Column("node", String(16), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("job_id", String(36), nullable=False),
    Column("device_id", String(36), nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("sending_at", BigInteger),
    Column("device_job_id", Integer),
    Column("sent_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("outcome", String(16)),
    Column("impressions", Integer),
    Column("source", String(32)),
    Column("message", Text, nullable=False, default=""),
    Index("attempt_id", "id", unique=True),
    Index("attempt_of_job", "job_id", "began_at"),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to print a job at a device. Times are milliseconds of the epoch."""

    id: str
    job_id: str
    device_id: str
    began_at: int
    sending_at: int | None
    device_job_id: int | None
    sent_at: int | None
    ended_at: int | None
    outcome: str | None
    impressions: int | None
    source: str | None
    message: str


_COLUMNS = [attempt.c[name] for name in Attempt.__dataclass_fields__]


def begin(connection: Connection, row: dict[str, Any]) -> None:
    """Write down that an attempt begins."""
    connection.execute(attempt.insert(), row)


def note(connection: Connection, attempt_id: str, **values: Any) -> None:
    """Write down how far an attempt has come."""
    connection.execute(attempt.update().where(attempt.c.id == attempt_id).values(**values))


def latest(connection: Connection, job_id: str) -> Attempt | None:
    """The newest attempt of a job."""
    query = select(*_COLUMNS).where(attempt.c.job_id == job_id).order_by(attempt.c.began_at.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return Attempt(*row) if row else None


def of_job(connection: Connection, job_id: str, limit: int = 50) -> list[Attempt]:
    """The attempts of a job, the oldest first."""
    query = select(*_COLUMNS).where(attempt.c.job_id == job_id).order_by(attempt.c.began_at).limit(limit)
    return [Attempt(*row) for row in connection.execute(query)]
