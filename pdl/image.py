"""Count a picture (JPEG, PNG): one page, colour by its pixels: the task `count-image`.

A picture has no page size: it is counted as the one A4 sheet it is laid on when nothing else is asked for.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from PIL import Image, JpegImagePlugin, PngImagePlugin

from pdl.errors import DocumentRejected
from pdl.media import media_for
from pdl.report import Certainty, Confidence, MediaRun, Report
from pdl.source import Source, open_source

SHEET = (21000, 29700)
LONGEST_SIDE = 100_000
MOST_PIXELS = 200_000_000
# Decoded whole up to here; a larger JPEG is decoded at an eighth, and its colour is an estimate.
MOST_PIXELS_DECODED = 60_000_000
BAND_ROWS = 256
COLOR_THRESHOLD = 16
FORMATS = (JpegImagePlugin.JpegImageFile.format, PngImagePlugin.PngImageFile.format)
GRAY_MODES = {"1", "L", "LA", "I", "I;16", "F"}


def count(source: Source, arguments: Mapping[str, Any], _emit: object) -> dict[str, Any]:
    """Count a picture; DocumentRejected when it is damaged or larger than any picture."""
    Image.MAX_IMAGE_PIXELS = None  # the limit here is ours: PIL's would be a warning first
    try:
        with Image.open(open_source(source), formats=FORMATS) as picture:
            color, certainty = _color(picture)
    except (OSError, SyntaxError, ValueError, EOFError) as fault:
        raise DocumentRejected("The picture is damaged and cannot be read. Send it again.") from fault
    return Report(
        format=arguments["format"],
        verdict="ok",
        pages=1,
        impressions=1,
        sheets=1,
        copies=1,
        sides="one-sided",
        media=(MediaRun(1, media_for(*SHEET)),),
        color_pages=(1,) if color else (),
        confidence=Confidence("exact", certainty),
    ).to_json()


def _color(picture: Image.Image) -> tuple[bool, Certainty]:
    pixels = picture.width * picture.height
    if max(picture.size) > LONGEST_SIDE or pixels > MOST_PIXELS:
        raise DocumentRejected(f"The picture has {picture.width} x {picture.height} pixels: that is too many.")
    certainty: Certainty = "exact"
    if pixels > MOST_PIXELS_DECODED:
        if picture.format != "JPEG":
            return False, "exact" if picture.mode in GRAY_MODES else "unknown"
        picture.draft(picture.mode, (picture.width // 8, picture.height // 8))
        certainty = "estimated"
    # Gray or not, all of it is decoded: half a picture is a damaged document.
    picture.load()
    # Modes without colour need no look at their pixels.
    if picture.mode in GRAY_MODES:
        return False, "exact"
    return any(_has_color(band) for band in _bands(picture)), certainty


def _bands(picture: Image.Image) -> Iterator[Image.Image]:
    """Yield strips of the picture as RGB on white paper, so that memory holds one of them besides it."""
    for top in range(0, picture.height, BAND_ROWS):
        band = picture.crop((0, top, picture.width, min(top + BAND_ROWS, picture.height)))
        if band.mode in {"RGBA", "PA", "La", "RGBa"} or "transparency" in picture.info:
            band.info.update(picture.info)
            seen = band.convert("RGBA")
            band = Image.new("RGBA", seen.size, "white")
            band.alpha_composite(seen)
        yield band.convert("RGB")


def _has_color(band: Image.Image) -> bool:
    # Channel by channel: a reduction over the last axis of three is ten times slower.
    red, green, blue = (np.asarray(channel) for channel in band.split())
    high = np.maximum(np.maximum(red, green), blue)
    low = np.minimum(np.minimum(red, green), blue)
    return bool((high - low >= COLOR_THRESHOLD).any())
