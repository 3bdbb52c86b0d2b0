"""Count a picture, or the pages of a TIFF: the task `count-image`; colour and ink by their pixels.

A page is the sheet it is laid on when nothing else is asked for: see `pdl.image_sheet`.
"""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from pdl.errors import DocumentRejected
from pdl.image_colour import Look
from pdl.image_open import GRAY_MODES, MOST_PIXELS_DECODED, from_start, load, opened
from pdl.image_sheet import share_of_sheet, sheet_of
from pdl.image_tiff import TiffPage, holds_copies, page_picture, tiff_pages
from pdl.media import A4, media_for
from pdl.report import WHOLE_PAGE, Basis, Certainty, Confidence, Coverage
from pdl.source import Source, open_source
from pdl.tally import PageFacts, Tally

TIFF = "image/tiff"
# So many gray pages of a TIFF are decoded to see their ink; their colour needs no look.
GRAY_PAGES_DECODED = 32
# Colours are looked for as long as this takes; what is left is unknown. Well below what a child may take.
SECONDS_OF_LOOKING = 12.0

_PIXELS = "pixels of the picture"
_ONE = "one picture is one page"
_ASKED_FOR_ELSEWHERE = "a picture cannot ask for it"


def count(source: Source, arguments: Mapping[str, Any], _emit: object) -> dict[str, Any]:
    """Count a picture; DocumentRejected when it is damaged or larger than any picture, LimitReached."""
    tally, inks = Tally(arguments["pages"]), _Inks()
    sure: Certainty = "exact"
    if arguments["format"] == TIFF:
        pages, color, words = "directories of the file", _tiff(source, tally, inks), "resolution of each page, else A4"
        if holds_copies(from_start(source)):
            # Some programs print these, too.
            pages, sure = "directories of the file, without smaller copies and masks", "estimated"
    else:
        pages, color, words = _ONE, _picture(source, tally, inks), "A4 unless another sheet is asked for"
    coverage = inks.mean()
    return tally.report(
        arguments["format"],
        confidence=Confidence(sure, color, "exact", "exact", "estimated", "estimated" if coverage else "unknown"),
        basis=Basis(
            pages=pages,
            color=_PIXELS if color == "exact" else inks.why,
            copies=_ASKED_FOR_ELSEWHERE,
            sides=_ASKED_FOR_ELSEWHERE,
            media=words,
            coverage="pixels, as the picture is laid on its sheet" if coverage else inks.why,
        ),
        coverage=coverage,
    ).to_json()


class _Inks:
    """Ink of the pages that were decoded, and why others were not."""

    def __init__(self) -> None:
        self.why = ""
        self.guessed = False  # whether a page was taken for coloured by what it says of itself
        self._total = np.zeros(4)
        self._pages = 0

    def add(self, ink: tuple[float, float, float, float]) -> None:
        self._total += np.array(ink)
        self._pages += 1

    def mean(self) -> Coverage | None:
        if not self._pages:
            return None
        return Coverage(*(min(WHOLE_PAGE, round(float(share))) for share in self._total / self._pages))


def _picture(source: Source, tally: Tally, inks: _Inks) -> Certainty:
    """Count a picture of one page; how sure its colour is."""
    certainty: Certainty = "exact"
    color: bool | None = False
    with opened(open_source(from_start(source))) as picture:
        size = picture.size
        if size[0] * size[1] > MOST_PIXELS_DECODED:
            certainty = _shrunk(picture, inks)
        if certainty == "unknown":
            color = None
        elif certainty == "estimated" or size[0] * size[1] <= MOST_PIXELS_DECODED:
            load(picture)
            look = Look(picture)
            color = look.color
            inks.add(look.ink(share_of_sheet(size, A4)))
    tally.add(PageFacts(media_for(*A4), color=color))
    return certainty


def _shrunk(picture: Image.Image, inks: _Inks) -> Certainty:
    """Say how sure the colour of a very large picture can be; a JPEG is decoded at an eighth."""
    inks.why = f"the picture has more than {MOST_PIXELS_DECODED // 1_000_000} million pixels"
    if picture.format in {"JPEG", "MPO"}:
        picture.draft(picture.mode, (picture.width // 8, picture.height // 8))
        inks.why += ": an eighth of them were looked at"
        return "estimated"
    return "exact" if picture.mode in GRAY_MODES else "unknown"


def _tiff(source: Source, tally: Tally, inks: _Inks) -> Certainty:
    """Count the pages of a TIFF; how sure their colours are."""
    started, gray = time.process_time(), 0
    for page in tiff_pages(from_start(source)):
        sheet = sheet_of(page)
        late = time.process_time() - started > SECONDS_OF_LOOKING
        gray += page.is_gray
        if not page.pieces:
            raise DocumentRejected("The TIFF picture is damaged: one of its pages has no pixels.")
        color: bool | None = False
        if page.width * page.height > MOST_PIXELS_DECODED or late or (page.is_gray and gray > GRAY_PAGES_DECODED):
            color = False if page.is_gray else None
            inks.why = "the pictures have too many pixels to look at all of them"
        else:
            color = _tiff_color(page, sheet, inks)
        tally.add(PageFacts(media_for(*(sheet or A4)), color=color))
    if tally.unknown:
        return "unknown"
    return "estimated" if inks.guessed else "exact"


def _tiff_color(page: TiffPage, sheet: tuple[int, int] | None, inks: _Inks) -> bool:
    """Whether one page has colour; where nothing here decodes it, whether it is stored as if it had."""
    picture = page_picture(page)
    if picture is None:
        inks.why = "the pixels are packed in a way that is not read here: taken for coloured as they are stored so"
        inks.guessed = inks.guessed or not page.is_gray
        return not page.is_gray
    load(picture)
    look = Look(picture)
    inks.add(look.ink(1.0 if sheet else share_of_sheet((page.width, page.height), A4)))
    return look.color
