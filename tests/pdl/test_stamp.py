"""Stamps as readers see them: where they stand, which way up, on whatever page, in whatever language it is sent."""

import io
import subprocess
import zlib

import numpy as np
import pikepdf
import pypdfium2
import pytest
import segno
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pdl.errors import PdlError
from pdl.limits import Limits
from pdl.render import Target, render
from pdl.scratch import MemoryScratch
from pdl.source import BytesSource
from pdl.stamp import CORNERS, Stamp
from pdl.stamp_pdf import stamp_pdf
from tests.pdl import documents
from tests.pdl.readers import postscript_pictures, read_pwg

PDF = "application/pdf"
WORDS = "Amélie Œuvré 2026"


def stamped(document, stamp, *, hatched=False):
    out = bytearray()
    stamp_pdf(BytesSource(document), stamp.arguments() | {"hatched": hatched}, out.extend)
    return bytes(out)


def page_of(document, index=0):
    """What a page shows: (its picture at 72 dpi, {word: (left, bottom) as its reader sees the page})."""
    read = pypdfium2.PdfDocument(document)
    page = read[index]
    picture = page.render(scale=1, may_draw_forms=False).to_numpy()[:, :, :3]
    return picture, page.get_textpage().get_text_range()


def blank(**keys):
    made = pikepdf.new()
    made.add_blank_page(page_size=(400, 600))
    for key, value in keys.items():
        made.pages[0].obj[f"/{key}"] = value
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def ink(picture):
    """The rectangle that holds everything dark: left, top, right, bottom, as shares of the page."""
    rows, columns = np.nonzero(picture.min(axis=2) < 128)
    height, width = picture.shape[:2]
    return columns.min() / width, rows.min() / height, columns.max() / width, rows.max() / height


@pytest.mark.parametrize("corner", [corner for corner in CORNERS if corner != "diagonal"])
def test_stands_in_its_corner(corner):
    left, top, right, bottom = ink(page_of(stamped(blank(), Stamp((WORDS,), corner)))[0])
    across = "left" if right < 0.5 else "right" if left > 0.5 else "middle"
    down = "top" if bottom < 0.5 else "bottom" if top > 0.5 else "middle"
    assert across == next((side for side in ("left", "right") if side in corner), "middle")
    assert down == next((side for side in ("top", "bottom") if side in corner), "middle")
    assert min(left, top, 1 - right, 1 - bottom) > 0.02


@pytest.mark.parametrize("turn", [0, 90, 180, 270, -90])
def test_is_upright_and_in_place_for_the_reader_of_a_turned_page(turn):
    keys = {"MediaBox": [-100, 50, 500, 850], "CropBox": [-60, 90, 440, 790], "Rotate": turn}
    document = blank(**{key: pikepdf.Array(value) if isinstance(value, list) else value for key, value in keys.items()})
    left, top, right, bottom = ink(page_of(stamped(document, Stamp((WORDS,), "bottom-right")))[0])
    assert left > 0.5
    assert top > 0.9
    assert right - left > 3 * (bottom - top)
    # And not upside down: what is turned by 180 degrees more would be the mirror of it.
    straight, _ = page_of(stamped(blank(MediaBox=keys_box(turn)), Stamp((WORDS,), "bottom-right")))
    turned, _ = page_of(stamped(document, Stamp((WORDS,), "bottom-right")))
    assert np.abs(straight.astype(int) - turned).mean() < 0.5


def test_is_upright_where_the_pages_are_turned_by_the_tree_above_them():
    made = pikepdf.open(io.BytesIO(blank()))
    made.Root.Pages.Rotate = 90
    stream = io.BytesIO()
    made.save(stream)
    left, top, right, bottom = ink(page_of(stamped(stream.getvalue(), Stamp((WORDS,), "bottom-right")))[0])
    assert left > 0.5
    assert top > 0.9
    assert right - left > 3 * (bottom - top)


def keys_box(turn):
    return pikepdf.Array([0, 0, 500, 700] if turn % 180 == 0 else [0, 0, 700, 500])


def test_is_of_its_size_whatever_the_unit_of_the_page():
    document = stamped(blank(UserUnit=2, MediaBox=pikepdf.Array([0, 0, 200, 300])), Stamp((WORDS,), "center", size=20))
    with pikepdf.open(io.BytesIO(document)) as read:
        page = read.pages[0]
        assert page.obj.UserUnit == 2
        # Two points for each unit: the stamp is drawn at half its size in units.
        assert b"0.5 0 0 0.5 0 0 cm" in page.Contents.read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"q 0.2 0 0 0.2 300 300 cm 0 g 10 10 5 5 re f",  # a q that is never closed
        b"Q Q Q 0 g 10 10 5 5 re f",
        b"0 -1 1 0 0 0 cm 0 g 10 10 5 5 re f",
        b"10 10 5 5 re W n",  # everything after is cut off
    ],
)
def test_nothing_that_a_page_leaves_behind_moves_it(content):
    made = pikepdf.open(io.BytesIO(blank()))
    made.pages[0].obj.Contents = made.make_stream(content)
    stream = io.BytesIO()
    made.save(stream)
    picture, words = page_of(stamped(stream.getvalue(), Stamp((WORDS,), "bottom-right")))
    expected, _ = page_of(stamped(blank(), Stamp((WORDS,), "bottom-right")))
    assert WORDS in words
    corner = np.s_[500:, 200:]
    assert np.array_equal(picture[corner], expected[corner])


@pytest.mark.parametrize("damaged", [slice(0, 2), slice(200, 208)])
def test_a_page_whose_content_is_damaged_shows_what_can_be_read_of_it_and_the_stamp(damaged):
    made = pikepdf.open(io.BytesIO(blank()))
    content = bytearray(zlib.compress(b"0 g 150 300 100 100 re f " + b" ".join(b"%d" % n**5 for n in range(900))))
    content[damaged] = b"\xff" * (damaged.stop - damaged.start)
    broken = made.make_stream(bytes(content))
    broken.Filter = pikepdf.Name.FlateDecode
    made.pages[0].obj.Contents = broken
    stream = io.BytesIO()
    made.save(stream)
    picture, words = page_of(stamped(stream.getvalue(), Stamp((WORDS,), "bottom-right", opacity=0.5, qr="x")))
    assert WORDS in words
    assert picture[250, 200].max() == page_of(stream.getvalue())[0][250, 200].max()


def test_leaves_the_page_below_as_it_was():
    document = documents.pdf(3)
    for index in range(3):
        before, after = page_of(document, index)[0], page_of(stamped(document, Stamp((WORDS,), "top")), index)[0]
        assert np.array_equal(before[100:], after[100:])


def test_is_read_on_a_dark_page():
    dark = documents.pdf(1, extra=b" 0 g 0 0 1000 1000 re f")
    picture, _ = page_of(stamped(dark, Stamp((WORDS,), "center", size=20)))
    assert (picture.min(axis=2) > 200).sum() > 200


@pytest.mark.parametrize("hatched", [False, True])
def test_a_diagonal_runs_from_corner_to_corner_and_is_pale(hatched):
    document = stamped(blank(), Stamp(("CONFIDENTIAL",), "diagonal", opacity=0.2), hatched=hatched)
    picture = pypdfium2.PdfDocument(document)[0].render(scale=4).to_numpy()[:, :, :3]
    rows, columns = np.nonzero(picture.min(axis=2) < 250)
    height, width = picture.shape[:2]
    assert columns.min() < 0.3 * width
    assert columns.max() > 0.7 * width
    low, high = rows[columns < 0.4 * width].mean(), rows[columns > 0.6 * width].mean()
    assert high < low - 0.2 * height
    letters = picture[rows.min() : rows.max(), columns.min() : columns.max()]
    assert letters.mean() > 230
    with pikepdf.open(io.BytesIO(document)) as read:
        assert bool(len(read.pages[0].Resources.ExtGState)) is not hatched


@pytest.mark.parametrize("corner", ["top-left", "bottom-right", "left", "diagonal"])
def test_the_code_is_the_one_that_was_asked_for(corner):
    data = "urn:uuid:0b1f6a1e-51f6-4c2a-9d0f-2f3a8d1c7e55"
    dark = documents.pdf(1, size=(400, 600), extra=b" 0.3 g 0 0 1000 1000 re f")
    document = stamped(dark, Stamp((), corner, qr=data, opacity=0.3))
    picture = pypdfium2.PdfDocument(document)[0].render(scale=10).to_numpy()[:, :, 0]
    white = picture > 250
    rows, columns = np.nonzero(white)
    code = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    expected = np.array([list(row) for row in segno.make(data, error="m", micro=False, boost_error=False).matrix])
    if corner == "left":
        expected = np.rot90(expected)  # it reads upwards
    modules = len(expected) + 8
    centres = ((np.arange(len(expected)) + 4.5) * len(code) / modules).astype(int)
    assert np.array_equal(code[np.ix_(centres, centres)] < 128, expected.astype(bool))


def test_words_of_any_script_are_set_and_a_long_line_goes_on_below():
    _, words = page_of(stamped(blank(), Stamp((f"{WORDS} Ягода Ωμέγα", "word " * 60), "top")))
    for part in ("Œuvré", "Ягода", "Ωμέγα"):
        assert part in words
    assert words.count("word") > 30


def test_hebrew_is_set_from_right_to_left():
    _, words = page_of(stamped(blank(), Stamp(("abc שלום 12",), "top")))
    # A reader of PDF gives back what it sees in reading order.
    assert "שלום" in words or "םולש" in words
    from pdl.stamp_ink import _seen

    assert _seen("abc שלום 12 עולם.") == "abc םלוע 12 םולש."


def test_a_document_with_an_owner_password_is_stamped():
    plain, locked = pikepdf.open(io.BytesIO(documents.pdf(2))), io.BytesIO()
    plain.save(locked, encryption=pikepdf.Encryption(owner="secret", user="", allow=pikepdf.Permissions(extract=False)))
    assert WORDS in page_of(stamped(locked.getvalue(), Stamp((WORDS,))))[1]


@pytest.mark.parametrize("lie", [b"/Count 1", b"/Count 7"])
def test_a_page_tree_that_lies_is_put_right(lie):
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(documents.pdf(3))) as plain:
        plain.save(stream, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    document = stream.getvalue()
    assert b"/Count 3" in document
    out = stamped(document.replace(b"/Count 3", lie), Stamp((WORDS,)))
    assert [WORDS in page_of(out, index)[1] for index in range(3)] == [True] * 3


def test_a_note_does_not_hide_it():
    made = pikepdf.open(io.BytesIO(blank()))
    look = made.make_stream(b"1 g 0 0 400 600 re f", Subtype=pikepdf.Name.Form, BBox=[0, 0, 400, 600])
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Square, Rect=[0, 0, 400, 600], F=4, AP=pikepdf.Dictionary(N=look)
    )
    made.pages[0].obj.Annots = pikepdf.Array([made.make_indirect(note)])
    stream = io.BytesIO()
    made.save(stream)
    assert (page_of(stamped(stream.getvalue(), Stamp((WORDS,))))[0] < 128).any()


def test_a_gray_stamp_adds_no_colour():
    content = stamped(blank(), Stamp((WORDS,), qr="x"))
    with pikepdf.open(io.BytesIO(content)) as read:
        forms = b" ".join(form.read_bytes() for form in read.pages[0].Resources.XObject.values())
    assert b" g" in forms
    assert b" rg" not in forms


@pytest.mark.parametrize("size", [(30, 30), (80, 140), (14000, 3)])
def test_fits_on_the_smallest_label(size):
    made = pikepdf.new()
    made.add_blank_page(page_size=size)
    stream = io.BytesIO()
    made.save(stream)
    for corner in CORNERS:
        picture, _ = page_of(stamped(stream.getvalue(), Stamp((WORDS, "second"), corner, qr="x")))
        assert picture.shape[0] == size[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"corner": "middle"},
        {"size": 500},
        {"opacity": 2},
        {"color": (0, 0, 3)},
        {"qr": "x" * 1000},
        {"text": ("",) * 9},
    ],
)
def test_what_cannot_be_drawn_is_refused_at_once(wrong):
    with pytest.raises(ValueError, match=r"stamp"):
        Stamp(**{"text": (WORDS,)} | wrong)


@given(
    text=st.lists(st.text(max_size=60), max_size=4),
    corner=st.sampled_from(CORNERS),
    hatched=st.booleans(),
    opacity=st.floats(0, 1),
)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=30)
def test_any_words_make_a_document(text, corner, hatched, opacity):
    document = stamped(blank(), Stamp(tuple(text), corner, opacity=opacity, qr="x"), hatched=hatched)
    assert len(pypdfium2.PdfDocument(document)) == 1
    page_of(document)


@given(st.integers(0, 700), st.binary(min_size=1, max_size=8))
@settings(max_examples=60)
def test_damaged_documents_are_refused_or_stamped(at, noise):
    document = bytearray(documents.pdf(2))
    document[at : at + len(noise)] = noise
    try:
        out = stamped(bytes(document), Stamp((WORDS,)))
    except (PdlError, pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError):
        return  # the child turns what its libraries raise into DocumentRejected
    assert len(pypdfium2.PdfDocument(out)) >= 1


async def rendered(sandbox, target):
    out = bytearray()

    async def sink(data):
        out.extend(data)

    said = await render(
        BytesSource(documents.pdf(2)), PDF, target, sandbox, sink, scratch=MemoryScratch, limits=Limits(wall_seconds=60)
    )
    return said, bytes(out)


BLACK = Stamp(("███████",), "center", size=40)


def has_stamp(picture):
    height, width = picture.shape[:2]
    middle = picture[int(height * 0.49) : int(height * 0.51), int(width * 0.45) : int(width * 0.55)]
    return bool(middle.mean() < 128)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("scaled", [None, (14800, 21000)])
async def test_every_side_is_stamped_in_every_language(sandbox, scaled):
    for copies in (1, 2):
        said, out = await rendered(sandbox, Target(PDF, stamp=BLACK, media=scaled, copies=copies))
        assert said.impressions == 2 * copies
        assert all(has_stamp(page_of(out, index)[0]) for index in range(2 * copies))
    _, out = await rendered(sandbox, Target("image/pwg-raster", (72, 72), stamp=BLACK, media=scaled))
    assert [has_stamp(page.pixels) for page in read_pwg(out)] == [True, True]
    _, out = await rendered(sandbox, Target("application/postscript", (300, 300), stamp=BLACK, media=scaled))
    assert [has_stamp(picture) for picture in postscript_pictures(out)] == [True, True]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_pale_stamp_does_not_turn_pages_into_pictures(sandbox):
    pale = Stamp(("CONFIDENTIAL",), "diagonal", opacity=0.2)
    for language in ("application/postscript", "application/vnd.hp-PCLXL"):
        _, plain = await rendered(sandbox, Target(language))
        _, out = await rendered(sandbox, Target(language, stamp=pale))
        assert len(out) < len(plain) + 200_000


def test_print_programs_read_it(tmp_path):
    path = tmp_path / "stamped.pdf"
    path.write_bytes(stamped(documents.pdf(2), Stamp((WORDS,), "bottom-left", opacity=0.5, qr="x")))
    checked = subprocess.run(["/usr/bin/qpdf", "--check", path], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout
