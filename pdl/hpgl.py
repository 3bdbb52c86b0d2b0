"""HP-GL/2: what a plot marks, in which pens, where its pages end (HP-GL/2 Reference Guide, 5959-9733).

Commands are two letters and numbers, and end with the next letter or a semicolon; labels and encoded lines are
data. A plotter ends its page with PG, AF or AH; within PCL these are nothing, the page is PCL's.
"""

import re
from collections.abc import Callable
from typing import ClassVar, Protocol

from pdl.pcl5.palette import PENS, Palette
from pdl.window import Window

# Plotter units to the inch.
UNITS_PER_INCH = 1016
ETX = 3
# More numbers belong to a polyline, which is marked by its first.
_NUMBER = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)")
_COMMAND = re.compile(rb"[^A-Za-z\x1b]*([A-Za-z])[ \t\r\n\0]*([A-Za-z])([^A-Za-z\x1b;\"]*)(;?)")
# Lines drawn with the pen as it is, which nothing else follows from.
_LINES = re.compile(rb"(?:[ \r\n;]*P[AR][-+0-9., \r\n]*|[ \r\n;]*P[UD][-+0-9., \r\n]*;)+")
LONGEST_COMMAND = 1 << 16
# A name, a label, a set of encoded lines: no longer than this without its end.
LONGEST_DATA = 1 << 24

# What draws whether the pen is down or not: arcs of wedges and rectangles, circles, filled polygons.
# and how many numbers they need to do so.
SHAPES = {"RA": 2, "RR": 2, "EA": 2, "ER": 2, "RQ": 2, "WG": 3, "EW": 3, "CI": 1}
# What draws with the pen down.
LINES = frozenset({"PA", "PR", "AA", "AR", "AT", "RT", "BZ", "BR"})


# How plots begin that come without any PCL: device control (ESC.), then two commands at least; or HP-GL/2 mode.
_CONTROL = rb"[\x00-\x20;]*(?:\x1b\.[^\x1b:]{0,16}:?[\x00-\x20]*)*"
_FIRST = (
    rb"(?:(?:IN|DF|PG)|(?:PS|IP|SP|PU|PD|PA|PR|SC|NP|RO|VS|PT|PW|LT|SI|IW|MC|TR|QL|FT|WU)[-+0-9., ]{0,99}"
    rb"|BP[^;]{0,200}|CO ?\"[^\"]{0,500}\");[; \r\n]{0,9}"
)
_BARE_PLOT = re.compile(_CONTROL + _FIRST + rb"(?:CO|LB|DT|PE|[A-Z]{2}[-+0-9., ]{0,99}[;\r\nA-Z])", re.IGNORECASE)
_PLOT_ALONE = re.compile(_CONTROL + rb"\x1b%-?\d?B")


def is_bare_plot(head: bytes) -> bool:
    """Whether a document that begins with `head` is HP-GL without any PCL around it."""
    return _BARE_PLOT.match(head) is not None


def begins_plot(head: bytes) -> bool:
    """Whether a stream that begins with `head` turns to HP-GL/2 before all else, as for a plotter."""
    return _PLOT_ALONE.match(head) is not None


class Sheet(Protocol):
    """What a plot is drawn on."""

    def draw(self, pen: int) -> None:
        """Put a mark on the page with this pen."""
        ...

    def end_plot(self, *, always: bool) -> None:
        """Eject the page if there is a mark on it, or `always`."""
        ...

    def plot_size(self, width: float, height: float) -> None:
        """Take a sheet of this size in inches."""
        ...

    def pens(self) -> Palette:
        """Colours of the pens."""
        ...

    def use_pens(self, palette: Palette) -> None:
        """Take other pens."""
        ...


class Plotter:
    """Reads plots; what it remembers (pen, label end) lasts from one stretch of HP-GL/2 to the next."""

    def __init__(self, sheet: Sheet, *, alone: bool) -> None:
        self._sheet = sheet
        self._alone = alone
        self._down = False
        self._pen = 1
        self._etx = ETX
        self._polygon = False
        self._has_polygon = False
        # Whether the pen is not where it was as HP-GL/2 began.
        self.moved = False
        self._range = ((0.0, 255.0), (0.0, 255.0), (0.0, 255.0))

    def read(self, window: Window) -> None:
        """Read on to the next escape outside of a label, or to the end."""
        while True:
            if len(window.data) - window.position < LONGEST_COMMAND:
                # Asked again and again at the end of a document it would copy what is left each time.
                rest = window.peek(LONGEST_COMMAND)
                if not rest:
                    return
            found = _COMMAND.match(window.data, window.position)
            if found is None:
                escape = window.data.find(b"\x1b", window.position)
                window.position = len(window.data) if escape < 0 else escape
                if escape < 0:
                    continue
                return
            window.position = found.end()
            name = (found[1] + found[2]).decode("ascii").upper()
            if name in self._DATA:
                window.position = found.start(3)
                self._DATA[name](self, window)
            elif name in self._ACTS or name in SHAPES or name in LINES:
                self._act(name, found[3])
            elif not _known(name):
                # A stray letter: the next may begin a command.
                window.position = found.start(2)

    def _act(self, name: str, written: bytes) -> None:
        if name in SHAPES:
            if len(_numbers(written)) >= SHAPES[name]:
                self._has_polygon = True
                self._draw()
        elif name in LINES:
            if self._down and _has_digit(written):
                self._draw()
        else:
            self._ACTS[name](self, written)

    def _outline(self, _written: bytes) -> None:
        if self._has_polygon:
            self._draw()

    def _draw(self) -> None:
        self.moved = True
        if not self._polygon:
            self._sheet.draw(self._pen)

    # Commands.

    def _pen_down(self, _written: bytes) -> None:
        self._down = True
        self._draw()

    def _pen_up(self, written: bytes) -> None:
        self._down = False
        self.moved = self.moved or _has_digit(written)

    def _select(self, written: bytes) -> None:
        numbers = _numbers(written)
        self._pen = abs(int(numbers[0])) if numbers else 0

    def _initialize(self, _written: bytes) -> None:
        self._down, self._pen, self._polygon, self._etx = False, 1, False, ETX
        self._sheet.use_pens(PENS)

    def _polygon_mode(self, written: bytes) -> None:
        numbers = _numbers(written)
        self._polygon = self._has_polygon = not numbers or int(numbers[0]) != 2 or self._polygon
        if numbers and int(numbers[0]) == 2:
            self._polygon = False

    def _default(self, _written: bytes) -> None:
        self._polygon, self._etx = False, ETX

    def _advance(self, written: bytes) -> None:
        if self._alone:
            self._sheet.end_plot(always=_has_digit(written))

    def _size(self, written: bytes) -> None:
        numbers = _numbers(written)
        if self._alone and numbers:
            length = numbers[0]
            width = numbers[1] if len(numbers) > 1 else length
            self._sheet.plot_size(length / UNITS_PER_INCH, width / UNITS_PER_INCH)

    def _pen_color(self, written: bytes) -> None:
        numbers = _numbers(written)
        palette = self._sheet.pens()
        if not numbers:
            self._sheet.use_pens(PENS)
        elif len(numbers) == 1:
            self._sheet.use_pens(palette.default(int(numbers[0])))
        elif len(numbers) >= 4:
            shares = (
                (part - low) / (high - low) * ((1 << bits) - 1)
                for part, (low, high), bits in zip(numbers[1:4], self._range, palette.primaries, strict=True)
            )
            red, green, blue = shares
            self._sheet.use_pens(palette.change(int(numbers[0]), (red, green, blue)))

    def _color_range(self, written: bytes) -> None:
        numbers = _numbers(written)
        pairs = list(zip(numbers[0::2], numbers[1::2], strict=False))
        if len(pairs) >= 3 and all(low != high for low, high in pairs):
            self._range = (pairs[0], pairs[1], pairs[2])
        elif not numbers:
            self._range = ((0.0, 255.0), (0.0, 255.0), (0.0, 255.0))

    def _begin_plot(self, written: bytes) -> None:
        if self._alone:
            self._sheet.end_plot(always=False)
        self._initialize(written)

    # Commands with data.

    def _label(self, window: Window) -> None:
        text = _until(window, bytes((self._etx,)))
        if text.strip(b"\r\n\t\x00\x08\x0e\x0f"):
            self._draw()

    def _encoded(self, window: Window) -> None:
        # Encoded lines: a flag "<" is a move with the pen up; everything else draws.
        text = _until(window, b";")
        if not text:
            return
        self._down = True
        self._draw()

    def _label_end(self, window: Window) -> None:
        code = window.take(1)
        if code and code != b";":
            self._etx = code[0]
        else:
            self._etx = ETX

    def _symbol(self, window: Window) -> None:
        code = window.take(1)
        if code not in (b";", b"", b"\x1b"):
            self._sheet.draw(self._pen)

    def _comment(self, window: Window) -> None:
        if window.peek(8).lstrip(b" ").startswith(b'"'):
            _until(window, b'"')
            _until(window, b'"')

    def _begin_named(self, window: Window) -> None:
        # BP and MG have names in quotes among their numbers.
        while True:
            found = re.compile(rb"[^A-Za-z\x1b;\"]*").match(window.peek(LONGEST_COMMAND))
            window.take(found.end() if found else 0)
            if window.peek(1) != b'"':
                break
            window.take(1)
            _until(window, b'"')
        self._begin_plot(b"")

    _ACTS: ClassVar[dict[str, Callable[["Plotter", bytes], None]]] = {
        "PD": _pen_down,
        "PU": _pen_up,
        "SP": _select,
        "IN": _initialize,
        "DF": _default,
        "PM": _polygon_mode,
        "FP": _outline,
        "EP": _outline,
        "PG": _advance,
        "AF": _advance,
        "AH": _advance,
        "FR": _advance,
        "PS": _size,
        "PC": _pen_color,
        "CR": _color_range,
    }
    _DATA: ClassVar[dict[str, Callable[["Plotter", Window], None]]] = {
        "LB": _label,
        "BL": _label,
        "PE": _encoded,
        "DT": _label_end,
        "SM": _symbol,
        "CO": _comment,
        "BP": _begin_named,
    }


def _numbers(written: bytes) -> list[float]:
    return [float(number) for number in _NUMBER.findall(written[:1024])]


def _has_digit(written: bytes) -> bool:
    return _NUMBER.search(written) is not None


def _until(window: Window, end: bytes) -> bytes:
    """Take what stands before `end` and `end` itself, all that is left when there is none."""
    length = 256
    while True:
        part = window.peek(length)
        at = part.find(end)
        if at >= 0:
            window.take(at + 1)
            return part[:at]
        if len(part) < length or length >= LONGEST_DATA:
            return window.take(len(part))
        length *= 4


# Commands that neither draw nor change what is drawn with; without a list stray letters would be taken for some.
_OTHERS = frozenset(
    """
    AC AD AP BR CC CF CM CP CS CT CV DI DL DR DS DV EC ES FI FN FS FT GM IC IM IP IR IV IW KY LA LM LO LT MC MG MT
    NP NR OA OC OD OE OF OG OH OI OK OL OO OP OS OT OW PP PT PW QL RF RO RP SA SB SC SD SI SL SR SS ST SV TD TL TR
    UC UL VS WD WU XT YT ZZ
    """.split()  # noqa: SIM905 - a list literal would hide the table in quotes
)


def _known(name: str) -> bool:
    return name in _OTHERS
