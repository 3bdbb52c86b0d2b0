"""The rows of subscriptions. Notices have none: they live for a minute."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, LargeBinary, Row, String, Table, Text, select

from events.subscriptions.subscription import Owner, Subscription, Target, Wish
from storage.database import metadata

subscription = Table(
    "subscription",
    metadata,
    Column("node", String(16), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("queue_id", String(36), nullable=False, default=""),
    Column("job_id", Integer),
    Column("queues", Text, nullable=False, default="[]"),
    Column("uri", Text, nullable=False),
    Column("person_id", String(36)),
    Column("user_name", String(255), nullable=False, default=""),
    Column("peer", String(64), nullable=False, default=""),
    Column("events", Text, nullable=False),
    Column("attributes", Text, nullable=False, default="[]"),
    Column("user_data", LargeBinary(63)),
    Column("charset", String(63), nullable=False),
    Column("language", String(63), nullable=False),
    Column("lease", Integer, nullable=False),
    Column("interval", Integer, nullable=False, default=0),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("numbered", Integer, nullable=False, default=0),
    Index("subscription_id", "id", unique=True),
    Index("subscription_number", "number", unique=True),
)


def all_of(connection: Connection) -> list[Subscription]:
    """All subscriptions; each goes on after the numbers that it may have given out."""
    return [_from(row) for row in connection.execute(select(subscription).order_by(subscription.c.created_at))]


def add(connection: Connection, node: str, values: Iterable[Subscription]) -> None:
    """Insert subscriptions."""
    connection.execute(subscription.insert(), [_row(node, value) for value in values])


def put(connection: Connection, values: Iterable[Subscription]) -> None:
    """Write what of subscriptions changes: lease, and the numbers given out."""
    for value in values:
        changed = {name: getattr(value, name) for name in ("expires_at", "numbered")}
        mine = subscription.c.id == value.id
        connection.execute(subscription.update().where(mine).values(**changed, lease=value.wish.lease))


def remove(connection: Connection, ids: Iterable[str]) -> None:
    """Delete subscriptions by their UUIDs."""
    connection.execute(subscription.delete().where(subscription.c.id.in_(list(ids))))


def _row(node: str, value: Subscription) -> dict[str, Any]:
    wish, owner, target = value.wish, value.owner, value.target
    return {
        "node": node,
        "id": value.id,
        "number": value.number,
        "queue_id": target.queue_id,
        "job_id": target.job_id,
        "queues": json.dumps(target.queues),
        "uri": target.uri,
        "person_id": owner.person_id,
        "user_name": owner.name,
        "peer": owner.peer,
        "events": json.dumps(wish.events),
        "attributes": json.dumps(wish.attributes),
        "user_data": wish.user_data,
        "charset": wish.charset,
        "language": wish.language,
        "lease": wish.lease,
        "interval": wish.interval,
        "created_at": value.created_at,
        "expires_at": value.expires_at,
        "numbered": value.numbered,
    }


def _from(row: Row[Any]) -> Subscription:
    return Subscription(
        number=row.number,
        id=row.id,
        wish=Wish(
            events=tuple(json.loads(row.events)),
            attributes=tuple(json.loads(row.attributes)),
            user_data=row.user_data,
            charset=row.charset,
            language=row.language,
            lease=row.lease,
            interval=row.interval,
        ),
        owner=Owner(row.person_id, row.user_name, row.peer),
        target=Target(row.uri, row.queue_id, row.job_id, tuple(json.loads(row.queues))),
        created_at=row.created_at,
        expires_at=row.expires_at,
        sequence=row.numbered,
        numbered=row.numbered,
    )
