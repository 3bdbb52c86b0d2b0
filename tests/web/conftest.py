"""A house with people, printers, a queue and documents, and its pages on a loopback port."""

import asyncio
import json
import re
import shutil

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

import accounting.store
from accounting.price import Price
from devices.fleet import Fleet
from devices.settings import Settings as DeviceSettings
from directory.passwords import hash_password
from directory.people import People
from directory.store import set_credential
from directory.tokens import Tokens
from events.hub import Hub
from jobs import store as job_rows
from jobs.catalogue import Catalogue
from jobs.intake import Intake, Submission
from jobs.queue import Kind, Queue
from jobs.ticket import Ticket
from jobs.work import Jobs, now
from mobility.profiles import Address
from mobility.upload import Upload
from pdl.media import Media
from pdl.report import Confidence, MediaRun, Report
from release.desk import Desk
from release.forward import Forward
from storage.home import Home
from storage.node import new_id
from web.app import Pages
from web.parts import Parts
from web.settings import Settings

A4 = Media(21000, 29700, "iso_a4_210x297mm")
PASSWORD = "correct horse"
EVIL = '<img src=x onerror=alert(1)> & "quotes"'

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


async def _once(content):
    yield content


class House:
    """The parts as the gateway puts them together, and verbs that tests need."""

    def __init__(self, home, parts, intake, tasks):
        self.home, self.parts, self.intake, self.tasks = home, parts, intake, tasks
        self.database, self.people, self.fleet = parts.database, parts.people, parts.fleet
        self.jobs, self.desk, self.catalogue = parts.jobs, parts.desk, parts.catalogue

    def folder(self, name):
        return self.home.folder / "trial" / name

    async def device(self, name, *, info="", location=""):
        return await self.fleet.add(name, self.folder(name).as_uri(), info=info, location=location)

    async def person(self, name, **values):
        """Somebody who has PASSWORD."""
        person = await self.people.add(name, None, **values)
        await self.database.write(lambda c: set_credential(c, person.id, "password", self.hashed, now()))
        return person

    async def limited(self, row, **values):
        """Give a device other abilities than the trial printer's, as if it were another model."""
        from dataclasses import replace

        self.fleet._rows[row.id] = replace(row, capabilities=replace(row.capabilities, **values))

    async def seen(self, row, **values):
        """Put a device into a state."""
        from dataclasses import replace

        self.fleet._rows[row.id] = replace(self.fleet._rows[row.id], **values)

    async def job(
        self,
        person,
        title,
        *,
        pages=1,
        color=(),
        sides=None,
        copies=1,
        counted=True,
        ticket=None,
        queue=None,
        **columns,
    ):
        """A document that came in, and was counted."""
        submission = Submission(
            queue or self.catalogue.named("print"),
            person,
            person.name if person else "visitor",
            ticket=ticket or Ticket(copies=copies, sides=sides),
            title=title,
            peer="192.0.2.7",
        )
        accepted = await self.intake.submit(submission, _once(PDF))
        values = dict(columns)
        if counted:
            report = Report(
                "application/pdf",
                "ok",
                pages=pages,
                impressions=pages,
                sheets=pages,
                media=(MediaRun(pages, A4),),
                color_pages=tuple(color),
                confidence=Confidence("exact", "exact"),
            )
            values |= {
                "counted_at": now(),
                "verdict": "ok",
                "pages": pages,
                "impressions": pages,
                "sheets": pages,
                "color_impressions": len(color),
                "report": json.dumps(report.to_json()),
            }
        await self.note(accepted.job.id, **values)
        self.code = accepted.claim_code
        return await self.jobs.get(accepted.job.id)

    async def note(self, uuid, **values):
        if values:
            await self.database.write(lambda connection: job_rows.note(connection, uuid, **values))

    async def price(self, device_id="", **values):
        await self.database.write(lambda c: accounting.store.put_price(c, device_id, Price(**values)))

    async def credit(self, person, amount, memo="Paid at the desk"):
        from accounting import ledger

        await self.database.write(lambda c: ledger.credit(c, self.parts.node, person.id, amount, memo, ""))

    def printing(self):
        """Begin to send released documents on."""
        self.tasks.append(asyncio.create_task(self.parts.forward.run()))


async def build(folder, settings=None, **given):
    """Put a house together in a folder; close it with `demolish`."""
    home = await Home.open(folder / "home", reserve_bytes=0)
    database, node, hub = home.database, home.node, Hub()
    people, catalogue = People(database, node), Catalogue(database, node)
    jobs = Jobs(database, home.spool, catalogue, hub)
    fleet = Fleet(database, node, DeviceSettings(home=home.folder, connect_timeout=1))
    for part in (catalogue, fleet, jobs):
        await part.load()
    desk = Desk(database, jobs, catalogue, fleet, hub, node)

    async def admit(submission):
        return None

    async def ready():
        return []

    intake = Intake(database, home.spool, jobs, hub, node, admit)
    forward = Forward(database, home.spool, jobs, catalogue, fleet, desk, None, hub, node)
    values = {
        "authority_pem": b"",
        "ready": ready,
        "metrics": lambda: b"printgate_jobs 1\n",
        "address": lambda queue, host: Address(host, 8631, f"/ipp/print/{queue}", secure=True),
        "version": "0.1.0",
        "trial_uri": (home.folder / "trial" / "first").as_uri(),
    }
    parts = Parts(
        database=database,
        node=node,
        people=people,
        tokens=Tokens(database, node, people),
        catalogue=catalogue,
        jobs=jobs,
        desk=desk,
        forward=forward,
        fleet=fleet,
        hub=hub,
        upload=Upload(intake, catalogue),
        settings=settings or Settings(organisation="Lycée Lumière"),
        **(values | given),
    )
    return House(home, parts, intake, [])


async def demolish(house):
    for task in house.tasks:
        task.cancel()
    await house.parts.forward.stop(1)
    await house.parts.tokens.settle()
    await asyncio.gather(*house.tasks, return_exceptions=True)
    await house.home.close()


@pytest.fixture(name="application")
def application_fixture():
    """`application(parts)`: the pages as an aiohttp application."""
    return application


def application(parts):
    pages = Pages(parts)
    application = web.Application(middlewares=pages.middlewares())
    application.add_routes(pages.routes())
    return application


@pytest.fixture(scope="session")
def begun(tmp_path_factory):
    """A home with its tables and keys, and the hash of PASSWORD: both take longer to make than most tests."""
    folder = tmp_path_factory.mktemp("begun") / "home"

    async def begin():
        await (await Home.open(folder, reserve_bytes=0)).close()
        return await hash_password(PASSWORD)

    return folder, asyncio.run(begin())


@pytest.fixture
async def empty(tmp_path, begun):
    """A house before its first run."""
    shutil.copytree(begun[0], tmp_path / "home")
    house = await build(tmp_path)
    house.hashed = begun[1]
    yield house
    await demolish(house)


@pytest.fixture
async def house(empty):
    """A house with two people, two printers and a queue."""
    empty.amelie = await empty.person("amelie", display_name="Amélie Fournier")
    empty.paul = await empty.person("paul", display_name="Paul Girard", administrator=True)
    empty.color = await empty.device("LIB-0-2", info="Library, ground floor")
    empty.gray = await empty.device("LIB-1-1", info="Library, 1st floor")
    await empty.limited(empty.gray, color=False, print_color_modes=("monochrome",))
    await empty.catalogue.add(Queue(new_id(), "print", Kind.FOLLOW_ME, info="Lumière"))
    return empty


class Browser:
    """A browser without script: cookies, forms with their hidden fields, pages as text."""

    def __init__(self, client):
        self.client, self.text, self.status, self.url, self.headers = client, "", 0, "", {}

    async def get(self, path, **options):
        return await self._keep(await self.client.get(path, **options))

    async def post(self, path, fields=(), *, token=True, headers=None, **options):
        pairs = list(fields.items() if isinstance(fields, dict) else fields)
        if token:
            pairs.append(("token", self.token))
        return await self.send(path, pairs, headers, **options)

    async def send(self, path, body, headers=None, **options):
        """Post a body as a page of ours would."""
        sent = {"Origin": str(self.client.make_url("/")).rstrip("/")} | (headers or {})
        return await self._keep(await self.client.post(path, data=body, headers=sent, **options))

    async def _keep(self, response):
        self.text, self.status, self.headers = await response.text(), response.status, response.headers
        self.url = str(response.url.relative())
        return self

    @property
    def token(self):
        return self.hidden("token")

    def hidden(self, name):
        return re.search(f'name="{name}" value="([^"]*)"', self.text)[1]

    async def sign_in(self, name, password=PASSWORD):
        await self.get("/sign-in")
        return await self.post("/sign-in", {"name": name, "password": password, "next": "/jobs"})


@pytest.fixture
async def serve():
    """`await serve(parts)`: a browser before those pages."""
    clients = []

    async def serve(parts, **headers):
        # A cookie jar that keeps cookies of an address without a name: the test server has none.
        client = TestClient(TestServer(application(parts)), cookie_jar=aiohttp.CookieJar(unsafe=True), headers=headers)
        await client.start_server()
        clients.append(client)
        return Browser(client)

    yield serve
    for client in clients:
        await client.close()


@pytest.fixture
async def browser(house, serve):
    return await serve(house.parts)


@pytest.fixture
async def amelie(house, browser):
    """Amélie's browser, signed in."""
    return await browser.sign_in("amelie")


@pytest.fixture
async def paul(house, serve):
    """The administrator's browser, signed in."""
    return await (await serve(house.parts)).sign_in("paul")
