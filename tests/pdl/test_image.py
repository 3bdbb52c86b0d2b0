"""Pictures of every kind: counted by what their files hold, coloured by their pixels."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pdl.errors import DocumentRejected, LimitReached, PdlError
from pdl.formats import sniff
from pdl.image import count
from pdl.report import Report
from pdl.source import BytesSource
from tests.pdl.documents import encoded, picture

A4 = "iso_a4_210x297mm"


def counted(document, pages=1000):
    found = sniff(document)
    return Report.from_json(count(BytesSource(document), {"format": found, "pages": pages}, None))


def red():
    return Image.fromarray(picture())


def gray():
    return Image.fromarray(picture()[..., 1])


@pytest.mark.parametrize(
    ("kind", "image", "options"),
    [
        ("JPEG", red(), {"quality": 90}),
        ("JPEG", red(), {"progressive": True}),
        ("JPEG", red().convert("CMYK"), {}),
        ("PNG", red(), {}),
        ("PNG", red().convert("RGBA"), {}),
        ("PNG", red().quantize(16), {}),
        ("GIF", red(), {}),
        ("BMP", red(), {}),
        ("DIB", red(), {}),
        ("WEBP", red(), {"lossless": True}),
        ("AVIF", red(), {}),
        ("TIFF", red(), {}),
        ("TIFF", red().convert("CMYK"), {"compression": "tiff_lzw"}),
        ("TIFF", red().quantize(16), {}),
        ("TIFF", red(), {"compression": "jpeg"}),
        ("TIFF", red(), {"compression": "tiff_adobe_deflate"}),
        ("TIFF", red().convert("YCbCr"), {"compression": "jpeg"}),
    ],
)
def test_one_picture_is_one_page_in_colour(kind, image, options):
    report = counted(encoded(kind, image, **options))
    assert (report.verdict, report.pages, report.sheets, report.copies, report.color_pages) == ("ok", 1, 1, 1, (1,))
    assert (report.confidence.pages, report.confidence.color, report.confidence.coverage) == (
        "exact",
        "exact",
        "estimated",
    )
    assert report.describe()["media"] == [A4]
    assert report.coverage
    # A red square of a hundredth of the page, a bar of half of that.
    assert 60 <= report.coverage.magenta <= 130
    assert report.coverage.cyan < 20
    assert report.basis.pages


@pytest.mark.parametrize(
    ("kind", "image", "options"),
    [
        ("JPEG", gray(), {}),
        ("JPEG", gray().convert("RGB"), {}),
        ("PNG", gray(), {}),
        ("PNG", gray().convert("1"), {}),
        ("PNG", gray().convert("LA"), {}),
        ("PNG", Image.fromarray(picture()[..., 1].astype(np.uint16) * 257), {}),
        ("PNG", gray().convert("RGB").quantize(4), {}),
        ("GIF", gray(), {}),
        ("BMP", gray().convert("1"), {}),
        ("TIFF", gray().convert("1"), {"compression": "group4"}),
        ("TIFF", gray().convert("1"), {"compression": "group3"}),
        ("TIFF", gray().convert("1"), {"compression": "packbits"}),
        ("TIFF", Image.fromarray(picture()[..., 1].astype(np.uint16) * 257), {}),
        ("TIFF", gray().convert("F"), {}),
        ("TIFF", gray(), {"compression": "tiff_lzw", "tiffinfo": {317: 2}}),
    ],
)
def test_gray_pictures_have_no_colour(kind, image, options):
    report = counted(encoded(kind, image, **options))
    assert (report.pages, report.color_pages, report.confidence.color) == (1, (), "exact")
    assert report.coverage
    assert report.coverage.cyan == report.coverage.magenta == report.coverage.yellow == 0
    assert report.coverage.black > 20


def test_colour_that_no_eye_sees_is_none():
    almost = np.full((50, 50, 3), 200, np.uint8)
    almost[..., 0] += 15
    assert counted(encoded("PNG", almost)).color_pages == ()
    almost[25, 25, 0] += 1
    assert counted(encoded("PNG", almost)).color_pages == (1,)


def test_what_is_transparent_has_no_colour():
    clear = Image.new("RGBA", (50, 50), (255, 0, 0, 0))
    report = counted(encoded("PNG", clear))
    assert report.color_pages == ()
    assert report.coverage
    assert report.coverage.magenta == 0


def test_of_an_animation_the_first_picture_is_printed():
    for kind in ("GIF", "PNG", "WEBP"):
        document = encoded(kind, gray().convert("RGB"), save_all=True, append_images=[red()], duration=100)
        assert counted(document).color_pages == ()
        assert counted(document).pages == 1


def test_every_page_of_a_tiff_is_looked_at():
    document = encoded("TIFF", gray(), save_all=True, append_images=[red(), gray().convert("1"), red()])
    report = counted(document)
    assert (report.pages, report.sheets, report.color_pages) == (4, 4, (2, 4))
    with pytest.raises(LimitReached, match="more than 3 pages"):
        counted(document, pages=3)


@pytest.mark.parametrize(
    ("size", "dots", "name"),
    [
        ((1728, 2292), (204, 196), A4),
        ((1728, 1146), (204, 98), A4),
        ((850, 1100), (100, 100), "na_letter_8.5x11in"),
        ((1100, 850), (100, 100), "na_letter_8.5x11in"),
        ((850, 1400), (100, 100), "na_legal_8.5x14in"),
        ((3307, 4677), (100, 100), "iso_a0_841x1189mm"),
        ((500, 500), (100, 100), A4),
        ((850, 1100), (1, 1), A4),
    ],
)
def test_a_scanned_sheet_is_a_sheet_of_its_size(size, dots, name):
    document = encoded("TIFF", Image.new("1", size, 1), compression="group4", dpi=dots)
    assert counted(document).describe()["media"] == [name]


def tiff(*directories, order="<", big=False, loop=None):
    """A TIFF of 8 x 8 gray pictures, one directory for each mapping of further tags; `loop` is where it leads back."""
    word, letter = (8, "Q") if big else (4, "I")
    data = (
        bytearray(struct.pack(order + "2sHHHQ", b"II" if order == "<" else b"MM", 43, 8, 0, 0))
        if big
        else bytearray(struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, 0))
    )
    link, starts = len(data) - word, []
    for more in directories:
        tags = {256: 8, 257: 8, 258: 8, 259: 1, 262: 1, 273: len(data), 277: 1, 278: 8, 279: 64} | more
        data += bytes([40] * 64)
        struct.pack_into(order + letter, data, link, len(data))
        starts.append(len(data))
        data += struct.pack(order + ("Q" if big else "H"), len(tags))
        for tag, value in sorted(tags.items()):
            data += struct.pack(order + "HH" + letter, tag, 4, 1)
            data += struct.pack(order + "I", value) + bytes(word - 4)
        link = len(data)
        data += bytes(word)
    if loop is not None:
        struct.pack_into(order + letter, data, link, starts[loop])
    return bytes(data)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_both_byte_orders_and_sizes_of_tiff(order, big):
    report = counted(tiff({}, {}, {}, order=order, big=big))
    assert (report.pages, report.color_pages, report.confidence.color) == (3, (), "exact")


def test_thumbnails_and_masks_are_no_pages():
    assert counted(tiff({254: 0}, {254: 1}, {254: 2}, {254: 4}, {255: 2})).pages == 2
    assert counted(tiff({254: 1})).pages == 1
    assert counted(tiff({254: 0}, {254: 1})).confidence.pages == "estimated"
    assert counted(tiff({254: 0}, {254: 2})).confidence.pages == "exact"


@pytest.mark.parametrize("back", [0, 1, 2])
def test_a_loop_of_directories_ends(back):
    assert counted(tiff({}, {}, {}, loop=back)).pages == 3


def test_a_tiff_whose_pixels_are_packed_strangely_is_counted():
    report = counted(tiff({259: 34661}))
    assert (report.pages, report.color_pages, report.confidence.color) == (1, (), "exact")
    report = counted(tiff({259: 34661, 262: 2}))
    assert (report.pages, report.color_pages, report.confidence.color) == (1, (1,), "estimated")
    assert "as they are stored" in report.basis.color


def retyped(tag, kind, value):
    """A TIFF one of whose tags has a value of another type."""
    return tiff({tag: value}).replace(struct.pack("<HHI", tag, 4, 1), struct.pack("<HHI", tag, kind, 1))


FLOAT, SIGNED = 11, 9


@pytest.mark.parametrize(
    "document",
    [
        retyped(256, FLOAT, 0x7F800000),
        retyped(257, FLOAT, 0x7FC00000),
        retyped(273, SIGNED, 0xFFFFFF00),
        tiff({273: 10_000}),
        tiff({256: 0}),
        tiff({256: 1_000_000}),
        tiff({}, {})[:-60],
        tiff({})[:20],
        b"II*\0",
        b"MM\0*\0\0\0\x08\0\0",
        encoded("JPEG")[:2000],
        encoded("PNG")[:800],
        encoded("GIF")[:300],
        encoded("BMP")[:4000],
        encoded("WEBP")[:100],
        encoded("AVIF")[:200],
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 500_000, 500_000, 8, 2, 0, 0, 0) + b"\0\0\0\0",
    ],
)
def test_damaged_pictures_are_refused(document):
    with pytest.raises(DocumentRejected) as caught:
        counted(document)
    assert caught.value.reason.endswith(".")


def test_zeros_before_a_picture():
    assert counted(bytes(300) + encoded("JPEG")).color_pages == (1,)


def test_a_huge_jpeg_is_an_estimate_and_huge_bits_are_black(monkeypatch):
    monkeypatch.setattr("pdl.image.MOST_PIXELS_DECODED", 100_000)
    report = counted(encoded("JPEG"))
    assert (report.color_pages, report.confidence.color) == ((1,), "estimated")
    report = counted(encoded("TIFF", gray().convert("1"), compression="group4"))
    assert (report.confidence.color, report.confidence.coverage) == ("exact", "unknown")
    report = counted(encoded("PNG"))
    assert (report.color_pages, report.confidence.color) == ((), "unknown")
    assert "pixels" in report.basis.color


SEEDS = [
    encoded("TIFF", red().resize((20, 20))),
    encoded("TIFF", gray().convert("1").resize((40, 40)), compression="group4"),
    encoded("JPEG", red().resize((20, 20))),
    encoded("PNG", red().resize((20, 20))),
    encoded("GIF", red().resize((20, 20))),
    encoded("BMP", red().resize((20, 20))),
    encoded("WEBP", red().resize((20, 20))),
    tiff({}, {}),
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6),
    st.integers(1, 900),
)
def test_mutated_pictures_are_counted_or_refused(seed, changes, length):
    document = bytearray(seed)
    for at, byte in changes:
        document[at % len(document)] = byte
    document = bytes(document[:length] if length % 3 == 0 else document)
    found = sniff(seed)
    try:
        report = Report.from_json(count(BytesSource(document), {"format": found, "pages": 100}, None))
    except (PdlError, MemoryError):
        return
    assert report.pages
