"""The words that clients show: every keyword told is there, in every language, and in a form that they read."""

import http.client
import re

import pytest

from ipp_server import strings, words
from ipp_server.printer_template import job_template
from jobs import media
from jobs.queue import Kind, Queue

LINE = re.compile(r'"([^"\\]*)" = "((?:[^"\\]|\\.)+)";')


def read(language):
    lines = strings.text(language).splitlines()
    found = [LINE.fullmatch(line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if not match]
    return {match[1]: match[2] for match in found}


def test_languages_have_the_same_words():
    english, french = map(read, strings.LANGUAGES)
    assert english.keys() == french.keys() == words.ROWS.keys()
    assert english["sides.one-sided"] == "Off" and french["sides.one-sided"] == "Désactivé"


def test_every_keyword_that_is_supported_has_its_words():
    known = read("en")
    template = {one.name: one for one in job_template(Queue("id", "q", Kind.DIRECT))}
    for name in (
        "finishings",
        "job-hold-until",
        "job-delay-output-until",
        "job-release-action",
        "job-sheets",
        "media",
        "media-source",
        "media-type",
        "multiple-document-handling",
        "orientation-requested",
        "output-bin",
        "print-color-mode",
        "print-content-optimize",
        "print-quality",
        "print-rendering-intent",
        "print-scaling",
        "sides",
    ):
        assert name in known
        for value in template[f"{name}-supported"].values:
            assert f"{name}.{value.value}" in known, (name, value)
    assert media.size_in_name("iso_a4_210x297mm")


@pytest.mark.parametrize("language", strings.LANGUAGES)
def test_they_are_served(door, language):
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=10)
    connection.request("GET", strings.uri_of(language))
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    assert response.status == 200 and response.headers.get_content_type() == "text/strings"
    assert body == strings.text(language)


def test_of_other_languages_there_are_none(door):
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=10)
    connection.request("GET", strings.uri_of("xx"))
    assert connection.getresponse().status == 404
    connection.close()


@pytest.mark.parametrize(
    ("tag", "language"), [("fr", "fr"), ("FR-be", "fr"), ("en-US", "en"), ("", "en"), ("x" * 300, "en")]
)
def test_the_closest_language(tag, language):
    assert strings.closest(tag) == language
