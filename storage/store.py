"""The statements of the spool."""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.commit import Rows
from storage.sealed import Sealed
from storage.tables import document, document_key


class Place(NamedTuple):
    """Where a document is and how to open it."""

    kind: str
    name: str
    offset: int
    stored_length: int
    size: int
    kek: str
    wrapped: bytes


_INSERT_DOCUMENT = document.insert()
_INSERT_KEY = document_key.insert()
_PLACE = (
    sa.select(
        document.c.kind,
        document.c.name,
        document.c.offset,
        document.c.stored_length,
        document.c.size,
        document_key.c.kek,
        document_key.c.wrapped,
    )
    .join(document_key, document_key.c.document_id == document.c.document_id)
    .where(document.c.document_id == sa.bindparam("id"))
)


def rows(sealed: Sealed) -> Rows:
    """The two rows of a document whose bytes are on disk."""
    return (_INSERT_DOCUMENT, sealed.document_row()), (_INSERT_KEY, sealed.key_row())


def insert(connection: sa.Connection, sealed: Sealed) -> None:
    """Insert the two rows of a document whose bytes are on disk."""
    for statement, row in rows(sealed):
        connection.execute(statement, row)


def place(connection: sa.Connection, document_id: bytes) -> Place | None:
    """Return where a document is, or None when it or its key is gone."""
    row = connection.execute(_PLACE, {"id": document_id}).first()
    return None if row is None else Place(*row)


def is_kept(connection: sa.Connection, document_id: bytes) -> bool:
    """Tell whether a document has been committed, shredded or not."""
    found = connection.execute(sa.select(document.c.size).where(document.c.document_id == document_id))
    return found.first() is not None


def shred(connection: sa.Connection, document_id: bytes) -> None:
    """Delete a document's key; SQLite overwrites the row. What is left of a file waits for `reclaim`."""
    connection.execute(document_key.delete().where(document_key.c.document_id == document_id))
    one = document.c.document_id == document_id
    connection.execute(document.delete().where(one, document.c.kind == "segment"))
    connection.execute(document.update().where(one).values(shredded_at=int(time.time())))


def shredded_files(connection: sa.Connection, limit: int) -> Sequence[tuple[bytes, str]]:
    """Return (document id, name) of large files that wait to be unlinked."""
    wanted = sa.select(document.c.document_id, document.c.name).where(document.c.shredded_at.is_not(None)).limit(limit)
    return [(row.document_id, row.name) for row in connection.execute(wanted)]


def forget(connection: sa.Connection, document_ids: Sequence[bytes]) -> None:
    """Delete the rows of shredded documents whose files are unlinked."""
    gone = document.delete().where(document.c.document_id == sa.bindparam("id"), document.c.shredded_at.is_not(None))
    connection.execute(gone, [{"id": document_id} for document_id in document_ids])


def without_documents(connection: sa.Connection, names: Sequence[str]) -> list[str]:
    """Return those of the files in which no document is."""
    look = sa.select(sa.literal(1)).where(document.c.name == sa.bindparam("file")).limit(1)
    return [name for name in names if connection.execute(look, {"file": name}).first() is None]


def live_bytes(connection: sa.Connection) -> dict[str, int]:
    """Return for each segment the bytes of its documents."""
    total = sa.func.sum(document.c.stored_length)
    rows = connection.execute(
        sa.select(document.c.name, total).where(document.c.kind == "segment").group_by(document.c.name)
    )
    return {name: int(size) for name, size in rows}


def documents_of(connection: sa.Connection, name: str, limit: int) -> list[dict[str, Any]]:
    """Return document_id, offset, stored_length and size of documents of one segment."""
    columns = (document.c.document_id, document.c.offset, document.c.stored_length, document.c.size)
    rows = connection.execute(sa.select(*columns).where(document.c.name == name).order_by("offset").limit(limit))
    return [dict(row) for row in rows.mappings()]


def move(connection: sa.Connection, documents: Sequence[Sealed], old: str) -> None:
    """Say that documents have moved from the segment `old`; passes over those that were shredded meanwhile."""
    for sealed in documents:
        there = (document.c.document_id == sealed.document_id, document.c.name == old)
        connection.execute(document.update().where(*there).values(name=sealed.name, offset=sealed.offset))


def keks_in_use(connection: sa.Connection) -> set[str]:
    """Return the names of the wrapping keys that documents need."""
    return set(connection.execute(sa.select(document_key.c.kek).distinct()).scalars())
