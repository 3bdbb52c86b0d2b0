"""A desk and a forwarder on a real home, and printers that do as the test tells them."""

import asyncio
import json
from dataclasses import replace

import pytest

from accounting import ledger
from accounting import store as accounts
from accounting.price import Price
from devices.device import DeviceState
from devices.fleet import Fleet
from devices.outgoing import Outcome
from devices.settings import Settings
from directory.people import People
from events.hub import Hub
from ipp.enums import JobState
from jobs import store
from jobs.catalogue import Catalogue
from jobs.intake import Intake, Submission
from jobs.queue import Kind, Queue
from jobs.ticket import Ticket
from jobs.work import Jobs, now
from pdl.media import Media
from pdl.report import Confidence, MediaRun, Report
from pdl.sandbox import Sandbox
from release import store as attempts
from release.desk import Desk
from release.forward import Forward
from storage.home import Home
from storage.node import new_id

A4 = Media(21000, 29700, "iso_a4_210x297mm")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PRICE = Price(mono=5, color=20, sheet=1)


def report(pages=4, color=(), **values):
    given = {
        "pages": pages, "impressions": pages, "sheets": pages, "media": (MediaRun(pages, A4),) if pages else (),
        "color_pages": tuple(color), "confidence": Confidence("exact", "exact"),
    }  # fmt: skip
    return Report("application/pdf", "ok", **{**given, **values})


class Printer:
    """A device that follows a script: what it is told, and what it says at the end."""

    def __init__(self, outcome=None, *, number=7):
        self.outcome, self.number = outcome or Outcome(kind="completed"), number
        self.sent, self.canceled, self.outgoing, self.resumed = [], [], [], []
        self.before, self.during, self.after = None, None, None
        self.reads = True

    async def capabilities(self):
        raise AssertionError("not asked here")

    async def state(self):
        return DeviceState("idle")

    async def identify(self):
        return None

    async def print_job(self, outgoing, watch):
        self.outgoing.append(outgoing)
        if self.number is not None:
            await watch.created(self.number)
        if self.before is not None:
            await self.before(watch)
        if self.outcome.kind == "not-sent" or not self.reads:
            return self.outcome
        await watch.before_first_byte()
        self.sent.append(b"".join([piece async for piece in outgoing.open()]))
        if self.during is not None:
            await self.during(watch)
        await watch.after_last_byte()
        await watch.progress(self.outcome.impressions, "processing", ())
        if self.after is not None:
            await self.after(watch)
        return self.outcome

    async def resume(self, device_job_id, watch):
        self.resumed.append(device_job_id)
        if self.after is not None:
            await self.after(watch)
        return self.outcome

    async def cancel(self, device_job_id):
        self.canceled.append(device_job_id)


class House:
    """The parts of printing, put together as the gateway does."""

    def __init__(self, home):
        self.home, self.database, self.node, self.hub = home, home.database, home.node, Hub()
        self.catalogue, self.people = Catalogue(self.database, self.node), People(self.database, self.node)
        self.jobs = Jobs(self.database, home.spool, self.catalogue, self.hub)
        self.fleet = Fleet(self.database, self.node, Settings(home=home.folder))
        self.desk = Desk(self.database, self.jobs, self.catalogue, self.fleet, self.hub, self.node)
        self.printers = {}
        self.fleet.open = lambda device_id: self.printers[device_id]
        self.task = None
        self.restart()

    def restart(self):
        """A new forwarder, as after a start of the gateway."""
        self.forward = Forward(
            self.database,
            self.home.spool,
            self.jobs,
            self.catalogue,
            self.fleet,
            self.desk,
            Sandbox(),
            self.hub,
            self.node,
        )

    async def admit(self, submission):
        return None

    async def device(self, name, printer=None, **capabilities):
        row = await self.fleet.add(name, (self.home.folder / "trial" / name).as_uri())
        if capabilities:
            row = replace(row, capabilities=replace(row.capabilities, **capabilities))
            self.fleet._rows[row.id] = row
        self.printers[row.id] = printer or Printer()
        return row

    async def queue(self, name="follow-me", kind=Kind.FOLLOW_ME, **values):
        return await self.catalogue.add(Queue(new_id(), name, kind, **values))

    async def job(self, queue, person=None, *, ticket=None, counted=None, content=PDF, **columns):
        async def once():
            yield content

        intake = Intake(self.database, self.home.spool, self.jobs, self.hub, self.node, self.admit)
        submission = Submission(
            queue, person, person.name if person else "visitor", ticket=ticket or Ticket(), title="Report"
        )
        accepted = await intake.submit(submission, once())
        found = counted or report()
        values = {
            "counted_at": now(), "verdict": found.verdict, "pages": found.pages, "impressions": found.impressions,
            "sheets": found.sheets, "report": json.dumps(found.to_json()),
        }  # fmt: skip
        await self.note(accepted.job.id, **(values | columns))
        self.code = accepted.claim_code
        return await self.jobs.get(accepted.job.id)

    async def note(self, uuid, **values):
        await self.database.write(lambda connection: store.note(connection, uuid, **values))

    async def move(self, uuid, *events):
        for event in events:
            await self.database.write(lambda connection, event=event: store.move(connection, uuid, event, now()))

    async def price(self, price=PRICE, device_id=""):
        await self.database.write(lambda connection: accounts.put_price(connection, device_id, price))

    async def credit(self, person, amount):
        await self.database.write(lambda connection: ledger.credit(connection, self.node, person.id, amount, "", ""))

    async def balance(self, person):
        return await self.database.write(lambda connection: ledger.balance(connection, self.node, person.id))

    async def charge(self, job):
        return await self.database.read(lambda connection: accounts.charge_of(connection, job.id))

    async def reserved(self, job):
        found = await self.database.read(lambda connection: accounts.reservation_of(connection, job.id))
        return found.amount if found else None

    async def attempts(self, job):
        return await self.database.read(lambda connection: attempts.of_job(connection, job.id))

    async def attempt(self, job, device, **values):
        """An attempt as a crash would leave it."""
        row = {"node": self.node, "id": new_id(), "job_id": job.id, "device_id": device.id, "began_at": now(), **values}
        await self.database.write(lambda connection: attempts.begin(connection, row))

    def printing(self):
        if self.task is None:
            self.task = asyncio.create_task(self.forward.run())

    async def until(self, job, *states, uncertain=None, limit=5.0):
        """The job, as soon as it is in one of these states."""
        async with asyncio.timeout(limit):
            while True:
                current = await self.jobs.get(job.id)
                if current.state in states and uncertain in (None, current.uncertain):
                    return current
                await asyncio.sleep(0.005)

    async def ended(self, job):
        return await self.until(job, JobState.COMPLETED, JobState.CANCELED, JobState.ABORTED)

    async def stop(self, limit=1.0):
        await self.forward.stop(limit)
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
            self.task = None


@pytest.fixture
async def house(tmp_path):
    home = await Home.open(tmp_path / "home", reserve_bytes=0)
    house = House(home)
    await house.jobs.load()
    yield house
    await house.stop()
    await home.close()


@pytest.fixture
async def ada(house):
    return await house.people.add("ada", None)
