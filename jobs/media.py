"""Media in a ticket: names, sizes, sources, types and margins (PWG 5101.1, PWG 5100.7 section 6.3). No I/O."""

from functools import lru_cache
from typing import Any, Final

from ipp import build
from ipp.message import Attribute
from ipp.values import Collection, Value
from jobs.queue import Offer

TOLERANCE: Final = 200
"""Hundredths of a millimetre between a media-size and the standard size it means."""
LARGEST: Final = 500_000
"""Hundredths of a millimetre: five metres."""
EDGES: Final = ("left", "bottom", "right", "top")
"""The margins of a sheet, in the order in which a ticket keeps them."""
_MOST_MARGIN = 2540

MEMBERS: Final = (
    "media-bottom-margin",
    "media-left-margin",
    "media-right-margin",
    "media-size",
    "media-size-name",
    "media-source",
    "media-top-margin",
    "media-type",
)
"""media-col-supported: the members of media-col that are understood."""


@lru_cache(maxsize=1024)
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


def read(collection: Collection, offer: Offer) -> tuple[dict[str, Any], tuple[Attribute, ...]]:
    """Read a media-col, member by member: fields of a ticket, and the members that the offer does not contain."""
    fields: dict[str, Any] = {}
    refused: list[Attribute] = []
    margins = dict.fromkeys(EDGES, -1)
    for member in collection.attributes:
        found = _member(member, offer, margins)
        if found is None:
            refused.append(member)
        else:
            fields.update(found)
    if any(value >= 0 for value in margins.values()):
        fields["media_margins"] = tuple(max(margins[edge], 0) for edge in EDGES)
    return fields, tuple(refused)


def _member(member: Attribute, offer: Offer, margins: dict[str, int]) -> dict[str, Any] | None:
    """What one member says; None if it is not supported. A margin is noted in `margins`."""
    first = member.values[0].value if len(member.values) == 1 else None
    if member.name == "media-size":
        return _size(first, offer) if isinstance(first, Collection) else None
    if member.name == "media-size-name":
        return {"media": first, "media_size": size_in_name(first)} if first in offer.media else None
    if member.name == "media-type":
        return {"media_type": first} if first in offer.media_types else None
    if member.name == "media-source":
        return {"media_source": first} if first in offer.media_sources else None
    edge = member.name.removeprefix("media-").removesuffix("-margin")
    if edge in margins and isinstance(first, int) and not isinstance(first, bool) and 0 <= first <= _MOST_MARGIN:
        margins[edge] = first
        return {}
    return None


def _size(size: Collection, offer: Offer) -> dict[str, Any] | None:
    width, height = _dimension(size, "x-dimension"), _dimension(size, "y-dimension")
    if not (0 < width <= LARGEST and 0 < height <= LARGEST):
        return None
    for name in offer.media:
        known = size_in_name(name)
        if known and abs(known[0] - width) <= TOLERANCE and abs(known[1] - height) <= TOLERANCE:
            return {"media": name, "media_size": known}
    return {"media": None, "media_size": (width, height)}


def _dimension(size: Collection, name: str) -> int:
    attribute = size.get(name)
    value = attribute.values[0].value if attribute and len(attribute.values) == 1 else 0
    return value if isinstance(value, int) else 0


def collection(
    size: tuple[int, int] | None,
    *,
    name: str | None = None,
    source: str | None = None,
    kind: str | None = None,
    margins: tuple[int, int, int, int] | None = None,
) -> Collection:
    """Write a media-col of what is known; lengths in hundredths of a millimetre, margins as EDGES has them."""
    members: list[Attribute] = []
    if size is not None:
        sides = (build.integer("x-dimension", size[0]), build.integer("y-dimension", size[1]))
        members.append(build.collection("media-size", sides))
    for member, word in (("media-size-name", name), ("media-source", source), ("media-type", kind)):
        if word:
            members.append(build.keyword(member, word))
    if margins is not None:
        members += [build.integer(f"media-{edge}-margin", far) for edge, far in zip(EDGES, margins, strict=True)]
    return Collection(tuple(members))


def of_members(attribute: Attribute, members: tuple[Attribute, ...]) -> Attribute:
    """The collection attribute with these members alone: how unsupported members are named (RFC 8011 section 4.1.7)."""
    return Attribute(attribute.name, (Value(attribute.values[0].tag, Collection(members)),))
