"""How a banner page looks: black bars to find it by in a pile, the person in large letters, rows, the code."""

from pdl.banner import Banner
from pdl.placement import Size
from pdl.stamp_fonts import Style
from pdl.stamp_ink import Ink, at, clean, qr_code, text_at

# Of a sheet of A4, in points; on others all of it grows or shrinks with the shorter side.
A4_WIDTH = 595.0
SMALLEST, LARGEST = 0.2, 2.0
MARGIN, BAR, GAP = 48.0, 9.0, 26.0
HEADING, TITLE, LABEL, VALUE, CAPTION = 42.0, 21.0, 10.5, 14.0, 9.0
LEADING = 1.2
LABELS_WIDTH = 104.0
ROW_PAD = 8.0
CODE = 104.0
GRAY = 0.38  # of labels: 6:1 on paper


class BannerDrawing:
    """One banner page in the making, from its top down."""

    def __init__(self, ink: Ink, size: Size) -> None:
        self._ink = ink
        self._size = size
        self._scale = max(SMALLEST, min(LARGEST, min(size) / A4_WIDTH))
        self._left = MARGIN * self._scale
        self._right = size[0] - self._left
        self._y = size[1] - self._left
        self._out: list[bytes] = []

    def draw(self, banner: Banner) -> bytes:
        """Draw the page; what has no room on a small sheet is left out from the end of the rows."""
        bar, code = BAR * self._scale, CODE * self._scale if banner.qr else 0.0
        self._bar(self._y - bar, bar)
        self._bar(self._left, bar)
        self._y -= bar + GAP * self._scale
        foot = self._left + bar + GAP * self._scale
        self._lines(clean(banner.heading), HEADING, 2, "serif")
        self._y -= 6 * self._scale
        self._lines(clean(banner.title), TITLE, 3, "serif")
        self._y -= GAP * self._scale
        # The last row's rule must clear what stands at the foot.
        self._rows(banner.rows, foot + code + (GAP * self._scale / 2 if code else 0.0))
        if code:
            self._code(banner, code, foot)
        return b"\n".join(self._out)

    def _bar(self, y: float, height: float, gray: float = 0.0) -> None:
        self._out.append(b"%.2f g %.3f %.3f %.3f %.3f re f" % (gray, self._left, y, self._right - self._left, height))

    def _lines(self, text: str, size: float, most: int, style: Style) -> None:
        size *= self._scale
        for line in self._ink.wrapped(text, self._right - self._left, size, most, style):
            self._y -= size
            self._text(self._left, self._y, line, size, style)
            self._y -= size * (LEADING - 1)

    def _rows(self, rows: tuple[tuple[str, str], ...], foot: float) -> None:
        """Draw label and value of each row, a hairline above it."""
        value, pad, column = VALUE * self._scale, ROW_PAD * self._scale, LABELS_WIDTH * self._scale
        for label, said in rows:
            lines = self._ink.wrapped(clean(said), self._right - self._left - column, value, 2)
            height = 2 * pad + max(1, len(lines)) * value * LEADING
            if self._y - height < foot:
                return
            self._bar(self._y, 0.5 * self._scale, GRAY)
            y = self._y - pad - value
            small = LABEL * self._scale
            for name in self._ink.wrapped(clean(label), column - pad, small, 1):
                self._text(self._left, y, name, small, "sans", GRAY)
            for line in lines:
                self._text(self._left + column, y, line, value, "sans")
                y -= value * LEADING
            self._y -= height
        self._bar(self._y, 0.5 * self._scale, GRAY)

    def _code(self, banner: Banner, side: float, foot: float) -> None:
        """Draw the code at the foot, its words beside it."""
        # Its white border lies outside the margin, so that the squares stand in line with the text.
        self._out.append(at((1, 0, 0, 1, self._left - side * 0.1, foot), qr_code(banner.qr, side)))
        size, x = CAPTION * self._scale, self._left + side + 4 * self._scale
        lines = self._ink.wrapped(clean(banner.caption), max(self._right - x, size * 4), size, 5)
        y = foot + side / 2 + len(lines) * size * 1.4 / 2
        for line in lines:
            y -= size * 1.4
            self._text(x, y, line, size, "sans", GRAY)

    def _text(self, x: float, y: float, text: str, size: float, style: Style, gray: float = 0.0) -> None:
        self._out.append(b"%.2f g " % gray + text_at(x, y, self._ink.show(text, size, style)))
