"""What machines ask: alive, ready, figures; and the files that browsers and printers fetch."""

import io
from dataclasses import replace

import pytest
from PIL import Image


async def test_alive_and_ready(browser):
    await browser.get("/healthz")
    assert (browser.status, browser.text) == (200, "ok\n")
    await browser.get("/readyz")
    assert (browser.status, browser.text) == (200, "[]")


async def test_not_ready_says_why(house, serve):
    async def ready():
        return ["The disk is full."]

    browser = await serve(replace(house.parts, ready=ready))
    await browser.get("/readyz")
    assert browser.status == 503 and browser.text == '["The disk is full."]'


async def test_figures(browser):
    await browser.get("/metrics")
    assert browser.text == "printgate_jobs 1\n" and browser.headers["Content-Type"].startswith(
        "text/plain; version=0.0.4"
    )


async def test_the_style_sheet_is_kept_for_good(browser):
    await browser.get("/sign-in")
    path = browser.text.split('rel="stylesheet" href="')[1].split('"')[0]
    await browser.get(path)
    assert browser.status == 200 and "immutable" in browser.headers["Cache-Control"]
    await browser.get("/static/style.css")
    assert browser.status == 404


@pytest.mark.parametrize("size", [48, 128, 512])
async def test_icons_for_printers(browser, size):
    response = await browser.client.get(f"/static/printer-{size}.png")
    picture = Image.open(io.BytesIO(await response.read()))
    assert picture.format == "PNG" and picture.size == (size, size) and len(picture.getcolors(1 << 20)) > 4


async def test_the_authoritys_certificate(house, serve):
    await (browser := await serve(house.parts)).get("/authority.crt")
    assert browser.status == 404
    pem = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    browser = await serve(replace(house.parts, authority_pem=pem))
    await browser.get("/authority.crt")
    assert browser.text.encode() == pem and browser.headers["Content-Type"] == "application/x-x509-ca-cert"
    await browser.get("/help")
    assert "Download the certificate" in browser.text and "709E 80C8" in browser.text


async def test_help_names_the_real_address(browser):
    await browser.get("/help")
    assert "ipps://127.0.0.1:8631/ipp/print/print" in browser.text
