"""Which pages come on which sides: new sheets, overrides, inserts, covers, sets, booklets."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.errors import DocumentRejected, LimitReached
from pdl.overrides import gray_pages
from pdl.report import Piece
from pdl.sheets import lay
from pdl.wishes import Cover, Insert, Override, Separator, SheetWishes

LONG, SHORT = "two-sided-long-edge", "two-sided-short-edge"
A3 = (29700, 42000)
THREE = (Piece(1, 1, 3), Piece(2, 4, 1), Piece(3, 5, 2))


def rows(count, sides=LONG, page_ranges=(), number_up=1, **wishes):
    """The pages of each side, from 1; 0 is an empty cell."""
    made = lay(count, page_ranges=page_ranges, number_up=number_up, sides=sides, wishes=SheetWishes(**wishes))
    return [tuple(0 if place is None else place + 1 for place in side.pages) for side in made]


def single(*pages):
    return [(page,) if page else () for page in pages]


def test_pages_one_after_the_other():
    assert rows(3) == rows(3, "one-sided") == single(1, 2, 3)
    assert rows(5, number_up=2) == [(1, 2), (3, 4), (5,)]
    assert rows(5, page_ranges=((2, 3), (5, 9))) == single(2, 3, 5)


@pytest.mark.parametrize(("count", "ranges"), [(0, ()), (5, ((6, 7),))])
def test_no_pages(count, ranges):
    with pytest.raises(DocumentRejected):
        rows(count, page_ranges=ranges)


@pytest.mark.parametrize(
    ("handling", "sides", "expected"),
    [
        ("single-document", LONG, single(1, 2, 3, 4, 5, 6)),
        ("single-document-new-sheet", LONG, single(1, 2, 3, 0, 4, 0, 5, 6)),
        ("separate-documents-collated-copies", LONG, single(1, 2, 3, 0, 4, 0, 5, 6)),
        ("separate-documents-collated-copies", "one-sided", single(1, 2, 3, 4, 5, 6)),
    ],
)
def test_documents_of_a_job(handling, sides, expected):
    assert rows(6, sides, handling=handling, documents=THREE) == expected


def test_pages_of_two_documents_share_a_side_only_as_one_document():
    apart = {"documents": THREE, "number_up": 2}
    assert rows(6, handling="single-document", **apart) == [(1, 2), (3, 4), (5, 6)]
    assert rows(6, handling="single-document-new-sheet", **apart) == [(1, 2), (3,), (4,), (), (5, 6)]
    assert rows(6, **apart) == [(1, 2), (3,), (4,), (), (5, 6)]


def test_copies_of_each_document_together():
    wishes = {"documents": THREE, "copies": 2}
    uncollated = rows(6, handling="separate-documents-uncollated-copies", **wishes)
    assert uncollated == single(1, 2, 3, 0, 1, 2, 3, 0, 4, 0, 4, 0, 5, 6, 5, 6)
    assert rows(6, **wishes) == single(1, 2, 3, 0, 4, 0, 5, 6, 1, 2, 3, 0, 4, 0, 5, 6)


def test_page_ranges_choose_of_each_document_or_of_all():
    # RFC 8011 section 5.2.7.
    assert rows(6, "one-sided", ((2, 9),), documents=THREE) == single(2, 3, 6)
    assert rows(6, "one-sided", ((2, 4),), documents=THREE, handling="single-document") == single(2, 3, 4)
    own = (Piece(1, 1, 2, ((4, 5),)), Piece(2, 3, 3))
    assert rows(5, "one-sided", ((1, 1),), documents=own) == single(1, 2, 3)


def test_copies_of_one_document_begin_on_sheets_of_their_own():
    twice = (Piece(1, 1, 1), Piece(1, 2, 1), Piece(2, 3, 1))
    assert rows(3, documents=twice, handling="single-document-new-sheet") == single(1, 0, 2, 0, 3)


def test_force_front_side():
    assert rows(5, force_front=(2, 3)) == single(1, 0, 2, 0, 3, 4, 5)
    assert rows(5, "one-sided", force_front=(2, 3)) == single(1, 2, 3, 4, 5)
    assert rows(5, number_up=4, force_front=(3,)) == [(1, 2), (), (3, 4, 5)]
    # Numbers are those of each document where documents are separate.
    assert rows(6, documents=THREE, force_front=(2,)) == single(1, 0, 2, 3, 4, 0, 5, 0, 6)


def test_sets_within_a_document():
    assert rows(6, pages_per_set=3) == single(1, 2, 3, 0, 4, 5, 6)


def test_one_sided_pages_among_others():
    override = Override(pages=((2, 3),), sides="one-sided")
    assert rows(6, overrides=(override,)) == single(1, 0, 2, 0, 3, 0, 4, 5, 6)


def test_two_sided_pages_among_others():
    override = Override(pages=((2, 3),), sides=LONG)
    assert rows(5, one_sided=True, overrides=(override,)) == single(1, 0, 2, 3, 4, 0, 5)


def test_backs_for_another_edge_stand_on_their_heads():
    override = Override(pages=((1, 2),), sides=SHORT)
    made = lay(4, sides=LONG, wishes=SheetWishes(overrides=(override,)))
    assert [side.flipped for side in made] == [False, True, False, False]


def test_another_medium_is_another_sheet():
    override = Override(pages=((2, 2),), media_size=A3)
    made = lay(4, sides=LONG, wishes=SheetWishes(overrides=(override,)))
    assert [side.pages for side in made] == [(0,), (), (1,), (), (2,), (3,)]
    assert [side.look.media for side in made] == [None, None, A3, A3, None, None]


def test_the_last_override_wins_member_by_member():
    first = Override(pages=((1, 3),), media_size=A3, print_scaling="fit")
    then = Override(pages=((2, 2),), print_scaling="none")
    made = lay(3, wishes=SheetWishes(overrides=(first, then)))
    assert [side.look.scaling for side in made] == ["fit", "none", "fit"]
    assert {side.look.media for side in made} == {A3}


def test_overrides_count_pages_as_their_documents_do():
    chosen = (Piece(1, 1, 3), Piece(2, 4, 3, ((2, 3), (7, 9))))
    override = Override(document_numbers=((2, 2),), pages=((3, 7),), media_size=A3)
    for handling in ("separate-documents-collated-copies", "single-document"):
        made = lay(6, wishes=SheetWishes(handling=handling, documents=chosen, overrides=(override,)))
        assert [side.look.media for side in made] == [None, None, None, None, A3, A3]


def test_pages_without_colour():
    gray = Override(pages=((2, 3),), print_color_mode="monochrome")
    back = Override(pages=((3, 3),), print_color_mode="color")
    assert gray_pages(5, SheetWishes(overrides=(gray,))) == ((2, 3),)
    assert gray_pages(5, SheetWishes(overrides=(gray, back))) == ((2, 2),)
    assert gray_pages(5, SheetWishes(documents=(Piece(1, 1, 2), Piece(2, 3, 3)), overrides=(gray,))) == ((2, 2), (4, 5))


def test_number_up_of_one_document_alone():
    override = Override(document_numbers=((1, 1),), number_up=2)
    assert rows(6, documents=THREE, overrides=(override,)) == [(1, 2), (3,), (4,), (), (5,), (6,)]


def test_pages_that_are_wanted_otherwise_begin_a_side():
    override = Override(pages=((2, 2),), print_scaling="fill")
    assert rows(5, number_up=4, overrides=(override,)) == [(1,), (2,), (3, 4, 5)]
    gray = Override(pages=((2, 2),), print_color_mode="monochrome")
    assert rows(5, number_up=4, overrides=(gray,)) == [(1, 2, 3, 4), (5,)]


@pytest.mark.parametrize(
    ("inserts", "expected"),
    [
        ((Insert(0, 1),), single(0, 0, 1, 2, 3)),
        ((Insert(1, 2),), single(1, 0, 0, 0, 0, 0, 2, 3)),
        ((Insert(2, 1),), single(1, 2, 0, 0, 3)),
        ((Insert(3, 1),), single(1, 2, 3, 0, 0)),
        ((Insert(4, 1),), single(1, 2, 3)),
        ((Insert(2, 1, A3), Insert(2, 1)), single(1, 2, 0, 0, 0, 0, 3)),
    ],
)
def test_inserted_sheets(inserts, expected):
    assert rows(3, inserts=inserts) == expected


def test_inserted_sheets_of_one_sided_printing_and_of_each_document():
    assert rows(3, "one-sided", inserts=(Insert(1, 2),)) == single(1, 0, 0, 2, 3)
    assert rows(6, "one-sided", documents=THREE, inserts=(Insert(1),)) == single(1, 0, 2, 3, 4, 0, 5, 0, 6)
    # A page that is not printed: where it would have been.
    assert rows(5, "one-sided", ((1, 1), (4, 5)), inserts=(Insert(2),)) == single(1, 0, 4, 5)


def test_inserts_keep_their_order_and_their_media():
    made = lay(2, wishes=SheetWishes(inserts=(Insert(1, 1, A3), Insert(1, 1))))
    assert [(side.pages, side.look.media) for side in made] == [((0,), None), ((), A3), ((), None), ((1,), None)]


@pytest.mark.parametrize(
    ("kind", "front", "back"),
    [
        ("print-none", single(0, 0, 1, 2, 3, 4, 5), single(1, 2, 3, 4, 5, 0, 0)),
        ("print-front", single(1, 0, 2, 3, 4, 5), single(1, 2, 3, 4, 5)),
        ("print-back", single(0, 1, 2, 3, 4, 5), single(1, 2, 3, 4, 0, 5)),
        ("print-both", single(1, 2, 3, 4, 5), single(1, 2, 3, 0, 4, 5)),
    ],
)
def test_covers(kind, front, back):
    assert rows(5, cover_front=Cover(kind, A3)) == front
    assert rows(5, cover_back=Cover(kind, A3)) == back


def test_a_cover_is_one_sheet_of_its_medium():
    made = lay(3, sides=LONG, wishes=SheetWishes(cover_front=Cover("print-both", A3)))
    assert [side.look.media for side in made] == [A3, A3, None]
    made = lay(1, sides=LONG, wishes=SheetWishes(cover_front=Cover("print-front"), cover_back=Cover("print-none", A3)))
    assert [side.pages for side in made] == [(0,), (), ()]


def test_covers_on_one_side():
    assert rows(3, "one-sided", cover_front=Cover("print-both"), cover_back=Cover("print-none")) == single(1, 2, 3, 0)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("start-sheet",), single(0, 1, 0, 1)),
        (("end-sheet",), single(1, 0, 1, 0)),
        (("both-sheets",), single(0, 1, 0, 0, 1, 0)),
        (("start-sheet", "end-sheet"), single(0, 1, 0, 0, 1, 0)),
        (("slip-sheets",), single(1, 0, 1)),
        (("none",), single(1, 1)),
    ],
)
def test_separator_sheets(kinds, expected):
    assert rows(1, "one-sided", copies=2, separator=Separator(kinds)) == expected


def test_separator_sheets_are_about_sets():
    # The examples of PWG 5100.3, section 3.18: each document is a set, or each copy of all as one.
    slips = {"documents": THREE, "separator": Separator(("slip-sheets",))}
    assert rows(6, "one-sided", **slips) == single(1, 2, 3, 0, 4, 0, 5, 6)
    assert rows(6, "one-sided", handling="single-document", **slips) == single(1, 2, 3, 4, 5, 6)


def test_sheets_in_reverse():
    assert rows(5, reverse=True) == single(5, 0, 3, 4, 1, 2)
    assert rows(3, "one-sided", reverse=True) == single(3, 2, 1)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (8, [(8, 1), (2, 7), (6, 3), (4, 5)]),
        (4, [(4, 1), (2, 3)]),
        (5, [(0, 1), (2, 0), (0, 3), (4, 5)]),
        (1, [(0, 1), (0, 0)]),
    ],
)
def test_booklets(count, expected):
    assert rows(count, SHORT, booklet=True) == expected


@given(st.integers(1, 60))
def test_a_folded_booklet_has_its_pages_in_order(count):
    made = rows(count, SHORT, booklet=True)
    sheets = [made[at : at + 2] for at in range(0, len(made), 2)]
    # From the outermost sheet inwards the first half, then out again the other.
    read = [page for front, back in sheets for page in (front[1], back[0])]
    read += [page for front, back in reversed(sheets) for page in (back[1], front[0])]
    assert [page for page in read if page] == list(range(1, count + 1))


def test_more_than_anybody_prints():
    with pytest.raises(LimitReached, match="more than 20000 sheets"):
        rows(10, "one-sided", inserts=(Insert(1, 20_000),))
    with pytest.raises(LimitReached, match="more than 20000 sheets"):
        rows(10**9)


ranges = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 5)), max_size=2).map(
    lambda found: tuple((first, first + more) for first, more in found)
)
overrides = st.builds(
    Override,
    pages=ranges,
    sides=st.sampled_from([None, "one-sided", LONG, SHORT]),
    media_size=st.sampled_from([None, A3]),
    number_up=st.sampled_from([None, 2]),
    print_scaling=st.sampled_from([None, "fit"]),
)
wishes = st.builds(
    SheetWishes,
    handling=st.sampled_from(["single-document", "single-document-new-sheet", "separate-documents-collated-copies"]),
    documents=st.sampled_from([(), THREE]),
    one_sided=st.booleans(),
    overrides=st.lists(overrides, max_size=3).map(tuple),
    force_front=st.lists(st.integers(1, 8), max_size=3).map(tuple),
    pages_per_set=st.sampled_from([None, 2]),
    inserts=st.lists(st.builds(Insert, st.integers(0, 7), st.integers(1, 2)), max_size=2).map(tuple),
    cover_front=st.sampled_from([None, Cover("print-none"), Cover("print-both", A3)]),
    cover_back=st.sampled_from([None, Cover("print-front"), Cover("print-back")]),
    reverse=st.booleans(),
)


@given(wishes, st.sampled_from(["one-sided", LONG]), st.sampled_from([1, 2]))
def test_every_page_comes_once_and_sheets_have_one_medium(asked, sides, number_up):
    made = lay(6, sides=sides, number_up=number_up, wishes=asked)
    assert sorted(place for side in made for place in side.pages) == list(range(6))
    if sides == LONG:
        for at in range(0, len(made) - 1, 2):
            assert made[at].look.media == made[at + 1].look.media
        assert asked.reverse or asked.cover_back or made[-1].pages or asked.inserts
    assert SheetWishes.read(json.loads(json.dumps(asked.arguments()))) == asked
