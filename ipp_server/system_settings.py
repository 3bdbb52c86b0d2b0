"""Which attributes of the System may be set, how each is checked, and what they are until then (PWG 5100.22)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ipp import build
from ipp.codec import encode_attribute
from ipp.enums import Tag
from ipp.message import Attribute
from ipp.values import Collection, LanguageString
from ipp_server.setting_rows import decoded

DEFAULT_PRINTER: Final = "system-default-printer-id"
RESET: Final = frozenset({Tag.DELETE_ATTRIBUTE, Tag.NO_VALUE, Tag.UNKNOWN})
"""Out-of-band values that take back what was set."""
_LONGEST_URI: Final = 1023
_MOST_LINES: Final = 100  # of a vCard
_LONGEST_LINE: Final = 1023

Check = Callable[[Attribute], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """One settable attribute: what it is until it is set, and whether a value can be."""

    at_first: Attribute
    fits: Check


def _words(most: int) -> Check:
    def fits(attribute: Attribute) -> bool:
        value = attribute.first
        text = value.text if isinstance(value, LanguageString) else value
        is_words = attribute.values[0].tag in _WORDS
        return is_words and isinstance(text, str) and len(text.encode("utf-8", "surrogateescape")) <= most

    return fits


_WORDS: Final = (
    Tag.TEXT_WITHOUT_LANGUAGE,
    Tag.TEXT_WITH_LANGUAGE,
    Tag.NAME_WITHOUT_LANGUAGE,
    Tag.NAME_WITH_LANGUAGE,
)


def _place(attribute: Attribute) -> bool:
    uri = attribute.first_uri
    return uri is not None and uri.startswith("geo:") and len(uri) <= _LONGEST_URI


def _card(prefix: str) -> Check:
    """A contact: a name, a URI, and the lines of a vCard, each if it is known."""

    def fits(attribute: Attribute) -> bool:
        value = attribute.first
        return isinstance(value, Collection) and all(_member(prefix, one) for one in value.attributes)

    return fits


def _member(prefix: str, member: Attribute) -> bool:
    match member.name.removeprefix(f"{prefix}-"):
        case "name":
            return len(member.values) == 1 and _words(255)(member)
        case "uri":
            uri = member.first_uri
            return len(member.values) == 1 and uri is not None and len(uri) <= _LONGEST_URI
        case "vcard":
            lines = [Attribute(member.name, (value,)) for value in member.values[:_MOST_LINES]]
            return 0 < len(member.values) <= _MOST_LINES and all(map(_words(_LONGEST_LINE), lines))
        case _:
            return False


ROWS: Final[dict[str, Row]] = {
    "system-contact-col": Row(build.no_value("system-contact-col"), _card("contact")),
    "system-geo-location": Row(build.unknown("system-geo-location"), _place),
    "system-info": Row(build.text("system-info", "Printgate print gateway"), _words(127)),
    "system-location": Row(build.text("system-location", ""), _words(127)),
    "system-make-and-model": Row(build.text("system-make-and-model", "Printgate"), _words(127)),
    "system-message-from-operator": Row(build.text("system-message-from-operator", ""), _words(127)),
    "system-name": Row(build.name("system-name", "Printgate"), _words(127)),
    "system-owner-col": Row(build.no_value("system-owner-col"), _card("owner")),
}
"""The settable attributes that are kept as they came."""

SETTABLE: Final = tuple(sorted({*ROWS, DEFAULT_PRINTER}))
"""system-settable-attributes-supported."""


def told(chosen: Mapping[str, str]) -> dict[str, Attribute]:
    """What the settable attributes are now, by name; `chosen` are those that were set, as they are kept."""
    found = {}
    for name, row in ROWS.items():
        kept = decoded(chosen[name]) if name in chosen else None
        found[name] = kept if kept is not None and row.fits(kept) else row.at_first
    return found


def kept(attribute: Attribute) -> str | None:
    """How an attribute is kept; None if it is to be as it was at first."""
    return None if attribute.values[0].tag in RESET else encode_attribute(attribute).hex()


def fits(attribute: Attribute) -> bool:
    """Whether one of ROWS may be set to that."""
    if len(attribute.values) != 1:
        return False
    return attribute.values[0].tag in RESET or ROWS[attribute.name].fits(attribute)
