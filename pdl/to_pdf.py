"""Anything that can be printed, into PDF: which format takes which way.

Pictures, text and raster are turned by tasks of the sandbox, PostScript by Ghostscript in it.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Any

from pdl import drawn, ghostscript, mupdf, office, packed
from pdl.errors import DocumentRejected, LimitReached
from pdl.format_zip import XPS
from pdl.limits import Limits
from pdl.mime import GZIP, JPEG, PCLM, PDF, POSTSCRIPT, PWG_RASTER, TEXT, URF
from pdl.placement import Scaling
from pdl.report import Report, Segment
from pdl.sandbox import Sandbox, Sink
from pdl.scratch import hand_over
from pdl.source import Source

# The sandbox task that turns documents of a MIME type into PDF.
TASK_OF: dict[str, str] = {
    **dict.fromkeys(
        (JPEG, "image/png", "image/tiff", "image/gif", "image/bmp", "image/webp", "image/avif"), "image-to-pdf"
    ),
    PWG_RASTER: "raster-to-pdf",
    URF: "raster-to-pdf",
    "application/vnd.cups-raster": "cups-raster-to-pdf",
    TEXT: "text-to-pdf",
}

# PCLm is a PDF of a kind: rendering reads it as it is.
CONVERTIBLE = frozenset({PDF, PCLM, POSTSCRIPT, GZIP, *TASK_OF})


@cache
def convertible() -> frozenset[str]:
    """MIME types of the documents that can be rendered on this machine."""
    return CONVERTIBLE | ({XPS} if mupdf.available() else set()) | office.formats() | drawn.formats()


def without_direction(mime: str) -> bool:
    """Whether documents of the format have no direction of their own: orientation-requested speaks to these."""
    return mime == TEXT or (mime.startswith("image/") and mime not in {PWG_RASTER, URF})


def renderable_part(report: Report) -> Segment | None:
    """Find the one document that a printer's job stream wraps and that can be rendered; None when there is no such."""
    parts = report.segments
    return parts[0] if len(parts) == 1 and parts[0].format in convertible() else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a document without a page size of its own is put on; `media` in hundredths of millimetres, None: A4."""

    media: tuple[int, int] | None = None
    scaling: Scaling = "auto"

    def arguments(self, limits: Limits) -> Mapping[str, Any]:
        """Make what the tasks are told."""
        return {"media": self.media, "scaling": self.scaling, "pages": limits.pages}


async def to_pdf(
    source: Source, source_format: str, sheet: Sheet, sandbox: Sandbox, sink: Sink, *, limits: Limits
) -> None:
    """Write the document as PDF to `sink`; it must not be one already, unless it is packed.

    Raises DocumentRejected for a format that cannot be converted or a damaged document, LimitReached,
    SandboxFailed.
    """
    if await packed.is_packed(source):
        await _unpacked_to_pdf(source, sheet, sandbox, sink, limits=limits)
    elif source_format == POSTSCRIPT:
        await run_ghostscript(ghostscript.to_pdf(), source, sandbox, sink, limits)
    elif source_format == XPS:
        await mupdf.xps_to_pdf(source, sandbox, sink, limits)
    elif source_format in office.KINDS:
        await sandbox.office_to_pdf(source, source_format, limits=limits, sink=sink)
    elif source_format == drawn.SVG:
        await drawn.svg_to_pdf(source, sheet.media, sheet.scaling, sandbox, sink, limits=limits)
    elif source_format == drawn.HEIC:
        with closing(await drawn.heic_to_jpeg(source, sandbox, limits)) as jpeg:
            await sandbox.run("image-to-pdf", jpeg, sheet.arguments(limits), limits=limits, sink=sink)
    elif source_format in TASK_OF:
        await sandbox.run(TASK_OF[source_format], source, sheet.arguments(limits), limits=limits, sink=sink)
    else:
        raise DocumentRejected(
            f"A document of the format {source_format} can be printed only at a device that takes it as it is.",
            "unsupported-document-format",
        )


async def _unpacked_to_pdf(source: Source, sheet: Sheet, sandbox: Sandbox, sink: Sink, *, limits: Limits) -> None:
    inner, found = await packed.unpacked(source, sandbox, limits)
    with closing(inner):
        if found == PDF:
            await hand_over(inner, sink)
        else:
            await to_pdf(inner, found, sheet, sandbox, sink, limits=limits)


async def run_ghostscript(argv: list[str], source: Source, sandbox: Sandbox, sink: Sink, limits: Limits) -> None:
    """Run Ghostscript over `source`; DocumentRejected when it gives up or writes nothing, LimitReached."""
    result = await sandbox.program(argv, source=source, limits=limits, sink=sink)
    if result.overran:
        raise LimitReached("The document takes too much processor time to render. Print fewer pages at once.")
    if result.returncode or not result.written:
        raise DocumentRejected(
            f"The document cannot be rendered: Ghostscript ended with status {result.returncode}. "
            "Print it again from the application, or as PDF."
        )
