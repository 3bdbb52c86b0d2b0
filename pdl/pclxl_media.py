"""The sheet a page of PCL XL asks for: by number, by name, or by its measures."""

from pdl.media import Media, media_for
from pdl.paper_names import paper
from pdl.pclxl_tokens import Attributes

MEDIA_SIZE, CUSTOM_MEDIA_SIZE, CUSTOM_MEDIA_SIZE_UNITS = 37, 47, 48
# MediaSize eDefaultPaperSize: whatever the printer has.
DEFAULT_SIZE = 96
# Hundredths of a millimetre in an inch, a millimetre, a tenth of one (enumeration Measure).
_UNITS = (2540.0, 100.0, 10.0)

# Enumeration MediaSize (PCL XL Feature Reference 2.1, appendix); from 200 on Ricoh's own.
_NUMBERED = {
    0: "LETTER", 1: "LEGAL", 2: "A4", 3: "EXEC", 4: "LEDGER", 5: "A3", 6: "COM10", 7: "MONARCH", 8: "C5", 9: "DL",
    10: "JISB4", 11: "JISB5", 12: "B5ENV", 13: "B5PAPER", 14: "JPOST", 15: "JDOUBLEPOSTCARD", 16: "A5", 17: "A6",
    18: "JISB6", 19: "JIS8K", 20: "JIS16K", 21: "JISEXEC",
    201: "JISB6", 202: "C6", 203: "8KAI", 204: "16KAI", 205: "12X18", 212: "13X19.2IN", 213: "13X19",
    214: "12.6X19.2IN", 215: "12.6X18.5IN", 216: "13X18", 217: "SRA3", 218: "SRA4", 219: "226X310MM", 220: "310X432MM",
    221: "ENGQUATRO", 222: "11X14", 223: "11X15", 224: "10X14",
}  # fmt: skip


def asks_for_sheet(attributes: Attributes) -> bool:
    """Whether BeginPage says anything of its sheet's size."""
    return MEDIA_SIZE in attributes or CUSTOM_MEDIA_SIZE in attributes


def sheet(attributes: Attributes, default: Media) -> Media | None:
    """Find the sheet BeginPage asks for, `default` where it asks for the printer's own; None when it is unknown."""
    if CUSTOM_MEDIA_SIZE in attributes:
        units = attributes[CUSTOM_MEDIA_SIZE_UNITS].number if CUSTOM_MEDIA_SIZE_UNITS in attributes else 0
        scale = _UNITS[units] if 0 <= units < len(_UNITS) else _UNITS[0]
        try:
            width, height = (round(edge * scale) for edge in attributes[CUSTOM_MEDIA_SIZE].numbers[:2])
            return media_for(width, height)
        except (ValueError, OverflowError):
            return None
    size = attributes[MEDIA_SIZE]
    if len(size.raw) > 1 or 0xC8 <= size.tag <= 0xCD:
        return paper(size.raw.replace(b"\0", b"").decode("latin-1"))
    number = size.number
    if number == DEFAULT_SIZE:
        return default
    return paper(_NUMBERED[number]) if number in _NUMBERED else None
