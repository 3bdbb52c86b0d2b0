"""What the pixels of a raster page say: whether it has colour, and how much ink it takes.

Colour spaces carry the numbers of cupsColorSpace (PWG 5102.4 table 10, cups/raster.h).
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from pdl.gray import COLOR_THRESHOLD, brightest, darkest, spread
from pdl.report import WHOLE_PAGE, Certainty, Coverage

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]

# By how much more cyan than magenta or yellow the profiles of presses (SWOP, FOGRA) mix gray, in steps of 255.
GRAY_OF_PROFILES = (-8, 40)
FULL = 255

Kind = Literal["light", "ink", "rgb", "inks", "lab", "other"]


@dataclass(frozen=True, slots=True)
class Space:
    """A colour space: its number of colours, and where in a pixel those stand that must agree to be gray.

    `chromatic` is in the order red, green, blue or cyan, magenta, yellow; `black` is None where there is none.
    """

    colors: int
    kind: Kind
    chromatic: tuple[int, ...] = ()
    black: int | None = None


_RGB = (0, 1, 2)
SPACES: dict[int, Space] = {
    0: Space(1, "light"),  # W
    1: Space(3, "rgb", _RGB),
    2: Space(4, "rgb", _RGB),  # RGBA
    3: Space(1, "ink"),  # K
    4: Space(3, "inks", (0, 1, 2)),  # CMY
    5: Space(3, "inks", (2, 1, 0)),  # YMC
    6: Space(4, "inks", (0, 1, 2), 3),  # CMYK
    7: Space(4, "inks", (2, 1, 0), 3),  # YMCK
    8: Space(4, "inks", (1, 2, 3), 0),  # KCMY
    9: Space(6, "other"),  # KCMYcm
    10: Space(4, "other"),  # GMCK
    11: Space(4, "other"),  # GMCS
    12: Space(1, "other"),  # WHITE
    13: Space(1, "other"),  # GOLD
    14: Space(1, "other"),  # SILVER
    15: Space(3, "other"),  # CIEXYZ
    16: Space(3, "lab", (0, 1, 2)),  # CIELab
    17: Space(4, "rgb", _RGB),  # RGBW
    18: Space(1, "light"),  # sGray
    19: Space(3, "rgb", _RGB),  # sRGB
    20: Space(3, "rgb", _RGB),  # AdobeRGB
    **{32 + number: Space(3, "other") for number in range(15)},  # ICC1 to ICCF
    **{48 + number: Space(number + 1, "other") for number in range(15)},  # DeviceN of 1 to 15 colours
}
LAB = 16


def colors_of(space: int) -> int:
    """How many colours a pixel of this space has; 0 for a space that nobody knows."""
    return SPACES[space].colors if space in SPACES else 0


class Samples(Protocol):
    """Pixels to look at, each standing on the page so many times."""

    @property
    def weights(self) -> Numbers:
        """How often each pixel stands on the page."""
        ...

    def channel(self, offset: int) -> Bytes:
        """Byte number `offset` of each pixel."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of one page's colour, how surely and whence, and the shares of it that C, M, Y and K cover."""

    color: bool | None
    certainty: Certainty
    basis: str
    shares: Shares | None = None


class Ink:
    """Looks at the pixels of one page: samples of 8 or 16 bits (of which the upper half counts), or gray of fewer."""

    def __init__(self, space: int, bits: int, *, little_endian: bool = False) -> None:
        self._space = SPACES.get(space, Space(0, "other"))
        self._number = space
        self._bits = bits
        self._upper = 1 if bits == 16 and little_endian else 0
        # Ink of each kind in 255ths of a pixel, cyan to black.
        self.inks = np.zeros(4, np.int64)
        self.color = False
        self._doubtful = False

    @property
    def readable(self) -> bool:
        """Whether pixels of this kind can be looked at."""
        few = self._bits in DENSITY and self._space.kind in {"light", "ink"}
        return self._space.kind != "other" and (few or self._bits in {8, 16})

    def look(self, pixels: Samples) -> None:
        """Take these pixels into account."""
        if self._space.kind in {"light", "ink"}:
            self._look_gray(pixels)
        elif self._space.kind == "inks":
            self._look_inks(pixels)
        else:
            self._look_light(pixels)

    def verdict(self, pixels: int) -> Verdict:
        """Judge all that was seen of a page of so many pixels."""
        if not self.readable:
            return Verdict(None, "unknown", f"colour space {self._number} at {self._bits} bits cannot be judged")
        shares = self.inks / (FULL * pixels)
        if self._space.kind in {"light", "ink"}:
            return Verdict(color=False, certainty="exact", basis="gray raster", shares=shares)
        if self._space.kind == "lab":
            return Verdict(self.color, "estimated", "pixels, taken from CIELab to sRGB", shares)
        if self._doubtful and not self.color:
            return Verdict(color=False, certainty="estimated", basis="inks as a profile mixes gray", shares=shares)
        return Verdict(self.color, "exact", "pixels", shares)

    def _sample(self, pixels: Samples, number: int) -> Bytes:
        return pixels.channel(number * (self._bits // 8) + self._upper)

    def _look_gray(self, pixels: Samples) -> None:
        samples = self._sample(pixels, 0) if self._bits >= 8 else DENSITY[self._bits][pixels.channel(0)]
        black = int((samples * pixels.weights).sum())
        if self._space.kind == "light":
            # Of fewer bits than 8, several pixels share a byte.
            full = FULL if self._bits >= 8 else FULL * 8 // self._bits
            black = int(pixels.weights.sum()) * full - black
        self.inks[3] += black

    def _look_inks(self, pixels: Samples) -> None:
        inks = [self._sample(pixels, number) for number in self._space.chromatic]
        self._compare_inks(*inks)
        if self._space.black is not None:
            inks.append(self._sample(pixels, self._space.black))
        for number, values in enumerate(inks):
            self.inks[number] += int((values * pixels.weights).sum())

    def _look_light(self, pixels: Samples) -> None:
        parts = [self._sample(pixels, number) for number in self._space.chromatic]
        if self._space.kind == "lab":
            parts = _from_lab(*parts)
        brightest = self._compare(*parts)
        # Gray is printed in black; of the inks only what is left over (full gray component replacement).
        weights = pixels.weights
        light = int((brightest * weights).sum())
        for number, values in enumerate(parts):
            self.inks[number] += light - int((values * weights).sum())
        self.inks[3] += int(weights.sum()) * FULL - light

    def _compare_inks(self, cyan: Bytes, magenta: Bytes, yellow: Bytes) -> None:
        if self.color:
            return
        unequal = spread(cyan, magenta, yellow) >= COLOR_THRESHOLD
        if unequal.any():
            c, m, y = (part[unequal].astype(np.int16) for part in (cyan, magenta, yellow))
            less, more = GRAY_OF_PROFILES
            gray = (c - m > less) & (c - m < more) & (c - y > less) & (c - y < more) & (abs(m - y) < COLOR_THRESHOLD)
            self.color = not gray.all()
            self._doubtful = self._doubtful or bool(gray.any())

    def _compare(self, one: Bytes, two: Bytes, three: Bytes) -> Bytes:
        most = brightest(one, two, three)
        if not self.color:
            self.color = bool((most - darkest(one, two, three) >= COLOR_THRESHOLD).any())
        return most


class Mean:
    """Mean coverage of pages."""

    def __init__(self) -> None:
        self._shares = np.zeros(4)
        self._pages = 0
        self._missing = False

    def add(self, shares: Shares | None) -> None:
        """Count one more page; None makes the mean unknown."""
        self._missing = self._missing or shares is None
        self._pages += 1
        if shares is not None:
            self._shares += np.clip(shares, 0, 1)

    def coverage(self) -> Coverage | None:
        """Mean of all pages, or None."""
        if self._missing or not self._pages:
            return None
        return Coverage(*(round(share * WHOLE_PAGE) for share in (self._shares / self._pages).tolist()))


def _densities(bits: int) -> Numbers:
    """For each byte, the samples of `bits` bits in it added up, each at its share of 255."""
    most = (1 << bits) - 1
    return np.array(
        [sum(FULL * (byte >> shift & most) // most for shift in range(0, 8, bits)) for byte in range(256)], np.int64
    )


# By bits of a sample: what each byte holds.
DENSITY = {bits: _densities(bits) for bits in (1, 2, 4, 8)}

# CIELab under D50 to linear sRGB (IEC 61966-2-1, adapted by Bradford).
_D50 = (0.96422, 1.0, 0.82521)
_TO_RGB = (
    (3.1338561, -1.6168667, -0.4906146),
    (-0.9787684, 1.9161415, 0.0334540),
    (0.0719453, -0.2289914, 1.4052427),
)


def _from_lab(lightness: Bytes, a: Bytes, b: Bytes) -> list[Bytes]:
    """8-bit CIELab (L* over 0..255, a* and b* offset by 128) as sRGB."""
    y = (lightness * np.float32(100 / 255) + 16) / 116
    x, z = y + (a.astype(np.float32) - 128) / 500, y - (b.astype(np.float32) - 128) / 200
    xyz = [
        white * np.where(part > 6 / 29, part**3, 3 * (6 / 29) ** 2 * (part - 4 / 29))
        for part, white in zip((x, y, z), _D50, strict=True)
    ]
    found = []
    for row in _TO_RGB:
        linear = np.clip(sum(factor * part for factor, part in zip(row, xyz, strict=True)), 0, 1)
        curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
        found.append((curved * FULL + 0.5).astype(np.uint8))
    return found
