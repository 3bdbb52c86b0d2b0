"""A picture of one page of a document, for a person who chooses what to print."""

from collections.abc import Callable
from dataclasses import replace

from pdl.errors import DocumentRejected
from pdl.limits import MEBIBYTE, Limits
from pdl.mime import JPEG, PCLM, PDF, PWG_RASTER, URF
from pdl.sandbox import Sandbox
from pdl.scratch import MemoryScratch, Scratch
from pdl.source import Source
from pdl.to_pdf import Sheet, convertible, to_pdf

NARROWEST, WIDEST = 64, 2000
LARGEST = 16 * MEBIBYTE
"""Bytes of one picture."""

# Somebody waits for it, and can do without.
PREVIEW_LIMITS = Limits(
    cpu_seconds=15, memory_bytes=768 * MEBIBYTE, wall_seconds=30.0, output_bytes=256 * MEBIBYTE, pages=2000
)

# Formats whose pages are shown without making a PDF of the document first, by the sandbox task that does so.
_TASKS: dict[str, str] = {
    PDF: "preview-pdf",
    PCLM: "preview-pdf",
    JPEG: "preview-image",
    "image/png": "preview-image",
    PWG_RASTER: "preview-raster",
    "image/tiff": "preview-image",
    URF: "preview-raster",
}


async def preview(
    source: Source,
    source_format: str,
    page: int,
    width: int,
    sandbox: Sandbox,
    *,
    scratch: Callable[[], Scratch] = MemoryScratch,
    limits: Limits = PREVIEW_LIMITS,
) -> bytes:
    """Return page `page` (from 1) as PNG, `width` pixels wide (64 to 2000), or narrower where it is very long.

    Raises DocumentRejected for a document that has no such page, is damaged or in a language that cannot be shown,
    LimitReached, SandboxFailed, and what `scratch` raises; ValueError for a width or page that is none.
    """
    if not NARROWEST <= width <= WIDEST or page < 1:
        raise ValueError(f"a preview is {NARROWEST} to {WIDEST} pixels wide, of a page from 1")
    if task := _TASKS.get(source_format):
        return await _shown(task, source, page, width, sandbox, limits)
    if source_format not in convertible():
        raise DocumentRejected(
            "The document is in a language that only printers read: it cannot be shown here.",
            "unsupported-document-format",
        )
    document = scratch()
    try:
        await to_pdf(source, source_format, Sheet(), sandbox, document.write, limits=limits)
        await document.finish()
        return await _shown(_TASKS[PDF], document, page, width, sandbox, limits)
    finally:
        document.close()


async def _shown(task: str, source: Source, page: int, width: int, sandbox: Sandbox, limits: Limits) -> bytes:
    out = bytearray()

    async def sink(data: bytes) -> None:
        out.extend(data)

    # What is gathered here is held in the gateway's own memory: no more than a picture may be.
    limits = replace(limits, output_bytes=min(limits.output_bytes, LARGEST))
    await sandbox.run(task, source, {"page": page, "width": width}, limits=limits, sink=sink)
    return bytes(out)
