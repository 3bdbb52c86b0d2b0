"""PWG and Apple raster, counted by their rows."""

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl import pwg, urf
from pdl.errors import DocumentRejected, LimitReached, PdlError
from pdl.report import Report
from pdl.source import BytesSource
from tests.pdl import pages
from tests.pdl.pages import COLOR_ROW, GRAY_ROW, pwg_page, urf_page


def count(data, most=100):
    counter, mime = (urf, "image/urf") if b"UNIRAST" in data[:400] else (pwg, "image/pwg-raster")
    return Report.from_json(counter.count(BytesSource(data), {"format": mime, "pages": most}, None))


@pytest.mark.parametrize(("page", "document"), [(pwg_page, pages.pwg), (urf_page, pages.urf)], ids=["pwg", "urf"])
class TestBoth:
    """What holds for the two alike."""

    def test_pages_and_colour(self, page, document):
        report = count(document(page(GRAY_ROW), page(COLOR_ROW), page(GRAY_ROW)))
        assert (report.pages, report.color_pages, report.confidence.color) == (3, (2,), "exact")
        assert report.media[0].pages == 3
        assert (report.media[0].media.width, report.media[0].media.height) == (203, 406)

    def test_leading_zeros_are_a_driver_s(self, page, document):
        assert count(bytes(300) + document(page(GRAY_ROW))).pages == 1

    def test_the_page_limit(self, page, document):
        assert count(document(*[page(GRAY_ROW)] * 3), most=3).pages == 3
        with pytest.raises(LimitReached, match="more than 2 pages"):
            count(document(*[page(GRAY_ROW)] * 3), most=2)

    def test_every_cut_is_noticed(self, page, document):
        data = document(page(GRAY_ROW), page(COLOR_ROW))
        whole = len(document(page(GRAY_ROW)))
        for end in range(len(document()) + 1, len(data)):
            if end != whole:
                with pytest.raises(DocumentRejected, match=r"incomplete|damaged"):
                    count(data[:end])

    def test_no_pages_is_no_document(self, page, document):
        with pytest.raises(DocumentRejected, match="no pages"):
            count(document())

    def test_rows_repeated_beyond_the_page_are_cut(self, page, document):
        assert count(document(page(b"\xff" + GRAY_ROW[1:]), page(GRAY_ROW))).pages == 2

    def test_white_to_the_end_of_the_row(self, page, document):
        assert count(document(page(b"\x0f\x80"), page(GRAY_ROW))).color_pages == ()

    def test_nearly_gray_is_gray(self, page, document):
        near, far = (b"\x0f\x07\x80\x80" + bytes([0x80 + step]) for step in (15, 16))
        assert count(document(page(near), page(far))).color_pages == (2,)

    @pytest.mark.parametrize("size", [{"width": 0}, {"width": 200_000}, {"height": 0}, {"height": 600_000}])
    def test_absurd_sizes_are_refused_before_anything_is_read(self, page, document, size):
        with pytest.raises(DocumentRejected, match="pixels"):
            count(document(page(GRAY_ROW, **size)))

    def test_copies(self, page, document):
        report = count(document(page(GRAY_ROW, copies=3), page(GRAY_ROW, copies=3)))
        assert (report.pages, report.copies, report.impressions, report.sheets) == (2, 3, 6, 6)


def test_total_page_count_may_lie():
    assert count(pages.pwg(pwg_page(GRAY_ROW, total=500))).pages == 1
    assert count(pages.urf(urf_page(GRAY_ROW), total=500)).pages == 1


def test_two_sided_pages_share_sheets():
    report = count(pages.pwg(*[pwg_page(GRAY_ROW, duplex=1, copies=2)] * 3))
    assert (report.sides, report.impressions, report.sheets) == ("two-sided-long-edge", 6, 4)
    assert count(pages.pwg(pwg_page(GRAY_ROW, duplex=1, tumble=1))).sides == "two-sided-short-edge"
    assert count(pages.urf(urf_page(GRAY_ROW, sides=2))).sides == "two-sided-short-edge"
    assert count(pages.urf(urf_page(GRAY_ROW, sides=3))).sides == "two-sided-long-edge"


def test_pages_with_copies_of_their_own():
    report = count(pages.pwg(pwg_page(GRAY_ROW), pwg_page(GRAY_ROW, copies=5)))
    assert (report.impressions, report.sheets, report.copies) == (6, 6, 5)


def test_absurd_copies_are_refused():
    with pytest.raises(DocumentRejected, match="copies"):
        count(pages.pwg(pwg_page(GRAY_ROW, copies=2**31)))


@pytest.mark.parametrize(
    ("space", "bits", "pixel_bits", "row", "color", "sure"),
    [
        (18, 8, 8, b"\x07\x80", (), "exact"),
        (3, 1, 1, b"\x00\xff", (), "exact"),
        (3, 8, 8, b"\xf9" + bytes(8), (), "exact"),
        (6, 8, 32, b"\x07\x00\x00\x00\xff", (), "exact"),
        (6, 8, 32, b"\x07\xff\x00\x00\x00", (1,), "exact"),
        (20, 8, 24, b"\x07\xff\x00\x00", (1,), "exact"),
        (1, 16, 48, b"\x07\x80\x01\x80\x02\x80\x03", (), "exact"),
        (1, 16, 48, b"\x07\x80\x01\x80\x02\xff\x03", (1,), "exact"),
        (50, 8, 24, b"\x07\xff\x00\x00", (), "unknown"),
    ],
)
def test_colour_spaces_of_pwg(space, bits, pixel_bits, row, color, sure):
    report = count(pages.pwg(pwg_page(b"\x0f" + row, space=space, bits=bits, pixel_bits=pixel_bits)))
    assert (report.color_pages, report.confidence.color) == (color, sure)


@pytest.mark.parametrize(("pixel", "color"), [(b"\x80\x80\x80", ()), (b"\x80\x81\x7f", ()), (b"\x80\xa0\x80", (1,))])
def test_lab_is_judged_as_what_it_looks_like(pixel, color):
    report = count(pages.urf(urf_page(b"\x0f\x07" + pixel, space=2)))
    assert (report.color_pages, report.confidence.color) == (color, "estimated")


def test_one_page_that_cannot_be_judged_makes_the_colour_unknown():
    report = count(pages.pwg(pwg_page(COLOR_ROW), pwg_page(COLOR_ROW, space=50)))
    assert (report.color_pages, report.confidence.color, report.coverage) == ((1,), "unknown", None)
    assert "colour space 50" in report.basis.color


def test_gray_as_the_profiles_of_presses_mix_it_is_no_certain_colour():
    mixed, colored = b"\x0f\x07\x96\x84\x83\x34", b"\x0f\x07\x84\x96\x83\x34"
    report = count(pages.pwg(*(pwg_page(row, space=6, pixel_bits=32) for row in (mixed, colored))))
    assert (report.color_pages, report.confidence.color) == ((2,), "estimated")


@pytest.mark.parametrize(
    ("page", "coverage"),
    [
        (pwg_page(b"\x0f\x07\xff\xff\xff"), (0, 0, 0, 0)),
        (pwg_page(b"\x0f\x07\0\0\0"), (0, 0, 0, 10_000)),
        (pwg_page(b"\x0f\x03\xff\0\0\x80"), (0, 5000, 5000, 0)),
        (pwg_page(b"\x0f\xfd\0\0\0\0\0\0\0\0\0\0\0\0\x80"), (0, 0, 0, 5000)),
        (pwg_page(b"\x07\x07\xff" + b"\xff\x07\0", space=18, pixel_bits=8), (0, 0, 0, 5000)),
        (pwg_page(b"\x0f\x00\xf0", space=3, bits=1, pixel_bits=1), (0, 0, 0, 5000)),
        (pwg_page(b"\x0f\x00\xf0", space=18, bits=1, pixel_bits=1), (0, 0, 0, 5000)),
        (pwg_page(b"\x0f\x07\x33\0\0\xff", space=6, pixel_bits=32), (2000, 0, 0, 10_000)),
    ],
)
def test_coverage(page, coverage):
    report = count(pages.pwg(page))
    assert astuple(report.coverage) == coverage
    assert report.confidence.coverage == "estimated"


def test_coverage_is_the_mean_of_the_pages():
    report = count(pages.urf(urf_page(b"\x0f\x07\0\0\0"), urf_page(b"\x0f\x80")))
    assert astuple(report.coverage) == (0, 0, 0, 5000)


def test_colour_beyond_the_first_chunk_of_a_page():
    row = b"\x00" + b"".join(b"\x81" + bytes([128]) * 384 for _ in range(20))
    last = b"\x00" + b"".join(b"\x7f" + (b"\0\0\xff" if n == 19 else b"\0\0\0") for n in range(20))
    data = pages.pwg(pwg_page(row * 200 + last, width=2560, height=201), pwg_page(row, width=2560, height=1))
    assert len(data) > 1_500_000
    assert count(data).color_pages == (1,)


def test_zeros_after_the_last_page_are_padding():
    assert count(pages.pwg(pwg_page(GRAY_ROW)) + bytes(100)).pages == 1
    assert count(pages.urf(urf_page(GRAY_ROW)) + bytes(70_000)).pages == 1


def test_resolutions_that_differ():
    media = count(pages.pwg(pwg_page(GRAY_ROW, dpi_x=200))).media[0].media
    assert (media.width, media.height) == (102, 406)


def test_large_rows_over_many_chunks():
    row = b"\x00" + b"".join(b"\x81" + bytes(range(128)) for _ in range(80))
    data = pages.pwg(*[pwg_page(row * 300, width=10240, height=300, space=18, pixel_bits=8)] * 2)
    assert len(data) > 6_000_000
    assert count(data).pages == 2


@given(st.binary(max_size=300), st.integers(0, 1900))
def test_mutations_are_counted_or_refused(junk, at):
    data = bytearray(pages.pwg(pwg_page(GRAY_ROW), pwg_page(COLOR_ROW)))
    data[4 + at : 4 + at + len(junk)] = junk
    try:
        report = count(bytes(data))
    except PdlError as fault:
        assert str(fault).endswith(".")
    else:
        assert 1 <= report.pages <= 100


@given(st.binary(max_size=300))
def test_random_rows_of_apple_raster(junk):
    try:
        assert count(pages.urf(urf_page(GRAY_ROW), junk)).pages >= 1
    except PdlError as fault:
        assert str(fault).endswith(".")
