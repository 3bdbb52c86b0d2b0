"""What may be asked of the pages and sheets of a document, besides what is the same for all of them.

Names are those of IPP. Lengths are hundredths of millimetres, page and document numbers begin at 1. The values are
tuples, so that they come out of JSON as they went in: `of` takes what JSON made of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

from pdl.report import Piece

Ranges = tuple[tuple[int, int], ...]
Media = tuple[int, int]

UNCOLLATED = "separate-documents-uncollated-copies"
COLLATED = "separate-documents-collated-copies"
NEW_SHEET = "single-document-new-sheet"
SINGLE = "single-document"


class Override(NamedTuple):
    """Values for some pages in place of the job's (PWG 5100.6); () is all documents, all pages; None changes nothing.

    `media` is the name that was given, `media_size` its size. `number_up` is said of whole documents alone.
    """

    document_numbers: Ranges = ()
    pages: Ranges = ()
    sides: str | None = None
    media: str | None = None
    media_size: Media | None = None
    orientation_requested: int | None = None
    print_color_mode: str | None = None
    print_scaling: str | None = None
    number_up: int | None = None

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """Take it as JSON has it."""
        return cls(*_tupled(row))


class Insert(NamedTuple):
    """Empty sheets after a page (insert-sheet, PWG 5100.3); after page 0 is before the first."""

    after: int
    sheets: int = 1
    media: Media | None = None

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """Take it as JSON has it."""
        return cls(*_tupled(row))


class Cover(NamedTuple):
    """A sheet before or after the others (cover-front and cover-back, PWG 5100.3); `kind` is cover-type."""

    kind: str
    media: Media | None = None

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """Take it as JSON has it."""
        return cls(*_tupled(row))


class Separator(NamedTuple):
    """Empty sheets about the sets of a job (separator-sheets, PWG 5100.3); `kinds` are of separator-sheets-type."""

    kinds: tuple[str, ...]
    media: Media | None = None

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """Take it as JSON has it."""
        return cls(*_tupled(row))


class Shift(NamedTuple):
    """Where the image stands on a side (PWG 5100.3, image shifting): positions, and shifts of fronts and of backs."""

    x_position: str = "none"
    y_position: str = "none"
    front: tuple[int, int] = (0, 0)
    back: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """Take it as JSON has it."""
        return cls(*_tupled(row))


NO_SHIFT = Shift()


@dataclass(frozen=True, slots=True)
class SheetWishes:
    """What decides which page comes on which side of which sheet.

    `documents` are those of which the pages come (`pdl.join`). `one_sided` puts pages on sheets of their own although
    the device prints on both sides for the sake of others. `copies` are made here, beside those of the device.
    """

    handling: str = COLLATED
    documents: tuple[Piece, ...] = ()
    one_sided: bool = False
    copies: int = 1
    overrides: tuple[Override, ...] = ()
    force_front: tuple[int, ...] = ()
    pages_per_set: int | None = None
    booklet: bool = False
    inserts: tuple[Insert, ...] = ()
    cover_front: Cover | None = None
    cover_back: Cover | None = None
    separator: Separator | None = None
    reverse: bool = False

    @property
    def plain(self) -> bool:
        """Whether pages come side by side as they are."""
        return self == NO_WISHES

    @property
    def media(self) -> set[Media]:
        """Sizes of sheets that are asked for beside the job's."""
        asked = [override.media_size for override in self.overrides]
        asked += [one.media for one in (*self.inserts, self.cover_front, self.cover_back, self.separator) if one]
        return {size for size in asked if size}

    def arguments(self) -> dict[str, Any]:
        """Make what a task is told."""
        return asdict(self) if not self.plain else {}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Take what `arguments` made, after JSON."""
        made = {name: _tupled(value) for name, value in told.items()}
        for name, kind in _KINDS.items():
            if made.get(name):
                made[name] = kind.of(made[name])
        for name, many in _MANY.items():
            made[name] = tuple(many(row) for row in made.get(name, ()))
        return cls(**made)


def _piece(row: Any) -> Piece:
    return Piece(**row) if isinstance(row, dict) else Piece(*row)


NO_WISHES = SheetWishes()
_KINDS: dict[str, type[Cover] | type[Separator]] = {
    "cover_front": Cover,
    "cover_back": Cover,
    "separator": Separator,
}
_MANY: dict[str, Any] = {"documents": _piece, "overrides": Override.of, "inserts": Insert.of}


def within(number: int, ranges: Iterable[tuple[int, int]]) -> bool:
    """Whether the number lies in one of the ranges."""
    return any(lower <= number <= upper for lower, upper in ranges)


def _tupled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _tupled(item) for name, item in value.items()}
    return tuple(_tupled(item) for item in value) if isinstance(value, list | tuple) else value
