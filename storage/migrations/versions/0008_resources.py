"""Resources of the System, and which of them a queue has."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("queue") as queue:
        queue.add_column(sa.Column("resources", sa.Text, nullable=False, server_default="[]"))
    op.create_table(
        "resource",
        sa.Column("node", sa.String(16), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("type", sa.String(63), nullable=False),
        sa.Column("name", sa.String(127), nullable=False),
        sa.Column("info", sa.String(127), nullable=False),
        sa.Column("format", sa.String(127), nullable=False),
        sa.Column("state", sa.Integer, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("installed_at", sa.BigInteger),
        sa.Column("canceled_at", sa.BigInteger),
        sa.Column("data", sa.LargeBinary),
    )
