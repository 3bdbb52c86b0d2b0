"""How much ink the pages of a PDF take, from pixels: an estimate, as the renderer knows red, green and blue alone."""

import numpy as np
import numpy.typing as npt

from pdl.report import WHOLE_PAGE, Coverage

# Up to so many pages all are rendered, of longer documents an even sample.
MOST_WHOLE = 50
SAMPLE = 64

Plane = npt.NDArray[np.uint8]


def sample(pages: int) -> range:
    """Return the pages (from 0) to be rendered for coverage: evenly spread."""
    return range(pages) if pages <= MOST_WHOLE else range(0, pages, -(-pages // SAMPLE))


class Inks:
    """Shares of cyan, magenta, yellow and black, added up page by page; what all colours share is black."""

    def __init__(self) -> None:
        self.pages = 0
        self._shares = np.zeros(4)

    def add(self, red: Plane, green: Plane, blue: Plane, high: Plane) -> None:
        """Count one page; `high` is the largest of the three at each pixel."""
        if not high.size:
            return
        # Black is what is missing from the brightest channel (full gray component replacement).
        lightest = int(high.sum(dtype=np.int64))
        darkness = [lightest - int(plane.sum(dtype=np.int64)) for plane in (red, green, blue)]
        self._shares += np.array([*darkness, 255 * high.size - lightest]) / (255 * high.size)
        self.pages += 1

    def add_gray(self, level: Plane) -> None:
        """Count one page without colour, given any of its channels."""
        if level.size:
            self._shares[3] += 1 - int(level.sum(dtype=np.int64)) / (255 * level.size)
            self.pages += 1

    def mean(self) -> Coverage | None:
        """Mean of all pages counted; None without any."""
        if not self.pages:
            return None
        return Coverage(*(min(WHOLE_PAGE, round(WHOLE_PAGE * share)) for share in self._shares / self.pages))
