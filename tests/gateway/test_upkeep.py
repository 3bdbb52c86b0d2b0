"""What must be done now and then: each duty by itself, and none of them ends with a fault."""

import asyncio

import pytest

from gateway import upkeep as upkeep_module
from gateway.upkeep import Upkeep
from ipp.enums import JobState
from jobs import store
from jobs.intake import Intake, Submission
from jobs.lifecycle import Event
from jobs.queue import Kind, Queue
from jobs.work import now
from storage.node import new_id

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
REPORT = '{"format": "application/pdf", "verdict": "ok", "reason": "", "state_reason": "", "pages": 1, "impressions": 1, "sheets": 1, "copies": null, "sides": null, "media": [[1, 21000, 29700, "iso_a4_210x297mm"]], "color_pages": [], "confidence": {"pages": "exact", "color": "exact"}}'


@pytest.fixture
async def held(core):
    """`await held(columns)`: a counted job on a queue that lets go by itself."""
    await core.fleet.add("one", (core.settings.home / "trial").as_uri())
    queue = await core.catalogue.add(Queue(new_id(), "print", Kind.FOLLOW_ME, release_after=0))

    async def admit(_):
        return None

    async def once():
        yield PDF

    async def held(**columns):
        intake = Intake(core.home.database, core.home.spool, core.jobs, core.hub, core.home.node, admit)
        job = (await intake.submit(Submission(queue, None, "x"), once())).job
        values = {"counted_at": 1, "pages": 1, "report": REPORT, **columns}
        await core.home.database.write(lambda c: store.note(c, job.id, **values))
        return job

    return held


class Identity:
    not_after = None

    def prepare(self, *_):
        return None

    def renew_if_needed(self, *_):
        return False


async def running(core, until, **settings):
    from dataclasses import replace

    task = asyncio.create_task(Upkeep(core, Identity(), replace(core.settings, **settings)).run())
    try:
        async with asyncio.timeout(5):
            while not await until():
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_jobs_go_by_themselves(core, held):
    job = await held()

    async def gone():
        return (await core.jobs.get(job.id)).state is JobState.PENDING

    await running(core, gone)


async def test_a_job_that_cannot_go_says_why_and_does_not_hold_up_the_others(core, held):
    stuck, free = await held(), await held()
    await core.home.database.write(
        lambda c: store.note(c, stuck.id, report=REPORT.replace("application/pdf", "text/x"))
    )
    row = core.fleet.named("one")
    from dataclasses import replace

    core.fleet._rows[row.id] = replace(row, capabilities=replace(row.capabilities, formats=("application/pdf",)))
    await core.fleet.add("two", (core.settings.home / "two").as_uri())
    await core.home.database.write(lambda c: store.note(c, free.id, release_at=now()))

    async def said():
        return (
            "default device" in (await core.jobs.get(stuck.id)).message
            and "default device" in (await core.jobs.get(free.id)).message
        )

    await running(core, said)
    assert (await core.jobs.get(stuck.id)).release_at > now() + 20_000


@pytest.mark.parametrize(("policy", "state"), [("free", JobState.PENDING_HELD), ("charge", JobState.COMPLETED)])
async def test_policy_decides_what_nobody_could_tell(core, held, policy, state):
    first, second = await held(), await held(report="not a report")
    for job in (second, first):
        for event in (Event.RELEASE, Event.START, Event.LOSE):
            await core.home.database.write(lambda c, job=job, event=event: store.move(c, job.id, event, 1))
        await core.home.database.write(lambda c, job=job: store.note(c, job.id, uncertain=True, release_at=None))

    async def decided():
        current = await core.jobs.get(first.id)
        return current.state is state and not current.uncertain

    await running(core, decided, unknown_policy=policy, unknown_after=0)


async def test_a_duty_that_fails_or_hangs_does_not_stop_the_others(core, held, monkeypatch):
    job = await held()

    async def broken():
        raise RuntimeError("surprise")

    async def hanging():
        await asyncio.Event().wait()

    monkeypatch.setattr(core.jobs, "expire", broken)
    monkeypatch.setattr(core.home.spool, "reclaim", hanging)
    monkeypatch.setattr(upkeep_module, "TICK", 0.01)

    async def gone():
        return (await core.jobs.get(job.id)).state is JobState.PENDING

    await running(core, gone)
