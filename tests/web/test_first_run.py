"""The first run: one link, used once, leads to an account, a printer and a page."""

from web import first_run, store
from web.session import hashed


async def test_the_link_leads_from_nothing_to_a_page(empty, serve):
    token = await first_run.new_link(empty.database)
    browser = await serve(empty.parts)
    await browser.get(f"/sign-in/{token}")
    assert "Let us print something" in browser.text
    await browser.post(
        f"/sign-in/{token}", {"name": "Paul", "display_name": "Paul Girard", "password": "correct horse"}
    )
    assert browser.url == "/first-run" and "Paul Girard" in browser.text
    person = await empty.people.find("paul")
    assert person.administrator
    await browser.post("/first-run", {"printer": "trial"})
    assert "This page tells you when it has arrived" in browser.text
    assert "ipps://127.0.0.1:8631/ipp/print/print" in browser.text
    assert [row.name for row in empty.fleet.listed()] == ["trial"]
    assert browser.headers["Refresh"].startswith("5; url=/first-run?look=1")
    await empty.job(person, "First page")
    await browser.get("/first-run")
    assert "It has arrived" in browser.text and "First page" in browser.text


async def test_the_link_closes_for_good(empty, serve):
    token = await first_run.new_link(empty.database)
    browser, late = await serve(empty.parts), await serve(empty.parts)
    await browser.get(f"/sign-in/{token}")
    await late.get(f"/sign-in/{token}")
    await browser.post(f"/sign-in/{token}", {"name": "paul", "password": "correct horse"})
    await late.post(f"/sign-in/{token}", {"name": "mallory", "password": "correct horse"})
    assert late.status == 410 and await empty.people.find("mallory") is None
    await late.get(f"/sign-in/{token}")
    assert late.status == 410 and "This link has been used" in late.text


async def test_a_weak_password_does_not_use_the_link_up(empty, serve):
    token = await first_run.new_link(empty.database)
    browser = await serve(empty.parts)
    await browser.get(f"/sign-in/{token}")
    await browser.post(f"/sign-in/{token}", {"name": "paul", "password": "short"})
    assert browser.status == 400 and "at least 8 characters" in browser.text and 'value="paul"' in browser.text
    await browser.post(f"/sign-in/{token}", {"name": "paul", "password": "correct horse"})
    assert browser.url == "/first-run"


async def test_links_expire_and_later_ones_replace_them(empty, serve):
    first = await first_run.new_link(empty.database)
    second = await first_run.new_link(empty.database)
    browser = await serve(empty.parts)
    await browser.get(f"/sign-in/{first}")
    assert browser.status == 410
    await empty.database.write(lambda c: c.execute(store.web_link.update().values(expires_at=1)))
    await browser.get(f"/sign-in/{second}")
    assert browser.status == 410


async def test_the_token_is_kept_as_a_hash(empty):
    token = await first_run.new_link(empty.database)
    rows = await empty.database.read(lambda c: list(c.execute(store.web_link.select())))
    assert [row.token_hash for row in rows] == [hashed(token)]


async def test_an_address_that_is_none_is_told_in_place(empty, serve):
    token = await first_run.new_link(empty.database)
    browser = await serve(empty.parts)
    await browser.get(f"/sign-in/{token}")
    await browser.post(f"/sign-in/{token}", {"name": "paul", "password": "correct horse"})
    await browser.post("/first-run", {"printer": "address", "uri": "http://192.0.2.1/"})
    assert browser.status == 400 and "A device URI begins with" in browser.text
    assert empty.fleet.listed() == []
