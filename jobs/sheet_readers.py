"""How the attributes are read that say which page comes where on which sheet (PWG 5100.1, 5100.3, 5100.6). No I/O."""

from typing import Any, Final

from ipp.message import Attribute
from ipp.values import Collection, Value
from jobs import media, overrides
from jobs.queue import Offer
from jobs.reading import Fields, Reader, Unsupported, as_it_came, keyword, number, single
from pdl.wishes import Cover, Insert, Separator

DIRECTIONS: Final = (
    "toright-tobottom",
    "tobottom-toleft",
    "tobottom-toright",
    "toleft-tobottom",
    "toleft-totop",
    "toright-totop",
    "totop-toleft",
    "totop-toright",
)
"""presentation-direction-number-up; the first is the default."""
TEMPLATES: Final = ("none", "booklet", "signature")
X_POSITIONS: Final = ("none", "left", "center", "right")
Y_POSITIONS: Final = ("none", "bottom", "center", "top")
MOST_SHIFT: Final = 50_000
"""Hundredths of a millimetre."""
SHIFTS: Final = tuple(f"{axis}-{side}image-shift" for axis in "xy" for side in ("", "side1-", "side2-"))
COVERS: Final = ("no-cover", "print-none", "print-front", "print-back", "print-both")
SEPARATORS: Final = ("none", "slip-sheets", "start-sheet", "end-sheet", "both-sheets")
MOST_INSERTS: Final = 100
MOST_FRONTS: Final = 1000
_MEDIA: Final = ("media", "media-col")


def deliveries(offer: Offer) -> tuple[str, ...]:
    """page-delivery-supported: an order of sheets can be promised only where they come face down."""
    down = "face-down" in offer.output_bins and "face-up" not in offer.output_bins
    return ("system-specified", "same-order-face-down", "reverse-order-face-down") if down else ("system-specified",)


def _fronts(attribute: Attribute, _offer: Offer) -> Fields:
    pages = [value.value for value in attribute.values if type(value.value) is int and value.value >= 1]
    if len(pages) != len(attribute.values) or not 0 < len(pages) <= MOST_FRONTS:
        raise Unsupported
    return {"force_front_side": tuple(dict.fromkeys(pages))}


def _cover(field: str) -> Reader:
    def read(attribute: Attribute, offer: Offer) -> Fields:
        told, sheet = _members(single(attribute, Collection), {"cover-type": COVERS}, offer, attribute)
        kind = told.get("cover-type")
        if kind is None:
            raise Unsupported
        return {field: None if kind == "no-cover" else Cover(kind, sheet), **as_it_came(attribute)}

    return Reader((field,), read)


def _separators(attribute: Attribute, offer: Offer) -> Fields:
    collection = single(attribute, Collection)
    kinds = collection.get("separator-sheets-type")
    words = kinds.strings if kinds else ()
    if kinds is None or not words or len(words) != len(kinds.values) or any(word not in SEPARATORS for word in words):
        raise Unsupported
    _, sheet = _members(collection, {"separator-sheets-type": None}, offer, attribute)
    asked = tuple(word for word in dict.fromkeys(words) if word != "none")
    return {"separator_sheets": Separator(asked, sheet) if asked else None, **as_it_came(attribute)}


def _inserts(attribute: Attribute, offer: Offer) -> Fields:
    if not 0 < len(attribute.values) <= MOST_INSERTS:
        raise Unsupported
    return {
        "insert_sheet": tuple(_insert(value, offer, attribute) for value in attribute.values),
        **as_it_came(attribute),
    }


def _insert(value: Value, offer: Offer, attribute: Attribute) -> Insert:
    if not isinstance(value.value, Collection):
        raise Unsupported
    collection = value.value
    numbers = {"insert-after-page-number": None, "insert-count": None}
    _, sheet = _members(collection, numbers, offer, attribute)
    after, sheets = collection.first("insert-after-page-number", 0), collection.first("insert-count", 1)
    if type(after) is not int or type(sheets) is not int or after < 0 or not 0 <= sheets <= MOST_INSERTS:
        raise Unsupported
    return Insert(after, sheets, sheet)


def _members(
    collection: Collection, allowed: dict[str, Any], offer: Offer, attribute: Attribute
) -> tuple[dict[str, str], tuple[int, int] | None]:
    """The keywords of a collection and the sheet it names. A member that is not allowed is refused with all of it."""
    told: dict[str, str] = {}
    sheet: tuple[int, int] | None = None
    refused: list[Attribute] = []
    for member in collection.attributes:
        first = member.first if len(member.values) == 1 else None
        if member.name in _MEDIA:
            size = _sheet(member.name, first, offer)
            sheet = size or sheet
            refused += [] if size else [member]
        elif member.name not in allowed:
            refused.append(member)
        elif (words := allowed[member.name]) is not None and isinstance(first, str) and first in words:
            told[member.name] = first
    if refused:
        raise Unsupported(media.of_members(attribute, tuple(refused)))
    return told, sheet


def _sheet(name: str, value: object, offer: Offer) -> tuple[int, int] | None:
    if name == "media":
        return media.size_in_name(value) if isinstance(value, str) and value in offer.media else None
    fields, refused = media.read(value, offer) if isinstance(value, Collection) else ({}, ())
    size: tuple[int, int] | None = fields.get("media_size")
    return None if refused else size


def _overrides(attribute: Attribute, offer: Offer) -> Fields:
    """Values for some pages; members that are not understood come back alone, those beside them are done."""
    try:
        found, refused = overrides.parse(attribute, offer)
    except ValueError:
        raise Unsupported from None
    if not refused:
        return {"overrides": found, **as_it_came(attribute)}
    taken, wrong = _parted(attribute, frozenset(refused))
    fields: Fields = {"overrides": found, **as_it_came(taken)} if found and taken.values else {}
    raise Unsupported(wrong if wrong.values else None, fields)


def _parted(attribute: Attribute, refused: frozenset[str]) -> tuple[Attribute, Attribute]:
    """The attribute without the members of those names, however deep they are, and with them alone."""
    parts: tuple[list[Value], list[Value]] = ([], [])
    for value in attribute.values:
        members = value.value.attributes if isinstance(value.value, Collection) else ()
        both = [_member_parted(member, refused) for member in members]
        for values, half in zip(parts, (0, 1), strict=True):
            some = tuple(pair[half] for pair in both if pair[half].values)
            if some:
                values.append(Value(value.tag, Collection(some)))
    return Attribute(attribute.name, tuple(parts[0])), Attribute(attribute.name, tuple(parts[1]))


def _member_parted(member: Attribute, refused: frozenset[str]) -> tuple[Attribute, Attribute]:
    nothing = Attribute(member.name, ())
    if member.name in refused:
        return nothing, member
    if any(isinstance(value.value, Collection) for value in member.values):
        return _parted(member, refused)
    return member, nothing


def _shift(name: str) -> Reader:
    return number(name.replace("-", "_"), lambda far, _: -MOST_SHIFT <= far <= MOST_SHIFT)


READERS: Final[dict[str, Reader]] = {
    "cover-back": _cover("cover_back"),
    "cover-front": _cover("cover_front"),
    "force-front-side": Reader(("force_front_side",), _fronts),
    "imposition-template": keyword("imposition_template", lambda _: TEMPLATES),
    "insert-sheet": Reader(("insert_sheet",), _inserts),
    "job-pages-per-set": number("job_pages_per_set", lambda pages, _: pages >= 1),
    "overrides": Reader(("overrides",), _overrides),
    "page-delivery": keyword("page_delivery", deliveries),
    "presentation-direction-number-up": keyword("presentation_direction_number_up", lambda _: DIRECTIONS),
    "separator-sheets": Reader(("separator_sheets",), _separators),
    "x-image-position": keyword("x_image_position", lambda _: X_POSITIONS),
    "y-image-position": keyword("y_image_position", lambda _: Y_POSITIONS),
    **{name: _shift(name) for name in SHIFTS},
}
