"""Count a raster document page by page: what PWG and Apple raster have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pdl.errors import DocumentRejected, LimitReached
from pdl.media import LONGEST_EDGE, Media, media_for
from pdl.raster_page import HIGHEST, LONGEST_ROW, WIDEST
from pdl.raster_walk import Rows, Window, walk
from pdl.report import Confidence, Report, Sides, runs
from pdl.source import Source

# IPP's `copies` goes no further on any device; a header that asks for more is damaged.
MOST_COPIES = 9999


@dataclass(frozen=True, slots=True)
class Page:
    """What a raster page's header says: size in hundredths of millimetres, rows, copies, sides.

    `certain` is False for colour spaces that are not understood here: their colour stays unknown.
    """

    width: int
    height: int
    rows: Rows
    copies: int
    sides: Sides
    certain: bool


def page_size(pixels: int, dpi: int) -> int:
    """Length of `pixels` at `dpi` in hundredths of millimetres; DocumentRejected when no sheet is so long."""
    if not 1 <= dpi <= 9600:
        raise DocumentRejected(f"A page of the document claims a resolution of {dpi} dpi.")
    length = round(pixels * 2540 / dpi)
    if not 0 < length <= LONGEST_EDGE:
        raise DocumentRejected(f"A page of the document claims to be {length / 100:g} mm long.")
    return length


def check_pixels(width: int, height: int, bytes_per_line: int) -> None:
    """Refuse sizes that no page has before anything is read for them; DocumentRejected."""
    if not (0 < width <= WIDEST and 0 < height <= HIGHEST and 0 < bytes_per_line <= LONGEST_ROW):
        raise DocumentRejected(f"A page of the document claims to have {width} x {height} pixels.")


def count_pages(
    source: Source, arguments: Mapping[str, Any], start: int, header_size: int, read: Callable[[bytes], Page]
) -> dict[str, Any]:
    """Count the pages from offset `start`, each a header that `read` understands and its rows."""
    window = Window(source, start)
    sizes: list[Media] = []
    color: list[int] = []
    tally = Tally()
    certain = True
    while header := window.take(header_size):
        number = len(sizes) + 1
        if number > arguments["pages"]:
            raise LimitReached(f"The document has more than {arguments['pages']} pages.")
        if len(header) < header_size:
            raise DocumentRejected(f"The document is incomplete: it ends within the header of page {number}.")
        page = read(header)
        if not 0 <= page.copies <= MOST_COPIES:
            raise DocumentRejected(f"Page {number} of the document asks for {page.copies} copies.")
        if walk(window, page.rows, number):
            color.append(number)
        certain = certain and page.certain
        sizes.append(media_for(page.width, page.height))
        tally.add(page)
    if not sizes:
        raise DocumentRejected("The document has no pages.")
    return Report(
        format=arguments["format"],
        verdict="ok",
        pages=len(sizes),
        impressions=tally.impressions,
        sheets=tally.finish(),
        copies=tally.copies,
        sides=tally.sides,
        media=runs(sizes),
        color_pages=tuple(color),
        confidence=Confidence("exact", "exact" if certain else "unknown"),
    ).to_json()


class Tally:
    """Impressions and sheets of pages that may each want other copies and sides.

    Two-sided pages of as many copies pair up, front and back; a change of either begins a new sheet.
    """

    def __init__(self) -> None:
        self.impressions = 0
        self.copies = 0
        self.sides: Sides = "one-sided"
        self._sheets = 0
        self._group: tuple[int, bool] = (0, False)
        self._in_group = 0

    def add(self, page: Page) -> None:
        """Count one more page; NumCopies 0 means unset (PWG 5102.4 table 6)."""
        copies = page.copies or 1
        if not self.impressions:
            self.sides = page.sides
        self.impressions += copies
        self.copies = max(self.copies, copies)
        group = (copies, page.sides != "one-sided")
        if group != self._group:
            self.finish()
            self._group = group
        self._in_group += 1

    def finish(self) -> int:
        """Close the last group; all sheets so far."""
        copies, duplex = self._group
        self._sheets += copies * (-(-self._in_group // 2) if duplex else self._in_group)
        self._in_group = 0
        return self._sheets
