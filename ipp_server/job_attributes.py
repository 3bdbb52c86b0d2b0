"""What is told of a job: one row per attribute, filtered once by requested-attributes (RFC 8011 section 5.3)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ipp import build
from ipp.enums import JobState
from ipp.message import Attribute
from ipp.syntax import MAX
from ipp_server import ticket_attributes
from ipp_server.describe import up_time
from ipp_server.printer_description import PRIVATE as _PRIVATE
from ipp_server.ticket_attributes import TEMPLATE as TICKET
from ipp_server.ticket_attributes import TemplateRow, said
from ipp_server.told import Few, Look, Moment, Number, Same, Told, Words
from ipp_server.told import encoded as octets
from jobs.job import Job
from jobs.lifecycle import FINAL
from jobs.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Scene:
    """Who looks, from where: the URIs as that client knows them, and whether titles and owners are its business."""

    printer_uri: str
    started: float
    private: bool


def _time(name: str, column: str) -> Number:
    """A moment in the seconds of printer-up-time; what happened before is at 0 (RFC 8011 section 5.3.14)."""

    def value(scene: Look) -> Callable[[int | None], int | None]:
        started = scene.started
        return lambda at: None if at is None else max(0, int(at / 1000 - started))

    return Number(name, column, value=value, absent=build.no_value(name))


def _count(name: str, value: int | None) -> Attribute:
    return build.no_value(name) if value is None else build.integer(name, min(value, MAX))


def _job_uri(scene: Look) -> Callable[[int], str]:
    printer_uri = scene.printer_uri
    return lambda number: f"{printer_uri}/{number}"


def _k_octets(size: int) -> int:
    return min((size + 1023) // 1024, MAX)


def _k_octets_processed(size: int, state: int) -> int:
    return _k_octets(size) if state in FINAL else 0


def _if(make: Callable[[str, str], Attribute], name: str, value: str | None) -> Attribute | None:
    return make(name, value) if value else None


def _user_uri(ticket: Ticket, person_id: str | None) -> Attribute | None:
    """Who owns the job, or whom a client said it is from that nobody had to prove."""
    told = ticket_attributes.USER_URI(ticket)
    if told is not None:
        return Attribute("job-originating-user-uri", told.values)
    return _if(build.uri, "job-originating-user-uri", person_id and f"urn:uuid:{person_id}")


def _processing_time(began: int | None, ended: int | None) -> int | None:
    return None if began is None or ended is None else max(0, min((ended - began) // 1000, MAX))


def _actual(name: str) -> Few:
    """What was done of a Job Template attribute, once it was (PWG 5100.8)."""

    def done(ticket: Ticket, state: JobState) -> Attribute | None:
        told = TICKET[name](ticket) if state is JobState.COMPLETED else None
        return told and Attribute(f"{name}-actual", told.values)

    return Few(done, "ticket", "state")


Row = Callable[[Job, Scene], Attribute | None]

DESCRIPTION: Final[dict[str, Row]] = {
    "job-id": Number("job-id", "job_id"),
    "job-uri": Words("job-uri", build.uri, "job_id", value=_job_uri),
    "job-uuid": Words("job-uuid", build.uri, "id", value=lambda _: "urn:uuid:".__add__),
    "job-printer-uri": Same(lambda scene: build.uri("job-printer-uri", scene.printer_uri)),
    "job-printer-up-time": Same(lambda scene: build.integer("job-printer-up-time", up_time(scene.started))),
    "job-name": Words("job-name", build.name, "title"),
    "job-originating-user-name": Words(
        "job-originating-user-name", build.name, "user_name", value=lambda _: lambda name: name or "anonymous"
    ),
    "job-state": Few(lambda state: build.enum("job-state", state), "state"),
    "job-state-reasons": Few(lambda reasons: build.keyword("job-state-reasons", *reasons), "reasons"),
    "job-state-message": Words("job-state-message", build.text, "message"),
    "job-impressions": Few(lambda count: _count("job-impressions", count), "impressions"),
    "job-impressions-completed": Few(
        lambda count: _count("job-impressions-completed", count or 0), "impressions_completed"
    ),
    "job-media-sheets": Few(lambda count: _count("job-media-sheets", count), "sheets"),
    "job-media-sheets-completed": Few(
        lambda count: _count("job-media-sheets-completed", count or 0), "sheets_completed"
    ),
    "job-pages": Few(lambda count: _count("job-pages", count), "pages"),
    "job-k-octets": Number("job-k-octets", "size", value=lambda _: _k_octets),
    "job-k-octets-processed": Number("job-k-octets-processed", "size", "state", value=lambda _: _k_octets_processed),
    "number-of-documents": Few(lambda count: build.integer("number-of-documents", count), "documents"),
    "time-at-creation": _time("time-at-creation", "created_at"),
    "time-at-processing": _time("time-at-processing", "processing_at"),
    "time-at-completed": _time("time-at-completed", "completed_at"),
    "date-time-at-creation": Moment("date-time-at-creation", "created_at"),
    "date-time-at-processing": Moment("date-time-at-processing", "processing_at"),
    "date-time-at-completed": Moment("date-time-at-completed", "completed_at"),
    "document-format": Few(lambda value: _if(build.mime, "document-format", value), "document_format"),
    "document-format-supplied": Few(
        lambda value: _if(build.mime, "document-format-supplied", value), "declared_format"
    ),
    "document-name-supplied": Words(
        "document-name-supplied", build.name, "document_name", value=lambda _: lambda name: name or None
    ),
    "job-originating-user-uri": Few(_user_uri, "ticket", "person_id"),
    "job-more-info": Same(lambda scene: build.uri("job-more-info", _web(scene.printer_uri))),
    "job-message-from-operator": Few(lambda value: build.text("job-message-from-operator", value), "operator_message"),
    "job-processing-time": Number(
        "job-processing-time", "processing_at", "completed_at", value=lambda _: _processing_time
    ),
    "client-info": Few(ticket_attributes.STATUS["client-info"], "ticket"),
    "document-metadata": Few(ticket_attributes.STATUS["document-metadata"], "ticket"),
    "job-release-action": Few(ticket_attributes.STATUS["job-release-action"], "ticket"),
    "job-storage": Few(ticket_attributes.STATUS["job-storage"], "ticket"),
    **{f"{name}-actual": _actual(name) for name in ticket_attributes.CERTAIN},
    "attributes-charset": Same(lambda _: build.charset("attributes-charset", "utf-8")),
    "attributes-natural-language": Same(lambda _: build.language("attributes-natural-language", "en")),
}

PRIVATE: Final = frozenset(_PRIVATE)
"""What is nobody's business but the owner's and administrators' (job-privacy-attributes, PWG 5100.16)."""

TEMPLATE: Final[dict[str, TemplateRow]] = {name: said(name, row) for name, row in TICKET.items()}

GROUPS: Final = {
    "job-description": frozenset(DESCRIPTION),
    "job-template": frozenset(TEMPLATE),
    "all": frozenset(DESCRIPTION) | frozenset(TEMPLATE),
    "none": frozenset[str](),
}

BRIEF: Final = ("job-id", "job-uri")
"""What Get-Jobs tells unless more is asked for (RFC 8011 section 4.2.6.1)."""

JUST_MADE: Final = frozenset(("job-id", "job-uri", "job-uuid", "job-state", "job-state-reasons", "job-state-message"))
"""What the answer to a created job tells."""


def names(requested: Iterable[str], default: Iterable[str]) -> frozenset[str]:
    """Unfold requested-attributes; unknown names are left out, none at all means the default."""
    found = set[str]()
    for name in requested or default:
        found |= GROUPS.get(name, {name})
    return frozenset(found)


def attributes(job: Job, wanted: frozenset[str], scene: Scene) -> list[Attribute]:
    """The attributes of a job that were asked for and may be seen."""
    description, template = _rows(wanted, scene.private)
    told = [row(job, scene) for row in description]
    told += [row(job.ticket) for row in template]
    return [attribute for attribute in told if attribute is not None]


def encoded(job: Job, wanted: frozenset[str], scene: Scene) -> list[bytes]:
    """The same, encoded."""
    description, template = _rows(wanted, scene.private)
    told = [row.octets(job, scene) if isinstance(row, Told) else octets(row(job, scene)) for row in description]
    return told + [octets(row(job.ticket)) for row in template]


def template(ticket: Ticket) -> list[Attribute]:
    """The Job Template attributes of a ticket that differ from what is printed without one."""
    plain = {name: row(Ticket()) for name, row in TEMPLATE.items()}
    told = ((name, row(ticket)) for name, row in TEMPLATE.items())
    return [attribute for name, attribute in told if attribute is not None and attribute != plain[name]]


@lru_cache(maxsize=200)
def _rows(wanted: frozenset[str], private: bool) -> tuple[tuple[Row, ...], tuple[TemplateRow, ...]]:
    """The rows that were asked for and may be seen: the same for each job of a listing."""
    hidden = frozenset[str]() if private else PRIVATE
    description = tuple(row for name, row in DESCRIPTION.items() if name in wanted and name not in hidden)
    return description, tuple(row for name, row in TEMPLATE.items() if name in wanted and name not in hidden)


def _web(printer_uri: str) -> str:
    scheme, _, rest = printer_uri.partition("://")
    return f"{'https' if scheme == 'ipps' else 'http'}://{rest.split('/', 1)[0]}/jobs"
