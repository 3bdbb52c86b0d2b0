"""Damaged PDFs that are copied page by page: an error that says so, or a PDF, and nothing else."""

import io

import pikepdf
from hypothesis import given
from hypothesis import strategies as st

from pdl.errors import PdlError
from pdl.join_pdf import join_pdf
from pdl.source import BytesSource, ChainSource
from tests.pdl import documents


def plain():
    """Everything in sight: no compressed objects, so that damage hits what there is."""
    made = pikepdf.open(io.BytesIO(documents.pdf(2)))
    group = made.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="layer"))
    made.Root.OCProperties = pikepdf.Dictionary(OCGs=[group], D=pikepdf.Dictionary(OFF=[group]))
    page = made.pages[0].obj
    page.Resources = pikepdf.Dictionary(Properties=pikepdf.Dictionary(L=group))
    page.Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, Dest=[made.pages[1].obj])])
    stream = io.BytesIO()
    made.save(stream, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return stream.getvalue()


WHOLE = plain()
WORDS = [b" 1 0 R", b" 99 0 R", b"<<", b">>", b"(", b"[", b"/Kids", b"/Type /Page", b"/\xff", b"null", b"-1", b"9" * 12]


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(WHOLE) - 1), st.integers(0, 30), st.one_of(st.binary(max_size=4), st.sampled_from(WORDS))
        ),
        min_size=1,
        max_size=8,
    )
)
def test_damage(changes):
    document = bytearray(WHOLE)
    for at, cut, put in changes:
        document[at : at + cut] = put
    both = ChainSource([BytesSource(WHOLE), BytesSource(bytes(document))])
    told = [
        {"start": start, "end": end, "page_ranges": [], "copies": 2, "label": "Document"} for start, end in both.spans
    ]
    out = bytearray()
    arguments = {"documents": told, "new_sheet": True, "two_sided": True, "pages": 100}
    try:
        answer = join_pdf(both, arguments, out.extend)
    except PdlError:
        return
    with pikepdf.open(io.BytesIO(out)) as found:
        assert len(found.pages) == answer["pages"] >= 6
