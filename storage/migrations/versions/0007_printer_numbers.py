"""Numbers of queues as printers of the System, and what is set of the gateway as a whole."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("queue") as queue:
        queue.add_column(sa.Column("number", sa.Integer, nullable=False, server_default="0"))
    connection = op.get_bind()
    ids = connection.execute(sa.text("SELECT id FROM queue ORDER BY name")).scalars().all()
    for number, queue_id in enumerate(ids, 1):
        connection.execute(
            sa.text("UPDATE queue SET number = :number WHERE id = :id"), {"number": number, "id": queue_id}
        )
    op.create_index("queue_number", "queue", ["node", "number"], unique=True)
    op.create_table(
        "setting",
        sa.Column("node", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(63), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
