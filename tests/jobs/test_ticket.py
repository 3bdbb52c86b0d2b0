"""Job Template attributes become a ticket, or come back as unsupported."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipp import build
from ipp.enums import Tag
from ipp.values import Attribute, Collection, Range, Resolution, Value
from jobs.queue import Offer
from jobs.ticket import MAX_RANGES, READERS, Ticket, resolve, size_in_name

OFFER = Offer()


def media_col(*members):
    return build.collection("media-col", list(members))


def sized(width, height, *more):
    size = build.collection("media-size", [build.integer("x-dimension", width), build.integer("y-dimension", height)])
    return media_col(size, *more)


TAKEN = [
    (build.integer("copies", 3), {"copies": 3}),
    (build.integer("copies", 999), {"copies": 999}),
    (build.keyword("sides", "two-sided-short-edge"), {"sides": "two-sided-short-edge"}),
    (build.keyword("media", "iso_a5_148x210mm"), {"media": "iso_a5_148x210mm", "media_size": (14800, 21000)}),
    (build.keyword("media", "na_letter_8.5x11in"), {"media": "na_letter_8.5x11in", "media_size": (21590, 27940)}),
    (build.keyword("print-color-mode", "auto-monochrome"), {"print_color_mode": "auto-monochrome"}),
    (build.enum("print-quality", 5), {"print_quality": 5}),
    (build.range_("page-ranges", Range(1, 1), Range(3, 7)), {"page_ranges": ((1, 1), (3, 7))}),
    (build.enum("orientation-requested", 6), {"orientation_requested": 6}),
    (build.resolution("printer-resolution", Resolution(300, 300, 3)), {"printer_resolution": (300, 300)}),
    (build.keyword("print-scaling", "fit"), {"print_scaling": "fit"}),
    (build.keyword("output-bin", "face-down"), {"output_bin": "face-down"}),
    (build.enum("finishings", 3), {}),
    (build.keyword("job-sheets", "none", "none"), {}),
    (build.keyword("job-hold-until", "indefinite"), {"job_hold_until": "indefinite"}),
    (build.integer("job-priority", 100), {"job_priority": 100}),
    (build.keyword("print-rendering-intent", "auto"), {"print_rendering_intent": "auto"}),
    (build.keyword("print-content-optimize", "auto"), {"print_content_optimize": "auto"}),
    (build.integer("number-up", 1), {}),
    (build.integer("number-up", 6), {"number_up": 6}),
    (build.name("job-account-id", "anything"), {}),
    (build.name("job-accounting-user-id", "somebody else"), {}),
    (sized(21000, 29700), {"media": "iso_a4_210x297mm", "media_size": (21000, 29700)}),
    (sized(21100, 29650), {"media": "iso_a4_210x297mm", "media_size": (21000, 29700)}),
    (sized(9000, 12345), {"media": None, "media_size": (9000, 12345)}),
    (media_col(build.keyword("media-size-name", "iso_a3_297x420mm")), {"media": "iso_a3_297x420mm"}),
    (media_col(build.keyword("media-type", "stationery")), {"media_type": "stationery"}),
    (media_col(build.keyword("media-source", "auto")), {"media_source": "auto"}),
]


@pytest.mark.parametrize(("attribute", "fields"), TAKEN, ids=lambda value: getattr(value, "name", None))
def test_taken(attribute, fields):
    resolved = resolve([attribute], OFFER)
    assert resolved.unsupported == ()
    assert resolved.ticket == replace(Ticket(), **fields)


REFUSED = [
    build.integer("copies", 0),
    build.integer("copies", 1000),
    build.integer("copies", -2147483648),
    build.integer("copies", 1, 2),
    build.keyword("copies", "2"),
    build.boolean("copies", True),
    build.keyword("sides", "three-sided"),
    build.keyword("sides", "one-sided", "two-sided-long-edge"),
    build.integer("sides", 1),
    build.keyword("media", "iso_a0_841x1189mm"),
    build.keyword("print-color-mode", "bi-level"),
    build.enum("print-quality", 2),
    build.enum("print-quality", 6),
    build.range_("page-ranges", Range(3, 7), Range(7, 9)),
    build.range_("page-ranges", Range(5, 6), Range(1, 2)),
    build.range_("page-ranges", Range(2, 1)),
    build.range_("page-ranges", Range(0, 1)),
    build.range_("page-ranges", *(Range(page, page) for page in range(1, MAX_RANGES + 2))),
    build.integer("page-ranges", 1),
    build.enum("orientation-requested", 7),
    build.resolution("printer-resolution", Resolution(1200, 1200, 3)),
    build.resolution("printer-resolution", Resolution(300, 600, 3)),
    build.resolution("printer-resolution", Resolution(300, 300, 4)),
    build.keyword("print-scaling", "stretch"),
    build.keyword("output-bin", "top"),
    build.enum("finishings", 3, 4),
    build.keyword("job-sheets", "standard"),
    build.keyword("multiple-document-handling", "single-document"),
    build.keyword("job-hold-until", "night"),
    build.integer("job-priority", 0),
    build.integer("job-priority", 101),
    build.integer("number-up", 3),
    media_col(),
    media_col(build.keyword("media-color", "blue")),
    sized(0, 29700),
    sized(-21000, 29700),
    sized(21000, 500_001),
    media_col(build.collection("media-size", [build.keyword("x-dimension", "wide")])),
    build.keyword("media-col", "iso_a4_210x297mm"),
    build.no_value("copies"),
    Attribute("copies", ()),
]


@pytest.mark.parametrize("attribute", REFUSED, ids=lambda value: value.name)
def test_refused_with_the_values_that_were_asked_for(attribute):
    resolved = resolve(
        [attribute, build.keyword("sides", "one-sided")] if attribute.name != "sides" else [attribute], OFFER
    )
    assert resolved.unsupported == (attribute,)
    assert resolved.ticket.copies == 1 and resolved.ticket.media is None and resolved.ticket.page_ranges == ()


def test_an_attribute_nobody_knows_comes_back_as_unsupported():
    resolved = resolve([build.keyword("job-pages-per-set", "1")], OFFER)
    assert resolved.unsupported == (Attribute("job-pages-per-set", (Value(Tag.UNSUPPORTED, None),)),)


def test_what_is_supported_is_taken_beside_what_is_not():
    resolved = resolve(
        [build.integer("copies", 4), build.keyword("sides", "none"), build.enum("print-quality", 4)], OFFER
    )
    assert (resolved.ticket.copies, resolved.ticket.print_quality, resolved.ticket.sides) == (4, 4, None)
    assert [attribute.name for attribute in resolved.unsupported] == ["sides"]


def test_the_offer_decides():
    small = replace(OFFER, sides=("one-sided",), copies=1, media=("iso_a4_210x297mm",))
    asked = [
        build.keyword("sides", "two-sided-long-edge"),
        build.integer("copies", 2),
        build.keyword("media", "iso_a3_297x420mm"),
    ]
    assert [attribute.name for attribute in resolve(asked, small).unsupported] == ["sides", "copies", "media"]


@pytest.mark.parametrize(("name", "size"), [
    ("iso_a4_210x297mm", (21000, 29700)),
    ("na_letter_8.5x11in", (21590, 27940)),
    ("custom_x_1.5x2.25mm", (150, 225)),
    ("a4", None),
    ("x_y_axbmm", None),
    ("x_y_1x", None),
    ("x_y_infxinfmm", None),
    ("", None),
])  # fmt: skip
def test_size_in_name(name, size):
    assert size_in_name(name) == size


words = st.text(max_size=8)
numbers = st.integers(-(2**31), 2**31 - 1)
plain = st.one_of(
    words, numbers, st.booleans(), st.none(), st.binary(max_size=6),
    st.builds(Range, numbers, numbers), st.builds(Resolution, numbers, numbers, st.integers(0, 5)),
)  # fmt: skip
values = st.recursive(
    plain,
    lambda inner: st.builds(
        Collection,
        st.lists(
            st.builds(
                Attribute,
                st.sampled_from(["media-size", "x-dimension", "y-dimension", "media-type", "media-size-name"]),
                st.lists(st.builds(Value, st.integers(0, 255), inner), max_size=3).map(tuple),
            ),
            max_size=4,
        ).map(tuple),
    ),
    max_leaves=8,
)
junk = st.builds(
    Attribute,
    st.one_of(st.sampled_from(sorted(READERS)), words),
    st.lists(st.builds(Value, st.integers(0, 255), values), max_size=4).map(tuple),
)


@given(st.lists(junk, max_size=6))
def test_junk_is_refused_or_kept_but_never_fatal(attributes):
    resolved = resolve(attributes, OFFER)
    assert {attribute.name for attribute in resolved.unsupported} <= {attribute.name for attribute in attributes}
    ticket = resolved.ticket
    assert 1 <= ticket.copies <= 999 and 1 <= ticket.job_priority <= 100
    assert ticket.sides in (None, *OFFER.sides) and ticket.media in (None, *OFFER.media)
    assert ticket.media_size is None or all(0 < side <= 500_000 for side in ticket.media_size)
    assert all(lower <= upper for lower, upper in ticket.page_ranges)
    assert Ticket.from_json(ticket.to_json()) == ticket


def test_json_holds_what_differs_only():
    ticket = Ticket(copies=2, page_ranges=((1, 2), (4, 4)), media_size=(1, 2))
    assert Ticket().to_json() == "{}"
    assert '"sides"' not in ticket.to_json()
    assert Ticket.from_json(ticket.to_json()) == ticket
    assert Ticket.from_json('{"copies": 5, "of-tomorrow": [1]}') == Ticket(copies=5)


def test_monochrome():
    assert Ticket(print_color_mode="monochrome").monochrome and Ticket(print_color_mode="auto-monochrome").monochrome
    assert not Ticket(print_color_mode="auto").monochrome and not Ticket().monochrome
