"""What each command of PCL does to the page, as far as pages, sheets and colour depend on it.

One row per command: its name without value (`&lA`), and a function of printer, value and sign. Commands that are not
here change only how things look. Names as in the PCL 5 and PCL 5 Color Technical Reference Manuals.
"""

from pdl.pcl5.layout import MOST_REMEMBERED, Layout
from pdl.pcl5.marks import MARKS, Act
from pdl.pcl5.paper import CUSTOM, UNITS_PER_INCH, custom_paper, paper_numbered
from pdl.pcl5.printer import Printer
from pdl.report import Sides

SIDES: dict[int, Sides] = {0: "one-sided", 1: "two-sided-long-edge", 2: "two-sided-short-edge"}
MOST_COPIES = 32767
DECIPOINT = UNITS_PER_INCH // 720
# Units of measure (ESC&u#D) are parts of this.
SMALLEST_UNIT = 96


def _copies(printer: Printer, value: float, _: int) -> None:
    if value >= 1:
        printer.settings.copies = min(int(value), MOST_COPIES)


def _sides(printer: Printer, value: float, _: int) -> None:
    if value < 0:
        return
    printer.eject_marked()
    printer.layout.home()
    sides = SIDES.get(int(value))
    if sides is not None:
        printer.settings.sides = sides
        printer.new_sheet()


def _side(printer: Printer, value: float, _: int) -> None:
    if value < 0:
        return
    printer.eject_marked()
    if value <= 2:
        printer.layout.home()
        printer.on_side(int(value))


def _page_size(printer: Printer, value: float, _: int) -> None:
    printer.eject_marked()
    printer.layout.home()
    number = abs(int(value))
    paper = custom_paper(*printer.custom) if number == CUSTOM else paper_numbered(number)
    if paper is not None:
        printer.use_paper(paper)


def _custom_width(printer: Printer, value: float, _: int) -> None:
    printer.custom = (abs(int(value)) * DECIPOINT, printer.custom[1])


def _custom_length(printer: Printer, value: float, _: int) -> None:
    printer.custom = (printer.custom[0], abs(int(value)) * DECIPOINT)


def _page_length(printer: Printer, value: float, _: int) -> None:
    """ESC&l#P, of older LaserJets: so many lines choose the sheet whose length they fill."""
    printer.eject_marked()
    layout = printer.layout
    lines = abs(int(value))
    if not lines:
        return
    wanted = lines * layout.line
    for number in (1, 2, 3, 6, 25, 26, 27):
        paper = paper_numbered(number)
        if paper is not None and abs((paper.width if layout.orientation & 1 else paper.height) - wanted) < layout.line:
            printer.use_paper(paper)
            return


def _source(printer: Printer, value: float, _: int) -> None:
    printer.eject_marked()
    printer.layout.home()
    if printer.settings.source != int(value):
        printer.new_sheet()
    printer.settings.source = int(value)


def _media_type(printer: Printer, value: float, _: int) -> None:
    if abs(value) <= 4:
        printer.eject_marked()
        printer.layout.home()


def _orientation(printer: Printer, value: float, _: int) -> None:
    layout = printer.layout
    turns = abs(int(value))
    if turns > 3 or turns == layout.orientation:
        return
    printer.eject_marked()
    moved = layout.moved
    layout = printer.layout
    layout.orientation = turns
    layout.begin()
    layout.moved = moved
    layout.line = UNITS_PER_INCH // 6
    printer.settings.overlay = None
    printer.settings.column = None


def _direction(printer: Printer, value: float, _: int) -> None:
    if value in (0, 90, 180, 270):
        printer.layout.turn(int(value) // 90)


def _left_margin(printer: Printer, value: float, _: int) -> None:
    printer.layout.set_left(int(abs(value)) * printer.settings.column_width)


def _right_margin(printer: Printer, value: float, _: int) -> None:
    printer.layout.set_right((int(abs(value)) + 1) * printer.settings.column_width)


def _top_margin(printer: Printer, value: float, _: int) -> None:
    layout = printer.layout
    layout.set_top(value)
    if not printer.page.marked and not layout.moved:
        layout.to_y(layout.home_y)


def _text_length(printer: Printer, value: float, _: int) -> None:
    printer.layout.set_length(value)


def _perforation(printer: Printer, value: float, _: int) -> None:
    if abs(value) < 2:
        printer.layout.perforation = int(value) != 0


def _spaced(layout: Layout, line: int | None) -> None:
    at_home = layout.at_home
    if line is not None:
        layout.line = line
    if at_home:
        layout.home()


def _line_spacing(printer: Printer, value: float, _: int) -> None:
    # 0 lines to the inch are twelve to LaserJets.
    lines = abs(int(value)) or 12
    _spaced(printer.layout, UNITS_PER_INCH // lines if 48 % lines == 0 else None)


def _line_height(printer: Printer, value: float, _: int) -> None:
    height = int(abs(value) * UNITS_PER_INCH / 48 + 0.5)
    _spaced(printer.layout, height if height <= printer.layout.size[1] else None)


def _column_width(printer: Printer, value: float, _: int) -> None:
    printer.settings.column = int(abs(value) * UNITS_PER_INCH / 120 + 0.5)


def _line_ends(printer: Printer, value: float, _: int) -> None:
    if abs(value) < 4:
        printer.settings.line_ends = abs(int(value))


def _wrap(printer: Printer, value: float, _: int) -> None:
    if abs(value) < 2:
        printer.settings.wrap = int(value) == 0


def _to_x(printer: Printer, distance: float, signed: int) -> None:
    layout = printer.layout
    layout.moved = True
    layout.to_x(int(distance) + (layout.x if signed else 0))


def _to_y(printer: Printer, distance: float, signed: int) -> None:
    layout = printer.layout
    layout.moved = True
    layout.to_y(int(distance) + (layout.y if signed else layout.top))


def _columns(printer: Printer, value: float, signed: int) -> None:
    _to_x(printer, value * printer.settings.column_width, signed)


def _rows(printer: Printer, value: float, signed: int) -> None:
    layout = printer.layout
    layout.moved = True
    distance = int(value * layout.line)
    if signed:
        for _ in range(layout.down(distance, by_line=False)):
            printer.eject()
    else:
        layout.to_y(layout.home_y + distance)


def _decipoints_x(printer: Printer, value: float, signed: int) -> None:
    _to_x(printer, value * DECIPOINT, signed)


def _decipoints_y(printer: Printer, value: float, signed: int) -> None:
    _to_y(printer, value * DECIPOINT, signed)


def _units_x(printer: Printer, value: float, signed: int) -> None:
    _to_x(printer, int(value // 1) * printer.settings.unit, signed)


def _units_y(printer: Printer, value: float, signed: int) -> None:
    _to_y(printer, int(value // 1) * printer.settings.unit, signed)


def _unit(printer: Printer, value: float, _: int) -> None:
    per_inch = max(SMALLEST_UNIT, min(int(value), UNITS_PER_INCH))
    if value > 0:
        divisors = [part for part in range(SMALLEST_UNIT, UNITS_PER_INCH + 1) if not UNITS_PER_INCH % part]
        printer.settings.unit = UNITS_PER_INCH // min(divisors, key=lambda part: abs(part - per_inch) / part)


def _remember_place(printer: Printer, value: float, _: int) -> None:
    layout = printer.layout
    if value == 0 and len(printer.places) < MOST_REMEMBERED:
        printer.places.append(layout.on_logical_page(layout.x, layout.y))
    elif value == 1 and printer.places:
        x, y = layout.under_lines(*printer.places.pop())
        layout.to_x(int(x))
        layout.to_y(int(y))


def _pitch(number: int) -> Act:
    def act(printer: Printer, value: float, _: int) -> None:
        font = printer.settings.fonts[number]
        if 0 < value <= 576:
            font.column = int(UNITS_PER_INCH / value + 0.5)
            printer.settings.column = None
            _round_column(printer, number)

    return act


def _round_column(printer: Printer, number: int) -> None:
    font, unit = printer.settings.fonts[number], printer.settings.unit
    font.column = (font.column + unit // 2) // unit * unit


def _spacing(number: int) -> Act:
    def act(printer: Printer, value: float, _: int) -> None:
        printer.settings.fonts[number].proportional = int(value) == 1

    return act


def _height(number: int) -> Act:
    def act(printer: Printer, value: float, _: int) -> None:
        printer.settings.fonts[number].height = abs(value)

    return act


def _old_pitch(printer: Printer, value: float, _: int) -> None:
    """ESC&k#S: pitch of both fonts by a number, not a measure."""
    pitches = {0: 10.0, 2: 16.66, 4: 12.0}
    if int(value) in pitches:
        for number in (0, 1):
            printer.settings.fonts[number].column = int(UNITS_PER_INCH / pitches[int(value)])
        printer.settings.column = None


COMMANDS: dict[bytes, Act] = {
    b"&lX": _copies,
    b"&lS": _sides,
    b"&aG": _side,
    b"&lA": _page_size,
    b"&fI": _custom_width,
    b"&fJ": _custom_length,
    b"&lP": _page_length,
    b"&lH": _source,
    b"&lM": _media_type,
    b"&lO": _orientation,
    b"&aP": _direction,
    b"&aL": _left_margin,
    b"&aM": _right_margin,
    b"&lE": _top_margin,
    b"&lF": _text_length,
    b"&lL": _perforation,
    b"&lD": _line_spacing,
    b"&lC": _line_height,
    b"&kH": _column_width,
    b"&kG": _line_ends,
    b"&kS": _old_pitch,
    b"&sC": _wrap,
    b"&aC": _columns,
    b"&aR": _rows,
    b"&aH": _decipoints_x,
    b"&aV": _decipoints_y,
    b"*pX": _units_x,
    b"*pY": _units_y,
    b"&uD": _unit,
    b"&fS": _remember_place,
    b"(sH": _pitch(0),
    b")sH": _pitch(1),
    b"(sP": _spacing(0),
    b")sP": _spacing(1),
    b"(sV": _height(0),
    b")sV": _height(1),
    **MARKS,
}
