"""What scripts/prove_fuzz.py lets loose on: each target takes bytes, and raises what is nobody's to expect."""

import asyncio
import contextlib
import importlib
import json
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

import fuzz_seeds

PAGES = fuzz_seeds.PAGES

Target = Callable[[bytes], object]

# The tasks of the sandbox that read what came from outside. What pictures and fonts are read with is other people's
# work; here it is our use of it that is tried.
PREFIXES = (
    "arrange-", "colour-", "count-", "cups-raster-to-", "declared-", "image-to-", "inspect-", "preview-", "raster-to-",
    "rewrite-", "text-to-", "unpack",
)  # fmt: skip


def names() -> list[str]:
    """Name what can be fuzzed."""
    from pdl.tasks import TASKS

    return [*_OWN, *(name for name in TASKS if name.startswith(PREFIXES))]


def target(name: str) -> Target:
    """Make the function that takes one input."""
    from pdl.errors import PdlError
    from pdl.tasks import TASKS

    if name in _OWN:
        return _OWN[name]()
    module, _, function = TASKS[name].partition(":")
    task = getattr(importlib.import_module(module), function)
    return _but(lambda data: _run(task, data), PdlError)


def _but(action: Target, *expected: type[Exception]) -> Target:
    def run(data: bytes) -> None:
        with contextlib.suppress(*expected):
            action(data)

    return run


def _run(task: Callable[..., object], data: bytes) -> None:
    from pdl.formats import sniff
    from pdl.source import BytesSource

    # One byte of the document decides what is asked for besides.
    odd = len(data) & 1
    arguments = {
        "format": sniff(data), "pages": PAGES, "seconds": 10.0, "media": None, "scaling": "auto", "two_sided": True,
        "copies": 2, "sides": "two-sided-long-edge", "monochrome": True, "page_ranges": [[1, 2]] if odd else [],
        "page": 1 + odd, "width": 100, "number_up": 2,
    }  # fmt: skip
    task(BytesSource(data), arguments, lambda _: None)


# Our own functions, which are no tasks


def _sniff() -> Target:
    from pdl.formats import sniff, sniff_language

    return lambda data: (sniff(data), sniff_language(data))


def _ipp() -> Target:
    from ipp.codec import decode
    from ipp.errors import BadMessage

    return _but(decode, BadMessage)


def _pages(module: str, function: str) -> Callable[[], Target]:
    def make() -> Target:
        from pdl.errors import PdlError
        from pdl.source import BytesSource
        from pdl.stream_defaults import Defaults
        from pdl.tally import Tally
        from pdl.window import Window

        pages = getattr(importlib.import_module(module), function)
        return _but(lambda data: Tally(PAGES).extend(pages(Window(BytesSource(data)), Defaults())), PdlError)

    return make


def _pjl() -> Target:
    from pdl.errors import PdlError
    from pdl.pjl import Pjl, prescribed, subject
    from pdl.source import BytesSource
    from pdl.stream_walk import LANGUAGE, end_of, heard, walk
    from pdl.window import Window

    def run(data: bytes) -> None:
        pjl, source = Pjl(), BytesSource(data)
        window = Window(source)
        for event in walk(window, pjl):
            settings = pjl.settings()
            if event.kind == LANGUAGE:
                window.seek(end_of(heard(window, settings.language), source, event.start))
            subject(event.text)
            prescribed(event.text)

    return _but(run, PdlError)


def _svg() -> Target:
    from pdl.svg_size import sheet_of_svg

    return sheet_of_svg


def _json(data: bytes) -> Any:
    # As the sandbox itself reads an answer.
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _report() -> Target:
    from pdl.report import Report

    def run(data: bytes) -> None:
        report = Report.from_json(_json(data))
        assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report
        if (report.pages or 0) <= PAGES:
            report.describe()

    return _but(run, ValueError)


def _answer(module: str) -> Callable[[], Target]:
    """Let a way of inspecting hear this from its child: what it emits, a zero byte, its answer."""

    def make() -> Target:
        from pdl.errors import PdlError
        from pdl.inspection import Inspection
        from pdl.limits import Limits
        from pdl.report import Report
        from pdl.source import BytesSource

        inspect = importlib.import_module(module).inspect

        class Liar:
            """Answers as the input has it."""

            def __init__(self, data: bytes) -> None:
                self.head, _, self.answer = data.partition(b"\0")

            async def run(self, *_: Any, sink: Callable[[bytes], Any] | None = None, **__: Any) -> Mapping[str, Any]:
                if sink and self.head:
                    await sink(self.head)
                return dict(_json(self.answer))

        async def within(_: Any) -> Report:
            return Report.from_json(json.loads(fuzz_seeds.report_of(fuzz_seeds.PDF)))

        def run(data: bytes) -> None:
            liar: Any = Liar(data)
            scratch: Any = None
            document, limits = BytesSource(b"%!PS (a) show showpage" * 99), Limits(pages=PAGES)
            looking = Inspection(
                document, fuzz_seeds.PDF, "count-stream", liar, limits, scratch, AsyncExitStack(), within
            )
            asyncio.run(inspect(looking))

        return _but(run, PdlError)

    return make


def _xps_page() -> Target:
    from tests.pdl import xps_documents as xps

    def packed(data: bytes) -> bytes:
        markup, _, ticket = data.partition(b"\0")
        made = xps.parts([[xps.page("\0"), xps.page()]])
        made["Documents/1/Pages/1.fpage"] = markup
        xps.with_ticket(made, "Documents/1/Fixed.fdoc", "")
        made["Metadata/Fixed.fdoc_PT.xml"] = ticket
        return xps.package(made, 0)

    count, colour = target("count-xps"), target("colour-xps")
    return lambda data: (count(packed(data)), colour(packed(data)))


def _pdf_content() -> Target:
    from tests.pdl import pages

    inspect = target("inspect-pdf")
    return lambda data: inspect(pages.pdf(data, data))


_OWN: dict[str, Callable[[], Target]] = {
    "sniff": _sniff,
    "ipp": _ipp,
    "report": _report,
    "answer-stream": _answer("pdl.inspect_stream"),
    "answer-pdf": _answer("pdl.inspect_pdf"),
    "pjl": _pjl,
    "pcl5": _pages("pdl.pcl5.count", "pages"),
    "pcl5-plots": _pages("pdl.pcl5.count", "plots"),
    "pclxl": _pages("pdl.pclxl_count", "pages"),
    "svg-size": _svg,
    "xps-page": _xps_page,
    "pdf-content": _pdf_content,
}
