"""One attempt to print at a JetDirect device: send, listen if it talks, and say honestly what became of it."""

import asyncio

from devices import pjl
from devices.document import DocumentError, octets
from devices.errors import DeviceError, DeviceUnreachable
from devices.jetdirect_connection import JetDirectConnection, connect
from devices.jetdirect_listening import Listener
from devices.outgoing import Outcome, Outgoing
from devices.settings import Settings
from devices.uri import DeviceUri
from devices.witness import Witness


class JetDirectPrinting:
    """An attempt at one device; without `wrapped`, nothing but the document is sent."""

    def __init__(
        self, target: DeviceUri, settings: Settings, outgoing: Outgoing, witness: Witness, *, wrapped: bool
    ) -> None:
        self._target = target
        self._settings = settings
        self._outgoing = outgoing
        self._witness = witness
        self._wrapped = wrapped

    async def run(self) -> Outcome:
        """Print. Raises only what the watch raised before the first byte."""
        try:
            connection = await self._connect()
        except DeviceUnreachable as error:
            return Outcome(kind="not-sent", message=str(error), retry=True)
        async with connection:
            try:
                return await self._print(connection)
            except (DeviceError, DocumentError) as error:
                if self._witness.failure is not None:
                    raise
                if self._witness.started:
                    return Outcome(kind="unknown", message=f"{error} The job may have printed.")
                return Outcome(kind="not-sent", message=str(error), retry=True)

    async def _connect(self) -> JetDirectConnection:
        """Connect, trying again while the device may be taking another's job."""
        now = asyncio.get_running_loop().time
        deadline = now() + self._settings.busy_limit
        pause = self._settings.busy_first
        while True:
            try:
                return await connect(self._target, self._settings)
            except DeviceUnreachable as error:
                # Refused at once: it is there, but another connection has its port. Anything else is no queue.
                if not isinstance(error.__cause__, ConnectionRefusedError) or now() + pause > deadline:
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._settings.busy_last)

    async def _print(self, connection: JetDirectConnection) -> Outcome:
        status = await connection.ask("STATUS") if self._wrapped else None
        if connection.ending != "open":
            raise DeviceUnreachable(f"The device at {self._target.name} closed the connection at once.")
        if status is not None and not pjl.is_online(status):
            display = pjl.device_state(status).message
            return Outcome(kind="not-sent", message=f"The device is offline: “{display}”.", retry=True)
        counter = await connection.ask("PAGECOUNT") if status is not None else None
        await self._send(connection, talks=status is not None)
        if status is not None:
            before = None if counter is None else pjl.page_count(counter)
            return await Listener(connection, self._witness, self._settings, self._outgoing, before).listen()
        return await self._silent(connection)

    async def _send(self, connection: JetDirectConnection, *, talks: bool) -> None:
        # The wrapper leaves together with the first piece: a device never sees a job that we were not allowed to send.
        head = pjl.head(self._outgoing, status=talks) if self._wrapped else b""
        async for piece in octets(self._outgoing, self._witness, lambda: None):
            if connection.ending != "open":
                raise DeviceUnreachable(f"The device at {self._target.name} closed the connection too early.")
            await connection.send(head + piece)
            head = b""
        if self._wrapped:
            await connection.send(head + pjl.tail(self._outgoing))
        if connection.ending != "open":
            raise DeviceUnreachable(f"The device at {self._target.name} closed the connection too early.")
        await self._witness.after_last_byte()

    async def _silent(self, connection: JetDirectConnection) -> Outcome:
        """Close in order with a device that does not talk: that is all that can be known of it."""
        await connection.finish(self._settings.close_timeout)
        if connection.ending == "reset":
            return Outcome(
                kind="unknown", message="The device broke the connection at the end. The job may have printed."
            )
        if connection.ending == "open" and connection.unacknowledged():
            return Outcome(
                kind="unknown", message="The device did not take the whole document. Some of it may have printed."
            )
        return Outcome(
            kind="completed",
            message="The device took the whole document; it does not report pages, so nobody knows if they came out.",
        )
