"""Walk ESC/P-R, the raster language of Epson's printers since 2007, entered out of ESC/P by ESC ( R "ESCPR".

    ESC, class (one letter), length (4 bytes, little-endian), name (4 letters), so many bytes of parameters

The length tells where each command ends, so that pages ("sttp" to "endp") can be counted without doubt. Numbers in
parameters are big-endian. There is no public specification; this is what Epson's own driver for Linux writes.
"""

import numpy as np

from pdl.errors import DocumentRejected
from pdl.escp_page import INCH, Certain, media_of
from pdl.gray import COLOR_THRESHOLD, spread
from pdl.media import UNKNOWN_SIZE
from pdl.report import Sides
from pdl.tally import PageFacts, Tally
from pdl.window import Window

_HEADER = 10
_DPI = {0: 360, 1: 720, 2: 300, 3: 600}
# Pixels are judged so many bytes at a time; a row is not longer than this.
_JUDGED = 96 * 1024
LONGEST_COMMAND = 1024 * 1024
_MONO = 1
_RUN_LENGTHS = 1


class EscPr:
    """The commands of one document, and the pages they make."""

    def __init__(self, tally: Tally, certain: Certain) -> None:
        self._tally = tally
        self._certain = certain
        self._media = UNKNOWN_SIZE
        self._gray = False
        self._palette = False
        self._open = False
        self._rows = 0
        self._blank = True  # as long as the page has no row, or a single one that is white
        self._color = False
        self._pixels = bytearray()
        self._handlers = {b"setq": self._quality, b"setj": self._job, b"sttp": self._start, b"dsnd": self._row}

    def walk(self, window: Window, sides: Sides) -> None:
        """Walk to the end of the commands; DocumentRejected where one or its page is cut off."""
        pending: PageFacts | None = None
        name = b""
        while name != b"endj" and (head := window.peek(_HEADER))[:1] == b"\x1b" and head[1:2].islower():
            window.take(_HEADER)
            name, length = head[6:], int.from_bytes(head[2:6], "little")
            if len(head) < _HEADER or not name.isalpha():
                raise DocumentRejected("The document is damaged: its ESC/P-R has a command of no known form.")
            if name in self._handlers and length <= LONGEST_COMMAND:
                self._handlers[name](_whole(window.take(length), length))
            elif not window.skip(length):
                raise DocumentRejected(_CUT)
            if name == b"endp" and self._open:
                if pending:
                    self._tally.add(pending)
                pending = self._page(sides)
        if self._open or name != b"endj":
            raise DocumentRejected(_CUT)
        self._certain.reason = "page commands"
        if pending and not (sides != "one-sided" and self._tally.pages % 2 and self._blank):
            self._tally.add(pending)
        elif pending:
            # The driver fills the last sheet up with a blank back; so may a document end in a blank page.
            self._certain.pages = False
            self._certain.reason = "page commands, without the blank back of the last sheet"

    def _quality(self, data: bytes) -> None:
        # Kind of paper, quality, colour or mono, brightness, contrast, saturation, colours or palette ...
        self._gray = data[2:3] == bytes((_MONO,))
        self._palette = data[6:7] not in {b"", b"\0"}

    def _job(self, data: bytes) -> None:
        dpi = _DPI.get(data[20] if len(data) > 20 else -1)
        if dpi:
            width, height = (int.from_bytes(data[at : at + 4], "big") * INCH // dpi for at in (0, 4))
            self._media = media_of(width, height)

    def _start(self, _: bytes) -> None:
        self._open = True
        self._color = False
        self._blank = True
        self._rows = 0

    def _row(self, data: bytes) -> None:
        """Look at a row: where it begins (4 bytes), how it is packed, its length (2 bytes), pixels of 3 bytes."""
        self._rows += 1
        self._blank = self._rows == 1 and not data[8:].strip(b"\xff")
        if self._color or self._gray or self._palette:
            return
        self._pixels += _runs(data[7:]) if data[4:5] == bytes((_RUN_LENGTHS,)) else data[7:]
        if len(self._pixels) >= _JUDGED:
            self._judge()

    def _judge(self) -> None:
        pixels = np.frombuffer(bytes(self._pixels[: len(self._pixels) // 3 * 3]), np.uint8).reshape(-1, 3)
        self._pixels.clear()
        found = spread(pixels[:, 0], pixels[:, 1], pixels[:, 2]) >= COLOR_THRESHOLD
        self._color = self._color or bool(found.any())

    def _page(self, sides: Sides) -> PageFacts:
        self._judge()
        self._open = False
        color = None if self._palette and not self._gray and not self._blank else self._color
        return PageFacts(self._media, sides=sides, color=color)


_CUT = "The document is incomplete: the end of its ESC/P-R is missing."


def _whole(data: bytes, length: int) -> bytes:
    if len(data) < length:
        raise DocumentRejected(_CUT)
    return data


def _runs(packed: bytes) -> bytes:
    """The pixels of a packed row, each run of equal ones once."""
    found = bytearray()
    position, end = 0, len(packed)
    while position < end:
        code = packed[position]
        size = 3 * code + 3 if code < 128 else 3
        found += packed[position + 1 : position + 1 + size]
        position += 1 + size
    return bytes(found)
