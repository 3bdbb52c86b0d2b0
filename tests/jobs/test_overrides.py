"""overrides of a request: what is understood, what is named as not, and what is told again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipp import build
from ipp.message import Attribute
from ipp.values import Range, Value
from jobs import media
from jobs.overrides import MOST, SUPPORTED, parse
from jobs.queue import Offer
from pdl.wishes import Override

OFFER = Offer()
PAGES = build.range_("pages", Range(1, 2), Range(5, 5))


def override(*members):
    return build.collection("overrides", members)


UNDERSTOOD = [
    (build.enum("orientation-requested", 4), Override(pages=((1, 2), (5, 5)), orientation_requested=4)),
    (build.keyword("sides", "one-sided"), Override(pages=((1, 2), (5, 5)), sides="one-sided")),
    (build.keyword("print-color-mode", "monochrome"), Override(pages=((1, 2), (5, 5)), print_color_mode="monochrome")),
    (build.keyword("print-scaling", "fit"), Override(pages=((1, 2), (5, 5)), print_scaling="fit")),
    (
        build.keyword("media", "iso_a3_297x420mm"),
        Override(pages=((1, 2), (5, 5)), media="iso_a3_297x420mm", media_size=(29700, 42000)),
    ),
    (
        build.collection("media-col", media.collection((21590, 27940))),
        Override(pages=((1, 2), (5, 5)), media="na_letter_8.5x11in", media_size=(21590, 27940)),
    ),
    (
        build.collection("media-col", media.collection((12345, 23456))),
        Override(pages=((1, 2), (5, 5)), media_size=(12345, 23456)),
    ),
]


@pytest.mark.parametrize(("member", "expected"), UNDERSTOOD, ids=[row[0].name for row in UNDERSTOOD])
def test_what_is_understood(member, expected):
    assert parse(override(PAGES, member), OFFER) == ((expected,), ())
    assert member.name in SUPPORTED
    # It survives being kept.
    assert Override.of(json.loads(json.dumps(expected))) == expected


@pytest.mark.parametrize("name", ["document-number", "document-numbers"])
def test_documents_by_either_name(name):
    numbers = build.range_(name, Range(2, 3))
    (found,), refused = parse(override(numbers, build.keyword("sides", "one-sided")), OFFER)
    assert found.document_numbers == ((2, 3),) and found.pages == () and not refused


@pytest.mark.parametrize(
    "member",
    [
        build.enum("print-quality", 5),
        build.keyword("sides", "three-sided"),
        build.keyword("media", "na_arch-e_36x48in"),
        build.enum("orientation-requested", 7),
        build.keyword("print-scaling", "huge"),
        build.keyword("print-color-mode", "mauve"),
        build.integer("number-up", 2),
        build.keyword("media-col", "iso_a4_210x297mm"),
    ],
    ids=lambda member: f"{member.name}-{member.first}",
)
def test_what_is_not_is_named_and_the_rest_is_done(member):
    (found,), refused = parse(override(PAGES, member, build.keyword("print-scaling", "fill")), OFFER)
    assert refused == (member.name,) and found == Override(pages=((1, 2), (5, 5)), print_scaling="fill")
    assert parse(override(PAGES, member), OFFER) == ((), (member.name,))


def test_members_of_a_medium_that_no_page_can_have():
    col = build.collection(
        "media-col", media.collection((21000, 29700), source="auto", kind="stationery", margins=(0, 0, 0, 0))
    )
    (found,), refused = parse(override(PAGES, col), OFFER)
    assert found.media_size == (21000, 29700) and set(refused) == {
        "media-source", "media-type", "media-left-margin", "media-bottom-margin", "media-right-margin", "media-top-margin",
    }  # fmt: skip


def test_what_is_asked_of_some_copies_is_not_done_to_all():
    copies = build.range_("document-copies", Range(2, 2))
    assert parse(override(PAGES, copies, build.keyword("sides", "one-sided")), OFFER) == ((), ("document-copies",))


@pytest.mark.parametrize(
    "attribute",
    [
        build.keyword("overrides", "pages"),
        Attribute("overrides", ()),
        override(build.range_("pages", Range(3, 2)), build.keyword("sides", "one-sided")),
        override(build.range_("pages", Range(0, 2)), build.keyword("sides", "one-sided")),
        override(build.keyword("pages", "all"), build.keyword("sides", "one-sided")),
        build.collection("overrides", *[[PAGES]] * (MOST + 1)),
        build.collection(
            "overrides", *[[build.range_("pages", *[Range(1, 1)] * 200), build.keyword("sides", "one-sided")]] * 3
        ),
    ],
)
def test_nonsense(attribute):
    with pytest.raises(ValueError, match=r"overrides|pages"):
        parse(attribute, OFFER)


NUMBERS = st.integers(-2, 50) | st.booleans() | st.text(max_size=3)
MEMBERS = st.one_of(
    st.builds(lambda name, lower, upper: build.range_(name, Range(lower, upper)), st.sampled_from(["pages", "document-numbers"]), st.integers(-2, 9), st.integers(-2, 9)),
    st.builds(lambda name, value: Attribute(name, (Value(0x21, value),)), st.sampled_from([*SUPPORTED, "number-up"]), NUMBERS),
    st.sampled_from([row[0] for row in UNDERSTOOD]),
)  # fmt: skip


@given(st.lists(st.lists(MEMBERS, max_size=4), min_size=1, max_size=4))
def test_whatever_comes(rows):
    sent = build.collection("overrides", *rows)
    try:
        read, refused = parse(sent, OFFER)
    except ValueError:
        return
    assert len(read) <= len(rows) and {member.name for row in rows for member in row}.issuperset(refused)
    for one in read:
        assert all(0 < lower <= upper for lower, upper in (*one.pages, *one.document_numbers))
        assert any(value is not None for value in one[2:])
