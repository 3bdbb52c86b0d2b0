"""Walk a printer's job stream: UEL, PJL, and one language after the other; the task `count-stream`.

PCL and PCL XL are counted here, and the walk goes on where their own parsers stopped: their data may hold anything
that looks like an end. PDF, PostScript, pictures are located, and left to the caller as documents of their own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from pdl import pclxl_count
from pdl.errors import LimitReached
from pdl.mime import HPGL, PCL, PCLXL
from pdl.pcl5 import count as pcl5_count
from pdl.pjl import Pjl, Settings
from pdl.report import Basis, Certainty, Confidence, Report
from pdl.source import Source
from pdl.stream_defaults import Defaults, Doubts
from pdl.stream_walk import LANGUAGE, Event, end_of, heard, walk
from pdl.tally import PageFacts, Tally
from pdl.window import Window

MOST_SEGMENTS = 1000

# Iterators that are generators may return Doubts.
Counter = Callable[[Window, Defaults], Iterator[PageFacts]]
COUNTERS: dict[str, tuple[Counter, str]] = {
    PCLXL: (pclxl_count.pages, "EndPage operators"),
    PCL: (pcl5_count.pages, "pages ejected"),
    HPGL: (pcl5_count.plots, "pages of the plotter"),
}


def count(source: Source, arguments: Mapping[str, Any], _emit: object) -> dict[str, Any]:
    """Find and count the languages of the stream: {"segments": [...]}, those without a report for the caller to count.

    DocumentRejected when one is damaged, LimitReached when there are too many pages or segments.
    """
    way = _Way(source, arguments["pages"])
    way.all()
    return {"segments": way.segments}


class _Way:
    """The way through one stream."""

    def __init__(self, source: Source, most_pages: int) -> None:
        self.segments: list[dict[str, Any]] = []
        self._source = source
        self._window = Window(source)
        self._pjl = Pjl()
        self._most_pages = most_pages

    def all(self) -> None:
        """Walk to the end."""
        for event in walk(self._window, self._pjl):
            if event.kind == LANGUAGE:
                self._language(event)

    def _language(self, event: Event) -> None:
        if len(self.segments) >= MOST_SEGMENTS:
            raise LimitReached(f"The job changes its language more than {MOST_SEGMENTS} times.")
        settings = self._pjl.settings()
        mime = heard(self._window, settings.language)
        start = event.start
        if mime in {PCL, HPGL} and (settings.language or not event.begin):
            start = event.begin
            self._window.seek(start)
        report: Report | None = None
        if mime in COUNTERS:
            report = self._count(mime, settings)
            if report is None:
                return
        else:
            self._window.seek(end_of(mime, self._source, start))
        self.segments.append(
            {
                "format": mime,
                "start": start,
                "end": self._window.offset,
                "language": settings.language,
                "repeats": settings.repeats,
                "sets": settings.collated,
                "sides": settings.sides,
                "gray": settings.gray,
                "doubt": settings.doubt,
                "report": report.to_json() if report else None,
            }
        )

    def _count(self, mime: str, settings: Settings) -> Report | None:
        """Count the language at the window's position; None when it prints nothing."""
        counter, way = COUNTERS[mime]
        tally = Tally(self._most_pages)
        doubts = yield_to(tally, counter(self._window, settings.defaults))
        self._most_pages -= tally.pages
        if not tally.pages:
            return None
        if settings.collated > 1 and tally.copies > 1:
            doubts = replace(doubts, copies="both PJL and pages ask for copies")
        if settings.doubt:
            doubts = replace(doubts, copies=doubts.copies or settings.doubt, sides=doubts.sides or settings.doubt)
        return tally.report(
            mime,
            sets=settings.collated,
            confidence=_confidence(doubts, tally),
            basis=_basis(doubts, way, settings),
        )


def yield_to(tally: Tally, pages: Iterator[PageFacts]) -> Doubts:
    """Add all `pages` up; what their counter doubts."""
    while True:
        try:
            tally.add(next(pages))
        except StopIteration as end:
            return end.value if isinstance(end.value, Doubts) else Doubts()


def _confidence(doubts: Doubts, tally: Tally) -> Confidence:
    def sure(doubt: str) -> Certainty:
        return "estimated" if doubt else "exact"

    color: Certainty = "unknown" if tally.unknown else sure(doubts.color)
    return Confidence(sure(doubts.pages), color, sure(doubts.copies), sure(doubts.sides), sure(doubts.media), "unknown")


def _basis(doubts: Doubts, way: str, settings: Settings) -> Basis:
    gray = "PJL sets RENDERMODE to gray" if settings.gray else "what the pages paint with, and their pictures' rows"
    usual = {"pages": way, "color": gray, "copies": "PJL and pages", "sides": "PJL and pages", "media": "pages"}
    told = {name: doubt or usual[name] for name, doubt in asdict(doubts).items()}
    return Basis(**told, coverage="not estimated for printer languages")
