"""The audit log: append-only lines, each sealed with the hash of the one before it.

Whoever changes or removes a line breaks every seal after it; `verify` finds the first broken one. Lines carry opaque
ids of people, never their names.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, String, Table, Text, select

from storage.database import metadata

line = Table(
    "audit",
    metadata,
    Column("node", String(16), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(36), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("details", Text, nullable=False),
    Column("seal", String(64), nullable=False),
)

_FIRST = "0" * 64
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when (milliseconds of the epoch), who (opaque id, "" for the gateway), what, on what."""

    seq: int
    at: int
    actor: str
    action: str
    subject: str
    details: str
    seal: str


def record(
    connection: Connection,
    node: str,
    actor: str,
    action: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append a line in the caller's transaction, so that it stands exactly if the change does."""
    last = connection.execute(
        select(line.c.seq, line.c.seal).where(line.c.node == node).order_by(line.c.seq.desc()).limit(1)
    ).one_or_none()
    seq, before = (last.seq + 1, last.seal) if last else (1, _FIRST)
    text = json.dumps(details or {}, ensure_ascii=False, sort_keys=True)
    entry = Line(seq, int(time.time() * 1000), actor, action, subject, text, "")
    row = {name: getattr(entry, name) for name in ("seq", "at", "actor", "action", "subject", "details")}
    connection.execute(line.insert(), {**row, "node": node, "seal": _seal(before, node, entry)})


def verify(connection: Connection, node: str) -> int | None:
    """Return the number of the first line whose seal is broken or that is missing before it, or None if all hold."""
    before, expected = _FIRST, 1
    while True:
        page = latest(connection, node, after=expected - 1, limit=_PAGE)
        if not page:
            return None
        for entry in page:
            if entry.seq != expected or entry.seal != _seal(before, node, entry):
                return expected
            before, expected = entry.seal, expected + 1


def latest(connection: Connection, node: str, *, after: int | None = None, limit: int = 100) -> list[Line]:
    """The newest lines first, or those that follow number `after` in order."""
    query = select(
        line.c.seq, line.c.at, line.c.actor, line.c.action, line.c.subject, line.c.details, line.c.seal
    ).where(line.c.node == node)
    if after is None:
        query = query.order_by(line.c.seq.desc())
    else:
        query = query.where(line.c.seq > after).order_by(line.c.seq)
    return [Line(*row) for row in connection.execute(query.limit(limit))]


def _seal(before: str, node: str, entry: Line) -> str:
    content = json.dumps(
        [before, node, entry.seq, entry.at, entry.actor, entry.action, entry.subject, entry.details],
        ensure_ascii=False,
    )
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
