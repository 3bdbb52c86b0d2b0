"""What CUPS's programs ask of a server: its printers, the default one, jobs of all printers, and jobs moved.

lp, lpstat, cancel, lprm, lpq, lpmove and lpoptions with -h, and dialogs of programs linked with libcups. Queues do not
say cups-version: clients would take a gateway for a CUPS server all the way, and leave out media-col and the like.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from enum import IntFlag
from typing import Final

from ipp import build
from ipp.codec import encode_attribute
from ipp.enums import Finishings, GroupTag, Status
from ipp.message import Attribute
from ipp_server import asking, setting
from ipp_server.address import Address, Scope, parse
from ipp_server.asking import Listing
from ipp_server.controlling import actor, allowed, noted, refuse_to_let_go, release_job
from ipp_server.errors import RequestFault
from ipp_server.identity import at
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from jobs.errors import JobUnknown, QueueUnknown
from jobs.holding import NO_HOLD
from jobs.job import Job
from jobs.queue import MAX_COPIES, Queue
from jobs.work import ACTIVE

Handler = Callable[[Service, Request], Awaitable[Reply]]

_MOST: Final = 1000  # printers told of in one answer
_MOST_MOVED: Final = 1000  # jobs of a queue moved by one request
_CHANGED: Final = "printer-state-change-time"
_PUNCHED: Final = (Finishings.PUNCH, *range(Finishings.PUNCH_TOP_LEFT, Finishings.PUNCH_MULTIPLE_BOTTOM + 1))
_STAPLED: Final = (Finishings.STAPLE, *range(Finishings.STAPLE_TOP_LEFT, Finishings.STAPLE_TRIPLE_BOTTOM + 1))
_LARGE: Final = ("iso_a3", "iso_a2", "na_ledger")


class Type(IntFlag):
    """printer-type: what a printer can do, in bits (CUPS Implementation of IPP)."""

    MONOCHROME = 0x0000_0004
    COLOR = 0x0000_0008
    DUPLEX = 0x0000_0010
    STAPLE = 0x0000_0020
    COPIES = 0x0000_0040
    COLLATE = 0x0000_0080
    PUNCH = 0x0000_0100
    SMALL = 0x0000_1000
    MEDIUM = 0x0000_2000
    LARGE = 0x0000_4000
    DEFAULT = 0x0002_0000
    REJECTING = 0x0008_0000


async def get_printers(service: Service, request: Request) -> Reply:
    """List the queues (CUPS-Get-Printers)."""
    operation = request.operation
    limit = operation.integer("limit")
    if limit is not None and limit < 1:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "limit must be at least 1.")
    first, location = operation.string("first-printer-name") or "", operation.string("printer-location")
    number = operation.integer("printer-id")
    mask = operation.integer("printer-type-mask") or 0
    wanted = (operation.integer("printer-type") or 0) & mask
    reply = Reply()
    shown = 0
    for queue in service.catalogue.listed():
        fits = number in (None, queue.number) and location in (None, queue.location) and queue.name >= first
        if fits and _type(service, queue) & mask == wanted:
            reply.add_encoded(GroupTag.PRINTER, _told(service, request, queue))
            shown += 1
            await asyncio.sleep(0)
        if shown >= min(limit or _MOST, _MOST):
            break
    return noting(request, reply)


async def get_default(service: Service, request: Request) -> Reply:
    """Tell of the queue that is meant when none is named (CUPS-Get-Default)."""
    return Reply().add_encoded(GroupTag.PRINTER, _told(service, request, service.catalogue.default()))


async def get_classes(_: Service, request: Request) -> Reply:
    """List the classes of printers, of which there are none: a queue has several devices by itself."""
    return noting(request, Reply())


async def move_job(service: Service, request: Request) -> Reply:
    """Let a job, or all of a queue that wait, go to another queue (CUPS-Move-Job)."""
    target = _target(service, request)
    if request.job is not None:
        await _move(service, request, request.job, target)
        return noting(request, Reply())
    for job in await service.jobs.selected(queue_id=request.queue.id, final=False, limit=_MOST_MOVED):
        await _move(service, request, job, target)
    return noting(request, Reply())


async def current_job(service: Service, queue: str) -> Job:
    """The job of a queue that is being printed, else the first that waits. Raises QueueUnknown, JobUnknown."""
    queue_id = service.catalogue.named(queue).id
    printing = await service.jobs.selected(queue_id=queue_id, states=tuple(ACTIVE), limit=1)
    found = printing or await service.jobs.selected(queue_id=queue_id, final=False, limit=1)
    if not found:
        raise JobUnknown("No job waits there.")
    return found[0]


async def set_job_attributes(service: Service, request: Request) -> Reply:
    """Change a job; `lp -H resume` lets go a job that its queue holds, as Release-Job does."""
    group = request.message.group(GroupTag.JOB)
    sent = group.attributes if group else []
    resumed = [one.name for one in sent] == ["job-hold-until"] and sent[0].strings == (NO_HOLD,)
    if resumed and request.address.of_cups and request.queue.holds:
        return await release_job(service, request)
    return await setting.set_job_attributes(service, request)


async def get_jobs(service: Service, request: Request) -> Listing:
    """List the jobs of a queue, or of all of them."""
    if request.of_queue is not None:
        return await asking.get_jobs(service, request)
    by_clock = replace(service, started=0.0)  # CUPS counts seconds from the epoch, and its programs take them so
    listings = [await asking.get_jobs(by_clock, one) for one in _of_each(service, request)]
    if not listings:
        raise QueueUnknown("There is no queue whose jobs you may look at.")
    return _Together(listings)


def everywhere(handler: Handler, *, operators: bool = False) -> Handler:
    """The operation, for all queues at once where the request is about the server itself.

    What is for `operators` is done to the queues that who asks operates, and to no others.
    """

    async def ask(service: Service, request: Request) -> Reply:
        if request.of_queue is not None:
            return await handler(service, request)
        for one in _of_each(service, request):
            if one.identity.operator or not operators:
                await handler(service, one)
        return noting(request, Reply())

    return ask


class _Together(Listing):
    """The jobs of several queues, one queue after the other."""

    def __init__(self, listings: list[Listing]) -> None:
        self._listings, self.left, self.skipped = listings, listings[0].left, listings[0].skipped

    async def parts(self) -> AsyncIterator[bytes]:
        """The encoded job groups."""
        for listing in self._listings:
            listing.left, listing.skipped = self.left, self.skipped
            async for part in listing.parts():
                yield part
            self.left, self.skipped = listing.left, listing.skipped
            if self.left <= 0:
                return


def _of_each(service: Service, request: Request) -> Iterator[Request]:
    """The request, about each queue whose business it may be: that of who is proven, or whose network it trusts."""
    identity = request.identity
    for queue in service.catalogue.listed():
        if identity.proven or identity.operates_all or queue.trusts(request.peer):
            seen = at(identity, queue, request.peer)
            yield replace(request, of_queue=queue, address=Address(Scope.PRINTER, queue.name), identity=seen)


def _target(service: Service, request: Request) -> Queue:
    """The queue that job-printer-uri names."""
    group = request.message.group(GroupTag.JOB)
    uri = (group.string("job-printer-uri") if group else None) or request.operation.string("job-printer-uri")
    try:
        address = parse(uri) if uri else None
    except ValueError:
        address = None
    if address is None or address.scope is not Scope.PRINTER or not address.queue:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say job-printer-uri.")
    return service.catalogue.named(address.queue)


async def _move(service: Service, request: Request, job: Job, target: Queue) -> None:
    allowed(request, job)
    if not target.holds:
        refuse_to_let_go(request, job)
    await service.steering.move(actor(request), job.id, target)
    await noted(service, request, job)


def _told(service: Service, request: Request, queue: Queue) -> list[bytes]:
    requested = request.requested
    named = _CHANGED in requested
    told = service.describer.answer(
        queue,
        request.authority,
        (*(name for name in requested if name != _CHANGED), "none") if named else requested,
        service.jobs.waiting(queue.id),
        secure=request.secure,
        language=request.language,
    )
    asked = set(requested) or {"all"}
    own = [one for one in _own(service, queue) if asked & {one.name, "all", "printer-description"}]
    if named:  # by the clock, as in CUPS
        own.append(build.integer(_CHANGED, (queue.state_changed_at or queue.changed_at) // 1000))
    return [*told, *map(encode_attribute, own)]


def _own(service: Service, queue: Queue) -> list[Attribute]:
    """What only CUPS's programs want to know of a queue."""
    return [
        build.boolean("printer-is-shared", True),
        build.boolean("printer-is-temporary", False),
        build.enum("printer-type", _type(service, queue)),
    ]


def _type(service: Service, queue: Queue) -> Type:
    offer = queue.offer
    found = Type.MONOCHROME | Type.COLLATE | Type.SMALL | Type.MEDIUM
    for flag, so in (
        (Type.COLOR, offer.color),
        (Type.DUPLEX, len(offer.sides) > 1),
        (Type.STAPLE, any(finishing in _STAPLED for finishing in offer.finishings)),
        (Type.PUNCH, any(finishing in _PUNCHED for finishing in offer.finishings)),
        (Type.COPIES, min(offer.copies, MAX_COPIES) > 1),
        (Type.LARGE, any(medium.startswith(_LARGE) for medium in offer.media)),
        (Type.DEFAULT, service.catalogue.default().id == queue.id),
        (Type.REJECTING, not queue.accepting or queue.out_of_service),
    ):
        found |= flag if so else Type(0)
    return found
