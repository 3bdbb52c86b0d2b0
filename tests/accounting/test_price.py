"""What a job costs, whole or cut off at any page."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from accounting.price import Extent, Part, Price, extent

prices = st.builds(Price, st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))


@st.composite
def extents(draw):
    pages = draw(st.integers(0, 30))
    return extent(
        pages,
        draw(st.lists(st.integers(1, 40), max_size=10)),
        ranges=draw(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)).map(sorted).map(tuple), max_size=4)),
        copies=draw(st.integers(1, 9)),
        two_sided=draw(st.booleans()),
        monochrome=draw(st.booleans()),
    )


@given(extents(), prices)
def test_the_first_of_all_is_all(whole, price):
    part = whole.first(whole.impressions)
    assert part == Part(whole.impressions, whole.color, whole.sheets)
    assert part.cost(price) == whole.cost(price) == price.of(whole.impressions, whole.color, whole.sheets)
    assert whole.first(whole.impressions + 100) == part and whole.first(-1) == whole.first(0) == Part(0, 0, 0)


@given(extents(), prices)
def test_each_impression_more_costs_no_less(whole, price):
    parts = [whole.first(count) for count in range(whole.impressions + 1)]
    for before, after in itertools.pairwise(parts):
        assert after.impressions == before.impressions + 1
        assert after.color - before.color in (0, 1) and after.sheets - before.sheets in (0, 1)
        assert after.cost(price) >= before.cost(price)


@given(extents())
def test_each_copy_begins_on_a_new_sheet(whole):
    pages = len(whole.pages)
    for copy in range(whole.copies + 1):
        assert whole.first(copy * pages).sheets == copy * whole.first(pages).sheets
    assert whole.sheets == sum(whole.first(pages).sheets for _ in range(whole.copies))
    assert whole.sheets * (2 if whole.two_sided else 1) >= whole.impressions >= whole.sheets >= 0


@given(st.integers(0, 30), st.lists(st.integers(1, 30), max_size=9), st.integers(1, 5))
def test_monochrome_has_no_colour(pages, colored, copies):
    gray = extent(pages, colored, copies=copies, monochrome=True)
    assert gray.color == 0 and gray.impressions == pages * copies


def test_examples():
    assert extent(5, [2], copies=2, two_sided=True) == Extent((False, True, False, False, False), 2, True)
    whole = extent(5, [2], copies=2, two_sided=True)
    assert (whole.impressions, whole.color, whole.sheets) == (10, 2, 6)
    assert whole.first(6) == Part(6, 1, 4)
    assert extent(10, [1, 5], ranges=((4, 6), (9, 99))).pages == (False, True, False, False, False)
    assert Price(5, 20, 1).of(4, 1, 4) == 3 * 5 + 20 + 4
    assert extent(0, []).cost(Price(5, 20, 1)) == 0
