"""Get-Notifications: what subscriptions were told, at once or when it happens (RFC 3996 section 5)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

from events.subscriptions.errors import SubscriptionUnknown, TooManyWaiting
from events.subscriptions.notices import LIFE
from events.subscriptions.subscription import Subscription
from ipp import build
from ipp.enums import GroupTag, Status
from ipp.message import Attribute
from ipp_server import notification
from ipp_server.address import PRINT
from ipp_server.errors import RequestFault
from ipp_server.printer_status import up_time
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from ipp_server.subscription_access import find, may_see_job
from jobs.errors import JobUnknown
from jobs.job import Job

_MOST_IDS: Final = 100  # subscriptions asked after by one request
_MOST_NOTICES: Final = 2000  # of one answer; who gets so many may come again at once
_BREATH: Final = 50  # groups made until others are served
_LONGEST: Final = 3600.0  # seconds that a client is told of events in one answer

_Wanted = Sequence[tuple[Subscription, int]]


async def get_notifications(service: Service, request: Request) -> "Reply | EventWait":
    """Give the notices of subscriptions.

    Who wants to wait is answered at the next one, or after a while; or, if it takes an answer in parts, with each
    as it happens (Event Wait Mode).
    """
    wanted = _wanted(service, request)
    if request.operation.boolean("notify-wait") is not True:
        return await _notified(service, request, wanted)
    if request.body.wants_parts:
        return EventWait(service, request, wanted)
    try:
        await _waited(service, request, wanted)
    except TooManyWaiting as error:
        return Reply(Status.SERVER_ERROR_BUSY, str(error), operation=_when(service, request))
    return await _notified(service, request, wanted)


class EventWait:
    """An answer that goes on: each part is an answer of its own (RFC 3996 sections 5.2 and 11)."""

    status: Final = Status.SUCCESSFUL_OK

    def __init__(self, service: Service, request: Request, wanted: _Wanted) -> None:
        self._service, self._request = service, request
        self._wanted = {one.number: (one, least) for one, least in wanted}

    async def replies(self) -> AsyncIterator[Reply]:
        """What is held at once, then what happens, until there will be nothing more or the hour is over."""
        clock = asyncio.get_running_loop().time
        until, first = clock() + _LONGEST, True
        while clock() < until and not self._request.body.gone():
            wanted = list(self._wanted.values())
            if first or _news(self._service, wanted):
                first = False
                reply = await _notified(self._service, self._request, wanted, seen=self._seen)
                if reply.status is Status.SUCCESSFUL_OK_EVENTS_COMPLETE:
                    yield reply
                    return
                # Without notify-get-interval: there is more to come.
                reply.operation = reply.operation[1:]
                yield reply
            else:
                try:
                    await _waited(self._service, self._request, wanted)
                except TooManyWaiting:
                    break
        yield Reply(operation=_when(self._service, self._request))

    def _seen(self, one: Subscription, sequence: int) -> None:
        self._wanted[one.number] = (one, sequence + 1)


async def _waited(service: Service, request: Request, wanted: _Wanted) -> None:
    """Wait until there is something to say, for as long as a request may. Raises TooManyWaiting."""
    if not _news(service, wanted):
        person = request.identity.person
        await service.subscriptions.waiting.wait(
            [one.number for one, _ in wanted],
            person.id if person else request.peer,
            service.event_wait,
            request.body.gone,
        )


def _wanted(service: Service, request: Request) -> list[tuple[Subscription, int]]:
    """The subscriptions that are asked after, and of each the first sequence number that is wanted."""
    numbers = request.operation.integers("notify-subscription-ids")[:_MOST_IDS]
    if not numbers:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say notify-subscription-ids.")
    least = request.operation.integers("notify-sequence-numbers")
    found: dict[int, tuple[Subscription, int]] = {}
    missing: list[int] = []
    for place, number in enumerate(numbers):
        try:
            one = find(service, request, number)
        except SubscriptionUnknown:
            missing.append(number)
            continue
        found.setdefault(number, (one, least[place] if place < len(least) else 1))
    if not found:
        raise SubscriptionUnknown("There is no such subscription. Its lease may be over: subscribe again.")
    if missing:
        request.unsupported.append(build.integer("notify-subscription-ids", *missing))
    return list(found.values())


def _news(service: Service, wanted: _Wanted) -> bool:
    """Whether there is something to say at once: a notice, or that there will be none."""
    return _complete(service, wanted) or any(service.subscriptions.has_notices(one, least) for one, least in wanted)


def _complete(service: Service, wanted: _Wanted) -> bool:
    """Whether none of the subscriptions will be told of anything any more (RFC 3996 section 10.1)."""
    return all(one.ended_at is not None or not service.subscriptions.stands(one) for one, _ in wanted)


def _forgotten(one: Subscription, sequence: int) -> None:
    """Take no note of what was told."""


async def _notified(
    service: Service, request: Request, wanted: _Wanted, seen: Callable[[Subscription, int], None] = _forgotten
) -> Reply:
    # RFC 3996 leaves the interval out of the last answer; clients made against CUPS look for it in every one.
    reply = Reply(operation=_when(service, request))
    if _complete(service, wanted):
        reply.status = Status.SUCCESSFUL_OK_EVENTS_COMPLETE
    base = f"{request.scheme}://{request.authority}{PRINT}/"
    view = notification.View(base, service.started, lambda job: may_see_job(request, job))
    count = 0
    for one, least in wanted:
        job = await _job_of(service, one)
        for notice in service.subscriptions.notices(one, least):
            if count == _MOST_NOTICES:
                reply.operation = _when(service, request, 0)
                return noting(request, reply)
            reply.add(GroupTag.EVENT_NOTIFICATION, notification.attributes(one, notice, view, job))
            seen(one, notice.sequence)
            count += 1
            if count % _BREATH == 0:
                await asyncio.sleep(0)
    return reply if reply.status is Status.SUCCESSFUL_OK_EVENTS_COMPLETE else noting(request, reply)


def _when(service: Service, request: Request, seconds: int = LIFE) -> list[Attribute]:
    """When to ask again (RFC 3996 section 5.2.1: not before the notices' life is over), and what time it is here."""
    clock = "printer-up-time" if request.of_queue else "system-up-time"
    return [build.integer("notify-get-interval", seconds), build.integer(clock, up_time(service.started))]


async def _job_of(service: Service, one: Subscription) -> Job | None:
    """The job of a subscription that wants to hear of its attributes with every event (RFC 3995 section 5.3.4)."""
    if one.target.job_id is None or not one.wish.attributes:
        return None
    with contextlib.suppress(JobUnknown):
        return await service.jobs.numbered(one.target.job_id)
    return None
