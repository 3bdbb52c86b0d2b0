"""Count the pages of an XPS document by its structure, copies and sides by its print tickets: the task `count-xps`."""

from collections.abc import Mapping
from typing import Any

from pdl.report import Basis, Certainty, Confidence
from pdl.source import Source
from pdl.tally import PageFacts, Tally
from pdl.xps_layout import Layout
from pdl.xps_package import Package


def count(source: Source, arguments: Mapping[str, Any], _emit: object) -> dict[str, Any]:
    """Count an XPS document; its colour stays unknown here: `pdl.xps_colour` looks for it in a child of its own."""
    layout = Layout(Package(source), arguments["pages"])
    tally = Tally(arguments["pages"])
    fits, several_up = True, False
    for page in layout.pages():
        copies = page.ticket.copies("DocumentCopiesAllPages") * page.ticket.copies("PageCopies")
        fits &= page.ticket.fits(page.media)
        several_up |= page.ticket.several_up
        front = page.first and not page.ticket.contiguous
        tally.add(PageFacts(page.media, copies, page.ticket.sides, color=None, front=front))
    sure: Certainty = "estimated" if layout.doubt else "exact"
    asked: Certainty = "estimated" if layout.doubt or several_up else "exact"
    confidence = Confidence(sure, "unknown", asked, asked, sure if fits else "estimated")
    ticket = "print ticket, which puts several pages on a side" if several_up else "print ticket"
    basis = Basis(
        pages=layout.doubt or "listed pages",
        copies=ticket,
        sides=ticket,
        media="page size" if fits else "page size; the print ticket names another sheet",
    )
    sets = layout.job.copies("JobCopiesAllDocuments")
    return tally.report(arguments["format"], sets=sets, confidence=confidence, basis=basis).to_json()
