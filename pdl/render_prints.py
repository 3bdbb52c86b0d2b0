"""The arranged document for printers that take neither PDF nor raster: PCLm, PCL 5, a single JPEG."""

import asyncio

from pdl import ghostscript
from pdl.errors import DocumentRejected
from pdl.pcl5_write import Pcl5Layout, Pcl5Writer
from pdl.pclm_write import PclmWriter
from pdl.placement import Size, sheet_points
from pdl.render_work import Work
from pdl.source import Source
from pdl.target import Target

PCL_RESOLUTIONS = (75, 100, 150, 200, 300, 600)
HIGH_QUALITY = 5  # print-quality
# Sixteen million colours at 600 dpi are a megabyte a second to a laser that has only its own memory.
ORDINARY_COLOR_DPI = 300


async def write_pclm(work: Work, arranged: Source, pages: int) -> None:
    """Write PCLm, copies written out."""
    target = work.target
    if target.copies > 1:
        arranged, pages = await work.copied(arranged)
    arranged = await work.backs_turned(arranged)
    writer = PclmWriter(target.resolution, target.pclm_strip, target.pclm_compression, target.jpeg_quality)
    argv = ghostscript.to_pixels(target.resolution, _sheet(target), color=target.color)
    await _through(work, argv, arranged, writer)
    await work.sink(await asyncio.to_thread(writer.finish, pages))


async def write_pcl5(work: Work, arranged: Source, pages: int) -> None:
    """Write PCL 5: black dots (PCL 5e), or with colour its pixels (PCL 5c)."""
    target = work.target
    copies = target.copies
    if copies > 1 and pages > 1:
        # The printer repeats each page by itself. Copies in order, of more than one page, must be written out.
        arranged, pages = await work.copied(arranged)
        copies = 1
    argv = ghostscript.to_pcl5(_pcl_resolution(target), _sheet(target), color=target.color)
    writer = Pcl5Writer(Pcl5Layout(target.color, target.duplex, target.tumble, copies))
    await _through(work, argv, arranged, writer)
    await work.sink(writer.finish(pages))


async def write_jpeg(work: Work, arranged: Source, pages: int) -> None:
    """Write a JPEG; DocumentRejected for more than one side, or copies, which it cannot hold."""
    target = work.target
    if pages * target.copies != 1:
        raise DocumentRejected(
            f"A JPEG holds one side, and this makes {pages * target.copies}. "
            "Choose one page and one copy, or a printer that takes other formats."
        )
    argv = ghostscript.to_jpeg(target.resolution, _sheet(target), target.jpeg_quality, color=target.color)
    await work.ghostscript(argv, arranged, work.sink)


async def _through(work: Work, argv: list[str], arranged: Source, writer: PclmWriter | Pcl5Writer) -> None:
    """Run Ghostscript, and hand on what the writer makes of its output."""

    # In a thread: pixels are packed while Ghostscript makes more of them.
    async def put_right(data: bytes) -> None:
        if ready := await asyncio.to_thread(writer.feed, data):
            await work.sink(ready)

    await work.ghostscript(argv, arranged, put_right)


def _sheet(target: Target) -> Size | None:
    return sheet_points(target.sheet) if target.sheet else None


def _pcl_resolution(target: Target) -> tuple[int, int]:
    """Choose the largest resolution of PCL that is not above the one asked for."""
    most = target.resolution[0]
    if target.color and target.print_quality != HIGH_QUALITY:
        most = min(most, ORDINARY_COLOR_DPI)
    dpi = max((dpi for dpi in PCL_RESOLUTIONS if dpi <= most), default=PCL_RESOLUTIONS[0])
    return dpi, dpi
