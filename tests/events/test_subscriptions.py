"""Subscriptions are made, told, renewed and ended; they outlive a restart; nothing of them grows without a limit."""

import asyncio

import pytest

from events.subscriptions import kinds
from events.subscriptions.engine import Engine
from events.subscriptions.errors import NoLease, SubscriptionUnknown, TooManySubscriptions
from events.subscriptions.notices import KEPT_MS, MOST_OF_ONE, Event
from events.subscriptions.register import Limits
from events.subscriptions.subscription import Owner, Target, Wish
from storage.database import Database
from storage.errors import StorageUnavailable

ALICE, BOB = Owner("alice-id", "alice"), Owner("bob-id", "bob")
QUEUE = Target("ipp://house/ipp/print/desk", "queue-1")
OTHER = Target("ipp://house/ipp/print/hall", "queue-2")
SYSTEM = Target("ipp://house/ipp/system")
ALL_JOBS, ALL_STATES = Wish((kinds.JOB_STATE,)), Wish((kinds.PRINTER_STATE,))


def job(number, queue="queue-1"):
    return Target("ipp://house/ipp/print/desk", queue, number)


class Clock:
    def __init__(self):
        self.now = 1_800_000_000_000

    def __call__(self):
        return self.now

    def pass_(self, seconds):
        self.now += int(seconds * 1000)


async def nobody(_jobs):
    return ()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def database(tmp_path):
    opened = await Database.open(tmp_path / "rows.db")
    yield opened
    await opened.close()


@pytest.fixture
async def engine(database, clock):
    return Engine(database, "node", clock=clock)


@pytest.fixture
def tell(engine, clock):
    def told(keyword, *, queue="queue-1", job=None):
        engine.publish(Event(keyword, clock.now, queue, job, facts=keyword))

    return told


def heard(engine, one, least=1):
    return [(notice.event.keyword, notice.keyword, notice.sequence) for notice in engine.notices(one, least)]


async def test_a_case_of_an_event_is_told_to_who_subscribed_to_the_event(engine, tell):
    (one,) = await engine.create([ALL_JOBS], ALICE, QUEUE)
    tell(kinds.JOB_CREATED, job=1)
    tell(kinds.JOB_PROGRESS, job=1)
    tell(kinds.JOB_COMPLETED, job=1)
    assert heard(engine, one) == [("job-created", "job-state-changed", 1), ("job-completed", "job-state-changed", 2)]


async def test_an_event_is_told_once_under_the_closest_keyword(engine, tell):
    (one,) = await engine.create([Wish((kinds.JOB_STATE, kinds.JOB_COMPLETED))], ALICE, QUEUE)
    tell(kinds.JOB_COMPLETED, job=1)
    assert heard(engine, one) == [("job-completed", "job-completed", 1)]


async def test_an_event_is_not_told_to_who_subscribed_to_a_case_of_it(engine, tell):
    (one,) = await engine.create([Wish((kinds.PRINTER_STOPPED,))], ALICE, QUEUE)
    tell(kinds.PRINTER_STATE)
    assert heard(engine, one) == []


async def test_events_of_other_queues_and_other_jobs_are_not_told(engine, tell):
    (of_queue,) = await engine.create([ALL_JOBS], ALICE, QUEUE)
    (of_job,) = await engine.create([ALL_JOBS], ALICE, job(7))
    tell(kinds.JOB_STATE, queue="queue-2", job=9)
    tell(kinds.JOB_STATE, job=8)
    assert heard(engine, of_queue) == [("job-state-changed", "job-state-changed", 1)]
    assert heard(engine, of_job) == []


async def test_a_subscription_to_a_job_hears_of_its_printer_until_the_job_has_ended(engine, tell):
    (one,) = await engine.create([Wish((kinds.PRINTER_STATE, kinds.JOB_COMPLETED))], ALICE, job(7))
    tell(kinds.PRINTER_STOPPED)
    tell(kinds.JOB_COMPLETED, job=7)
    tell(kinds.PRINTER_STATE)
    assert [keyword for keyword, _, _ in heard(engine, one)] == ["printer-stopped", "job-completed"]
    assert one.ended_at is not None


async def test_the_system_hears_of_all_queues_or_of_those_it_names(engine, tell):
    (every,) = await engine.create([Wish((kinds.PRINTER_CREATED, kinds.SYSTEM_STATE))], ALICE, SYSTEM)
    (some,) = await engine.create([Wish((kinds.PRINTER_CREATED,))], ALICE, Target(SYSTEM.uri, queues=("queue-2",)))
    tell(kinds.PRINTER_CREATED)
    tell(kinds.PRINTER_CREATED, queue="queue-2")
    tell(kinds.SYSTEM_SHUTDOWN, queue="")
    assert [keyword for keyword, _, _ in heard(engine, every)] == ["printer-created"] * 2 + ["system-shutdown"]
    assert len(heard(engine, some)) == 1


async def test_sequence_numbers_say_what_was_seen(engine, tell):
    (one,) = await engine.create([ALL_JOBS], ALICE, QUEUE)
    for number in range(5):
        tell(kinds.JOB_CREATED, job=number)
    assert [sequence for _, _, sequence in heard(engine, one, least=4)] == [4, 5]
    assert heard(engine, one, least=6) == []


async def test_what_happened_before_the_job_was_known_is_told_all_the_same(engine, tell):
    with engine.expecting() as missed:
        tell(kinds.JOB_CREATED, job=7)
        tell(kinds.JOB_CREATED, job=8)
        tell(kinds.JOB_COMPLETED, job=7)
    (one,) = await engine.create([ALL_JOBS], ALICE, job(7), missed)
    assert [keyword for keyword, _, _ in heard(engine, one)] == ["job-created", "job-completed"]
    assert one.ended_at is not None


async def test_nothing_is_remembered_while_nobody_expects_anything(engine, tell):
    assert engine.idle
    tell(kinds.JOB_CREATED, job=7)
    with engine.expecting() as missed:
        assert not engine.idle
    assert list(missed) == []
    assert engine.idle


async def test_job_progress_comes_as_seldom_as_was_asked_for(engine, tell, clock):
    (one,) = await engine.create([Wish((kinds.JOB_PROGRESS,), interval=10)], ALICE, QUEUE)
    for _ in range(4):
        tell(kinds.JOB_PROGRESS, job=1)
        clock.pass_(5)
    assert [sequence for _, _, sequence in heard(engine, one)] == [1, 2]


async def test_a_lease_ends_unless_it_is_renewed(engine, clock):
    (one,) = await engine.create([Wish((kinds.JOB_STATE,), lease=30)], ALICE, QUEUE)
    clock.pass_(29)
    await engine.renew(one.number, 60)
    clock.pass_(59)
    assert engine.get(one.number) is one
    clock.pass_(1)
    with pytest.raises(SubscriptionUnknown):
        engine.get(one.number)
    await engine.tend()
    assert engine.idle
    assert engine.room(ALICE, QUEUE) == Limits().of_owner


async def test_a_subscription_to_a_job_has_no_lease(engine):
    (one,) = await engine.create([ALL_JOBS], ALICE, job(7))
    with pytest.raises(NoLease):
        await engine.renew(one.number, 60)


async def test_it_lasts_as_long_as_its_job_and_its_last_notice(engine, tell, clock):
    (one,) = await engine.create([ALL_JOBS], ALICE, job(7))
    clock.pass_(1_000_000)
    await engine.tend()
    tell(kinds.JOB_COMPLETED, job=7)
    clock.pass_(KEPT_MS / 1000 - 1)
    await engine.tend()
    assert len(heard(engine, one)) == 1
    clock.pass_(1)
    await engine.tend()
    assert engine.idle


async def test_a_job_that_begins_again_is_followed_again(engine, tell):
    (one,) = await engine.create([ALL_JOBS], ALICE, job(7))
    tell(kinds.JOB_COMPLETED, job=7)
    tell(kinds.JOB_CREATED, job=7)
    tell(kinds.JOB_STATE, job=7)
    assert [keyword for keyword, _, _ in heard(engine, one)] == ["job-completed", "job-created", "job-state-changed"]
    assert one.ended_at is None


async def test_old_notices_are_not_told_any_more(engine, tell, clock):
    (one,) = await engine.create([ALL_JOBS], ALICE, QUEUE)
    tell(kinds.JOB_CREATED, job=1)
    clock.pass_(60)
    tell(kinds.JOB_CREATED, job=2)
    assert len(heard(engine, one)) == 2
    clock.pass_(KEPT_MS / 1000 - 60)
    assert [sequence for _, _, sequence in heard(engine, one)] == [2]


async def test_of_too_many_notices_the_latest_are_kept(engine, tell):
    (one,) = await engine.create([ALL_JOBS], ALICE, QUEUE)
    for number in range(MOST_OF_ONE + 10):
        tell(kinds.JOB_CREATED, job=number)
    kept = heard(engine, one)
    assert (len(kept), kept[0][2], kept[-1][2]) == (MOST_OF_ONE, 11, MOST_OF_ONE + 10)


async def test_cancelling_takes_the_notices_along(engine, tell):
    one, two = await engine.create([ALL_JOBS, ALL_JOBS], ALICE, QUEUE)
    tell(kinds.JOB_CREATED, job=1)
    await engine.cancel(one.number)
    assert heard(engine, one) == []
    assert not engine.stands(one)
    assert len(heard(engine, two)) == 1
    with pytest.raises(SubscriptionUnknown):
        await engine.cancel(one.number)


async def test_a_queue_takes_its_subscriptions_along(engine):
    await engine.create([ALL_JOBS], ALICE, QUEUE)
    await engine.create([ALL_JOBS], ALICE, job(7))
    (other,) = await engine.create([ALL_JOBS], ALICE, OTHER)
    await engine.forget_queue("queue-1")
    assert engine.about(QUEUE) == engine.about(job(7)) == []
    assert engine.about(OTHER) == [other]


@pytest.mark.parametrize(
    ("limits", "owner", "target"),
    [
        (Limits(of_owner=2), ALICE, QUEUE),
        (Limits(of_queue=2), BOB, QUEUE),
        (Limits(in_all=2), BOB, OTHER),
    ],
)
async def test_there_is_an_end_to_how_many_there_are(database, limits, owner, target):
    engine = Engine(database, "node", limits)
    await engine.create([ALL_JOBS, ALL_JOBS], ALICE, QUEUE)
    assert engine.room(owner, target) == 0
    with pytest.raises(TooManySubscriptions):
        await engine.create([ALL_JOBS], owner, target)
    assert len(engine.about(QUEUE)) == 2


async def test_the_jobs_limit_is_its_own(database):
    engine = Engine(database, "node", Limits(of_job=1))
    await engine.create([ALL_JOBS], ALICE, job(7))
    assert engine.room(ALICE, job(7)) == 0
    assert engine.room(ALICE, job(8)) == 1


async def test_all_or_none_of_one_call_are_made(database):
    engine = Engine(database, "node", Limits(of_owner=2))
    with pytest.raises(TooManySubscriptions):
        await engine.create([ALL_JOBS] * 3, ALICE, QUEUE)
    assert engine.idle
    assert engine.room(ALICE, QUEUE) == 2


async def test_people_nobody_knows_are_told_apart_by_where_they_are(database):
    engine = Engine(database, "node", Limits(of_owner=1))
    await engine.create([ALL_JOBS], Owner(None, "anonymous", "192.0.2.1"), QUEUE)
    assert engine.room(Owner(None, "anonymous", "192.0.2.1"), QUEUE) == 0
    assert engine.room(Owner(None, "anonymous", "192.0.2.2"), QUEUE) == 1


async def test_what_cannot_be_written_is_not_made(tmp_path):
    database = await Database.open(tmp_path / "rows.db")
    engine = Engine(database, "node")
    await database.close()
    with pytest.raises(StorageUnavailable):
        await engine.create([ALL_JOBS], ALICE, QUEUE)
    assert engine.idle


async def test_subscriptions_outlive_a_restart(database, engine, tell, clock):
    wish = Wish(
        (kinds.JOB_STATE, kinds.PRINTER_STATE), ("job-uri",), b"\0mine", "us-ascii", "fr", lease=500, interval=3
    )
    (one,) = await engine.create([wish], ALICE, Target(SYSTEM.uri, queues=("queue-1", "queue-2")))
    (gone,) = await engine.create([Wish((kinds.JOB_STATE,), lease=10)], BOB, QUEUE)
    for number in range(3):
        tell(kinds.JOB_CREATED, job=number)
    await engine.close()
    clock.pass_(20)
    again = Engine(database, "node", clock=clock)
    await again.load(nobody)
    same = again.get(one.number)
    assert (same.wish, same.owner, same.target, same.uuid) == (one.wish, one.owner, one.target, one.uuid)
    assert (same.expires_at, same.sequence) == (one.expires_at, 3)
    with pytest.raises(SubscriptionUnknown):
        again.get(gone.number)
    assert again.room(BOB, QUEUE) == Limits().of_owner


async def test_after_a_crash_no_sequence_number_comes_twice(database, engine, tell, clock):
    (one,) = await engine.create([ALL_JOBS], ALICE, QUEUE)
    tell(kinds.JOB_CREATED, job=1)
    await engine.tend()
    for number in range(500):
        tell(kinds.JOB_CREATED, job=number)
    again = Engine(database, "node", clock=clock)
    await again.load(nobody)
    again.publish(Event(kinds.JOB_CREATED, clock.now, "queue-1", 1))
    assert again.notices(again.get(one.number))[0].sequence > one.sequence


async def test_subscriptions_to_jobs_that_ended_meanwhile_go_at_start(database, engine, clock):
    await engine.create([ALL_JOBS], ALICE, job(7))
    (still,) = await engine.create([ALL_JOBS], ALICE, job(8))
    await engine.close()

    async def ended(jobs):
        return set(jobs) - {8}

    for _ in range(2):  # they are gone for good
        again = Engine(database, "node", clock=clock)
        await again.load(ended)
        assert again.about(job(7)) == []
        assert [one.number for one in again.about(job(8))] == [still.number]


async def test_numbers_do_not_follow_each_other(engine):
    made = await engine.create([ALL_JOBS] * 20, ALICE, QUEUE)
    numbers = [one.number for one in made]
    assert len(set(numbers)) == 20
    assert all(0 < number < 2**31 for number in numbers)
    assert max(numbers) - min(numbers) > 20


async def test_who_waits_is_woken_by_a_notice_and_by_the_end(engine, tell):
    one, other = await engine.create([ALL_JOBS, ALL_STATES], ALICE, QUEUE)

    def waiting(who):
        return asyncio.create_task(engine.waiting.wait([one.number], who, 30))

    first = waiting("first")
    await asyncio.sleep(0)
    tell(kinds.PRINTER_STATE)
    await asyncio.sleep(0)
    assert not first.done()
    tell(kinds.JOB_CREATED, job=1)
    assert await first
    second = waiting("second")
    await asyncio.sleep(0)
    await engine.cancel(one.number)
    assert await second
    third = asyncio.create_task(engine.waiting.wait([other.number], "third", 30))
    await asyncio.sleep(0)
    await engine.close()
    assert await third
