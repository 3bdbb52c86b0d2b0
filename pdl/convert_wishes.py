"""What `printgate convert` may be asked for, read from the words of a command line."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pdl.errors import PdlError
from pdl.media import size_of
from pdl.mime import JPEG, PCL, PCLM, PCLXL, PDF, POSTSCRIPT, PWG_RASTER, URF
from pdl.target import Target

SHORT_NAMES: Final = {
    "pdf": PDF,
    "pwg": PWG_RASTER,
    "urf": URF,
    "pclm": PCLM,
    "ps": POSTSCRIPT,
    "pcl": PCL,
    "pclxl": PCLXL,
    "jpeg": JPEG,
}
_BY_MIME: Final = {mime.lower(): mime for mime in SHORT_NAMES.values()}
# Dots of a laser; pixels that hold colour need fewer.
_FINE_DPI, _ORDINARY_DPI = 600, 300
_FINE: Final = frozenset({POSTSCRIPT, PCL, PCLXL})

_SHEETS: Final = {
    "letter": "na_letter_8.5x11in",
    "legal": "na_legal_8.5x14in",
    "tabloid": "na_ledger_11x17in",
    "hagaki": "jpn_hagaki_100x148mm",
}
_ORIENTATIONS: Final = {"portrait": 3, "landscape": 4, "reverse-landscape": 5, "reverse-portrait": 6}
_SIDES: Final = {"one": "one-sided", "long": "two-sided-long-edge", "short": "two-sided-short-edge"}
_MOST_COPIES, _MOST_DPI = 999, 2400


class WishRefused(PdlError):
    """Something was asked for in words that say nothing, or that cannot be had."""


def target_of(given: Mapping[str, Any]) -> Target:
    """Make the target of the options that were given (None: left out); WishRefused."""
    wanted = SHORT_NAMES.get(given["to"].lower()) or _BY_MIME.get(given["to"].lower())
    if wanted is None:
        raise WishRefused(f"{given['to']} is no format that can be made. Choose one of: {', '.join(SHORT_NAMES)}.")
    dpi = _between(given.get("dpi"), 1, _MOST_DPI, "dpi") or (_FINE_DPI if wanted in _FINE else _ORDINARY_DPI)
    read: dict[str, Any] = {
        "copies": _between(given.get("copies"), 1, _MOST_COPIES, "copies"),
        "page_ranges": page_ranges(given["pages"]) if given.get("pages") else None,
        "media": media(given["media"]) if given.get("media") else None,
        "margins": margins(given["margins"]) if given.get("margins") else None,
        "sides": _SIDES.get(given.get("sides") or "", given.get("sides")),
        "orientation": _ORIENTATIONS[given["orientation"]] if given.get("orientation") else None,
        "jpeg_quality": _between(given.get("quality"), 1, 100, "quality"),
        "pclm_strip": _between(given.get("strip_height"), 1, 65_535, "strip-height"),
        "pclm_compression": given.get("compression"),
        "number_up": given.get("number_up"),
        "scaling": given.get("scaling"),
        "raster_type": given.get("raster_type"),
        "sheet_back": given.get("sheet_back"),
    }
    chosen = {name: value for name, value in read.items() if value is not None}
    return Target(format=wanted, resolution=(dpi, dpi), color=not given.get("mono"), **chosen)


def page_ranges(text: str) -> tuple[tuple[int, int], ...]:
    """Read 1-3,5,8- as ranges of pages; WishRefused."""
    ranges = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{1,9})\s*(-?)\s*(\d{0,9})\s*", part, re.ASCII)
        if not found or (found[3] and not found[2]):
            raise WishRefused(f"{text!r} are no pages: write 1-3,5 or 8-.")
        lower = int(found[1])
        upper = int(found[3]) if found[3] else 10**9 if found[2] else lower
        if not 1 <= lower <= upper:
            raise WishRefused(f"{part.strip()} are no pages: they are counted from 1, the smaller first.")
        ranges.append((lower, upper))
    return tuple(ranges)


def media(text: str) -> tuple[int, int]:
    """Read a sheet (a4, letter, iso_a4_210x297mm, 210x297mm, 4x6in) in hundredths of millimetres; WishRefused."""
    name = text.strip().lower()
    if re.fullmatch(r"[abc]\d{1,2}", name):
        name = f"iso-{name}"
    elif re.fullmatch(r"\d{1,4}(\.\d{1,3})?x\d{1,4}(\.\d{1,3})?(mm|in)", name):
        name = f"custom_{name}_{name}"
    try:
        width, height = size_of(_SHEETS.get(name, name))
    except ValueError:
        raise WishRefused(f"{text!r} is no sheet: write a4, letter, 210x297mm or a name of PWG 5101.1.") from None
    if not (1000 <= width <= 200_000 and 1000 <= height <= 200_000):
        raise WishRefused(f"{text} is no size of paper: from 10 to 2000 mm can be printed.")
    return width, height


def margins(text: str) -> tuple[int, int, int, int]:
    """Read one margin, or left,bottom,right,top, in millimetres, as hundredths of them; WishRefused."""
    parts = text.split(",")
    if len(parts) not in {1, 4} or not all(
        re.fullmatch(r"\s*\d{1,3}(\.\d{1,2})?\s*", part, re.ASCII) for part in parts
    ):
        raise WishRefused(f"{text!r} are no margins: write millimetres, one for all or left,bottom,right,top.")
    left, bottom, right, top = (round(float(part) * 100) for part in parts * (4 // len(parts)))
    return left, bottom, right, top


def _between(value: int | None, least: int, most: int, name: str) -> int | None:
    if value is not None and not least <= value <= most:
        raise WishRefused(f"--{name} {value} cannot be had: choose from {least} to {most}.")
    return value
