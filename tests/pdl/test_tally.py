"""Adding pages up: copies of each page, sides that change, forced fronts and backs, sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.errors import DocumentRejected, LimitReached
from pdl.media import media_for
from pdl.tally import PageFacts, Tally

A4, A3 = media_for(21000, 29700), media_for(29700, 42000)
ONE, LONG, SHORT = "one-sided", "two-sided-long-edge", "two-sided-short-edge"


def counted(*pages, sets=1, limit=100):
    tally = Tally(limit)
    tally.extend(pages)
    return tally.report("x/y", sets=sets)


def page(sides=ONE, copies=1, **facts):
    return PageFacts(facts.pop("media", A4), copies, sides, **facts)


@pytest.mark.parametrize(
    ("pages", "impressions", "sheets"),
    [
        ([page()] * 3, 3, 3),
        ([page(LONG)] * 3, 3, 2),
        ([page(LONG)] * 4, 4, 2),
        ([page(LONG, 2)] * 3, 6, 4),
        ([page(LONG), page(LONG, 2), page(LONG, 2)], 5, 3),  # another number of copies is another sheet
        ([page(LONG), page(), page(LONG)], 3, 3),
        ([page(LONG), page(SHORT)], 2, 1),
        ([page(LONG), page(LONG, front=True), page(LONG)], 3, 2),
        ([page(LONG, back=True), page(LONG)], 2, 2),  # its front stays empty
        ([page(LONG), page(LONG, back=True), page(LONG)], 3, 2),
        ([page(), page(copies=0), page()], 2, 2),
    ],
)
def test_impressions_and_sheets(pages, impressions, sheets):
    report = counted(*pages)
    assert (report.impressions, report.sheets) == (impressions, sheets)


def test_sets_repeat_the_whole():
    report = counted(*[page(LONG)] * 3, sets=2)
    assert (report.pages, report.impressions, report.sheets, report.copies) == (3, 6, 4, 2)


def test_sizes_and_colours_are_those_of_the_pages():
    report = counted(page(color=True), page(media=A3), page(media=A3, color=None), page(copies=0, color=True))
    assert [(run.pages, run.media) for run in report.media] == [(1, A4), (2, A3)]
    assert report.color_pages == (1,)
    assert report.confidence.color == "unknown"
    assert report.confidence.pages == "exact"


def test_coloured_pages_count_as_often_as_they_print():
    report = counted(page(copies=10), page(copies=2, color=True), sets=3)
    assert (report.impressions, report.color_impressions) == (36, 6)


def test_sides_are_those_of_the_first_page_with_two():
    assert counted(page(), page(SHORT), page(LONG)).sides == SHORT
    assert counted(page()).sides == ONE


def test_what_nobody_prints_is_refused():
    with pytest.raises(DocumentRejected, match="no pages"):
        counted(page(copies=0))
    with pytest.raises(DocumentRejected, match="10000 copies"):
        counted(page(copies=10_000))
    with pytest.raises(LimitReached, match="more than 2 pages"):
        counted(*[page()] * 3, limit=2)


@given(st.lists(st.tuples(st.sampled_from([ONE, LONG, SHORT]), st.integers(1, 4), st.booleans(), st.booleans())))
def test_a_sheet_holds_one_or_two_impressions(rows):
    pages = [page(sides, copies, front=front, back=back) for sides, copies, front, back in rows]
    if not pages:
        return
    report = counted(*pages)
    assert report.impressions == sum(copies for _, copies, _, _ in rows)
    assert report.impressions <= 2 * report.sheets
    assert report.sheets <= report.impressions
