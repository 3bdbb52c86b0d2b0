"""Count a PDF of which not even the catalogue can be found: by the renderer, which guesses where the pages are."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pypdfium2

from pdl.errors import DocumentRejected, LimitReached
from pdl.media import UNKNOWN_SIZE, Media, media_for
from pdl.pdf import DAMAGED, PER_POINT
from pdl.pdf_colour import opened_by_renderer
from pdl.report import Basis, Confidence, Report
from pdl.source import Source, open_source
from pdl.tally import PageFacts, Tally

_SURE = Confidence("estimated", "unknown", "exact", "exact", "estimated", "unknown")
_BASIS = Basis(
    pages="the PDF is damaged: the pages that the renderer still finds",
    copies="a PDF asks for no copies: the job does",
    sides="a PDF asks for no sides: the job does",
    media="sizes that the renderer still finds",
)


def salvage(source: Source, arguments: Mapping[str, Any]) -> Report:
    """Count the pages that the renderer finds, if it can open every one. DocumentRejected, LimitReached."""
    try:
        document = opened_by_renderer(open_source(source))
    except pypdfium2.PdfiumError as fault:
        raise DocumentRejected(DAMAGED) from fault
    if len(document) > arguments["pages"]:
        raise LimitReached("The document is damaged and claims more pages than are accepted.")
    tally = Tally(arguments["pages"])
    try:
        for index in range(len(document)):
            page = document[index]
            tally.add(PageFacts(_size(*page.get_size())))
            page.close()
    except pypdfium2.PdfiumError as fault:
        raise DocumentRejected(DAMAGED) from fault
    finally:
        document.close()  # type: ignore[no-untyped-call]
    return replace(tally.report(arguments["format"]), confidence=_SURE, basis=_BASIS)


def _size(width: float, height: float) -> Media:
    try:
        return media_for(round(width * PER_POINT), round(height * PER_POINT))
    except (ValueError, OverflowError):
        return UNKNOWN_SIZE
