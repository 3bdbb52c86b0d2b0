"""A document as one device takes it: pages chosen and fitted, gray where asked, in the device's language.

    any format -> PDF -> arranged PDF -> Ghostscript -> put right -> the device

Each step reads the one before from scratch storage or the spool, in the sandbox; the last one streams.
"""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

from pdl.errors import DocumentRejected
from pdl.limits import MEBIBYTE, Limits
from pdl.mime import JPEG, PCL, PCLM, PCLXL, PDF, POSTSCRIPT, PWG_RASTER, TEXT, URF
from pdl.render_gray import grayed
from pdl.render_pages import write_pclxl, write_pdf, write_postscript
from pdl.render_prints import write_jpeg, write_pcl5, write_pclm
from pdl.render_raster import raster_has_color, write_raster
from pdl.render_work import STANDING, Work
from pdl.sandbox import Sandbox, Sink
from pdl.scratch import Scratch
from pdl.source import Source
from pdl.stamp_steps import bannered, stamped
from pdl.target import Rendered, Target
from pdl.to_pdf import Sheet, to_pdf

__all__ = ["FORMATS", "RENDER_LIMITS", "Rendered", "Target", "render"]

# A device may print for minutes while it is sent the stream, and each run lasts as long as its sink takes.
RENDER_LIMITS = Limits(
    cpu_seconds=300,
    memory_bytes=1536 * MEBIBYTE,
    wall_seconds=1800.0,
    output_bytes=8192 * MEBIBYTE,
    pages=20_000,
)

# How the arranged document (one copy; the number of its sides) is written for a device of the format.
_WRITERS: dict[str, Callable[[Work, Source, int], Awaitable[None]]] = {
    PDF: write_pdf,
    POSTSCRIPT: write_postscript,
    PCLXL: write_pclxl,
    PWG_RASTER: write_raster,
    URF: write_raster,
    PCLM: write_pclm,
    PCL: write_pcl5,
    JPEG: write_jpeg,
}

FORMATS = frozenset(_WRITERS)


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
    if target.media and target.format in STANDING:
        target = replace(target, media=(min(target.media), max(target.media)))
    async with AsyncExitStack() as stack:
        work = Work(target, sandbox, sink, scratch, limits, stack)
        document = await _as_pdf(work, source, source_format)
        made = await work.arranged(await grayed(work, document))
        arranged, pages = made.document, made.sides
        # Here is, as PDF, one copy of what will be printed, side by side: what is laid over it belongs here.
        if target.stamp:
            arranged = await stamped(work, target.stamp, arranged, made.blank)
        written = pages
        if target.banner:
            work, arranged, written = await bannered(work, target.banner, arranged)
        await _WRITERS[target.format](work, arranged, written)
    banner = 1 if target.banner else 0
    return Rendered(
        pages_out=pages + banner,
        impressions=(pages - len(made.blank)) * target.copies + banner,
        sheets=(-(-pages // 2) if target.duplex else pages) * target.copies + banner,
        color=target.color and (target.format not in {PWG_RASTER, URF} or raster_has_color(target)),
    )


async def _as_pdf(work: Work, source: Source, source_format: str) -> Source:
    if source_format in {PDF, PCLM}:
        return source
    media = work.target.media
    if media and source_format == TEXT and work.target.orientation in {4, 5}:
        media = media[1], media[0]  # text has no direction of its own: its lines run along the long edge
    sheet = Sheet(media, work.target.scaling)
    document, _ = await work.store(
        lambda into: to_pdf(source, source_format, sheet, work.sandbox, into, limits=work.limits)
    )
    return document
