"""Subscriptions to what happens to queues and jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("node", sa.String(16), primary_key=True),
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("queue_id", sa.String(36), nullable=False),
        sa.Column("job_id", sa.Integer),
        sa.Column("queues", sa.Text, nullable=False),
        sa.Column("uri", sa.Text, nullable=False),
        sa.Column("person_id", sa.String(36)),
        sa.Column("user_name", sa.String(255), nullable=False),
        sa.Column("peer", sa.String(64), nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("attributes", sa.Text, nullable=False),
        sa.Column("user_data", sa.LargeBinary(63)),
        sa.Column("charset", sa.String(63), nullable=False),
        sa.Column("language", sa.String(63), nullable=False),
        sa.Column("lease", sa.Integer, nullable=False),
        sa.Column("interval", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("numbered", sa.Integer, nullable=False),
    )
    op.create_index("subscription_id", "subscription", ["id"], unique=True)
    op.create_index("subscription_number", "subscription", ["number"], unique=True)
