"""The queues there are: kept in memory, written through, and told to who shows them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from events import audit
from jobs import store
from jobs.errors import BadQueue, QueueExists, QueueUnknown
from jobs.queue import Offer, Queue, checked
from storage.database import Database

_SETTINGS = frozenset(Queue.__dataclass_fields__) - {"id", "offer", "changed_at"}


class Catalogue:
    """All queues by name. `changed` is called after a queue came, went, or offers something else."""

    def __init__(self, database: Database, node: str) -> None:
        self._database, self._node = database, node
        self._by_name: dict[str, Queue] = {}
        self._changing = asyncio.Lock()
        self.changed: list[Callable[[], Awaitable[None]]] = []

    async def load(self) -> None:
        """Read the queues at start."""
        self._by_name = {queue.name: queue for queue in await self._database.read(store.queues)}

    def listed(self) -> list[Queue]:
        """All queues, in the order of their names."""
        return sorted(self._by_name.values(), key=lambda queue: queue.name)

    def named(self, name: str) -> Queue:
        """The queue of that name, or raise QueueUnknown."""
        try:
            return self._by_name[name]
        except KeyError:
            raise QueueUnknown(f"There is no queue called {name}.") from None

    def get(self, queue_id: str) -> Queue | None:
        """The queue of that id; None for the queue of an old job that is gone."""
        return next((queue for queue in self._by_name.values() if queue.id == queue_id), None)

    async def add(self, queue: Queue, *, actor: str = "") -> Queue:
        """Add a queue. Raises BadQueue, QueueExists."""
        fresh = replace(checked(queue), changed_at=_now())

        def insert(connection: Connection) -> None:
            store.add_queue(connection, self._node, fresh)
            audit.record(connection, self._node, actor, "queue.add", fresh.id, _told(fresh))

        async with self._changing:
            self._refuse_taken(fresh.name)
            await self._database.write(insert)
            self._by_name[fresh.name] = fresh
        await self._tell()
        return fresh

    async def change(self, name: str, /, *, actor: str = "", **values: Any) -> Queue:
        """Change settings of a queue by field name. Raises QueueUnknown, BadQueue, QueueExists."""
        unknown = values.keys() - _SETTINGS
        if unknown:
            raise BadQueue(f"A queue has no setting called {', '.join(sorted(unknown))}.")
        # One change at a time: each is worked out from what the one before it left.
        async with self._changing:
            fresh = replace(checked(replace(self.named(name), **values)), changed_at=_now())
            if fresh.name != name:
                self._refuse_taken(fresh.name)

            def update(connection: Connection) -> None:
                store.put_queue(connection, self._node, fresh)
                audit.record(connection, self._node, actor, "queue.change", fresh.id, _told(fresh))

            await self._database.write(update)
            self._by_name.pop(name, None)
            self._by_name[fresh.name] = fresh
        await self._tell()
        return fresh

    async def remove(self, name: str, *, actor: str = "") -> None:
        """Remove a queue that has no waiting jobs. Raises QueueUnknown, BadQueue."""
        queue = self.named(name)

        def delete(connection: Connection) -> None:
            if store.selected(connection, queue_id=queue.id, final=False, limit=1):
                raise BadQueue(f"Jobs are waiting on {name}. Cancel them or let them print, then remove it.")
            store.remove_queue(connection, queue.id)
            audit.record(connection, self._node, actor, "queue.remove", queue.id, {"name": name})

        async with self._changing:
            await self._database.write(delete)
            self._by_name.pop(name, None)
        await self._tell()

    async def set_offer(self, queue_id: str, offer: Offer) -> None:
        """Keep what the devices behind a queue can do, as `release` found it."""
        async with self._changing:
            before = self.get(queue_id)
            if before is None or before.offer == offer:
                return
            fresh = replace(before, offer=offer, changed_at=_now())
            await self._database.write(lambda connection: store.put_queue(connection, self._node, fresh))
            self._by_name[fresh.name] = fresh
        await self._tell()

    def _refuse_taken(self, name: str) -> None:
        if name in self._by_name:
            raise QueueExists(f"There is a queue called {name} already. Choose another name.")

    async def _tell(self) -> None:
        for tell in self.changed:
            await tell()


def _told(queue: Queue) -> dict[str, Any]:
    return {name: getattr(queue, name) for name in sorted(_SETTINGS)}


def _now() -> int:
    return int(time.time() * 1000)
