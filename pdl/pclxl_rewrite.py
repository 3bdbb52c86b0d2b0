"""Change copies, sides and the pages that print in a PCL XL stream: the attributes of BeginPage and EndPage.

HP "PCL XL Feature Reference" 2.0: SimplexPageMode, DuplexPageMode, DuplexPageSide; PageCopies, of which 0 prints none.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pdl import pclxl_tokens as xl
from pdl.errors import DocumentRejected
from pdl.pclxl_count import BACK, DUPLEX_PAGE_MODE, DUPLEX_PAGE_SIDE, FRONT, PAGE_COPIES, SIMPLEX_PAGE_MODE
from pdl.pclxl_tokens import Attributes, Tokens, Value, damaged, incomplete, skipping
from pdl.report import Sides
from pdl.source import Source
from pdl.window import CHUNK, Window

Emit = Callable[[bytes], None]

_UBYTE, _UINT16 = 0xC0, 0xC1
_SIDES = (SIMPLEX_PAGE_MODE, DUPLEX_PAGE_MODE, DUPLEX_PAGE_SIDE)
_OPERATORS = frozenset({xl.BEGIN_SESSION, xl.END_SESSION, xl.BEGIN_PAGE, xl.END_PAGE, xl.EXEC_STREAM, xl.VENDOR_UNIQUE})
_REST = skipping(bytes(sorted(set(range(0x41, 0xC0)) - _OPERATORS)))


@dataclass(frozen=True, slots=True)
class PageWishes:
    """What pages shall become; None or () leaves it. `ranges` of page numbers from 1, first and last, rising."""

    copies: int | None = None
    sides: Sides | None = None
    ranges: Sequence[tuple[int, int]] = ()


class PageWriter:
    """Rewrites the streams of one job, whose pages are numbered through; `hidden` when pages were out of reach."""

    def __init__(self, source: Source, emit: Emit, wishes: PageWishes) -> None:
        self.hidden = False
        self._source = source
        self._emit = emit
        self._wishes = wishes
        self._page = 0
        self._in_session = False
        self._in_page = False
        self._printed = 0  # of the sheets' sides in this session
        self._sides: Sides = "one-sided"

    def stream(self, window: Window, sides: Sides) -> None:
        """Rewrite the stream at the window's position to its end; `sides` are those it takes for granted.

        DocumentRejected when it is damaged or ends within a page.
        """
        done = window.offset
        self._in_session = self._in_page = False
        tokens = Tokens(window)
        while True:
            operator = tokens.next(_REST)
            if operator == xl.DATA:
                if not window.skip(tokens.length):
                    raise incomplete()
            elif operator == xl.STOP and not self._in_session and xl.HEADER.match(window.peek(32)):
                tokens.header()
            elif operator in {xl.END, xl.STOP}:
                break
            elif operator in {xl.BEGIN_PAGE, xl.END_PAGE}:
                self._copy(done, tokens.start)
                change = self._begin if operator == xl.BEGIN_PAGE else self._end
                self._emit(encoded(change(dict(tokens.attributes), tokens.order)) + bytes((operator,)))
                done = window.offset
            elif operator in {xl.BEGIN_SESSION, xl.END_SESSION} and self._in_page:
                raise incomplete()
            elif operator == xl.BEGIN_SESSION:
                self._in_session = True
                self._printed = 0
                self._sides = sides
            elif operator == xl.END_SESSION:
                self._in_session = False
            elif operator == xl.EXEC_STREAM and not self._in_page:
                self.hidden = True
        if self._in_page:
            raise incomplete()
        if operator == xl.STOP and self._in_session and window.peek(9) != xl.UEL:
            raise damaged(window.offset)
        self._copy(done, window.offset)

    def _begin(self, attributes: Attributes, order: str) -> Attributes:
        if self._in_page:
            raise DocumentRejected("The document is damaged: a page begins before the one before it ends.")
        self._in_page = True
        self._page += 1
        wishes = self._wishes
        if SIMPLEX_PAGE_MODE in attributes:
            self._sides = "one-sided"
        elif DUPLEX_PAGE_MODE in attributes:
            self._sides = "two-sided-long-edge" if attributes[DUPLEX_PAGE_MODE].number else "two-sided-short-edge"
        if not wishes.sides and not wishes.ranges:
            return attributes
        sides = wishes.sides or self._sides
        kept = {name: value for name, value in attributes.items() if name not in _SIDES}
        if sides == "one-sided":
            return kept | {SIMPLEX_PAGE_MODE: _ubyte(0, order)}
        # Fronts and backs in turn, of the pages that print: the stream's own would leave gaps.
        return kept | {
            DUPLEX_PAGE_MODE: _ubyte(int(sides == "two-sided-long-edge"), order),
            DUPLEX_PAGE_SIDE: _ubyte(BACK if self._printed % 2 else FRONT, order),
        }

    def _end(self, attributes: Attributes, order: str) -> Attributes:
        if not self._in_page:
            raise DocumentRejected("The document is damaged: a page ends that has not begun.")
        self._in_page = False
        copies = attributes[PAGE_COPIES].number if PAGE_COPIES in attributes else None
        if copies != 0 and self._wishes.copies is not None:
            copies = self._wishes.copies
        if self._wishes.ranges and not any(first <= self._page <= last for first, last in self._wishes.ranges):
            copies = 0
        self._printed += copies != 0
        if copies is None:
            return attributes
        return attributes | {PAGE_COPIES: Value(_UINT16, struct.pack(f"{order}H", min(copies, 0xFFFF)), order)}

    def _copy(self, start: int, end: int) -> None:
        for offset in range(start, end, CHUNK):
            self._emit(self._source.pread(offset, min(CHUNK, end - offset)))


def _ubyte(number: int, order: str) -> Value:
    return Value(_UBYTE, bytes((number,)), order)


def encoded(attributes: Attributes) -> bytes:
    """Write the attributes as tokens, each value as it was."""
    out = bytearray()
    for name, value in attributes.items():
        out.append(value.tag)
        if 0xC8 <= value.tag <= 0xCD:
            count = len(value.raw) // struct.calcsize("=" + "BHIhif"[value.tag & 7])
            out += b"\xc2" + struct.pack(f"{value.order}I", count)
        out += value.raw
        out += b"\xf8" + bytes((name,)) if name < 256 else b"\xf9" + struct.pack(f"{value.order}H", name)
    return bytes(out)
