"""Making subscriptions of what was read, and saying in the answer what became of each (RFC 3995 section 5.2)."""

import contextlib
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from events.subscriptions.errors import TooManySubscriptions
from events.subscriptions.notices import Event
from events.subscriptions.subscription import Subscription, Target
from ipp import build
from ipp.enums import GroupTag, Status
from ipp_server.request import Request
from ipp_server.service import Reply, Service
from ipp_server.subscription_access import owner, queue_uri
from ipp_server.subscription_wishes import Choice, Reading, read
from jobs.job import Job
from storage.errors import StorageError


class Following:
    """The subscriptions that come with a new job: read before it, made after it, told of what happened meanwhile.

    They do not keep the job from being made: what cannot be had is said in the answer (RFC 3995 section 11.1.3).
    """

    def __init__(self, service: Service, request: Request) -> None:
        """Read what is wished for. Raises RequestFault where the whole request is to be refused."""
        self._service, self._request = service, request
        self._readings = read(request, Choice(languages=service.languages, leased=False))
        self._expecting = contextlib.ExitStack()
        self._missed: Iterable[Event] = ()

    def __enter__(self) -> Self:
        """Begin to remember what happens: a job may have ended before its number is known here."""
        if self._readings:
            self._missed = self._expecting.enter_context(self._service.subscriptions.expecting())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._expecting.close()

    async def answer(self, job: Job, reply: Reply) -> Reply:
        """Subscribe to the job, and say so in the answer to the operation that made it."""
        if not self._readings:
            return reply
        target = Target(queue_uri(self._request), job.queue_id, job.job_id)
        made: dict[int, Subscription] = {}
        try:
            made = await make(self._service, self._request, self._readings, target, self._missed)
        except StorageError:
            _refuse(self._readings, Status.SERVER_ERROR_TEMPORARY_ERROR)
        return tell(reply, self._readings, made)

    def validated(self, reply: Reply) -> Reply:
        """Say in the answer to Validate-Job what would be made (RFC 3995 section 11.2.2)."""
        target = Target(queue_uri(self._request), self._request.queue.id, 0)
        room = self._service.subscriptions.room(owner(self._request), target)
        _refuse([one for one in self._readings if one.wish][room:], Status.CLIENT_ERROR_TOO_MANY_SUBSCRIPTIONS)
        return tell(reply, self._readings, {})


async def make(
    service: Service, request: Request, readings: Sequence[Reading], target: Target, missed: Iterable[Event] = ()
) -> dict[int, Subscription]:
    """Make what was wished for, as far as there is room; found by the readings' places."""
    who, engine = owner(request), service.subscriptions
    wished = [one for one in readings if one.wish is not None]
    _refuse(wished[engine.room(who, target) :], Status.CLIENT_ERROR_TOO_MANY_SUBSCRIPTIONS)
    places = [place for place, one in enumerate(readings) if one.wish is not None]
    wishes = [one.wish for one in readings if one.wish is not None]
    try:
        made = await engine.create(wishes, who, target, missed)
    except TooManySubscriptions:
        _refuse(readings, Status.CLIENT_ERROR_TOO_MANY_SUBSCRIPTIONS)
        return {}
    return dict(zip(places, made, strict=True))


def _refuse(readings: Iterable[Reading], status: Status) -> None:
    for one in readings:
        if one.wish is not None:
            one.refuse(status)


def tell(reply: Reply, readings: Sequence[Reading], made: dict[int, Subscription]) -> Reply:
    """One group for each that was sent, in the same order (RFC 3995 section 5.2, rules 7 and 8)."""
    for place, reading in enumerate(readings):
        group = []
        if one := made.get(place):
            group.append(build.integer("notify-subscription-id", one.number))
            if not one.of_job:
                group.append(build.integer("notify-lease-duration", one.wish.lease))
        reply.add(GroupTag.SUBSCRIPTION, [*group, *reading.attributes])
    if any(reading.wish is None for reading in readings):
        reply.status = Status.SUCCESSFUL_OK_IGNORED_SUBSCRIPTIONS
    return reply
