"""My jobs: what waits, what is on its way, what may have printed; deleting, stopping, printing again."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import Connection

from accounting import ledger
from accounting import store as accounts
from ipp.enums import JobState
from jobs.errors import JobUnknown, NotPossible
from jobs.job import Job
from jobs.queue import Kind, Queue
from jobs.work import active
from web import words
from web.errors import NothingChosen
from web.i18n import N_
from web.preview_pages import has_preview
from web.site import Visit


@dataclass(frozen=True, slots=True)
class Line:
    """One document of the list."""

    job: Job
    badge: words.Badge
    about: str
    picture: str
    preview: bool = False
    """Whether there may be a picture of its first page; else `picture` stands for its kind."""
    amount: int | None = None
    others_cost_more: bool = False
    choosable: bool = False
    at: str = ""


async def show(visit: Visit) -> web.Response:
    """Show a person's documents that have not ended."""
    jobs = await visit.parts.desk.waiting(visit.who)
    quotes = await visit.parts.desk.quotes()
    free = await _free(visit) if quotes.priced else None
    page = quotes.price("").mono + quotes.price("").sheet
    choosable = [job for job in jobs if _choosable(job)]
    pools = [(job, visit.parts.catalogue.get(job.queue_id), visit.parts.desk.pool(job)) for job in choosable]
    # In a thread: a document of a hundred thousand pages takes its time to be worked out.
    estimates = await asyncio.to_thread(quotes.estimates, pools)
    lines = [line(visit, job, estimates.get(job.id)) for job in jobs]
    waiting = [found for found in lines if found.job.held and not found.job.uncertain]
    ready = [found for found in waiting if found.choosable]
    return visit.page(
        "jobs.html",
        here="jobs",
        waiting=waiting,
        uncertain=[found for found in lines if found.job.uncertain],
        moving=[found for found in lines if not found.job.held],
        ready=ready,
        total=sum(found.amount or 0 for found in ready),
        total_from=any(found.others_cost_more for found in ready),
        priced=quotes.priced,
        free=free,
        enough=free // page if free and page else 0,
        queue=next(iter(_welcoming(visit)), None),
    )


async def _free(visit: Visit) -> int | None:
    """The credit that a person can still print for; None for who has none and needs none."""
    person = visit.who

    def look(connection: Connection) -> int:
        account = accounts.find_account(connection, "person", person.id)
        return ledger.available(connection, account) if account else 0

    free = await visit.parts.database.read(look)
    return max(0, free) if person.restricted or free > 0 else None


def _welcoming(visit: Visit) -> list[Queue]:
    """The queues that take documents now, those that print anywhere first."""
    found = [queue for queue in visit.parts.catalogue.listed() if queue.accepting and queue.holds]
    return sorted(found, key=lambda queue: queue.kind is not Kind.FOLLOW_ME)


def _choosable(job: Job) -> bool:
    return job.held and not job.uncertain and job.counted_at is not None and not job.incoming


def line(visit: Visit, job: Job, estimate: tuple[int, bool] | None) -> Line:
    """Make the line of a job: what it is, and what it would cost."""
    return Line(
        job=job,
        badge=words.outcome(job),
        about=words.described(job, visit.talk),
        picture=words.picture(job),
        preview=has_preview(visit, job),
        amount=estimate[0] if estimate else None,
        others_cost_more=bool(estimate and estimate[1]),
        choosable=_choosable(job),
        at=device_name(visit, job.device_id),
    )


def device_name(visit: Visit, device_id: str | None) -> str:
    """What the device of a job is called; "" when it has none or the device is gone."""
    row = next((row for row in visit.parts.fleet.listed() if row.id == device_id), None)
    return row.shown if row else ""


async def mine(visit: Visit, numbers: Sequence[int]) -> list[Job]:
    """The chosen of a person's documents, in the order of their list. Raises NothingChosen."""
    jobs = await visit.parts.desk.waiting(visit.who)
    chosen = [job for job in jobs if job.job_id in set(numbers)]
    if not chosen:
        raise NothingChosen(N_("None of the chosen documents is waiting any more, or none was chosen."))
    return chosen


async def one(visit: Visit) -> Job:
    """The document that the address names. Raises JobUnknown for what is not this person's."""
    number = visit.request.match_info["number"]
    jobs = await visit.parts.desk.waiting(visit.who)
    for job in jobs:
        if str(job.job_id) == number:
            return job
    raise JobUnknown(N_("This document is not among those that wait for you."))


async def ask_delete(visit: Visit) -> web.Response:
    """Ask before documents are destroyed."""
    return visit.page("delete.html", here="jobs", jobs=await mine(visit, visit.query.numbers("job")))


async def delete(visit: Visit) -> web.Response:
    """Delete the chosen documents that no device works on."""
    deleted, refused = 0, None
    for job in await mine(visit, visit.form.numbers("job")):
        try:
            await visit.parts.desk.delete(visit.who, job.id)
            deleted += 1
        except NotPossible as error:  # it began to print meanwhile; the others are still to be deleted
            refused = error
    if not deleted and refused:
        raise refused
    return visit.go(f"/jobs?done=deleted&n={deleted}")


async def stop(visit: Visit) -> web.Response:
    """Take a document back before it is sent, or have the printer stop it."""
    job = await one(visit)
    if job.state is JobState.PENDING:
        await visit.parts.desk.hold(visit.who, job.id)
        return visit.go("/jobs?done=held")
    if active(job):
        await visit.parts.forward.cancel(job.id)
        return visit.go("/jobs?done=stopping")
    raise NotPossible(N_("It is not being printed."))


async def ask_again(visit: Visit) -> web.Response:
    """Explain what printing a document means that may have printed, before it is done."""
    job = await one(visit)
    if not job.uncertain:
        return visit.go(f"/release?job={job.job_id}")
    return visit.page("again.html", here="jobs", job=job, at=device_name(visit, job.device_id))
