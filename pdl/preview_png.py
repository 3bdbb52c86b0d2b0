"""Pictures of pages as PNG, no larger than was asked for; for the children that make previews."""

import io
from collections.abc import Callable

from PIL import Image, ImageChops, PngImagePlugin

Emit = Callable[[bytes], None]

# A page of a till roll must not become a picture of a hundred thousand rows.
HIGHEST = 3  # of the width
SMALLEST_SIDE = 1

# The formats that save() would load on its first call: in the sandbox no module can be loaded any more.
Image.preinit()
PNG = PngImagePlugin.PngImageFile.format


def fitted(size: tuple[float, float], width: int) -> tuple[int, int]:
    """Choose the size of the picture of a page of `size`: `width` wide, or as high as is allowed."""
    factor = min(width / max(size[0], 1e-6), HIGHEST * width / max(size[1], 1e-6))
    return max(SMALLEST_SIDE, round(size[0] * factor)), max(SMALLEST_SIDE, round(size[1] * factor))


def emit_png(picture: Image.Image, emit: Emit) -> None:
    """Write the picture, gray when it shows no colour: that is a third of the bytes."""
    if picture.mode == "RGB" and _is_gray(picture):
        picture = picture.convert("L")
    stream = io.BytesIO()
    picture.save(stream, PNG, compress_level=6)
    emit(stream.getvalue())


def _is_gray(picture: Image.Image) -> bool:
    red, green, blue = picture.split()
    return not (ImageChops.difference(red, green).getbbox() or ImageChops.difference(green, blue).getbbox())
