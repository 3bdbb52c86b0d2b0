"""A document as one device takes it: pages chosen and fitted, gray where asked, in the device's language.

    any format -> PDF -> arranged PDF -> Ghostscript -> put right -> the device

Each step reads the one before from scratch storage or the spool, in the sandbox; the last one streams.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, TypeVar

from pdl import ghostscript
from pdl.errors import DocumentRejected, LimitReached
from pdl.ghostscript import RASTER_TYPES, Printing
from pdl.limits import MEBIBYTE, Limits
from pdl.media import name_for
from pdl.pclxl_write import SideWriter
from pdl.placement import Scaling, sheet_points
from pdl.raster_page import Layout
from pdl.raster_write import RasterLayout, RasterWriter, SheetBack
from pdl.sandbox import Sandbox, Sink
from pdl.source import Source
from pdl.to_pdf import PDF, POSTSCRIPT, Sheet, run_ghostscript, to_pdf

Sides = Literal["one-sided", "two-sided-long-edge", "two-sided-short-edge"]

PCLXL = "application/vnd.hp-PCLXL"
PWG_RASTER = "image/pwg-raster"
URF = "image/urf"

COPY_PIECE = 256 * 1024

Answer = TypeVar("Answer")

# A device may print for minutes while it is sent the stream, and each run lasts as long as its sink takes.
RENDER_LIMITS = Limits(
    cpu_seconds=300,
    memory_bytes=1536 * MEBIBYTE,
    wall_seconds=1800.0,
    output_bytes=8192 * MEBIBYTE,
    pages=20_000,
)


@dataclass(frozen=True, slots=True)
class Target:
    """What one device is to be sent: names and keywords as in IPP, `media` in hundredths of millimetres.

    `media` None leaves each page its own size; `page_ranges` are 1-based, () for all; `raster_type` is of
    pwg-raster-document-type-supported, `sheet_back` of pwg-raster-document-sheet-back (PWG 5102.4).
    """

    format: str
    resolution: tuple[int, int] = (600, 600)
    color: bool = True
    sides: Sides = "one-sided"
    media: tuple[int, int] | None = None
    copies: int = 1
    page_ranges: tuple[tuple[int, int], ...] = ()
    scaling: Scaling = "auto"
    raster_type: str = "srgb_8"
    sheet_back: SheetBack = "normal"
    print_quality: int = 0

    @property
    def duplex(self) -> bool:
        """Whether sheets are printed on both sides."""
        return self.sides != "one-sided"

    @property
    def tumble(self) -> bool:
        """Whether sheets are turned over their short edge."""
        return self.sides == "two-sided-short-edge"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was written: pages of one copy, sides with print of all copies, sheets, and whether colour could be sent."""

    pages_out: int
    impressions: int
    sheets: int
    color: bool


class Scratch(Source, Protocol):
    """Temporary storage of one step's output, bounded by its owner: written to its end, then read, then closed.

    `write` raises LimitReached when it takes no more.
    """

    async def write(self, data: bytes) -> None:
        """Append `data`."""
        ...

    async def finish(self) -> None:
        """All is written; from here on it is read."""
        ...

    def close(self) -> None:
        """Forget everything."""
        ...


async def render(
    source: Source,
    source_format: str,
    target: Target,
    sandbox: Sandbox,
    sink: Sink,
    *,
    scratch: Callable[[], Scratch],
    limits: Limits = RENDER_LIMITS,
) -> Rendered:
    """Write the document to `sink` as `target` wants it.

    Raises DocumentRejected for the document, its format or a page selection without pages, LimitReached,
    SandboxFailed, and what `sink` and `scratch` raise; the sink may have been given part of the stream by then.
    """
    if target.format not in _WRITERS:
        raise DocumentRejected(f"No document can be rendered to {target.format} here.", "unsupported-document-format")
    async with AsyncExitStack() as stack:
        work = _Work(target, sandbox, sink, scratch, limits, stack)
        document = source
        if source_format != PDF:
            sheet = Sheet(target.media, target.scaling)
            document, _ = await work.store(
                lambda into: to_pdf(source, source_format, sheet, sandbox, into, limits=limits)
            )
        # From here on every document is PDF.
        pages = await _WRITERS[target.format](work, document)
    return Rendered(
        pages_out=pages,
        impressions=pages * target.copies,
        sheets=_sheets(pages, target) * target.copies,
        color=_has_color(target),
    )


def _sheets(pages: int, target: Target) -> int:
    return -(-pages // 2) if target.duplex else pages


def _has_color(target: Target) -> bool:
    return target.color and (target.format not in {PWG_RASTER, URF} or RASTER_TYPES[_raster_type(target)][2])


@dataclass(frozen=True, slots=True)
class _Work:
    """One document on its way, with all that its steps need."""

    target: Target
    sandbox: Sandbox
    sink: Sink
    scratch: Callable[[], Scratch]
    limits: Limits
    stack: AsyncExitStack

    async def store(self, step: Callable[[Sink], Awaitable[Answer]]) -> tuple[Source, Answer]:
        """Run `step` into scratch storage."""
        kept = self.open_scratch()
        answer = await step(kept.write)
        await kept.finish()
        return kept, answer

    def open_scratch(self) -> Scratch:
        """Scratch storage that is forgotten with the work."""
        kept = self.scratch()
        self.stack.callback(kept.close)
        return kept

    async def arrange(self, document: Source, sink: Sink, *, copies: int, fit: bool = True) -> dict[str, Any]:
        """Run the task `arrange-pdf`; without `fit`, nothing but copies."""
        arguments = {
            "page_ranges": self.target.page_ranges if fit else (),
            "media": self.target.media if fit else None,
            "scaling": self.target.scaling,
            "copies": copies,
            "two_sided": self.target.duplex,
            "sides": self.target.sides if self.target.format == PDF else None,
            "pages": self.limits.pages,
        }
        return await self.sandbox.run("arrange-pdf", document, arguments, limits=self.limits, sink=sink)

    async def arranged(self, document: Source) -> tuple[Source, int]:
        """One copy of the document, chosen and fitted, and its number of pages."""
        kept, answer = await self.store(lambda into: self.arrange(document, into, copies=1))
        return (kept if answer["changed"] else document), answer["pages"]

    async def ghostscript(self, argv: list[str], document: Source, sink: Sink) -> None:
        """Run Ghostscript over `document`."""
        await run_ghostscript(argv, document, self.sandbox, sink, self.limits)

    async def copy(self, document: Source) -> None:
        """Hand `document` to the sink as it is."""
        for offset in range(0, document.size, COPY_PIECE):
            await self.sink(await asyncio.to_thread(document.pread, offset, COPY_PIECE))


async def _to_pdf(work: _Work, document: Source) -> int:
    if work.target.color:
        return await _write_copies(work, document, fit=True)
    gray, pages = await work.arranged(document)
    if work.target.copies == 1:
        await work.ghostscript(ghostscript.to_gray_pdf(), gray, work.sink)
        return pages
    # Gray first: repeated pages would be turned gray, and written, once for each copy.
    one, _ = await work.store(lambda into: work.ghostscript(ghostscript.to_gray_pdf(), gray, into))
    return await _write_copies(work, one, fit=False)


async def _write_copies(work: _Work, document: Source, *, fit: bool) -> int:
    answer = await work.arrange(document, work.sink, copies=work.target.copies, fit=fit)
    if not answer["changed"]:
        # The task wrote nothing: the document is already what it should be.
        await work.copy(document)
    return int(answer["pages"])


async def _to_postscript(work: _Work, document: Source) -> int:
    arranged, pages = await work.arranged(document)
    await work.ghostscript(ghostscript.to_postscript(_printing(work.target)), arranged, work.sink)
    return pages


async def _to_pclxl(work: _Work, document: Source) -> int:
    arranged, pages = await work.arranged(document)
    printing, out = _printing(work.target), pages
    if work.target.copies > 1 and pages > 1:
        # PageCopies repeats each page by itself. Copies in order, of more than one page, must be written out.
        printing = replace(printing, copies=1)
        one = arranged
        arranged, answer = await work.store(lambda into: work.arrange(one, into, copies=work.target.copies, fit=False))
        out = answer["out"]
    writer = SideWriter()

    # In a thread, as all work on the stream: a page of raster takes a second to walk.
    async def put_right(data: bytes) -> None:
        if ready := await asyncio.to_thread(writer.feed, data):
            await work.sink(ready)

    await work.ghostscript(ghostscript.to_pclxl(printing), arranged, put_right)
    writer.finish(out)
    return pages


def _printing(target: Target) -> Printing:
    return Printing(target.resolution, target.color, target.duplex, target.tumble, target.copies)


async def _to_raster(work: _Work, document: Source) -> int:
    arranged, pages = await work.arranged(document)
    target = work.target
    # An odd document leaves the last sheet of a copy with an empty back.
    padding = target.duplex and target.copies > 1 and pages % 2
    layout = RasterLayout(
        layout=_layout(target),
        total_pages=(pages + padding) * target.copies - padding,
        duplex=target.duplex,
        tumble=target.tumble,
        sheet_back=target.sheet_back,
        print_quality=target.print_quality,
        media_name=name_for(*target.media) if target.media else "",
    )
    writer = RasterWriter(layout)
    # The number of pages is known before the first is rendered, as the device wants it in each header.
    await work.sink(writer.start)
    kept = await _raster_copy(work, arranged, writer, work.open_scratch() if target.copies > 1 else None)
    writer.finish(pages)
    for _ in range(target.copies - 1):
        if padding:
            await work.sink(await asyncio.to_thread(writer.blank_page))
        if kept is not None:
            await work.copy(kept)
        else:
            await _raster_copy(work, arranged, again := RasterWriter(layout), None)
            again.finish(pages)
    return pages


async def _raster_copy(work: _Work, document: Source, writer: RasterWriter, keeping: Scratch | None) -> Scratch | None:
    """Render one copy to the sink; it is also kept, as far as `keeping` takes it, for the copies after it."""

    async def put_right(data: bytes) -> None:
        nonlocal keeping
        ready = await asyncio.to_thread(writer.feed, data)
        if not ready:
            return
        if keeping is not None:
            try:
                await keeping.write(ready)
            except LimitReached:
                # Too large to keep: each copy is rendered anew.
                keeping.close()
                keeping = None
        await work.sink(ready)

    target = work.target
    sheet = sheet_points(target.media) if target.media else None
    argv = ghostscript.to_raster(_layout(target), _raster_type(target), _resolution(target), sheet)
    await work.ghostscript(argv, document, put_right)
    if keeping is not None:
        await keeping.finish()
    return keeping


def _layout(target: Target) -> Layout:
    return "urf" if target.format == URF else "pwg"


def _resolution(target: Target) -> tuple[int, int]:
    # Apple raster has one number for both directions.
    return (target.resolution[0], target.resolution[0]) if target.format == URF else target.resolution


def _raster_type(target: Target) -> str:
    if target.raster_type not in RASTER_TYPES:
        raise DocumentRejected(
            f"The raster type {target.raster_type} cannot be rendered here: choose sgray_8 or srgb_8."
        )
    if target.format == URF and RASTER_TYPES[target.raster_type][1] < 8:
        return "sgray_8"  # W8 is what every device of Apple raster takes; it has no single bits
    return target.raster_type if target.color or not RASTER_TYPES[target.raster_type][2] else "sgray_8"


_WRITERS: dict[str, Callable[[_Work, Source], Awaitable[int]]] = {
    PDF: _to_pdf,
    POSTSCRIPT: _to_postscript,
    PCLXL: _to_pclxl,
    PWG_RASTER: _to_raster,
    URF: _to_raster,
}

FORMATS = frozenset(_WRITERS)
