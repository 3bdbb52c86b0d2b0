"""Stamps and banner pages of queues, and pictures of the pages of jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STAMP_TEXT = "{user} {date} {device} {job}"


def upgrade() -> None:
    with op.batch_alter_table("queue") as queue:
        queue.add_column(sa.Column("stamp", sa.String(16), nullable=False, server_default="off"))
        queue.add_column(sa.Column("stamp_text", sa.String(200), nullable=False, server_default=STAMP_TEXT))
        queue.add_column(sa.Column("stamp_qr", sa.Boolean, nullable=False, server_default=sa.false()))
        queue.add_column(sa.Column("require_stamp", sa.Boolean, nullable=False, server_default=sa.false()))
        queue.add_column(sa.Column("banner", sa.String(16), nullable=False, server_default="none"))
    op.create_table(
        "preview",
        sa.Column("node", sa.String(16), primary_key=True),
        sa.Column("job_id", sa.String(36), primary_key=True),
        sa.Column("page", sa.Integer, primary_key=True),
        sa.Column("width", sa.Integer, primary_key=True),
        sa.Column("document_id", sa.LargeBinary(16), nullable=False),
    )
    op.create_index("preview_job", "preview", ["job_id"])
