"""Inspect a document that only its renderer can count: made into PDF, and that is counted."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from pdl import inspect_postscript
from pdl.drawn import HEIC, SVG
from pdl.errors import DocumentRejected, ReaderCrashed
from pdl.inspection import Inspection
from pdl.mime import POSTSCRIPT
from pdl.report import Certainty, Report, Sides, sheets_of
from pdl.tally import MOST_COPIES
from pdl.to_pdf import Sheet, to_pdf

_DECLARED, _SILENT = "the document's own print settings", "the document asks for none"
_LAID_OUT = "laid out here, which another program may do otherwise"


async def inspect(looking: Inspection) -> Report:
    """Count the pages of what the document becomes as PDF; copies and sides as the document declares them."""
    if looking.format == POSTSCRIPT:
        # A program, which tells what it asks for only while it runs.
        return await inspect_postscript.inspect(looking)
    declared = await looking.ask(looking.task) if looking.task else {}
    made = await looking.store(
        lambda sink: to_pdf(looking.source, looking.format, Sheet(), looking.sandbox, sink, limits=looking.limits)
    )
    report = replace(await looking.within(made), format=looking.format)
    if looking.format in {SVG, HEIC}:
        return report  # one picture is one page, whoever draws it
    return _with_declared(report, declared) if report.pages else report


def _with_declared(report: Report, declared: Mapping[str, Any]) -> Report:
    copies, sides = declared.get("copies", 1), declared.get("sides", "one-sided")
    if type(copies) is not int or sides not in get_args(Sides):
        raise ReaderCrashed("The program that reads the document gave an answer that is none.")
    if not 1 <= copies <= MOST_COPIES:
        raise DocumentRejected(f"The document asks for {copies} copies.")
    pages = report.pages or 0
    sure = report.confidence
    return replace(
        report,
        copies=copies,
        sides=sides,
        impressions=pages * copies,
        sheets=sheets_of(pages, copies, sides),
        confidence=replace(
            sure,
            pages="estimated",
            color=_at_most_estimated(sure.color),
            copies="exact",
            sides="exact",
            media="estimated",
        ),
        basis=replace(
            report.basis,
            pages=_LAID_OUT,
            media=_LAID_OUT,
            copies=_DECLARED if "copies" in declared else _SILENT,
            sides=_DECLARED if "sides" in declared else _SILENT,
        ),
    )


def _at_most_estimated(sure: Certainty) -> Certainty:
    return "estimated" if sure == "exact" else sure
