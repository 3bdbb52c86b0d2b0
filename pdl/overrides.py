"""What is asked of each page, where pages differ (PWG 5100.6): overrides laid over what the job says. Pure rules."""

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from pdl.report import Piece, ranges
from pdl.wishes import COLLATED, UNCOLLATED, Media, Override, Ranges, SheetWishes, within

MONOCHROME = frozenset({"monochrome", "auto-monochrome"})


class Look(NamedTuple):
    """What a page wants otherwise than the job; None is as the job has it.

    `orientation` turns the image on its sheet (RFC 8011 section 5.2.10): 4 to the left, 5 to the right, 6 over.
    """

    media: Media | None = None
    orientation: int | None = None
    scaling: str | None = None
    number_up: int | None = None
    sides: str | None = None
    color_mode: str | None = None


PLAIN = Look()


class Page(NamedTuple):
    """A page of the whole: its place there (from 0), its document and its number in that, and how it is wanted.

    `piece` tells the copies of a document apart.
    """

    place: int
    document: int
    number: int
    piece: int = 0
    look: Look = PLAIN


def pages_of(count: int, page_ranges: Ranges, wishes: SheetWishes) -> list[list[Page]]:
    """Find the pages that are printed, document by document; one list where documents are printed as one.

    `count` pages are there. `page_ranges` choose of each document, or of all of them as one (RFC 8011 section 5.2.7),
    but not of those that have ranges of their own.
    """
    separate = wishes.handling in {COLLATED, UNCOLLATED} and len(wishes.documents) > 1
    found: list[list[Page]] = [] if separate else [[]]
    for piece, pages in zip(_pieces(count, wishes), _numbered(count, wishes), strict=True):
        if not separate:
            pages = (page._replace(number=page.place + 1) for page in pages)  # noqa: PLW2901 - the same, as one document
        if page_ranges and not piece.page_ranges:
            chosen = _Ranges(page_ranges)
            pages = (page for page in pages if page.number in chosen)  # noqa: PLW2901 - fewer of the same
        if separate:
            found.append(list(pages))
        else:
            found[0] += pages
    return [pages for pages in found if pages]


def gray_pages(count: int, wishes: SheetWishes) -> Ranges:
    """The pages of the whole, from 1, that are printed without colour while others have theirs."""
    looked = (page for pages in _numbered(count, wishes) for page in pages)
    return tuple(ranges(page.place + 1 for page in looked if page.look.color_mode in MONOCHROME))


def _pieces(count: int, wishes: SheetWishes) -> Sequence[Piece]:
    return wishes.documents or (Piece(1, 1, count),)


def _numbered(count: int, wishes: SheetWishes) -> Iterator[Iterable[Page]]:
    """Yield the pages of each document with the numbers they had there."""
    looks = _Looks(wishes.overrides)
    for ordinal, piece in enumerate(_pieces(count, wishes)):
        yield _pages(piece, ordinal, count, looks)


def _pages(piece: Piece, ordinal: int, count: int, looks: "_Looks") -> Iterator[Page]:
    places = range(piece.first - 1, min(piece.first - 1 + piece.pages, count))
    for place, number in zip(places, _numbers(piece), strict=False):
        yield Page(place, piece.document, number, ordinal, looks.of(piece.document, number))


def _numbers(piece: Piece) -> Iterator[int]:
    """Yield the numbers of the pages that were taken of a document, without end."""
    last = 0
    for lower, upper in sorted(piece.page_ranges):
        yield from range(max(lower, last + 1), upper + 1)
        last = max(last, upper)
    yield from itertools.count(last + 1)


class _Ranges:
    """Ranges of numbers, quick to look into."""

    def __init__(self, ranges: Ranges) -> None:
        self._lowers = [lower for lower, _ in sorted(ranges)]
        # The highest number that any range reaches which begins no later.
        self._uppers = list(accumulate((upper for _, upper in sorted(ranges)), max))

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._lowers, number)
        return place > 0 and number <= self._uppers[place - 1]


class _Looks:
    """How pages are wanted: overrides laid over each other, the last one wins."""

    def __init__(self, overrides: Sequence[Override]) -> None:
        self._overrides = overrides
        # Between two of these numbers, nothing changes.
        self._bounds = sorted({at for one in overrides for lower, upper in one.pages for at in (lower, upper + 1)})
        self._known: dict[tuple[int, int], Look] = {}

    def of(self, document: int, number: int) -> Look:
        """How a page is wanted."""
        if not self._overrides:
            return PLAIN
        key = document, bisect_right(self._bounds, number)
        if key not in self._known:
            self._known[key] = self._laid(document, number)
        return self._known[key]

    def _laid(self, document: int, number: int) -> Look:
        look = PLAIN
        for override in self._overrides:
            if override.document_numbers and not within(document, override.document_numbers):
                continue
            if override.pages and not within(number, override.pages):
                continue
            look = Look(
                override.media_size or look.media,
                override.orientation_requested or look.orientation,
                override.print_scaling or look.scaling,
                override.number_up or look.number_up,
                override.sides or look.sides,
                override.print_color_mode or look.color_mode,
            )
        return look
