"""Annotations and form fields of a PDF page: what they add in print."""

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from pdl.pdf_annotations import Marks, marks_on
from pdl.pdf_neutral import Neutral
from tests.pdl.pages import pdf, saved
from tests.pdl.test_pdf import letters

RED, GRAY = b"1 0 0 rg 0 0 99 99 re f", b"0.5 g 0 0 99 99 re f"
BOX = [10, 10, 109, 109]
PRINT, HIDDEN = 4, 2


def made_with(*annotations, unfinished=None):
    made = pikepdf.new()
    made.add_blank_page(page_size=(595, 842))
    built = [made.make_indirect(annotation(made)) for annotation in annotations]
    made.pages[0].obj.Annots = Array(built)
    fields = [item for item in built if item.Subtype == Name.Widget]
    if fields:
        made.Root.AcroForm = Dictionary(Fields=Array(fields))
        if unfinished is not None:
            made.Root.AcroForm.NeedAppearances = unfinished
    return made


def annotation(kind, content=None, flags=PRINT, **keys):
    def build(made):
        found = Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), F=flags, Rect=Array(BOX))
        if kind == "Widget":
            found.FT, found.T = Name.Tx, String("field")
        if content is not None:
            found.AP = Dictionary(N=look(made, content))
        for key, value in keys.items():
            found[f"/{key}"] = value(made) if callable(value) else value
        return found

    return build


def look(made, content):
    stream = made.make_stream(content)
    stream.Type, stream.Subtype = Name.XObject, Name.Form
    stream.BBox, stream.Resources = Array([0, 0, 99, 99]), Dictionary()
    return stream


def states(**contents):
    return lambda made: Dictionary(N=Dictionary({f"/{name}": look(made, data) for name, data in contents.items()}))


def judged(*annotations, **options):
    return letters(saved(made_with(*annotations, **options)))


def marked(*annotations, unfinished=False):
    made = made_with(*annotations)
    return marks_on(made.pages[0].obj, Neutral(), unfinished=unfinished)


@pytest.mark.parametrize(
    ("annotations", "letter"),
    [
        ([annotation("Stamp", RED)], "c"),
        ([annotation("Stamp", GRAY)], "m"),
        ([annotation("Stamp", RED, flags=0)], "m"),
        ([annotation("Stamp", RED, flags=PRINT | HIDDEN)], "m"),
        ([annotation("Popup", RED)], "m"),
        # What a form field shows is seen by most renderers, and not by all.
        ([annotation("Widget", RED)], "k"),
        ([annotation("Widget", GRAY)], "m"),
        ([annotation("Widget", RED, flags=0)], "m"),
        ([annotation("Widget", RED, flags=HIDDEN)], "m"),
        ([annotation("Widget", RED), annotation("Stamp", RED)], "c"),
        ([annotation("Widget", GRAY), annotation("Widget", RED, flags=0)], "m"),
        ([annotation("Widget", RED), annotation("Widget", RED, flags=0)], "t"),
        ([annotation("Widget", AP=states(On=RED, Off=GRAY), AS=Name.On, FT=Name.Btn)], "k"),
        ([annotation("Widget", AP=states(On=RED, Off=GRAY), AS=Name.Off, FT=Name.Btn)], "m"),
        ([annotation("Line", C=Array([1, 0, 0]), L=Array(BOX))], "k"),
        ([annotation("Line", C=Array([0, 0, 0]), L=Array(BOX))], "m"),
        ([annotation("Line", C=Array([0, 0, 0, 1]), L=Array(BOX))], "m"),
        ([annotation("Line", C=Array([0, 1, 0, 0]), L=Array(BOX))], "k"),
        ([annotation("Link", C=Array([1, 0, 0]))], "t"),
        ([annotation("Link", C=Array([1, 0, 0]), Border=Array([0, 0, 0]))], "m"),
        ([annotation("Link", C=Array([1, 0, 0]), BS=Dictionary(W=0))], "m"),
        ([annotation("Link", C=Array([1, 0, 0]), flags=0)], "m"),
    ],
)
def test_what_annotations_add(annotations, letter):
    assert judged(*annotations) == letter


def test_fields_are_drawn_by_the_viewer_only_where_the_form_asks_for_it():
    field = annotation("Widget", MK=Dictionary(BG=Array([1, 0, 0])))
    assert judged(field, unfinished=True) == "k"
    assert judged(field, unfinished=False) == "m"
    assert judged(annotation("Widget", DA=String("1 0 0 rg /F 9 Tf")), unfinished=True) == "k"
    assert judged(annotation("Widget", DA=String("0 0 0 rg /F 9 Tf")), unfinished=True) == "m"
    assert judged(annotation("Widget", DA=String("x" * 300_000 + " 1 0 0 rg/F 9 Tf")), unfinished=True) == "k"


def test_the_text_of_fields_gets_no_colour_from_the_renderer():
    def text(made):
        stream = look(made, b"1 0 0 rg 500 500 1 1 re f 0 g BT /F1 20 Tf 2 20 Td (Illicit mill) Tj ET")
        stream.Resources = Dictionary(
            Font=Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        )
        return Dictionary(N=stream)

    assert judged(annotation("Widget", AP=text)) == "m"


@pytest.mark.parametrize(
    "annots", [Name.Nonsense, Array([1, Name.A]), Array([Dictionary(F=Name.X, Subtype=Name.Stamp)])]
)
def test_what_is_no_annotation_is_no_error(annots):
    assert letters(pdf(b"", Annots=annots)) in {"m", "t"}


def test_too_many_annotations_are_left_to_the_renderer():
    assert marked(*[annotation("Stamp", GRAY)] * 1001) == Marks(drawn=True, doubted=True)
    assert marked(*[annotation("Stamp", GRAY)] * 3) == Marks()
