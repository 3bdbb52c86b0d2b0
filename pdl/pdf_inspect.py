"""Inspect a PDF in one go: the task `inspect-pdf`.

What is known goes out as soon as it is, so that nothing is lost when rendering ends this process: first the count as a
line of JSON, then a letter for each page (pdl.pdf_judgement). The answer is the coverage.
"""

import io
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import astuple
from typing import Any

import pikepdf

from pdl.pdf import Unopenable, opened
from pdl.pdf_annotations import Marks, marks_on
from pdl.pdf_colour import Renderer
from pdl.pdf_count import count_pages
from pdl.pdf_coverage import sample
from pdl.pdf_judgement import COLOR_DOUBTED, MONO, MONO_DOUBTED
from pdl.pdf_neutral import Neutral
from pdl.pdf_salvage import salvage
from pdl.report import Report
from pdl.source import BytesSource, Source

BATCH = 256

Emit = Callable[[bytes], None]


def inspect(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Emit count and judgements, as many as `seconds` of processor time allow; return the coverage.

    It is the mean of the pages `rendered`; `opens` tells whether the renderer can read the document at all.

    Further arguments as for pdl.pdf_count.
    """
    until = time.process_time() + arguments["seconds"]
    said = _Said(emit)
    try:
        with opened(source) as document:
            report = count_pages(document, arguments)
            renderer = _renderer(source, report, lambda: _written_anew(document))
            return _looked_at(report, renderer, _letters(document, renderer, said), said, until)
    except Unopenable:
        report = salvage(source, arguments)
        renderer = _renderer(source, report, bytes)
        return _looked_at(report, renderer, _rendered(range(report.pages or 0), renderer, said), said, until)


def warm_up() -> None:
    """Inspect a page of our own: both libraries look for fonts and fill tables at their first use, once for all."""
    with pikepdf.new() as made:
        made.add_blank_page()
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        made.pages[0].obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        made.pages[0].obj.Contents = made.make_stream(b"1 0 0 rg BT /F1 9 Tf 9 9 Td (warm) Tj ET")
        source = BytesSource(_written_anew(made))
    inspect(source, {"format": "application/pdf", "pages": 1, "seconds": 60}, lambda _: None)


class _Said:
    """Judgements on their way out, a few at a time."""

    def __init__(self, emit: Emit) -> None:
        self.emit = emit
        self._waiting = bytearray()

    def add(self, letter: int) -> None:
        self._waiting.append(letter)
        if len(self._waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self.emit(bytes(self._waiting))
            self._waiting.clear()


def _renderer(source: Source, report: Report, repair: Callable[[], bytes]) -> Renderer:
    pages = report.pages or 0
    return Renderer(source, pages, sample(pages), repair)


def _looked_at(report: Report, renderer: Renderer, letters: Iterator[int], said: _Said, until: float) -> dict[str, Any]:
    said.emit(json.dumps(report.to_json(), separators=(",", ":")).encode() + b"\n")
    while time.process_time() <= until and (letter := next(letters, None)) is not None:
        said.add(letter)
    said.flush()
    inked = _rendered(renderer.unmeasured(), renderer, said)
    while time.process_time() <= until and next(inked, None) is not None:
        pass
    coverage = renderer.inks.mean()
    return {"coverage": coverage and astuple(coverage), "rendered": renderer.inks.pages, "opens": renderer.opens}


def _letters(document: pikepdf.Pdf, renderer: Renderer, said: _Said) -> Iterator[int]:
    """Judge each page: by its objects where they clear it, else by rendering it."""
    neutral = Neutral()
    form = document.Root.get("/AcroForm")
    unfinished = isinstance(form, pikepdf.Dictionary) and bool(form.get("/NeedAppearances", False))
    for index, page in enumerate(document.pages):
        marks = marks_on(page.obj, neutral, unfinished=unfinished)
        if not marks.drawn and neutral.clears(page.obj):
            letter = MONO
        else:
            # Rendering may be the end of this process: what waits goes out before it.
            said.flush()
            letter = renderer.judge(index, fields=marks.fields and not marks.unprinted)
        yield _doubted(letter, marks)


def _rendered(pages: Iterable[int], renderer: Renderer, said: _Said) -> Iterator[int]:
    for index in pages:
        said.flush()
        yield renderer.judge(index)


def _doubted(letter: int, marks: Marks) -> int:
    """Weaken a judgement by what renderers draw differently, which can only add colour."""
    if letter not in {MONO, MONO_DOUBTED} or not (marks.doubted or (marks.fields and marks.unprinted)):
        return letter
    return COLOR_DOUBTED if marks.named else MONO_DOUBTED


def _written_anew(document: pikepdf.Pdf) -> bytes:
    copy = io.BytesIO()
    document.save(copy, encryption=False)
    return copy.getvalue()
