"""What a device says of its supplies and trays, brought to one form: that of printer-supply (PWG 5100.13 section 5.6).

Values are `key=value;` pairs with the names of the Printer MIB (RFC 3805). A level of -2 is unknown, of -3 is some;
nothing is guessed.
"""

import re
from collections.abc import Sequence
from typing import Final

from ipp.message import Group

Supply = tuple[str, str]
"""A supply: its pairs, and its description."""

MOST: Final = 30
"""Supplies, and trays, that are read of one device."""

_KEYS: Final = {
    "index": r"[0-9]{1,9}",
    "markerindex": r"[0-9]{1,9}",
    "class": r"[A-Za-z]{1,60}",
    "type": r"[A-Za-z]{1,60}",
    "unit": r"[A-Za-z]{1,60}",
    "maxcapacity": r"-?[0-9]{1,9}",
    "level": r"-?[0-9]{1,9}",
    "colorantindex": r"[0-9]{1,9}",
    "colorantrole": r"[A-Za-z]{1,60}",
    "colorantname": r"[-_.A-Za-z0-9]{1,60}",
    "coloranttonality": r"[0-9]{1,9}",
}
_TRAY_KEYS: Final = {
    "type": r"[A-Za-z]{1,60}",
    "dimunit": r"[A-Za-z]{1,60}",
    "unit": r"[A-Za-z]{1,60}",
    "mediafeed": r"-?[0-9]{1,9}",
    "mediaxfeed": r"-?[0-9]{1,9}",
    "maxcapacity": r"-?[0-9]{1,9}",
    "level": r"-?[0-9]{1,9}",
    "remaining": r"-?[0-9]{1,9}",
    "status": r"[0-9]{1,9}",
    "name": r"[^;=\x00-\x1f]{1,60}",
    "stackingorder": r"[A-Za-z]{1,60}",
    "pagedelivery": r"[A-Za-z]{1,60}",
}
_FINISHER_KEYS: Final = {
    "type": r"[A-Za-z]{1,60}",
    "unit": r"[A-Za-z]{1,60}",
    "maxcapacity": r"-?[0-9]{1,9}",
    "capacity": r"-?[0-9]{1,9}",
    "index": r"[0-9]{1,9}",
    "presentonoff": r"[A-Za-z]{1,60}",
    "status": r"[0-9]{1,9}",
}
_COLORS: Final = {
    "#000000": "black",
    "#00ffff": "cyan",
    "#ff00ff": "magenta",
    "#ffff00": "yellow",
    "#ff0000": "red",
    "#00ff00": "green",
    "#0000ff": "blue",
    "#ffffff": "white",
}
_WASTE: Final = "waste"


def supplies(group: Group) -> tuple[Supply, ...]:
    """Read printer-supply, or else the marker-* attributes of CUPS and older devices."""
    told = [_text(value) for value in group.all("printer-supply") if isinstance(value, bytes)]
    words = group.strings("printer-supply-description")
    found = tuple(
        (pairs, _clean(_at(words, number)))
        for number, pairs in enumerate((_pairs(value, _KEYS) for value in told[:MOST]), 1)
        if pairs
    )
    return found or _markers(group)


def finishers(group: Group) -> tuple[Supply, ...]:
    """Read printer-finisher and its descriptions (PWG 5100.1 section 6)."""
    told = [_text(value) for value in group.all("printer-finisher") if isinstance(value, bytes)]
    words = group.strings("printer-finisher-description")
    found = (_pairs(value, _FINISHER_KEYS) for value in told[:MOST])
    return tuple((pairs, _clean(_at(words, number))) for number, pairs in enumerate(found, 1) if pairs)


def trays(group: Group, attribute: str) -> tuple[str, ...]:
    """Read printer-input-tray or printer-output-tray: one value for each source or bin, in their order."""
    told = [value for value in group.all(attribute) if isinstance(value, bytes)]
    return tuple(_pairs(_text(value), _TRAY_KEYS) for value in told[:MOST])


def _markers(group: Group) -> tuple[Supply, ...]:
    names, kinds = group.strings("marker-names"), group.strings("marker-types")
    levels, colors = group.integers("marker-levels"), group.strings("marker-colors")
    return tuple(
        (_marker(number, _at(kinds, number), level, _at(colors, number)), _clean(_at(names, number)))
        for number, level in enumerate(levels[:MOST], 1)
        if -3 <= level <= 100
    )


def _marker(number: int, kind: str, level: int, color: str) -> str:
    words = [word for word in re.split(r"[^A-Za-z0-9]+", kind) if word] or ["other"]
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    kept = "receptacleThatIsFilled" if camel.lower().startswith(_WASTE) else "supplyThatIsConsumed"
    name = _COLORS.get(color.lower(), "")
    colorant = f"colorantname={name};" if name and kept == "supplyThatIsConsumed" else ""
    whole = f"index={number};class={kept};type={camel};unit=percent;maxcapacity=100;level={level};{colorant}"
    return _pairs(whole, _KEYS)


def _pairs(text: str, keys: dict[str, str]) -> str:
    """Keep the pairs that are known and fit; each once, in the order told."""
    kept: dict[str, str] = {}
    for part in text[:2000].split(";"):
        key, _, value = part.strip().partition("=")
        key = key.strip().lower()
        if key in keys and key not in kept and re.fullmatch(keys[key], value.strip()):
            kept[key] = value.strip()
    return "".join(f"{key}={value};" for key, value in kept.items())


def _at(values: Sequence[str], number: int) -> str:
    return values[number - 1] if number <= len(values) else ""


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")


def _clean(words: str) -> str:
    return "".join(character for character in words if character.isprintable())[:255]
