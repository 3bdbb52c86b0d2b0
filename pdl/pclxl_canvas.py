"""Whether a page of PCL XL has colour: what is painted, with what, and where.

Pages are looked at quickly first: whatever paints in colour makes a page suspect. A suspect page is read once more,
closely: what lies beside the page, is clipped away or painted over does not count.
"""

import re
from collections.abc import Callable

from pdl import pclxl_tokens as xl
from pdl.media import Media
from pdl.pclxl_image import NO_COMPRESSION, Picture
from pdl.pclxl_paint import PATTERN_DEFINE_ID, PATTERN_PERSISTENCE, Paint
from pdl.pclxl_place import CURVES, LINES, STEPS, Box, Place, page_of, unit_of
from pdl.pclxl_tokens import Attributes, Tokens, incomplete, skipping
from pdl.window import Window

BLOCK_HEIGHT, COMPRESS_MODE, PAD_BYTES_MULTIPLE = 99, 101, 110
POP_GS, PUSH_GS, SET_BRUSH, SET_SPACE, SET_CURSOR, SET_PEN, SET_ROP = 0x60, 0x61, 0x63, 0x6A, 0x6B, 0x79, 0x7B
PAINT_PATH, RECTANGLE, TEXT, SCAN_LINE = 0x86, 0xA0, 0xA8, 0xB9
BEGIN_IMAGE, READ_IMAGE, END_IMAGE, BEGIN_PATTERN, READ_PATTERN, END_PATTERN = range(0xB0, 0xB6)
# With the brush, most with the pen too: also Chord, Ellipse, Pie, RoundRectangle.
_PAINTING = bytes((PAINT_PATH, 0x96, 0x98, 0x9E, RECTANGLE, 0xA2, TEXT, SCAN_LINE))
_STRUCTURE = bytes((*range(0x41, 0x47), *range(0x5B, 0x60), xl.PASS_THROUGH))
_PATTERNS = bytes((BEGIN_PATTERN, READ_PATTERN, END_PATTERN))
_STATE = bytes((POP_GS, PUSH_GS, SET_BRUSH, SET_SPACE, SET_PEN, SET_ROP, BEGIN_IMAGE, READ_IMAGE, END_IMAGE))
_PLACES = bytes(STEPS)


def _all_but(*kept: bytes) -> bytes:
    return bytes(sorted(set(range(0x41, 0xC0)) - set(b"".join(kept))))


# What is passed over: once the colour is known; looking quickly or closely, while nothing coloured can be painted
# (then text is not looked at, nor a cursor set for it alone), or while it can.
KNOWN = skipping(_all_but(_STRUCTURE, _PATTERNS))
# A gray that follows a gray: GrayLevel, or RGBColor of three equal bytes, for brush or pen.
_GRAYS = rb"(?>\xc0.\xf8\x09[\x63\x79]|\xc8(?:\xc0\x03|\xc1\x03\x00|\xc1\x00\x03)(.)\1\1\xf8\x0b[\x63\x79])"
_QUICK_GRAY = skipping(_all_but(_STRUCTURE, _PATTERNS, _STATE), more=_GRAYS)
_QUICK_ARMED = skipping(_all_but(_STRUCTURE, _PATTERNS, _STATE, _PAINTING))
_TEXT_PAIR = bytes((SET_CURSOR, TEXT))
_CLOSE_GRAY = skipping(_all_but(_STRUCTURE, _PATTERNS, _STATE, _PLACES, bytes((RECTANGLE,))), _TEXT_PAIR)
_CLOSE_ARMED = skipping(_all_but(_STRUCTURE, _PATTERNS, _STATE, _PLACES, _PAINTING))

# A picture's block is read whole to be unpacked, unless it is not packed at all.
LARGEST_BLOCK = 64 * 1024 * 1024
BAND_BYTES = 4 * 1024 * 1024
# Points of one path.
LARGEST_PATH = 16 * 1024 * 1024
# So many things in colour, each of which may be hidden: a page is in colour, and perhaps not.
MOST_MAYBES = 200
# A picture of which less than this share is cut off shows what it holds.
_WHOLE_ENOUGH = 0.98


class Canvas:
    """The page being painted, and what painting needs to know from before it.

    `color` is what is known so far. `suspect` asks for a closer look: closely(), and the page's operators again.
    `doubt` says why colour is an estimate, "" while it is none.
    """

    def __init__(self) -> None:
        self.color: bool | None = False
        self.suspect = False
        self.doubt = ""
        self._paint = Paint()
        self._unit: tuple[float, float] | None = None
        self._page: Box | None = None
        self._place: Place | None = None
        self._mark: Box | None = None  # the one in colour that may still be painted over
        self._maybe = ""  # why something else in colour may not be seen
        self._maybes = 0
        self._final = True
        self._picture: Picture | None = None
        self._picture_box: Box | None = None
        self._pattern: tuple[int, int] = (0, 0)
        self._attributes: Attributes = {}
        self._steps: dict[int, Callable[[Attributes], None]] = {
            POP_GS: self._paint.pop,
            PUSH_GS: self._paint.push,
            SET_BRUSH: self._paint.set_brush,
            SET_SPACE: self._paint.set_space,
            SET_PEN: self._paint.set_pen,
            SET_ROP: self._paint.set_rop,
            BEGIN_IMAGE: self._begin_image,
            BEGIN_PATTERN: self._begin_pattern,
            END_IMAGE: self._end_image,
            END_PATTERN: self._end_pattern,
        }

    @property
    def skip(self) -> re.Pattern[bytes]:
        """What of the operators to come need not be followed."""
        if self._final:
            return KNOWN
        if self._place is None:
            return _QUICK_ARMED if self._paint.armed else _QUICK_GRAY
        return _CLOSE_ARMED if self._paint.armed else _CLOSE_GRAY

    def begin_session(self, attributes: Attributes) -> None:
        """BeginSession."""
        self._unit = unit_of(attributes)
        self._paint.begin_session()

    def begin_page(self, media: Media, attributes: Attributes, *, gray: bool) -> None:
        """BeginPage of a page on `media`; `gray` when no colour will print whatever is painted."""
        self._page = page_of(media, self._unit, attributes) if self._unit and media.width else None
        self._place = None
        self._begin()
        self._final = gray

    def closely(self) -> None:
        """Begin the page again, this time closely."""
        assert self._page is not None
        assert self._unit is not None
        self._place = Place(self._page, self._unit)
        self._begin()

    def end_page(self) -> bool | None:
        """EndPage: whether the page has colour, None when it cannot be told."""
        if not self._final and self._mark is None:
            self.doubt = self.doubt or self._maybe
        self._final = True
        self._place = None
        self._picture = None
        return self.color

    def do(self, operator: int, attributes: Attributes) -> None:
        """Follow one operator of a page."""
        self._attributes = attributes
        if self._place is not None and (place_step := STEPS.get(operator)):
            place_step(self._place, attributes)
        if operator in _PAINTING:
            self._painted(operator, attributes)
        elif step := self._steps.get(operator):
            step(attributes)

    def take(self, operator: int, tokens: Tokens) -> bool:
        """Take the data that follow `operator`; False when they are of no interest, and still to be passed over."""
        if operator in {READ_IMAGE, READ_PATTERN}:
            return self._picture is not None and self._block(self._picture, tokens)
        if self._place is not None and operator in CURVES | LINES and tokens.length <= LARGEST_PATH:
            self._place.data(whole(tokens.window, tokens.length), curves=operator in CURVES)
            return True
        return False

    def see(self, color: bool | None, box: Box | None = None, *, picture: bool = False) -> None:
        """Something of this colour is painted, within `box` (None: nobody knows where)."""
        if self._final or color is False:
            return
        if color is None:
            self.color = self.color or None
        elif self._place is None:
            self.color = True
            self.suspect = self._page is not None
            self._final = not self.suspect
        elif box is None:
            self.color = self._final = True
        elif shown := box.meet(self._place.clip):
            self.color = True
            if reason := self._unsure(box, shown, self._place, picture=picture):
                self._maybe, self._maybes = reason, self._maybes + 1
                if self._maybes >= MOST_MAYBES:
                    self.doubt, self._final = reason, True
            elif self._mark is not None:
                self._final = True
            else:
                self._mark = shown

    # --- within

    def _begin(self) -> None:
        self._paint.begin_page()
        self.color = False
        self.suspect = False
        self._mark = None
        self._maybe, self._maybes = "", 0
        self._final = False
        self._picture = None

    def _unsure(self, box: Box, shown: Box, place: Place, *, picture: bool) -> str:
        """Why something that is painted may still not be seen; "" when it is."""
        if self._paint.mixing:
            return "something is painted in colour by a raster operation that may leave none"
        if self._paint.state.stale and not picture:
            return "a colour is used on after its colour space was changed"
        if not place.plain:
            return "what is in colour is clipped to a shape"
        if picture and shown.area < box.area * _WHOLE_ENOUGH:
            return "a picture in colour is partly cut off"
        return ""

    def _painted(self, operator: int, attributes: Attributes) -> None:
        state, place = self._paint.state, self._place
        inks = {state.brush} if operator in {TEXT, SCAN_LINE} else {state.brush, state.pen}
        color = True if True in inks else None if None in inks else False
        if place is None:
            self.see(color if self._paint.armed else False)
            return
        if operator == RECTANGLE:
            self._hide(place.filled(attributes))
        if not self._paint.armed:
            return
        if operator == PAINT_PATH:
            if place.path is not None:
                self.see(color, place.path)
        elif operator == TEXT:
            self.see(color, place.text())
            place.forget_cursor()
        else:
            self.see(color, None if operator == SCAN_LINE else place.box(attributes))

    def _hide(self, box: Box | None) -> None:
        """A rectangle is filled: what lies beneath is seen no more."""
        place, mark = self._place, self._mark
        if place is None or mark is None or box is None or not (self._paint.hiding and place.plain):
            return
        if box.covers(mark) and place.clip.covers(mark):
            self.color, self._mark = bool(self._maybe), None

    def _begin_image(self, attributes: Attributes) -> None:
        self._picture = Picture(self._paint.layout(attributes))
        self._picture_box = self._place.picture(attributes) if self._place else None
        if self._mark is not None and self._picture.wanted:
            # Only one thing in colour is watched for being painted over: this may be another.
            self._final = True
        if self._place and self._picture_box and not self._picture_box.meet(self._place.clip):
            self._picture = None

    def _begin_pattern(self, attributes: Attributes) -> None:
        self._picture = Picture(self._paint.layout(attributes))
        number, persistence = (
            attributes[name].number if name in attributes else 0 for name in (PATTERN_DEFINE_ID, PATTERN_PERSISTENCE)
        )
        self._pattern = number, persistence

    def _block(self, picture: Picture, tokens: Tokens) -> bool:
        if not picture.wanted:
            return False
        given = self._attributes
        mode, height, padding = (
            given[name].number if name in given else usual
            for name, usual in ((COMPRESS_MODE, NO_COMPRESSION), (BLOCK_HEIGHT, 65535), (PAD_BYTES_MULTIPLE, 4))
        )
        if mode != NO_COMPRESSION:
            if tokens.length > LARGEST_BLOCK:
                picture.color = None
                return False
            picture.block(whole(tokens.window, tokens.length), mode, height, max(1, padding))
            return True
        band = max(1, BAND_BYTES // picture.stride(padding)) * picture.stride(padding)
        while tokens.length and picture.wanted:
            part = whole(tokens.window, min(tokens.length, band))
            tokens.length -= len(part)
            picture.block(part, mode, 65535, padding)
        return not tokens.length

    def _end_image(self, _: Attributes) -> None:
        if self._picture is not None:
            self.see(self._picture.end(), self._picture_box, picture=True)
        self._picture = None

    def _end_pattern(self, _: Attributes) -> None:
        if self._picture is not None:
            self._paint.keep_pattern(*self._pattern, self._picture.end())
        self._picture = None


def whole(window: Window, length: int) -> bytes:
    """Take so many bytes. DocumentRejected when the stream has not as many."""
    data = window.take(length)
    if len(data) < length:
        raise incomplete()
    return data
