"""The rows of queues and jobs. Every function works on the caller's connection, in the caller's transaction."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Row, Select, and_, func, select

from ipp.enums import JobState
from jobs import lifecycle
from jobs.document import Document
from jobs.errors import JobUnknown, NotPossible
from jobs.job import Job
from jobs.lifecycle import Event
from jobs.order import GAP, between
from jobs.page import COLUMNS, job_from, ticket_of
from jobs.tables import ENDED, OPEN, PENDING, job, job_document, preview
from storage.database import tell

# The sum keeps a database from walking all held jobs by their state: the times and marks above find fewer.
_HELD = (job.c.state + 0) == int(JobState.PENDING_HELD)
FINAL = tuple(int(state) for state in lifecycle.FINAL)
INSERT_JOB = job.insert()
_JOB_COLUMNS = [job.c[name] for name in COLUMNS]
_DOCUMENT_COLUMNS = [job_document.c[name] for name in Document.__dataclass_fields__]


class Moved(NamedTuple):
    """News, once it is committed: a job's state or its reasons changed. `before` is None of a job that came."""

    job: Job
    before: JobState | None


class Revised(NamedTuple):
    """News, once it is committed: somebody changed what is wanted of a job, or what is said about it."""

    job: Job


class WentOn(NamedTuple):
    """News, once it is committed: more of a job was printed, as its impressions_completed say."""

    job: Job


class Reordered(NamedTuple):
    """News, once it is committed: jobs of a queue are to be printed in another order."""

    queue_id: str


class Requeued(NamedTuple):
    """News, once it is committed: a job that has not ended went from one queue to another, by their ids."""

    before: str
    after: str


class Uncounted(NamedTuple):
    """A job that waits to be counted, and whether a device waits for that."""

    id: str
    awaited: bool


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


def rows(connection: Connection, columns: Sequence[str], **criteria: Any) -> Sequence[Row[Any]]:
    """Some columns of one page of jobs; see `_page` for the criteria."""
    return connection.execute(_page([job.c[name] for name in columns], **criteria)).all()


def _page(
    columns: Sequence[Column[Any]],
    *,
    queue_id: str | None = None,
    person_id: str | None = None,
    final: bool | None = None,
    states: Iterable[JobState] | None = None,
    claim: str | None = None,
    kept: bool | None = None,
    says: str | None = None,
    numbers: Sequence[int] | None = None,
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
        query = query.where(ENDED if final else OPEN)
    if states is not None:
        query = query.where(job.c.state.in_([int(state) for state in states]))
    if claim is not None:
        query = query.where(job.c.claim == claim)
    if says is not None:
        query = query.where(job.c.ticket.contains(f'"{says}":', autoescape=True))
    if kept is not None:
        query = query.where(job.c.document_id.is_not(None) if kept else job.c.document_id.is_(None))
    if numbers is not None:
        query = query.where(job.c.job_id.in_(numbers))
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
    elif current.final:
        values |= {"completed_at": None, "processing_at": None, "uncertain": False}
        values |= {"impressions_completed": None, "sheets_completed": None}
    connection.execute(job.update().where(job.c.id == uuid), values)
    moved = get(connection, uuid)
    tell(connection, Moved(moved, current.state))
    return moved


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


def add_document(connection: Connection, row: dict[str, Any]) -> None:
    """Insert a document of a job."""
    connection.execute(job_document.insert(), row)


def documents(connection: Connection, uuid: str) -> list[Document]:
    """The documents of a job that were sent one by one, in their order."""
    query = select(*_DOCUMENT_COLUMNS).where(job_document.c.job_id == uuid).order_by(job_document.c.number)
    found = []
    for row in connection.execute(query):
        values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
        found.append(Document(**values | {"ticket": ticket_of(values["ticket"])}))
    return found


def choose_document(connection: Connection, uuid: str) -> None:
    """Let a job be printed from the first of its documents that were not given up; several are joined when counted.

    Raises NotPossible if there is none.
    """
    left = [document for document in documents(connection, uuid) if not document.canceled]
    if not left:
        raise NotPossible("No document is left. Cancel the job.")
    first = left[0]
    values: dict[str, Any] = {"document_id": first.document_id, "document_format": first.format}
    values |= {"document_name": first.name, "declared_format": first.declared_format}
    values |= {"size": sum(document.size for document in left)}
    note(connection, uuid, **values)


def note_document(connection: Connection, uuid: str, number: int, **columns: Any) -> None:
    """Write what is known of a document of a job."""
    mine = (job_document.c.job_id == uuid, job_document.c.number == number)
    connection.execute(job_document.update().where(*mine), columns)


def take_document_bytes(connection: Connection, uuid: str) -> list[bytes]:
    """Note that the bytes of a job's documents are gone; returns what they were in the spool."""
    mine = (job_document.c.job_id == uuid, job_document.c.document_id.is_not(None))
    found = list(connection.execute(select(job_document.c.document_id).where(*mine)).scalars())
    if found:
        connection.execute(job_document.update().where(*mine).values(document_id=None))
    return found


def uncounted(connection: Connection, limit: int = 100) -> list[Uncounted]:
    """Jobs whose document waits to be counted: first those that a device waits for, then the others, oldest first."""
    waits = and_(job.c.counted_at.is_(None), job.c.document_id.is_not(None), OPEN, job.c.incoming.is_(False))
    pending = job.c.state == int(JobState.PENDING)
    found: list[Uncounted] = []
    for awaited, which in ((True, pending), (False, (job.c.state + 0) != int(JobState.PENDING))):
        query = select(job.c.id).where(waits, which).order_by(job.c.job_id).limit(limit - len(found))
        found += [Uncounted(uuid, awaited) for uuid in connection.execute(query).scalars()]
    return found


def next_pending(connection: Connection, without: Iterable[str] = ()) -> list[Job]:
    """The counted job of each queue and device that is to be printed next, but for the queues `without`."""
    printable = and_(PENDING, job.c.counted_at.is_not(None), job.c.queue_id.not_in(list(without)))
    first = (
        select(job.c.queue_id, job.c.device_id, func.min(job.c.rank).label("rank"))
        .where(printable)
        .group_by(job.c.queue_id, job.c.device_id)
        .subquery()
    )
    same = and_(
        job.c.queue_id == first.c.queue_id,
        job.c.rank == first.c.rank,
        job.c.device_id.is_not_distinct_from(first.c.device_id),
    )
    query = select(*_JOB_COLUMNS).join(first, same).where(printable)
    return [job_from(row) for row in connection.execute(query.order_by(job.c.rank, job.c.job_id))]


def first_pending(connection: Connection, queue_id: str) -> list[Job]:
    """The pending job of a queue that is the first in its order of printing: none, or one."""
    query = select(*_JOB_COLUMNS).where(job.c.queue_id == queue_id, job.c.state == int(JobState.PENDING))
    return [job_from(row) for row in connection.execute(query.order_by(job.c.rank, job.c.job_id).limit(1))]


def put_behind(connection: Connection, uuid: str, predecessor: Job | None) -> None:
    """Give a pending job its place right behind another, or (None) ahead of all, in its queue's order of printing."""
    mine = get(connection, uuid)
    order = (
        select(job.c.id, job.c.rank)
        .where(job.c.queue_id == mine.queue_id, job.c.state == int(JobState.PENDING), job.c.id != uuid)
        .order_by(job.c.rank, job.c.job_id)
    )
    first = connection.execute(order.limit(1)).one_or_none()
    if predecessor is None:
        fresh = (first.rank if first else mine.rank) - GAP
    else:
        behind = connection.execute(order.where(job.c.rank > predecessor.rank).limit(1)).one_or_none()
        fresh = between(predecessor.rank, behind.rank if behind else None)
        if fresh is None:  # no room: all that come after move up by a gap
            later = (job.c.queue_id == mine.queue_id, OPEN, job.c.rank > predecessor.rank)
            connection.execute(job.update().where(*later).values(rank=job.c.rank + GAP))
            fresh = predecessor.rank + GAP // 2
    note(connection, uuid, rank=fresh)


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
        .where(ENDED, job.c.document_id.is_not(None))
        .where((job.c.expires_at.is_(None)) | (job.c.expires_at <= now))
        .limit(limit)
    )
    return [job_from(row) for row in connection.execute(query)]


def held_on_create(connection: Connection, queue_id: str, after: int = 0, limit: int = 200) -> list[Job]:
    """Jobs that came while their queue held new ones, the oldest first, with numbers greater than `after`."""
    query = select(*_JOB_COLUMNS).where(OPEN, job.c.queue_id == queue_id, job.c.job_id > after, _HELD)
    query = query.where(job.c.reasons.contains(lifecycle.HELD_ON_CREATE[0])).order_by(job.c.job_id).limit(limit)
    return [job_from(row) for row in connection.execute(query)]


def purge(connection: Connection, queue_id: str, limit: int = 200) -> int:
    """Delete rows of a queue's ended jobs whose documents are gone; returns how many."""
    mine = select(job.c.id).where(job.c.queue_id == queue_id, ENDED, job.c.document_id.is_(None)).limit(limit)
    gone = list(connection.execute(mine).scalars())
    connection.execute(job_document.delete().where(job_document.c.job_id.in_(gone)))
    connection.execute(job.delete().where(job.c.id.in_(gone)))
    return len(gone)


def waiting_counts(connection: Connection) -> dict[str, int]:
    """How many jobs of each queue have not ended."""
    query = select(job.c.queue_id, func.count()).where(OPEN).group_by(job.c.queue_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def printing_counts(connection: Connection) -> dict[str, int]:
    """How many jobs of each queue devices work on."""
    states = (int(JobState.PROCESSING), int(JobState.PROCESSING_STOPPED))
    query = select(job.c.queue_id, func.count()).where(job.c.state.in_(states)).group_by(job.c.queue_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def last_number(connection: Connection) -> int:
    """The highest job-id given so far."""
    return int(connection.execute(select(func.coalesce(func.max(job.c.job_id), 0))).scalar_one())
