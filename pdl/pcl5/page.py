"""The page being made: whether it has a mark, and whether it has colour."""

from dataclasses import dataclass

from pdl.pcl5.palette import Color, is_colored


@dataclass(slots=True)
class Page:
    """What is on the page so far.

    `color`: something coloured was seen; `sure`: beyond doubt. `faint`: a picture is nearly gray. `unread` says why
    a picture cannot be looked at.
    """

    marked: bool = False
    color: bool = False
    sure: bool = False
    faint: bool = False
    unread: str = ""

    def mark(self, color: Color) -> None:
        """Put something of this colour on it."""
        self.marked = True
        if not self.sure and is_colored(color):
            self.color = self.sure = True
