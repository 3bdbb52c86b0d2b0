"""The words of `printgate convert`, read as a target."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.convert_wishes import SHORT_NAMES, WishRefused, margins, media, page_ranges, target_of
from pdl.target import Target


@pytest.mark.parametrize(("name", "mime"), SHORT_NAMES.items())
def test_formats_by_short_name_and_by_mime_type(name, mime):
    dpi = 600 if name in {"ps", "pcl", "pclxl"} else 300
    assert target_of({"to": name}) == target_of({"to": mime.upper()}) == Target(mime, (dpi, dpi))


def test_everything_that_can_be_asked():
    given_words = {
        "to": "pclm", "pages": "1-3,5", "copies": 2, "sides": "long", "number_up": 4, "media": "A5", "scaling": "fit",
        "orientation": "reverse-landscape", "margins": "4.5", "mono": True, "dpi": 150, "raster_type": "sgray_8",
        "sheet_back": "rotated", "strip_height": 32, "compression": "rle", "quality": 70,
    }  # fmt: skip
    assert target_of(given_words) == Target(
        "application/PCLm",
        (150, 150),
        color=False,
        sides="two-sided-long-edge",
        media=(14800, 21000),
        copies=2,
        page_ranges=((1, 3), (5, 5)),
        scaling="fit",
        raster_type="sgray_8",
        sheet_back="rotated",
        number_up=4,
        orientation=5,
        margins=(450, 450, 450, 450),
        pclm_strip=32,
        pclm_compression="rle",
        jpeg_quality=70,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", ((1, 1),)), ("1-3,5", ((1, 3), (5, 5))), (" 2 - 4 ", ((2, 4),)), ("8-", ((8, 10**9),))],
)
def test_page_ranges(text, expected):
    assert page_ranges(text) == expected


@pytest.mark.parametrize("text", ["", "0", "3-1", "a", "1-2-3", "-", "-3", "1,,2", "1 2", "٣"])
def test_what_is_no_range(text):
    with pytest.raises(WishRefused, match="pages"):
        page_ranges(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a4", (21000, 29700)),
        ("A3", (29700, 42000)),
        ("b5", (17600, 25000)),
        ("letter", (21590, 27940)),
        ("tabloid", (27940, 43180)),
        ("iso_a4_210x297mm", (21000, 29700)),
        ("na-letter", (21590, 27940)),
        ("100x150mm", (10000, 15000)),
        ("4x6in", (10160, 15240)),
    ],
)
def test_sheets(text, expected):
    assert media(text) == expected


@pytest.mark.parametrize("text", ["", "a99", "paper", "1x1mm", "9999x9999mm", "4x6", "a10"])
def test_what_is_no_sheet_or_none_that_is_printed_on(text):
    if text == "a10":
        assert media(text) == (2600, 3700)
        return
    with pytest.raises(WishRefused, match=r"sheet|paper"):
        media(text)


def test_margins():
    assert margins("5") == (500, 500, 500, 500)
    assert margins("1,2.5,3,0") == (100, 250, 300, 0)
    for text in ("", "1,2", "-1", "a", "1e3", "1,2,3,4,5"):
        with pytest.raises(WishRefused, match="margins"):
            margins(text)


@pytest.mark.parametrize(
    "wrong", [{"to": "docx"}, {"dpi": 0}, {"dpi": 99999}, {"copies": 0}, {"quality": 101}, {"strip_height": 0}]
)
def test_what_cannot_be_had(wrong):
    with pytest.raises(WishRefused, match=r"Choose|choose"):
        target_of({"to": "pwg"} | wrong)


@given(st.text(max_size=20))
def test_any_words_are_read_or_refused(text):
    for read in (page_ranges, media, margins):
        try:
            read(text)
        except WishRefused as refused:
            assert str(refused).endswith(".")
