"""PDF: pages, sizes, and which pages have colour."""

import io
import json

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name

from pdl.errors import DocumentRejected, LimitReached, PasswordNeeded
from pdl.pdf import opened
from pdl.pdf_colour import Renderer
from pdl.pdf_inspect import inspect
from pdl.pdf_judgement import COLOR
from pdl.pdf_neutral import Neutral
from pdl.report import Report
from pdl.source import BytesSource
from tests.pdl.pages import long_pdf, pdf, saved


def inspected(data, most=1000, seconds=60):
    """What the task says: report, letters, answer."""
    out = bytearray()
    answer = inspect(BytesSource(data), {"format": "application/pdf", "pages": most, "seconds": seconds}, out.extend)
    line, _, letters = bytes(out).partition(b"\n")
    return Report.from_json(json.loads(line)), letters.decode(), answer


def counted(data, most=1000):
    return inspected(data, most, -1)[0]


def letters(data, seconds=60):
    return inspected(data, seconds=seconds)[1]


def cleared(data):
    neutral = Neutral()
    with opened(BytesSource(data)) as document:
        return [neutral.clears(page.obj) for page in document.pages]


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        ({}, (20990, 29704)),
        ({"Rotate": 90}, (29704, 20990)),
        ({"Rotate": -270}, (29704, 20990)),
        ({"Rotate": 180}, (20990, 29704)),
        ({"UserUnit": 2}, (41981, 59408)),
        ({"CropBox": Array([0, 0, 288, 144])}, (10160, 5080)),
        ({"CropBox": Array([288, 144, 0, 0])}, (10160, 5080)),
        ({"CropBox": Array([-50, -50, 2000, 2000])}, (20990, 29704)),
        ({"CropBox": Array([5000, 5000, 6000, 6000])}, (20990, 29704)),
        ({"CropBox": Name.Nonsense}, (20990, 29704)),
        ({"MediaBox": Array([10, 20, 154, 164])}, (5080, 5080)),
        ({"MediaBox": Array([0, 0, 0, 0])}, (0, 0)),
        ({"MediaBox": Array([0, 0, 1e12, 5])}, (0, 0)),
        ({"UserUnit": 1e8}, (0, 0)),
    ],
)
def test_sizes(keys, size):
    media = counted(pdf(b"", **keys)).media[0].media
    assert (media.width, media.height) == size
    assert (media.name == "unknown") == (size == (0, 0))


def test_sizes_are_inherited():
    made = pikepdf.open(io.BytesIO(pdf(b"", b"")))
    for page in made.pages:
        del page.obj["/MediaBox"]
    made.Root.Pages.MediaBox = Array([0, 0, 612, 792])
    made.Root.Pages.Rotate = 90
    (run,) = counted(saved(made)).media
    assert (run.pages, run.media.width, run.media.height, run.media.name) == (2, 27940, 21590, "na_letter_8.5x11in")


@pytest.mark.parametrize("claim", [1, 500, -1])
def test_a_count_that_lies_is_not_believed(claim):
    data = pdf(b"1 0 0 rg 0 0 99 99 re f", b"0 g 0 0 99 99 re f", b"")
    lying = data.replace(b"/Count 3", b"/Count %d" % claim)
    assert lying != data
    assert counted(lying).pages == 3
    assert letters(lying) == "cmm"


def test_damage_that_can_be_repaired_is():
    data = pdf(b"1 0 0 rg 0 0 99 99 re f", b"")
    for damaged in (data[:-40], b"junk " * 40 + data, bytes(100) + data):
        assert counted(damaged).pages == 2
        assert letters(damaged) == "cm"


def test_passwords():
    made = pikepdf.open(io.BytesIO(pdf(b"1 0 0 rg 0 0 99 99 re f")))
    with pytest.raises(PasswordNeeded, match="password"):
        counted(saved(made, encryption=pikepdf.Encryption(user="secret", owner="owner")))
    open_to_all = saved(made, encryption=pikepdf.Encryption(user="", owner="owner"))
    assert counted(open_to_all).pages == 1
    assert letters(open_to_all) == "c"


def test_no_pages_and_no_pdf_are_refused():
    with pytest.raises(DocumentRejected, match="no pages"):
        counted(saved(pikepdf.new()))
    for data in (b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", pdf(b"")[:100]):
        with pytest.raises(DocumentRejected, match="damaged"):
            counted(data)


def test_a_tree_of_pages_that_confuses_the_reader_is_damaged():
    data = b"%PDF-1.4\n1 0 obj<</Pages 2 0 R/Type/Catalog>>\n2 0 obj<</Kids[R 4 0 R]>>\n4 0 obj<<<>/Type/Page>>5 0"
    with pytest.raises(DocumentRejected, match="damaged"):
        counted(data)


def test_a_table_of_objects_beyond_any_file_is_looked_for_elsewhere():
    with pytest.raises(DocumentRejected, match="damaged"):
        counted(b"%PDF-1.4\nstartxref\n" + b"17" * 60)
    whole = pdf(b"", b"")
    start = whole.rindex(b"startxref\n") + len(b"startxref\n")
    report = counted(whole[:start] + b"17" * 60 + b"\n%%EOF\n")
    assert (report.pages, report.confidence.pages) == (2, "estimated")


def test_trees_that_turn_in_circles_are_refused():
    made = pikepdf.open(io.BytesIO(pdf(b"")))
    made.Root.Pages.Kids.append(made.Root.Pages)
    with pytest.raises(DocumentRejected):
        counted(saved(made))


def test_many_pages_are_counted_or_refused_by_the_limit():
    data = long_pdf(2000)
    assert counted(data, most=2000).pages == 2000
    assert len(counted(data, most=2000).media) == 1
    with pytest.raises(LimitReached, match="2000 pages"):
        counted(data, most=1999)


def test_colour_stops_in_order_when_its_time_is_over():
    assert letters(long_pdf(3), seconds=-1) == ""


GRAY = [
    b"",
    b"0 g 0 0 99 99 re f",
    b"0.5 0.5 0.5 rg 0 0 99 99 re f",
    b".5 0.50 +.5 RG 0 0 99 99 re S",
    b"0 0 0 1 k 0 0 99 99 re f",
    b"/DeviceGray cs 0.3 sc 0 0 99 99 re f",
    b"BT /F1 9 Tf (all the colours: 1 0 0 rg) Tj ET",
    b"[(k)-10(K)<6b>] TJ",
]
COLOURED = [
    b"1 0 0 rg 0 0 99 99 re f",
    b"1 0 0rg\n0 0 99 99 re f 0 1 0 rg 9 9 99 99 re f",
    b"0 1 0 0 k 0 0 99 99 re f",
    b"/DeviceRGB cs 1 0 0 sc 0 0 99 99 re f",
    b"/DeviceRGB CS 1 0 0 SCN 9 w 0 0 99 99 re S",
    b"0 0 0 rg 1 0 0 sc 0 0 99 99 re f",
    b"%(\n1 0 0 rg 0 0 99 99 re f %)",
    b"<(> 1 0 0 rg 0 0 99 99 re f <)>",
    b"(\\() Tj 1 0 0 rg 0 0 99 99 re f (\\)) Tj",
    b"((nested)) Tj 1 0 0 rg 0 0 99 99 re f (x) Tj",
    b"q 99 0 0 99 0 0 cm BI /W 1 /H 1 /CS /RGB /BPC 8 ID \xff\x00\x00 EI Q",
]


@pytest.mark.parametrize("content", GRAY)
def test_gray_pages_are_cleared_without_rendering(content):
    assert cleared(pdf(content)) == [True]
    assert letters(pdf(content)) == "m"


@pytest.mark.parametrize("content", COLOURED)
def test_coloured_pages_are_never_cleared(content):
    assert cleared(pdf(content)) == [False]


@pytest.mark.parametrize("content", [c for c in COLOURED if not c.startswith(b"<")])
def test_coloured_pages_are_found(content):
    assert letters(pdf(b"", content)) == "mc"


def form(content, **keys):
    def resources(made):
        stream = made.make_stream(content)
        stream.Type, stream.Subtype, stream.BBox = Name.XObject, Name.Form, Array([0, 0, 99, 99])
        stream.Resources = Dictionary()
        for key, value in keys.items():
            stream[f"/{key}"] = value
        return Dictionary(XObject=Dictionary(X=stream))

    return resources


def image(**keys):
    def resources(made):
        given = {"Width": 1, "Height": 1, "BitsPerComponent": 8, "Type": Name.XObject, "Subtype": Name.Image} | keys
        data = given.pop("data")
        return Dictionary(XObject=Dictionary(X=pikepdf.Stream(made, data, **given)))

    return resources


def space(value):
    return lambda made: Dictionary(ColorSpace=Dictionary(S=value(made)))


def icc(components):
    return lambda made: Array([Name.ICCBased, made.make_stream(b"", N=components, Alternate=Name.DeviceRGB)])


PAINT = b"q 99 0 0 99 0 0 cm /X Do Q"
GRAY_RESOURCES = [
    (PAINT, form(b"0 g 0 0 9 9 re f")),
    (PAINT, image(data=b"\x80", ColorSpace=Name.DeviceGray)),
    (PAINT, image(data=b"\x80", ImageMask=True, BitsPerComponent=1)),
    (b"0 g", form(b"1 0 0 rg 0 0 9 9 re f")),  # there, but not used
    (b"/S cs 0.5 scn 0 0 9 9 re f", space(icc(1))),
]
OTHER_RESOURCES = [
    (PAINT, form(b"1 0 0 rg 0 0 9 9 re f"), "c"),
    (b"q 99 0 0 99 0 0 cm /#58 Do Q", form(b"1 0 0 rg 0 0 9 9 re f"), "c"),
    (PAINT, image(data=b"\xff\0\0", ColorSpace=Name.DeviceRGB), "c"),
    (PAINT, image(data=b"\x80\x80\x80", ColorSpace=Name.DeviceRGB), "m"),
    (b"/S cs 1 0 0 scn 0 0 99 99 re f", space(icc(3)), "c"),
    (b"/S cs 0.5 scn 0 0 9 9 re f", space(lambda _: Array([Name.ICCBased])), None),
    (b"/S cs 0.5 scn 0 0 9 9 re f", space(lambda _: Array([Name.Indexed])), None),
    (b"0 g 0 0 9 9 re f", lambda made: Dictionary(ColorSpace=Dictionary(DefaultGray=icc(3)(made))), None),
]


@pytest.mark.parametrize(("content", "resources"), GRAY_RESOURCES)
def test_gray_resources_are_cleared(content, resources):
    assert cleared(pdf(content, resources=resources)) == [True]


@pytest.mark.parametrize(("content", "resources", "letter"), OTHER_RESOURCES)
def test_other_resources_are_rendered(content, resources, letter):
    data = pdf(content, resources=resources)
    assert cleared(data) == [False]
    assert letter is None or letters(data) == letter


def annotation(flags, content=b"1 0 0 rg 0 0 99 99 re f", subtype=Name.Stamp):
    def annotations(made):
        look = made.make_stream(content)
        look.Type, look.Subtype, look.BBox, look.Resources = (
            Name.XObject,
            Name.Form,
            Array([0, 0, 99, 99]),
            Dictionary(),
        )
        box = Array([0, 0, 99, 99])
        return Array([Dictionary(Type=Name.Annot, Subtype=subtype, F=flags, Rect=box, AP=Dictionary(N=look))])

    return annotations


def test_annotations_count_when_they_print():
    assert letters(pdf(b"", Annots=annotation(4))) == "c"
    assert letters(pdf(b"", Annots=annotation(0))) == "m"
    assert letters(pdf(b"", Annots=annotation(4 | 2))) == "m"
    assert cleared(pdf(b"", Annots=annotation(4, b"0 g 0 0 9 9 re f"))) == [True]


def test_a_stream_that_is_a_bomb_is_not_inflated():
    made = pikepdf.open(io.BytesIO(pdf(b"")))
    made.pages[0].obj.Contents = made.make_stream(b"0 g " * 4_000_000)
    assert cleared(saved(made, compress_streams=True)) == [False]


def test_forms_that_draw_themselves_end():
    made = pikepdf.open(io.BytesIO(pdf(PAINT, resources=form(b"/X Do"))))
    look = made.pages[0].obj.Resources.XObject.X
    look.Resources = Dictionary(XObject=Dictionary(X=look))
    assert cleared(saved(made)) == [False]


TOKENS = st.sampled_from(
    [b"0", b"1", b"0.5", b"rg", b"RG", b"g", b"k", b"K", b"sc", b"scn", b"cs", b"/DeviceRGB", b"/DeviceGray",
     b"(", b")", b"<", b">", b"%", b"\n", b"0 0 300 300 re f", b"q", b"Q", b"[", b"]", b"\\", b"<<", b">>", b"BI",
     b"1 0 0 rg", b"(a)", b"<6b>", b"ID", b"EI"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(TOKENS, max_size=25), st.sampled_from([b" ", b"", b"\n"]))
def test_what_is_cleared_renders_without_colour(tokens, between):
    data = pdf(between.join([*tokens, b" 0 0 300 300 re f"]))
    if cleared(data) == [True]:
        assert Renderer(BytesSource(data), 1, (), bytes).judge(0) != COLOR
