"""Inspect a printer's job stream: PJL with one or more languages, or a printer language by itself.

A child walks the stream (`pdl.stream`): it counts the languages that it reads itself, and says where the others lie,
which are then inspected as documents of their own. All of them together are the job.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any, Self, get_args

from pdl.errors import DocumentRejected, ReaderCrashed
from pdl.formats import BY_MIME, UNKNOWN
from pdl.inspection import Inspection, believed
from pdl.mime import PCLM, PDF, POSTSCRIPT
from pdl.report import (
    LONGEST_WORDS,
    Basis,
    Certainty,
    Confidence,
    Coverage,
    Report,
    Segment,
    Sides,
    runs,
    sheets_of,
)  # fmt: skip
from pdl.source import SliceSource, Source
from pdl.tally import MOST_COPIES

MOST_SEGMENTS = 1000
_WEAKEST: tuple[Certainty, ...] = ("unknown", "estimated", "exact")
_PS_HEADER = b"%!PS\n"


async def inspect(looking: Inspection) -> Report:
    """Count what all languages of the stream print together."""
    parts = _parts(await looking.ask("count-stream"), looking)
    if not parts:
        raise DocumentRejected("The document has no pages.")
    reports = []
    for part in parts:
        report = part.report or await _within(looking, part)
        if report.pages is None:
            # One part that cannot be counted: the job as a whole cannot.
            return replace(report, format=looking.format, segments=_segments(parts))
        reports.append(report)
    return _total(looking, reports, parts)


@dataclass(frozen=True, slots=True)
class _Part:
    """One language of the stream: where it lies, what PJL says of it, and its report when it is counted already."""

    segment: Segment
    language: str
    repeats: int
    sets: int
    sides: Sides | None
    gray: bool
    doubt: str
    report: Report | None

    @classmethod
    def read(cls, row: Mapping[str, Any], looking: Inspection) -> Self:
        """Read what a child said of it; ReaderCrashed when that makes no sense."""
        try:
            segment = Segment(row["format"], row["start"], row["end"])
            part = cls(
                segment, row["language"], row["repeats"], row["sets"], row["sides"], row["gray"], row["doubt"], None
            )
            sound = (
                isinstance(segment.format, str)
                and type(segment.start) is type(segment.end) is int
                and 0 <= segment.start < segment.end <= looking.source.size
                and all(type(times) is int and 1 <= times <= MOST_COPIES for times in (part.repeats, part.sets))
                and part.sides in {None, *get_args(Sides)}
                and type(part.gray) is bool
                and all(isinstance(words, str) and len(words) <= LONGEST_WORDS for words in (part.language, part.doubt))
            )
            report = None if row["report"] is None else believed(row["report"], segment.format, looking.limits)
        except (KeyError, TypeError, AttributeError) as fault:
            raise _nonsense() from fault
        if not sound:
            raise _nonsense()
        return replace(part, report=report)


def _parts(answer: Mapping[str, Any], looking: Inspection) -> list[_Part]:
    rows = answer.get("segments")
    if not isinstance(rows, list) or len(rows) > MOST_SEGMENTS:
        raise _nonsense()
    parts, pages = [], 0
    for row in rows:
        part = _Part.read(row, looking)
        # Checked as they come: a few bytes may claim the colour pages of thousands of the longest documents.
        pages += (part.report.pages or 0) if part.report else 0
        if pages > looking.limits.pages:
            raise _nonsense()
        parts.append(part)
    if any(one.segment.end > other.segment.start for one, other in pairwise(parts)):
        raise _nonsense()
    return parts


def _nonsense() -> ReaderCrashed:
    return ReaderCrashed("The program that counts the job stream gave an answer that is none.")


def _segments(parts: list[_Part]) -> tuple[Segment, ...]:
    return tuple(part.segment for part in parts)


async def _within(looking: Inspection, part: _Part) -> Report:
    """Inspect a language that is a document of its own, and apply what PJL says of it."""
    mime = part.segment.format
    row = BY_MIME.get(mime)
    if row is None or row.way is None or row.way == "stream" or mime == UNKNOWN:
        raise _uncounted(row.label if row else "", part.language)
    source: Source = SliceSource(looking.source, part.segment.start, part.segment.end)
    head = await asyncio.to_thread(source.pread, 0, 3)
    if mime == POSTSCRIPT and not head.lstrip(b"\x04").startswith((b"%!", b"\xc5")):
        source = _Headed(_PS_HEADER, source)  # PJL has said what it is: it needs no header of its own
    report = await looking.within(source)
    if report.pages is None:
        return report
    if report.format != mime and {report.format, mime} != {PCLM, PDF}:
        raise _uncounted("", part.language)
    return _applied(report, part)


def _uncounted(label: str, named: str) -> DocumentRejected:
    name = label or (f"{named}, as its PJL calls it" if named else "a language that is not known here")
    return DocumentRejected(
        f"The job is written in a printer language whose pages cannot be counted here: {name}. Print it as PDF, "
        "PostScript or PCL.",
        "unsupported-document-format",
    )


def _applied(report: Report, part: _Part) -> Report:
    """The report of a document as PJL has it printed: what it says itself of copies and sides goes before."""
    pages = report.pages or 0
    own_copies = report.copies or 1
    copies = own_copies * part.sets if own_copies > 1 else part.repeats
    sides = part.sides if part.sides and report.sides == "one-sided" else report.sides
    confidence, basis = report.confidence, report.basis
    if part.doubt:
        unsure = {name: _weakest([getattr(confidence, name), "estimated"]) for name in ("copies", "sides")}
        confidence = replace(confidence, **unsure)
        basis = replace(basis, copies=part.doubt, sides=part.doubt)
    if sides == report.sides:
        ratio = copies / own_copies
        impressions, sheets = round((report.impressions or 0) * ratio), round((report.sheets or 0) * ratio)
    else:
        impressions, sheets = pages * copies, sheets_of(pages, copies, sides or "one-sided")
        basis = replace(basis, sides="PJL")
    color = None if report.color_impressions is None else round(report.color_impressions * copies / own_copies)
    applied = replace(
        report, impressions=impressions, sheets=sheets, copies=copies, sides=sides, confidence=confidence, basis=basis,
        color_impressions=color,
    )  # fmt: skip
    return _in_gray(applied) if part.gray else applied


def _in_gray(report: Report) -> Report:
    coverage = report.coverage
    if coverage:
        # One toner for what three made: their mean, and what was black.
        black = min(10_000, coverage.black + (coverage.cyan + coverage.magenta + coverage.yellow) // 3)
        coverage = Coverage(0, 0, 0, black)
    return replace(
        report,
        verdict="ok",
        reason="",
        color_pages=(),
        color_impressions=0,
        coverage=coverage,
        confidence=replace(report.confidence, color="exact"),
        basis=replace(report.basis, color="PJL sets RENDERMODE to gray"),
    )


def _total(looking: Inspection, reports: list[Report], parts: list[_Part]) -> Report:
    """All reports as one."""
    color: list[int] = []
    pages = 0
    for report in reports:
        color += (pages + number for number in report.color_pages)
        pages += report.pages or 0
    if pages > looking.limits.pages:
        raise ReaderCrashed(f"The document has more than {looking.limits.pages} pages.")
    limited = next((report for report in reports if report.verdict != "ok"), None)
    two_sided = [report.sides for report in reports if report.sides != "one-sided"]
    coverage = _coverage(reports)
    confidence = _together(reports)
    return Report(
        format=looking.format,
        verdict="limited" if limited else "ok",
        reason=limited.reason if limited else "",
        pages=pages,
        impressions=sum(report.impressions or 0 for report in reports),
        sheets=sum(report.sheets or 0 for report in reports),
        copies=max(report.copies or 0 for report in reports),
        sides=two_sided[0] if two_sided else "one-sided",
        media=runs(media for report in reports for media in report.media_of_pages()),
        color_pages=tuple(color),
        confidence=confidence if coverage else replace(confidence, coverage="unknown"),
        basis=_bases(reports),
        coverage=coverage,
        segments=_segments(parts),
        color_impressions=_color_impressions(reports),
    )


def _color_impressions(reports: list[Report]) -> int | None:
    """Sides in colour of all parts together; None when one does not tell."""
    told = [report.color_impressions for report in reports]
    if any(count is None and report.color_pages for count, report in zip(told, reports, strict=True)):
        return None
    return sum(count or 0 for count in told)


def _weakest(sure: list[Certainty]) -> Certainty:
    return min(sure, key=_WEAKEST.index)


def _together(reports: list[Report]) -> Confidence:
    return Confidence(
        **{
            field.name: _weakest([getattr(report.confidence, field.name) for report in reports])
            for field in fields(Confidence)
        }
    )


def _bases(reports: list[Report]) -> Basis:
    return Basis(
        **{
            field.name: "; ".join(dict.fromkeys(filter(None, (getattr(one.basis, field.name) for one in reports))))[
                :LONGEST_WORDS
            ]
            for field in fields(Basis)
        }
    )


def _coverage(reports: list[Report]) -> Coverage | None:
    """Mean coverage of all pages; None unless it is known of each part."""
    known = [(report.pages or 0, report.coverage) for report in reports if report.coverage]
    pages = sum(count for count, _ in known)
    if len(known) < len(reports) or not pages:
        return None
    means = (
        round(sum(count * getattr(coverage, field.name) for count, coverage in known) / pages)
        for field in fields(Coverage)
    )
    return Coverage(*means)


class _Headed:
    """A document with a line before it."""

    def __init__(self, head: bytes, source: Source) -> None:
        self._head = head
        self._source = source

    @property
    def size(self) -> int:
        """Length of the document in bytes."""
        return len(self._head) + self._source.size

    def pread(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer only at the end."""
        first = self._head[offset : offset + length]
        rest = length - len(first)
        return first + (self._source.pread(max(0, offset - len(self._head)), rest) if rest else b"")
