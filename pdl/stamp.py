"""What is written on each side that is printed: who printed it, when, where. Drawn by `pdl.stamp_pdf`."""

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

Corner = Literal[
    "top-left", "top", "top-right", "left", "center", "right", "bottom-left", "bottom", "bottom-right", "diagonal"
]  # fmt: skip
Color = tuple[float, float, float]

CORNERS: Final[tuple[str, ...]] = get_args(Corner)
MOST_LINES: Final = 8
MOST_CHARACTERS: Final = 500
LONGEST_QR: Final = 200


@dataclass(frozen=True, slots=True)
class Stamp:
    """Lines of text, and a QR code unless `qr` is "", upright for the reader in one place of every side.

    `size` is points (4 to 72); `diagonal` takes the size that fills the sheet instead. `color` is red, green and
    blue, `opacity` 1 for solid, both of 0 to 1. ValueError for anything else.
    """

    text: tuple[str, ...]
    corner: Corner = "bottom"
    size: float = 8.0
    color: Color = (0.0, 0.0, 0.0)
    opacity: float = 1.0
    qr: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if self.corner not in CORNERS:
            raise ValueError(f"{self.corner!r} is no place for a stamp")
        if len(self.text) > MOST_LINES or any(len(line) > MOST_CHARACTERS for line in self.text):
            raise ValueError(f"a stamp has at most {MOST_LINES} lines of {MOST_CHARACTERS} characters")
        if not 4 <= self.size <= 72 or not all(0 <= part <= 1 for part in (*self.color, self.opacity)):
            raise ValueError("a stamp's size is 4 to 72 points, its colours and opacity 0 to 1")
        if len(self.qr) > LONGEST_QR:
            raise ValueError(f"a stamp's QR code holds at most {LONGEST_QR} characters")

    def arguments(self) -> dict[str, Any]:
        """Make what the task is told."""
        return asdict(self)
