"""What a browser says of a file, made a title."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobility.upload import title_of


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("report.pdf", "report.pdf"),
        ("C:\\fakepath\\Übung 3.pdf", "Übung 3.pdf"),
        ("/home/alice/../secret/a b.txt", "a b.txt"),
        ("", "Untitled"),
        ("a\r\nX-Header: b.pdf", "aX-Header: b.pdf"),
        ("\u202egpj.exe", "gpj.exe"),
    ],
)
def test_only_the_name_is_kept(said, title):
    assert title_of(said) == title


@given(st.text())
def test_any_name_makes_a_title_of_one_line(said):
    title = title_of(said)
    assert title
    assert len(title) <= 120
    assert title.isprintable() or " " in title or not title.isascii()
    assert not set(title) & set("\r\n\t\0")
