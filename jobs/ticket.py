"""The job ticket: how a document is to be printed (RFC 8011 section 5.2, PWG 5100.7), held against an offer.

`jobs.ticket_readers` has one row for each attribute that is understood. A value that is not supported is left at its
default and named in the answer's unsupported attributes.
"""

import json
from collections.abc import Collection as Some
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from ipp import build
from ipp.enums import Tag
from ipp.message import Attribute
from ipp.values import Value
from jobs import job_password
from jobs.media import size_in_name
from jobs.queue import Offer, Queue
from jobs.reading import KEPT, Unsupported
from jobs.ticket_readers import (
    COLOR_MODES,
    DOCUMENT_HANDLING,
    HOLDS,
    MAX_RANGES,
    NUMBER_UP,
    OPERATION,
    READERS,
    SCALINGS,
    SIDES,
)
from pdl.wishes import Cover, Insert, Override, Separator

__all__ = [
    "COLOR_MODES",
    "DOCUMENT_HANDLING",
    "HOLDS",
    "MAX_RANGES",
    "NUMBER_UP",
    "OPERATION",
    "PLAIN",
    "READERS",
    "SCALINGS",
    "SIDES",
    "Resolved",
    "Ticket",
    "altered",
    "changed",
    "defaults",
    "resolve",
    "size_in_name",
    "under",
]

_SHORT: Final = 1000  # characters of the longest ticket that is remembered as it was read
_MOST_KEPT: Final = 8192  # characters of what is kept of a request as it came


@dataclass(frozen=True, slots=True)
class Ticket:
    """How to print. Field names are the IPP attributes'; lengths in hundredths of a millimetre, resolution in dpi.

    Times (`*_time`) are milliseconds of the epoch.
    """

    copies: int = 1
    sides: str | None = None
    media: str | None = None
    media_size: tuple[int, int] | None = None
    media_col: bool = False
    """Whether the sheet was said by media-col, and is told so again."""
    media_type: str | None = None
    media_source: str | None = None
    media_margins: tuple[int, int, int, int] | None = None
    """Left, bottom, right, top, as media-col said."""
    print_color_mode: str | None = None
    print_quality: int | None = None
    page_ranges: tuple[tuple[int, int], ...] = ()
    orientation_requested: int | None = None
    printer_resolution: tuple[int, int] | None = None
    print_scaling: str | None = None
    output_bin: str | None = None
    finishings: tuple[int, ...] = ()
    """What is done with the sheets (PWG 5100.1); 3, none, is left out."""
    multiple_document_handling: str | None = None
    job_hold_until: str | None = None
    job_hold_until_time: int | None = None
    job_delay_output_until: str | None = None
    job_delay_output_until_time: int | None = None
    job_priority: int = 50
    job_sheets: str | None = None
    job_sheet_message: str | None = None
    job_cancel_after: int | None = None
    """Seconds of processing after which the job is cancelled."""
    job_error_action: str | None = None
    job_account_id: str | None = None
    job_account_type: str | None = None
    job_accounting_user_id: str | None = None
    job_message_to_operator: str | None = None
    job_recipient_name: str | None = None
    job_release_action: str | None = None
    job_password: str | None = None
    """As `jobs.job_password.keep` wrote it."""
    job_storage_access: str | None = None
    job_storage_disposition: str | None = None
    job_storage_group: str | None = None
    proof_copies: int | None = None
    """How many copies are printed for a look before the others (proof-copies, or proof-print-copies)."""
    proof_media: str | None = None
    """The sheet for those, where proof-print names one."""
    print_rendering_intent: str | None = None
    print_content_optimize: str | None = None
    number_up: int = 1
    presentation_direction_number_up: str | None = None
    overrides: tuple[Override, ...] = ()
    document_overrides: tuple[Override, ...] = ()
    """What was asked of some of the job's documents alone; `overrides` are laid over it."""
    force_front_side: tuple[int, ...] = ()
    imposition_template: str | None = None
    insert_sheet: tuple[Insert, ...] = ()
    cover_front: Cover | None = None
    cover_back: Cover | None = None
    separator_sheets: Separator | None = None
    job_pages_per_set: int | None = None
    page_delivery: str | None = None
    x_image_position: str | None = None
    y_image_position: str | None = None
    x_image_shift: int = 0
    x_side1_image_shift: int = 0
    x_side2_image_shift: int = 0
    y_image_shift: int = 0
    y_side1_image_shift: int = 0
    y_side2_image_shift: int = 0
    kept: tuple[tuple[str, str], ...] = ()
    """What is only told again: names of attributes, and the attribute as encoded, in hexadecimal."""
    defaulted: tuple[str, ...] = ()
    """Attributes that an operator's default chose, not the owner."""

    @property
    def monochrome(self) -> bool:
        """Whether the owner wants no colour."""
        return self.print_color_mode in ("monochrome", "auto-monochrome")

    @property
    def until(self) -> str | None:
        """job-hold-until, or else what job-delay-output-until means here: what is not printed is not begun either."""
        if self.job_hold_until is not None or self.job_delay_output_until is None:
            return self.job_hold_until
        return "no-hold" if self.job_delay_output_until == "no-delay-output" else self.job_delay_output_until

    @property
    def until_time(self) -> int | None:
        """The same of job-hold-until-time and job-delay-output-until-time."""
        return self.job_delay_output_until_time if self.job_hold_until_time is None else self.job_hold_until_time

    @property
    def awaited(self) -> bool:
        """Whether the owner wants to be there when it is printed: by a password, job-release-action or job-storage."""
        acts = self.job_password is not None or self.job_release_action not in (None, "none")
        return acts or self.job_storage_disposition == "store-only"

    @property
    def stored(self) -> bool:
        """Whether the document is to be kept when it has printed, so that it can be printed again (job-storage)."""
        return self.job_storage_disposition is not None

    def to_json(self) -> str:
        """Write what differs from the default, for the job's row."""
        return _json(self)

    @staticmethod
    def from_json(text: str) -> "Ticket":
        """Read the ticket of a row; jobs that are to be printed alike share one."""
        return _read(text) if len(text) <= _SHORT else _read.__wrapped__(text)


PLAIN: Final = Ticket()
"""The ticket of who says nothing."""
_FIELDS: Final = tuple(field.name for field in fields(Ticket))


@lru_cache(maxsize=500)
def _json(ticket: Ticket) -> str:
    """Most jobs ask for one of a few things."""
    said = {name: getattr(ticket, name) for name in _FIELDS}
    return json.dumps({name: value for name, value in said.items() if value != getattr(PLAIN, name)})


@lru_cache(maxsize=2048)
def _read(text: str) -> Ticket:
    said: dict[str, Any] = {}
    for name, value in json.loads(text).items():
        if name in _FIELDS:
            said[name] = _tupled(value)
    return Ticket(**said)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A ticket, and what of the request the queue does not do (with the values that were asked for)."""

    ticket: Ticket
    unsupported: tuple[Attribute, ...]

    def insisted(self, *, fidelity: bool, mandatory: Some[str] = ()) -> bool:
        """Whether something was insisted upon that is not supported.

        By ipp-attribute-fidelity, of all attributes; by job-mandatory-attributes, of some (PWG 5100.7 section 3.1.2).
        """
        return any(fidelity or attribute.name in mandatory for attribute in self.unsupported)


def altered(ticket: Ticket, **said: Any) -> Ticket:
    """The ticket with other values of some fields. Most jobs ask for one of a few things, and share their ticket."""
    return _altered(ticket, tuple(said.items()))


@lru_cache(maxsize=500)
def _altered(ticket: Ticket, said: tuple[tuple[str, Any], ...]) -> Ticket:
    return replace(ticket, **dict(said))


def resolve(attributes: Iterable[Attribute], offer: Offer, start: Ticket = PLAIN) -> Resolved:
    """Read the attributes of a request into a ticket, noting what the offer does not contain.

    `start` is what holds where the request says nothing: a waiting job's ticket, or the defaults of its queue.
    """
    said: dict[str, Any] = {}
    unsupported: list[Attribute] = []
    named: set[str] = set()
    for attribute in attributes:
        reader = READERS.get(attribute.name)
        if reader is None:
            # RFC 8011 section 4.1.7: an attribute that is not known at all comes back as 'unsupported'.
            unsupported.append(Attribute(attribute.name, (Value(Tag.UNSUPPORTED, None),)))
            continue
        try:
            said.update(reader.read(attribute, offer))
            named.add(attribute.name)
        except Unsupported as error:
            said.update(error.fields)
            unsupported.append(error.refused or attribute)
    _keep(said, start, unsupported)
    _seal(said, unsupported)
    if start.defaulted:
        said["defaulted"] = tuple(name for name in start.defaulted if name not in named)
    return Resolved(altered(start, **said) if said else start, tuple(unsupported))


def changed(ticket: Ticket, attributes: Iterable[Attribute], offer: Offer) -> Resolved:
    """Change a waiting job's ticket: 'delete-attribute' takes back what was said (RFC 3380 section 8.2)."""
    said: list[Attribute] = []
    for attribute in attributes:
        reader = READERS.get(attribute.name)
        if reader and attribute.values and attribute.values[0].tag == Tag.DELETE_ATTRIBUTE:
            ticket = replace(
                ticket,
                kept=_without(ticket.kept, attribute.name),
                **{name: getattr(PLAIN, name) for name in reader.fields},
            )
        else:
            said.append(attribute)
    return resolve(said, offer, ticket)


def under(resolved: Resolved, queue: Queue) -> Resolved:
    """Hold a ticket against what its queue is for: a queue that holds does so whatever the client prefers."""
    ticket, unsupported = resolved.ticket, [*resolved.unsupported]
    if queue.holds:
        for name in _WAITS:
            value = getattr(ticket, name)
            if value not in (None, "indefinite", "no-delay-output"):
                unsupported.append(_written(name, value))
                taken_back: dict[str, Any] = {name: None}
                ticket = replace(ticket, **taken_back)
    if queue.holds and ticket.job_release_action == "none":
        unsupported.append(build.keyword("job-release-action", "none"))
        ticket = replace(ticket, job_release_action=None)
    if queue.banner != "none" and ticket.job_sheets == "none":
        unsupported.append(build.keyword("job-sheets", "none"))
        ticket = replace(ticket, job_sheets=None, kept=_without(ticket.kept, "job-sheets-col"))
    if ticket.kept and queue.needs_password:
        # Who proved who they are is not whom they say they are.
        ticket = replace(ticket, kept=_without(ticket.kept, "requesting-user-uri"))
    return Resolved(ticket, tuple(unsupported))


def _without(kept: tuple[tuple[str, str], ...], name: str) -> tuple[tuple[str, str], ...]:
    return tuple(row for row in kept if row[0] != name)


_WAITS: Final = ("job_hold_until", "job_hold_until_time", "job_delay_output_until", "job_delay_output_until_time")
"""Fields that say when a job is printed by itself, which on a queue that holds is never."""


def _written(field: str, value: str | int) -> Attribute:
    name = field.replace("_", "-")
    if isinstance(value, str):
        return build.keyword(name, value)
    return build.datetime_(name, datetime.fromtimestamp(value / 1000, UTC))


def _keep(said: dict[str, Any], start: Ticket, unsupported: list[Attribute]) -> None:
    """Gather what is only told again; too much of it is refused."""
    fresh = {name.removeprefix(KEPT): said.pop(name) for name in [*said] if name.startswith(KEPT)}
    if not fresh:
        return
    kept = dict(start.kept) | fresh
    if sum(map(len, kept.values())) > _MOST_KEPT:
        unsupported += [Attribute(name, (Value(Tag.UNSUPPORTED, None),)) for name in fresh]
        return
    said["kept"] = tuple(kept.items())


def _seal(said: dict[str, Any], unsupported: list[Attribute]) -> None:
    """Bring a password and how it is hashed together."""
    octets, encryption = said.pop("password octets", None), said.pop("password encryption", "none")
    if octets is None:
        return
    if job_password.fits(octets, encryption):
        said["job_password"] = job_password.keep(octets, encryption)
    else:
        # The password itself is not repeated.
        unsupported.append(Attribute("job-password", (Value(Tag.UNSUPPORTED, None),)))


@lru_cache(maxsize=256)
def _defaults(attributes: tuple[Attribute, ...], offer: Offer) -> Ticket:
    resolved = resolve(attributes, offer)
    refused = {attribute.name for attribute in resolved.unsupported}
    return replace(resolved.ticket, defaulted=tuple(one.name for one in attributes if one.name not in refused))


def defaults(attributes: Iterable[Attribute], offer: Offer) -> Ticket:
    """The ticket of who says nothing, where an operator chose `attributes` as the queue's defaults."""
    chosen = tuple(attributes)
    return _defaults(chosen, offer) if chosen else PLAIN


def _tupled(value: Any) -> Any:
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value
