"""Copies and sides of a PCL stream are set without harm to the rest of it."""

from hypothesis import given
from hypothesis import strategies as st

from pdl.pcl5.count import pages
from pdl.pcl5.rewrite import rewrite
from pdl.source import BytesSource
from pdl.stream_defaults import Defaults
from pdl.window import Window

UEL = b"\x1b%-12345X"


def rewritten(data, copies=None, sides=None):
    parts = []
    rewrite(Window(BytesSource(data)), parts.append, copies, sides)
    return b"".join(parts)


def printed(data):
    return [(page.copies, page.sides) for page in pages(Window(BytesSource(data)), Defaults())]


def test_settings_come_after_each_reset():
    assert rewritten(b"\x1bEa\x0c\x1bEb\x1bE", 2, "two-sided-long-edge") == (
        b"\x1bE\x1b&l1S\x1b&l2Xa\x0c\x1bE\x1b&l1S\x1b&l2Xb\x1bE"
    )
    assert rewritten(b"text", 3) == b"\x1b&l3Xtext"


def test_what_the_stream_says_itself_is_left_out():
    data = b"\x1bE\x1b&l26a9x2s1H\x1b&l4Xtext\x0c\x1b&l0Smore\x1bE"
    assert printed(rewritten(data, 2, "one-sided")) == [(2, "one-sided")] * 2
    assert printed(rewritten(data, sides="two-sided-short-edge")) == [(4, "two-sided-short-edge")] * 2


def test_data_and_labels_are_not_touched():
    data = b"\x1bE\x1b*r1A\x1b*b14W\x1b&l9X\x1bE\x1b&l0S\x1b*rB\x1b%0BSP1;LB\x1b&l7X\x03PD1,1;\x1b%0A\x0c"
    assert rewritten(data, 2) == data.replace(b"\x1bE", b"\x1bE\x1b&l2X", 1)


def test_rows_of_a_megabyte_pass_through():
    data = b"\x1bE\x1b*b1000000W" + b"\x1b&l9X" * 200_000 + b"\x0c"
    assert rewritten(data, 2) == b"\x1bE\x1b&l2X" + data[2:]


def test_a_plot_by_itself_stays_as_it_is():
    data = b"IN;SP1;PU0,0;PD100,100;PG;"
    assert rewritten(data, 2, "two-sided-long-edge") == data


def test_ends_before_the_end_of_the_language():
    window = Window(BytesSource(b"\x1bEtext\x1bE" + UEL + b"@PJL EOJ"))
    parts = []
    rewrite(window, parts.append, 2, None)
    assert b"".join(parts) == b"\x1bE\x1b&l2Xtext\x1bE"
    assert window.peek(9) == UEL


@given(st.binary(max_size=300))
def test_nothing_to_set_changes_no_page(data):
    assert printed(rewritten(data)) == printed(data)


@given(st.lists(st.sampled_from([b"\x1bE", b"\x1b&l3X", b"\x1b&l2s1X", b"a", b"\x0c", b"\x1b&l26A"]), max_size=20))
def test_every_page_gets_the_settings(parts):
    data = b"".join(parts)
    before, after = printed(data), printed(rewritten(data, 7, "two-sided-long-edge"))
    assert after == [(7, "two-sided-long-edge")] * len(before)
