"""Conditions of queues, the order of jobs, and jobs of several documents."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FLAGS = ("paused", "holding_new", "deactivated", "shut_down", "tokens_over_plain")


def upgrade() -> None:
    with op.batch_alter_table("queue") as queue:
        for name in FLAGS:
            queue.add_column(sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
        queue.add_column(sa.Column("operator_message", sa.String(127), nullable=False, server_default=""))
        queue.add_column(sa.Column("operator_message_at", sa.BigInteger, nullable=False, server_default="0"))
        queue.add_column(sa.Column("state_changed_at", sa.BigInteger, nullable=False, server_default="0"))
        queue.add_column(sa.Column("operator_networks", sa.Text, nullable=False, server_default="[]"))
        queue.add_column(sa.Column("offer_rule", sa.String(16), nullable=False, server_default="union"))
        queue.add_column(sa.Column("set_attributes", sa.Text, nullable=False, server_default="{}"))
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("priority", sa.Integer, nullable=False, server_default="50"))
        job.add_column(sa.Column("rank", sa.BigInteger, nullable=False, server_default="0"))
        job.add_column(sa.Column("documents", sa.Integer, nullable=False, server_default="0"))
        job.add_column(sa.Column("operator_message", sa.String(127), nullable=False, server_default=""))
    # As jobs.order.rank says of a job of ordinary priority.
    op.execute("UPDATE job SET rank = 50 * 1099511627776 + job_id * 256, documents = (size > 0)")
    # As jobs.tables has it: the pending jobs that are counted.
    pending = sa.text("state = 3 AND counted_at IS NOT NULL")
    op.create_index(
        "job_pending", "job", ["queue_id", "device_id", "rank"], sqlite_where=pending, postgresql_where=pending
    )
    with op.batch_alter_table("entry") as entry:
        entry.add_column(sa.Column("run", sa.Integer, nullable=False, server_default="0"))
    op.drop_index("entry_of_job", "entry")
    op.create_index("entry_of_job", "entry", ["kind", "job_id", "run"], unique=True)
    op.create_table(
        "job_document",
        sa.Column("node", sa.String(16), primary_key=True),
        sa.Column("job_id", sa.String(36), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("declared_format", sa.String(255), nullable=False),
        sa.Column("format", sa.String(255), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("document_id", sa.LargeBinary(16)),
        sa.Column("ticket", sa.Text, nullable=False),
        sa.Column("pages", sa.Integer),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("canceled", sa.Boolean, nullable=False),
    )
    # The document that has come of a job whose others are still to come is one of several now.
    op.execute(
        "INSERT INTO job_document (node, job_id, number, id, name, declared_format, format, size, document_id, ticket,"
        " created_at, canceled) SELECT node, id, 1, id, document_name, declared_format, document_format, size,"
        " document_id, '{}', created_at, false FROM job WHERE incoming AND document_id IS NOT NULL"
    )
