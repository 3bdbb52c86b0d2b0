"""Text as pages: the rule that counts is the rule that lays out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.errors import DocumentRejected, LimitReached
from pdl.report import Report
from pdl.source import BytesSource
from pdl.text import CHUNK, COLUMNS, LINES, count, paginate


def laid(data):
    return list(paginate(BytesSource(data if isinstance(data, bytes) else data.encode())))


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("\n", 1),
        ("a", 1),
        ("a\n" * 66, 1),
        ("a\n" * 67, 2),
        ("a\n" * 66 + "\f", 1),
        ("a\n" * 66 + "\fb", 2),
        ("a\fb", 2),
        ("a\fb\f", 2),
        ("a\f\f", 2),
        ("\f", 1),
        ("\f\f", 2),
        ("x" * 80 * 66, 1),
        ("x" * 80 * 66 + "y", 2),
        ("x" * 80 + "\n" + "y\n" * 65, 1),
        ("a\r\n" * 66, 1),
        ("a\r" * 67, 2),
        ("\u4e00" * 40 * 66, 1),
        ("\u4e00" * 40 * 66 + "\u4e00", 2),
    ],
)
def test_pages(text, pages):
    assert len(laid(text)) == pages
    answer = count(BytesSource(text.encode()), {"format": "text/plain", "pages": 9}, None)
    report = Report.from_json(answer)
    assert (report.pages, report.sheets, report.color_pages) == (pages, pages, ())
    assert report.describe()["media"] == ["iso_a4_210x297mm"] * pages


def test_lines():
    assert laid("one\ntwo\r\nthree\rfour") == [["one", "two", "three", "four"]]
    assert laid("a\n\nb") == [["a", "", "b"]]
    assert laid("x" * 81) == [["x" * 80, "x"]]
    assert laid("x" * 80 + "\nb") == [["x" * 80, "b"]]
    assert laid("a\tb\t\tc") == [["a       b               c"]]
    assert laid("x" * 79 + "\ty") == [["x" * 79 + " ", "y"]]
    assert laid("ab\bc") == [["ac"]]
    assert laid("\b\bx") == [["x"]]
    assert laid("_\bu_\bn b\bbo\bo") == [["un bo"]]
    assert laid("un\b\b__ ab\b\n\bc") == [["un ab", "c"]]
    assert laid("a\vb") == [["a", "b"]]
    assert laid("end\n\x1a") == [["end"]]
    assert laid("e\u0301x") == [["e\u0301x"]]
    assert laid("x" * 79 + "\u4e00") == [["x" * 79, "\u4e00"]]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252", "cp850"]
)
def test_encodings(encoding):
    text = "Über alles, größer und größer, naïve façade für München"
    assert laid(text.encode(encoding)) == [[text]]
    # A piece may end within a character.
    long = (text + "\n") * 8000
    assert [line for page in laid(long.encode(encoding)) for line in page] == [text] * 8000


def test_marks_and_zeros_before_a_text():
    assert laid(b"\xef\xbb\xbfmark") == [["mark"]]
    assert laid(b"\0\0\0zeros before") == [["zeros before"]]
    assert laid("\u201cquotes\u201d \u2013 and \u20ac".encode("cp1252")) == [["\u201cquotes\u201d \u2013 and \u20ac"]]


def test_what_is_known_and_what_is_assumed():
    report = Report.from_json(count(BytesSource(b"x" * 4000), {"format": "text/plain", "pages": 9}, None))
    assert (report.impressions, report.copies, report.sides) == (1, 1, "one-sided")
    assert (report.confidence.pages, report.confidence.color, report.confidence.media) == (
        "exact",
        "exact",
        "estimated",
    )
    assert report.coverage
    assert 600 < report.coverage.black < 900
    assert report.basis.pages


def test_line_ends_across_pieces():
    for before in (CHUNK - 1, CHUNK, CHUNK - 2):
        text = "x" * (before % 80) + ("\n" + "x" * 79) * ((before - before % 80) // 80)
        assert len(text) == before
        pages = laid(text + "\r\nend")
        assert pages[-1][-1] == "end"
        assert sum(map(len, pages)) == text.count("\n") + 2
    multi = "é" * CHUNK
    assert "".join(line for page in laid(multi) for line in page) == multi


def test_a_binary_tail_is_no_text():
    with pytest.raises(DocumentRejected, match="control character of code 27"):
        laid(b"text\n" * 100_000 + b"\x1bE")


def test_the_page_limit():
    with pytest.raises(LimitReached, match="more than 3 pages"):
        count(BytesSource(b"\f" * 1000), {"format": "text/plain", "pages": 3}, None)


def test_accents_without_end_do_not_pile_up():
    (page,) = laid("e" + "\u0301" * 100_000)
    assert len(page[0]) < 20


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\f\t\b\r "), max_size=2000))
def test_every_page_fits(text):
    pages = laid(text) if text else [[]]
    assert pages
    for page in pages:
        assert len(page) <= LINES
        assert all(len(line) <= COLUMNS * 8 for line in page)


@given(st.lists(st.sampled_from(["word", "\n", "\f", "x" * 100]), min_size=1, max_size=300))
def test_nothing_visible_is_lost(parts):
    text = "".join(parts)
    kept = "".join(line for page in laid(text) for line in page)
    assert kept == text.replace("\n", "").replace("\f", "")
