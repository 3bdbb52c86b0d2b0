"""How to print: each system's way with this gateway's own addresses, in one set of words."""

import html
import plistlib

from jobs.queue import Kind, Queue
from mobility.profiles import MIME, Address, lpadmin, powershell
from storage.node import new_id


async def test_the_lines_are_those_of_the_profiles(house, browser):
    await browser.get("/help")
    queue, address = house.catalogue.named("print"), Address("127.0.0.1", 8631, "/ipp/print/print", secure=True)
    text = html.unescape(browser.text)
    assert lpadmin(queue, address) in text and powershell(queue, address) in text
    assert "ipps://127.0.0.1:8631/ipp/print/print" in text


async def test_a_profile_for_each_queue(house, browser):
    await house.catalogue.add(Queue(new_id(), "exams", Kind.SECURE, devices=(house.gray.id,), info="Exams"))
    await browser.get("/help")
    for name in ("print", "exams"):
        assert f'href="/help/{name}.mobileconfig"' in browser.text
        response = await browser.client.get(f"/help/{name}.mobileconfig")
        assert response.status == 200 and response.content_type == MIME
        assert response.headers["Content-Disposition"] == f'attachment; filename="{name}.mobileconfig"'
        (payload,) = plistlib.loads(await response.read())["PayloadContent"]
        (entry,) = payload["AirPrint"]
        assert entry == {"IPAddress": "127.0.0.1", "Port": 8631, "ResourcePath": f"/ipp/print/{name}", "ForceTLS": True}


async def test_no_profile_of_a_queue_that_is_not_open(house, browser):
    await house.catalogue.change("print", accepting=False)
    for name in ("print", "nowhere"):
        await browser.get(f"/help/{name}.mobileconfig")
        assert browser.status == 404 and "There is no such queue, or it takes nothing now." in browser.text
