"""What a document declares, put together with the count of what it was converted to."""

from contextlib import AsyncExitStack

import pytest

from pdl import inspect_converted
from pdl.errors import DocumentRejected, ReaderCrashed
from pdl.inspection import Inspection, rejected
from pdl.limits import Limits
from pdl.media import media_for
from pdl.report import Confidence, Report, runs
from pdl.scratch import MemoryScratch
from pdl.source import BytesSource

PDF = Report(
    "application/pdf", "ok", pages=3, impressions=3, sheets=3, copies=1, sides="one-sided", color_pages=(2,),
    media=runs([media_for(21000, 29700)] * 3), confidence=Confidence("exact", "exact", "exact", "exact", "exact"),
)  # fmt: skip


class Converting:
    """A sandbox whose one task declares, and whose other makes a PDF."""

    def __init__(self, declared):
        self.declared = declared

    async def run(self, task, source, arguments, *, limits, sink=None):
        if task == "declares":
            return self.declared
        await sink(b"%PDF-")
        return {}


async def inspected(declared, task="declares", found=PDF):
    async def within(_):
        return found

    async with AsyncExitStack() as stack:
        looking = Inspection(
            BytesSource(b"x"), "text/plain", task, Converting(declared), Limits(), MemoryScratch, stack, within
        )
        return await inspect_converted.inspect(looking)


async def test_what_is_declared_is_counted_in():
    report = await inspected({"copies": 2, "sides": "two-sided-long-edge"})
    assert (report.format, report.pages, report.impressions, report.sheets) == ("text/plain", 3, 6, 4)
    assert (report.copies, report.sides, report.color_pages) == (2, "two-sided-long-edge", (2,))
    assert report.confidence == Confidence("estimated", "estimated", "exact", "exact", "estimated")


@pytest.mark.parametrize("task", ["declares", ""])
async def test_nothing_declared_is_one_copy(task):
    report = await inspected({}, task)
    assert (report.copies, report.sides, report.sheets) == (1, "one-sided", 3)


async def test_what_cannot_be_counted_stays_refused():
    report = await inspected({}, found=rejected("application/pdf", DocumentRejected("It is damaged.")))
    assert (report.format, report.verdict, report.reason) == ("text/plain", "rejected", "It is damaged.")


@pytest.mark.parametrize("declared", [{"copies": "2"}, {"copies": True}, {"sides": "both"}, {"sides": None}])
async def test_nonsense_is_not_believed(declared):
    with pytest.raises(ReaderCrashed):
        await inspected(declared)


@pytest.mark.parametrize("copies", [0, -1, 10_000])
async def test_absurd_copies_are_refused(copies):
    with pytest.raises(DocumentRejected, match="copies"):
        await inspected({"copies": copies})
