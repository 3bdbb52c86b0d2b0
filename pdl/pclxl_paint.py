"""What a page of PCL XL paints with, as far as colour goes: brush, pen, colour space, palette, patterns, ROP."""

from dataclasses import dataclass, field, replace

from pdl.errors import DocumentRejected
from pdl.gray import COLOR_THRESHOLD
from pdl.pclxl_image import DEPTHS, GRAY, THREE_CHANNELS, Layout, steps_apart
from pdl.pclxl_tokens import Attributes, Value

PALETTE_DEPTH, COLOR_SPACE, NULL_BRUSH, NULL_PEN, PALETTE_DATA, PATTERN_SELECT_ID = 2, 3, 4, 5, 6, 8
GRAY_LEVEL, RGB_COLOR, PRIMARY_ARRAY, COLORIMETRIC_COLOR_SPACE, ROP3 = 9, 11, 14, 17, 44
COLOR_DEPTH, COLOR_MAPPING, PATTERN_PERSISTENCE, PATTERN_DEFINE_ID = 98, 100, 104, 105
SOURCE_HEIGHT, SOURCE_WIDTH = 107, 108
RGB = 2
# The deepest real streams push the graphics state a few dozen times.
DEEPEST_STATE = 10_000
MOST_PATTERNS = 10_000
# Raster operations that lay down what is painted, or nothing but black and white: the others mix it with the page.
_PLAIN_ROPS = frozenset(b"\x00\xf0\xcc\xfc\xff\xaa\xa0\xc0\x88\xb8\xe2\xca\xe4\xac\xee\xfa")
# These use neither brush nor picture, but for black, white, and what lies there already.
_OPAQUE_ROPS = frozenset({0xFC, 0xF0, 0xCC})
_COLORLESS_ROPS = frozenset({0x00, 0xFF, 0xAA})


@dataclass(slots=True)
class State:
    """The graphics state: whether brush and pen have colour (None: it cannot be told), and what colours mean.

    `solid` is a brush of one colour: not none, not a pattern. `stale` are brush and pen of an earlier colour space:
    the reference says that they turn black, and printers that they stay.
    """

    brush: bool | None = False
    pen: bool | None = False
    space: int = RGB
    palette: bytes | None = None
    rop: int = 0xFC
    solid: bool = True
    stale: bool = False


@dataclass(slots=True)
class Paint:
    """The graphics state and those pushed, and the patterns that are known by their numbers."""

    state: State = field(default_factory=State)
    _pushed: list[State] = field(default_factory=list)
    # Number to colour, by persistence: 0 until the picture's state is popped, 1 the page, 2 the session.
    _patterns: tuple[dict[int, bool | None], ...] = field(default_factory=lambda: ({}, {}, {}))

    @property
    def armed(self) -> bool:
        """Whether what is painted from now on may have colour."""
        return (self.state.brush is not False or self.state.pen is not False) and self.state.rop not in _COLORLESS_ROPS

    @property
    def mixing(self) -> bool:
        """Whether what is painted mixes with what lies there: then its colour may not be what is seen."""
        return self.state.rop not in _PLAIN_ROPS

    @property
    def hiding(self) -> bool:
        """Whether what is filled now hides what lay there, and has no colour itself."""
        return self.state.brush is False and self.state.solid and self.state.rop in _OPAQUE_ROPS

    def begin_page(self) -> None:
        """Begin with a new graphics state and no patterns but the session's."""
        self.state = State()
        self._pushed.clear()
        self._patterns[0].clear()
        self._patterns[1].clear()

    def begin_session(self) -> None:
        """Forget all patterns."""
        self.begin_page()
        self._patterns[2].clear()

    def push(self, _: Attributes) -> None:
        """PushGS. DocumentRejected when there is no end to it."""
        if len(self._pushed) >= DEEPEST_STATE:
            raise DocumentRejected("The document saves its graphics state without end.")
        self._pushed.append(replace(self.state))

    def pop(self, _: Attributes) -> None:
        """PopGS: one too many is ignored, as printers do."""
        if self._pushed:
            self.state = self._pushed.pop()

    def set_space(self, attributes: Attributes) -> None:
        """SetColorSpace."""
        space = attributes.get(COLOR_SPACE) or attributes.get(COLORIMETRIC_COLOR_SPACE)
        palette = attributes.get(PALETTE_DATA)
        self.state.space = space.number if space else RGB
        self.state.palette = palette.raw if palette else None
        self.state.stale = True

    def set_brush(self, attributes: Attributes) -> None:
        """SetBrushSource."""
        self.state.brush = self._source(attributes)
        self.state.stale = self.state.stale and self.state.pen is not False
        self.state.solid = NULL_BRUSH not in attributes and PATTERN_SELECT_ID not in attributes

    def set_pen(self, attributes: Attributes) -> None:
        """SetPenSource."""
        self.state.pen = self._source(attributes)
        self.state.stale = self.state.stale and self.state.brush is not False

    def set_rop(self, attributes: Attributes) -> None:
        """SetROP."""
        if ROP3 in attributes:
            self.state.rop = attributes[ROP3].number

    def layout(self, attributes: Attributes) -> Layout:
        """How the picture or pattern lies that BeginImage or BeginRastPattern announces. DocumentRejected."""
        numbers = [attributes[name].number if name in attributes else -1 for name in _PICTURE]
        mapping, depth, width, height = numbers
        if depth not in DEPTHS or not 0 < width <= 65535 or not 0 < height <= 65535:
            raise DocumentRejected("A picture in the document is damaged: its size makes no sense. Send it again.")
        palette = (self.state.palette or b"") if mapping == 1 else None
        return Layout(self.state.space, DEPTHS[depth], width, palette)

    def keep_pattern(self, number: int, persistence: int, color: bool | None) -> None:
        """Remember a pattern's colour under its number. DocumentRejected beyond all numbers."""
        kept = self._patterns[persistence if 0 <= persistence < 3 else 2]
        if len(kept) >= MOST_PATTERNS:
            raise DocumentRejected("The document defines patterns without end.")
        kept[number] = color

    def _source(self, attributes: Attributes) -> bool | None:
        if RGB_COLOR in attributes:
            return _is_colored(attributes[RGB_COLOR])
        if PATTERN_SELECT_ID in attributes:
            number = attributes[PATTERN_SELECT_ID].number
            # A pattern nobody defined may lie in the printer.
            return next((kept[number] for kept in self._patterns if number in kept), None)
        if PRIMARY_ARRAY in attributes and self.state.space != GRAY:
            known = self.state.space in THREE_CHANNELS and len(attributes[PRIMARY_ARRAY].numbers) >= 3
            return _is_colored(attributes[PRIMARY_ARRAY]) if known else None
        return False


_PICTURE = (COLOR_MAPPING, COLOR_DEPTH, SOURCE_WIDTH, SOURCE_HEIGHT)


def _is_colored(color: Value) -> bool:
    channels = color.numbers[:3]
    return len(channels) == 3 and steps_apart(channels, color.full_scale) >= COLOR_THRESHOLD
