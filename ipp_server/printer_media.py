"""The sheets a queue offers: media and media-col attributes (PWG 5100.7 section 6.3, PWG 5101.1)."""

from collections.abc import Iterable
from typing import Final

from ipp import build
from ipp.message import Attribute
from ipp.values import Collection, Resolution
from jobs import media
from jobs.media import size_in_name
from jobs.queue import Offer, Queue

MARGIN: Final = 423
"""Hundredths of a millimetre: a sixth of an inch, within which every printer prints."""
_A4: Final = (21000, 29700)


def attributes(offer: Offer) -> list[Attribute]:
    """What is told of media, the database apart."""
    margins = (0, MARGIN) if offer.borderless else (MARGIN,)
    sizes = [size for size in map(size_in_name, offer.media) if size]
    # What lies in trays is what devices say; of a queue whose devices say nothing it is what may be asked for.
    ready = offer.media_ready or offer.media
    return [
        *(build.integer(f"media-{edge}-margin-supported", *margins) for edge in ("bottom", "left", "right", "top")),
        build.keyword("media-default", offer.media_default),
        build.keyword("media-ready", *ready),
        build.keyword("media-supported", *offer.media),
        build.collection("media-col-default", media_col(offer.media_default, offer)),
        build.collection("media-col-ready", *(media_col(name, offer) for name in ready)),
        build.keyword("media-col-supported", *media.MEMBERS),
        build.collection("media-size-supported", *(_size(*size) for size in sizes)),
        build.keyword("media-source-supported", *offer.media_sources),
        build.keyword("media-type-supported", *offer.media_types),
    ]


def database(queue: Queue) -> Attribute:
    """media-col-database, which is long: given only to who names it (PWG 5100.7 section 6.8)."""
    offer = queue.offer
    margins = (MARGIN, 0) if offer.borderless else (MARGIN,)
    return build.collection(
        "media-col-database", *(media_col(name, offer, margin) for margin in margins for name in offer.media)
    )


def resolutions(values: Iterable[int]) -> list[Resolution]:
    """Resolutions of as many dots per inch each way."""
    return [Resolution(value, value, 3) for value in values]


def media_col(name: str, offer: Offer, margin: int = MARGIN) -> Collection:
    """The collection for a sheet of that name, with margins of so much on every edge."""
    return media.collection(
        size_in_name(name) or _A4,
        name=name,
        source=offer.media_sources[0],
        kind="stationery" if "stationery" in offer.media_types else offer.media_types[0],
        margins=(margin, margin, margin, margin),
    )


def _size(width: int, height: int) -> list[Attribute]:
    return [build.integer("x-dimension", width), build.integer("y-dimension", height)]
