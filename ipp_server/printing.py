"""The operations that bring documents: Print-Job, Create-Job and their kin (RFC 8011 section 4.2)."""

from dataclasses import replace

from ipp import build
from ipp.enums import GroupTag, Status
from ipp_server import job_attributes
from ipp_server.errors import RequestFault
from ipp_server.job_attributes import Scene
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from jobs.intake import Accepted, Submission
from jobs.job import Job
from jobs.ticket import resolve


async def validate_job(service: Service, request: Request) -> Reply:
    """Say whether a job with these attributes would be taken."""
    submission = _submission(request)
    request.compression()
    await service.intake.admit(submission)
    return noting(request, Reply())


async def print_job(service: Service, request: Request) -> Reply:
    """Take a job with its document."""
    submission = _submission(request)
    compression = request.compression()
    await service.intake.admit(submission)
    accepted = await service.intake.submit(submission, request.body.document(compression))
    return noting(request, _made(service, request, accepted))


async def create_job(service: Service, request: Request) -> Reply:
    """Take a job whose document follows."""
    return noting(request, _made(service, request, await service.intake.create(_submission(request))))


async def send_document(service: Service, request: Request) -> Reply:
    """Take the document of a created job, and close the job when the client says that it was the last."""
    job = _own(request)
    last = request.operation.boolean("last-document")
    if last is None:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "Send-Document must say last-document.")
    compression = request.compression()
    declared = _format(request)
    if not await request.body.is_empty():
        document_name = request.text("document-name")
        job = await service.intake.add_document(
            job, request.queue, declared, document_name, request.body.document(compression)
        )
    if last:
        job = await service.intake.close(job, request.queue)
    return _told(service, request, job)


async def close_job(service: Service, request: Request) -> Reply:
    """Close a created job: no more documents follow (PWG 5100.7 section 4.2)."""
    job = _own(request)
    if job.final:
        raise RequestFault(Status.CLIENT_ERROR_NOT_POSSIBLE, "The job has ended.")
    if job.incoming:
        await service.intake.close(job, request.queue)
    return Reply()


def _submission(request: Request) -> Submission:
    resolved = resolve(request.template, request.queue.offer)
    ticket, unsupported = resolved.ticket, [*resolved.unsupported]
    if request.queue.holds and ticket.job_hold_until == "no-hold":
        # A follow-me queue holds whatever the client prefers: said, and refused only to who insists.
        unsupported.append(build.keyword("job-hold-until", "no-hold"))
        ticket = replace(ticket, job_hold_until=None)
    if unsupported and request.fidelity:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            "The queue does not offer everything that was insisted upon.",
            unsupported,
        )
    request.unsupported += unsupported
    identity = request.identity
    return Submission(
        queue=request.queue,
        person=identity.person,
        user_name=identity.name if identity.person else request.text("requesting-user-name"),
        ticket=ticket,
        title=request.text("job-name"),
        document_name=request.text("document-name"),
        declared_format=_format(request),
        peer=request.peer,
    )


def _format(request: Request) -> str:
    declared = request.operation.string("document-format") or ""
    return declared.split(";", 1)[0].strip().lower()


def _own(request: Request) -> Job:
    job = request.job
    assert job is not None
    identity = request.identity
    if job.person_id is None:
        # Nobody owns it yet: only where it came from may go on with it.
        if job.peer != request.peer and not identity.administrator:
            raise RequestFault(Status.CLIENT_ERROR_NOT_AUTHORIZED, "This is somebody else's job.")
    elif not identity.administrator and (identity.person is None or identity.person.id != job.person_id):
        raise RequestFault(Status.CLIENT_ERROR_NOT_AUTHORIZED, "This is somebody else's job.")
    return job


def _made(service: Service, request: Request, accepted: Accepted) -> Reply:
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
    told = job_attributes.attributes(job, frozenset(job_attributes.JUST_MADE), scene)
    return Reply().add(GroupTag.JOB, told)
