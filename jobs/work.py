"""What may be asked of jobs: look at them, hold, cancel, end and forget them. Entering is `jobs.intake`."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from events.hub import Hub
from ipp.enums import JobState
from jobs import store
from jobs.catalogue import Catalogue
from jobs.errors import JobUnknown, NotPossible
from jobs.job import Job
from jobs.lifecycle import Event, IllegalTransition
from storage.database import Database
from storage.spool import Spool

T = TypeVar("T")

BY_USER: Final = ("job-canceled-by-user",)
BY_OPERATOR: Final = ("job-canceled-by-operator",)


def now() -> int:
    """Milliseconds of the epoch."""
    return int(time.time() * 1000)


class Jobs:
    """All jobs. Writes are one transaction each; the counters in memory follow the commits."""

    def __init__(self, database: Database, spool: Spool, catalogue: Catalogue, hub: Hub) -> None:
        self._database, self._spool, self._catalogue, self._hub = database, spool, catalogue, hub
        self._waiting: Counter[str] = Counter()
        self._last = 0

    async def load(self) -> None:
        """Read the counters at start."""
        self._waiting = Counter(await self._database.read(store.waiting_counts))
        self._last = await self._database.read(store.last_number)

    def waiting(self, queue_id: str) -> int:
        """queued-job-count: jobs of a queue that have not ended."""
        return self._waiting[queue_id]

    def next_number(self) -> int:
        """Give out a job-id; one process owns the home, so counting is enough."""
        self._last += 1
        return self._last

    def entered(self, job: Job) -> None:
        """Note a job that was committed."""
        self._waiting[job.queue_id] += 1

    async def numbered(self, job_id: int) -> Job:
        """Find a job by job-id, or raise JobUnknown."""
        job = await self._database.read(lambda connection: store.find(connection, job_id=job_id))
        if job is None:
            raise JobUnknown(f"There is no job {job_id}.")
        return job

    async def get(self, uuid: str) -> Job:
        """Find a job by UUID, or raise JobUnknown."""
        return await self._database.read(lambda connection: store.get(connection, uuid))

    async def selected(self, **criteria: Any) -> list[Job]:
        """One page of jobs; the criteria are those of `jobs.store.selected`."""
        return await self._database.read(lambda connection: store.selected(connection, **criteria))

    async def hold(self, uuid: str) -> Job:
        """Hold a job that waits for its device (Hold-Job, RFC 8011 section 4.3.5)."""
        return await self._moved(uuid, Event.HOLD)

    async def cancel(self, uuid: str, reasons: Sequence[str] = BY_USER) -> Job:
        """Cancel a job that no device works on, and shred its document. Raises NotPossible."""
        return await self.conclude(uuid, Event.CANCEL, reasons=reasons)

    async def abort(self, uuid: str, reasons: Sequence[str], message: str) -> Job:
        """Give a job up, saying why, and shred its document. Raises NotPossible."""
        return await self.conclude(uuid, Event.ABORT, reasons=reasons, message=message)

    async def conclude(
        self,
        uuid: str,
        event: Event,
        *,
        reasons: Sequence[str] | None = None,
        message: str = "",
        settle: Callable[[Connection, Job], None] | None = None,
        **columns: Any,
    ) -> Job:
        """End a job: state, document and whatever `settle` books are one transaction. Raises NotPossible."""

        def write(connection: Connection) -> Job:
            return self.end(connection, uuid, event, reasons=reasons, message=message, settle=settle, **columns)

        job = await self._written(write)
        await self._ended(job)
        return job

    def end(
        self,
        connection: Connection,
        uuid: str,
        event: Event,
        *,
        reasons: Sequence[str] | None = None,
        message: str = "",
        settle: Callable[[Connection, Job], None] | None = None,
        **columns: Any,
    ) -> Job:
        """End a job in the caller's transaction; the caller calls `conclude`'s afterwork through `after_end`."""
        at = now()
        job = store.move(connection, uuid, event, at, reasons=reasons, message=message, **columns)
        queue = self._catalogue.get(job.queue_id)
        kept = queue.retain_for if queue and event is Event.COMPLETE else 0
        if kept:
            store.note(connection, uuid, expires_at=at + kept * 1000)
        else:
            self._shred(connection, job)
        if settle:
            settle(connection, job)
        return store.get(connection, uuid)

    async def expire(self) -> int:
        """End the held jobs whose time is over, and shred what was retained long enough; returns how many."""
        at = now()
        jobs = await self._database.read(lambda connection: store.due(connection, "expires_at", at))
        for job in jobs:
            if job.uncertain:  # may have printed: policy decides, not retention
                continue
            message = "Nobody collected it in time. It was deleted and nothing was charged."
            try:
                await self.conclude(job.id, Event.ABORT, reasons=("aborted-by-system",), message=message)
            except NotPossible:  # released at this very moment
                continue
        kept = await self._database.read(lambda connection: store.retained(connection, at))
        for job in kept:
            await self._written(partial(self._shred, job=job))
        if kept:
            await self._spool.reclaim()
        return len(jobs) + len(kept)

    async def forgotten(self, seconds: int) -> list[Job]:
        """Created jobs whose document has not come for so long."""
        before = now() - seconds * 1000
        return await self._database.read(lambda connection: store.forgotten(connection, before))

    async def undecided(self, seconds: int) -> list[Job]:
        """Jobs whose outcome has been unknown for so long."""
        before = now() - seconds * 1000
        return await self._database.read(lambda connection: store.undecided(connection, before))

    async def due_release(self) -> list[Job]:
        """Held jobs that their queue lets go by itself now."""
        at = now()
        return await self._database.read(lambda connection: store.due(connection, "release_at", at))

    async def _moved(self, uuid: str, event: Event, **columns: Any) -> Job:
        job = await self._written(lambda connection: store.move(connection, uuid, event, now(), **columns))
        self._hub.ring("jobs")
        return job

    async def _written(self, write: Callable[[Connection], T]) -> T:
        try:
            return await self._database.write(write)
        except IllegalTransition as error:
            raise NotPossible(str(error)) from None

    async def _ended(self, job: Job) -> None:
        self.after_end(job)
        await self._spool.reclaim()

    def after_end(self, job: Job) -> None:
        """Follow a committed end with the counters, and wake who waits for jobs."""
        self._waiting[job.queue_id] = max(0, self._waiting[job.queue_id] - 1)
        self._hub.ring("jobs")

    def _shred(self, connection: Connection, job: Job) -> None:
        if job.document_id is not None:
            self._spool.shred(connection, job.document_id)
            store.note(connection, job.id, document_id=None)


def may_see(job: Job, person_id: str | None, *, administrator: bool) -> bool:
    """Whether a job's title, owner and document are somebody's business."""
    return administrator or (person_id is not None and job.person_id == person_id)


def active(job: Job) -> bool:
    """Whether a device works on the job."""
    return job.state in (JobState.PROCESSING, JobState.PROCESSING_STOPPED)
