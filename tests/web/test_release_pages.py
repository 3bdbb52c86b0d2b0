"""Release: printers and their differences, changes, printing once, and what happened."""

import asyncio
import html
import re

import pytest

from ipp.enums import JobState
from jobs import job_password
from jobs.ticket import Ticket


def plain(text):
    """What a page says, without its markup."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


async def test_each_printer_says_what_would_differ(house, amelie):
    await house.price(mono=4, color=12, sheet=1)
    await house.job(house.amelie, "Rapport", pages=10, color=(1, 2))
    await amelie.get("/release?job=1")
    said = plain(amelie.text)
    assert "No colour: 1 document turns black and white" in said
    assert "€0.66" in said and "€0.50" in said and "from €0.50" in said


async def test_a_stopped_printer_is_listed_and_not_selectable(house, amelie):
    await house.job(house.amelie, "Rapport")
    await house.seen(house.color, state="stopped", reasons=("media-jam-error", "media-empty-warning"))
    await amelie.get("/release?job=1")
    row = re.search(rf'<input type="radio" name="device" value="{house.color.id}"([^>]*)>', amelie.text)[1]
    assert "disabled" in row and "Paper jam" in amelie.text and "No paper" in amelie.text
    other = re.search(rf'<input type="radio" name="device" value="{house.gray.id}"([^>]*)>', amelie.text)[1]
    assert "checked" in other


async def test_without_a_ready_printer_nothing_can_be_pressed(house, amelie):
    await house.job(house.amelie, "Rapport")
    for row in (house.color, house.gray):
        await house.seen(row, state="unreachable", message="Nobody answers at 192.0.2.40.")
    await amelie.get("/release?job=1")
    assert "No printer can print this now" in amelie.text and "Not answering" in amelie.text
    # Addresses of the house's network are the administrators' business.
    assert "192.0.2.40" not in amelie.text


async def test_changes_change_the_price(house, amelie):
    await house.price(mono=4, color=12, sheet=1)
    await house.job(house.amelie, "Rapport", pages=10, color=range(1, 11))
    await amelie.get("/release?job=1&sides=two-sided-long-edge&ink=mono&copies=2&pages=1-4")
    said = plain(amelie.text)
    assert "2 copies, both sides, turned like a book, black and white, only pages 1-4" in said
    assert "€0.36" in said  # 8 x 4 and 4 sheets


@pytest.mark.parametrize(
    "wrong", ["copies=0", "copies=1000", "copies=x", "sides=up", "pages=3-1", "pages=2,1", "pages=x"]
)
async def test_changes_that_cannot_be_are_refused(house, amelie, wrong):
    await house.job(house.amelie, "Rapport")
    await amelie.get(f"/release?job=1&{wrong}")
    assert amelie.status == 400 and "Please look at the form again" in amelie.text


async def test_the_form_of_changes_keeps_the_choice(house, amelie):
    await house.job(house.amelie, "Rapport", pages=3, color=(1,))
    await house.job(house.amelie, "Notes", pages=3)
    await amelie.get("/release/change?job=1&ink=mono")
    assert 'value="mono" checked' in amelie.text and 'name="pages"' in amelie.text
    await amelie.get("/release/change?job=1&job=2")
    assert 'name="pages"' not in amelie.text and amelie.text.count('name="job"') == 2


async def press(house, browser, path="/release?job=1", device=None, **more):
    await browser.get(path)
    jobs = re.findall(r'name="job" value="(\d+)"', browser.text)
    kept = [
        (name, browser.hidden(name))
        for name in ("copies", "sides", "ink", "pages", "again")
        if f'name="{name}"' in browser.text
    ]
    fields = (
        [("job", job) for job in jobs]
        + kept
        + [("number", browser.hidden("number")), ("device", device or house.color.id)]
    )
    return fields + list(more.items())


async def test_pressing_print_prints(house, amelie):
    house.printing()
    await house.price(mono=5)
    await house.job(house.amelie, "Rapport")
    await amelie.post("/release", await press(house, amelie))
    assert "1 document is on its way" in amelie.text or "All is done here" in amelie.text
    for _ in range(100):
        if (await house.jobs.numbered(1)).final:
            break
        await asyncio.sleep(0.05)
    await amelie.get(amelie.url)
    assert "All is done here" in amelie.text and "Printed" in amelie.text
    assert len(list(house.folder("LIB-0-2").glob("*.pdf"))) == 1
    await amelie.get("/history")
    assert "€0.05" in amelie.text and "Rapport" in amelie.text


async def test_a_document_with_a_pin_wants_it(house, amelie):
    locked = Ticket(job_password=job_password.keep(b"4711", "none"))
    job = await house.job(house.amelie, "Rapport", ticket=locked)
    fields = await press(house, amelie)
    assert "sent with a password or PIN" in plain(amelie.text)
    for wrong in ("", "1234"):
        await amelie.post("/release", [*fields, ("password", wrong)])
        assert "password" in plain(amelie.text) and (await house.jobs.get(job.id)).held
        fields = await press(house, amelie)
    await amelie.post("/release", [*fields, ("password", "4711")])
    assert not (await house.jobs.get(job.id)).held


async def test_a_document_whose_owner_is_enough_wants_no_pin(house, amelie):
    ticket = Ticket(job_password=job_password.keep(b"4711", "none"), job_release_action="owner-authorized")
    job = await house.job(house.amelie, "Rapport", ticket=ticket)
    fields = await press(house, amelie)
    assert 'name="password"' not in amelie.text
    await amelie.post("/release", fields)
    assert not (await house.jobs.get(job.id)).held


async def test_pressing_twice_prints_once(house, amelie):
    job = await house.job(house.amelie, "Rapport")
    fields = await press(house, amelie)
    await asyncio.gather(*(amelie.client.post("/release", data=[*fields, ("token", amelie.token)]) for _ in range(3)))
    assert (await house.jobs.get(job.id)).state is JobState.PENDING
    # It was held again meanwhile: the old form must not let it go a second time.
    await house.desk.hold(house.amelie, job.id)
    await amelie.get("/account")
    await amelie.post("/release", fields)
    assert (await house.jobs.get(job.id)).held


async def test_changes_reach_the_ticket(house, amelie):
    job = await house.job(house.amelie, "Rapport", pages=4, color=(1,))
    await amelie.post(
        "/release", await press(house, amelie, "/release?job=1&copies=3&ink=mono&pages=2-3&sides=one-sided")
    )
    ticket = (await house.jobs.get(job.id)).ticket
    assert (ticket.copies, ticket.monochrome, ticket.page_ranges, ticket.sides) == (3, True, ((2, 3),), "one-sided")


async def test_one_that_cannot_be_paid_does_not_keep_the_others_back(house, amelie):
    await house.price(mono=5)
    await house.people.change("amelie", restricted=True)
    await house.credit(house.amelie, 10)
    cheap = await house.job(house.amelie, "Cheap", pages=1)
    dear = await house.job(house.amelie, "Dear", pages=90)
    await amelie.post("/release", await press(house, amelie, "/release?job=1&job=2"))
    said = plain(amelie.text)
    assert "1 document is on its way" in said and "The credit does not cover this" in said
    assert (await house.jobs.get(cheap.id)).state is JobState.PENDING
    assert (await house.jobs.get(dear.id)).held


async def test_a_second_print_needs_its_confirmation(house, amelie):
    job = await house.job(house.amelie, "Invoice", uncertain=True)
    fields = await press(house, amelie, "/release?job=1&again=1")
    await amelie.get("/account")
    await amelie.post(
        "/release", [pair for pair in fields if pair[0] not in ("again", "number")] + [("number", "other")]
    )
    assert "It may have printed already" in amelie.text and (await house.jobs.get(job.id)).uncertain
    await amelie.get("/account")
    await amelie.post("/release", fields)
    assert (await house.jobs.get(job.id)).state is JobState.PENDING


async def test_a_printer_outside_the_pool_is_refused(house, amelie):
    job = await house.job(house.amelie, "Rapport")
    await house.catalogue.change("print", devices=(house.gray.id,))
    await amelie.post("/release", await press(house, amelie, device=house.color.id))
    assert "Nothing was sent" in amelie.text and (await house.jobs.get(job.id)).held


async def test_results_are_ones_own(house, amelie, paul):
    await house.job(house.amelie, "Rapport")
    await amelie.post("/release", await press(house, amelie))
    await paul.get(amelie.url)
    assert paul.url == "/jobs" and "Rapport" not in paul.text


async def test_many_printers_can_be_searched(house, amelie):
    await house.job(house.amelie, "Rapport")
    for number in range(7):
        await house.device(f"X-{number}", info=f"Room {number}")
    await amelie.get("/release?job=1&find=room+3")
    assert "Room 3" in amelie.text and "Room 4" not in amelie.text
