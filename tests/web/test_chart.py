"""The picture of pages by hour."""

import time

from hypothesis import given
from hypothesis import strategies as st

from web.chart import by_hour


@given(st.lists(st.tuples(st.integers(0, 86_399), st.integers(0, 10_000), st.integers(0, 10_000)), max_size=40))
def test_all_bars_stay_in_the_picture(rows):
    charges = [(second * 1000, impressions, min(color, impressions)) for second, impressions, color in rows]
    chart = by_hour(charges)
    assert chart.total == sum(row[1] for row in charges)
    for bar in chart.bars:
        assert 34 <= bar.x and bar.x + bar.width <= 640
        assert bar.color_y >= 8 and bar.mono_y + bar.mono_height <= 164.2
    assert [figure for _, figure in chart.lines] == sorted(figure for _, figure in chart.lines)


def test_hours_are_those_of_the_clock_on_the_wall():
    at = int(time.time())
    chart = by_hour([(at * 1000, 5, 2)])
    (bar,) = [bar for bar in chart.bars if bar.mono]
    assert (bar.hour, bar.mono, bar.color) == (time.localtime(at).tm_hour, 3, 2)
