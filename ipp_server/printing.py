"""The operations that bring documents: Print-Job, Create-Job and their kin (RFC 8011 section 4.2)."""

from collections.abc import AsyncIterable, Collection
from dataclasses import replace
from typing import Final

from ipp import build
from ipp.enums import GroupTag, Status, Tag
from ipp_server import job_attributes, setting_rows
from ipp_server.errors import NeedsIdentity, NeedsTls, RequestFault
from ipp_server.following import Following
from ipp_server.job_attributes import Scene
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from jobs.holding import INDEFINITE, NO_HOLD
from jobs.intake import Accepted, Sent, Submission
from jobs.job import Job
from jobs.queue import Queue
from jobs.ticket import OPERATION, Ticket, altered, resolve, under
from jobs.ticket_readers import DOCUMENT

_NAME: Final = "document-name"
"""An operation attribute, taken from among the Job attributes too: there the suites of PWG 5100.5 write it."""


async def validate_job(service: Service, request: Request) -> Reply:
    """Say whether a job with these attributes would be taken."""
    submission = _submission(request)
    request.compression()
    following = Following(service, request)
    await service.intake.admit(submission, only_asking=True)
    return following.validated(noting(request, Reply()))


async def print_job(service: Service, request: Request) -> Reply:
    """Take a job with its document."""
    compression = request.compression()
    # What is too large is refused before a client that asks first sends it.
    size = request.body.announced if compression == "none" else None
    return await take_job(service, request, request.body.document(compression), size)


async def take_job(
    service: Service, request: Request, document: AsyncIterable[bytes], size: int | None = None, name: str = ""
) -> Reply:
    """Take a job with that document; `name` is what it is called if the request does not say."""
    refuse_nobody(request)
    submission = _submission(request, size, name)
    with Following(service, request) as following:
        accepted = await service.intake.submit(submission, document)
    return await following.answer(accepted.job, noting(request, made(service, request, accepted)))


async def create_job(service: Service, request: Request) -> Reply:
    """Take a job whose document follows."""
    refuse_nobody(request)
    submission = _submission(request)
    with Following(service, request) as following:
        accepted = await service.intake.create(submission)
    return await following.answer(accepted.job, noting(request, made(service, request, accepted)))


async def send_document(service: Service, request: Request) -> Reply:
    """Take the document of a created job, and close the job when the client says that it was the last."""
    own(request)
    _is_last(request)
    compression = request.compression()
    request.declared_format()
    document = None if await request.body.is_empty() else request.body.document(compression)
    return await take_document(service, request, document)


async def take_document(
    service: Service, request: Request, document: AsyncIterable[bytes] | None, name: str = ""
) -> Reply:
    """Take that document, if there is one, of a created job; `name` is its name if the request does not say one."""
    job, last = own(request), _is_last(request)
    if document is not None:
        sent = Sent(request.declared_format(), request.text("document-name") or name, document_ticket(request))
        await service.intake.add_document(job, request.queue, sent, document)
        job = await service.jobs.get(job.id)
    if last:
        job = await service.intake.close(job, request.queue)
    return noting(request, _told(service, request, job))


def _is_last(request: Request) -> bool:
    last = request.operation.boolean("last-document")
    if last is None:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say last-document.")
    return last


async def close_job(service: Service, request: Request) -> Reply:
    """Close a created job: no more documents follow (PWG 5100.7 section 4.2)."""
    job = own(request)
    if job.final:
        raise RequestFault(Status.CLIENT_ERROR_NOT_POSSIBLE, "The job has ended.")
    if job.incoming:
        await service.intake.close(job, request.queue)
    return Reply()


def requested_ticket(request: Request) -> Ticket:
    """The ticket of a request; what the queue does not do of it is noted, or refused to who insists."""
    queue = request.queue
    named = [attribute for attribute in request.template if attribute.name != _NAME]
    asked = (*named, *request.sent(*OPERATION))
    resolved = under(resolve(asked, queue.offer, setting_rows.defaults(queue)), queue)
    mandatory = request.operation.strings("job-mandatory-attributes")
    if resolved.insisted(fidelity=request.fidelity, mandatory=mandatory):
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            "The queue does not offer everything that was insisted upon.",
            resolved.unsupported,
        )
    request.unsupported += resolved.unsupported
    return _waiting(resolved.ticket, queue)


def _waiting(ticket: Ticket, queue: Queue) -> Ticket:
    """The ticket with the job-hold-until that holds for who says nothing: clients such as CUPS's want to be told it."""
    if ticket.until is not None or ticket.until_time is not None:
        return ticket
    return altered(ticket, job_hold_until=INDEFINITE if queue.holds else NO_HOLD)


def document_ticket(request: Request, ticket: Ticket | None = None, *, besides: Collection[str] = ()) -> Ticket:
    """The ticket of a request's Document Template attributes, upon that of before (PWG 5100.5 section 7).

    What the queue does not do of them is noted, those `besides` excepted.
    """
    group = request.message.group(GroupTag.DOCUMENT)
    sent = [attribute for attribute in group.attributes if attribute.name not in besides] if group else []
    template = [attribute for attribute in sent if attribute.name in DOCUMENT]
    resolved = resolve(template, request.queue.offer, ticket or Ticket())
    # What holds for whole jobs alone, as stapling does, is not done to one document of them.
    others = (attribute.name for attribute in sent if attribute.name not in DOCUMENT)
    request.unsupported += [*resolved.unsupported, *(build.out_of_band(name, Tag.UNSUPPORTED) for name in others)]
    return resolved.ticket


def _submission(request: Request, size: int | None = None, name: str = "") -> Submission:
    ticket = requested_ticket(request)
    identity = request.identity
    return Submission(
        queue=request.queue,
        person=identity.person,
        user_name=identity.name if identity.person else request.text("requesting-user-name"),
        ticket=ticket,
        title=request.text("job-name"),
        document_name=request.text(_NAME) or request.text(_NAME, of=GroupTag.JOB) or name,
        declared_format=request.declared_format(),
        peer=request.peer,
        size=size,
    )


def refuse_nobody(request: Request) -> None:
    """Refuse who is not known by name: an operator by network alone is nobody who could own or pay for a document.

    Raises NeedsIdentity, NeedsTls.
    """
    if request.identity.person is None and not request.queue.accept_unowned:
        raise NeedsIdentity if request.secure else NeedsTls


def own(request: Request) -> Job:
    """The job, for who may go on with it: its owner, an operator, or where it came from if nobody owns it yet."""
    job = request.job
    assert job is not None
    identity = request.identity
    if job.person_id is None:
        # Nobody owns it yet: only where it came from may go on with it.
        if job.peer != request.peer and not identity.operator:
            raise RequestFault(Status.CLIENT_ERROR_NOT_AUTHORIZED, "This is somebody else's job.")
    elif not identity.operator and (identity.person is None or identity.person.id != job.person_id):
        raise RequestFault(Status.CLIENT_ERROR_NOT_AUTHORIZED, "This is somebody else's job.")
    return job


def made(service: Service, request: Request, accepted: Accepted) -> Reply:
    """Tell of a job that was taken, and how to claim it if nobody is known to own it."""
    reply = _told(service, request, accepted.job)
    if accepted.claim_code:
        code = f"{accepted.claim_code[:4]}-{accepted.claim_code[4:]}"
        message = f"Sign in at https://{request.authority}/ and claim the document with the code {code}."
        job = replace(accepted.job, message=message)
        reply = _told(service, request, job)
        reply.message = message
    return reply


def _told(service: Service, request: Request, job: Job) -> Reply:
    scene = Scene(request.printer_uri(), service.started, private=True)
    return Reply().add_encoded(GroupTag.JOB, job_attributes.encoded(job, job_attributes.JUST_MADE, scene))
