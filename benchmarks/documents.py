"""How fast documents are counted: `python -m benchmarks.documents`, each figure beside what it is measured by.

All documents are made here. Everything of ours goes through the sandbox, as in the gateway.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks import papers, rendering
from benchmarks.watch import LargestChild
from pdl import office
from pdl.inspect import COUNTING, inspect
from pdl.mime import PDF, URF
from pdl.sandbox import Sandbox
from pdl.source import BytesSource
from pdl.target import Target

INKCOV = ("gs", "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-sDEVICE=inkcov", "-r72", "-sOutputFile=/dev/null")
SHORT_DOCUMENTS = 300
LONG_PAGES = 5000
MEGABYTE = 1_000_000
READY_SECONDS = 6.0  # until the next LibreOffice surely waits
GRAY = ("-dcupsColorSpace=18", "-dcupsBitsPerColor=8")
COLOR = ("-dcupsColorSpace=19", "-dcupsBitsPerColor=8")
# Language, Ghostscript's device and its switches.
LANGUAGES = (
    ("PCL XL, colour", "pxlcolor", ("-r600",)),
    ("PCL 5e", "ljet4", ("-r300",)),
    ("PCL 5c", "cljet5c", ("-r300",)),
    ("PWG raster, gray", "pwgraster", ("-r300", *GRAY)),
    ("PWG raster, colour", "pwgraster", ("-r300", *COLOR)),
    ("Apple raster, colour", "urf", ("-r300", *COLOR)),
)


@dataclass(frozen=True)
class Row:
    """One figure: ours, the other's, and the goal with whether it was met (None: no goal)."""

    name: str
    ours: str
    others: str = ""
    goal: str = ""
    met: bool | None = None


async def timed(work: Callable[[], Awaitable[object]], rounds: int = 7) -> float:
    """Median of so many rounds, in seconds."""
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        await work()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def program(argv: tuple[str, ...], rounds: int = 7) -> float:
    """Median of so many runs of an outside program, in seconds."""
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took.append(time.perf_counter() - start)
    return statistics.median(took)


async def hundred_pages(sandbox: Sandbox) -> AsyncIterator[Row]:
    """A document of 100 pages, beside pdfinfo and Ghostscript."""
    data = papers.document(100)
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        pdfinfo, inkcov = program(("pdfinfo", file.name)), program((*INKCOV, file.name), rounds=3)
    counted = statistics.median([await _until_counted(data, sandbox) for _ in range(7)])
    whole = await timed(lambda: inspect(BytesSource(data), sandbox))
    yield Row(
        "Pages of a PDF of 100, until they are known",
        f"{counted * 1000:.0f} ms",
        f"pdfinfo {pdfinfo * 1000:.0f} ms",
        "within 3 x pdfinfo",
        counted <= 3 * pdfinfo,
    )
    yield Row(
        "Colour, sizes and coverage of the same",
        f"{whole * 1000:.0f} ms",
        f"gs inkcov at 72 dpi {inkcov * 1000:.0f} ms",
        "2 x as fast as inkcov",
        2 * whole <= inkcov,
    )


async def _until_counted(data: bytes, sandbox: Sandbox) -> float:
    """Seconds until a child has said how many pages there are; colour goes on after that."""
    start = time.perf_counter()
    known: list[float] = []

    async def sink(_: bytes) -> None:
        known.append(time.perf_counter() - start)

    arguments = {"format": PDF, "pages": COUNTING.pages, "seconds": 10.0}
    await sandbox.run("inspect-pdf", BytesSource(data), arguments, limits=COUNTING, sink=sink)
    return known[0]


async def short_documents(sandbox: Sandbox) -> AsyncIterator[Row]:
    """Documents of three pages one after another, two at once, counted with colour and coverage."""
    data = papers.document(3)
    waiting = iter(range(SHORT_DOCUMENTS))

    async def worker() -> None:
        for _ in waiting:
            report = await inspect(BytesSource(data), sandbox)
            assert report.color_pages == (1,), report

    start = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(2)))
    rate = SHORT_DOCUMENTS / (time.perf_counter() - start)
    yield Row("PDFs of three pages, counted with colour", f"{rate:.0f} a second", "", "100 a second", rate >= 100)


async def long_document(sandbox: Sandbox) -> AsyncIterator[Row]:
    """A document of 5,000 pages: time, and memory of the largest process."""
    data = papers.document(LONG_PAGES)
    watch = LargestChild()
    watch.start()
    start = time.perf_counter()
    report = await inspect(BytesSource(data), sandbox)
    took, most = time.perf_counter() - start, watch.end() / 1024
    assert report.confidence.color == "exact", report
    yield Row(
        f"A PDF of {LONG_PAGES:,} pages, counted with colour",
        f"{took:.1f} s, {most:.0f} MiB",
        "",
        "6 s and 150 MB",
        took < 6 and most < 143,
    )


async def languages(sandbox: Sandbox) -> AsyncIterator[Row]:
    """Printer languages and raster: seconds for a megabyte."""
    pages = papers.document(30)
    for name, device, switches in LANGUAGES:
        data = papers.printed(pages, device, *switches)
        took = await timed(partial(inspect, BytesSource(data), sandbox), rounds=3)
        share = took / (len(data) / MEGABYTE)
        yield Row(
            f"{name}, {len(data) / MEGABYTE:.1f} MB", f"{share:.3f} s for a MB", "", "0.1 s for a MB", share <= 0.1
        )


async def apple_raster(sandbox: Sandbox) -> AsyncIterator[Row]:
    """A document of 100 pages into Apple raster, beside Ghostscript alone."""
    data = papers.document(100)
    target = Target(URF, (300, 300), media=rendering.A4, raster_type="srgb_8")
    row = rendering.Row("URF", target, ("-sDEVICE=urf", *COLOR))
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        pairs = [
            (rendering.alone(row, Path(file.name))[0], (await rendering.ours(row, data, sandbox))[0]) for _ in range(5)
        ]
    alone, ours = (statistics.median(side) for side in zip(*pairs, strict=True))
    yield Row(
        "100 pages into Apple raster at 300 dpi",
        f"{ours:.2f} s",
        f"Ghostscript alone {alone:.2f} s",
        "Ghostscript + 10 %",
        ours <= 1.1 * alone,
    )


async def office_documents(sandbox: Sandbox) -> AsyncIterator[Row]:
    """A text of four pages, by a LibreOffice that waits for it."""
    if not office.available():
        return
    data, took = papers.docx(4), []

    async def sink(_: bytes) -> None:
        pass

    for _ in range(5):
        sandbox.warm_up_office()
        await asyncio.sleep(READY_SECONDS)
        start = time.perf_counter()
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        await sandbox.office_to_pdf(BytesSource(data), kind, limits=replace(COUNTING, cpu_seconds=60), sink=sink)
        took.append(time.perf_counter() - start)
    best = statistics.median(took)
    yield Row("A DOCX of four pages into PDF, LibreOffice warm", f"{best:.2f} s", "", "0.4 s", best < 0.4)


SCENARIOS = (hundred_pages, short_documents, long_document, languages, apple_raster, office_documents)


async def measure(wanted: str) -> list[Row]:
    """Measure everything whose name holds `wanted`."""
    found: list[Row] = []
    sandbox = Sandbox()
    await sandbox.start()
    try:
        for scenario in SCENARIOS:
            if wanted in scenario.__name__:
                async for row in scenario(sandbox):
                    print("  ".join(filter(None, (row.name, row.ours, row.others, row.goal, _said(row)))), flush=True)
                    found.append(row)
    finally:
        await sandbox.stop()
    return found


def _said(row: Row) -> str:
    return "" if row.met is None else "met" if row.met else "**not met**"


def page(rows: list[Row], load: str) -> str:
    """Write the page for people."""
    when = time.strftime("%Y-%m-%d", time.gmtime())
    return "\n".join(
        [
            "# Documents: how fast",
            "",
            f"Written by `scripts/prove documents` on {when}; not edited by hand.",
            "",
            f"A machine of {os.cpu_count()} cores that is shared with others; load average {load}.",
            "Medians of several runs; every document goes through the sandbox, a process of its own each.",
            "",
            "| what | Printgate | beside it | goal | reached |",
            "|---|---|---|---|---|",
            *(f"| {row.name} | {row.ours} | {row.others or '–'} | {row.goal} | {_said(row)} |" for row in rows),
            "",
        ]
    )


def main() -> int:
    """Measure, print, and write the page if asked to."""
    top = argparse.ArgumentParser(prog="benchmarks.documents", description=__doc__.split("\n", 1)[0])
    top.add_argument(
        "--only", default="", metavar="NAME", help=f"one of {', '.join(one.__name__ for one in SCENARIOS)}"
    )
    top.add_argument("--write", type=Path, metavar="FILE", help="where the page goes")
    given = top.parse_args()
    before = os.getloadavg()[0]
    rows = asyncio.run(measure(given.only))
    if given.write:
        given.write.write_text(page(rows, f"{before:.1f} before, {os.getloadavg()[0]:.1f} after"), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
