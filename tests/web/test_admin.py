"""Administration: overview, printers, queues, jobs, people."""

import html
import re

import pytest

from accounting import store as accounts
from accounting.price import Price
from ipp.enums import JobState


def plain(text):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


async def prices(house):
    return await house.database.read(accounts.prices)


async def test_the_overview_says_what_must_be_done(house, paul):
    await house.seen(house.gray, state="stopped", reasons=("media-empty-error",))
    await house.job(house.amelie, "Invoice", uncertain=True)
    await paul.get("/admin")
    said = plain(paul.text)
    assert "All is well but for 1 printer, and 1 document needs a decision." in said
    assert "No paper" in said and "The gateway added the printer Library, 1st floor" in said


async def test_what_is_not_ready_stands_first(house, serve):
    from dataclasses import replace

    async def ready():
        return ["The disk is almost full."]

    browser = await (await serve(replace(house.parts, ready=ready))).sign_in("paul")
    await browser.get("/admin")
    assert "Something needs you at once." in browser.text and "The disk is almost full." in browser.text


async def test_printed_pages_are_drawn(house, paul):
    house.printing()
    job = await house.job(house.amelie, "Rapport")
    await house.desk.release(house.amelie, job.id, house.color.id)
    import asyncio

    for _ in range(100):
        if (await house.jobs.get(job.id)).final:
            break
        await asyncio.sleep(0.05)
    await paul.get("/admin")
    assert '<rect class="b1"' in paul.text and "today, on 1 sheet" in plain(paul.text)


async def test_a_printer_is_added_changed_priced_and_removed(house, paul):
    await paul.get("/admin/add/device")
    await paul.post("/admin/add/device", {"name": "ROOM-3", "uri": house.folder("three").as_uri(), "info": "Room 3"})
    assert paul.url == "/admin/devices/ROOM-3?done=added" and "Printgate trial printer" in paul.text
    row = house.fleet.named("ROOM-3")
    await paul.post("/admin/devices/ROOM-3/price", {"mono": "0,05", "color": "0.2", "sheet": ""})
    assert (await prices(house))[row.id] == Price(5, 20, 0) and "a price of its own" in paul.text
    await paul.post("/admin/devices/ROOM-3/price", {"ordinary": "1"})
    assert row.id not in await prices(house)
    fields = {"name": "ROOM-4", "info": "Room 4", "location": "Hall", "uri": row.address}
    await paul.post("/admin/devices/ROOM-3", fields)
    changed = house.fleet.named("ROOM-4")
    assert (changed.info, changed.location, changed.enabled, changed.id) == ("Room 4", "Hall", False, row.id)
    await paul.get("/admin/devices/ROOM-4/remove")
    assert "Remove Room 4?" in paul.text
    await paul.post("/admin/devices/ROOM-4/remove")
    assert paul.url == "/admin/devices?done=removed" and "ROOM-4" not in [row.name for row in house.fleet.listed()]


async def test_saving_a_printer_keeps_the_password_in_its_address(house, paul):
    row = await house.fleet.add("SECRET", "ipps://user:hush@127.0.0.1:1/ipp/print")
    await paul.get("/admin/devices/SECRET")
    assert "hush" not in paul.text
    await paul.post("/admin/devices/SECRET", {"name": "SECRET", "uri": row.address, "enabled": "1"})
    assert house.fleet.named("SECRET").uri == row.uri


async def test_a_removed_printer_takes_its_price_along(house, paul):
    await house.price(house.color.id, mono=9)
    await paul.get("/admin/devices/LIB-0-2/remove")
    await paul.post("/admin/devices/LIB-0-2/remove")
    assert house.color.id not in await prices(house) and paul.url == "/admin/devices?done=removed"


async def test_a_name_that_another_printer_has_is_refused(house, paul):
    await paul.get("/admin/devices/LIB-0-2")
    await paul.post("/admin/devices/LIB-0-2", {"name": "LIB-1-1"})
    assert paul.status == 409 and "That name is taken" in paul.text


async def test_a_printer_that_a_queue_names_is_not_removed(house, paul):
    await house.catalogue.change("print", default_device=house.color.id)
    await paul.get("/admin/devices/LIB-0-2/remove")
    await paul.post("/admin/devices/LIB-0-2/remove")
    assert paul.status == 409 and "Change the queue first" in paul.text


@pytest.mark.parametrize("wrong", ["x", "0.005", "-1", "1e99", "NaN", "9" * 29])
async def test_a_price_that_cannot_be_is_refused(house, paul, wrong):
    await paul.get("/admin/devices")
    await paul.post("/admin/price", {"mono": wrong})
    assert paul.status == 400 and await prices(house) == {}


async def test_the_ordinary_price(house, paul):
    await paul.get("/admin/devices")
    await paul.post("/admin/price", {"mono": "0.04", "color": "0.12", "sheet": "0.01"})
    assert (await prices(house))[""] == Price(4, 12, 1) and 'value="0.12"' in paul.text
    await paul.get("/admin")
    assert "Paul Girard changed the ordinary price" in paul.text


async def test_a_queue_is_added_changed_and_removed(house, paul):
    await paul.get("/admin/add/queue")
    fields = {
        "name": "exams",
        "info": "Exams",
        "kind": "secure",
        "devices": house.color.id,
        "retention": "48",
        "retain_for": "2",
        "release_after": "",
        "max_bytes": "100",
        "trusted_networks": "192.0.2.0/24, 198.51.100.0/24",
        "operator_networks": "192.0.2.0/28",
        "tokens_over_plain": "1",
        "accepting": "1",
    }
    await paul.post("/admin/add/queue", fields)
    assert paul.url == "/admin/queues?done=added" and "Waits, one printer" in paul.text
    queue = house.catalogue.named("exams")
    assert (queue.retention, queue.retain_for, queue.max_bytes) == (172_800, 7200, 100 << 20)
    assert queue.trusted_networks == ("192.0.2.0/24", "198.51.100.0/24") and queue.devices == (house.color.id,)
    assert queue.operator_networks == ("192.0.2.0/28",) and queue.tokens_over_plain
    await paul.get("/admin/queues/exams")
    await paul.post("/admin/queues/exams", fields | {"kind": "direct", "release_after": "5", "accepting": ""})
    changed = house.catalogue.named("exams")
    assert changed.kind == "direct" and changed.release_after == 300 and not changed.accepting
    await paul.post("/admin/queues/exams", fields | {"devices": ""})
    assert paul.status == 400
    await paul.get("/admin/queues/exams/remove")
    await paul.post("/admin/queues/exams/remove")
    assert [queue.name for queue in house.catalogue.listed()] == ["print"]


async def test_a_queue_with_documents_is_not_removed(house, paul):
    await house.job(house.amelie, "Rapport")
    await paul.get("/admin/queues/print/remove")
    assert "1 document waits there" in paul.text
    await paul.post("/admin/queues/print/remove")
    assert paul.status == 400 and house.catalogue.named("print")


async def test_jobs_are_found_by_person_title_outcome_and_device(house, paul):
    await house.job(house.amelie, "Rapport 100 %")
    await house.job(house.paul, "Minutes")
    await house.job(house.amelie, "Invoice", uncertain=True, device_id=house.gray.id)
    for query, found in [
        ("find=amélie", {"Rapport 100 %", "Invoice"}),
        ("find=100+%25", {"Rapport 100 %"}),
        ("find=minutes", {"Minutes"}),
        ("find=2", {"Minutes"}),
        ("outcome=decide", {"Invoice"}),
        ("outcome=waiting", {"Rapport 100 %", "Minutes"}),
        ("outcome=printed", set()),
        (f"device={house.gray.id}", {"Invoice"}),
        ("outcome=nonsense", {"Rapport 100 %", "Minutes", "Invoice"}),
    ]:
        await paul.get(f"/admin/jobs?{query}")
        assert set(re.findall(r'<a class="title"[^>]*>([^<]+)</a>', paul.text)) == found, query
    assert "1 needs a decision" in paul.text


async def test_jobs_have_pages(house, paul):
    for number in range(30):
        await house.job(house.amelie, f"Document {number:02}")
    await paul.get("/admin/jobs?find=document&page=2")
    assert "2 / 2" in plain(paul.text) and "Document 04" in paul.text and "Document 05" not in paul.text
    assert "/admin/jobs?find=document&amp;page=1" in paul.text


async def test_jobs_that_may_have_printed_are_decided(house, paul):
    yes = await house.job(house.amelie, "One", uncertain=True, device_id=house.color.id)
    no = await house.job(house.amelie, "Two", uncertain=True, device_id=house.color.id)
    await paul.get("/admin/jobs?outcome=decide")
    await paul.post("/admin/jobs/1/decide", {"printed": "yes", "list": "1"})
    assert paul.url == "/admin/jobs?outcome=decide&done=decided"
    await paul.post("/admin/jobs/2/decide", {"printed": "no"})
    assert (await house.jobs.get(yes.id)).state is JobState.COMPLETED
    assert not (await house.jobs.get(no.id)).uncertain
    await paul.post("/admin/jobs/2/decide", {"printed": "yes"})
    assert paul.status == 409


async def test_a_job_is_released_stopped_and_deleted_for_its_owner(house, paul):
    job = await house.job(house.amelie, "Rapport")
    await paul.get("/admin/jobs/1")
    assert "Release it for its owner" in paul.text and "Amélie Fournier" in paul.text
    await paul.post("/admin/jobs/1/release", {"device": house.color.id})
    assert (await house.jobs.get(job.id)).state is JobState.PENDING
    await paul.post("/admin/jobs/1/stop")
    assert (await house.jobs.get(job.id)).held
    await paul.post("/admin/jobs/1/delete")
    assert (await house.jobs.get(job.id)).state is JobState.CANCELED
    await paul.get("/admin/jobs/99")
    assert paul.status == 404


async def test_a_person_is_added_changed_and_credited(house, paul):
    await paul.get("/admin/add/person")
    await paul.post(
        "/admin/add/person",
        {"name": "chloe", "password": "correct horse", "display_name": "Chloé Four", "restricted": "1"},
    )
    person = await house.people.find("chloe")
    assert person.restricted and not person.administrator and paul.url == f"/admin/people/{person.id}?done=added"
    await paul.post(f"/admin/people/{person.id}/credit", {"amount": "5,00", "memo": "Paid at the desk"})
    assert "€5.00" in paul.text and "Paid at the desk" in paul.text
    await paul.post(f"/admin/people/{person.id}/credit", {"amount": "-1.50"})
    assert "€3.50" in paul.text
    await paul.post(f"/admin/people/{person.id}", {"display_name": "Chloé", "disabled": "1"})
    assert (await house.people.find("chloe")).disabled
    await paul.get("/admin/people?find=chlo")
    assert "1 of 3 match" in plain(paul.text) and "Amélie" not in paul.text


async def test_a_name_that_is_taken_is_said(house, paul):
    await paul.get("/admin/add/person")
    await paul.post("/admin/add/person", {"name": "Amelie", "password": "correct horse"})
    assert paul.status == 409 and "That name is taken" in paul.text


async def test_a_new_password_signs_a_person_out(house, amelie, paul):
    await paul.get(f"/admin/people/{house.amelie.id}")
    await paul.post(f"/admin/people/{house.amelie.id}/password", {"password": "battery staple"})
    await amelie.get("/jobs")
    assert amelie.url.startswith("/sign-in")


async def test_the_last_administrator_stays_one(house, paul):
    await paul.get(f"/admin/people/{house.paul.id}")
    await paul.post(f"/admin/people/{house.paul.id}", {"display_name": "Paul"})
    assert paul.status == 400 and (await house.people.find("paul")).administrator


async def test_names_with_markup_are_told_as_they_are(house, paul):
    evil = "<script>alert(1)</script>"
    person = await house.people.add("eve", "correct horse", display_name=evil)
    await house.fleet.change("LIB-0-2", info=evil)
    await house.catalogue.change("print", info=evil)
    await house.job(person, evil)
    paths = (
        "/admin",
        "/admin/jobs",
        "/admin/jobs/1",
        "/admin/devices",
        "/admin/devices/LIB-0-2",
        "/admin/queues",
        "/admin/queues/print",
        "/admin/people",
        f"/admin/people/{person.id}",
        "/help",
        "/admin/jobs?find=%3Cscript%3E",
    )
    for path in paths:
        await paul.get(path)
        assert paul.status == 200 and "<script" not in paul.text, path
