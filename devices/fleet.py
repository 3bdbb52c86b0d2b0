"""The devices there are: configured, asked what they can do, watched."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import Connection

from devices import store
from devices.capabilities import Capabilities
from devices.client import open_device
from devices.device import Device, DeviceState
from devices.errors import DeviceError, DeviceRefused
from devices.settings import Settings
from devices.store import DeviceRow
from devices.uri import parse
from events import audit
from storage.database import Database
from storage.node import new_id

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_AT_ONCE = 20  # devices asked at the same time
_ASK_AGAIN = 600  # seconds after which what a device can do is read anew

log = structlog.get_logger(__name__)


class DeviceExists(DeviceError):
    """A device of that name exists already."""


class DeviceUnknown(DeviceError):
    """There is no such device."""


class Fleet:
    """All output devices, kept in memory and written through. `changed` is called when what one can do changes."""

    def __init__(self, database: Database, node: str, settings: Settings) -> None:
        self._database, self._node, self._settings = database, node, settings
        self._rows: dict[str, DeviceRow] = {}
        self._asking = asyncio.Semaphore(_AT_ONCE)
        self.changed: Callable[[], Awaitable[None]] | None = None

    async def load(self) -> None:
        """Read the devices at start."""
        self._rows = {row.id: row for row in await self._database.read(store.listed)}

    def listed(self) -> list[DeviceRow]:
        """All devices, in the order of their names."""
        return sorted(self._rows.values(), key=lambda row: row.name)

    def known(self) -> tuple[str, ...]:
        """Ids of the devices that are in use."""
        return tuple(row.id for row in self.listed() if row.enabled)

    def get(self, device_id: str) -> DeviceRow:
        """The device of that id, or raise DeviceUnknown."""
        try:
            return self._rows[device_id]
        except KeyError:
            raise DeviceUnknown("There is no such device.") from None

    def named(self, name: str) -> DeviceRow:
        """The device of that name (or id), or raise DeviceUnknown."""
        for row in self._rows.values():
            if name in (row.name, row.id):
                return row
        raise DeviceUnknown(f"There is no device called {name}. `printgate device list` shows which there are.")

    def open(self, device_id: str) -> Device:
        """A client for the device."""
        return open_device(self.get(device_id).uri, settings=self._settings)

    async def add(self, name: str, uri: str, *, info: str = "", location: str = "", actor: str = "") -> DeviceRow:
        """Add a device and ask what it can do; one that does not answer now is added all the same."""
        if not _NAME.fullmatch(name):
            raise DeviceRefused("A device's name has 1 to 63 letters, digits, dots, dashes or underscores.")
        parse(uri)
        open_device(uri, settings=self._settings)
        if any(row.name == name for row in self._rows.values()):
            raise DeviceExists(f"There is a device called {name} already. Choose another name.")
        now = int(time.time() * 1000)
        row = DeviceRow(
            new_id(),
            name,
            uri,
            info.strip()[:127],
            location.strip()[:127],
            True,
            None,
            "unknown",
            (),
            "",
            None,
            None,
            now,
        )
        stored = {key: getattr(row, key) for key in DeviceRow.__dataclass_fields__}

        def insert(connection: Connection) -> None:
            store.add(connection, {**stored, "node": self._node, "capabilities": None, "reasons": ""})
            audit.record(connection, self._node, actor, "device.add", row.id, {"name": name, "uri": row.address})

        await self._database.write(insert)
        self._rows[row.id] = row
        return await self.refresh(row.id, ask=True)

    async def change(self, name: str, /, *, actor: str = "", **values: Any) -> DeviceRow:
        """Change name, uri, info, location or enabled of a device."""
        row = self.named(name)
        if "uri" in values:
            open_device(values["uri"], settings=self._settings)
            values |= {"capabilities": None}
        if "name" in values and not _NAME.fullmatch(values["name"]):
            raise DeviceRefused("A device's name has 1 to 63 letters, digits, dots, dashes or underscores.")
        if any(other.name == values.get("name") and other.id != row.id for other in self._rows.values()):
            raise DeviceExists(f"There is a device called {values['name']} already. Choose another name.")
        values["changed_at"] = int(time.time() * 1000)

        def update(connection: Connection) -> None:
            store.change(connection, row.id, **values)
            told = {key: value for key, value in values.items() if key not in ("uri", "capabilities")}
            audit.record(connection, self._node, actor, "device.change", row.id, told)

        await self._database.write(update)
        self._rows[row.id] = replace(self._rows.get(row.id, row), **values)
        return await self.refresh(row.id, ask="uri" in values)

    async def remove(self, name: str, *, actor: str = "") -> None:
        """Remove a device."""
        row = self.named(name)

        def delete(connection: Connection) -> None:
            store.remove(connection, row.id)
            audit.record(connection, self._node, actor, "device.remove", row.id, {"name": row.name})

        await self._database.write(delete)
        self._rows.pop(row.id, None)
        await self._tell()

    async def refresh(self, device_id: str, *, ask: bool = False) -> DeviceRow:
        """Look at a device: its state, and what it can do if `ask` or if that is long ago."""
        row = self.get(device_id)
        now = int(time.time() * 1000)
        client = open_device(row.uri, settings=self._settings)
        old = row.asked_at is None or now - row.asked_at > _ASK_AGAIN * 1000
        async with self._asking:
            capabilities, state = row.capabilities, DeviceState("unreachable")
            try:
                if ask or old or capabilities is None:
                    capabilities = await client.capabilities()
                    row = replace(row, asked_at=now)
                state = await client.state()
            except DeviceError as error:
                state = DeviceState("unreachable", (), str(error))
        if device_id not in self._rows:  # removed meanwhile
            return row
        if self._rows[device_id].uri != row.uri:  # another device by now: this answer is not its own
            return self._rows[device_id]
        seen = now if state.state != "unreachable" else row.seen_at
        fresh = replace(
            self._rows[device_id],
            capabilities=capabilities,
            state=state.state,
            reasons=state.reasons[:20],
            message=state.message[:500],
            seen_at=seen,
            asked_at=row.asked_at,
        )
        await self._keep(self._rows[device_id], fresh)
        return fresh

    async def watch(self, interval: float) -> None:
        """Look at every device now and then, until cancelled."""
        while True:
            results = await asyncio.gather(*(self.refresh(key) for key in self.known()), return_exceptions=True)
            for result in results:
                if isinstance(result, Exception):
                    log.warning("device not looked at", error=str(result))
            await asyncio.sleep(interval)

    async def _keep(self, before: DeviceRow, row: DeviceRow) -> None:
        self._rows[row.id] = row
        told = ("capabilities", "state", "reasons", "message")
        if any(getattr(before, name) != getattr(row, name) for name in told) or before.asked_at != row.asked_at:
            values = {
                "capabilities": row.capabilities.to_json() if row.capabilities else None,
                "state": row.state,
                "reasons": ",".join(row.reasons),
                "message": row.message,
                "seen_at": row.seen_at,
                "asked_at": row.asked_at,
            }
            await self._database.write(lambda connection: store.change(connection, row.id, **values))
        if before.capabilities != row.capabilities:
            await self._tell()

    async def _tell(self) -> None:
        if self.changed:
            await self.changed()


def together(rows: list[DeviceRow]) -> list[Capabilities]:
    """What those devices can do, of which it is known."""
    return [row.capabilities for row in rows if row.capabilities is not None]
