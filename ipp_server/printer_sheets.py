"""Which page may come where on which sheet: -default and -supported of PWG 5100.1, 5100.3 and 5100.6."""

from collections.abc import Sequence

from ipp import build
from ipp.message import Attribute
from ipp.syntax import MAX
from ipp.values import Range
from jobs.overrides import SUPPORTED
from jobs.queue import Offer
from jobs.sheet_readers import (
    COVERS,
    DIRECTIONS,
    MOST_INSERTS,
    MOST_SHIFT,
    SEPARATORS,
    SHIFTS,
    TEMPLATES,
    X_POSITIONS,
    Y_POSITIONS,
    deliveries,
)


def attributes(offer: Offer) -> Sequence[Attribute]:
    """All of them."""
    return [*_places(offer), *_extra_sheets(), *_shifts()]


def _places(offer: Offer) -> Sequence[Attribute]:
    ways = deliveries(offer)
    return [
        build.range_("force-front-side-supported", Range(1, MAX)),
        build.keyword("imposition-template-default", TEMPLATES[0]),
        build.keyword("imposition-template-supported", *TEMPLATES),
        build.boolean("job-pages-per-set-supported", True),
        build.keyword("overrides-supported", *SUPPORTED),
        build.keyword("page-delivery-default", ways[0]),
        build.keyword("page-delivery-supported", *ways),
        build.keyword("presentation-direction-number-up-default", DIRECTIONS[0]),
        build.keyword("presentation-direction-number-up-supported", *DIRECTIONS),
    ]


def _extra_sheets() -> Sequence[Attribute]:
    no_cover = [build.keyword("cover-type", COVERS[0])]
    no_insert = [build.integer("insert-after-page-number", 0), build.integer("insert-count", 0)]
    no_separator = [build.keyword("separator-sheets-type", SEPARATORS[0])]
    return [
        build.collection("cover-back-default", no_cover),
        build.keyword("cover-back-supported", "cover-type", "media", "media-col"),
        build.collection("cover-front-default", no_cover),
        build.keyword("cover-front-supported", "cover-type", "media", "media-col"),
        build.keyword("cover-type-supported", *COVERS),
        build.range_("insert-count-supported", Range(0, MOST_INSERTS)),
        build.collection("insert-sheet-default", no_insert),
        build.keyword("insert-sheet-supported", "insert-after-page-number", "insert-count", "media", "media-col"),
        build.collection("separator-sheets-default", no_separator),
        build.keyword("separator-sheets-supported", "media", "media-col", "separator-sheets-type"),
        build.keyword("separator-sheets-type-supported", *SEPARATORS),
    ]


def _shifts() -> Sequence[Attribute]:
    far = Range(-MOST_SHIFT, MOST_SHIFT)
    return [
        build.keyword("x-image-position-default", X_POSITIONS[0]),
        build.keyword("x-image-position-supported", *X_POSITIONS),
        build.keyword("y-image-position-default", Y_POSITIONS[0]),
        build.keyword("y-image-position-supported", *Y_POSITIONS),
        *(build.integer(f"{name}-default", 0) for name in SHIFTS),
        *(build.range_(f"{name}-supported", far) for name in SHIFTS),
    ]
