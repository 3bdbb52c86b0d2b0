"""What the comments of PostScript claim (DSC)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.postscript_comments import LONGEST_COMMENT, MOST_COPIES, MOST_PAGES, PIECE, declared
from pdl.source import BytesSource


def claims(text):
    found = declared(BytesSource(text), {}, None)
    return found["pages"], found["copies"], found["sides"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"%!PS\n", (None, 1, "one-sided")),
        (b"%!PS-Adobe-3.0\n%%Pages: 5\n", (5, 1, "one-sided")),
        (b"%!PS-Adobe-3.0\r%%Pages: 5 1\r", (5, 1, "one-sided")),
        (b"%!PS\n%%Pages: (atend)\n%%Page: 1 1\n%%Page: 2 2\n%%Trailer\n%%Pages: 2\n", (2, 1, "one-sided")),
        (b"%!PS\n%%Pages: 1\n%%Page: 1 1\n%%Page: 2 2\n", (2, 1, "one-sided")),
        (b"%!PS\n%%Pages: 0\n", (None, 1, "one-sided")),
        (b"%!PS\n(%%Page: 1 1)\n%%Pages: 1\n", (1, 1, "one-sided")),
        (b"%!PS\n%%Page: 1 1\n%%BeginDocument: a\n%%Page: 1 1\n%%Pages: 9\n%%EndDocument\n", (1, 1, "one-sided")),
        (b"%!PS\n%%EndDocument\n%%Page: 1 1\n", (1, 1, "one-sided")),
        (b"%!PS\n%%Requirements: numcopies(3) collate duplex\n%%Pages: 1\n", (1, 3, "two-sided-long-edge")),
        (b"%!PS\n%%Requirements: duplex(tumble)\n%%Pages: 1\n", (1, 1, "two-sided-short-edge")),
        (b"%!PS\n%%Requirements: numcopies(0)\n%%Pages: 1\n", (1, 1, "one-sided")),
        (b"%!PS\n%%Requirements: numcopies(9999)\n%%Pages: 1\n", (1, MOST_COPIES, "one-sided")),
        (b"%%%%Pages: %d\n" % (MOST_PAGES + 1), (None, 1, "one-sided")),
    ],
)
def test_claims(text, expected):
    assert claims(text) == expected


@pytest.mark.parametrize("shift", range(-30, 30, 3))
def test_comments_across_pieces_are_found_once(shift):
    filler = b"x" * 78 + b"\n"
    lines = filler * ((PIECE - LONGEST_COMMENT) // len(filler))
    text = lines + b"y" * (PIECE - LONGEST_COMMENT - len(lines) + shift) + b"\n%%Page: 1 1\n" + filler * 20_000
    assert claims(text)[0] == 1
    text = filler * ((PIECE + shift) // len(filler)) + b"z" * shift + b"\n%%Page: 1 1\n%%Page: 2 2\n"
    assert claims(text)[0] == 2


@given(
    st.lists(st.sampled_from([b"%%Pages: ", b"%%Page: ", b"7", b"\n", b"\r", b"(atend)", b"%%BeginDocument", b"\xff"]))
)
def test_anything_gives_claims_in_range(parts):
    pages, copies, sides = claims(b"".join(parts))
    assert pages is None or 0 < pages <= MOST_PAGES
    assert copies == 1
    assert sides == "one-sided"
