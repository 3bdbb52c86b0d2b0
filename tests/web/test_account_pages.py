"""History, credit, one's own password, claim codes."""

import html
import re

from jobs.queue import Kind, Queue
from storage.node import new_id

PASSWORD = "correct horse"


def plain(text):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


async def test_an_empty_history_says_so(amelie):
    await amelie.get("/history")
    assert "Nothing yet" in amelie.text


async def test_history_tells_how_each_document_ended(house, amelie):
    await house.desk.delete(house.amelie, (await house.job(house.amelie, "Deleted one")).id)
    await house.job(house.amelie, "Forgotten one", expires_at=1)
    await house.jobs.expire()
    refused = await house.job(house.amelie, "Locked one")
    await house.jobs.abort(refused.id, ("document-password-error", "aborted-by-system"), "It is protected.")
    await amelie.get("/history")
    said = plain(amelie.text)
    assert "Deleted" in said and "Expired" in said and "Needs a password" in said
    assert "Nobody collected it in time." in said


async def test_history_has_pages(house, amelie):
    for number in range(27):
        await house.desk.delete(house.amelie, (await house.job(house.amelie, f"Document {number:02}")).id)
    await amelie.get("/history")
    assert "Document 26" in amelie.text and "Document 01" not in amelie.text
    await amelie.get(re.search(r"/history\?before=\d+", amelie.text)[0])
    assert "Document 01" in amelie.text and "Document 26" not in amelie.text


async def test_credit_and_movements(house, amelie):
    await house.credit(house.amelie, 1240, "Paid at the desk")
    await amelie.get("/account")
    assert "€12.40" in amelie.text and "Paid at the desk" in amelie.text
    await amelie.get("/language/fr?to=/account")
    assert "12,40\u202f€" in amelie.text or "12,40\xa0€" in amelie.text


async def test_changing_the_password_ends_other_sign_ins(house, amelie, serve):
    other = await (await serve(house.parts)).sign_in("amelie")
    await amelie.get("/account")
    await amelie.post("/account/password", {"old": PASSWORD, "new": "battery staple"})
    assert amelie.url == "/account?done=password" and "Your password is changed" in amelie.text
    await other.get("/jobs")
    assert other.url.startswith("/sign-in")
    await other.sign_in("amelie", "battery staple")
    assert other.url == "/jobs"


async def test_a_wrong_or_weak_password_changes_nothing(house, amelie):
    await amelie.get("/account")
    await amelie.post("/account/password", {"old": "not it at all", "new": "battery staple"})
    assert amelie.status == 403 and "not your present password" in html.unescape(amelie.text)
    await amelie.post("/account/password", {"old": PASSWORD, "new": "short"})
    assert amelie.status == 400 and "at least 8 characters" in amelie.text
    assert await house.people.authenticate("amelie", PASSWORD)


async def test_a_claim_code_makes_a_document_ones_own(house, amelie):
    queue = await house.catalogue.add(Queue(new_id(), "guests", Kind.FOLLOW_ME, accept_unowned=True))
    await house.job(None, "Ticket", queue=queue)
    await amelie.get("/account")
    await amelie.post("/account/claim", {"code": "WRONG"})
    assert amelie.status == 404 and "No document waits under this code" in amelie.text
    await amelie.get("/account")
    await amelie.post("/account/claim", {"code": house.code.lower()})
    assert amelie.url == "/jobs?done=claimed" and "Ticket" in amelie.text


async def test_claiming_is_only_offered_where_it_exists(amelie):
    await amelie.get("/account")
    assert "Claim a document" not in amelie.text
