"""Rows of PCL pictures are unpacked as they were packed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.pcl5.rows import UNPACK


def unpacked(mode, data, before=bytes(8)):
    row = bytearray(before)
    UNPACK[mode](row, data)
    return bytes(row)


@pytest.mark.parametrize(
    ("mode", "data", "row"),
    [
        (0, b"abc", b"abc\0\0\0\0\0"),
        (0, b"abcdefghij", b"abcdefgh"),
        (1, b"\x02a\x00b", b"aaab\0\0\0\0"),
        (2, b"\x02abc\xfed", b"abcddd\0\0"),
        (2, b"\x80\x00a\xf0b", b"abbbbbbb"),
        (2, b"", bytes(8)),
    ],
)
def test_whole_rows(mode, data, row):
    assert unpacked(mode, data, b"--------") == row


def test_changes_to_the_row_before():
    # Two bytes at 1, then one byte two further on.
    assert unpacked(3, b"\x21xy\x02z", b"abcdefgh") == b"axydezgh"[:8]
    assert unpacked(3, b"", b"abcdefgh") == b"abcdefgh"


def test_a_far_change():
    row = bytearray(600)
    UNPACK[3](row, b"\x1f\xff\x0ax")
    assert row.index(b"x") == 31 + 255 + 10


def test_mixed_changes():
    # Three bytes at 1; then, one further on, a byte three times.
    assert unpacked(9, b"\x0axyz\xa1w", b"abcdefgh") == b"axyzewww"


def test_pixels():
    white = b"\xff" * 12
    # A new pixel of 23 bits, repeated twice.
    assert unpacked(10, b"\x80\x08\x10\x18", white)[:6] == bytes((16, 32, 48)) * 2
    # Differences of 15 bits to the pixel above: one up, one up, two up.
    assert unpacked(10, b"\x00\x84\x21", bytes(12))[:3] == bytes((1, 1, 2))


@given(st.sampled_from(sorted(UNPACK)), st.binary(max_size=80), st.binary(min_size=1, max_size=40))
def test_anything_unpacks_to_a_row_of_the_same_length(mode, data, before):
    assert len(unpacked(mode, data, before)) == len(before)
