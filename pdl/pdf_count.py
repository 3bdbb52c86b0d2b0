"""Count the pages of a PDF, with their sizes.

The page tree is walked, never believed: /Count may say anything (ISO 32000-1, 7.7.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pikepdf

from pdl.errors import DocumentRejected, LimitReached
from pdl.media import UNKNOWN_SIZE
from pdl.pdf import size_of_page
from pdl.postscript import asked_for, size_asked
from pdl.report import Basis, Confidence, Report
from pdl.tally import PageFacts, Tally

_SURE = Confidence("exact", "unknown", "exact", "exact", "exact", "unknown")
_BASIS = Basis(
    pages="page tree",
    copies="a PDF asks for no copies: the job does",
    sides="a PDF asks for no sides: the job does",
    media="page boxes",
)
_BASIS_OF_NOTES = Basis(
    pages="Ghostscript ran the program",
    copies="as set when each page was shown",
    sides="as set when each page was shown",
    media="as set when each page was shown",
)
# What qpdf says as it walks a page tree in which something is no page.
_NO_PAGES = (
    "Pages tree includes non-dictionary object",
    "too many errors; ignoring page",
    "should be /Page but is not",
)


@dataclass(slots=True)
class _Doubts:
    """Pages whose figures could not be told for sure."""

    unsized: int = 0
    unnoted: int = 0


def count_pages(document: pikepdf.Pdf, arguments: Mapping[str, Any]) -> Report:
    """Count pages and sizes; colour and coverage stay unknown. Raises DocumentRejected, LimitReached.

    Arguments: `format`, `pages` (at most so many), perhaps `noted`, the key of notes left by pdl.postscript.
    """
    # qpdf walks the tree here: this is where circles and bottomless trees are found.
    pages = len(document.pages)
    if not pages:
        raise DocumentRejected("The PDF has no pages.")
    if pages > arguments["pages"]:
        raise LimitReached(f"The document has {pages} pages: more than the {arguments['pages']} that are accepted.")
    key = arguments.get("noted", "")
    tally, doubts = Tally(pages), _Doubts()
    for page in document.pages:
        tally.add(_facts(page.obj, key, doubts))
    return _doubted(tally.report(arguments["format"], confidence=_SURE, basis=_BASIS), document, key, doubts)


def _facts(page: pikepdf.Object, key: str, doubts: _Doubts) -> PageFacts:
    media = size_of_page(page)
    if media == UNKNOWN_SIZE:
        doubts.unsized += 1
    if not key:
        return PageFacts(media)
    asked = asked_for(page, key)
    if asked is None:
        doubts.unnoted += 1
        return PageFacts(media)
    doubts.unsized += not asked.sized
    return PageFacts(size_asked(media, asked), asked.copies, asked.sides)


def _doubted(report: Report, document: pikepdf.Pdf, key: str, doubts: _Doubts) -> Report:
    sure, basis = report.confidence, _BASIS_OF_NOTES if key else report.basis
    if doubts.unsized:
        sure = replace(sure, media="estimated")
        basis = replace(basis, media="no size is given: the printer's own, A4 is assumed" if key else "no page boxes")
    if doubts.unnoted:
        sure = replace(sure, copies="estimated", sides="estimated")
        words = f"{doubts.unnoted} pages were shown by a way of the program's own: taken as one copy, one-sided"
        basis = replace(basis, copies=words, sides=words)
    if _makes_pages_when_opened(document):
        sure = replace(sure, pages="estimated")
        basis = replace(basis, pages="page tree; but the form makes its pages only when it is filled in (XFA)")
    if _leaves_out_pages(document):
        sure = replace(sure, pages="estimated")
        basis = replace(basis, pages="page tree; but it names pages that are none, or cannot be read")
    return replace(report, confidence=sure, basis=basis)


def _leaves_out_pages(document: pikepdf.Pdf) -> bool:
    """Whether qpdf found in the page tree what is no page: others may count it, as an empty one."""
    return any(words in str(warning) for warning in document.get_warnings() for words in _NO_PAGES)


def _makes_pages_when_opened(document: pikepdf.Pdf) -> bool:
    """Whether it is a dynamic XFA form: what is stored is a page that says "please wait" (ISO 32000-2, 7.7.2)."""
    return bool(document.Root.get("/NeedsRendering", False))
