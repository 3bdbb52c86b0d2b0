"""Steering: what is suspended prints nothing until it is resumed, what begins again is charged again, and no race prints."""

import asyncio
from dataclasses import replace

import pytest

from devices.outgoing import Outcome
from ipp.enums import JobState
from jobs.errors import NotPossible, QueueUnknown
from jobs.intake import Intake, Sent, Submission
from jobs.lifecycle import HELD_ON_CREATE, SUSPENDED, Event
from jobs.queue import Kind
from jobs.ticket import Ticket
from jobs.work import now
from release.attempt import Attempt
from release.steering import Steering

from .conftest import PDF, Printer

COUNTED = "job-impressions-completed"


@pytest.fixture
def steering(house):
    return Steering(house.database, house.jobs, house.catalogue, house.hub)


@pytest.fixture
async def direct(house):
    """A direct queue, its device, and the printer behind it."""
    printer = Printer(Outcome(kind="completed", impressions=4, source=COUNTED))
    device = await house.device("one", printer)
    await house.price()
    queue = await house.queue("direct", Kind.DIRECT, devices=(device.id,), retain_for=60)
    return queue, device, printer


async def test_a_job_that_is_suspended_just_before_it_begins_does_not_begin(house, steering, direct, ada):
    queue, device, printer = direct
    job = await house.job(queue, ada)
    seen = (await house.jobs.next_pending())[0]
    await steering.suspend(None, job.id)
    house.forward._start(attempt := Attempt(house.forward._parts, seen, device.id), attempt.run())
    await asyncio.wait(house.forward._running.values())
    assert (await house.jobs.get(job.id)).suspended and printer.sent == [] and await house.attempts(job) == []
    house.printing()
    await steering.resume(None, job.id)
    assert (await house.ended(job)).state is JobState.COMPLETED and printer.sent == [PDF]


async def test_a_job_that_goes_elsewhere_is_not_printed_where_it_was(house, steering, direct, ada):
    queue, device, printer = direct
    other = await house.queue("other", Kind.DIRECT, devices=(device.id,))
    job = await house.job(queue, ada)
    seen = (await house.jobs.next_pending())[0]
    await steering.move(None, job.id, other)
    house.forward._start(attempt := Attempt(house.forward._parts, seen, device.id), attempt.run())
    await asyncio.wait(house.forward._running.values())
    assert printer.sent == [] and (await house.jobs.get(job.id)).state is JobState.PENDING


async def test_what_a_device_suspends_is_not_resumed_or_shredded_here(house, steering, direct, ada):
    queue, _, printer = direct
    going, stopped = asyncio.Event(), asyncio.Event()

    async def suspended(watch):
        await watch.progress(1, "processing-stopped", (SUSPENDED, "paused", "a,b"))
        stopped.set()
        await going.wait()

    printer.during = suspended
    job = await house.job(queue, ada)
    house.printing()
    await stopped.wait()
    current = await house.jobs.get(job.id)
    assert current.state is JobState.PROCESSING_STOPPED and current.reasons == ("paused",) and not current.suspended
    with pytest.raises(NotPossible):
        await steering.resume(None, job.id)
    with pytest.raises(NotPossible):
        await house.desk.delete(ada, job.id)
    going.set()
    assert (await house.ended(job)).state is JobState.COMPLETED and printer.sent == [PDF]


async def test_a_job_that_is_broken_off_while_it_begins_waits_again(house, direct, ada, monkeypatch):
    queue, _, printer = direct
    job = await house.job(queue, ada)
    begun, write = asyncio.Event(), house.database.write

    async def slow(work, **words):
        result = await write(work, **words)
        if getattr(getattr(work, "func", None), "__name__", "") == "_begin" and not begun.is_set():
            begun.set()
            await asyncio.sleep(5)
        return result

    monkeypatch.setattr(house.database, "write", slow)
    house.printing()
    await begun.wait()
    assert (await house.jobs.get(job.id)).state is JobState.PROCESSING
    await house.forward.suspend(job.id)
    assert (await house.jobs.get(job.id)).suspended and printer.sent == []


async def test_a_job_that_is_begun_again_is_charged_again(house, steering, direct, ada):
    queue, _, printer = direct
    job = await house.job(queue, ada)
    house.printing()
    await house.ended(job)
    assert await house.balance(ada) == (-24, -24)
    waiting = house.jobs.waiting(queue.id)
    await steering.restart(ada, job.id)
    assert house.jobs.waiting(queue.id) in (waiting, waiting + 1)
    async with asyncio.timeout(5):
        while len(printer.sent) < 2 or house.jobs.waiting(queue.id) != waiting:
            await asyncio.sleep(0.01)
    assert await house.balance(ada) == (-48, -48) and house.jobs.printing(queue.id) == 0
    # Until the printer has it again nobody knows more of it than that it waits; a crash in between prints nothing.
    assert [attempt.outcome for attempt in await house.attempts(job)] == ["completed", "completed"]


async def test_jobs_of_a_queue_that_holds_new_ones_again_stay(house, steering, direct, ada):
    queue, *_ = direct
    holding = await house.catalogue.change(queue.name, holding_new=True)
    jobs = [await house.job(holding, ada) for _ in range(3)]
    async with asyncio.timeout(5):
        await steering.release_new(holding)
    assert {(await house.jobs.get(job.id)).reasons for job in jobs} == {HELD_ON_CREATE}
    let_go = await house.catalogue.change(queue.name, holding_new=False)
    async with asyncio.timeout(5):
        await steering.release_new(let_go)
    assert {(await house.jobs.get(job.id)).state for job in jobs} == {JobState.PENDING}


async def test_a_job_that_is_held_late_is_not_over_at_once(house, direct, ada):
    queue, *_ = direct
    soon = Ticket(job_hold_until_time=now() - 1000)
    job = await house.job(queue, ada, ticket=soon, expires_at=now() - 1000)
    await house.move(job.id, Event.RELEASE)
    held = await house.desk.hold(ada, job.id)
    assert held.held and held.release_at is None and held.ticket.until == "indefinite"
    assert await house.jobs.expire() == 0 and await house.jobs.due_release() == []


async def test_what_is_asked_of_a_job_while_it_is_held_is_kept(house, direct, ada, monkeypatch):
    queue, *_ = direct
    job = await house.job(queue, ada)
    get = house.jobs.get

    async def slow(uuid):
        found = await get(uuid)
        await house.note(uuid, ticket=Ticket(copies=3).to_json())
        return found

    monkeypatch.setattr(house.jobs, "get", slow)
    assert (await house.desk.hold(ada, job.id)).ticket.copies == 3


async def test_a_job_whose_document_came_while_new_jobs_were_let_go_is_not_held(house, steering, direct, ada):
    queue, *_ = direct
    holding = await house.catalogue.change(queue.name, holding_new=True)
    intake = Intake(house.database, house.home.spool, house.jobs, house.hub, house.node, house.admit)

    async def slowly():
        yield PDF
        let_go = await house.catalogue.change(queue.name, holding_new=False)
        await steering.release_new(let_go)

    accepted = await intake.submit(Submission(holding, ada, "ada"), slowly())
    assert accepted.job.state is JobState.PENDING
    created = (await intake.create(Submission(replace(holding), ada, "ada"))).job
    await intake.add_document(created, holding, Sent(), slowly())
    assert (await intake.close(created, holding)).state is JobState.PENDING


async def test_nothing_is_taken_for_a_queue_that_is_gone(house, ada):
    queue = await house.queue("short")
    intake = Intake(house.database, house.home.spool, house.jobs, house.hub, house.node, house.admit)

    async def slowly():
        yield PDF
        await house.catalogue.remove("short")

    with pytest.raises(QueueUnknown):
        await intake.submit(Submission(queue, ada, "ada"), slowly())
    assert await house.jobs.selected() == []
