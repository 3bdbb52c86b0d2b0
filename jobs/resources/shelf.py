"""The resources there are: kept in memory but for their data, written through, audited, and told to who listens."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from events import audit
from jobs.catalogue import Catalogue
from jobs.errors import FormatNotSupported, NotPossible, ResourceUnknown
from jobs.queue import Queue
from jobs.resources import store
from jobs.resources.resource import KINDS, LARGEST, Resource, State
from storage.database import Database
from storage.node import new_id

_FIRST: Final = 101
"""The least number of a resource that somebody gave; those below are our own."""
_MOST: Final = 200
_ENDED: Final = frozenset({State.CANCELED, State.ABORTED})


Told = Callable[[str, Resource], None]


class Shelf:
    """All resources. `told` is called with the keyword of each event, such as resource-created, and the resource."""

    def __init__(self, database: Database, catalogue: Catalogue, own: Iterable[Resource] = ()) -> None:
        """`own` are those that come with the gateway; queues that were given no others show them."""
        self._database, self._catalogue = database, catalogue
        self._own = {one.number: one for one in own}
        self._by_number: dict[int, Resource] = dict(self._own)
        self._changing = asyncio.Lock()
        self.told: list[Told] = []

    async def load(self) -> None:
        """Read the resources at start."""
        self._by_number |= {one.number: one for one in await self._database.read(store.resources)}

    def listed(self) -> list[Resource]:
        """All resources, by number."""
        return sorted(self._by_number.values(), key=lambda one: one.number)

    def numbered(self, number: int) -> Resource:
        """The resource of that resource-id. Raises ResourceUnknown."""
        found = self._by_number.get(number)
        if found is None:
            raise ResourceUnknown(f"There is no resource {number}.")
        return found

    def of_queue(self, queue: Queue) -> list[Resource]:
        """The resources of a queue: those that it was given, and our own of types that it was given none of."""
        given = [self._by_number[number] for number in queue.resources if number in self._by_number]
        types = {one.type for one in given}
        return [*(one for one in self._own.values() if one.type not in types), *given]

    def uses(self, resource: Resource) -> int:
        """resource-use-count: how many queues have it."""
        return sum(resource in self.of_queue(queue) for queue in self._catalogue.listed())

    async def create(self, kind: str, name: str, info: str, *, actor: str) -> Resource:
        """Make a resource whose data follows. Raises NotPossible."""
        async with self._changing:
            gone = self._room()
            number = max([_FIRST - 1, *self._by_number]) + 1
            made = Resource(
                number=number,
                id=new_id(),
                type=kind,
                created_at=_now(),
                name=name or f"Resource {number}",
                info=info,
                format=KINDS[kind].formats[0],  # until its data says otherwise
            )

            def write(connection: Connection) -> None:
                if gone is not None:
                    store.remove(connection, gone.number)
                store.add(connection, self._catalogue.node, made)
                self._record(connection, actor, "resource.add", made)

            await self._database.write(write)
            if gone is not None:
                del self._by_number[gone.number]
            self._by_number[number] = made
        self._tell("resource-created", made)
        return made

    async def fill(self, number: int, mime: str, data: bytes, *, actor: str) -> Resource:
        """Give a resource its data. Raises ResourceUnknown, NotPossible, FormatNotSupported."""
        kind = KINDS[self.numbered(number).type]
        if mime not in kind.formats or not kind.fits(data):
            raise FormatNotSupported(f"Such a resource is of the format {', '.join(kind.formats)}.")
        if len(data) > LARGEST:
            raise NotPossible(f"A resource has at most {LARGEST} bytes.")
        values = {"format": mime, "size": len(data), "state": State.AVAILABLE}
        return await self._changed(number, (State.PENDING,), "resource-state-changed", actor, data=data, **values)

    async def install(self, number: int, *, actor: str) -> Resource:
        """Let a resource be used. Raises ResourceUnknown, NotPossible."""
        values = {"state": State.INSTALLED, "installed_at": _now()}
        return await self._changed(number, (State.AVAILABLE,), "resource-installed", actor, **values)

    async def cancel(self, number: int, *, actor: str) -> Resource:
        """Remove a resource that no queue has; that it was there is remembered. Raises ResourceUnknown, NotPossible."""
        found = self.numbered(number)
        if self.uses(found):
            raise NotPossible("A queue has this resource. Take it from the queue first.")
        values = {"state": State.CANCELED, "canceled_at": _now(), "installed_at": None}
        waiting = (State.PENDING, State.AVAILABLE, State.INSTALLED)
        return await self._changed(number, waiting, "resource-canceled", actor, data=None, **values)

    async def rename(self, number: int, *, actor: str, **values: str) -> Resource:
        """Change the name or info of a resource. Raises ResourceUnknown, NotPossible."""
        return await self._changed(number, tuple(State), "resource-config-changed", actor, **values)

    async def give(self, queue: Queue, numbers: Iterable[int], *, actor: str) -> None:
        """Let a queue have installed resources. Raises ResourceUnknown, NotPossible."""
        wanted = tuple(dict.fromkeys(numbers))
        self.check(wanted)
        kept = tuple(number for number in queue.resources if number not in wanted)
        await self._catalogue.change(queue.name, actor=actor, resources=(*kept, *wanted))

    async def take(self, queue: Queue, numbers: Iterable[int], *, actor: str) -> None:
        """Take resources from a queue that has them. Raises NotPossible."""
        wanted = set(numbers)
        if not wanted <= set(queue.resources):
            raise NotPossible("The queue does not have all of these resources.")
        kept = tuple(number for number in queue.resources if number not in wanted)
        await self._catalogue.change(queue.name, actor=actor, resources=kept)

    def check(self, numbers: Iterable[int]) -> None:
        """Refuse resources that a queue cannot have. Raises ResourceUnknown, NotPossible."""
        for number in numbers:
            if self.numbered(number).state is not State.INSTALLED:
                raise NotPossible(f"Resource {number} is not installed.")

    async def data(self, resource_id: str) -> tuple[Resource, bytes] | None:
        """An installed resource that somebody gave, by its UUID, and its data."""
        found = next((one for one in self._by_number.values() if one.id == resource_id and not one.own), None)
        if found is None or found.state is not State.INSTALLED:
            return None
        content = await self._database.read(lambda connection: store.data(connection, found.number))
        return None if content is None else (found, content)

    async def _changed(
        self, number: int, states: tuple[State, ...], keyword: str, actor: str, **values: Any
    ) -> Resource:
        async with self._changing:
            before = self.numbered(number)
            if before.own:
                raise NotPossible("It came with the gateway, and stays as it is.")
            if before.state not in states:
                raise NotPossible("The resource is in no state for that.")
            fresh = replace(before, **{name: value for name, value in values.items() if name != "data"})

            def write(connection: Connection) -> None:
                store.change(connection, number, **values)
                self._record(connection, actor, keyword.replace("-", ".", 1), fresh)

            await self._database.write(write)
            self._by_number[number] = fresh
        self._tell(keyword, fresh)
        return fresh

    def _room(self) -> Resource | None:
        """The resource that has to go for another one: the one that ended first. Raises NotPossible."""
        given = [one for one in self._by_number.values() if not one.own]
        if len(given) < _MOST:
            return None
        ended = [one for one in given if one.state in _ENDED]
        if not ended:
            raise NotPossible("There are as many resources as there can be. Cancel one that is not needed.")
        return min(ended, key=lambda one: one.canceled_at or 0)

    def _record(self, connection: Connection, actor: str, action: str, one: Resource) -> None:
        details = {"number": one.number, "type": one.type, "name": one.name, "state": int(one.state)}
        audit.record(connection, self._catalogue.node, actor, action, one.id, details)

    def _tell(self, keyword: str, one: Resource) -> None:
        for tell in self.told:
            tell(keyword, one)


def _now() -> int:
    return int(time.time() * 1000)
