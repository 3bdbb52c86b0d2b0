"""Counting, beside the acceptance: found again after a crash, never in the way of others."""

import asyncio
from dataclasses import replace

import pytest

from ipp.enums import JobState
from jobs import counting as counting_module
from jobs.counting import Counting
from jobs.lifecycle import Event
from jobs.queue import Kind
from pdl.errors import SandboxFailed
from pdl.media import Media
from pdl.report import Confidence, MediaRun, Report
from pdl.sandbox import Sandbox
from storage.errors import DocumentCorrupt

from .conftest import PDF

GOOD = Report(
    "application/pdf", "ok", pages=3, impressions=3, sheets=3, media=(MediaRun(3, Media(21000, 29700, "iso_a4_210x297mm")),),
    color_pages=(2,), confidence=Confidence("exact", "exact"),
)  # fmt: skip
BAD = Report("application/pdf", "rejected", "It is locked.", "document-password-error")


@pytest.fixture
def count(house, monkeypatch):
    """`await count(report or error)`: run the counter until nothing waits to be counted."""
    found = {"answers": {}, "default": GOOD, "seen": []}

    async def inspect(reader, sandbox, *, scratch):
        document = b"".join([piece async for piece in reader.stream()])
        answer = found["answers"].get(document, found["default"])
        found["seen"].append(document)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(counting_module, "inspect", inspect)

    async def judge(job, report):
        return found.get("refusal")

    async def count(default=GOOD, *, refusal=None, rounds=200, **answers):
        found.update(
            default=default,
            refusal=refusal,
            answers={key.encode(): value for key, value in answers.items()} or found["answers"],
        )
        task = asyncio.create_task(Counting(house.database, house.spool, house.jobs, house.hub, Sandbox(), judge).run())
        for _ in range(rounds):
            await asyncio.sleep(0.01)
            if not await house.database.read(counting_module.store.uncounted):
                break
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return found["seen"]

    count.found = found
    return count


async def test_what_was_left_uncounted_by_a_crash_is_counted(house, count):
    jobs = [await house.job(await house.queue(f"q{number}")) for number in range(5)]
    await count()
    for job in jobs:
        counted = await house.jobs.get(job.id)
        assert counted.counted_at and counted.state is JobState.PENDING_HELD
        assert (counted.verdict, counted.pages, counted.impressions, counted.sheets, counted.color_impressions) == (
            "ok",
            3,
            3,
            3,
            1,
        )


@pytest.mark.parametrize("kind", [Kind.FOLLOW_ME, Kind.DIRECT])
async def test_a_rejected_document_is_aborted_and_shredded(house, count, kind):
    job = await house.job(await house.queue(kind=kind))
    await count(BAD)
    ended = await house.jobs.get(job.id)
    assert ended.state is JobState.ABORTED and ended.message == "It is locked." and ended.document_id is None
    assert ended.reasons == ("document-password-error", "aborted-by-system") and ended.counted_at
    assert await house.rows("document_key") == []


async def test_the_count_of_a_rejected_document_is_never_seen_without_its_end(house, count):
    """A direct queue's job must not be taken up for printing between its count and its refusal."""
    job = await house.job(await house.queue("direct", Kind.DIRECT))
    seen = []
    write = house.database.write

    async def looked(fn, values):
        result = await write(fn, **values)
        current = await house.jobs.get(job.id)
        seen.append((current.counted_at is not None, current.state))
        return result

    async def watched(fn, **values):
        return await asyncio.shield(asyncio.ensure_future(looked(fn, values)))

    house.database.write = watched
    await count(BAD)
    async with asyncio.timeout(10):  # the last look is taken after the count has ended
        while (True, JobState.ABORTED) not in seen:
            await asyncio.sleep(0.01)
    assert (True, JobState.PENDING) not in seen


async def test_accepting_goes_first_but_counting_goes_on(house, count, monkeypatch):
    """While many jobs come, held ones are counted one at a time with rests; a device's job is not put off."""
    monkeypatch.setattr(counting_module, "_REST", 0.1)
    held, direct = await house.queue(), await house.queue("direct", Kind.DIRECT)
    jobs = [await house.job(held) for _ in range(30)]
    monkeypatch.setattr(type(house.jobs), "bursting", property(lambda _: True))
    last = await house.job(direct)
    await count(rounds=40)
    counted = [(await house.jobs.get(job.id)).counted_at for job in (*jobs, last)]
    assert counted[-1] is not None
    assert 0 < sum(at is not None for at in counted[:-1]) < 15
    monkeypatch.setattr(type(house.jobs), "bursting", False)
    await count(rounds=1000)
    assert all([(await house.jobs.get(job.id)).counted_at for job in (*jobs, last)])


async def test_a_burst_is_many_jobs_at_once(house):
    queue = await house.queue()
    assert not house.jobs.bursting
    await asyncio.gather(*(house.job(queue) for _ in range(12)))
    assert house.jobs.bursting


async def test_policy_refuses_after_the_count(house, count):
    job = await house.job(await house.queue())
    await count(refusal="Too many pages.")
    ended = await house.jobs.get(job.id)
    assert (ended.state, ended.message, ended.pages) == (JobState.ABORTED, "Too many pages.", 3)
    assert ended.reasons == ("job-canceled-by-operator",)


async def test_a_count_that_is_not_known_is_none(house, count):
    job = await house.job(await house.queue())
    await count(Report("application/pdf", "limited", "It took too long."))
    counted = await house.jobs.get(job.id)
    assert counted.verdict == "limited" and counted.counted_at
    assert (counted.pages, counted.impressions, counted.color_impressions) == (None, None, None)


async def test_a_damaged_document_is_aborted(house, count):
    job = await house.job(await house.queue())
    await count(DocumentCorrupt("bytes changed"))
    ended = await house.jobs.get(job.id)
    assert ended.state is JobState.ABORTED and "damaged" in ended.message


async def test_a_document_that_is_gone_is_aborted(house, count):
    job = await house.job(await house.queue())
    await house.database.write(lambda connection: house.spool.shred(connection, job.document_id))
    await count()
    assert (await house.jobs.get(job.id)).state is JobState.ABORTED


@pytest.mark.parametrize("error", [SandboxFailed("no sandbox"), RuntimeError("surprise"), OSError("disk")], ids=repr)
async def test_documents_that_cannot_be_counted_now_do_not_hide_the_others(house, count, error):
    queue = await house.queue()
    stuck = [await house.job(queue, content=PDF + f"stuck {number}".encode()) for number in range(12)]
    fine = await house.job(queue, content=PDF + b"fine")
    count.found["answers"] = {PDF + f"stuck {number}".encode(): error for number in range(12)}
    seen = await count(rounds=60)
    assert (await house.jobs.get(fine.id)).counted_at
    assert {(await house.jobs.get(job.id)).state for job in stuck} == {JobState.PENDING_HELD}
    assert len(seen) == 13  # each of them once: the next try is half a minute later


async def test_a_job_cancelled_while_it_is_counted(house, count, monkeypatch):
    job = await house.job(await house.queue())
    real = counting_module.inspect

    async def slow(reader, sandbox, *, scratch):
        await house.jobs.conclude(job.id, Event.CANCEL)
        return replace(await real(reader, sandbox, scratch=scratch), verdict="rejected", reason="late", state_reason="")

    monkeypatch.setattr(counting_module, "inspect", slow)
    await count()
    assert (await house.jobs.get(job.id)).state is JobState.CANCELED
