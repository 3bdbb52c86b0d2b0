"""A picture made smaller, upright, on white, as PNG: the sandbox task `preview-image`.

Arguments: `page` (from 1, of TIFF), `width` (pixels). Answer: `width` and `height` of the picture.
"""

from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, TiffImagePlugin

from pdl.errors import DocumentRejected, LimitReached
from pdl.image_open import DAMAGE, quiet
from pdl.preview_png import Emit, emit_png, fitted
from pdl.source import Source, open_source

MOST_PIXELS = 100_000_000
FORMATS = (
    JpegImagePlugin.JpegImageFile.format,
    PngImagePlugin.PngImageFile.format,
    TiffImagePlugin.TiffImageFile.format,
)


def preview_image(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Emit the small picture; DocumentRejected when it is damaged, LimitReached when it is too large to decode."""
    try:
        with quiet(), Image.open(open_source(source), formats=FORMATS) as picture:
            small = _small(picture, arguments["page"], arguments["width"])
    except DAMAGE as fault:
        raise DocumentRejected("The picture is damaged and cannot be shown.") from fault
    emit_png(small, emit)
    return {"width": small.width, "height": small.height}


def _small(picture: Image.Image, page: int, width: int) -> Image.Image:
    frames = int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1
    if page > frames:
        raise DocumentRejected(f"The document has no page {page}: it has {frames}.")
    picture.seek(page - 1)
    # A JPEG is decoded no larger than is needed, in half or quarter or eighth.
    picture.draft(None, (2 * width, 2 * width))
    if picture.width * picture.height > MOST_PIXELS:
        raise LimitReached(f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels: too many to show.")
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I"):
        # Sixteen bits of gray: PIL would cut them instead of scaling.
        upright = upright.point(lambda value: value / 256).convert("L")
    if upright.mode in {"LA", "La", "RGBA", "RGBa", "PA"} or "transparency" in upright.info:
        clear = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    target = fitted(upright.size, width)
    return upright.convert("L" if upright.mode in {"1", "L"} else "RGB").resize(target, Image.Resampling.BOX)
