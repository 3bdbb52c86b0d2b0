"""The job ticket: how a document is to be printed (RFC 8011 section 5.2, PWG 5100.7), held against an offer.

One row per Job Template attribute says how it is read and what the queue supports of it. A value that is not supported
is left at its default and named in the answer's unsupported attributes.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Self, TypeVar

from ipp.enums import Tag
from ipp.message import Attribute
from ipp.values import Collection, Range, Resolution, Value
from jobs.queue import Offer

T = TypeVar("T")

SIDES: Final = ("one-sided", "two-sided-long-edge", "two-sided-short-edge")
SCALINGS: Final = ("auto", "auto-fit", "fill", "fit", "none")
COLOR_MODES: Final = ("auto", "auto-monochrome", "color", "monochrome")
HOLDS: Final = ("no-hold", "indefinite")
DOCUMENT_HANDLING: Final = ("separate-documents-collated-copies", "separate-documents-uncollated-copies")
NUMBER_UP: Final = (1, 2, 4, 6, 9, 16)
MAX_RANGES: Final = 1000
_TOLERANCE = 200  # hundredths of a millimetre between a media-size and the standard size it means
_LARGEST = 500_000  # hundredths of a millimetre: five metres


@dataclass(frozen=True, slots=True)
class Ticket:
    """How to print. Field names are the IPP attributes'; lengths in hundredths of a millimetre, resolution in dpi."""

    copies: int = 1
    sides: str | None = None
    media: str | None = None
    media_size: tuple[int, int] | None = None
    media_type: str | None = None
    media_source: str | None = None
    print_color_mode: str | None = None
    print_quality: int | None = None
    page_ranges: tuple[tuple[int, int], ...] = ()
    orientation_requested: int | None = None
    printer_resolution: tuple[int, int] | None = None
    print_scaling: str | None = None
    output_bin: str | None = None
    multiple_document_handling: str | None = None
    job_hold_until: str | None = None
    job_priority: int = 50
    print_rendering_intent: str | None = None
    print_content_optimize: str | None = None
    number_up: int = 1

    @property
    def monochrome(self) -> bool:
        """Whether the owner wants no colour."""
        return self.print_color_mode in ("monochrome", "auto-monochrome")

    def to_json(self) -> str:
        """Write what differs from the default, for the job's row."""
        said = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return json.dumps({name: value for name, value in said.items() if value != getattr(_PLAIN, name)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the ticket of a row."""
        fields: dict[str, Any] = {}
        for name, value in json.loads(text).items():
            if name in cls.__dataclass_fields__:
                fields[name] = _tupled(value)
        return cls(**fields)


_PLAIN: Final = Ticket()


@dataclass(frozen=True, slots=True)
class Resolved:
    """A ticket, and what of the request the queue does not do (with the values that were asked for)."""

    ticket: Ticket
    unsupported: tuple[Attribute, ...]


class Unsupported(Exception):
    """The value is not one of this queue's."""


Reader = Callable[[Attribute, Offer], dict[str, Any]]


def _keyword(field: str, allowed: Callable[[Offer], Iterable[str]]) -> Reader:
    def read(attribute: Attribute, offer: Offer) -> dict[str, Any]:
        value = _single(attribute, str)
        if value not in allowed(offer):
            raise Unsupported
        return {field: value}

    return read


def _number(field: str, allowed: Callable[[int, Offer], bool]) -> Reader:
    def read(attribute: Attribute, offer: Offer) -> dict[str, Any]:
        value = _single(attribute, int)
        if not allowed(value, offer):
            raise Unsupported
        return {field: value}

    return read


def _ranges(attribute: Attribute, _offer: Offer) -> dict[str, Any]:
    ranges = [value.value for value in attribute.values if isinstance(value.value, Range)]
    if len(ranges) != len(attribute.values) or len(ranges) > MAX_RANGES:
        raise Unsupported
    last = 0
    for pages in ranges:  # ascending and not overlapping: RFC 8011 section 5.2.7
        if pages.lower <= last or pages.upper < pages.lower:
            raise Unsupported
        last = pages.upper
    return {"page_ranges": tuple((pages.lower, pages.upper) for pages in ranges)}


def _resolution(attribute: Attribute, offer: Offer) -> dict[str, Any]:
    value = _single(attribute, Resolution)
    if value.units != 3 or value.x not in offer.resolutions or value.x != value.y:
        raise Unsupported
    return {"printer_resolution": (value.x, value.y)}


def _finishings(attribute: Attribute, _offer: Offer) -> dict[str, Any]:
    if any(value.value != 3 for value in attribute.values):
        raise Unsupported
    return {}


def _sheets(attribute: Attribute, _offer: Offer) -> dict[str, Any]:
    # CUPS sends none,none: the banner before and the one after.
    if any(value.value != "none" for value in attribute.values):
        raise Unsupported
    return {}


def _media_col(attribute: Attribute, offer: Offer) -> dict[str, Any]:
    collection = _single(attribute, Collection)
    fields: dict[str, Any] = {}
    for member in collection.attributes:
        first = member.values[0].value if member.values else None
        if member.name == "media-size" and isinstance(first, Collection):
            fields.update(_media_size(first, offer))
        elif member.name == "media-size-name" and isinstance(first, str):
            fields.update({"media": first} if first in offer.media else {})
        elif member.name == "media-type" and first in offer.media_types:
            fields["media_type"] = first
        elif member.name == "media-source" and first in offer.media_sources:
            fields["media_source"] = first
    if not fields:
        raise Unsupported
    return fields


def _media_size(size: Collection, offer: Offer) -> dict[str, Any]:
    width, height = _dimension(size, "x-dimension"), _dimension(size, "y-dimension")
    if not (0 < width <= _LARGEST and 0 < height <= _LARGEST):
        raise Unsupported
    for name in offer.media:
        known = size_in_name(name)
        if known and abs(known[0] - width) <= _TOLERANCE and abs(known[1] - height) <= _TOLERANCE:
            return {"media": name, "media_size": known}
    return {"media": None, "media_size": (width, height)}


def _dimension(size: Collection, name: str) -> int:
    attribute = size.get(name)
    value = attribute.values[0].value if attribute and attribute.values else 0
    return value if isinstance(value, int) else 0


def size_in_name(name: str) -> tuple[int, int] | None:
    """Width and height in hundredths of a millimetre that a self-describing name ends in (PWG 5101.1 section 5)."""
    tail = name.rsplit("_", 1)[-1]
    unit = 2540.0 if tail.endswith("in") else 100.0 if tail.endswith("mm") else 0.0
    width, cross, height = tail[:-2].partition("x")
    if not unit or not cross:
        return None
    try:
        return round(float(width) * unit), round(float(height) * unit)
    except (ValueError, OverflowError):
        return None


def _media(attribute: Attribute, offer: Offer) -> dict[str, Any]:
    name = _single(attribute, str)
    if name not in offer.media:
        raise Unsupported
    return {"media": name, "media_size": size_in_name(name)}


READERS: Final[dict[str, Reader]] = {
    "copies": _number("copies", lambda n, offer: 1 <= n <= offer.copies),
    "sides": _keyword("sides", lambda offer: offer.sides),
    "media": _media,
    "media-col": _media_col,
    "print-color-mode": _keyword("print_color_mode", lambda _: COLOR_MODES),
    "print-quality": _number("print_quality", lambda n, _: 3 <= n <= 5),
    "page-ranges": _ranges,
    "orientation-requested": _number("orientation_requested", lambda n, _: 3 <= n <= 6),
    "printer-resolution": _resolution,
    "print-scaling": _keyword("print_scaling", lambda _: SCALINGS),
    "output-bin": _keyword("output_bin", lambda offer: offer.output_bins),
    "finishings": _finishings,
    "job-sheets": _sheets,
    "multiple-document-handling": _keyword("multiple_document_handling", lambda _: DOCUMENT_HANDLING),
    "job-hold-until": _keyword("job_hold_until", lambda _: HOLDS),
    "job-priority": _number("job_priority", lambda n, _: 1 <= n <= 100),
    "print-rendering-intent": _keyword("print_rendering_intent", lambda _: ("auto",)),
    "print-content-optimize": _keyword("print_content_optimize", lambda _: ("auto",)),
    "number-up": _number("number_up", lambda n, _: n in NUMBER_UP),
    # Told by every CUPS client, and no identity: who prints is known from who signed in.
    "job-account-id": lambda _attribute, _offer: {},
    "job-accounting-user-id": lambda _attribute, _offer: {},
}


def resolve(attributes: Iterable[Attribute], offer: Offer) -> Resolved:
    """Read the Job Template attributes of a request into a ticket, noting what the offer does not contain."""
    ticket, unsupported = Ticket(), []
    for attribute in attributes:
        reader = READERS.get(attribute.name)
        if reader is None:
            # RFC 8011 section 4.1.7: an attribute that is not known at all comes back as 'unsupported'.
            unsupported.append(Attribute(attribute.name, (Value(Tag.UNSUPPORTED, None),)))
            continue
        try:
            ticket = replace(ticket, **reader(attribute, offer))
        except Unsupported:
            unsupported.append(attribute)
    return Resolved(ticket, tuple(unsupported))


def _single(attribute: Attribute, kind: type[T]) -> T:
    value = attribute.values[0].value if len(attribute.values) == 1 else None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Unsupported
    return value


def _tupled(value: Any) -> Any:
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value
