"""ZIP files read within bounds (PKWARE APPNOTE 6.3): the packages of XPS, and nothing that unpacks without end.

The table of contents at the end is believed for where members lie, and for nothing else: every member is
unpacked in pieces, and all of them together only up to a limit.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pdl.errors import DocumentRejected, LimitReached, PasswordNeeded
from pdl.limits import MEBIBYTE
from pdl.source import Source

MOST_MEMBERS = 400_000
LARGEST_TABLE = 96 * MEBIBYTE
MOST_UNPACKED = 1536 * MEBIBYTE
PIECE = 256 * 1024

STORED, DEFLATED = 0, 8

# Signature, disks (2), entries here, entries, size and offset of the table, length of the comment (4.3.16).
_END = struct.Struct("<4s4H2LH")
_END_MAGIC = b"PK\5\6"
_LONGEST_COMMENT = 65535
# Signature, disk, offset of the zip64 end, disks (4.3.15); then of that: up to its offset of the table (4.3.14).
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
# A row of the table (4.3.12): fields up to the name, and the head of a member (4.3.7).
_ROW = struct.Struct("<4s6H3L5H2L")
_HEAD = struct.Struct("<4s5H3L2H")
_ENCRYPTED, _UTF8 = 0x1, 0x800
_ZIP64_FIELD = 1
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF

_DAMAGED = "The document is a ZIP file that is damaged: {}. Print it again from the application."


@dataclass(frozen=True, slots=True)
class Member:
    """One file within the ZIP file: where its head lies, how it is packed, and its sizes in bytes."""

    name: str
    offset: int
    method: int
    encrypted: bool
    packed: int
    size: int
    checksum: int


class Archive:
    """A ZIP file's members in the order of its table; DocumentRejected when there is no such table."""

    def __init__(self, source: Source, most: int = MOST_UNPACKED) -> None:
        self._source = source
        self._left = most
        self.members = tuple(_members(source))

    def pieces(self, member: Member) -> Iterator[bytes]:
        """Unpack `member`, 256 KiB or less at a time.

        DocumentRejected when it is damaged or packed in an unknown way, PasswordNeeded when encrypted,
        LimitReached when the members unpacked so far are larger together than any document's.
        """
        if member.encrypted:
            raise PasswordNeeded("The document is an encrypted ZIP file. Print it from a program that opens it.")
        if member.method not in {STORED, DEFLATED}:
            raise damaged(f"{member.name[:80]!r} is packed in an unknown way ({member.method})")
        checksum = 0
        for piece in self._stored(member) if member.method == STORED else self._inflated(member):
            self._left -= len(piece)
            if self._left < 0:
                raise LimitReached("The document unpacks to more than any document should.")
            checksum = zlib.crc32(piece, checksum)
            yield piece
        if checksum != member.checksum:
            raise damaged(f"the check sum of {member.name[:80]!r} is wrong")

    def _packed(self, member: Member) -> Iterator[bytes]:
        head = self._source.pread(member.offset, _HEAD.size)
        if len(head) < _HEAD.size or not head.startswith(b"PK\3\4"):
            raise damaged(f"{member.name[:80]!r} is not where the table says")
        # The lengths of name and extra field may differ from those in the table.
        start = member.offset + _HEAD.size + sum(_HEAD.unpack(head)[-2:])
        for at in range(start, start + member.packed, PIECE):
            piece = self._source.pread(at, min(PIECE, start + member.packed - at))
            if not piece:
                raise damaged("it ends too early")
            yield piece

    def _stored(self, member: Member) -> Iterator[bytes]:
        return self._packed(member)

    def _inflated(self, member: Member) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for piece in self._packed(member):
                waiting = piece
                # A kilobyte may become a megabyte: what does not fit into a piece waits packed.
                while waiting and not unpacker.eof:
                    if made := unpacker.decompress(waiting, PIECE):
                        yield made
                    waiting = unpacker.unconsumed_tail
                if unpacker.eof:
                    break
            while not unpacker.eof and (made := unpacker.decompress(unpacker.unconsumed_tail, PIECE)):
                yield made
        except zlib.error as fault:
            raise damaged(f"{member.name[:80]!r} cannot be unpacked") from fault
        if not unpacker.eof:
            raise damaged(f"{member.name[:80]!r} ends too early")


def damaged(words: str) -> DocumentRejected:
    """Make the error of a ZIP file that cannot be read."""
    return DocumentRejected(_DAMAGED.format(words))


def _members(source: Source) -> Iterator[Member]:
    count, start, size, shift = _table(source)
    if count > MOST_MEMBERS or size > LARGEST_TABLE:
        raise LimitReached(f"The document is a ZIP file of {count} members: more than are accepted.")
    table = source.pread(start, size)
    at = 0
    for _ in range(count):
        if len(table) - at < _ROW.size or table[at : at + 4] != b"PK\1\2":
            raise damaged("its table of contents ends too early")
        row = _ROW.unpack_from(table, at)
        flags, method, checksum, packed, unpacked = row[3], row[4], row[7], row[8], row[9]
        name_length, extra_length, comment_length, offset = row[10], row[11], row[12], row[16]
        name = table[at + _ROW.size : at + _ROW.size + name_length]
        extra = table[at + _ROW.size + name_length : at + _ROW.size + name_length + extra_length]
        unpacked, packed, offset = _zip64(extra, unpacked, packed, offset)
        at += _ROW.size + name_length + extra_length + comment_length
        yield Member(
            name.decode("utf-8" if flags & _UTF8 else "latin-1", "replace"),
            *(offset + shift, method, bool(flags & _ENCRYPTED), packed, unpacked, checksum),
        )


def _table(source: Source) -> tuple[int, int, int, int]:
    """Find members, start and size of the table of contents, and how far what precedes the ZIP file shifts it."""
    tail_start = max(0, source.size - _END.size - _LONGEST_COMMENT)
    tail = source.pread(tail_start, source.size - tail_start)
    at = tail.rfind(_END_MAGIC)
    if at < 0 or len(tail) - at < _END.size:
        raise damaged("its table of contents is missing")
    *_, count, size, offset, _ = _END.unpack_from(tail, at)
    end = tail_start + at
    if count == _FULL16 or _FULL32 in (size, offset):
        locator = source.pread(max(0, end - _LOCATOR.size), _LOCATOR.size)
        if len(locator) == _LOCATOR.size and locator.startswith(b"PK\6\7"):
            end64 = _LOCATOR.unpack(locator)[2]
            record = source.pread(end64, _END64.size)
            if len(record) < _END64.size or not record.startswith(b"PK\6\6"):
                raise damaged("its table of contents is missing")
            *_, count, size, offset = _END64.unpack(record)
            end = end64
    start = end - size
    if start < 0:
        raise damaged("its table of contents is missing")
    # Bytes before the first member (a driver's zeros) shift everything the table says.
    return count, start, size, start - offset if start > offset else 0


def _zip64(extra: bytes, unpacked: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Take from the zip64 field (4.5.3) those numbers that did not fit into the row, in this order."""
    numbers = [unpacked, packed, offset]
    if _FULL32 not in numbers:
        return unpacked, packed, offset
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == _ZIP64_FIELD:
            field = extra[at + 4 : at + 4 + length]
            for index, number in enumerate(numbers):
                if number == _FULL32 and len(field) >= 8:
                    numbers[index] = int.from_bytes(field[:8], "little")
                    field = field[8:]
        at += 4 + length
    return numbers[0], numbers[1], numbers[2]
