"""Set copies and sides in a PCL stream: what it says of them itself is left out, and said anew after each reset.

PCL overrides PJL, so a job released with other copies or sides than it was made with must be changed here.
"""

import re
from collections.abc import Callable

from pdl.hpgl import Plotter, is_bare_plot
from pdl.pcl5.grammar import LONGEST_VALUE, UEL, Command, command_at, has_data, prefix_at
from pdl.pcl5.palette import MONOCHROME, Palette
from pdl.report import Sides
from pdl.window import Window

Emit = Callable[[bytes], None]

AHEAD = 2 * LONGEST_VALUE
# Data are handed on in parts of this size.
PART = 256 * 1024
RESET = b"\x1bE"
SIDES: dict[Sides, int] = {"one-sided": 0, "two-sided-long-edge": 1, "two-sided-short-edge": 2}

_TEXT = re.compile(rb"[^\x1b]+")


def rewrite(window: Window, emit: Emit, copies: int | None, sides: Sides | None) -> None:
    """Hand the PCL at the window's position to `emit`, changed to these copies and sides (None: as they are).

    Ends with the window at the UEL that ends the PCL, or at the end of the document. Neither data of commands nor
    labels of drawings are touched.
    """
    _Rewriter(window, emit, copies, sides).all()


class _Rewriter:
    def __init__(self, window: Window, emit: Emit, copies: int | None, sides: Sides | None) -> None:
        self._window = window
        self._emit = emit
        settings = []
        self._instead: dict[bytes, bytes] = {}
        if sides is not None:
            settings.append(b"\x1b&l%dS" % SIDES[sides])
            # Going on with the next side ejects a marked page too, as setting the sides does.
            self._instead[b"&lS"] = b"\x1b&a0G"
        if copies is not None:
            settings.append(b"\x1b&l%dX" % copies)
            self._instead[b"&lX"] = b""
        self._settings = b"".join(settings)
        head = window.peek(AHEAD)
        self._plotting = is_bare_plot(head)
        # What has no reset in front gets the settings at once; a plot by itself knows none of them.
        self._at_once = not self._plotting and not head.startswith((RESET, UEL))
        self._plotter = Plotter(_Nowhere(), alone=False)

    def all(self) -> None:
        """Hand on all of the stream."""
        window = self._window
        if self._at_once:
            self._emit(self._settings)
        while len(window.data) - window.position >= AHEAD or window.peek(AHEAD):
            if window.data[window.position] != 0x1B:
                self._text()
            elif window.data.startswith(UEL, window.position):
                return
            else:
                self._escape()

    def _text(self) -> None:
        window = self._window
        if self._plotting:
            self._plot()
            return
        found = _TEXT.match(window.data, window.position)
        assert found is not None
        window.position = found.end()
        self._emit(found[0])

    def _plot(self) -> None:
        """Hand on a drawing, to the escape that ends it: labels may hold what looks like one."""
        window = self._window
        start = window.offset
        self._plotter.read(window)
        end = window.offset
        window.seek(start)
        while (left := end - window.offset) > 0:
            self._emit(window.take(min(left, PART)))

    def _escape(self) -> None:
        window = self._window
        prefix = prefix_at(window.data, window.position)
        if prefix:
            self._sequence(prefix)
            return
        written = window.take(2)
        self._emit(written)
        if written == RESET:
            self._plotting = False
            # After a reset that ends the job settings would begin another.
            if window.peek(len(UEL)) not in (b"", UEL):
                self._emit(self._settings)

    def _sequence(self, prefix: bytes) -> None:
        """Hand on one sequence, each of its commands by itself: leaving one out must not change the others."""
        window = self._window
        window.take(1 + len(prefix))
        begun = False
        while True:
            window.peek(AHEAD)
            start = window.position
            command = command_at(window.data, start, prefix)
            if command is None:
                self._emit(b"" if begun else b"\x1b" + prefix)
                return
            written = window.data[start : command.end]
            window.position = command.end
            if command.name in self._instead:
                self._emit(self._instead[command.name])
            elif self._instead:
                self._emit(b"\x1b" + prefix + written[:-1] + command.name[-1:])
                self._data(command)
            else:
                # Nothing is to be changed: as it was written.
                self._emit(written if begun else b"\x1b" + prefix + written)
                self._data(command)
            begun = True
            if command.name == b"%B":
                self._plotting = command.value <= 3
            elif command.name == b"%A":
                self._plotting = False
            if command.last:
                return

    def _data(self, command: Command) -> None:
        left = int(abs(command.value)) if has_data(command.name) else 0
        while left:
            part = self._window.take(min(left, PART))
            if not part:
                return
            self._emit(part)
            left -= len(part)


class _Nowhere:
    """What a plot is drawn on when only its end is looked for."""

    def draw(self, pen: int) -> None:
        """Draw nothing."""

    def end_plot(self, *, always: bool) -> None:
        """End nothing."""

    def plot_size(self, width: float, height: float) -> None:
        """Keep no size."""

    def pens(self) -> Palette:
        """Two pens."""
        return MONOCHROME

    def use_pens(self, palette: Palette) -> None:
        """Keep the pens."""
