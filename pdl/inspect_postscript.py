"""Inspect PostScript: Ghostscript runs it once into PDF with notes on each page, and that is counted.

Where the program takes more than it may, what its comments claim is an estimate; without comments nothing is known.
"""

import asyncio
import re
from dataclasses import replace
from typing import Any

from pdl import inspect_pdf
from pdl.errors import DocumentRejected, LimitReached, ReaderCrashed
from pdl.formats import HEAD_BYTES
from pdl.inspection import Inspection
from pdl.media import UNKNOWN_SIZE
from pdl.mime import PDF
from pdl.postscript import is_encapsulated, new_key, pages_shown, to_noted_pdf
from pdl.report import Basis, Confidence, Report
from pdl.sandbox import ProgramResult, Sink
from pdl.tally import PageFacts, Tally

# Errors of the language that mean a limit, not a mistake (PLRM 3, 8.1).
_LIMITS = {"VMerror", "limitcheck", "dictfull", "execstackoverflow"}
_ERROR = re.compile(r"Error: /(\w{1,40}) in (\S{1,60})")


async def inspect(looking: Inspection) -> Report:
    """Count what the program shows, and what it asked for at each page."""
    key = new_key()
    shown: int | None = None

    async def run(sink: Sink) -> None:
        nonlocal shown
        result = await looking.sandbox.program(
            to_noted_pdf(key), source=looking.source, limits=looking.limits, sink=sink
        )
        shown = pages_shown(key, result.stderr)
        _check(result)

    try:
        made = await looking.store(run)
    except LimitReached as fault:
        if shown is None:
            # Whatever its comments say: what shows no page in all that time is no document.
            raise DocumentRejected(f"The document does not come to show a page. {fault.reason}") from fault
        return await _claimed(looking, fault)
    head = await asyncio.to_thread(looking.source.pread, 0, HEAD_BYTES)
    if not made.size or (not shown and not is_encapsulated(head)):
        raise DocumentRejected("The document has no pages: it is PostScript that never shows one.")
    report = await inspect_pdf.inspect(replace(looking, source=made, format=PDF), noted=key)
    return replace(report, format=looking.format)


def _check(result: ProgramResult) -> None:
    """Raise what the end of the program means."""
    if result.overran:
        raise LimitReached("The document takes more processor time than it may use.")
    if not result.returncode:
        return
    found = _ERROR.search(result.stderr)
    if found and found[1] in _LIMITS:
        raise LimitReached(f"The document needs more memory than it may use ({found[1]}).")
    words = f"it stops with the error {found[1]} in {found[2]}" if found else f"status {result.returncode}"
    advice = "Print it again from the application, or as PDF."
    raise DocumentRejected(f"The PostScript cannot be rendered: {words}. {advice}")


async def _claimed(looking: Inspection, fault: LimitReached) -> Report:
    """Make the report of a document that broke a limit: from its comments, if it has them."""
    claims: dict[str, Any] = await looking.ask(looking.task)
    report = Report(looking.format, "limited", fault.reason)
    try:
        pages, copies, sides = claims["pages"], claims["copies"], claims["sides"]
        if pages is None:
            return report
        tally = Tally(looking.limits.pages)
        tally.extend(PageFacts(UNKNOWN_SIZE, int(copies), sides) for _ in range(int(pages)))
    except (KeyError, TypeError, ValueError) as unheard:
        raise ReaderCrashed("The program that reads the document gave an answer that is none.") from unheard
    words = "what the comments claim (DSC), as running the document broke a limit"
    counted = tally.report(
        looking.format,
        confidence=Confidence("estimated", "unknown", "estimated", "estimated", "unknown", "unknown"),
        basis=Basis(pages=words, color=fault.reason, copies=words, sides=words, coverage=fault.reason),
    )
    return replace(counted, verdict="limited", reason=f"The pages are as its comments claim: {fault.reason}")
