"""CUPS raster into PDF, page by page: the sandbox task `cups-raster-to-pdf`.

Rows go from the stream into a deflated image; a few of them are in memory. Argument: `pages`, the most that may be
written.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pdl.cups_raster import rows_of
from pdl.cups_raster_page import MAGIC_SIZE, VARIANTS, CupsHeader, read_header
from pdl.errors import DocumentRejected, LimitReached
from pdl.formats import HEAD_BYTES, leading_nulls
from pdl.pdf_write import Emit, PdfWriter
from pdl.placement import Matrix, Size, numbers
from pdl.raster_color import SPACES, Bytes
from pdl.raster_count import page_size
from pdl.raster_to_pdf import ADOBE_RGB_SPACE
from pdl.source import Source
from pdl.window import Window

_GRAY, _RGB, _CMYK = "/ColorSpace /DeviceGray", "/ColorSpace /DeviceRGB", "/ColorSpace /DeviceCMYK"
# By cupsColorSpace: what the samples are in PDF, and their order in the pixel. Ink of three colours is light reversed.
_PDF_COLORS: dict[int, tuple[str, tuple[int, ...]]] = {
    0: (_GRAY, (0,)),
    1: (_RGB, (0, 1, 2)),
    2: (_RGB, (0, 1, 2)),  # RGBA: what lies under the paint is white already
    3: (f"{_GRAY} /Decode [1 0]", (0,)),
    4: (f"{_RGB} /Decode [1 0 1 0 1 0]", (0, 1, 2)),
    5: (f"{_RGB} /Decode [1 0 1 0 1 0]", (2, 1, 0)),
    6: (_CMYK, (0, 1, 2, 3)),
    7: (_CMYK, (2, 1, 0, 3)),
    8: (_CMYK, (1, 2, 3, 0)),
    18: (_GRAY, (0,)),
    19: (_RGB, (0, 1, 2)),
    20: (f"/ColorSpace {ADOBE_RGB_SPACE}", (0, 1, 2)),
}


def cups_raster_to_pdf(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Write the raster document as PDF; DocumentRejected when it is none, LimitReached past `pages`."""
    start = leading_nulls(source.pread(0, HEAD_BYTES))
    variant = VARIANTS.get(source.pread(start, MAGIC_SIZE))
    if variant is None:
        raise DocumentRejected("This is no CUPS raster document.")
    window = Window(source, start + MAGIC_SIZE)
    writer = PdfWriter(emit)
    while len(header := window.take(variant.header_size)) == variant.header_size and header.strip(b"\0"):
        if writer.pages >= arguments["pages"]:
            raise LimitReached(f"The document has more than {arguments['pages']} pages.")
        _write_page(writer, window, read_header(variant, header))
    if not writer.pages:
        raise DocumentRejected("The raster document has no pages.")
    writer.close()
    return {"pages": writer.pages}


def _write_page(writer: PdfWriter, window: Window, page: CupsHeader) -> None:
    space, samples = _PDF_COLORS.get(page.space, ("", ()))
    plain = page.bits < 8
    if not _fits(page, samples):
        raise DocumentRejected("The raster document has a colour layout that cannot be rendered here. Print it as PDF.")
    image = writer.deflated(
        f"/Type /XObject /Subtype /Image /Width {page.width} /Height {page.height}"
        f" /BitsPerComponent {min(8, page.bits)} {space}"
    )
    for row, times in rows_of(window, page, writer.pages + 1):
        line = row[: (page.width * page.pixel_bits + 7) // 8] if plain else _line(page, row, samples)
        for _ in range(times):
            image.write(line)
    number = image.close()
    sheet, matrix = _placed(page)
    writer.add_page(sheet, f"{numbers(matrix)} cm /I Do".encode("ascii"), f"/XObject << /I {number} 0 R >>")


def _fits(page: CupsHeader, samples: tuple[int, ...]) -> bool:
    """Whether the page's pixels can be brought into PDF's order: those of few bits only where they lie so already."""
    if not samples or page.colors != SPACES[page.space].colors or (page.order == "planar" and page.colors > 1):
        return False
    if page.order == "chunked" and page.pixel_bits != page.bits * page.colors:
        return False
    return page.bits >= 8 or (samples == tuple(range(page.colors)) and (page.order == "chunked" or page.colors == 1))


def _line(page: CupsHeader, row: bytes, samples: tuple[int, ...]) -> bytes:
    """Eight bits of each sample of a row, side by side and in the order of PDF."""
    step = page.bits // 8
    upper: Bytes = np.frombuffer(row, np.uint8)[page.upper :: step]
    if page.order == "banded":
        pixels = upper[: page.width * page.colors].reshape(page.colors, page.width).T
    else:
        pixels = upper[: page.width * page.colors].reshape(page.width, page.colors)
    return pixels[:, list(samples)].tobytes()


def _placed(page: CupsHeader) -> tuple[Size, Matrix]:
    """The sheet in points, and the matrix that puts the image on it: without its margins, into its middle."""
    width, height = (
        page_size(pixels, dpi) * 72 / 2540
        for pixels, dpi in zip((page.width, page.height), page.resolution, strict=True)
    )
    sheet = (max(page.size[0], width), max(page.size[1], height)) if page.size[0] else (width, height)
    left, bottom = ((whole - part) / 2 for whole, part in zip(sheet, (width, height), strict=True))
    return sheet, (width, 0.0, 0.0, height, left, bottom)
