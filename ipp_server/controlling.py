"""The operations that change jobs: Cancel-Job, Cancel-My-Jobs, Hold-Job, Release-Job (RFC 8011 section 4.3)."""

from typing import Final

from ipp import build
from ipp.enums import JobState, Status
from ipp_server.errors import RequestFault
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from jobs.errors import NotPossible
from jobs.job import Job
from jobs.work import active

_MOST: Final = 1000  # jobs cancelled by one Cancel-My-Jobs


async def cancel_job(service: Service, request: Request) -> Reply:
    """Cancel a job, wherever it is."""
    assert request.job is not None
    await _cancel(service, request, request.job)
    return Reply()


async def cancel_my_jobs(service: Service, request: Request) -> Reply:
    """Cancel all, or the named, jobs of who asks (PWG 5100.11 section 5.2)."""
    person = request.identity.person
    if person is None:
        raise RequestFault(Status.CLIENT_ERROR_NOT_AUTHORIZED, "Nobody is known to ask.")
    mine = await service.jobs.selected(queue_id=request.queue.id, person_id=person.id, final=False, limit=_MOST)
    wanted = set(request.operation.integers("job-ids"))
    wrong = sorted(wanted - {job.job_id for job in mine})
    if wrong:
        # All or none: a number that is not one's own, or has ended, stops the whole request.
        raise RequestFault(
            Status.CLIENT_ERROR_NOT_POSSIBLE,
            "Not all of these jobs are yours and still waiting.",
            [build.integer("job-ids", *wrong)],
        )
    for job in mine:
        if not wanted or job.job_id in wanted:
            await _cancel(service, request, job)
    return Reply()


async def hold_job(service: Service, request: Request) -> Reply:
    """Hold a job that waits for its device; here a job is held until somebody releases it."""
    job = request.job
    assert job is not None
    _allowed(request, job)
    if any(until != "indefinite" for until in request.operation.strings("job-hold-until")):
        request.unsupported += request.sent("job-hold-until")
    if job.state is not JobState.PENDING_HELD:
        await service.desk.hold(request.identity.person, job.id)
    return noting(request, Reply())


async def release_job(service: Service, request: Request) -> Reply:
    """Release a held job to its queue's default device."""
    job = request.job
    assert job is not None
    _allowed(request, job)
    await service.desk.release(request.identity.person, job.id)
    return Reply()


async def _cancel(service: Service, request: Request, job: Job) -> None:
    _allowed(request, job)
    if job.final:
        raise NotPossible("The job has ended already.")
    if active(job):
        await service.cancel_active(job.id)
    else:
        await service.desk.delete(request.identity.person, job.id)


def _allowed(request: Request, job: Job) -> None:
    identity = request.identity
    if identity.administrator:
        return
    if identity.person is None or job.person_id != identity.person.id:
        raise RequestFault(Status.CLIENT_ERROR_NOT_AUTHORIZED, "This is somebody else's job.")
