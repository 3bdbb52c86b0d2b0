"""The brand mark as PNG, drawn at start: the icons that an IPP Printer shows to its clients (printer-icons)."""

import functools
import io
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw

SIZES: Final = (48, 128, 512)
_OVERSAMPLED: Final = 4  # drawn larger and scaled down: PIL's own lines have no smooth edges
_GROUND, _MARK = (0, 97, 122), (255, 255, 255)

Place = Callable[..., tuple[float, ...]]
"""Turns coordinates of a grid of 24 into those of a picture."""


@functools.cache
def printer_png(size: int) -> bytes:
    """Draw the mark, a sheet going through a gate, as a square PNG of so many pixels."""
    icon = Image.composite(
        Image.new("RGB", (size, size), _MARK), Image.new("RGB", (size, size), _GROUND), _smooth(size, _mark)
    )
    icon.putalpha(_smooth(size, _ground))
    written = io.BytesIO()
    icon.save(written, "PNG", optimize=True)
    return written.getvalue()


def _smooth(size: int, draw: Callable[[ImageDraw.ImageDraw, Place], None]) -> Image.Image:
    """Draw where something is; one octet per pixel, for large and in colour it would cost tens of megabytes."""
    side = size * _OVERSAMPLED
    unit = side / 32  # the grid, with a margin of 4
    large = Image.new("L", (side, side), 0)
    draw(ImageDraw.Draw(large), lambda *places: tuple((place + 4) * unit for place in places))
    return large.resize((size, size), Image.Resampling.LANCZOS)


def _ground(draw: ImageDraw.ImageDraw, at: Place) -> None:
    first, last, radius = at(-4, 28, 2)
    draw.rounded_rectangle((first, first, last - 1, last - 1), radius=radius, fill=255)


def _mark(draw: ImageDraw.ImageDraw, at: Place) -> None:
    thin, thick = (round(width) for width in at(1.75 - 4, 2.75 - 4))
    for sheet in ((7, 11, 7, 3.5, 17, 3.5, 17, 11), (7, 14.5, 7, 20.5, 17, 20.5, 17, 14.5)):
        draw.line(at(*sheet), fill=255, width=thin, joint="curve")
    draw.line(at(2.5, 12.5, 21.5, 12.5), fill=255, width=thick)
