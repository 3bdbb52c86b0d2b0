"""Sending files from the browser: each becomes a document that waits, and one that is refused keeps none back."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from jobs.errors import DocumentTooLarge, FormatNotSupported, JobError, NoDocument
from jobs.job import Job
from jobs.queue import Queue
from jobs.ticket import Ticket
from mobility.upload import Upload, title_of
from storage.errors import StorageError
from web import words
from web.errors import BadForm, NothingChosen, PageUnknown
from web.file_kinds import accept, takes_office
from web.i18n import N_
from web.incoming import File, Incoming
from web.site import Visit

MOST_FILES: Final = 20
"""Files that are taken at a time."""

_MOST_REFUSED: Final = 100  # further files that are read past, so that the answer reaches the browser
_MOST_COPIES: Final = 999
_LOOK_AGAIN: Final = 2  # seconds
_MOST_LOOKS: Final = 60
_TWO_SIDED: Final = "two-sided-long-edge"


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one file: the UUID of its job, or why there is none."""

    title: str
    uuid: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One file on the page that says what became of it."""

    title: str
    picture: str
    badge: words.Badge
    about: str = ""
    reason: str = ""
    amount: int | None = None
    others_cost_more: bool = False


async def show(visit: Visit) -> web.Response:
    """Show the form. Raises PageUnknown where no queue takes files."""
    queues = _upload(visit).queues()
    if not queues:
        return visit.page("send_none.html", here="send")
    formats = {mime for queue in queues for mime in queue.formats}
    return visit.page(
        "send.html",
        here="send",
        queues=queues,
        endings=accept(formats),
        office=takes_office(formats),
        most=MOST_FILES,
        largest=min(queue.max_bytes for queue in queues),
        colored=any(queue.offer.color for queue in queues),
        both=any(_TWO_SIDED in queue.offer.sides for queue in queues),
        copies=max(_most_copies(queue) for queue in queues),
    )


def _upload(visit: Visit) -> Upload:
    upload = visit.parts.upload
    if upload is None:
        raise PageUnknown(N_("Files are not taken here: print from your own programs."))
    return upload


def _most_copies(queue: Queue) -> int:
    return max(1, min(queue.offer.copies, _MOST_COPIES))


async def send(visit: Visit) -> web.Response:
    """Take the files of the form, which the gate has let in by its token. Raises BadForm, NothingChosen."""
    incoming, upload = visit.incoming, _upload(visit)
    queue = _queue(visit, upload)
    ticket = _ticket(visit, queue)
    sent = await _taken(visit, upload, queue, ticket, incoming) if incoming else []
    if not sent:
        raise NothingChosen(N_("No file came. Choose at least one."))
    number = secrets.token_urlsafe(12)

    async def kept() -> list[Sent]:
        return sent

    await visit.site.once.do(visit.who.id, number, kept)
    return visit.go(f"/send/done/{number}")


def _queue(visit: Visit, upload: Upload) -> Queue:
    queues, wanted = upload.queues(), visit.form.text("queue", 40)
    found = next((queue for queue in queues if not wanted or queue.id == wanted), None)
    if found is None:
        raise BadForm(N_("This queue takes no files. Choose another."))
    return found


def _ticket(visit: Visit, queue: Queue) -> Ticket:
    """How the files are to be printed; what the queue's printers cannot do is left as they do it."""
    sides, ink = visit.form.text("sides"), visit.form.text("ink")
    if sides not in ("", "one-sided", _TWO_SIDED) or ink not in ("", "mono", "color"):
        raise BadForm(N_("Choose how the sheets are printed."))
    return Ticket(
        copies=visit.form.number("copies", 1, _most_copies(queue)) or 1,
        sides=sides if sides in queue.offer.sides else None,
        print_color_mode={"mono": "monochrome", "color": "auto"}.get(ink),
    )


async def _taken(visit: Visit, upload: Upload, queue: Queue, ticket: Ticket, incoming: Incoming) -> list[Sent]:
    """Take one file after another. What came before the connection broke off is kept, and said."""
    sent: list[Sent] = []
    title = ""
    try:
        async for file in incoming.files():
            title = title_of(file.name)
            if file.name:  # what has none is what browsers send when nothing was chosen
                full = len(sent) >= MOST_FILES
                sent.append(_too_many(visit, title) if full else await _one(visit, upload, queue, ticket, file))
            # What is left of a refused file stands before the next one.
            if not await file.skip(queue.max_bytes) or len(sent) >= MOST_FILES + _MOST_REFUSED:
                break
            title = ""
    except BadForm as error:
        sent.append(Sent(title or visit.talk.gettext(N_("What followed")), reason=visit.talk.gettext(str(error))))
    return sent


def _too_many(visit: Visit, title: str) -> Sent:
    text = N_("Only %(n)s files are taken at a time. Send this one again.")
    return Sent(title, reason=visit.talk.say(text, n=MOST_FILES))


async def _one(visit: Visit, upload: Upload, queue: Queue, ticket: Ticket, file: File) -> Sent:
    title = title_of(file.name)
    try:
        job = await upload.submit(visit.who, queue, file.name, file.chunks(), ticket, visit.peer)
    except (JobError, StorageError) as error:
        return Sent(title, reason=_reason(visit, queue, error))
    return Sent(title, job.id)


def _reason(visit: Visit, queue: Queue, error: Exception) -> str:
    """Why a file was not taken. What the parts below say with names and figures in it is said here in all languages."""
    if isinstance(error, DocumentTooLarge):
        return visit.talk.say(N_("It is too large: %(size)s at most."), size=visit.talk.size(queue.max_bytes))
    if isinstance(error, NoDocument):
        return visit.talk.gettext(N_("The file is empty."))
    if isinstance(error, FormatNotSupported):
        return visit.talk.gettext(N_("Files of this kind cannot be printed here. Send it as PDF."))
    return visit.talk.gettext(str(error))


async def done(visit: Visit) -> web.Response:
    """Say what became of each file; when all wait to be printed, lead on to them."""
    number = visit.request.match_info["number"]
    sent: list[Sent] | None = visit.site.once.result(visit.who.id, number)
    if sent is None:
        return visit.go("/jobs")
    jobs = {one.uuid: await visit.parts.jobs.get(one.uuid) for one in sent if one.uuid}
    counting = sum(_counting(job) for job in jobs.values())
    refused = sum(bool(one.reason) for one in sent) + sum(job.final for job in jobs.values())
    if not counting and not refused:
        return visit.go(f"/jobs?done=sent&n={len(sent)}")
    looked = (visit.query.numbers("look") or [0])[0]
    response = visit.page(
        "sent.html",
        here="send",
        lines=await _lines(visit, sent, jobs),
        counting=counting,
        refused=refused,
        kept=len(sent) - refused,
        priced=(await visit.parts.desk.quotes()).priced,
    )
    if counting and looked < _MOST_LOOKS:
        response.headers["Refresh"] = f"{_LOOK_AGAIN}; url=/send/done/{number}?look={looked + 1}"
    return response


def _counting(job: Job) -> bool:
    return job.counted_at is None and not job.final


async def _lines(visit: Visit, sent: list[Sent], jobs: dict[str, Job]) -> list[Line]:
    counted = [job for job in jobs.values() if job.held and job.counted_at is not None]
    quotes = await visit.parts.desk.quotes()
    wanted = [(job, visit.parts.catalogue.get(job.queue_id), visit.parts.desk.pool(job)) for job in counted]
    estimates = await asyncio.to_thread(quotes.estimates, wanted)
    return [_line(visit, one, jobs.get(one.uuid), estimates.get(one.uuid)) for one in sent]


def _line(visit: Visit, one: Sent, job: Job | None, estimate: tuple[int, bool] | None) -> Line:
    if job is None:
        return Line(one.title, "thumb-text.svg", words.Badge("bad", N_("Refused")), reason=one.reason)
    counted = job.held and job.counted_at is not None
    badge = words.Badge("ok", N_("Ready")) if counted else words.outcome(job)
    return Line(
        one.title,
        words.picture(job),
        badge,
        about="" if job.final or _counting(job) else words.described(job, visit.talk),
        reason=visit.talk.gettext(job.message) if job.message else "",
        amount=estimate[0] if estimate else None,
        others_cost_more=bool(estimate and estimate[1]),
    )
