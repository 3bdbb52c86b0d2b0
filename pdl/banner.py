"""A page that says whose the sheets are, printed in front of a document or behind it. Drawn by `pdl.banner_pdf`.

It is printed once, whatever the copies, on a sheet of its own, and counts as one impression and one sheet.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

from pdl.stamp import LONGEST_QR

Place = Literal["before", "after"]

PLACES: Final[tuple[str, ...]] = get_args(Place)
MOST_ROWS: Final = 12
MOST_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True)
class Banner:
    """What the page says, in its reader's language: a heading (the person), a title, rows of (label, value).

    `qr` is what its QR code holds, "" for none, and `caption` the words beside it. ValueError for what has no room.
    """

    heading: str
    title: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    qr: str = ""
    caption: str = ""
    place: Place = "before"

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if self.place not in PLACES:
            raise ValueError(f"{self.place!r} is no place for a banner page")
        words = [self.heading, self.title, self.caption, *(word for row in self.rows for word in row)]
        if len(self.rows) > MOST_ROWS or any(len(word) > MOST_CHARACTERS for word in words):
            raise ValueError(f"a banner page has at most {MOST_ROWS} rows, and {MOST_CHARACTERS} characters in each")
        if len(self.qr) > LONGEST_QR:
            raise ValueError(f"a banner page's QR code holds at most {LONGEST_QR} characters")

    def arguments(self) -> dict[str, Any]:
        """Make what the task is told."""
        return asdict(self)
