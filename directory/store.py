"""The rows of people and of what they prove themselves with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, Index, String, Table, func, select

from storage.database import metadata

person = Table(
    "person",
    metadata,
    Column("node", String(16), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("display_name", String(255), nullable=False, default=""),
    Column("administrator", Boolean, nullable=False, default=False),
    Column("restricted", Boolean, nullable=False, default=False),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("created_at", BigInteger, nullable=False),
    Index("person_id", "id", unique=True),
    Index("person_name", "name", unique=True),
)

credential = Table(
    "credential",
    metadata,
    Column("person_id", String(36), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("value", String(255), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who prints. `id` is opaque and all that ledger and audit know; `name` is what they sign in with."""

    id: str
    name: str
    display_name: str
    administrator: bool
    restricted: bool
    disabled: bool

    @property
    def shown(self) -> str:
        """The name to show to people."""
        return self.display_name or self.name


_COLUMNS = (
    person.c.id,
    person.c.name,
    person.c.display_name,
    person.c.administrator,
    person.c.restricted,
    person.c.disabled,
)


def by_name(connection: Connection, name: str) -> Person | None:
    """Find a person by sign-in name (already folded)."""
    row = connection.execute(select(*_COLUMNS).where(person.c.name == name)).one_or_none()
    return Person(*row) if row else None


def by_id(connection: Connection, person_id: str) -> Person | None:
    """Find a person by opaque id."""
    row = connection.execute(select(*_COLUMNS).where(person.c.id == person_id)).one_or_none()
    return Person(*row) if row else None


def listed(connection: Connection, limit: int = 1000, offset: int = 0) -> Sequence[Person]:
    """People in the order of their names."""
    rows = connection.execute(select(*_COLUMNS).order_by(person.c.name).limit(limit).offset(offset))
    return [Person(*row) for row in rows]


def count(connection: Connection) -> int:
    """How many people there are."""
    return int(connection.execute(select(func.count()).select_from(person)).scalar_one())


def add(connection: Connection, row: dict[str, Any]) -> None:
    """Insert a person."""
    connection.execute(person.insert(), row)


def change(connection: Connection, person_id: str, **values: Any) -> None:
    """Update columns of a person."""
    connection.execute(person.update().where(person.c.id == person_id).values(**values))


def remove(connection: Connection, person_id: str) -> None:
    """Delete a person and all they could sign in with; the ledger keeps the opaque id."""
    connection.execute(credential.delete().where(credential.c.person_id == person_id))
    connection.execute(person.delete().where(person.c.id == person_id))


def credential_of(connection: Connection, person_id: str, kind: str) -> str | None:
    """The stored proof of one kind, or None."""
    statement = select(credential.c.value).where(credential.c.person_id == person_id, credential.c.kind == kind)
    return connection.execute(statement).scalar_one_or_none()


def set_credential(connection: Connection, person_id: str, kind: str, value: str, now: int) -> None:
    """Replace the stored proof of one kind."""
    connection.execute(credential.delete().where(credential.c.person_id == person_id, credential.c.kind == kind))
    connection.execute(credential.insert(), {"person_id": person_id, "kind": kind, "value": value, "changed_at": now})
