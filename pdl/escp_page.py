"""What an ESC/P printer does with its paper: where the head stands, when a sheet leaves, which inks it has taken.

Lengths are counted in 43200ths of an inch, which all units of the language divide (1/72, 1/180, 1/216, 1/360, 1/1440,
1/2880 and the 3600ths of ESC ( U).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pdl.media import UNKNOWN_SIZE, Media, media_for
from pdl.tally import PageFacts, Tally

INCH = 43200
Shape = npt.NDArray[np.float64]
# A printer that is told no page length takes this one; sheets are not longer than that unless it is told so.
DEFAULT_LENGTH = 11 * INCH
LONGEST_SHEET = 14 * INCH + INCH // 4
# Inks are compared over bands of the page so high.
BAND = INCH // 4
MOST_BANDS = 400
# Inks that amount to less than this share of the largest cannot mix with it to gray; light inks take more dots for the
# same tone. Below the last share there is no doubt.
GRAY_SHARE = 0.7
GRAY_SHARE_OF_LIGHT = 0.4
BARE_SHARE = 0.05
# The inks' rows of nozzles lie apart by up to so many bands; shapes that differ by this share of the dots are a colour.
MOST_SHIFT = 5
SHAPE_SHARE = 0.2

# ESC r and the low bits of ESC ( r and ESC i: which of cyan, magenta, yellow a colour takes; none for black.
INKS = {0: (), 1: (1,), 2: (0,), 3: (0, 1), 4: (2,), 5: (1, 2), 6: (0, 2)}

LIGHT = 0x10

# Sheets by the length of the page: the width is never said but with ESC ( S. (Letter, Legal, A4, A3, A5, B5.)
_SHEETS = [(21590, 27940), (21590, 35560), (21000, 29700), (29700, 42000), (14800, 21000), (18200, 25700)]
_SHEET_TOLERANCE = 60
LONGEST_OVERSPRAY = 1200


@dataclass(slots=True)
class Certain:
    """How sure the counts are: turned off by what may be counted in two ways, with the reason."""

    pages: bool = True
    color: bool = True
    reason: str = "form feeds"


class Paper:
    """Takes marks and feeds, and counts the pages that leave."""

    def __init__(self, limit: int) -> None:
        self.tally = Tally(limit)
        self.certain = Certain()
        self.length: int | None = None
        self.sheet: tuple[int, int] | None = None
        self.position = 0
        self._fed = False  # whether any page has left by a form feed
        self._marked = False
        self._lowest = 0  # mark of the page
        self._color = False
        self._light = False
        self._dots = np.zeros((3, MOST_BANDS))

    def feed(self, amount: int) -> None:
        """Move the paper on, or back a little; never before the top of the page."""
        self.position = max(0, min(self.position + amount, 1000 * INCH))

    def mark(self) -> None:
        """Print something in black here."""
        if self.length and self.position >= self.length:
            self._overflow()
        self._marked = True
        self._lowest = max(self._lowest, self.position)

    def mark_color(self, number: int, dots: int) -> None:
        """Print so many dots in a colour; 0 dots are no mark."""
        if not dots:
            return
        self.mark()
        inks = INKS.get(number & 7 if number < 0x40 else -1)
        if inks is None:
            self._color = True  # red, blue, orange, green inks: none mixes to gray
            return
        if number >= LIGHT:
            self._light = True
        for ink in inks:
            self._dots[ink, min(self.position // BAND, MOST_BANDS - 1)] += dots

    def eject(self) -> None:
        """Let the page leave, blank or not: a form feed."""
        self._fed = True
        self._leave(1 if self._lowest < LONGEST_SHEET else self._pages_of_length())
        self.position = 0

    def finish(self) -> None:
        """End the document: what is printed and was not ejected leaves too."""
        if self._marked:
            self._leave(1 if self._fed and self._lowest < LONGEST_SHEET else self._pages_of_length())

    def _overflow(self) -> None:
        assert self.length is not None
        # Paper that passes by unmarked is a page once something was printed on it.
        self.certain.pages = False
        self.certain.reason = "page length"
        if self._marked:
            self._leave(1)
        self.position %= self.length

    def _pages_of_length(self) -> int:
        if self.length:
            return 1
        return 1 + self._lowest // DEFAULT_LENGTH

    def _leave(self, pages: int) -> None:
        if pages > 1:
            self.certain.pages = False
            self.certain.reason = "a page length of 11 inches, which nothing in the document says"
        color = self._judge()
        for _ in range(pages):
            self.tally.add(PageFacts(self._media(), color=color))
        self._marked = self._color = self._light = False
        self._lowest = 0
        self._dots[:] = 0

    def _judge(self) -> bool:
        """Whether the page has colour: its inks have not the amounts, or not the places, of a gray mixed from them."""
        amounts = self._dots.sum(axis=1)
        if self._color or not amounts.any():
            return self._color
        least = amounts.min() / amounts.max()
        self.certain.color = self.certain.color and not self._light and bool(least < BARE_SHARE)
        if least < (GRAY_SHARE_OF_LIGHT if self._light else GRAY_SHARE):
            return True
        shapes = self._dots / amounts[:, None]
        return max(_apart(shapes[0], shapes[1]), _apart(shapes[0], shapes[2])) >= SHAPE_SHARE

    def _media(self) -> Media:
        if self.sheet:
            return media_of(*self.sheet)
        length = round((self.length or 0) * 2540 / INCH)
        found = next((size for size in _SHEETS if abs(size[1] - length) <= _SHEET_TOLERANCE), None)
        return media_for(*found) if found else UNKNOWN_SIZE


def media_of(width: int, length: int) -> Media:
    """Name the sheet of this size in 43200ths of an inch; of no known size when none is so large."""
    size = round(width * 2540 / INCH), round(length * 2540 / INCH)
    for sheet in _SHEETS:
        # Printing to the edges takes the sheet for longer than it is.
        if abs(size[0] - sheet[0]) <= _SHEET_TOLERANCE and 0 <= size[1] - sheet[1] <= LONGEST_OVERSPRAY:
            return media_for(*sheet)
    try:
        return media_for(*size)
    except ValueError:
        return UNKNOWN_SIZE


def _apart(one: Shape, other: Shape) -> float:
    """Share of the dots that lie elsewhere, once the rows of nozzles are brought together."""
    shifts = range(-MOST_SHIFT, MOST_SHIFT + 1)
    return min(float(np.abs(one - np.roll(other, shift)).sum()) / 2 for shift in shifts)
