"""What a ZIP file is, told by its first entries: an office document, XPS, or just some files.

Only the local headers within the head are read (APPNOTE.TXT 4.3.7); names are the producers' own business in XPS, so
the list of content types decides where it can be seen (ECMA-376-2 10.1.2, ECMA-388 9.1).
"""

import re
import struct
import zlib
from collections.abc import Iterator

ZIP = "application/zip"
XPS = "application/vnd.ms-xpsdocument"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"
ODG = "application/vnd.oasis.opendocument.graphics"
VSDX = "application/vnd.ms-visio.drawing"
EPUB = "application/epub+zip"

# What the `mimetype` entry says of the document (OpenDocument 1.3 part 2, 3.3), templates taken with their documents.
_MIMETYPES: tuple[tuple[bytes, str], ...] = (
    (b"application/vnd.oasis.opendocument.text", ODT),
    (b"application/vnd.oasis.opendocument.spreadsheet", ODS),
    (b"application/vnd.oasis.opendocument.presentation", ODP),
    (b"application/vnd.oasis.opendocument.graphics", ODG),
    (b"application/vnd.sun.xml.writer", ODT),
    (b"application/vnd.sun.xml.calc", ODS),
    (b"application/vnd.sun.xml.impress", ODP),
    (b"application/vnd.sun.xml.draw", ODG),
    (b"application/epub+zip", EPUB),
)
# What the content types of a package's main part speak of: documents, macros and templates alike.
_CONTENT_TYPES: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"xps-fixeddocumentsequence|package\.xps-fixed"), XPS),
    (re.compile(rb"wordprocessingml\.(?:document|template)\.main|ms-word\.(?:document|template)\.macro"), DOCX),
    (re.compile(rb"spreadsheetml\.(?:sheet|template)\.main|ms-excel\.(?:sheet|template)\."), XLSX),
    (re.compile(rb"presentationml\.(?:presentation|template|slideshow)\.main|ms-powerpoint\.(?:p|s|t)"), PPTX),
    (re.compile(rb"ms-visio\.(?:drawing|template)\."), VSDX),
)
# Names of entries by which each kind gives itself away where the list of types lies further on.
_NAMES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\.(?:fdseq|fdoc|fpage|fdts|frag)(?:$|/)|^fixeddocseq|^fixeddocumentsequence"), XPS),
    (re.compile(r"^word/"), DOCX),
    (re.compile(r"^xl/"), XLSX),
    (re.compile(r"^ppt/"), PPTX),
    (re.compile(r"^visio/"), VSDX),
    # Where Windows and Ghostscript put pages' pictures and fonts, which may come long before the pages.
    (re.compile(r"^documents/\d+/|^metadata/(?:job|mxdc)\w*_pt\.xml$|^resources/.*\.odttf$"), XPS),
)
MOST_ENTRIES = 200
LARGEST_TYPES = 128 * 1024
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_SIGNATURE = b"PK\x03\x04"
_LENGTHS_FOLLOW = 0x0008
_DEFLATED = 8


def zip_kind(head: bytes) -> str:
    """MIME type of the ZIP file that begins with `head`; ZIP when its first entries do not tell."""
    types, named = b"", ""
    for name, method, data in _entries(head):
        if name == "mimetype":
            said = _inflated(method, data)
            return next((mime for mark, mime in _MIMETYPES if said.startswith(mark)), ZIP)
        # OpenDocument that was packed anew may have lost the entry that names it.
        if name == "meta-inf/manifest.xml":
            said = _inflated(method, data)
            named = next((mime for mark, mime in _MIMETYPES if b'"' + mark in said), named)
        # Parts may be cut in pieces that lie between those of others.
        if name.startswith(("[content_types].xml", "_rels/.rels")) and len(types) < LARGEST_TYPES:
            types += _inflated(method, data).replace(b"\0", b"")
            # "main" types are few; a relationship says as much for XPS.
            found = next((mime for pattern, mime in _CONTENT_TYPES if pattern.search(types)), "")
            if not found and b"/fixedrepresentation" in types:
                found = XPS
            if found:
                return found
        named = named or next((mime for pattern, mime in _NAMES if pattern.search(name)), "")
    return named or ZIP


def _entries(head: bytes) -> Iterator[tuple[str, int, bytes]]:
    """Yield name (lower case, without a leading slash), method and packed bytes of the entries within `head`."""
    at = 0
    for _ in range(MOST_ENTRIES):
        if at < 0 or len(head) - at < _LOCAL.size:
            return
        signature, _, flags, method, _, _, _, packed, _, name_length, extra_length = _LOCAL.unpack_from(head, at)
        if signature != _SIGNATURE:
            return
        start = at + _LOCAL.size + name_length + extra_length
        name = head[at + _LOCAL.size : at + _LOCAL.size + name_length].decode("utf-8", "replace")
        if flags & _LENGTHS_FOLLOW and not packed:
            # How long it is stands behind it: the next header is looked for instead.
            following = head.find(_SIGNATURE, start)
            end = following if following >= 0 else len(head)
        else:
            following = end = start + packed
        yield name.replace("\\", "/").lstrip("/").lower(), method, head[start:end]
        at = following


def _inflated(method: int, data: bytes) -> bytes:
    if method != _DEFLATED:
        return data[:LARGEST_TYPES]
    try:
        return zlib.decompressobj(-15).decompress(data, LARGEST_TYPES)
    except zlib.error:
        return b""
