"""The tables of queues, jobs, their documents and the pictures of their pages."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    and_,
    literal_column,
)

from ipp.enums import JobState
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
    Column("paused", Boolean, nullable=False, default=False),
    Column("holding_new", Boolean, nullable=False, default=False),
    Column("deactivated", Boolean, nullable=False, default=False),
    Column("shut_down", Boolean, nullable=False, default=False),
    Column("operator_message", String(127), nullable=False, default=""),
    Column("operator_message_at", BigInteger, nullable=False, default=0),
    Column("state_changed_at", BigInteger, nullable=False, default=0),
    Column("operator_networks", Text, nullable=False, default="[]"),
    Column("tokens_over_plain", Boolean, nullable=False, default=False),
    Column("offer_rule", String(16), nullable=False, default="union"),
    Column("set_attributes", Text, nullable=False, default="{}"),
    Column("offer", Text),
    Column("changed_at", BigInteger, nullable=False),
    Column("number", Integer, nullable=False, default=0),
    Column("resources", Text, nullable=False, default="[]"),
    Index("queue_id", "id", unique=True),
    Index("queue_name", "name", unique=True),
    Index("queue_number", "node", "number", unique=True),
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
    Column("priority", Integer, nullable=False, default=50),
    Column("rank", BigInteger, nullable=False, default=0),
    Column("documents", Integer, nullable=False, default=0),
    Column("operator_message", String(127), nullable=False, default=""),
    Index("job_id_unique", "id", unique=True),
    Index("job_number", "job_id", unique=True),
    Index("job_state", "state", "job_id"),
    Index("job_claim", "claim"),
)

job_document = Table(
    "job_document",
    metadata,
    Column("node", String(16), primary_key=True),
    Column("job_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False),
    Column("name", String(255), nullable=False, default=""),
    Column("declared_format", String(255), nullable=False, default=""),
    Column("format", String(255), nullable=False, default=""),
    Column("size", BigInteger, nullable=False, default=0),
    Column("document_id", LargeBinary(16)),
    Column("ticket", Text, nullable=False, default="{}"),
    Column("pages", Integer),
    Column("created_at", BigInteger, nullable=False),
    Column("canceled", Boolean, nullable=False, default=False),
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


# Written out, so that a database sees that the index of these rows serves.
PENDING = job.c.state == literal_column(str(int(JobState.PENDING)))
OPEN, ENDED = job.c.completed_at.is_(None), job.c.completed_at.is_not(None)
_few("job_of_queue", ("queue_id", "job_id"), OPEN)
_few("job_of_queue_ended", ("queue_id", "job_id"), ENDED)
_few("job_of_person", ("person_id", "job_id"), OPEN)
_few("job_of_person_ended", ("person_id", "job_id"), ENDED)
_few("job_uncounted", ("job_id",), job.c.counted_at.is_(None), job.c.document_id.is_not(None))
_few("job_expiring", ("expires_at",), job.c.expires_at.is_not(None))
_few("job_releasing", ("release_at",), job.c.release_at.is_not(None))
_few("job_kept", ("completed_at",), ENDED, job.c.document_id.is_not(None))
_few("job_incoming", ("created_at",), job.c.incoming.is_(True))
_few("job_pending", ("queue_id", "device_id", "rank"), PENDING, job.c.counted_at.is_not(None))
_few("job_uncertain", ("processing_at",), job.c.uncertain.is_(True))
