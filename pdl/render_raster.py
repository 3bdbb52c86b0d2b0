"""The arranged document as PWG or Apple raster."""

import asyncio

from pdl import ghostscript
from pdl.errors import DocumentRejected, LimitReached
from pdl.ghostscript import RASTER_TYPES
from pdl.media import name_for
from pdl.mime import URF
from pdl.placement import sheet_points
from pdl.raster_page import Layout
from pdl.raster_write import RasterLayout, RasterWriter
from pdl.render_work import Work
from pdl.scratch import Scratch
from pdl.source import Source
from pdl.target import Target


async def write_raster(work: Work, arranged: Source, pages: int) -> None:
    """Write raster, copies written out; the device is told the number of pages before the first."""
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
        media_name=name_for(*target.sheet) if target.sheet else "",
    )
    arranged = await work.backs_turned(arranged)
    writer = RasterWriter(layout)
    # The number of pages is known before the first is rendered, as the device wants it in each header.
    await work.sink(writer.start)
    kept = await _raster_copy(work, arranged, writer, pages, work.open_scratch() if target.copies > 1 else None)
    for _ in range(target.copies - 1):
        if padding:
            await work.sink(await asyncio.to_thread(writer.blank_page))
        if kept is not None:
            await work.copy(kept)
        else:
            await _raster_copy(work, arranged, RasterWriter(layout), pages, None)


async def _raster_copy(
    work: Work, document: Source, writer: RasterWriter, pages: int, keeping: Scratch | None
) -> Scratch | None:
    """Render one copy to the sink; it is also kept, as far as `keeping` takes it, for the copies after it."""

    async def pass_on(ready: bytes) -> None:
        nonlocal keeping
        if keeping is not None:
            try:
                await keeping.write(ready)
            except LimitReached:
                # Too large to keep: each copy is rendered anew.
                keeping.close()
                keeping = None
        await work.sink(ready)

    async def put_right(data: bytes) -> None:
        if ready := writer.feed(data):
            await pass_on(ready)

    target = work.target
    sheet = sheet_points(target.sheet) if target.sheet else None
    argv = ghostscript.to_raster(_layout(target), raster_type(target), _resolution(target), sheet)
    await work.ghostscript(argv, document, put_right)
    await pass_on(writer.finish(pages))
    if keeping is not None:
        await keeping.finish()
    return keeping


def _layout(target: Target) -> Layout:
    return "urf" if target.format == URF else "pwg"


def _resolution(target: Target) -> tuple[int, int]:
    # Apple raster has one number for both directions.
    return (target.resolution[0], target.resolution[0]) if target.format == URF else target.resolution


def raster_type(target: Target) -> str:
    """Choose the raster type that is made for `target`; DocumentRejected when it asks for one we cannot make."""
    if target.raster_type not in RASTER_TYPES:
        raise DocumentRejected(
            f"The raster type {target.raster_type} cannot be rendered here: choose sgray_8 or srgb_8."
        )
    if target.format == URF and RASTER_TYPES[target.raster_type][1] < 8:
        return "sgray_8"  # W8 is what every device of Apple raster takes; it has no single bits
    return target.raster_type if target.color or not RASTER_TYPES[target.raster_type][2] else "sgray_8"


def raster_has_color(target: Target) -> bool:
    """Whether the raster type that is made can hold colour."""
    return RASTER_TYPES[raster_type(target)][2]
