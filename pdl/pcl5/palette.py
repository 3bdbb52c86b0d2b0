"""Colours of PCL: palettes by number, and how pixels are coded (PCL 5 Color Technical Reference, chapters 2 and 3).

A colour here is (red, green, blue), 0 to 255.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from pdl.gray import COLOR_THRESHOLD

Color = tuple[int, int, int]

WHITE: Color = (255, 255, 255)
BLACK: Color = (0, 0, 0)

RGB, CMY, COLORIMETRIC, LAB, LUMINANCE = range(5)
KCMY = -4
BY_PLANE, BY_PIXEL, DIRECT_BY_PLANE, DIRECT_BY_PIXEL = range(4)
MOST_BITS = 8


@dataclass(frozen=True, slots=True)
class Palette:
    """The active palette: colour space, coding of pixels, bits of an index and of each primary, the colours.

    `fixed`: the simple colour modes (ESC*r#U) do not let their palette be changed. `white` and `black` are the
    primaries' values that stand for none and all of the colour.
    """

    space: int = RGB
    encoding: int = BY_PLANE
    bits: int = 1
    primaries: tuple[int, int, int] = (1, 1, 1)
    colors: tuple[Color, ...] = (WHITE, BLACK)
    fixed: bool = True

    def color(self, index: int) -> Color:
        """Colour of this index; indices beyond the palette begin again."""
        return self.colors[index % len(self.colors)]

    def change(self, index: int, components: tuple[float, float, float]) -> "Palette":
        """Assign a colour, given by its primaries, to an index: the palette after that."""
        if self.fixed or not 0 <= index < len(self.colors):
            return self
        colors = list(self.colors)
        colors[index] = self.from_primaries(components)
        return replace(self, colors=tuple(colors))

    def default(self, index: int) -> "Palette":
        """Give an index its first colour again."""
        if self.fixed or not 0 <= index < len(self.colors):
            return self
        colors = list(self.colors)
        colors[index] = default_colors(self.space, self.bits)[index]
        return replace(self, colors=tuple(colors))

    def from_primaries(self, components: tuple[float, float, float]) -> Color:
        """Colour of three primaries in the palette's space; of a device-independent one only how far from gray."""
        if self.space == LAB:
            light, a, b = components
            return _byte(light * 2.55 + a), _byte(light * 2.55), _byte(light * 2.55 + b)
        if self.space == LUMINANCE:
            light, *chroma = components
            return _byte(light), _byte(light + chroma[0]), _byte(light + chroma[1])
        shares = (part / ((1 << bits) - 1) * 255 for part, bits in zip(components, self.primaries, strict=True))
        red, green, blue = (_byte(share) for share in shares)
        return (255 - red, 255 - green, 255 - blue) if self.space == CMY else (red, green, blue)


def is_colored(color: Color) -> bool:
    """Whether this is no gray to the eye."""
    return max(color) - min(color) >= COLOR_THRESHOLD


@lru_cache(maxsize=16)
def neutral(colors: tuple[Color, ...]) -> bytes:
    """The indices, of all that a byte can say, at which a palette of these colours has a gray."""
    # Jobs come with thousands of small pictures, and a palette or two.
    return bytes(index for index in range(256) if not is_colored(colors[index % len(colors)]))


def default_colors(space: int, bits: int) -> tuple[Color, ...]:
    """The first colours of a palette: mixtures of full primaries, and black beyond those."""
    size = 1 << bits
    if bits == 1:
        found = [WHITE, BLACK]
    elif space == KCMY:
        found = [BLACK if index & 1 else _mixture(index >> 1, CMY) for index in range(16)]
    elif bits == 2:
        found = (
            [WHITE, (0, 255, 255), (255, 0, 255), BLACK] if space == CMY else [BLACK, (255, 0, 0), (0, 255, 0), WHITE]
        )
    else:
        found = [_mixture(index, CMY if space == CMY else RGB) for index in range(8)]
    return tuple(found + [BLACK] * (size - len(found)))


def _mixture(bits: int, space: int) -> Color:
    color = (255 * (bits & 1), 255 * (bits >> 1 & 1), 255 * (bits >> 2 & 1))
    return (255 - color[0], 255 - color[1], 255 - color[2]) if space == CMY else color


def _byte(value: float) -> int:
    return max(0, min(255, round(value)))


MONOCHROME = Palette()

# ESC*r#U: how many planes a simple palette has, its sign the space: RGB, CMY, and black with CMY.
SIMPLE = {
    1: MONOCHROME,
    3: Palette(RGB, BY_PLANE, 3, (1, 1, 1), default_colors(RGB, 3)),
    -3: Palette(CMY, BY_PLANE, 3, (1, 1, 1), default_colors(CMY, 3)),
    KCMY: Palette(KCMY, BY_PLANE, 4, (1, 1, 1), default_colors(KCMY, 4)),
}

# HP-GL/2 begins with eight pens (IN): white, black, and the mixtures of the primaries.
PENS = Palette(
    RGB,
    BY_PLANE,
    3,
    (8, 8, 8),
    (WHITE, BLACK, (255, 0, 0), (0, 255, 0), (255, 255, 0), (0, 0, 255), (255, 0, 255), (0, 255, 255)),
    fixed=False,
)


def configured(data: bytes) -> Palette | None:
    """Read the palette that ESC*v#W makes (Configure Image Data, short form); None for what is none."""
    if len(data) < 6:
        return None
    space, encoding, bits, *primaries = data[:6]
    if space > LUMINANCE or encoding > DIRECT_BY_PIXEL:
        return None
    if encoding <= BY_PIXEL and not 1 <= bits <= MOST_BITS:
        return None
    if not all(1 <= depth <= 16 for depth in primaries):
        if encoding > BY_PIXEL:
            return None
        primaries = [8, 8, 8]
    space = RGB if space == COLORIMETRIC else space
    bits = bits if 1 <= bits <= MOST_BITS else MOST_BITS
    return Palette(
        space, encoding, bits, (primaries[0], primaries[1], primaries[2]), default_colors(space, bits), fixed=False
    )
