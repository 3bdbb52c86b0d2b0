"""Sheets that PCL names by number: ESC&l#A (PCL 5 Comparison Guide, "Page Size"; later LaserJet manuals).

Lengths here are in PCL's smallest unit, 1/7200 inch. The logical page begins a little inside of the sheet.
"""

from dataclasses import dataclass
from functools import cache

from pdl.media import UNKNOWN_SIZE, Media, media_for, size_of

UNITS_PER_INCH = 7200
# Hundredths of millimetres to an inch.
_METRIC_INCH = 2540

# Logical page offsets in 1/300 inch, portrait and landscape: sheets in inches, and metric ones.
_INCH_OFFSETS = (75, 60)
_METRIC_OFFSETS = (71, 59)

CUSTOM = 101

NAMES = {
    1: "na_executive_7.25x10.5in",
    2: "na_letter_8.5x11in",
    3: "na_legal_8.5x14in",
    4: "na_ledger_11x17in",
    5: "na_invoice_5.5x8.5in",
    6: "na_ledger_11x17in",
    8: "na_legal-extra_9.5x15in",
    9: "na_foolscap_8.5x13in",
    10: "na_foolscap_8.5x13in",
    11: "na_super-b_13x19in",
    12: "jis_b5_182x257mm",
    13: "iso_b5_176x250mm",
    15: "na_invoice_5.5x8.5in",
    16: "prc_16k_146x215mm",
    17: "roc_16k_7.75x10.75in",
    19: "roc_8k_10.75x15.5in",
    20: "na_govt-letter_8x10in",
    22: "na_arch-b_12x18in",
    24: "iso_a6_105x148mm",
    25: "iso_a5_148x210mm",
    26: "iso_a4_210x297mm",
    27: "iso_a3_297x420mm",
    28: "iso_a2_420x594mm",
    29: "iso_a1_594x841mm",
    30: "iso_a0_841x1189mm",
    32: "iso_sra3_320x450mm",
    44: "jis_b6_128x182mm",
    45: "jis_b5_182x257mm",
    46: "jis_b4_257x364mm",
    47: "jis_b3_364x515mm",
    65: "iso_b5_176x250mm",
    71: "jpn_hagaki_100x148mm",
    72: "jpn_oufuku_148x200mm",
    73: "iso_a6_105x148mm",
    74: "na_index-4x6_4x6in",
    75: "na_index-5x8_5x8in",
    78: "na_index-3x5_3x5in",
    80: "na_monarch_3.875x7.5in",
    81: "na_number-10_4.125x9.5in",
    89: "na_number-9_3.875x8.875in",
    90: "iso_dl_110x220mm",
    91: "iso_c5_162x229mm",
    92: "iso_c6_114x162mm",
    99: "iso_b4_250x353mm",
    100: "iso_b5_176x250mm",
    109: "na_a2_4.375x5.75in",
    110: "jpn_chou3_120x235mm",
    111: "jpn_chou4_90x205mm",
    112: "na_5x7_5x7in",
    122: "na_index-4x6_4x6in",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """One sheet upright: width and height, and how far in the logical page begins, portrait and landscape."""

    width: int
    height: int
    portrait: int
    landscape: int
    media: Media


def paper_for(media: Media) -> Paper:
    """The sheet of this size; Letter when the size is unknown."""
    if media == UNKNOWN_SIZE:
        media = media_for(*size_of(NAMES[2]))
    metric = "in" not in media.name.rsplit("_", 1)[-1]
    portrait, landscape = _METRIC_OFFSETS if metric else _INCH_OFFSETS
    width, height = (round(edge * UNITS_PER_INCH / _METRIC_INCH) for edge in (media.width, media.height))
    return Paper(width, height, portrait * 24, landscape * 24, media)


@cache
def paper_numbered(number: int) -> Paper | None:
    """The sheet of this number; None for numbers that no printer knows."""
    name = NAMES.get(number)
    return paper_for(media_for(*size_of(name))) if name else None


def custom_paper(width: int, height: int) -> Paper | None:
    """A sheet of these edges in 1/7200 inch; None when there can be none."""
    try:
        media = media_for(*(round(edge * _METRIC_INCH / UNITS_PER_INCH) for edge in (width, height)))
    except ValueError:
        return None
    return Paper(width, height, _INCH_OFFSETS[0] * 24, _INCH_OFFSETS[1] * 24, media)
