"""Words: all are translated, placeholders and plurals agree, money and dates speak the language."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import web
from web.i18n import Talk, chosen
from web.settings import Settings

FOLDER = Path(web.__file__).parent
KEYWORDS = {"_": None, "N_": None, "gettext": None, "say": None, "ngettext": (1, 2), "count": (1, 2), "plural": (1, 2)}


def extracted():
    methods = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
    options = {"templates/**.html": {"trim_blocks": "true", "silent": "false"}}
    for _, _, message, _, _ in extract_from_dir(FOLDER, methods, options_map=options, keywords=KEYWORDS):
        yield message if isinstance(message, str) else tuple(part for part in message if part)


@pytest.fixture(scope="module")
def french():
    with (FOLDER / "locale" / "fr.po").open("rb") as file:
        return read_po(file, locale="fr")


def first(message):
    return message if isinstance(message, str) else message[0]


def holes(text):
    return sorted(re.findall(r"%\((\w+)\)s", text))


def test_every_word_is_translated_and_none_is_left_over(french):
    wanted = {first(message) for message in extracted()}
    known = {first(message.id) for message in french if message.id}
    assert len(wanted) > 300
    assert wanted - known == set() and known - wanted == set()


def test_every_translation_says_something_with_the_same_holes(french):
    for message in french:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert len(ids) == len(texts) and not message.fuzzy
        for text in texts:
            assert text.strip(), ids
            assert holes(text) == holes(ids[0]), ids


def test_french_spaces_before_its_signs(french):
    for message in french:
        for text in (
            () if not message.id else message.string if isinstance(message.string, tuple) else (message.string,)
        ):
            assert not re.search(r"[ \w’][;!?](\s|$)", text) or re.search(r"\u202f[;!?]", text), text
            assert not re.search(r" [:;!?»]", text), text


@pytest.mark.parametrize(
    "cookie, header, language",
    [
        ("fr", "en", "fr"),
        ("xx", "fr", "fr"),
        (None, "fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        (None, "de, en;q=0.3, fr;q=0.7", "fr"),
        (None, "fr;q=0, en", "en"),
        (None, "fr;q=nan", "en"),
        (None, "de", "en"),
        (None, ";;,,=q", "en"),
        (None, None, "en"),
    ],
)
def test_the_language_is_negotiated(cookie, header, language):
    assert chosen(cookie, header, ("en", "fr")) == language


def test_money_and_numbers():
    english, french = Talk("en", Settings()), Talk("fr", Settings())
    assert english.money(1240) == "€12.40" and english.money(-8) == "−€0.08"
    assert french.money(1240) in ("12,40\u202f€", "12,40\xa0€")
    assert english.number(1204118) == "1,204,118" and french.number(1204118) == "1\u202f204\u202f118"
    assert Talk("en", Settings(currency="JPY", currency_digits=0)).money(500).endswith("500")
    assert (english.plain_money(5), french.plain_money(5)) == ("0.05", "0,05")


@pytest.mark.parametrize(
    "n, english, french", [(0, "0 pages", "0 page"), (1, "1 page", "1 page"), (2, "2 pages", "2 pages")]
)
def test_plurals(n, english, french):
    assert Talk("en", Settings()).count("%(n)s page", "%(n)s pages", n) == english
    assert Talk("fr", Settings()).count("%(n)s page", "%(n)s pages", n) == french


def test_moments_are_relative_and_exact():
    from web.session import now

    talk = Talk("en", Settings())
    assert talk.ago(now() - 1000) == "just now"
    assert talk.ago(now() - 12 * 60_000) == "12 min ago"
    assert talk.ago(now() - 3 * 86_400_000) == "3 days ago"
    assert talk.ago(0).endswith("1970")
    assert 'datetime="1970-01-01T00:00:00+00:00"' in talk.time(0)
