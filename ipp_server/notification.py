"""One event notification: the attributes that RFC 3996 section 5.2 (tables 3 to 6) wants of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from events.subscriptions import kinds
from events.subscriptions.notices import Event, Notice
from events.subscriptions.subscription import Subscription
from ipp import build
from ipp.enums import JobState
from ipp.message import Attribute
from ipp_server import job_attributes
from ipp_server.happenings import JobFacts, PrinterFacts, ResourceFacts, SystemFacts
from ipp_server.job_attributes import Scene
from ipp_server.notice_words import sentence
from ipp_server.printer_status import moment, since
from jobs.job import Job

_ABOUT_JOB: Final = frozenset({"job-id", "job-uuid", "job-name", "job-state", "job-state-reasons"})
_COUNTED: Final = {
    (kinds.JOB_PROGRESS, kinds.JOB_PROGRESS),
    (kinds.JOB_COMPLETED, kinds.JOB_COMPLETED),
    (kinds.JOB_COMPLETED, kinds.JOB_STATE),
}
"""Events, and what of them was subscribed to, with which job-impressions-completed is told (RFC 3996 table 5)."""


@dataclass(frozen=True, slots=True)
class View:
    """Who looks: by which URIs they know queues, when this gateway started, whose jobs' names are their business."""

    base: str
    """The beginning of the URIs of queues, up to their names."""
    started: float
    """Seconds of the epoch."""
    private: Callable[[Job], bool]


def attributes(one: Subscription, notice: Notice, view: View, job: Job | None = None) -> list[Attribute]:
    """The notification of a notice; `job` is the subscription's own, for what of it a printer's event is to tell."""
    event, facts = notice.event, notice.event.facts
    told = _common(one, notice, view)
    if isinstance(facts, JobFacts):
        counted = {"job-impressions-completed"} if (event.keyword, notice.keyword) in _COUNTED else set[str]()
        names = _ABOUT_JOB | counted | set(one.wish.attributes)
        told += _of_job(facts.job, frozenset(names), facts.printer, view)
        # RFC 3996 calls it job-id; what is made for CUPS looks for notify-job-id.
        told.append(build.integer("notify-job-id", facts.job.job_id))
        told.append(build.name("printer-name", facts.printer))
        return told
    if isinstance(facts, PrinterFacts):
        told += [
            build.enum("printer-state", facts.state),
            build.keyword("printer-state-reasons", *facts.reasons),
            build.boolean("printer-is-accepting-jobs", facts.accepting),
            build.name("printer-name", facts.queue.name),
        ]
        about = job or facts.job
        if about is not None and one.wish.attributes:
            told += _of_job(about, frozenset(one.wish.attributes), facts.queue.name, view)
    if isinstance(facts, SystemFacts):
        told.append(build.enum("system-state", facts.state))
        told.append(build.keyword("system-state-reasons", *facts.reasons))
    if isinstance(facts, ResourceFacts):
        told.append(build.integer("notify-resource-id", facts.resource.number))
        told.append(build.enum("resource-state", facts.resource.state))
        told.append(build.name("resource-name", facts.resource.name))
    if one.target.job_id is not None:
        told.append(build.integer("notify-job-id", one.target.job_id))
    return told


def _common(one: Subscription, notice: Notice, view: View) -> list[Attribute]:
    """RFC 3996 table 3."""
    event = notice.event
    return [
        build.charset("notify-charset", one.wish.charset),
        build.language("notify-natural-language", one.wish.language),
        build.integer("notify-subscription-id", one.number),
        build.uri("notify-subscription-uuid", one.uuid),
        build.integer("notify-sequence-number", notice.sequence),
        *_where(one, event, view),
        build.keyword("notify-subscribed-event", notice.keyword),
        build.integer("printer-up-time", since(event.at, view.started)),
        build.datetime_("printer-current-time", moment(event.at)),
        build.octets("notify-user-data", one.wish.user_data or b""),
        build.text("notify-text", _text(one, event, view)),
    ]


def _where(one: Subscription, event: Event, view: View) -> list[Attribute]:
    """Whose event it is: a subscription to the System is told the printer's address as well."""
    if one.target.queue_id:
        return [build.uri("notify-printer-uri", one.target.uri)]
    system = build.uri("notify-system-uri", one.target.uri)
    name = _printer(event)
    return [system, build.uri("notify-printer-uri", f"{view.base}{name}")] if name else [system]


def _printer(event: Event) -> str:
    """The name of the queue that an event is about; "" for none."""
    facts = event.facts
    if isinstance(facts, JobFacts):
        return facts.printer
    return facts.queue.name if isinstance(facts, PrinterFacts) else ""


def _of_job(job: Job, names: frozenset[str], printer: str, view: View) -> list[Attribute]:
    scene = Scene(f"{view.base}{printer}", view.started, view.private(job))
    return job_attributes.attributes(job, names, scene)


def _text(one: Subscription, event: Event, view: View) -> str:
    facts, key, job, printer = event.facts, event.keyword, "", ""
    if isinstance(facts, JobFacts):
        key = _job_key(event.keyword, facts.job.state)
        job = str(facts.job.job_id)
        if facts.job.title and view.private(facts.job):
            job = f"{job} ({facts.job.title})"
    elif isinstance(facts, PrinterFacts):
        printer = facts.queue.shown
        if key in (kinds.PRINTER_STATE, kinds.PRINTER_STOPPED):
            key = "printer-rejecting" if not facts.accepting else f"printer-{facts.state.keyword}"
    elif isinstance(facts, ResourceFacts):
        printer = facts.resource.name
    return sentence(key, one.wish.language, one.wish.charset, job=job, printer=printer)


def _job_key(keyword: str, state: JobState) -> str:
    """Which sentence an event of a job, now in a state, is told in."""
    if keyword in (kinds.JOB_CREATED, kinds.JOB_CONFIG, kinds.JOB_PROGRESS):
        return keyword
    return f"job-{state.keyword}"
