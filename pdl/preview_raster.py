"""One page of PWG or Apple raster, made smaller, as PNG: the sandbox task `preview-raster`.

Of each stretch of rows that becomes one a few are unpacked, the others passed over. Arguments: `page` (from 1), `width`
(pixels). Answer: `width` and `height` of the picture.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from pdl.errors import DocumentRejected
from pdl.formats import HEAD_BYTES, leading_nulls
from pdl.packbits import skip_row, unpack_row
from pdl.preview_png import Emit, emit_png, fitted
from pdl.raster_page import CMYK, HEADER_SIZE, START_SIZE, URF_MAGIC, K, Layout, PageHeader, read_header
from pdl.source import Source
from pdl.window import Window

SAMPLES = 4  # rows that one row of the picture is the mean of, at most

Row = npt.NDArray[np.floating]


def preview_raster(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Emit the picture; DocumentRejected when there is no such page or the document is damaged before its end."""
    start = leading_nulls(source.pread(0, HEAD_BYTES))
    layout: Layout = "urf" if source.pread(start, len(URF_MAGIC)) == URF_MAGIC else "pwg"
    window = Window(source, start + START_SIZE[layout])
    for number in range(1, arguments["page"] + 1):
        header = window.take(HEADER_SIZE[layout])
        if len(header) < HEADER_SIZE[layout]:
            raise DocumentRejected(f"The document has no page {arguments['page']}: it has {number - 1}.")
        page = read_header(layout, header)
        if number < arguments["page"]:
            _pass(window, page)
    picture = _shrunk(window, page, arguments["width"])
    emit_png(picture, emit)
    return {"width": picture.width, "height": picture.height}


def _pass(window: Window, page: PageHeader) -> None:
    done = 0
    while done < page.height:
        end = _row_end(window, page)
        done += window.data[window.position] + 1
        window.position = end


def _row_end(window: Window, page: PageHeader) -> int:
    """Find where the packed row that begins at the window's position ends, reading on as far as need be."""
    while True:
        end = skip_row(window.data, window.position + 1, page.units, page.unit_size)
        if end >= 0:
            return end
        if not window.more():
            raise DocumentRejected("The raster document ends in the middle of a page.")


def _shrunk(window: Window, page: PageHeader, width: int) -> Image.Image:
    wanted = fitted(page.size_points, min(width, page.width))
    # Where the device has fewer rows than the picture wants they are stretched at the end.
    size = wanted[0], min(wanted[1], page.height)
    columns = np.arange(size[0]) * page.width // size[0]
    each = np.diff(np.append(columns, page.width))[:, None]
    out = np.zeros((size[1], size[0], page.colors), np.float32)
    taken = np.zeros(size[1], np.float32)
    done = 0
    while done < page.height:
        end = _row_end(window, page)
        repeat = min(window.data[window.position] + 1, page.height - done)
        # The rows of the picture that this row is part of, for as often as it stands.
        first, last = done * size[1] // page.height, (done + repeat - 1) * size[1] // page.height
        if taken[last] < SAMPLES:
            data = unpack_row(window.data[window.position + 1 : end], page.units, page.unit_size, page.white)
            out[first : last + 1] += np.add.reduceat(_samples(data, page), columns, axis=0) / each
            taken[first : last + 1] += 1
        window.position = end
        done += repeat
    return _picture(out / np.maximum(taken, 1)[:, None, None], page).resize(wanted)


def _samples(data: bytes, page: PageHeader) -> Row:
    """Make one row of numbers 0 to 255: pixel, colour."""
    values = np.frombuffer(data, np.uint8)
    if page.bits_per_color == 1:
        values = np.unpackbits(values)[: page.width * page.colors] * 255
    elif page.bits_per_color == 16:
        values = values[::2]  # the upper half of each
    return values.reshape(page.width, page.colors).astype(np.float32)


def _picture(values: Row, page: PageHeader) -> Image.Image:
    if page.color_space == K:
        values = 255 - values
    elif page.color_space == CMYK:
        values = (255 - values[:, :, :3]) * (255 - values[:, :, 3:]) / 255
    # A back side that was turned for the device is turned back.
    values = values[:: page.feed, :: page.cross_feed]
    pixels = values.round().clip(0, 255).astype(np.uint8)
    if pixels.shape[2] == 1:
        return Image.fromarray(pixels[:, :, 0].copy(), "L")
    return Image.fromarray(pixels.copy(), "RGB")
