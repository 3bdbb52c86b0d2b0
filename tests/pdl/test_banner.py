"""Banner pages: what they say, where they come, and how they count."""

import io

import numpy as np
import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdl.banner import Banner
from pdl.banner_pdf import banner_pdf
from pdl.errors import LimitReached
from pdl.limits import Limits
from pdl.render import Target, render
from pdl.scratch import MemoryScratch
from pdl.source import BytesSource
from tests.pdl import documents
from tests.pdl.documents import marks
from tests.pdl.readers import read_pwg

PDF, PWG = "application/pdf", "image/pwg-raster"
BANNER = Banner(
    "Amélie Œuvré",
    "Rapport annuel",
    (("Imprimante", "Copieur du 2e étage"), ("Numéro", "12345")),
    qr="urn:uuid:0b1f6a1e-51f6-4c2a-9d0f-2f3a8d1c7e55",
    caption="0b1f6a1e",
)


def bannered(document, banner=BANNER, *, media=None, two_sided=False, pages=1000):
    out = bytearray()
    wishes = banner.arguments() | {"media": media, "two_sided": two_sided, "pages": pages}
    said = banner_pdf(BytesSource(document), wishes, out.extend)
    return said["pages"], pypdfium2.PdfDocument(bytes(out))


def words(read, index):
    return read[index].get_textpage().get_text_range()


def bars(read):
    """How many bars each page of the test's document has; None for the banner, 0 for an empty side."""
    found = []
    for index in range(len(read)):
        picture = read[index].render(scale=1).to_numpy()[:, :, :3]
        found.append(None if "Rapport" in words(read, index) else marks(picture)[0])
    return found


def test_says_whose_it_is():
    count, read = bannered(documents.pdf(2))
    assert count == len(read) == 3
    said = words(read, 0)
    for part in ("Amélie Œuvré", "Rapport annuel", "Imprimante", "Copieur du 2e étage", "12345", "0b1f6a1e"):
        assert part in said


@pytest.mark.parametrize(
    ("place", "two_sided", "pages", "expected"),
    [
        ("before", False, 2, [None, 1, 2]),
        ("before", True, 3, [None, 0, 1, 2, 3]),
        ("after", False, 2, [1, 2, None]),
        ("after", True, 2, [1, 2, None]),
        ("after", True, 3, [1, 2, 3, 0, None]),
    ],
)
def test_is_alone_on_its_sheet(place, two_sided, pages, expected):
    banner = Banner(BANNER.heading, BANNER.title, place=place)
    count, read = bannered(documents.pdf(pages), banner, two_sided=two_sided)
    assert bars(read) == expected
    assert count == len(expected)


def test_is_of_the_size_of_the_paper_or_of_the_page_beside_it():
    _, read = bannered(documents.pdf(1), media=(10000, 15000))
    assert read[0].get_size() == pytest.approx((283.46, 425.2), abs=0.1)
    turned = documents.pdf(1, size=(300, 500), Rotate=90)
    _, read = bannered(turned)
    assert read[0].get_size() == pytest.approx((500, 300), abs=0.1)
    mixed = pikepdf.open(io.BytesIO(documents.pdf(1, size=(300, 500))))
    mixed.add_blank_page(page_size=(600, 700))
    stream = io.BytesIO()
    mixed.save(stream)
    _, read = bannered(stream.getvalue(), Banner("X", place="after"))
    assert read[2].get_size() == pytest.approx((600, 700), abs=0.1)


@given(
    heading=st.text(max_size=500),
    rows=st.lists(st.tuples(st.text(max_size=40), st.text(max_size=500)), max_size=12),
    size=st.sampled_from([(60, 90), (283, 425), (595, 842), (842, 595), (2400, 3300)]),
)
@settings(max_examples=30)
def test_all_of_it_lies_on_the_sheet(heading, rows, size):
    _, read = bannered(
        documents.pdf(1, size=size), Banner(heading, heading, tuple(rows), qr="x" * 60, caption="y" * 90)
    )
    picture = read[0].render(scale=1).to_numpy()[:, :, 0]
    assert read[0].get_size() == pytest.approx(size, abs=0.1)
    edge = max(1, min(picture.shape) // 40)
    frame = np.concatenate([picture[:edge].ravel(), picture[-edge:].ravel(), picture[:, -edge:].ravel()])
    assert frame.min() > 128


def test_one_page_more_than_is_allowed_is_refused():
    with pytest.raises(LimitReached):
        bannered(documents.pdf(3), pages=3)


@pytest.mark.parametrize(
    "wrong", [{"place": "under"}, {"rows": (("a", "b"),) * 13}, {"title": "x" * 501}, {"qr": "x" * 201}]
)
def test_what_has_no_room_is_refused_at_once(wrong):
    with pytest.raises(ValueError, match=r"banner"):
        Banner(**{"heading": "x"} | wrong)


async def rendered(sandbox, target, pages=3):
    out = bytearray()

    async def sink(data):
        out.extend(data)

    said = await render(
        BytesSource(documents.pdf(pages)), PDF, target, sandbox, sink, scratch=MemoryScratch, limits=Limits()
    )
    return said, bytes(out)


@pytest.mark.asyncio(loop_scope="module")
async def test_is_printed_once_for_all_copies_and_counted(sandbox):
    target = Target(PDF, banner=BANNER, copies=2, sides="two-sided-long-edge")
    said, out = await rendered(sandbox, target)
    assert (said.pages_out, said.impressions, said.sheets) == (4, 7, 5)
    assert bars(pypdfium2.PdfDocument(out)) == [None, 0, 1, 2, 3, 0, 1, 2, 3]


@pytest.mark.asyncio(loop_scope="module")
async def test_raster_tells_the_device_all_pages_before_the_first(sandbox):
    said, out = await rendered(sandbox, Target(PWG, (72, 72), banner=BANNER, copies=2))
    pages = read_pwg(out)
    assert (said.pages_out, said.impressions, said.sheets) == (4, 7, 7)
    assert len(pages) == pages[0].fields["TotalPageCount"] == 7
    assert [marks(page.pixels)[0] for page in pages[1:]] == [1, 2, 3, 1, 2, 3]


@pytest.mark.asyncio(loop_scope="module")
async def test_no_stamp_lies_on_it(sandbox):
    from pdl.stamp import Stamp

    _, out = await rendered(sandbox, Target(PDF, banner=BANNER, stamp=Stamp(("SECRET",))), pages=1)
    read = pypdfium2.PdfDocument(out)
    assert ["SECRET" in words(read, index) for index in range(2)] == [False, True]
