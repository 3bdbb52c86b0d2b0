"""Pictures of pages: the right page, of the right size, of every format that can be shown."""

import io

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pdl.errors import DocumentRejected, LimitReached, PasswordNeeded, PdlError
from pdl.limits import Limits
from pdl.preview import preview
from pdl.preview_image import preview_image
from pdl.preview_raster import preview_raster
from pdl.source import BytesSource
from tests.pdl import documents
from tests.pdl.documents import marks

pytestmark = pytest.mark.asyncio(loop_scope="module")

PDF, PWG, URF = "application/pdf", "image/pwg-raster", "image/urf"
POSTSCRIPT = b"%!PS\n0 setgray 50 100 100 600 rectfill showpage\n"


@pytest.fixture
def shown(sandbox):
    """shown(document, format, page, width) -> pixels."""

    async def do(document, mime, page=1, width=320, **options):
        data = await preview(BytesSource(document), mime, page, width, sandbox, **options)
        with Image.open(io.BytesIO(data)) as picture:
            assert picture.format == "PNG"
            return np.asarray(picture.convert("RGB"))

    return do


@pytest.mark.parametrize(("mime", "make"), [(PDF, documents.pdf), (PWG, documents.pwg), (URF, documents.urf)])
@pytest.mark.parametrize("width", [64, 160, 1280])
async def test_shows_the_page_that_was_asked_for(shown, mime, make, width):
    for page in (1, 3):
        picture = await shown(make(3), mime, page, width)
        # A raster of fewer pixels than asked for is not blown up.
        assert picture.shape[1] == (width if mime == PDF else min(width, 595))
        assert picture.shape[0] == pytest.approx(picture.shape[1] * 842 / 595, abs=1.5)
        assert marks(picture)[0] == page


async def test_colours_are_right(shown):
    for mime, document in ((PDF, documents.pdf(1)), (PWG, documents.pwg(1)), (URF, documents.urf(1))):
        picture = await shown(document, mime)
        red = picture[int(picture.shape[0] * 0.15), int(picture.shape[1] * 0.15)]
        assert red[0] > 200
        assert max(red[1], red[2]) < 60


@pytest.mark.parametrize(
    ("space", "bits", "paper", "ink"),
    [
        (3, 8, b"\x00", b"\xff"),
        (18, 8, b"\xff", b"\x00"),
        (6, 8, b"\0\0\0\0", b"\0\0\0\xff"),
        (19, 8, b"\xff" * 3, b"\0" * 3),
    ],
)
async def test_every_way_to_say_black(shown, space, bits, paper, ink):
    colors = len(paper)
    image = np.full((842, 595, colors), np.frombuffer(paper, np.uint8), np.uint8)
    image[:421] = np.frombuffer(ink, np.uint8)
    numbers = {384: bits, 388: bits * colors, 392: 595 * colors, 400: space, 420: colors}
    document = documents.pwg(1, numbers=numbers)[: 4 + 1796] + documents.rows(image)
    picture = await shown(document, PWG)
    assert picture[10, 100].max() < 10
    assert picture[-10, 100].min() > 245


async def test_a_back_that_was_turned_for_the_device_is_upright(shown):
    plain = await shown(documents.pwg(1), PWG)
    turned = await shown(documents.pwg(1, numbers={456: 0xFFFFFFFF, 460: 0xFFFFFFFF}), PWG)
    assert np.abs(plain[::-1, ::-1].astype(int) - turned).mean() < 3


async def test_pictures_stand_upright_on_white(shown):
    wide = Image.new("RGB", (400, 200), "red")
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = await shown(documents.encoded("JPEG", wide, exif=exif), "image/jpeg", width=100)
    assert picture.shape[:2] == (200, 100)
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    assert (await shown(documents.encoded("PNG", clear), "image/png", width=64)).min() == 255
    deep = Image.fromarray(np.full((50, 50), 40000, np.uint16))
    assert (await shown(documents.encoded("PNG", deep), "image/png", width=64))[5, 5, 0] == pytest.approx(156, abs=2)


async def test_what_is_no_pdf_is_made_one_first(shown):
    text = await shown(documents.text(3), "text/plain", 2)
    assert text.min() < 128
    drawn = await shown(POSTSCRIPT, "application/postscript")
    assert drawn[drawn.shape[0] // 2, 50].max() < 30


async def test_a_page_that_is_not_there(shown):
    for mime, make in (
        (PDF, documents.pdf),
        (PWG, documents.pwg),
        (URF, documents.urf),
        ("text/plain", documents.text),
    ):
        with pytest.raises(DocumentRejected, match=r"no page 4: it has 3"):
            await shown(make(3), mime, 4)
    with pytest.raises(DocumentRejected, match=r"no page 2: it has 1"):
        await shown(documents.encoded("PNG"), "image/png", 2)


async def test_a_page_tree_that_lies_is_seen_through(shown):
    document = documents.pdf(3).replace(b"/Count 3", b"/Count 1")
    if b"/Count 1" not in document:
        with pikepdf.open(io.BytesIO(documents.pdf(3))) as plain:
            stream = io.BytesIO()
            plain.save(stream, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        document = stream.getvalue().replace(b"/Count 3", b"/Count 1")
    assert b"/Count 1" in document
    assert marks(await shown(document, PDF, 3))[0] == 3


@pytest.mark.parametrize("mime", ["application/vnd.hp-PCL", "application/vnd.hp-PCLXL", "application/octet-stream"])
async def test_a_printers_language_is_refused_with_the_reason(shown, mime):
    with pytest.raises(DocumentRejected, match=r"only printers read"):
        await shown(b"\x1bE", mime)


async def test_a_locked_document_is_refused(shown):
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(documents.pdf(1))) as plain:
        plain.save(stream, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(PasswordNeeded):
        await shown(stream.getvalue(), PDF)


@pytest.mark.parametrize(("page", "width"), [(0, 320), (1, 63), (1, 2001)])
async def test_what_is_no_page_and_no_width(shown, page, width):
    with pytest.raises(ValueError, match=r"preview"):
        await shown(documents.pdf(1), PDF, page, width)


async def test_a_long_strip_stays_a_picture(shown):
    for mime, document in ((PDF, documents.pdf(1, size=(100, 14000))), (PWG, documents.pwg(1))):
        picture = await shown(document, mime, width=200)
        assert picture.shape[0] <= 3 * 200


async def test_a_page_that_never_ends_is_given_up(shown):
    endless = b" q 1 0 0 1 0 0 cm " + b"0 0 500 500 re f " * 3000 + b" Q" * 5
    made = pikepdf.new()
    made.add_blank_page()
    form = made.make_stream(endless, Subtype=pikepdf.Name.Form, BBox=[0, 0, 600, 800])
    for _ in range(6):
        form = made.make_stream(
            b"/X Do " * 30,
            Subtype=pikepdf.Name.Form,
            BBox=[0, 0, 600, 800],
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form)),
        )
    made.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form))
    made.pages[0].obj.Contents = made.make_stream(b"/X Do")
    stream = io.BytesIO()
    made.save(stream)
    with pytest.raises(LimitReached):
        await shown(stream.getvalue(), PDF, limits=Limits(cpu_seconds=1, wall_seconds=5))


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=12), st.sampled_from([PWG, URF]))
@settings(max_examples=60)
async def test_damaged_raster(at, noise, mime):
    document = bytearray({PWG: documents.pwg, URF: documents.urf}[mime](1))
    document[at : at + len(noise)] = noise
    out = bytearray()
    try:
        preview_raster(BytesSource(bytes(document)), {"page": 1, "width": 100}, out.extend)
    except PdlError:
        return
    assert out.startswith(b"\x89PNG")


@given(st.binary(max_size=200))
async def test_noise_is_no_picture(data):
    with pytest.raises(DocumentRejected):
        preview_image(BytesSource(data), {"page": 1, "width": 100}, print)


async def test_more_than_a_picture_is_not_gathered():
    class Flooding:
        async def run(self, task, source, arguments, *, limits, sink):
            assert limits.output_bytes <= 16 << 20
            await sink(b"png")

    assert await preview(BytesSource(documents.pdf(1)), PDF, 1, 160, Flooding()) == b"png"
