"""Pictures into PDF, one sheet each: the sandbox task `image-to-pdf`.

JPEG, PNG and Group 4 fax go in as they are, nothing lost; others are decoded, laid on white, and deflated with the
bits they have. Arguments: `media` (hundredths of millimetres or null), `scaling`, `pages` (the most that may be
written).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from pdl.errors import DocumentRejected, LimitReached
from pdl.image_colour import BAND_ROWS, on_white
from pdl.image_open import DAMAGE, GRAY_MODES, MOST_PIXELS_DECODED, from_start, load, opened, quiet
from pdl.image_pass import Packed, packed_fax, packed_jpeg, packed_png
from pdl.image_sheet import DEFAULT_DPI, MARGIN_POINTS, sane_resolution, sheet_of
from pdl.image_tiff import ORIENTATION, TiffPage, page_picture, tiff_pages
from pdl.media import A4
from pdl.pdf_write import Emit, PdfWriter
from pdl.placement import Matrix, Scaling, multiply, numbers, place, sheet_points
from pdl.source import Source, open_source

LARGEST_PROFILE = 4 * 1024 * 1024
_TIFF_MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# EXIF orientation (tag 0x0112): how the unit square of the picture comes to stand upright.
UPRIGHT: dict[int, Matrix] = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
LYING = {5, 6, 7, 8}

_COLOR_SPACES = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}
_PROFILE_KINDS = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}
_CHANNELS = {"1": 1, "L": 1, "I;16": 1, "RGB": 3, "CMYK": 4, "P": 1}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked for: the sheet (None: the picture's own, or A4) and how to fill it."""

    media: tuple[int, int] | None
    scaling: Scaling


def image_to_pdf(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Write the picture as PDF; DocumentRejected when it is damaged or of a kind not printed here."""
    media = arguments["media"]
    wanted = _Wanted((media[0], media[1]) if media else None, arguments["scaling"])
    source = from_start(source)
    writer = PdfWriter(emit)
    if source.pread(0, 4) in _TIFF_MAGICS:
        for number, page in enumerate(tiff_pages(source)):
            if number >= arguments["pages"]:
                raise LimitReached(f"The document has more than {arguments['pages']} pages.")
            _put_tiff(writer, source, page, wanted)
    else:
        with opened(open_source(source)) as picture:
            _put_picture(writer, source, picture, wanted)
    writer.close()
    return {"pages": writer.pages}


def _put_picture(writer: PdfWriter, source: Source, picture: Image.Image, wanted: _Wanted) -> None:
    packed = None
    if picture.format in {"JPEG", "MPO"}:
        packed = packed_jpeg(source)
    elif picture.format == "PNG":
        packed = packed_png(source)
    profile = picture.info.get("icc_profile") or b""
    image = _add_packed(writer, source, packed, picture.size, profile) if packed else _add_decoded(writer, picture)
    try:
        with quiet():
            orientation = int(picture.getexif().get(0x0112, 1))
    except DAMAGE:
        orientation = 1
    size = _points(picture.size, _resolution(picture))
    sheet = wanted.media or A4
    # `auto` for a picture means as large as the sheet shows it, which is what people expect of a photo.
    _put(writer, image, size, orientation, sheet, "fit" if wanted.scaling == "auto" else wanted.scaling, MARGIN_POINTS)


def _put_tiff(writer: PdfWriter, source: Source, page: TiffPage, wanted: _Wanted) -> None:
    packed = packed_fax(page)
    picture = page_picture(page) if page.width * page.height <= MOST_PIXELS_DECODED else None
    if packed:
        if picture:
            load(picture)
        image = _add_packed(writer, source, packed, (page.width, page.height), page.profile)
    elif picture:
        image = _add_decoded(writer, picture)
    elif page.width * page.height > MOST_PIXELS_DECODED:
        raise _too_large()
    else:
        raise DocumentRejected("The pixels of the TIFF picture are packed in a way that cannot be printed here.")
    dots = page.resolution
    size = _points((page.width, page.height), dots if dots and sane_resolution(*dots) else (DEFAULT_DPI, DEFAULT_DPI))
    own = sheet_of(page)
    scaling: Scaling = "fit" if wanted.scaling == "auto" else wanted.scaling
    if wanted.media is None and own:
        # It is a picture of all of its sheet, margins included.
        _put(writer, image, size, page.first(ORIENTATION, 1), own, scaling, 0.0)
    else:
        _put(writer, image, size, page.first(ORIENTATION, 1), wanted.media or A4, scaling, MARGIN_POINTS)


def _put(
    writer: PdfWriter,
    image: int,
    size: tuple[float, float],
    orientation: int,
    sheet: tuple[int, int],
    scaling: Scaling,
    margin: float,
) -> None:
    upright = UPRIGHT.get(orientation, UPRIGHT[1])
    width, height = (size[1], size[0]) if orientation in LYING else size
    points = sheet_points(sheet)
    placed = place((width, height), points, scaling, margin)
    matrix = multiply(multiply(upright, (width, 0, 0, height, 0, 0)), placed)
    writer.add_page(points, f"{numbers(matrix)} cm /I Do".encode("ascii"), f"/XObject << /I {image} 0 R >>")


def _points(pixels: tuple[int, int], dots: tuple[float, float]) -> tuple[float, float]:
    return pixels[0] * 72 / dots[0], pixels[1] * 72 / dots[1]


def _resolution(picture: Image.Image) -> tuple[float, float]:
    try:
        across, down = (float(axis) for axis in picture.info["dpi"])
        sane = sane_resolution(across, down)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        sane = False
    return (across, down) if sane else (DEFAULT_DPI, DEFAULT_DPI)


def _color_space(writer: PdfWriter, profile: bytes, colors: int, palette: bytes = b"") -> str:
    base = 3 if palette else colors
    space = _COLOR_SPACES[base]
    if profile and len(profile) <= LARGEST_PROFILE and profile[16:20] == _PROFILE_KINDS[base]:
        number = writer.add_stream(f"/N {base} /Alternate {space}", profile, deflate=True)
        space = f"[/ICCBased {number} 0 R]"
    return f"[/Indexed {space} {len(palette) // 3 - 1} <{palette.hex()}>]" if palette else space


def _dictionary(size: tuple[int, int], bits: int, space: str) -> str:
    return (
        f"/Type /XObject /Subtype /Image /Width {size[0]} /Height {size[1]}"
        f" /BitsPerComponent {bits} /ColorSpace {space}"
    )


def _add_packed(writer: PdfWriter, source: Source, packed: Packed, size: tuple[int, int], profile: bytes) -> int:
    space = _color_space(writer, profile, packed.colors, packed.palette)
    dictionary = f"{_dictionary(size, packed.bits, space)} /Filter {packed.filter} {packed.decode}"
    return writer.copy_stream(dictionary, packed.length, packed.pieces(source))


def _add_decoded(writer: PdfWriter, picture: Image.Image) -> int:
    if picture.width * picture.height > MOST_PIXELS_DECODED:
        raise _too_large()
    load(picture)
    mode = _mode(picture)
    palette = bytes(picture.getpalette("RGB") or ()) if mode == "P" else b""
    space = _color_space(writer, picture.info.get("icc_profile") or b"", _CHANNELS[mode], palette)
    bits = {"1": 1, "I;16": 16}.get(mode, 8)
    image = writer.deflated(_dictionary(picture.size, bits, space))
    for top in range(0, picture.height, BAND_ROWS):
        band = picture.crop((0, top, picture.width, min(top + BAND_ROWS, picture.height)))
        image.write(_samples(band, picture, mode))
    return image.close()


def _mode(picture: Image.Image) -> str:
    """Choose what the picture becomes: bits, gray of 8 or 16 bits, colours of a palette, RGB or CMYK."""
    if "transparency" not in picture.info:
        if picture.mode in {"1", "CMYK"}:
            return picture.mode
        if picture.mode.startswith("I;16"):
            return "I;16"
        # An index beyond the palette would be an error in PDF.
        if picture.mode == "P" and int(np.asarray(picture).max()) < len(picture.getpalette("RGB") or ()) // 3:
            return "P"
    return "L" if picture.mode in GRAY_MODES else "RGB"


def _samples(band: Image.Image, picture: Image.Image, mode: str) -> bytes:
    if mode == "I;16":
        return np.asarray(band).astype(">u2").tobytes()
    return (
        band.tobytes()
        if band.mode == mode == picture.mode and mode in {"1", "P", "CMYK"}
        else on_white(band, picture, mode).tobytes()
    )


def _too_large() -> LimitReached:
    return LimitReached(
        f"The picture has more than {MOST_PIXELS_DECODED // 1_000_000} million pixels: print a smaller one."
    )
