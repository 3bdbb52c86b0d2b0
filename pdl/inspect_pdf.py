"""Inspect a PDF: its page tree, then the colour of its pages. The count stays what it is whatever colour does."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pdl import wire
from pdl.errors import PdlError, ReaderCrashed, SandboxFailed
from pdl.inspection import Inspection, believed
from pdl.limits import MEBIBYTE, Limits
from pdl.pdf_judgement import COLORED, DOUBTED, UNJUDGED
from pdl.report import Certainty, Report

# Of the time a child has, this share is for its own stopping in order.
SHARE = 0.75

RENDERED = "operators, else pages rendered at 36 dpi"
OTHERWISE = "; other renderers may see {} of the pages otherwise"


async def inspect(looking: Inspection, noted: str = "") -> Report:
    """Count the pages of a PDF and find those in colour; `noted` is the key of notes left by pdl.postscript."""
    heard = _Heard(looking)
    arguments = {
        "format": looking.format,
        "pages": looking.limits.pages,
        "seconds": looking.limits.cpu_seconds * SHARE,
        "noted": noted,
    }
    try:
        answer = await looking.sandbox.run(
            "inspect-pdf", looking.source, arguments, limits=looking.limits, sink=heard.take
        )
    except SandboxFailed:
        raise
    except PdlError as fault:
        if heard.report is None or len(heard.letters) > (heard.report.pages or 0):
            raise
        return _judged(heard.report, bytes(heard.letters), {}, _why(fault, len(heard.letters) + 1, looking.limits))
    if heard.report is None:
        raise ReaderCrashed("The program that counts the document never said how many pages it has.")
    return _judged(heard.report, bytes(heard.letters), answer, "")


def _why(fault: PdlError, page: int, limits: Limits) -> str:
    """Say what ended the child while it judged `page`; renderers die of memory they cannot get."""
    if not isinstance(fault, ReaderCrashed):
        return fault.reason
    memory = limits.memory_bytes // MEBIBYTE
    return (
        f"Page {page} needs more than the {memory} MiB of memory that a document may use, or it crashes the renderer."
    )


class _Heard:
    """What the child said so far: a line with the count, then letters."""

    def __init__(self, looking: Inspection) -> None:
        self.report: Report | None = None
        self.letters = bytearray()
        self._looking = looking
        self._line = bytearray()

    async def take(self, data: bytes) -> None:
        """Take what the child emitted; ReaderCrashed when it makes no sense."""
        if self.report is not None:
            self.letters += data
        else:
            # Only what is new is looked at: it may come in a million pieces.
            line, ended, rest = data.partition(b"\n")
            self._line += line
            if ended:
                self.report = self._count(bytes(self._line))
                self.letters += rest
        pages = self.report.pages if self.report else 0
        if len(self._line) > wire.LONGEST_ANSWER or len(self.letters) > (pages or 0):
            raise ReaderCrashed("The program that counts the document says more than there is to say.")

    def _count(self, line: bytes) -> Report:
        try:
            answer = wire.heard(line)
        except (ValueError, RecursionError):
            answer = None
        return believed(answer if isinstance(answer, dict) else {}, self._looking.format, self._looking.limits)


def _judged(report: Report, letters: bytes, answer: Mapping[str, Any], reason: str) -> Report:
    """Put what the child said together; `reason` is what ended it early."""
    report = _with_coverage(report, answer, reason)
    if answer.get("opens") is False:
        basis = replace(report.basis, pages="page tree of a damaged PDF, which the renderer cannot open")
        report = replace(report, confidence=replace(report.confidence, pages="estimated"), basis=basis)
    color = tuple(number for number, letter in enumerate(letters, 1) if letter in COLORED)
    missing = (report.pages or 0) - len(letters) + letters.count(UNJUDGED)
    if not missing:
        doubted = sum(letters.count(letter) for letter in DOUBTED)
        sure: Certainty = "estimated" if doubted else "exact"
        basis = replace(report.basis, color=RENDERED + (OTHERWISE.format(doubted) if doubted else ""))
        return replace(report, color_pages=color, confidence=replace(report.confidence, color=sure), basis=basis)
    reason = reason or "They could not be rendered, or not in the time a document has."
    return replace(
        report,
        verdict="limited",
        reason=f"The pages are counted, but {missing} of them could not be judged for colour: {reason}",
        color_pages=color,
        basis=replace(report.basis, color=f"{missing} pages could not be rendered"),
    )


def _with_coverage(report: Report, answer: Mapping[str, Any], reason: str) -> Report:
    try:
        report = Report.from_json(report.to_json() | {"coverage": answer.get("coverage")})
        rendered = int(answer.get("rendered", 0))
    except (ValueError, TypeError) as fault:
        raise ReaderCrashed("The program that counts the document gave an answer that is none.") from fault
    if report.coverage is None:
        return replace(report, basis=replace(report.basis, coverage=reason or "no page could be rendered"))
    return replace(
        report,
        confidence=replace(report.confidence, coverage="estimated"),
        basis=replace(report.basis, coverage=f"{rendered} of {report.pages} pages rendered at 36 dpi, black from RGB"),
    )
