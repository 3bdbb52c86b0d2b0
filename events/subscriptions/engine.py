"""Subscriptions at work: made, renewed and cancelled; told of events; their notices handed to who asks or waits.

All of it belongs to the event loop. Rows are written through; notices live in memory alone.
"""

import contextlib
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from events.subscriptions import kinds, store
from events.subscriptions.errors import NoLease, SubscriptionUnknown
from events.subscriptions.notices import KEPT_MS, Event, Notice, Notices
from events.subscriptions.register import Limits, Register
from events.subscriptions.subscription import Owner, Subscription, Target, Wish
from events.subscriptions.waiting import Waiting
from storage.database import Database
from storage.node import new_id

_LARGEST: Final = 2**31 - 1  # of a number or a sequence number
_AHEAD: Final = 1000  # sequence numbers that one write of a row covers
_NEAR: Final = 100  # so few of them left, and the row is written again
_EXPECTED: Final = 2000  # events remembered for subscriptions that are about to be made

Ended = Callable[[Sequence[int]], Awaitable[Collection[int]]]


def _now() -> int:
    return int(time.time() * 1000)


class Engine:
    """All subscriptions of this gateway, and what they are told."""

    def __init__(
        self,
        database: Database,
        node: str,
        limits: Limits | None = None,
        waiting: Waiting | None = None,
        clock: Callable[[], int] = _now,
    ) -> None:
        """`clock` gives milliseconds of the epoch."""
        self._database, self._node, self._clock = database, node, clock
        self._register = Register(limits or Limits())
        self._notices = Notices()
        self._expecting: dict[int, deque[Event]] = {}
        self.waiting = waiting or Waiting()
        """Who waits for notices; a subscription rings when it has one, or is over."""

    async def load(self, ended: Ended) -> None:
        """Read what there is at start; `ended` says which of some jobs (by job-id) have ended, or are gone."""
        found = await self._database.read(store.all_of)
        jobs = sorted({one.target.job_id for one in found if one.target.job_id is not None})
        gone = set(await ended(jobs)) if jobs else set[int]()
        now, over = self._clock(), list[Subscription]()
        for one in found:
            if one.over(now, KEPT_MS) or one.target.job_id in gone:
                over.append(one)
            else:
                self._register.restore(one)
        await self._delete(over)

    async def close(self) -> None:
        """Let nobody wait any more, and write down the numbers given out."""
        self.waiting.close()
        told = [one for one in self._register if one.sequence != one.numbered]
        for one in told:
            one.numbered = one.sequence
        if told:
            await self._database.write(lambda connection: store.put(connection, told))

    async def tend(self) -> None:
        """What must be done every few seconds: end leases, forget old notices, cover the numbers given out."""
        now = self._clock()
        self._notices.expire(now)
        over = [one for one in self._register if one.over(now, KEPT_MS)]
        await self._delete(over)
        short = [one for one in self._register if one.sequence and one.sequence + _NEAR > one.numbered]
        for one in short:
            one.numbered = one.sequence + _AHEAD
        if short:
            await self._database.write(lambda connection: store.put(connection, short))

    # Making, renewing, cancelling.

    def room(self, owner: Owner, target: Target) -> int:
        """How many more subscriptions this owner may have to this."""
        return self._register.room(owner, target)

    @contextlib.contextmanager
    def expecting(self) -> Iterator[Iterable[Event]]:
        """Remember what happens meanwhile: a new job may have ended before anybody could subscribe to it."""
        seen: deque[Event] = deque(maxlen=_EXPECTED)
        self._expecting[id(seen)] = seen
        try:
            yield seen
        finally:
            del self._expecting[id(seen)]

    async def create(
        self, wishes: Sequence[Wish], owner: Owner, target: Target, missed: Iterable[Event] = ()
    ) -> list[Subscription]:
        """Subscribe to a target, and to what of `missed` (see `expecting`) happened to it.

        Raises TooManySubscriptions; StorageError, and then nothing was made.
        """
        made: list[Subscription] = []
        now = self._clock()
        try:
            for wish in wishes:
                expires = None if target.job_id is not None else now + wish.lease * 1000
                one = Subscription(self._number(), new_id(), wish, owner, target, now, expires)
                self._register.add(one)
                made.append(one)
            for event in list(missed):
                if event.job_id is not None and event.job_id == target.job_id:
                    self._tell(made, event)
            if made:
                await self._database.write(lambda connection: store.add(connection, self._node, made))
        except Exception:
            for one in made:
                self._drop(one)
            raise
        return made

    def get(self, number: int) -> Subscription:
        """The subscription of that number. Raises SubscriptionUnknown."""
        one = self._register.get(number)
        if one is None or one.over(self._clock(), KEPT_MS):
            raise SubscriptionUnknown(f"There is no subscription {number}. Its lease may be over.")
        return one

    def stands(self, one: Subscription) -> bool:
        """Whether a subscription is neither cancelled nor over."""
        return self._register.get(one.number) is one and not one.over(self._clock(), KEPT_MS)

    def about(self, target: Target) -> list[Subscription]:
        """The subscriptions to a job, to a queue (its jobs' not among them), or to the gateway."""
        now = self._clock()
        return [one for one in self._register.about(target) if not one.over(now, KEPT_MS)]

    async def renew(self, number: int, lease: int) -> Subscription:
        """Let a lease end so many seconds from now. Raises SubscriptionUnknown, NoLease, StorageError."""
        one = self.get(number)
        if one.expires_at is None:
            raise NoLease("A subscription to a job has no lease: it lasts as long as the job.")
        one.wish = replace(one.wish, lease=lease)
        one.expires_at = self._clock() + lease * 1000
        await self._database.write(lambda connection: store.put(connection, [one]))
        return one

    async def cancel(self, number: int) -> None:
        """End a subscription. Raises SubscriptionUnknown, StorageError."""
        await self._delete([self.get(number)])

    async def forget_queue(self, queue_id: str) -> None:
        """End all subscriptions to a queue that is no more, and to its jobs."""
        await self._delete(self._register.of_queue(queue_id))

    # What happens, and who is told.

    @property
    def idle(self) -> bool:
        """Whether nobody is to be told of anything, so that nothing need be worked out."""
        return not self._register and not self._expecting

    def publish(self, event: Event) -> None:
        """Tell of an event whoever subscribed to it."""
        for seen in self._expecting.values():
            seen.append(event)
        if self._register:
            self._tell(self._register.concerned(event), event)

    def notices(self, one: Subscription, least: int = 1) -> list[Notice]:
        """The notices kept for a subscription, from sequence number `least` on, the oldest first."""
        return list(self._notices.of(one.number, least, self._clock()))

    def has_notices(self, one: Subscription, least: int) -> bool:
        """Whether `notices` would give any."""
        return self._notices.any(one.number, least, self._clock())

    def _tell(self, subscriptions: Iterable[Subscription], event: Event) -> None:
        keywords = tuple(kinds.names(event.keyword))
        for one in subscriptions:
            if one.ended_at is not None and event.keyword != kinds.JOB_CREATED:
                continue
            one.ended_at = None  # a job that ended and was begun again
            keyword = one.matches(keywords)
            if keyword is not None and not _too_soon(one, event):
                one.sequence = (one.sequence + 1) & _LARGEST
                self._notices.add(one.number, Notice(event, keyword, one.sequence))
                self.waiting.ring(one.number)
            if one.of_job and event.keyword == kinds.JOB_COMPLETED:
                one.ended_at = event.at
                self.waiting.ring(one.number)

    async def _delete(self, subscriptions: Sequence[Subscription]) -> None:
        for one in subscriptions:
            self._drop(one)
        if subscriptions:
            gone = [one.id for one in subscriptions]
            await self._database.write(lambda connection: store.remove(connection, gone))

    def _drop(self, one: Subscription) -> None:
        self._register.remove(one)
        self._notices.forget(one.number)
        self.waiting.ring(one.number)

    def _number(self) -> int:
        """A number that says nothing of how many came before, and is not soon used again (RFC 3995 section 5.4.1)."""
        while True:
            number = secrets.randbelow(_LARGEST) + 1
            if self._register.get(number) is None:
                return number


def _too_soon(one: Subscription, event: Event) -> bool:
    """Whether job-progress comes more often than was asked for (RFC 3995 section 5.3.9)."""
    if event.keyword != kinds.JOB_PROGRESS:
        return False
    if one.wish.interval and event.at < one.progress_at + one.wish.interval * 1000:
        return True
    one.progress_at = event.at
    return False
