"""Whether a picture within an XPS document has colour, by its pixels (JPEG, PNG, TIFF; ECMA-388, 9.1.5)."""

import io

import numpy as np
from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin

from pdl.gray import spread
from pdl.image_open import DAMAGE, GRAY_MODES, quiet
from pdl.xps_judgement import COLOR, MONO, UNJUDGED

# A JPEG with further pictures behind it is opened by this one: it must be here before it is needed.
_LOADED = (MpoImagePlugin,)
FORMATS = (
    JpegImagePlugin.JpegImageFile.format,
    PngImagePlugin.PngImageFile.format,
    TiffImagePlugin.TiffImageFile.format,
)
# Colours looked up in a table, of which some may be transparent.
TABLED = {"P", "PA"}
# What is larger is left to the renderer, which need not hold all of it.
MOST_PIXELS = 40_000_000
TINT_THRESHOLD = 5
BAND_ROWS = 256


def judge_picture(data: bytes) -> int:
    """Judge a picture: MONO, COLOR, or UNJUDGED when it cannot be read here (JPEG XR, damage)."""
    try:
        with quiet(), Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.mode in GRAY_MODES:
                return MONO
            if picture.width * picture.height > MOST_PIXELS:
                return COLOR
            picture.load()
            return COLOR if _has_color(picture) else MONO
    except DAMAGE:
        return UNJUDGED


def _has_color(picture: Image.Image) -> bool:
    for top in range(0, picture.height, BAND_ROWS):
        band = picture.crop((0, top, picture.width, min(top + BAND_ROWS, picture.height)))
        if band.mode in TABLED:
            band = band.convert("RGBA")
        # Pixels that are fully transparent count as well: that errs towards a look at the rendered page.
        red, green, blue = (np.asarray(channel) for channel in band.convert("RGB").split())
        if (spread(red, green, blue) >= TINT_THRESHOLD).any():
            return True
    return False
