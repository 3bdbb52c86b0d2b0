"""Pictures in PDF: every pixel is kept, and nothing is decoded that a PDF takes as it is."""

import gzip
import io
import shutil
import struct
import subprocess
import zlib
from contextlib import contextmanager

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageCms

from pdl.errors import DocumentRejected, LimitReached
from pdl.formats import sniff
from pdl.image_to_pdf import image_to_pdf
from pdl.inspect import inspect
from pdl.limits import Limits
from pdl.source import BytesSource
from pdl.to_pdf import Sheet, to_pdf
from tests.pdl.documents import encoded, marks, pdf, picture
from tests.pdl.readers import page_sizes, pictures


def made(document, media=None, pages=100):
    parts = []
    answer = image_to_pdf(BytesSource(document), {"media": media, "scaling": "auto", "pages": pages}, parts.append)
    opened = pikepdf.open(io.BytesIO(b"".join(parts)))
    assert answer == {"pages": len(opened.pages)}
    return opened


def image_of(opened, page=0):
    return pikepdf.PdfImage(opened.pages[page].Resources.XObject.I)


@contextmanager
def stream_of(document):
    with made(document) as opened:
        yield opened.pages[0].Resources.XObject.I


def pixels(opened, page=0):
    return np.asarray(image_of(opened, page).as_pil_image().convert("RGB"))


def red():
    return Image.fromarray(picture(200, 283))


def gray():
    return red().convert("L")


@pytest.mark.parametrize(
    ("kind", "image", "options"),
    [
        ("PNG", red(), {}),
        ("PNG", gray(), {}),
        ("PNG", gray().convert("1"), {}),
        ("PNG", red().quantize(5), {}),
        ("PNG", red().quantize(100), {}),
        ("GIF", red(), {}),
        ("BMP", red(), {}),
        ("WEBP", red(), {"lossless": True}),
        ("TIFF", red(), {}),
        ("TIFF", red(), {"compression": "tiff_lzw"}),
        ("TIFF", red().quantize(16), {}),
        ("TIFF", gray(), {"compression": "tiff_adobe_deflate"}),
        ("TIFF", gray().convert("1"), {"compression": "group4"}),
        ("TIFF", gray().convert("1"), {"compression": "group3"}),
    ],
)
def test_pixels_stay_what_they_are(kind, image, options):
    document = encoded(kind, image, **options)
    with Image.open(io.BytesIO(document)) as stored:
        expected = np.asarray(stored.convert("RGB"))
    assert np.array_equal(pixels(made(document)), expected)


def test_the_packed_bytes_of_a_png_go_in_as_they_are():
    document = encoded("PNG", red())
    with stream_of(document) as stream:
        assert stream.read_raw_bytes() in document
        assert stream.BitsPerComponent == 8
    with stream_of(encoded("PNG", Image.fromarray(picture()[..., 1].astype(np.uint16) * 257))) as stream:
        assert stream.BitsPerComponent == 16


@pytest.mark.parametrize("white_is_zero", [True, False])
@pytest.mark.parametrize("reversed_bits", [True, False])
def test_group_4_fax_goes_in_as_it_is(white_is_zero, reversed_bits, tmp_path):
    bits = Image.fromarray(picture(600, 849)).convert("L").convert("1")
    document = bytearray(encoded("TIFF", bits, compression="group4", dpi=(72.6, 72.6)))
    tags = {struct.unpack_from("<H", document, at)[0]: at for at in directory(document)}
    if not white_is_zero:
        struct.pack_into("<H", document, tags[262] + 8, 1 - struct.unpack_from("<H", document, tags[262] + 8)[0])
    if reversed_bits:
        offset, length = (struct.unpack_from("<I", document, tags[tag] + 8)[0] for tag in (273, 279))
        strip = document[offset : offset + length]
        document[offset : offset + length] = bytes(int(f"{byte:08b}"[::-1], 2) for byte in strip)
        document = with_tag(bytes(document), 266, 2)
    with Image.open(io.BytesIO(document)) as stored:
        expected = np.asarray(stored.convert("RGB"))
    opened = made(bytes(document))
    assert opened.pages[0].Resources.XObject.I.Filter == "/CCITTFaxDecode"
    path = tmp_path / "fax.pdf"
    opened.save(path)
    (drawn,) = pictures(path, 72)
    seen = np.asarray(Image.fromarray(drawn).resize(bits.size)).astype(int)
    # Neither upside down nor inside out: what differs are the edges.
    assert np.abs(seen - expected).mean() < 20


def directory(document):
    (start,) = struct.unpack_from("<I", document, 4)
    (count,) = struct.unpack_from("<H", document, start)
    return [start + 2 + 12 * index for index in range(count)]


def with_tag(document, tag, value):
    """The same TIFF with one tag more, its directory written anew at the end."""
    entries = [document[at : at + 12] for at in directory(document)]
    entries = sorted([*entries, struct.pack("<HHIHH", tag, 3, 1, value, 0)], key=lambda entry: entry[:2][::-1])
    end = len(document) + len(document) % 2
    body = document.ljust(end, b"\0") + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return body[:4] + struct.pack("<I", end) + body[8:]


def test_sixteen_bits_of_a_tiff_are_kept():
    deep = np.arange(0, 60000, 6, dtype=np.uint16).reshape(100, 100)
    with stream_of(encoded("TIFF", Image.fromarray(deep))) as stream:
        assert stream.BitsPerComponent == 16
        assert np.array_equal(np.frombuffer(stream.read_bytes(), ">u2").reshape(100, 100), deep)


def test_cmyk_stays_cmyk():
    ink = Image.new("CMYK", (20, 20), (10, 200, 30, 40))
    with stream_of(encoded("TIFF", ink)) as stream:
        assert stream.ColorSpace == "/DeviceCMYK"
        assert stream.read_bytes()[:4] == bytes((10, 200, 30, 40))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_profiles_are_kept(kind):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with stream_of(encoded(kind, red(), icc_profile=profile)) as stream:
        assert stream.ColorSpace[0] == "/ICCBased"
        assert stream.ColorSpace[1].read_bytes() == profile


def test_a_scanned_sheet_keeps_its_size(tmp_path):
    sheets = [Image.new("1", size, 1) for size in ((850, 1100), (1100, 850), (500, 500))]
    document = encoded("TIFF", sheets[0], save_all=True, append_images=sheets[1:], dpi=(100, 100))
    path = tmp_path / "sheets.pdf"
    made(document).save(path)
    sizes = page_sizes(path)
    assert sizes == [pytest.approx(size, abs=0.1) for size in ((612, 792), (792, 612), (595.276, 841.89))]
    made(document, (14800, 21000)).save(path)
    assert {tuple(map(round, size)) for size in page_sizes(path)} == {(420, 595)}


def test_the_limit_of_pages():
    document = encoded("TIFF", gray(), save_all=True, append_images=[gray()] * 3)
    with pytest.raises(LimitReached):
        made(document, pages=3)


def test_half_a_picture_does_not_come_out():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0)
    for rows in (zlib.compress(bytes(301 * 50)), zlib.compress(bytes(301 * 100))[:-20], b"none"):
        document = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
        with pytest.raises(DocumentRejected, match="damaged"):
            made(document)


def test_a_jpeg_that_no_pdf_takes_is_decoded():
    # Arithmetic coding: made by the library's own program, where it is installed.
    if not shutil.which("jpegtran"):
        pytest.skip("jpegtran is not installed")
    document = subprocess.run(
        ["jpegtran", "-arithmetic"], input=encoded("JPEG", red(), quality=95), capture_output=True, check=True
    ).stdout
    with stream_of(document) as stream:
        assert stream.Filter == "/FlateDecode"


async def converted(sandbox, document, source_format=None):
    parts = []

    async def sink(data):
        parts.append(data)

    found = source_format or sniff(document)
    await to_pdf(BytesSource(document), found, Sheet(), sandbox, sink, limits=Limits())
    return b"".join(parts)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("kind", ["GIF", "BMP", "DIB", "WEBP", "AVIF", "TIFF"])
async def test_every_kind_is_printed(sandbox, tmp_path, kind):
    path = tmp_path / "picture.pdf"
    path.write_bytes(await converted(sandbox, encoded(kind, Image.fromarray(picture(400, 566, 3)))))
    (image,) = pictures(path)
    bars, (red_light, green, _) = marks(image[17:-17, 17:-17])
    assert bars == 3
    assert red_light > 200
    assert green < 80


@pytest.mark.asyncio(loop_scope="module")
async def test_heic_is_drawn_by_a_program_of_its_own(sandbox, tmp_path):
    if not (shutil.which("heif-enc") and shutil.which("heif-convert")):
        pytest.skip("libheif's programs are not installed")
    stored, drawn = tmp_path / "picture.png", tmp_path / "picture.heic"
    stored.write_bytes(encoded("PNG", Image.fromarray(picture(400, 566, 2))))
    subprocess.run(["heif-enc", "-q", "90", str(stored), "-o", str(drawn)], check=True, capture_output=True)
    document = drawn.read_bytes()
    report = await inspect(BytesSource(document), sandbox)
    assert (report.format, report.verdict, report.pages, report.color_pages) == ("image/heic", "ok", 1, (1,))
    assert (report.confidence.pages, report.describe()["media"]) == ("exact", ["iso_a4_210x297mm"])
    path = tmp_path / "picture.pdf"
    path.write_bytes(await converted(sandbox, document))
    (image,) = pictures(path)
    assert marks(image[17:-17, 17:-17])[0] == 2
    cut = await inspect(BytesSource(document[: len(document) // 2]), sandbox)
    assert cut.verdict == "rejected"


@pytest.mark.asyncio(loop_scope="module")
async def test_packed_documents_are_unpacked_on_the_way(sandbox):
    packed = gzip.compress(encoded("PNG", red()))
    for named in ("application/gzip", "image/png"):
        with pikepdf.open(io.BytesIO(await converted(sandbox, packed, named))) as opened:
            assert len(opened.pages) == 1
    twice = await converted(sandbox, gzip.compress(gzip.compress(pdf(2))))
    assert len(pikepdf.open(io.BytesIO(twice)).pages) == 2
    nested = b"words"
    for _ in range(5):
        nested = gzip.compress(nested)
    with pytest.raises(DocumentRejected, match="too often"):
        await converted(sandbox, nested)
