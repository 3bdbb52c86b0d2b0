"""What a queue puts on paper beside the document: a stamp on each page, a banner page. Rules only, no I/O."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, cast

from jobs.job import Job
from jobs.queue import Queue
from pdl.banner import Banner
from pdl.banner import Place as BannerPlace
from pdl.report import Report
from pdl.stamp import MOST_CHARACTERS, Corner, Stamp
from release.streams import label

# A stamp across the page must leave the page readable.
_DIAGONAL_OPACITY: Final = 0.18
_SIZE: Final = 8.0

_WORDS: Final = {
    "en": ("For", "Printed", "Printer", "Pages", "Number", "Message"),
    "fr": ("Pour", "Imprimé le", "Imprimante", "Pages", "Numéro", "Message"),
}
"""The labels of a banner page, by language."""

_SHEETS: Final[dict[str, BannerPlace]] = {
    "standard": "before",
    "job-start-sheet": "before",
    "job-end-sheet": "after",
}
"""Where the page of a job-sheets value stands."""

_FIELD = re.compile(r"\{[a-z]+\}")
_DATES: Final = {"en": "%Y-%m-%d", "fr": "%d/%m/%Y"}


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one job at one device. `required`: without its stamp it is not printed."""

    stamp: Stamp | None = None
    banner: Banner | None = None
    required: bool = False

    def __bool__(self) -> bool:
        """Whether there are any."""
        return self.stamp is not None or self.banner is not None


NO_MARKS: Final = Marks()


def marks(
    queue: Queue | None, job: Job, device: str, at: dt.datetime, *, name: str = "", language: str = "en"
) -> Marks:
    """Make the marks of a job that goes to `device` at that moment (local time).

    `device` and `name`, the owner's, are as people know them.
    """
    place = banner_place(queue, job) if queue else None
    if queue is None or (queue.stamp == "off" and place is None):
        return NO_MARKS
    date, time = at.strftime(_DATES.get(language, _DATES["en"])), at.strftime("%H:%M")
    stamp = banner = None
    if queue.stamp != "off":
        said = {
            "{user}": job.user_name,
            "{name}": name or job.user_name,
            "{date}": date,
            "{time}": time,
            "{device}": device,
            "{job}": str(job.job_id),
            "{title}": job.title,
        }
        # In one go: braces in a title are the title's own.
        text = _FIELD.sub(lambda found: said.get(found[0], found[0]), queue.stamp_text)
        diagonal = queue.stamp == "diagonal"
        stamp = Stamp(
            text=(text[:MOST_CHARACTERS],),
            corner=cast("Corner", queue.stamp),
            size=_SIZE,
            opacity=_DIAGONAL_OPACITY if diagonal else 1.0,
            qr=job.uuid if queue.stamp_qr else "",
        )
    if place is not None:
        banner = _banner(place, job, device, f"{date} {time}", name, language)
    return Marks(stamp, banner, required=queue.must_stamp)


def banner_place(queue: Queue, job: Job) -> BannerPlace | None:
    """Where the job gets a banner page: as its queue has it for all, or as its owner asked (job-sheets)."""
    if queue.banner != "none":
        return cast("BannerPlace", queue.banner)
    return _SHEETS.get(job.ticket.job_sheets or "none")


def _banner(place: BannerPlace, job: Job, device: str, when: str, name: str, language: str) -> Banner:
    labels = _WORDS.get(language, _WORDS["en"])
    ticket, pages = job.ticket, str(job.pages) if job.pages is not None else ""
    values = (ticket.job_recipient_name or "", when, device, pages, str(job.job_id), ticket.job_sheet_message or "")
    return Banner(
        heading=(name or job.user_name or job.title)[:MOST_CHARACTERS],
        title=job.title[:MOST_CHARACTERS] if name or job.user_name else "",
        rows=tuple((label, value[:MOST_CHARACTERS]) for label, value in zip(labels, values, strict=True) if value),
        qr=job.uuid,
        caption=job.id,
        place=place,
    )


def unstamped(report: Report) -> str:
    """Say why a document in a printer's own language is not printed where every page carries a stamp."""
    return f"Every page printed here carries a stamp, and {label(report)} cannot be stamped. Print the document as PDF."
