"""Administration of jobs: finding them, deciding those that may have printed, stopping and releasing."""

from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection

from ipp.enums import JobState
from jobs.errors import JobUnknown, NotPossible
from jobs.job import Job
from jobs.work import active
from release import store as attempts
from release.quotes import Changes
from web import store, words
from web.account_pages import charges_of
from web.admin_overview import counts
from web.errors import BadForm
from web.i18n import N_
from web.jobs_pages import device_name
from web.release_pages import choices_of
from web.site import Visit
from web.store import Filter

_PAGE: Final = 25
_LAST_PAGE: Final = 100_000


async def show(visit: Visit) -> web.Response:
    """Show a page of jobs."""
    query = visit.query
    outcome = query.text("outcome", 20)
    wanted = Filter(query.text("find", 100), outcome if outcome in store.OUTCOMES else "", query.text("device", 40))
    page = max(1, min((query.numbers("page") or [1])[0], _LAST_PAGE))

    def look(connection: Connection) -> tuple[list[Job], int, int, dict[str, object]]:
        jobs, total = store.jobs(connection, wanted, limit=_PAGE, offset=(page - 1) * _PAGE)
        charges: dict[str, object] = dict(charges_of(connection, jobs))
        return jobs, total, store.undecided(connection), charges

    jobs, total, undecided, charges = await visit.parts.database.read(look)
    owners = await _owners(visit, jobs)
    kept = [
        (name, value)
        for name, value in (("find", wanted.text), ("outcome", wanted.outcome), ("device", wanted.device))
        if value
    ]
    return visit.page(
        "admin_jobs.html",
        here="jobs",
        counts=await counts(visit),
        lines=[
            (job, words.outcome(job), owners[job.id], device_name(visit, job.device_id), charges.get(job.id))
            for job in jobs
        ],
        total=total,
        undecided=undecided,
        wanted=wanted,
        devices=visit.parts.fleet.listed(),
        page=page,
        pages=max(1, -(-total // _PAGE)),
        kept=urlencode(kept),
    )


async def _owners(visit: Visit, jobs: list[Job]) -> dict[str, str]:
    """Who each job belongs to, as a name; what the client said where nobody is known."""
    ids = {job.person_id for job in jobs if job.person_id}
    people = await visit.parts.database.read(lambda connection: store.people_named(connection, ids))
    return {
        job.id: people[job.person_id].shown if job.person_id in people and job.person_id else job.user_name
        for job in jobs
    }


async def _job(visit: Visit) -> Job:
    number = visit.request.match_info["number"]
    if not (number.isascii() and number.isdigit() and len(number) < 12):
        raise JobUnknown(N_("There is no such job."))
    return await visit.parts.jobs.numbered(int(number))


async def show_one(visit: Visit) -> web.Response:
    """Show all that is known of one job, and what may be done with it."""
    job = await _job(visit)

    def look(connection: Connection) -> tuple[object, list[attempts.Attempt]]:
        return charges_of(connection, [job]).get(job.id), attempts.of_job(connection, job.id)

    charge, tried = await visit.parts.database.read(look)
    queue = visit.parts.catalogue.get(job.queue_id)
    releasable = job.held and not job.uncertain and not job.incoming and job.counted_at is not None
    quotes = await visit.parts.desk.quotes()
    return visit.page(
        "admin_job.html",
        here="jobs",
        counts=await counts(visit),
        job=job,
        state=words.outcome(job),
        about=words.described(job, visit.talk),
        owner=(await _owners(visit, [job]))[job.id],
        queue=queue.shown if queue else "",
        at=device_name(visit, job.device_id),
        charge=charge,
        attempts=[(attempt, device_name(visit, attempt.device_id)) for attempt in tried],
        choices=await choices_of(visit, [job], Changes(), quotes) if releasable else [],
        priced=quotes.priced,
        stoppable=active(job) or job.state is JobState.PENDING,
    )


async def decide(visit: Visit) -> web.Response:
    """Settle a job of unknown outcome: it had printed, or it had not."""
    job = await _job(visit)
    answer = visit.form.text("printed", 5)
    if answer not in ("yes", "no"):
        raise BadForm(N_("Choose whether it had printed."))
    await visit.parts.desk.settle_uncertain(visit.who, job.id, printed=answer == "yes")
    return visit.go(
        "/admin/jobs?outcome=decide&done=decided"
        if visit.form.ticked("list")
        else f"/admin/jobs/{job.job_id}?done=decided"
    )


async def stop(visit: Visit) -> web.Response:
    """Hold a job that waits for its device, or have the device stop it."""
    job = await _job(visit)
    if job.state is JobState.PENDING:
        await visit.parts.desk.hold(visit.who, job.id)
        return visit.go(f"/admin/jobs/{job.job_id}?done=held")
    if not active(job):
        raise NotPossible(N_("It is not being printed."))
    await visit.parts.forward.cancel(job.id)
    return visit.go(f"/admin/jobs/{job.job_id}?done=stopping")


async def delete(visit: Visit) -> web.Response:
    """Delete a job; its document is shredded."""
    job = await _job(visit)
    await visit.parts.desk.delete(visit.who, job.id)
    return visit.go(f"/admin/jobs/{job.job_id}?done=deleted")


async def release(visit: Visit) -> web.Response:
    """Release somebody's job at a device."""
    job = await _job(visit)
    await visit.parts.desk.release(visit.who, job.id, visit.form.text("device", 40) or None)
    return visit.go(f"/admin/jobs/{job.job_id}?done=released")
