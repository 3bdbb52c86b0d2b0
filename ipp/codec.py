"""Octets to messages and back (RFC 8010 section 3), without I/O: feed what came, get the message, keep the document.

version (2) | operation-id or status-code (2) | request-id (4) | groups | end-of-attributes (1) | document data
group:      delimiter tag (1) | attributes
attribute:  value tag (1) | name length (2) | name | value length (2) | value
            and again with a name length of 0 for each further value
collection: begCollection | { memberAttrName | value, value... }... | endCollection, all without names
"""

from collections.abc import Generator, Iterable
from struct import Struct
from struct import error as StructError  # noqa: N812
from typing import NamedTuple

from ipp.enums import GroupTag, Tag
from ipp.errors import BadMessage, EncodeError, IppError, TooLarge
from ipp.message import Group, Message
from ipp.values import Attribute, Collection, Value
from ipp.wire import MAX_LENGTH, READERS, read_string, write, write_string

_HEADER = Struct(">BBHi")

_END = GroupTag.END.value
_BEG_COLLECTION = Tag.BEG_COLLECTION.value
_END_COLLECTION = Tag.END_COLLECTION.value
_MEMBER_NAME = Tag.MEMBER_ATTR_NAME.value
_STRUCTURAL = frozenset((_BEG_COLLECTION, _END_COLLECTION, _MEMBER_NAME))
# NamedTuples made without their slow Python __new__: there are thousands in a message.
_tuple = tuple.__new__

_END_OF_ATTRIBUTES = bytes((_END,))
_END_OF_COLLECTION = bytes((_END_COLLECTION, 0, 0, 0, 0))
_BEGIN_OF_MEMBER = bytes((_MEMBER_NAME, 0, 0))


class Limits(NamedTuple):
    """How much of a peer's message we take before we call it too large; document data is not counted."""

    attribute_bytes: int = 1 << 20
    # Values, member attributes and groups together: what bounds the memory that a message can cost.
    values: int = 20_000
    # Collections within collections.
    nesting: int = 8


DEFAULT_LIMITS = Limits()
"""What a server takes from a client it does not know."""


class Decoder:
    """Reads one message from octets that come in pieces of any size; the work is linear in what is fed.

    `feed` gives the message as soon as end-of-attributes was seen; `rest` then has what came after it.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        # Version, code and request-id, as soon as they are there.
        self.header: tuple[tuple[int, int], int, int] | None = None
        # The octets that came along with the message's end: the beginning of the document data.
        self.rest = b""
        self._limits = limits
        self._unread: list[bytes] = []
        self._unread_size = 0
        # Fewer unread octets than this bring us no further: joining them is put off until then.
        self._needed = _HEADER.size
        self._offset = 0
        self._reader = _read_groups(limits)
        next(self._reader)
        self._outcome: Message | IppError | None = None

    @property
    def pending(self) -> int:
        """How many octets of the message have come so far; document data is not counted."""
        return self._offset + self._unread_size

    def feed(self, data: bytes) -> Message | None:
        """Take the next octets; the message once it is complete, else None; raises BadMessage or TooLarge.

        After an error every further call raises it again; after the message there is nothing more to feed.
        """
        if isinstance(self._outcome, IppError):
            raise self._outcome
        if self._outcome is not None:
            raise RuntimeError("the message is complete: what follows is document data")
        if not data:
            return None
        # A bytearray or memoryview is copied: its owner may change it while we still keep it.
        self._unread.append(bytes(data))
        self._unread_size += len(data)
        if self._unread_size < self._needed:
            return None
        octets = self._unread[0] if len(self._unread) == 1 else b"".join(self._unread)
        try:
            return self._advance(octets)
        except IppError as error:
            self._unread.clear()
            self._outcome = error
            raise

    def _advance(self, octets: bytes) -> Message | None:
        """Read as far as `octets`, which is all that is not read yet, reach."""
        start = 0
        if self.header is None:
            major, minor, code, request_id = _HEADER.unpack_from(octets)
            self.header = ((major, minor), code, request_id)
            start = _HEADER.size
        # Nothing beyond the limit is looked at, however much came at once.
        room = self._limits.attribute_bytes - self._offset
        try:
            end, self._needed = self._reader.send((octets, start, min(len(octets), room)))
        except StopIteration as finished:
            end, groups = finished.value
            return self._finish(octets, end, Message(*self.header, groups))
        except IppError as error:
            # The reader counts from the octets it was given.
            raise type(error)(error.reason, error.offset + self._offset) from None
        if len(octets) >= room:
            raise TooLarge(f"the attributes are longer than {self._limits.attribute_bytes} octets", self._offset)
        self._offset += end
        self._unread = [octets[end:]]
        self._unread_size = len(octets) - end
        return None

    def _finish(self, octets: bytes, end: int, message: Message) -> Message:
        self._offset += end
        self._unread = []
        self._unread_size = 0
        self.rest = octets[end:]
        self._outcome = message
        return message


def decode(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[Message, bytes]:
    """Return the message at the start of `data` and the document data after it; raises BadMessage or TooLarge."""
    decoder = Decoder(limits)
    message = decoder.feed(data)
    if message is None:
        raise BadMessage("the message ends before end-of-attributes", len(data))
    return message, decoder.rest


_Piece = tuple[bytes, int, int]
# The attributes of a group or collection; the attribute that may get further values ("" for none); its values.
_Open = tuple[list[Attribute], str, list[Value]]


def _read_groups(limits: Limits) -> Generator[tuple[int, int], _Piece, tuple[int, list[Group]]]:
    """Read groups from pieces sent as (octets, first, stop); yields where it stopped and how much it needs from there.

    A generator, so that it can stop before any field and go on with its state in fast local variables.
    """
    groups: list[Group] = []
    budget = limits.values
    # What is open, as in _Open, and the same of all that encloses it.
    open_: _Open = ([], "", [])
    attributes, name, values = open_
    outer: list[_Open] = []
    octets, at, stop = yield 0, 0
    while True:
        if budget < 0:
            raise TooLarge("the message has too many values", at)
        if at >= stop:
            octets, at, stop = yield at, 1
            continue
        tag = octets[at]
        if tag < 0x10:
            if outer or tag == 0:
                raise BadMessage("a group begins within a collection or has the reserved tag 0", at)
            if values:
                attributes.append(_tuple(Attribute, (name, tuple(values))))
            at += 1
            if tag == _END:
                return at, groups
            attributes, name, values = [], "", []
            groups.append(Group(tag, attributes))
            budget -= 1
            continue
        # The shortest field has 5 octets; more are needed as soon as its lengths say so.
        name_length, value_length, end = 0, 0, at + 5
        if end <= stop:
            name_length = octets[at + 1] << 8 | octets[at + 2]
            name_end = at + 3 + name_length
            end = name_end + 2
            if end <= stop:
                value_length = octets[name_end] << 8 | octets[name_end + 1]
                end += value_length
            if name_length > MAX_LENGTH or value_length > MAX_LENGTH:
                raise BadMessage("the length of a name or value is negative", at)
        if end > stop:
            octets, at, stop = yield at, end - at
            continue
        if name_length:
            if outer or not groups:
                raise BadMessage("an attribute stands before the first group, or named within a collection", at)
            if values:
                attributes.append(_tuple(Attribute, (name, tuple(values))))
            name, values = read_string(octets[at + 3 : name_end]), []
        content = octets[end - value_length : end]
        if tag not in _STRUCTURAL:
            if not name:
                raise BadMessage("a value belongs to no attribute", at)
            values.append(_tuple(Value, (tag, READERS[tag](content))))
        else:
            attributes, name, values = _structure(tag, content, (attributes, name, values), outer, limits.nesting, at)
        budget -= 1
        at = end


def _structure(tag: int, content: bytes, open_: _Open, outer: list[_Open], nesting: int, at: int) -> _Open:
    """Go into a collection, on to its next member, or out of it; what is open then."""
    attributes, name, values = open_
    if tag == _BEG_COLLECTION:
        if content or not name:
            raise BadMessage("a collection belongs to no attribute or does not begin empty", at)
        if len(outer) == nesting:
            raise TooLarge(f"collections are nested more than {nesting} deep", at)
        outer.append(open_)
        return [], "", []
    # A member's name and the end of the collection both end the member before; only the name has octets.
    if not outer or (name and not values) or (tag == _MEMBER_NAME) != bool(content):
        raise BadMessage("a member of a collection has no name or no value", at)
    if values:
        attributes.append(_tuple(Attribute, (name, tuple(values))))
    if content:
        return attributes, read_string(content), []
    enclosing = outer.pop()
    enclosing[2].append(Value(_BEG_COLLECTION, Collection(tuple(attributes))))
    return enclosing


def encode_header(version: tuple[int, int], code: int, request_id: int) -> bytes:
    """Return the 8 octets that begin a message; raises EncodeError for a number out of range."""
    try:
        return _HEADER.pack(*version, code, request_id)
    except StructError:
        raise EncodeError(f"no header can carry version {version}, code {code}, request-id {request_id}") from None


def encode_group_tag(tag: int) -> bytes:
    """Return the octet that begins a group; raises EncodeError for what is no group's tag."""
    if not 0 < tag < 0x10 or tag == _END:
        raise EncodeError(f"{tag:#04x} is no tag of a group")
    return bytes((tag,))


def encode_attribute(attribute: Attribute) -> bytes:
    """Return one attribute of a group with all its values; raises EncodeError for what cannot be carried."""
    parts: list[bytes] = []
    name = _counted(attribute.name)
    _write_values(attribute, name, parts, DEFAULT_LIMITS.nesting)
    return b"".join(parts)


def encode_group(tag: int, attributes: Iterable[Attribute]) -> bytes:
    """Return one group with its attributes; raises EncodeError for what cannot be carried."""
    return encode_group_tag(tag) + b"".join(map(encode_attribute, attributes))


def encode(message: Message) -> bytes:
    """Return the octets of a message, end-of-attributes included; raises EncodeError for what cannot be carried."""
    groups = [encode_group(group.tag, group.attributes) for group in message.groups]
    return join(message.version, message.code, message.request_id, groups)


def join(version: tuple[int, int], code: int, request_id: int, parts: Iterable[bytes]) -> bytes:
    """Return a message from group tags, attributes and groups encoded before; they are taken on trust."""
    return b"".join((encode_header(version, code, request_id), *parts, _END_OF_ATTRIBUTES))


def _counted(name: str) -> bytes:
    """Return a name with its length before it."""
    octets = write_string(name)
    if not 0 < len(octets) <= MAX_LENGTH:
        raise EncodeError(f"an attribute name of {len(octets)} octets; 1 to {MAX_LENGTH} are possible")
    return len(octets).to_bytes(2, "big") + octets


def _write_values(attribute: Attribute, name: bytes, parts: list[bytes], depth: int) -> None:
    """Append the fields of all values to `parts`, the first under `name`."""
    if not attribute.values:
        raise EncodeError(f"the attribute {attribute.name} has no value")
    for tag, value in attribute.values:
        if isinstance(value, Collection) and tag == _BEG_COLLECTION:
            parts += (bytes((tag,)), name, b"\0\0")
            _write_members(value, parts, depth - 1)
        elif tag in _STRUCTURAL or not 0x10 <= tag <= 0xFF:
            raise EncodeError(f"the attribute {attribute.name} has {value!r:.80} under tag {tag:#04x}")
        else:
            octets = write(tag, value)
            parts += (bytes((tag,)), name, len(octets).to_bytes(2, "big"), octets)
        name = b"\0\0"


def _write_members(collection: Collection, parts: list[bytes], depth: int) -> None:
    if depth < 0:
        raise EncodeError(f"collections are nested more than {DEFAULT_LIMITS.nesting} deep")
    for member in collection.attributes:
        parts += (_BEGIN_OF_MEMBER, _counted(member.name))
        _write_values(member, b"\0\0", parts, depth)
    parts.append(_END_OF_COLLECTION)
