"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _spool()
    _account()
    _attempt()
    _audit()
    _credential()
    _device()
    _entry()
    _job()
    _job_indexes()
    _person()
    _posting()
    _price()
    _queue()
    _reservation()
    _web_link()
    _web_session()


def _spool() -> None:
    op.create_table(
        "document",
        sa.Column("document_id", sa.LargeBinary(16), primary_key=True),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("stored_length", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("shredded_at", sa.BigInteger),
        sa.CheckConstraint("kind in ('segment', 'file')", name="document_kind"),
    )
    op.create_index("document_name", "document", ["name"])
    op.create_index(
        "document_shredded",
        "document",
        ["shredded_at"],
        sqlite_where=sa.text("shredded_at IS NOT NULL"),
        postgresql_where=sa.text("shredded_at IS NOT NULL"),
    )
    op.create_table(
        "document_key",
        sa.Column("document_id", sa.LargeBinary(16), primary_key=True),
        sa.Column("kek", sa.String(10), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(60), nullable=False),
    )
    op.create_index("document_key_kek", "document_key", ["kek"])


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("node", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", "id"),
    )
    op.create_index("account_id", "account", ["id"], unique=True)
    op.create_index("account_owner", "account", ["kind", "owner"], unique=True)


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("node", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("sending_at", sa.BigInteger(), nullable=True),
        sa.Column("device_job_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("impressions", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("node", "id"),
    )
    op.create_index("attempt_id", "attempt", ["id"], unique=True)
    op.create_index("attempt_of_job", "attempt", ["job_id", "began_at"], unique=False)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("node", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=36), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("node", "seq"),
    )


def _credential() -> None:
    op.create_table(
        "credential",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind"),
    )


def _device() -> None:
    op.create_table(
        "device",
        sa.Column("node", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("uri", sa.String(length=1023), nullable=False),
        sa.Column("info", sa.String(length=127), nullable=False),
        sa.Column("location", sa.String(length=127), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("capabilities", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", "id"),
    )
    op.create_index("device_id", "device", ["id"], unique=True)
    op.create_index("device_name", "device", ["name"], unique=True)


def _entry() -> None:
    op.create_table(
        "entry",
        sa.Column("node", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.String(length=36), nullable=True),
        sa.Column("actor", sa.String(length=36), nullable=False),
        sa.Column("impressions", sa.Integer(), nullable=True),
        sa.Column("color_impressions", sa.Integer(), nullable=True),
        sa.Column("sheets", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String(length=32), nullable=False),
        sa.Column("memo", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("node", "id"),
    )
    op.create_index("entry_id", "entry", ["id"], unique=True)
    op.create_index("entry_of_job", "entry", ["kind", "job_id"], unique=True)


def _job() -> None:
    op.create_table(
        "job",
        sa.Column("node", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("user_name", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.String(length=255), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("processing_at", sa.BigInteger(), nullable=True),
        sa.Column("completed_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("release_at", sa.BigInteger(), nullable=True),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("document_name", sa.String(length=255), nullable=False),
        sa.Column("document_format", sa.String(length=255), nullable=False),
        sa.Column("declared_format", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("incoming", sa.Boolean(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("impressions", sa.Integer(), nullable=True),
        sa.Column("sheets", sa.Integer(), nullable=True),
        sa.Column("color_impressions", sa.Integer(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("device_id", sa.String(length=36), nullable=True),
        sa.Column("impressions_completed", sa.Integer(), nullable=True),
        sa.Column("sheets_completed", sa.Integer(), nullable=True),
        sa.Column("peer", sa.String(length=64), nullable=False),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("node", "id"),
    )


def _job_indexes() -> None:
    op.create_index("job_id_unique", "job", ["id"], unique=True)
    op.create_index("job_number", "job", ["job_id"], unique=True)
    op.create_index("job_state", "job", ["state", "job_id"])
    op.create_index("job_claim", "job", ["claim"])
    is_open, ended = "completed_at IS NULL", "completed_at IS NOT NULL"
    # Each finds a few of many jobs; SQLite writes true as 1, PostgreSQL does not take that for a boolean.
    for name, columns, where in (
        ("job_of_queue", ["queue_id", "job_id"], is_open),
        ("job_of_queue_ended", ["queue_id", "job_id"], ended),
        ("job_of_person", ["person_id", "job_id"], is_open),
        ("job_of_person_ended", ["person_id", "job_id"], ended),
        ("job_uncounted", ["job_id"], "counted_at IS NULL AND document_id IS NOT NULL"),
        ("job_expiring", ["expires_at"], "expires_at IS NOT NULL"),
        ("job_releasing", ["release_at"], "release_at IS NOT NULL"),
        ("job_kept", ["completed_at"], f"{ended} AND document_id IS NOT NULL"),
        ("job_incoming", ["created_at"], "incoming IS true"),
        ("job_uncertain", ["processing_at"], "uncertain IS true"),
    ):
        op.create_index(
            name,
            "job",
            columns,
            sqlite_where=sa.text(where.replace("IS true", "IS 1")),
            postgresql_where=sa.text(where),
        )


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("node", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("display_name", sa.String(length=255), nullable=False),
        sa.Column("administrator", sa.Boolean(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", "id"),
    )
    op.create_index("person_id", "person", ["id"], unique=True)
    op.create_index("person_name", "person", ["name"], unique=True)


def _posting() -> None:
    op.create_table(
        "posting",
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "account_id"),
    )
    op.create_index("posting_account", "posting", ["account_id"], unique=False)


def _price() -> None:
    op.create_table(
        "price",
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("mono", sa.Integer(), nullable=False),
        sa.Column("color", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("device_id"),
    )


def _queue() -> None:
    op.create_table(
        "queue",
        sa.Column("node", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("info", sa.String(length=127), nullable=False),
        sa.Column("location", sa.String(length=127), nullable=False),
        sa.Column("devices", sa.Text(), nullable=False),
        sa.Column("default_device", sa.String(length=36), nullable=True),
        sa.Column("trusted_networks", sa.Text(), nullable=False),
        sa.Column("accept_unowned", sa.Boolean(), nullable=False),
        sa.Column("release_after", sa.Integer(), nullable=True),
        sa.Column("retention", sa.Integer(), nullable=False),
        sa.Column("retain_for", sa.Integer(), nullable=False),
        sa.Column("max_bytes", sa.BigInteger(), nullable=False),
        sa.Column("accepting", sa.Boolean(), nullable=False),
        sa.Column("offer", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", "id"),
    )
    op.create_index("queue_id", "queue", ["id"], unique=True)
    op.create_index("queue_name", "queue", ["name"], unique=True)


def _reservation() -> None:
    op.create_table(
        "reservation",
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=True),
        sa.Column("mono", sa.Integer(), nullable=False),
        sa.Column("color", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.create_index("reservation_account", "reservation", ["account_id"], unique=False)


def _web_link() -> None:
    op.create_table(
        "web_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash"),
    )


def _web_session() -> None:
    op.create_table(
        "web_session",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash"),
    )
    op.create_index("web_session_person", "web_session", ["person_id"], unique=False)
    op.create_index("web_session_seen", "web_session", ["seen_at"], unique=False)
