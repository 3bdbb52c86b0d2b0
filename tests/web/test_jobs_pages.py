"""My jobs: what waits and what it costs; deleting, stopping, printing again."""

import html
import re

import pytest

from ipp.enums import JobState
from jobs import store as job_rows
from jobs.lifecycle import Event
from jobs.work import now

EVIL = '<img src=x onerror=alert(1)> & "quotes"'


def plain(text):
    """What a page says, without its markup."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


async def test_documents_are_told_with_pages_sides_colour_and_price(house, amelie):
    await house.price(mono=4, color=12, sheet=1)
    await house.job(house.amelie, "Rapport annuel", pages=24, color=range(1, 25), sides="two-sided-long-edge")
    await amelie.get("/jobs")
    said = plain(amelie.text)
    assert "1 document is waiting" in said and "24 pages, both sides, colour" in said
    # The cheapest printer has no colour: 24 x 4 and 12 sheets; at the other it is 24 x 12 and 12.
    assert "from €1.08" in said and "1 chosen, from €1.08" in said


async def test_the_price_is_exact_where_the_queue_has_its_own_printer(house, amelie):
    await house.price(mono=4, color=12, sheet=1)
    await house.catalogue.change("print", default_device=house.color.id)
    await house.job(house.amelie, "Rapport annuel", pages=2, color=(1,))
    await amelie.get("/jobs")
    assert "1 chosen, €0.18" in plain(amelie.text) and "from €" not in plain(amelie.text)


async def test_without_prices_no_money_is_spoken_of(house, amelie):
    await house.job(house.amelie, "Rapport")
    await amelie.get("/jobs")
    assert "1 chosen" in plain(amelie.text) and "€" not in amelie.text


async def test_titles_are_told_as_they_are(house, amelie):
    await house.job(house.amelie, EVIL)
    for path in ("/jobs", "/jobs/delete?job=1", "/release?job=1", "/release/change?job=1"):
        await amelie.get(path)
        assert amelie.status == 200 and "<img src=x" not in amelie.text
    await amelie.get("/jobs")
    assert EVIL in html.unescape(amelie.text)


async def test_nobody_sees_the_documents_of_others(house, amelie):
    await house.job(house.paul, "Minutes of the board")
    await amelie.get("/jobs")
    assert "Nothing is waiting" in amelie.text and "Minutes" not in amelie.text
    for path in ("/jobs/delete?job=1", "/release?job=1", "/jobs/1/again"):
        await amelie.get(path)
        assert amelie.status in (400, 404) and "Minutes" not in amelie.text


async def test_an_empty_list_says_how_documents_come(amelie):
    await amelie.get("/jobs")
    assert "choose Lumière" in plain(amelie.text)


async def test_what_is_being_counted_cannot_be_chosen(house, amelie):
    await house.job(house.amelie, "Fresh", counted=False)
    await amelie.get("/jobs")
    assert "Being counted" in amelie.text and 'type="checkbox"' not in amelie.text


async def test_deleting_asks_first(house, amelie):
    one, two = await house.job(house.amelie, "One"), await house.job(house.amelie, "Two")
    await amelie.get("/jobs/delete?job=1&job=2")
    assert "Delete 2 documents?" in amelie.text and (await house.jobs.get(one.id)).held
    await amelie.post("/jobs/delete", [("job", "1"), ("job", "2")])
    assert amelie.url == "/jobs?done=deleted&n=2" and "2 documents deleted" in amelie.text
    for job in (one, two):
        ended = await house.jobs.get(job.id)
        assert ended.state is JobState.CANCELED and ended.document_id is None


async def test_nobody_deletes_the_documents_of_others(house, amelie):
    job = await house.job(house.paul, "Minutes")
    await amelie.get("/account")
    await amelie.post("/jobs/delete", {"job": str(job.job_id)})
    assert amelie.status == 400 and (await house.jobs.get(job.id)).held


async def test_what_may_have_printed_is_not_chosen_with_the_rest(house, amelie):
    await house.job(house.amelie, "Invoice", uncertain=True, device_id=house.color.id)
    await amelie.get("/jobs")
    said = plain(amelie.text)
    assert "May have printed" in said and "Library, ground floor" in said and 'type="checkbox"' not in amelie.text
    await amelie.get("/release?job=1")
    assert amelie.status == 400
    await amelie.get("/jobs/1/again")
    assert "Nothing came out: print again" in plain(amelie.text)
    await amelie.get("/release?job=1&again=1")
    assert "This is a second print" in amelie.text


async def test_a_document_on_its_way_can_be_taken_back(house, amelie):
    job = await house.job(house.amelie, "One")
    await house.desk.release(house.amelie, job.id, house.color.id)
    await amelie.get("/jobs")
    assert "On its way" in amelie.text and "Take back" in amelie.text
    await amelie.post("/jobs/1/stop")
    assert "It waits for you again" in amelie.text and (await house.jobs.get(job.id)).held


async def test_stopping_what_no_printer_works_on_says_so(house, amelie):
    job = await house.job(house.amelie, "One")
    await house.desk.release(house.amelie, job.id, house.color.id)
    await house.database.write(lambda connection: job_rows.move(connection, job.id, Event.START, now()))
    await amelie.get("/jobs")
    await amelie.post("/jobs/1/stop")
    assert amelie.status == 409 and "It is not being printed." in amelie.text


@pytest.mark.parametrize("language, said", [("en", "2 documents are waiting"), ("fr", "2 documents sont en attente")])
async def test_plurals_in_each_language(house, amelie, language, said):
    await house.job(house.amelie, "One")
    await house.job(house.amelie, "Two")
    await amelie.get(f"/language/{language}?to=/jobs")
    assert said in amelie.text
