"""What happened, and what of it is kept for whom: bounded in number and in time (RFC 3996 section 8.1). No I/O."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

LIFE: Final = 60
"""ippget-event-life, in seconds: what RFC 3996 section 8.1 recommends."""
_GRACE: Final = 30  # seconds more, so that who comes again after exactly that time misses nothing
KEPT_MS: Final = (LIFE + _GRACE) * 1000
MOST_OF_ONE: Final = 200
MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `facts` is what is told of it: a value of that moment, that nobody changes."""

    keyword: str
    at: int
    """Milliseconds of the epoch."""
    queue_id: str = ""
    job_id: int | None = None
    facts: Any = None


class Notice(NamedTuple):
    """An event as one subscription is told of it."""

    event: Event
    keyword: str
    """notify-subscribed-event: the keyword subscribed to, of which the event is a case."""
    sequence: int


class Notices:
    """The latest notices of each subscription. The oldest go first, when they are too old or too many."""

    def __init__(self, most: int = MOST, of_one: int = MOST_OF_ONE) -> None:
        self._most, self._of_one = most, of_one
        self._of: dict[int, deque[Notice]] = {}
        # In the order in which they came, so that the oldest of all is found; may name some that went before.
        self._order: deque[tuple[int, int, int]] = deque()

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))

    def add(self, number: int, notice: Notice) -> None:
        """Keep a notice for the subscription of that number."""
        kept = self._of.setdefault(number, deque(maxlen=self._of_one))
        kept.append(notice)
        self._order.append((notice.event.at, number, notice.sequence))
        if len(self._order) > self._most:
            self._drop(*self._order.popleft()[1:])

    def of(self, number: int, least: int, now: int) -> Iterator[Notice]:
        """The notices of a subscription from sequence number `least` on that are not too old, the oldest first."""
        oldest = now - KEPT_MS
        for notice in self._of.get(number, ()):
            if notice.sequence >= least and notice.event.at > oldest:
                yield notice

    def any(self, number: int, least: int, now: int) -> bool:
        """Whether there is such a notice: the latest is one if any is."""
        kept = self._of.get(number)
        return kept is not None and len(kept) > 0 and kept[-1].sequence >= least and kept[-1].event.at > now - KEPT_MS

    def forget(self, number: int) -> None:
        """Forget all notices of a subscription."""
        self._of.pop(number, None)

    def expire(self, now: int) -> None:
        """Forget what is too old."""
        oldest = now - KEPT_MS
        while self._order and self._order[0][0] <= oldest:
            self._drop(*self._order.popleft()[1:])

    def _drop(self, number: int, sequence: int) -> None:
        kept = self._of.get(number)
        if kept and kept[0].sequence == sequence:
            kept.popleft()
            if not kept:
                del self._of[number]
