"""There is a sentence for each thing that can be told, in each language, whatever the names in it are."""

import pytest

from events.subscriptions import kinds
from ipp.enums import JobState, PrinterState
from ipp_server.notice_words import LANGUAGES, sentence

TOLD = [
    *(f"job-{state.keyword}" for state in JobState),
    kinds.JOB_CREATED,
    kinds.JOB_CONFIG,
    kinds.JOB_PROGRESS,
    *(f"printer-{state.keyword}" for state in PrinterState),
    *(name for name in kinds.PRINTER_EVENTS if name not in (kinds.PRINTER_STATE, kinds.PRINTER_STOPPED)),
    *kinds.SYSTEM_EVENTS,
]


@pytest.mark.parametrize("key", TOLD)
def test_everything_can_be_said_in_every_language(key):
    said = {sentence(key, language, job="12", printer="Desk") for language in LANGUAGES}
    assert len(said) == len(LANGUAGES)
    assert not any("{" in words for words in said)


def test_an_unknown_language_is_answered_in_english():
    assert sentence("job-created", "tlh", job="1") == sentence("job-created", "en", job="1")


def test_names_are_never_read_as_patterns():
    assert sentence("job-created", "en", job="7 ({0.__class__} {printer})") == (
        "Job 7 ({0.__class__} {printer}) was accepted."
    )


def test_ascii_is_ascii():
    assert sentence("job-created", "fr", "us-ascii", job="7").isascii()
