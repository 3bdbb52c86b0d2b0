"""Until when jobs are held: periods of the day, times, new jobs, and what a queue does with all of them."""

import datetime as dt
from dataclasses import replace

import pytest

from jobs.holding import begins, held, reasons, release_at, times
from jobs.queue import Kind, Queue
from jobs.reading import is_time
from jobs.ticket import Ticket

SATURDAY = dt.datetime(2026, 11, 21, 17, 0, tzinfo=dt.UTC)
MONDAY = dt.datetime(2026, 11, 23, 7, 30, tzinfo=dt.UTC)
DIRECT = Queue("q", "direct", Kind.DIRECT, devices=("d",))
FOLLOW_ME = Queue("f", "follow-me", Kind.FOLLOW_ME, release_after=5)


def hours(start, *, hours):
    return start + dt.timedelta(hours=hours)


@pytest.mark.parametrize(
    ("until", "now", "begin"),
    [
        ("no-hold", MONDAY, MONDAY),
        ("indefinite", MONDAY, None),
        ("day-time", MONDAY, MONDAY),
        ("day-time", SATURDAY.replace(hour=20), hours(SATURDAY.replace(hour=6), hours=24)),
        ("day-time", MONDAY.replace(hour=3), MONDAY.replace(hour=6, minute=0)),
        ("evening", MONDAY, MONDAY.replace(hour=18, minute=0)),
        ("night", MONDAY.replace(hour=3), MONDAY.replace(hour=3)),
        ("night", MONDAY, MONDAY.replace(hour=18, minute=0)),
        ("second-shift", MONDAY, MONDAY.replace(hour=16, minute=0)),
        ("third-shift", MONDAY, MONDAY),
        ("third-shift", SATURDAY, hours(SATURDAY, hours=7)),
        ("weekend", SATURDAY, SATURDAY),
        ("weekend", MONDAY, dt.datetime(2026, 11, 28, tzinfo=dt.UTC)),
        ("16:30", MONDAY, MONDAY.replace(hour=16)),
        ("7:00", MONDAY, hours(MONDAY.replace(minute=0), hours=24)),
        ("00:30:15", MONDAY, dt.datetime(2026, 11, 24, 0, 30, 15, tzinfo=dt.UTC)),
    ],
)
def test_when_a_period_begins(until, now, begin):
    assert begins(until, now) == begin


@pytest.mark.parametrize("text", ["24:00", "12:60", "noon", "", "1:2", "12:00:00:00", "-1:00"])
def test_what_is_no_time(text):
    assert not is_time(text) and begins(text, MONDAY) is None


def test_a_direct_queue_holds_what_its_owner_wishes():
    assert not held(DIRECT, Ticket()) and reasons(DIRECT, Ticket()) == ("none",)
    forever = Ticket(job_hold_until="indefinite")
    assert held(DIRECT, forever) and release_at(DIRECT, forever, 1000) is None
    later = Ticket(job_hold_until_time=5000)
    assert held(DIRECT, later)
    assert times(DIRECT, later, 1000) == {"expires_at": 5000 + DIRECT.retention * 1000, "release_at": 5000}
    assert release_at(DIRECT, later, 9000) == 9000


def test_a_follow_me_queue_holds_all_and_lets_go_as_it_is_set():
    assert held(FOLLOW_ME, Ticket()) and reasons(FOLLOW_ME, Ticket()) == (
        "job-hold-until-specified",
        "job-release-wait",
    )
    assert times(FOLLOW_ME, Ticket(), 1000) == {"expires_at": 1000 + 86_400_000, "release_at": 6000}


@pytest.mark.parametrize("queue", [DIRECT, FOLLOW_ME], ids=lambda queue: queue.name)
def test_new_jobs_are_held_until_they_are_released(queue):
    holding = replace(queue, holding_new=True)
    assert held(holding, Ticket()) and reasons(holding, Ticket()) == ("job-held-on-create",)
    assert release_at(holding, Ticket(), 1000) is None
