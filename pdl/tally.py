"""Pages as a printer would print them, added up: impressions, sheets, copies, sides, media, colour."""

from collections.abc import Iterable
from dataclasses import dataclass

from pdl.errors import DocumentRejected, LimitReached
from pdl.media import Media
from pdl.report import Basis, Certainty, Confidence, Coverage, MediaRun, Report, Sides

# IPP's `copies` goes no further on any device; a document that asks for more is damaged.
MOST_COPIES = 9999


@dataclass(frozen=True, slots=True)
class PageFacts:
    """One page description: sheet, copies of this page, sides, and colour (None: it cannot be told).

    `copies` 0 is a page that is described and not printed. `front` begins a sheet even where the back of the
    one before is still free; `back` leaves a front empty where no back is free.
    """

    media: Media
    copies: int = 1
    sides: Sides = "one-sided"
    color: bool | None = False
    front: bool = False
    back: bool = False


class Tally:
    """Adds pages up; two-sided pages of as many copies pair up, front and back, a change of either begins a sheet.

    `sets` repeats the whole (PJL QTY): collated sets begin on new sheets.
    """

    def __init__(self, limit: int) -> None:
        self.pages = 0
        self.impressions = 0
        self.copies = 0
        self.color_impressions = 0
        self.color: list[int] = []
        self.unknown: list[int] = []
        self.media: list[MediaRun] = []
        self.sides: Sides = "one-sided"
        self._limit = limit
        self._sheets = 0
        self._copies_of_sheet = 0  # of the sheet whose back is free; 0 when none is

    def add(self, page: PageFacts) -> None:
        """Count one more page. DocumentRejected for absurd copies, LimitReached beyond the limit of pages."""
        if not 0 <= page.copies <= MOST_COPIES:
            raise DocumentRejected(f"Page {self.pages + 1} of the document asks for {page.copies} copies.")
        if not page.copies:
            return
        self.pages += 1
        if self.pages > self._limit:
            raise LimitReached(f"The document has more than {self._limit} pages.")
        if self.pages == 1 or self.sides == "one-sided":
            self.sides = page.sides
        self.impressions += page.copies
        self.copies = max(self.copies, page.copies)
        if page.color:
            self.color.append(self.pages)
            self.color_impressions += page.copies
        elif page.color is None:
            self.unknown.append(self.pages)
        self._remember(page.media)
        self._place(page)

    def extend(self, pages: Iterable[PageFacts]) -> None:
        """Count these pages."""
        for page in pages:
            self.add(page)

    def report(
        self,
        mime: str,
        *,
        sets: int = 1,
        confidence: Confidence | None = None,
        basis: Basis | None = None,
        coverage: Coverage | None = None,
    ) -> Report:
        """Make the report of all pages; DocumentRejected when there are none.

        Unless given, every figure is exact, and the colour unknown as soon as one page's is.
        """
        if not self.pages:
            raise DocumentRejected("The document has no pages.")
        color: Certainty = "unknown" if self.unknown else "exact"
        return Report(
            format=mime,
            verdict="ok",
            pages=self.pages,
            impressions=self.impressions * sets,
            sheets=self._sheets * sets,
            copies=self.copies * sets,
            sides=self.sides,
            media=tuple(self.media),
            color_pages=tuple(self.color),
            color_impressions=self.color_impressions * sets if not self.unknown else None,
            confidence=confidence
            or Confidence("exact", color, "exact", "exact", "exact", "estimated" if coverage else "unknown"),
            basis=basis or Basis(),
            coverage=coverage,
        )

    def _remember(self, media: Media) -> None:
        if self.media and self.media[-1].media == media:
            self.media[-1] = MediaRun(self.media[-1].pages + 1, media)
        else:
            self.media.append(MediaRun(1, media))

    def _place(self, page: PageFacts) -> None:
        if page.sides == "one-sided":
            self._sheets += page.copies
            self._copies_of_sheet = 0
        elif self._copies_of_sheet == page.copies and not page.front:
            self._copies_of_sheet = 0
        else:
            self._sheets += page.copies
            # A back with no front to lie behind leaves that front empty: its sheet is full.
            self._copies_of_sheet = 0 if page.back else page.copies
