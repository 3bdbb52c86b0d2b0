"""The brand mark as PNG, drawn at start: the icons that an IPP Printer shows to its clients (printer-icons)."""

import functools
import io
from typing import Final

from PIL import Image, ImageDraw

SIZES: Final = (48, 128, 512)
_OVERSAMPLED: Final = 4  # drawn larger and scaled down: PIL's own lines have no smooth edges
_GROUND, _MARK = (0, 97, 122, 255), (255, 255, 255, 255)


@functools.cache
def printer_png(size: int) -> bytes:
    """Draw the mark, a sheet going through a gate, as a square PNG of so many pixels."""
    side = size * _OVERSAMPLED
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    unit = side / 32  # the mark is drawn on a grid of 24 with a margin of 4
    draw.rounded_rectangle((0, 0, side - 1, side - 1), radius=6 * unit, fill=_GROUND)

    def at(*places: float) -> tuple[float, ...]:
        return tuple((place + 4) * unit for place in places)

    for sheet in ((7, 11, 7, 3.5, 17, 3.5, 17, 11), (7, 14.5, 7, 20.5, 17, 20.5, 17, 14.5)):
        draw.line(at(*sheet), fill=_MARK, width=round(1.75 * unit), joint="curve")
    draw.line(at(2.5, 12.5, 21.5, 12.5), fill=_MARK, width=round(2.75 * unit))
    small = image.resize((size, size), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    small.save(written, "PNG", optimize=True)
    return written.getvalue()
