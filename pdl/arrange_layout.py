"""What is asked of the sides of sheets: their size, how pages lie on them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self, cast

from pdl.errors import DocumentRejected
from pdl.overrides import Look
from pdl.placement import Margins, Orientation, Scaling
from pdl.wishes import NO_SHIFT, Shift

# number-up: columns and rows of a side that stands. Two and six pages need one that lies across.
GRIDS: dict[int, tuple[int, int]] = {1: (1, 1), 2: (1, 2), 4: (2, 2), 6: (2, 3), 9: (3, 3), 16: (4, 4)}


TURNS: Final = {3: 0, 4: 1, 5: 3, 6: 2}
"""orientation-requested of single pages, as quarter turns to the left (RFC 8011 section 5.2.10)."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What is asked of every side; `media` (hundredths of millimetres) None is each page's own size."""

    media: tuple[int, int] | None = None
    scaling: Scaling = "auto"
    orientation: Orientation | None = None
    margins: Margins = (0, 0, 0, 0)
    number_up: int = 1
    direction: str = "toright-tobottom"
    upright: bool = False
    """Whether, without media, a page that lies is turned: the sheets of some printers stand."""
    back: tuple[int, int] = (1, 1)
    """How every second side is mirrored: 1 or -1 across the feed, and along it."""
    shift: Shift = NO_SHIFT
    """Where the image stands on the side, and how far it is shifted."""
    two_sided: bool = False
    turns: int | None = None
    """How often the page is turned a quarter, whatever way it lies; None: as it fits."""
    flipped: bool = False
    """Whether the side stands on its head."""
    folded: bool = False
    """Whether the side is one of a booklet: two pages, the fold between them."""
    mirrored: bool = False
    """Whether it is a back side, mirrored as `back` says."""
    offset: tuple[int, int] = (0, 0)
    """How far the image is shifted on this side."""

    def __post_init__(self) -> None:
        """Raise DocumentRejected for a number-up that is none."""
        if self.number_up not in GRIDS:
            raise DocumentRejected(f"{self.number_up} pages on a side cannot be printed: choose 1, 2, 4, 6, 9 or 16.")

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> Self:
        """Take what is said of sides in the arguments of the task; DocumentRejected for a number-up that is none."""
        names = ("media", "scaling", "orientation", "margins", "number_up", "direction", "upright", "back", "two_sided")
        given = {name: arguments[name] for name in names if name in arguments}
        shift = Shift.of(arguments.get("shift", ()))
        return cls(**given | {"back": tuple(given.get("back", (1, 1))), "shift": shift})

    def of_side(self, look: Look, *, odd: bool, flipped: bool, folded: bool) -> Self:
        """What is asked of a side whose pages look so; `odd` is every second one, the others are of `pdl.sheets`."""
        media = look.media or self.media
        if media and self.upright:
            media = min(media), max(media)
        return replace(
            self,
            media=media,
            scaling=cast("Scaling", look.scaling or self.scaling),
            number_up=look.number_up or self.number_up,
            turns=None if look.orientation is None else TURNS.get(look.orientation),
            flipped=flipped,
            folded=folded,
            mirrored=odd and self.back != (1, 1),
            offset=self.shift.back if odd and self.two_sided else self.shift.front,
        )

    @property
    def moves(self) -> bool:
        """Whether the image is not left where it is."""
        shift = self.shift
        placed = self.offset != (0, 0) or shift.x_position != "none" or shift.y_position != "none"
        return placed or self.turns is not None or self.flipped or self.mirrored
