"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _spool()
    _rest()


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


def _rest() -> None:
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
    op.create_table(
        "credential",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind"),
    )
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
    op.create_index("job_claim", "job", ["claim"], unique=False)
    op.create_index(
        "job_expiring",
        "job",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("expires_at IS NOT NULL"),
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_index("job_id_unique", "job", ["id"], unique=True)
    op.create_index(
        "job_incoming",
        "job",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("incoming IS 1"),
        postgresql_where=sa.text("incoming IS 1"),
    )
    op.create_index(
        "job_kept",
        "job",
        ["completed_at"],
        unique=False,
        sqlite_where=sa.text("completed_at IS NOT NULL AND document_id IS NOT NULL"),
        postgresql_where=sa.text("completed_at IS NOT NULL AND document_id IS NOT NULL"),
    )
    op.create_index("job_number", "job", ["job_id"], unique=True)
    op.create_index(
        "job_of_person",
        "job",
        ["person_id", "job_id"],
        unique=False,
        sqlite_where=sa.text("completed_at IS NULL"),
        postgresql_where=sa.text("completed_at IS NULL"),
    )
    op.create_index(
        "job_of_person_ended",
        "job",
        ["person_id", "job_id"],
        unique=False,
        sqlite_where=sa.text("completed_at IS NOT NULL"),
        postgresql_where=sa.text("completed_at IS NOT NULL"),
    )
    op.create_index(
        "job_of_queue",
        "job",
        ["queue_id", "job_id"],
        unique=False,
        sqlite_where=sa.text("completed_at IS NULL"),
        postgresql_where=sa.text("completed_at IS NULL"),
    )
    op.create_index(
        "job_of_queue_ended",
        "job",
        ["queue_id", "job_id"],
        unique=False,
        sqlite_where=sa.text("completed_at IS NOT NULL"),
        postgresql_where=sa.text("completed_at IS NOT NULL"),
    )
    op.create_index(
        "job_releasing",
        "job",
        ["release_at"],
        unique=False,
        sqlite_where=sa.text("release_at IS NOT NULL"),
        postgresql_where=sa.text("release_at IS NOT NULL"),
    )
    op.create_index("job_state", "job", ["state", "job_id"], unique=False)
    op.create_index(
        "job_uncertain",
        "job",
        ["processing_at"],
        unique=False,
        sqlite_where=sa.text("uncertain IS 1"),
        postgresql_where=sa.text("uncertain IS 1"),
    )
    op.create_index(
        "job_uncounted",
        "job",
        ["job_id"],
        unique=False,
        sqlite_where=sa.text("counted_at IS NULL AND document_id IS NOT NULL"),
        postgresql_where=sa.text("counted_at IS NULL AND document_id IS NOT NULL"),
    )
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
    op.create_table(
        "posting",
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "account_id"),
    )
    op.create_index("posting_account", "posting", ["account_id"], unique=False)
    op.create_table(
        "price",
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("mono", sa.Integer(), nullable=False),
        sa.Column("color", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("device_id"),
    )
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
    op.create_table(
        "web_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash"),
    )
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
