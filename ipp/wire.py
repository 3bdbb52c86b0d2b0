"""The octets of one value, for each syntax: a table of tag to how it is read and written (RFC 8010 section 3.9).

Reading never fails: octets that do not fit their tag stay bytes, so that they can be written out unchanged.
"""

from collections.abc import Callable
from operator import methodcaller
from struct import Struct
from struct import error as StructError  # noqa: N812

from ipp.enums import STRING_TAGS, Tag
from ipp.errors import EncodeError
from ipp.values import DateTime, LanguageString, Range, Resolution

MAX_LENGTH = 0x7FFF
"""The most octets a name or a value can have: lengths are SIGNED-SHORT."""

_INTEGER = Struct(">i")
_RANGE = Struct(">ii")
_RESOLUTION = Struct(">iib")
_BOOLEANS = {b"\x00": False, b"\x01": True}


read_string: Callable[[bytes], str] = methodcaller("decode", "utf-8", "surrogateescape")
"""UTF-8 as str; octets that are no UTF-8 become surrogates and so are not lost."""


def write_string(text: str) -> bytes:
    """Return the octets of `text`, with surrogates turned back into what they were read from."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise EncodeError("the text has a lone surrogate, which UTF-8 cannot carry") from None


def _read_integer(octets: bytes) -> object:
    return int.from_bytes(octets, "big", signed=True) if len(octets) == 4 else octets


def _read_boolean(octets: bytes) -> object:
    # Only 0 and 1 are booleans; any other octet would not come out again as it went in.
    return _BOOLEANS.get(octets, octets)


def _read_range(octets: bytes) -> object:
    return Range(*_RANGE.unpack(octets)) if len(octets) == 8 else octets


def _read_resolution(octets: bytes) -> object:
    return Resolution(*_RESOLUTION.unpack(octets)) if len(octets) == 9 else octets


def _read_datetime(octets: bytes) -> object:
    return DateTime(octets) if len(octets) == 11 else octets


def _read_with_language(octets: bytes) -> object:
    # length of language | language | length of text | text
    language_end = 2 + int.from_bytes(octets[:2], "big")
    text_start = language_end + 2
    text_length = int.from_bytes(octets[language_end:text_start], "big")
    # The two lengths must fill the value exactly, or it could not be written out again.
    if text_start + text_length != len(octets):
        return octets
    return LanguageString(read_string(octets[text_start:]), read_string(octets[2:language_end]))


def _read_nothing(octets: bytes) -> object:
    return octets or None


def _write_integer(value: object) -> bytes:
    # A bool is an int to Python, but here it is a mistake: boolean has a tag of its own.
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("an int")
    return _INTEGER.pack(value)


def _write_boolean(value: object) -> bytes:
    if not isinstance(value, bool):
        raise TypeError("a bool")
    return b"\x01" if value else b"\x00"


def _write_range(value: object) -> bytes:
    if not isinstance(value, Range):
        raise TypeError("a Range")
    return _RANGE.pack(*value)


def _write_resolution(value: object) -> bytes:
    if not isinstance(value, Resolution):
        raise TypeError("a Resolution")
    return _RESOLUTION.pack(*value)


def _write_datetime(value: object) -> bytes:
    if not isinstance(value, DateTime) or len(value.octets) != 11:
        raise TypeError("a DateTime of 11 octets")
    return value.octets


def _write_with_language(value: object) -> bytes:
    if not isinstance(value, LanguageString):
        raise TypeError("a LanguageString")
    language, text = write_string(value.language), write_string(value.text)
    if 4 + len(language) + len(text) > MAX_LENGTH:
        raise EncodeError(f"a value is longer than {MAX_LENGTH} octets")
    return len(language).to_bytes(2, "big") + language + len(text).to_bytes(2, "big") + text


def _write_nothing(value: object) -> bytes:
    if value is not None:
        raise TypeError("None, since the tag is out-of-band")
    return b""


def _write_text(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError("a str")
    return write_string(value)


_READ: dict[int, Callable[[bytes], object]] = {
    **dict.fromkeys(range(0x10, 0x20), _read_nothing),
    Tag.INTEGER.value: _read_integer,
    Tag.BOOLEAN.value: _read_boolean,
    Tag.ENUM.value: _read_integer,
    Tag.DATE_TIME.value: _read_datetime,
    Tag.RESOLUTION.value: _read_resolution,
    Tag.RANGE_OF_INTEGER.value: _read_range,
    Tag.TEXT_WITH_LANGUAGE.value: _read_with_language,
    Tag.NAME_WITH_LANGUAGE.value: _read_with_language,
    **dict.fromkeys(STRING_TAGS, read_string),
}

READERS: tuple[Callable[[bytes], object], ...] = tuple(_READ.get(tag, bytes) for tag in range(0x100))
"""How the octets of a value become a Python object, by tag; they stay bytes for a tag that we do not know."""

_WRITE: dict[int, Callable[[object], bytes]] = {
    **dict.fromkeys(range(0x10, 0x20), _write_nothing),
    Tag.INTEGER.value: _write_integer,
    Tag.BOOLEAN.value: _write_boolean,
    Tag.ENUM.value: _write_integer,
    Tag.DATE_TIME.value: _write_datetime,
    Tag.RESOLUTION.value: _write_resolution,
    Tag.RANGE_OF_INTEGER.value: _write_range,
    Tag.TEXT_WITH_LANGUAGE.value: _write_with_language,
    Tag.NAME_WITH_LANGUAGE.value: _write_with_language,
    **dict.fromkeys(STRING_TAGS, _write_text),
}


def write(tag: int, value: object) -> bytes:
    """Return the octets of a value under `tag`; bytes go out as they are; raises EncodeError for what does not fit."""
    if isinstance(value, bytes):
        octets = value
    elif (writer := _WRITE.get(tag)) is None:
        raise EncodeError(f"a value with tag {tag:#04x} must be bytes, not {type(value).__name__}")
    else:
        try:
            octets = writer(value)
        except TypeError as wanted:
            raise EncodeError(f"a value with tag {tag:#04x} must be {wanted}, not {value!r:.80}") from None
        except StructError:
            raise EncodeError(f"{value!r:.80} has a number out of the range of tag {tag:#04x}") from None
    if len(octets) > MAX_LENGTH:
        raise EncodeError(f"a value of {len(octets)} octets is longer than {MAX_LENGTH}")
    return octets
