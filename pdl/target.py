"""What one device is to be sent, and what it was sent."""

from dataclasses import dataclass
from typing import Literal

from pdl.banner import Banner
from pdl.placement import Margins, Orientation, Scaling
from pdl.raster_write import SheetBack
from pdl.report import Sides
from pdl.stamp import Stamp
from pdl.wishes import NO_SHIFT, NO_WISHES, SheetWishes, Shift

Compression = Literal["flate", "rle", "jpeg"]


@dataclass(frozen=True, slots=True)
class Target:
    """What one device is to be sent: names and keywords as in IPP, `media` in hundredths of millimetres.

    `media` None leaves each page its own size. `page_ranges` (1-based, () for all) choose pages of the document
    before `number_up` (1, 2, 4, 6, 9, 16) puts them on sides, in the order of `number_up_direction`
    (presentation-direction-number-up). `orientation` is orientation-requested; None: pages turn as they fit.
    `margins` are what the device cannot print on: `fit` scales into what they leave. `raster_type` is of
    pwg-raster-document-type-supported, `sheet_back` of pwg-raster-document-sheet-back (PWG 5102.4) or
    pclm-raster-back-side; `pclm_strip` is rows of a strip of PCLm, `jpeg_quality` 1 to 100. `wishes` say on which
    sheets pages come, where that differs, `shift` where the image stands on a side; `gray_pages` (of the document,
    1-based) lose their colour while others keep it.
    """

    format: str
    resolution: tuple[int, int] = (600, 600)
    color: bool = True
    sides: Sides = "one-sided"
    media: tuple[int, int] | None = None
    copies: int = 1
    page_ranges: tuple[tuple[int, int], ...] = ()
    scaling: Scaling = "auto"
    raster_type: str = "srgb_8"
    sheet_back: SheetBack = "normal"
    print_quality: int = 0
    number_up: int = 1
    number_up_direction: str = "toright-tobottom"
    orientation: Orientation | None = None
    margins: Margins = (0, 0, 0, 0)
    pclm_strip: int = 16
    pclm_compression: Compression = "flate"
    jpeg_quality: int = 90
    stamp: Stamp | None = None
    banner: Banner | None = None
    wishes: SheetWishes = NO_WISHES
    shift: Shift = NO_SHIFT
    gray_pages: tuple[tuple[int, int], ...] = ()

    @property
    def sheet(self) -> tuple[int, int] | None:
        """The one size of all sheets; None where they differ, or pages have their own."""
        return self.media if self.wishes.media <= {self.media} else None

    @property
    def duplex(self) -> bool:
        """Whether sheets are printed on both sides."""
        return self.sides != "one-sided"

    @property
    def tumble(self) -> bool:
        """Whether sheets are turned over their short edge."""
        return self.sides == "two-sided-short-edge"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was written: sides of one copy, sides with print of all copies, sheets, and whether colour could be sent.

    A banner page is among them: once, whatever the copies, as one side with print and one sheet.
    """

    pages_out: int
    impressions: int
    sheets: int
    color: bool
