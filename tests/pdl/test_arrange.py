"""Choosing, fitting and repeating pages of PDFs that are built oddly."""

import io

import pikepdf
import pytest

from pdl.arrange import arrange, selection
from pdl.errors import DocumentRejected, LimitReached, PasswordNeeded
from pdl.source import BytesSource
from tests.pdl import documents
from tests.pdl.documents import A4, A5, marks
from tests.pdl.readers import page_sizes, pictures

ALL = {
    "page_ranges": [],
    "media": None,
    "scaling": "auto",
    "copies": 1,
    "two_sided": False,
    "sides": None,
    "pages": 1000,
}
A5_MM = [14800, 21000]
LONG = pikepdf.Array([0, 0, 30_000, 500])


@pytest.fixture
def arranged(tmp_path):
    def do(document, **arguments):
        out = bytearray()
        answer = arrange(BytesSource(document), ALL | arguments, out.extend)
        path = tmp_path / "out.pdf"
        path.write_bytes(out)
        return answer, path

    return do


def saved(made, **options):
    stream = io.BytesIO()
    made.save(stream, **options)
    return stream.getvalue()


def opened(document):
    return pikepdf.open(io.BytesIO(document))


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([], [0, 1, 2, 3, 4]),
        ([(2, 3)], [1, 2]),
        ([(4, 99)], [3, 4]),
        ([(1, 1), (3, 4), (4, 4)], [0, 2, 3]),
        ([(0, 1)], [0]),
        ([(1, 10**15)], [0, 1, 2, 3, 4]),
    ],
)
def test_pages_asked_for(ranges, expected):
    assert selection(5, ranges) == expected


@pytest.mark.parametrize(("count", "ranges"), [(0, []), (5, [(6, 7)]), (5, [(3, 2)]), (5, [(-3, 0)])])
def test_no_page_is_no_document(count, ranges):
    with pytest.raises(DocumentRejected):
        selection(count, ranges)


def test_a_document_that_fits_is_not_written(arranged):
    answer, path = arranged(documents.pdf(3), media=[21000, 29700])
    assert answer == {"pages": 3, "blank": [], "out": 3, "changed": False}
    assert path.read_bytes() == b""


def test_copies_share_their_content(arranged):
    noise = "".join(f"{n * 7919 % 997} {n * 104729 % 991} m {n} {n} l S " for n in range(3000)).encode()
    one, path = arranged(documents.pdf(2, extra=noise), page_ranges=[[1, 1]])
    single = path.stat().st_size
    many, path = arranged(documents.pdf(2, extra=noise), page_ranges=[[1, 1]], copies=50)
    assert (one["out"], many["out"]) == (1, 50)
    assert len(page_sizes(path)) == 50
    assert path.stat().st_size < 2 * single


def test_attributes_of_the_page_tree_are_inherited(arranged):
    made = opened(documents.pdf(2, size=A4[::-1]))
    for page in made.pages:
        del page.obj["/MediaBox"]
    made.Root.Pages.MediaBox = pikepdf.Array([0, 0, A4[1], A4[0]])
    made.Root.Pages.Rotate = 90
    _, path = arranged(saved(made), media=A5_MM, page_ranges=[[2, 2]])
    (image,) = pictures(path)
    assert page_sizes(path) == [pytest.approx(A5, abs=0.1)]
    import numpy as np

    assert marks(np.rot90(image))[0] == 2


@pytest.mark.parametrize(
    "box", [[0, 0, 0, 0], ["a", 1, 2, 3], [0, 0, 1], [0, 0, 1e9, 1e9], [595, 842, 0, 0], [-100, -100, 495, 742]]
)
def test_boxes_that_are_none_or_upside_down(arranged, box):
    made = opened(documents.pdf(1))
    made.pages[0].obj["/MediaBox"] = pikepdf.Array(box)
    _, path = arranged(saved(made), media=A5_MM)
    assert page_sizes(path) == [pytest.approx(A5, abs=0.1)]


def test_what_lies_outside_the_crop_box_is_not_printed(arranged):
    # The upper half of the page alone: it lies across, and its red square comes to the lower left.
    _, path = arranged(documents.pdf(1, CropBox=[0, 421, 595.276, 841.89]), media=A5_MM)
    (image,) = pictures(path)
    assert image.min(axis=2).min() < 100
    assert not (image.max(axis=2) < 100).any()  # no black bar


def test_a_page_that_stands_twice_in_the_tree(arranged):
    made = opened(documents.pdf(2))
    made.pages.append(made.pages[0])
    answer, path = arranged(saved(made), media=A5_MM)
    assert answer["pages"] == 3
    assert [marks(image)[0] for image in pictures(path)] == [1, 2, 1]


def test_pages_left_out_leave_nothing_behind(arranged):
    made = opened(documents.pdf(3))
    made.pages[0].contents_add(b"% the secret of page one " + bytes(range(65, 91)) * 40)
    made.Root.Outlines = made.make_indirect(pikepdf.Dictionary(First=pikepdf.Dictionary(Dest=[made.pages[0].obj])))
    _, path = arranged(saved(made), page_ranges=[[2, 3]])
    with pikepdf.open(path) as found:
        assert len(found.pages) == 2
        assert "/Outlines" not in found.Root
        streams = [one.read_bytes() for one in found.objects if isinstance(one, pikepdf.Stream)]
        assert not any(b"secret" in stream for stream in streams)


def test_passwords(arranged):
    locked = saved(opened(documents.pdf(1)), encryption=pikepdf.Encryption(owner="o", user="u"))
    with pytest.raises(PasswordNeeded):
        arranged(locked)
    owned = saved(opened(documents.pdf(1)), encryption=pikepdf.Encryption(owner="o", user=""))
    _, path = arranged(owned, media=A5_MM)
    with pikepdf.open(path) as found:
        assert not found.is_encrypted


def test_sides_are_asked_of_a_printer_that_looks(arranged):
    _, path = arranged(documents.pdf(3), copies=2, two_sided=True, sides="two-sided-short-edge")
    with pikepdf.open(path) as found:
        assert found.Root.ViewerPreferences.Duplex == "/DuplexFlipShortEdge"
        assert len(found.pages) == 7


def test_copies_count_against_the_limit(arranged):
    assert arranged(documents.pdf(3), copies=3, pages=9)[0]["out"] == 9
    with pytest.raises(LimitReached):
        arranged(documents.pdf(3), copies=3, pages=8)


def test_copies_of_a_page_that_is_larger_than_blank_ones_may_be(arranged):
    answer, path = arranged(documents.pdf(1, MediaBox=LONG), copies=2, two_sided=True)
    with pikepdf.open(path) as found:
        assert (answer["out"], len(found.pages)) == (3, 3)
        assert [float(found.pages[number].mediabox[2]) for number in range(3)] == [30_000, 14_400, 30_000]


@pytest.mark.parametrize("document", [b"%PDF-1.4\n", documents.pdf()[:200], b""])
def test_what_cannot_be_opened_is_refused(arranged, document):
    with pytest.raises(DocumentRejected, match="damaged"):
        arranged(document)
