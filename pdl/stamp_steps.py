"""Two steps of rendering: the stamp on each side, the banner page beside the document."""

from collections.abc import Sequence
from dataclasses import replace

from pdl.banner import Banner
from pdl.mime import PDF
from pdl.render_work import Work
from pdl.source import Source
from pdl.stamp import Stamp


async def stamped(work: Work, stamp: Stamp, arranged: Source, blank: Sequence[int] = ()) -> Source:
    """Lay the stamp over every side of the arranged document that is not `blank` (places from 0)."""
    # Page languages without opacity would send each page as one picture for a few pale letters, and raster takes four
    # times as long: only PDF leaves that to the device.
    arguments = stamp.arguments() | {"hatched": work.target.format != PDF, "blank": blank}
    kept, _ = await work.store(
        lambda into: work.sandbox.run("stamp-pdf", arranged, arguments, limits=work.limits, sink=into)
    )
    return kept


async def bannered(work: Work, banner: Banner, arranged: Source) -> tuple[Work, Source, int]:
    """Put the banner page beside all copies of the arranged document.

    Copies are written out for it, as it is printed once: what is returned is to be written once, its sides counted.
    """
    if work.target.copies > 1:
        arranged, _ = await work.copied(arranged)
    arguments = banner.arguments() | {
        "media": work.target.media,
        "two_sided": work.target.duplex,
        "pages": work.limits.pages + 2,
    }
    kept, answer = await work.store(
        lambda into: work.sandbox.run("banner-pdf", arranged, arguments, limits=work.limits, sink=into)
    )
    return replace(work, target=replace(work.target, copies=1)), kept, answer["pages"]
