"""Walk a document in ESC/P, ESC/P 2 or an IBM-like dialect, and move the paper as the printer would.

Commands and the number of bytes after each: Epson, "ESC/P Reference Manual" (1997), section "Command summary"; raster
of later printers (ESC i, ESC ( r with two bytes) as their drivers write it.
"""

import re
from collections.abc import Callable

from pdl.errors import DocumentRejected
from pdl.escp_page import INCH, Paper
from pdl.escpr import EscPr
from pdl.window import Window

ESC, FS = 0x1B, 0x1C
# No command but its data is longer than this.
HEAD = 64
MOST_TABS = 64
LONGEST_RUN = 130
INCOMPLETE = "The document is incomplete: it ends within a command of its ESC/P."
LONGEST_LINE = 256

_TEXT = re.compile(rb"[\x20-\x7e\x80-\xff]+")
_EJL = b"@EJL"

# After ESC: how many bytes belong to the command, where it is not among the handlers below.
_PARAMETERS = {
    **dict.fromkeys(b" !%-/INQRSTUWahjklpqstwxy_\x19", 1),
    **dict.fromkeys(b"$\\?cef", 2),
    **dict.fromkeys(b":X", 3),
}
_NO_PARAMETERS = frozenset(b"\n\x0e\x0f#4567<=>EFGHMOPT89gu~z\r")
_FS_PARAMETERS = {**dict.fromkeys(b"-!ACEFIVWrxs", 1), **dict.fromkeys(b"ST", 2), ord("2"): 74, ord("Z"): 0}

# ESC * m: bytes of one column of dots.
_COLUMN = {**dict.fromkeys(range(8), 1), **dict.fromkeys((32, 33, 38, 39, 40), 3), **dict.fromkeys(range(64, 74), 6)}


class Walk:
    """One pass over a document."""

    def __init__(self, window: Window, paper: Paper) -> None:
        self._window = window
        self._paper = paper
        self._color = 0
        self._graphics = False
        self._fine = False  # 24 pins and more: units of 1/180 inch
        self._spacing = INCH // 6
        self._unit = INCH // 360
        self._top = 0
        # Commands nobody described: what follows one may be read amiss.
        self.unknown = 0
        self.remote_duplex = False
        self._escpr = EscPr(paper.tally, paper.certain)
        self._commands: dict[int, Callable[[], None]] = {
            ord("@"): self._reset,
            ord("0"): lambda: self._space(INCH // 8),
            ord("1"): lambda: self._space(7 * INCH // 72),
            ord("2"): lambda: self._space(INCH // 6),
            ord("3"): lambda: self._space(self._byte() * INCH // (180 if self._fine else 216)),
            ord("+"): lambda: self._space(self._byte() * INCH // 360),
            ord("A"): lambda: self._space(self._byte() * INCH // (60 if self._fine else 72)),
            ord("J"): lambda: self._paper.feed(self._byte() * INCH // (180 if self._fine else 216)),
            ord("j"): lambda: self._paper.feed(-self._byte() * INCH // 216),
            ord("C"): self._page_length,
            ord("r"): self._choose_color,
            ord("B"): self._tabs,
            ord("D"): self._tabs,
            ord("b"): self._channel_tabs,
            ord("*"): self._columns,
            **dict.fromkeys(b"KLYZ", self._eight_pins),
            ord("^"): self._nine_pins,
            ord("&"): self._define,
            ord("("): self._extended,
            ord("."): self._raster,
            ord("i"): self._ink_raster,
            ord("["): self._ibm,
            ord("f"): self._skip_lines,
            0x01: self._ejl,
            0x0C: self._paper.eject,
            0x19: self._feeder,
        }

    def run(self) -> None:
        """Walk to the end; DocumentRejected where a command's data is missing."""
        window = self._window
        while True:
            if len(window.data) - window.position < HEAD:
                window.more()
            if window.position >= len(window.data):
                break
            code = window.data[window.position]
            if code >= 0x20 and code != 0x7F:
                found = _TEXT.match(window.data, window.position)
                assert found is not None
                self._print(found[0])
                window.position = found.end()
            else:
                window.position += 1
                self._control(code)
        self._paper.finish()

    def _control(self, code: int) -> None:
        if code == ESC:
            self._escape()
        elif code == 0x0C:
            self._paper.eject()
        elif code in {0x0A, 0x0B}:
            self._paper.feed(self._spacing)
        elif code == FS:
            self._asian()

    def _escape(self) -> None:
        code = self._byte()
        if code in self._commands:
            self._commands[code]()
        elif code in _PARAMETERS:
            self._window.take(_PARAMETERS[code])
        elif code not in _NO_PARAMETERS:
            self.unknown += 1

    def _asian(self) -> None:
        """Step over a command of the Asian models; NEC's FS 3 spaces lines finer than ESC 3."""
        code = self._byte()
        if code == ord("3"):
            self._space(self._byte() * INCH // 360)
        else:
            self._window.take(_FS_PARAMETERS.get(code, 0))

    def _byte(self) -> int:
        part = self._window.take(1)
        return part[0] if part else 0

    def _word(self) -> int:
        return int.from_bytes(self._window.take(2), "little")

    def _take(self, length: int) -> bytes:
        data = self._window.take(length)
        if len(data) < length:
            raise DocumentRejected(INCOMPLETE)
        return data

    def _print(self, text: bytes) -> None:
        if self._graphics or not text.strip(b" "):
            return
        if self._color:
            self._paper.mark_color(self._color, 100 * len(text))
        else:
            self._paper.mark()

    def _dots(self, data: bytes, color: int) -> None:
        if color and data.strip(b"\0"):
            self._paper.mark_color(color, int.from_bytes(data, "big").bit_count())
        elif data.strip(b"\0"):
            self._paper.mark()

    def _reset(self) -> None:
        self._color = 0
        self._graphics = False
        self._spacing = INCH // 6
        self._unit = INCH // 360

    def _space(self, amount: int) -> None:
        self._spacing = amount

    def _page_length(self) -> None:
        lines = self._byte()
        length = lines * self._spacing if lines else self._byte() * INCH
        self._paper.length = length or None

    def _choose_color(self) -> None:
        # The number is a byte, or its digit.
        self._color = self._byte() & 0x0F

    def _tabs(self) -> None:
        for _ in range(MOST_TABS):
            if not self._byte():
                return

    def _channel_tabs(self) -> None:
        self._byte()
        self._tabs()

    def _skip_lines(self) -> None:
        vertical, amount = self._take(2)
        if vertical & 1:
            self._paper.feed(amount * self._spacing)

    def _columns(self) -> None:
        mode = self._byte()
        size = _COLUMN.get(mode)
        if size is None:
            raise DocumentRejected("The document is damaged: its ESC/P has a picture of no known kind.")
        self._fine = self._fine or size > 1
        self._dots(self._take(self._word() * size), self._color)

    def _eight_pins(self) -> None:
        self._dots(self._take(self._word()), self._color)

    def _nine_pins(self) -> None:
        self._byte()
        self._dots(self._take(2 * self._word()), self._color)

    def _define(self) -> None:
        """Step over characters of the user's: 9 pins take 12 bytes for each, 24 pins three for each column."""
        _, first, last = self._take(3)
        for _ in range(max(0, last - first + 1)):
            if self._fine:
                self._take(3 * self._take(3)[1])
            else:
                self._take(12)
        self.unknown += 1

    def _extended(self) -> None:
        code, length = self._byte(), self._word()
        if code == ord("R"):
            self._remote(length)
            return
        data = self._take(length)
        numbers = [int.from_bytes(data[at : at + length // 2], "little") for at in (0, length // 2)]
        number = int.from_bytes(data[:4], "little")
        self._fine = True
        if code == ord("G"):
            self._graphics = True
        elif code == ord("U") and data:
            self._unit = _unit(data)
        elif code == ord("C"):
            self._paper.length = number * self._unit or None
            self._top = 0
        elif code == ord("c") and length in {4, 8}:
            self._top = numbers[0] * self._unit
        elif code == ord("S") and length == 8:
            width, height = (int.from_bytes(data[at : at + 4], "little") * self._unit for at in (0, 4))
            self._paper.sheet = (width, height)
        elif code == ord("V"):
            self._paper.position = max(self._paper.position, self._top + number * self._unit)
        elif code == ord("v"):
            self._paper.feed(int.from_bytes(data[:4], "little", signed=True) * self._unit)
        elif code == ord("r") and data:
            self._color = data[-1] | (0x10 if data[0] and length > 1 else 0)
        elif code == ord("^"):
            self._print(data)

    def _remote(self, length: int) -> None:
        """Step over settings of the machine: two letters, a length, data; ESC 0 0 0 ends them."""
        if b"ESCPR" in self._take(length):
            # Epson's driver turns the back of a page itself: the printer always binds at the long edge.
            self._escpr.walk(self._window, "two-sided-long-edge" if self.remote_duplex else "one-sided")
            return
        while (name := self._take(2)) != b"\x1b\0":
            data = self._take(self._word())
            if name == b"DP" and data.strip(b"\0"):
                self.remote_duplex = True
        self._take(2)

    def _raster(self) -> None:
        packing = self._byte()
        self._take(2)  # vertical and horizontal density
        rows, dots = self._byte(), self._word()
        if packing == 2:
            self._delta_rows()
            return
        length = rows * ((dots + 7) // 8)
        self._dots(self._take(length) if packing == 0 else self._unpack(length), self._color)

    def _ink_raster(self) -> None:
        if not self._graphics:
            self._byte()  # ESC i n: print as it comes
            return
        color, packing, _ = self._take(3)
        length = self._word() * self._word()
        self._dots(self._take(length) if packing == 0 else self._unpack(length), color)

    def _delta_rows(self) -> None:
        """Walk the binary commands of TIFF compression (ESC . 2) to their exit."""
        while True:
            code = self._byte()
            kind, count = code >> 5, code & 0x0F
            if kind == 1:  # XFER: a packed row
                size = int.from_bytes(self._take(count), "little") if code & 0x10 else count
                self._dots(_unpacked(self._take(size)), self._color)
            elif kind == 3:  # MOVY
                amount = int.from_bytes(self._take(count), "little") if code & 0x10 else count
                self._paper.feed(amount * self._unit)
            elif kind == 2:  # MOVX
                self._take(count if code & 0x10 else 0)
            elif kind == 4:
                self._color = count
            elif code == 0xE3:
                return
            elif code not in {0xE2, 0xE4, 0xE5}:
                raise DocumentRejected("The document is damaged: its ESC/P has a picture of no known kind.")

    def _unpack(self, length: int) -> bytes:
        """Unpack so many bytes of run-length coded rows."""
        window = self._window
        data, position = window.data, window.position
        row = bytearray()
        while len(row) < length:
            if position + LONGEST_RUN > len(data):
                window.position = position
                window.more()
                data, position = window.data, window.position
            code = data[position] if position < len(data) else 0
            if code < 128:
                row += data[position + 1 : position + 2 + code]
                position += code + 2
            else:
                row += data[position + 1 : position + 2] * (257 - code)
                position += 2
            if position > len(data):
                raise DocumentRejected(INCOMPLETE)
        window.position = position
        return bytes(row)

    def _ibm(self) -> None:
        code, length = self._byte(), self._word()
        data = self._take(length)
        if code == ord("g"):
            self._dots(data[1:], self._color)

    def _feeder(self) -> None:
        if self._byte() == ord("R"):
            self._paper.eject()

    def _ejl(self) -> None:
        """Step over lines of Epson's job language."""
        while self._window.peek(4) == _EJL:
            line = self._window.peek(LONGEST_LINE)
            end = line.find(b"\n")
            self._window.take(end + 1 if end >= 0 else len(line))


def _unit(data: bytes) -> int:
    """The unit of lengths: 3600ths of an inch, or with five bytes the page's share of a base of its own."""
    if len(data) >= 5:
        base = int.from_bytes(data[3:5], "little")
        return max(1, data[0] * INCH // max(1, base))
    return max(1, data[0] * INCH // 3600)


def _unpacked(packed: bytes) -> bytes:
    row = bytearray()
    position = 0
    while position < len(packed):
        code = packed[position]
        size = code + 1 if code < 128 else 1
        run = packed[position + 1 : position + 1 + size]
        row += run if code < 128 else run * (257 - code)
        position += 1 + size
    return bytes(row)
