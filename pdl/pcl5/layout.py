"""Where text goes on the page: logical page, margins, cursor (PCL 5 Technical Reference, chapters 5 and 6).

Lengths are in 1/7200 inch; x runs along the lines of text and y down the page, whichever way they lie on the sheet.
"""

from dataclasses import dataclass

from pdl.pcl5.paper import UNITS_PER_INCH, Paper

DEFAULT_LINE = UNITS_PER_INCH // 6
TOP_MARGIN = BOTTOM_MARGIN = UNITS_PER_INCH // 2
MOST_REMEMBERED = 20


@dataclass(slots=True)
class Layout:
    """The page as text sees it.

    `orientation` and `direction` count quarter turns: of the logical page on the sheet, and of the lines on that.
    `line` and `column` are the distances of lines and columns. `moved`: since the page began the cursor has.
    """

    paper: Paper
    orientation: int = 0
    direction: int = 0
    line: int = DEFAULT_LINE
    perforation: bool = True
    top: int = 0
    length: int = 0
    left: int = 0
    right: int = 0
    x: int = 0
    y: int = 0
    moved: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the logical page as it lies under the lines."""
        width, height = self.logical_size
        return (height, width) if self.direction & 1 else (width, height)

    @property
    def logical_size(self) -> tuple[int, int]:
        """Width and height of the logical page, whichever way lines run on it."""
        paper = self.paper
        if self.orientation & 1:
            return paper.height - 2 * paper.landscape, paper.width
        return paper.width - 2 * paper.portrait, paper.height

    @property
    def bottom(self) -> int:
        """Where text ends."""
        return self.top + self.length

    @property
    def home_y(self) -> int:
        """Where the first line stands: three quarters of a line below the top margin."""
        return self.top + 3 * self.line // 4

    @property
    def at_home(self) -> bool:
        """Whether the cursor stands where a page begins."""
        return self.x == self.left and self.y == self.home_y

    def begin(self) -> None:
        """Lay out the page anew after a change of sheet or orientation: default margins, cursor at home."""
        self.direction = 0
        self.clear_sides()
        height = self.size[1]
        self.top = TOP_MARGIN if height > TOP_MARGIN else 0
        self.length = _less(height - self.top, BOTTOM_MARGIN)
        self.home()
        self.moved = False

    def home(self) -> None:
        """Put the cursor where a page begins."""
        self.to_x(self.left)
        self.to_y(self.home_y)

    def clear_sides(self) -> None:
        """ESC 9: left and right margin at the edges of the logical page."""
        self.left, self.right = 0, self.size[0]

    def to_x(self, x: int) -> None:
        """Move along the line, as far as the logical page goes."""
        self.x = max(0, min(x, self.size[0]))

    def to_y(self, y: int) -> None:
        """Move down or up the page, as far as it goes."""
        self.y = max(0, min(y, self.size[1]))

    def down(self, distance: int, *, by_line: bool) -> int:
        """Move down past page ends; how many pages that ejects.

        Line feeds (`by_line`) end a page below the bottom margin while perforation skip is on, moves by rows
        (ESC&a+#R) and all others at its edge. What is left of a move goes on on the next page, in whole lines.
        """
        height = self.size[1]
        if not by_line:
            furthest = 2 * height - self.y
            distance = distance if distance < furthest else furthest + self.home_y
        y = self.y + distance
        margins = by_line and self.perforation
        limit = self.bottom if margins else height
        if y <= limit:
            self.y = max(y, 0)
            return 0
        ejected = 0
        start = self.y
        while y > limit:
            ejected += 1
            y -= max(limit, start)
            start = self.home_y if margins else 3 * self.line // 4
            if not self.line or y <= self.line or ejected > 2:
                y = start
                break
            y += start - 1 - (y - 1) % self.line
        self.y = y
        return ejected

    def set_top(self, lines: float) -> None:
        """ESC&l#E: top margin in lines; the text then reaches to half an inch above the edge."""
        height = self.size[1]
        top = int(abs(lines)) * self.line
        if self.line and top <= height:
            self.top = top
            self.length = _less(height - top, BOTTOM_MARGIN)

    def set_length(self, lines: float) -> None:
        """ESC&l#F: length of the text in lines; 0 is as long as half an inch above the edge allows."""
        height = self.size[1]
        length = int(abs(lines)) * self.line
        if not length:
            length = height - self.top - BOTTOM_MARGIN
            length = length if length >= 0 else length + BOTTOM_MARGIN
        if length >= 0 and self.top + length <= height:
            self.length = length

    def set_left(self, x: int) -> None:
        """ESC&a#L: left margin; it must lie left of the right one."""
        if x < self.right:
            self.left = x
            self.to_x(max(self.x, x))

    def set_right(self, x: int) -> None:
        """ESC&a#M: right margin; it must lie right of the left one."""
        x = min(x, self.size[0])
        if x > self.left:
            self.right = x
            self.to_x(min(self.x, x))

    def turn(self, direction: int) -> None:
        """ESC&a#P: run the lines another way; cursor and margins stay where they are on the sheet."""
        x, y = self.on_logical_page(self.x, self.y)
        corners = self.on_logical_page(self.left, self.top), self.on_logical_page(self.right, self.bottom)
        self.direction = direction
        self.x, self.y = (int(edge) for edge in self.under_lines(x, y))
        (x0, y0), (x1, y1) = (self.under_lines(*corner) for corner in corners)
        self.left, self.right = sorted((int(x0), int(x1)))
        self.top = int(min(y0, y1))
        self.length = int(abs(y1 - y0))

    def on_logical_page(self, x: float, y: float, turns: int | None = None) -> tuple[float, float]:
        """Where a place under the lines (or under something turned by `turns`) lies on the logical page."""
        width, height = self.logical_size
        return ((x, y), (y, height - x), (width - x, height - y), (width - y, x))[self._turns(turns)]

    def under_lines(self, x: float, y: float, turns: int | None = None) -> tuple[float, float]:
        """Where a place on the logical page lies under the lines: the reverse of on_logical_page()."""
        width, height = self.logical_size
        return ((x, y), (height - y, x), (width - x, height - y), (y, width - x))[self._turns(turns)]

    def _turns(self, turns: int | None) -> int:
        return self.direction if turns is None else turns


def _less(length: int, margin: int) -> int:
    return length - margin if length > margin else length
