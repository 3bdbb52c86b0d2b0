"""How fast documents are counted: `python -m benchmarks.documents`, each figure beside the tool it is measured by.

All documents are made here. Everything of ours goes through the sandbox, as in the gateway; processor time is given
too, because it does not depend on what else the machine does.
"""

import asyncio
import io
import os
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image

from pdl.inspect import inspect
from pdl.report import Report
from pdl.sandbox import Sandbox
from pdl.source import BytesSource

A4 = (595, 842)
LINES = 55
COLOR_EVERY = 5
SHORT_DOCUMENTS = 200
LONG_PAGES = 5000

INKCOV = ["gs", "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-sDEVICE=inkcov", "-r72", "-sOutputFile=/dev/null"]


def document(pages: int) -> bytes:
    """Make pages of text, every fifth with colour, every tenth with a gray photograph in RGB."""
    made = pikepdf.new()
    font = made.make_indirect(pikepdf.Dictionary(Type="/Font", Subtype="/Type1", BaseFont="/Helvetica"))
    photograph = _photograph(made)
    for number in range(pages):
        made.add_blank_page(page_size=A4)
        page = made.pages[-1].obj
        page.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(F1=font), XObject=pikepdf.Dictionary(Im1=photograph)
        )
        page.Contents = made.make_stream(_content(number))
    stream = io.BytesIO()
    made.save(stream, compress_streams=True)
    return stream.getvalue()


def _content(number: int) -> bytes:
    lines = "".join(f"({number} {line} The quick brown fox jumps over the lazy dog.) Tj T*\n" for line in range(LINES))
    text = f"BT /F1 11 Tf 13 TL 60 780 Td\n{lines}ET\n0.9 g 60 40 475 20 re f\n"
    if number % COLOR_EVERY == 0:
        text += "0.1 0.3 0.8 rg 60 790 475 20 re f\n"
    if number % 10 == 3:
        text += "q 200 0 0 150 300 60 cm /Im1 Do Q\n"
    return text.encode()


def _photograph(made: pikepdf.Pdf) -> pikepdf.Object:
    noise = np.random.default_rng(1).integers(0, 255, (300, 400), np.uint8)
    coded = io.BytesIO()
    Image.fromarray(noise).convert("RGB").save(coded, "JPEG", quality=80)
    return pikepdf.Stream(
        made,
        coded.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=400,
        Height=300,
        BitsPerComponent=8,
        ColorSpace=pikepdf.Name.DeviceRGB,
        Filter=pikepdf.Name.DCTDecode,
    )


class LargestChild(threading.Thread):
    """Watches the memory of the processes below this one; `kibibytes` is the most that one of them held."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.kibibytes = 0
        self._ended = threading.Event()

    def run(self) -> None:
        """Look every 20 ms."""
        while not self._ended.wait(0.02):
            self.kibibytes = max(self.kibibytes, *(_resident(process) for process in _below(os.getpid())), 0)

    def end(self) -> int:
        """Stop watching; the most that was seen."""
        self._ended.set()
        self.join()
        return self.kibibytes


def _below(ancestor: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {ancestor}
    for process in sorted(parents):
        if parents[process] in found:
            found.add(process)
    return sorted(found - {ancestor})


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize() // 1024
    except OSError:
        return 0


async def timed(work: Callable[[], Awaitable[object]], rounds: int = 5) -> float:
    """Best of so many rounds, in seconds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        await work()
        best = min(best, time.perf_counter() - start)
    return best


def program(argv: list[str], rounds: int = 5) -> float:
    """Best of so many runs of an outside program, in seconds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        best = min(best, time.perf_counter() - start)
    return best


async def hundred_pages(sandbox: Sandbox) -> None:
    """A document of 100 pages, with colour, beside pdfinfo and Ghostscript."""
    data = document(100)
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        pdfinfo, inkcov = program(["pdfinfo", file.name]), program([*INKCOV, file.name], rounds=3)
    ours = await timed(lambda: inspect(BytesSource(data), sandbox))
    print(f"100 pages, all figures: {ours * 1000:.0f} ms")
    print(f"    pdfinfo {pdfinfo * 1000:.0f} ms, gs inkcov {inkcov * 1000:.0f} ms")


async def short_documents(sandbox: Sandbox) -> None:
    """Documents of three pages one after another, two at once, counted with colour."""
    data = document(3)
    waiting = iter(range(SHORT_DOCUMENTS))

    async def worker() -> None:
        for _ in waiting:
            report = await inspect(BytesSource(data), sandbox)
            assert report.color_pages == (1,), report

    start = time.perf_counter()
    used = _processor()
    await asyncio.gather(*(worker() for _ in range(2)))
    took = time.perf_counter() - start
    print(
        f"3 pages, all figures: {SHORT_DOCUMENTS / took:.0f} documents a second; "
        f"{(_processor() - used) / SHORT_DOCUMENTS * 1000:.1f} ms of processor time each in this process"
    )


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def long_document(sandbox: Sandbox) -> None:
    """A document of 5,000 pages: time, and memory of the largest process."""
    data = document(LONG_PAGES)
    watch = LargestChild()
    watch.start()
    reports: list[Report] = []

    async def work() -> None:
        reports.append(await inspect(BytesSource(data), sandbox))

    took = await timed(work, rounds=1)
    assert reports[0].confidence.color == "exact", reports[0]
    print(f"{LONG_PAGES} pages, all figures: {took:.2f} s, largest child {watch.end() / 1024:.0f} MiB")


async def main() -> None:
    """Measure everything."""
    sandbox = Sandbox()
    await sandbox.start()
    try:
        for scenario in (hundred_pages, short_documents, long_document):
            await scenario(sandbox)
    finally:
        await sandbox.stop()


if __name__ == "__main__":
    asyncio.run(main())
