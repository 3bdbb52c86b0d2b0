"""Inspect a document that came packed (gzip): unpacked within a limit, and then looked at."""

from pdl.inspection import Inspection
from pdl.report import Report
from pdl.sandbox import Sink


async def inspect(looking: Inspection) -> Report:
    """Unpack the document and inspect what was in it; the report speaks of that, its format included."""

    async def unpack(sink: Sink) -> None:
        await looking.sandbox.run(looking.task, looking.source, {}, limits=looking.limits, sink=sink)

    return await looking.within(await looking.store(unpack))
