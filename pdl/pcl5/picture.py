"""Where a picture lies on the page, and where it leaves the cursor (PCL 5 Technical Reference, chapter 15).

A picture has its own directions: those of the sheet (ESC*r3F, the default) or those of the lines (ESC*r0F).
"""

from dataclasses import dataclass

from pdl.pcl5.layout import Layout
from pdl.pcl5.paper import UNITS_PER_INCH
from pdl.pcl5.planes import Planes

# What no printer prints on, at each edge of the sheet.
UNPRINTABLE = UNITS_PER_INCH // 6
# Empty rows together longer than this end the part of the picture before them.
_LONG_SKIP = 1024


@dataclass(slots=True)
class Frame:
    """How a picture is to be laid out: what the commands before it said.

    `size` are its dots across and down, `target` what they are to measure; None where nothing was said.
    `margin` is where its rows begin.
    """

    dots: int = 75
    size: tuple[int | None, int | None] = (None, None)
    target: tuple[int, int] = (0, 0)
    scaled: bool = False
    upright: bool = True
    margin: float = 0.0
    upwards: bool = False
    components: Planes | None = None

    def begin(self, mode: int, layout: Layout) -> None:
        """ESC*r#A: rows begin at the margin (0, 2) or at the cursor (1, 3), and are scaled (2, 3)."""
        self.scaled = bool(mode & 2)
        across = (layout.orientation + layout.direction) & 1
        self.margin = UNPRINTABLE if self.upright and across else 0.0
        if mode & 1:
            self.margin = layout.under_lines(*layout.on_logical_page(layout.x, layout.y), self._turns(layout))[0]

    def _turns(self, layout: Layout) -> int:
        turns = layout.orientation + layout.direction
        if self.upright:
            turns &= 2
        return turns - layout.orientation + (2 if self.upwards else 0) & 3

    def place(self, layout: Layout, row_bytes: int) -> "Placement":
        """Begin a picture of rows of so many bytes at the cursor."""
        turns = self._turns(layout)
        _, y = layout.under_lines(*layout.on_logical_page(layout.x, layout.y), turns)
        width, height = layout.logical_size
        paper = layout.paper
        inset = paper.landscape if layout.orientation & 1 else paper.portrait
        # How far the printable area reaches, across and down as the picture sees it.
        reach = (width + inset - UNPRINTABLE, height - UNPRINTABLE)
        across, down = (reach[1], reach[0]) if turns & 1 else reach
        step = self._step(across - self.margin, down - y)
        rows = max(1, int((down - y) / step)) if step else 1
        return Placement(
            self.margin, y, step, turns, min(rows, self.size[1] or rows), self.size[1] is not None, row_bytes
        )

    def _step(self, across: float, down: float) -> float:
        """Height of a row."""
        width, height = self.size
        to_width, to_height = self.target
        if self.scaled and width and height:
            if to_height:
                return to_height / height
            return to_width / width if to_width else max(1.0, min(across / width, down / height))
        return UNITS_PER_INCH / self.dots


@dataclass(slots=True)
class Placement:
    """A picture on the page: where it begins, as it sees it, and how many of its rows there is room for."""

    x: float
    y: float
    step: float
    turns: int
    room: int
    whole: bool
    row_bytes: int
    moved: int = 0
    _open: bool = False

    def add(self, rows: int) -> None:
        """Go on by rows with dots, as far as there is room."""
        rows = min(rows, self.room)
        self.moved += rows
        self.room -= rows
        self._open = self._open or rows > 0

    def skip(self, rows: int) -> None:
        """Go on by empty rows: long stretches of them move the cursor even past the room."""
        fitting = min(rows, self.room)
        if self._open and fitting * self.row_bytes <= _LONG_SKIP:
            self.moved += fitting
        else:
            self.moved += rows
            self._open = False
        self.room -= fitting

    def leave(self, layout: Layout) -> None:
        """Put the cursor below the picture; one of a set height is filled up with empty rows."""
        if self.whole:
            self.moved += self.room
        place = layout.on_logical_page(self.x, self.y + self.moved * self.step, self.turns)
        x, y = layout.under_lines(*place)
        layout.to_x(int(x + 0.5))
        layout.to_y(int(y + 0.5))
