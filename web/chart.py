"""Pages by hour as an SVG picture: figures in attributes, so that no style or script stands in the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from web.i18n import hour_of

_WIDTH: Final = 640
_LEFT, _TOP, _BOTTOM = 34, 10, 164
_FIRST, _LAST = 7, 19  # hours that are always shown


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour: where its two parts stand in the picture, and their figures."""

    hour: int
    x: float
    middle: float
    width: float
    mono: int
    color: int
    mono_y: float
    mono_height: float
    color_y: float
    color_height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars, and the lines behind them as (height in the picture, figure)."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, int], ...]
    total: int


def by_hour(charges: Sequence[tuple[int, int, int]]) -> Chart:
    """Draw what was charged today: (moment, impressions, colour impressions) each."""
    mono: dict[int, int] = {}
    color: dict[int, int] = {}
    for at, impressions, colored in charges:
        hour = hour_of(at)
        mono[hour] = mono.get(hour, 0) + impressions - colored
        color[hour] = color.get(hour, 0) + colored
    seen = [*mono, _FIRST, _LAST]
    hours = range(min(seen), max(seen) + 1)
    top = _round_up(max((mono.get(hour, 0) + color.get(hour, 0) for hour in hours), default=0))
    step = (_WIDTH - _LEFT) / len(hours)
    scale = (_BOTTOM - _TOP) / top
    bars = tuple(
        _bar(hour, _LEFT + place * step, step, mono.get(hour, 0), color.get(hour, 0), scale)
        for place, hour in enumerate(hours)
    )
    lines = tuple((_BOTTOM - top * quarter / 4 * scale, top * quarter // 4) for quarter in range(5))
    return Chart(bars, lines, sum(mono.values()) + sum(color.values()))


def _bar(hour: int, left: float, step: float, mono: int, color: int, scale: float) -> Bar:
    low, high = mono * scale, color * scale
    return Bar(
        hour,
        round(left + step * 0.18, 1),
        round(left + step / 2, 1),
        round(step * 0.64, 1),
        mono,
        color,
        round(_BOTTOM - low, 1),
        round(low, 1),
        round(_BOTTOM - low - high - 1, 1),
        round(max(0.0, high), 1),
    )


def _round_up(most: int) -> int:
    """The least of 4, 20, 40, 80, 200, 400, ... that all bars stay below."""
    size = 4
    while size < most:
        for factor in (5, 10, 20):
            if most <= size * factor:
                return size * factor
        size *= 10
    return size
