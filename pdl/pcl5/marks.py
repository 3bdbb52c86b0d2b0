"""What each command of PCL marks the page with, and in which colour: palettes, rules, pictures, patterns."""

from collections.abc import Callable

from pdl.pcl5.palette import BLACK, SIMPLE, configured, is_colored
from pdl.pcl5.paper import UNITS_PER_INCH
from pdl.pcl5.picture import Frame
from pdl.pcl5.printer import Printer

Act = Callable[[Printer, float, int], None]

DECIPOINT = UNITS_PER_INCH // 720
RESOLUTIONS = (600, 300, 200, 150, 150, 100, 100, 75)

# Colour.


def _simple_palette(printer: Printer, value: float, _: int) -> None:
    palette = SIMPLE.get(int(value))
    if palette is not None:
        printer.settings.palette = palette
        printer.settings.foreground = BLACK


def _foreground(printer: Printer, value: float, _: int) -> None:
    if value >= 0:
        printer.settings.foreground = printer.settings.palette.color(int(value))


def _component(number: int) -> Act:
    def act(printer: Printer, value: float, _: int) -> None:
        parts = list(printer.settings.components)
        parts[number] = value
        printer.settings.components = (parts[0], parts[1], parts[2])

    return act


def _assign(printer: Printer, value: float, _: int) -> None:
    settings = printer.settings
    settings.palette = settings.palette.change(int(value), settings.components)
    settings.components = (0.0, 0.0, 0.0)


def _pattern(printer: Printer, value: float, _: int) -> None:
    if 0 <= value <= 4:
        printer.settings.pattern = int(value)
        if value == 4 and printer.patterns.get(printer.settings.pattern_id):
            printer.settings.pattern = 5


def _pattern_id(printer: Printer, value: float, _: int) -> None:
    printer.settings.pattern_id = abs(int(value))


def _monochrome(printer: Printer, value: float, _: int) -> None:
    if not printer.page.marked:
        printer.settings.gray = int(value) == 1


# Rules and raster.


def _wide(unit: str) -> Act:
    def act(printer: Printer, value: float, _: int) -> None:
        size = DECIPOINT if unit == "decipoints" else printer.settings.unit
        printer.settings.rectangle = (int(abs(value) * size), printer.settings.rectangle[1])

    return act


def _high(unit: str) -> Act:
    def act(printer: Printer, value: float, _: int) -> None:
        size = DECIPOINT if unit == "decipoints" else printer.settings.unit
        printer.settings.rectangle = (printer.settings.rectangle[0], int(abs(value) * size))

    return act


def _fill(printer: Printer, value: float, _: int) -> None:
    """ESC*c#P: a rule or a filled rectangle; 1 is white, 5 as the current pattern says."""
    if not all(printer.settings.rectangle) or not 0 <= value <= 5:
        return
    printer.page.marked = True
    if value != 1 and not (value == 5 and printer.settings.pattern == 1):
        printer.mark(printer.settings.foreground)


def _frame(change: Callable[[Frame, float], None]) -> Act:
    """A command on the layout of pictures: passed over within one."""

    def act(printer: Printer, value: float, _: int) -> None:
        if printer.raster is None:
            change(printer.settings.frame, value)

    return act


def _resolution(frame: Frame, value: float) -> None:
    dots = max(RESOLUTIONS[-1], abs(int(value)))
    # Printers round up to what divides 600 dots to the inch.
    frame.dots = RESOLUTIONS[600 // dots - 1] if dots <= 600 else min(dots, UNITS_PER_INCH)


def _raster_width(frame: Frame, value: float) -> None:
    frame.size = (abs(int(value)), frame.size[1])


def _raster_height(frame: Frame, value: float) -> None:
    frame.size = (frame.size[0], abs(int(value)))


def _target_width(frame: Frame, value: float) -> None:
    frame.target = (int(abs(value) * DECIPOINT), frame.target[1])


def _target_height(frame: Frame, value: float) -> None:
    frame.target = (frame.target[0], int(abs(value) * DECIPOINT))


def _raster_directions(frame: Frame, value: float) -> None:
    if abs(int(value)) in (0, 3):
        frame.upright = abs(int(value)) == 3


def _upwards(frame: Frame, value: float) -> None:
    if abs(int(value)) < 2:
        frame.upwards = abs(int(value)) == 1


def _begin_raster(printer: Printer, value: float, _: int) -> None:
    if printer.raster is None:
        mode = abs(int(value))
        printer.settings.frame.begin(mode if mode < 4 else 0, printer.layout)
        printer.begin_raster()


def _end_raster(printer: Printer, _value: float, _: int) -> None:
    printer.end_raster()


def _end_raster_new(printer: Printer, _value: float, _: int) -> None:
    printer.end_raster()
    printer.settings.frame.margin = 0.0
    printer.settings.packing = 0


def _packing(printer: Printer, value: float, _: int) -> None:
    printer.settings.packing = abs(int(value))


def _skip_rows(printer: Printer, value: float, _: int) -> None:
    if printer.raster is not None:
        printer.raster.skip(min(abs(int(value)), 32767))


# These neither begin nor end a picture.
WITHIN_RASTER = frozenset(
    {b"*tR", b"*rF", b"*rS", b"*rT", b"*bM", b"*tH", b"*tV", b"*rA", b"*bY", b"*bV", b"*bW", b"*bX"}
)

MARKS: dict[bytes, Act] = {
    b"*rU": _simple_palette,
    b"*vS": _foreground,
    b"*vA": _component(0),
    b"*vB": _component(1),
    b"*vC": _component(2),
    b"*vI": _assign,
    b"*vT": _pattern,
    b"*cG": _pattern_id,
    b"&bM": _monochrome,
    b"*cA": _wide("units"),
    b"*cH": _wide("decipoints"),
    b"*cB": _high("units"),
    b"*cV": _high("decipoints"),
    b"*cP": _fill,
    b"*tR": _frame(_resolution),
    b"*rS": _frame(_raster_width),
    b"*rT": _frame(_raster_height),
    b"*tH": _frame(_target_width),
    b"*tV": _frame(_target_height),
    b"*rF": _frame(_raster_directions),
    b"*bL": _frame(_upwards),
    b"*rA": _begin_raster,
    b"*rB": _end_raster,
    b"*rC": _end_raster_new,
    b"*bM": _packing,
    b"*bY": _skip_rows,
}


def configure_colors(printer: Printer, data: bytes) -> None:
    """ESC*v#W: a palette as the data say."""
    palette = configured(data)
    if palette is not None:
        printer.settings.palette = palette
        printer.settings.foreground = BLACK


def download_pattern(printer: Printer, data: bytes) -> None:
    """ESC*c#W: a user-defined pattern; remembers whether it has colours of its own."""
    if len(data) < 8:
        return
    colored = data[0] == 1 and any(is_colored(printer.settings.palette.color(index)) for index in set(data[8:]))
    printer.patterns[printer.settings.pattern_id] = colored
