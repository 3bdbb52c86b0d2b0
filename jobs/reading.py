"""How one attribute becomes fields of a ticket: what all readers share; of the world it asks the time alone."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from ipp.codec import encode_attribute
from ipp.errors import EncodeError
from ipp.message import Attribute
from ipp.registry import accepts, find
from ipp.values import DateTime, LanguageString
from jobs.queue import Offer

T = TypeVar("T")
Fields = dict[str, Any]
KEPT = "kept "
"""Before the name of an attribute: the field is the attribute itself, to be told again as it came."""


FARTHEST: Final = 366 * 86_400
"""Seconds from now to the last moment for which anything is kept."""


_TIME: Final = re.compile(r"([01]?[0-9]|2[0-3])(:[0-5][0-9]){1,2}")


def is_time(until: str) -> bool:
    """Whether a job-hold-until is a time of day in UTC, as CUPS's tools write it: HH:MM or HH:MM:SS."""
    return _TIME.fullmatch(until) is not None


class Unsupported(Exception):
    """The value is not one of this queue's. `refused` names the part that is not, `fields` what the rest says."""

    def __init__(self, refused: Attribute | None = None, fields: Fields | None = None) -> None:
        super().__init__(refused)
        self.refused, self.fields = refused, fields or {}


@dataclass(frozen=True, slots=True)
class Reader:
    """How one attribute is read into fields of a ticket."""

    fields: tuple[str, ...]
    read: Callable[[Attribute, Offer], Fields]


def keyword(field: str, allowed: Callable[[Offer], Iterable[str]]) -> Reader:
    """One keyword of those that are allowed."""

    def read(attribute: Attribute, offer: Offer) -> Fields:
        value = single(attribute, str)
        if value not in allowed(offer):
            raise Unsupported
        return {field: value}

    return Reader((field,), read)


def number(field: str, allowed: Callable[[int, Offer], bool]) -> Reader:
    """One integer or enum that is allowed."""

    def read(attribute: Attribute, offer: Offer) -> Fields:
        value = single(attribute, int)
        if not allowed(value, offer):
            raise Unsupported
        return {field: value}

    return Reader((field,), read)


def words(field: str, most: int) -> Reader:
    """A name or text of so many octets, in whatever language."""

    def read(attribute: Attribute, _offer: Offer) -> Fields:
        value = attribute.first
        text = value.text if isinstance(value, LanguageString) else value
        if len(attribute.values) != 1 or not isinstance(text, str) or len(text.encode("utf-8", "replace")) > most:
            raise Unsupported
        return {field: text.encode("utf-8", "replace").decode()}

    return Reader((field,), read)


def moment(field: str) -> Reader:
    """A dateTime, kept as milliseconds of the epoch; none before it, and none farther away than a job may wait."""

    def read(attribute: Attribute, _offer: Offer) -> Fields:
        value = single(attribute, DateTime)
        try:
            seconds = value.to_datetime().timestamp()
        except (ValueError, OverflowError):
            raise Unsupported from None
        if not 0 <= seconds <= time.time() + FARTHEST:
            raise Unsupported
        return {field: int(seconds * 1000)}

    return Reader((field,), read)


def kept(name: str, group: str, most: int = 100) -> Reader:
    """What is only told again: it fits its registered syntax, has at most so many values, and is kept as it came."""

    def read(attribute: Attribute, _offer: Offer) -> Fields:
        row = find(name, group)
        if row is None or not accepts(row, attribute) or len(attribute.values) > most:
            raise Unsupported
        return as_it_came(attribute)

    return Reader((), read)


def as_it_came(attribute: Attribute) -> Fields:
    """The field that keeps an attribute to be told again. Raises Unsupported for what cannot be encoded."""
    try:
        return {KEPT + attribute.name: encode_attribute(attribute).hex()}
    except EncodeError:
        raise Unsupported from None


def single(attribute: Attribute, kind: type[T]) -> T:
    """The one value of an attribute, if it is of that type. Raises Unsupported."""
    value = attribute.values[0].value if len(attribute.values) == 1 else None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Unsupported
    return value


def one_of(attribute: Attribute, allowed: Iterable[str]) -> str:
    """The one value of an attribute, if it is one of those. Raises Unsupported."""
    value = single(attribute, str)
    if value not in allowed:
        raise Unsupported
    return value
