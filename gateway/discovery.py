"""Telling the network which queues there are, as they come and go. Printing never depends on it."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

import structlog

from gateway.config import Settings
from gateway.core import Core
from gateway.printer_facts import facts, names, system_facts
from ipp_server.printer import House
from jobs.queue import Queue
from mdns.advertise import Advertiser, AdvertisingFailed
from mdns.settings import Settings as MdnsSettings
from mdns.settings import host_label, target_host
from mdns.txt import PrinterFacts, SystemFacts

log = structlog.get_logger(__name__)

_LOOK: Final = 5.0  # seconds between looks at the interfaces, and until a failed start is tried again
_TOGETHER: Final = 5  # queues told between two turns of others on the event loop: about 2 ms each


class Discovery:
    """Keeps the advertisements equal to the catalogue."""

    def __init__(self, core: Core, settings: Settings, node: str) -> None:
        self._core, self._settings = core, settings
        self._house = House(node=node, version="", organization=settings.organization, language=settings.language)
        self._mdns = mdns_settings(settings, node)
        self._port = 0
        self._advertiser: Advertiser | None = None
        self._told: dict[str, Queue] = {}
        self._system: SystemFacts | None = None
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self._excuse = ""

    def serve_at(self, port: int) -> None:
        """Say at which port the queues are reached."""
        self._port = port

    async def run(self) -> None:
        """Advertise until cancelled."""
        if self._look not in self._core.catalogue.changed:
            self._core.catalogue.changed.append(self._look)
            self._core.system.changed.append(self._changed.set)
        advertiser = Advertiser(self._mdns, lambda asked, used: log.info("queue renamed", asked=asked, used=used))
        await self._start(advertiser)
        self._advertiser = advertiser
        clock = asyncio.get_running_loop().time
        look_at = clock() + _LOOK
        try:
            while True:
                self._changed.clear()
                await self._tell(advertiser)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK):
                        await self._changed.wait()
                if clock() >= look_at:
                    await self._look_at_interfaces(advertiser)
                    look_at = clock() + _LOOK
        finally:
            self._advertiser = None
            at_work = list(self._at_work.values())
            for task in at_work:
                task.cancel()
            await asyncio.gather(*at_work, return_exceptions=True)
            await advertiser.stop()
            self._told.clear()
            self._system = None

    async def stop(self) -> None:
        """Say goodbye."""
        advertiser, self._advertiser = self._advertiser, None
        if advertiser is not None:
            await advertiser.stop()

    async def _look(self) -> None:
        self._changed.set()

    async def _start(self, advertiser: Advertiser) -> None:
        """Begin, as soon as there is a network: at start of the machine it may come later than we do."""
        while True:
            try:
                await advertiser.start()
            except AdvertisingFailed as error:
                self._excuse_once(str(error))
                await asyncio.sleep(_LOOK)
            else:
                self._excuse_once("")
                return

    async def _look_at_interfaces(self, advertiser: Advertiser) -> None:
        try:
            if await advertiser.addresses_changed():
                log.info("network changed, advertised anew")
            self._excuse_once("")
        except AdvertisingFailed as error:
            self._excuse_once(str(error))

    def _excuse_once(self, why: str) -> None:
        if why and why != self._excuse:
            log.warning("not advertised", error=why)
        self._excuse = why

    async def _tell(self, advertiser: Advertiser) -> None:
        """Begin what is to be done; one name that is contested for minutes holds up no other."""
        wanted = names(self._core.catalogue.listed())
        for name in self._told.keys() - wanted.keys():
            if name in self._at_work:
                self._at_work[name].cancel()
            else:
                del self._told[name]
                self._begin(name, advertiser.withdraw(name))
        system = system_facts(self._core, self._port)
        if system != self._system and system.key not in self._at_work:
            self._system = system
            self._begin(system.key, self._tell_one(advertiser, lambda: system))
        # The catalogue makes a new object for each change, so that nothing need be compared.
        news = [
            (name, queue)
            for name, queue in wanted.items()
            if self._told.get(name) is not queue and name not in self._at_work
        ]
        for number, (name, queue) in enumerate(news, 1):
            # Also when it fails: nothing is gained by trying again before it changes.
            self._told[name] = queue
            made = partial(facts, queue, name, self._house, advertiser.host, self._port)
            self._begin(name, self._tell_one(advertiser, made))
            if number % _TOGETHER == 0:
                await asyncio.sleep(0)

    def _begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = self._at_work[name] = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._ended(name))

    def _ended(self, name: str) -> None:
        # What changed meanwhile was left for now.
        del self._at_work[name]
        self._changed.set()

    async def _tell_one(self, advertiser: Advertiser, made: Callable[[], PrinterFacts | SystemFacts]) -> None:
        try:
            await advertiser.announce(made())
        except (AdvertisingFailed, ValueError) as error:
            if self._advertiser is advertiser:  # else we are stopping
                log.warning("not advertised", error=str(error))


def told_names(settings: Settings, node: str) -> tuple[str, ...]:
    """Host names that clients are told, and so find in the certificate."""
    own, told = host_label(node), target_host(mdns_settings(settings, node))
    return tuple(dict.fromkeys((f"{own}.local", told.removesuffix("."))))


def mdns_settings(settings: Settings, node: str) -> MdnsSettings:
    """How this gateway appears on the local network. Raises ValueError for a host that is none."""
    return MdnsSettings(
        host=host_label(node),
        interfaces=settings.mdns_interfaces,
        addresses=settings.dns_addresses,
        target=settings.dns_host,
    )
