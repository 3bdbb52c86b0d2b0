"""PWG and Apple raster into PDF, page by page: the sandbox task `raster-to-pdf`.

Rows go from the packed stream into a deflated image; one chunk of the document and one row are in memory.
Argument: `pages`, the most that may be written.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pdl.errors import DocumentRejected, LimitReached
from pdl.formats import HEAD_BYTES, leading_nulls
from pdl.packbits import skip_row, unpack_row
from pdl.pdf_write import Emit, PdfWriter
from pdl.placement import numbers
from pdl.raster_page import (
    ADOBE_RGB,
    CMYK,
    HEADER_SIZE,
    PWG_MAGIC,
    RGB,
    SGRAY,
    SRGB,
    START_SIZE,
    URF_MAGIC,
    K,
    Layout,
    PageHeader,
    W,
    read_header,
)
from pdl.source import Source
from pdl.window import Window

# Adobe RGB (1998) as PDF can say it without a profile: its white point, gamma 563/256 and primaries.
ADOBE_RGB_SPACE = (
    "[/CalRGB << /WhitePoint [0.9505 1 1.0891] /Gamma [2.19921875 2.19921875 2.19921875]"
    " /Matrix [0.57667 0.29734 0.02703 0.18556 0.62736 0.07069 0.18823 0.07529 0.99134] >>]"
)
# K counts ink, gray counts light: hence its reversed Decode.
_PDF_COLORS = {
    W: "/ColorSpace /DeviceGray",
    RGB: "/ColorSpace /DeviceRGB",
    K: "/ColorSpace /DeviceGray /Decode [1 0]",
    CMYK: "/ColorSpace /DeviceCMYK",
    SGRAY: "/ColorSpace /DeviceGray",
    SRGB: "/ColorSpace /DeviceRGB",
    ADOBE_RGB: f"/ColorSpace {ADOBE_RGB_SPACE}",
}


def raster_to_pdf(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Write the raster document as PDF; DocumentRejected when it is none, LimitReached past `pages`."""
    start = leading_nulls(source.pread(0, HEAD_BYTES))
    window = Window(source, start)
    layout: Layout = "urf" if source.pread(start, len(URF_MAGIC)) == URF_MAGIC else "pwg"
    if not window.take(START_SIZE[layout]).startswith((PWG_MAGIC, URF_MAGIC)):
        raise DocumentRejected("This is no PWG or Apple raster document.")
    writer = PdfWriter(emit)
    while header := window.take(HEADER_SIZE[layout]):
        if len(header) < HEADER_SIZE[layout]:
            # Padding after the last page is no page; a document of nothing else is none.
            break
        if writer.pages >= arguments["pages"]:
            raise LimitReached(f"The document has more than {arguments['pages']} pages.")
        _write_page(writer, window, read_header(layout, header))
    if not writer.pages:
        raise DocumentRejected("The raster document has no pages.")
    writer.close()
    return {"pages": writer.pages}


def _write_page(writer: PdfWriter, window: Window, page: PageHeader) -> None:
    image = writer.deflated(
        f"/Type /XObject /Subtype /Image /Width {page.width} /Height {page.height}"
        f" /BitsPerComponent {min(8, page.bits_per_color)} {_PDF_COLORS[page.color_space]}"
    )
    left = page.height
    while left:
        repeat, row = _next_row(window, page)
        for _ in range(min(left, repeat)):
            image.write(row)
        left -= min(left, repeat)
    number = image.close()
    width, height = page.size_points
    # The image fills the sheet. A back side that was turned for the device is turned back here.
    across, up = page.cross_feed * width, page.feed * height
    matrix = (across, 0.0, 0.0, up, 0.0 if across > 0 else width, 0.0 if up > 0 else height)
    writer.add_page((width, height), f"{numbers(matrix)} cm /I Do".encode("ascii"), f"/XObject << /I {number} 0 R >>")


def _next_row(window: Window, page: PageHeader) -> tuple[int, bytes]:
    while (end := skip_row(window.data, window.position + 1, page.units, page.unit_size)) < 0:
        if not window.more():
            raise DocumentRejected("The raster document ends in the middle of a page. Print it again.")
    repeat = window.data[window.position] + 1
    row = unpack_row(window.data[window.position + 1 : end], page.units, page.unit_size, page.white)
    window.position = end
    if page.bits_per_color == 16:
        # The upper half of each colour is all that eight bits keep; numbers are big-endian.
        row = np.ascontiguousarray(np.frombuffer(row, np.uint8)[::2]).tobytes()
    return repeat, row
