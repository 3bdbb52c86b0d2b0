"""Which subscription a request means, whose it is, and who may reach it (RFC 3995 section 25.1)."""

from events.subscriptions.errors import SubscriptionUnknown
from events.subscriptions.subscription import Owner, Subscription
from ipp.enums import GroupTag, Status
from ipp_server.address import PRINT, SYSTEM
from ipp_server.errors import RequestFault
from ipp_server.request import Request
from ipp_server.service import Service
from jobs.errors import JobUnknown
from jobs.job import Job
from jobs.work import may_see


def named(service: Service, request: Request) -> Subscription:
    """The subscription that notify-subscription-id names. Raises SubscriptionUnknown, RequestFault."""
    number = request.operation.integer("notify-subscription-id")
    if number is None:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say notify-subscription-id.")
    return find(service, request, number)


def find(service: Service, request: Request, number: int) -> Subscription:
    """The subscription of that number, if it is that of who asks. Raises SubscriptionUnknown, RequestFault."""
    one = service.subscriptions.get(number)
    # Numbers are unique in the whole gateway: only a URI that names another queue speaks of something else.
    if request.of_queue and request.address.queue and one.target.queue_id not in ("", request.of_queue.id):
        raise SubscriptionUnknown(f"There is no subscription {number} here.")
    if not may(one, request):
        raise RequestFault(Status.CLIENT_ERROR_NOT_AUTHORIZED, "This is somebody else's subscription.")
    return one


def owner(request: Request) -> Owner:
    """Who asks, as the owner of what is subscribed to."""
    identity = request.identity
    name = identity.name if identity.person else request.text("requesting-user-name") or identity.name
    return Owner(identity.person.id if identity.person else None, name, request.peer)


def own(one: Subscription, request: Request) -> bool:
    """Whether who asks subscribed; where nobody was known, whether it comes from the same address."""
    person = request.identity.person
    if one.owner.person_id is None:
        return person is None and one.owner.peer == request.peer
    return person is not None and person.id == one.owner.person_id


def may(one: Subscription, request: Request) -> bool:
    """Whether a subscription is the business of who asks."""
    return request.identity.operator or own(one, request)


def may_see_job(request: Request, job: Job) -> bool:
    """Whether a job's title and owner are the business of who asks."""
    person = request.identity.person
    return may_see(job, person.id if person else None, administrator=request.identity.administrator)


def refuse_others(request: Request, job: Job) -> None:
    """Refuse who is neither the job's owner nor an operator; nobody's job is the business of where it came from."""
    unowned = job.person_id is None and job.peer == request.peer
    if not unowned and not request.identity.operator and not may_see_job(request, job):
        raise RequestFault(Status.CLIENT_ERROR_NOT_AUTHORIZED, "This is somebody else's job.")


async def job_of(service: Service, request: Request) -> Job | None:
    """The job of this queue that notify-job-id names; None if none is named. Raises JobUnknown."""
    number = request.operation.integer("notify-job-id")
    if number is None:
        # Where old clients of CUPS put it.
        group = request.message.group(GroupTag.SUBSCRIPTION)
        number = group.integer("notify-job-id") if group else None
    if number is None:
        return None
    job = await service.jobs.numbered(number)
    if request.of_queue is None or job.queue_id != request.of_queue.id:
        raise JobUnknown(f"There is no job {number} here.")
    return job


def queue_uri(request: Request) -> str:
    """notify-printer-uri: as the request has it (RFC 3995 section 5.4.5), but for what in it is its sender's secret."""
    sent = request.operation.string("printer-uri")
    if request.address.token or not sent or not sent.isascii():
        return f"{request.scheme}://{request.authority}{PRINT}/{request.queue.name}"
    return sent


def system_uri(request: Request) -> str:
    """notify-system-uri: as the request has it."""
    sent = request.operation.string("system-uri")
    return sent if sent and sent.isascii() else f"{request.scheme}://{request.authority}{SYSTEM}"
