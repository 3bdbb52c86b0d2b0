"""People's own printer addresses on the pages: made, shown once, revoked; by administrators as well."""

import html
import plistlib
import re

import pytest

from events import audit
from jobs.queue import Kind, Queue
from storage.node import new_id

SECRET = re.compile(r"/ipp/print/print/t/([0-9a-z]{26})")


async def made(browser, label="Laptop", **fields):
    await browser.get("/account/addresses")
    await browser.post("/account/addresses", {"label": label, "days": "0", **fields})
    return SECRET.search(browser.text)[1] if browser.status == 200 else None


async def test_the_way_there_begins_at_the_account(amelie):
    await amelie.get("/account")
    assert 'href="/account/addresses"' in amelie.text
    await amelie.get("/account/addresses")
    assert "There is none yet" in amelie.text


async def test_an_address_is_shown_once_with_what_each_system_wants(house, amelie):
    secret = await made(amelie)
    text = html.unescape(amelie.text)
    path = f"/ipp/print/print/t/{secret}"
    assert f"https://127.0.0.1:8631{path}" in text and f"ipps://127.0.0.1:8631{path}" in text
    assert f"lpadmin -p print -E -v ipps://127.0.0.1:8631{path} -m everywhere" in text
    assert f'-IppURL "https://127.0.0.1:8631{path}"' in text and f">{path[1:]}<" in text
    assert (await house.parts.tokens.find(secret))[1].name == "amelie"
    assert "no-store" in amelie.headers["Cache-Control"]
    for page in ("/account/addresses", "/account", "/jobs"):
        await amelie.get(page)
        assert secret not in amelie.text
    await amelie.get("/account/addresses")
    assert "Laptop" in amelie.text and "last used" in amelie.text


async def test_each_queue_has_its_address(house, amelie):
    await house.catalogue.add(Queue(new_id(), "colour", Kind.FOLLOW_ME))
    await house.catalogue.add(Queue(new_id(), "closed", Kind.FOLLOW_ME, accepting=False))
    secret = await made(amelie)
    assert f"/ipp/print/colour/t/{secret}" in amelie.text and "/ipp/print/closed" not in amelie.text


async def test_without_a_queue_it_says_so(house, amelie):
    await house.catalogue.remove("print")
    await amelie.get("/account/addresses")
    await amelie.post("/account/addresses", {"label": "x", "days": "0"})
    assert amelie.status == 200 and "No queue is open yet" in amelie.text


@pytest.mark.parametrize(
    ("label", "status", "words"),
    [("", 400, "1 to 63 characters"), ("x" * 64, 400, "1 to 63 characters"), ("laptop", 409, "Revoke it first")],
)
async def test_labels_that_will_not_do(amelie, label, status, words):
    await made(amelie)
    await made(amelie, label)
    assert amelie.status == status and words in html.unescape(amelie.text) and 'aria-invalid="true"' in amelie.text


@pytest.mark.parametrize("days", ["7", "-1", "x", "36500"])
async def test_only_durations_that_are_offered(amelie, days):
    await made(amelie, days=days)
    assert amelie.status == 400


async def test_an_address_may_end_by_itself(house, amelie):
    await made(amelie, days="30")
    (token,) = await house.parts.tokens.of(house.amelie.id)
    assert round((token.expires_at - token.created_at) / 86_400_000) == 30
    await amelie.get("/account/addresses")
    assert "ends " in amelie.text
    from directory import store

    await house.database.write(lambda c: c.execute(store.token.update().values(expires_at=1)))
    await amelie.get("/account/addresses")
    assert "Ended" in amelie.text


async def test_revoking_is_asked_once_more(house, amelie):
    secret = await made(amelie)
    await amelie.get("/account/addresses")
    link = re.search(r'href="(/account/addresses/[^"]+/revoke)"', amelie.text)[1]
    await amelie.get(link)
    assert "Revoke the address for Laptop?" in amelie.text and await house.parts.tokens.find(secret)
    await amelie.post(link)
    assert amelie.url == "/account/addresses?done=revoked" and "The address is revoked" in amelie.text
    assert await house.parts.tokens.find(secret) is None
    await amelie.post(link)
    assert amelie.status == 404


async def test_nobody_revokes_what_is_not_theirs(house, amelie, paul):
    secret = await made(paul, "Desk")
    (token,) = await house.parts.tokens.of(house.paul.id)
    await amelie.get(f"/account/addresses/{token.id}/revoke")
    assert amelie.status == 404 and "Desk" not in amelie.text
    await amelie.get("/account")
    await amelie.post(f"/account/addresses/{token.id}/revoke")
    assert amelie.status == 404
    await amelie.get("/account")
    await amelie.post(f"/admin/people/{house.paul.id}/addresses/{token.id}/revoke")
    assert amelie.status == 403
    assert await house.parts.tokens.find(secret)


async def test_administrators_revoke_anybodys(house, amelie, paul):
    secret = await made(amelie)
    await paul.get(f"/admin/people/{house.amelie.id}")
    assert "Laptop" in paul.text and secret not in paul.text
    link = re.search(r'href="(/admin/people/[^"]+/revoke)"', paul.text)[1]
    await paul.get(link)
    assert "Amélie Fournier" in html.unescape(paul.text)
    await paul.post(link)
    assert await house.parts.tokens.find(secret) is None
    (line,) = await house.database.read(lambda connection: audit.latest(connection, house.parts.node, limit=1))
    assert (line.action, line.actor, line.subject) == ("token.revoke", house.paul.id, house.amelie.id)
    await paul.get("/admin/audit")
    assert "revoked a printer address of Amélie Fournier" in html.unescape(paul.text)
    await paul.get(link.replace(house.amelie.id, house.paul.id))
    assert paul.status == 404


async def test_a_profile_for_an_iphone(house, amelie, paul):
    secret = await made(amelie)
    fields = {"secret": secret, "queue": "print"}
    token = amelie.token
    response = await amelie.client.post(
        "/account/addresses/profile",
        data={**fields, "token": token},
        headers={"Origin": str(amelie.client.make_url("/")).rstrip("/")},
    )
    (printer,) = plistlib.loads(await response.read())["PayloadContent"]
    assert printer["AirPrint"][0]["ResourcePath"] == f"/ipp/print/print/t/{secret}"
    assert secret not in response.headers["Content-Disposition"]
    for wrong in ({"secret": "0" * 26}, {"secret": "../x"}):
        await amelie.get("/account")
        await amelie.post("/account/addresses/profile", fields | wrong)
        assert amelie.status == 404
    await amelie.get("/account")
    await amelie.post("/account/addresses/profile", fields | {"queue": "nowhere"})
    assert amelie.status == 400
    await paul.get("/account")
    await paul.post("/account/addresses/profile", fields)  # somebody else's
    assert paul.status == 404


async def test_the_script_that_copies_is_ours_alone(amelie):
    await made(amelie)
    policy = amelie.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
    (source,) = re.findall(r'<script src="([^"]+)"></script>', amelie.text)
    await amelie.get(source)
    assert amelie.status == 200 and amelie.headers["Content-Type"].startswith("text/javascript")
    await amelie.get("/account/addresses")
    assert "script" not in amelie.headers["Content-Security-Policy"]


async def test_in_french(amelie):
    await amelie.get("/language/fr?to=/account/addresses")
    assert "Adresses d’imprimante" in amelie.text
    await made(amelie, "Portable")
    assert "Elle n’est montrée que cette fois" in html.unescape(amelie.text)
    await made(amelie, "portable")
    assert "Révoquez-la d’abord" in html.unescape(amelie.text)
