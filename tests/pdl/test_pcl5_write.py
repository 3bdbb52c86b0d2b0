"""Colour PCL 5 rewritten however the stream is cut, read by a reader of the test's own."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdl.errors import DocumentRejected, LimitReached
from pdl.pcl5_write import Pcl5Layout, Pcl5Writer
from tests.pdl.pcl5_reader import read_pcl5

BLACK = (
    b"\x1b&l0O\x1b&l%dA\x1b&l0l0E\x1b&l-180u36Z\x1b*r0F\x1b&u300D\x1b&l1X\x1b*rB\x1b*p0x0Y\x1b*t300R"
    b"\x1b*p+15Y\x1b*r1A\x1b*b2M"
)
HEADER = (
    b"\x1bE\x1b&u300D\x1b&l%dA\x1b*v1N\x1b*v1O\x1b*t4J\x1b*t300R\x1b*v6W\0\x03\0\x08\x08\x08"
    b"\x1b&l0e-180u36Z\x1b*p0x0Y\x1b*r1A\x1b*b3M"
)
END = b"\x1b*rC\f"


def row(data):
    return b"\x1b*b%dW%s" % (len(data), data)


def black(pages, size=26):
    """Black pages as Ghostscript writes them."""
    rows = row(b"\x02\x1bE\f") + b"\x1b*b3M" + row(b"\x40\x1b*rB\f"[:3]) + b"\x1b*b1Y\x1b*bW" + row(b"\x00\x0f")
    begin = b"\x1bE\x1b&l0O\x1b&l%dA" % size
    return begin + b"".join(BLACK % size + rows * (number + 1) + b"\x1b*rB\f" for number in range(pages)) + b"\x1bE"


def job(pages, size=26):
    """Pages in colour as Ghostscript writes them; rows hold what looks like commands."""
    nasty = row(b"\xc0\x1bE\x1b&l1S\f") + row(b"") + row(b"\x80\x1b*rC\f") + row(b"\x60" + END[:4])
    return b"".join(HEADER % size + nasty * (number + 1) + END for number in range(pages))


def written(writer, data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return b"".join(writer.feed(data[start:end]) for start, end in itertools.pairwise(edges))


@settings(max_examples=100, deadline=None)
@given(st.booleans(), st.integers(1, 5), st.booleans(), st.booleans(), st.lists(st.integers(0, 10**6), max_size=20))
def test_pages_stay_and_sheets_are_the_printers(color, pages, duplex, tumble, cuts):
    writer = Pcl5Writer(Pcl5Layout(color, duplex, tumble, copies=3))
    given_pages = job(pages) if color else black(pages)
    out = written(writer, given_pages, cuts) + writer.finish(pages)
    found = read_pcl5(out)
    plain = read_pcl5(given_pages)
    assert [page.rows for page in found] == [page.rows for page in plain]
    assert out.count(b"\x1bE\x1b&l26a") == 1
    for number, page in enumerate(found):
        assert page.settings["&lS"] == (0 if not duplex else 2 if tumble else 1)
        assert (page.settings["&lA"], page.settings["&lX"], page.settings["&lO"]) == (26, 3, 0)
        # Away from the binding, when that is at the left.
        assert page.settings["&lU"] == (170 if duplex and not tumble and number % 2 else -170)


@pytest.mark.parametrize(("size", "left"), [(26, -170), (2, -180), (3, -180), (25, -170)])
def test_pixels_begin_at_the_edge_of_the_sheet(size, left):
    writer = Pcl5Writer(Pcl5Layout())
    (page,) = read_pcl5(writer.feed(job(1, size)) + writer.finish(1))
    again = Pcl5Writer(Pcl5Layout(color=False))
    (dots,) = read_pcl5(again.feed(black(1, size)) + again.finish(1))
    assert (dots.settings["&lU"], dots.settings["&lZ"], dots.settings["*tR"]) == (left, 0, 300)
    assert (page.settings["&lU"], page.settings["&lZ"], page.settings["&lE"]) == (left, 0, 0)


@pytest.mark.parametrize("end", [0, 50, 150, -1])
def test_a_job_that_stops_short_is_noticed(end):
    writer = Pcl5Writer(Pcl5Layout())
    writer.feed(job(2)[:end])
    with pytest.raises(LimitReached):
        writer.finish(2)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 300))
def test_what_is_no_pcl_is_refused_or_waited_for(noise, at):
    data = job(1)
    writer = Pcl5Writer(Pcl5Layout())
    try:
        writer.feed(data[:at] + noise + data[at:])
        writer.finish(1)
    except (DocumentRejected, LimitReached):
        pass


def test_noise_is_not_passed_on():
    with pytest.raises(DocumentRejected):
        Pcl5Writer(Pcl5Layout()).feed(bytes(200))
    with pytest.raises(DocumentRejected):
        Pcl5Writer(Pcl5Layout()).feed(HEADER % 26 + b"this is no row of pixels")
