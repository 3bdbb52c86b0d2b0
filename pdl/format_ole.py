"""What an OLE compound file is, told by the names in its directory (MS-CFB 2.6): Word, Excel, PowerPoint.

The directory may lie anywhere; where it is not within the head, the first stream's own beginning is looked at.
"""

import struct

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE = "application/x-ole-storage"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
VISIO = "application/vnd.visio"
PUBLISHER = "application/x-mspublisher"
PROJECT = "application/vnd.ms-project"
OUTLOOK = "application/vnd.ms-outlook"

_STREAMS: tuple[tuple[str, str], ...] = (
    ("PowerPoint Document", PPT),
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book", XLS),
    ("VisioDocument", VISIO),
    ("Quill", PUBLISHER),
    ("__nameid_version1.0", OUTLOOK),
    ("Props9", PROJECT),
)
# How the streams begin that producers write first: Word's FIB (MS-DOC 2.5.2), Excel's BOF (MS-XLS 2.4.21), a
# container of PowerPoint's (MS-PPT 2.4.1).
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\xec\xa5", DOC),
    (b"\xdc\xa5", DOC),
    (b"\x09\x08\x10\0\0\x06\x05\0", XLS),
    (b"\x09\x08\x08\0\0\x05\x05\0", XLS),
    (b"\x0f\0\xe8\x03", PPT),
)
# Types of the pictures that PowerPoint keeps in a stream of their own, and writes first (MS-ODRAW 2.2.23).
_PICTURES = {bytes((kind, 0xF0)) for kind in (*range(0x1A, 0x20), 0x29)}
_DIRECTORY_ENTRY = struct.Struct("<64sHBBIII48x")
_ENTRY = _DIRECTORY_ENTRY.size
_ROOT, _NOBODY = 5, 0xFFFFFFFF
_MOST_ENTRIES = 64


def ole_kind(head: bytes) -> str:
    """MIME type of the compound file that begins with `head`; OLE when nothing in `head` tells."""
    if len(head) < 512:
        return OLE
    (shift,) = struct.unpack_from("<H", head, 30)
    (first,) = struct.unpack_from("<I", head, 48)
    if shift not in {9, 12}:
        return OLE
    # Where the directory lies further on, what earlier saving left in the second sector still tells.
    directory = (first + 1) << shift
    names = _names(head, directory if directory < len(head) else 2 << shift)
    for stream, mime in _STREAMS:
        if stream.upper() in names:
            return mime
    start = head[1 << shift : (1 << shift) + 8]
    if start[2:4] in _PICTURES:
        return PPT
    return next((mime for mark, mime in _BEGINNINGS if start.startswith(mark)), OLE)


def _names(head: bytes, directory: int) -> set[str]:
    """Names of what lies at the top of the file, as far as it is seen: an embedded document has streams too."""
    entries = []
    for at in range(directory, min(directory + _MOST_ENTRIES * _ENTRY, len(head) - _ENTRY + 1), _ENTRY):
        name, length, kind, _, left, right, child = _DIRECTORY_ENTRY.unpack_from(head, at)
        # Its sectors need not lie side by side: what is no entry belongs to something else.
        if length > len(name) or length % 2 or kind > _ROOT:
            break
        entries.append((name[: max(0, length - 2)].decode("utf-16-le", "replace"), left, right, child))
    if not entries:
        return set()
    # Neighbours form a tree, whose root is the child of the first entry.
    found, waiting = set(), {entries[0][3]}
    for _ in entries:
        number = waiting.pop() if waiting else len(entries)
        if number < len(entries):
            name, left, right, _ = entries[number]
            found.add(name.upper())  # they are compared without regard to case
            waiting |= {left, right} - {_NOBODY}
    return found
