"""Several documents as one PDF: what comes, in which order, on which sheets."""

import io
from dataclasses import replace

import numpy as np
import pikepdf
import pytest

from pdl.errors import DocumentRejected, LimitReached, PasswordNeeded, ReaderCrashed
from pdl.join import JOIN_LIMITS, MOST_DOCUMENTS, Part, join
from pdl.report import Piece
from pdl.scratch import MemoryScratch
from pdl.source import BytesSource, ChainSource
from pdl.to_pdf import Sheet
from tests.pdl import documents
from tests.pdl.documents import A4, A5, marks
from tests.pdl.readers import page_sizes, pictures

pytestmark = pytest.mark.asyncio(loop_scope="module")

PDF, TEXT, JPEG = "application/pdf", "text/plain", "image/jpeg"
COLLATED = "separate-documents-collated-copies"
PROLOGUE = b"%!PS-Adobe-3.0\n%%Pages: 1\n"


def part(data, mime=PDF, **values):
    return Part(BytesSource(data), mime, **values)


def saved(made, **options):
    stream = io.BytesIO()
    made.save(stream, **options)
    return stream.getvalue()


@pytest.fixture
def joined(sandbox, tmp_path):
    """join(parts, ...) -> (what it says, the path of the PDF)."""

    async def do(*parts, handling=COLLATED, two_sided=False, **options):
        out = bytearray()
        made = []

        async def sink(data):
            out.extend(data)

        def scratch():
            made.append(MemoryScratch())
            return made[-1]

        said = await join(parts, sandbox, sink, handling=handling, two_sided=two_sided, scratch=scratch, **options)
        for one in made:
            with pytest.raises(OSError):  # forgotten
                one.pread(0, 1)
        path = tmp_path / "out.pdf"
        path.write_bytes(out)
        return said, path

    return do


def shown(path):
    return [marks(image)[0] for image in pictures(path, 36)]


async def test_pages_of_all_documents_in_their_order(joined):
    said, path = await joined(part(documents.pdf(3)), part(documents.pdf(1, size=A5)), part(documents.pdf(2)))
    assert shown(path) == [1, 2, 3, 1, 1, 2]
    assert said.pages == 6 and said.documents == (Piece(1, 1, 3), Piece(2, 4, 1), Piece(3, 5, 2))
    assert page_sizes(path)[3] == pytest.approx(A5, abs=0.1)


@pytest.mark.parametrize(
    ("handling", "two_sided", "expected"),
    [
        ("single-document", True, [1, 2, 3, 1, 1, 2]),
        ("single-document-new-sheet", True, [1, 2, 3, 0, 1, 0, 1, 2]),
        ("separate-documents-collated-copies", True, [1, 2, 3, 0, 1, 0, 1, 2]),
        ("separate-documents-uncollated-copies", True, [1, 2, 3, 0, 1, 0, 1, 2]),
        ("single-document-new-sheet", False, [1, 2, 3, 1, 1, 2]),
    ],
)
async def test_each_document_on_a_new_sheet(joined, handling, two_sided, expected):
    parts = [part(documents.pdf(pages)) for pages in (3, 1, 2)]
    said, path = await joined(*parts, handling=handling, two_sided=two_sided)
    assert shown(path) == expected
    assert said.pages == len(expected)
    firsts = [index + 1 for index, bars in enumerate(expected) if bars == 1]
    assert [(piece.first, piece.pages) for piece in said.documents] == list(zip(firsts, (3, 1, 2), strict=True))


async def test_pages_and_copies_of_one_document_alone(joined):
    chosen = part(documents.pdf(5), page_ranges=((2, 3), (5, 9)), copies=2)
    said, path = await joined(part(documents.pdf(1)), chosen, two_sided=True)
    assert shown(path) == [1, 0, 2, 3, 5, 0, 2, 3, 5]
    ranges = ((2, 3), (5, 9))
    assert said.documents == (Piece(1, 1, 1), Piece(2, 3, 3, ranges), Piece(2, 7, 3, ranges))


async def test_an_empty_back_is_like_the_page_before_it(joined):
    lying = documents.pdf(1, size=A5, Rotate=90)
    _, path = await joined(part(lying), part(documents.pdf(1)), two_sided=True)
    assert page_sizes(path)[1] == pytest.approx(A5[::-1], abs=0.1)


async def test_every_language_with_a_renderer(joined):
    postscript = PROLOGUE + b"0 setgray 100 100 20 20 rectfill showpage\n"
    a4 = Sheet((21000, 29700))
    said, path = await joined(
        part(documents.pdf(1)),
        part(documents.encoded("JPEG"), JPEG, sheet=a4),
        part(documents.text(2), TEXT, sheet=a4),
        part(documents.pwg(2), "image/pwg-raster"),
        part(postscript, "application/postscript"),
    )
    assert said.pages == 7 and [piece.pages for piece in said.documents] == [1, 1, 2, 2, 1]
    assert shown(path)[:2] == [1, 1] and shown(path)[4:6] == [1, 2]
    assert page_sizes(path)[1] == page_sizes(path)[2] == pytest.approx(A4, abs=0.5)


async def test_what_pjl_wraps(joined):
    wrapped = b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n" + documents.pdf(2) + b"\x1b%-12345X"
    said, path = await joined(part(wrapped, "application/vnd.hp-PJL"), part(documents.pdf(1)))
    assert said.pages == 3 and shown(path) == [1, 2, 1]


async def test_packed_documents(joined):
    import gzip

    _, path = await joined(part(gzip.compress(documents.pdf(2)), PDF), part(documents.pdf(1)))
    assert shown(path) == [1, 2, 1]


async def test_orientation_of_what_has_none(joined):
    upside_down = part(documents.encoded("PNG"), "image/png", sheet=Sheet((21000, 29700)), orientation=6)
    text = part(documents.text(1), TEXT, orientation=4)
    _, path = await joined(upside_down, text, part(documents.pdf(1), orientation=6))
    first, _, own = pictures(path, 36)
    assert marks(np.rot90(first, 2))[0] == 1 and marks(first)[0] == 0
    assert page_sizes(path)[1] == pytest.approx(A4[::-1], abs=0.5)
    assert marks(own)[0] == 1  # a PDF has a direction of its own


async def test_a_document_without_a_renderer_is_named(joined):
    with pytest.raises(DocumentRejected, match=r"Document 2 \(letter\.prn\): .*application/vnd\.hp-PCL") as caught:
        await joined(part(documents.pdf(1)), part(b"\x1bEHello\x0c\x1bE", "application/vnd.hp-PCL", name="letter.prn"))
    assert caught.value.state_reason == "unsupported-document-format"


async def test_a_damaged_one_a_locked_one_and_one_without_those_pages_are_named(joined):
    whole = part(documents.pdf(1))
    with pytest.raises(DocumentRejected, match=r"Document 2 \(a\): The PDF is damaged"):
        await joined(whole, part(b"%PDF-1.4 nonsense", name="a"), whole)
    locked = saved(pikepdf.open(io.BytesIO(documents.pdf(1))), encryption=pikepdf.Encryption(owner="o", user="u"))
    with pytest.raises(PasswordNeeded, match="Document 1: "):
        await joined(part(locked), whole)
    with pytest.raises(DocumentRejected, match=r"Document 2: .* none of those asked for"):
        await joined(whole, part(documents.pdf(2), page_ranges=((5, 6),)))


async def test_how_much_is_too_much(joined):
    one = part(documents.pdf(1))
    with pytest.raises(LimitReached, match="100 documents at most"):
        await joined(*[one] * (MOST_DOCUMENTS + 1))
    with pytest.raises(LimitReached, match="more than 5 pages together"):
        await joined(one, part(documents.pdf(2), copies=3), limits=replace(JOIN_LIMITS, pages=5))
    with pytest.raises(DocumentRejected, match="no document"):
        await joined()
    said, _ = await joined(*[one] * MOST_DOCUMENTS)
    assert said.pages == MOST_DOCUMENTS


async def test_fields_of_one_name_keep_their_values(joined):
    def form(value):
        made = pikepdf.open(io.BytesIO(documents.pdf(1)))
        page = made.pages[0]
        look = made.make_stream(
            b"0 0 1 rg 0 0 200 20 re f" if value else b"", BBox=[0, 0, 200, 20], Subtype=pikepdf.Name.Form
        )
        field = made.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="name", V=value, F=4,
                Rect=[200, 400, 400, 420], AP=pikepdf.Dictionary(N=look),
            )
        )  # fmt: skip
        page.obj.Annots = pikepdf.Array([field])
        made.Root.AcroForm = pikepdf.Dictionary(Fields=[field])
        return saved(made)

    _, path = await joined(part(form("x")), part(form("")))
    first, second = pictures(path, 72)
    assert list(first[842 - 410, 300]) == [0, 0, 255]
    assert list(second[842 - 410, 300]) == [255, 255, 255]


async def test_links_and_annotations_stay(joined):
    made = pikepdf.open(io.BytesIO(documents.pdf(2)))
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.com/"),
    )  # fmt: skip
    made.pages[0].obj.Annots = pikepdf.Array([made.make_indirect(link)])
    _, path = await joined(part(documents.pdf(1)), part(saved(made)))
    with pikepdf.open(path) as found:
        assert str(found.pages[1].Annots[0].A.URI) == "https://example.com/"


@pytest.mark.parametrize("base", ["ON", "OFF"])
async def test_hidden_layers_stay_hidden(joined, base):
    def layered():
        made = pikepdf.open(io.BytesIO(documents.pdf(1)))
        hidden, seen = (
            made.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=name)) for name in ("hidden", "seen")
        )
        page = made.pages[0]
        page.obj.Resources = pikepdf.Dictionary(Properties=pikepdf.Dictionary(H=hidden, S=seen))
        page.contents_add(b"/OC /H BDC 0 0 1 rg 200 400 50 50 re f EMC /OC /S BDC 0 1 0 rg 300 400 50 50 re f EMC")
        state = (
            pikepdf.Dictionary(OFF=[hidden])
            if base == "ON"
            else pikepdf.Dictionary(BaseState=pikepdf.Name.OFF, ON=[seen])
        )
        made.Root.OCProperties = pikepdf.Dictionary(OCGs=[hidden, seen], D=state)
        return saved(made)

    _, path = await joined(part(documents.pdf(1)), part(layered()))
    page = pictures(path, 72)[1]
    assert list(page[842 - 425, 225]) == [255, 255, 255]
    assert list(page[842 - 425, 325]) == [0, 255, 0]


async def test_attributes_of_the_page_tree_and_owner_passwords(joined):
    made = pikepdf.open(io.BytesIO(documents.pdf(1, size=A5)))
    del made.pages[0].obj["/MediaBox"]
    made.Root.Pages.MediaBox = pikepdf.Array([0, 0, *A5])
    owned = saved(made, encryption=pikepdf.Encryption(owner="o", user=""))
    _, path = await joined(part(documents.pdf(1)), part(owned))
    assert page_sizes(path)[1] == pytest.approx(A5, abs=0.1) and shown(path) == [1, 1]


async def test_a_document_after_the_other_as_one_source():
    chain = ChainSource([BytesSource(data) for data in (b"abc", b"", b"de", b"", b"f", b"")])
    assert chain.size == 6 and chain.spans == ((0, 3), (3, 3), (3, 5), (5, 5), (5, 6), (6, 6))
    whole = b"abcdef"
    for start in range(8):
        for length in range(8):
            assert chain.pread(start, length) == whole[start : start + length]
    assert ChainSource([]).size == 0 and ChainSource([]).pread(0, 5) == b""


async def test_large_documents_take_no_more_memory_than_small_ones(joined):
    made = pikepdf.new()
    for _ in range(40):
        made.add_blank_page(page_size=A5)
        made.pages[-1].obj.Contents = made.make_stream(b"%" + b"x" * (1 << 20))
    large = saved(made, compress_streams=False)
    assert len(large) > 40 << 20
    limits = replace(JOIN_LIMITS, memory_bytes=64 << 20)
    said, path = await joined(*[part(large)] * 3, limits=limits)
    assert said.pages == 120 and path.stat().st_size > 120 << 20


async def test_oddities_are_copied_as_they_are(joined):
    made = pikepdf.open(io.BytesIO(documents.pdf(1)))
    page = made.pages[0].obj
    odd = pikepdf.Dictionary(
        Text=pikepdf.String("12 0 R (x) \\ )"), Bytes=b"\xff(\x00)>", Number=1.5, None_=[None, True]
    )
    page.Odd = made.make_indirect(pikepdf.Array([odd, pikepdf.Name("/12 0 R"), made.make_indirect(7), page]))
    page.Thumb = made.make_stream(b"the whole of another document")
    document = saved(made, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    document = document.replace(b"/Type /Page\n", b"/Type /Page\n/Kind << /Type /\xe9 >> ")
    _, path = await joined(part(documents.pdf(1)), part(document))
    with pikepdf.open(path) as found:
        copied = found.pages[1].obj.Odd
        assert str(copied[0].Text) == "12 0 R (x) \\ )" and bytes(copied[0].Bytes) == b"\xff(\x00)>"
        assert copied[1] == pikepdf.Name("/12 0 R") and copied[2] == 7
        assert copied[3].objgen == found.pages[1].obj.objgen  # itself, where it is now
        assert "/Thumb" not in found.pages[1].obj


async def test_a_stream_that_does_not_say_how_long_it_is(joined):
    document = saved(pikepdf.open(io.BytesIO(documents.pdf(1))), compress_streams=False)
    _, path = await joined(part(documents.pdf(1)), part(document.replace(b"/Length", b"/Lungth")))
    assert shown(path) == [1, 1]


async def test_a_link_leads_to_its_page_in_the_whole(joined):
    made = pikepdf.open(io.BytesIO(documents.pdf(3)))
    target = made.pages[2].obj
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], Dest=[target, pikepdf.Name.Fit]
    )
    made.pages[0].obj.Annots = pikepdf.Array([link])
    _, path = await joined(part(documents.pdf(1)), part(saved(made)))
    with pikepdf.open(path) as found:
        assert found.pages[1].Annots[0].Dest[0].objgen == found.pages[3].obj.objgen
    # A page that was left out is led to by nothing, and is not there.
    _, path = await joined(part(documents.pdf(1)), part(saved(made), page_ranges=((1, 2),)))
    with pikepdf.open(path) as found:
        assert found.pages[1].Annots[0].Dest[0] is None
        pages = [one for one in found.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Page"]
        assert len(pages) == 3


async def test_documents_keep_their_numbers_where_others_were_taken_back(joined):
    one = documents.pdf(1)
    said, _ = await joined(part(one, number=2), part(one, number=5, copies=2))
    assert said.documents == (Piece(2, 1, 1), Piece(5, 2, 1), Piece(5, 3, 1))
    with pytest.raises(DocumentRejected, match="Document 5: "):
        await joined(part(one, number=2), part(b"%PDF-1.4 nonsense", number=5))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"pages": 2, "documents": "no"},
        {"pages": 2, "documents": [[1, 1]]},
        {"pages": 2, "documents": [[1, 1, 1]]},
        {"pages": 2, "documents": [[1, 1, 1], [3, 2, 1]]},
        {"pages": 2, "documents": [[2, 1, 1], [1, 2, 1]]},
        {"pages": 2, "documents": [[1, 1, 2], [2, 2, 1]]},
        {"pages": 2, "documents": [[1, 1, 0], [2, 2, 1]]},
        {"pages": 1, "documents": [[1, 1, 1], [2, 2, 1]]},
        {"pages": 10**9, "documents": [[1, 1, 1], [2, 2, 1]]},
    ],
)
async def test_a_child_that_was_taken_over_is_not_believed(answer):
    class TakenOver:
        async def run(self, *_, **__):
            return answer

    async def sink(data):
        pass

    parts = [part(documents.pdf(1)), part(documents.pdf(1))]
    with pytest.raises(ReaderCrashed):
        await join(parts, TakenOver(), sink, handling=COLLATED, two_sided=False, scratch=MemoryScratch)
