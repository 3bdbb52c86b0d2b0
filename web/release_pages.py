"""Release: choose a printer, change how it is printed, print, and see what happened to each document."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from accounting.errors import AccountingError
from devices.store import DeviceRow
from jobs.errors import JobError
from jobs.job import Job
from release import passwords
from release.errors import ReleaseError
from release.quotes import Changes, Quote, Quotes
from storage.errors import StorageError
from web import words
from web.errors import BadForm
from web.forms import Form
from web.i18n import N_
from web.jobs_pages import device_name, mine
from web.preview_pages import has_preview
from web.site import Visit

SIDES: Final = {
    "one-sided": N_("One side"),
    "two-sided-long-edge": N_("Both sides, turned like a book"),
    "two-sided-short-edge": N_("Both sides, turned like a notepad"),
}
_SHOWN: Final = 30  # printers on the page; the search finds the others
_PAPERS: Final = 6  # documents whose first page is shown
_MOST_LOOKS: Final = 40  # times that the result page looks again by itself


@dataclass(frozen=True, slots=True)
class Choice:
    """One printer to choose from, and what the chosen documents would be there."""

    device: DeviceRow
    badge: words.Badge
    about: str
    warnings: tuple[str, ...]
    amount: int
    printable: int
    selectable: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """What became of one document at the press of Print: its UUID, and why not, if not."""

    uuid: str
    title: str
    reason: str = ""


def changes_in(form: Form) -> Changes:
    """Read what the owner wants changed. Raises BadForm."""
    sides = form.text("sides")
    if sides and sides not in SIDES:
        raise BadForm(N_("Choose how the sheets are printed."))
    ink = form.text("ink")
    return Changes(
        copies=form.number("copies", 1, 999),
        sides=sides or None,
        monochrome=ink == "mono" if ink in ("mono", "color") else None,
        page_ranges=form.pages("pages"),
    )


def fields_of(form: Form) -> list[tuple[str, str]]:
    """The fields that carry choice and changes from page to page."""
    kept = [("job", str(number)) for number in form.numbers("job")]
    return kept + [(name, form.text(name)) for name in ("copies", "sides", "ink", "pages", "again") if form.text(name)]


async def show(visit: Visit) -> web.Response:
    """Show the printers, each with what would differ there and its price."""
    jobs, changes, quotes = await _chosen(visit, visit.query), changes_in(visit.query), await visit.parts.desk.quotes()
    choices = await choices_of(visit, jobs, changes, quotes)
    last = await _last_device(visit)
    # Where they were last first, then those that can print, then the others with their reason.
    choices.sort(key=lambda c: (not c.selectable, c.device.id != last, c.device.shown.casefold()))
    sought = visit.query.text("find").casefold()
    found = [c for c in choices if sought in f"{c.device.shown} {c.device.location}".casefold()]
    selectable = [c for c in found if c.selectable]
    totals = {c.amount for c in selectable}
    before = _cheapest(await choices_of(visit, jobs, Changes(), quotes)) if changes != Changes() else None
    return visit.page(
        "release.html",
        here="jobs",
        jobs=jobs,
        papers=[(job, has_preview(visit, job), words.picture(job)) for job in jobs[:_PAPERS]],
        unseen=max(0, len(jobs) - _PAPERS),
        choices=found[:_SHOWN],
        more=max(0, len(found) - _SHOWN),
        many=len(choices) > 6,
        last=last,
        first=selectable[0].device.id if selectable else "",
        price=totals.pop() if len(totals) == 1 else None,
        cheapest=_cheapest(choices),
        before=before,
        changed=changed_words(visit, changes),
        pages=sum(job.pages or 0 for job in jobs),
        priced=quotes.priced,
        fields=fields_of(visit.query),
        query=urlencode(fields_of(visit.query)),
        sought=visit.query.text("find"),
        number=secrets.token_urlsafe(12),
        again=visit.query.ticked("again"),
        locked=[job for job in jobs if passwords.wanted(job)],
    )


async def _chosen(visit: Visit, form: Form) -> list[Job]:
    """The chosen documents that can be released now; what may have printed only if that was confirmed."""
    jobs = await mine(visit, form.numbers("job"))
    again = form.ticked("again")
    held = [job for job in jobs if job.held and not job.incoming and (again or not job.uncertain)]
    if not held:
        raise BadForm(N_("None of the chosen documents is waiting any more, or none was chosen."))
    return held


async def choices_of(visit: Visit, jobs: Sequence[Job], changes: Changes, quotes: Quotes) -> list[Choice]:
    """Every printer of the documents' queues, with what would differ there."""
    pools = {job.id: {device.id for device in visit.parts.desk.pool(job)} for job in jobs}
    rows = visit.parts.fleet.listed()
    wanted = [(row, [job for job in jobs if row.id in pools[job.id]]) for row in rows]
    wanted = [(row, theirs) for row, theirs in wanted if theirs]

    def work() -> list[list[Quote]]:
        return [[quotes.quote(job, row, changes) for job in theirs] for row, theirs in wanted]

    # In a thread: a document of a hundred thousand pages takes its time to be worked out.
    quoted = await asyncio.to_thread(work)
    return [_choice(visit, row, found, len(jobs)) for (row, _), found in zip(wanted, quoted, strict=True)]


def _choice(visit: Visit, device: DeviceRow, quoted: Sequence[Quote], wanted: int) -> Choice:
    talk = visit.talk
    can = [one for one in quoted if not one.reason]
    gray, single = sum(one.color_lost for one in can), sum(one.sides_lost for one in can)
    warnings = []
    if gray:
        text = talk.count(
            "No colour: %(n)s document turns black and white", "No colour: %(n)s documents turn black and white", gray
        )
        warnings.append(text)
    if single:
        text = talk.count("%(n)s document comes out on one side", "%(n)s documents come out on one side", single)
        warnings.append(text)
    if can and len(can) < wanted:
        n = wanted - len(can)
        text = talk.count(
            "%(n)s document stays waiting: not for this printer",
            "%(n)s documents stay waiting: not for this printer",
            n,
        )
        warnings.append(text)
    if not can and quoted:
        warnings.append(talk.gettext(quoted[0].reason))
    ready = device.state in ("idle", "processing")
    if not ready:
        # What differs there does not matter now; why it cannot be chosen does.
        warnings = words.device_reasons(device, talk)[1:]
    return Choice(
        device,
        words.device_badge(device, talk),
        words.abilities(device.capabilities, talk),
        tuple(warnings),
        sum(one.amount or 0 for one in can),
        len(can),
        ready and bool(can),
    )


def _cheapest(choices: Sequence[Choice]) -> int | None:
    return min((choice.amount for choice in choices if choice.printable), default=None)


async def _last_device(visit: Visit) -> str | None:
    for job in await visit.parts.desk.history(visit.who, limit=10):
        if job.device_id and job.impressions_completed:
            return job.device_id
    return None


def changed_words(visit: Visit, changes: Changes) -> str:
    """What is changed, in a line; "" if nothing is."""
    talk, parts = visit.talk, []
    if changes.copies is not None:
        parts.append(talk.count("%(n)s copy", "%(n)s copies", changes.copies))
    if changes.sides is not None:
        parts.append(talk.gettext(SIDES[changes.sides]).lower())
    if changes.monochrome is not None:
        parts.append(talk.gettext(N_("black and white") if changes.monochrome else N_("colour")))
    if changes.page_ranges:
        parts.append(talk.say("only pages %(pages)s", pages=words.ranges_text(changes.page_ranges)))
    return talk.joined(parts)


async def change(visit: Visit) -> web.Response:
    """Show the form for copies, sides, colour and pages."""
    jobs, now = await _chosen(visit, visit.query), changes_in(visit.query)
    first = replace(now, copies=now.copies or jobs[0].ticket.copies)
    return visit.page(
        "change.html",
        here="jobs",
        jobs=jobs,
        sides=SIDES,
        now=first,
        colored=any(job.color_impressions != 0 for job in jobs),
        pages=words.ranges_text(now.page_ranges or ()) or visit.query.text("pages"),
        again=visit.query.ticked("again"),
        most_pages=jobs[0].pages or 0,
    )


async def release(visit: Visit) -> web.Response:
    """Release the chosen documents at the chosen printer, once for each form."""
    number = visit.form.text("number", 32)
    device_id = visit.form.text("device", 64)
    if not number or not device_id:
        raise BadForm(N_("Choose a printer."))
    changes, jobs = changes_in(visit.form), visit.form.numbers("job")
    password = visit.form.secret("password")

    async def work() -> tuple[str, list[Happened]]:
        chosen = await mine(visit, jobs)
        confirmed = visit.form.ticked("again")
        return device_id, [
            await _let_go(visit, job, device_id, changes, confirmed=confirmed, password=password) for job in chosen
        ]

    await visit.site.once.do(visit.who.id, number, work)
    return visit.go(f"/release/done/{number}")


async def _let_go(
    visit: Visit, job: Job, device_id: str, changes: Changes, *, confirmed: bool, password: str
) -> Happened:
    try:
        await visit.parts.desk.release(visit.who, job.id, device_id, changes, confirmed=confirmed, password=password)
    except (ReleaseError, JobError, AccountingError, StorageError) as error:
        # One that cannot be printed must not keep the others back.
        return Happened(job.id, job.title, str(error))
    return Happened(job.id, job.title)


async def done(visit: Visit) -> web.Response:
    """Say what happened to each document, and look again until all have ended."""
    found = visit.site.once.result(visit.who.id, visit.request.match_info["number"])
    if found is None:
        return visit.go("/jobs")
    device_id, happened = found
    lines, moving = [], 0
    for one in happened:
        job = await visit.parts.jobs.get(one.uuid)
        stopped = job.held and not one.reason
        moving += not job.final and not job.held
        reason = one.reason or (job.message if stopped or job.message else "")
        badge = words.Badge("warn", N_("Still waiting")) if one.reason else words.outcome(job)
        lines.append((one, badge, visit.talk.gettext(reason) if reason else ""))
    looked = (visit.query.numbers("look") or [0])[0]
    response = visit.page(
        "released.html",
        here="jobs",
        lines=lines,
        at=device_name(visit, device_id),
        gone=sum(not one.reason for one, _, _ in lines),
        moving=moving,
    )
    if moving and looked < _MOST_LOOKS:
        response.headers["Refresh"] = f"3; url=/release/done/{visit.request.match_info['number']}?look={looked + 1}"
    return response
