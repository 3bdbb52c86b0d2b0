"""Inspect an XPS document: its structure, its markup for colour, and a rendering of the pages that name colours."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pdl.errors import DocumentRejected, LimitReached, SandboxFailed
from pdl.inspection import Inspection
from pdl.mupdf import xps_to_pdf
from pdl.report import Certainty, Coverage, Report, ranges
from pdl.sandbox import Sink
from pdl.xps_judgement import COLOR, GRAYED, TINTED, UNJUDGED

# Of the time a child has for colour, this share is for its own stopping in order.
COLOR_SHARE = 0.75
# A list of more ranges than this is no argument for a program: then all pages are rendered.
MOST_RANGES = 4000

MARKUP, RENDERED = "colours named in the markup", "colours named in the markup; pages that name some rendered at 36 dpi"
UNRENDERED = "colours named in the markup: they may be hidden, and the pages could not be rendered"
GRAYED_PAGES = "; the print ticket has colour printed gray"
UNSEEN = "Not every page could be judged for colour"


@dataclass(slots=True)
class Judged:
    """Colour pages found so far, how sure that is, and how it was found; the pages' ink if it was measured."""

    color: list[int] = field(default_factory=list)
    sure: Certainty = "exact"
    basis: str = MARKUP
    coverage: Coverage | None = None


async def inspect(looking: Inspection) -> Report:
    """Count the pages of an XPS document and find those in colour."""
    report = await looking.count(looking.task)
    letters, reason = await _letters(looking, report.pages or 0)
    judged = await _judge(looking, letters)
    if len(letters) < (report.pages or 0):
        judged.sure, judged.basis = "unknown", f"{UNSEEN}: {reason}"
    found = replace(
        report,
        color_pages=tuple(judged.color),
        confidence=replace(
            report.confidence, color=judged.sure, coverage="estimated" if judged.coverage else "unknown"
        ),
        basis=replace(
            report.basis, color=judged.basis, coverage="rendered" if judged.coverage else "not all pages are rendered"
        ),
        coverage=judged.coverage,
    )
    if judged.sure == "unknown":
        return replace(found, verdict="limited", reason=f"The pages are counted. {judged.basis}.")
    return found


async def _letters(looking: Inspection, pages: int) -> tuple[bytes, str]:
    """Let a child judge the pages by their markup; fewer letters than pages when it is stopped, and why."""
    judged = bytearray()

    async def sink(letters: bytes) -> None:
        judged.extend(letters)

    seconds = looking.limits.cpu_seconds * COLOR_SHARE
    arguments = {"pages": looking.limits.pages, "seconds": seconds}
    limits = replace(looking.limits, output_bytes=pages)
    try:
        await looking.sandbox.run("colour-xps", looking.source, arguments, limits=limits, sink=sink)
    except LimitReached as fault:
        return bytes(judged), fault.reason.rstrip(".")
    return bytes(judged), "it takes too long"


async def _judge(looking: Inspection, letters: bytes) -> Judged:
    judged = Judged()
    doubtful = [number for number, letter in enumerate(letters, 1) if letter in {COLOR, TINTED, UNJUDGED}]
    if doubtful:
        judged = await _rendered(looking, letters, doubtful)
    if GRAYED in letters:
        # A printer that does not heed the ticket prints the colour all the same.
        judged.sure = "unknown" if judged.sure == "unknown" else "estimated"
        judged.basis += GRAYED_PAGES
    return judged


async def _rendered(looking: Inspection, letters: bytes, doubtful: Sequence[int]) -> Judged:
    """Render the doubtful pages and look; by what the markup names where that fails."""
    spans = ranges(doubtful)
    if len(spans) > MOST_RANGES:
        spans, doubtful = [], range(1, len(letters) + 1)
    complaint = ""

    async def convert(sink: Sink) -> None:
        nonlocal complaint
        complaint = await xps_to_pdf(looking.source, looking.sandbox, sink, looking.limits, pages=spans)

    try:
        seen = await looking.within(await looking.store(convert))
    except SandboxFailed:
        raise
    except (DocumentRejected, LimitReached):
        return _named(letters)
    if seen.pages != len(doubtful) or seen.confidence.color == "unknown":
        return _named(letters)
    color = [doubtful[number - 1] for number in seen.color_pages]
    # What the renderer leaves out, or shows in its own way, it cannot clear.
    known = frozenset(color)
    missed = [page for page in doubtful if letters[page - 1] == UNJUDGED and page not in known]
    own_way = any(letters[page - 1] == TINTED for page in doubtful) or complaint.strip()
    if missed:
        return Judged(color, "unknown", f"{UNSEEN}: page {missed[0]} has a picture that cannot be read here")
    coverage = seen.coverage if len(doubtful) == len(letters) else None
    return Judged(color, "estimated" if own_way else seen.confidence.color, RENDERED, coverage)


def _named(letters: bytes) -> Judged:
    """Judge by what the markup names."""
    color = [number for number, letter in enumerate(letters, 1) if letter in {COLOR, TINTED}]
    return Judged(color, "unknown" if UNJUDGED in letters else "estimated", UNRENDERED)
