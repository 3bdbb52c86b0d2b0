"""SVG: the size it says, and one page drawn on the sheet that it should be on."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.drawn import formats
from pdl.errors import DocumentRejected
from pdl.format_xml import root_element
from pdl.inspect import inspect
from pdl.limits import Limits
from pdl.source import BytesSource
from pdl.svg_size import sheet_of_svg, size_of_svg
from pdl.to_pdf import Sheet, to_pdf
from tests.pdl.readers import page_sizes, pictures

A4 = (595.276, 841.89)
needs_rsvg = pytest.mark.skipif("image/svg+xml" not in formats(), reason="rsvg-convert is not installed")


def svg(attributes='width="100" height="100"', body='<rect width="100%" height="100%" fill="#f00"/>'):
    return f'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{body}</svg>'.encode()


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="96" height="48"', (72, 36)),
        ("width='1in' height='2.54cm'", (72, 72)),
        ('width="210mm" height="297mm"', (595.28, 841.89)),
        ('width="10pc" height="1e2pt"', (120, 100)),
        ('viewBox="0 0 96 192"', (72, 144)),
        ('viewBox="0,0,50,100" width="96"', (72, 144)),
        ('viewBox="0 0 50 100" height="2in"', (72, 144)),
        ('width="100%" height="100%" viewBox="0 0 96 96"', (72, 72)),
        ('width="100%" height="100%"', None),
        ('width="0" height="5"', None),
        ('width="1e9" height="5"', None),
        ('data-width="5" height="5"', None),
        ("", None),
    ],
)
def test_the_size_it_says(attributes, size):
    found = size_of_svg(svg(attributes))
    assert found == (size if size is None else pytest.approx(size, abs=0.01))


def test_only_a_standard_sheet_is_its_sheet():
    assert sheet_of_svg(svg('width="297mm" height="210mm"')) == (29700, 21000)
    assert sheet_of_svg(svg()) is None
    assert sheet_of_svg(svg("")) is None


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("<svg/>", ("svg", "")),
        ("\ufeff \n<a:svg a='1'>", ("svg", " a='1'")),
        ("<?xml?><!-- <b> --><?p ?><!DOCTYPE svg PUBLIC 'x'>\n<svg x>", ("svg", " x")),
        ("<!DOCTYPE svg [<!ENTITY a '>'>]><svg x>", ("svg", " x")),
        ("<!-- never closed <svg>", ("", "")),
        ("<!DOCTYPE svg", ("", "")),
        ("no <svg/>", ("", "")),
        ("", ("", "")),
    ],
)
def test_the_first_element(text, root):
    assert root_element(text) == root


@given(st.text(alphabet="<!-?>[]DOCTYPEsvg xml'\"=/ \n", max_size=200))
def test_any_beginning_has_a_first_element_or_none(text):
    name, _ = root_element(text)
    assert name in text


@needs_rsvg
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("document", "color", "media"),
    [
        (svg(), (1,), "iso_a4_210x297mm"),
        (svg(body='<rect width="50" height="50" fill="#808080"/>'), (), "iso_a4_210x297mm"),
        (svg('width="8.5in" height="11in"'), (1,), "na_letter_8.5x11in"),
        (svg('width="297mm" height="210mm"'), (1,), "iso_a4_210x297mm"),
        (gzip.compress(svg()), (1,), "iso_a4_210x297mm"),
        (svg().decode().encode("utf-16"), (1,), "iso_a4_210x297mm"),
    ],
)
async def test_a_drawing_is_one_page(sandbox, document, color, media):
    report = await inspect(BytesSource(document), sandbox)
    assert (report.format, report.verdict, report.pages, report.sheets) == ("image/svg+xml", "ok", 1, 1)
    assert (report.confidence.pages, report.color_pages) == ("exact", color)
    assert report.describe()["media"] == [media]


@needs_rsvg
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("document", [svg()[:-20], b"<svg><rect></svg>", svg(body="<a><b></a>")])
async def test_a_damaged_drawing_is_refused(sandbox, document):
    report = await inspect(BytesSource(document), sandbox)
    assert report.verdict == "rejected"
    assert report.reason


async def drawn(sandbox, tmp_path, document, sheet):
    parts = []

    async def sink(data):
        parts.append(data)

    await to_pdf(BytesSource(document), "image/svg+xml", sheet, sandbox, sink, limits=Limits())
    path = tmp_path / "drawn.pdf"
    path.write_bytes(b"".join(parts))
    return path


@needs_rsvg
@pytest.mark.asyncio(loop_scope="module")
async def test_it_lies_in_the_middle_within_the_margins(sandbox, tmp_path):
    path = await drawn(sandbox, tmp_path, svg(), Sheet())
    assert page_sizes(path) == [pytest.approx(A4, abs=0.6)]
    (image,) = pictures(path)
    red = (image[..., 0] > 200) & (image[..., 1] < 80)
    rows, columns = red.any(axis=1).nonzero()[0], red.any(axis=0).nonzero()[0]
    assert columns[0] == pytest.approx(17, abs=2)
    assert columns[-1] == pytest.approx(595 - 17, abs=2)
    assert (rows[0] + rows[-1]) / 2 == pytest.approx(421, abs=2)


@needs_rsvg
@pytest.mark.asyncio(loop_scope="module")
async def test_it_is_drawn_on_the_sheet_that_is_asked_for(sandbox, tmp_path):
    path = await drawn(sandbox, tmp_path, svg('width="210mm" height="297mm"'), Sheet((14800, 21000), "fit"))
    assert page_sizes(path) == [pytest.approx((419.5, 595.3), abs=0.6)]


@needs_rsvg
@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_outside_of_it_is_read(sandbox, tmp_path):
    body = '<image width="100" height="100" href="file:///usr/share/pixmaps/debian-logo.png"/>'
    path = await drawn(sandbox, tmp_path, svg(body=body), Sheet())
    assert pictures(path)[0].min() == 255


@pytest.mark.asyncio(loop_scope="module")
async def test_without_the_program_it_is_refused_in_words(sandbox, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert formats() == frozenset()
    with pytest.raises(DocumentRejected, match="rsvg-convert is not installed"):
        await drawn(sandbox, tmp_path, svg(), Sheet())
