"""What every page has: encryption, rights, form tokens, limits, headers, words for what goes wrong."""

from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from web import gate
from web.app import PAGES
from web.gate import Access
from web.site import POLICY, Site

ADMINISTRATION = sorted(
    page.path for page in PAGES if page.access is Access.ADMINISTRATOR and page.get and "{" not in page.path
)
PEOPLES = sorted(page.path for page in PAGES if page.access is Access.PERSON and page.get and "{" not in page.path)
POSTS = [page for page in PAGES if page.post and "{" not in page.path]


async def test_pages_of_people_want_a_sign_in(browser):
    for path in PEOPLES + ADMINISTRATION:
        await browser.get(path, allow_redirects=False)
        assert browser.status == 303 and browser.headers["Location"].startswith("/sign-in?next="), path


async def test_administration_is_for_administrators(amelie):
    for path in ADMINISTRATION:
        await amelie.get(path)
        assert amelie.status == 403 and "This page is for administrators" in amelie.text, path


async def test_administrators_see_administration(paul):
    for path in ADMINISTRATION:
        await paul.get(path)
        assert paul.status == 200, path


async def test_no_form_is_done_without_its_token(paul):
    await paul.get("/jobs")
    token = paul.token
    for page in POSTS:
        for fields in ({"name": "x"}, {"name": "x", "token": ""}, {"name": "x", "token": token[::-1]}):
            body = aiohttp.FormData(fields)
            if page.files:
                body = aiohttp.MultipartWriter("form-data")
                for name, value in fields.items():
                    body.append(value).set_content_disposition("form-data", name=name)
            await paul.send(page.path, body)
            assert paul.status == 403 and "This form is too old" in paul.text, page.path


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "", "Referer": "https://evil.example/x"}],
)
async def test_no_form_is_taken_from_elsewhere(amelie, house, headers):
    job = await house.job(house.amelie, "Mine")
    await amelie.get("/account")
    await amelie.post("/jobs/delete", {"job": str(job.job_id)}, headers=headers)
    assert amelie.status == 403
    assert (await house.jobs.get(job.id)).held


async def test_another_persons_token_is_no_good(amelie, paul):
    await paul.get("/account")
    await amelie.post("/jobs/delete", {"job": "1", "token": paul.token}, token=False)
    assert amelie.status == 403


async def test_every_page_has_its_headers(amelie):
    for path in ("/jobs", "/help", "/nowhere", "/admin"):
        await amelie.get(path)
        assert amelie.headers["Content-Security-Policy"] == POLICY
        assert amelie.headers["X-Content-Type-Options"] == "nosniff"
        assert amelie.headers["Referrer-Policy"] == "same-origin"
        assert amelie.headers["Cache-Control"] == "no-store"


async def test_an_unknown_address_is_a_page_in_words(amelie):
    await amelie.get("/nowhere")
    assert amelie.status == 404 and "There is no such page" in amelie.text


async def test_what_is_not_a_page_is_left_alone(browser):
    await browser.get("/ipp/print")
    assert browser.status == 404 and "<html" not in browser.text


async def test_a_form_that_is_too_large_is_refused(amelie):
    await amelie.get("/account")
    await amelie.post("/account/claim", {"code": "x" * 70_000})
    assert amelie.status == 413


async def test_a_form_with_too_many_fields_is_refused(amelie):
    await amelie.get("/account")
    await amelie.post("/jobs/delete", [("job", "1")] * 1100)
    assert amelie.status == 413


async def test_another_kind_of_body_is_refused(amelie):
    response = await amelie.client.post("/account/claim", json={"code": "x"})
    assert response.status == 403


async def test_an_address_that_is_too_long_is_refused(amelie):
    await amelie.get("/release?" + "job=1&" * 1340)
    assert amelie.status in (400, 413)


async def test_an_unexpected_fault_gives_a_reference(house, serve):
    async def broken():
        raise RuntimeError("a secret of the house")

    browser = await (await serve(replace(house.parts, ready=broken))).sign_in("paul")
    await browser.get("/admin")
    assert browser.status == 500
    assert "Something went wrong here" in browser.text and "a secret of the house" not in browser.text


def _request(path, remote, *, secure=False, method="GET", host="print.example:8631"):
    request = make_mocked_request(method, path, headers={"Host": host})
    return request.clone(remote=remote, scheme="https" if secure else "http")


async def _answer(house, request, path):
    page = next(page for page in PAGES if page.path == path)
    site = Site(house.parts)
    route = next(route for route in gate.routes_of(site, page) if route.method == request.method)
    return await route.handler(request)


async def test_plain_http_is_led_to_https(house):
    response = await _answer(house, _request("/jobs?x=1", "192.0.2.9"), "/jobs")
    assert response.status == 303 and response.headers["Location"] == "https://print.example:8631/jobs?x=1"


async def test_a_password_sent_in_the_clear_is_not_looked_at(house):
    response = await _answer(house, _request("/sign-in", "192.0.2.9", method="POST"), "/sign-in")
    assert response.status == 303 and response.headers["Location"] == "https://print.example:8631/"


async def test_a_host_that_is_none_is_not_sent_back(house):
    response = await _answer(house, _request("/jobs", "192.0.2.9", host="evil.example/x@y"), "/jobs")
    assert response.status == 400


@pytest.mark.parametrize("path", ["/help"])
async def test_help_may_be_read_without_encryption(house, path):
    response = await _answer(house, _request(path, "192.0.2.9"), path)
    assert response.status == 200


@pytest.mark.parametrize("remote", ["127.0.0.1", "::1"])
async def test_this_machine_itself_needs_no_encryption(house, remote):
    response = await _answer(house, _request("/sign-in", remote), "/sign-in")
    assert response.status == 200


async def test_cookies_over_tls_are_bound_to_the_host(house):
    response = await _answer(house, _request("/sign-in", "192.0.2.9", secure=True), "/sign-in")
    cookie = response.cookies["__Host-printgate"]
    assert cookie["secure"] and cookie["path"] == "/" and not cookie["domain"]


async def test_plain_http_can_be_allowed(house):
    house.parts = replace(house.parts, settings=replace(house.parts.settings, plain_http_allowed=True))
    response = await _answer(house, _request("/sign-in", "192.0.2.9"), "/sign-in")
    assert isinstance(response, web.Response) and response.status == 200
