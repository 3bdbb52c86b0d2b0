r"""What stands before each page of PWG raster (PWG 5102.4 section 4.3) and Apple raster: read and written.

    PWG     "RaS2", then per page 1796 bytes of header, then rows
    Apple   "UNIRAST\0", u32 number of pages, then per page 32 bytes of header, then rows

All numbers are big-endian. Rows are alike in both: one byte (how often the row stands, less one), then the
packed row (`pdl.packbits`).
"""

import struct
from dataclasses import dataclass
from typing import Literal

from pdl.errors import DocumentRejected

Layout = Literal["pwg", "urf"]

PWG_MAGIC = b"RaS2"
URF_MAGIC = b"UNIRAST\0"
START_SIZE: dict[Layout, int] = {"pwg": 4, "urf": 12}
HEADER_SIZE: dict[Layout, int] = {"pwg": 1796, "urf": 32}

# A page larger than these is a lie or a bomb: nothing is allocated for it.
WIDEST = 100_000
HIGHEST = 500_000
LONGEST_ROW = 4 * 1024 * 1024

# cupsColorSpace: (colours, value of a white byte). PWG 5102.4 table 10; 48 and above are DeviceN.
W, RGB, K, CMYK, SGRAY, SRGB, ADOBE_RGB = 0, 1, 3, 6, 18, 19, 20
COLOR_SPACES: dict[int, tuple[int, int]] = {
    W: (1, 255),
    RGB: (3, 255),
    K: (1, 0),
    CMYK: (4, 0),
    SGRAY: (1, 255),
    SRGB: (3, 255),
    ADOBE_RGB: (3, 255),
}
# Apple raster has numbers of its own; 2 (CIELab) is not printed by anyone here.
URF_COLOR_SPACES = {0: SGRAY, 1: SRGB, 3: ADOBE_RGB, 4: W, 5: RGB, 6: CMYK}
URF_NUMBERS = {space: number for number, space in URF_COLOR_SPACES.items()}

MIRRORED = 0xFFFFFFFF  # a transform of -1
TWO_POWER_24_LESS_ONE = 0xFFFFFF  # AlternatePrimary: white, "not used"

_URF_PAGE = struct.Struct(">8BIIII8x")


@dataclass(frozen=True, slots=True)
class PageHeader:
    """One page's header, in the terms both formats share; sizes are pixels, resolution is dpi."""

    width: int
    height: int
    bits_per_color: int
    color_space: int
    resolution: tuple[int, int]
    duplex: bool = False
    tumble: bool = False
    cross_feed: int = 1
    feed: int = 1
    total_pages: int = 0
    print_quality: int = 0
    media_name: str = ""

    @property
    def colors(self) -> int:
        """Colours of one pixel."""
        return COLOR_SPACES[self.color_space][0]

    @property
    def white(self) -> int:
        """The byte of which white consists."""
        return COLOR_SPACES[self.color_space][1]

    @property
    def bits_per_pixel(self) -> int:
        """Bits of one pixel, colours side by side."""
        return self.colors * self.bits_per_color

    @property
    def bytes_per_line(self) -> int:
        """Bytes of one unpacked row."""
        return (self.width * self.bits_per_pixel + 7) // 8

    @property
    def unit_size(self) -> int:
        """Bytes of one unit of packing."""
        return max(1, self.bits_per_pixel // 8)

    @property
    def units(self) -> int:
        """Units of one row."""
        return self.bytes_per_line // self.unit_size

    @property
    def size_points(self) -> tuple[float, float]:
        """Width and height of the sheet in points."""
        return self.width * 72 / self.resolution[0], self.height * 72 / self.resolution[1]


def read_header(layout: Layout, data: bytes) -> PageHeader:
    """Read the page header in `data`; DocumentRejected when it is none, or of a kind that is not printed here."""
    page = _read_pwg(data) if layout == "pwg" else _read_urf(data)
    if not (0 < page.width <= WIDEST and 0 < page.height <= HIGHEST and page.bytes_per_line <= LONGEST_ROW):
        raise DocumentRejected(f"A raster page claims {page.width} x {page.height} pixels, which no sheet has.")
    if not all(1 <= axis <= 9600 for axis in page.resolution):
        raise DocumentRejected("A raster page has no usable resolution. Print again from the application.")
    return page


def _read_pwg(data: bytes) -> PageHeader:
    def at(offset: int) -> int:
        return int.from_bytes(data[offset : offset + 4], "big")

    if not data.startswith(b"PwgRaster\0"):
        raise DocumentRejected("The raster document is damaged: a page does not begin with its header.")
    bits, space, order = at(384), at(400), at(396)
    if space not in COLOR_SPACES or bits not in {1, 8, 16} or order or at(388) != bits * COLOR_SPACES[space][0]:
        raise DocumentRejected("The raster document has a colour layout that is not supported here.")
    page = PageHeader(
        width=at(372),
        height=at(376),
        bits_per_color=bits,
        color_space=space,
        resolution=(at(276), at(280)),
        duplex=bool(at(272)),
        tumble=bool(at(368)),
        cross_feed=-1 if at(456) == MIRRORED else 1,
        feed=-1 if at(460) == MIRRORED else 1,
        total_pages=at(452),
        print_quality=at(484),
        media_name=data[1732:1796].split(b"\0")[0].decode("ascii", "replace"),
    )
    if at(392) != page.bytes_per_line:
        raise DocumentRejected("The raster document is damaged: the length of its rows does not fit their width.")
    return page


def _read_urf(data: bytes) -> PageHeader:
    bits, space, sides, quality, _, _, _, _, _, width, height, dpi = _URF_PAGE.unpack(data)
    if space not in URF_COLOR_SPACES:
        raise DocumentRejected("The Apple raster document has a colour layout that is not supported here.")
    color_space = URF_COLOR_SPACES[space]
    per_color, rest = divmod(bits, COLOR_SPACES[color_space][0])
    if rest or per_color not in {1, 8, 16}:
        raise DocumentRejected("The Apple raster document has a colour layout that is not supported here.")
    if bits == 1:
        # Not in Apple's own use; Ghostscript writes it, and counts ink.
        color_space = K
    return PageHeader(
        width=width,
        height=height,
        bits_per_color=per_color,
        color_space=color_space,
        resolution=(dpi, dpi),
        duplex=sides in {2, 3},
        tumble=sides == 2,
        print_quality=quality,
    )


def write_start(layout: Layout, total_pages: int) -> bytes:
    """Write what stands before the first page."""
    return PWG_MAGIC if layout == "pwg" else URF_MAGIC + total_pages.to_bytes(4, "big")


def write_header(layout: Layout, page: PageHeader) -> bytes:
    """Write the header of one page."""
    return _write_pwg(page) if layout == "pwg" else _write_urf(page)


def _write_pwg(page: PageHeader) -> bytes:
    numbers = {
        272: int(page.duplex),
        276: page.resolution[0],
        280: page.resolution[1],
        340: 1,  # NumCopies: copies are pages of their own here, as few printers honour this
        352: int(page.size_points[0]),
        356: int(page.size_points[1]),
        368: int(page.tumble),
        372: page.width,
        376: page.height,
        384: page.bits_per_color,
        388: page.bits_per_pixel,
        392: page.bytes_per_line,
        400: page.color_space,
        420: page.colors,
        452: page.total_pages,
        456: page.cross_feed & MIRRORED,
        460: page.feed & MIRRORED,
        472: page.width,  # ImageBoxRight and ImageBoxBottom: the image is the whole sheet
        476: page.height,
        480: TWO_POWER_24_LESS_ONE,
        484: page.print_quality,
    }
    header = bytearray(HEADER_SIZE["pwg"])
    header[0:9] = b"PwgRaster"
    for offset, number in numbers.items():
        header[offset : offset + 4] = number.to_bytes(4, "big")
    name = page.media_name.encode("ascii", "replace")[:63]
    header[1732 : 1732 + len(name)] = name
    return bytes(header)


def _write_urf(page: PageHeader) -> bytes:
    sides = 1 if not page.duplex else 2 if page.tumble else 3
    number = URF_NUMBERS[page.color_space]
    # Media type, input slot, output bin, copies and finishings are 0: the device's own choice.
    return _URF_PAGE.pack(
        page.bits_per_pixel,
        number,
        sides,
        page.print_quality,
        0,
        0,
        0,
        0,
        0,
        page.width,
        page.height,
        page.resolution[0],
    )
