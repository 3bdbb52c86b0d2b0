"""Several pages on a side, turned and within margins: where their marks come to lie."""

import io

import numpy as np
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.arrange import arrange
from pdl.arrange_layout import GRIDS
from pdl.arrange_places import cell
from pdl.errors import DocumentRejected, LimitReached
from pdl.source import BytesSource
from tests.pdl.documents import A4, A5
from tests.pdl.readers import page_sizes, pictures

A4_MM = (21000, 29700)
LYING = A4[::-1]


def numbered(count, size=A4):
    """Pages filled with a gray of their own (10, 20, ...), and a red square in their upper left corner."""
    made = pikepdf.new()
    for number in range(1, count + 1):
        width, height = size
        made.add_blank_page(page_size=size)
        made.pages[-1].contents_add(
            b"%.4f g 0 0 %.2f %.2f re f 1 0 0 rg 0 %.2f %.2f %.2f re f"
            % (number * 10 / 255, width, height, height * 0.9, height * 0.1, height * 0.1)
        )
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


@pytest.fixture
def sides(tmp_path):
    """sides(document, **wishes) -> pictures of the sides at 36 dpi, and their sizes."""

    def do(document, **wishes):
        out = bytearray()
        arguments = {"media": A4_MM, "two_sided": False, "sides": None, "pages": 100} | wishes
        answer = arrange(BytesSource(document), arguments, out.extend)
        path = tmp_path / "out.pdf"
        path.write_bytes(out if answer["changed"] else document)
        shown = pictures(path, 36)
        assert len(shown) == answer["out"]
        return shown, page_sizes(path)

    return do


def seen(image, columns, rows):
    """Which page lies in each cell of a grid, and at which of its corners (from the lower left, clockwise) the red."""
    height, width = image.shape[:2]
    out = []
    for row in range(rows):
        for column in range(columns):
            part = image[
                height * row // rows : height * (row + 1) // rows,
                width * column // columns : width * (column + 1) // columns,
            ]
            middle = part[part.shape[0] // 2, part.shape[1] // 2].astype(int)
            if middle.min() > 200:
                out.append(None)
                continue
            red = np.argwhere((part[:, :, 0] > 180) & (part[:, :, 1] < 70))
            y, x = red.mean(axis=0) / part.shape[:2]
            corner = {(True, False): 0, (False, False): 1, (False, True): 2, (True, True): 3}[
                bool(y > 0.5), bool(x > 0.5)
            ]
            out.append((round(int(middle[1]) / 10), corner))
    return out


UPRIGHT, LEFT = 1, 0  # the red corner of a page that stands, and of one turned a quarter counter-clockwise


@pytest.mark.parametrize(
    ("number_up", "size", "grid", "expected"),
    [
        (2, A4, (1, 2), [(2, LEFT), (1, LEFT)]),
        (2, LYING, (1, 2), [(1, UPRIGHT), (2, UPRIGHT)]),
        (4, A4, (2, 2), [(1, UPRIGHT), (2, UPRIGHT), (3, UPRIGHT), (4, UPRIGHT)]),
        (4, LYING, (2, 2), [(2, LEFT), (4, LEFT), (1, LEFT), (3, LEFT)]),
        (6, A4, (2, 3), [(3, LEFT), (6, LEFT), (2, LEFT), (5, LEFT), (1, LEFT), (4, LEFT)]),
        (6, LYING, (2, 3), [(n, UPRIGHT) for n in range(1, 7)]),
        (9, A4, (3, 3), [(n, UPRIGHT) for n in range(1, 10)]),
        (16, A4, (4, 4), [(n, UPRIGHT) for n in range(1, 17)]),
    ],
)
def test_pages_on_a_side(sides, number_up, size, grid, expected):
    (image,), ((width, height),) = sides(numbered(number_up, size), number_up=number_up)
    assert (width, height) == pytest.approx(A4, abs=0.1)
    assert seen(image, *grid) == expected


def test_the_last_side_may_have_room(sides):
    shown, _ = sides(numbered(7), number_up=4, page_ranges=[[1, 2], [5, 7]])
    assert [seen(image, 2, 2) for image in shown] == [
        [(1, 1), (2, 1), (5, 1), (6, 1)],
        [(7, 1), None, None, None],
    ]


def test_ranges_choose_pages_then_sides_then_copies(sides):
    shown, _ = sides(numbered(5), number_up=4, page_ranges=[[2, 4]], copies=2, two_sided=True)
    assert [seen(image, 2, 2)[0] if image.min() < 200 else None for image in shown] == [(2, 1), None, (2, 1)]
    with pytest.raises(LimitReached):
        sides(numbered(5), number_up=4, copies=2, pages=3)


@pytest.mark.parametrize(
    ("direction", "order"),
    [
        ("toright-tobottom", [1, 2, 3, 4]),
        ("toleft-tobottom", [2, 1, 4, 3]),
        ("toright-totop", [3, 4, 1, 2]),
        ("toleft-totop", [4, 3, 2, 1]),
        ("tobottom-toright", [1, 3, 2, 4]),
        ("tobottom-toleft", [3, 1, 4, 2]),
        ("totop-toright", [2, 4, 1, 3]),
        ("totop-toleft", [4, 2, 3, 1]),
    ],
)
def test_directions(sides, direction, order):
    (image,), _ = sides(numbered(4), number_up=4, direction=direction)
    assert [page for page, _ in seen(image, 2, 2)] == order


@given(
    st.sampled_from(sorted(GRIDS)),
    st.sampled_from(["toright-tobottom", "totop-toleft", "toleft-totop", "tobottom-toright"]),
)
def test_every_cell_is_used_once(number_up, direction):
    columns, rows = GRIDS[number_up]
    cells = [cell(number, columns, rows, direction) for number in range(number_up)]
    assert sorted(cells) == [(column, row) for column in range(columns) for row in range(rows)]


@pytest.mark.parametrize(
    ("size", "orientation", "corner"),
    [
        (A4, None, 1), (A4, 3, 1), (A4, 4, 1), (A4, 5, 1), (A4, 6, 3),
        (LYING, None, 0), (LYING, 3, 0), (LYING, 4, 0), (LYING, 5, 2), (LYING, 6, 2),
    ],
)  # fmt: skip
def test_orientation_chooses_between_the_two_ways_a_page_fits(sides, size, orientation, corner):
    (image,), ((width, height),) = sides(numbered(1, size), orientation=orientation)
    assert (width, height) == pytest.approx(A4, abs=0.1)
    assert seen(image, 1, 1) == [(1, corner)]


def test_orientation_of_sides_with_several_pages(sides):
    (image,), _ = sides(numbered(2), number_up=2, orientation=5)
    assert seen(image, 1, 2) == [(1, 2), (2, 2)]
    (image,), _ = sides(numbered(4), number_up=4, orientation=6)
    assert seen(image, 2, 2) == [(4, 3), (3, 3), (2, 3), (1, 3)]


def edges(image):
    """Left, bottom, right and top of what is not white, in pixels from the edges of the sheet."""
    dark = np.argwhere(image.min(axis=2) < 200)
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
    return left, image.shape[0] - 1 - bottom, image.shape[1] - 1 - right, top


@pytest.mark.parametrize("size", [A4, LYING, A5])
def test_fit_scales_into_what_can_be_printed_on(sides, size):
    # 36 dpi: a pixel is 0.7 mm. The page touches two opposite margins, and is in the middle between the others.
    (image,), _ = sides(numbered(1, size), scaling="fit", margins=[2000, 1000, 500, 3000])
    left, bottom, right, top = edges(image)
    assert (bottom, top) == pytest.approx((14, 42), abs=2) or (left, right) == pytest.approx((28, 7), abs=2)
    assert left >= 27
    assert bottom >= 13
    assert right >= 6
    assert top >= 41
    assert abs((left - 28) - (right - 7)) <= 2
    assert abs((bottom - 14) - (top - 42)) <= 2


def test_margins_cut_what_is_not_to_be_scaled(sides):
    for scaling in ("auto", "none", "fill"):
        (image,), _ = sides(numbered(1), scaling=scaling, margins=[2000, 1000, 500, 3000])
        assert edges(image) == (0, 0, 0, 0)
    # A page that is too large is not brought to the edges of the sheet, where it would be cut.
    (image,), _ = sides(numbered(1, (2 * A4[0], 2 * A4[1])), margins=[2000, 1000, 500, 3000])
    assert edges(image)[0] >= 27


def test_several_pages_stay_within_margins(sides):
    (image,), _ = sides(numbered(4), number_up=4, margins=[1000, 1000, 1000, 1000])
    assert min(edges(image)) >= 13


def test_filled_cells_do_not_reach_into_each_other(sides):
    (image,), _ = sides(numbered(4, (600, 600)), number_up=4, scaling="fill")
    height, width = image.shape[:2]
    for row in range(2):
        for column in range(2):
            part = image[
                height * row // 2 + 2 : height * (row + 1) // 2 - 2,
                width * column // 2 + 2 : width * (column + 1) // 2 - 2,
            ]
            gray = part[..., 1][part[..., 0] < 150]
            assert set(np.round(gray / 10).astype(int).tolist()) == {2 * row + column + 1}


def test_pages_of_many_sizes(sides):
    made = pikepdf.new()
    for size in (A4, LYING, A5, (300, 300)):
        with pikepdf.open(io.BytesIO(numbered(1, size))) as one:
            made.pages.extend(one.pages)
    stream = io.BytesIO()
    made.save(stream)
    _, sizes = sides(stream.getvalue(), media=None)
    assert [round(width) for width, _ in sizes] == [595, 842, 420, 300]
    _, sizes = sides(stream.getvalue())
    assert all(size == pytest.approx(A4, abs=0.1) for size in sizes)
    # Without media, the first page of a side is the measure of it.
    _, sizes = sides(stream.getvalue(), media=None, number_up=2)
    assert [round(width) for width, _ in sizes] == [595, 420]


@pytest.mark.parametrize(("back", "corner"), [((1, 1), 1), ((-1, -1), 3), ((1, -1), 0), ((-1, 1), 2)])
def test_backs_are_mirrored(sides, back, corner):
    shown, _ = sides(numbered(3), back=back)
    assert [seen(image, 1, 1)[0] for image in shown] == [(1, 1), (2, corner), (3, 1)]


@pytest.mark.parametrize("number_up", [0, 3, 5, -1, 25])
def test_other_numbers_cannot_be_had(sides, number_up):
    with pytest.raises(DocumentRejected, match="1, 2, 4, 6, 9 or 16"):
        sides(numbered(1), number_up=number_up)
