"""Telling the local network which queues there are: DNS-SD over multicast DNS (RFC 6762, 6763)."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from zeroconf import Error, IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from mdns import interfaces
from mdns.rivals import Watch, taken
from mdns.services import Target, alike, label, services, types
from mdns.txt import PrinterFacts

MOST_NUMBERS = 99
# After so many quarrels about a queue's name in one run we let it be: somebody is making them up.
MOST_QUARRELS = 15
QUARREL_PAUSE_S = 1.0
# A rival's announcements of its several services arrive within this time.
LISTEN_S = 0.3
# Goodbyes of more registrations at once were seen to overrun the listeners' sockets.
GOODBYES_AT_ONCE = 70


class AdvertisingFailed(Exception):
    """Printers cannot be told on the network; everything else works, and clients that know a URI still print."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this gateway appears.

    `host` is a label unique on the network (nobody asks whether it is), `interfaces` are names or addresses (all
    that lead outward when empty), `addresses` are told instead of those found there (a load balancer's).
    """

    host: str
    interfaces: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(slots=True)
class _Claim:
    """A queue that is told, and under which name."""

    facts: PrinterFacts
    instance: str = ""
    infos: dict[str, ServiceInfo] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    quarrels: int = 0
    quarrelling: bool = False
    rivals: dict[str, str] = field(default_factory=dict)  # full name (lower case): host that claims it too


class Advertiser:
    """Tells queues, keeps their names unique, and takes them back.

    `renamed(name asked for, name in use)` is called when they differ, or begin to. All methods belong to one event
    loop and may run at the same time; a queue is known by the name it asked for (`facts.name`).
    """

    def __init__(self, settings: Settings, renamed: Callable[[str, str], None] = lambda _asked, _used: None) -> None:
        """Nothing is sent before `start`; ValueError for a host that is no single label or an odd address."""
        host = settings.host.removesuffix(".").removesuffix(".local")
        if not host or len(host) > 63 or not host.replace("-", "").isalnum() or not host.isascii():
            raise ValueError(f"The host {settings.host!r} must be letters, digits and hyphens.")
        for address in settings.addresses:
            ipaddress.ip_address(address)
        self._settings = settings
        self._renamed = renamed
        self._target = Target(f"{host}.local.", settings.addresses)
        self._zeroconf: AsyncZeroconf | None = None
        self._claims: dict[str, _Claim] = {}
        self._quarrels: set[asyncio.Task[None]] = set()
        self._watch = Watch(self._target.host, lambda key: self._claim_of(key) is not None, self._on_rival)

    async def start(self) -> None:
        """Open the sockets; AdvertisingFailed when there is no usable interface or the port is refused."""
        links = await self._choose()
        opened: AsyncZeroconf | None = None
        try:
            opened = AsyncZeroconf(interfaces=list(links.senders), ip_version=_version(links))
            await opened.zeroconf.async_wait_for_start()
        except (OSError, RuntimeError, Error) as error:
            if opened:
                await opened.async_close()
            raise AdvertisingFailed(
                f"Multicast DNS cannot be used: {error!r}. Check that UDP port 5353 may be shared."
            ) from error
        opened.zeroconf.async_add_listener(self._watch, None)
        self._zeroconf = opened

    async def announce(self, facts: PrinterFacts) -> str:
        """Tell a queue and return the name it got; about a second, for many at once as well.

        Raises ValueError for facts that cannot be told, AdvertisingFailed when all names are taken.
        """
        if facts.name in self._claims:
            return await self.update(facts)
        claim = self._claims[facts.name] = _Claim(facts)
        try:
            async with claim.lock:
                await self._take_name(claim)
        except BaseException:
            # Also when cancelled: a half-told queue is taken back by its absence here, the rest by the library.
            self._claims.pop(facts.name, None)
            await self._withdraw(claim.infos.values())
            raise
        return claim.instance

    async def update(self, facts: PrinterFacts) -> str:
        """Tell what changed about a queue (nothing is sent when nothing did), and return the name in use."""
        claim = self._claims.get(facts.name)
        if claim is None:
            return await self.announce(facts)
        async with claim.lock:
            claim.facts = facts
            await self._publish(claim, services(facts, claim.instance, self._target))
        return claim.instance

    async def withdraw(self, name: str) -> None:
        """Take a queue back, with goodbyes, so that it leaves people's lists at once; unknown names are ignored."""
        claim = self._claims.pop(name, None)
        if claim is None:
            return
        async with claim.lock:
            await self._withdraw(claim.infos.values())
            claim.infos = {}

    async def addresses_changed(self) -> None:
        """Look at the interfaces anew and tell the queues there; AdvertisingFailed when none is left."""
        links = await self._choose()
        await self._running.zeroconf.async_update_interfaces(list(links.senders), _version(links))
        await asyncio.gather(*(self.update(claim.facts) for claim in list(self._claims.values())))

    async def stop(self) -> None:
        """Say goodbye for every queue and close; may be called twice, or without `start`."""
        running, self._zeroconf = self._zeroconf, None
        if running is None:
            return
        for task in list(self._quarrels):
            task.cancel()
        running.zeroconf.async_remove_listener(self._watch)
        infos = [info for claim in self._claims.values() for info in claim.infos.values()]
        self._claims.clear()
        for start in range(0, len(infos), GOODBYES_AT_ONCE):
            batch = infos[start : start + GOODBYES_AT_ONCE]
            await _all_sent(running.async_unregister_service(info) for info in batch)
        await running.async_close()

    @property
    def _running(self) -> AsyncZeroconf:
        if self._zeroconf is None:
            raise AdvertisingFailed("Printers are not told on the network: advertising has not started.")
        return self._zeroconf

    async def _choose(self) -> interfaces.Links:
        try:
            links = await asyncio.to_thread(interfaces.choose, self._settings.interfaces)
        except (OSError, ValueError) as error:
            raise AdvertisingFailed(f"{error} Set the interfaces in the configuration.") from error
        self._target = Target(self._target.host, self._settings.addresses or links.addresses)
        return links

    async def _take_name(self, claim: _Claim) -> None:
        """Find a name nobody else uses, for all services of the queue alike, and publish under it."""
        before = claim.instance or claim.facts.name
        for number in range(1, MOST_NUMBERS + 1):
            instance = label(claim.facts.name, number)
            if any(other.instance.lower() == instance.lower() for other in self._claims.values() if other is not claim):
                continue
            claim.instance = instance  # held against our own other queues while we ask the network
            if not await taken(self._running.zeroconf, types(claim.facts), instance, self._target.host):
                await self._publish(claim, services(claim.facts, instance, self._target))
                if instance != before:
                    self._renamed(claim.facts.name, instance)
                return
        raise AdvertisingFailed(f"All of {MOST_NUMBERS} names like {claim.facts.name!r} are in use: rename the queue.")

    async def _publish(self, claim: _Claim, wanted: dict[str, ServiceInfo]) -> None:
        """Send the difference between what is told and what is wanted."""
        running, told = self._running, claim.infos
        changed = [info for key, info in wanted.items() if key in told and not alike(told[key], info)]
        fresh = [info for key, info in wanted.items() if key not in told]
        claim.infos = wanted
        await _all_sent(
            [
                *(running.async_unregister_service(info) for key, info in told.items() if key not in wanted),
                *(running.async_update_service(info) for info in changed),
                # The names were asked for already, once for all services.
                *(running.async_register_service(info, cooperating_responders=True) for info in fresh),
            ]
        )

    async def _withdraw(self, infos: Iterable[ServiceInfo]) -> None:
        if self._zeroconf is not None:
            await _all_sent([self._zeroconf.async_unregister_service(info) for info in infos])

    def _claim_of(self, key: str) -> _Claim | None:
        """Return the queue that has registered this full name (lower case)."""
        return next((claim for claim in self._claims.values() if key in claim.infos), None)

    def _on_rival(self, key: str, theirs: str) -> None:
        """Two networks were joined, or both asked at the same instant: one of us must give way."""
        claim = self._claim_of(key)
        if claim is None or claim.quarrels >= MOST_QUARRELS:
            return
        claim.rivals[key] = theirs
        if not claim.quarrelling:
            claim.quarrelling = True
            task = asyncio.create_task(self._settle(claim))
            self._quarrels.add(task)
            task.add_done_callback(self._quarrels.discard)

    async def _settle(self, claim: _Claim) -> None:
        try:
            while claim.rivals and claim.quarrels < MOST_QUARRELS:
                claim.quarrels += 1
                await asyncio.sleep(LISTEN_S)
                async with claim.lock:
                    # Who is heard from here on is dealt with in the next round.
                    rivals, claim.rivals = claim.rivals, {}
                    if self._claims.get(claim.facts.name) is claim:
                        await self._answer(claim, rivals)
                await asyncio.sleep(QUARREL_PAUSE_S)
        except AdvertisingFailed:
            # Stopped meanwhile, or every name is taken: it stays untold until it is announced again.
            self._claims.pop(claim.facts.name, None)
        finally:
            claim.quarrelling = False

    async def _answer(self, claim: _Claim, rivals: dict[str, str]) -> None:
        """Keep the name, or leave it to the rival and take another one."""
        if self._target.host.lower() < min(rivals.values()):
            # Two gateways decide alike; any other printer asks again when it hears us, and gives way.
            await _all_sent([self._running.async_update_service(info) for info in claim.infos.values()])
            return
        contested = [info for info in claim.infos.values() if info.name.lower() in rivals]
        uncontested = [info for info in claim.infos.values() if info.name.lower() not in rivals]
        # Without goodbyes where the rival stands: they would strike its records, too, from everyone's memory.
        self._running.zeroconf.registry.async_remove(contested)
        await self._withdraw(uncontested)
        claim.infos = {}
        await self._take_name(claim)


def host_label(node: str) -> str:
    """Host label of the gateway with this node id: `printgate-` and its first letters and digits, lower case."""
    kept = "".join(c for c in node.lower() if c.isascii() and c.isalnum())[:16]
    if not kept:
        raise ValueError("A node id needs at least one letter or digit.")
    return f"printgate-{kept}"


def _version(links: interfaces.Links) -> IPVersion:
    numbers = any(isinstance(sender, int) for sender in links.senders)
    texts = any(isinstance(sender, str) for sender in links.senders)
    return IPVersion.All if numbers and texts else IPVersion.V6Only if numbers else IPVersion.V4Only


async def _all_sent(calls: Iterable[Awaitable[Awaitable[None]]]) -> None:
    """Each call answers at once with another thing to wait for: that its repeats were sent."""
    sendings = await asyncio.gather(*calls)
    await asyncio.gather(*sendings)
