"""Text on the page: how far the cursor goes, where lines wrap (PCL 5 Technical Reference, chapter 6)."""

import re

from pdl.pcl5.printer import Printer

BACKSPACE, TAB, LINE_FEED, FORM_FEED, CARRIAGE_RETURN, SHIFT_OUT, SHIFT_IN = 8, 9, 10, 12, 13, 14, 15
# Symbol sets (ESC(#U) of this kind: PC-8, its Danish, Multilingual, Turkish, Latin 2 and other code pages.
CODES_PRINT = frozenset({b"10U", b"11U", b"12U", b"13U", b"14G", b"17U", b"26U", b"3R", b"6J", b"8J", b"9J", b"9T"})
# Those of 7 bits, the national forms of ISO 646 and their like: upon the codes above 127 they have nothing.
SEVEN_BITS = frozenset(
    b"0D 1D 0E 1E 0F 1F 0G 1G 0I 0K 2K 0S 1S 2S 3S 4S 5S 6S 0U 1U 2U".split(),
)

# What a stretch of plain text is made of: characters, and control codes one by one. Symbol sets like PC-8 have
# characters on the codes that control nothing.
PIECES = re.compile(rb"[^\x00-\x1f]+|[\x08-\x0f]")
PIECES_OF_SEVEN_BITS = re.compile(rb"[ -\x7f]+|[\x08-\x0f]")
PIECES_OF_PC8 = re.compile(rb"[^\x00\x07-\x0f]+|[\x08-\x0f]")


def print_text(printer: Printer, text: bytes) -> None:
    """Print a stretch of text and control codes (no escapes)."""
    symbols = printer.settings.symbols
    pieces = PIECES_OF_PC8 if symbols in CODES_PRINT else PIECES_OF_SEVEN_BITS if symbols in SEVEN_BITS else PIECES
    for piece in pieces.findall(text):
        code = piece[0]
        if 8 <= code <= 15:
            control(printer, code)
        else:
            print_characters(printer, len(piece), blank=piece.isspace())


def print_transparent(printer: Printer, data: bytes) -> None:
    """Print characters of which none is a control code (ESC&p#X)."""
    seven = printer.settings.symbols in SEVEN_BITS
    count = sum(code < 128 for code in data) if seven else len(data)
    if count:
        print_characters(printer, count)


def control(printer: Printer, code: int) -> None:
    """Carry out one control code; codes that do nothing are passed over."""
    settings, layout = printer.settings, printer.layout
    if printer.raster is not None:
        printer.end_raster()
    if code == LINE_FEED:
        if settings.line_ends & 2:
            printer.carriage_return()
        printer.line_feed(layout.line)
    elif code == CARRIAGE_RETURN:
        printer.carriage_return()
        if settings.line_ends & 1:
            printer.line_feed(layout.line)
    elif code == FORM_FEED:
        if settings.line_ends & 2:
            printer.carriage_return()
        printer.form_feed()
    elif code == TAB:
        _tab(printer)
    elif code == BACKSPACE:
        layout.moved = True
        layout.to_x(max(layout.x - settings.column_width, layout.left if layout.x >= layout.left else 0))
    elif code in (SHIFT_OUT, SHIFT_IN):
        settings.font = int(code == SHIFT_OUT)


def _tab(printer: Printer) -> None:
    layout = printer.layout
    layout.moved = True
    stop = 8 * printer.settings.column_width
    x = layout.x - layout.left
    distance = -x if x < 0 else stop - x % stop if stop else 0
    within = layout.x <= layout.right
    layout.to_x(min(layout.x + distance, layout.right) if within else layout.x + distance)


def print_characters(printer: Printer, count: int, *, blank: bool = False) -> None:
    """Print so many characters (`blank`: only spaces) at the cursor, wrapped at the right margin or cut there."""
    if printer.raster is not None:
        printer.end_raster()
    layout = printer.layout
    width = printer.settings.character_width
    if printer.settings.wrap:
        _wrap(printer, count, width, blank=blank)
        return
    edge = layout.size[0]
    limit = min(layout.right, edge) if layout.x <= layout.right else edge
    if layout.x >= limit:
        return
    if not blank:
        _mark(printer)
    layout.x = min(layout.x + count * width, limit)


def _mark(printer: Printer) -> None:
    # Below the edge of the sheet nothing is printed.
    if printer.layout.y < printer.layout.size[1]:
        printer.mark()


def _wrap(printer: Printer, count: int, width: int, *, blank: bool) -> None:
    layout = printer.layout
    while count:
        edge = layout.size[0]
        limit = min(layout.right, edge) if layout.x <= layout.right else edge
        fitting = min(count, (limit - layout.x) // width if width else count)
        if fitting > 0:
            if not blank:
                _mark(printer)
            layout.x += fitting * width
            count -= fitting
        if not count:
            return
        if printer.settings.fonts[printer.settings.font].proportional:
            printer.doubts.pages = "lines of proportional type are wrapped"
        printer.carriage_return()
        printer.line_feed(layout.line)
        if min(layout.right, edge) - layout.left < width:
            # No column fits between the margins: one character a line, as printers do.
            _mark(printer)
            count -= 1
