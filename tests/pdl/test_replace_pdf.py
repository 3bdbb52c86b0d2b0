"""Pages of one PDF in the places of another's."""

import io

import pikepdf
import pytest

from pdl.errors import DocumentRejected
from pdl.replace_pdf import replace_pdf
from pdl.source import BytesSource, ChainSource
from tests.pdl import documents
from tests.pdl.documents import A4, A5, marks
from tests.pdl.readers import page_sizes, pictures


@pytest.fixture
def replaced(tmp_path):
    def do(first, second, pages):
        out = bytearray()
        both = ChainSource([BytesSource(first), BytesSource(second)])
        answer = replace_pdf(both, {"split": len(first), "pages": pages}, out.extend)
        path = tmp_path / "out.pdf"
        path.write_bytes(out)
        return answer, path

    return do


def test_pages_come_in_the_places_of_others(replaced):
    answer, path = replaced(documents.pdf(5), documents.pdf(3, size=A5), [[1, 1], [4, 9]])
    assert answer == {"pages": 5}
    assert [marks(image)[0] for image in pictures(path, 36)] == [1, 2, 3, 2, 3]
    sizes = [A5, A4, A4, A5, A5]
    assert page_sizes(path) == [pytest.approx(size, abs=0.1) for size in sizes]


@pytest.mark.parametrize("pages", [[[1, 1]], [[1, 4]]])
def test_as_many_pages_as_places(replaced, pages):
    with pytest.raises(DocumentRejected, match="2 for them"):
        replaced(documents.pdf(5), documents.pdf(2), pages)


def test_what_is_not_taken_is_not_there(replaced):
    secret = pikepdf.open(io.BytesIO(documents.pdf(2)))
    secret.pages[0].contents_add(b"% the secret of page one")
    stream = io.BytesIO()
    secret.save(stream)
    _, path = replaced(stream.getvalue(), documents.pdf(1), [[1, 1]])
    with pikepdf.open(path) as found:
        assert len(found.pages) == 2
        streams = [one.read_bytes() for one in found.objects if isinstance(one, pikepdf.Stream)]
        assert not any(b"secret" in stream for stream in streams)
