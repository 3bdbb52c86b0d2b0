"""The rows of queues. Every function works on the caller's connection, in the caller's transaction."""

import json
from typing import Any

from sqlalchemy import Connection, Row, select

from jobs.queue import Kind, Offer, Queue
from jobs.tables import queue

_LISTS = ("devices", "trusted_networks", "operator_networks", "resources")


def queue_from(row: Row[Any]) -> Queue:
    """Make the Queue of a row."""
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    plain: dict[str, Any] = {name: values[name] for name in Queue.__dataclass_fields__}
    plain |= {name: tuple(json.loads(values[name])) for name in _LISTS}
    plain |= {"set_attributes": json.loads(values["set_attributes"])}
    return Queue(**plain | {"kind": Kind(values["kind"]), "offer": Offer.from_json(values["offer"])})


def queue_row(node: str, value: Queue) -> dict[str, Any]:
    """Make the row of a Queue."""
    row = {name: getattr(value, name) for name in Queue.__dataclass_fields__}
    lists = {name: json.dumps(row[name]) for name in (*_LISTS, "set_attributes")}
    return {**row, **lists, "node": node, "kind": value.kind.value, "offer": value.offer.to_json()}


def queues(connection: Connection) -> list[Queue]:
    """All queues, in the order of their names."""
    return [queue_from(row) for row in connection.execute(select(queue).order_by(queue.c.name))]


def add_queue(connection: Connection, node: str, value: Queue) -> None:
    """Insert a queue."""
    connection.execute(queue.insert(), queue_row(node, value))


def put_queue(connection: Connection, node: str, value: Queue) -> None:
    """Replace the settings of a queue."""
    connection.execute(queue.update().where(queue.c.id == value.id), queue_row(node, value))


def remove_queue(connection: Connection, queue_id: str) -> None:
    """Delete a queue; its ended jobs stay as history."""
    connection.execute(queue.delete().where(queue.c.id == queue_id))
