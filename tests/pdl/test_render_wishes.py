"""Pages that are wanted otherwise than others, in the languages of devices, read back by other readers."""

import numpy as np
import pytest

from pdl.mime import PCL, PCLM, PCLXL, PDF, POSTSCRIPT, URF
from pdl.mime import PWG_RASTER as PWG
from pdl.render import render
from pdl.scratch import MemoryScratch
from pdl.source import BytesSource
from pdl.stamp import Stamp
from pdl.target import Target
from pdl.wishes import Insert, Override, SheetWishes
from tests.pdl import documents
from tests.pdl.documents import A4, A5, marks
from tests.pdl.readers import page_sizes, pictures, postscript_pictures, read_pclxl, read_pwg, read_urf

pytestmark = pytest.mark.asyncio(loop_scope="module")

A4_MM, A5_MM = (21000, 29700), (14800, 21000)
LONG = "two-sided-long-edge"
DPI = (72, 72)


@pytest.fixture
def rendered(sandbox, tmp_path):
    """render(document, Target(...)) -> (what it says, the path of the device's bytes)."""

    async def do(document, target):
        out = bytearray()

        async def sink(data):
            out.extend(data)

        said = await render(BytesSource(document), PDF, target, sandbox, sink, scratch=MemoryScratch)
        path = tmp_path / "out"
        path.write_bytes(out)
        return said, path

    return do


def is_gray(image):
    return bool((np.ptp(image.astype(int), axis=2) <= 2).all())


async def test_single_pages_without_colour(rendered):
    target = Target(PDF, gray_pages=((2, 2), (4, 9)))
    said, path = await rendered(documents.pdf(5), target)
    images = pictures(path, 36)
    assert [marks(image)[0] for image in images] == [1, 2, 3, 4, 5]
    assert [is_gray(image) for image in images] == [False, True, False, True, True]
    assert said.pages_out == 5 and said.color


async def test_single_pages_without_colour_chosen_and_several_on_a_side(rendered):
    target = Target(PWG, resolution=DPI, media=A4_MM, page_ranges=((2, 5),), number_up=2, gray_pages=((2, 3),))
    _, path = await rendered(documents.pdf(5), target)
    sides = read_pwg(path.read_bytes())
    assert [is_gray(side.pixels) for side in sides] == [True, False]


async def test_no_page_is_gray_by_itself_where_all_are(rendered):
    _, path = await rendered(documents.pdf(2), Target(PDF, color=False, gray_pages=((1, 1),)))
    assert all(is_gray(image) for image in pictures(path, 36))


MIXED = SheetWishes(overrides=(Override(pages=((2, 2),), media_size=A5_MM),), inserts=(Insert(2, 1, A5_MM),))
# Two-sided: each change of medium is a new sheet, and the inserted one has two empty sides.
EXPECTED = [(1, A4), (0, A4), (2, A5), (0, A5), (0, A5), (0, A5), (3, A4)]


def mixed(kind):
    return Target(kind, resolution=DPI, media=A4_MM, sides=LONG, wishes=MIXED)


@pytest.mark.parametrize(("kind", "reader"), [(PWG, read_pwg), (URF, read_urf)])
async def test_each_page_of_raster_tells_its_sheet(rendered, kind, reader):
    said, path = await rendered(documents.pdf(3), mixed(kind))
    pages = reader(path.read_bytes())
    assert [marks(page.upright())[0] for page in pages] == [bars for bars, _ in EXPECTED]
    for page, (_, size) in zip(pages, EXPECTED, strict=True):
        assert (page.fields["Width"], page.fields["Height"]) == pytest.approx(size, abs=1)
        assert page.fields["TotalPageCount"] == 7
        if kind == PWG:
            assert page.fields["PageSizeName"] == ("iso_a4_210x297mm" if size is A4 else "iso_a5_148x210mm")
    assert (said.pages_out, said.impressions, said.sheets) == (7, 3, 4)


async def test_each_page_of_pdf_and_postscript_has_its_size(rendered):
    _, path = await rendered(documents.pdf(3), mixed(PDF))
    assert [marks(image)[0] for image in pictures(path, 36)] == [bars for bars, _ in EXPECTED]
    assert page_sizes(path) == [pytest.approx(size, abs=0.2) for _, size in EXPECTED]
    _, path = await rendered(documents.pdf(3), mixed(POSTSCRIPT))
    images = postscript_pictures(path.read_bytes())
    assert [marks(image)[0] for image in images] == [bars for bars, _ in EXPECTED]
    assert [image.shape[1] for image in images] == [pytest.approx(size[0], abs=1.5) for _, size in EXPECTED]


async def test_each_page_of_pclxl_has_its_size_and_side(rendered):
    _, path = await rendered(documents.pdf(3), mixed(PCLXL))
    pages = read_pclxl(path.read_bytes())
    assert len(pages) == 7
    media_size, duplex_side = 37, 54
    assert len({page[media_size] for page in pages}) == 2
    assert [page[media_size] for page in pages[:3]] == [pages[6][media_size]] * 2 + [pages[5][media_size]]
    assert [page[duplex_side] for page in pages] == [0, 1, 0, 1, 0, 1, 0]


@pytest.mark.parametrize("kind", [PCL, PCLM])
async def test_older_languages_print_all_pages(rendered, kind):
    said, path = await rendered(documents.pdf(3), mixed(kind))
    assert said.pages_out == 7 and path.stat().st_size
    if kind == PCLM:
        assert page_sizes(path) == [pytest.approx(size, abs=1.2) for _, size in EXPECTED]


async def test_copies_begin_on_new_sheets(rendered):
    target = Target(PDF, sides=LONG, copies=2, wishes=SheetWishes(force_front=(2,)))
    said, path = await rendered(documents.pdf(2), target)
    assert [marks(image)[0] for image in pictures(path, 36)] == [1, 0, 2, 0, 1, 0, 2]
    assert (said.impressions, said.sheets) == (4, 4)


async def test_empty_sides_are_not_stamped(rendered):
    target = Target(PDF, sides=LONG, wishes=SheetWishes(force_front=(2,)), stamp=Stamp(text=("Anna",), size=30.0))
    _, path = await rendered(documents.pdf(2), target)
    first, blank, second = pictures(path, 36)
    assert (blank == 255).all() and not (first == 255).all()
    plain = pictures_of(await rendered(documents.pdf(2), Target(PDF)))
    assert not np.array_equal(first, plain[0]) and not np.array_equal(second, plain[1])


def pictures_of(made):
    return pictures(made[1], 36)
