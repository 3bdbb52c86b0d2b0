"""Sending on: each job ends as its device says, or waits; it is charged once, and never sent again unseen."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from devices.errors import DeviceUnreachable
from devices.outgoing import Outcome
from ipp.enums import JobState
from jobs.errors import NotPossible
from jobs.lifecycle import Event
from jobs.queue import Kind
from jobs.ticket import Ticket
from jobs.work import now
from pdl.errors import LimitReached, SandboxFailed
from release import attempt as attempt_module
from storage.errors import StorageUnavailable

from .conftest import PDF, Printer, report

COUNTED = "job-impressions-completed"


@pytest.fixture
async def bed(house, ada):
    """A device, a queue, a price, and a job that was released there."""

    class Bed:
        printer = Printer()

        async def released(self, outcome=None, *, kind=Kind.FOLLOW_ME, price=True, **values):
            if outcome is not None:
                self.printer.outcome = outcome
            self.device = await house.device("one", self.printer)
            self.queue = await house.queue(kind=kind, devices=(self.device.id,) if kind is not Kind.FOLLOW_ME else ())
            if price:
                await house.price()
            job = await house.job(self.queue, ada, **values)
            if kind is not Kind.DIRECT:
                job = await house.desk.release(ada, job.id)
            return job

    return Bed()


async def test_printed_and_counted_by_the_device(house, ada, bed):
    job = await bed.released(Outcome(kind="completed", impressions=3, source=COUNTED))
    assert job.state is JobState.PENDING and await house.reserved(job) == 4 * 5 + 4
    house.printing()
    done = await house.ended(job)
    assert done.state is JobState.COMPLETED and done.reasons == ("job-completed-successfully",)
    assert (done.impressions_completed, done.sheets_completed, done.device_id) == (3, 3, bed.device.id)
    charge = await house.charge(job)
    assert (charge.amount, charge.impressions, charge.sheets, charge.basis) == (-(3 * 5 + 3), 3, 3, COUNTED)
    assert await house.balance(ada) == (-18, -18) and await house.reserved(job) is None
    assert bed.printer.sent == [PDF] and done.document_id is None
    (attempt,) = await house.attempts(job)
    assert (attempt.outcome, attempt.impressions, attempt.device_job_id) == ("completed", 3, 7)
    assert attempt.began_at <= attempt.sending_at <= attempt.sent_at <= attempt.ended_at


@pytest.mark.parametrize("count", [None, 0])
async def test_printed_and_not_counted_is_our_own_count(house, bed, count):
    job = await bed.released(Outcome(kind="completed", impressions=count))
    house.printing()
    done = await house.ended(job)
    charge = await house.charge(job)
    assert (charge.amount, charge.basis, done.impressions_completed) == (-24, "own-count", 4)


async def test_a_device_that_counts_more_than_there_is_charges_no_more(house, bed):
    job = await bed.released(Outcome(kind="completed", impressions=400, source="meter"))
    house.printing()
    await house.ended(job)
    assert ((await house.charge(job)).amount, (await house.charge(job)).basis) == (-24, "meter")


async def test_the_price_is_the_one_that_was_shown(house, bed):
    job = await bed.released()
    await house.price(replace(await house.desk.price(bed.device.id), mono=500))
    house.printing()
    await house.ended(job)
    assert (await house.charge(job)).amount == -24


@pytest.mark.parametrize(("kind", "state", "reason"), [
    ("canceled", JobState.CANCELED, "job-canceled-at-device"),
    ("aborted", JobState.ABORTED, "aborted-by-system"),
])  # fmt: skip
async def test_half_printed_pays_the_half(house, bed, kind, state, reason):
    job = await bed.released(Outcome(kind=kind, impressions=2, source=COUNTED, message="Stopped."))
    house.printing()
    done = await house.ended(job)
    assert (done.state, done.reasons, done.message, done.impressions_completed) == (state, (reason,), "Stopped.", 2)
    assert (await house.charge(job)).amount == -(2 * 5 + 2) and await house.reserved(job) is None


async def test_canceled_at_the_device_before_a_page_costs_nothing(house, ada, bed):
    job = await bed.released(Outcome(kind="canceled", impressions=0, source=COUNTED))
    house.printing()
    assert (await house.ended(job)).state is JobState.CANCELED
    assert await house.charge(job) is None and await house.balance(ada) == (0, 0)


async def test_aborted_before_a_page_waits_for_its_owner(house, ada, bed):
    job = await bed.released(Outcome(kind="aborted", impressions=0, source=COUNTED, message="The device gave it up."))
    house.printing()
    held = await house.until(job, JobState.PENDING_HELD)
    assert held.message == "The device gave it up." and not held.uncertain and held.document_id
    assert await house.reserved(job) is None and await house.balance(ada) == (0, 0)


async def test_aborted_without_a_count_may_have_printed(house, bed):
    job = await bed.released(Outcome(kind="aborted", message="The device gave it up."))
    house.printing()
    held = await house.until(job, JobState.PENDING_HELD)
    assert held.uncertain and await house.reserved(job) == 24


async def test_an_unknown_outcome_waits_with_its_money_set_aside(house, ada, bed):
    job = await bed.released(Outcome(kind="unknown", message="The line broke."))
    house.printing()
    held = await house.until(job, JobState.PENDING_HELD)
    assert held.uncertain and "may have printed" in held.message and "The line broke." in held.message
    assert await house.reserved(job) == 24 and await house.balance(ada) == (0, -24)
    assert (await house.attempts(job))[0].outcome == "unknown"
    await asyncio.sleep(0.05)
    assert len(bed.printer.sent) == 1


@pytest.mark.parametrize("retry", [True, False])
async def test_not_sent_waits_and_gives_the_money_back(house, ada, bed, retry):
    job = await bed.released(Outcome(kind="not-sent", message="Nobody answers.", retry=retry))
    house.printing()
    held = await house.until(job, JobState.PENDING_HELD)
    assert (held.message, held.uncertain, held.release_at) == ("Nobody answers.", False, None)
    assert await house.reserved(job) is None and await house.balance(ada) == (0, 0)
    assert (await house.attempts(job))[0].outcome == "not-sent" and held.expires_at > now()


@pytest.mark.parametrize("retry", [True, False])
async def test_a_direct_queue_tries_again_if_that_may_help(house, bed, retry):
    job = await bed.released(Outcome(kind="not-sent", message="Nobody answers.", retry=retry), kind=Kind.DIRECT)
    house.printing()
    held = await house.until(job, JobState.PENDING_HELD)
    assert (held.release_at is not None) is retry
    if retry:
        assert now() + 20_000 < held.release_at <= now() + 30_000
        bed.printer.outcome = Outcome(kind="completed")
        await house.desk.release(None, job.id)
        assert (await house.ended(job)).state is JobState.COMPLETED
        assert (await house.charge(job)).amount == -24


async def test_a_direct_job_is_priced_and_charged(house, ada, bed):
    job = await bed.released(Outcome(kind="completed", impressions=4, source="pjl"), kind=Kind.DIRECT)
    house.printing()
    done = await house.ended(job)
    assert done.state is JobState.COMPLETED and done.device_id == bed.device.id
    assert await house.balance(ada) == (-24, -24) and await house.reserved(job) is None


async def test_a_direct_job_without_credit_waits_unsent(house, ada, bed):
    await house.people.change("ada", restricted=True)
    job = await bed.released(kind=Kind.DIRECT)
    house.printing()
    held = await house.until(job, JobState.PENDING_HELD)
    assert "credit" in held.message and bed.printer.outgoing == [] and await house.attempts(job) == []
    assert await house.reserved(job) is None


async def test_a_direct_queue_without_its_device(house, bed):
    job = await bed.released(kind=Kind.DIRECT)
    await house.fleet.remove("one")
    house.printing()
    held = await house.until(job, JobState.PENDING_HELD)
    assert held.message == "No printer is set for this queue. Choose one." and held.release_at


async def test_jobs_go_one_at_a_time_and_in_order(house, bed):
    first = await bed.released()
    going, most = [], []

    async def during(_):
        going.append(1)
        most.append(len(going))
        await asyncio.sleep(0.01)
        going.pop()

    bed.printer.during = during
    others = [await house.job(bed.queue) for _ in range(3)]
    for job in reversed(others):
        await house.desk.release(None, job.id)
    house.printing()
    for job in (first, *others):
        assert (await house.ended(job)).state is JobState.COMPLETED
    assert most == [1, 1, 1, 1]
    numbers = [(await house.attempts(job))[0].began_at for job in (first, *others)]
    assert numbers == sorted(numbers)


async def test_a_stuck_device_does_not_hold_up_the_others(house, bed):
    first = await bed.released()
    gate = asyncio.Event()

    async def stuck(_):
        await gate.wait()

    bed.printer.during = stuck
    behind = await house.job(bed.queue)
    await house.desk.release(None, behind.id, bed.device.id)
    other = await house.device("two")
    free = await house.job(bed.queue)
    await house.desk.release(None, free.id, other.id)
    house.printing()
    assert (await house.ended(free)).state is JobState.COMPLETED
    assert (await house.jobs.get(first.id)).state is JobState.PROCESSING
    assert (await house.jobs.get(behind.id)).state is JobState.PENDING
    gate.set()
    assert (await house.ended(behind)).state is JobState.COMPLETED


async def test_a_printer_that_stands_still_and_goes_on(house, bed):
    job = await bed.released()
    seen = []

    async def after(watch):
        await watch.progress(1, "processing-stopped", ("media-empty",))
        seen.append(await house.jobs.get(job.id))
        await watch.progress(2, "processing", ())
        seen.append(await house.jobs.get(job.id))

    bed.printer.after = after
    house.printing()
    await house.ended(job)
    assert [found.state for found in seen] == [JobState.PROCESSING_STOPPED, JobState.PROCESSING]
    assert seen[0].reasons == ("media-empty",) and seen[1].processing_at == seen[0].processing_at


async def test_an_exception_of_the_client_before_the_first_byte(house, ada, bed):
    job = await bed.released()

    async def before(_):
        raise RuntimeError("surprise")

    bed.printer.before = before
    house.printing()
    held = await house.until(job, JobState.PENDING_HELD)
    assert not held.uncertain and await house.reserved(job) is None and "Choose a printer" in held.message


@pytest.mark.parametrize(
    "error", [RuntimeError("surprise"), StorageUnavailable("disk"), DeviceUnreachable("gone")], ids=repr
)
async def test_an_exception_after_the_first_byte_may_have_printed(house, bed, error):
    job = await bed.released(kind=Kind.DIRECT)

    async def during(_):
        raise error

    bed.printer.during = during
    house.printing()
    held = await house.until(job, JobState.PENDING_HELD)
    assert held.uncertain and held.release_at is None and await house.reserved(job) == 24
    assert len(bed.printer.sent) == 1


async def test_an_end_that_the_disk_does_not_take_is_written_again(house, ada, bed, monkeypatch):
    monkeypatch.setattr(attempt_module, "WRITE_AGAIN", 0.01)
    job = await bed.released(Outcome(kind="completed", impressions=4, source=COUNTED), kind=Kind.DIRECT)
    conclude, failures = house.jobs.conclude, []

    async def failing(*given, **values):
        if len(failures) < 3:
            failures.append(1)
            raise StorageUnavailable("The disk does not answer.")
        return await conclude(*given, **values)

    monkeypatch.setattr(house.jobs, "conclude", failing)
    house.printing()
    assert (await house.ended(job)).state is JobState.COMPLETED
    assert len(bed.printer.sent) == 1 and len(failures) == 3 and await house.balance(ada) == (-24, -24)


async def test_a_document_that_is_gone_is_aborted(house, ada, bed):
    job = await bed.released()
    await house.database.write(lambda connection: house.home.spool.shred(connection, job.document_id))
    house.printing()
    ended = await house.ended(job)
    assert ended.state is JobState.ABORTED and ended.message == "The document is gone. Print it again."
    assert await house.reserved(job) is None and await house.balance(ada) == (0, 0)
    assert (await house.attempts(job))[0].outcome == "not-sent"


@pytest.fixture
def rendering(monkeypatch):
    """What the renderer does."""
    script = {"error": None}

    async def render(source, mime, target, sandbox, write, scratch=None):
        if script["error"] is not None:
            raise script["error"]
        if "gate" in script:
            await script["gate"].wait()
        await write(b"rendered")

    monkeypatch.setattr(attempt_module, "render", render)
    return script


async def test_rendered_for_its_device(house, bed, rendering):
    job = await bed.released(ticket=Ticket(page_ranges=((2, 3),), copies=2))
    house.printing()
    await house.ended(job)
    (outgoing,) = bed.printer.outgoing
    assert bed.printer.sent == [b"rendered"] and outgoing.size == 8 and outgoing.impressions == 4
    assert (await house.charge(job)).impressions == 4


async def test_what_cannot_be_rendered_is_aborted(house, ada, bed, rendering):
    rendering["error"] = LimitReached("It is too complicated.")
    job = await bed.released(ticket=Ticket(page_ranges=((2, 3),)))
    house.printing()
    ended = await house.ended(job)
    assert ended.state is JobState.ABORTED and ended.reasons == ("document-unprintable-error", "aborted-by-system")
    assert "too complicated" in ended.message and await house.reserved(job) is None and bed.printer.sent == []


async def test_a_sandbox_that_cannot_run_is_not_the_documents_fault(house, bed, rendering):
    rendering["error"] = SandboxFailed("No room for another process.")
    job = await bed.released(ticket=Ticket(page_ranges=((2, 3),)))
    house.printing()
    held = await house.until(job, JobState.PENDING_HELD)
    assert "No room" in held.message and held.document_id and not held.uncertain


async def test_grey_that_cannot_be_rendered_is_left_to_the_device(house, bed, rendering):
    rendering["error"] = LimitReached("It is too complicated.")
    job = await bed.released(ticket=Ticket(print_color_mode="monochrome"), counted=report(color=(1,)))
    house.printing()
    assert (await house.ended(job)).state is JobState.COMPLETED
    assert bed.printer.sent == [PDF]


async def test_cancel_while_the_device_prints(house, ada, bed):
    job = await bed.released()
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def after(_):
        begun.set()
        await stopped.wait()

    async def cancel(number):
        bed.printer.canceled.append(number)
        bed.printer.outcome = Outcome(kind="canceled", impressions=1, source=COUNTED)
        stopped.set()

    bed.printer.after, bed.printer.cancel = after, cancel
    house.printing()
    await begun.wait()
    with pytest.raises(NotPossible):
        await house.desk.delete(ada, job.id)
    await house.forward.cancel(job.id)
    ended = await house.ended(job)
    assert (ended.state, ended.reasons) == (JobState.CANCELED, ("job-canceled-by-user",)) and bed.printer.canceled == [
        7
    ]
    assert (await house.charge(job)).amount == -6
    with pytest.raises(NotPossible):
        await house.forward.cancel(job.id)


async def test_cancel_before_anything_was_sent(house, ada, bed, rendering):
    rendering["gate"] = asyncio.Event()
    job = await bed.released(ticket=Ticket(page_ranges=((2, 3),)))
    house.printing()
    preparing = await house.until(job, JobState.PROCESSING)
    assert preparing.reasons == ("job-transforming",)
    await house.forward.cancel(job.id)
    ended = await house.ended(job)
    assert ended.state is JobState.CANCELED and await house.reserved(job) is None and bed.printer.outgoing == []
    assert await house.balance(ada) == (0, 0) and (await house.attempts(job))[0].ended_at
    again = await house.job(bed.queue, ada)
    await house.desk.release(ada, again.id)
    assert (await house.ended(again)).state is JobState.COMPLETED  # the device is free for the next


async def test_a_device_that_cannot_be_told_to_stop(house, bed):
    bed.printer.number = None
    job = await bed.released()
    begun, gate = asyncio.Event(), asyncio.Event()

    async def during(_):
        begun.set()
        await gate.wait()

    bed.printer.during = during
    house.printing()
    await begun.wait()
    with pytest.raises(NotPossible, match="cannot be told to stop"):
        await house.forward.cancel(job.id)
    gate.set()
    assert (await house.ended(job)).state is JobState.COMPLETED


async def test_a_device_that_does_not_answer_to_cancel(house, bed):
    job = await bed.released()
    begun, gate = asyncio.Event(), asyncio.Event()

    async def after(_):
        begun.set()
        await gate.wait()

    async def cancel(_):
        raise DeviceUnreachable("Nobody answers.")

    bed.printer.after, bed.printer.cancel = after, cancel
    house.printing()
    await begun.wait()
    with pytest.raises(NotPossible, match="Nobody answers"):
        await house.forward.cancel(job.id)
    gate.set()
    assert (await house.ended(job)).state is JobState.COMPLETED


async def test_a_job_being_printed_cannot_be_held_for_free(house, ada, bed):
    job = await bed.released()
    begun, gate = asyncio.Event(), asyncio.Event()

    async def after(_):
        begun.set()
        await gate.wait()

    bed.printer.after = after
    house.printing()
    await begun.wait()
    with pytest.raises(NotPossible, match="being printed"):
        await house.desk.hold(ada, job.id)
    assert await house.reserved(job) == 24
    gate.set()
    await house.ended(job)
    assert await house.balance(ada) == (-24, -24)


async def test_a_job_held_just_before_it_begins_is_left_alone(house, ada, bed, monkeypatch):
    job = await bed.released()
    authorise = house.desk.authorise

    async def slow(found):
        authority = await authorise(found)
        if (await house.jobs.get(job.id)).state is JobState.PENDING:
            await house.desk.hold(ada, job.id)
        return authority

    monkeypatch.setattr(house.desk, "authorise", slow)
    house.printing()
    await asyncio.sleep(0.1)
    held = await house.jobs.get(job.id)
    assert held.state is JobState.PENDING_HELD and held.document_id and bed.printer.outgoing == []
    assert await house.reserved(job) is None and await house.attempts(job) == []


async def test_stop_lets_what_is_being_sent_finish(house, bed):
    job = await bed.released()
    begun = asyncio.Event()

    async def during(_):
        begun.set()
        await asyncio.sleep(0.05)

    bed.printer.during = during
    house.printing()
    await begun.wait()
    await house.stop(5.0)
    assert (await house.jobs.get(job.id)).state is JobState.COMPLETED


async def test_stop_puts_back_what_was_not_sent_and_the_next_start_prints_it(house, ada, bed, rendering):
    rendering["gate"] = asyncio.Event()
    job = await bed.released(ticket=Ticket(page_ranges=((2, 3),)))
    house.printing()
    await house.until(job, JobState.PROCESSING)
    async with asyncio.timeout(2):  # at once, not after the limit
        await house.stop(60.0)
    assert (await house.jobs.get(job.id)).state is JobState.PENDING and await house.reserved(job) == 12
    rendering["gate"].set()
    house.restart()
    house.printing()
    assert (await house.ended(job)).state is JobState.COMPLETED
    assert [attempt.outcome for attempt in await house.attempts(job)] == ["not-sent", "completed"]


async def test_stop_leaves_what_takes_too_long_to_the_next_start(house, ada, bed):
    job = await bed.released()
    begun = asyncio.Event()

    async def after(_):
        begun.set()
        await asyncio.Event().wait()

    bed.printer.after = after
    house.printing()
    await begun.wait()
    await house.stop(0.05)
    assert (await house.jobs.get(job.id)).state is JobState.PROCESSING
    bed.printer.after, bed.printer.outcome = None, Outcome(kind="completed", impressions=4, source=COUNTED)
    house.restart()
    house.printing()
    assert (await house.ended(job)).state is JobState.COMPLETED
    assert bed.printer.resumed == [7] and len(bed.printer.sent) == 1 and await house.balance(ada) == (-24, -24)


async def test_after_stop_nothing_begins(house, bed):
    job = await bed.released()
    await house.forward.stop(0)
    house.printing()
    await asyncio.sleep(0.05)
    assert (await house.jobs.get(job.id)).state is JobState.PENDING and bed.printer.outgoing == []


# What a crash leaves: (columns of the attempt, None for none; the device says; expected state, uncertain, resumed)
CRASHES = [
    ("before the attempt", None, None, JobState.COMPLETED, False, False),
    ("before the first byte", {}, None, JobState.COMPLETED, False, False),
    ("created, before the first byte", {"device_job_id": 9}, None, JobState.COMPLETED, False, False),
    ("within the document", {"device_job_id": 9, "sending_at": 5}, None, JobState.PENDING_HELD, True, False),
    ("after the last byte, no number", {"sending_at": 5, "sent_at": 6}, None, JobState.PENDING_HELD, True, False),
    ("completed", {"device_job_id": 9, "sending_at": 5, "sent_at": 6}, "completed", JobState.COMPLETED, False, True),
    ("aborted", {"device_job_id": 9, "sending_at": 5, "sent_at": 6}, "aborted", JobState.ABORTED, False, True),
    ("canceled", {"device_job_id": 9, "sending_at": 5, "sent_at": 6}, "canceled", JobState.CANCELED, False, True),
    ("unknown", {"device_job_id": 9, "sending_at": 5, "sent_at": 6}, "unknown", JobState.PENDING_HELD, True, True),
    ("not kept", {"device_job_id": 9, "sending_at": 5, "sent_at": 6}, "not-sent", JobState.PENDING_HELD, False, True),
]


@pytest.mark.parametrize(
    ("columns", "said", "state", "uncertain", "resumed"), [row[1:] for row in CRASHES], ids=[row[0] for row in CRASHES]
)
async def test_what_a_crash_interrupted(house, ada, bed, columns, said, state, uncertain, resumed):
    job = await bed.released(
        Outcome(kind=said or "completed", impressions=2 if said in ("aborted", "canceled") else None)
    )
    await house.move(job.id, Event.START)
    if columns is not None:
        await house.attempt(job, bed.device, **columns)
    house.printing()
    found = await house.until(job, state, uncertain=uncertain)
    assert bool(bed.printer.resumed) is resumed
    assert await house.reserved(job) == (24 if uncertain else None)
    expected = {JobState.COMPLETED: -24, JobState.ABORTED: -12, JobState.CANCELED: -12}.get(state, 0)
    assert (await house.balance(ada))[0] == expected
    assert found.final is (state is not JobState.PENDING_HELD)


async def test_a_device_removed_meanwhile_leaves_the_outcome_unknown(house, bed):
    job = await bed.released()
    await house.move(job.id, Event.START)
    await house.attempt(job, bed.device, device_job_id=9, sending_at=5, sent_at=6)
    await house.fleet.remove("one")
    house.printing()
    assert (await house.until(job, JobState.PENDING_HELD)).uncertain


async def test_a_loop_that_begins_again_does_not_take_live_jobs_for_lost(house, bed):
    job = await bed.released()
    begun, gate = asyncio.Event(), asyncio.Event()

    async def during(_):
        begun.set()
        await gate.wait()

    bed.printer.during = during
    house.printing()
    await begun.wait()
    house.task.cancel()
    await asyncio.gather(house.task, return_exceptions=True)
    house.task = None
    house.printing()  # as the gateway does when a part of it failed
    await asyncio.sleep(0.05)
    assert (await house.jobs.get(job.id)).state is JobState.PROCESSING
    gate.set()
    assert (await house.ended(job)).state is JobState.COMPLETED and len(bed.printer.sent) == 1


async def test_nothing_is_left_behind_in_memory(house, bed):
    job = await bed.released()
    house.printing()
    await house.ended(job)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            while house.forward._at or house.forward._running:
                await asyncio.sleep(0.005)
    assert house.forward._at == {} and house.forward._running == {}
