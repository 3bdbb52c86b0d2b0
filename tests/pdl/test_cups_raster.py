"""CUPS raster of all versions, byte orders and orders of colours."""

import struct
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl import cups_raster
from pdl.errors import DocumentRejected, PdlError
from pdl.packbits import pack_row
from pdl.report import Report
from pdl.source import BytesSource

OFFSETS = {
    "duplex": 272, "dpi_x": 276, "dpi_y": 280, "copies": 340, "points_x": 352, "points_y": 356, "tumble": 368,
    "width": 372, "height": 376, "bits": 384, "pixel_bits": 388, "length": 392, "order": 396, "space": 400,
}  # fmt: skip
CHUNKED, BANDED, PLANAR = 0, 1, 2
WIDTH, HEIGHT = 64, 32


def count(data):
    arguments = {"format": "application/vnd.cups-raster", "pages": 100}
    return Report.from_json(cups_raster.count(BytesSource(data), arguments, None))


def header(magic, colors, fields):
    little = magic[-1:] == b"R"
    size = 420 if b"t" in magic else 1796
    data = bytearray(size)
    given = {"dpi_x": 100, "dpi_y": 100, "width": WIDTH, "height": HEIGHT} | fields
    for name, number in given.items():
        struct.pack_into("<I" if little else ">I", data, OFFSETS[name], number)
    if size == 1796:
        struct.pack_into("<I" if little else ">I", data, 420, colors)
    return bytes(data)


def page(pixels, magic=b"3SaR", space=1, bits=8, order=CHUNKED, **fields):
    """Write (height, width, colours) of samples below 2**bits."""
    colors = pixels.shape[2]
    planes = {CHUNKED: [pixels.reshape(HEIGHT, -1)], BANDED: np.moveaxis(pixels, 2, 0)}
    planes[PLANAR] = planes[BANDED]
    written = [_bytes(plane, bits, magic) for plane in planes[order]]
    rows = np.concatenate(written, axis=1 if order == BANDED else 0)
    pixel_bits = bits * (colors if order == CHUNKED else 1)
    numbers = {"bits": bits, "pixel_bits": pixel_bits, "length": rows.shape[1], "order": order, "space": space}
    body = rows.tobytes()
    if b"2" in magic:
        unit = (pixel_bits + 7) // 8
        body = b"".join(b"\0" + pack_row(row.tobytes(), unit) for row in rows)
    return header(magic, colors, numbers | fields) + body


def _bytes(samples, bits, magic):
    if bits == 16:
        return np.ascontiguousarray(samples.astype("<u2" if magic[-1:] == b"R" else ">u2")).view(np.uint8)
    if bits == 8:
        return np.ascontiguousarray(samples.astype(np.uint8))
    places = (samples[:, :, None] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(places.reshape(len(samples), -1).astype(np.uint8), axis=1)


def filled(*samples):
    return np.tile(np.array(samples, np.uint16), (HEIGHT, WIDTH, 1))


def judged(pixels, **how):
    magic = how.get("magic", b"3SaR")
    report = count(magic + page(pixels, **how))
    return report.color_pages, report.confidence.color


MAGICS = [b"RaSt", b"tSaR", b"RaS2", b"2SaR", b"RaS3", b"3SaR"]


@pytest.mark.parametrize("magic", MAGICS)
class TestVersions:
    """What all six ways of writing it have in common."""

    def test_pages_and_colour(self, magic):
        gray, red = page(filled(128, 128, 128), magic), page(filled(255, 0, 0), magic)
        report = count(magic + gray + red + gray)
        assert (report.pages, report.color_pages, report.confidence.color) == (3, (2,), "exact")
        assert astuple(report.coverage)[1:3] == (3333, 3333)

    def test_sixteen_bits(self, magic):
        # The lower halves differ, the upper do not.
        assert judged(filled(0x8000, 0x80FF, 0x8080), magic=magic, bits=16) == ((), "exact")
        assert judged(filled(0x8000, 0xFF00, 0x8080), magic=magic, bits=16) == ((1,), "exact")

    def test_every_cut_is_noticed(self, magic):
        data = magic + page(filled(1, 2, 3), magic)
        for end in range(5, len(data), 97):
            with pytest.raises(DocumentRejected, match="incomplete"):
                count(data[:end])

    def test_copies_sides_and_the_sheet(self, magic):
        how = {"copies": 2, "duplex": 1, "tumble": 1, "points_x": 595, "points_y": 842}
        report = count(magic + page(filled(0), magic, space=3, **how) * 2)
        assert (report.copies, report.impressions, report.sheets, report.sides) == (2, 4, 2, "two-sided-short-edge")
        assert report.media[0].media.name == "iso_a4_210x297mm"

    @pytest.mark.parametrize("order", [CHUNKED, BANDED, PLANAR])
    def test_orders_of_colours(self, magic, order):
        assert judged(filled(9, 9, 9, 200), magic=magic, order=order, space=6)[0] == ()
        assert judged(filled(0, 200, 0, 0), magic=magic, order=order, space=6)[0] == (1,)

    @pytest.mark.parametrize("order", [CHUNKED, BANDED, PLANAR])
    def test_dots(self, magic, order):
        assert judged(filled(0, 0, 0, 1), magic=magic, order=order, space=6, bits=1) == ((), "exact")
        assert judged(filled(1, 1, 1, 1), magic=magic, order=order, space=6, bits=1) == ((), "estimated")
        assert judged(filled(0, 0, 1, 0), magic=magic, order=order, space=6, bits=1) == ((1,), "estimated")


@pytest.mark.parametrize(
    ("space", "gray", "colored"),
    [
        (1, (80, 80, 80), (80, 80, 120)),
        (2, (80, 80, 80, 255), (80, 80, 120, 255)),
        (4, (80, 80, 80), (80, 80, 120)),
        (5, (80, 80, 80), (80, 80, 120)),
        (7, (80, 80, 80, 0), (80, 80, 120, 0)),
        (8, (200, 80, 80, 80), (80, 120, 80, 80)),
        (17, (80, 80, 80, 0), (80, 80, 120, 0)),
        (19, (80, 80, 80), (80, 80, 120)),
        (20, (80, 80, 80), (80, 80, 120)),
    ],
)
def test_colour_spaces(space, gray, colored):
    assert judged(filled(*gray), space=space) == ((), "exact")
    assert judged(filled(*colored), space=space) == ((1,), "exact")


@pytest.mark.parametrize("space", [9, 10, 12, 13, 15, 32, 50])
def test_spaces_that_cannot_be_judged(space):
    assert judged(filled(9, 8, 7), space=space) == ((), "unknown")


@pytest.mark.parametrize("space", [0, 3, 18])
@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("order", [CHUNKED, BANDED, PLANAR])
def test_one_colour_is_gray(space, bits, order):
    assert judged(filled(1), space=space, bits=bits, order=order) == ((), "exact")


@pytest.mark.parametrize("bits", [2, 4])
def test_dots_of_several_sizes(bits):
    assert judged(filled(1, 1, 1, 3), space=6, bits=bits)[0] == ()
    assert judged(filled(1, 3, 1, 3), space=6, bits=bits)[0] == (1,)


def test_few_coloured_dots_among_gray_ones():
    pixels = filled(1, 1, 1, 0)
    pixels[4:14, 4:14] = (0, 1, 1, 0)
    assert judged(pixels, space=6, bits=1) == ((1,), "estimated")


def test_light_in_planes():
    assert judged(filled(80, 80, 80), order=PLANAR)[0] == ()
    assert judged(filled(80, 80, 200), order=PLANAR)[0] == (1,)
    assert judged(filled(1, 1, 1), order=BANDED, bits=1)[0] == ()
    assert judged(filled(0, 1, 1), order=BANDED, bits=1)[0] == (1,)


@pytest.mark.parametrize("order", [CHUNKED, BANDED, PLANAR])
@pytest.mark.parametrize("bits", [1, 8])
def test_fewer_colours_than_the_colour_space_has(order, bits):
    report = count(b"3SaR" + page(filled(1), space=6, bits=bits, order=order))
    assert (report.pages, report.color_pages, report.confidence.color) == (1, (), "unknown")


@pytest.mark.parametrize("wrong", [{"width": 0}, {"height": 10**6}, {"space": 40_000}, {"length": 5}])
def test_headers_that_cannot_be(wrong):
    with pytest.raises(DocumentRejected):
        count(b"3SaR" + page(filled(1, 2, 3), **{"space": 1} | wrong))


@pytest.mark.parametrize(("name", "number"), [("bits", 3), ("order", 7), ("pixel_bits", 0), ("pixel_bits", 4000)])
def test_layouts_that_cannot_be(name, number):
    data = bytearray(b"3SaR" + page(filled(1, 2, 3)))
    struct.pack_into("<I", data, 4 + OFFSETS[name], number)
    with pytest.raises(DocumentRejected, match="damaged"):
        count(bytes(data))


@given(st.sampled_from(MAGICS), st.binary(max_size=100), st.integers(0, 500))
def test_mutations_are_counted_or_refused(magic, junk, at):
    data = bytearray(magic + page(filled(1, 2, 3), magic))
    data[4 + at : 4 + at + len(junk)] = junk
    try:
        assert 1 <= count(bytes(data)).pages <= 100
    except PdlError as fault:
        assert str(fault).endswith(".")
