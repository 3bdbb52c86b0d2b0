"""Sending on: released jobs are taken up, one at a time on each device, and what a crash interrupted is decided.

What happens to one of them is told in `release.attempt`, what its end means in `release.outcome`.
"""

import asyncio
from collections.abc import Awaitable
from functools import partial
from typing import Final

import structlog

from devices.errors import DeviceError
from devices.fleet import Fleet
from devices.outgoing import Outcome
from events.hub import Hub
from ipp.enums import JobState
from jobs.catalogue import Catalogue
from jobs.errors import NotPossible
from jobs.job import Job
from jobs.lifecycle import IllegalTransition
from jobs.work import Jobs, active
from pdl.sandbox import Sandbox
from release import store
from release.attempt import Attempt, Parts
from release.desk import Desk
from release.outcome import Ended, Outcomes
from storage.database import Database
from storage.spool import Spool

log = structlog.get_logger(__name__)

SUSPEND_LIMIT: Final = 10.0  # seconds that an attempt is given to break off
LOOK_AGAIN: Final = 5.0  # seconds between looks at the rows when no bell rings


class Forward:
    """Prints released jobs, one at a time on each device."""

    def __init__(
        self,
        database: Database,
        spool: Spool,
        jobs: Jobs,
        catalogue: Catalogue,
        fleet: Fleet,
        desk: Desk,
        sandbox: Sandbox,
        hub: Hub,
        node: str,
    ) -> None:
        self._database, self._jobs, self._catalogue, self._fleet, self._hub = database, jobs, catalogue, fleet, hub
        self._outcomes = Outcomes(database, jobs, catalogue, hub, node)
        self._parts = Parts(database, spool, fleet, desk, sandbox, self._outcomes, node)
        self._running: dict[str, asyncio.Task[None]] = {}  # by device
        self._at: dict[str, Attempt] = {}  # by job
        self._stopping = False

    async def run(self) -> None:
        """Take up what a crash interrupted, then print until cancelled."""
        await self._recover()
        while True:
            await self._look()
            await self._hub.wait("jobs", LOOK_AGAIN)

    async def stop(self, limit: float) -> None:
        """Begin nothing new; give what is being sent `limit` seconds, then leave it to the next start."""
        self._stopping = True
        for attempt in list(self._at.values()):
            self._interrupt(attempt)
        tasks = list(self._running.values())
        if tasks:
            await asyncio.wait(tasks, timeout=limit)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def cancel(self, uuid: str) -> None:
        """Ask the device to give up a job that is being printed. Raises NotPossible."""
        job = await self._jobs.get(uuid)
        attempt = self._at.get(uuid)
        if not active(job) or attempt is None:
            raise NotPossible("It is not being printed.")
        attempt.canceled = True
        if attempt.device_job_id is not None:
            try:
                await self._fleet.open(attempt.device_id).cancel(attempt.device_job_id)
            except DeviceError as error:
                raise NotPossible(f"The printer does not stop: {error}") from None
        elif attempt.sending:
            raise NotPossible("The printer has it already and cannot be told to stop.")
        else:
            self._interrupt(attempt)

    async def suspend(self, uuid: str) -> None:
        """Take a job back before its device has a byte of it; it waits to be resumed. Raises NotPossible."""
        job = await self._jobs.get(uuid)
        attempt = self._at.get(uuid)
        if not active(job) or attempt is None:
            raise NotPossible("It is not being printed.")
        if attempt.sending or attempt.ending:
            raise NotPossible("The printer has it already: it cannot be suspended, only cancelled.")
        attempt.suspended = True
        task = self._running[attempt.device_id]
        self._interrupt(attempt)
        await asyncio.wait([task], timeout=SUSPEND_LIMIT)

    def _interrupt(self, attempt: Attempt) -> None:
        """Break an attempt off of which no byte has left."""
        task = self._running.get(attempt.device_id)
        if task is not None and not attempt.sending and not attempt.ending:
            task.cancel()

    async def _look(self) -> None:
        for job in await self._jobs.next_pending():
            device_id = job.device_id or self._default(job)
            if self._stopping or job.id in self._at or device_id in self._running:
                continue
            if device_id is None:
                await self._homeless(job)
            else:
                attempt = Attempt(self._parts, job, device_id)
                self._start(attempt, attempt.run())

    def _default(self, job: Job) -> str | None:
        queue = self._catalogue.get(job.queue_id)
        return queue.target(self._fleet.known()) if queue else None

    async def _homeless(self, job: Job) -> None:
        """Hold a job that has no device to go to."""
        message = "No printer is set for this queue. Choose one."
        try:
            await self._outcomes.back(Ended(job), Outcome(kind="not-sent", message=message, retry=True))
        except IllegalTransition:
            log.info("job moved on meanwhile", job=job.job_id)

    def _start(self, attempt: Attempt, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._running[attempt.device_id] = task
        self._at[attempt.job.id] = attempt
        task.add_done_callback(partial(self._done, attempt))

    def _done(self, attempt: Attempt, task: asyncio.Future[None]) -> None:
        self._at.pop(attempt.job.id, None)
        if self._running.get(attempt.device_id) is task:
            del self._running[attempt.device_id]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            # Not looked at again at once: what failed would fail again.
            log.error("an attempt broke off", job=attempt.job.job_id, error=str(error), exc_info=error)
        else:
            self._hub.ring("jobs")

    async def _recover(self) -> None:
        """Decide what became of the jobs that were being printed when the gateway ended."""
        jobs = await self._jobs.selected(states=(JobState.PROCESSING, JobState.PROCESSING_STOPPED), limit=10_000)
        for job in jobs:
            if job.id in self._at or job.suspended:  # `run` began again, not the gateway: somebody works on it
                continue
            row = await self._database.read(partial(store.latest, job_id=job.id))
            device_id = row.device_id if row else job.device_id or ""
            attempt = Attempt(self._parts, job, device_id, row)
            if row is None or row.sending_at is None:
                await attempt.put_back()
            elif row.device_job_id is None or row.sent_at is None or device_id in self._running:
                # A device that took half a document may print that half and call it complete: not to be believed.
                await attempt.lose()
            else:
                self._start(attempt, attempt.resume(row.device_job_id))
