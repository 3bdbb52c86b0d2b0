"""Pictures, text and raster into PDF: judged by poppler and qpdf."""

import io
import struct
import zlib

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageCms

from pdl.errors import DocumentRejected, LimitReached
from pdl.limits import Limits
from pdl.source import BytesSource
from pdl.text_to_pdf import installed_font
from pdl.to_pdf import Sheet, to_pdf
from pdl.truetype import TrueTypeFont
from tests.pdl import documents
from tests.pdl.documents import A4, encoded, marks, picture
from tests.pdl.readers import page_sizes, pictures, run

pytestmark = pytest.mark.asyncio(loop_scope="module")

A5_MM = (14800, 21000)
MARGIN = 6 / 25.4 * 72


@pytest.fixture
def converted(sandbox, tmp_path):
    """Convert a document and have qpdf check the PDF; its path."""

    async def do(document, source_format, sheet=Sheet(), limits=Limits()):
        out = bytearray()

        async def sink(data):
            out.extend(data)

        await to_pdf(BytesSource(document), source_format, sheet, sandbox, sink, limits=limits)
        path = tmp_path / "out.pdf"
        path.write_bytes(out)
        assert b"WARNING" not in run("qpdf", "--check", str(path))
        return path

    return do


def extent(image, test):
    """(top, left, bottom, right) of the pixels that pass."""
    found = np.argwhere(test(image.astype(int)))
    return (*found.min(axis=0), *(found.max(axis=0) + 1))


def inked(image):
    return image.min(axis=2) < 250


# Pictures.


async def test_a_jpeg_is_embedded_as_it_is(converted):
    document = encoded("JPEG", quality=90)
    path = await converted(document, "image/jpeg")
    assert document in path.read_bytes()
    assert page_sizes(path) == [pytest.approx(A4, abs=0.1)]
    (image,) = pictures(path)
    assert marks(image)[0] == 1


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"progressive": True}),
        ("JPEG", {"quality": 95, "subsampling": 0, "dpi": (300, 300)}),
        ("PNG", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
    ],
)
async def test_a_picture_fills_the_sheet_but_for_the_margins(converted, kind, options):
    # A frame at the picture's edge shows how far it reaches.
    framed = picture(300, 300)
    framed[:6], framed[-6:], framed[:, :6], framed[:, -6:] = 0, 0, 0, 0
    path = await converted(encoded(kind, framed, **options), f"image/{kind.lower()}")
    (image,) = pictures(path)
    top, left, bottom, right = extent(image, inked)
    assert (left, right) == pytest.approx((MARGIN, A4[0] - MARGIN), abs=2)
    assert (top + bottom) / 2 == pytest.approx(A4[1] / 2, abs=2)
    assert bottom - top == pytest.approx(right - left, abs=2)


@pytest.mark.parametrize(
    ("scaling", "width"), [("none", 72), ("auto-fit", 72), ("auto", 595 - 2 * MARGIN), ("fill", 595)]
)
async def test_print_scaling_of_pictures(converted, scaling, width):
    document = encoded("PNG", np.zeros((300, 300, 3), np.uint8), dpi=(300, 300))
    (image,) = pictures(await converted(document, "image/png", Sheet(scaling=scaling)))
    _, left, _, right = extent(image, inked)
    assert right - left == pytest.approx(width, abs=2)
    assert (left + right) / 2 == pytest.approx(A4[0] / 2, abs=2)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
async def test_exif_orientation_stands_the_picture_up(converted, kind, orientation):
    upright = picture(200, 283, 2)
    # How a camera held that way stores it: the inverse of what orientation asks a viewer to do.
    stored = {
        1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2), 6: np.rot90, 7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }[orientation](upright)  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    document = encoded(kind, np.ascontiguousarray(stored), exif=exif, **({"quality": 95} if kind == "JPEG" else {}))
    (image,) = pictures(await converted(document, f"image/{kind.lower()}"))
    bars, (red, green, _) = marks(image[17:-17, 17:-17])
    assert bars == 2
    assert red > 200
    assert green < 80


async def test_cmyk_of_adobe_is_not_inverted(converted):
    # PIL writes Adobe's marker and the inverted values that go with it.
    ink = Image.new("CMYK", (64, 64), (0, 255, 255, 0))
    document = encoded("JPEG", ink, quality=95)
    assert b"Adobe" in document
    (image,) = pictures(await converted(document, "image/jpeg"))
    red, green, blue = image[421, 297].astype(int)
    assert red > 180
    assert max(green, blue) < 90


async def test_cmyk_without_the_marker_is_taken_as_it_is(converted):
    document = encoded("JPEG", Image.new("CMYK", (64, 64), (0, 255, 255, 255)), quality=95)
    at = document.index(b"\xff\xee")
    length = struct.unpack(">H", document[at + 2 : at + 4])[0]
    # Without its marker the same bytes mean the opposite of black with red: cyan.
    path = await converted(document[:at] + document[at + 2 + length :], "image/jpeg")
    (image,) = pictures(path)
    red, green, blue = image[421, 297].astype(int)
    assert red < 90
    assert max(green, blue) > 150


async def test_a_profile_that_fits_is_kept(converted):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = await converted(encoded("JPEG", icc_profile=profile), "image/jpeg")
    assert b"/ICCBased" in path.read_bytes()
    # A profile for other colours than the picture has is left out.
    path = await converted(encoded("JPEG", Image.new("L", (50, 50)), icc_profile=profile), "image/jpeg")
    assert b"/ICCBased" not in path.read_bytes()


def clear_half(mode):
    image = Image.new("RGBA", (100, 100), (255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 50, 100, 100))
    if mode == "P":
        indexed = Image.new("P", (100, 100), 0)
        indexed.putpalette([255, 0, 0, 0, 0, 0])
        indexed.paste(1, (0, 50, 100, 100))
        return encoded("PNG", indexed, transparency=1)
    return encoded("PNG", image.convert(mode))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
async def test_what_is_transparent_is_white(converted, mode):
    (image,) = pictures(await converted(clear_half(mode), "image/png"))
    assert image[300, 297].min() < 120
    assert image[540, 297].min() > 250


def deep_png(width, height, sample, interlaced=False):
    """A gray PNG of sixteen bits written chunk by chunk, Adam7 when asked."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b""
    for x0, y0, dx, dy in passes if interlaced else [(0, 0, 1, 1)]:
        for y in range(y0, height, dy):
            row = b"".join(struct.pack(">H", sample(x, y)) for x in range(x0, width, dx))
            rows += b"\0" + row if row else b""
    head = struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("interlaced", [False, True])
async def test_sixteen_bits_are_reduced(converted, interlaced):
    document = deep_png(40, 40, lambda x, y: 0x40FF if y < 20 else 0xC000, interlaced)
    (image,) = pictures(await converted(document, "image/png"))
    assert abs(int(image[300, 297, 0]) - 0x40) <= 2
    assert abs(int(image[540, 297, 0]) - 0xC0) <= 2


async def test_a_tiff_is_as_many_pages_as_it_has(converted):
    first, *rest = (Image.fromarray(picture(100, 141, n)) for n in (1, 2, 3))
    document = encoded("TIFF", first.convert("1"), save_all=True, append_images=rest)
    found = pictures(await converted(document, "image/tiff"))
    assert [marks(image[17:-17, 17:-17])[0] for image in found] == [1, 2, 3]
    with pytest.raises(LimitReached):
        await converted(document, "image/tiff", limits=Limits(pages=2))


def png_of(width, height):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("document", "source_format"),
    [
        (b"", "image/jpeg"),
        (b"\xff\xd8\xff\xe0junk", "image/jpeg"),
        (encoded("PNG")[:200], "image/png"),
        (png_of(2_000_000, 2_000_000), "image/png"),
        (png_of(9000, 9000), "image/png"),
        (encoded("JPEG").replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc1\x00\x11\x0c"), "image/jpeg"),
        (encoded("GIF")[:60], "image/gif"),
        (b"PK\3\4", "application/oxps"),
        (b"\0\1\2\3 no text", "text/plain"),
    ],
)
async def test_what_is_no_document_is_refused(converted, document, source_format):
    with pytest.raises((DocumentRejected, LimitReached)):
        await converted(document, source_format)


# Text.


async def test_text_is_66_lines_of_80_columns(converted):
    document = "\n".join(f"{n:03} " + "x" * 76 for n in range(1, 134)).encode()
    path = await converted(document, "text/plain")
    pages = run("pdftotext", "-layout", str(path), "-").decode().split("\f")[:-1]
    assert [page.split()[::2] for page in pages] == [
        [f"{n:03}" for n in range(first, last)] for first, last in ((1, 67), (67, 133), (133, 134))
    ]
    image = pictures(path)[0]
    top, left, bottom, right = extent(image, inked)
    assert min(top, left, A4[1] - bottom, A4[0] - right) > 17  # inside every printer's margins
    assert right - left > 480
    assert bottom - top > 700


@pytest.mark.parametrize(
    "words",
    [
        "plain (with) \\ signs",
        "Latin: äöü ÄÖÜ ß é ñ ¿ €",
        "Ελληνικά κείμενα",
        "Русский текст",
        "mixed: Ω and Я, naïve “quotes”",
        "cafe\u0301 decomposed",
    ],
)
async def test_text_can_be_read_back(converted, words):
    import unicodedata

    path = await converted(words.encode(), "text/plain")
    assert run("pdftotext", "-layout", str(path), "-").decode().strip() == unicodedata.normalize("NFC", words)


async def test_other_alphabets_are_embedded_and_latin_is_not(converted):
    plain = run("pdffonts", str(await converted(b"only Latin", "text/plain"))).decode()
    assert "Courier" in plain
    assert "TrueType" not in plain
    path = await converted("Ελληνικά".encode(), "text/plain")
    assert "CID TrueType" in run("pdffonts", str(path)).decode()
    assert path.stat().st_size < 40_000  # the outlines used, not the whole font


async def test_what_no_font_has_is_shown_as_a_box(converted):
    path = await converted("ab\u4e2dcd\U0001f600ef".encode(), "text/plain")
    (image,) = pictures(path, 144)
    _top, _left, _bottom, right = extent(image, inked)
    # Two columns each: the last letter stands in the tenth.
    column = 523.276 / 80
    assert 36 + 9 * column < right / 2 < 36 + 10 * column


async def test_text_on_a_smaller_sheet(converted):
    path = await converted(b"x" * 80, "text/plain", Sheet(A5_MM))
    (image,) = pictures(path)
    assert image.shape[:2] == (596, 420)
    _, _left, _, right = extent(image, inked)
    assert right < 420 - 17


async def test_text_has_a_limit(converted):
    with pytest.raises(LimitReached):
        await converted(b"\f" * 50, "text/plain", limits=Limits(pages=10))


async def test_a_subset_draws_what_the_font_draws():
    from PIL import ImageFont

    font = installed_font()
    if font is None:
        pytest.skip("no TrueType font of one width is installed")
    from pdl.text_to_pdf import FONTS

    whole = next(path for path in FONTS if path.exists()).read_bytes()
    letters = "ΩЯäé"
    # PIL needs a cmap, which a subset for PDF has not: it is put back for the test.
    part = TrueTypeFont(whole).subset(font.glyphs[ord(letter)] for letter in letters)
    assert len(part) < len(whole) / 3
    count = struct.unpack_from(">H", part, 4)[0]
    assert count == 9 - sum(tag not in whole[:400] for tag in (b"cvt ", b"fpgm", b"prep"))
    loaded = ImageFont.truetype(io.BytesIO(whole), 20)
    assert loaded.getlength("Ω") == pytest.approx(20 * font.advance(font.glyphs[ord("Ω")]) / font.units_per_em, abs=0.5)


# Raster.


def pwg_page(image, space, bits, **numbers):
    height, width = image.shape[:2]
    if bits == 1:
        length = (width + 7) // 8
        data, per_pixel = np.packbits(image, axis=1)[:, :, None], 1
    else:
        data, per_pixel = image, 8 * image.shape[2]
        length = width * image.shape[2]
    header = bytearray(1796)
    header[:10] = b"PwgRaster\0"
    fields = {276: 72, 280: 72, 372: width, 376: height, 384: bits, 388: per_pixel, 392: length, 400: space}
    for offset, value in (fields | {int(key[1:]): value for key, value in numbers.items()}).items():
        header[offset : offset + 4] = struct.pack(">I", value & 0xFFFFFFFF)
    return b"RaS2" + bytes(header) + documents.rows(data)


def plain(kind):
    """The page of `documents.picture` in the colour space `kind`, as (array, cupsColorSpace, bits)."""
    rgb = picture(595, 842)
    gray = (rgb @ np.array([0.3, 0.59, 0.11])).astype(np.uint8)[:, :, None]
    return {
        "srgb": (rgb, 19, 8), "rgb": (rgb, 1, 8), "adobe": (rgb, 20, 8), "sgray": (gray, 18, 8), "w": (gray, 0, 8),
        "k": (255 - gray, 3, 8), "black_1": ((gray[:, :, 0] < 128).astype(np.uint8), 3, 1),
        "cmyk": (np.dstack([255 - rgb, np.zeros_like(gray)]), 6, 8),
    }[kind]  # fmt: skip


@pytest.mark.parametrize("kind", ["srgb", "rgb", "adobe", "sgray", "w", "k", "black_1", "cmyk"])
async def test_every_colour_space_of_raster(converted, kind):
    path = await converted(pwg_page(*plain(kind)), "image/pwg-raster")
    (image,) = pictures(path)
    assert page_sizes(path) == [(595, 842)]
    bars, (red, green, blue) = marks(image)
    assert bars == 1
    assert image[10, 10].min() > 245
    if kind in {"srgb", "rgb", "adobe", "cmyk"}:
        assert red > 200
        assert max(green, blue) < 90
    else:
        assert red == green == blue


async def test_sixteen_bits_of_raster(converted):
    rgb = picture(595, 842)
    deep = np.zeros((842, 595, 6), np.uint8)
    deep[:, :, ::2] = rgb
    page = pwg_page(deep, 19, 16, n388=48, n392=595 * 6)
    (image,) = pictures(await converted(page, "image/pwg-raster"))
    assert marks(image)[0] == 1


@pytest.mark.parametrize(("cross", "feed"), [(1, 1), (1, -1), (-1, 1), (-1, -1)])
async def test_a_back_side_is_turned_upright_again(converted, cross, feed):
    image, space, bits = plain("srgb")
    turned = np.ascontiguousarray(image[::feed, ::cross])
    path = await converted(pwg_page(turned, space, bits, n456=cross, n460=feed), "image/pwg-raster")
    bars, square = marks(pictures(path)[0])
    assert bars == 1
    assert square[0] > 200
    assert square[1] < 60


async def test_apple_raster_fills_the_rest_of_a_row_with_white(converted):
    page = struct.pack(">8BIIII8x", 8, 0, 1, 0, 0, 0, 0, 0, 0, 100, 100, 72)
    rows = b"\x31" + b"\x31\x00" + b"\x80" + b"\x31" + b"\x80"  # upper half: 50 black, rest white; lower half white
    (image,) = pictures(await converted(b"UNIRAST\0\0\0\0\1" + page + rows, "image/urf"))
    assert image[:48, :48].max() < 30
    assert image[:, 52:].min() > 225
    assert image[52:].min() > 225


async def test_raster_has_a_limit(converted):
    with pytest.raises(LimitReached):
        await converted(documents.pwg(3), "image/pwg-raster", limits=Limits(pages=2))


@pytest.mark.parametrize(
    "numbers",
    [
        {"n372": 0},
        {"n376": 900_000},
        {"n372": 2_000_000, "n392": 2_000_000},
        {"n400": 48},
        {"n396": 1},
        {"n384": 7},
        {"n392": 5},
        {"n276": 0},
    ],
)
async def test_headers_that_lie_are_refused(converted, numbers):
    image, space, bits = plain("sgray")
    with pytest.raises(DocumentRejected):
        await converted(pwg_page(image, space, bits, **numbers), "image/pwg-raster")


async def test_raster_after_nulls_keeps_its_pages_and_pixels(converted):
    with pikepdf.open(await converted(bytes(100) + documents.urf(2), "image/urf")) as made:
        found = [page.obj.Resources.XObject.I.read_bytes() for page in made.pages]
    assert found == [picture(595, 842, number).tobytes() for number in (1, 2)]
