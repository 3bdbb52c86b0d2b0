"""Names and sizes of paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.media import LONGEST_EDGE, STANDARD_NAMES, TOLERANCE, media_for, name_for, size_of


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("iso_a4_210x297mm", (21000, 29700)),
        ("na_letter_8.5x11in", (21590, 27940)),
        ("na_number-10_4.125x9.5in", (10478, 24130)),
        ("custom_foo_100.5x200mm", (10050, 20000)),
        ("custom_x_3x4in", (7620, 10160)),
        ("iso-a4", (21000, 29700)),
        ("iso-a4-white", (21000, 29700)),
        ("na-letter", (21590, 27940)),
        ("iso-c5-envelope", (16200, 22900)),
        ("executive", (18415, 26670)),
        ("na-number-10-envelope", (10478, 24130)),
        ("iso-designated-long-envelope", (11000, 22000)),
    ],
)
def test_sizes_are_read_from_names(name, size):
    assert size_of(name) == size


@pytest.mark.parametrize(
    "name", ["", "a4", "iso_a4", "iso_a4_210x297", "iso_a4_210x297mm ", "x_y_9999999x1mm", "na_l_1..5x2in"]
)
def test_what_is_no_name_is_refused(name):
    with pytest.raises(ValueError, match="no name of a paper size"):
        size_of(name)


@pytest.mark.parametrize("name", STANDARD_NAMES)
def test_each_standard_size_is_found_again_in_both_orientations(name):
    width, height = size_of(name)
    for found in (name_for(width, height), name_for(height, width)):
        # Some sizes have two names (jpn_hagaki, a photo): then it is one of the same size.
        assert sorted(size_of(found)) == sorted((width, height))


def test_points_round_to_the_standard_size():
    assert name_for(round(595 * 2540 / 72), round(842 * 2540 / 72)) == "iso_a4_210x297mm"
    assert name_for(21590, 27940) == "na_letter_8.5x11in"


def test_nearness_ends_at_two_millimetres():
    assert name_for(21000 + TOLERANCE, 29700) == "iso_a4_210x297mm"
    assert name_for(21000 + TOLERANCE + 1, 29700 - TOLERANCE - 1) == "custom_212.01x294.99mm_212.01x294.99mm"


@given(st.integers(1, LONGEST_EDGE), st.integers(1, LONGEST_EDGE))
def test_every_size_has_a_name_that_says_it(width, height):
    found = sorted(size_of(name_for(width, height)))
    assert all(abs(a - b) <= TOLERANCE for a, b in zip(found, sorted((width, height)), strict=True))


def test_impossible_sizes_have_no_media():
    for size in ((0, 100), (100, -1), (LONGEST_EDGE + 1, 100)):
        with pytest.raises(ValueError, match="no sheet"):
            media_for(*size)
