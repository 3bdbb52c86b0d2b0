"""Steering jobs beside their release: print again what has ended, resume what was suspended, let go what was held."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

from sqlalchemy import Connection

from accounting import ledger
from directory.store import Person
from events.hub import Hub
from ipp.enums import JobState
from jobs import holding, store
from jobs.catalogue import Catalogue
from jobs.errors import NotPossible
from jobs.job import Job
from jobs.lifecycle import HELD_ON_CREATE, SUSPENDED, Event, IllegalTransition
from jobs.queue import Queue
from jobs.ticket import Ticket
from jobs.work import Jobs, now
from release.desk import theirs
from storage.database import Database, tell

T = TypeVar("T")

_OF_QUEUE: Final = "owner-authorized"
"""job-release-action-default of a queue that holds its jobs."""
_WAITING: Final = (JobState.PENDING, JobState.PENDING_HELD)


class Steering:
    """What operators and owners may do with jobs that the desk does not release."""

    def __init__(self, database: Database, jobs: Jobs, catalogue: Catalogue, hub: Hub) -> None:
        self._database, self._jobs, self._catalogue, self._hub = database, jobs, catalogue, hub

    async def suspend(self, actor: Person | None, uuid: str) -> Job:
        """Take a pending job out of the order of printing until it is resumed. Raises NotPossible."""
        theirs(await self._jobs.get(uuid), actor)

        def write(connection: Connection) -> Job:
            if store.get(connection, uuid).state is not JobState.PENDING:
                raise NotPossible("The job has moved on.")
            return store.move(connection, uuid, Event.STALL, now(), reasons=(SUSPENDED,))

        return await self._rung(write)

    async def resume(self, actor: Person | None, uuid: str) -> Job:
        """Let a suspended job go on where it was to be printed. Raises NotPossible."""
        theirs(await self._jobs.get(uuid), actor)

        def write(connection: Connection) -> Job:
            if not store.get(connection, uuid).suspended:
                raise NotPossible("The job is not suspended.")
            return store.move(connection, uuid, Event.RESUME, now())

        return await self._rung(write)

    async def restart(self, actor: Person | None, uuid: str) -> Job:
        """Let an ended job whose document is kept begin again, for its owner or its printer; it is charged anew."""
        job = theirs(await self._jobs.get(uuid), actor)
        queue = self._catalogue.get(job.queue_id)
        if queue is None:
            raise NotPossible("Its queue is gone.")
        ticket = replace(job.ticket, job_hold_until=None, job_hold_until_time=None)
        times = holding.times(queue, ticket, now())

        def write(connection: Connection) -> Job:
            current = store.get(connection, uuid)
            if not current.final or current.document_id is None:
                raise NotPossible("Its document is not kept any more. Print it again.")
            ledger.begin_again(connection, uuid)
            store.move(connection, uuid, Event.RESTART, now(), reasons=holding.reasons(queue, ticket), device_id=None)
            store.note(connection, uuid, **times)
            if not holding.held(queue, ticket):
                store.move(connection, uuid, Event.RELEASE, now())
            return store.get(connection, uuid)

        return await self._rung(write)

    async def move(self, actor: Person | None, uuid: str, queue: Queue) -> Job:
        """Let a job that waits go to another queue, to be held or printed as that does. Raises NotPossible."""
        theirs(await self._jobs.get(uuid), actor)
        if not queue.accepting or queue.out_of_service:
            raise NotPossible(f"{queue.shown} takes no documents for now.")

        def write(connection: Connection) -> Job:
            job = _movable(store.get(connection, uuid), queue)
            if job.queue_id == queue.id:
                return job
            if not job.held:
                ledger.give_back(connection, uuid)
                job = store.move(connection, uuid, Event.HOLD, now())
            tell(connection, store.Requeued(job.queue_id, queue.id))
            ticket = _elsewhere(self._catalogue.get(job.queue_id), queue, job)
            held = holding.held(queue, ticket)
            times = holding.times(queue, ticket, now())
            reasons = ",".join(holding.reasons(queue, ticket) if held else job.reasons)
            columns = {"queue_id": queue.id, "device_id": None, "ticket": ticket.to_json(), "reasons": reasons}
            store.note(connection, uuid, **columns, **times)
            return store.get(connection, uuid) if held else store.move(connection, uuid, Event.RELEASE, now())

        return await self._rung(write)

    async def release_new(self, queue: Queue) -> None:
        """Let go what was held because its queue held new jobs: to its printer, or to wait for its owner."""
        if queue.holding_new:  # somebody was quicker, and holds them again
            return
        # What came before it was said that they are held no longer is in the rows once this is.
        await self._database.write(lambda _: None)
        last = 0
        while jobs := await self._database.read(partial(store.held_on_create, queue_id=queue.id, after=last)):
            last = jobs[-1].job_id

            def write(connection: Connection, jobs: list[Job] = jobs) -> None:
                for job in jobs:
                    _let_go(connection, queue, job)

            await self._rung(write)

    async def _rung(self, write: Callable[[Connection], T]) -> T:
        """Write, and ring for who takes up jobs. Raises NotPossible."""
        try:
            written = await self._database.write(write)
        except IllegalTransition as error:
            raise NotPossible(str(error)) from None
        self._hub.ring("jobs")
        return written


def _movable(job: Job, queue: Queue) -> Job:
    """The job, if it may go to that queue. Raises NotPossible."""
    if job.final or job.incoming or job.uncertain or job.suspended or job.state not in _WAITING:
        raise NotPossible("Only a job that waits can go to another queue.")
    if job.size > queue.max_bytes:
        raise NotPossible(f"{queue.shown} takes no documents that large.")
    return job


def _elsewhere(before: Queue | None, after: Queue, job: Job) -> Ticket:
    """What is asked for with a job that goes to another queue: what its old queue does by itself is taken back."""
    ticket = job.ticket
    if before is not None and before.holds and ticket.job_release_action == _OF_QUEUE:
        ticket = replace(ticket, job_release_action=None)
    by_itself = holding.INDEFINITE if before is not None and before.holds else holding.NO_HOLD
    if ticket.job_hold_until == by_itself:
        ticket = replace(ticket, job_hold_until=holding.INDEFINITE if after.holds else holding.NO_HOLD)
    return ticket


def _let_go(connection: Connection, queue: Queue, job: Job) -> None:
    current = store.get(connection, job.id)
    if current.incoming or HELD_ON_CREATE[0] not in current.reasons:
        return
    if holding.held(queue, current.ticket):
        times = holding.times(queue, current.ticket, now())
        store.note(connection, job.id, reasons=",".join(holding.reasons(queue, current.ticket)), **times)
        waiting = store.get(connection, job.id)
        tell(connection, store.Moved(waiting, waiting.state))
    else:
        store.move(connection, job.id, Event.RELEASE, now())
