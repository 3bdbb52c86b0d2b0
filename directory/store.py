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

token = Table(
    "token",
    metadata,
    Column("node", String(16), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("person_id", String(36), nullable=False),
    Column("label", String(63), nullable=False),
    Column("secret_hash", String(64), nullable=False),  # SHA-256 of what stands in the address
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("used_at", BigInteger),
    Index("token_id", "id", unique=True),
    Index("token_secret", "secret_hash", unique=True),
    Index("token_person", "person_id"),
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


@dataclass(frozen=True, slots=True)
class Token:
    """A person's own printer address on one device; what stands in the address itself is kept nowhere.

    Times are milliseconds of the epoch; `used_at` is not newer than an hour, `expires_at` None means never.
    """

    id: str
    person_id: str
    label: str
    created_at: int
    expires_at: int | None = None
    used_at: int | None = None


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
    connection.execute(token.delete().where(token.c.person_id == person_id))
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


_TOKEN_COLUMNS = [token.c[name] for name in Token.__dataclass_fields__]


def add_token(connection: Connection, node: str, value: Token, secret_hash: str) -> None:
    """Insert a person's printer address."""
    row = {name: getattr(value, name) for name in Token.__dataclass_fields__}
    connection.execute(token.insert(), {**row, "node": node, "secret_hash": secret_hash})


def token_of(connection: Connection, secret_hash: str) -> tuple[Token, Person] | None:
    """Find an address and its owner by the hash of what stands in it."""
    query = select(*_TOKEN_COLUMNS).where(token.c.secret_hash == secret_hash)
    row = connection.execute(query).one_or_none()
    owner = by_id(connection, row.person_id) if row else None
    return (Token(*row), owner) if row and owner else None


def tokens_of(connection: Connection, person_id: str) -> list[Token]:
    """A person's addresses, the newest first."""
    query = select(*_TOKEN_COLUMNS).where(token.c.person_id == person_id)
    return [Token(*row) for row in connection.execute(query.order_by(token.c.created_at.desc(), token.c.id))]


def token_by_id(connection: Connection, token_id: str) -> Token | None:
    """Find an address by its id."""
    row = connection.execute(select(*_TOKEN_COLUMNS).where(token.c.id == token_id)).one_or_none()
    return Token(*row) if row else None


def remove_token(connection: Connection, token_id: str) -> None:
    """Delete an address."""
    connection.execute(token.delete().where(token.c.id == token_id))


def touch_token(connection: Connection, token_id: str, at: int) -> None:
    """Note when an address was last used."""
    connection.execute(token.update().where(token.c.id == token_id).values(used_at=at))


def purge_tokens(connection: Connection, person_id: str, at: int) -> None:
    """Delete those addresses of a person whose time is over."""
    connection.execute(token.delete().where(token.c.person_id == person_id, token.c.expires_at <= at))
