"""Names of paper as PJL and PCL XL spell them: LETTER, ISOA4, "JIS B5", 16K195X270; each printer has its own."""

import re
from functools import lru_cache

from pdl.media import STANDARD_NAMES, Media, media_for, size_of

# Names that are not those of PWG 5101.1 without its class: HP PJL Technical Reference (PAPER), PCL XL (MediaSize),
# and what drivers of other makers write. Hundredths of millimetres.
_NAMES: dict[str, tuple[int, int]] = {
    "STATEMENT": (13970, 21590), "HALFLETTER": (13970, 21590), "EXEC": (18415, 26670), "TABLOID": (27940, 43180),
    "TABLOIDEXTRA": (30480, 45720), "FOLIO": (21590, 33020), "FOOLSCAP": (21590, 33020), "FLSP": (21590, 33020),
    "OFICIO": (21590, 34290), "OFFICIO": (21590, 34290), "OFICIO8X13": (21590, 33020), "GOVTLETTER": (20320, 25400),
    "GOVLG": (21590, 33020), "GOVLEGAL": (21590, 33020), "GOVLETTER": (20320, 25400), "UNIVERSAL": (21590, 27940),
    "COM9": (9843, 22543), "COM10": (10478, 24130), "COM10ENVELOPE": (10478, 24130), "ENV10": (10478, 24130),
    "ENVELOPE10": (10478, 24130), "NO10": (10478, 24130), "MONARCH": (9843, 19050), "ENVMONARCH": (9843, 19050),
    "B5ENV": (17600, 25000), "B5ENVELOPE": (17600, 25000), "B5PAPER": (18200, 25700), "C5": (16200, 22900),
    "C5ENV": (16200, 22900),
    "C6ENV": (11400, 16200), "DLENV": (11000, 22000), "OTHERENV": (21590, 35560), "B4": (25700, 36400),
    "JPOST": (10000, 14800), "JAPANESEPOSTCARD": (10000, 14800), "POSTCARD": (10000, 14800), "HAGAKI": (10000, 14800),
    "JPOSTD": (14800, 20000), "JDOUBLEPOSTCARD": (20000, 14800), "DOUBLEPOSTCARD": (14800, 20000),
    "JISEXEC": (21600, 33000), "JIS8K": (26700, 38900), "JIS16K": (19500, 26700), "8K": (26700, 38900),
    "16K": (19500, 27000), "8KAI": (26700, 38900), "16KAI": (19500, 26700), "ROC16K": (19685, 27305),
    "ROC8K": (27305, 39370), "C8K": (26000, 36800), "C16K": (18400, 26000), "ENGQUATRO": (20320, 25400),
    "QUARTO": (21500, 27500), "ARCHB": (30480, 45720), "SUPERB": (33020, 48260), "RA3": (30500, 43000),
    "4X6": (10160, 15240), "5X7": (12700, 17780), "5X8": (12700, 20320), "3X5": (7620, 12700), "8X10": (20320, 25400),
    "8X13": (20320, 33020), "8.5X13": (21590, 33020), "9X11": (22860, 27940), "10X14": (25400, 35560),
    "11X14": (27940, 35560), "11X15": (27940, 38100), "11X17": (27940, 43180), "12X18": (30480, 45720),
    "13X18": (33020, 45720), "13X19": (33020, 48260), "L": (8900, 12700),
}  # fmt: skip

_NOISE = re.compile(r"[\s_\-()]+")
_TURNED = re.compile(r"(?:ROTATED|TRANSVERSE|SMALL|PAPER|SIZE|ENVELOPE|ENV|LEF|SEF|R)$|^(?:ENVELOPE|ENV|PAPER)")
_MEASURED = re.compile(r"(?:^|[^\d.])(\d{1,4}(?:\.\d{1,3})?)X(\d{1,4}(?:\.\d{1,3})?)(MM|IN|INCH)?$")
# A number without a unit is in inches up to here: no sheet is 60 mm narrow and none 60 inches wide.
_MOST_INCHES = 60


def _squeezed(name: str) -> str:
    return _NOISE.sub("", name.upper())


def _standard() -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for name in STANDARD_NAMES:
        family, short = name.split("_")[:2]
        size = size_of(name)
        # "na_letter" and "iso_a4" are meant where two families have the same name: they stand first.
        found.setdefault(_squeezed(short), size)
        found.setdefault(_squeezed(family + short), size)
    return found


_SIZES = _standard() | _NAMES


@lru_cache(1024)
def paper(name: str) -> Media | None:
    """Find the sheet of this name; None when it is none that is known."""
    squeezed = _squeezed(name[:100])
    for tried in (squeezed, _TURNED.sub("", squeezed)):
        if tried in _SIZES:
            return media_for(*_SIZES[tried])
    found = _MEASURED.search(squeezed)
    if found is None:
        return None
    edges = float(found[1]), float(found[2])
    metric = found[3] == "MM" or (found[3] is None and max(edges) > _MOST_INCHES)
    try:
        return media_for(*(round(edge * (100 if metric else 2540)) for edge in edges))
    except ValueError:
        return None
