"""The syntax that an attribute is registered with, such as `1setOf (type2 keyword | name(MAX))`, and what fits it.

It is written as RFC 8011 section 5.1 and IANA write it; bounds are of numbers, or of octets for strings.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from ipp.enums import Tag
from ipp.values import Attribute, Collection, DateTime, LanguageString, Range, Resolution, Value

MIN = -(2**31)
MAX = 2**31 - 1

_Check = Callable[[object, int, int], bool]


def _is_integer(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_boolean(value: object, _low: int, _high: int) -> bool:
    return isinstance(value, bool)


def _is_string(value: object, low: int, high: int) -> bool:
    text = value.text if isinstance(value, LanguageString) else value
    # A surrogate, which stands for one foreign octet, is replaced by one octet: the length stays right.
    return isinstance(text, str) and low <= len(text.encode("utf-8", "replace")) <= high


def _is_octets(value: object, low: int, high: int) -> bool:
    return isinstance(value, bytes) and low <= len(value) <= high


def _is_range(value: object, low: int, high: int) -> bool:
    return isinstance(value, Range) and low <= value.lower <= value.upper <= high


def _is_resolution(value: object, _low: int, _high: int) -> bool:
    return isinstance(value, Resolution) and value.x > 0 and value.y > 0 and value.units in (3, 4)


def _is_datetime(value: object, _low: int, _high: int) -> bool:
    return isinstance(value, DateTime)


def _is_collection(value: object, _low: int, _high: int) -> bool:
    return isinstance(value, Collection)


def _is_nothing(value: object, _low: int, _high: int) -> bool:
    return value is None


class _Known(NamedTuple):
    tags: tuple[int, ...]
    check: _Check
    low: int = 0
    high: int = 0


# Every syntax by its name: the tags that carry it, how to check a value, the bounds where none are given.
_KNOWN: dict[str, _Known] = {
    "integer": _Known((Tag.INTEGER,), _is_integer, MIN, MAX),
    "enum": _Known((Tag.ENUM,), _is_integer, MIN, MAX),
    "boolean": _Known((Tag.BOOLEAN,), _is_boolean),
    "text": _Known((Tag.TEXT_WITHOUT_LANGUAGE, Tag.TEXT_WITH_LANGUAGE), _is_string, 0, 1023),
    "name": _Known((Tag.NAME_WITHOUT_LANGUAGE, Tag.NAME_WITH_LANGUAGE), _is_string, 0, 255),
    "keyword": _Known((Tag.KEYWORD,), _is_string, 1, 255),
    "uri": _Known((Tag.URI,), _is_string, 0, 1023),
    "uriScheme": _Known((Tag.URI_SCHEME,), _is_string, 1, 63),
    "charset": _Known((Tag.CHARSET,), _is_string, 1, 63),
    "naturalLanguage": _Known((Tag.NATURAL_LANGUAGE,), _is_string, 1, 63),
    "mimeMediaType": _Known((Tag.MIME_MEDIA_TYPE,), _is_string, 0, 255),
    "octetString": _Known((Tag.OCTET_STRING,), _is_octets, 0, 1023),
    "rangeOfInteger": _Known((Tag.RANGE_OF_INTEGER,), _is_range, MIN, MAX),
    "resolution": _Known((Tag.RESOLUTION,), _is_resolution),
    "dateTime": _Known((Tag.DATE_TIME,), _is_datetime),
    "collection": _Known((Tag.BEG_COLLECTION,), _is_collection),
    "no-value": _Known((Tag.NO_VALUE,), _is_nothing),
    "unknown": _Known((Tag.UNKNOWN,), _is_nothing),
}


class Choice(NamedTuple):
    """One syntax with its bounds: numbers, or the length of a string in octets."""

    name: str
    low: int
    high: int

    def allows(self, item: Value) -> bool:
        """Whether tag, type and bounds of a value are right."""
        known = _KNOWN[self.name]
        return item.tag in known.tags and known.check(item.value, self.low, self.high)


class Syntax(NamedTuple):
    """What an attribute may hold: one value or several, each of one of the choices."""

    several: bool
    choices: frozenset[Choice]

    def allows(self, attribute: Attribute) -> bool:
        """Whether the attribute has as many values as it may and each of them fits a choice."""
        values = attribute.values
        # An out-of-band value stands in place of values, never among them.
        single = not self.several or any(item.value is None for item in values)
        if not values or (single and len(values) > 1):
            return False
        return all(any(choice.allows(item) for choice in self.choices) for item in values)


class Row(NamedTuple):
    """An attribute as it is registered: its name, its syntax, the group it belongs to and the document it is from."""

    name: str
    syntax: str
    group: str
    source: str


_CHOICE = re.compile(r"(?:type[123] )?([A-Za-z-]+)(?:\((?:(-?\d+|MIN):)?(-?\d+|MAX)\))?")
_BOUNDS = {"MIN": MIN, "MAX": MAX}


@cache
def parse(syntax: str) -> Syntax:
    """Read a syntax as it is written in a Row; raises ValueError for what is none."""
    several = False
    choices: set[Choice] = set()
    for part in _alternatives(syntax):
        if part.startswith("1setOf "):
            several = True
            inner = part.removeprefix("1setOf ")
            choices |= parse(inner[1:-1] if inner.startswith("(") else inner).choices
        else:
            choices.add(_choice(part))
    return Syntax(several, frozenset(choices))


def _alternatives(syntax: str) -> list[str]:
    """Split at the bars that stand outside parentheses."""
    parts, depth = [""], 0
    for character in syntax:
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _choice(text: str) -> Choice:
    match = _CHOICE.fullmatch(text)
    if match is None or match[1] not in _KNOWN:
        raise ValueError(f"{text!r} is no attribute syntax")
    name, low, high = match.groups()
    known = _KNOWN[name]
    if high is None:
        return Choice(name, known.low, known.high)
    # MAX of a string is the most its syntax allows; of a number, the largest there is.
    upper = known.high if high == "MAX" else int(high)
    return Choice(name, known.low if low is None else _BOUNDS.get(low) or int(low), upper)
