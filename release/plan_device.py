"""How one device wants what is rendered for it: resolution, colours, backs of sheets. Rules only, no I/O."""

from collections.abc import Sequence
from typing import Final, cast, get_args

from devices.capabilities import Capabilities
from jobs.ticket import Ticket
from pdl.media import A4, size_of
from pdl.mime import PCLM, PWG_RASTER, URF
from pdl.placement import Margins
from pdl.raster_write import SheetBack
from pdl.report import Report
from pdl.target import Compression

Size = tuple[int, int]

_TOLERANCE = 200  # hundredths of a millimetre within which a page is of the size of the sheet
_ORDINARY_DPI = 300
_URF_BACKS: Final[dict[int, SheetBack]] = {1: "normal", 2: "flipped", 3: "rotated", 4: "manual-tumble"}


def same_size(one: Size, other: Size) -> bool:
    """Whether two sheets are the same but for rounding, whichever way they lie."""
    straight = abs(one[0] - other[0]) <= _TOLERANCE and abs(one[1] - other[1]) <= _TOLERANCE
    turned = abs(one[0] - other[1]) <= _TOLERANCE and abs(one[1] - other[0]) <= _TOLERANCE
    return straight or turned


def default_sheet(report: Report, device: Capabilities) -> Size:
    """The sheet of a raster when nobody asked for one: the document's, if the device has it, else the device's."""
    media = report.media
    first = (media[0].media.width, media[0].media.height) if media else A4
    known = [found for found in map(size_of, device.media) if found]
    if any(same_size(first, sheet) for sheet in known) or not known:
        return first if first[0] <= first[1] else (first[1], first[0])
    return size_of(device.media_default) or known[0]


def color_only(device: Capabilities) -> Sequence[str]:
    """The raster formats that the device takes in colour alone."""
    types = device.raster.types
    return (PWG_RASTER,) if types and "sgray_8" not in types and "black_1" not in types else ()


def resolution(wanted: str, ticket: Ticket, device: Capabilities) -> tuple[int, int]:
    """Choose the resolution, in dpi, of what is rendered to the format."""
    listed = {
        PWG_RASTER: [pair for pair in device.raster.resolutions if pair[0] == pair[1]],
        URF: [(dpi, dpi) for dpi in device.urf.resolutions],
        PCLM: [pair for pair in device.pclm.resolutions if pair[0] == pair[1]],
    }.get(wanted, [])
    if ticket.printer_resolution in listed and ticket.printer_resolution:
        return ticket.printer_resolution
    ordered = sorted(listed or [(600, 600)])
    if ticket.print_quality == 5:
        return ordered[-1]
    # Enough for text and half the bytes: the lowest that is at least 300 dpi.
    return next((pair for pair in ordered if pair[0] >= _ORDINARY_DPI), ordered[-1])


def borderless(ticket: Ticket, device: Capabilities) -> bool:
    """Whether the owner wants the sheet printed to its edges, and the device can."""
    return device.borderless and ticket.media_margins == (0, 0, 0, 0)


def margins(ticket: Ticket, device: Capabilities) -> Margins:
    """What stays free at the edges: what the owner asks for, and no less than the device cannot print on."""
    if ticket.media_margins is None:
        return device.margins
    if borderless(ticket, device):
        return (0, 0, 0, 0)
    left, bottom, right, top = (max(pair) for pair in zip(ticket.media_margins, device.margins, strict=True))
    return left, bottom, right, top


def raster_type(wanted: str, device: Capabilities, *, color: bool) -> str:
    """Choose the colours of raster (pwg-raster-document-type-supported)."""
    if wanted == URF:
        colored = any(token.startswith("SRGB24") for token in device.urf.types)
        return "srgb_8" if color and colored else "sgray_8"
    types = device.raster.types or ("sgray_8", "srgb_8")
    order = ("srgb_8", "sgray_8", "black_1") if color else ("sgray_8", "black_1", "srgb_8")
    return next((kind for kind in order if kind in types), "sgray_8")


def sheet_back(wanted: str, device: Capabilities) -> SheetBack:
    """How the device wants the backs of sheets."""
    if wanted == URF:
        return _URF_BACKS.get(device.urf.back or 1, "normal")
    told = device.pclm.sheet_back if wanted == PCLM else device.raster.sheet_back
    return cast("SheetBack", told) if told in get_args(SheetBack) else "normal"


def pclm_compression(device: Capabilities) -> Compression:
    """How the device wants the strips of PCLm."""
    return next((kind for kind in get_args(Compression) if kind in device.pclm.compression), "flate")
