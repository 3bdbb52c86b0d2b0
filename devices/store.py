"""The rows of output devices."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, Index, Row, String, Table, Text, select

from devices.capabilities import Capabilities
from devices.uri import redacted
from storage.database import metadata

device = Table(
    "device",
    metadata,
    Column("node", String(16), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("name", String(63), nullable=False),
    Column("uri", String(1023), nullable=False),
    Column("info", String(127), nullable=False, default=""),
    Column("location", String(127), nullable=False, default=""),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("capabilities", Text),
    Column("state", String(16), nullable=False, default="unknown"),
    Column("reasons", Text, nullable=False, default=""),
    Column("message", Text, nullable=False, default=""),
    Column("seen_at", BigInteger),
    Column("asked_at", BigInteger),
    Column("changed_at", BigInteger, nullable=False),
    Index("device_id", "id", unique=True),
    Index("device_name", "name", unique=True),
)


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """An output device as it is configured and as it was last seen. Times are milliseconds of the epoch."""

    id: str
    name: str
    uri: str
    info: str
    location: str
    enabled: bool
    capabilities: Capabilities | None
    state: str
    reasons: tuple[str, ...]
    message: str
    seen_at: int | None
    asked_at: int | None
    changed_at: int

    @property
    def shown(self) -> str:
        """The name to show to people."""
        return self.info or self.name

    @property
    def address(self) -> str:
        """The URI without credentials."""
        return redacted(self.uri)


_COLUMNS = [device.c[name] for name in DeviceRow.__dataclass_fields__]


def _from(row: Row[Any]) -> DeviceRow:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    text = values["capabilities"]
    values["capabilities"] = Capabilities.from_json(text) if text else None
    values["reasons"] = tuple(filter(None, values["reasons"].split(",")))
    return DeviceRow(**values)


def listed(connection: Connection) -> list[DeviceRow]:
    """All devices, in the order of their names."""
    return [_from(row) for row in connection.execute(select(*_COLUMNS).order_by(device.c.name))]


def add(connection: Connection, row: dict[str, Any]) -> None:
    """Insert a device."""
    connection.execute(device.insert(), row)


def change(connection: Connection, device_id: str, **values: Any) -> None:
    """Update columns of a device."""
    connection.execute(device.update().where(device.c.id == device_id).values(**values))


def remove(connection: Connection, device_id: str) -> None:
    """Delete a device."""
    connection.execute(device.delete().where(device.c.id == device_id))
