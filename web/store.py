"""The rows of sign-ins and one-time links, and what the pages look up across the other tables."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Select, String, Table, and_, func, or_, select

from accounting.store import entry
from directory.store import Person, person
from ipp.enums import JobState
from jobs.job import Job
from jobs.page import job_from
from jobs.store import FINAL
from jobs.tables import job
from storage.database import metadata

web_session = Table(
    "web_session",
    metadata,
    Column("id_hash", String(64), primary_key=True),  # SHA-256 of what the cookie holds
    Column("person_id", String(36), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Index("web_session_person", "person_id"),
    Index("web_session_seen", "seen_at"),
)

web_link = Table(
    "web_link",
    metadata,
    Column("token_hash", String(64), primary_key=True),  # SHA-256 of what stands in the link
    Column("purpose", String(16), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

_JOB_COLUMNS = [job.c[name] for name in Job.__dataclass_fields__]
_PERSON_COLUMNS = [person.c[name] for name in Person.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. Times are milliseconds of the epoch."""

    id_hash: str
    person_id: str
    created_at: int
    seen_at: int


def add_session(connection: Connection, value: Session) -> None:
    """Insert a sign-in."""
    row = {name: getattr(value, name) for name in Session.__dataclass_fields__}
    connection.execute(web_session.insert(), row)


def session(connection: Connection, id_hash: str) -> Session | None:
    """Find a sign-in by the hash of its id."""
    row = connection.execute(select(web_session).where(web_session.c.id_hash == id_hash)).one_or_none()
    return Session(row.id_hash, row.person_id, row.created_at, row.seen_at) if row else None


def touch_session(connection: Connection, id_hash: str, at: int) -> None:
    """Note when a sign-in was last used."""
    connection.execute(web_session.update().where(web_session.c.id_hash == id_hash).values(seen_at=at))


def drop_session(connection: Connection, id_hash: str) -> None:
    """Delete a sign-in."""
    connection.execute(web_session.delete().where(web_session.c.id_hash == id_hash))


def drop_sessions_of(connection: Connection, person_id: str, *, but: str = "") -> None:
    """Delete a person's sign-ins, except one."""
    where = and_(web_session.c.person_id == person_id, web_session.c.id_hash != but)
    connection.execute(web_session.delete().where(where))


def purge_sessions(connection: Connection, *, unused_since: int, opened_before: int) -> None:
    """Delete the sign-ins whose time is over."""
    where = or_(web_session.c.seen_at < unused_since, web_session.c.created_at < opened_before)
    connection.execute(web_session.delete().where(where))


def add_link(connection: Connection, token_hash: str, purpose: str, expires_at: int) -> None:
    """Insert a one-time link; earlier ones of the same purpose end."""
    connection.execute(web_link.delete().where(web_link.c.purpose == purpose))
    row = {"token_hash": token_hash, "purpose": purpose, "expires_at": expires_at, "used_at": None}
    connection.execute(web_link.insert(), row)


def link_open(connection: Connection, token_hash: str, purpose: str, at: int) -> bool:
    """Whether a link can still be used."""
    query = select(web_link.c.token_hash).where(
        web_link.c.token_hash == token_hash,
        web_link.c.purpose == purpose,
        web_link.c.used_at.is_(None),
        web_link.c.expires_at > at,
    )
    return connection.execute(query).one_or_none() is not None


def use_link(connection: Connection, token_hash: str, purpose: str, at: int) -> bool:
    """Use a link up; False when somebody did before, or its time is over."""
    if not link_open(connection, token_hash, purpose, at):
        return False
    connection.execute(web_link.update().where(web_link.c.token_hash == token_hash).values(used_at=at))
    return True


def reopen_link(connection: Connection, token_hash: str) -> None:
    """Give a link back whose use came to nothing."""
    connection.execute(web_link.update().where(web_link.c.token_hash == token_hash).values(used_at=None))


@dataclass(frozen=True, slots=True)
class Figures:
    """What the overview counts. Pages and sheets are those of today."""

    waiting: int
    owners: int
    printed: int
    pages: int
    sheets: int
    decisions: int


def figures(connection: Connection, since: int) -> Figures:
    """Count for the overview; `since` is when today began."""
    open_jobs = select(func.count(), func.count(job.c.person_id.distinct())).where(job.c.state < min(FINAL))
    waiting, owners = connection.execute(open_jobs).one()
    sums = (func.sum(job.c.impressions_completed), func.sum(job.c.sheets_completed))
    done = select(func.count(), *(func.coalesce(total, 0) for total in sums)).where(
        job.c.state.in_(FINAL), job.c.completed_at >= since, job.c.impressions_completed > 0
    )
    printed, pages, sheets = connection.execute(done).one()
    return Figures(waiting, owners, printed, pages, sheets, undecided(connection))


def undecided(connection: Connection) -> int:
    """How many jobs may have printed and wait for a decision."""
    query = select(func.count()).where(job.c.uncertain.is_(True), job.c.state == int(JobState.PENDING_HELD))
    return connection.execute(query).scalar_one()


def charged_since(connection: Connection, since: int, limit: int = 50_000) -> list[tuple[int, int, int]]:
    """When, impressions and colour impressions of what was charged since a moment."""
    query = select(entry.c.at, func.coalesce(entry.c.impressions, 0), func.coalesce(entry.c.color_impressions, 0))
    rows = connection.execute(query.where(entry.c.kind == "charge", entry.c.at >= since).limit(limit))
    return [(row[0], row[1], row[2]) for row in rows]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which jobs an administrator wants to see; "" is any."""

    text: str = ""
    outcome: str = ""
    device: str = ""


OUTCOMES = ("waiting", "printing", "printed", "stopped", "decide")
"""Kinds of outcome that jobs can be asked for."""


def jobs(connection: Connection, wanted: Filter, *, limit: int, offset: int) -> tuple[list[Job], int]:
    """One page of jobs, the newest first, and how many there are in all."""
    query = _filtered(select(*_JOB_COLUMNS), wanted).order_by(job.c.job_id.desc()).limit(limit).offset(offset)
    total = connection.execute(_filtered(select(func.count()).select_from(job), wanted)).scalar_one()
    return [job_from(row) for row in connection.execute(query)], total


def _filtered(query: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.text:
        like = _like(wanted.text)
        number = int(wanted.text) if wanted.text.isascii() and wanted.text.isdigit() and len(wanted.text) < 18 else -1
        named = select(person.c.id).where(_contains(person.c.display_name, like) | _contains(person.c.name, like))
        query = query.where(
            or_(
                _contains(job.c.title, like),
                _contains(job.c.user_name, like),
                job.c.person_id.in_(named),
                job.c.job_id == number,
            )
        )
    if wanted.device:
        query = query.where(job.c.device_id == wanted.device)
    condition = {
        "waiting": and_(job.c.state == int(JobState.PENDING_HELD), job.c.uncertain.is_(False)),
        "printing": and_(job.c.state < min(FINAL), job.c.state != int(JobState.PENDING_HELD)),
        "printed": job.c.state == int(JobState.COMPLETED),
        "stopped": job.c.state.in_([int(JobState.CANCELED), int(JobState.ABORTED)]),
        "decide": and_(job.c.state == int(JobState.PENDING_HELD), job.c.uncertain.is_(True)),
    }.get(wanted.outcome)
    return query if condition is None else query.where(condition)


def people(connection: Connection, text: str, *, limit: int, offset: int) -> tuple[list[Person], int]:
    """One page of the people whose name contains a text, and how many there are in all."""
    like = _like(text)
    where = or_(_contains(person.c.name, like), _contains(person.c.display_name, like))
    query = select(*_PERSON_COLUMNS).where(where).order_by(person.c.name).limit(limit).offset(offset)
    total = connection.execute(select(func.count()).select_from(person).where(where)).scalar_one()
    return [Person(*row) for row in connection.execute(query)], total


def people_named(connection: Connection, ids: set[str]) -> dict[str, Person]:
    """People by opaque id, of those that are still known."""
    rows = connection.execute(select(*_PERSON_COLUMNS).where(person.c.id.in_(ids)))
    return {row[0]: Person(*row) for row in rows}


def people_count(connection: Connection) -> int:
    """How many people there are."""
    return connection.execute(select(func.count()).select_from(person)).scalar_one()


def administrators_left(connection: Connection, but: str) -> int:
    """How many people besides one could still administer."""
    query = select(func.count()).where(
        person.c.administrator.is_(True), person.c.disabled.is_(False), person.c.id != but
    )
    return connection.execute(query).scalar_one()


def titles(connection: Connection, ids: set[str]) -> dict[str, Job]:
    """Jobs by UUID, for the lines of a ledger."""
    rows = connection.execute(select(*_JOB_COLUMNS).where(job.c.id.in_(ids)))
    return {row.id: job_from(row) for row in rows}


def _like(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def _contains(column: Any, like: str) -> Any:
    return column.ilike(like, escape="\\")
