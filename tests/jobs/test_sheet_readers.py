"""Attributes about pages and sheets become fields of a ticket, or come back."""

from dataclasses import replace

import pytest

from ipp import build
from ipp.enums import Tag
from ipp.values import Range
from jobs.queue import Offer
from jobs.sheet_readers import MOST_SHIFT, READERS, deliveries
from jobs.ticket import Ticket, changed, resolve
from pdl.wishes import Cover, Insert, Separator

OFFER = Offer()
A5 = build.keyword("media", "iso_a5_148x210mm")
SIZE = build.collection("media-size", [build.integer("x-dimension", 14800), build.integer("y-dimension", 21000)])
A5_COL = build.collection("media-col", [SIZE])
TYPE = build.keyword("cover-type", "print-front")


def insert(after, count, *more):
    return [build.integer("insert-after-page-number", after), build.integer("insert-count", count), *more]


TAKEN = [
    (build.integer("force-front-side", 1, 5, 5), {"force_front_side": (1, 5)}),
    (build.keyword("imposition-template", "booklet"), {"imposition_template": "booklet"}),
    (build.integer("job-pages-per-set", 4), {"job_pages_per_set": 4}),
    (build.keyword("page-delivery", "reverse-order-face-down"), {"page_delivery": "reverse-order-face-down"}),
    (
        build.keyword("presentation-direction-number-up", "totop-toleft"),
        {"presentation_direction_number_up": "totop-toleft"},
    ),
    (build.keyword("x-image-position", "center"), {"x_image_position": "center"}),
    (build.keyword("y-image-position", "top"), {"y_image_position": "top"}),
    (build.integer("x-side2-image-shift", -500), {"x_side2_image_shift": -500}),
    (build.collection("cover-front", [TYPE, A5]), {"cover_front": Cover("print-front", (14800, 21000))}),
    (build.collection("cover-back", [TYPE, A5_COL]), {"cover_back": Cover("print-front", (14800, 21000))}),
    (build.collection("cover-back", [build.keyword("cover-type", "no-cover")]), {"cover_back": None}),
    (
        build.collection("separator-sheets", [build.keyword("separator-sheets-type", "start-sheet", "end-sheet")]),
        {"separator_sheets": Separator(("start-sheet", "end-sheet"))},
    ),
    (
        build.collection("insert-sheet", insert(0, 1), insert(3, 2, A5)),
        {"insert_sheet": (Insert(0, 1), Insert(3, 2, (14800, 21000)))},
    ),
]


@pytest.mark.parametrize(("attribute", "fields"), TAKEN, ids=lambda value: getattr(value, "name", None))
def test_taken_and_taken_back(attribute, fields):
    resolved = resolve([attribute], OFFER)
    assert resolved.unsupported == ()
    ticket = resolved.ticket
    assert replace(ticket, kept=()) == replace(Ticket(), **fields)
    assert Ticket.from_json(ticket.to_json()) == ticket
    deleted = changed(ticket, [build.out_of_band(attribute.name, Tag.DELETE_ATTRIBUTE)], OFFER)
    assert deleted.ticket == Ticket()


REFUSED = [
    build.integer("force-front-side", 0),
    build.integer("force-front-side", *range(1, 1002)),
    build.keyword("imposition-template", "origami"),
    build.integer("job-pages-per-set", 0),
    build.keyword("page-delivery", "same-order-face-up"),
    build.integer("x-image-shift", MOST_SHIFT + 1),
    build.collection("cover-front", []),
    build.collection("cover-front", [build.keyword("cover-type", "leather")]),
    build.collection("separator-sheets", [build.keyword("separator-sheets-type", "slip-sheets", "ribbon")]),
    build.collection("separator-sheets", [build.integer("separator-sheets-type", 1)]),
    build.collection("insert-sheet", insert(-1, 1)),
    build.collection("insert-sheet", insert(1, 101)),
    build.collection("insert-sheet", *[insert(1, 1)] * 101),
    build.integer("insert-sheet", 1),
]


@pytest.mark.parametrize("attribute", REFUSED, ids=lambda value: value.name)
def test_refused(attribute):
    resolved = resolve([attribute], OFFER)
    assert resolved.unsupported == (attribute,)
    assert resolved.ticket == Ticket()


def override(*members, pages=(1, 2)):
    return [build.range_("pages", Range(*pages)), *members]


LANDSCAPE = build.enum("orientation-requested", 4)


def test_values_for_some_pages():
    asked = build.collection("overrides", override(LANDSCAPE), override(A5_COL, pages=(4, 4)))
    resolved = resolve([asked], OFFER)
    assert resolved.unsupported == ()
    first, second = resolved.ticket.overrides
    assert (first.pages, first.orientation_requested) == (((1, 2),), 4)
    assert (second.pages, second.media_size) == (((4, 4),), (14800, 21000))
    assert [name for name, _ in resolved.ticket.kept] == ["overrides"]


def test_what_cannot_be_said_of_single_pages_comes_back_alone():
    typed = build.collection("media-col", [SIZE, build.keyword("media-type", "stationery")])
    asked = build.collection("overrides", override(LANDSCAPE, build.enum("print-quality", 5)), override(typed))
    resolved = resolve([asked], OFFER)
    kind = build.collection("media-col", [build.keyword("media-type", "stationery")])
    assert resolved.unsupported == (build.collection("overrides", [build.enum("print-quality", 5)], [kind]),)
    assert resolved.ticket.overrides[0].orientation_requested == 4


@pytest.mark.parametrize("attribute", [
    build.integer("overrides", 1),
    build.collection("overrides", override(LANDSCAPE, pages=(0, 1))),
    build.collection("overrides", *[override(LANDSCAPE)] * 101),
])  # fmt: skip
def test_overrides_that_are_none(attribute):
    resolved = resolve([attribute], OFFER)
    assert resolved.unsupported == (attribute,)
    assert resolved.ticket == Ticket()


def test_a_sheet_that_is_not_offered_is_named():
    asked = build.collection("cover-front", [TYPE, build.keyword("media", "na_legal_8.5x14in")])
    (refused,) = resolve([asked], OFFER).unsupported
    assert refused == build.collection("cover-front", [build.keyword("media", "na_legal_8.5x14in")])


def test_an_order_is_promised_only_where_sheets_come_face_down():
    assert deliveries(replace(OFFER, output_bins=("face-down", "face-up"))) == ("system-specified",)
    assert len(deliveries(OFFER)) == 3


def test_each_field_is_one_of_a_ticket():
    fields = {field for reader in READERS.values() for field in reader.fields}
    assert fields <= {*Ticket.__dataclass_fields__}
