"""What inspecting a document found."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, fields
from itertools import groupby
from typing import Any, Literal, Self

from pdl.media import Media

Verdict = Literal["ok", "rejected", "limited"]
Sides = Literal["one-sided", "two-sided-long-edge", "two-sided-short-edge"]
Certainty = Literal["exact", "estimated", "unknown"]

# What no honest report exceeds: an IPP integer, and ten times the pages any limit here allows.
LARGEST_NUMBER = 2**31 - 1
LARGEST_DOCUMENT = 2_000_000
LONGEST_WORDS = 500
WHOLE_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class MediaRun:
    """So many pages in a row of one size: a hundred thousand A4 pages are one of these."""

    pages: int
    media: Media


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure each figure is: pages, colour pages, copies, sides, media, coverage."""

    pages: Certainty = "unknown"
    color: Certainty = "unknown"
    copies: Certainty = "unknown"
    sides: Certainty = "unknown"
    media: Certainty = "unknown"
    coverage: Certainty = "unknown"


@dataclass(frozen=True, slots=True)
class Basis:
    """How each figure was got ("page tree", "rendered at 36 dpi"), or why it is unknown; a few words each."""

    pages: str = ""
    color: str = ""
    copies: str = ""
    sides: str = ""
    media: str = ""
    coverage: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """One language within a printer's job stream: MIME type and where it lies, end exclusive."""

    format: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One document of several put together, or one copy of it: its number, its first page in the whole, its pages.

    `page_ranges` say which pages of the document these are, as they were asked for; () is all of them.
    """

    document: int
    first: int
    pages: int
    page_ranges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Mean share of each page that is inked, in hundredths of a percent (0 to 10000)."""

    cyan: int
    magenta: int
    yellow: int
    black: int


@dataclass(frozen=True, slots=True)
class Report:
    """Format, verdict and counts of one document; numbers are None when unknown.

    `reason` is for a person ('' when ok), `state_reason` the job-state-reasons keyword of a rejected
    document ('' otherwise). `color_pages` are numbered from 1; while confidence.color is unknown they are those
    known so far. `color_impressions` counts their copies, None where it was not counted page by page. `segments` are
    the languages within a printer's job stream (PJL, PCL), () for all else. `documents` are those put together to this
    one, () where it came as one.
    """

    format: str
    verdict: Verdict
    reason: str = ""
    state_reason: str = ""
    pages: int | None = None
    impressions: int | None = None
    sheets: int | None = None
    copies: int | None = None
    sides: Sides | None = None
    media: tuple[MediaRun, ...] = ()
    color_pages: tuple[int, ...] = ()
    confidence: Confidence = Confidence()
    basis: Basis = Basis()
    coverage: Coverage | None = None
    segments: tuple[Segment, ...] = ()
    color_impressions: int | None = None
    documents: tuple[Piece, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """MIME types of what the document is written in: its segments' or its own."""
        return tuple(dict.fromkeys(part.format for part in self.segments)) or (self.format,)

    def media_of_pages(self) -> Iterator[Media]:
        """Yield the size of each page, first to last."""
        for run in self.media:
            for _ in range(run.pages):
                yield run.media

    def to_json(self) -> dict[str, Any]:
        """Write it compactly for keeping: runs of media [pages, width, height, name], ranges of colour pages."""
        row = {field.name: getattr(self, field.name) for field in fields(self)}
        row["media"] = [[run.pages, run.media.width, run.media.height, run.media.name] for run in self.media]
        row["color_pages"] = [list(pair) for pair in ranges(self.color_pages)]
        row |= {name: asdict(row[name]) for name in ("confidence", "basis")}
        row["coverage"] = list(astuple(self.coverage)) if self.coverage else None
        row["segments"] = [list(astuple(part)) for part in self.segments]
        row["documents"] = [list(astuple(piece)) for piece in self.documents]
        return row

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """Read what to_json() wrote; ValueError for anything else: it may come from a child of the sandbox."""
        try:
            said = {field.name: _of(row, field.name) for field in fields(cls)}
            report = cls(**{name: _READERS.get(name, _plain)(value) for name, value in said.items()})
        except (KeyError, TypeError, AttributeError) as fault:
            raise ValueError("this is no report") from fault
        if (report.media or report.color_pages) and sum(run.pages for run in report.media) != report.pages:
            raise ValueError("a report must give the media of each page")
        if report.color_pages and report.color_pages[-1] > (report.pages or 0):
            raise ValueError("a report has colour pages beyond its last")
        return report

    def describe(self) -> dict[str, Any]:
        """Write it at length for printing: the name of each page's size, the number of each colour page."""
        return {
            "format": self.format,
            "verdict": self.verdict,
            "reason": self.reason,
            "pages": self.pages,
            "impressions": self.impressions,
            "sheets": self.sheets,
            "copies": self.copies,
            "sides": self.sides,
            "media": [media.name for media in self.media_of_pages()],
            "color_pages": list(self.color_pages),
            "coverage": {name: share / 100 for name, share in asdict(self.coverage).items()} if self.coverage else None,
            "languages": list(self.languages),
            "confidence": asdict(self.confidence),
            "basis": asdict(self.basis),
        }


def _of(row: Mapping[str, Any], name: str) -> Any:
    # Reports kept by earlier versions lack these.
    return row.get(name, _LATER[name]) if name in _LATER else row[name]


def _plain(value: Any) -> Any:
    if value is not None and not isinstance(value, str):
        raise TypeError("a word was expected")
    return value


def _number(value: Any) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= LARGEST_NUMBER:
        raise ValueError("a number was expected")
    return value


def _media(rows: Any) -> tuple[MediaRun, ...]:
    found = []
    for pages, width, height, name in rows:
        if not _number(pages) or not isinstance(name, str) or len(name) > 255:
            raise ValueError("a run of media was expected")
        found.append(MediaRun(pages, Media(_number(width) or 0, _number(height) or 0, name)))
    return tuple(found)


def _color_pages(rows: Any) -> tuple[int, ...]:
    found: list[int] = []
    for first, last in rows:
        # Bounded before it is built: two numbers may claim more pages than memory holds.
        if not (type(first) is type(last) is int and (found[-1] if found else 0) < first <= last <= LARGEST_DOCUMENT):
            raise ValueError("a rising range of pages was expected")
        found.extend(range(first, last + 1))
    return tuple(found)


def _confidence(value: Any) -> Confidence:
    sure = {"exact", "estimated", "unknown"}
    known = {field.name for field in fields(Confidence)}
    if not {"pages", "color"} <= set(value) <= known or not sure.issuperset(value.values()):
        raise ValueError("a confidence was expected")
    return Confidence(**value)


def _basis(value: Any) -> Basis:
    if not {field.name for field in fields(Basis)}.issuperset(value) or not all(
        isinstance(words, str) and len(words) <= LONGEST_WORDS for words in value.values()
    ):
        raise ValueError("a basis was expected")
    return Basis(**value)


def _coverage(value: Any) -> Coverage | None:
    if value is None:
        return None
    shares = [_number(share) for share in value]
    if len(shares) != 4 or any(share is None or share > WHOLE_PAGE for share in shares):
        raise ValueError("a coverage was expected")
    return Coverage(*(share or 0 for share in shares))


def _segments(rows: Any) -> tuple[Segment, ...]:
    found, at = [], 0
    for mime, start, end in rows:
        if not isinstance(mime, str) or not (type(start) is type(end) is int and at <= start <= end):
            raise ValueError("a segment was expected")
        found.append(Segment(mime, start, end))
        at = end
    return tuple(found)


def _documents(rows: Any) -> tuple[Piece, ...]:
    found, at = [], 1
    for document, first, pages, chosen in rows:
        if not (_number(document) and _number(pages) and type(first) is int and first >= at):
            raise ValueError("a document within the whole was expected")
        ranges = tuple((_number(lower) or 0, _number(upper) or 0) for lower, upper in chosen)
        found.append(Piece(document, first, pages, ranges))
        at = first + pages
    return tuple(found)


_READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("pages", "impressions", "sheets", "copies", "color_impressions"), _number),
    "media": _media,
    "color_pages": _color_pages,
    "confidence": _confidence,
    "basis": _basis,
    "coverage": _coverage,
    "segments": _segments,
    "documents": _documents,
}
_LATER: dict[str, Any] = {"basis": {}, "coverage": None, "segments": (), "color_impressions": None, "documents": ()}


def ranges(pages: Iterable[int]) -> list[tuple[int, int]]:
    """Rising page numbers as [first, last] pairs."""
    found = []
    # Within a row of neighbours, number minus position stays the same.
    for _, group in groupby(enumerate(pages), lambda pair: pair[1] - pair[0]):
        row = [page for _, page in group]
        found.append((row[0], row[-1]))
    return found


def runs(sizes: Iterable[Media]) -> tuple[MediaRun, ...]:
    """Page sizes in order, equal neighbours taken together."""
    return tuple(MediaRun(sum(1 for _ in group), media) for media, group in groupby(sizes))


def sheets_of(pages: int, copies: int, sides: Sides) -> int:
    """Sheets for so many pages printed on these sides, each copy starting on a new sheet."""
    return copies * (pages if sides == "one-sided" else -(-pages // 2))


def sides_of(duplex: bool, tumble: bool) -> Sides:
    """Name what a raster header's Duplex and Tumble mean together."""
    if not duplex:
        return "one-sided"
    return "two-sided-short-edge" if tumble else "two-sided-long-edge"
