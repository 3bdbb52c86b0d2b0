"""Pictures of pages in the browser: whose they are, how they are asked for, what stands in their place."""

import io
import json
import re
from dataclasses import replace

import pytest
from PIL import Image

from jobs.previews import Previews
from pdl.sandbox import Sandbox


@pytest.fixture
async def shown(house, serve):
    """A browser on pages with pictures, signed in as the person of that name."""
    sandbox = Sandbox()
    await sandbox.start()
    parts = replace(house.parts, previews=Previews(house.database, house.home.spool, sandbox, house.parts.node))

    async def sign_in(name):
        browser = await serve(parts)
        await browser.sign_in(name)
        return browser

    yield sign_in
    await sandbox.stop()


async def fetched(browser, path):
    response = await browser.client.get(path, allow_redirects=False)
    return response, await response.read()


async def test_the_owner_sees_the_page(house, shown):
    await house.job(house.amelie, "Rapport")
    response, body = await fetched(await shown("amelie"), "/jobs/1/preview/1.png?width=160")
    assert response.status == 200
    assert response.content_type == "image/png"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(body)) as picture:
        assert picture.width == 160


async def test_nobody_else_does_but_an_administrator_and_that_is_written_down(house, shown):
    await house.person("eve")
    await house.job(house.amelie, "Rapport")
    response, body = await fetched(await shown("eve"), "/jobs/1/preview/1.png")
    assert response.status == 404
    assert b"PNG" not in body
    paul = await shown("paul")
    response, _ = await fetched(paul, "/jobs/1/preview/1.png")
    assert response.status == 200
    await paul.get("/admin/audit")
    assert "Paul Girard looked at the pages of somebody" in paul.text


async def test_who_is_not_signed_in_is_sent_away(house, serve):
    await house.job(house.amelie, "Rapport")
    browser = await serve(house.parts)
    response, _ = await fetched(browser, "/jobs/1/preview/1.png")
    assert response.status == 303
    assert response.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/jobs/1/preview/2.png", "/jobs/1/preview/0.png"])
async def test_what_cannot_be_shown_is_a_picture_of_its_kind(house, shown, path):
    await house.job(house.amelie, "Rapport")
    response, _ = await fetched(await shown("amelie"), path)
    assert response.status == 303
    assert re.fullmatch(r"/static/thumb-text\.[0-9a-f]{16}\.svg", response.headers["Location"])
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/jobs/9/preview/1.png", "/jobs/1/preview/x.png", "/jobs/1/preview/1234567.png"])
async def test_what_is_not_there(house, shown, path):
    await house.job(house.amelie, "Rapport")
    response, _ = await fetched(await shown("amelie"), path)
    assert response.status == 404


async def test_the_lists_show_first_pages_where_there_may_be_one(house, shown):
    await house.job(house.amelie, "Rapport")
    pcl = await house.job(house.amelie, "List")
    await house.note(pcl.id, document_format="application/vnd.hp-PCL")
    await house.job(house.amelie, "New", counted=False)
    browser = await shown("amelie")
    await browser.get("/jobs")
    assert re.findall(r'<img class="thumb" src="(/jobs/\d+)/', browser.text) == ["/jobs/1"]
    assert 'alt="First page"' in browser.text and 'loading="lazy"' in browser.text
    assert browser.text.count("/static/thumb-") == 2
    await browser.get("/release?job=1&job=2")
    assert re.findall(r'<img class="thumb" src="(/jobs/\d+)/', browser.text) == ["/jobs/1"]


async def test_without_previews_there_are_pictures_of_kinds(house, amelie):
    await house.job(house.amelie, "Rapport")
    await amelie.get("/jobs")
    assert "/preview/" not in amelie.text and "/static/thumb-text" in amelie.text


async def test_a_queue_is_given_its_marks(house, paul):
    await paul.get("/admin/queues/print")
    assert 'name="stamp"' in paul.text
    fields = {
        "name": "print", "kind": "follow-me", "retention": "24", "retain_for": "0", "max_bytes": "100",
        "accepting": "1", "stamp": "bottom-right", "stamp_text": "{name} {job}", "stamp_qr": "1", "require_stamp": "1",
        "banner": "after",
    }  # fmt: skip
    await paul.post("/admin/queues/print", fields)
    queue = house.catalogue.named("print")
    assert (queue.stamp, queue.stamp_text, queue.stamp_qr, queue.require_stamp, queue.banner) == (
        "bottom-right", "{name} {job}", True, True, "after",
    )  # fmt: skip
    await paul.get("/admin/queues/print")
    assert '<option value="bottom-right" selected>' in paul.text and 'value="{name} {job}"' in paul.text
    await paul.post("/admin/queues/print", fields | {"stamp_text": "{secret}"})
    assert paul.status == 400
    assert json.dumps(house.catalogue.named("print").stamp_text) == '"{name} {job}"'
