"""Colour of XPS pages: what the markup names, and what a rendering shows of it."""

import io
import shutil
import zipfile

import pytest
from PIL import Image

from pdl.errors import DocumentRejected
from pdl.source import BytesSource
from pdl.xps_colour import colour, judge_paint
from pdl.xps_judgement import COLOR, GRAYED, MONO, TINTED, UNJUDGED
from tests.pdl import xps_documents as make

SQUARE = "M 90,90 L 300,90 300,300 90,300 Z"
needs_mutool = pytest.mark.skipif(shutil.which("mutool") is None, reason="mutool is not installed")


def letters(made: dict[str, str | bytes]) -> bytes:
    out = bytearray()
    colour(BytesSource(make.package(made)), {"pages": 1000, "seconds": 60}, out.extend)
    return bytes(out)


def of_page(content: str, **others: str | bytes) -> int:
    return letters(make.parts([[make.page(content)]]) | others)[0]


def picture(kind: str, mode: str, color: object, **options: object) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, (30, 20), color).save(stream, kind, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def brush(target: str) -> str:
    return (
        f'<Path Data="{SQUARE}"><Path.Fill><ImageBrush ImageSource="{target}" Viewbox="0,0,30,20" '
        'Viewport="90,90,200,200" ViewboxUnits="Absolute" ViewportUnits="Absolute"/></Path.Fill></Path>'
    )


@pytest.mark.parametrize(
    ("paint", "letter"),
    [
        ("#000000", MONO), ("#FFFFFF", MONO), ("#80808080", MONO), ("#00FF0000", MONO), ("#FFFF0000", COLOR),
        ("#FF0000", COLOR), ("#fe0a0b0c", MONO), ("sc#0,0,0", MONO), ("sc#1, 0.5,0.5,0.5", MONO), ("sc#0,1,0,0", MONO),
        ("sc#1,0,0", COLOR), ("sc#2,2,1.5", MONO), ("sc#x", TINTED), ("sc#1,1", TINTED), ("red", TINTED),
        ("ContextColor /p.icc 1.0,0.0,0.0,0.0,1.0", TINTED), ("{StaticResource b}", MONO), (" #000000 ", MONO),
    ],
)  # fmt: skip
def test_paints(paint: str, letter: int) -> None:
    assert judge_paint(paint) == letter


def test_pages_by_what_they_name() -> None:
    gradient = (
        f'<Path Data="{SQUARE}"><Path.Fill><LinearGradientBrush StartPoint="0,0" EndPoint="9,9">'
        '<LinearGradientBrush.GradientStops><GradientStop Color="#FF000000" Offset="0"/>'
        '<GradientStop Color="{}" Offset="1"/></LinearGradientBrush.GradientStops></LinearGradientBrush>'
        "</Path.Fill></Path>"
    )
    pages = [make.BLACK, make.RED, "", gradient.replace("{}", "#FF777777"), gradient.replace("{}", "#FF7777FF")]
    assert letters(make.parts([[make.page(content) for content in pages]])) == bytes((MONO, COLOR, MONO, MONO, COLOR))


def test_a_dictionary_of_resources_counts_where_it_is_used() -> None:
    used = '<FixedPage.Resources><ResourceDictionary Source="/Resources/D.dict"/></FixedPage.Resources>'
    shared = '<ResourceDictionary xmlns="{}"><SolidColorBrush Color="{}"/></ResourceDictionary>'
    for paint, letter in (("#112211", COLOR), ("#111111", MONO)):
        made = make.parts([[make.page(used), make.page(), make.page(used)]])
        made["Resources/D.dict"] = shared.format(make.XPS_NAMESPACE, paint)
        assert letters(made) == bytes((letter, MONO, letter))
    made["Resources/D.dict"] = f'<ResourceDictionary xmlns="{make.XPS_NAMESPACE}" Source="/Resources/D.dict"/>'
    assert letters(made)[0] == UNJUDGED


@pytest.mark.parametrize(
    ("data", "letter"),
    [
        (picture("PNG", "RGB", (255, 0, 0)), COLOR),
        (picture("PNG", "RGB", (99, 99, 99)), MONO),
        (picture("PNG", "RGBA", (99, 99, 99, 7)), MONO),
        (picture("PNG", "P", 0), MONO),
        (picture("JPEG", "L", 99), MONO),
        (picture("JPEG", "RGB", (0, 99, 0)), COLOR),
        (picture("TIFF", "RGB", (0, 99, 0), compression="tiff_lzw"), COLOR),
        (picture("TIFF", "CMYK", (0, 0, 0, 99)), MONO),
        (b"II\xbc\x01 JPEG XR", UNJUDGED),
        (picture("PNG", "RGB", (255, 0, 0))[:60], UNJUDGED),
        (b"", UNJUDGED),
    ],
    ids=["red-png", "gray-png", "clear-png", "table-png", "gray-jpeg", "green-jpeg", "green-tiff", "cmyk-tiff", "xr",
         "cut-off", "empty"],
)  # fmt: skip
def test_pictures(data: bytes, letter: int) -> None:
    assert of_page(brush("/Resources/i.bin"), **{"Resources/i.bin": data}) == letter


def test_a_missing_picture_and_one_with_a_profile_are_doubtful() -> None:
    assert of_page(brush("/Resources/none.png")) == UNJUDGED
    assert of_page(brush("{ColorConvertedBitmap /i.png /p.icc}")) == TINTED


def test_a_ticket_that_wants_gray() -> None:
    made = make.parts([[make.page(make.RED), make.page()]])
    make.with_ticket(made, "Sequence.fdseq", make.ticket({"PageOutputColor": "Monochrome"}))
    assert letters(made) == bytes((GRAYED, MONO))


def test_a_damaged_page_is_a_damaged_document() -> None:
    with pytest.raises(DocumentRejected):
        of_page("<Path")


@needs_mutool
def test_what_the_markup_names_is_looked_at(look) -> None:
    hidden = make.RED + make.BLACK.replace("#000000", "#FFFFFFFF")
    clear = make.RED.replace("<Path", '<Path Opacity="0"')
    report = look(make.xps(*map(make.page, (make.RED, make.BLACK, hidden, clear, make.RED))))
    assert (report.format, report.verdict) == ("application/vnd.ms-xpsdocument", "ok")
    assert (report.pages, report.color_pages, report.confidence.color) == (5, (1, 5), "exact")


@needs_mutool
def test_every_other_page_in_colour(look) -> None:
    report = look(make.xps(*[make.page(content) for content in (make.BLACK, make.RED) * 30]))
    assert (report.color_pages, report.confidence.color) == (tuple(range(2, 61, 2)), "exact")


@needs_mutool
def test_the_ink_is_measured_when_all_pages_are_rendered(look) -> None:
    report = look(make.xps(make.page(make.RED)))
    assert report.confidence.coverage == "estimated"
    assert report.coverage is not None
    assert report.coverage.magenta > report.coverage.cyan
    assert look(make.xps(make.page())).coverage is None


def test_gray_needs_no_renderer(look, monkeypatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    report = look(make.xps(make.page(), make.page()))
    assert (report.color_pages, report.confidence.color) == ((), "exact")
    report = look(make.xps(make.page(), make.page(make.RED)))
    assert (report.pages, report.color_pages, report.confidence.color) == (2, (2,), "estimated")
    assert report.confidence.pages == "exact"


@needs_mutool
def test_a_picture_nobody_here_can_read_leaves_the_colour_open(look) -> None:
    made = make.parts([[make.page(brush("/Resources/i.wdp")), make.page(make.RED)]])
    made["Resources/i.wdp"] = b"II\xbc\x01 JPEG XR"
    report = look(make.package(made))
    assert (report.pages, report.confidence.pages, report.confidence.color) == (2, "exact", "unknown")
    assert "page 1" in report.basis.color


@needs_mutool
def test_the_tickets_gray_is_an_estimate(look) -> None:
    made = make.parts([[make.page(make.RED)]])
    make.with_ticket(made, "Sequence.fdseq", make.ticket({"PageOutputColor": "Grayscale"}))
    report = look(make.package(made))
    assert (report.color_pages, report.confidence.color) == ((), "estimated")


def test_a_damaged_document_is_rejected(look) -> None:
    report = look(make.xps(make.page("<Path")))
    assert (report.verdict, report.state_reason) == ("rejected", "document-format-error")
    report = look(make.package(make.parts([[make.page()]]), zipfile.ZIP_STORED)[:-40])
    assert report.verdict == "rejected"
