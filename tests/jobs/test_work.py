"""What may be asked of jobs: ending, expiry, keeping, and the counters of who waits."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipp.enums import JobState
from jobs import store
from jobs.errors import NotPossible
from jobs.lifecycle import FINAL, Event, IllegalTransition
from jobs.queue import Kind
from jobs.work import active, may_see, now
from storage.errors import DocumentGone


async def test_an_end_shreds_and_counts_down(house):
    queue = await house.queue()
    job = await house.job(queue)
    ended = await house.jobs.conclude(job.id, Event.CANCEL)
    assert ended.state is JobState.CANCELED and ended.reasons == ("job-canceled-by-user",) and ended.completed_at
    assert ended.document_id is None and house.jobs.waiting(queue.id) == 0
    with pytest.raises(DocumentGone):
        await house.spool.open(job.document_id)
    with pytest.raises(NotPossible, match="cannot cancel"):
        await house.jobs.conclude(job.id, Event.CANCEL)
    with pytest.raises(NotPossible):
        await house.jobs.abort(job.id, ("aborted-by-system",), "No.")


async def test_an_end_that_its_check_or_its_settling_refuses_did_not_happen(house):
    job = await house.job(await house.queue())

    def refuse(*_):
        raise NotPossible("no")

    for values in ({"check": refuse}, {"settle": refuse}):
        with pytest.raises(NotPossible, match=r"^no$"):
            await house.jobs.conclude(job.id, Event.CANCEL, **values)
        assert await house.jobs.get(job.id) == job


async def test_what_nobody_collects_is_deleted(house):
    queue = await house.queue()
    job, fresh = await house.job(queue), await house.job(queue)
    await house.note(job, expires_at=now() - 1)
    assert await house.jobs.expire() == 1
    ended = await house.jobs.get(job.id)
    assert ended.state is JobState.ABORTED and ended.document_id is None and "Nobody collected it" in ended.message
    assert (await house.jobs.get(fresh.id)).held and house.jobs.waiting(queue.id) == 1
    assert len(await house.rows("document_key")) == 1


@pytest.mark.parametrize("kind", ["released", "uncertain"])
async def test_what_is_not_expired(house, kind):
    job = await house.job(await house.queue())
    await house.note(job, expires_at=now() - 1, uncertain=kind == "uncertain")
    if kind == "released":
        await house.move(job, Event.RELEASE)
    assert await house.jobs.expire() == 0
    assert not (await house.jobs.get(job.id)).final


async def test_a_job_released_between_the_look_and_the_end_is_not_expired(house, monkeypatch):
    job = await house.job(await house.queue())
    await house.note(job, expires_at=now() - 1)
    late = await house.jobs.get(job.id)
    await house.move(job, Event.RELEASE)
    monkeypatch.setattr(store, "expiring", lambda connection, at: [late])
    await house.jobs.expire()
    assert (await house.jobs.get(job.id)).state is JobState.PENDING


async def test_a_printed_document_is_kept_as_long_as_its_queue_says(house):
    job = await house.job(await house.queue(retain_for=60))
    kept = await house.jobs.conclude(job.id, Event.COMPLETE)
    assert kept.document_id and now() + 50_000 < kept.expires_at <= now() + 60_000
    assert await house.jobs.expire() == 0
    await house.note(job, expires_at=now() - 1)
    assert await house.jobs.expire() == 1
    assert (await house.jobs.get(job.id)).document_id is None and await house.rows("document_key") == []


@pytest.mark.parametrize("event", [Event.CANCEL, Event.ABORT])
async def test_what_was_given_up_is_shredded_whatever_the_queue_keeps(house, event):
    job = await house.job(await house.queue(retain_for=60))
    assert (await house.jobs.conclude(job.id, event)).document_id is None


async def test_jobs_that_go_by_themselves_once_they_are_counted(house):
    job = await house.job(await house.queue(release_after=0))
    assert await house.jobs.due_release() == []
    await house.note(job, counted_at=1)
    assert [due.id for due in await house.jobs.due_release()] == [job.id]
    await house.note(job, release_at=now() + 60_000)
    assert await house.jobs.due_release() == []


async def test_unknown_outcomes_wait_from_their_last_attempt_on(house):
    job = await house.job(await house.queue())
    for _ in range(2):
        await house.move(job, Event.RELEASE)
        await house.move(job, Event.START)
        await house.move(job, Event.LOSE, uncertain=True)
    assert (await house.jobs.get(job.id)).processing_at == 1_000
    assert [late.id for late in await house.jobs.undecided(60)] == [job.id]
    await house.move(job, Event.RELEASE)
    await house.database.write(lambda connection: store.move(connection, job.id, Event.START, now()))
    await house.move(job, Event.LOSE)
    assert await house.jobs.undecided(60) == []


async def test_the_next_to_be_printed_are_one_of_each_queue_and_device(house):
    direct, shared = await house.queue("direct", Kind.DIRECT), await house.queue()
    jobs = [await house.job(direct) for _ in range(3)]
    held = [await house.job(shared) for _ in range(4)]
    for job, device in zip(held, ("a", "a", "b", "b"), strict=True):
        await house.move(job, Event.RELEASE, device_id=device)
    for job in (*jobs[1:], *held):
        await house.note(job, counted_at=1)
    assert [job.id for job in await house.jobs.next_pending()] == [jobs[1].id, held[0].id, held[2].id]


async def test_state_is_changed_by_move_alone(house):
    job = await house.job(await house.queue())
    with pytest.raises(ValueError, match="move"):
        await house.note(job, state=9)
    with pytest.raises(IllegalTransition):
        await house.move(job, Event.START)


async def test_pages_of_jobs(house):
    queue = await house.queue()
    ada = await house.people.add("ada", None)
    for number in range(6):
        await house.job(queue, person=ada if number % 2 else None)
    await house.jobs.conclude((await house.jobs.numbered(2)).id, Event.CANCEL)

    async def numbers(**values):
        return [job.job_id for job in await house.jobs.selected(**values)]

    assert await numbers() == [1, 2, 3, 4, 5, 6]
    assert await numbers(newest_first=True, limit=2) == [6, 5]
    assert await numbers(before=5, newest_first=True, limit=2) == [4, 3]
    assert await numbers(after=4) == [5, 6]
    assert await numbers(person_id=ada.id) == [2, 4, 6]
    assert await numbers(person_id=ada.id, final=False) == [4, 6]
    assert await numbers(final=True) == [2]
    assert await numbers(states=(JobState.CANCELED, JobState.ABORTED)) == [2]
    assert await numbers(queue_id="another") == []


async def test_whose_business_a_job_is(house):
    ada = await house.people.add("ada", None)
    queue = await house.queue()
    hers, nobodys = await house.job(queue, person=ada), await house.job(queue)
    assert may_see(hers, ada.id, administrator=False) and not may_see(hers, "bob", administrator=False)
    assert not may_see(hers, None, administrator=False) and not may_see(nobodys, None, administrator=False)
    assert may_see(nobodys, "root", administrator=True)
    assert not active(hers)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "create", "end", "expire", "event"]), st.integers(0, 9), st.sampled_from(list(Event))
    ),
    max_size=25,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_the_counters_are_right_whatever_happens(house, steps):
    from jobs.intake import Submission

    queues = house.catalogue.listed() or [await house.queue(f"q{number}") for number in range(2)]
    for step, number, event in steps:
        queue = queues[number % 2]
        open_jobs = await house.jobs.selected(final=False)
        job = open_jobs[number % len(open_jobs)] if open_jobs else None
        if step == "enter":
            await house.job(queue)
        elif step == "create":
            await house.intake.create(Submission(queue, None, "x"))
        elif step == "expire" and job:
            await house.note(job, expires_at=1)
            await house.jobs.expire()
        elif job:
            try:
                if step == "end":
                    await house.jobs.conclude(job.id, event if event in (Event.COMPLETE, Event.ABORT) else Event.CANCEL)
                elif event not in (Event.COMPLETE, Event.CANCEL, Event.ABORT):
                    await house.move(job, event)
            except (NotPossible, IllegalTransition):
                pass
    counted = await house.database.read(store.waiting_counts)
    for queue in queues:
        assert house.jobs.waiting(queue.id) == counted.get(queue.id, 0)
    rows = await house.jobs.selected(limit=100_000)
    assert sum(counted.values()) == len([job for job in rows if job.state not in FINAL])
