"""What printing costs: integers of the currency's smallest unit, per impression and per sheet. No I/O.

An *extent* says what of a document goes onto paper: which impressions, in which order, on how many sheets. The price of
a whole job, and of a job that stopped half way, are both read from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

CURRENCY_DIGITS: Final = {
    "EUR": 2,
    "USD": 2,
    "GBP": 2,
    "CHF": 2,
    "CAD": 2,
    "SEK": 2,
    "NOK": 2,
    "DKK": 2,
    "JPY": 0,
    "TND": 3,
}


@dataclass(frozen=True, slots=True)
class Price:
    """What one impression and one sheet cost, in the currency's smallest unit."""

    mono: int = 0
    color: int = 0
    sheet: int = 0

    def of(self, impressions: int, color: int, sheets: int) -> int:
        """The price of so many impressions, of which `color` are coloured, on so many sheets."""
        return (impressions - color) * self.mono + color * self.color + sheets * self.sheet


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a job: impressions, how many of them are coloured, and sheets."""

    impressions: int
    color: int
    sheets: int

    def cost(self, price: Price) -> int:
        """What it costs."""
        return price.of(self.impressions, self.color, self.sheets)


@dataclass(frozen=True)
class Extent:
    """What a job puts onto paper: for each page in order whether it is coloured, how often, on how many sides."""

    pages: tuple[bool, ...]
    copies: int
    two_sided: bool
    counted: tuple[int, int, int] | None = None
    """Impressions, sheets, and impressions in colour, of a document whose pages say themselves how often they come."""
    begun: tuple[int, ...] = ()
    """For each number of impressions of a copy, from 0, on how many sheets they lie; () where every side is printed."""

    @property
    def impressions(self) -> int:
        """Sides with something on them: pages times copies (RFC 8011 section 5.3.18.2)."""
        return self.counted[0] if self.counted else len(self.pages) * self.copies

    @property
    def color(self) -> int:
        """How many impressions are coloured."""
        return self.counted[2] if self.counted else sum(self.pages) * self.copies

    @property
    def sheets(self) -> int:
        """Sheets of paper; each copy begins on a new one."""
        return self.counted[1] if self.counted else self.copies * self._sheets_of(len(self.pages))

    def cost(self, price: Price) -> int:
        """What the whole of it costs."""
        return price.of(self.impressions, self.color, self.sheets)

    def first(self, impressions: int) -> "Part":
        """What the first so many impressions are made of, copy after copy: a job given up half way pays the half."""
        wanted = max(0, min(impressions, self.impressions))
        if wanted == self.impressions:
            return Part(wanted, self.color, self.sheets)
        whole, rest = divmod(wanted, len(self.pages)) if self.pages else (0, 0)
        color = whole * sum(self.pages) + sum(self.pages[:rest])
        return Part(wanted, color, whole * self._sheets_of(len(self.pages)) + self._sheets_of(rest))

    def _sheets_of(self, pages: int) -> int:
        if self.begun:
            return self.begun[pages]
        return (pages + 1) // 2 if self.two_sided else pages


def extent(
    pages: int,
    color_pages: Sequence[int],
    *,
    ranges: Sequence[tuple[int, int]] = (),
    copies: int = 1,
    two_sided: bool = False,
    monochrome: bool = False,
    number_up: int = 1,
) -> Extent:
    """Say what comes out of a document of so many pages, `number_up` of them on a side; they count from 1."""
    colored = frozenset() if monochrome else frozenset(color_pages)
    wanted = ranges or ((1, pages),)
    chosen = [page for first, last in wanted for page in range(first, min(last, pages) + 1)]
    sides = (chosen[first : first + number_up] for first in range(0, len(chosen), number_up))
    return Extent(tuple(not colored.isdisjoint(side) for side in sides), copies, two_sided)


def extent_of_sides(sides: Sequence[bool | None], *, copies: int = 1, two_sided: bool = False) -> Extent:
    """Say what comes out where sides are blank: for each whether it is coloured, None for a blank one.

    Blank sides are no impressions; blank sheets are sheets, paid for with the impression after them, else the last.
    """
    each = 2 if two_sided else 1
    pages = tuple(side for side in sides if side is not None)
    begun = [0, *(place // each + 1 for place, side in enumerate(sides) if side is not None)]
    if pages:
        begun[-1] = -(-len(sides) // each)
    return Extent(pages, copies, two_sided, begun=tuple(begun))
