"""The life of a job: every legal change of job-state, and nothing else changes it (RFC 8011 section 5.3.7).

Two questions are answered here, without I/O: *may this happen to a job in that state*, and *what do the
job-state-reasons say afterwards*. The table is the whole truth; docs/lifecycle.md is drawn from it.
"""

from enum import StrEnum
from typing import Final

from ipp.enums import JobState

_HELD, _PENDING = JobState.PENDING_HELD, JobState.PENDING
_PROCESSING, _STOPPED = JobState.PROCESSING, JobState.PROCESSING_STOPPED


class Event(StrEnum):
    """What may happen to a job."""

    HOLD = "hold"  # wait (again) for its owner: held by request, or nothing of it was sent
    RELEASE = "release"  # its owner, or the queue, lets it go
    START = "start"  # a device begins, or goes on
    STALL = "stall"  # the device stopped: paper, cover, jam
    LOSE = "lose"  # the outcome of an attempt to print is unknown
    COMPLETE = "complete"  # the device says that it printed
    CANCEL = "cancel"  # owner, operator or device gave it up
    ABORT = "abort"  # the gateway or the device cannot go on with it
    RESUME = "resume"  # a suspended job may go on
    RESTART = "restart"  # an ended job whose document is kept begins again


TRANSITIONS: Final[dict[JobState, dict[Event, JobState]]] = {
    JobState.PENDING: {
        Event.HOLD: _HELD,
        Event.START: _PROCESSING,
        Event.STALL: _STOPPED,  # suspended while it was being prepared
        Event.CANCEL: JobState.CANCELED,
        Event.ABORT: JobState.ABORTED,
    },
    JobState.PENDING_HELD: {
        Event.RELEASE: _PENDING,
        Event.COMPLETE: JobState.COMPLETED,  # "may have printed", and it had
        Event.CANCEL: JobState.CANCELED,
        Event.ABORT: JobState.ABORTED,
    },
    JobState.PROCESSING: {
        Event.HOLD: _HELD,
        Event.STALL: _STOPPED,
        Event.LOSE: _HELD,
        Event.COMPLETE: JobState.COMPLETED,
        Event.CANCEL: JobState.CANCELED,
        Event.ABORT: JobState.ABORTED,
    },
    JobState.PROCESSING_STOPPED: {
        Event.HOLD: _HELD,
        Event.START: _PROCESSING,
        Event.RESUME: _PENDING,
        Event.LOSE: _HELD,
        Event.COMPLETE: JobState.COMPLETED,
        Event.CANCEL: JobState.CANCELED,
        Event.ABORT: JobState.ABORTED,
    },
    JobState.CANCELED: {Event.RESTART: _HELD},
    JobState.ABORTED: {Event.RESTART: _HELD},
    JobState.COMPLETED: {Event.RESTART: _HELD},
}

FINAL: Final = frozenset({JobState.CANCELED, JobState.ABORTED, JobState.COMPLETED})
"""States of a job that has ended; only Restart-Job leads out of them, while its document is kept."""

SUSPENDED: Final = "job-suspended"
"""The job-state-reasons keyword of a job that was taken from its device to let others print."""

PASSWORD_REASONS: Final = ("job-password-wait", "job-release-wait")
"""What a job reports that wants the password it was sent with (PWG 5100.11)."""

HELD_ON_CREATE: Final = ("job-held-on-create",)
"""What a job reports that came while new jobs were held (RFC 3998 section 3.3.1)."""

HELD_REASONS: Final = ("job-hold-until-specified", "job-release-wait")
"""What a waiting job reports: both keywords, so that CUPS lets the local job go and PWG 5100.11 clients understand."""

REASONS: Final[dict[Event, tuple[str, ...]]] = {
    Event.HOLD: HELD_REASONS,
    Event.RELEASE: ("none",),
    Event.START: ("job-printing",),
    Event.STALL: ("printer-stopped",),
    Event.LOSE: HELD_REASONS,
    Event.COMPLETE: ("job-completed-successfully",),
    Event.CANCEL: ("job-canceled-by-user",),
    Event.ABORT: ("aborted-by-system",),
    Event.RESUME: ("none",),
    Event.RESTART: HELD_REASONS,
}
"""job-state-reasons after an event when the caller knows none that say more."""


class IllegalTransition(Exception):
    """That event cannot happen to a job in that state."""

    def __init__(self, state: JobState, event: Event) -> None:
        self.state, self.event = state, event
        super().__init__(f"A job that is {state.keyword} cannot {event.value}.")


def after(state: JobState, event: Event) -> JobState:
    """Return the job-state that follows `event`, or raise IllegalTransition."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise IllegalTransition(state, event) from None
