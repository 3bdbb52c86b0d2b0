"""Which pages of a PDF have colour: the task `colour-pdf`, in a child of its own because renderers crash.

Pages that `pdl.pdf_neutral` cannot clear are rendered as for print at 36 dpi; a page has colour when the
channels of a pixel lie 16 steps of 256 or more apart. Each judgement is handed out as soon as it is made, so
that those before a crash are kept.
"""

import io
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pikepdf
import pypdfium2

from pdl.pdf import opened
from pdl.pdf_judgement import COLOR, MONO, TINTED, UNJUDGED
from pdl.pdf_neutral import Neutral
from pdl.source import Source, open_source

SCALE = 36 / 72
LONGEST_SIDE = 2000
COLOR_THRESHOLD = 16
# What conversion between colour spaces makes of gray stays below this: black ink becomes (35, 31, 32).
TINT_THRESHOLD = 5
BATCH = 256


def colour(source: Source, arguments: Mapping[str, Any], emit: Callable[[bytes], None]) -> dict[str, Any]:
    """Emit one letter for each page (MONO, COLOR, UNJUDGED) as long as `seconds` of processor time last."""
    until = time.process_time() + arguments["seconds"]
    with opened(source) as document:
        judge = Judge(source, document)
        said = Said(emit)
        for index, page in enumerate(document.pages):
            if time.process_time() > until:
                break
            if judge.clears(page.obj):
                said.add(MONO)
            else:
                said.flush()  # rendering may be the end of this process
                said.add(judge.renders(index))
        said.flush()
    return {}


class Said:
    """Judgements on their way out, a few at a time."""

    def __init__(self, emit: Callable[[bytes], None]) -> None:
        self._emit = emit
        self._waiting = bytearray()

    def add(self, letter: int) -> None:
        """Take the judgement of the next page."""
        self._waiting.append(letter)
        if len(self._waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Hand out what waits."""
        if self._waiting:
            self._emit(bytes(self._waiting))
            self._waiting = bytearray()


class Judge:
    """One document in both libraries; the renderer opens it only when it is needed."""

    def __init__(self, source: Source, document: pikepdf.Pdf) -> None:
        self._source = source
        self._document = document
        self._neutral = Neutral()
        self._rendered: pypdfium2.PdfDocument | None = None
        self._failed = False

    def clears(self, page: pikepdf.Object) -> bool:
        """Whether the page needs no rendering: it is gray."""
        return self._neutral.clears(page)

    def renders(self, index: int) -> int:
        """Render page `index` (from 0) and look: MONO, TINTED, COLOR, or UNJUDGED when it cannot be rendered."""
        if self._rendered is None and not self._failed:
            self._open()
        if self._rendered is None:
            return UNJUDGED
        try:
            page = self._rendered[index]
        except (pypdfium2.PdfiumError, IndexError):
            return UNJUDGED
        try:
            spread = channel_spread(page)
        except (pypdfium2.PdfiumError, ValueError):
            return UNJUDGED
        finally:
            page.close()
        return COLOR if spread >= COLOR_THRESHOLD else TINTED if spread >= TINT_THRESHOLD else MONO

    def _open(self) -> None:
        pages = len(self._document.pages)
        for attempt in (self._as_it_is, self._repaired):
            try:
                self._rendered = attempt()
            except pypdfium2.PdfiumError:
                continue
            # The renderer believes /Count: where the tree says otherwise it gets a copy put right.
            if len(self._rendered) == pages:
                return
            self._rendered = None
        self._failed = True

    def _as_it_is(self) -> pypdfium2.PdfDocument:
        return pypdfium2.PdfDocument(open_source(self._source))  # type: ignore[no-untyped-call]

    def _repaired(self) -> pypdfium2.PdfDocument:
        copy = io.BytesIO()
        self._document.save(copy, encryption=False)
        return pypdfium2.PdfDocument(copy.getvalue())  # type: ignore[no-untyped-call]


def channel_spread(page: pypdfium2.PdfPage) -> int:
    """Render the page as it prints, forms' screen highlights left out; how far apart channels lie at most."""
    width, height = page.get_size()  # type: ignore[no-untyped-call]
    scale = min(SCALE, LONGEST_SIDE / max(width, height, 1.0))
    options = {"may_draw_forms": False, "optimize_mode": "print"}
    bitmap = page.render(scale=scale, **options)  # type: ignore[no-untyped-call]
    pixels = bitmap.to_numpy()
    if pixels.ndim < 3 or pixels.shape[2] < 3:
        return 0
    # Channel by channel: a reduction over the last axis of three is ten times slower.
    first, second, third = pixels[:, :, 0], pixels[:, :, 1], pixels[:, :, 2]
    high = np.maximum(np.maximum(first, second), third)
    low = np.minimum(np.minimum(first, second), third)
    return int((high - low).max(initial=0))
