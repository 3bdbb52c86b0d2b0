"""Documents for the counters' tests, made here: PDF by hand and by pikepdf, raster by struct."""

import io
import struct

import pikepdf


def pdf(*contents, size=(595, 842), resources=None, **keys):
    """A PDF with a page for each content stream; `keys` go into every page."""
    made = pikepdf.new()
    for content in contents:
        made.add_blank_page(page_size=size)
        page = made.pages[-1]
        page.obj.Contents = made.make_stream(content)
        page.obj.Resources = resources(made) if resources else pikepdf.Dictionary()
        for key, value in keys.items():
            page.obj[f"/{key}"] = value(made) if callable(value) else value
    return saved(made)


def saved(made, **options):
    stream = io.BytesIO()
    made.save(stream, **options)
    return stream.getvalue()


def long_pdf(count):
    """A flat PDF of `count` empty pages, written without a library: fast."""
    out = bytearray(b"%PDF-1.4\n")
    offsets = []

    def add(body):
        offsets.append(len(out))
        out.extend(b"%d 0 obj\n" % len(offsets) + body + b"\nendobj\n")

    kids = b" ".join(b"%d 0 R" % (3 + n) for n in range(count))
    add(b"<</Type/Catalog/Pages 2 0 R>>")
    add(b"<</Type/Pages/Count %d/MediaBox[0 0 595 842]/Kids[%s]>>" % (count, kids))
    for _ in range(count):
        add(b"<</Type/Page/Parent 2 0 R/Resources<<>>>>")
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, start)
    return bytes(out)


def pwg(*pages):
    """PWG raster of the given pages: see `pwg_page`."""
    return b"RaS2" + b"".join(pages)


def pwg_page(rows, **numbers):
    """One page 8 pixels wide at 100 dpi; `rows` as packed, `numbers` by the names below."""
    offsets = {
        "duplex": 272, "dpi_x": 276, "dpi_y": 280, "copies": 340, "tumble": 368, "width": 372, "height": 376,
        "bits": 384, "pixel_bits": 388, "length": 392, "order": 396, "space": 400, "total": 452,
    }  # fmt: skip
    given = {"dpi_x": 100, "dpi_y": 100, "width": 8, "height": 16, "bits": 8, "pixel_bits": 24, "space": 19} | numbers
    given.setdefault("length", (given["width"] * given["pixel_bits"] + 7) // 8)
    header = bytearray(1796)
    header[:10] = b"PwgRaster\0"
    for name, number in given.items():
        struct.pack_into(">I", header, offsets[name], number)
    return bytes(header) + rows


def urf(*pages, total=0):
    return b"UNIRAST\0" + struct.pack(">I", total) + b"".join(pages)


def urf_page(rows, *, bits=24, space=1, sides=1, copies=0, width=8, height=16, dpi=100):
    return struct.pack(">8B4xIII8x", bits, space, sides, 4, 0, 0, 0, copies, width, height, dpi) + rows


GRAY_ROW = b"\x0f" + b"\x07\x80\x80\x80"  # 16 times 8 pixels of middle gray
COLOR_ROW = b"\x0f" + b"\xf9" + bytes(21) + b"\xff\x00\x00"  # 16 times 7 black pixels and a red one
