"""Pictures into PDF, one sheet each: the sandbox task `image-to-pdf`.

JPEG goes in as it is, never decoded; PNG and TIFF are decoded, laid on white, and deflated. Arguments:
`media` (hundredths of millimetres or null), `scaling`, `pages` (the most that may be written).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from PIL import Image, JpegImagePlugin, PngImagePlugin, TiffImagePlugin

from pdl.errors import DocumentRejected, LimitReached
from pdl.pdf_write import Emit, PdfWriter
from pdl.placement import Matrix, Scaling, Size, multiply, numbers, place, sheet_points
from pdl.source import Source, open_source

A4 = (21000, 29700)
MARGIN_POINTS = 6 / 25.4 * 72  # what most devices cannot print at the edges
DEFAULT_DPI = 200.0
MOST_PIXELS = 100_000_000
LARGEST_PROFILE = 4 * 1024 * 1024
BAND_ROWS = 256
CHUNK = 1024 * 1024

FORMATS = (
    JpegImagePlugin.JpegImageFile.format,
    PngImagePlugin.PngImageFile.format,
    TiffImagePlugin.TiffImageFile.format,
)

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

# JPEG markers: start of frame for baseline, extended and progressive Huffman coding, all that DCTDecode reads.
_READABLE_FRAMES = {0xC0, 0xC1, 0xC2}
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ADOBE, _SCAN, _END = 0xEE, 0xDA, 0xD9


def image_to_pdf(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Write the picture as PDF; DocumentRejected when it is damaged or of a kind not printed here."""
    # The limit below is ours: PIL's own would be a warning at first.
    Image.MAX_IMAGE_PIXELS = None
    sheet = sheet_points(tuple(arguments["media"] or A4))
    scaling: Scaling = arguments["scaling"]
    try:
        picture = Image.open(open_source(source), formats=FORMATS)
    except (OSError, SyntaxError, ValueError) as fault:
        raise DocumentRejected("The picture is damaged or of a kind that cannot be printed here.") from fault
    writer = PdfWriter(emit)
    with picture:
        if isinstance(picture, JpegImagePlugin.JpegImageFile):
            _put(writer, _add_jpeg(writer, source, picture), picture, sheet, scaling)
        else:
            for index in range(_frames(picture, arguments["pages"])):
                picture.seek(index)
                _put(writer, _add_decoded(writer, picture), picture, sheet, scaling)
    writer.close()
    return {"pages": writer.pages}


def _frames(picture: Image.Image, most: int) -> int:
    # An animated PNG is printed as its first picture; of TIFF every page is one.
    count = int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1
    if count > most:
        raise LimitReached(f"The document has more than {most} pages.")
    return count


def _put(writer: PdfWriter, image: int, picture: Image.Image, sheet: Size, scaling: Scaling) -> None:
    orientation = picture.getexif().get(0x0112, 1)
    upright = UPRIGHT.get(orientation, UPRIGHT[1])
    across, down = _resolution(picture)
    width, height = picture.width * 72 / across, picture.height * 72 / down
    if orientation in LYING:
        width, height = height, width
    # `auto` for a picture means as large as the sheet shows it, which is what people expect of a photo.
    placed = place((width, height), sheet, "fit" if scaling == "auto" else scaling, MARGIN_POINTS)
    matrix = multiply(multiply(upright, (width, 0, 0, height, 0, 0)), placed)
    writer.add_page(sheet, f"{numbers(matrix)} cm /I Do".encode("ascii"), f"/XObject << /I {image} 0 R >>")


def _resolution(picture: Image.Image) -> tuple[float, float]:
    try:
        across, down = (float(axis) for axis in picture.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return DEFAULT_DPI, DEFAULT_DPI
    sane = all(30 <= axis <= 4800 for axis in (across, down)) and 0.5 <= across / down <= 2
    return (across, down) if sane else (DEFAULT_DPI, DEFAULT_DPI)


def _add_jpeg(writer: PdfWriter, source: Source, picture: JpegImagePlugin.JpegImageFile) -> int:
    colors, adobe = _jpeg_frame(source)
    dictionary = (
        f"/Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height} /BitsPerComponent 8"
        f" /ColorSpace {_color_space(writer, picture, colors)} /Filter /DCTDecode"
    )
    if colors == 4 and adobe:
        # Adobe's programs write CMYK upside down, and say so by their marker alone.
        dictionary += " /Decode [1 0 1 0 1 0 1 0]"
    return writer.copy_stream(dictionary, source.size, _pieces(source))


def _pieces(source: Source) -> Iterator[bytes]:
    for offset in range(0, source.size, CHUNK):
        yield source.pread(offset, CHUNK)


def _jpeg_frame(source: Source) -> tuple[int, bool]:
    """How many colours, and whether Adobe's marker is there; walks the segments before the first scan."""
    position, colors, adobe = 2, 0, False
    while position + 4 <= source.size:
        mark, code, *length = source.pread(position, 4)
        if mark != 0xFF or code in {_SCAN, _END}:
            break
        if code == 0xFF:  # a fill byte
            position += 1
            continue
        if code in _FRAMES:
            if code not in _READABLE_FRAMES or source.pread(position + 4, 1) != b"\x08":
                raise DocumentRejected("This kind of JPEG (lossless, arithmetic or 12 bits) cannot be printed here.")
            colors = source.pread(position + 9, 1)[0]
        adobe = adobe or (code == _ADOBE and source.pread(position + 4, 5) == b"Adobe")
        position += 2 + max(2, int.from_bytes(bytes(length), "big"))
    if colors not in _COLOR_SPACES:
        raise DocumentRejected("The JPEG picture is damaged: it does not say how many colours it has.")
    return colors, adobe


def _color_space(writer: PdfWriter, picture: Image.Image, colors: int) -> str:
    profile = picture.info.get("icc_profile")
    if not profile or len(profile) > LARGEST_PROFILE or profile[16:20] != _PROFILE_KINDS[colors]:
        return _COLOR_SPACES[colors]
    number = writer.add_stream(f"/N {colors} /Alternate {_COLOR_SPACES[colors]}", profile, deflate=True)
    return f"[/ICCBased {number} 0 R]"


def _add_decoded(writer: PdfWriter, picture: Image.Image) -> int:
    if picture.width * picture.height > MOST_PIXELS:
        raise LimitReached(f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels: print a smaller one.")
    try:
        picture.load()
    except (OSError, SyntaxError, ValueError) as fault:
        raise DocumentRejected("The picture is damaged: its end is missing or it cannot be decoded.") from fault
    mode = _mode(picture)
    image = writer.deflated(
        f"/Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height}"
        f" /BitsPerComponent {1 if mode == '1' else 8} /ColorSpace {'/DeviceRGB' if mode == 'RGB' else '/DeviceGray'}"
    )
    for top in range(0, picture.height, BAND_ROWS):
        band = picture.crop((0, top, picture.width, min(top + BAND_ROWS, picture.height)))
        image.write(_on_white(band, mode))
    return image.close()


def _mode(picture: Image.Image) -> str:
    """Choose what the picture becomes: `1` (black and white), `L` (gray) or `RGB`."""
    if picture.mode == "1" and "transparency" not in picture.info:
        return "1"
    return "L" if picture.mode in {"1", "L", "LA", "La", "I", "I;16", "I;16B", "F"} else "RGB"


def _on_white(band: Image.Image, mode: str) -> bytes:
    if band.mode.startswith("I"):
        # Sixteen bits of gray: the upper eight are kept.
        return bytes((np.asarray(band).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8).tobytes())
    if band.mode in {"LA", "La", "RGBA", "RGBa", "PA"} or "transparency" in band.info:
        clear = band.convert("RGBA")
        band = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    return band.tobytes() if band.mode == mode else band.convert(mode).tobytes()
