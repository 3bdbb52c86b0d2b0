"""What may be asked of jobs: look at them, hold, cancel, end and forget them. Entering is `jobs.intake`."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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
from storage import faults
from storage.commit import Rows
from storage.database import Database
from storage.sealed import Sealed
from storage.spool import Spool

T = TypeVar("T")

BY_USER: Final = ("job-canceled-by-user",)
BY_OPERATOR: Final = ("job-canceled-by-operator",)
EXPIRED: Final = "Nobody collected it in time. It was deleted and nothing was charged."
"""What is written on a held job whose time is over."""

Check = Callable[[Job], None]
"""Looks at a job within the transaction that is to end it; raises NotPossible if that may not be any more."""


def now() -> int:
    """Milliseconds of the epoch."""
    return int(time.time() * 1000)


class Jobs:
    """All jobs. Writes are one transaction each; the counters in memory follow the commits."""

    def __init__(self, database: Database, spool: Spool, catalogue: Catalogue, hub: Hub) -> None:
        self._database, self._spool, self._catalogue, self._hub = database, spool, catalogue, hub
        self._waiting: Counter[str] = Counter()
        self._arriving: set[str] = set()
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

    async def enter(
        self,
        insert: Callable[[Connection], Job],
        *,
        documents: Sequence[Sealed] = (),
        rows: Callable[[], Rows] | None = None,
    ) -> Job:
        """Commit a new job, and count it as waiting even if the caller is cancelled meanwhile."""
        return await self._followed(insert, self._entered, documents, rows)

    @contextlib.contextmanager
    def arriving(self, uuid: str) -> Iterator[None]:
        """While a created job's document is on its way, the job is not given up, however long that takes."""
        self._arriving.add(uuid)
        try:
            yield
        finally:
            self._arriving.discard(uuid)

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

    async def brief(self, **criteria: Any) -> list[store.Brief]:
        """One page of jobs, only their numbers and owners; the criteria are those of `selected`."""
        return await self._database.read(lambda connection: store.brief(connection, **criteria))

    async def abort(
        self, uuid: str, reasons: Sequence[str], message: str, *, check: Check | None = None, **columns: Any
    ) -> Job:
        """Give a job up, saying why, and shred its document. Raises NotPossible."""
        return await self.conclude(uuid, Event.ABORT, reasons=reasons, message=message, check=check, **columns)

    async def conclude(
        self,
        uuid: str,
        event: Event,
        *,
        reasons: Sequence[str] | None = None,
        message: str = "",
        check: Check | None = None,
        settle: Callable[[Connection, Job], None] | None = None,
        **columns: Any,
    ) -> Job:
        """End a job: `check`, state, document and whatever `settle` books are one transaction. Raises NotPossible."""

        def write(connection: Connection) -> Job:
            if check:
                check(store.get(connection, uuid))
            return self._end(connection, uuid, event, reasons=reasons, message=message, settle=settle, **columns)

        job = await self._followed(write, self._ended)
        faults.point("concluded")
        await self._spool.reclaim()
        return job

    def _end(
        self,
        connection: Connection,
        uuid: str,
        event: Event,
        *,
        settle: Callable[[Connection, Job], None] | None,
        **columns: Any,
    ) -> Job:
        at = now()
        job = store.move(connection, uuid, event, at, **columns)
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
        jobs = await self._database.read(lambda connection: store.expiring(connection, at))
        for job in jobs:
            with contextlib.suppress(NotPossible):  # released at this very moment
                await self.abort(job.id, ("aborted-by-system",), EXPIRED, check=_still_waits)
        kept = await self._database.read(lambda connection: store.retained(connection, at))
        for job in kept:
            await self._written(partial(self._shred, job=job))
        if kept:
            await self._spool.reclaim()
        return len(jobs) + len(kept)

    async def give_up_incoming(self) -> int:
        """End created jobs whose document never came (multiple-operation-time-out); returns how many."""
        at, given_up = now(), 0
        for job in await self._database.read(lambda connection: store.forgotten(connection, at)):
            if job.id in self._arriving:
                continue
            with contextlib.suppress(NotPossible):  # closed at this very moment
                await self.abort(
                    job.id, ("aborted-by-system",), "Its document never came. Print it again.", check=_still_incoming
                )
                given_up += 1
        return given_up

    async def undecided(self, seconds: int) -> list[Job]:
        """Jobs whose outcome has been unknown for so long."""
        before = now() - seconds * 1000
        return await self._database.read(lambda connection: store.undecided(connection, before))

    async def due_release(self) -> list[Job]:
        """Held jobs that their queue lets go by itself now."""
        at = now()
        return await self._database.read(lambda connection: store.releasable(connection, at))

    async def next_pending(self) -> list[Job]:
        """The jobs that are next to be printed: of each queue and device one."""
        return await self._database.read(store.next_pending)

    async def _written(
        self,
        write: Callable[[Connection], T],
        documents: Sequence[Sealed] = (),
        rows: Callable[[], Rows] | None = None,
    ) -> T:
        try:
            return await self._database.write(write, documents=documents, rows=rows)
        except IllegalTransition as error:
            raise NotPossible(str(error)) from None

    async def _followed(
        self,
        write: Callable[[Connection], Job],
        then: Callable[[Job], None],
        documents: Sequence[Sealed] = (),
        rows: Callable[[], Rows] | None = None,
    ) -> Job:
        """Write, and let `then` follow the commit: it happens even if the caller is cancelled meanwhile."""
        task = asyncio.ensure_future(self._written(write, documents, rows))

        def follow(done: asyncio.Future[Job]) -> None:
            if not done.cancelled() and done.exception() is None:
                then(done.result())

        task.add_done_callback(follow)
        return await asyncio.shield(task)

    def _entered(self, job: Job) -> None:
        self._waiting[job.queue_id] += 1
        self._hub.ring("uncounted")

    def _ended(self, job: Job) -> None:
        self._waiting[job.queue_id] = max(0, self._waiting[job.queue_id] - 1)
        self._hub.ring("jobs")

    def _shred(self, connection: Connection, job: Job) -> None:
        if job.document_id is not None:
            # What shows its pages goes with it, in the same transaction.
            for document_id in (job.document_id, *store.take_previews(connection, job.id)):
                self._spool.shred(connection, document_id)
            store.note(connection, job.id, document_id=None)


def _still_waits(job: Job) -> None:
    if not job.held or job.uncertain or job.incoming:
        raise NotPossible("It does not wait for its owner any more.")


def _still_incoming(job: Job) -> None:
    if not job.incoming:
        raise NotPossible("It is complete.")


def may_see(job: Job, person_id: str | None, *, administrator: bool) -> bool:
    """Whether a job's title, owner and document are somebody's business."""
    return administrator or (person_id is not None and job.person_id == person_id)


def active(job: Job) -> bool:
    """Whether a device works on the job."""
    return job.state in (JobState.PROCESSING, JobState.PROCESSING_STOPPED)
