"""Values for single pages (overrides, PWG 5100.6), as a request has them. No I/O."""

from collections.abc import Callable
from typing import Any, Final

from ipp.message import Attribute
from ipp.values import Collection, Range
from jobs import media
from jobs.queue import Offer
from pdl.wishes import Override, Ranges

SUPPORTED: Final = (
    "document-number",  # as Apple's and CUPS' clients and tests spell it
    "document-numbers",
    "media",
    "media-col",
    "orientation-requested",
    "pages",
    "print-color-mode",
    "print-scaling",
    "sides",
)
"""overrides-supported."""

MOST: Final = 100
_MOST_RANGES: Final = 500  # of all of them together: each is held against each page
_NUMBERS: Final = {"document-number": "document_numbers", "document-numbers": "document_numbers", "pages": "pages"}
_SCALINGS: Final = ("auto", "auto-fit", "fill", "fit", "none")
_COLOR_MODES: Final = ("auto", "auto-monochrome", "color", "monochrome")

Fields = dict[str, Any]


def parse(attribute: Attribute, offer: Offer) -> tuple[tuple[Override, ...], tuple[str, ...]]:
    """Read the attribute: what is understood, and the names of the members that are not, or not with their values.

    Raises ValueError for what is no such attribute, or names more pages than anybody would.
    """
    found: list[Override] = []
    refused: dict[str, None] = {}
    given = [value.value for value in attribute.values if isinstance(value.value, Collection)]
    if not 0 < len(given) == len(attribute.values) <= MOST:
        raise ValueError("overrides are collections, and not too many")
    for collection in given:
        fields, wrong = _members(collection, offer)
        refused.update(dict.fromkeys(wrong))
        # What is said of some copies alone must not be done to all of them.
        if "document-copies" not in wrong and fields.keys() - set(_NUMBERS.values()):
            found.append(Override(**fields))
    if sum(len(one.pages) + len(one.document_numbers) for one in found) > _MOST_RANGES:
        raise ValueError("overrides name too many ranges of pages")
    return tuple(found), tuple(refused)


def _members(collection: Collection, offer: Offer) -> tuple[Fields, list[str]]:
    fields: Fields = {}
    wrong: list[str] = []
    for member in collection.attributes:
        if member.name in _NUMBERS:
            fields[_NUMBERS[member.name]] = _ranges(member)
        elif member.name == "media-col":
            said, refused = _sheet(member, offer)
            fields.update(said)
            wrong += refused
        elif (read := _READERS.get(member.name)) and (said := read(member, offer)):
            fields.update(said)
        else:
            wrong.append(member.name)
    return fields, wrong


def _ranges(member: Attribute) -> Ranges:
    found = []
    for value in member.values:
        number = value.value
        if type(number) is int:
            number = Range(number, number)
        if not isinstance(number, Range) or not 0 < number.lower <= number.upper:
            raise ValueError(f"{member.name} are ranges of numbers from 1")
        found.append((number.lower, number.upper))
    return tuple(sorted(found))


def _sheet(member: Attribute, offer: Offer) -> tuple[Fields, list[str]]:
    """Read a media-col: a page has a size; its type and source are the job's, no document can say them page by page."""
    first = member.values[0].value if len(member.values) == 1 else None
    if not isinstance(first, Collection):
        return {}, [member.name]
    said, refused = media.read(first, offer)
    others = [one.name for one in first.attributes if not one.name.startswith("media-size")]
    names = dict.fromkeys([*(one.name for one in refused), *others])
    return {name: said[name] for name in ("media", "media_size") if name in said}, list(names)


def _word(member: Attribute) -> str | None:
    value = member.values[0].value if len(member.values) == 1 else None
    return value if isinstance(value, str) else None


def _sides(member: Attribute, offer: Offer) -> Fields:
    sides = _word(member)
    return {"sides": sides} if sides in offer.sides else {}


def _media(member: Attribute, offer: Offer) -> Fields:
    name = _word(member)
    size = media.size_in_name(name) if name and name in offer.media else None
    return {"media": name, "media_size": size} if size else {}


def _orientation(member: Attribute, _offer: Offer) -> Fields:
    number = member.values[0].value if len(member.values) == 1 else None
    return {"orientation_requested": int(number)} if isinstance(number, int) and 3 <= number <= 6 else {}


def _color_mode(member: Attribute, _offer: Offer) -> Fields:
    mode = _word(member)
    return {"print_color_mode": mode} if mode in _COLOR_MODES else {}


def _scaling(member: Attribute, _offer: Offer) -> Fields:
    scaling = _word(member)
    return {"print_scaling": scaling} if scaling in _SCALINGS else {}


_READERS: Final[dict[str, Callable[[Attribute, Offer], Fields]]] = {
    "sides": _sides,
    "media": _media,
    "orientation-requested": _orientation,
    "print-color-mode": _color_mode,
    "print-scaling": _scaling,
}
