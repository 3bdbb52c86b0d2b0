"""Whether somebody else uses a name: asked before we take it, watched for afterwards (RFC 6762 §8, §9)."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from zeroconf import RecordUpdate, RecordUpdateListener, Zeroconf

from mdns.announcer import Pace, packed
from mdns.wire import ANY, IN, QUERY, SRV, DNSOutgoing, DNSQuestion, DNSService

PROBES = 3
PROBE_PAUSE_S = 0.25
# So long others may join a round of probes; it also keeps machines that start together from asking together.
GATHER_S = 0.25
# Questions and proposed records of a packet of probes weigh about the same.
PROBE_PACKET = 600
# Names asked for in one round: whose queues are all registered in the moment it is over.
MOST_NAMES = 300


@dataclass(slots=True)
class _Round:
    """Names that are asked for together."""

    proposed: list[DNSService] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Rivals(RecordUpdateListener):
    """Probes for names, many in a packet, and calls `found(full name, their host)` when one of `ours` is claimed.

    Names and hosts are lower case; who has our own `host` is no rival: another door to the same printers.
    """

    def __init__(self, host: str, pace: Pace, ours: Callable[[str], bool], found: Callable[[str, str], None]) -> None:
        """`ours` tells whether a full name (lower case) is registered by us."""
        self._host, self._pace = host.lower(), pace
        self._ours, self._found = ours, found
        self._asked: dict[str, bool] = {}  # full name: whether a rival answered
        self._gathering: _Round | None = None
        self._rounds: set[asyncio.Task[None]] = set()

    async def taken(self, zeroconf: Zeroconf, proposed: Sequence[DNSService]) -> bool:
        """Whether another host answers for the name of any proposed record; a second, for many at once as well."""
        if any(self._known(zeroconf, record.key) for record in proposed):
            return True
        names = [record.key for record in proposed]
        self._asked.update(dict.fromkeys(names, False))
        try:
            await self._join(zeroconf, proposed).over.wait()
            return any(self._asked[name] for name in names)
        finally:
            for name in names:
                self._asked.pop(name, None)

    def stop(self) -> None:
        """Ask no more."""
        for task in self._rounds:
            task.cancel()

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:  # noqa: ARG002
        """Look at what was heard; called by the library for every packet, so first what is cheap."""
        for heard in records:
            service = heard.new
            if service.type != SRV or service.is_expired(now):
                continue
            # A printer that only defends its name has port 0 and perhaps no text, yet it has a host.
            theirs = str(getattr(service, "server", "")).lower()
            if not theirs or theirs == self._host:
                continue
            if service.key in self._asked:
                self._asked[service.key] = True
            elif self._ours(service.key):
                self._found(service.key, theirs)

    def _known(self, zeroconf: Zeroconf, name: str) -> bool:
        """Whether a rival was heard of before."""
        services = zeroconf.cache.get_all_by_details(name, SRV, IN)
        return any(isinstance(s, DNSService) and s.server.lower() != self._host for s in services)

    def _join(self, zeroconf: Zeroconf, proposed: Sequence[DNSService]) -> _Round:
        gathering = self._gathering
        if gathering is None:
            gathering = self._gathering = _Round()
            task = asyncio.create_task(self._ask(zeroconf, gathering))
            self._rounds.add(task)
            task.add_done_callback(self._rounds.discard)
        gathering.proposed += proposed
        if len(gathering.proposed) >= MOST_NAMES:
            self._gathering = None
        return gathering

    async def _ask(self, zeroconf: Zeroconf, asked: _Round) -> None:
        try:
            await asyncio.sleep(random.uniform(0.02, GATHER_S))  # noqa: S311 - spreads load, keeps no secret
            if self._gathering is asked:
                self._gathering = None
            for _ in range(PROBES):
                for batch in packed(asked.proposed, PROBE_PACKET):
                    await self._pace.take()
                    zeroconf.async_send(_probe(batch))
                await asyncio.sleep(PROBE_PAUSE_S)
        finally:
            asked.over.set()


def _probe(proposed: Sequence[DNSService]) -> DNSOutgoing:
    """Questions for names, with what we would say of them, by which those who answer see that it is urgent.

    A unicast answer would reach whichever program of this machine (avahi) holds the port too: asked by multicast.
    """
    probe = DNSOutgoing(QUERY)
    for record in proposed:
        probe.add_question(DNSQuestion(record.name, ANY, IN))
    proposals: list[Any] = probe.authorities  # the library has but pointers there
    proposals += [DNSService(r.name, SRV, IN, r.ttl, r.priority, r.weight, r.port, r.server) for r in proposed]
    return probe
