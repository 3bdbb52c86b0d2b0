"""Short constructors of attributes, one for each syntax; texts that are too long are clipped to their maximum.

`build.keyword("sides-supported", "one-sided", "two-sided-long-edge")` is a 1setOf keyword with two values.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from ipp.enums import Tag
from ipp.values import Attribute, Collection, DateTime, LanguageString, Range, Resolution, Value

# The most octets of each syntax (RFC 8011 section 5.1).
MAX_TEXT = 1023
MAX_NAME = 255
MAX_KEYWORD = 255
MAX_URI = 1023
MAX_URI_SCHEME = 63
MAX_CHARSET = 63
MAX_LANGUAGE = 63
MAX_MIME = 255


def clip(text: str, octets: int) -> str:
    """Return as much of `text` as fits into so many octets of UTF-8, never half a character."""
    if text.isascii() and len(text) <= octets:
        return text
    # Surrogates that stand for foreign octets stay; any other could not be sent and becomes a question mark.
    try:
        encoded = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        encoded = text.encode("utf-8", "replace")
    end = min(len(encoded), octets)
    # A character has at most three further octets; a longer run of them is no UTF-8 and may be cut anywhere.
    for start in range(end, max(end - 4, -1), -1):
        if start == len(encoded) or encoded[start] & 0xC0 != 0x80:
            end = start
            break
    return encoded[:end].decode("utf-8", "surrogateescape")


def _attribute(attribute: str, tag: Tag, values: Iterable[object]) -> Attribute:
    # The plain number: a message built here then equals the same message read from the wire in every respect.
    number = tag.value
    return Attribute(attribute, tuple(Value(number, value) for value in values))


def _clipped(attribute: str, tag: Tag, octets: int, values: Iterable[str]) -> Attribute:
    return _attribute(attribute, tag, (clip(value, octets) for value in values))


def _words(
    attribute: str, plain: Tag, with_language: Tag, octets: int, values: Iterable[str | LanguageString]
) -> Attribute:
    made = (
        Value(with_language.value, LanguageString(clip(value.text, octets), clip(value.language, MAX_LANGUAGE)))
        if isinstance(value, LanguageString)
        else Value(plain.value, clip(value, octets))
        for value in values
    )
    return Attribute(attribute, tuple(made))


def integer(attribute: str, *values: int) -> Attribute:
    """Build an attribute of integers, each of 32 bits."""
    return _attribute(attribute, Tag.INTEGER, map(int, values))


def boolean(attribute: str, *values: bool) -> Attribute:
    """Build an attribute of booleans."""
    return _attribute(attribute, Tag.BOOLEAN, values)


def enum(attribute: str, *values: int) -> Attribute:
    """Build an attribute of enums, from the members of an enum or plain numbers."""
    return _attribute(attribute, Tag.ENUM, map(int, values))


def keyword(attribute: str, *values: str) -> Attribute:
    """Build an attribute of keywords."""
    return _clipped(attribute, Tag.KEYWORD, MAX_KEYWORD, values)


def uri(attribute: str, *values: str) -> Attribute:
    """Build an attribute of URIs."""
    return _clipped(attribute, Tag.URI, MAX_URI, values)


def uri_scheme(attribute: str, *values: str) -> Attribute:
    """Build an attribute of URI schemes."""
    return _clipped(attribute, Tag.URI_SCHEME, MAX_URI_SCHEME, values)


def text(attribute: str, *values: str | LanguageString) -> Attribute:
    """Build an attribute of texts, each with or without its language."""
    return _words(attribute, Tag.TEXT_WITHOUT_LANGUAGE, Tag.TEXT_WITH_LANGUAGE, MAX_TEXT, values)


def name(attribute: str, *values: str | LanguageString) -> Attribute:
    """Build an attribute of names, each with or without its language."""
    return _words(attribute, Tag.NAME_WITHOUT_LANGUAGE, Tag.NAME_WITH_LANGUAGE, MAX_NAME, values)


def mime(attribute: str, *values: str) -> Attribute:
    """Build an attribute of mimeMediaTypes."""
    return _clipped(attribute, Tag.MIME_MEDIA_TYPE, MAX_MIME, values)


def charset(attribute: str, *values: str) -> Attribute:
    """Build an attribute of charsets."""
    return _clipped(attribute, Tag.CHARSET, MAX_CHARSET, values)


def language(attribute: str, *values: str) -> Attribute:
    """Build an attribute of naturalLanguages."""
    return _clipped(attribute, Tag.NATURAL_LANGUAGE, MAX_LANGUAGE, values)


def octets(attribute: str, *values: bytes) -> Attribute:
    """Build an attribute of octetStrings."""
    return _attribute(attribute, Tag.OCTET_STRING, values)


def datetime_(attribute: str, *values: datetime | DateTime) -> Attribute:
    """Build an attribute of dateTimes; raises ValueError for a datetime without a time zone."""
    moments = (v if isinstance(v, DateTime) else DateTime.from_datetime(v) for v in values)
    return _attribute(attribute, Tag.DATE_TIME, moments)


def resolution(attribute: str, *values: Resolution) -> Attribute:
    """Build an attribute of resolutions."""
    return _attribute(attribute, Tag.RESOLUTION, values)


def range_(attribute: str, *values: Range) -> Attribute:
    """Build an attribute of rangeOfIntegers."""
    return _attribute(attribute, Tag.RANGE_OF_INTEGER, values)


def collection(attribute: str, *values: Sequence[Attribute] | Collection) -> Attribute:
    """Build an attribute of collections, each from its member attributes."""
    made = (v if isinstance(v, Collection) else Collection(tuple(v)) for v in values)
    return _attribute(attribute, Tag.BEG_COLLECTION, made)


def out_of_band(attribute: str, tag: Tag) -> Attribute:
    """Build an attribute that has an out-of-band value, such as unsupported, instead of a value."""
    return _attribute(attribute, tag, (None,))


def no_value(attribute: str) -> Attribute:
    """Build an attribute that says no-value."""
    return out_of_band(attribute, Tag.NO_VALUE)


def unknown(attribute: str) -> Attribute:
    """Build an attribute that says unknown."""
    return out_of_band(attribute, Tag.UNKNOWN)
