"""The operations that change jobs: cancel, hold, release, suspend, resume, and their order (RFC 8011, RFC 3998)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from directory.store import Person
from ipp import build
from ipp.enums import JobState, Status
from ipp_server.address import parse
from ipp_server.errors import RequestFault
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from jobs.errors import NotPossible
from jobs.holding import INDEFINITE, NO_HOLD, UNTIL
from jobs.job import Job
from jobs.reading import is_time
from jobs.work import ACTIVE, active

_MOST: Final = 1000  # jobs named by one request
_PAGE: Final = 100


async def cancel_job(service: Service, request: Request) -> Reply:
    """Cancel a job, wherever it is."""
    assert request.job is not None
    await cancel(service, request, request.job)
    return Reply()


async def cancel_my_jobs(service: Service, request: Request) -> Reply:
    """Cancel all, or the named, jobs of who asks (PWG 5100.11 section 5.2)."""
    person = request.identity.person
    if person is None:
        raise RequestFault(Status.CLIENT_ERROR_NOT_AUTHORIZED, "Nobody is known to ask.")
    if wanted := _wanted(request):
        await _cancel_named(service, request, wanted, person_id=person.id)
    else:
        async for jobs in _unended(service, request, person_id=person.id):
            for job in jobs:
                await cancel(service, request, job)
    return Reply()


async def cancel_jobs(service: Service, request: Request) -> Reply:
    """Cancel the named jobs of a queue, or all of them (PWG 5100.11 section 5.1)."""
    if wanted := _wanted(request):
        await _cancel_named(service, request, wanted)
    else:
        await end_all(service, request)
    return noting(request, Reply())


async def cancel_current_job(service: Service, request: Request) -> Reply:
    """Cancel the job that is being printed (RFC 3998 section 4.2)."""
    await cancel(service, request, await _current(service, request))
    return noting(request, Reply())


async def suspend_current_job(service: Service, request: Request) -> Reply:
    """Take the job that is being prepared from its device, so that others can print (RFC 3998 section 4.3.1)."""
    job = await _current(service, request)
    if active(job):
        await service.suspend_active(job.id)
    else:
        await service.steering.suspend(actor(request), job.id)
    return noting(request, Reply())


async def resume_job(service: Service, request: Request) -> Reply:
    """Let a suspended job go on (RFC 3998 section 4.3.2)."""
    job = request.job
    assert job is not None
    allowed(request, job)
    await service.steering.resume(actor(request), job.id)
    await noted(service, request, job)
    return noting(request, Reply())


async def promote_job(service: Service, request: Request) -> Reply:
    """Print a waiting job next (RFC 3998 section 4.4.1)."""
    assert request.job is not None
    await service.jobs.put_behind(request.job.id, None)
    await noted(service, request, request.job)
    return noting(request, Reply())


async def schedule_job_after(service: Service, request: Request) -> Reply:
    """Print a waiting job right after another one; without one, next (RFC 3998 section 4.4.2)."""
    assert request.job is not None
    predecessor = await _predecessor(service, request)
    if predecessor is not None and predecessor.id == request.job.id:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "A job cannot be printed after itself.")
    await service.jobs.put_behind(request.job.id, predecessor.id if predecessor else None)
    await noted(service, request, request.job)
    return noting(request, Reply())


async def hold_job(service: Service, request: Request) -> Reply:
    """Hold a job that waits for its device, until a time or until somebody releases it."""
    job = request.job
    assert job is not None
    allowed(request, job)
    until = request.operation.string("job-hold-until") or INDEFINITE
    if until not in (INDEFINITE, NO_HOLD) and (request.queue.holds or not (until in UNTIL or is_time(until))):
        request.unsupported += request.sent("job-hold-until")
        until = INDEFINITE
    if until == NO_HOLD:
        if job.state is JobState.PENDING_HELD:
            refuse_to_let_go(request, job)
            await service.desk.release(actor(request), job.id, nameless=True)
    else:
        await service.desk.hold(actor(request), job.id, until)
    await noted(service, request, job)
    return noting(request, Reply())


async def release_job(service: Service, request: Request) -> Reply:
    """Release a held job to its queue's default device."""
    job = request.job
    assert job is not None
    allowed(request, job)
    refuse_to_let_go(request, job)
    password = request.operation.first("job-password")
    typed = password.decode("utf-8", "replace") if isinstance(password, bytes) else ""
    await service.desk.release(actor(request), job.id, password=typed, nameless=True)
    await noted(service, request, job)
    return noting(request, Reply())


async def end_all(service: Service, request: Request) -> None:
    """Cancel all jobs of a queue that have not ended, each once; those of a page share their commits."""

    async def end(job: Job) -> None:
        with contextlib.suppress(NotPossible):  # a device has it and does not stop: it ends by itself
            await cancel(service, request, job)

    async for jobs in _unended(service, request):
        await asyncio.gather(*map(end, jobs))


def refuse_to_let_go(request: Request, job: Job) -> None:
    """Refuse to let go what its queue holds for its owner, but to them and to administrators.

    It would be on paper while they are not there, and paid by them: a network of operators is not enough for that.
    """
    identity = request.identity
    mine = identity.person is not None and identity.person.id == job.person_id
    if request.queue.holds and not mine and not identity.administrator:
        raise RequestFault(Status.CLIENT_ERROR_NOT_AUTHORIZED, "It waits for its owner, who alone can let it go.")


async def noted(service: Service, request: Request, job: Job) -> None:
    """Keep what an operator says about a job with an operation (RFC 3380 section 8, job-message-from-operator)."""
    if request.operation.get("job-message-from-operator") and request.identity.operator:
        await service.jobs.note(job.id, operator_message=request.text("job-message-from-operator", 127))


def allowed(request: Request, job: Job) -> None:
    """Refuse who is neither the job's owner nor an operator."""
    if not request.identity.operator:
        theirs(request, job)


def theirs(request: Request, job: Job) -> None:
    """Refuse who is not the job's owner."""
    person = request.identity.person
    if person is None or job.person_id != person.id:
        raise RequestFault(Status.CLIENT_ERROR_NOT_AUTHORIZED, "This is somebody else's job.")


def _wanted(request: Request) -> set[int]:
    """What job-ids names. Raises RequestFault for more than one request can."""
    wanted = set(request.operation.integers("job-ids"))
    if len(wanted) > _MOST:
        raise RequestFault(
            Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE, f"At most {_MOST} jobs are cancelled by one request."
        )
    return wanted


async def _cancel_named(service: Service, request: Request, wanted: set[int], **whose: str) -> None:
    jobs = await service.jobs.selected(
        queue_id=request.queue.id, final=False, numbers=sorted(wanted), limit=_MOST, **whose
    )
    _refuse_missing(wanted - {job.job_id for job in jobs})
    for job in jobs:
        await cancel(service, request, job)


async def _unended(service: Service, request: Request, **whose: str) -> AsyncIterator[list[Job]]:
    """The jobs of a queue that had not ended when they were looked up, page by page, each once."""
    last = 0
    while jobs := await service.jobs.selected(queue_id=request.queue.id, final=False, after=last, limit=_PAGE, **whose):
        yield jobs
        last = jobs[-1].job_id


async def _current(service: Service, request: Request) -> Job:
    """The job that is being printed, else the next, being prepared; the named one if it is on its way at all."""
    number = request.operation.integer("job-id")
    if number is not None:
        job = await service.jobs.numbered(number)
        if job.queue_id != request.queue.id or not (active(job) or job.state is JobState.PENDING):
            raise NotPossible("That job is not being printed.")
        return job
    working = await service.jobs.selected(queue_id=request.queue.id, states=tuple(ACTIVE), limit=_PAGE)
    current = [job for job in working if active(job)] or await service.jobs.next(request.queue.id)
    if not current:
        raise NotPossible("No job is being printed.")
    return current[0]


async def _predecessor(service: Service, request: Request) -> Job | None:
    number, uri = request.operation.integer("predecessor-job-id"), request.operation.string("predecessor-job-uri")
    if uri:
        with contextlib.suppress(ValueError):
            address = parse(uri)
            number = address.job if address else None
    if number is None:
        return None
    job = await service.jobs.numbered(number)
    if job.queue_id != request.queue.id or job.final:
        raise NotPossible("The job before it is not waiting in this queue.")
    return job


def _refuse_missing(missing: set[int]) -> None:
    if missing:
        # All or none: a number that is not there, or has ended, stops the whole request.
        raise RequestFault(
            Status.CLIENT_ERROR_NOT_POSSIBLE,
            "Not all of these jobs are waiting here.",
            [build.integer("job-ids", *sorted(missing))],
        )


async def cancel(service: Service, request: Request, job: Job) -> None:
    """Cancel a job in the name of who asks. Raises NotPossible for one that has ended."""
    allowed(request, job)
    if job.final:
        raise NotPossible("The job has ended already.")
    if active(job):
        await service.cancel_active(job.id)
    else:
        await service.desk.delete(actor(request), job.id)
    await noted(service, request, job)


def actor(request: Request) -> Person | None:
    """In whose name the desk is asked; an operator without a password is the house itself there."""
    identity = request.identity
    return None if identity.from_operators else identity.person
