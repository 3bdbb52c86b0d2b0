"""Unpack a gzip file (RFC 1952): the sandbox task `unpack`.

Members follow one another and make one document; zeros or other bytes after the last one are no part of it, as gzip
itself holds.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pdl.errors import DocumentRejected, LimitReached
from pdl.inflate import GZIP_WINDOW, inflated
from pdl.limits import MEBIBYTE
from pdl.source import Source
from pdl.window import Window

CHUNK = 256 * 1024
MAGIC = b"\x1f\x8b\x08"
# Deflate packs at most 1032 to 1. White pages come near to that: only what is also large is taken for a bomb.
LARGEST_RATIO = 600
SMALLEST_BOMB = 64 * MEBIBYTE
MOST_MEMBERS = 100_000


def unpack(source: Source, _arguments: Mapping[str, Any], emit: Callable[[bytes], None]) -> dict[str, Any]:
    """Emit what is packed in `source`; its size. DocumentRejected for a damaged file, LimitReached for a bomb."""
    window = Window(source)
    # Zeros before a document are passed over wherever one is read here.
    while window.peek(1) == b"\0":
        window.take(1)
    size = 0
    for _ in range(MOST_MEMBERS):
        for part in _member(window):
            size += len(part)
            if size > SMALLEST_BOMB and size > LARGEST_RATIO * window.offset:
                raise LimitReached("The packed document unpacks to several hundred times its size: it is refused.")
            emit(part)
        if window.peek(len(MAGIC)) != MAGIC:
            return {"size": size}
    raise LimitReached(f"The packed document has more than {MOST_MEMBERS} parts.")


def _member(window: Window) -> Iterator[bytes]:
    """Yield what one member of the file holds, and leave the window behind it."""
    inflate = zlib.decompressobj(GZIP_WINDOW)
    while not inflate.eof:
        packed = window.take(CHUNK)
        if not packed:
            raise DocumentRejected("The packed document is incomplete: its end is missing. Send it again.")
        try:
            yield from inflated(inflate, packed, CHUNK)
        except zlib.error as fault:
            raise DocumentRejected("The packed document is damaged: it cannot be unpacked. Send it again.") from fault
    window.position -= len(inflate.unused_data)
