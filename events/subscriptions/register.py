"""Which subscriptions there are, found by number, by what they are about, and counted by who has them. No I/O."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from events.subscriptions.errors import TooManySubscriptions
from events.subscriptions.notices import Event
from events.subscriptions.subscription import Owner, Subscription, Target


@dataclass(frozen=True, slots=True)
class Limits:
    """How many subscriptions there may be."""

    of_owner: int = 100
    of_job: int = 20
    of_queue: int = 2000
    in_all: int = 10_000


class Register:
    """The subscriptions, indexed so that an event nobody subscribed to costs a look into a few dictionaries."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_number: dict[int, Subscription] = {}
        self._of_gateway: dict[int, Subscription] = {}
        self._of_queue: defaultdict[str, dict[int, Subscription]] = defaultdict(dict)
        self._of_job: defaultdict[int, dict[int, Subscription]] = defaultdict(dict)
        self._jobs_of_queue: defaultdict[str, dict[int, Subscription]] = defaultdict(dict)
        self._owned: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._by_number)

    def __iter__(self) -> Iterator[Subscription]:
        return iter(list(self._by_number.values()))

    def get(self, number: int) -> Subscription | None:
        """The subscription of that number."""
        return self._by_number.get(number)

    def about(self, target: Target) -> list[Subscription]:
        """The subscriptions to a job, to a queue (its jobs' not among them), or to the gateway."""
        if target.job_id is not None:
            return list(self._of_job.get(target.job_id, {}).values())
        return list((self._of_queue.get(target.queue_id, {}) if target.queue_id else self._of_gateway).values())

    def of_queue(self, queue_id: str) -> list[Subscription]:
        """All subscriptions to a queue and to its jobs."""
        return [*self._of_queue.get(queue_id, {}).values(), *self._jobs_of_queue.get(queue_id, {}).values()]

    def room(self, owner: Owner, target: Target) -> int:
        """How many more subscriptions this owner may have to this."""
        limits, free = self._limits, self._limits.in_all - len(self)
        free = min(free, limits.of_owner - self._owned[_key(owner)])
        if target.job_id is not None:
            return max(0, min(free, limits.of_job - len(self._of_job.get(target.job_id, ()))))
        return max(0, min(free, limits.of_queue - len(self.about(target))))

    def add(self, subscription: Subscription) -> None:
        """Take a subscription in. Raises TooManySubscriptions."""
        if self.room(subscription.owner, subscription.target) < 1:
            raise TooManySubscriptions("There are too many subscriptions. Cancel some, or let their leases end.")
        self.restore(subscription)

    def restore(self, subscription: Subscription) -> None:
        """Take a subscription in that there was room for once."""
        number, owner = subscription.number, _key(subscription.owner)
        self._by_number[number] = subscription
        for index in self._places(subscription.target):
            index[number] = subscription
        self._owned[owner] += 1

    def remove(self, subscription: Subscription) -> None:
        """Let a subscription go; nothing happens if it went before."""
        number, owner = subscription.number, _key(subscription.owner)
        if self._by_number.pop(number, None) is None:
            return
        for index in self._places(subscription.target):
            index.pop(number, None)
        self._tidy(subscription.target)
        self._owned[owner] -= 1
        if not self._owned[owner]:
            del self._owned[owner]

    def concerned(self, event: Event) -> list[Subscription]:
        """The subscriptions that are about what an event happened to, whatever events they are to."""
        found: list[Subscription] = []
        if event.queue_id in self._of_queue:
            found += self._of_queue[event.queue_id].values()
        if event.job_id is not None:
            if event.job_id in self._of_job:
                found += self._of_job[event.job_id].values()
        elif event.queue_id in self._jobs_of_queue:
            found += self._jobs_of_queue[event.queue_id].values()
        if self._of_gateway:
            found += [one for one in self._of_gateway.values() if _among(one.target, event)]
        return found

    def _places(self, target: Target) -> Iterator[dict[int, Subscription]]:
        """The indexes that a subscription to this stands in."""
        if target.job_id is not None:
            yield self._of_job[target.job_id]
            yield self._jobs_of_queue[target.queue_id]
        elif target.queue_id:
            yield self._of_queue[target.queue_id]
        else:
            yield self._of_gateway

    def _tidy(self, target: Target) -> None:
        """Drop what of the indexes is empty: jobs and queues come and go."""
        if target.job_id is not None and not self._of_job[target.job_id]:
            del self._of_job[target.job_id]
        for index in (self._of_queue, self._jobs_of_queue):
            if target.queue_id in index and not index[target.queue_id]:
                del index[target.queue_id]


def _key(owner: Owner) -> str:
    """Who counts as one owner: a person, or a peer that nobody knows."""
    return owner.person_id or f"at {owner.peer}"


def _among(target: Target, event: Event) -> bool:
    return not target.queues or not event.queue_id or event.queue_id in target.queues
