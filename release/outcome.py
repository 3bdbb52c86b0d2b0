"""What the end of an attempt means: for the job, for the money set aside, and for the attempt's own row.

Each verb here is one transaction. None is repeated by a later one: the job's state decides whether it may still happen.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from accounting import ledger
from devices.outgoing import Outcome
from events.hub import Hub
from jobs import store as job_rows
from jobs.catalogue import Catalogue
from jobs.job import Job
from jobs.lifecycle import SUSPENDED, Event
from jobs.ticket import Ticket
from jobs.work import BY_USER, Jobs, now
from release import store
from release.plan import Plan
from storage import faults
from storage.database import Database

log = structlog.get_logger(__name__)

TRY_AGAIN: Final = 30  # seconds until a direct queue's job whose device was away is tried again
OWN_COUNT: Final = "own-count"
MAY_HAVE_PRINTED: Final = "It may have printed: the printer did not say how it ended. Nothing is charged yet."
PROVED: Final = "The proof is printed. Release it again for all copies."
_GRACE: Final = 3600  # seconds that a job which comes back from its device waits at least


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that has ended: how it was planned, its row (None if none was begun), and whether it was canceled."""

    job: Job
    plan: Plan | None = None
    attempt_id: str | None = None
    canceled: bool = False


class Outcomes:
    """Writes down how attempts ended."""

    def __init__(self, database: Database, jobs: Jobs, catalogue: Catalogue, hub: Hub, node: str) -> None:
        self._database, self._jobs, self._catalogue = database, jobs, catalogue
        self._hub, self._node = hub, node

    async def keep(self, ended: Ended, outcome: Outcome) -> None:
        """Write down what a device said of an attempt. Raises NotPossible, IllegalTransition, StorageError."""
        faults.point("before-settling")
        log.info(
            "printed" if outcome.kind == "completed" else "attempt ended",
            job=ended.job.job_id,
            outcome=outcome.kind,
            impressions=outcome.impressions,
            source=outcome.source,
        )
        given_up = outcome.kind == "canceled" or (outcome.kind == "aborted" and ended.canceled)
        if outcome.kind == "completed" and ended.plan is not None:
            await self._completed(ended, ended.plan, outcome)
        elif ended.plan is not None and (given_up or (outcome.kind == "aborted" and outcome.impressions)):
            await self._stopped(ended, ended.plan, outcome, outcome.impressions or 0)
        elif outcome.kind == "not-sent" and ended.canceled:
            await self.given_up(ended, outcome)
        elif outcome.kind == "not-sent" or (outcome.kind == "aborted" and outcome.impressions == 0):
            await self.back(ended, outcome)
        else:  # unknown; or given up by a device that does not say how much of it is on paper
            await self.lost(ended, outcome)

    async def _completed(self, ended: Ended, plan: Plan, outcome: Outcome) -> None:
        # A device that completes a job and counted nothing does not count: our own figure stands, the ledger says so.
        counted = outcome.impressions or None
        printed = counted if counted is not None else plan.extent.impressions
        basis = outcome.source if counted is not None and outcome.source != "none" else OWN_COUNT

        def settle(connection: Connection, job: Job) -> None:
            ledger.settle(connection, self._node, job.id, job.person_id, plan.extent, printed, basis)
            _note(connection, ended, outcome)

        if plan.proof:
            await self._proved(ended, settle)
            return
        await self._jobs.conclude(
            ended.job.id,
            Event.COMPLETE,
            settle=settle,
            impressions_completed=printed,
            sheets_completed=outcome.sheets or plan.extent.first(printed).sheets,
        )

    async def _proved(self, ended: Ended, settle: Callable[[Connection, Job], None]) -> None:
        """Hold a job whose proof is on paper, and paid, until its owner releases the rest of it."""
        queue = self._catalogue.get(ended.job.queue_id)
        grace = min(queue.retention, _GRACE) if queue else _GRACE

        def write(connection: Connection) -> None:
            at = now()
            job = job_rows.get(connection, ended.job.id)
            settle(connection, job)
            ledger.begin_again(connection, job.id)
            job_rows.move(
                connection,
                job.id,
                Event.HOLD,
                at,
                message=PROVED,
                ticket=proved(job.ticket).to_json(),
                release_at=None,
                expires_at=max(job.expires_at or 0, at + grace * 1000),
            )

        await self._database.write(write)
        self._hub.ring("jobs")

    async def _stopped(self, ended: Ended, plan: Plan, outcome: Outcome, printed: int) -> None:
        """End a job that was given up half way: the half is paid."""
        event, reasons = Event.ABORT, ("aborted-by-system",)
        if ended.canceled:
            event, reasons = Event.CANCEL, BY_USER
        elif outcome.kind == "canceled":
            event, reasons = Event.CANCEL, ("job-canceled-at-device",)

        def settle(connection: Connection, job: Job) -> None:
            ledger.settle(connection, self._node, job.id, job.person_id, plan.extent, printed, outcome.source)
            _note(connection, ended, outcome)

        await self._jobs.conclude(
            ended.job.id,
            event,
            reasons=reasons,
            message=outcome.message,
            settle=settle,
            impressions_completed=printed,
            sheets_completed=plan.extent.first(printed).sheets,
        )

    async def lost(self, ended: Ended, outcome: Outcome) -> None:
        """Hold a job of unknown outcome; what was set aside for it stays set aside."""
        message = f"{MAY_HAVE_PRINTED} {outcome.message}".strip()

        def write(connection: Connection) -> None:
            job_rows.move(connection, ended.job.id, Event.LOSE, now(), message=message, uncertain=True, release_at=None)
            _note(connection, ended, outcome)

        await self._database.write(write)
        self._hub.ring("jobs")

    async def back(self, ended: Ended, outcome: Outcome) -> None:
        """Hold a job of which nothing was printed; a direct queue's is tried again by itself if that may help."""
        queue = self._catalogue.get(ended.job.queue_id)
        again = outcome.retry and queue is not None and not queue.holds
        grace = min(queue.retention, _GRACE) if queue else _GRACE

        def write(connection: Connection) -> None:
            at = now()
            ledger.give_back(connection, ended.job.id)
            job_rows.move(
                connection,
                ended.job.id,
                Event.HOLD,
                at,
                message=outcome.message or "The printer refused it.",
                release_at=at + TRY_AGAIN * 1000 if again else None,
                expires_at=max(ended.job.expires_at or 0, at + grace * 1000),
            )
            _note(connection, ended, outcome)

        await self._database.write(write)
        self._hub.ring("jobs")

    async def again(self, ended: Ended) -> None:
        """Let a job of which nothing was sent wait for its device as before, its price still set aside."""

        def write(connection: Connection) -> None:
            job_rows.move(connection, ended.job.id, Event.HOLD, now())
            job_rows.move(connection, ended.job.id, Event.RELEASE, now())
            _note(connection, ended, Outcome(kind="not-sent", message="The gateway was stopped."))

        await self._database.write(write)
        self._hub.ring("jobs")

    async def suspended(self, ended: Ended) -> None:
        """Keep a job of which nothing was sent until somebody resumes it, its price still set aside."""

        def write(connection: Connection) -> None:
            job_rows.move(connection, ended.job.id, Event.STALL, now(), reasons=(SUSPENDED,))
            _note(connection, ended, Outcome(kind="not-sent", message="It was suspended."))

        await self._database.write(write)
        self._hub.ring("jobs")

    async def given_up(self, ended: Ended, outcome: Outcome) -> None:
        """End a job that its owner gave up before anything was sent."""
        await self._free(ended, outcome, Event.CANCEL, BY_USER, "")

    async def aborted(self, ended: Ended, reason: str, message: str) -> None:
        """End a job that cannot be printed at all; `reason` is a job-state-reasons keyword."""
        outcome = Outcome(kind="not-sent", message=message)
        await self._free(ended, outcome, Event.ABORT, (reason, "aborted-by-system"), message)

    async def _free(self, ended: Ended, outcome: Outcome, event: Event, reasons: tuple[str, ...], message: str) -> None:
        def settle(connection: Connection, job: Job) -> None:
            ledger.give_back(connection, job.id)
            _note(connection, ended, outcome)

        await self._jobs.conclude(ended.job.id, event, reasons=reasons, message=message, settle=settle)


def _note(connection: Connection, ended: Ended, outcome: Outcome) -> None:
    if ended.attempt_id is None:
        return
    values: dict[str, Any] = {
        "ended_at": now(),
        "outcome": outcome.kind,
        "impressions": outcome.impressions,
        "source": outcome.source,
        "message": outcome.message[:500],
    }
    store.note(connection, ended.attempt_id, **values)


def proved(ticket: Ticket) -> Ticket:
    """The ticket of a job whose proof is on paper: what is left to print."""
    return replace(ticket, proof_copies=None, proof_media=None)
