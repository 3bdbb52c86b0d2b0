"""What is told of a job: one row per attribute, filtered once by requested-attributes (RFC 8011 section 5.3)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ipp import build
from ipp.codec import encode_attribute
from ipp.message import Attribute
from ipp.syntax import MAX
from ipp.values import Range, Resolution
from ipp_server.describe import moment, up_time
from jobs.job import Job
from jobs.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Scene:
    """Who looks, from where: the URIs as that client knows them, and whether titles and owners are its business."""

    printer_uri: str
    started: float
    private: bool


def _time(name: str, value: int | None, scene: Scene) -> Attribute:
    if value is None:
        return build.no_value(name)
    # What happened before the gateway started is at 0: its clock is printer-up-time (RFC 8011 section 5.3.14).
    return build.integer(name, max(0, int(value / 1000 - scene.started)))


def _date(name: str, value: int | None) -> Attribute:
    return build.no_value(name) if value is None else build.datetime_(name, moment(value))


def _count(name: str, value: int | None) -> Attribute:
    return build.no_value(name) if value is None else build.integer(name, min(value, MAX))


def _k_octets(job: Job) -> int:
    return min((job.size + 1023) // 1024, MAX)


def _if(make: Callable[[str, str], Attribute], name: str, value: str | None) -> Attribute | None:
    return make(name, value) if value else None


Row = Callable[[Job, Scene], Attribute | None]

DESCRIPTION: Final[dict[str, Row]] = {
    "job-id": lambda job, _: build.integer("job-id", job.job_id),
    "job-uri": lambda job, scene: build.uri("job-uri", f"{scene.printer_uri}/{job.job_id}"),
    "job-uuid": lambda job, _: build.uri("job-uuid", job.uuid),
    "job-printer-uri": lambda _, scene: build.uri("job-printer-uri", scene.printer_uri),
    "job-printer-up-time": lambda _, scene: build.integer("job-printer-up-time", up_time(scene.started)),
    "job-name": lambda job, _: build.name("job-name", job.title),
    "job-originating-user-name": lambda job, _: build.name("job-originating-user-name", job.user_name or "anonymous"),
    "job-state": lambda job, _: build.enum("job-state", job.state),
    "job-state-reasons": lambda job, _: build.keyword("job-state-reasons", *job.reasons),
    "job-state-message": lambda job, _: build.text("job-state-message", job.message),
    "job-impressions": lambda job, _: _count("job-impressions", job.impressions),
    "job-impressions-completed": lambda job, _: build.integer(
        "job-impressions-completed", job.impressions_completed or 0
    ),
    "job-media-sheets": lambda job, _: _count("job-media-sheets", job.sheets),
    "job-media-sheets-completed": lambda job, _: build.integer("job-media-sheets-completed", job.sheets_completed or 0),
    "job-pages": lambda job, _: _count("job-pages", job.pages),
    "job-k-octets": lambda job, _: build.integer("job-k-octets", _k_octets(job)),
    "job-k-octets-processed": lambda job, _: build.integer(
        "job-k-octets-processed", _k_octets(job) if job.final else 0
    ),
    "number-of-documents": lambda job, _: build.integer("number-of-documents", int(job.size > 0)),
    "time-at-creation": lambda job, scene: _time("time-at-creation", job.created_at, scene),
    "time-at-processing": lambda job, scene: _time("time-at-processing", job.processing_at, scene),
    "time-at-completed": lambda job, scene: _time("time-at-completed", job.completed_at, scene),
    "date-time-at-creation": lambda job, _: _date("date-time-at-creation", job.created_at),
    "date-time-at-processing": lambda job, _: _date("date-time-at-processing", job.processing_at),
    "date-time-at-completed": lambda job, _: _date("date-time-at-completed", job.completed_at),
    "document-format": lambda job, _: _if(build.mime, "document-format", job.document_format),
    "document-format-supplied": lambda job, _: _if(build.mime, "document-format-supplied", job.declared_format),
    "document-name-supplied": lambda job, _: _if(build.name, "document-name-supplied", job.document_name),
    "job-originating-user-uri": lambda job, _: _if(
        build.uri, "job-originating-user-uri", job.person_id and f"urn:uuid:{job.person_id}"
    ),
    "job-more-info": lambda _, scene: build.uri("job-more-info", _web(scene.printer_uri)),
    "attributes-charset": lambda _, __: build.charset("attributes-charset", "utf-8"),
    "attributes-natural-language": lambda _, __: build.language("attributes-natural-language", "en"),
}

PRIVATE: Final = frozenset(
    {
        "job-name",
        "job-originating-user-name",
        "job-originating-user-uri",
        "document-name-supplied",
        "job-state-message",
    }
)
"""What is nobody's business but the owner's and administrators' (job-privacy-attributes, PWG 5100.16)."""

TemplateRow = Callable[[Ticket], Attribute | None]

TEMPLATE: Final[dict[str, TemplateRow]] = {
    "copies": lambda ticket: build.integer("copies", ticket.copies),
    "sides": lambda ticket: build.keyword("sides", ticket.sides) if ticket.sides else None,
    "media": lambda ticket: build.keyword("media", ticket.media) if ticket.media else None,
    "print-color-mode": lambda ticket: (
        build.keyword("print-color-mode", ticket.print_color_mode) if ticket.print_color_mode else None
    ),
    "print-quality": lambda ticket: build.enum("print-quality", ticket.print_quality) if ticket.print_quality else None,
    "print-scaling": lambda ticket: (
        build.keyword("print-scaling", ticket.print_scaling) if ticket.print_scaling else None
    ),
    "page-ranges": lambda ticket: (
        build.range_("page-ranges", *(Range(*pages) for pages in ticket.page_ranges)) if ticket.page_ranges else None
    ),
    "orientation-requested": lambda ticket: (
        build.enum("orientation-requested", ticket.orientation_requested) if ticket.orientation_requested else None
    ),
    "printer-resolution": lambda ticket: (
        build.resolution("printer-resolution", Resolution(*ticket.printer_resolution, 3))
        if ticket.printer_resolution
        else None
    ),
    "job-priority": lambda ticket: build.integer("job-priority", ticket.job_priority),
    "job-hold-until": lambda ticket: (
        build.keyword("job-hold-until", ticket.job_hold_until) if ticket.job_hold_until else None
    ),
}

GROUPS: Final = {
    "job-description": frozenset(DESCRIPTION),
    "job-template": frozenset(TEMPLATE),
    "all": frozenset(DESCRIPTION) | frozenset(TEMPLATE),
    "none": frozenset[str](),
}

BRIEF: Final = ("job-id", "job-uri")
"""What Get-Jobs tells unless more is asked for (RFC 8011 section 4.2.6.1)."""

_JOB_ID: Final = encode_attribute(build.integer("job-id", 0))[:-4]
_JOB_URI: Final = encode_attribute(build.uri("job-uri", ""))[:-2]

JUST_MADE: Final = ("job-id", "job-uri", "job-uuid", "job-state", "job-state-reasons", "job-state-message")
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


@lru_cache(maxsize=200)
def _rows(wanted: frozenset[str], private: bool) -> tuple[tuple[Row, ...], tuple[TemplateRow, ...]]:
    """The rows that were asked for and may be seen: the same for each job of a listing."""
    hidden = frozenset[str]() if private else PRIVATE
    description = tuple(row for name, row in DESCRIPTION.items() if name in wanted and name not in hidden)
    return description, tuple(row for name, row in TEMPLATE.items() if name in wanted)


def brief(number: int, scene: Scene) -> bytes:
    """The encoded job-id and job-uri of a job, which is all that most listings ask for."""
    uri = f"{scene.printer_uri}/{number}".encode()
    return _JOB_ID + number.to_bytes(4, "big") + _JOB_URI + len(uri).to_bytes(2, "big") + uri


def _web(printer_uri: str) -> str:
    scheme, _, rest = printer_uri.partition("://")
    return f"{'https' if scheme == 'ipps' else 'http'}://{rest.split('/', 1)[0]}/jobs"
