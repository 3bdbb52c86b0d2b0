"""Pages that are wanted otherwise than the others, as poppler draws them: turned, moved, folded, on other sheets."""

import numpy as np
import pytest

from pdl.arrange import arrange
from pdl.errors import DocumentRejected
from pdl.source import BytesSource
from pdl.wishes import Cover, Insert, Override, SheetWishes, Shift
from tests.pdl import documents
from tests.pdl.documents import A4, A5, marks
from tests.pdl.readers import page_sizes, pictures

A4_MM, A5_MM, A3_MM = (21000, 29700), (14800, 21000), (29700, 42000)
LONG, SHORT = "two-sided-long-edge", "two-sided-short-edge"
A3 = (841.89, 1190.55)


@pytest.fixture
def arranged(tmp_path):
    """arrange(document, ...) -> (answer, pictures, sizes)."""

    def do(document, sides="one-sided", shift=None, **arguments):
        names = SheetWishes.__dataclass_fields__
        wishes = SheetWishes(**{name: arguments.pop(name) for name in tuple(arguments) if name in names})
        out = bytearray()
        told = {
            "wishes": wishes.arguments(), "device_sides": sides, "two_sided": sides != "one-sided", "sides": None,
            "pages": 1000, "shift": shift or (),
        }  # fmt: skip
        answer = arrange(BytesSource(document), told | arguments, out.extend)
        path = tmp_path / "out.pdf"
        path.write_bytes(out or document)
        return answer, pictures(path, 72), page_sizes(path)

    return do


def red(image):
    """Where the red square is: (left, top, width, height) in points."""
    found = (image[:, :, 0] > 200) & (image[:, :, 1] < 80)
    down, across = np.nonzero(found)
    return across.min(), down.min(), int(np.ptp(across)) + 1, int(np.ptp(down)) + 1


@pytest.mark.parametrize(("orientation", "turns"), [(4, 1), (5, 3), (6, 2)])
def test_a_page_that_is_turned(arranged, orientation, turns):
    override = Override(pages=((2, 2),), orientation_requested=orientation)
    _, images, sizes = arranged(documents.pdf(3), overrides=(override,))
    assert all(size == pytest.approx(A4, abs=0.1) for size in sizes)  # the sheet is what it was
    assert [marks(images[at])[0] for at in (0, 2)] == [1, 3]
    upright = np.rot90(images[1], -turns)
    across = red(upright)
    if orientation == 6:
        assert marks(upright)[0] == 2
        assert across[2:] == pytest.approx(red(images[0])[2:], abs=2)
    else:
        # A quarter turn: it is shrunk to the sheet's width.
        assert across[3] == pytest.approx(red(images[0])[3] * A4[0] / A4[1], abs=2)


def test_a_page_that_lies_fills_the_sheet_when_it_is_turned(arranged):
    lying = documents.pdf(2, size=A4[::-1])
    _, images, sizes = arranged(lying, overrides=(Override(pages=((1, 1),), orientation_requested=4),))
    assert sizes[0] == pytest.approx(A4, abs=0.1) and sizes[1] == pytest.approx(A4[::-1], abs=0.1)
    assert marks(np.rot90(images[0], -1))[0] == 1


def test_a_page_on_another_sheet(arranged):
    override = Override(pages=((2, 2),), media_size=A3_MM, print_scaling="fit")
    answer, images, sizes = arranged(documents.pdf(3), sides=LONG, overrides=(override,))
    assert answer["pages"] == 5 and answer["blank"] == [1, 3]
    assert [marks(image)[0] for image in images] == [1, 0, 2, 0, 3]
    assert sizes[0] == sizes[1] == sizes[4] == pytest.approx(A4, abs=0.2)
    assert sizes[2] == sizes[3] == pytest.approx(A3, abs=0.2)
    assert red(images[2])[2] == pytest.approx(red(images[0])[2] * 2**0.5, abs=2)  # it fills the larger sheet


def test_another_scaling_for_a_page(arranged):
    override = Override(pages=((2, 2),), print_scaling="none")
    _, images, sizes = arranged(documents.pdf(2), media=A5_MM, overrides=(override,))
    assert sizes == [pytest.approx(A5, abs=0.1)] * 2
    assert marks(images[0])[0] == 1
    assert marks(images[1])[0] != 2  # its foot is cut off


def test_pages_that_have_nothing_of_their_own_are_not_made_anew(arranged):
    override = Override(pages=((9, 9),), orientation_requested=4)
    answer, _, _ = arranged(documents.pdf(3), overrides=(override,), force_front=(1,))
    assert answer == {"pages": 3, "blank": [], "out": 3, "changed": False}


def test_inserted_sheets_and_covers(arranged):
    answer, images, sizes = arranged(
        documents.pdf(2), inserts=(Insert(1, 1, A5_MM),), cover_back=Cover("print-none", A3_MM)
    )
    assert [marks(image)[0] for image in images] == [1, 0, 2, 0] and answer["blank"] == [1, 3]
    assert all((image == 255).all() for image in (images[1], images[3]))
    assert sizes[1] == pytest.approx(A5, abs=0.1) and sizes[3] == pytest.approx(A3, abs=0.1)


def test_backs_for_the_other_edge(arranged):
    override = Override(pages=((1, 2),), sides=SHORT)
    _, images, _ = arranged(documents.pdf(4), sides=LONG, overrides=(override,))
    assert marks(images[0])[0] == 1 and marks(np.rot90(images[1], 2))[0] == 2
    assert [marks(image)[0] for image in images[2:]] == [3, 4]


def test_images_are_shifted_on_fronts_and_backs(arranged):
    shift = Shift(front=(1000, 500), back=(-1000, 0))
    for sides, second in ((LONG, (-1000, 0)), ("one-sided", (1000, 500))):
        _, images, sizes = arranged(documents.pdf(2), sides=sides, shift=shift)
        assert sizes == [pytest.approx(A4, abs=0.1)] * 2
        _, (unmoved,), _ = arranged(documents.pdf(1))
        left, top, *_ = red(unmoved)
        for image, (across, up) in zip(images, ((1000, 500), second), strict=True):
            assert red(image)[0] == pytest.approx(left + across * 72 / 2540, abs=1.5)
            assert red(image)[1] == pytest.approx(top - up * 72 / 2540, abs=1.5)


@pytest.mark.parametrize(
    ("x", "y", "corner"),
    [
        ("left", "bottom", (20, A4[1] - 40 - A5[1])),
        ("right", "top", (A4[0] - 30 - A5[0], 50)),
        ("center", "center", ((A4[0] - A5[0]) / 2, (A4[1] - A5[1]) / 2)),
        ("none", "top", ((A4[0] - A5[0]) / 2, 50)),
    ],
)
def test_images_stand_at_an_edge_of_what_can_be_printed_on(arranged, x, y, corner):
    margins = [round(points * 2540 / 72) for points in (20, 40, 30, 50)]
    _, images, _ = arranged(documents.pdf(1, size=A5), media=A4_MM, scaling="none", margins=margins, shift=Shift(x, y))
    left, top, *_ = red(images[0])
    assert left == pytest.approx(corner[0] + A5[0] * 0.1, abs=1.5)
    assert top == pytest.approx(corner[1] + A5[1] * 0.1, abs=1.5)


def test_number_up_moves_as_one_image(arranged):
    _, plain, _ = arranged(documents.pdf(2), number_up=2)
    _, moved, _ = arranged(documents.pdf(2), number_up=2, shift=Shift(front=(500, 0)))
    assert red(moved[0])[0] == pytest.approx(red(plain[0])[0] + 500 * 72 / 2540, abs=1.5)


def test_a_booklet(arranged):
    answer, images, sizes = arranged(documents.pdf(6), sides=SHORT, booklet=True)
    assert answer["pages"] == 4 and sizes == [pytest.approx(A4, abs=0.1)] * 4
    # Held so that the fold stands upright, left page and right page.
    halves = [np.hsplit(np.rot90(image, -1), 2) for image in images]
    assert [tuple(marks(half)[0] for half in side) for side in halves] == [(0, 1), (2, 0), (6, 3), (4, 5)]


def test_a_booklet_on_sheets_that_are_asked_for(arranged):
    _, images, sizes = arranged(documents.pdf(4, size=A5), sides=SHORT, booklet=True, media=A4_MM, scaling="fit")
    assert sizes == [pytest.approx(A4, abs=0.1)] * 2
    left, right = np.hsplit(np.rot90(images[0], -1), 2)
    assert (marks(left)[0], marks(right)[0]) == (4, 1)


def test_a_number_up_of_one_document_that_is_none(arranged):
    with pytest.raises(DocumentRejected, match="3 pages on a side"):
        arranged(documents.pdf(3), overrides=(Override(number_up=3),))


def test_pages_are_turned_within_their_part_of_a_side(arranged):
    override = Override(pages=((3, 4),), orientation_requested=6)
    _, images, _ = arranged(documents.pdf(4), number_up=2, overrides=(override,))
    assert len(images) == 2
    upright, over = (np.hsplit(np.rot90(image, -1), 2) for image in images)
    assert [marks(half)[0] for half in upright] == [1, 2]
    assert [marks(np.rot90(half, 2))[0] for half in over] == [3, 4]
