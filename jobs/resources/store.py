"""The rows of resources, with their data."""

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, String, Table, select

from jobs.resources.resource import Resource, State
from storage.database import metadata

resource = Table(
    "resource",
    metadata,
    Column("node", String(16), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False),
    Column("type", String(63), nullable=False),
    Column("name", String(127), nullable=False, default=""),
    Column("info", String(127), nullable=False, default=""),
    Column("format", String(127), nullable=False, default=""),
    Column("state", Integer, nullable=False),
    Column("size", Integer, nullable=False, default=0),
    Column("created_at", BigInteger, nullable=False),
    Column("installed_at", BigInteger),
    Column("canceled_at", BigInteger),
    Column("data", LargeBinary),
)

_NAMES = [name for name in Resource.__dataclass_fields__ if name != "path"]


def resources(connection: Connection) -> list[Resource]:
    """All resources without their data, by number."""
    rows = connection.execute(select(*(resource.c[name] for name in _NAMES)).order_by(resource.c.number))
    return [Resource(**dict(zip(_NAMES, row, strict=True)) | {"state": State(row.state)}) for row in rows]


def add(connection: Connection, node: str, value: Resource) -> None:
    """Insert a resource."""
    row = {name: getattr(value, name) for name in _NAMES}
    connection.execute(resource.insert(), row | {"node": node, "state": int(value.state)})


def change(connection: Connection, number: int, **columns: Any) -> None:
    """Change a resource."""
    plain = {name: int(value) if isinstance(value, State) else value for name, value in columns.items()}
    connection.execute(resource.update().where(resource.c.number == number), plain)


def remove(connection: Connection, number: int) -> None:
    """Forget a resource."""
    connection.execute(resource.delete().where(resource.c.number == number))


def data(connection: Connection, number: int) -> bytes | None:
    """The data of a resource, if it has some."""
    return connection.execute(select(resource.c.data).where(resource.c.number == number)).scalar_one_or_none()
