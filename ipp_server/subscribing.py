"""The operations of subscriptions: create, look at, renew, cancel (RFC 3995 section 11, PWG 5100.22 section 6.2)."""

import asyncio
from typing import Final

from events.subscriptions.subscription import Target
from ipp import build
from ipp.enums import GroupTag, Status
from ipp_server import subscription_attributes
from ipp_server.errors import RequestFault
from ipp_server.following import make, tell
from ipp_server.happenings import key_of
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from ipp_server.subscription_access import job_of, may, named, own, queue_uri, refuse_others, system_uri
from ipp_server.subscription_wishes import (
    RESOURCE_DEFAULT,
    RESOURCE_EVENTS,
    SYSTEM_DEFAULT,
    SYSTEM_EVENTS,
    Choice,
    Reading,
    lease_of,
    read,
)
from jobs.errors import NotPossible

_MOST_QUEUES: Final = 100  # of one subscription
_BREATH: Final = 50  # groups made until others are served


async def create_printer_subscriptions(service: Service, request: Request) -> Reply:
    """Subscribe to a queue and all its jobs (RFC 3995 section 11.1.2)."""
    request.unsupported += request.sent("notify-job-id")
    readings = _read(request, Choice(languages=service.languages))
    return await _create(service, request, readings, Target(queue_uri(request), request.queue.id))


async def create_system_subscriptions(service: Service, request: Request) -> Reply:
    """Subscribe to the gateway and all its queues (PWG 5100.22 section 6.2.2)."""
    request.unsupported += request.sent("notify-job-id")
    readings = _read(request, Choice(SYSTEM_EVENTS, SYSTEM_DEFAULT, service.languages))
    return await _create(service, request, readings, Target(system_uri(request), queues=_queues(service, request)))


async def create_resource_subscriptions(service: Service, request: Request) -> Reply:
    """Subscribe to a resource of the System (PWG 5100.22 section 6.2.1)."""
    number = request.operation.integer("notify-resource-id") or request.operation.integer("resource-id")
    if number is None or service.system is None:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say notify-resource-id.")
    key = key_of(service.system.shelf.numbered(number).number)
    readings = _read(request, Choice(RESOURCE_EVENTS, RESOURCE_DEFAULT, service.languages))
    return await _create(service, request, readings, Target(system_uri(request), queues=(key,)))


async def create_job_subscriptions(service: Service, request: Request) -> Reply:
    """Subscribe to one job that has not ended (RFC 3995 section 11.1.1)."""
    job = await job_of(service, request)
    if job is None:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say notify-job-id.")
    refuse_others(request, job)
    if job.final:
        raise NotPossible("The job has ended.")
    readings = _read(request, Choice(languages=service.languages, leased=False))
    return await _create(service, request, readings, Target(queue_uri(request), job.queue_id, job.job_id))


async def get_subscription_attributes(service: Service, request: Request) -> Reply:
    """Say how a subscription is (RFC 3995 section 11.2.4)."""
    one = named(service, request)
    view = subscription_attributes.View(service.started)
    told = subscription_attributes.attributes(one, request.requested or ("all",), view)
    return noting(request, Reply().add(GroupTag.SUBSCRIPTION, told))


async def get_subscriptions(service: Service, request: Request) -> Reply:
    """List the subscriptions to a queue or a job: an operator's list is of all, anybody else's of their own."""
    limit = request.operation.integer("limit")
    if limit is not None and limit < 1:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "limit must be at least 1.")
    job = await job_of(service, request)
    uri = queue_uri(request) if request.of_queue else system_uri(request)
    target = Target(uri, request.of_queue.id if request.of_queue else "", job.job_id if job else None)
    mine = request.operation.boolean("my-subscriptions") is True
    shown = [one for one in service.subscriptions.about(target) if (own(one, request) if mine else may(one, request))]
    wanted, view = request.requested or ("notify-subscription-id",), subscription_attributes.View(service.started)
    reply = Reply()
    for count, one in enumerate(shown[:limit]):
        reply.add(GroupTag.SUBSCRIPTION, subscription_attributes.attributes(one, wanted, view))
        if count % _BREATH == 0:
            await asyncio.sleep(0)
    return noting(request, reply)


async def renew_subscription(service: Service, request: Request) -> Reply:
    """Let a lease run anew (RFC 3995 section 11.2.6)."""
    one = named(service, request)
    group = request.message.group(GroupTag.SUBSCRIPTION)
    # RFC 3995 puts it into a group of its own; most clients into the operation attributes.
    sent = (group.get("notify-lease-duration") if group else None) or request.operation.get("notify-lease-duration")
    wanted = sent.first_int if sent else None
    granted = lease_of(wanted)
    await service.subscriptions.renew(one.number, granted)
    reply = Reply().add(GroupTag.SUBSCRIPTION, [build.integer("notify-lease-duration", granted)])
    if sent is not None and wanted != granted:
        reply.status = Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES
    return noting(request, reply)


async def cancel_subscription(service: Service, request: Request) -> Reply:
    """End a subscription (RFC 3995 section 11.2.7)."""
    await service.subscriptions.cancel(named(service, request).number)
    return noting(request, Reply())


def _queues(service: Service, request: Request) -> tuple[str, ...]:
    """The queues that notify-printer-ids names, if it is there; a number that is none's stops the request."""
    numbers = request.operation.integers("notify-printer-ids")[:_MOST_QUEUES]
    return tuple(service.catalogue.numbered(number).id for number in dict.fromkeys(numbers))


def _read(request: Request, choice: Choice) -> list[Reading]:
    readings = read(request, choice)
    if not readings:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must have a group of subscription attributes.")
    return readings


async def _create(service: Service, request: Request, readings: list[Reading], target: Target) -> Reply:
    made = await make(service, request, readings, target)
    reply = tell(noting(request, Reply()), readings, made)
    if not made:
        reply.status = Status.CLIENT_ERROR_IGNORED_ALL_SUBSCRIPTIONS
    return reply
