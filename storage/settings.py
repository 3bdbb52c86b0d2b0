"""The table of what was set of the gateway as a whole: words by name. The configuration file is not kept here."""

import sqlalchemy as sa
from sqlalchemy import Connection

from storage.database import metadata

setting = sa.Table(
    "setting",
    metadata,
    sa.Column("node", sa.String(16), primary_key=True),
    sa.Column("name", sa.String(63), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)


def read(connection: Connection) -> dict[str, str]:
    """All that was set, by name."""
    return {row.name: row.value for row in connection.execute(sa.select(setting.c.name, setting.c.value))}


def put(connection: Connection, node: str, name: str, value: str | None) -> None:
    """Set one; None forgets it."""
    connection.execute(setting.delete().where(setting.c.node == node, setting.c.name == name))
    if value is not None:
        connection.execute(setting.insert(), {"node": node, "name": name, "value": value})
