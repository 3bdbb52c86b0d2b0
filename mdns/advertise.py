"""Telling the local network which queues there are: DNS-SD over multicast DNS (RFC 6762, 6763)."""

import asyncio
import ipaddress
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

from zeroconf import Error, IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from mdns import interfaces
from mdns.announcer import Announcer, Pace, farewell
from mdns.responder import Responder
from mdns.rivals import Rivals
from mdns.services import (
    Target,
    addresses,
    alike,
    full_name,
    goodbyes,
    is_subtype,
    multicast_label,
    records,
    services,
    types,
)
from mdns.settings import Settings, target_host
from mdns.txt import Facts
from mdns.wire import DNSOutgoing

MOST_NUMBERS = 99
# After so many names that others had, each further one is asked for only after a pause (RFC 6762 §8.1).
SWIFT_NUMBERS = 15
SLOW_S = 5.0
# After so many quarrels about a queue's name in one run we let it be: somebody is making them up.
MOST_QUARRELS = 15
QUARREL_PAUSE_S = 1.0
# A rival's announcements of its several services arrive within this time.
LISTEN_S = 0.3
# What is said of the host stands among what is said of queues, whose names have no such character.
HOST = "\0host"


class AdvertisingFailed(Exception):
    """Printers cannot be told on the network; everything else works, and clients that know a URI still print."""


@dataclass(slots=True)
class _Claim:
    """A queue that is told, and under which name."""

    facts: Facts
    instance: str = ""
    infos: dict[str, ServiceInfo] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    quarrels: int = 0
    quarrelling: bool = False
    rivals: dict[str, str] = field(default_factory=dict)  # full name (lower case): host that claims it too


class Advertiser:
    """Tells queues, keeps their names unique, and takes them back.

    `renamed(name asked for, name in use)` is called when they differ, or begin to. All methods belong to one event
    loop and may run at the same time; a queue is known by the name it asked for (`facts.key`).
    """

    def __init__(self, settings: Settings, renamed: Callable[[str, str], None] = lambda _asked, _used: None) -> None:
        """Nothing is sent before `start`; ValueError for a host that is no single label or an odd address."""
        self._settings = settings
        self._renamed = renamed
        self._target = Target(target_host(settings), settings.addresses)
        for address in settings.addresses:
            ipaddress.ip_address(address)
        self._zeroconf: Responder | None = None
        self._links: interfaces.Links | None = None
        self._claims: dict[str, _Claim] = {}
        self._names: dict[str, _Claim] = {}  # see _held
        self._registered: dict[str, _Claim] = {}  # full name (lower case), or key of a subtype
        self._tasks: set[asyncio.Task[None]] = set()
        pace = Pace()
        self._announcer = Announcer(self._send, pace)
        self._rivals = Rivals(self._target.host, pace, self._registered.__contains__, self._on_rival)

    @property
    def host(self) -> str:
        """Where clients are sent, without the last dot."""
        return self._target.host.removesuffix(".")

    async def start(self) -> None:
        """Open the sockets; AdvertisingFailed when there is no usable interface or the port is refused."""
        links = await self._choose()
        responder: Responder | None = None
        try:
            responder = Responder(interfaces=list(links.senders), ip_version=_version(links))
            await responder.async_wait_for_start()
        except (OSError, RuntimeError, Error) as error:
            if responder:
                await AsyncZeroconf(zc=responder).async_close()
            raise AdvertisingFailed(
                f"Multicast DNS cannot be used: {error!r}. Check that UDP port 5353 may be shared."
            ) from error
        responder.links = links
        responder.async_add_listener(self._rivals, None)
        self._zeroconf, self._links = responder, links
        self._keep(self._announcer.run())
        self._say_host()

    async def announce(self, facts: Facts) -> str:
        """Take a name for a queue and return it; about a second, for many at once as well.

        It is answered for from then on, and announced as fast as the network bears (`all_told`). Raises ValueError
        for facts that cannot be told, AdvertisingFailed when all names are taken.
        """
        if facts.key in self._claims:
            return await self.update(facts)
        claim = self._claims[facts.key] = _Claim(facts)
        try:
            async with claim.lock:
                await self._take_name(claim)
        except BaseException:
            self._forget(claim)
            raise
        return claim.instance

    async def update(self, facts: Facts) -> str:
        """Tell what changed about a queue (nothing is sent when nothing did), and return the name in use."""
        claim = self._claims.get(facts.key)
        if claim is None:
            return await self.announce(facts)
        async with claim.lock:
            claim.facts = facts
            self._publish(claim, services(facts, claim.instance, self._target))
        return claim.instance

    async def withdraw(self, key: str) -> None:
        """Take a queue back, with goodbyes, so that it leaves people's lists at once; unknown ones are ignored."""
        claim = self._claims.get(key)
        if claim is not None:
            async with claim.lock:
                self._forget(claim)

    async def all_told(self) -> None:
        """Wait until all that changed so far has been said once."""
        await self._announcer.all_said()

    async def addresses_changed(self) -> bool:
        """Look at the interfaces anew and tell the queues there; AdvertisingFailed when none is left.

        Returns whether anything was different; cheap when nothing was.
        """
        before, target = self._links, self._target
        try:
            links = await self._choose()
        except AdvertisingFailed:
            self._links = None  # whoever comes back has forgotten us meanwhile
            raise
        if links == before:
            return False
        responder = self._running
        await responder.async_update_interfaces(list(links.senders), _version(links))
        self._links = responder.links = links
        if self._target != target:
            for claim in self._claims.values():
                self._register_anew(claim)
        self._say_host(target)
        if before is None or set(links.senders) - set(before.senders):
            for claim in self._claims.values():
                self._announcer.say(claim.facts.key, records(claim.infos.values()))
        return True

    async def stop(self) -> None:
        """Say goodbye for every queue and close; may be called twice, or without `start`."""
        responder, self._zeroconf = self._zeroconf, None
        if responder is None:
            return
        for task in list(self._tasks):
            task.cancel()
        self._rivals.stop()
        responder.async_remove_listener(self._rivals)
        infos = [info for claim in self._claims.values() for info in claim.infos.values()]
        for known in (self._claims, self._names, self._registered):
            known.clear()
        responder.registry.async_remove(infos)
        await farewell(responder.async_send, goodbyes(infos))
        await AsyncZeroconf(zc=responder).async_close()

    @property
    def _running(self) -> Responder:
        if self._zeroconf is None:
            raise AdvertisingFailed("Printers are not told on the network: advertising has not started.")
        return self._zeroconf

    def _send(self, message: DNSOutgoing) -> None:
        self._running.async_send(message)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _choose(self) -> interfaces.Links:
        try:
            links = await asyncio.to_thread(interfaces.choose, self._settings.interfaces)
        except (OSError, ValueError) as error:
            raise AdvertisingFailed(f"{error} Set the interfaces in the configuration.") from error
        found = self._settings.addresses or links.addresses
        # Names outside .local belong to the DNS, and so do their addresses (RFC 6762 §3).
        self._target = Target(self._target.host, found if self._target.host.endswith(".local.") else ())
        return links

    def _say_host(self, before: Target | None = None) -> None:
        told = addresses(self._target)
        gone = addresses(before, ttl=0) if before else []
        self._announcer.say(HOST, told, [record for record in gone if record not in told])

    async def _take_name(self, claim: _Claim) -> None:
        """Find a name nobody else uses, for all services of the queue alike, and publish under it."""
        before, asked = claim.instance or claim.facts.name, 0
        for number in range(1, MOST_NUMBERS + 1):
            instance = multicast_label(claim.facts.name, number)
            # Held against our own others while we ask the network.
            if self._names.setdefault(_held(claim.facts, instance), claim) is not claim:
                continue
            if claim.instance != instance:
                self._names.pop(_held(claim.facts, claim.instance), None)
            claim.instance = instance
            wanted = services(claim.facts, instance, self._target)
            proposed = [info.dns_service() for info in wanted.values() if not is_subtype(info)]
            asked += 1
            if asked > SWIFT_NUMBERS:
                await asyncio.sleep(SLOW_S)
            if not await self._rivals.taken(self._running, proposed):
                self._publish(claim, wanted)
                if instance != before:
                    self._renamed(claim.facts.name, instance)
                return
        raise AdvertisingFailed(f"All of {MOST_NUMBERS} names like {claim.facts.name!r} are in use: rename the queue.")

    def _publish(self, claim: _Claim, wanted: dict[str, ServiceInfo]) -> None:
        """Answer for what is wanted from now on, and announce it if it is not what was told."""
        registry, told = self._running.registry, claim.infos
        gone = [info for key, info in told.items() if key not in wanted]
        changed = [info for key, info in wanted.items() if key not in told or not alike(told[key], info)]
        if not gone and not changed:
            return
        self._unregister(claim, gone)
        for info in changed:
            registry.async_update(info)
            claim.infos[info.key] = info
            self._registered[info.key] = claim
        self._announcer.say(claim.facts.key, records(claim.infos.values()), goodbyes(gone))

    def _unregister(self, claim: _Claim, infos: Iterable[ServiceInfo]) -> None:
        going = list(infos)
        if self._zeroconf is not None:
            self._zeroconf.registry.async_remove(going)
        for info in going:
            claim.infos.pop(info.key, None)
            self._registered.pop(info.key, None)

    def _register_anew(self, claim: _Claim) -> None:
        """The host has other addresses, which each registration carries; they are announced once for all."""
        for key, info in services(claim.facts, claim.instance, self._target).items():
            if key in claim.infos:
                self._running.registry.async_update(info)
                claim.infos[key] = info

    def _forget(self, claim: _Claim) -> None:
        if self._claims.get(claim.facts.key) is claim:
            del self._claims[claim.facts.key]
        held = _held(claim.facts, claim.instance)
        if self._names.get(held) is claim:
            del self._names[held]
        told = list(claim.infos.values())
        self._unregister(claim, told)
        if self._zeroconf is not None:
            self._announcer.say(claim.facts.key, (), goodbyes(told))

    def _on_rival(self, key: str, theirs: str) -> None:
        """Two networks were joined, or both asked at the same instant: one of us must give way."""
        claim = self._registered.get(key)
        if claim is None or claim.quarrels >= MOST_QUARRELS:
            return
        claim.rivals[key] = theirs
        if not claim.quarrelling:
            claim.quarrelling = True
            self._keep(self._settle(claim))

    async def _settle(self, claim: _Claim) -> None:
        try:
            while claim.rivals and claim.quarrels < MOST_QUARRELS:
                claim.quarrels += 1
                await asyncio.sleep(LISTEN_S)
                async with claim.lock:
                    # Who is heard from here on is dealt with in the next round.
                    rivals, claim.rivals = claim.rivals, {}
                    if self._claims.get(claim.facts.key) is claim:
                        await self._answer(claim, rivals)
                await asyncio.sleep(QUARREL_PAUSE_S)
        except AdvertisingFailed:
            # Stopped meanwhile, or every name is taken: it stays untold until it is announced again.
            self._forget(claim)
        finally:
            claim.quarrelling = False

    async def _answer(self, claim: _Claim, rivals: dict[str, str]) -> None:
        """Keep the name, or leave it to the rival and take another one."""
        if self._target.host.lower() < min(rivals.values()):
            # Two gateways decide alike; any other printer asks again when it hears us, and gives way.
            self._announcer.say(claim.facts.key, records(claim.infos.values()))
            return
        told = list(claim.infos.values())
        self._unregister(claim, told)
        # Without goodbyes where the rival stands: they would strike its records, too, from everyone's memory.
        uncontested = [info for info in told if info.name.lower() not in rivals]
        self._announcer.say(claim.facts.key, (), goodbyes(uncontested))
        await self._take_name(claim)


def _held(facts: Facts, instance: str) -> str:
    """The name that stands for all of an instance: queues and the System may be called the same."""
    return full_name(instance, types(facts)[-1]).lower()


def _version(links: interfaces.Links) -> IPVersion:
    numbers = any(isinstance(sender, int) for sender in links.senders)
    texts = any(isinstance(sender, str) for sender in links.senders)
    return IPVersion.All if numbers and texts else IPVersion.V6Only if numbers else IPVersion.V4Only
