"""Telling the network which queues there are, as they come and go. Printing never depends on it."""

import asyncio
import contextlib
from collections import Counter
from typing import Final

import structlog

from gateway.config import Settings
from gateway.core import Core
from ipp_server.http import PATH
from ipp_server.printer import make_and_model, urf_tokens
from jobs.queue import ANY_FORMAT, Queue
from mdns.advertise import Advertiser, AdvertisingFailed, host_label
from mdns.advertise import Settings as MdnsSettings
from mdns.txt import PrinterFacts

log = structlog.get_logger(__name__)

_AGAIN: Final = 60.0  # seconds between looks at the interfaces, and until a failed start is tried again


class Discovery:
    """Keeps the advertisements equal to the catalogue."""

    def __init__(self, core: Core, settings: Settings, node: str) -> None:
        self._core, self._settings = core, settings
        self._host = host_label(node)
        self._port = 0
        self._advertiser: Advertiser | None = None
        self._told: dict[str, str] = {}
        self._changed = asyncio.Event()

    def serve_at(self, port: int) -> None:
        """Say at which port the queues are reached."""
        self._port = port

    async def run(self) -> None:
        """Advertise until cancelled."""
        self._core.catalogue.changed.append(self._look)
        settings = MdnsSettings(host=self._host, interfaces=self._settings.mdns_interfaces)
        advertiser = Advertiser(settings, lambda asked, used: log.info("queue renamed", asked=asked, used=used))
        try:
            await advertiser.start()
        except AdvertisingFailed as error:
            log.warning("not advertised", error=str(error))
            await asyncio.sleep(_AGAIN)
            return
        self._advertiser = advertiser
        try:
            while True:
                self._changed.clear()
                await self._tell(advertiser)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_AGAIN):
                        await self._changed.wait()
                        continue
                with contextlib.suppress(AdvertisingFailed):
                    await advertiser.addresses_changed()
        finally:
            await advertiser.stop()
            self._advertiser = None
            self._told.clear()

    async def stop(self) -> None:
        """Say goodbye."""
        if self._advertiser is not None:
            await self._advertiser.stop()

    async def _look(self) -> None:
        self._changed.set()

    async def _tell(self, advertiser: Advertiser) -> None:
        # Two queues may be called the same by people; on the network each is told apart by its own name as well.
        queues = self._core.catalogue.listed()
        shown = Counter(queue.shown for queue in queues)
        wanted = {q.shown if shown[q.shown] == 1 else f"{q.shown} ({q.name})": q for q in queues}
        for name in self._told.keys() - wanted.keys():
            await advertiser.withdraw(name)
            del self._told[name]
        for name, queue in wanted.items():
            try:
                self._told[name] = await advertiser.announce(self._facts(queue, name))
            except (AdvertisingFailed, ValueError) as error:
                log.warning("queue not advertised", queue=queue.name, error=str(error))

    def _facts(self, queue: Queue, name: str) -> PrinterFacts:
        secure = queue.needs_password
        scheme = "https" if secure else "http"
        return PrinterFacts(
            name=name,
            rp=f"{PATH.lstrip('/')}/{queue.name}",
            uuid=queue.id,
            port=self._port,
            ty=make_and_model(queue),
            pdl=tuple(name for name in queue.formats if name != ANY_FORMAT),
            urf=urf_tokens(queue.offer),
            note=queue.location,
            admin_url=f"{scheme}://{self._host}.local:{self._port}/",
            color=queue.offer.color,
            duplex=len(queue.offer.sides) > 1,
            air="username,password" if secure else "none",
            paper_max="isoA3-A2" if "iso_a3_297x420mm" in queue.offer.media else "legal-A4",
            secure_only=secure,
        )
