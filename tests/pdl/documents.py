"""Documents made for the tests: page n has n black bars at its foot and a red square at its top left."""

import io
import struct

import numpy as np
import pikepdf
from PIL import Image

A4 = (595.276, 841.89)
A5 = (419.528, 595.276)


def pdf(pages=3, size=A4, extra=b"", **keys):
    """A PDF whose marks are at fractions of the page: see `marks`."""
    made = pikepdf.new()
    for number in range(1, pages + 1):
        width, height = size
        bars = b"".join(
            b"%.2f %.2f %.2f %.2f re f " % (width * (0.1 + 0.1 * n), height * 0.1, width * 0.05, height * 0.1)
            for n in range(number)
        )
        red = b"1 0 0 rg %.2f %.2f %.2f %.2f re f " % (width * 0.1, height * 0.8, width * 0.1, height * 0.1)
        made.add_blank_page(page_size=size)
        made.pages[-1].contents_add(b"0 g " + bars + red + extra)
        for key, value in keys.items():
            made.pages[-1].obj[f"/{key}"] = value
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def picture(width=400, height=566, number=1):
    """The same page as pixels."""
    image = np.full((height, width, 3), 255, np.uint8)
    for n in range(number):
        left = 0.1 + 0.1 * n
        image[int(height * 0.8) : int(height * 0.9), int(width * left) : int(width * (left + 0.05))] = 0
    image[int(height * 0.1) : int(height * 0.2), int(width * 0.1) : int(width * 0.2)] = (255, 0, 0)
    return image


def encoded(kind, image=None, **options):
    stream = io.BytesIO()
    made = image if isinstance(image, Image.Image) else Image.fromarray(picture() if image is None else image)
    made.save(stream, kind, **options)
    return stream.getvalue()


def text(pages=3):
    return "\f".join(f"Page {n}\nSecond line" for n in range(1, pages + 1)).encode()


def pwg(pages=3, **fields):
    """sRGB at 72 dpi, A4; a row is literals of at most 128 pixels."""
    out = b"RaS2"
    for number in range(1, pages + 1):
        header = bytearray(1796)
        header[:10] = b"PwgRaster\0"
        numbers = {
            272: 0, 276: 72, 280: 72, 352: 595, 356: 842, 372: 595, 376: 842, 384: 8, 388: 24, 392: 595 * 3, 400: 19,
            420: 3, 456: 1, 460: 1,
        } | fields.get("numbers", {})  # fmt: skip
        for offset, value in numbers.items():
            header[offset : offset + 4] = struct.pack(">I", value)
        out += bytes(header) + rows(picture(595, 842, number))
    return out


def urf(pages=3):
    out = b"UNIRAST\0" + struct.pack(">I", pages)
    for number in range(1, pages + 1):
        out += bytes((24, 1, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0)) + struct.pack(">III8x", 595, 842, 72)
        out += rows(picture(595, 842, number))
    return out


def rows(image):
    """PackBits as simply as it can be written; every row by itself."""
    out = bytearray()
    unit = image.shape[2] if image.ndim == 3 else 1
    for row in image:
        out.append(0)
        data = row.tobytes()
        for start in range(0, len(data), 128 * unit):
            part = data[start : start + 128 * unit]
            count = len(part) // unit
            out += bytes((257 - count if count > 1 else 0,)) + part
    return bytes(out)


def marks(image):
    """What a page shows: (number of bars, whether the red square is at the top left and has colour).

    Bars are counted as black runs along the row at 85 % of the height.
    """
    height, width = image.shape[:2]
    row = image[int(height * 0.85)]
    dark = (row.max(axis=1) < 100).astype(int)
    bars = int((np.diff(np.concatenate(([0], dark))) == 1).sum())
    square = image[int(height * 0.15), int(width * 0.15)]
    return bars, [int(value) for value in square]
