"""What an output device can do, read from its Get-Printer-Attributes answer and kept as JSON."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any, Self, TypeVar, cast

from devices.media_names import COMMON_MEDIA, known
from devices.supplies import Supply, finishers, supplies, trays
from ipp.message import Group
from ipp.values import Range, Resolution

_T = TypeVar("_T")

Dpi = tuple[int, int]
"""Dots per inch across and along the feed."""

MOST_STRIP_ROWS = 1024
MOST_MARGIN = 2540  # an inch; what is claimed beyond that is no margin of a printer
OCTET_STREAM = "application/octet-stream"


@dataclass(frozen=True, kw_only=True)
class PwgRaster:
    """How the device wants image/pwg-raster (PWG 5102.4 section 4.3)."""

    resolutions: tuple[Dpi, ...] = ()
    types: tuple[str, ...] = ()
    """pwg-raster-document-type-supported: black_1, sgray_8, srgb_8..."""
    sheet_back: str = "normal"
    """How the back side is turned: normal, flipped, rotated or manual-tumble."""


@dataclass(frozen=True, kw_only=True)
class Urf:
    """How the device wants image/urf, from the tokens of urf-supported."""

    tokens: tuple[str, ...] = ()
    resolutions: tuple[int, ...] = ()
    """Dots per inch: RS300-600."""
    types: tuple[str, ...] = ()
    """Colour spaces and depths: W8, SRGB24, ADOBERGB24-48, DEVW8..."""
    back: int | None = None
    """How the back side is turned, 1 to 4 (DM1 not at all, DM2 flipped, DM3 rotated, DM4 tumbled); None: no duplex."""


@dataclass(frozen=True, kw_only=True)
class Pclm:
    """How the device wants application/PCLm (Wi-Fi Alliance's PCLm; pclm-* attributes of the device)."""

    resolutions: tuple[Dpi, ...] = ()
    strip: int = 16
    """Rows of a strip: pclm-strip-height-preferred."""
    compression: tuple[str, ...] = ()
    """pclm-compression-method-preferred: jpeg, flate, rle; the best first."""
    sheet_back: str = "normal"
    """How the back side is turned: pclm-raster-back-side."""


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a device can do; what it does not say is taken as "cannot". Names are those of the IPP attributes."""

    make_and_model: str = ""
    printer_uuid: str = ""
    formats: tuple[str, ...] = ()
    """MIME types in the device's order of preference; application/octet-stream stands last."""
    color: bool = False
    sides: tuple[str, ...] = ("one-sided",)
    copies_max: int = 1
    media: tuple[str, ...] = ()
    """PWG 5101.1 names; custom size limits are left out."""
    media_default: str = ""
    media_ready: tuple[str, ...] = ()
    media_sources: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()
    output_bins: tuple[str, ...] = ()
    resolutions: tuple[Dpi, ...] = ()
    raster: PwgRaster = field(default_factory=PwgRaster)
    urf: Urf = field(default_factory=Urf)
    pclm: Pclm = field(default_factory=Pclm)
    margins: tuple[int, int, int, int] = (0, 0, 0, 0)
    """What it cannot print on: left, bottom, right, top, in hundredths of millimetres."""
    page_ranges: bool = False
    print_color_modes: tuple[str, ...] = ()
    print_qualities: tuple[int, ...] = ()
    """3 draft, 4 normal, 5 high (RFC 8011 section 5.2.13)."""
    print_scaling: tuple[str, ...] = ()
    orientations: tuple[int, ...] = ()
    finishings: tuple[int, ...] = ()
    multiple_document_handling: tuple[str, ...] = ()
    multiple_document_jobs: bool = False
    job_creation_attributes: frozenset[str] = frozenset()
    """Job Template attributes that may be sent."""
    operations: frozenset[int] = frozenset()
    ipp_versions: tuple[str, ...] = ()
    compression: tuple[str, ...] = ("none",)
    pages_per_minute: int | None = None
    pages_per_minute_color: int | None = None
    borderless: bool = False
    """Whether it can print to the edges of the sheet: it lists a margin of 0."""
    content_optimize: tuple[str, ...] = ()
    rendering_intents: tuple[str, ...] = ()
    supplies: tuple[Supply, ...] = ()
    """What it has of ink, toner and the like, as `devices.supplies` reads it."""
    finishers: tuple[Supply, ...] = ()
    """printer-finisher and its descriptions."""
    input_trays: tuple[str, ...] = ()
    """printer-input-tray: one for each of media_sources, or none."""
    output_trays: tuple[str, ...] = ()
    """printer-output-tray: one for each of output_bins, or none."""

    @property
    def duplex(self) -> bool:
        """Whether both sides of a sheet can be printed."""
        return any(side.startswith("two-sided") for side in self.sides)

    def to_json(self) -> str:
        """Write as JSON text."""
        return json.dumps(asdict(self), default=sorted, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what `to_json` wrote, of this or another version: unknown and unfit members are dropped."""
        return cast("Self", _like(cls(), json.loads(text)))


def for_socket(
    formats: tuple[str, ...], *, color: bool = False, duplex: bool = False, copies_max: int = 1
) -> Capabilities:
    """Say what a JetDirect device can do: it cannot be asked, so an administrator says it."""
    return Capabilities(
        make_and_model="JetDirect",
        formats=formats,
        color=color,
        sides=ALL_SIDES if duplex else ("one-sided",),
        copies_max=copies_max,
        media=COMMON_MEDIA,
        resolutions=((600, 600),),
        print_color_modes=("monochrome", "color") if color else ("monochrome",),
    )


def from_printer_attributes(group: Group) -> Capabilities:
    """Read a device's printer attributes; a missing or wrong-typed attribute counts as "cannot"."""
    media = tuple(name for name in _media(group, "media-supported") if not name.startswith("custom_m"))
    return Capabilities(
        make_and_model=_text(group, "printer-make-and-model"),
        printer_uuid=_text(group, "printer-uuid"),
        formats=_formats(group),
        color=_color(group),
        sides=tuple(s for s in group.strings("sides-supported") if s in ALL_SIDES) or ("one-sided",),
        copies_max=_copies_max(group),
        media=media,
        media_default=next(iter(_media(group, "media-default")), ""),
        media_ready=_media(group, "media-ready"),
        media_sources=_set(group.strings("media-source-supported")),
        media_types=_set(group.strings("media-type-supported")),
        output_bins=_set(group.strings("output-bin-supported")),
        resolutions=_resolutions(group, "printer-resolution-supported"),
        raster=PwgRaster(
            resolutions=_resolutions(group, "pwg-raster-document-resolution-supported"),
            # Epson writes Sgray_8.
            types=_set(word.lower() for word in group.strings("pwg-raster-document-type-supported")),
            sheet_back=group.string("pwg-raster-document-sheet-back") or "normal",
        ),
        urf=_urf(group.strings("urf-supported")),
        pclm=Pclm(
            resolutions=_resolutions(group, "pclm-source-resolution-supported"),
            strip=_strip(group),
            compression=_set(word.lower() for word in group.strings("pclm-compression-method-preferred")),
            sheet_back=group.string("pclm-raster-back-side") or "normal",
        ),
        margins=(_margin(group, "left"), _margin(group, "bottom"), _margin(group, "right"), _margin(group, "top")),
        page_ranges=group.boolean("page-ranges-supported") is True,
        print_color_modes=_set(group.strings("print-color-mode-supported")),
        print_qualities=_set(q for q in group.integers("print-quality-supported") if q in (3, 4, 5)),
        print_scaling=_set(group.strings("print-scaling-supported")),
        orientations=_set(group.integers("orientation-requested-supported")),
        finishings=_set(group.integers("finishings-supported")),
        multiple_document_handling=_set(group.strings("multiple-document-handling-supported")),
        multiple_document_jobs=group.boolean("multiple-document-jobs-supported") is True,
        job_creation_attributes=_job_creation_attributes(group),
        operations=frozenset(group.integers("operations-supported")),
        ipp_versions=_set(group.strings("ipp-versions-supported")),
        compression=_set(group.strings("compression-supported")) or ("none",),
        pages_per_minute=group.integer("pages-per-minute"),
        pages_per_minute_color=group.integer("pages-per-minute-color"),
        borderless=all(0 in group.integers(f"media-{side}-margin-supported") for side in SIDES_OF_A_SHEET),
        content_optimize=_set(group.strings("print-content-optimize-supported")),
        rendering_intents=_set(group.strings("print-rendering-intent-supported")),
        supplies=supplies(group),
        finishers=finishers(group),
        input_trays=_beside(trays(group, "printer-input-tray"), group, "media-source-supported"),
        output_trays=_beside(trays(group, "printer-output-tray"), group, "output-bin-supported"),
    )


def _beside(found: tuple[str, ...], group: Group, attribute: str) -> tuple[str, ...]:
    """Trays, if there are as many as names: else nobody knows which is which."""
    return found if len(found) == len(_set(group.strings(attribute))) else ()


def _strip(group: Group) -> int:
    found = group.integer("pclm-strip-height-preferred")
    return found if found and 1 <= found <= MOST_STRIP_ROWS else Pclm.strip


def _margin(group: Group, side: str) -> int:
    # Borderless sheets add a 0 to the list: on ordinary ones the largest holds.
    listed = [value for value in group.integers(f"media-{side}-margin-supported") if 0 <= value <= MOST_MARGIN]
    return max(listed, default=0)


def _set(values: Iterable[_T]) -> tuple[_T, ...]:
    # Some devices list a value twice; order is their preference.
    return tuple(dict.fromkeys(values))


def _text(group: Group, name: str) -> str:
    return "".join(c for c in group.string(name) or "" if c.isprintable())[:127]


def _formats(group: Group) -> tuple[str, ...]:
    # Most printers list formats in no particular order; document-format-preferred (PWG 5100.13) is the vendor's word.
    listed = _set(f.split(";")[0].strip() for f in group.strings("document-format-supported"))
    preferred = group.string("document-format-preferred")
    return tuple(sorted(listed, key=lambda f: (f == OCTET_STREAM, f != preferred)))


def _color(group: Group) -> bool:
    # color-supported is REQUIRED of IPP/2.0 only; older devices show colour by their modes or their rasters.
    stated = group.boolean("color-supported")
    if stated is not None:
        return stated
    modes = group.strings("print-color-mode-supported") + group.strings("output-mode-supported")
    return "color" in modes or any("RGB24" in token for token in group.strings("urf-supported"))


def _copies_max(group: Group) -> int:
    attribute = group.get("copies-supported")
    found = attribute.first_range if attribute else None
    return min(max(found.upper, 1), 9999) if isinstance(found, Range) else 1


def _media(group: Group, name: str) -> tuple[str, ...]:
    return _set(known(group.strings(name)))


def _resolutions(group: Group, name: str) -> tuple[Dpi, ...]:
    found = (value for value in group.all(name) if isinstance(value, Resolution))
    return _set((_dpi(r.x, r.units), _dpi(r.y, r.units)) for r in found if r.x > 0 and r.y > 0)


def _dpi(value: int, units: int) -> int:
    # units 4 is dots per centimetre (RFC 8010 section 3.9)
    return round(value * 2.54) if units == 4 else value


def _urf(values: tuple[str, ...]) -> Urf:
    # Epson and Brother send one value with commas, others one value for each token.
    tokens = tuple(token.strip() for value in values for token in value.split(",") if token.strip())
    backs = (int(t[2:]) for t in tokens if re.fullmatch(r"DM[1-4]", t))
    rows = (t[2:].split("-") for t in tokens if re.fullmatch(r"RS\d{2,4}(-\d{2,4}){0,15}", t))
    return Urf(
        tokens=tokens,
        resolutions=_set(int(number) for row in rows for number in row),
        types=tuple(t for t in tokens if re.fullmatch(r"(W|DEVW|SRGB|DEVRGB|DEVCMYK|ADOBERGB)\d+(-\d+)*", t)),
        back=next(backs, None),
    )


def _job_creation_attributes(group: Group) -> frozenset[str]:
    # Devices before PWG 5100.11 have no list: an attribute counts as listed if the device supports any value of it.
    listed = group.strings("job-creation-attributes-supported")
    if listed:
        return frozenset(listed)
    return frozenset(name for name in JOB_TEMPLATE if _supports_some(group, name))


def _supports_some(group: Group, name: str) -> bool:
    attribute = group.get(f"{name}-supported")
    return attribute is not None and not attribute.is_out_of_band and attribute.first is not False


def _like(default: Any, value: Any) -> Any:
    # The defaults of the dataclasses say what type each member has.
    if is_dataclass(default) and not isinstance(default, type):
        members = value if isinstance(value, dict) else {}
        known = {f.name: getattr(default, f.name) for f in fields(default)}
        return type(default)(**{name: _like(known[name], members.get(name, known[name])) for name in known})
    if isinstance(default, tuple | frozenset):
        return type(default)(map(_frozen, value)) if isinstance(value, list) else default
    if default is None:
        return value if type(value) is int else None
    return value if type(value) is type(default) else default


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


SIDES_OF_A_SHEET = ("left", "bottom", "right", "top")

ALL_SIDES = ("one-sided", "two-sided-long-edge", "two-sided-short-edge")

JOB_TEMPLATE = (
    "copies",
    "finishings",
    "media",
    "media-col",
    "multiple-document-handling",
    "number-up",
    "orientation-requested",
    "output-bin",
    "page-ranges",
    "print-color-mode",
    "print-content-optimize",
    "print-quality",
    "print-rendering-intent",
    "print-scaling",
    "printer-resolution",
    "sides",
)

TRIAL = Capabilities(
    make_and_model="Printgate trial printer",
    formats=(
        "application/pdf",
        "image/pwg-raster",
        "image/urf",
        "image/jpeg",
        "image/png",
        "application/postscript",
    ),
    color=True,
    sides=ALL_SIDES,
    copies_max=999,
    media=(*COMMON_MEDIA, "na_index-4x6_4x6in"),
    media_default=COMMON_MEDIA[0],
    media_ready=(*COMMON_MEDIA, "na_index-4x6_4x6in"),
    resolutions=((300, 300), (600, 600)),
    raster=PwgRaster(resolutions=((300, 300), (600, 600)), types=("black_1", "sgray_8", "srgb_8")),
    urf=Urf(
        tokens=("V1.4", "W8", "SRGB24", "RS300-600", "DM1"), resolutions=(300, 600), types=("W8", "SRGB24"), back=1
    ),
    page_ranges=True,
    print_color_modes=("auto", "color", "monochrome"),
    print_qualities=(3, 4, 5),
    print_scaling=("auto", "auto-fit", "fill", "fit", "none"),
    orientations=(3, 4, 5, 6),
    finishings=(3,),
    content_optimize=("auto", "graphic", "photo", "text", "text-and-graphic"),
    rendering_intents=("auto", "absolute", "perceptual", "relative", "relative-bpc", "saturation"),
    # Keeping a page takes it no longer than a second.
    pages_per_minute=60,
    pages_per_minute_color=60,
    multiple_document_handling=("separate-documents-collated-copies",),
    job_creation_attributes=frozenset(JOB_TEMPLATE),
    # What it has of supplies is room on the disk, and that is nobody's to count.
    supplies=(("index=1;class=other;type=other;unit=other;maxcapacity=-1;level=-3;", "Folder on the gateway's disk"),),
)
"""The trial printer takes everything and turns nothing down."""
