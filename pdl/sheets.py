"""Which pages come on which side of which sheet (RFC 8011 section 5.2, PWG 5100.3, PWG 5100.6). Pure rules.

What is printed and what is charged are both worked out here, so that they agree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import NamedTuple

from pdl.errors import DocumentRejected, LimitReached
from pdl.overrides import PLAIN, Look, Page, pages_of
from pdl.wishes import NEW_SHEET, UNCOLLATED, Cover, Insert, Media, Ranges, SheetWishes

ONE_SIDED = "one-sided"
MOST_SHEETS = 20_000

_TOO_MUCH = f"The document makes more than {MOST_SHEETS} sheets. Print less at once."

# cover-type: how many sides with pages of the document the cover has, front and back.
_COVERS = {"print-front": (1, 0), "print-back": (0, 1), "print-both": (1, 1)}


@dataclass(frozen=True, slots=True)
class Side:
    """A side of a sheet: the pages on it, as places in the document (from 0), None for an empty cell; () is blank.

    `flipped` is one whose head is where the device expects its foot; `folded` is one of a booklet.
    """

    pages: tuple[int | None, ...] = ()
    look: Look = PLAIN
    flipped: bool = False
    folded: bool = False


class _Group(NamedTuple):
    """The pages of one side, and whether it begins a sheet."""

    pages: tuple[Page, ...]
    begins: bool

    def side(self) -> Side:
        return Side(tuple(page.place for page in self.pages), self.pages[0].look)


class _Sheet(NamedTuple):
    """A sheet, and the lowest and the highest number of a page on it."""

    front: Side
    back: Side | None = None
    first: int = 0
    last: int = 0


def lay(
    count: int, *, page_ranges: Ranges = (), number_up: int = 1, sides: str = ONE_SIDED, wishes: SheetWishes
) -> list[Side]:
    """Say what the sides are of a document of `count` pages, in the order in which the device prints them.

    Where it prints on both sides of sheets every second one is a back; the last back is left out if it is blank.
    Raises DocumentRejected when there is no page to print, LimitReached for more sides than anybody prints.
    """
    most_up = max(2 if wishes.booklet else 1, number_up, *(one.number_up or 1 for one in wishes.overrides))
    if count > 2 * most_up * MOST_SHEETS and not page_ranges:
        raise LimitReached(_TOO_MUCH)
    found = pages_of(count, page_ranges, wishes)
    if not found:
        if count:
            raise DocumentRejected(f"The document has {count} pages, and none of those asked for. Choose other pages.")
        raise DocumentRejected("The document has no pages to print.")
    laying = _Laying(sides, number_up, wishes, frozenset(wishes.force_front))
    sets = [laying.sheets(pages) for pages in found]
    if sum(map(len, sets)) * wishes.copies > MOST_SHEETS:
        raise LimitReached(_TOO_MUCH)
    ordered = list(_separated(_copied(sets, wishes), wishes))
    if wishes.reverse:
        ordered.reverse()
    return laying.sides(ordered)


def _copied(sets: Sequence[list[_Sheet]], wishes: SheetWishes) -> list[list[_Sheet]]:
    """Put the sets of a job in order: each document's copies together, or each copy of all documents."""
    if wishes.handling == UNCOLLATED:
        return [one for one in sets for _ in range(wishes.copies)]
    return [one for _ in range(wishes.copies) for one in sets]


def _separated(sets: Sequence[list[_Sheet]], wishes: SheetWishes) -> Iterator[_Sheet]:
    """Yield the sheets of all sets with the separator sheets before, after and between them."""
    kinds = frozenset(wishes.separator.kinds) if wishes.separator else frozenset()
    empty = _empty(wishes.separator.media if wishes.separator else None)
    for number, sheets in enumerate(sets):
        if kinds & {"start-sheet", "both-sheets"}:
            yield empty
        yield from sheets
        if kinds & {"end-sheet", "both-sheets"}:
            yield empty
        if "slip-sheets" in kinds and number + 1 < len(sets):
            yield empty


def _empty(media: Media | None) -> _Sheet:
    return _Sheet(Side((), Look(media=media)))


@dataclass(frozen=True, slots=True)
class _Laying:
    """Lays pages on the sides of sheets."""

    device_sides: str
    number_up: int
    wishes: SheetWishes
    fronts: frozenset[int]

    @property
    def two_sided(self) -> bool:
        return self.device_sides != ONE_SIDED

    def sides(self, sheets: Sequence[_Sheet]) -> list[Side]:
        """Put the sides of sheets in a row."""
        if not self.two_sided:
            return [sheet.front for sheet in sheets]
        row = list(chain.from_iterable((sheet.front, sheet.back or Side((), sheet.front.look)) for sheet in sheets))
        return row if sheets[-1].back is not None else row[:-1]

    def sheets(self, pages: Sequence[Page]) -> list[_Sheet]:
        """Make the sheets of one document, or of all as one."""
        wishes = self.wishes
        if wishes.booklet and self.two_sided:
            return _booklet(pages)
        groups = list(self._groups(pages))
        front, before = self._cover(wishes.cover_front, groups, 0)
        back, after = self._cover(wishes.cover_back, groups, -1)
        return [*front, *_inserted([*before, *self._paired(groups), *after], wishes.inserts), *back]

    def _groups(self, pages: Sequence[Page]) -> Iterator[_Group]:
        """Yield the pages of each side."""
        group: list[Page] = []
        begins = True
        for place, page in enumerate(pages):
            new = self._begins(page, pages[place - 1] if place else None)
            most = page.look.number_up or self.number_up
            if group and (new or len(group) >= most or not _alike(page.look, group[0].look)):
                yield _Group(tuple(group), begins)
                group, begins = [], new
            group.append(page)
        if group:
            yield _Group(tuple(group), begins)

    def _begins(self, page: Page, before: Page | None) -> bool:
        """Whether the page begins a sheet, where `before` is the one before it."""
        wishes = self.wishes
        if before is None or page.number in self.fronts:
            return True
        if wishes.pages_per_set and (page.number - 1) % wishes.pages_per_set == 0:
            return True
        if wishes.handling == NEW_SHEET and page.piece != before.piece:
            return True
        return any(before.number <= insert.after < page.number for insert in wishes.inserts)

    def _cover(self, cover: Cover | None, groups: list[_Group], end: int) -> tuple[list[_Sheet], list[_Sheet]]:
        """Take the sides of a cover from one end of `groups`: the cover if it is empty, or if it is printed on."""
        if cover is None or cover.kind == "no-cover":
            return [], []
        front, back = _COVERS.get(cover.kind, (0, 0)) if self.two_sided else (1, 0)
        if cover.kind == "print-none" or not groups:
            return [_empty(cover.media)], []
        taken = [groups.pop(end) for _ in range(min(front + back, len(groups)))]
        taken = taken if end == 0 else taken[::-1]
        numbers = [page.number for group in taken for page in group.pages]
        # One sheet has one medium, whatever was asked for its pages.
        media = cover.media or taken[0].pages[0].look.media
        made = [replace(side, look=side.look._replace(media=media)) for side in (group.side() for group in taken)]
        blank = Side((), Look(media=media))
        sides = ([] if front else [blank]) + made
        return [], [_Sheet(sides[0], sides[1] if len(sides) > 1 else None, min(numbers), max(numbers))]

    def _paired(self, groups: Sequence[_Group]) -> Iterator[_Sheet]:
        """Yield the sheets that the sides make."""
        waiting: _Group | None = None
        for group in groups:
            if waiting and self._shares(waiting, group):
                side = replace(group.side(), flipped=self._edge(group) not in {self.device_sides, ONE_SIDED})
                yield _Sheet(waiting.side(), side, waiting.pages[0].number, group.pages[-1].number)
                waiting = None
                continue
            if waiting:
                yield _Sheet(waiting.side(), None, waiting.pages[0].number, waiting.pages[-1].number)
            waiting = group
        if waiting:
            yield _Sheet(waiting.side(), None, waiting.pages[0].number, waiting.pages[-1].number)

    def _shares(self, front: _Group, back: _Group) -> bool:
        """Whether two sides come on one sheet."""
        edges = {self._edge(front), self._edge(back)}
        media = front.pages[0].look.media == back.pages[0].look.media
        return self.two_sided and not back.begins and media and len(edges) == 1 and ONE_SIDED not in edges

    def _edge(self, group: _Group) -> str:
        """Which sides of their sheets the pages are wanted on."""
        return group.pages[0].look.sides or (ONE_SIDED if self.wishes.one_sided else self.device_sides)


def _alike(one: Look, other: Look) -> bool:
    """Whether pages can stand on one side. Colour they have each for itself."""
    return one._replace(color_mode=None) == other._replace(color_mode=None)


def _inserted(sheets: Sequence[_Sheet], inserts: Sequence[Insert]) -> Iterator[_Sheet]:
    """Yield the sheets with the empty ones that are wanted after pages."""
    before = 0
    for sheet in sheets:
        yield from _wanted(inserts, before, sheet.first)
        yield sheet
        before = sheet.last
    yield from _wanted(inserts, before, before + 1)


def _wanted(inserts: Sequence[Insert], lower: int, upper: int) -> Iterator[_Sheet]:
    for insert in inserts:
        if lower <= insert.after < upper:
            yield from repeat(_empty(insert.media), insert.sheets)


def _booklet(pages: Sequence[Page]) -> list[_Sheet]:
    """Put two pages on a side so that the sheets, folded as one, make a booklet."""
    cells: list[int | None] = [page.place for page in pages]
    cells += [None] * (-len(cells) % 4)
    sheets = []
    for left in range(0, len(cells) // 2, 2):
        right = len(cells) - 1 - left
        front = Side((cells[right], cells[left]), folded=True)
        sheets.append(_Sheet(front, Side((cells[left + 1], cells[right - 1]), folded=True)))
    return sheets
