"""The values of IPP attributes as Python objects (RFC 8010 section 3.9, RFC 8011 section 5.1)."""

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import NamedTuple, Self

from ipp.enums import STRING_TAGS, Tag


class LanguageString(NamedTuple):
    """A textWithLanguage or nameWithLanguage: the words and the language they are in."""

    text: str
    language: str


class Range(NamedTuple):
    """A rangeOfInteger, both ends included."""

    lower: int
    upper: int


class Resolution(NamedTuple):
    """A resolution across and along the feed, in `units` (3 dots per inch, 4 dots per centimetre)."""

    x: int
    y: int
    units: int = 3


class DateTime(NamedTuple):
    """A dateTime as its 11 octets (RFC 2579 DateAndTime), kept exactly even where they are no real date."""

    octets: bytes

    @property
    def year(self) -> int:
        """The year, 0 to 65535."""
        return self.octets[0] << 8 | self.octets[1]

    @property
    def month(self) -> int:
        """The month, 1 to 12 in a real date."""
        return self.octets[2]

    @property
    def day(self) -> int:
        """The day of the month."""
        return self.octets[3]

    @property
    def hour(self) -> int:
        """The hour, 0 to 23 in a real date."""
        return self.octets[4]

    @property
    def minute(self) -> int:
        """The minute."""
        return self.octets[5]

    @property
    def second(self) -> int:
        """The second; 60 is a leap second."""
        return self.octets[6]

    @property
    def deciseconds(self) -> int:
        """Tenths of a second."""
        return self.octets[7]

    @property
    def utc_offset(self) -> timedelta:
        """How far the clock is ahead of UTC; raises ValueError when the sign octet is neither + nor -."""
        sign = {0x2B: 1, 0x2D: -1}.get(self.octets[8])
        if sign is None:
            raise ValueError("the direction from UTC in a dateTime is neither '+' nor '-'")
        return sign * timedelta(hours=self.octets[9], minutes=self.octets[10])

    def to_datetime(self) -> datetime:
        """Return the aware datetime, a leap second as the second before; raises ValueError for no real date."""
        second = 59 if self.second == 60 else self.second
        zone = timezone(self.utc_offset)
        microsecond = self.deciseconds * 100_000
        return datetime(self.year, self.month, self.day, self.hour, self.minute, second, microsecond, zone)

    @classmethod
    def from_datetime(cls, moment: datetime) -> Self:
        """Return the dateTime of an aware `moment`, to the tenth of a second; raises ValueError for a naive one."""
        offset = moment.utcoffset()
        if offset is None:
            raise ValueError("an IPP dateTime needs a datetime with a time zone")
        hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
        date = (moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond // 100_000)
        sign = b"-" if offset < timedelta(0) else b"+"
        return cls(moment.year.to_bytes(2, "big") + bytes(date) + sign + bytes((hours, minutes)))


class Value(NamedTuple):
    """One value: its tag on the wire, and the Python object of that syntax.

    A value of the wrong length for its tag, and every value of a tag we do not know, stays bytes; an out-of-band
    value is None. So a message is written out as it came in, and the tag alone promises nothing about the type.
    """

    tag: int
    value: object


class Attribute(NamedTuple):
    """A named attribute and its values, at least one, whose tags may differ (1setOf of mixed syntaxes).

    The `first_*` and plural properties give only values whose tag and type are both right: a peer that sends a
    keyword where an integer belongs yields None or nothing, never a surprise.
    """

    name: str
    values: tuple[Value, ...]

    @property
    def first(self) -> object:
        """The first value's Python object, whatever it is."""
        return self.values[0].value if self.values else None

    @property
    def is_out_of_band(self) -> bool:
        """Whether the first value says no-value, unknown, unsupported or the like instead of a value."""
        return bool(self.values) and 0x10 <= self.values[0].tag <= 0x1F

    @property
    def ints(self) -> tuple[int, ...]:
        """The values that are well-formed integers or enums."""
        return tuple(v for tag, v in self.values if tag in _INT_TAGS and isinstance(v, int))

    @property
    def strings(self) -> tuple[str, ...]:
        """The values of any character-string syntax, without their language."""
        return tuple(text for text in map(_as_string, self.values) if text is not None)

    @property
    def collections(self) -> "tuple[Collection, ...]":
        """The values that are collections."""
        return tuple(v for _, v in self.values if isinstance(v, Collection))

    @property
    def first_int(self) -> int | None:
        """The first value if it is a well-formed integer or enum."""
        tag, value = self.values[0] if self.values else _NOTHING
        return value if tag in _INT_TAGS and isinstance(value, int) else None

    @property
    def first_bool(self) -> bool | None:
        """The first value if it is a well-formed boolean."""
        value = self.first
        return value if isinstance(value, bool) else None

    @property
    def first_string(self) -> str | None:
        """The first value if it is of any character-string syntax, without its language."""
        return _as_string(self.values[0]) if self.values else None

    @property
    def first_keyword(self) -> str | None:
        """The first value if it is a keyword."""
        tag, value = self.values[0] if self.values else _NOTHING
        return value if tag == Tag.KEYWORD and isinstance(value, str) else None

    @property
    def first_uri(self) -> str | None:
        """The first value if it is a uri."""
        tag, value = self.values[0] if self.values else _NOTHING
        return value if tag == Tag.URI and isinstance(value, str) else None

    @property
    def first_octets(self) -> bytes | None:
        """The first value if it is an octetString."""
        tag, value = self.values[0] if self.values else _NOTHING
        return value if tag == Tag.OCTET_STRING and isinstance(value, bytes) else None

    @property
    def first_range(self) -> Range | None:
        """The first value if it is a rangeOfInteger; an integer counts as the range of itself alone."""
        number, value = self.first_int, self.first
        return value if isinstance(value, Range) else None if number is None else Range(number, number)

    @property
    def first_resolution(self) -> Resolution | None:
        """The first value if it is a resolution."""
        value = self.first
        return value if isinstance(value, Resolution) else None

    @property
    def first_datetime(self) -> datetime | None:
        """The first value if it is a dateTime and a real date."""
        value = self.first
        if not isinstance(value, DateTime):
            return None
        try:
            return value.to_datetime()
        except ValueError:
            return None

    @property
    def first_collection(self) -> "Collection | None":
        """The first value if it is a collection."""
        value = self.first
        return value if isinstance(value, Collection) else None


class Collection(NamedTuple):
    """A collection: attributes as one value, in the order sent."""

    attributes: tuple[Attribute, ...]

    def get(self, name: str) -> Attribute | None:
        """Return the member attribute of that name, the first if it was sent twice."""
        return find(self.attributes, name)

    def first(self, name: str, default: object = None) -> object:
        """Return the first value's Python object of a member, or `default` where there is no such member."""
        member = find(self.attributes, name)
        return default if member is None else member.first


def find(attributes: Iterable[Attribute], name: str) -> Attribute | None:
    """Return the first attribute of that name."""
    for attribute in attributes:
        if attribute.name == name:
            return attribute
    return None


_INT_TAGS = frozenset((int(Tag.INTEGER), int(Tag.ENUM)))
_NOTHING = Value(-1, None)


def _as_string(item: Value) -> str | None:
    tag, value = item
    if isinstance(value, LanguageString):
        return value.text
    return value if tag in STRING_TAGS and isinstance(value, str) else None
