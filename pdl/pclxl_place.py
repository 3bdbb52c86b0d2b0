"""Where on its page PCL XL paints: coordinates, clipping and paths, followed by the boxes around them.

HP "PCL XL Feature Reference" 2.0, chapter 4. Enough to tell what lies beside the page or is clipped away; shapes are
their boxes, so that what is called hidden is hidden, and what is called visible may in rare cases not be.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

from pdl.media import Media
from pdl.pclxl_tokens import Attributes, Value

MEASURE, UNITS_PER_MEASURE, ORIENTATION = 134, 137, 40
PAGE_ANGLE, PAGE_ORIGIN, PAGE_SCALE, BOUNDING_BOX, CLIP_REGION = 41, 42, 43, 66, 83
END_POINT, POINT, CONTROL_POINTS, NUMBER_OF_POINTS, POINT_TYPE = 69, 76, (81, 82), 77, 80
PEN_WIDTH, CHAR_SIZE, DESTINATION_SIZE, DATA_ORG = 75, 166, 103, 130
EXTERIOR = 1

# Hundredths of a millimetre in an inch, a millimetre, a tenth of one (enumeration Measure).
_MEASURES = (2540.0, 100.0, 10.0)
_POINT_TYPES = "BbHh"
# Text reaches so many sizes of its font around the cursor: nobody measures its letters here.
_LETTERS = 40.0
_FONT_SIZE = 100.0


class Box(NamedTuple):
    """A box around something, its left top first."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, points: list[tuple[float, float]]) -> Self:
        """Around points, of which there is one at least."""
        across, down = [x for x, _ in points], [y for _, y in points]
        return cls(min(across), min(down), max(across), max(down))

    def grown(self, by: float) -> "Box":
        """The box with so much more on each side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def meet(self, other: "Box") -> "Box | None":
        """What the two have in common; None for nothing, or an edge of what is wider than a line."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        if left > right or top > bottom:
            return None
        if (left == right and self.left < self.right) or (top == bottom and self.top < self.bottom):
            return None
        return Box(left, top, right, bottom)

    def join(self, other: "Box | None") -> "Box":
        """The box around both."""
        if other is None:
            return self
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def covers(self, other: "Box") -> bool:
        """Whether `other` lies within."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    @property
    def area(self) -> float:
        """Width times height."""
        return (self.right - self.left) * (self.bottom - self.top)


Matrix = tuple[float, float, float, float, float, float]


@dataclass(slots=True)
class _State:
    """What the graphics state holds of places: matrix to the page, clip and whether it is a plain box, pen, font."""

    matrix: Matrix
    clip: Box
    plain: bool = True
    pen: float = 0.0
    font: float = _FONT_SIZE
    path: Box | None = None
    points: int = 0
    cursor: tuple[float, float] | None = None


@dataclass(slots=True)
class Place:
    """The page being painted, in the units of its session."""

    page: Box
    session_unit: tuple[float, float]  # hundredths of a millimetre
    _state: _State = field(init=False)
    _pushed: list[_State] = field(default_factory=list)
    _high_byte_first: bool = False
    _given: Attributes = field(default_factory=dict)
    _relative: bool = False

    def __post_init__(self) -> None:
        self._state = _State(_UNMOVED, self.page)

    @property
    def clip(self) -> Box:
        """What of the page can be painted on."""
        return self._state.clip

    @property
    def plain(self) -> bool:
        """Whether all of `clip` can be."""
        return self._state.plain

    @property
    def path(self) -> Box | None:
        """Around the current path and its outline; None when it is empty."""
        return self._state.path.grown(self._outline) if self._state.path else None

    def box(self, attributes: Attributes) -> Box | None:
        """Around the shape that an operator paints by itself, with its outline."""
        given = attributes.get(BOUNDING_BOX)
        return self._moved(_corners(given)).grown(self._outline) if given and len(given.numbers) == 4 else None

    def filled(self, attributes: Attributes) -> Box | None:
        """The rectangle that an operator fills; None when it is turned, or none is given."""
        straight = not (self._state.matrix[1] or self._state.matrix[2])
        given = attributes.get(BOUNDING_BOX)
        return self._moved(_corners(given)) if straight and given and len(given.numbers) == 4 else None

    def picture(self, attributes: Attributes) -> Box | None:
        """Around the picture that begins at the cursor; None when that is not known."""
        size, at = attributes.get(DESTINATION_SIZE), self._state.cursor
        if at is None or size is None or len(size.numbers) != 2:
            return None
        width, height = size.numbers
        return self._moved([at, (at[0] + width, at[1]), (at[0], at[1] + height), (at[0] + width, at[1] + height)])

    def text(self) -> Box | None:
        """Around text at the cursor, generously; None when that is not known."""
        at = self._state.cursor
        if at is None:
            return None
        reach = max(self._state.font, _FONT_SIZE) * _LETTERS
        near = self._state.font * 2 + self.session_pixels
        return self._moved([(at[0] - near, at[1] - near), (at[0] + reach, at[1] + near)])

    @property
    def session_pixels(self) -> float:
        """A quarter of an inch in units of the session."""
        return 635.0 / min(self.session_unit)

    # --- operators

    def push(self, _: Attributes) -> None:
        """PushGS."""
        self._pushed.append(replace(self._state))

    def pop(self, _: Attributes) -> None:
        """PopGS."""
        if self._pushed:
            self._state = self._pushed.pop()

    def reset_matrix(self, _: Attributes) -> None:
        """SetPageDefaultCTM."""
        self._state.matrix = _UNMOVED

    def move_origin(self, attributes: Attributes) -> None:
        """SetPageOrigin."""
        x, y = _pair(attributes.get(PAGE_ORIGIN))
        self._state.matrix = _times((1, 0, 0, 1, x, y), self._state.matrix)

    def rotate(self, attributes: Attributes) -> None:
        """SetPageRotation: in quarters of a turn, anticlockwise on paper."""
        angle = attributes[PAGE_ANGLE].number if PAGE_ANGLE in attributes else 0
        sine, cosine = ((0, 1), (1, 0), (0, -1), (-1, 0))[round(angle / 90) % 4]
        self._state.matrix = _times((cosine, -sine, sine, cosine, 0, 0), self._state.matrix)

    def scale(self, attributes: Attributes) -> None:
        """SetPageScale: by factors, or to other units."""
        if PAGE_SCALE in attributes:
            x, y = _pair(attributes[PAGE_SCALE])
        elif unit := unit_of(attributes):
            x, y = unit[0] / self.session_unit[0], unit[1] / self.session_unit[1]
        else:
            return
        self._state.matrix = _times((x, 0, 0, y, 0, 0), self._state.matrix)

    def clip_to_page(self, _: Attributes) -> None:
        """SetClipToPage."""
        self._state.clip, self._state.plain = self.page, True

    def clip_replace(self, attributes: Attributes) -> None:
        """SetClipReplace: to the path, or what lies outside of it."""
        self.clip_to_page(attributes)
        self.clip_intersect(attributes)

    def clip_intersect(self, attributes: Attributes) -> None:
        """SetClipIntersect: to what is also in the path, or outside of it."""
        self._clip(attributes, self._state.path, plain=self._state.points == _RECTANGLE)

    def clip_rectangle(self, attributes: Attributes) -> None:
        """SetClipRectangle."""
        self.clip_to_page(attributes)
        self._clip(attributes, self.filled(attributes) or self.box(attributes), plain=bool(self.filled(attributes)))

    def clip_path(self, _: Attributes) -> None:
        """SetPathToClip."""
        self._state.path = self._state.clip

    def set_cursor(self, attributes: Attributes) -> None:
        """SetCursor."""
        self._state.cursor = _pair(attributes.get(POINT))

    def move_cursor(self, attributes: Attributes) -> None:
        """SetCursorRel."""
        if self._state.cursor is not None:
            self._state.cursor = _sum(self._state.cursor, _pair(attributes.get(POINT)))

    def forget_cursor(self) -> None:
        """Text has moved it, nobody knows how far."""
        self._state.cursor = None

    def set_pen_width(self, attributes: Attributes) -> None:
        """SetPenWidth."""
        self._state.pen = attributes[PEN_WIDTH].numbers[0] if PEN_WIDTH in attributes else 0.0

    def set_font(self, attributes: Attributes) -> None:
        """SetFont."""
        self._state.font = abs(attributes[CHAR_SIZE].numbers[0]) if CHAR_SIZE in attributes else _FONT_SIZE

    def open_data(self, attributes: Attributes) -> None:
        """OpenDataSource: which byte of a point comes first."""
        self._high_byte_first = DATA_ORG in attributes and not attributes[DATA_ORG].number

    def new_path(self, _: Attributes) -> None:
        """NewPath."""
        self._state.path, self._state.points = None, 0

    def shape_path(self, attributes: Attributes) -> None:
        """RectanglePath, EllipsePath and others of one box."""
        given = attributes.get(BOUNDING_BOX)
        if given and len(given.numbers) == 4:
            self._add(_corners(given), plain=True)

    def lines(self, attributes: Attributes) -> None:
        """LinePath, BezierPath: of points in attributes, or in the data that follow."""
        self._given, self._relative = attributes, False
        self._attributed()

    def relative_lines(self, attributes: Attributes) -> None:
        """LineRelPath, BezierRelPath: the same, each from where the last one ended."""
        self._given, self._relative = attributes, True
        self._attributed()

    def data(self, payload: bytes, *, curves: bool) -> None:
        """The points that follow one of the two."""
        kind = self._given[POINT_TYPE].number if POINT_TYPE in self._given else 0
        letter = _POINT_TYPES[kind & 3]
        size = struct.calcsize(letter)
        count = len(payload) // (2 * size) * 2
        numbers = struct.unpack_from(f"{'>' if self._high_byte_first else '<'}{count}{letter}", payload)
        points: list[tuple[float, float]] = list(zip(numbers[::2], numbers[1::2], strict=True))
        self._line(points, 3 if curves else 1)

    # --- within

    @property
    def _outline(self) -> float:
        a, b, c, d, _, _ = self._state.matrix
        return self._state.pen * max(abs(a), abs(b), abs(c), abs(d)) / 2

    def _attributed(self) -> None:
        names = (*CONTROL_POINTS, END_POINT)
        if points := [_pair(self._given[name]) for name in names if name in self._given]:
            self._line(points, len(points))

    def _line(self, points: list[tuple[float, float]], step: int) -> None:
        """Add points to the path; of a curve every third is on it, the others are around it."""
        at = self._state.cursor
        if at is None or not points:
            return
        line = [at]
        for number, point in enumerate(points):
            line.append(_sum(at, point) if self._relative else point)
            if number % step == step - 1:
                at = line[-1]
        self._state.cursor = at
        across, down = {x for x, _ in line}, {y for _, y in line}
        straight = step == 1 and len(line) in {4, 5} and len(across) == len(down) == 2
        self._add(line, plain=straight)

    def _add(self, points: list[tuple[float, float]], *, plain: bool) -> None:
        turned = bool(self._state.matrix[1] and self._state.matrix[0])
        first = self._state.path is None
        self._state.path = self._moved(points).join(self._state.path)
        self._state.points = _RECTANGLE if plain and first and not turned else _RECTANGLE + 1

    def _clip(self, attributes: Attributes, box: Box | None, *, plain: bool) -> None:
        if CLIP_REGION in attributes and attributes[CLIP_REGION].number == EXTERIOR:
            self._state.plain = False
            return
        # An empty path clips all away; printers differ in that, so that it does not count as such here.
        met = self._state.clip.meet(box) if box else None
        if box:
            self._state.clip = met or Box(0, 0, -1, -1)
        self._state.plain = self._state.plain and plain

    def _moved(self, points: list[tuple[float, float]]) -> Box:
        a, b, c, d, e, f = self._state.matrix
        if not (b or c):
            return Box.around([(a * x + e, d * y + f) for x, y in points])
        box = Box.around(points)
        corners = ((x, y) for x in (box.left, box.right) for y in (box.top, box.bottom))
        return Box.around([(a * x + c * y + e, b * x + d * y + f) for x, y in corners])


_UNMOVED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_RECTANGLE = 4
Step = Callable[[Place, Attributes], None]
STEPS: dict[int, Step] = {
    0x60: Place.pop,
    0x61: Place.push,
    0x62: Place.clip_replace,
    0x67: Place.clip_intersect,
    0x68: Place.clip_rectangle,
    0x69: Place.clip_to_page,
    0x6B: Place.set_cursor,
    0x6C: Place.move_cursor,
    0x6F: Place.set_font,
    0x74: Place.reset_matrix,
    0x75: Place.move_origin,
    0x76: Place.rotate,
    0x77: Place.scale,
    0x7A: Place.set_pen_width,
    0x80: Place.clip_path,
    0x48: Place.open_data,
    0x85: Place.new_path,
    0x91: Place.shape_path,
    0x97: Place.shape_path,
    0x99: Place.shape_path,
    0x9F: Place.shape_path,
    0xA1: Place.shape_path,
    0xA3: Place.shape_path,
    0x93: Place.lines,
    0x95: Place.relative_lines,
    0x9B: Place.lines,
    0x9D: Place.relative_lines,
}
CURVES, LINES = frozenset({0x93, 0x95}), frozenset({0x9B, 0x9D})


def unit_of(attributes: Attributes) -> tuple[float, float] | None:
    """One unit of BeginSession or SetPageScale in hundredths of a millimetre; None when there is none."""
    if MEASURE not in attributes or UNITS_PER_MEASURE not in attributes:
        return None
    measure = attributes[MEASURE].number
    counts = attributes[UNITS_PER_MEASURE].numbers
    if not 0 <= measure < len(_MEASURES) or len(counts) != 2 or not all(0 < count <= 65535 for count in counts):
        return None
    return _MEASURES[measure] / counts[0], _MEASURES[measure] / counts[1]


def page_of(media: Media, unit: tuple[float, float], attributes: Attributes) -> Box:
    """The page that BeginPage begins, in units of the session."""
    turned = ORIENTATION in attributes and attributes[ORIENTATION].number in {1, 3}
    width, height = (media.height, media.width) if turned else (media.width, media.height)
    return Box(0, 0, width / unit[0], height / unit[1])


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _pair(value: Value | None) -> tuple[float, float]:
    numbers = value.numbers if value else ()
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0.0, 0.0)


def _sum(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] + other[0], one[1] + other[1]


def _corners(value: Value) -> list[tuple[float, float]]:
    left, top, right, bottom = value.numbers
    return [(left, top), (right, bottom)]
