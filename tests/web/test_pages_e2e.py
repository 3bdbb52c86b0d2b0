"""The pages in a real browser: without script, within the screen, without a word from the content policy."""

import asyncio
import re
from pathlib import Path

import pytest
from aiohttp import web as aiohttp_web
from playwright.async_api import async_playwright

from web.app import PAGES

pytestmark = pytest.mark.e2e

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"phone": (390, 844), "small": (320, 640), "panel": (800, 480), "desk": (1280, 800)}
PASSWORD = "correct horse"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"

LONG = "Rapport_annuel_de_la_commission_permanente_2026_version_definitive_corrigee_relue.pdf"


@pytest.fixture
async def chromium():
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed here.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def address(house, application):
    """The pages of a busy house, on a port of this machine."""
    await house.price(mono=4, color=12, sheet=1)
    await house.credit(house.amelie, 1240)
    await house.job(house.amelie, "Rapport annuel 2026.pdf", pages=24, color=range(1, 20), sides="two-sided-long-edge")
    await house.job(house.amelie, LONG)
    await house.job(house.amelie, "Fresh", counted=False)
    await house.job(house.amelie, "Invoice", uncertain=True, device_id=house.color.id)
    moving = await house.job(house.amelie, "Lecture notes")
    await house.desk.release(house.amelie, moving.id, house.color.id)
    await house.desk.delete(house.amelie, (await house.job(house.amelie, "Old notes")).id)
    await house.seen(house.gray, state="stopped", reasons=("media-jam-error",))
    await house.parts.tokens.make("amelie", "L’ordinateur portable de la bibliothèque du deuxième étage", days=90)
    house.token, _ = await house.parts.tokens.make("amelie", "Phone")
    runner = aiohttp_web.AppRunner(application(house.parts))
    await runner.setup()
    site = aiohttp_web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def sign_in(page, address, name):
    await page.goto(f"{address}/sign-in")
    await page.fill("[name=name]", name)
    await page.fill("[name=password]", PASSWORD)
    await page.click("main button")
    await page.wait_for_url("**/jobs")


async def test_signing_in_and_printing_without_script(house, address, chromium):
    house.printing()
    context = await chromium.new_context(java_script_enabled=False, locale="en", viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await sign_in(page, address, "amelie")
    assert "are waiting" in await page.inner_text("h1")
    await page.uncheck(f"label:has-text('{LONG}') input")
    await page.click("text=Choose a printer")
    assert await page.inner_text("h1") == "Where are you?"
    assert "Paper jam" in await page.inner_text("main")
    await page.click("form[method=post] >> text=Print 1")
    await page.wait_for_url("**/release/done/**")
    for _ in range(50):
        if "Printed" in await page.inner_text("main"):
            break
        await asyncio.sleep(0.1)
        await page.reload()
    assert "Take your sheets at Library, ground floor" in await page.inner_text("main")
    assert any("Rapport-annuel" in path.name for path in house.folder("LIB-0-2").glob("*.pdf"))
    await context.close()


async def test_deleting_without_script(house, address, chromium):
    context = await chromium.new_context(java_script_enabled=False, locale="fr")
    page = await context.new_page()
    await sign_in(page, address, "amelie")
    await page.click("form[action='/release'] >> text=Supprimer")
    assert "Supprimer 2 documents" in await page.inner_text("h1")
    await page.click("main button")
    assert "2 documents supprimés" in await page.inner_text("[role=status]")
    await context.close()


async def test_sending_files_without_script(house, address, chromium, tmp_path):
    for name, content in {
        "Essay.pdf": PDF,
        "Letter.docx": b"PK\x03\x04" + bytes(100),
        "Note.txt": b"Bonjour\n",
    }.items():
        (tmp_path / name).write_bytes(content)
    context = await chromium.new_context(java_script_enabled=False, locale="en", viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await sign_in(page, address, "amelie")
    await page.click("nav.tabbar >> text=Send a file")
    await page.set_input_files("[name=file]", [tmp_path / name for name in ("Essay.pdf", "Letter.docx", "Note.txt")])
    assert await page.is_visible("text=Chosen. Press Keep for printing.")
    await page.check("[name=ink][value=color]", force=True)
    await page.fill("[name=copies]", "2")
    await page.click("button >> text=Keep for printing")
    await page.wait_for_url("**/send/done/**")
    lines = await page.locator(".jobs li").all_inner_texts()
    assert [line.splitlines()[0] for line in lines] == ["Essay.pdf", "Letter.docx", "Note.txt"]
    assert "cannot be printed here" in lines[1] and "Being counted" in lines[0] + lines[2]
    found = {job.title: job for job in await house.desk.waiting(house.amelie)}
    assert found["Essay.pdf"].ticket.copies == 2 and found["Note.txt"].document_format == "text/plain"
    assert found["Essay.pdf"].ticket.sides == "two-sided-long-edge" and not found["Essay.pdf"].ticket.monochrome
    await context.close()


def addresses_of(house):
    """An address of every page, with what stands in the houses of this test."""
    filled = {
        "{name}": "LIB-0-2",
        "{id}": house.amelie.id,
        "{code:[a-z]{2}}": "en",
        "{token:[0-9a-f-]{36}}": house.token.id,
    }
    for page in PAGES:
        if page.get is None or page.path.startswith(
            ("/sign-in/", "/language", "/authority", "/release/done", "/send/done", "/help/{")
        ):
            continue
        if page.path.endswith(".png"):  # a picture is no page
            continue
        path = re.sub(r"\{number:[^}]*\}\}?", "4", page.path)
        if path.startswith("/admin/queues/"):
            path = path.replace("{name}", "print")
        for hole, value in filled.items():
            path = path.replace(hole, value)
        query = {"/release": "?job=1&job=2", "/release/change": "?job=1", "/jobs/delete": "?job=1&job=2"}.get(path, "")
        yield path + query


@pytest.mark.parametrize("locale, scheme", [("en", "light"), ("fr", "dark")])
async def test_every_page_fits_and_keeps_to_the_policy(house, address, chromium, locale, scheme):
    context = await chromium.new_context(locale=locale, color_scheme=scheme)
    page = await context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    seen = 0
    for who in ("paul", "amelie"):
        await context.clear_cookies()
        await sign_in(page, address, who)
        for path in addresses_of(house):
            if path.startswith(("/admin", "/first-run")) == (who == "amelie"):
                continue
            response = await page.goto(address + path)
            assert response.status == 200, path
            source = await response.text()
            assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", source), path
            assert await page.evaluate("document.querySelectorAll('h1').length") == 1, path
            assert await page.evaluate(UNLABELLED) == [], path
            for size, (width, height) in SIZES.items():
                await page.set_viewport_size({"width": width, "height": height})
                assert await page.evaluate(OVER) <= 0, f"{path} is wider than a {size}"
                if size == "phone":
                    assert await page.evaluate(SMALL) == [], path
            seen += 1
    assert seen >= 27
    assert [text for text in said if "Content Security Policy" in text or "Refused" in text] == []
    await context.close()


@pytest.mark.parametrize("script", [False, True])
async def test_an_address_of_ones_own_fits_and_can_be_copied(house, address, chromium, script):
    context = await chromium.new_context(locale="en", java_script_enabled=script)
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    await sign_in(page, address, "amelie")
    await page.goto(f"{address}/account/addresses")
    await page.fill("[name=label]", "Laptop")
    await page.select_option("[name=days]", "30")
    await page.click("text=Make an address")
    assert await page.inner_text("h1") == "The address for Laptop"
    shown = await page.locator(".command").all_inner_texts()
    (uri,) = [text for text in shown if text.startswith("ipps://")]
    assert (await house.parts.tokens.find(uri.rpartition("/")[2]))[0].label == "Laptop"
    buttons = page.locator("button[data-copy]")
    assert await buttons.count() == len(shown) >= 5
    if not script:
        assert not await buttons.first.is_visible()
    else:
        await buttons.last.click()
        await page.get_by_text("Copied").wait_for()
        assert await page.evaluate("navigator.clipboard.readText()") == shown[-1]
        for size, (width, height) in SIZES.items():
            await page.set_viewport_size({"width": width, "height": height})
            assert await page.evaluate(OVER) <= 0, f"wider than a {size}"
            if size == "phone":
                assert await page.evaluate(SMALL) == []
    assert [text for text in said if "Content Security Policy" in text or "Refused" in text] == []
    await context.close()


OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

UNLABELLED = """() => [...document.querySelectorAll('input:not([type=hidden]), select')]
  .filter(field => !field.closest('label') && !field.getAttribute('aria-label')).map(field => field.outerHTML)"""

# Links inside running text are left out, as WCAG 2.5.8 does.
SMALL = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select')].filter(element => {
    const box = (element.closest('label') || element).getBoundingClientRect();
    const inText = element.closest('.skip, .lead, dd, td.main');
    return box.width > 0 && box.height > 0 && box.height < 43.5 && !inText;
  }).map(element => element.outerHTML)"""
