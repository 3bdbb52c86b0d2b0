"""The commands, run beside the rows as the command line does."""

import pytest

from accounting import store as accounts
from devices.errors import DeviceError
from devices.fleet import DeviceExists, DeviceUnknown
from directory.errors import DirectoryError
from events import audit
from gateway.commands import Commands
from ipp.enums import JobState
from jobs.errors import BadQueue, JobError, NotPossible, QueueUnknown
from jobs.intake import Intake, Submission

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def do(core):
    """`await do("queue list", name=value)`."""
    commands = Commands(core)

    async def do(name, /, **arguments):
        return await commands.run(name, arguments)

    return do


@pytest.fixture
async def stocked(core, do):
    folder = core.settings.home / "trial"
    await do("device add", name="one", uri=folder.as_uri(), info="Hall", mono=5)
    await do("queue add", name="print")
    await do("user add", name="Ada", password="correct horse", display_name="Ada L.", restricted=True)
    return core


async def waiting_job(core):
    async def admit(_):
        return None

    async def once():
        yield PDF

    intake = Intake(core.home.database, core.home.spool, core.jobs, core.hub, core.home.node, admit)
    ada = await core.people.find("ada")
    return (await intake.submit(Submission(core.catalogue.named("print"), ada, "ada", title="Report"), once())).job


async def test_unknown_command(do):
    with pytest.raises(BadQueue, match="no command called queue dance"):
        await do("queue dance")


async def test_devices(do, stocked):
    (row,) = await do("device list")
    assert (row["name"], row["info"], row["state"], row["color"]) == ("one", "Hall", "idle", True)
    assert (await do("device show", name="one"))["price"] == {"mono": 5, "color": 0, "sheet": 0}
    changed = await do("device set", name="one", rename="two", location="Hall", enabled=False, color=7)
    assert (changed["name"], changed["location"], changed["enabled"], changed["price"]["color"]) == (
        "two",
        "Hall",
        False,
        7,
    )
    await do("device add", name="three", uri=(stocked.settings.home / "three").as_uri())
    with pytest.raises(DeviceExists):
        await do("device set", name="three", rename="two")
    with pytest.raises(DeviceError):
        await do("device add", name="outside", uri="file:///etc")
    with pytest.raises(DeviceUnknown):
        await do("device show", name="one")
    assert await do("device remove", name="two") == {"removed": "two"}


async def test_queues(do, stocked):
    added = await do(
        "queue add", name="hall", kind="direct", device=["one"], trusted_network=["127.0.0.0/8"], retention=60
    )
    assert (added["kind"], added["devices"], added["retention"]) == ("direct", ["one"], 60)
    assert not added["needs_password"] and added["path"] == "/ipp/print/hall" and added["waiting"] == 0
    changed = await do("queue set", name="hall", trusted_network=[""], release_after=5)
    assert changed["trusted_networks"] == [] and changed["release_after"] == 5
    assert (await do("queue set", name="hall", no_release_after=True))["release_after"] is None
    with pytest.raises(DeviceUnknown):
        await do("queue set", name="hall", device=["nowhere"])
    with pytest.raises(BadQueue):
        await do("queue set", name="hall", retention=0)
    assert [row["name"] for row in await do("queue list")] == ["hall", "print"]
    await do("queue remove", name="hall")
    with pytest.raises(QueueUnknown):
        await do("queue show", name="hall")


async def test_people_and_credit(do, stocked):
    found = await do("user show", name="ADA")
    assert (found["name"], found["display_name"], found["restricted"], found["balance"]) == ("ada", "Ada L.", True, 0)
    changed = await do("user set", name="ada", credit=500, memo="Cash", administrator=True)
    assert (changed["balance"], changed["available"], changed["administrator"]) == (500, 500, True)
    await do("user set", name="ada", password="battery staple")
    assert await stocked.people.authenticate("ada", "battery staple")
    with pytest.raises(DirectoryError):
        await do("user add", name="ada", password="correct horse")
    assert len(await do("user list")) == 1
    await do("user remove", name="ada")
    with pytest.raises((JobError, DirectoryError)):
        await do("user show", name="ada")


async def test_prices_are_audited(do, stocked):
    rows = await do("price set", mono=3, sheet=1)
    assert {"device": "(others)", "mono": 3, "color": 0, "sheet": 1} in rows
    rows = await do("price set", device="one", color=9)
    assert {"device": "one", "mono": 5, "color": 9, "sheet": 0} in rows
    lines = await stocked.home.database.read(lambda c: audit.latest(c, stocked.home.node))
    assert [line.action for line in lines][:2] == ["price.change", "price.change"]
    assert await stocked.home.database.read(lambda c: audit.verify(c, stocked.home.node)) is None
    from accounting.errors import AccountingError

    with pytest.raises(AccountingError):
        await do("price set", mono=-3)
    assert (await stocked.home.database.read(accounts.prices))[""].mono == 3


async def test_jobs(do, stocked):
    job = await waiting_job(stocked)
    (row,) = await do("job list")
    assert (row["id"], row["state"], row["user"], row["title"], row["queue"]) == (
        1,
        "pending-held",
        "ada",
        "Report",
        "print",
    )
    shown = await do("job show", id=1)
    assert shown["uuid"] == job.id and shown["attempts"] == [] and shown["reserved"] is None
    for act, words in (("job hold", {}), ("job settle", {"printed": True})):
        with pytest.raises(NotPossible):
            await do(act, id=1, **words)
    assert (await do("job cancel", id=1))["state"] == "canceled"
    with pytest.raises(NotPossible, match="has ended"):
        await do("job cancel", id=1)
    assert await do("job list", waiting=True) == [] and len(await do("job list")) == 1
    with pytest.raises(JobError):
        await do("job show", id=99)


async def test_a_job_that_was_being_printed_waits_for_the_server(do, stocked):
    from jobs import store
    from jobs.lifecycle import Event

    job = await waiting_job(stocked)
    for event in (Event.RELEASE, Event.START):
        await stocked.home.database.write(lambda c, event=event: store.move(c, job.id, event, 1))
    with pytest.raises(NotPossible, match="Start the gateway"):
        await do("job cancel", id=1)
    assert (await stocked.jobs.get(job.id)).state is JobState.PROCESSING


async def test_first_run_link(do):
    first, second = await do("first-run"), await do("first-run")
    assert first != second and all(len(str(value)) > 20 for value in (first, second))


async def test_printer_addresses_of_people(do, stocked):
    made = await do("token add", user="Ada", label="Laptop", expires=86_401)
    (path,) = made["paths"]
    assert path.startswith("/ipp/print/print/t/") and made["ends"]
    token, person = await stocked.tokens.find(path.rpartition("/")[2])
    assert (token.id, person.name) == (made["id"], "ada")
    (row,) = await do("token list", user="ada")
    assert (row["id"], row["label"]) == (made["id"], "Laptop") and path.rpartition("/")[2] not in str(row)
    assert round((token.expires_at - token.created_at) / 86_400_000) == 2
    assert await do("token revoke", id=made["id"]) == {"revoked": "Laptop"}
    assert await do("token list", user="ada") == []
    for name, words in (
        ("add", {"user": "nobody", "label": "x"}),
        ("list", {"user": "nobody"}),
        ("revoke", {"id": "x"}),
    ):
        with pytest.raises(DirectoryError):
            await do(f"token {name}", **words)
    with pytest.raises(QueueUnknown):
        await do("token add", user="ada", label="x", queue="nowhere")
