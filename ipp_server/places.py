"""Places as geo: URIs (RFC 5870): how far apart they are."""

import math
import re
from typing import Final

_GEO: Final = re.compile(r"geo:(-?\d{1,2}(?:\.\d{1,15})?),(-?\d{1,3}(?:\.\d{1,15})?)(?:,-?\d[\d.]{0,15})?(;.{0,200})?")
_UNCERTAIN: Final = re.compile(r";u=(\d{1,8}(?:\.\d{1,6})?)")
_EARTH: Final = 6_371_000.0  # metres, its mean radius
_AROUND: Final = 30.0
"""Metres around a place that says nothing of its uncertainty."""


def near(place: str, other: str) -> bool:
    """Whether another place lies within the uncertainty of one; never, if one of them cannot be read."""
    wanted, found = _GEO.fullmatch(place), _GEO.fullmatch(other)
    if wanted is None or found is None:
        return False
    uncertain = _UNCERTAIN.search(wanted[3] or "")
    return _distance(wanted, found) <= (float(uncertain[1]) if uncertain else _AROUND)


def _distance(one: re.Match[str], other: re.Match[str]) -> float:
    """Metres over ground, by the haversine formula."""
    latitude, longitude, other_latitude, other_longitude = (
        math.radians(float(text)) for text in (one[1], one[2], other[1], other[2])
    )
    north, east = (other_latitude - latitude) / 2, (other_longitude - longitude) / 2
    half = math.sin(north) ** 2 + math.cos(latitude) * math.cos(other_latitude) * math.sin(east) ** 2
    return 2 * _EARTH * math.asin(min(1.0, math.sqrt(half)))
