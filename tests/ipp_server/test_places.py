"""Places and how far apart they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipp_server.places import near


@pytest.mark.parametrize(
    ("place", "other", "so"),
    [
        ("geo:46.0,7.0", "geo:46.0,7.0", True),
        ("geo:46.0,7.0", "geo:46.0001,7.0", True),  # 11 metres
        ("geo:46.0,7.0", "geo:46.001,7.0", False),  # 111 metres
        ("geo:46.0,7.0;u=200", "geo:46.001,7.0", True),
        ("geo:46.0,7.0,400;crs=wgs84;u=0", "geo:46.0,7.0", True),
        ("geo:0,180", "geo:0,-180", True),
        ("geo:46.0,7.0", "", False),
        ("here", "here", False),
    ],
)
def test_places_are_near_within_what_is_uncertain(place, other, so):
    assert near(place, other) is so


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_is_no_place_is_nowhere(place, other):
    assert near(f"geo:{place}", f"geo:{other}") in (True, False)
