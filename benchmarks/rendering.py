"""How long a document takes to become what a device is sent, and Ghostscript alone: `python -m benchmarks.rendering`.

Both do the same work on the same document, taking turns: Ghostscript writes to nowhere, Printgate arranges the
pages, runs Ghostscript in its sandbox and puts right what comes. "besides" is the CPU time that Printgate's own
process takes: what runs in the sandbox is not the operating system's to tell us.
"""

import argparse
import asyncio
import io
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from pdl import ghostscript
from pdl.mime import PCL, PCLM, PCLXL, PDF, POSTSCRIPT, PWG_RASTER, URF
from pdl.render import render
from pdl.sandbox import Sandbox
from pdl.scratch import MemoryScratch
from pdl.source import BytesSource
from pdl.target import Target

A4 = (21000, 29700)
GOAL = 1.10  # of Ghostscript's own time


@dataclass(frozen=True)
class Row:
    """What is compared: our target, and the switches with which Ghostscript alone does the nearest to it."""

    name: str
    target: Target
    switches: tuple[str, ...]


def rows(dpi: int) -> Iterator[Row]:
    """Every format that is made."""
    both = (dpi, dpi)
    for name, space, kind in (("sRGB", 19, "srgb_8"), ("gray", 18, "sgray_8")):
        cups = (f"-dcupsColorSpace={space}", "-dcupsBitsPerColor=8")
        yield Row(f"URF {name}", Target(URF, both, media=A4, raster_type=kind), ("-sDEVICE=urf", *cups))
        yield Row(f"PWG {name}", Target(PWG_RASTER, both, media=A4, raster_type=kind), ("-sDEVICE=pwgraster", *cups))
    turned = Target(URF, both, media=A4, sides="two-sided-long-edge", sheet_back="rotated")
    yield Row("URF sRGB, backs rotated", turned, ("-sDEVICE=urf", "-dcupsColorSpace=19", "-dcupsBitsPerColor=8"))
    yield Row("PCLm RGB", Target(PCLM, both, media=A4), ("-sDEVICE=pclm",))
    yield Row("PCLm gray", Target(PCLM, both, color=False, media=A4), ("-sDEVICE=pclm8",))
    yield Row("PCL 5e", Target(PCL, both, color=False, media=A4), ("-sDEVICE=ljet4",))
    yield Row("PCL 5c", Target(PCL, both, media=A4), ("-sDEVICE=cljet5c",))
    yield Row("PCL XL", Target(PCLXL, both, media=A4), ("-sDEVICE=pxlcolor",))
    yield Row("PostScript", Target(POSTSCRIPT, both, media=A4), ("-sDEVICE=ps2write",))
    yield Row(
        "PDF gray", Target(PDF, both, color=False, media=A4), ("-sDEVICE=pdfwrite", "-sColorConversionStrategy=Gray")
    )


def made(pages: int) -> bytes:
    """A document of text, rules and pictures, a fifth of it in colour."""
    pdf = pikepdf.new()
    noise = pdf.make_stream(
        os.urandom(96 * 96), Width=96, Height=96, BitsPerComponent=8, ColorSpace=pikepdf.Name.DeviceGray
    )
    noise.Type, noise.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name("/Times-Roman"))
    resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font), XObject=pikepdf.Dictionary(I=noise))
    for number in range(pages):
        pdf.add_blank_page(page_size=(595.276, 841.89))
        page = pdf.pages[-1]
        page.obj.Resources = resources
        lines = " ".join(f"({line} the quick brown fox jumps over the lazy dog, page {number}) '" for line in range(44))
        color = "0.9 0.2 0.1 rg" if number % 5 == 0 else "0 g"
        page.contents_add(f"BT /F 11 Tf 13 TL 60 780 Td 0 g {lines} ET {color} 60 140 300 4 re f".encode())
        if number % 4 == 0:
            page.contents_add(b"q 90 0 0 90 420 60 cm /I Do Q")
    stream = io.BytesIO()
    pdf.save(stream)
    return stream.getvalue()


def processor_time(who: int) -> float:
    """CPU seconds of this process, or of its children that have ended."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def alone(row: Row, path: Path) -> tuple[float, float]:
    """Ghostscript by itself; wall and CPU seconds."""
    dpi = f"-r{row.target.resolution[0]}"
    switches = ("-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-sOutputFile=/dev/null", "-sstdout=/dev/null", dpi)
    before, begun = processor_time(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([ghostscript.PROGRAM, *switches, *row.switches, str(path)], check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begun, processor_time(resource.RUSAGE_CHILDREN) - before


async def ours(row: Row, document: bytes, sandbox: Sandbox) -> tuple[float, float]:
    """Printgate; wall seconds, and CPU seconds of its own process."""
    size = 0

    async def sink(data: bytes) -> None:
        nonlocal size
        size += len(data)

    before, begun = processor_time(resource.RUSAGE_SELF), time.perf_counter()
    said = await render(BytesSource(document), PDF, row.target, sandbox, sink, scratch=MemoryScratch)
    assert size, said
    return time.perf_counter() - begun, processor_time(resource.RUSAGE_SELF) - before


async def measure(document: bytes, dpi: int, runs: int, wanted: str) -> int:
    """Print the table; the number of raster rows that are slower than the goal."""
    slower = 0
    sandbox = Sandbox()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "document.pdf")
        path.write_bytes(document)
        await sandbox.start()
        try:
            print(f"{'format':26}{'Ghostscript':>22}{'Printgate':>22}{'wall':>8}")
            print(f"{'':26}{'wall s':>11}{'CPU s':>11}{'wall s':>11}{'besides':>11}{'share':>8}")
            for row in rows(dpi):
                if wanted.lower() not in row.name.lower():
                    continue
                pairs = [(alone(row, path), await ours(row, document, sandbox)) for _ in range(runs)]
                theirs, own = (
                    tuple(map(statistics.median, zip(*side, strict=True))) for side in zip(*pairs, strict=True)
                )
                share = own[0] / theirs[0]
                slower += share > GOAL and row.target.format in {URF, PWG_RASTER}
                print(
                    f"{row.name:26}{theirs[0]:11.2f}{theirs[1]:11.2f}{own[0]:11.2f}{own[1]:11.2f}{share:7.0%}",
                    flush=True,
                )
        finally:
            await sandbox.stop()
    return slower


def main() -> None:
    """Run from the command line; exit 1 when a raster format takes longer than the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("document", nargs="?", help="a PDF (default: one that is made, of --pages)")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--dpi", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="rows whose names hold this")
    given = parser.parse_args()
    document = Path(given.document).read_bytes() if given.document else made(given.pages)
    print(f"load {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors")
    sys.exit(1 if asyncio.run(measure(document, given.dpi, given.runs, given.only)) else 0)


if __name__ == "__main__":
    main()
