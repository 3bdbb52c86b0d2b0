"""Several documents as one PDF (RFC 8011 section 5.2.4, PWG 5100.5): each made PDF, then page after page.

What a document asks for itself besides pages and copies (sides, media, number-up and more) is said of its pages of
the whole: see `pdl.overrides`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from pdl import packed
from pdl.errors import DocumentRejected, LimitReached, ReaderCrashed
from pdl.inspect import inspect
from pdl.join_pdf import named
from pdl.limits import MEBIBYTE, Limits
from pdl.media import A4
from pdl.mime import PCLM, PDF, PJL, TEXT
from pdl.placement import Orientation
from pdl.report import Piece
from pdl.sandbox import Sandbox, Sink
from pdl.scratch import Scratch
from pdl.source import ChainSource, SliceSource, Source
from pdl.to_pdf import Sheet, renderable_part, to_pdf, without_direction

MOST_DOCUMENTS = 100

_NO_ANSWER = "The program that puts documents together gave an answer that is none."

# As much as rendering takes: a document may be all of a job.
JOIN_LIMITS = Limits(
    cpu_seconds=300,
    memory_bytes=1536 * MEBIBYTE,
    wall_seconds=1800.0,
    output_bytes=8192 * MEBIBYTE,
    pages=20_000,
)

Answer = TypeVar("Answer")

Handling = Literal[
    "single-document",
    "separate-documents-uncollated-copies",
    "separate-documents-collated-copies",
    "single-document-new-sheet",
]
"""multiple-document-handling: RFC 8011 section 5.2.4."""


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a job: its MIME type, what its owner calls it, and what is asked of it alone.

    `page_ranges` (1-based, () for all) choose its pages; `copies` come one after the other. `sheet` is what a document
    without a page size is put on; `orientation` (orientation-requested) speaks to those without a direction, too.
    `number` is its document-number where others were taken back; 0 is its place.
    """

    source: Source
    format: str
    name: str = ""
    copies: int = 1
    page_ranges: tuple[tuple[int, int], ...] = ()
    sheet: Sheet = field(default_factory=Sheet)
    orientation: Orientation | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Joined:
    """What was written: pages in all, and where each document, and each copy of it, lies in the whole."""

    pages: int
    documents: tuple[Piece, ...]


async def join(
    documents: Sequence[Part],
    sandbox: Sandbox,
    sink: Sink,
    *,
    handling: Handling,
    two_sided: bool,
    scratch: Callable[[], Scratch],
    limits: Limits = JOIN_LIMITS,
) -> Joined:
    """Write all documents to `sink` as one PDF.

    With `two_sided`, and unless pages run on (`single-document`), each document and each of its copies begins on a
    front side. Who decides on sides later leaves that out, and keeps `Joined.documents` for then.

    Raises DocumentRejected and LimitReached, which name the document; SandboxFailed, and what `sink` and `scratch`
    raise.
    """
    if not documents:
        raise DocumentRejected("The job has no document to print.")
    if len(documents) > MOST_DOCUMENTS:
        raise LimitReached(f"A job holds {MOST_DOCUMENTS} documents at most, and this has {len(documents)}.")
    async with AsyncExitStack() as stack:
        joining = _Joining(sandbox, scratch, limits, stack)
        sources = []
        for number, part in enumerate(documents, 1):
            with named(_label(number, part)):
                sources.append(await joining.as_pdf(part))
        chain = ChainSource(sources)
        arguments = {
            "documents": [
                {
                    "start": start,
                    "end": end,
                    "page_ranges": part.page_ranges,
                    "copies": part.copies,
                    "label": _label(number, part),
                }
                for number, (part, (start, end)) in enumerate(zip(documents, chain.spans, strict=True), 1)
            ],
            "new_sheet": handling != "single-document",
            "two_sided": two_sided,
            "pages": limits.pages,
        }
        answer = await sandbox.run("join-pdf", chain, arguments, limits=limits, sink=sink)
    return _believed(answer, documents, limits)


def _believed(answer: Mapping[str, Any], documents: Sequence[Part], limits: Limits) -> Joined:
    """Take what the child says of the whole, if it can be so; ReaderCrashed otherwise."""
    wanted = [place for place, part in enumerate(documents, 1) for _ in range(part.copies)]
    try:
        found = [(int(place), int(first), int(pages)) for place, first, pages in answer["documents"]]
        whole = int(answer["pages"])
    except (KeyError, TypeError, ValueError) as fault:
        raise ReaderCrashed(_NO_ANSWER) from fault
    after = 1
    for _, first, pages in found:
        if pages < 1 or first < after:
            raise ReaderCrashed(_NO_ANSWER)
        after = first + pages
    if [place for place, _, _ in found] != wanted or not after - 1 <= whole <= limits.pages:
        raise ReaderCrashed(_NO_ANSWER)
    return Joined(whole, tuple(_piece(documents[place - 1], place, first, pages) for place, first, pages in found))


def _piece(part: Part, place: int, first: int, pages: int) -> Piece:
    return Piece(part.number or place, first, pages, part.page_ranges)


def _label(place: int, part: Part) -> str:
    number = part.number or place
    return f"Document {number} ({part.name})" if part.name else f"Document {number}"


@dataclass(frozen=True, slots=True)
class _Joining:
    """Makes PDFs of documents; what is stored on the way is forgotten with `stack`."""

    sandbox: Sandbox
    scratch: Callable[[], Scratch]
    limits: Limits
    stack: AsyncExitStack

    async def as_pdf(self, part: Part) -> Source:
        """Make a PDF of the document, in scratch storage unless it is one."""
        source, mime = part.source, part.format
        if mime == PJL:
            source, mime = await self._unwrapped(source)
        if mime in {PDF, PCLM} and not await packed.is_packed(source):
            return source
        sheet = part.sheet
        if mime == TEXT and part.orientation in {4, 5}:
            # Text has no direction of its own: its lines run along the long edge.
            media = sheet.media or A4
            sheet = replace(sheet, media=(max(media), min(media)))
        made, _ = await self._store(lambda into: to_pdf(source, mime, sheet, self.sandbox, into, limits=self.limits))
        return await self._turned(made, part.orientation) if without_direction(mime) else made

    async def _unwrapped(self, source: Source) -> tuple[Source, str]:
        """Find the document that a printer's job stream wraps, if there is one that can be rendered."""
        report = await inspect(source, self.sandbox, scratch=self.scratch)
        inner = renderable_part(report)
        if inner is None:
            return source, PJL
        return SliceSource(source, inner.start, inner.end), inner.format

    async def _turned(self, document: Source, orientation: Orientation | None) -> Source:
        """Turn the pages over where that is asked: what stands for 6 (reverse-portrait), what lies for 5."""
        if orientation not in {5, 6}:
            return document
        arguments = {
            "orientation": orientation,
            "upright": True,
            "two_sided": False,
            "sides": None,
            "pages": self.limits.pages,
        }
        kept, answer = await self._store(
            lambda into: self.sandbox.run("arrange-pdf", document, arguments, limits=self.limits, sink=into)
        )
        return kept if answer["changed"] else document

    async def _store(self, step: Callable[[Sink], Awaitable[Answer]]) -> tuple[Source, Answer]:
        """Run `step` into scratch storage."""
        kept = self.scratch()
        self.stack.callback(kept.close)
        answer = await step(kept.write)
        await kept.finish()
        return kept, answer
