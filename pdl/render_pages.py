"""The arranged document in a language that describes pages: PDF, PostScript, PCL XL."""

import asyncio
from dataclasses import replace

from pdl import ghostscript
from pdl.ghostscript import Printing
from pdl.pclxl_write import SideWriter
from pdl.render_work import Work
from pdl.source import Source
from pdl.target import Target


async def write_pdf(work: Work, arranged: Source, _pages: int) -> None:
    """Write PDF, gray where asked, copies written out."""
    if not work.target.color:
        # Gray first: repeated pages would be turned gray, and written, once for each copy.
        colored = arranged
        arranged, _ = await work.store(lambda into: work.ghostscript(ghostscript.to_gray_pdf(), colored, into))
    if work.target.copies > 1:
        arranged, _ = await work.copied(arranged)
    await work.copy(arranged)


async def write_postscript(work: Work, arranged: Source, _pages: int) -> None:
    """Write PostScript level 2 that asks the printer for sides and copies."""
    await work.ghostscript(ghostscript.to_postscript(_printing(work.target)), arranged, work.sink)


async def write_pclxl(work: Work, arranged: Source, pages: int) -> None:
    """Write PCL XL."""
    printing = _printing(work.target)
    if work.target.copies > 1 and pages > 1:
        # PageCopies repeats each page by itself. Copies in order, of more than one page, must be written out.
        printing = replace(printing, copies=1)
        arranged, pages = await work.copied(arranged)
    if not work.target.duplex:
        await work.ghostscript(ghostscript.to_pclxl(printing), arranged, work.sink)
        return
    writer = SideWriter()

    # In a thread, as all work on the stream: a page of raster takes a second to walk.
    async def put_right(data: bytes) -> None:
        if ready := await asyncio.to_thread(writer.feed, data):
            await work.sink(ready)

    await work.ghostscript(ghostscript.to_pclxl(printing), arranged, put_right)
    writer.finish(pages)


def _printing(target: Target) -> Printing:
    return Printing(target.resolution, target.color, target.duplex, target.tumble, target.copies)
