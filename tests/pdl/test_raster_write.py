"""Packed rows, and the rewriting of raster and PCL XL streams however they are cut."""

import itertools
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdl.errors import DocumentRejected, LimitReached
from pdl.packbits import pack_row, skip_row, unpack_row
from pdl.pclxl_write import SideWriter
from pdl.raster_write import RasterLayout, RasterWriter
from tests.pdl.documents import pwg, rows, urf
from tests.pdl.readers import read_pclxl, read_pwg, read_urf


@given(st.sampled_from([1, 2, 3, 4, 6, 8]), st.data())
def test_a_packed_row_unpacks_to_itself(unit, data):
    alphabet = data.draw(st.lists(st.binary(min_size=unit, max_size=unit), min_size=1, max_size=3))
    # Runs around the lengths where codes change.
    runs = data.draw(
        st.lists(
            st.tuples(st.sampled_from(alphabet), st.sampled_from([1, 2, 3, 127, 128, 129, 130])),
            min_size=1,
            max_size=20,
        )
    )
    row = b"".join(one * count for one, count in runs)
    packed = pack_row(row, unit)
    units = len(row) // unit
    assert unpack_row(packed, units, unit, 255) == row
    assert skip_row(packed, 0, units, unit) == len(packed)
    assert all(skip_row(packed[:end], 0, units, unit) == -1 for end in range(len(packed)))
    assert len(packed) <= len(row) + units // 128 + 2 * len(runs) + 1


@given(st.binary(max_size=300), st.integers(1, 400), st.integers(1, 8), st.integers(0, 255))
def test_any_bytes_unpack_to_a_row_of_the_right_length(packed, units, unit, white):
    assert len(unpack_row(packed, units, unit, white)) == units * unit
    assert -1 <= skip_row(packed, 0, units, unit) <= len(packed)


def written(writer, data, cuts):
    out = writer.start if isinstance(writer, RasterWriter) else b""
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for start, end in itertools.pairwise(edges):
        out += writer.feed(data[start:end])
    return out + writer.finish(3) if isinstance(writer, RasterWriter) else out


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(["pwg", "urf"]),
    st.sampled_from(["normal", "flipped", "rotated", "manual-tumble"]),
    st.booleans(),
    st.lists(st.integers(0, 10**8), max_size=12),
)
def test_it_does_not_matter_how_the_stream_is_cut(layout, back, tumble, cuts):
    data = small(layout)
    wanted = RasterLayout(layout, total_pages=3, duplex=True, tumble=tumble, sheet_back=back)
    whole, pieces = RasterWriter(wanted), RasterWriter(wanted)
    assert written(whole, data, []) == written(pieces, data, cuts)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([(18, 1), (19, 3), (6, 4)]), st.data())
def test_rows_are_never_taken_for_a_header(space, data):
    """Rows as Ghostscript packs them, black and nearly black, beside headers that begin with zeros."""
    number, colors = space
    dark = st.sampled_from([bytes(colors), *(bytes(n) + b"\1" + bytes(colors - n - 1) for n in range(colors))])
    width, height = 300, 20
    header = struct.pack(">8BIIII8x", 8 * colors, {18: 0, 19: 1, 6: 6}[number], 1, 0, 0, 0, 0, 0, 0, width, height, 72)
    page = b""
    for _ in range(height):
        runs = data.draw(st.lists(st.tuples(dark, st.sampled_from([1, 2, 128, 129])), min_size=1, max_size=9))
        row = b"".join(unit * count for unit, count in runs).ljust(width * colors, b"\0")[: width * colors]
        page += b"\0" + pack_row(row, colors)
    stream = b"UNIRAST\0\0\0\0\0" + (header + page) * 3
    writer = RasterWriter(RasterLayout("urf", total_pages=3))
    out = writer.start + writer.feed(stream) + writer.finish(3)
    assert out[12:] == stream[12:]


def small(layout):
    """Three pages of 40 x 30 pixels of noise and runs, the rows repeated now and then."""
    random = np.random.default_rng(7)
    out = b"RaS2" if layout == "pwg" else b"UNIRAST\0\0\0\0\0"
    for _ in range(3):
        if layout == "pwg":
            header = bytearray(1796)
            header[:10] = b"PwgRaster\0"
            for at, value in {276: 72, 280: 72, 372: 40, 376: 30, 384: 8, 388: 24, 392: 120, 400: 19}.items():
                header[at : at + 4] = struct.pack(">I", value)
            out += bytes(header)
        else:
            out += struct.pack(">8BIIII8x", 24, 1, 1, 0, 0, 0, 0, 0, 0, 40, 30, 72)
        left = 30
        while left:
            repeat = min(left, int(random.integers(1, 4)))
            image = random.integers(0, 3, (1, 40, 3), np.uint8)
            out += bytes((repeat - 1,)) + rows(image)[1:]
            left -= repeat
    return out


@pytest.mark.parametrize("layout", ["pwg", "urf"])
def test_the_header_is_completed_and_pixels_stay(layout):
    read = read_pwg if layout == "pwg" else read_urf
    wanted = RasterLayout(layout, total_pages=3, duplex=True, tumble=True, print_quality=5)
    writer = RasterWriter(wanted)
    before, after = read(small(layout)), read(written(writer, small(layout), []))
    for old, new in zip(before, after, strict=True):
        assert np.array_equal(old.pixels, new.pixels)
        assert (new.fields["TotalPageCount"], new.fields["PrintQuality"]) == (3, 5)
    if layout == "pwg":
        assert {(page.fields["Duplex"], page.fields["Tumble"], page.fields["NumColors"]) for page in after} == {
            (1, 1, 3)
        }
        assert {(page.fields["ImageBoxRight"], page.fields["ImageBoxBottom"]) for page in after} == {(40, 30)}
        assert {page.fields["PageSizeName"] for page in after} == {"custom_14.11x10.58mm_14.11x10.58mm"}
    else:
        assert {page.fields["Sides"] for page in after} == {2}


def test_a_blank_side_is_white_and_fed_as_a_back():
    writer = RasterWriter(RasterLayout("pwg", total_pages=4, duplex=True, sheet_back="rotated"))
    out = written(writer, small("pwg"), [])
    blank = read_pwg(out + writer.blank_page())[3]
    assert blank.pixels.min() == 255
    assert blank.fields["FeedTransform"] == 0xFFFFFFFF
    with pytest.raises(DocumentRejected):
        RasterWriter(RasterLayout("pwg", total_pages=1)).blank_page()


@pytest.mark.parametrize("layout", ["pwg", "urf"])
@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.6])
def test_a_stream_that_stops_short_is_noticed(layout, share):
    writer = RasterWriter(RasterLayout(layout, total_pages=3))
    writer.feed(small(layout)[: int(share * len(small(layout)))])
    with pytest.raises(LimitReached):
        writer.finish(3)


def test_what_is_no_raster_is_refused():
    writer = RasterWriter(RasterLayout("pwg", total_pages=1))
    with pytest.raises(DocumentRejected):
        writer.feed(b"RaS2" + bytes(5000))


def test_own_documents_are_what_the_reader_reads():
    assert len(read_pwg(pwg(2))) == 2
    assert len(read_urf(urf(2))) == 2


# PCL XL.


def byte(value, attribute):
    return bytes((0xC0, value, 0xF8, attribute))


def pclxl(pages, duplex=True):
    """A stream as Ghostscript writes it: every page a front; with data that looks like attributes."""
    out = b"\x1b%-12345X@PJL ENTER LANGUAGE = PCLXL\n) HP-PCL XL;1;1;Comment\n"
    out += b"\xd1" + struct.pack("<HH", 600, 600) + b"\xf8\x89" + byte(0, 0x86) + b"\x41"
    for _ in range(pages):
        out += byte(0, 0x28) + byte(2, 0x25)
        out += byte(1, 0x35) + byte(0, 0x36) if duplex else byte(0, 0x34)
        out += b"\x43"
        data = byte(0, 0x36) + b"\x43" + b"\x1b%-12345X"
        out += b"\xc8\xc1" + struct.pack("<H", len(data)) + data + b"\xf8\x06\x6a"
        out += b"\xc2\0\0\0\0\xf8\xa3\x50\xfa" + struct.pack("<I", len(data)) + data
        out += b"\xfb" + bytes((len(data),)) + data
        out += b"\xc1\x01\x00\xf8\x31\x44"
    return out + b"\x49\x42\x1b%-12345X"


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 5), st.lists(st.integers(0, 10**6), max_size=30))
def test_sheets_of_pcl_xl_have_fronts_and_backs(pages, cuts):
    before = pclxl(pages)
    writer = SideWriter()
    after = written(writer, before, cuts)
    writer.finish(pages)
    assert [page[0x36] for page in read_pclxl(after)] == [n % 2 for n in range(pages)]
    assert len(after) == len(before)
    assert sum(a != b for a, b in zip(after, before, strict=True)) == pages // 2


def test_one_sided_pcl_xl_stays_as_it_is():
    writer = SideWriter()
    assert written(writer, pclxl(3, duplex=False), []) == pclxl(3, duplex=False)
    with pytest.raises(LimitReached):
        writer.finish(4)


def test_pcl_xl_that_stops_short_is_noticed():
    writer = SideWriter()
    writer.feed(pclxl(3)[:-30])
    with pytest.raises(LimitReached):
        writer.finish(3)
    with pytest.raises(DocumentRejected):
        SideWriter().feed(bytes(70000))
