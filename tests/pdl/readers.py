"""Independent readers of what is written: from the specifications, sharing no code with `pdl`."""

import struct
import subprocess
from dataclasses import dataclass

import numpy as np


@dataclass
class Page:
    """One raster page: its header's fields, and its pixels (height, width, colours) as they stand in the stream."""

    fields: dict
    pixels: np.ndarray

    def upright(self):
        """The picture as a person sees it on the sheet."""
        across = -1 if self.fields.get("CrossFeedTransform") == 0xFFFFFFFF else 1
        down = -1 if self.fields.get("FeedTransform") == 0xFFFFFFFF else 1
        return self.pixels[::down, ::across]


# PWG 5102.4-2012 table 1: the offset of each field in the page header.
PWG_FIELDS = {
    "Duplex": 272, "HWResolutionX": 276, "HWResolutionY": 280, "NumCopies": 340, "PageSizeX": 352, "PageSizeY": 356,
    "Tumble": 368, "Width": 372, "Height": 376, "BitsPerColor": 384, "BitsPerPixel": 388, "BytesPerLine": 392,
    "ColorOrder": 396, "ColorSpace": 400, "NumColors": 420, "TotalPageCount": 452, "CrossFeedTransform": 456,
    "FeedTransform": 460, "ImageBoxRight": 472, "ImageBoxBottom": 476, "PrintQuality": 484,
}  # fmt: skip


def read_pwg(data):
    assert data[:4] == b"RaS2"
    position, pages = 4, []
    while position < len(data):
        header = data[position : position + 1796]
        assert header[:10] == b"PwgRaster\0"
        fields = {name: struct.unpack(">I", header[at : at + 4])[0] for name, at in PWG_FIELDS.items()}
        fields["PageSizeName"] = header[1732:1796].split(b"\0")[0].decode()
        assert fields["ColorOrder"] == 0
        pixels, position = _rows(data, position + 1796, fields)
        pages.append(Page(fields, pixels))
    return pages


def read_urf(data):
    assert data[:8] == b"UNIRAST\0"
    (total,) = struct.unpack(">I", data[8:12])
    position, pages = 12, []
    while position < len(data):
        bits, space, sides, quality = data[position : position + 4]
        width, height, dpi = struct.unpack(">III", data[position + 12 : position + 24])
        fields = {
            "BitsPerPixel": bits, "ColorSpace": space, "Sides": sides, "PrintQuality": quality, "Width": width,
            "Height": height, "HWResolutionX": dpi, "BytesPerLine": width * bits // 8, "TotalPageCount": total,
        }  # fmt: skip
        pixels, position = _rows(data, position + 32, fields)
        pages.append(Page(fields, pixels))
    return pages


def _rows(data, position, fields):
    width, height, length = fields["Width"], fields["Height"], fields["BytesPerLine"]
    unit = max(1, fields["BitsPerPixel"] // 8)
    image = bytearray()
    while len(image) < height * length:
        repeat, position = data[position] + 1, position + 1
        row = bytearray()
        while len(row) < length:
            code, position = data[position], position + 1
            if code < 128:
                row += data[position : position + unit] * (code + 1)
                position += unit
            elif code == 128:
                row = row.ljust(length, b"\xff")
            else:
                row += data[position : position + (257 - code) * unit]
                position += (257 - code) * unit
        assert len(row) == length
        image += row * repeat
    assert len(image) == height * length
    array = np.frombuffer(bytes(image), np.uint8).reshape(height, length)
    if fields["BitsPerPixel"] == 1:
        return np.unpackbits(array, axis=1)[:, :width, None], position
    return array.reshape(height, width, unit), position


# PCL XL Feature Reference 2.0: bytes of the values of each data type.
PXL_SCALARS = (1, 2, 4, 2, 4, 4)


def read_pclxl(data):
    """Pages as dictionaries of the attributes of BeginPage and EndPage (attribute number: first byte or number)."""
    position = data.index(b"\n", data.index(b") HP-PCL XL")) + 1
    pages, held, value = [], {}, None
    while position < len(data):
        tag = data[position]
        if tag == 0x1B:
            break
        if tag == 0xFA:
            position += 5 + struct.unpack("<I", data[position + 1 : position + 5])[0]
        elif tag == 0xFB:
            position += 2 + data[position + 1]
        elif tag == 0xF8:
            held[data[position + 1]] = value
            position += 2
        elif 0xC8 <= tag <= 0xCD:
            size = {0xC0: 1, 0xC1: 2}[data[position + 1]]
            count = int.from_bytes(data[position + 2 : position + 2 + size], "little")
            position += 2 + size + count * PXL_SCALARS[tag - 0xC8]
            value = None
        elif tag >= 0xC0:
            size = (1, 2, 4)[(tag - 0xC0) // 16] * PXL_SCALARS[tag & 7]
            value = int.from_bytes(data[position + 1 : position + 1 + size], "little")
            position += 1 + size
        else:
            assert 0x41 <= tag <= 0xBF or tag in (0, 9, 10, 11, 12, 13, 32), hex(tag)
            if tag == 0x43:
                pages.append(dict(held))
            elif tag == 0x44:
                pages[-1].update(held)
            held = {}
            position += 1
    assert data[position : position + 9] == b"\x1b%-12345X"
    return pages


def run(*argv, data=None):
    done = subprocess.run(argv, input=data, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def pictures(path, dpi=72):
    """The pages of a PDF as poppler draws them: arrays (height, width, 3)."""
    return _ppm(run("pdftoppm", "-r", str(dpi), str(path)))


def postscript_pictures(data, dpi=72):
    """The pages of PostScript as Ghostscript draws them, with as many copies as it asks for."""
    return _ppm(
        run("gs", "-q", "-dSAFER", "-sDEVICE=ppmraw", f"-r{dpi}", "-sOutputFile=-", "-sstdout=%stderr", "-", data=data)
    )


def _ppm(data):
    position, pages = 0, []
    while position < len(data):
        words = []
        while len(words) < 4:
            end = position
            while data[end] not in b" \n":
                end += 1
            word = data[position:end]
            if word.startswith(b"#"):
                position = data.index(b"\n", position) + 1
                continue
            words.append(word)
            position = end + 1
        assert words[0] == b"P6", words
        width, height = int(words[1]), int(words[2])
        pages.append(np.frombuffer(data, np.uint8, width * height * 3, position).reshape(height, width, 3))
        position += width * height * 3
    return pages


def page_sizes(path):
    """Width and height in points of each page, by poppler."""
    text = run("pdfinfo", "-l", "-1", str(path)).decode()
    return [
        (float(line.split()[3]), float(line.split()[5]))
        for line in text.splitlines()
        if line.startswith("Page ") and " size:" in line
    ]
