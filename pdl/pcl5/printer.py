"""A printer of PCL while it reads a job: its settings, the page it makes, the pages it has ejected."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pdl.errors import LimitReached
from pdl.pcl5.layout import Layout
from pdl.pcl5.page import Page
from pdl.pcl5.palette import BLACK, MONOCHROME, WHITE, Color, Palette
from pdl.pcl5.paper import UNITS_PER_INCH, Paper, paper_for
from pdl.pcl5.picture import Frame
from pdl.pcl5.raster import Raster
from pdl.report import Sides
from pdl.stream_defaults import LETTER, Defaults, Doubts
from pdl.tally import PageFacts

# Pages that one command may eject at once: macros of form feeds alone are no job.
MOST_WAITING = 250_000
DEFAULT_COLUMN = UNITS_PER_INCH // 10


@dataclass(slots=True)
class Font:
    """What of the chosen font moves the cursor: width of a column, and whether every character has it."""

    column: int = DEFAULT_COLUMN
    proportional: bool = False
    height: float = 12.0


@dataclass(slots=True)
class Settings:
    """What a printer remembers from command to command, and a macro call puts back after it."""

    layout: Layout
    copies: int
    sides: Sides
    source: int = 0
    paper_named: bool = False
    unit: int = UNITS_PER_INCH // 300
    column: int | None = None
    fonts: list[Font] = field(default_factory=lambda: [Font(), Font()])
    font: int = 0
    symbols: bytes = b"10U"
    line_ends: int = 0
    wrap: bool = False
    palette: Palette = MONOCHROME
    foreground: Color = BLACK
    components: tuple[float, float, float] = (0.0, 0.0, 0.0)
    pattern: int = 0
    pattern_id: int = 0
    rectangle: tuple[int, int] = (0, 0)
    gray: bool = False
    frame: Frame = field(default_factory=Frame)
    packing: int = 0
    overlay: bytes | None = None

    def copy(self) -> "Settings":
        """Settings that change apart from these."""
        fonts = [replace(font) for font in self.fonts]
        return replace(self, layout=replace(self.layout), frame=replace(self.frame), fonts=fonts)

    @property
    def column_width(self) -> int:
        """Width of a column: as set (ESC&k#H), else that of the font."""
        return self.fonts[self.font].column if self.column is None else self.column

    @property
    def character_width(self) -> int:
        """Width of a character: a column, or of proportional type half its height, which most letters are near."""
        font = self.fonts[self.font]
        return int(font.height * UNITS_PER_INCH / 144) if font.proportional else self.column_width

    @property
    def ink(self) -> Color:
        """What text and rules are printed in: the foreground, or white (ESC*v1T)."""
        return WHITE if self.pattern == 1 else self.foreground


class Printer:
    """A printer that was just switched on, with `defaults` as its user set them at its panel (or PJL did)."""

    def __init__(self, defaults: Defaults) -> None:
        self.defaults = defaults
        self.custom = (UNITS_PER_INCH * 17 // 2, UNITS_PER_INCH * 11)
        self.settings = self._fresh()
        self.page = Page()
        self.raster: Raster | None = None
        self.ejected: list[PageFacts] = []
        self.doubts = Doubts()
        self.patterns: dict[int, bool] = {}
        self.places: list[tuple[float, float]] = []
        # Set by whoever reads the stream: how to carry out a macro of this name.
        self.perform: Callable[[bytes], None] = lambda _: None
        self.level = 0
        self._front = True
        self._back = False
        self._last_paper: Paper | None = None

    @property
    def layout(self) -> Layout:
        """Where text goes on the page."""
        return self.settings.layout

    def _fresh(self) -> Settings:
        layout = Layout(paper_for(self.defaults.media))
        layout.begin()
        return Settings(layout, self.defaults.copies, self.defaults.sides)

    def reset(self) -> None:
        """ESC E: eject a marked page, forget all settings."""
        self.eject_marked()
        self.end_raster()
        self.settings = self._fresh()
        self.places.clear()
        self._front, self._back = True, False

    def mark(self, color: Color | None = None) -> None:
        """Print something at the cursor in this colour (the foreground's unless given)."""
        self.page.mark(self.settings.ink if color is None else color)

    def eject_marked(self) -> bool:
        """Eject the page if there is a mark on it; whether there was."""
        if not self.page.marked:
            return False
        self.eject()
        return True

    def eject(self) -> None:
        """Eject the page, marked or not, with the overlay macro upon it."""
        self.end_raster()
        settings = self.settings
        if settings.overlay is not None:
            self._lay_over(settings.overlay)
        page, self.page = self.page, Page()
        paper = settings.layout.paper
        if not settings.paper_named and self.defaults.media == LETTER:
            self.doubts.media = "the document names no sheet"
        color: bool | None = page.color or (None if page.unread else False)
        if self.defaults.gray or settings.gray:
            color = False
        elif page.faint and not page.sure:
            self.doubts.color = "a picture is nearly gray"
        elif color is None:
            self.doubts.color = page.unread
        # The back of a sheet is as large as its front.
        front = self._front or (self._last_paper is not None and self._last_paper.media != paper.media)
        self.ejected.append(PageFacts(paper.media, settings.copies, settings.sides, color, front, self._back))
        if len(self.ejected) > MOST_WAITING:
            raise LimitReached("A single command of the document prints more pages than can be counted.")
        self._last_paper = paper
        self._front = self._back = False

    def _lay_over(self, macro: bytes) -> None:
        """Carry out the overlay macro: in fresh settings, on the page as it is loaded (Technical Reference, 12)."""
        kept = self.settings
        self.settings = settings = self._fresh()
        settings.copies, settings.sides, settings.source = kept.copies, kept.sides, kept.source
        settings.gray = kept.gray
        settings.layout.paper, settings.layout.orientation = kept.layout.paper, kept.layout.orientation
        settings.layout.begin()
        self.perform(macro)
        self.end_raster()
        self.settings = kept

    def on_side(self, side: int) -> None:
        """ESC&a#G: the next page goes to the next side (0), to a front (1), to a back (2)."""
        if side and self.settings.sides != "one-sided":
            self._front, self._back = side == 1, side == 2

    def new_sheet(self) -> None:
        """Let the next page begin a sheet."""
        self._front, self._back = True, False

    def use_paper(self, paper: Paper) -> None:
        """Load other paper and lay out the page anew."""
        self.settings.layout.paper = paper
        self.settings.paper_named = True
        self.settings.overlay = None
        self.settings.layout.begin()

    def line_feed(self, distance: int) -> None:
        """Move down as a line feed does, perhaps to the next page."""
        self.layout.moved = True
        for _ in range(self.layout.down(distance, by_line=True)):
            self.eject()

    def carriage_return(self) -> None:
        """Move to the left margin."""
        self.layout.moved = True
        self.layout.to_x(self.layout.left)

    def form_feed(self) -> None:
        """Eject the page, marked or not; go to the first line of the next."""
        self.eject()
        self.layout.to_y(self.layout.home_y)

    def begin_raster(self) -> Raster:
        """Begin a picture at the cursor, if none is begun."""
        if self.raster is None:
            settings = self.settings
            layout, frame = settings.layout, settings.frame
            paper = layout.paper
            # Rows are as long as the sheet when nobody says otherwise.
            longest = max(paper.width, paper.height) if layout.orientation & 1 else paper.width
            width = frame.size[0] or longest * frame.dots // UNITS_PER_INCH
            self.raster = raster = Raster(settings.palette, settings.ink, frame.dots, width, frame.components)
            raster.placement = frame.place(layout, raster.row_bytes)
            self.page.marked = True
        return self.raster

    def end_raster(self) -> None:
        """End the picture; the cursor is below it."""
        raster, self.raster = self.raster, None
        if raster is None:
            return
        raster.finish()
        page = self.page
        page.color = page.color or raster.color
        page.sure = page.sure or (raster.color and raster.certain)
        page.faint = page.faint or not raster.certain
        page.unread = page.unread or raster.doubt
        raster.placement.leave(self.layout)
