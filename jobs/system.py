"""What is set of the gateway as a whole: the System of PWG 5100.22. Kept in rows, written through, audited."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import Connection

from events import audit
from jobs.catalogue import Catalogue
from storage import settings
from storage.database import Database

_DEFAULT: Final = "default-printer"
_CHANGES: Final = "system-config-changes"
_CHANGED_AT: Final = "system-config-changed-at"
_ATTRIBUTE: Final = "attribute."


class System:
    """The gateway's own settings. `changed` is called after one of them changed, or a queue came or went."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database, self._catalogue = database, catalogue
        self._attributes: dict[str, str] = {}
        self._queues: frozenset[str] = frozenset()
        self._changing = asyncio.Lock()
        self.changes = 0
        """system-config-changes."""
        self.changed_at = int(time.time() * 1000)
        """When the last of them was, in milliseconds of the epoch."""
        self.changed: list[Callable[[], None]] = []

    @property
    def attributes(self) -> Mapping[str, str]:
        """System attributes that were set: the encoded attribute in hexadecimal, by name."""
        return self._attributes

    async def load(self) -> None:
        """Read the settings at start, after the catalogue, and follow its queues from then on."""
        known = await self._database.read(settings.read)
        self._attributes = {
            name.removeprefix(_ATTRIBUTE): value for name, value in known.items() if name.startswith(_ATTRIBUTE)
        }
        self._catalogue.preferred = known.get(_DEFAULT, "")
        self.changes = int(known.get(_CHANGES, "0"))
        self.changed_at = int(known.get(_CHANGED_AT, self.changed_at))
        self._queues = self._ids()
        self._catalogue.changed.append(self._follow)

    async def change(
        self, attributes: Mapping[str, str | None], *, default: str | None = None, actor: str = ""
    ) -> None:
        """Set attributes (None: as they were at first) and, if given, the queue of that id as the default."""
        rows = {_ATTRIBUTE + name: value for name, value in attributes.items()}
        if default is not None:
            rows[_DEFAULT] = default
        async with self._changing:
            await self._write(rows, actor)
            self._attributes |= {name: value for name, value in attributes.items() if value is not None}
            for name in [name for name, value in attributes.items() if value is None]:
                self._attributes.pop(name, None)
            if default is not None:
                self._catalogue.preferred = default
        self._tell()

    async def _follow(self) -> None:
        """Count queues that came or went as changes of the configuration."""
        async with self._changing:
            now, before = self._ids(), self._queues
            if now == before:
                return
            self._queues = now
            await self._write({}, "")
        self._tell()

    async def _write(self, rows: Mapping[str, str | None], actor: str) -> None:
        at, changes, node = int(time.time() * 1000), self.changes + 1, self._catalogue.node

        def write(connection: Connection) -> None:
            for name, value in (dict(rows) | {_CHANGES: str(changes), _CHANGED_AT: str(at)}).items():
                settings.put(connection, node, name, value)
            if rows:
                audit.record(connection, node, actor, "system.change", node, dict(rows))

        await self._database.write(write)
        self.changes, self.changed_at = changes, at

    def _ids(self) -> frozenset[str]:
        return frozenset(queue.id for queue in self._catalogue.listed())

    def _tell(self) -> None:
        for tell in self.changed:
            tell()
