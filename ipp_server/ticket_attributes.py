"""A ticket told again as attributes: one row for each (RFC 8011 section 5.2); what nobody asked for is left out."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from ipp import build
from ipp.codec import decode, encode_group_tag, encode_header
from ipp.enums import GroupTag
from ipp.errors import IppError
from ipp.message import Attribute
from ipp.values import Range, Resolution
from jobs import media
from jobs.reading import is_time
from jobs.sheet_readers import SHIFTS
from jobs.ticket import Ticket

TemplateRow = Callable[[Ticket], Attribute | None]

_HEAD: Final = encode_header((2, 0), 0, 1) + encode_group_tag(GroupTag.JOB)
_END: Final = b"\x03"


def _hold_until(ticket: Ticket) -> Attribute | None:
    until = ticket.job_hold_until
    if until is None:
        return None
    # A time of day is no keyword, but a name.
    return (build.name if is_time(until) else build.keyword)("job-hold-until", until)


def _keyword(name: str) -> TemplateRow:
    field = name.replace("-", "_")

    def row(ticket: Ticket) -> Attribute | None:
        value = getattr(ticket, field)
        return build.keyword(name, value) if value else None

    return row


def _words(name: str, make: Callable[[str, str], Attribute]) -> TemplateRow:
    field = name.replace("-", "_")

    def row(ticket: Ticket) -> Attribute | None:
        value = getattr(ticket, field)
        return make(name, value) if value is not None else None

    return row


def _enum(name: str) -> TemplateRow:
    field = name.replace("-", "_")

    def row(ticket: Ticket) -> Attribute | None:
        value = getattr(ticket, field)
        return build.enum(name, value) if value else None

    return row


def _moment(name: str) -> TemplateRow:
    field = name.replace("-", "_")

    def row(ticket: Ticket) -> Attribute | None:
        value: int | None = getattr(ticket, field)
        return build.datetime_(name, datetime.fromtimestamp(value / 1000, UTC)) if value is not None else None

    return row


def _kept(name: str) -> TemplateRow:
    """What came with the job and is only told again."""

    def row(ticket: Ticket) -> Attribute | None:
        written = next((written for known, written in ticket.kept if known == name), None)
        if written is None:
            return None
        try:
            message, _ = decode(_HEAD + bytes.fromhex(written) + _END)
        except (IppError, ValueError):
            return None
        return message.groups[0].get(name) if message.groups else None

    return row


def _integer(name: str) -> TemplateRow:
    field = name.replace("-", "_")

    def row(ticket: Ticket) -> Attribute | None:
        value = getattr(ticket, field)
        return build.integer(name, value) if value else None

    return row


def _media_col(ticket: Ticket) -> Attribute | None:
    """media-col, where more was said than the name of a sheet."""
    more = ticket.media_type or ticket.media_source or ticket.media_margins
    if not (more or ticket.media_col) and (ticket.media or not ticket.media_size):
        return None
    told = media.collection(
        ticket.media_size,
        name=ticket.media,
        source=ticket.media_source,
        kind=ticket.media_type,
        margins=ticket.media_margins,
    )
    return build.collection("media-col", told)


def _sheets(ticket: Ticket) -> Attribute | None:
    as_collection = any(name == "job-sheets-col" for name, _ in ticket.kept)
    return build.keyword("job-sheets", ticket.job_sheets) if ticket.job_sheets and not as_collection else None


def _storage(ticket: Ticket) -> Attribute | None:
    told = [
        build.keyword(member, value)
        for member, value in (
            ("job-storage-access", ticket.job_storage_access),
            ("job-storage-disposition", ticket.job_storage_disposition),
        )
        if value
    ]
    return build.collection("job-storage", told) if told else None


def _proof_print(ticket: Ticket) -> Attribute | None:
    if ticket.proof_copies is None or ticket.proof_media is None:
        return None
    told = [build.integer("proof-print-copies", ticket.proof_copies), build.keyword("media", ticket.proof_media)]
    return build.collection("proof-print", told)


TEMPLATE: Final[dict[str, TemplateRow]] = {
    "copies": lambda ticket: build.integer("copies", ticket.copies),
    "finishings": lambda ticket: build.enum("finishings", *ticket.finishings) if ticket.finishings else None,
    "job-account-id": _words("job-account-id", build.name),
    "job-account-type": _keyword("job-account-type"),
    "job-accounting-user-id": _words("job-accounting-user-id", build.name),
    "cover-back": _kept("cover-back"),
    "cover-front": _kept("cover-front"),
    "force-front-side": lambda ticket: (
        build.integer("force-front-side", *ticket.force_front_side) if ticket.force_front_side else None
    ),
    "imposition-template": _keyword("imposition-template"),
    "insert-sheet": _kept("insert-sheet"),
    "job-cancel-after": _integer("job-cancel-after"),
    "job-delay-output-until": _keyword("job-delay-output-until"),
    "job-delay-output-until-time": _moment("job-delay-output-until-time"),
    "job-error-action": _keyword("job-error-action"),
    "job-hold-until": _hold_until,
    "job-hold-until-time": _moment("job-hold-until-time"),
    "job-message-to-operator": _words("job-message-to-operator", build.text),
    "job-pages-per-set": _integer("job-pages-per-set"),
    "job-priority": lambda ticket: build.integer("job-priority", ticket.job_priority),
    "job-recipient-name": _words("job-recipient-name", build.name),
    "job-sheet-message": _words("job-sheet-message", build.text),
    "job-sheets": _sheets,
    "job-sheets-col": _kept("job-sheets-col"),
    "media": lambda ticket: build.keyword("media", ticket.media) if ticket.media and not ticket.media_col else None,
    "media-col": _media_col,
    "multiple-document-handling": _keyword("multiple-document-handling"),
    "number-up": lambda ticket: build.integer("number-up", ticket.number_up) if ticket.number_up > 1 else None,
    "orientation-requested": _enum("orientation-requested"),
    "output-bin": _keyword("output-bin"),
    "overrides": _kept("overrides"),
    "page-delivery": _keyword("page-delivery"),
    "page-ranges": lambda ticket: (
        build.range_("page-ranges", *(Range(*pages) for pages in ticket.page_ranges)) if ticket.page_ranges else None
    ),
    "presentation-direction-number-up": _keyword("presentation-direction-number-up"),
    "print-color-mode": _keyword("print-color-mode"),
    "print-content-optimize": _keyword("print-content-optimize"),
    "print-quality": _enum("print-quality"),
    "print-rendering-intent": _keyword("print-rendering-intent"),
    "print-scaling": _keyword("print-scaling"),
    "printer-resolution": lambda ticket: (
        build.resolution("printer-resolution", Resolution(*ticket.printer_resolution, 3))
        if ticket.printer_resolution
        else None
    ),
    "proof-copies": lambda ticket: (
        build.integer("proof-copies", ticket.proof_copies)
        if ticket.proof_copies is not None and ticket.proof_media is None
        else None
    ),
    "proof-print": _proof_print,
    "separator-sheets": _kept("separator-sheets"),
    "sides": _keyword("sides"),
    "x-image-position": _keyword("x-image-position"),
    "y-image-position": _keyword("y-image-position"),
    **{name: _integer(name) for name in SHIFTS},
}
"""Job Template attributes by name."""

CERTAIN: Final = (
    "copies",
    "job-account-id",
    "job-accounting-user-id",
    "job-priority",
    "multiple-document-handling",
    "number-up",
    "page-ranges",
)
"""Those that are done as they were asked for, or the job is not printed: what they were is known afterwards."""

STATUS: Final[dict[str, TemplateRow]] = {
    "client-info": _kept("client-info"),
    "document-metadata": _kept("document-metadata"),
    "job-release-action": _keyword("job-release-action"),
    "job-storage": _storage,
}
"""What came as operation attributes of the job's creation, and is told as Job Status attributes."""


def said(name: str, row: TemplateRow) -> TemplateRow:
    """The row, but for what an operator's default chose and nobody asked for."""

    def told(ticket: Ticket) -> Attribute | None:
        return None if name in ticket.defaulted else row(ticket)

    return told


USER_URI: Final = _kept("requesting-user-uri")
