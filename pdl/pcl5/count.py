"""Count the pages of a PCL stream: read it as a printer does, draw nothing.

Follows the PCL 5 Technical Reference Manual; what it leaves open (when a page that has no mark is ejected) as
printers and other readers of PCL do it: a form feed ejects always, all else only a page with a mark on it.
"""

import re
from collections.abc import Generator, Iterable, Iterator

from pdl.errors import LimitReached
from pdl.hpgl import Plotter, begins_plot, is_bare_plot
from pdl.media import media_for
from pdl.pcl5.commands import COMMANDS
from pdl.pcl5.grammar import LONGEST_VALUE, UEL, Command, command_at, has_data, prefix_at
from pdl.pcl5.marks import WITHIN_RASTER, configure_colors, download_pattern
from pdl.pcl5.palette import PENS, Palette
from pdl.pcl5.paper import paper_for
from pdl.pcl5.planes import configured_planes
from pdl.pcl5.printer import Printer
from pdl.pcl5.text import control, print_characters, print_text, print_transparent
from pdl.source import BytesSource
from pdl.stream_defaults import Defaults, Doubts
from pdl.tally import PageFacts
from pdl.window import Window

# Looked ahead for a whole command before it is read.
AHEAD = 2 * LONGEST_VALUE
# Data of one command beyond this are passed over: no row and no pattern is longer.
LONGEST_DATA = 1 << 24
# Macros call macros twice over (Technical Reference, chapter 12); all of them together run through so many bytes.
DEEPEST_MACRO = 3
LARGEST_MACROS = 16 << 20
MOST_MACRO_WORK = 256 << 20

_TEXT = re.compile(rb"[^\x1b]+")
# A unit of measure without its "&", as the driver of one DeskJet writes it: no command, and no text.
_SLIP = re.compile(rb"\x1bu[0-9]{1,5}D")
_MORE_ROWS = re.compile(rb"[0-9]{1,5}[vwyVWY]|v{1,9}[0-9]{0,5}[vw]")

RESET, DISPLAY, HALF_LINE, CLEAR_SIDES = b"E", b"Y", b"=", b"9"


def pages(window: Window, defaults: Defaults) -> Generator[PageFacts, None, Doubts]:
    """Yield each page that the PCL or HP-GL/2 at the window's position prints.

    Returns why figures are estimates. Ends with the window at the UEL (ESC%-12345X) that ends the stretch, or at the
    end of the document.
    LimitReached when its macros do more than a job does.
    """
    return (yield from _pages(Reader(defaults, window, plot=False), window))


def plots(window: Window, defaults: Defaults) -> Generator[PageFacts, None, Doubts]:
    """Yield each page that a plotter draws of HP-GL/2 at the window's position; as pages() else."""
    return (yield from _pages(Reader(defaults, window, plot=True), window))


def _pages(reader: "Reader", window: Window) -> Generator[PageFacts, None, Doubts]:
    yield from reader.read(window)
    reader.printer.end_raster()
    reader.printer.eject_marked()
    yield from reader.drain()
    return reader.printer.doubts


class Reader:
    """Reads PCL for one printer: commands in order, macros within macros, HP-GL/2 between."""

    def __init__(self, defaults: Defaults, window: Window, *, plot: bool) -> None:
        self.printer = Printer(defaults)
        self.printer.perform = self._lay_over
        head = window.peek(AHEAD)
        bare = plot or is_bare_plot(head)
        alone = bare or begins_plot(head)
        self._plotter = Plotter(_Desk(self.printer), alone=alone)
        self._plotting = bare
        self._display = False
        self._macros: dict[bytes, bytes] = {}
        self._permanent: set[bytes] = set()
        self._macro_id = b"0"
        self._defining: bytearray | None = None
        self._macro_bytes = 0
        self._work = 0

    def drain(self) -> Iterator[PageFacts]:
        """Yield the pages ejected since the last time."""
        ejected = self.printer.ejected
        if ejected:
            self.printer.ejected = []
            yield from ejected

    def read(self, window: Window) -> Iterator[PageFacts]:
        """Carry out all commands up to a UEL or the end, yielding pages as they are ejected."""
        printer = self.printer
        while True:
            if len(window.data) - window.position < AHEAD and not window.peek(AHEAD):
                return
            if self._plotting and window.data[window.position] != 0x1B:
                self._plotter.read(window)
            elif self._display:
                self._show(window)
            elif window.data[window.position] != 0x1B:
                found = _TEXT.match(window.data, window.position)
                assert found is not None
                window.position = found.end()
                self._text(found[0])
            elif not self._escape(window):
                return
            if printer.ejected:
                yield from self.drain()

    def _text(self, text: bytes) -> None:
        if self._defining is None:
            print_text(self.printer, text)
        else:
            self._record(text)

    def _escape(self, window: Window) -> bool:
        """Carry out the escape at the window's position; False at a UEL."""
        data, start = window.data, window.position
        if data.startswith(UEL, start):
            return False
        prefix = prefix_at(data, start)
        if not prefix:
            slip = _SLIP.match(data, start)
            if slip is not None:
                window.position = slip.end()
                return True
            code = data[start + 1 : start + 2]
            window.position += 2 if b"0" <= code <= b"~" else 1
            if self._defining is not None:
                self._record(data[start : window.position])
            else:
                self._simple(code)
            return True
        window.position += 1 + len(prefix)
        if self._defining is not None:
            self._record(data[start : window.position])
        self._sequence(window, prefix)
        return True

    def _simple(self, code: bytes) -> None:
        printer = self.printer
        if code == RESET:
            if not printer.level:
                printer.reset()
                self._plotting = False
                self._macro_id = b"0"
                self._forget(self._macros.keys() - self._permanent)
        elif code == DISPLAY:
            self._display = True
        elif code == HALF_LINE:
            printer.end_raster()
            printer.line_feed(printer.layout.line // 2)
        elif code == CLEAR_SIDES:
            printer.layout.clear_sides()

    def _sequence(self, window: Window, prefix: bytes) -> None:
        """Carry out the commands of one sequence, one after the other."""
        while True:
            if len(window.data) - window.position < AHEAD:
                window.peek(AHEAD)
            start = window.position
            command = command_at(window.data, start, prefix)
            if command is None:
                return
            window.position = command.end
            if self._defining is not None:
                self._record_command(window, command, window.data[start : command.end])
            elif has_data(command.name):
                self._with_data(window, command.name, int(abs(command.value)))
            else:
                self._command(command.name, command.value, command.signed, b"" if command.last else prefix)
            if command.last and not self._goes_on(window, prefix):
                return

    def _goes_on(self, window: Window, prefix: bytes) -> bool:
        """Whether rows follow a capital letter without another escape, as some DeskJet drivers write them."""
        raster = self._defining is None and self.printer.raster is not None and prefix == b"*b"
        return raster and _MORE_ROWS.match(window.peek(16)) is not None

    def _command(self, name: bytes, value: float, signed: int, unfinished: bytes) -> None:
        printer = self.printer
        if printer.raster is not None and name not in WITHIN_RASTER:
            printer.end_raster()
        act = COMMANDS.get(name)
        if act is not None:
            act(printer, value, signed)
        elif name == b"&fX":
            self._control_macro(int(value), unfinished)
        elif name == b"&fY":
            self._macro_id = b"%d" % int(value)
        elif name == b"%B":
            self._plotting = value <= 3
            # 1 and 3 begin at PCL's cursor, all else where the pen was left.
            self._plotter.moved = value not in {1, 3}
        elif name == b"%A":
            self._leave_plot(int(value) & 1)
        elif name[:1] == b"(" and len(name) == 2 and name != b"(X":
            printer.settings.symbols = b"%d" % abs(int(value)) + name[1:]

    def _leave_plot(self, keep: int) -> None:
        """ESC%#A: go on with PCL at its own cursor (0) or at the pen (1)."""
        if keep and self._plotting and self._plotter.moved:
            self.printer.doubts.pages = "text goes on at the pen of a drawing"
        self._plotting = False

    def _with_data(self, window: Window, name: bytes, length: int) -> None:
        printer = self.printer
        if printer.raster is not None and name not in WITHIN_RASTER:
            printer.end_raster()
        if name in _READ and length <= LONGEST_DATA:
            data = window.take(length)
            if len(data) < length:
                # A command that is not all there is not carried out.
                printer.doubts.pages = "the document ends within a command"
            elif name == b"*bW":
                printer.begin_raster().add_row(data, printer.settings.packing)
            elif name == b"*bV":
                printer.begin_raster().add_plane(data, printer.settings.packing)
            elif name == b"*vW":
                configure_colors(printer, data)
            elif name == b"*gW":
                printer.settings.frame.components = configured_planes(data)
            elif name == b"*cW":
                download_pattern(printer, data)
            elif name == b"&nW":
                self._name_macro(data)
            elif data:
                print_transparent(printer, data)
        elif not window.skip(length):
            printer.doubts.pages = "the document ends within a command"

    def _show(self, window: Window) -> None:
        """Display functions (ESC Y): print control codes instead of carrying them out, to ESC Z."""
        end = window.data.find(b"\x1bZ", window.position)
        stop = end + 2 if end >= 0 else max(len(window.data) - 1, window.position + 1)
        text = window.data[window.position : stop]
        window.position = stop
        self._display = end < 0
        lines = text.split(b"\r")
        for number, line in enumerate(lines):
            if line:
                print_characters(self.printer, len(line))
            if number < len(lines) - 1:
                control(self.printer, 13)
                self.printer.line_feed(self.printer.layout.line)

    # Macros.

    def _record(self, written: bytes) -> None:
        assert self._defining is not None
        self._macro_bytes += len(written)
        if self._macro_bytes > LARGEST_MACROS:
            raise LimitReached("The macros of the document take more memory than a printer has.")
        self._defining += written

    def _record_command(self, window: Window, command: Command, written: bytes) -> None:
        name, value = command.name, command.value
        if name == b"&fX" and value == 1:
            assert self._defining is not None
            # The sequence that ends the definition belongs to it as far as it goes.
            self._macros[self._macro_id] = bytes(self._defining)
            self._defining = None
            return
        self._record(written)
        if has_data(name):
            length = int(abs(value))
            if length > LARGEST_MACROS:
                raise LimitReached("The macros of the document take more memory than a printer has.")
            self._record(window.take(length))

    def _control_macro(self, act: int, unfinished: bytes) -> None:
        printer = self.printer
        macro = self._macros.get(self._macro_id)
        if act in (2, 3):
            if macro is not None:
                self._call(macro, keep=act == 3)
        elif printer.level:
            return
        elif act == 0:
            self._defining = bytearray(b"\x1b" + unfinished if unfinished else b"")
        elif act == 4:
            printer.settings.overlay = self._macro_id
        elif act == 5:
            printer.settings.overlay = None
        elif act in (6, 7):
            self._forget(self._macros if act == 6 else self._macros.keys() - self._permanent)
        elif act == 8:
            self._forget((self._macro_id,))
        elif act == 9:
            self._permanent.discard(self._macro_id)
        elif act == 10 and macro is not None:
            self._permanent.add(self._macro_id)

    def _forget(self, names: Iterable[bytes]) -> None:
        for name in list(names):
            self._macro_bytes -= len(self._macros.pop(name, b""))
            self._permanent.discard(name)

    def _call(self, macro: bytes, *, keep: bool) -> None:
        printer = self.printer
        kept = printer.settings.copy() if keep else None
        self._perform(macro)
        if kept is not None:
            layout = printer.layout
            kept.layout.x, kept.layout.y, kept.layout.moved = layout.x, layout.y, layout.moved
            printer.settings = kept

    def _lay_over(self, name: bytes) -> None:
        if name in self._macros:
            self._perform(self._macros[name])

    def _perform(self, macro: bytes) -> None:
        """Carry out the commands of a macro."""
        printer = self.printer
        if printer.level >= DEEPEST_MACRO:
            return
        self._work += len(macro) + 1
        if self._work > MOST_MACRO_WORK:
            raise LimitReached("The macros of the document do more work than can be counted.")
        waiting, printer.ejected = printer.ejected, []
        printer.level += 1
        waiting.extend(self.read(Window(BytesSource(macro))))
        waiting.extend(printer.ejected)
        printer.ejected = waiting
        printer.level -= 1

    def _name_macro(self, data: bytes) -> None:
        """ESC&n#W: macros with names instead of numbers (4 chooses one, 5 gives one a name)."""
        if len(data) < 2:
            return
        if data[0] == 4:
            self._macro_id = b"n" + data[1:]
        elif data[0] == 5 and self._macro_id in self._macros:
            self._macros[b"n" + data[1:]] = self._macros[self._macro_id]


class _Desk:
    """The printer's page as a plotter sees it."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    def draw(self, pen: int) -> None:
        """Put a mark on the page with this pen."""
        self._printer.mark(self._printer.settings.palette.color(pen))

    def end_plot(self, *, always: bool) -> None:
        """Eject the page if there is a mark on it, or `always`."""
        if always or self._printer.page.marked:
            self._printer.form_feed()

    def plot_size(self, width: float, height: float) -> None:
        """Take a sheet of this size in inches, unless the page has a mark."""
        if self._printer.page.marked:
            return
        try:
            media = media_for(round(width * 2540), round(height * 2540))
        except ValueError:
            return
        self._printer.use_paper(paper_for(media))

    def pens(self) -> Palette:
        """Colours of the pens."""
        palette = self._printer.settings.palette
        return PENS if palette.fixed and len(palette.colors) <= 2 else palette

    def use_pens(self, palette: Palette) -> None:
        """Take other pens."""
        self._printer.settings.palette = palette


# Data that say something about pages or colour; all others are passed over.
_READ = frozenset({b"*bW", b"*bV", b"*gW", b"*vW", b"*cW", b"&nW", b"&pX"})
