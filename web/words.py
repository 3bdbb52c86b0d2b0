"""What jobs and devices are called on paper and glass: plain words for states, reasons and tickets."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from devices.capabilities import Capabilities
from devices.store import DeviceRow
from directory.store import Token
from ipp.enums import JobState
from jobs.job import Job
from jobs.queue import Kind
from jobs.ticket import Ticket
from jobs.work import EXPIRED
from web.forms import Form
from web.i18n import N_, Talk, plural


@dataclass(frozen=True, slots=True)
class Badge:
    """A word and a mark: ok (done), now (going on), warn, bad, off."""

    kind: str
    text: str


_STATES: Final = {
    JobState.PENDING: ("now", N_("On its way")),
    JobState.PROCESSING: ("now", N_("Printing")),
    JobState.PROCESSING_STOPPED: ("bad", N_("The printer stopped")),
    JobState.COMPLETED: ("ok", N_("Printed")),
    JobState.CANCELED: ("off", N_("Deleted")),
    JobState.ABORTED: ("bad", N_("Given up")),
}

_REASONS: Final = (
    ("job-canceled-at-device", "warn", N_("Stopped at the printer")),
    ("document-unprintable-error", "bad", N_("Could not be prepared")),
    ("document-format-error", "bad", N_("Could not be read")),
    ("document-password-error", "bad", N_("Needs a password")),
    ("unsupported-document-format", "bad", N_("Could not be read")),
)


def outcome(job: Job) -> Badge:
    """What has become of a job, as its owner sees it."""
    if job.state is JobState.PENDING_HELD:
        return _waiting(job)
    if job.state in (JobState.CANCELED, JobState.ABORTED):
        return _ended_early(job)
    return Badge(*_STATES[job.state])


def _waiting(job: Job) -> Badge:
    if job.uncertain:
        return Badge("warn", N_("May have printed"))
    if job.incoming or job.document_id is None:
        return Badge("now", N_("Arriving"))
    if job.counted_at is None:
        return Badge("now", N_("Being counted"))
    return Badge("now", N_("Waiting"))


def _ended_early(job: Job) -> Badge:
    if job.impressions_completed:
        return Badge("warn", N_("Stopped half way"))
    for reason, kind, text in _REASONS:
        if reason in job.reasons:
            return Badge(kind, text)
    by_operator = "job-canceled-by-operator" in job.reasons
    if by_operator:
        refused = job.state is JobState.ABORTED
        return Badge("bad", N_("Refused")) if refused else Badge("off", N_("Deleted by an administrator"))
    if job.message == EXPIRED:
        return Badge("off", N_("Expired"))
    return Badge(*_STATES[job.state])


_DEVICE_STATES: Final = {
    "idle": Badge("ok", N_("Ready")),
    "processing": Badge("now", N_("Printing")),
    "stopped": Badge("bad", N_("Stopped")),
    "unreachable": Badge("off", N_("Not answering")),
    "unknown": Badge("off", N_("Not asked yet")),
}

_DEVICE_REASONS: Final = {
    "media-empty": N_("No paper"),
    "media-needed": N_("Wants other paper"),
    "media-jam": N_("Paper jam"),
    "media-low": N_("Paper low"),
    "toner-empty": N_("No toner"),
    "toner-low": N_("Toner low"),
    "marker-supply-empty": N_("No ink or toner"),
    "marker-supply-low": N_("Ink or toner low"),
    "marker-waste-full": N_("Waste box full"),
    "marker-waste-almost-full": N_("Waste box almost full"),
    "cover-open": N_("A cover is open"),
    "door-open": N_("A door is open"),
    "interlock-open": N_("A cover is open"),
    "input-tray-missing": N_("A tray is missing"),
    "output-area-full": N_("The tray for printed paper is full"),
    "output-area-almost-full": N_("The tray for printed paper is almost full"),
    "output-tray-missing": N_("A tray is missing"),
    "fuser-over-temp": N_("Too hot"),
    "fuser-under-temp": N_("Warming up"),
    "paused": N_("Paused"),
    "shutdown": N_("Switched off"),
    "opc-life-over": N_("The drum is worn out"),
    "opc-near-eol": N_("The drum is almost worn out"),
    "developer-empty": N_("No developer"),
    "developer-low": N_("Developer low"),
    "timed-out": N_("Not answering"),
}
"""printer-state-reasons (RFC 8011 section 5.4.12) in words; others are shown as the device says them."""


def device_reasons(device: DeviceRow, talk: Talk) -> list[str]:
    """What is the matter with a device, worst first."""
    order = {"error": 0, "": 1, "warning": 2, "report": 3}
    found: list[tuple[int, str]] = []
    for reason in device.reasons:
        stem, dash, severity = reason.rpartition("-")
        if not dash or severity not in order:
            stem, severity = reason, ""
        if stem not in ("none", "other", ""):
            found.append((order[severity], talk.gettext(_DEVICE_REASONS.get(stem, stem.replace("-", " ")))))
    return list(dict.fromkeys(text for _, text in sorted(found, key=lambda pair: pair[0])))


def device_badge(device: DeviceRow, talk: Talk) -> Badge:
    """How a device is, in a word or two."""
    if not device.enabled:
        return Badge("off", talk.gettext(N_("Switched off here")))
    base = _DEVICE_STATES[device.state] if device.state in _DEVICE_STATES else _DEVICE_STATES["unknown"]
    reasons = device_reasons(device, talk)
    if device.state == "stopped" and reasons:
        return Badge("bad", reasons[0])
    if device.state == "idle" and reasons:
        return Badge("warn", reasons[0])
    return Badge(base.kind, talk.gettext(base.text))


def in_trouble(device: DeviceRow) -> bool:
    """Whether a device that is in use cannot print."""
    return device.enabled and device.state in ("stopped", "unreachable")


def abilities(known: Capabilities | None, talk: Talk) -> str:
    """What a device can do, in a line."""
    if known is None:
        return talk.gettext(N_("What it can do is not known yet"))
    words = [talk.gettext(N_("colour") if known.color else N_("black and white"))]
    words.append(talk.gettext(N_("both sides") if known.duplex else N_("one side")))
    sizes = [
        text for name, text in (("iso_a4_", "A4"), ("iso_a3_", "A3")) if any(m.startswith(name) for m in known.media)
    ]
    if any(name.startswith("na_letter_") for name in known.media) and "A4" not in sizes:
        sizes.append("Letter")
    text = talk.joined([*words, ", ".join(sizes)])
    return text[:1].upper() + text[1:]


def described(job: Job, talk: Talk, ticket: Ticket | None = None) -> str:
    """Pages, copies, sides and colour of a job, in a line."""
    if job.counted_at is None:
        return talk.gettext(N_("pages are being counted"))
    wanted = ticket or job.ticket
    parts: list[str] = []
    if job.pages is not None:
        parts.append(talk.count("%(n)s page", "%(n)s pages", job.pages))
    if wanted.copies > 1:
        parts.append(talk.count("%(n)s copy", "%(n)s copies", wanted.copies))
    if wanted.page_ranges:
        parts.append(talk.say(N_("only pages %(pages)s"), pages=ranges_text(wanted.page_ranges)))
    parts.append(talk.gettext(N_("both sides") if two_sided(job, wanted) else N_("one side")))
    if job.color_impressions is not None:
        colored = job.color_impressions and not wanted.monochrome
        parts.append(talk.gettext(N_("colour") if colored else N_("black and white")))
    return talk.joined(parts)


def two_sided(job: Job, ticket: Ticket) -> bool:
    """Whether a job asks for both sides: by its ticket, else by the document itself."""
    asked = ticket.sides
    if asked is None and job.report is not None:
        asked = json.loads(job.report).get("sides")
    return (asked or "one-sided") != "one-sided"


def ranges_text(ranges: Sequence[tuple[int, int]]) -> str:
    """Ranges of pages as people write them."""
    return ", ".join(f"{first}-{last}" if first != last else f"{first}" for first, last in ranges)


def picture(job: Job) -> str:
    """The static file that stands for a document of this kind."""
    if job.counted_at is None:
        return "thumb-counting.svg"
    return "thumb-picture.svg" if job.document_format.startswith("image/") else "thumb-text.svg"


KINDS: Final = {
    Kind.FOLLOW_ME: N_("Waits, any printer"),
    Kind.SECURE: N_("Waits, one printer"),
    Kind.DIRECT: N_("Prints at once"),
}

OUTCOMES: Final = {
    "": N_("Any"),
    "waiting": N_("Waiting"),
    "printing": N_("Printing"),
    "printed": N_("Printed"),
    "stopped": N_("Stopped or deleted"),
    "decide": N_("Needs a decision"),
}

BASES: Final = {
    "job-impressions-completed": N_("counted by the printer"),
    "pjl": N_("counted by the printer"),
    "meter": N_("from the printer's meter"),
    "own-count": N_("our own count"),
    "none": N_("our own count"),
    "operator": N_("decided by an administrator"),
    "policy": N_("decided by the house's rule"),
}

ACTIONS: Final = {
    "person.add": N_("%(actor)s added the person %(subject)s"),
    "person.password": N_("%(actor)s gave %(subject)s a new password"),
    "person.change": N_("%(actor)s changed the person %(subject)s"),
    "person.remove": N_("%(actor)s removed a person"),
    "queue.add": N_("%(actor)s added the queue %(subject)s"),
    "queue.change": N_("%(actor)s changed the queue %(subject)s"),
    "queue.remove": N_("%(actor)s removed the queue %(subject)s"),
    "device.add": N_("%(actor)s added the printer %(subject)s"),
    "device.change": N_("%(actor)s changed the printer %(subject)s"),
    "device.remove": N_("%(actor)s removed the printer %(subject)s"),
    "job.release": N_("%(actor)s released somebody's document"),
    "job.look": N_("%(actor)s looked at the pages of somebody's document"),
    "job.claim": N_("%(actor)s claimed a document by its code"),
    "job.printed": N_("%(actor)s decided that a document had printed"),
    "job.not-printed": N_("%(actor)s decided that a document had not printed"),
    "credit": N_("%(actor)s changed the credit of %(subject)s"),
    "gateway.first-start": N_("%(actor)s began with a trial printer and a queue"),
    "token.add": N_("%(actor)s made a printer address for %(subject)s"),
    "token.revoke": N_("%(actor)s revoked a printer address of %(subject)s"),
    "price.change": N_("%(actor)s changed the price of %(subject)s"),
    "price.change.ordinary": N_("%(actor)s changed the ordinary price"),
}

_TOASTS: Final = {
    "deleted": plural("%(n)s document deleted", "%(n)s documents deleted"),
    "held": plural("It waits for you again", "It waits for you again"),
    "stopping": plural("The printer was told to stop", "The printer was told to stop"),
    "claimed": plural("The document is yours now", "The document is yours now"),
    "password": plural("Your password is changed", "Your password is changed"),
    "saved": plural("Saved", "Saved"),
    "added": plural("Added", "Added"),
    "removed": plural("Removed", "Removed"),
    "decided": plural("Decided", "Decided"),
    "credited": plural("The credit is changed", "The credit is changed"),
    "sent": plural("%(n)s file is kept for printing", "%(n)s files are kept for printing"),
    "revoked": plural("The address is revoked", "The address is revoked"),
    "released": plural("It is on its way", "It is on its way"),
}


def toast(talk: Talk, query: Form) -> str:
    """The sentence that answers the press which led here; "" if none did."""
    found = _TOASTS.get(query.text("done", 20))
    number = query.numbers("n")
    if found is None:
        return ""
    return talk.count(found[0], found[1], number[0] if number else 1)


def over(token: Token) -> bool:
    """Whether the time of a person's printer address is over."""
    return token.expires_at is not None and token.expires_at <= time.time() * 1000


LACKING: Final = {
    "programs": N_(
        "Outside programs cannot be protected here, so PostScript and office documents are refused. Install bubblewrap."
    ),
    "bubblewrap": N_(
        "Bubblewrap does not work here; outside programs are confined by Landlock and limits. Install it."
    ),
    "namespaces": N_("This system forbids namespaces: documents are opened without a network of their own."),
    "landlock": N_("This kernel has no Landlock (Linux 5.13 or later): readers of documents may open no file at all."),
    "seccomp": N_("System calls cannot be filtered here: a document that takes over its reader could make any."),
}
"""What would protect the gateway better from documents, and how an administrator comes by it."""
