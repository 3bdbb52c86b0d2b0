"""Announcements and goodbyes: as few packets as they fit, no more of them a second than a wireless network bears.

RFC 6762: each is repeated (§8.3), one record at most once a second (§6), a change needs no goodbye (§8.4).
"""

import asyncio
import contextlib
import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from mdns.wire import DNSOutgoing, DNSRecord, DNSText, message

PACKET = 1200  # bytes of records; with names and headers it stays within one Ethernet frame
PER_SECOND = 200  # packets; those of 1400 bytes are 2.2 Mbit/s
AT_ONCE = 50  # packets, after a silence
REPEATS = (1.0, 2.0)  # seconds between the first, second and third time
# So many packets are filled before the first of them is sent: records of one queue seldom fill theirs.
AHEAD = 6
FAREWELLS = 2
# More at once were seen to overrun the listeners' sockets.
FAREWELL_PAUSE_S = 0.01
BETWEEN_FAREWELLS_S = 0.2


Record = TypeVar("Record", bound=DNSRecord)


class Pace:
    """So many packets a second, and some at once after a silence."""

    def __init__(self, per_second: float = PER_SECOND, at_once: float = AT_ONCE) -> None:
        """Begin rested."""
        self._per_second, self._at_once = per_second, at_once
        self._free_at = 0.0

    async def take(self, packets: int = 1) -> None:
        """Wait until so many may be sent; who asks first is served first."""
        now = asyncio.get_running_loop().time()
        self._free_at = max(self._free_at, now - self._at_once / self._per_second) + packets / self._per_second
        if self._free_at > now:
            await asyncio.sleep(self._free_at - now)


@dataclass(slots=True)
class _Matter:
    """What is to be said about one thing, and how often it was."""

    records: tuple[DNSRecord, ...] = ()
    goodbyes: tuple[DNSRecord, ...] = ()
    times: int = 0
    due: float = 0.0
    said_at: float = field(default=float("-inf"))


class Announcer:
    """Says what is to be said about each matter (a queue, the host), the newest word only."""

    def __init__(self, send: Callable[[DNSOutgoing], None], pace: Pace) -> None:
        """Nothing is sent before `run`."""
        self._send, self._pace = send, pace
        self._matters: dict[str, _Matter] = {}
        self._waiting: list[tuple[float, str]] = []  # a heap; what is not at its matter's time is outdated
        self._unsaid: set[str] = set()
        self._more, self._all_said = asyncio.Event(), asyncio.Event()
        self._all_said.set()

    def say(self, key: str, records: Iterable[DNSRecord], goodbyes: Iterable[DNSRecord] = ()) -> None:
        """Announce records and withdraw others; what was still to be said about the matter is forgotten."""
        matter = self._matters.setdefault(key, _Matter())
        told = tuple(records)
        # A record that returned before its goodbye was said has not gone.
        matter.goodbyes = tuple(r for r in dict.fromkeys((*matter.goodbyes, *goodbyes)) if r not in told)
        matter.records, matter.times = told, 0
        if not told and not matter.goodbyes:
            del self._matters[key]
            self._unsaid.discard(key)
            self._look()
            return
        self._unsaid.add(key)
        self._all_said.clear()
        self._put(key, matter, max(asyncio.get_running_loop().time(), matter.said_at + REPEATS[0]))

    async def all_said(self) -> None:
        """Wait until everything was said once; the repeats go on."""
        await self._all_said.wait()

    async def run(self) -> None:
        """Say what is due until cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            self._more.clear()
            if not self._waiting:
                await self._more.wait()
                continue
            if (pause := self._waiting[0][0] - clock()) > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._more.wait()
                continue
            await self._speak(self._due(clock()))

    def _put(self, key: str, matter: _Matter, due: float) -> None:
        matter.due = due
        heapq.heappush(self._waiting, (due, key))
        self._more.set()

    def _due(self, now: float) -> list[DNSRecord]:
        """Take what is due, enough for some packets."""
        taken: list[DNSRecord] = []
        size = 0
        while self._waiting and self._waiting[0][0] <= now and size < AHEAD * PACKET:
            due, key = heapq.heappop(self._waiting)
            matter = self._matters.get(key)
            if matter is None or matter.due != due:
                continue
            said = (*matter.goodbyes, *matter.records)
            taken += said
            size += weight(said)
            self._said(key, matter, now)
        return taken

    def _said(self, key: str, matter: _Matter, now: float) -> None:
        matter.said_at = now
        self._unsaid.discard(key)
        if matter.times == len(REPEATS):
            del self._matters[key]
            return
        self._put(key, matter, now + REPEATS[matter.times])
        matter.times += 1

    def _look(self) -> None:
        if not self._unsaid:
            self._all_said.set()

    async def _speak(self, records: list[DNSRecord]) -> None:
        for batch in packed(records):
            await self._pace.take()
            self._send(message(batch))
        self._look()


async def farewell(send: Callable[[DNSOutgoing], None], goodbyes: Sequence[DNSRecord]) -> None:
    """Say goodbye for good: at once, twice, and faster than other things, as whoever stops the gateway waits."""
    for turn in range(FAREWELLS):
        if turn and goodbyes:
            await asyncio.sleep(BETWEEN_FAREWELLS_S)
        for batch in packed(goodbyes):
            send(message(batch))
            await asyncio.sleep(FAREWELL_PAUSE_S)


def packed(records: Sequence[Record], most: int = PACKET) -> Iterator[list[Record]]:
    """The records in batches that each fit a packet."""
    batch: list[Record] = []
    size = 0
    for record in records:
        if batch and size + weight([record]) > most:
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += weight([record])
    if batch:
        yield batch


def weight(records: Iterable[DNSRecord]) -> int:
    """About how many bytes records take: the service types' names appear once in a packet and count for nothing."""
    return sum(
        (len(record.text) if isinstance(record, DNSText) else 8) + 14 + len(record.name.partition(".")[0].encode())
        for record in records
    )
