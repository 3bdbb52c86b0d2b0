"""The rows of queues and jobs. Every function works on the caller's connection, in the caller's transaction."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    func,
    select,
)

from ipp.enums import JobState
from jobs import lifecycle
from jobs.errors import JobUnknown
from jobs.job import Job
from jobs.lifecycle import Event
from jobs.queue import Kind, Offer, Queue
from jobs.ticket import Ticket
from storage.database import metadata

queue = Table(
    "queue",
    metadata,
    Column("node", String(16), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("name", String(63), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("info", String(127), nullable=False, default=""),
    Column("location", String(127), nullable=False, default=""),
    Column("devices", Text, nullable=False, default="[]"),
    Column("default_device", String(36)),
    Column("trusted_networks", Text, nullable=False, default="[]"),
    Column("accept_unowned", Boolean, nullable=False, default=False),
    Column("release_after", Integer),
    Column("retention", Integer, nullable=False),
    Column("retain_for", Integer, nullable=False, default=0),
    Column("max_bytes", BigInteger, nullable=False),
    Column("accepting", Boolean, nullable=False, default=True),
    Column("refuse_mismatch", Boolean, nullable=False, default=False),
    Column("stamp", String(16), nullable=False, default="off"),
    Column("stamp_text", String(200), nullable=False, default=""),
    Column("stamp_qr", Boolean, nullable=False, default=False),
    Column("require_stamp", Boolean, nullable=False, default=False),
    Column("banner", String(16), nullable=False, default="none"),
    Column("offer", Text),
    Column("changed_at", BigInteger, nullable=False),
    Index("queue_id", "id", unique=True),
    Index("queue_name", "name", unique=True),
)

job = Table(
    "job",
    metadata,
    Column("node", String(16), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("job_id", Integer, nullable=False),
    Column("queue_id", String(36), nullable=False),
    Column("person_id", String(36)),
    Column("user_name", String(255), nullable=False, default=""),
    Column("title", String(255), nullable=False, default=""),
    Column("state", Integer, nullable=False),
    Column("reasons", String(255), nullable=False),
    Column("message", Text, nullable=False, default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("processing_at", BigInteger),
    Column("completed_at", BigInteger),
    Column("expires_at", BigInteger),
    Column("release_at", BigInteger),
    Column("ticket", Text, nullable=False, default="{}"),
    Column("document_name", String(255), nullable=False, default=""),
    Column("document_format", String(255), nullable=False, default=""),
    Column("declared_format", String(255), nullable=False, default=""),
    Column("size", BigInteger, nullable=False, default=0),
    Column("document_id", LargeBinary(16)),
    Column("incoming", Boolean, nullable=False, default=False),
    Column("counted_at", BigInteger),
    Column("verdict", String(16), nullable=False, default=""),
    Column("pages", Integer),
    Column("impressions", Integer),
    Column("sheets", Integer),
    Column("color_impressions", Integer),
    Column("report", Text),
    Column("device_id", String(36)),
    Column("impressions_completed", Integer),
    Column("sheets_completed", Integer),
    Column("peer", String(64), nullable=False, default=""),
    Column("claim", String(64)),
    Column("uncertain", Boolean, nullable=False, default=False),
    Index("job_id_unique", "id", unique=True),
    Index("job_number", "job_id", unique=True),
    Index("job_state", "state", "job_id"),
    Index("job_claim", "claim"),
)

preview = Table(
    "preview",
    metadata,
    Column("node", String(16), primary_key=True),
    Column("job_id", String(36), primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("width", Integer, primary_key=True),
    Column("document_id", LargeBinary(16), nullable=False),
    Index("preview_job", "job_id"),
)


def _few(name: str, columns: tuple[str, ...], *conditions: ColumnElement[bool]) -> None:
    """Index some of the jobs, so that looking for them costs nothing in a long history."""
    where = and_(*conditions)
    Index(name, *(job.c[column] for column in columns), sqlite_where=where, postgresql_where=where)


_OPEN, _ENDED = job.c.completed_at.is_(None), job.c.completed_at.is_not(None)
_few("job_of_queue", ("queue_id", "job_id"), _OPEN)
_few("job_of_queue_ended", ("queue_id", "job_id"), _ENDED)
_few("job_of_person", ("person_id", "job_id"), _OPEN)
_few("job_of_person_ended", ("person_id", "job_id"), _ENDED)
_few("job_uncounted", ("job_id",), job.c.counted_at.is_(None), job.c.document_id.is_not(None))
_few("job_expiring", ("expires_at",), job.c.expires_at.is_not(None))
_few("job_releasing", ("release_at",), job.c.release_at.is_not(None))
_few("job_kept", ("completed_at",), _ENDED, job.c.document_id.is_not(None))
_few("job_incoming", ("created_at",), job.c.incoming.is_(True))
_few("job_uncertain", ("processing_at",), job.c.uncertain.is_(True))

# The sum keeps a database from walking all held jobs by their state: the times and marks above find fewer.
_HELD = (job.c.state + 0) == int(JobState.PENDING_HELD)
FINAL = tuple(int(state) for state in lifecycle.FINAL)
INSERT_JOB = job.insert()
_JOB_COLUMNS = [job.c[name] for name in Job.__dataclass_fields__]
_STATE, _REASONS, _TICKET = map(list(Job.__dataclass_fields__).index, ("state", "reasons", "ticket"))


class Brief(NamedTuple):
    """What the shortest listing needs of a job."""

    job_id: int
    person_id: str | None


def queue_from(row: Row[Any]) -> Queue:
    """Make the Queue of a row."""
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    lists: dict[str, Any] = {name: tuple(json.loads(values[name])) for name in ("devices", "trusted_networks")}
    plain: dict[str, Any] = {
        name: values[name]
        for name in Queue.__dataclass_fields__
        if name not in {"devices", "trusted_networks", "kind", "offer"}
    }
    return Queue(**plain, **lists, kind=Kind(values["kind"]), offer=Offer.from_json(values["offer"]))


def queue_row(node: str, value: Queue) -> dict[str, Any]:
    """Make the row of a Queue."""
    row = {name: getattr(value, name) for name in Queue.__dataclass_fields__}
    lists = {name: json.dumps(row[name]) for name in ("devices", "trusted_networks")}
    return {**row, **lists, "node": node, "kind": value.kind.value, "offer": value.offer.to_json()}


def queues(connection: Connection) -> list[Queue]:
    """All queues, in the order of their names."""
    return [queue_from(row) for row in connection.execute(select(queue).order_by(queue.c.name))]


def add_queue(connection: Connection, node: str, value: Queue) -> None:
    """Insert a queue."""
    connection.execute(queue.insert(), queue_row(node, value))


def put_queue(connection: Connection, node: str, value: Queue) -> None:
    """Replace the settings of a queue."""
    connection.execute(queue.update().where(queue.c.id == value.id), queue_row(node, value))


def remove_queue(connection: Connection, queue_id: str) -> None:
    """Delete a queue; its ended jobs stay as history."""
    connection.execute(queue.delete().where(queue.c.id == queue_id))


_ticket = lru_cache(maxsize=1000)(Ticket.from_json)  # most jobs ask for one of a few things


def job_from(row: Row[Any]) -> Job:
    """Make the Job of a row of `_JOB_COLUMNS`."""
    # In the order of the columns, which is that of the fields: long listings are made of this.
    values = list(row)
    values[_STATE] = JobState(values[_STATE])
    values[_REASONS] = tuple(values[_REASONS].split(","))
    values[_TICKET] = _ticket(values[_TICKET])
    return Job(*values)


def add_job(connection: Connection, row: dict[str, Any]) -> None:
    """Insert a job."""
    connection.execute(INSERT_JOB, row)


def find(connection: Connection, *, job_id: int | None = None, uuid: str | None = None) -> Job | None:
    """Find a job by its number or by its UUID."""
    where = job.c.job_id == job_id if uuid is None else job.c.id == uuid
    row = connection.execute(select(*_JOB_COLUMNS).where(where)).one_or_none()
    return job_from(row) if row else None


def get(connection: Connection, uuid: str) -> Job:
    """Find a job by its UUID, or raise JobUnknown."""
    found = find(connection, uuid=uuid)
    if found is None:
        raise JobUnknown("There is no such job.")
    return found


def selected(connection: Connection, **criteria: Any) -> list[Job]:
    """One page of jobs; see `_page` for the criteria."""
    return [job_from(row) for row in connection.execute(_page(_JOB_COLUMNS, **criteria))]


def brief(connection: Connection, **criteria: Any) -> list[Brief]:
    """One page of jobs, in brief; see `_page` for the criteria."""
    return [Brief(*row) for row in connection.execute(_page([job.c.job_id, job.c.person_id], **criteria))]


def _page(
    columns: Sequence[Column[Any]],
    *,
    queue_id: str | None = None,
    person_id: str | None = None,
    final: bool | None = None,
    states: Iterable[JobState] | None = None,
    claim: str | None = None,
    before: int | None = None,
    after: int | None = None,
    newest_first: bool = False,
    limit: int = 200,
) -> Select[Any]:
    """One page, by number; `after` and `before` are the numbers next to the page."""
    query: Select[Any] = select(*columns)
    if queue_id is not None:
        query = query.where(job.c.queue_id == queue_id)
    if person_id is not None:
        query = query.where(job.c.person_id == person_id)
    if final is not None:
        query = query.where(_ENDED if final else _OPEN)
    if states is not None:
        query = query.where(job.c.state.in_([int(state) for state in states]))
    if claim is not None:
        query = query.where(job.c.claim == claim)
    if before is not None:
        query = query.where(job.c.job_id < before)
    if after is not None:
        query = query.where(job.c.job_id > after)
    return query.order_by(job.c.job_id.desc() if newest_first else job.c.job_id).limit(limit)


def move(
    connection: Connection,
    uuid: str,
    event: Event,
    now: int,
    *,
    reasons: Sequence[str] | None = None,
    message: str = "",
    **columns: Any,
) -> Job:
    """Let `event` happen to a job: the only statement that changes job-state. Raises IllegalTransition, JobUnknown."""
    current = get(connection, uuid)
    state = lifecycle.after(current.state, event)
    values: dict[str, Any] = {
        "state": int(state),
        "reasons": ",".join(reasons or lifecycle.REASONS[event]),
        "message": message,
        **columns,
    }
    if state is JobState.PROCESSING and current.state is not JobState.PROCESSING_STOPPED:
        values["processing_at"] = now  # a second attempt is a second processing
    if state in lifecycle.FINAL:
        values |= {"completed_at": now, "expires_at": None, "release_at": None, "incoming": False}
    connection.execute(job.update().where(job.c.id == uuid), values)
    return get(connection, uuid)


def note(connection: Connection, uuid: str, **columns: Any) -> None:
    """Write what is known of a job besides its state."""
    if "state" in columns:
        raise ValueError("job-state is changed by move() alone")
    connection.execute(job.update().where(job.c.id == uuid), columns)


def find_preview(connection: Connection, uuid: str, page: int, width: int) -> bytes | None:
    """Find the document that is the picture of a job's page."""
    found = select(preview.c.document_id).where(preview.c.job_id == uuid, preview.c.page == page)
    return connection.execute(found.where(preview.c.width == width)).scalar_one_or_none()


def count_previews(connection: Connection, uuid: str) -> int:
    """How many pictures of a job are kept."""
    return int(connection.execute(select(func.count()).where(preview.c.job_id == uuid)).scalar_one())


def add_preview(connection: Connection, row: dict[str, Any]) -> None:
    """Insert the row of a picture of a job's page."""
    connection.execute(preview.insert(), row)


def take_previews(connection: Connection, uuid: str) -> list[bytes]:
    """Delete the rows of a job's pictures; returns the documents that they were."""
    found = list(connection.execute(select(preview.c.document_id).where(preview.c.job_id == uuid)).scalars())
    if found:
        connection.execute(preview.delete().where(preview.c.job_id == uuid))
    return found


def uncounted(connection: Connection, limit: int = 100) -> list[str]:
    """UUIDs of jobs whose document waits to be counted, the oldest first."""
    query = (
        select(job.c.id)
        .where(job.c.counted_at.is_(None), job.c.document_id.is_not(None), _OPEN)
        .where(job.c.incoming.is_(False))
        .order_by(job.c.job_id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def next_pending(connection: Connection) -> list[Job]:
    """The oldest counted job of each queue and device that waits to be printed, the oldest first."""
    oldest = (
        select(func.min(job.c.job_id))
        .where(job.c.state == int(JobState.PENDING), job.c.counted_at.is_not(None))
        .group_by(job.c.queue_id, job.c.device_id)
    )
    query = select(*_JOB_COLUMNS).where(job.c.job_id.in_(oldest)).order_by(job.c.job_id)
    return [job_from(row) for row in connection.execute(query)]


def expiring(connection: Connection, now: int, limit: int = 100) -> list[Job]:
    """Held jobs whose time is over, but for those that may have printed: policy decides about them, not retention."""
    query = select(*_JOB_COLUMNS).where(_HELD, job.c.expires_at <= now)
    query = query.where(job.c.incoming.is_(False), job.c.uncertain.is_(False)).order_by(job.c.expires_at)
    return [job_from(row) for row in connection.execute(query.limit(limit))]


def releasable(connection: Connection, now: int, limit: int = 100) -> list[Job]:
    """Counted held jobs that their queue lets go by itself now."""
    query = select(*_JOB_COLUMNS).where(_HELD, job.c.release_at <= now, job.c.counted_at.is_not(None))
    return [job_from(row) for row in connection.execute(query.order_by(job.c.release_at).limit(limit))]


def forgotten(connection: Connection, now: int, limit: int = 100) -> list[Job]:
    """Created jobs whose time to wait for a document, or for the word that it was the last, is over."""
    query = select(*_JOB_COLUMNS).where(_HELD, job.c.incoming.is_(True), job.c.expires_at <= now)
    return [job_from(row) for row in connection.execute(query.limit(limit))]


def undecided(connection: Connection, before: int, limit: int = 100) -> list[Job]:
    """Held jobs of unknown outcome whose last printing began before that moment."""
    query = select(*_JOB_COLUMNS).where(_HELD, job.c.uncertain.is_(True))
    return [job_from(row) for row in connection.execute(query.where(job.c.processing_at < before).limit(limit))]


def retained(connection: Connection, now: int, limit: int = 100) -> list[Job]:
    """Ended jobs whose document is still kept and whose time to be kept is over."""
    query = (
        select(*_JOB_COLUMNS)
        .where(_ENDED, job.c.document_id.is_not(None))
        .where((job.c.expires_at.is_(None)) | (job.c.expires_at <= now))
        .limit(limit)
    )
    return [job_from(row) for row in connection.execute(query)]


def waiting_counts(connection: Connection) -> dict[str, int]:
    """How many jobs of each queue have not ended."""
    query = select(job.c.queue_id, func.count()).where(_OPEN).group_by(job.c.queue_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def last_number(connection: Connection) -> int:
    """The highest job-id given so far."""
    return int(connection.execute(select(func.coalesce(func.max(job.c.job_id), 0))).scalar_one())
