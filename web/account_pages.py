"""What a person printed, what it cost, and their own password and claim codes."""

from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from accounting import ledger
from accounting import store as accounts
from accounting.store import Entry
from directory.errors import WeakPassword
from jobs.job import Job
from web import store, words
from web.i18n import N_
from web.jobs_pages import device_name
from web.site import Visit

_PAGE: Final = 25
_MOVEMENTS: Final = 50


async def history(visit: Visit) -> web.Response:
    """Show a page of ended jobs, with what was charged."""
    before = next(iter(visit.query.numbers("before")), None)
    jobs = await visit.parts.desk.history(visit.who, before=before, limit=_PAGE + 1)
    charges = await visit.parts.database.read(lambda connection: charges_of(connection, jobs))
    lines = [(job, words.outcome(job), charges.get(job.id), device_name(visit, job.device_id)) for job in jobs[:_PAGE]]
    return visit.page(
        "history.html",
        here="history",
        lines=lines,
        older=jobs[_PAGE - 1].job_id if len(jobs) > _PAGE else None,
        first=before is None,
        charged=any(entry for _, _, entry, _ in lines),
    )


def charges_of(connection: Connection, jobs: list[Job]) -> dict[str, Entry]:
    """What was charged for each of these jobs."""
    found = ((job.id, accounts.charge_of(connection, job.id)) for job in jobs)
    return {uuid: entry for uuid, entry in found if entry is not None}


def money_of(connection: Connection, person_id: str) -> tuple[int, int, list[tuple[Entry, Job | None]]]:
    """A person's balance, what of it is available, and the newest movements with their jobs."""
    account = accounts.find_account(connection, "person", person_id)
    if account is None:
        return 0, 0, []
    entries = accounts.entries_of(connection, account.id, limit=_MOVEMENTS)
    jobs = store.titles(connection, {entry.job_id for entry in entries if entry.job_id})
    pairs = [(entry, jobs.get(entry.job_id or "")) for entry in entries]
    return account.balance, ledger.available(connection, account), pairs


async def account(visit: Visit) -> web.Response:
    """Show credit, movements, and the forms for password and claim code."""
    return await _account(visit)


async def _account(visit: Visit, *, wrong: str = "", status: int = 200) -> web.Response:
    person_id = visit.who.id
    balance, free, movements = await visit.parts.database.read(lambda connection: money_of(connection, person_id))
    return visit.page(
        "account.html",
        status=status,
        here="account",
        balance=balance,
        reserved=balance - free,
        movements=movements,
        wrong=wrong,
        claims=any(queue.accept_unowned for queue in visit.parts.catalogue.listed()),
    )


async def password(visit: Visit) -> web.Response:
    """Change one's own password, which ends every other sign-in."""
    old, new = visit.form.secret("old"), visit.form.secret("new")
    known = await visit.parts.people.authenticate(visit.who.name, old, visit.peer)
    if known is None:
        return await _account(visit, wrong=visit.talk.gettext(N_("That is not your present password.")), status=403)
    try:
        await visit.parts.people.set_password(visit.who.name, new, actor=visit.who.id)
    except WeakPassword as error:
        return await _account(visit, wrong=visit.talk.gettext(str(error)), status=400)
    await visit.site.sessions.close_all(visit.who.id)
    visit.fresh = await visit.site.sessions.open(visit.who)
    return visit.go("/account?done=password")


async def claim(visit: Visit) -> web.Response:
    """Make the document of a claim code one's own."""
    await visit.parts.desk.claim(visit.who, visit.form.text("code", 64))
    return visit.go("/jobs?done=claimed")
