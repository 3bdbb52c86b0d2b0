"""Lines that run from right to left, as they are seen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.text_direction import visual


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("plain words (1)", "plain words (1)"),
        ("", ""),
        ("abc אבג def", "abc גבא def"),
        ("abc אבג, דהו def", "abc והד ,גבא def"),
        ("abc אבג 12 def", "abc 12 גבא def"),
        ("אבג abc", "abc גבא"),
        ("אבג (abc) 42!", "!42 (abc) גבא"),
        ("אבג 12 abc", "abc 12 גבא"),
        ("אבג 12.5 דהו", "והד 12.5 גבא"),
        ("- אבג", "גבא -"),
    ],
)
def test_order(line, seen):
    assert visual(line, 0) == seen


def test_a_line_that_begins_from_the_right_ends_there():
    assert visual("אבג", 10) == " " * 7 + "גבא"
    assert visual("a אבג", 10) == "a גבא"


def test_arabic_letters_are_joined():
    # Beh alone, at the beginning, in the middle and at the end of a word.
    assert visual("ب", 0) == "\ufe8f"
    assert visual("ببب", 0) == "\ufe90\ufe92\ufe91"
    # Alef joins only what comes before it; lam with alef is one letter.
    assert visual("باب", 0) == "\ufe8f\ufe8e\ufe91"
    assert visual("لا", 0) == "\ufefb"
    assert visual("بلا", 0) == "\ufefc\ufe91"
    # Marks stay with their letter, and do not part two.
    assert visual("ب\u064eب", 0) == "\ufe90\ufe91\u064e"


@given(st.text(alphabet=st.sampled_from("ab אבג بلاه\u064e12.,()-[]"), max_size=60))
def test_nothing_is_lost(line):
    seen = visual(line, 0)
    plain = unicodedata.normalize("NFKC", seen)
    pairs = str.maketrans(")]", "([")
    # Joined letters are those they stand for; brackets are turned.
    assert sorted(plain.translate(pairs)) == sorted(unicodedata.normalize("NFKC", line).translate(pairs))
