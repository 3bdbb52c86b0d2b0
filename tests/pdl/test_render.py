"""Every kind of document to every kind of device, read back by readers that share nothing with the writer."""

import ctypes
import ctypes.util
import io
import os

import numpy as np
import pytest
from PIL import Image

from pdl.errors import DocumentRejected, LimitReached
from pdl.limits import Limits
from pdl.render import FORMATS, Target, render
from pdl.source import BytesSource
from tests.pdl import documents
from tests.pdl.documents import A4, marks
from tests.pdl.pcl5_reader import read_pcl5
from tests.pdl.readers import page_sizes, pictures, postscript_pictures, read_pclxl, read_pwg, read_urf

pytestmark = pytest.mark.asyncio(loop_scope="module")

A4_MM, A5_MM = (21000, 29700), (14800, 21000)
PDF, PS, PCLXL = "application/pdf", "application/postscript", "application/vnd.hp-PCLXL"
PWG, URF = "image/pwg-raster", "image/urf"
PCLM, PCL, JPEG = "application/PCLm", "application/vnd.hp-PCL", "image/jpeg"
MANY = {PDF: documents.pdf, "text/plain": documents.text, PWG: documents.pwg, URF: documents.urf}
ONE = {"image/jpeg": lambda: documents.encoded("JPEG", quality=95), "image/png": lambda: documents.encoded("PNG")}


class Memory:
    """Scratch storage in memory, as small as a test wants it."""

    def __init__(self, most=1 << 30):
        self.data, self.most, self.closed = bytearray(), most, False

    async def write(self, data):
        if len(self.data) + len(data) > self.most:
            raise LimitReached("full")
        self.data += data

    async def finish(self):
        pass

    @property
    def size(self):
        return len(self.data)

    def pread(self, offset, length):
        assert not self.closed
        return bytes(self.data[offset : offset + length])

    def close(self):
        self.closed = True


@pytest.fixture
def rendered(sandbox, tmp_path):
    """render(document, format, Target(...)) -> (what it says, the device's bytes)."""

    async def do(document, source_format, target, scratch=Memory, **options):
        out = bytearray()

        async def sink(data):
            out.extend(data)

        opened = []

        def open_scratch():
            opened.append(scratch())
            return opened[-1]

        said = await render(
            BytesSource(document), source_format, target, sandbox, sink, scratch=open_scratch, **options
        )
        assert all(one.closed for one in opened)
        return said, bytes(out)

    return do


@pytest.fixture
def drawn(tmp_path):
    """Pictures of a PDF given as bytes, and its page sizes."""

    def do(data, dpi=36):
        path = tmp_path / "out.pdf"
        path.write_bytes(data)
        return pictures(path, dpi), page_sizes(path)

    return do


def is_gray(image):
    return image.shape[2] == 1 or bool((np.ptp(image.astype(int), axis=2) <= 2).all())


# Everything at once: three copies, two-sided, monochrome, pages 2 and 3, on A5.


def everything(target_format, pages):
    return Target(
        target_format,
        resolution=(72, 72),
        color=False,
        sides="two-sided-long-edge",
        media=A5_MM,
        copies=3,
        page_ranges=((2, 3),) if pages > 1 else (),
    )


@pytest.mark.parametrize("source_format", [*MANY, *ONE])
@pytest.mark.parametrize("target_format", sorted(FORMATS - {JPEG}))
async def test_everything_at_once(rendered, drawn, source_format, target_format):
    document = MANY[source_format]() if source_format in MANY else ONE[source_format]()
    chosen = [2, 3] if source_format in MANY else [1]
    said, out = await rendered(document, source_format, everything(target_format, len(chosen)))
    count = len(chosen)
    assert (said.pages_out, said.impressions, said.sheets, said.color) == (count, 3 * count, 3, False)
    # A single page has an empty back between copies, so that the next one begins on a new sheet.
    expected = (chosen * 3) if count == 2 else [1, 0, 1, 0, 1]
    if source_format == "text/plain":
        expected = [0] * len(expected)  # text has no bars
    check = {PDF: check_pdf, PWG: check_pwg, URF: check_urf, PS: check_postscript, PCLXL: check_pclxl}
    check |= {PCLM: check_pclm, PCL: check_pcl}
    check[target_format](out, expected, drawn)


def check_pdf(out, expected, drawn):
    check_pdf_pages(out, expected, drawn, within=0.1)


def check_pdf_pages(out, expected, drawn, within):
    images, sizes = drawn(out)
    assert [marks(image)[0] for image in images] == expected
    assert all(is_gray(image) for image in images)
    assert len(sizes) == len(expected)
    assert all(size == pytest.approx(documents.A5, abs=within) for size in sizes)


def check_pwg(out, expected, drawn):
    pages = read_pwg(out)
    assert [marks(page.pixels)[0] for page in pages] == expected
    for page in pages:
        wanted = {
            "Duplex": 1, "Tumble": 0, "Width": 420, "Height": 595, "BitsPerColor": 8, "BitsPerPixel": 8, "ColorSpace": 18,
            "NumColors": 1, "TotalPageCount": len(expected), "PageSizeName": "iso_a5_148x210mm", "HWResolutionX": 72,
        }  # fmt: skip
        assert {name: page.fields[name] for name in wanted} == wanted


def check_urf(out, expected, drawn):
    pages = read_urf(out)
    assert [marks(page.pixels)[0] for page in pages] == expected
    for page in pages:
        wanted = {
            "Sides": 3,
            "Width": 420,
            "Height": 595,
            "BitsPerPixel": 8,
            "ColorSpace": 0,
            "TotalPageCount": len(expected),
        }
        assert {name: page.fields[name] for name in wanted} == wanted


def check_postscript(out, expected, drawn):
    # The copies are the printer's to make: Ghostscript as a printer repeats each page, and has no collator.
    once = [bars for bars in dict.fromkeys(expected) if bars or not any(expected)]
    images = postscript_pictures(out)
    assert len(images) == len(expected) - (expected.count(0) if any(expected) else 2 * (len(expected) == 5))
    assert {marks(image)[0] for image in images} == set(once)
    assert all(is_gray(image) and image.shape[:2] == (595, 420) for image in images)
    set_up = out[out.index(b"%%BeginSetup") : out.index(b"%%EndSetup")]
    assert b"/Duplex true /Tumble false /NumCopies 3 /Collate true" in set_up


def check_pclxl(out, expected, drawn):
    pages = read_pclxl(out)
    if len(expected) == 6:
        # PageCopies would not collate: copies of several pages are pages of their own.
        assert [page.get(0x36) for page in pages] == [0, 1] * 3
        assert all(page.get(0x31, 1) == 1 for page in pages)
    else:
        assert len(pages) == 1
        assert (pages[0][0x36], pages[0][0x31]) == (0, 3)
    assert all(page[0x25] == 16 and page[0x35] == 1 for page in pages)  # A5, bound at the long edge
    assert b"RENDERMODE=GRAYSCALE" in out[:200]


def check_pclm(out, expected, drawn):
    check_pdf_pages(out, expected, drawn, within=0.6)  # a page is whole pixels
    assert out.startswith(b"%PDF-1.4\n%PCLm 1.0\n")
    assert b"/DeviceRGB" not in out


def check_pcl(out, expected, drawn):
    pages = read_pcl5(out)
    if len(expected) == 6:
        assert [marks(page.pixels(620, 437))[0] for page in pages] == expected
        copies = 1
    else:
        # A page alone: the printer repeats it, on a sheet of its own each time.
        assert [marks(page.pixels(620, 437))[0] for page in pages] == expected[:1]
        copies = 3
    for page in pages:
        wanted = {"&lA": 25, "&lS": 1, "&lX": copies, "*tR": 75}
        assert {name: page.settings[name] for name in wanted} == wanted


# Colour, and which way is up.


@pytest.mark.parametrize("source_format", [PDF, "image/jpeg", "image/png", PWG, URF])
async def test_red_is_red_and_in_its_place(rendered, drawn, source_format):
    document = (MANY | ONE)[source_format]()
    target = {"resolution": (72, 72), "media": A4_MM, "page_ranges": ((1, 1),)}
    (pwg,) = read_pwg((await rendered(document, source_format, Target(PWG, **target)))[1])
    (urf,) = read_urf((await rendered(document, source_format, Target(URF, **target)))[1])
    (ps,) = postscript_pictures((await rendered(document, source_format, Target(PS, **target)))[1])
    ((pdf,), _) = drawn((await rendered(document, source_format, Target(PDF, **target)))[1])
    assert (pwg.fields["ColorSpace"], pwg.fields["NumColors"], urf.fields["ColorSpace"]) == (19, 3, 1)
    ((pclm,), _) = drawn((await rendered(document, source_format, Target(PCLM, **target)))[1])
    (sheet,) = read_pcl5((await rendered(document, source_format, Target(PCL, **target)))[1])
    jpeg = np.asarray(Image.open(io.BytesIO((await rendered(document, source_format, Target(JPEG, **target)))[1])))
    for image in (pwg.pixels, urf.pixels, ps, pdf, pclm, sheet.pixels(877, 620), jpeg):
        bars, (red, green, blue) = marks(image)
        assert bars == 1
        assert red > 200
        assert green < 60
        assert blue < 60


async def test_color_is_said_only_when_it_can_be_sent(rendered):
    for raster_type, color, says in (("srgb_8", True, True), ("sgray_8", True, False), ("srgb_8", False, False)):
        target = Target(PWG, (36, 36), color=color, raster_type=raster_type)
        said, out = await rendered(documents.pdf(1), PDF, target)
        assert said.color is says
        assert read_pwg(out)[0].fields["NumColors"] == (3 if says else 1)


async def test_one_bit_raster_is_black_ink(rendered):
    target = Target(PWG, (75, 75), raster_type="black_1", media=A4_MM)
    (page,) = read_pwg((await rendered(documents.pdf(1), PDF, target))[1])
    assert (page.fields["BitsPerPixel"], page.fields["ColorSpace"], page.fields["BytesPerLine"]) == (1, 3, 78)
    assert page.pixels.shape == (877, 620, 1)
    assert page.pixels[int(877 * 0.85), int(620 * 0.125)] == 1
    assert page.pixels[5:50].max() == 0


# A quarter of gray and a light blue, as samples of sixteen bits (or of eight, twice).
GRAY, BLUE = (0x3FFF,), (0x4CCC, 0x9999, 0xE665)
SAMPLES = {
    "sgray_8": (GRAY, None), "sgray_16": (GRAY, None), "srgb_8": (GRAY * 3, BLUE), "srgb_16": (GRAY * 3, BLUE),
    "rgb_8": (GRAY * 3, BLUE), "rgb_16": (GRAY * 3, BLUE), "adobe-rgb_8": (None, (0x6900, 0x9800, 0xE200)),
    "adobe-rgb_16": (None, (0x6900, 0x9800, 0xE200)), "black_8": ((0xBFFF,), None), "black_16": ((0xBFFF,), None),
    "cmyk_8": ((0, 0, 0, 0xBFFF), None), "cmyk_16": ((0, 0, 0, 0xBFFF), None),
}  # fmt: skip


@pytest.mark.parametrize("raster_type", SAMPLES)
async def test_colour_types_of_raster(rendered, raster_type):
    document = documents.pdf(1, extra=b" .25 g 200 400 100 100 re f .3 .6 .9 rg 350 400 100 100 re f")
    (page,) = read_pwg((await rendered(document, PDF, Target(PWG, (36, 36), raster_type=raster_type)))[1])
    pixels = page.pixels if raster_type.endswith("_8") else page.pixels.reshape(421, 298, -1, 2)
    for place, expected in zip(((421 - 225, 125), (421 - 225, 200)), SAMPLES[raster_type], strict=True):
        found = pixels[place].astype(int)
        found = found * 257 if found.ndim == 1 else found[:, 0] * 256 + found[:, 1]
        assert expected is None or found.tolist() == pytest.approx(expected, abs=1000)


@pytest.mark.parametrize("raster_type", ["srgb_8", "sgray_8", "black_1"])
@pytest.mark.parametrize(
    ("sheet_back", "sides", "transforms"),
    [
        ("normal", "two-sided-long-edge", (1, 1)),
        ("flipped", "two-sided-long-edge", (1, -1)),
        ("flipped", "two-sided-short-edge", (-1, 1)),
        ("rotated", "two-sided-long-edge", (-1, -1)),
        ("rotated", "two-sided-short-edge", (1, 1)),
        ("manual-tumble", "two-sided-long-edge", (1, 1)),
        ("manual-tumble", "two-sided-short-edge", (-1, -1)),
    ],
)
async def test_back_sides_are_fed_as_the_device_says(rendered, raster_type, sheet_back, sides, transforms):
    # 75 dpi makes rows of black_1 that do not end at a byte.
    target = Target(PWG, (75, 75), media=A4_MM, raster_type=raster_type, sides=sides, sheet_back=sheet_back)
    _, out = await rendered(documents.pdf(2), PDF, target)
    plain = read_pwg(
        (await rendered(documents.pdf(2), PDF, Target(PWG, (75, 75), media=A4_MM, raster_type=raster_type)))[1]
    )
    front, back = read_pwg(out)
    assert (front.fields["CrossFeedTransform"], front.fields["FeedTransform"]) == (1, 1)
    assert (back.fields["CrossFeedTransform"], back.fields["FeedTransform"]) == tuple(
        n & 0xFFFFFFFF for n in transforms
    )
    assert np.array_equal(front.pixels, plain[0].pixels)
    # Turned before it is rendered: at its edges a mark may fall on the next pixel.
    assert np.mean(back.upright() != plain[1].pixels) < 0.02
    assert bool(np.mean(back.pixels != plain[1].pixels) < 0.02) is (transforms == (1, 1))
    assert back.fields["Tumble"] == (sides == "two-sided-short-edge")


@pytest.mark.parametrize("sides", ["one-sided", "two-sided-long-edge", "two-sided-short-edge"])
@pytest.mark.parametrize("color", [True, False])
async def test_sides_in_pcl(rendered, sides, color):
    number = {"one-sided": 0, "two-sided-long-edge": 1, "two-sided-short-edge": 2}[sides]
    target = Target(PCL, (75, 75), color=color, sides=sides, media=A4_MM)
    pages = read_pcl5((await rendered(documents.pdf(3), PDF, target))[1])
    assert [marks(page.pixels(877, 620))[0] for page in pages] == [1, 2, 3]
    # One-sided jobs of black pages may leave it unsaid: a reset has made the printer print so.
    assert [page.settings.get("&lS", 0) for page in pages] == [number] * 3
    assert {page.settings["&lA"] for page in pages} == {26}


@pytest.mark.parametrize("sides", ["one-sided", "two-sided-long-edge", "two-sided-short-edge"])
async def test_sides_in_apple_raster_and_pcl_xl(rendered, sides):
    number = {"one-sided": 1, "two-sided-short-edge": 2, "two-sided-long-edge": 3}[sides]
    _, out = await rendered(documents.pdf(2), PDF, Target(URF, (36, 36), sides=sides))
    assert [page.fields["Sides"] for page in read_urf(out)] == [number] * 2
    _, out = await rendered(documents.pdf(3), PDF, Target(PCLXL, sides=sides))
    pages = read_pclxl(out)
    if sides == "one-sided":
        assert [page.get(0x34) for page in pages] == [0, 0, 0]
        assert not any(0x35 in page or 0x36 in page for page in pages)
    else:
        assert [(page[0x35], page[0x36]) for page in pages] == [(int(number == 3), side) for side in (0, 1, 0)]


# Copies.


async def test_an_odd_document_begins_each_copy_on_a_front(rendered, drawn):
    target = {"resolution": (36, 36), "copies": 2, "sides": "two-sided-long-edge"}
    order = [1, 2, 3, 0, 1, 2, 3]
    said, out = await rendered(documents.pdf(3), PDF, Target(PWG, sheet_back="rotated", **target))
    pages = read_pwg(out)
    assert (said.impressions, said.sheets) == (6, 4)
    assert [marks(page.upright())[0] for page in pages] == order
    assert [page.fields["CrossFeedTransform"] == 0xFFFFFFFF for page in pages] == [
        False,
        True,
        False,
        True,
        False,
        True,
        False,
    ]
    assert pages[3].pixels.min() == 255
    assert {page.fields["TotalPageCount"] for page in pages} == {7}
    assert [
        marks(page.pixels)[0] for page in read_urf((await rendered(documents.pdf(3), PDF, Target(URF, **target)))[1])
    ] == order
    images, _ = drawn((await rendered(documents.pdf(3), PDF, Target(PDF, **target)))[1])
    assert [marks(image)[0] for image in images] == order


async def test_copies_too_large_to_keep_are_rendered_again(rendered):
    target = Target(PWG, (50, 50), copies=3, sides="two-sided-long-edge")
    kept = await rendered(documents.pdf(3), PDF, target)
    anew = await rendered(documents.pdf(3), PDF, target, scratch=lambda: Memory(5000))
    assert anew == kept
    assert len(kept[1]) > 3 * 5000


async def test_copies_one_sided_are_collated(rendered):
    _, out = await rendered(documents.pdf(2), PDF, Target(PWG, (36, 36), copies=2))
    assert [marks(page.pixels)[0] for page in read_pwg(out)] == [1, 2, 1, 2]


# Sheets.


@pytest.mark.parametrize("target_format", [PDF, PWG, URF, PS])
async def test_a_page_that_lies_across_is_turned(rendered, drawn, target_format):
    document = documents.pdf(1, size=A4[::-1])
    _, out = await rendered(document, PDF, Target(target_format, (72, 72), media=A4_MM))
    if target_format == PDF:
        (image,), ((width, height),) = drawn(out, 72)
        assert (width, height) == pytest.approx(A4, abs=0.1)
    else:
        image = {
            PWG: lambda: read_pwg(out)[0].pixels,
            URF: lambda: read_urf(out)[0].pixels,
            PS: lambda: postscript_pictures(out)[0],
        }[target_format]()
        assert image.shape[:2] == (842, 595)
    upright = np.rot90(image, -1)  # turned counter-clockwise, so clockwise shows it as it was
    assert marks(upright)[0] == 1
    assert marks(upright)[1][0] > 200


@pytest.mark.parametrize(
    ("size", "scaling", "expected"),
    [
        # (left, top) of the red square's corner on A4, as fractions of the page it was drawn on
        (documents.A5, "none", "as it is"),
        (documents.A5, "auto", "as it is"),
        (documents.A5, "auto-fit", "as it is"),
        (documents.A5, "fit", "whole sheet"),
        (documents.A5, "fill", "whole sheet"),
        ((841.89, 1190.55), "auto", "whole sheet"),
        ((841.89, 1190.55), "auto-fit", "whole sheet"),
        ((841.89, 1190.55), "none", "as it is"),
    ],
)
async def test_print_scaling(rendered, drawn, size, scaling, expected):
    _, out = await rendered(documents.pdf(1, size=size), PDF, Target(PDF, media=A4_MM, scaling=scaling))
    ((image,), (found,)) = drawn(out, 72)
    assert found == pytest.approx(A4, abs=0.1)
    red = np.argwhere((image[:, :, 0] > 200) & (image[:, :, 1] < 60))
    width = A4[0] if expected == "whole sheet" else size[0]
    height = A4[1] if expected == "whole sheet" else size[1]
    left, top = (A4[0] - width) / 2 + 0.1 * width, (A4[1] - height) / 2 + 0.1 * height
    right, bottom = left + 0.1 * width, top + 0.1 * height
    corner = (max(0, top), max(0, left))
    assert tuple(red.min(axis=0)) == pytest.approx(corner, abs=2)
    assert tuple(red.max(axis=0)) == pytest.approx((bottom, right), abs=3)


async def test_boxes_rotation_and_units_of_a_page(rendered, drawn):
    """A page that is A4 only after /Rotate, /CropBox, /UserUnit and with a trim box that is not printed to."""
    wide = A4[::-1]
    document = documents.pdf(
        1,
        size=(wide[0] / 2, wide[1] / 2),
        Rotate=90,
        UserUnit=2,
        TrimBox=[50, 50, 100, 100],
    )
    _, out = await rendered(document, PDF, Target(PDF, media=A4_MM))
    ((image,), (size,)) = drawn(out, 72)
    assert size == pytest.approx(A4, abs=0.1)
    # Turned a quarter clockwise by /Rotate: turn it back and the marks stand as they were drawn.
    bars, square = marks(np.rot90(image))
    assert bars == 1
    assert square[0] > 200
    assert square[1] < 60


@pytest.mark.parametrize("media", [None, A4_MM, A4_MM[::-1]])
@pytest.mark.parametrize("color", [True, False])
async def test_printers_whose_sheets_stand_get_pages_that_stand(rendered, drawn, color, media):
    document = documents.pdf(1, size=A4[::-1])
    target = {"resolution": (75, 75), "color": color, "media": media}
    (sheet,) = read_pcl5((await rendered(document, PDF, Target(PCL, **target)))[1])
    ((image,), (size,)) = drawn((await rendered(document, PDF, Target(PCLM, **target)))[1])
    assert (sheet.settings["&lA"], sheet.settings["&lO"]) == (26, 0)
    assert size == pytest.approx(A4, abs=1)
    for shown in (sheet.pixels(877, 620), image):
        assert marks(np.rot90(shown, -1))[0] == 1


async def test_pages_keep_their_own_size_without_media(rendered):
    document = documents.pdf(1, size=documents.A5)
    for target_format, read in ((PWG, read_pwg), (URF, read_urf)):
        (page,) = read((await rendered(document, PDF, Target(target_format, (300, 300))))[1])
        assert (page.fields["Width"], page.fields["Height"]) == (1748, 2480)
    (page,) = read_pwg((await rendered(document, PDF, Target(PWG, (300, 300))))[1])
    assert page.fields["PageSizeName"] == "iso_a5_148x210mm"


@pytest.mark.parametrize("size", [(595, 842), (596, 841), A4])
async def test_a_sheet_has_the_pixels_the_device_counts(rendered, size):
    """Page sizes that are rounded to points are no reason for a raster that is a pixel too narrow."""
    for target_format, read in ((PWG, read_pwg), (URF, read_urf)):
        target = Target(target_format, (300, 300), media=A4_MM, raster_type="sgray_8")
        (page,) = read((await rendered(documents.pdf(1, size=size), PDF, target))[1])
        assert (page.fields["Width"], page.fields["Height"]) == (2480, 3508)


async def test_a_note_that_prints_survives_fitting(rendered, drawn):
    import io

    import pikepdf

    made = pikepdf.open(io.BytesIO(documents.pdf(1)))
    look = made.make_stream(
        b"0 0 1 rg 0 0 100 100 re f",
        {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Form, "/BBox": [0, 0, 100, 100]},
    )
    made.pages[0].obj["/Annots"] = made.make_indirect(
        pikepdf.Array(
            [
                made.make_indirect(
                    pikepdf.Dictionary(
                        Type=pikepdf.Name.Annot,
                        Subtype=pikepdf.Name.Stamp,
                        Rect=[250, 400, 350, 500],
                        F=4,
                        AP=pikepdf.Dictionary(N=look),
                    )
                )
            ]
        )
    )
    stream = io.BytesIO()
    made.save(stream)
    _, out = await rendered(stream.getvalue(), PDF, Target(PDF, media=A5_MM))
    ((image,), _) = drawn(out, 72)
    red, green, blue = image[int(595 * (1 - 450 / 842)), int(420 * 300 / 595)]
    assert blue > 200
    assert max(red, green) < 60


# What cannot be done.


async def test_nothing_to_change_is_handed_through(rendered):
    document = documents.pdf(3)
    said, out = await rendered(document, PDF, Target(PDF, media=A4_MM))
    assert out == document
    assert said.pages_out == 3


async def test_ranges_reach_past_the_end_but_not_past_the_document(rendered):
    said, _ = await rendered(documents.pdf(3), PDF, Target(PDF, page_ranges=((1, 1), (3, 99))))
    assert said.pages_out == 2
    with pytest.raises(DocumentRejected, match="3 pages"):
        await rendered(documents.pdf(3), PDF, Target(PDF, page_ranges=((7, 9),)))


@pytest.mark.parametrize(
    ("document", "source_format", "target"),
    [
        (b"%PDF-1.7 and then nothing", PDF, Target(PWG)),
        (b"not a picture", "image/png", Target(PWG)),
        (b"RaS2" + bytes(2000), PWG, Target(PDF)),
        (documents.pwg(1)[:-100], PWG, Target(PDF)),
        (documents.urf(1)[:-100], URF, Target(PDF)),
        (documents.pdf(1), PDF, Target("image/tiff")),
        (documents.pdf(2), PDF, Target(JPEG)),
        (documents.pdf(1), PDF, Target(JPEG, copies=2)),
        (documents.pdf(1), PDF, Target(PDF, number_up=3)),
        (documents.pdf(1), PDF, Target(PWG, raster_type="device9_16")),
        (b"\x1bE\x1b&l1X", "application/vnd.hp-PCL", Target(PWG)),
        (b"%!PS\n/nothing_of_this_name\nfail_here\n", PS, Target(PWG)),
    ],
)
async def test_what_cannot_be_rendered_is_refused(rendered, document, source_format, target):
    with pytest.raises(DocumentRejected):
        await rendered(document, source_format, target)


async def test_limits_hold(rendered):
    with pytest.raises(LimitReached):
        await rendered(documents.pdf(3), PDF, Target(PDF, copies=50), limits=Limits(pages=100))
    with pytest.raises(LimitReached):
        await rendered(b"%!PS\n{} loop\n", PS, Target(PWG), limits=Limits(cpu_seconds=1, wall_seconds=20))


async def test_postscript_is_a_source_too(rendered):
    _, postscript = await rendered(documents.pdf(3), PDF, Target(PS))
    _said, out = await rendered(postscript, PS, Target(PWG, (72, 72), media=A5_MM, page_ranges=((2, 3),)))
    assert [marks(page.pixels)[0] for page in read_pwg(out)] == [2, 3]


# CUPS' own reader as a judge.


class CupsHeader(ctypes.Structure):
    """cups_page_header2_t of cups/raster.h; only the fields that are looked at have names of their own."""

    _fields_ = [
        ("MediaClass", ctypes.c_char * 64), ("_1", ctypes.c_char * 192), ("_2", ctypes.c_uint * 4), ("Duplex", ctypes.c_uint),
        ("HWResolution", ctypes.c_uint * 2), ("_3", ctypes.c_uint * 21), ("Tumble", ctypes.c_uint), ("cupsWidth", ctypes.c_uint),
        ("cupsHeight", ctypes.c_uint), ("_4", ctypes.c_uint), ("cupsBitsPerColor", ctypes.c_uint), ("cupsBitsPerPixel", ctypes.c_uint),
        ("cupsBytesPerLine", ctypes.c_uint), ("cupsColorOrder", ctypes.c_uint), ("cupsColorSpace", ctypes.c_uint),
        ("_5", ctypes.c_uint * 4), ("cupsNumColors", ctypes.c_uint), ("_6", ctypes.c_uint * 7), ("cupsInteger", ctypes.c_uint * 16),
        ("_7", ctypes.c_float * 16), ("_8", ctypes.c_char * 1024), ("_9", ctypes.c_char * 128), ("cupsPageSizeName", ctypes.c_char * 64),
    ]  # fmt: skip


@pytest.mark.parametrize("target_format", [PWG, URF])
async def test_cups_reads_the_raster(rendered, tmp_path, target_format):
    name = ctypes.util.find_library("cups")
    if name is None or not hasattr(library := ctypes.CDLL(name), "cupsRasterOpen"):
        pytest.skip("libcups is not installed")
    target = Target(target_format, (72, 72), media=A4_MM, copies=2, sides="two-sided-long-edge", sheet_back="flipped")
    _, out = await rendered(documents.pdf(3), PDF, target)
    ours = (read_pwg if target_format == PWG else read_urf)(out)
    path = tmp_path / "out.ras"
    path.write_bytes(out)
    library.cupsRasterOpen.restype = ctypes.c_void_p
    library.cupsRasterReadHeader2.argtypes = [ctypes.c_void_p, ctypes.POINTER(CupsHeader)]
    library.cupsRasterReadPixels.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint]
    library.cupsRasterClose.argtypes = [ctypes.c_void_p]
    handle = os.open(path, os.O_RDONLY)
    raster = library.cupsRasterOpen(handle, 0)
    found = []
    header = CupsHeader()
    while library.cupsRasterReadHeader2(raster, ctypes.byref(header)):
        length = header.cupsBytesPerLine * header.cupsHeight
        buffer = ctypes.create_string_buffer(length)
        for row in range(header.cupsHeight):
            line = ctypes.create_string_buffer(header.cupsBytesPerLine)
            assert library.cupsRasterReadPixels(raster, line, header.cupsBytesPerLine) == header.cupsBytesPerLine
            buffer[row * header.cupsBytesPerLine : (row + 1) * header.cupsBytesPerLine] = line.raw
        found.append(np.frombuffer(buffer.raw, np.uint8).reshape(header.cupsHeight, header.cupsWidth, 3))
        assert (header.cupsColorSpace, header.cupsBitsPerPixel, header.Duplex, header.Tumble) == (19, 24, 1, 0)
        assert header.cupsInteger[0] == 7 or target_format == URF
    library.cupsRasterClose(raster)
    os.close(handle)
    assert len(found) == 7
    assert all(np.array_equal(image, page.pixels) for image, page in zip(found, ours, strict=True))
