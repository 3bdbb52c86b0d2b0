"""Fields from outside: bounded and checked, whatever stands in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.errors import BadForm, FormTooLarge
from web.forms import Form, local_path


@given(st.text(max_size=300))
def test_reading_never_fails_but_in_words(text):
    form = Form([("x", text)])
    assert len(form.text("x", 40)) <= 40 and form.text("x").isprintable()
    assert all(number >= 0 for number in form.numbers("x"))
    for read in (lambda: form.amount("x", 2), lambda: form.pages("x"), lambda: form.number("x", 1, 999)):
        try:
            read()
        except BadForm as error:
            assert str(error)


@given(st.text(max_size=100))
def test_a_path_stays_here(text):
    path = local_path(text)
    assert path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()


@pytest.mark.parametrize(
    "text, pages",
    [("", None), ("3", ((3, 3),)), ("1-3, 5", ((1, 3), (5, 5))), ("1–2;4", ((1, 2), (4, 4)))],
)
def test_pages(text, pages):
    assert Form([("p", text)]).pages("p") == pages


@pytest.mark.parametrize("text", ["0", "3-1", "1,1", "1-3,2", "x", "1-", "-2", "9999999"])
def test_pages_that_cannot_be(text):
    with pytest.raises(BadForm):
        Form([("p", text)]).pages("p")


@pytest.mark.parametrize("text, amount", [("2.50", 250), ("2,5", 250), ("−1", -100), ("1 000,00", 100_000), ("", 0)])
def test_amounts(text, amount):
    assert Form([("a", text)]).amount("a", 2) == amount


def test_too_many_fields():
    with pytest.raises(FormTooLarge):
        Form.parsed("a=1&" * 2000)
