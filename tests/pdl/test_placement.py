"""Geometry of print-scaling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.placement import (
    multiply,
    numbers,
    place,
    place_in,
    printable,
    quarter_turns,
    same_size,
    sheet_points,
    turned,
)

LENGTHS = st.floats(20, 5000)
SIZES = st.tuples(LENGTHS, LENGTHS)
SCALINGS = st.sampled_from(["auto", "auto-fit", "fit", "fill", "none"])


def corners(size, matrix):
    a, b, c, d, e, f = matrix
    points = [(a * x + c * y + e, b * x + d * y + f) for x in (0, size[0]) for y in (0, size[1])]
    across, up = zip(*points, strict=True)
    return min(across), min(up), max(across), max(up)


@given(SIZES, SIZES, SCALINGS, st.floats(0, 9))
def test_a_box_is_in_the_middle_and_as_large_as_its_scaling_says(size, sheet, scaling, margin):
    left, bottom, right, top = corners(size, place(size, sheet, scaling, margin))
    assert (left + right) / 2 == pytest.approx(sheet[0] / 2, abs=1e-6)
    assert (bottom + top) / 2 == pytest.approx(sheet[1] / 2, abs=1e-6)
    wide, high = right - left, top - bottom
    room = sheet[0] - 2 * margin, sheet[1] - 2 * margin
    if scaling == "none":
        assert sorted((wide, high)) == pytest.approx(sorted(size))
    elif scaling == "fill":
        assert wide >= sheet[0] - 1e-6
        assert high >= sheet[1] - 1e-6
    else:
        slack = 2 * margin + 1.5 if scaling != "fit" else 0
        assert wide <= room[0] + slack + 1e-6
        assert high <= room[1] + slack + 1e-6
    if scaling == "fit":
        assert wide == pytest.approx(room[0]) or high == pytest.approx(room[1])
    if scaling in {"auto", "auto-fit"}:
        assert wide * high <= size[0] * size[1] * (1 + 1e-9)


@given(SIZES, SIZES, SCALINGS)
def test_a_box_lies_as_its_sheet_does(size, sheet, scaling):
    left, bottom, right, top = corners(size, place(size, sheet, scaling))
    if size[0] != size[1] and sheet[0] != sheet[1]:
        assert ((right - left) > (top - bottom)) == (sheet[0] > sheet[1]) or abs(size[0] - size[1]) < 1e-6


def test_turning_is_counter_clockwise():
    # The upper left corner of a page that lies across comes to the lower left of the sheet.
    a, b, c, d, e, f = place((200, 100), (100, 200), "fit")
    assert (a * 0 + c * 100 + e, b * 0 + d * 100 + f) == pytest.approx((0, 0))


def test_matrices_are_done_one_after_the_other():
    move, double = (1, 0, 0, 1, 10, 20), (2, 0, 0, 2, 0, 0)
    assert multiply(move, double) == (2, 0, 0, 2, 20, 40)
    assert multiply(double, move) == (2, 0, 0, 2, 10, 20)
    assert numbers((1.0, 0.0, -0.5, 1e-9, 12.25, 841.8897638)) == "1 0 -0.5 0 12.25 841.88976"


def test_sizes_that_differ_by_rounding_are_one():
    a4 = sheet_points((21000, 29700))
    assert a4 == pytest.approx((595.276, 841.89), abs=0.001)
    assert same_size(a4, (595, 842))
    assert not same_size(a4, (612, 792))


MARGINS = st.tuples(*[st.integers(0, 3000)] * 4)


@given(SIZES, st.tuples(st.floats(200, 3000), st.floats(200, 3000)), MARGINS, st.sampled_from([None, 3, 4, 5, 6]))
def test_what_is_fitted_lies_in_the_printable_area_and_fills_it_one_way(size, sheet, margins, orientation):
    room = printable(sheet, margins)
    found = corners(size, place_in(size, sheet, room, "fit", orientation))
    assert found[0] >= room[0] - 1e-6
    assert found[1] >= room[1] - 1e-6
    assert found[2] <= room[2] + 1e-6
    assert found[3] <= room[3] + 1e-6
    assert (found[0] + found[2]) / 2 == pytest.approx((room[0] + room[2]) / 2)
    assert (found[1] + found[3]) / 2 == pytest.approx((room[1] + room[3]) / 2)
    across, up = found[2] - found[0], found[3] - found[1]
    assert across == pytest.approx(room[2] - room[0]) or up == pytest.approx(room[3] - room[1])


def test_margins_that_leave_nothing_are_none():
    assert printable((100, 200), (2000, 1000, 500, 0)) == pytest.approx((56.69, 28.35, 85.83, 200), abs=0.01)
    assert printable((100, 200), (3000, 0, 3000, 0)) == (0, 0, 100, 200)
    assert printable((100, 200), (-100, 0, 0, 0)) == (0, 0, 100, 200)


@pytest.mark.parametrize(
    ("size", "orientation", "turns"),
    [
        ((100, 200), None, 0), ((100, 200), 3, 0), ((100, 200), 4, 0), ((100, 200), 5, 0), ((100, 200), 6, 2),
        ((200, 100), None, 1), ((200, 100), 3, 1), ((200, 100), 4, 1), ((200, 100), 5, 3), ((200, 100), 6, 3),
        ((100, 100), None, 0), ((100, 100), 6, 2),
    ],
)  # fmt: skip
def test_quarter_turns(size, orientation, turns):
    assert quarter_turns(size, (100, 200), orientation) == turns


@given(st.integers(0, 3), SIZES)
def test_a_turned_side_covers_its_sheet(turns, sheet):
    side = sheet[::-1] if turns % 2 else sheet
    assert corners(side, turned(turns, sheet)) == pytest.approx((0, 0, *sheet))
