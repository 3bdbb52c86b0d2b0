"""Count a raster document page by page: what PWG, Apple and CUPS raster have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pdl.errors import DocumentRejected
from pdl.media import LONGEST_EDGE, media_for
from pdl.raster_color import Ink, Mean, Verdict
from pdl.raster_page import HIGHEST, LONGEST_ROW, WIDEST
from pdl.raster_walk import Rows, walk
from pdl.report import Basis, Certainty, Confidence, Sides
from pdl.source import Source
from pdl.tally import PageFacts, Tally
from pdl.window import Window

# What may follow the last page: drivers fill up blocks.
_PADDING = b"\0"


Look = Callable[[Window, int], Verdict]


@dataclass(frozen=True, slots=True)
class Page:
    """What a raster page's header says: size in hundredths of millimetres, copies (0: unset), sides.

    `look` moves past the rows of the page with that number, and judges them.
    """

    width: int
    height: int
    copies: int
    sides: Sides
    look: Look


def packed(rows: Rows, ink: Ink, pixels: int) -> Look:
    """Make the look of packed rows whose colours lie side by side; DocumentRejected when rows are missing."""

    def look(window: Window, number: int) -> Verdict:
        walk(window, rows, number, ink.look if ink.readable else None)
        return ink.verdict(pixels)

    return look


def page_size(pixels: int, dpi: int) -> int:
    """Length of `pixels` at `dpi` in hundredths of millimetres; DocumentRejected when no sheet is so long."""
    if not 1 <= dpi <= 9600:
        raise DocumentRejected(f"A page of the document claims a resolution of {dpi} dpi.")
    length = round(pixels * 2540 / dpi)
    if not 0 < length <= LONGEST_EDGE:
        raise DocumentRejected(f"A page of the document claims to be {length / 100:g} mm long.")
    return length


def check_pixels(width: int, height: int, bytes_per_line: int) -> None:
    """Refuse sizes that no page has before anything is read for them; DocumentRejected."""
    if not (0 < width <= WIDEST and 0 < height <= HIGHEST and 0 < bytes_per_line <= LONGEST_ROW):
        raise DocumentRejected(f"A page of the document claims to have {width} x {height} pixels.")


def count_pages(
    source: Source, arguments: Mapping[str, Any], start: int, header_size: int, read: Callable[[bytes], Page]
) -> dict[str, Any]:
    """Count the pages from offset `start`, each a header that `read` understands and its rows."""
    window = Window(source, start)
    tally = Tally(arguments["pages"])
    mean = Mean()
    verdicts: dict[Certainty, str] = {}
    while header := window.take(header_size):
        number = tally.pages + 1
        if tally.pages and not header.strip(_PADDING) and _only_padding(window):
            break
        if len(header) < header_size:
            raise DocumentRejected(f"The document is incomplete: it ends within the header of page {number}.")
        page = read(header)
        verdict = page.look(window, number)
        # NumCopies 0 means unset (PWG 5102.4 table 6).
        tally.add(PageFacts(media_for(page.width, page.height), page.copies or 1, page.sides, verdict.color))
        verdicts.setdefault(verdict.certainty, verdict.basis)
        mean.add(verdict.shares)
    return _report(tally, arguments["format"], verdicts, mean)


def _only_padding(window: Window) -> bool:
    """Whether nothing but zeros follows to the end."""
    while part := window.take(65536):
        if part.strip(_PADDING):
            return False
    return True


def _report(tally: Tally, mime: str, verdicts: Mapping[Certainty, str], mean: Mean) -> dict[str, Any]:
    # The least certain page decides.
    color: Certainty = "unknown" if "unknown" in verdicts else "estimated" if "estimated" in verdicts else "exact"
    coverage = mean.coverage()
    return tally.report(
        mime,
        confidence=Confidence("exact", color, "exact", "exact", "exact", "estimated" if coverage else "unknown"),
        basis=Basis(
            pages="page headers",
            color=verdicts.get(color, ""),
            copies="page headers",
            sides="page headers",
            media="pixels and resolution",
            coverage="pixels, gray replaced by black" if coverage else "the pixels cannot be judged",
        ),
        coverage=coverage,
    ).to_json()
