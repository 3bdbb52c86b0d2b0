"""Which pages of a PDF have colour, and how much ink they take: rendered as for print at 36 dpi.

A page has colour when the channels of a pixel lie 16 steps of 256 or more apart. Near that border it is rendered once
more, finer.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2
import pypdfium2.raw

from pdl.gray import COLOR_THRESHOLD, brightest, darkest
from pdl.pdf_coverage import Inks
from pdl.pdf_judgement import COLOR, COLOR_DOUBTED, MONO, MONO_DOUBTED, UNJUDGED
from pdl.source import Source, open_source

SCALE, FINER_SCALE = 36 / 72, 72 / 72
LONGEST_SIDE, FINER_LONGEST_SIDE = 2000, 4000
# Between these renderers disagree. What conversion between colour spaces makes of gray stays below: black ink becomes
# (35, 31, 32).
DOUBT_FROM, DOUBT_TO = 5, 32

Pixels = npt.NDArray[np.uint8]


class Renderer:
    """One document in the renderer, opened when it is needed; `inked` are the pages (from 0) to measure.

    `pages` is how many it must have; where the renderer finds another number it gets a copy from `repair`.
    """

    def __init__(self, source: Source, pages: int, inked: Iterable[int], repair: Callable[[], bytes]) -> None:
        self.inks = Inks()
        self._source = source
        self._pages = pages
        self._repair = repair
        self._inked = set(inked)
        self._documents: dict[bool, pypdfium2.PdfDocument | None] = {}

    def judge(self, index: int, *, fields: bool = False) -> int:
        """Render page `index` (from 0), with its form `fields` if so told, and look: one of pdl.pdf_judgement."""
        try:
            letter = self._judged(index, fields=False)
            if not fields or letter == COLOR:
                return letter
            # What fields alone show is not seen by all: some renderers leave them to the program around them.
            with_fields = self._judged(index, fields=True)
        except (pypdfium2.PdfiumError, ValueError, IndexError):
            return UNJUDGED
        return with_fields if with_fields == letter else _DOUBTED[with_fields]

    @property
    def opens(self) -> bool:
        """Whether the renderer could open the document, as far as it was asked to."""
        return None not in self._documents.values()

    def unmeasured(self) -> list[int]:
        """Pages to measure that were not rendered so far."""
        return sorted(self._inked)

    def _judged(self, index: int, *, fields: bool) -> int:
        pixels = self._draw(index, fields=fields)
        spread = self._measure(pixels, index)
        if not DOUBT_FROM <= spread < DOUBT_TO:
            return COLOR if spread >= COLOR_THRESHOLD else MONO
        finer = self._measure(self._draw(index, fields=fields, finer=True), index)
        # What only the finer look shows (a gray picture of coloured dots) is not seen by all.
        if finer >= DOUBT_TO and spread >= COLOR_THRESHOLD:
            return COLOR
        return COLOR_DOUBTED if finer >= COLOR_THRESHOLD else MONO_DOUBTED

    def _draw(self, index: int, *, fields: bool, finer: bool = False) -> Pixels:
        page = self._opened(fields=fields)[index]
        try:
            return draw(page, fields=fields, finer=finer)
        finally:
            page.close()

    def _measure(self, pixels: Pixels, index: int) -> int:
        """How far apart the channels of a pixel lie at most; the page's ink is added up if it is wanted."""
        inked = index in self._inked
        self._inked.discard(index)
        blue, green, red = (pixels[:, :, channel] for channel in range(3))
        # Most pages are gray: seen at once, and with a third of the work.
        if np.array_equal(blue, green) and np.array_equal(green, red):
            if inked:
                self.inks.add_gray(red)
            return 0
        high = brightest(red, green, blue)
        if inked:
            self.inks.add(red, green, blue, high)
        return int((high - darkest(red, green, blue)).max(initial=0))

    def _opened(self, *, fields: bool) -> pypdfium2.PdfDocument:
        """Open the document, once with form fields and once without; PdfiumError."""
        if fields not in self._documents:
            self._documents[fields] = self._open(fields=fields)
        found = self._documents[fields]
        if found is None:
            raise pypdfium2.PdfiumError("the renderer cannot open it")  # type: ignore[no-untyped-call]
        return found

    def _open(self, *, fields: bool) -> pypdfium2.PdfDocument | None:
        for attempt in (lambda: open_source(self._source), self._repair):
            try:
                document = opened_by_renderer(attempt(), fields=fields)
            except pypdfium2.PdfiumError:
                continue
            # The renderer believes /Count, whatever the page tree says.
            if len(document) == self._pages:
                return document
        return None


_DOUBTED = {
    MONO: MONO_DOUBTED,
    MONO_DOUBTED: MONO_DOUBTED,
    COLOR: COLOR_DOUBTED,
    COLOR_DOUBTED: COLOR_DOUBTED,
    UNJUDGED: UNJUDGED,
}


def opened_by_renderer(document: Any, *, fields: bool = False) -> pypdfium2.PdfDocument:
    """Open a file or bytes, perhaps ready to draw form fields; PdfiumError."""
    opened = pypdfium2.PdfDocument(document)  # type: ignore[no-untyped-call]
    if fields:
        opened.init_forms()  # type: ignore[no-untyped-call]
        if opened.formenv is not None:
            # On the screen fields are highlighted in blue, on paper they are not.
            pypdfium2.raw.FPDF_SetFormFieldHighlightAlpha(opened.formenv, 0)  # type: ignore[attr-defined]
    return opened


def draw(page: pypdfium2.PdfPage, *, fields: bool = False, finer: bool = False) -> Pixels:
    """Render the page as it prints: rows of blue, green, red."""
    width, height = page.get_size()  # type: ignore[no-untyped-call]
    scale, longest = (FINER_SCALE, FINER_LONGEST_SIDE) if finer else (SCALE, LONGEST_SIDE)
    scale = min(scale, longest / max(width, height, 1.0))
    options: dict[str, Any] = {"may_draw_forms": fields, "optimize_mode": "print"}
    if fields:
        # Without an alpha channel the text of fields gets the coloured edges of a liquid crystal screen.
        options["force_bitmap_format"] = pypdfium2.raw.FPDFBitmap_BGRA  # type: ignore[attr-defined]
    bitmap = page.render(scale=scale, **options)  # type: ignore[no-untyped-call]
    pixels: Pixels = bitmap.to_numpy()
    return pixels
