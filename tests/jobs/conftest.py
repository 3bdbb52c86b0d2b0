"""Jobs on a real home: database, spool, queues; and the few verbs that most tests need."""

import pytest
import structlog

from directory.people import People
from events.hub import Hub
from jobs import store
from jobs.catalogue import Catalogue
from jobs.intake import Intake, Submission
from jobs.queue import Kind, Queue
from jobs.work import Jobs
from storage.home import Home
from storage.node import new_id

# A traceback with all local values takes half a second to draw.
structlog.configure(processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)])

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


async def once(content):
    yield content


class House:
    """What a job needs to live."""

    def __init__(self, home):
        self.home, self.database, self.spool, self.hub = home, home.database, home.spool, Hub()
        self.catalogue = Catalogue(home.database, home.node)
        self.people = People(home.database, home.node)
        self.jobs = Jobs(home.database, home.spool, self.catalogue, self.hub)
        self.refuse = None
        self.intake = Intake(home.database, home.spool, self.jobs, self.hub, home.node, self._admit)

    async def _admit(self, submission):
        if self.refuse is not None:
            raise self.refuse

    async def queue(self, name="follow-me", kind=Kind.FOLLOW_ME, **values):
        if kind is not Kind.FOLLOW_ME:
            values.setdefault("devices", ("device-1",))
        return await self.catalogue.add(Queue(new_id(), name, kind, **values))

    async def submit(self, queue, content=PDF, person=None, **values):
        given = Submission(queue, person, person.name if person else "visitor", **values)
        return await self.intake.submit(given, once(content) if isinstance(content, bytes) else content)

    async def job(self, queue, **values):
        return (await self.submit(queue, **values)).job

    async def note(self, job, **values):
        await self.database.write(lambda connection: store.note(connection, job.id, **values))

    async def move(self, job, event, **values):
        return await self.database.write(lambda connection: store.move(connection, job.id, event, 1_000, **values))

    async def rows(self, table):
        return await self.database.read(lambda connection: connection.exec_driver_sql(f"SELECT * FROM {table}").all())

    def files(self):
        """Documents on the disk, segments aside."""
        return sorted(
            path.name
            for path in (self.home.folder / "spool").rglob("*")
            if path.is_file() and ".segment" not in path.name
        )


@pytest.fixture
async def house(tmp_path):
    home = await Home.open(tmp_path / "home", reserve_bytes=0)
    house = House(home)
    await house.jobs.load()
    yield house
    await home.close()
