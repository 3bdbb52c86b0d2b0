"""Signing in: right and wrong passwords, cookies, and where it leads."""

import pytest
from sqlalchemy import func, select

from web import store


def cookies(browser):
    return {cookie.key: cookie for cookie in browser.client.session.cookie_jar}


async def test_a_right_password_leads_to_my_jobs(browser):
    await browser.sign_in("amelie")
    assert browser.status == 200 and browser.url == "/jobs"
    assert "Amélie Fournier" in browser.text


async def test_a_wrong_password_says_how_many_tries_are_left(browser):
    await browser.sign_in("amelie", "wrong password")
    assert browser.status == 403
    assert "Name and password do not match. 9 tries left." in browser.text
    assert 'value="amelie"' in browser.text and "wrong password" not in browser.text
    await browser.sign_in("nobody", "wrong password")
    assert "Name and password do not match. 9 tries left." in browser.text


async def test_too_many_tries_must_wait(house, browser):
    for _ in range(10):
        await browser.sign_in("amelie", "wrong password")
    await browser.sign_in("amelie")
    assert browser.status == 429 and "Too many wrong passwords" in browser.text


async def test_the_cookie_is_out_of_reach_of_scripts(browser):
    await browser.sign_in("amelie")
    cookie = cookies(browser)["printgate"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"


async def test_signing_in_changes_the_id(browser):
    await browser.get("/sign-in")
    before = cookies(browser)["printgate"].value
    await browser.sign_in("amelie")
    assert cookies(browser)["printgate"].value != before


async def test_a_planted_id_signs_nobody_in(house, browser, serve):
    await browser.get("/sign-in")
    planted = cookies(browser)["printgate"].value
    await browser.sign_in("amelie")
    attacker = await serve(house.parts, Cookie=f"printgate={planted}")
    await attacker.get("/jobs", allow_redirects=False)
    assert attacker.status == 303 and attacker.headers["Location"].startswith("/sign-in")


async def test_signing_out_ends_it_on_the_server(house, amelie, serve):
    stolen = cookies(amelie)["printgate"].value
    await amelie.post("/sign-out")
    assert amelie.url == "/sign-in"
    thief = await serve(house.parts, Cookie=f"printgate={stolen}")
    await thief.get("/jobs")
    assert thief.url.startswith("/sign-in")
    count = select(func.count()).select_from(store.web_session)
    assert await house.database.read(lambda connection: connection.execute(count).scalar_one()) == 0


async def test_a_page_is_found_again_after_signing_in(browser):
    await browser.get("/history?before=7")
    assert browser.url == "/sign-in?next=/history?before%3D7"
    await browser.post("/sign-in", {"name": "amelie", "password": "correct horse", "next": browser.hidden("next")})
    assert browser.url == "/history?before=7"


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:x", "/\r\nX: y"]
)
async def test_next_never_leads_elsewhere(browser, elsewhere):
    await browser.get("/sign-in")
    await browser.post(
        "/sign-in", {"name": "amelie", "password": "correct horse", "next": elsewhere}, allow_redirects=False
    )
    assert browser.status == 303 and browser.headers["Location"] == "/jobs"


async def test_signing_in_needs_our_own_form(browser):
    await browser.get("/sign-in")
    fields = {"name": "amelie", "password": "correct horse"}
    await browser.post("/sign-in", fields, token=False)
    assert browser.status == 403 and "This form is too old" in browser.text
    await browser.get("/sign-in")
    await browser.post("/sign-in", fields, headers={"Origin": "https://evil.example"})
    assert browser.status == 403


async def test_the_language_follows_the_browser_and_then_the_link(house, serve):
    browser = await serve(house.parts, **{"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"})
    await browser.get("/sign-in")
    assert 'lang="fr"' in browser.text and "Mot de passe" in browser.text
    await browser.get("/language/en?to=/sign-in")
    assert browser.url == "/sign-in" and "Password" in browser.text
    await browser.get("/language/en?to=//evil.example/", allow_redirects=False)
    assert browser.headers["Location"] == "/"


async def test_the_beginning_leads_on(amelie):
    await amelie.get("/")
    assert amelie.url == "/jobs"
