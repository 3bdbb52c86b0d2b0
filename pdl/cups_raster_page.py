"""What stands before each page of CUPS raster (cups/raster.h, "CUPS Raster Format" of the CUPS documentation).

    RaSt, tSaR    version 1: pages of 420 bytes of header, then plain rows
    RaS2, 2SaR    version 2: 1796 bytes of header, rows packed as in PWG raster
    RaS3, 3SaR    version 3: 1796 bytes of header, then plain rows

A producer writes all numbers in its own byte order; which that is, the order of the letters tells.
"""

import struct
from dataclasses import dataclass
from typing import Literal

from pdl.errors import DocumentRejected
from pdl.raster_color import SPACES, colors_of
from pdl.raster_count import check_pixels

Order = Literal["chunked", "banded", "planar"]
ORDERS: tuple[Order, ...] = ("chunked", "banded", "planar")

MAGIC_SIZE = 4
HEADER_SIZE_1 = 420
HEADER_SIZE = 1796
_SIXTEEN = 16


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the six ways a file of CUPS raster is written; `order` is struct's letter of the byte order."""

    order: Literal["<", ">"]
    header_size: int
    packed: bool


VARIANTS: dict[bytes, Variant] = {
    b"RaSt": Variant(">", HEADER_SIZE_1, packed=False),
    b"tSaR": Variant("<", HEADER_SIZE_1, packed=False),
    b"RaS2": Variant(">", HEADER_SIZE, packed=True),
    b"2SaR": Variant("<", HEADER_SIZE, packed=True),
    b"RaS3": Variant(">", HEADER_SIZE, packed=False),
    b"3SaR": Variant("<", HEADER_SIZE, packed=False),
}


@dataclass(frozen=True, slots=True)
class CupsHeader:
    """One page's header; `size` is the sheet in points, (0, 0) where the producer does not say."""

    variant: Variant
    width: int
    height: int
    bits: int
    pixel_bits: int
    bytes_per_line: int
    order: Order
    space: int
    colors: int
    resolution: tuple[int, int]
    size: tuple[float, float]
    copies: int
    duplex: bool
    tumble: bool

    @property
    def unit_size(self) -> int:
        """Bytes of one unit of packing: a pixel where colours lie side by side, else a sample."""
        return (self.pixel_bits + 7) // 8 if self.order == "chunked" else (self.bits + 7) // 8

    @property
    def lines(self) -> int:
        """Rows in the stream: of each colour by itself where pages are planar."""
        return self.height * (self.colors if self.order == "planar" else 1)

    @property
    def plane_bytes(self) -> int:
        """Bytes of one colour of one row, where colours are apart."""
        return (self.width * self.bits + 7) // 8

    @property
    def upper(self) -> int:
        """Which byte of a sample of 16 bits counts more."""
        return 1 if self.bits == _SIXTEEN and self.variant.order == "<" else 0


def read_header(variant: Variant, data: bytes) -> CupsHeader:
    """Read the page header in `data`; DocumentRejected when it cannot be one."""

    def at(offset: int) -> int:
        return int(struct.unpack_from(variant.order + "I", data, offset)[0])

    width, height, bits, pixel_bits, length, order, space = (at(where) for where in (372, 376, 384, 388, 392, 396, 400))
    check_pixels(width, height, length)
    # Version 1 does not tell the number of colours.
    colors = (at(420) if variant.header_size == HEADER_SIZE else 0) or colors_of(space)
    if order >= len(ORDERS) or bits not in {1, 2, 4, 8, _SIXTEEN} or space not in SPACES or not 1 <= colors <= 15:
        raise DocumentRejected("The document is damaged: a page does not begin where the one before it ends.")
    header = CupsHeader(
        variant=variant,
        width=width,
        height=height,
        bits=bits,
        pixel_bits=pixel_bits,
        bytes_per_line=length,
        order=ORDERS[order],
        space=space,
        colors=colors,
        resolution=(at(276), at(280)),
        size=_sheet(variant, data),
        copies=at(340),
        duplex=bool(at(272)),
        tumble=bool(at(368)),
    )
    if not 1 <= pixel_bits <= 240 or length < _least(header) or length % header.unit_size:
        raise DocumentRejected("The document is damaged: the length of a row does not fit its pixels.")
    return header


def _least(header: CupsHeader) -> int:
    """Bytes that a row must have to hold its pixels."""
    if header.order == "chunked":
        return (header.width * header.pixel_bits + 7) // 8
    return header.plane_bytes * (header.colors if header.order == "banded" else 1)


def _sheet(variant: Variant, data: bytes) -> tuple[float, float]:
    # cupsPageSize, which knows fractions of points, then PageSize.
    exact = struct.unpack_from(variant.order + "2f", data, 428) if variant.header_size == HEADER_SIZE else (0.0, 0.0)
    whole = struct.unpack_from(variant.order + "2I", data, 352)
    # Comparisons are false for what is no number at all.
    return next(((w, h) for w, h in (exact, whole) if 1 <= w <= 72_000 and 1 <= h <= 72_000), (0.0, 0.0))
