"""What a printer's job stream takes for granted where its language says nothing: the settings of PJL."""

from dataclasses import dataclass

from pdl.media import Media, media_for
from pdl.report import Sides

LETTER = media_for(21590, 27940)


@dataclass(frozen=True, slots=True)
class Defaults:
    """Copies of each page, sides, sheet, and whether the printer makes gray of all colour.

    A language overrides the first three; colour it cannot switch on again.
    """

    copies: int = 1
    sides: Sides = "one-sided"
    media: Media = LETTER
    gray: bool = False


@dataclass(slots=True)
class Doubts:
    """Why figures of a stream are estimates, in a few words each; '' where there is no doubt."""

    pages: str = ""
    color: str = ""
    copies: str = ""
    sides: str = ""
    media: str = ""
