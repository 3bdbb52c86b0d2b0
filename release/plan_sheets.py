"""On which sheets and sides the pages of a job come, and what of it is paid. Rules only, no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, cast

from accounting.price import Extent, extent_of_sides
from devices.capabilities import Capabilities
from jobs.ticket import Ticket
from pdl.errors import PdlError
from pdl.overrides import MONOCHROME, gray_pages
from pdl.report import Report, Sides
from pdl.sheets import ONE_SIDED, Side, lay
from pdl.wishes import (
    COLLATED,
    NO_SHIFT,
    UNCOLLATED,
    Cover,
    Insert,
    Override,
    Ranges,
    Separator,
    SheetWishes,
    Shift,
    within,
)
from release.errors import CannotPrint

SHORT_EDGE: Final = "two-sided-short-edge"
_BOOKLETS: Final = frozenset({"booklet", "signature"})
_ON_BACKS: Final = frozenset({"print-back", "print-both"})
_REVERSED: Final = "reverse-order-face-down"


@dataclass(frozen=True)
class Sheets:
    """How pages come onto sheets: what the device is told of sides, and what is worked out here."""

    sides: Sides
    wishes: SheetWishes
    shift: Shift
    direction: str | None
    gray: Ranges
    """Pages that lose their colour while others keep it."""
    laid: tuple[Side, ...] | None
    """The sides of one copy; None where pages come one after the other, as many on each as the job says."""

    @property
    def changed(self) -> bool:
        """Whether pages come otherwise than they stand in the document."""
        plain = self.laid is None or all(
            side.pages == (place,) and not side.flipped and _plain(side) for place, side in enumerate(self.laid)
        )
        return not plain or self.shift != NO_SHIFT or bool(self.gray)

    @property
    def several_media(self) -> bool:
        """Whether sheets are of more than one size."""
        return bool(self.wishes.media)


def sheets_for(
    ticket: Ticket, report: Report, device: Capabilities, sides: Sides, *, copies: int, color: bool
) -> Sheets:
    """Work out the sheets of a job at a device that prints on these `sides`. Raises CannotPrint.

    `copies` are those of the job; `Sheets.wishes.copies` says how many of them are made here.
    """
    wishes = _wishes(ticket, report, copies)
    shift, direction = _shift(ticket), ticket.presentation_direction_number_up
    if wishes.plain:
        return Sheets(sides, wishes, shift, direction, (), None)
    if wishes.booklet:
        if SHORT_EDGE not in device.sides:
            raise CannotPrint("A booklet is printed on both sides, and this printer cannot. Choose another printer.")
        sides = SHORT_EDGE
    elif sides == ONE_SIDED:
        both = _both_sides(wishes, device)
        wishes, sides = (replace(wishes, one_sided=True), both) if both else (wishes, sides)
    try:
        laid = _laid(report.pages or 0, ticket.page_ranges, ticket.number_up, sides, wishes)
        gray = _gray(report, wishes) if color and wishes.overrides else ()
    except PdlError as error:
        raise CannotPrint(error.reason) from None
    return Sheets(sides, wishes, shift, direction, gray, laid)


def extent_on(sheets: Sheets, report: Report, copies: int, *, color: bool) -> Extent:
    """Say what is paid of sheets that were laid."""
    gray = {page for lower, upper in sheets.gray for page in range(lower, upper + 1)}
    colored = frozenset(report.color_pages) - gray if color else frozenset()
    flags = [
        any(place is not None and place + 1 in colored for place in side.pages) if side.pages else None
        for side in sheets.laid or ()
    ]
    return extent_of_sides(flags, copies=copies, two_sided=sheets.sides != ONE_SIDED)


def colored_anyway(ticket: Ticket) -> bool:
    """Whether some pages of a job without colour are wanted with theirs."""
    modes = [override.print_color_mode for override in _overrides(ticket)]
    return any(mode and mode not in MONOCHROME for mode in modes)


@lru_cache(maxsize=16)  # a job is planned again and again, for each device that is looked at
def _laid(pages: int, ranges: Ranges, number_up: int, sides: str, wishes: SheetWishes) -> tuple[Side, ...]:
    return tuple(lay(pages, page_ranges=ranges, number_up=number_up, sides=sides, wishes=wishes))


def _gray(report: Report, wishes: SheetWishes) -> Ranges:
    """The pages that lose their colour; none where they have none."""
    found = gray_pages(report.pages or 0, wishes)
    sure = report.confidence.color == "exact" and not any(within(page, found) for page in report.color_pages)
    return () if sure else found


def _plain(side: Side) -> bool:
    look = side.look
    return look.media is None and look.orientation is None and look.scaling is None and not side.folded


def _wishes(ticket: Ticket, report: Report, copies: int) -> SheetWishes:
    separator = ticket.separator_sheets and Separator.of(ticket.separator_sheets)
    kinds = frozenset(separator.kinds) - {"none"} if separator else frozenset()
    handling = (ticket.multiple_document_handling or COLLATED) if report.documents else COLLATED
    here = copies > 1 and (handling == UNCOLLATED or "slip-sheets" in kinds)
    return SheetWishes(
        handling=handling,
        documents=report.documents,
        copies=copies if here else 1,
        overrides=_own_color(ticket) + _overrides(ticket),
        force_front=ticket.force_front_side,
        pages_per_set=ticket.job_pages_per_set,
        booklet=ticket.imposition_template in _BOOKLETS,
        inserts=tuple(one for one in map(Insert.of, ticket.insert_sheet) if one.sheets > 0),
        cover_front=_cover(ticket.cover_front),
        cover_back=_cover(ticket.cover_back),
        separator=separator if kinds else None,
        reverse=ticket.page_delivery == _REVERSED,
    )


def _overrides(ticket: Ticket) -> tuple[Override, ...]:
    # Documents without a direction of their own were turned when they were put together; others are not turned.
    documents = (Override.of(row)._replace(orientation_requested=None) for row in ticket.document_overrides)
    return (*documents, *map(Override.of, ticket.overrides))


def _own_color(ticket: Ticket) -> tuple[Override, ...]:
    """What a job without colour says of pages that nothing else is said of, where others keep theirs."""
    return (Override(print_color_mode="monochrome"),) if ticket.monochrome and colored_anyway(ticket) else ()


def _cover(row: Sequence[Any] | None) -> Cover | None:
    cover = Cover.of(row) if row else None
    return cover if cover and cover.kind != "no-cover" else None


def _both_sides(wishes: SheetWishes, device: Capabilities) -> Sides | None:
    """The sides for a job on one side of sheets of which something is wanted on both, if the device can."""
    asked = [override.sides for override in wishes.overrides if override.sides not in {None, ONE_SIDED}]
    if any(cover and cover.kind in _ON_BACKS for cover in (wishes.cover_front, wishes.cover_back)):
        asked += ["two-sided-long-edge", SHORT_EDGE]
    return next((cast("Sides", sides) for sides in asked if sides in device.sides), None)


def _shift(ticket: Ticket) -> Shift:
    return Shift(
        ticket.x_image_position or "none",
        ticket.y_image_position or "none",
        (ticket.x_side1_image_shift or ticket.x_image_shift, ticket.y_side1_image_shift or ticket.y_image_shift),
        (ticket.x_side2_image_shift or ticket.x_image_shift, ticket.y_side2_image_shift or ticket.y_image_shift),
    )
