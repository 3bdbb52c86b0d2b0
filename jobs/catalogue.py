"""The queues there are: kept in memory, written through, and told to who shows them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from events import audit
from jobs import queue_store, store
from jobs.errors import BadQueue, QueueExists, QueueUnknown
from jobs.queue import Offer, Queue, checked
from storage import settings
from storage.database import Database

_SETTINGS = frozenset(Queue.__dataclass_fields__) - {"id", "offer", "changed_at", "number"}
_CONDITION = frozenset({"paused", "holding_new", "deactivated", "shut_down", "accepting"})
"""Settings whose change is one of the printer's state (printer-state-change-time)."""
_MOST: Final = 65535  # of printer-id (PWG 5100.22 section 7.1)
_GIVEN: Final = "last-printer-id"


class Catalogue:
    """All queues by name. `changed` is called after a queue came, went, or offers something else."""

    def __init__(self, database: Database, node: str) -> None:
        self._database, self.node = database, node
        self._by_name: dict[str, Queue] = {}
        self._by_id: dict[str, Queue] = {}
        self._changing = asyncio.Lock()
        self._given = 0
        self.preferred = ""
        """Id of the queue that is meant when none is named, as somebody chose."""
        self.changed: list[Callable[[], Awaitable[None]]] = []

    async def load(self) -> None:
        """Read the queues at start."""
        for queue in await self._database.read(queue_store.queues):
            self._keep(queue)
        given = (await self._database.read(settings.read)).get(_GIVEN, "0")
        self._given = max([int(given), *(queue.number for queue in self._by_id.values())])

    def listed(self) -> list[Queue]:
        """All queues, in the order of their names."""
        return sorted(self._by_name.values(), key=lambda queue: queue.name)

    def named(self, name: str) -> Queue:
        """The queue of that name, or raise QueueUnknown."""
        try:
            return self._by_name[name]
        except KeyError:
            raise QueueUnknown(f"There is no queue called {name}.") from None

    def numbered(self, number: int) -> Queue:
        """The queue of that printer-id, or raise QueueUnknown."""
        for queue in self._by_id.values():
            if queue.number == number:
                return queue
        raise QueueUnknown(f"There is no printer {number}.")

    def default(self) -> Queue:
        """The queue that is meant when none is named: the chosen one, else the house's follow-me queue or the first."""
        queue = self._by_id.get(self.preferred) or self._by_name.get("follow-me") or next(iter(self.listed()), None)
        if queue is None:
            raise QueueUnknown("There is no queue yet.")
        return queue

    def get(self, queue_id: str) -> Queue | None:
        """The queue of that id; None for the queue of an old job that is gone."""
        return self._by_id.get(queue_id)

    async def add(self, queue: Queue, *, actor: str = "") -> Queue:
        """Add a queue. Raises BadQueue, QueueExists."""
        at = _now()
        fresh = replace(checked(queue), changed_at=at, state_changed_at=at)

        def insert(connection: Connection) -> None:
            queue_store.add_queue(connection, self.node, fresh)
            settings.put(connection, self.node, _GIVEN, str(max(self._given, fresh.number)))
            audit.record(connection, self.node, actor, "queue.add", fresh.id, _told(fresh))

        async with self._changing:
            self.refuse_taken(fresh.name)
            fresh = replace(fresh, number=self._next_number())
            await self._database.write(insert)
            self._keep(fresh)
            self._given = max(self._given, fresh.number)
        await self._tell()
        return fresh

    async def change(self, name: str, /, *, actor: str = "", **values: Any) -> Queue:
        """Change settings of a queue by field name. Raises QueueUnknown, BadQueue, QueueExists."""
        unknown = values.keys() - _SETTINGS
        if unknown:
            raise BadQueue(f"A queue has no setting called {', '.join(sorted(unknown))}.")
        # One change at a time: each is worked out from what the one before it left.
        async with self._changing:
            before, at = self.named(name), _now()
            fresh = replace(checked(replace(before, **values)), changed_at=at)
            if any(getattr(fresh, field) != getattr(before, field) for field in _CONDITION):
                fresh = replace(fresh, state_changed_at=at)
            if fresh.name != name:
                self.refuse_taken(fresh.name)

            def update(connection: Connection) -> None:
                queue_store.put_queue(connection, self.node, fresh)
                audit.record(connection, self.node, actor, "queue.change", fresh.id, _told(fresh))

            await self._database.write(update)
            self._by_name.pop(name, None)
            self._keep(fresh)
        await self._tell()
        return fresh

    async def remove(self, name: str, *, actor: str = "") -> None:
        """Remove a queue that has no waiting jobs. Raises QueueUnknown, BadQueue."""
        queue = self.named(name)

        def delete(connection: Connection) -> None:
            if store.selected(connection, queue_id=queue.id, final=False, limit=1):
                raise BadQueue(f"Jobs are waiting on {name}. Cancel them or let them print, then remove it.")
            queue_store.remove_queue(connection, queue.id)
            audit.record(connection, self.node, actor, "queue.remove", queue.id, {"name": name})

        async with self._changing:
            await self._database.write(delete)
            self._by_name.pop(name, None)
            self._by_id.pop(queue.id, None)
        await self._tell()

    async def set_offer(self, queue_id: str, offer: Offer) -> None:
        """Keep what the devices behind a queue can do, as `release` found it."""
        async with self._changing:
            before = self.get(queue_id)
            if before is None or before.offer == offer:
                return
            fresh = replace(before, offer=offer, changed_at=_now())
            await self._database.write(lambda connection: queue_store.put_queue(connection, self.node, fresh))
            self._keep(fresh)
        await self._tell()

    def _next_number(self) -> int:
        """A printer-id that no queue had before; after the last there is, the first that is free."""
        if self._given < _MOST:
            return self._given + 1
        taken = {queue.number for queue in self._by_id.values()}
        found = next((number for number in range(1, _MOST + 1) if number not in taken), None)
        if found is None:
            raise BadQueue("There are as many queues as there can be. Remove one that is not needed.")
        return found

    def _keep(self, queue: Queue) -> None:
        self._by_name[queue.name] = self._by_id[queue.id] = queue

    def refuse_taken(self, name: str) -> None:
        """Raise QueueExists if there is a queue of that name."""
        if name in self._by_name:
            raise QueueExists(f"There is a queue called {name} already. Choose another name.")

    async def _tell(self) -> None:
        for tell in self.changed:
            await tell()


def _told(queue: Queue) -> dict[str, Any]:
    return {name: getattr(queue, name) for name in sorted(_SETTINGS)}


def _now() -> int:
    return int(time.time() * 1000)
