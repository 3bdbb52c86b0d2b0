"""The operations that print a document once more: Restart-Job, Reprocess-Job, Resubmit-Job.

They work while the document is kept: as long as its queue's retain-for says after the job has ended.
Restart-Job prints the same job again (RFC 8011 section 4.3.7); the other two make a new job of the old one's document,
as it was asked for (Reprocess-Job, RFC 3998 section 4.1) or otherwise (Resubmit-Job, PWG 5100.7 section 4.3).
"""

from dataclasses import replace

from ipp.enums import Status
from ipp_server.controlling import actor, noted, theirs
from ipp_server.errors import RequestFault
from ipp_server.following import Following
from ipp_server.printing import made, requested_ticket
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from jobs.errors import NotPossible
from jobs.intake import Submission
from jobs.job import Job


async def restart_job(service: Service, request: Request) -> Reply:
    """Print an ended job again."""
    job = _ended(request)
    await service.steering.restart(actor(request), job.id)
    await noted(service, request, job)
    return noting(request, Reply())


async def reprocess_job(service: Service, request: Request) -> Reply:
    """Make a new job of one that was printed or is about to be, to be printed in the same way."""
    job = _kept(request)
    return await _repeated(service, request, job, _submission(request, job))


async def resubmit_job(service: Service, request: Request) -> Reply:
    """Make a new job of one that was printed or is about to be, to be printed as this request says."""
    job = _kept(request)
    if request.operation.string("job-name"):
        job = replace(job, title=request.text("job-name"))
    ticket = requested_ticket(request)
    if ticket.job_password is None:
        # What was to wait for a password is not had without it.
        ticket = replace(ticket, job_password=job.ticket.job_password, job_release_action=job.ticket.job_release_action)
    submission = replace(_submission(request, job), ticket=ticket)
    return await _repeated(service, request, job, submission)


async def _repeated(service: Service, request: Request, job: Job, submission: Submission) -> Reply:
    with Following(service, request) as following:
        accepted = await service.intake.repeat(job, submission)
    return await following.answer(accepted.job, noting(request, made(service, request, accepted)))


def _ended(request: Request) -> Job:
    job = _kept(request)
    if not job.final:
        raise NotPossible("The job has not ended yet.")
    return job


def _kept(request: Request) -> Job:
    """The job, if its whole document is there."""
    job = request.job
    assert job is not None
    if not request.identity.administrator:
        # It is charged to its owner: whoever operates from a network alone does not spend other people's money.
        theirs(request, job)
    if job.incoming or (job.documents > 1 and job.counted_at is None):
        raise NotPossible("Its documents are still coming. Try again in a moment.")
    if job.document_id is None:
        raise NotPossible("Its document is not kept any more. Print it again.")
    return job


def _submission(request: Request, job: Job) -> Submission:
    if job.person_id is None:
        raise RequestFault(Status.CLIENT_ERROR_NOT_POSSIBLE, "Nobody owns the job. Claim it first, or print it again.")
    identity = request.identity
    owner = identity.person if identity.person and identity.person.id == job.person_id else None
    return Submission(
        queue=request.queue,
        person=owner,
        person_id=job.person_id,
        user_name=job.user_name,
        ticket=job.ticket,
        title=job.title,
        document_name=job.document_name,
        declared_format="",
        peer=request.peer,
    )
