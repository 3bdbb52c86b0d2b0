"""What the pixels of a picture say: whether it has colour, and how much ink it takes."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image

from pdl.gray import COLOR_THRESHOLD, brightest, darkest
from pdl.image_open import GRAY_MODES
from pdl.pdf_coverage import Inks
from pdl.report import Coverage

BAND_ROWS = 256
_CLEAR = {"LA", "La", "RGBA", "RGBa", "PA"}


class Look:
    """Colour and ink of one picture, added up band by band; its ink is that of the whole picture."""

    def __init__(self, picture: Image.Image) -> None:
        self.color = False
        self._inks: list[tuple[int, Coverage]] = []
        for band in bands(picture):
            self._add(band)

    def ink(self, share: float) -> tuple[float, float, float, float]:
        """Cyan, magenta, yellow and black where the picture takes `share` of its page."""
        rows = sum(height for height, _ in self._inks) or 1
        total = np.zeros(4)
        for height, ink in self._inks:
            total += np.array([ink.cyan, ink.magenta, ink.yellow, ink.black]) * (height / rows)
        cyan, magenta, yellow, black = (float(value) for value in total * share)
        return cyan, magenta, yellow, black

    def _add(self, band: Image.Image) -> None:
        if band.mode == "L":
            red = green = blue = high = np.asarray(band)
        else:
            red, green, blue = (np.asarray(channel) for channel in band.split())
            high = brightest(red, green, blue)
            self.color = self.color or bool((high - darkest(red, green, blue) >= COLOR_THRESHOLD).any())
        inks = Inks()
        inks.add(red, green, blue, high)
        if found := inks.mean():
            self._inks.append((band.height, found))


def bands(picture: Image.Image) -> Iterator[Image.Image]:
    """Yield strips of the picture, gray or RGB on white paper, so that memory holds one of them besides it."""
    mode = "L" if picture.mode in GRAY_MODES else "RGB"
    for top in range(0, picture.height, BAND_ROWS):
        yield on_white(picture.crop((0, top, picture.width, min(top + BAND_ROWS, picture.height))), picture, mode)


def on_white(band: Image.Image, picture: Image.Image, mode: str) -> Image.Image:
    """Make `band` of `picture` what paper shows of it, in `mode`."""
    if band.mode.startswith("I;16") or band.mode in {"I", "F"}:
        return Image.fromarray(_eight_bits(band))
    if band.mode in _CLEAR or "transparency" in picture.info:
        band.info.update(picture.info)
        # Of gray that was multiplied with its transparency Pillow makes nothing else.
        clear = (band.convert("LA") if band.mode == "La" else band).convert("RGBA")
        band = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    if band.mode == "LAB":
        # Near enough for an office: lightness, and the axes from green to red and from blue to yellow.
        light, red, yellow = band.split()
        band = Image.merge("YCbCr", (light, yellow.point(range(255, -1, -1)), red))
    return band if band.mode == mode else band.convert(mode)


def _eight_bits(band: Image.Image) -> npt.NDArray[np.uint8]:
    values = np.asarray(band)
    if values.dtype.kind == "f":
        # Floating samples are light from 0 to 1, where they are not bytes already.
        top = float(values.max(initial=0))
        values = values * (255.0 if top <= 1.0 else 255.0 / 65535.0 if top > 255.0 else 1.0)
        return values.clip(0, 255).astype(np.uint8)
    return (values.astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
