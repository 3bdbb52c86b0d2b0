"""Until when a job is held that its owner wants printed later (RFC 8011 section 5.2.2, PWG 5100.11 section 7). No I/O.

The named periods are as CUPS has them, in the time of the house.
"""

import datetime as dt
from dataclasses import replace
from typing import Any, Final

from jobs.job import Job
from jobs.lifecycle import HELD_ON_CREATE, HELD_REASONS, PASSWORD_REASONS
from jobs.queue import Queue
from jobs.reading import is_time
from jobs.ticket import Ticket

NO_HOLD: Final = "no-hold"
INDEFINITE: Final = "indefinite"

PERIODS: Final[dict[str, tuple[int, int]]] = {
    "day-time": (6, 18),
    "evening": (18, 24),
    "night": (18, 30),
    "second-shift": (16, 24),
    "third-shift": (0, 8),
}
"""From which hour of a day to which; more than 24 is of the next day."""
WEEKEND: Final = "weekend"
UNTIL: Final = (NO_HOLD, INDEFINITE, *PERIODS, WEEKEND)
"""job-hold-until-supported."""


def begins(until: str, now: dt.datetime) -> dt.datetime | None:
    """When the period begins in which such a job may be printed: `now` if it is that time; None for never by itself."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if until == WEEKEND:
        days = (5 - now.weekday()) % 7
        return now if now.weekday() >= 5 else midnight + dt.timedelta(days=days)
    if is_time(until):
        hour, minute, second = (*map(int, until.split(":")), 0)[:3]
        moment = now.astimezone(dt.UTC).replace(hour=hour, minute=minute, second=second, microsecond=0)
        return moment if moment > now else moment + dt.timedelta(days=1)
    if until not in PERIODS:
        return now if until == NO_HOLD else None
    first, last = PERIODS[until]
    for day in (-1, 0, 1):
        start = midnight + dt.timedelta(days=day, hours=first)
        if now < start + dt.timedelta(hours=last - first):
            return max(now, start)
    return None


def release_at(queue: Queue, ticket: Ticket, at: int) -> int | None:
    """When a held job is let go by itself (milliseconds of the epoch, as `at`, the present); None for never."""
    if queue.holding_new or ticket.awaited:
        return None
    if queue.holds:
        return at + queue.release_after * 1000 if queue.release_after is not None else None
    if ticket.until_time is not None:
        return max(at, ticket.until_time)
    start = begins(ticket.until or NO_HOLD, dt.datetime.fromtimestamp(at / 1000).astimezone())
    return int(start.timestamp() * 1000) if start else None


def held(queue: Queue, ticket: Ticket) -> bool:
    """Whether a job waits: its queue holds all of them, or new ones, or its owner asked for it."""
    asked = ticket.until not in (None, NO_HOLD) or ticket.until_time is not None
    return queue.holds or queue.holding_new or asked or ticket.awaited


def reasons(queue: Queue, ticket: Ticket) -> tuple[str, ...]:
    """The job-state-reasons of a job that has just come."""
    if not held(queue, ticket):
        return ("none",)
    if queue.holding_new:
        return HELD_ON_CREATE
    return PASSWORD_REASONS if ticket.job_password else HELD_REASONS


def times(queue: Queue, ticket: Ticket, at: int) -> dict[str, int | None]:
    """Until when a job waits, and when it is let go by itself, from the moment `at` (milliseconds of the epoch)."""
    let_go = release_at(queue, ticket, at) if held(queue, ticket) else None
    # A direct queue's job is held, too, when its printer turned it down: it must not wait for ever.
    since = at if queue.holds or let_go is None else let_go
    return {"expires_at": since + queue.retention * 1000, "release_at": let_go}


def held_until(job: Job, queue: Queue | None, until: str, at: int) -> dict[str, Any]:
    """The columns of a job that is to wait so long from the moment `at`: whatever it was to wait for before."""
    ticket = replace(job.ticket, job_hold_until=until, job_hold_until_time=None, job_delay_output_until_time=None)
    columns: dict[str, Any] = {"ticket": ticket.to_json(), "release_at": None}
    if queue is not None:
        anew = times(queue, ticket, at)
        # Its first time may be over, or end before it is let go.
        columns["expires_at"] = max(job.expires_at or 0, anew["expires_at"] or 0)
        columns["release_at"] = None if queue.holds else anew["release_at"]
    return columns
