"""Queues that refuse a document of another format than was declared."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("queue") as queue:
        queue.add_column(sa.Column("refuse_mismatch", sa.Boolean, nullable=False, server_default=sa.false()))
