"""Where a language ends that is not read to its end here: PDF, PostScript, and what only the printer understands."""

import re
from collections.abc import Iterator

from pdl.source import Source

UEL = b"\x1b%-12345X"
CHUNK = 1024 * 1024
# A trailer is a few lines of PJL.
LONGEST_TRAILER = 16 * 1024

_AFTER_EOF = re.compile(rb"%%EOF\s*\x1b%-12345X")
_OVERLAP = 256
_TRAILER = re.compile(rb"(?:\x1b%-12345X(?:[\0\s\x04]*@PJL[^\x1b\n]{0,1000}(?:\n|$))*[\0\s\x04]*)+\Z", re.IGNORECASE)


def pdf_end(source: Source, start: int) -> int:
    """Find the UEL that follows the %%EOF of the PDF at `start`, or what else ends it (ISO 32000-1 7.5.5)."""
    for offset, data in _stretches(source, start):
        if found := _AFTER_EOF.search(data):
            return offset + found.end() - len(UEL)
    return rest_end(source, start)


def postscript_end(source: Source, start: int) -> int:
    """Find the UEL after the PostScript at `start`: printers watch for it in all that a program reads."""
    for offset, data in _stretches(source, start):
        at = data.find(UEL)
        if at >= 0:
            return offset + at
    return source.size


def rest_end(source: Source, start: int) -> int:
    """Find the trailer of UEL and PJL that ends the document, or its end: nothing is looked for in between."""
    begin = max(start, source.size - LONGEST_TRAILER)
    tail = source.pread(begin, source.size - begin)
    at = tail.find(UEL)
    while at >= 0:
        if _TRAILER.match(tail, at):
            return begin + at
        at = tail.find(UEL, at + 1)
    return source.size


def _stretches(source: Source, start: int) -> Iterator[tuple[int, bytes]]:
    """Yield offsets and stretches that overlap: what is sought lies whole in one of them."""
    for offset in range(start, source.size, CHUNK):
        yield offset, source.pread(offset, CHUNK + _OVERLAP)


def holds(source: Source, start: int, end: int, words: tuple[bytes, ...]) -> bool:
    """Whether any of `words` stands between `start` and `end`."""
    for offset, data in _stretches(source, start):
        if offset >= end:
            return False
        stretch = data[: end - offset]
        if any(word in stretch for word in words):
            return True
    return False
