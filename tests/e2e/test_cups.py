"""People's computers: CUPS finds out what the queue can do, signs in, prints, and the owner lets it out by the browser."""

import json
import re
import sys

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e import paper
from tests.e2e.bed import need, wait_for
from tests.e2e.conftest import PRICE

pytestmark = pytest.mark.e2e

QUEUE = "localhost:8631/ipp/print/follow-me"
SECRETS = {"alice": "alice's secret", "bob": "bob's secret"}
IN_URI = {name: secret.replace(" ", "%20").replace("'", "%27") for name, secret in SECRETS.items()}
HELD = {"job-hold-until-specified", "job-release-wait"}
DOCUMENTS = {"three.pdf": "application/pdf", "hello.txt": "application/pdf", "photo.jpg": "image/jpeg"}
"""What CUPS sends for each: text it makes into PDF, a picture it leaves as it is where it may."""

AUTHENTICATE = """{{
 OPERATION CUPS-Authenticate-Job
 GROUP operation-attributes-tag
 ATTR charset attributes-charset utf-8
 ATTR naturalLanguage attributes-natural-language en
 ATTR uri job-uri $uri
 ATTR text auth-info "{name}","{secret}"
 ATTR name requesting-user-name {name}
 STATUS successful-ok
}}
"""


@pytest.fixture(scope="module")
def queues(gateway, cups):
    """Queues on the person's computer: with somebody's password each, and one that asks."""
    for name, secret in IN_URI.items():
        cups.add(f"of-{name}", f"ipps://{name}:{secret}@{QUEUE}")
    cups.add("asking", f"ipps://{QUEUE}")
    return cups


def left(cups, queue):
    """Wait until everything has left the computer: ten seconds, although nothing is printed yet."""
    wait_for(lambda: not cups.waiting(queue), f"the jobs on {queue} to leave", 10)
    assert "aborted" not in cups.machine.run("lpstat", "-l", "-W", "completed", "-o", queue).stdout


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("person", SECRETS)
def test_a_password_in_the_device_uri(gateway, queues, papers, person, document):
    title = f"{document} of {person}"
    # Whatever name the computer knows its user by: the owner is who signed in.
    queues.print(f"of-{person}", papers / document, user="somebody", title=title)
    left(queues, f"of-{person}")
    job = gateway.held(title=title)
    assert (job["user"], job["state"], job["format"]) == (person, "pending-held", DOCUMENTS[document])
    assert HELD <= set(job["reasons"])
    assert job["pages"] == (3 if document == "three.pdf" else 1)


def test_a_job_that_waits_for_its_password(gateway, machine, queues, papers):
    number = queues.print("asking", papers / "three.pdf", user="bob", title="asked")
    wait_for(lambda: asks(machine, queues, number), "CUPS to ask for a password")
    authenticate(machine, queues, number, "bob", SECRETS["bob"])
    left(queues, "asking")
    assert gateway.held(title="asked")["user"] == "bob"


def test_a_wrong_password_is_refused(gateway, machine, queues, papers):
    number = queues.print("asking", papers / "three.pdf", user="bob", title="guessed")
    wait_for(lambda: asks(machine, queues, number), "CUPS to ask for a password")
    authenticate(machine, queues, number, "bob", "a guess")
    tries = lambda: queues.error_log().count(f"[Job {number}] Started backend")  # noqa: E731
    wait_for(lambda: tries() > 1 and asks(machine, queues, number), "CUPS to try, and to ask again", 15)
    machine.run("cancel", f"asking-{number}")
    assert gateway.jobs(title="guessed") == []


def asks(machine, cups, number):
    uri = f"ipp://127.0.0.1:{cups.port}/jobs/{number}"
    return "cups-held-for-authentication" in machine.run("ipptool", "-tv", uri, "get-job-attributes.test").stdout


def authenticate(machine, cups, number, name, secret):
    test = machine.folder / "authenticate.test"
    test.write_text(AUTHENTICATE.format(name=name, secret=secret))
    machine.run("ipptool", "-t", f"ipp://127.0.0.1:{cups.port}/jobs/{number}", test)


def test_a_plain_uri_becomes_secure_by_itself(gateway, cups, papers):
    """On ipp:// CUPS meets 426 Upgrade Required and goes on over TLS; the gateway reads no password in the clear."""
    cups.add("plainly", f"ipp://alice:{IN_URI['alice']}@{QUEUE}")
    cups.print("plainly", papers / "three.pdf", user="somebody", title="plainly")
    left(cups, "plainly")
    assert gateway.held(title="plainly")["user"] == "alice"


def test_driverless_makes_a_ppd(machine, gateway):
    need("driverless")
    ppd = machine.run("driverless", f"ipps://{QUEUE}").stdout
    assert ppd.startswith("*PPD-Adobe")
    assert re.search(r'^\*cupsFilter2: "application/vnd.cups-pdf application/pdf', ppd, re.MULTILINE)
    assert "*ColorModel RGB" in ppd
    assert "*Duplex DuplexNoTumble" in ppd


PYIPP = """
import asyncio, dataclasses, json
from pyipp import IPP

async def main():
    async with IPP(host="localhost", port=8631, base_path="/ipp/print/open") as client:
        print(json.dumps(dataclasses.asdict(await client.printer()), default=str))

asyncio.run(main())
"""


def test_pyipp_reads_the_printer(machine, gateway):
    """The client of Home Assistant, in a program on the person's computer."""
    found = json.loads(machine.run(sys.executable, "-W", "ignore", "-c", PYIPP).stdout)
    assert found["info"]["model"] == "Printgate Follow-Me"
    assert found["info"]["printer_name"] == "open"
    assert found["state"]["printer_state"] == "idle"
    assert [uri["uri"] for uri in found["uris"]] == ["ipp://localhost:8631/ipp/print/open"]


@pytest.fixture(scope="module")
def page(machine, gateway):
    """A browser on that machine, without JavaScript."""
    need("chromium")
    wrapper = machine.folder / "chromium"
    wrapper.write_text(f'#!/bin/sh\nexec {" ".join(machine.inside("chromium"))} "$@"\n')
    wrapper.chmod(0o755)
    options = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
    quiet = ("--disable-background-networking", "--disable-component-update")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=wrapper, args=[*options, *quiet])
        context = browser.new_context(java_script_enabled=False, ignore_https_errors=True)
        context.set_default_timeout(15_000)
        yield context.new_page()
        browser.close()


def test_released_in_the_browser(gateway, queues, papers, fine, page):
    options = ("-o", "media=iso_a4_210x297mm", "-o", "print-color-mode=color")
    queues.print("of-alice", papers / "three.pdf", *options, title="to be released")
    left(queues, "of-alice")
    job = gateway.held(title="to be released")
    page.goto("https://localhost:8631/")
    page.fill("input[name=name]", "alice")
    page.fill("input[name=password]", SECRETS["alice"])
    page.click("button:has-text('Sign in')")
    assert page.url.endswith("/jobs")
    assert page.get_by_text("to be released").count() == 1
    # Nobody else's documents are shown.
    assert page.get_by_text("of bob").count() == 0
    for box in page.query_selector_all("input[name=job]"):
        box.set_checked(box.get_attribute("value") == str(job["id"]))
    page.click("button:has-text('Choose a printer')")
    page.check("label:has-text('fine') input[name=device]")
    page.click("button:has-text('Print')")
    assert "/release/done/" in page.url
    ended = gateway.printed(job["id"])
    printed = paper.at_eve(fine.latest())
    assert (printed.bars, printed.colored, printed.sizes) == ([1, 2, 3], [False, True, False], {paper.A4})
    assert (ended["state"], ended["device"], ended["user"]) == ("completed", "fine", "alice")
    assert ended["charge"] == {
        "amount": 2 * PRICE["mono"] + PRICE["color"] + 3 * PRICE["sheet"],
        "impressions": 3,
        "color_impressions": 1,
        "sheets": 3,
        "basis": "own-count",
    }
    page.reload()
    assert page.get_by_text("to be released").count() == 1
