"""What may be asked of jobs: look at them, hold, cancel, end and forget them. Entering is `jobs.intake`."""

import contextlib
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from events import audit
from events.hub import Hub
from ipp.enums import JobState
from jobs import store
from jobs.catalogue import Catalogue
from jobs.document import Document
from jobs.errors import JobUnknown, NotPossible, QueueUnknown
from jobs.job import Job
from jobs.lifecycle import FINAL, Event, IllegalTransition
from jobs.queue import Queue
from storage import faults, settings
from storage.commit import Rows
from storage.database import Database, tell
from storage.sealed import Sealed
from storage.spool import Spool

T = TypeVar("T")

BY_USER: Final = ("job-canceled-by-user",)
BY_OPERATOR: Final = ("job-canceled-by-operator",)
_GIVEN: Final = "last-job-id"
_MOST_PURGED: Final = 10_000  # kept documents shredded by one Purge-Jobs
EXPIRED: Final = "Nobody collected it in time. It was deleted and nothing was charged."
"""What is written on a held job whose time is over."""

ACTIVE: Final = frozenset({JobState.PROCESSING, JobState.PROCESSING_STOPPED})
"""States of a job that a device works on, unless it is suspended."""

_BURST: Final = 10  # jobs that come within so many seconds are a burst
_BURST_SECONDS: Final = 0.5

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
        self._printing: Counter[str] = Counter()
        self._arriving: set[str] = set()
        self._came: deque[float] = deque(maxlen=_BURST)
        self._last = 0
        self.moved: list[Callable[[Job, JobState | None], None]] = []
        """Called after the commit that a job came with (None) or that changed its state, with the state before."""
        database.told.append(self._told)

    async def load(self) -> None:
        """Read the counters at start."""
        self._waiting = Counter(await self._database.read(store.waiting_counts))
        self._printing = Counter(await self._database.read(store.printing_counts))
        given = (await self._database.read(settings.read)).get(_GIVEN, "0")
        self._last = max(int(given), await self._database.read(store.last_number))

    def printing(self, queue_id: str) -> int:
        """How many of a queue's jobs devices work on."""
        return self._printing[queue_id]

    def waiting(self, queue_id: str) -> int:
        """queued-job-count: jobs of a queue that have not ended."""
        return self._waiting[queue_id]

    @property
    def bursting(self) -> bool:
        """Whether jobs come one after the other at this moment."""
        return len(self._came) == _BURST and time.monotonic() - self._came[0] < _BURST_SECONDS

    def next_number(self) -> int:
        """Give out a job-id; one process owns the home, so counting is enough."""
        self._last += 1
        return self._last

    def as_set(self, queue: Queue) -> Queue:
        """A queue as it is by now: documents may take minutes to come. Raises QueueUnknown for one that is gone."""
        found = self._catalogue.get(queue.id)
        if found is None:
            raise QueueUnknown(f"{queue.shown} was removed meanwhile. Print to another queue.")
        return found

    async def enter(
        self,
        insert: Callable[[Connection], Job],
        *,
        documents: Sequence[Sealed] = (),
        rows: Callable[[], Rows] | None = None,
    ) -> Job:
        """Commit a new job, and count it as waiting even if the caller is cancelled meanwhile."""
        return await self._written(insert, documents, rows, self._entered)

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

    async def rows(self, columns: Sequence[str], **criteria: Any) -> Sequence[Any]:
        """Some columns of one page of jobs, for `jobs.page.Page`; the criteria are those of `selected`."""
        return await self._database.read(lambda connection: store.rows(connection, columns, **criteria))

    async def note(self, uuid: str, **columns: Any) -> None:
        """Write what is said of a job besides its state."""

        def write(connection: Connection) -> None:
            store.note(connection, uuid, **columns)
            tell(connection, store.Revised(store.get(connection, uuid)))

        await self._database.write(write)

    async def revise(self, uuid: str, worked_out: Callable[[Job], dict[str, Any]]) -> Job:
        """Change a job that waits; `worked_out` makes the columns of its row as it stands then. Raises NotPossible."""

        def write(connection: Connection) -> Job:
            current = store.get(connection, uuid)
            if current.final or active(current):
                raise NotPossible("Only a job that waits can be changed.")
            store.note(connection, uuid, **worked_out(current))
            revised = store.get(connection, uuid)
            tell(connection, store.Revised(revised))
            if revised.rank != current.rank:
                tell(connection, store.Reordered(revised.queue_id))
            return revised

        return await self._written(write)

    async def documents(self, uuid: str) -> list[Document]:
        """The documents of a job that were sent one by one."""
        return await self._database.read(lambda connection: store.documents(connection, uuid))

    async def put_behind(self, uuid: str, predecessor: str | None) -> None:
        """Print a pending job right after another, or (None) next. Raises NotPossible."""

        def write(connection: Connection) -> None:
            job = store.get(connection, uuid)
            if job.state is not JobState.PENDING:
                raise NotPossible("Only a job that waits for its printer has a place in the order.")
            store.put_behind(connection, uuid, store.get(connection, predecessor) if predecessor else None)
            tell(connection, store.Reordered(job.queue_id))

        await self._written(write)
        self._hub.ring("jobs")

    async def purge(self, queue_id: str, *, actor: str) -> int:
        """Forget a queue's ended jobs and shred what was kept of them; returns how many. The ledger stands."""
        gone, given = 0, str(self._last)
        # A number that was given is not given again, also when no row has it any more.
        await self._database.write(lambda connection: settings.put(connection, self._catalogue.node, _GIVEN, given))
        for job in await self.selected(queue_id=queue_id, final=True, kept=True, limit=_MOST_PURGED):
            await self._written(partial(self._shred, job=job))
        while found := await self._database.write(lambda connection: store.purge(connection, queue_id)):
            gone += found
        await self._spool.reclaim()
        await self._database.write(
            lambda connection: audit.record(
                connection, self._catalogue.node, actor, "queue.purge", queue_id, {"jobs": gone}
            )
        )
        return gone

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

        job = await self._written(write, then=self._ended)
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
        kept = 0
        if queue and event is Event.COMPLETE:
            kept = max(queue.retain_for, queue.retention if job.ticket.stored else 0)
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

    async def next(self, queue_id: str) -> list[Job]:
        """The pending job of a queue that is to be printed next: none, or one."""
        return await self._database.read(lambda connection: store.first_pending(connection, queue_id))

    async def next_pending(self) -> list[Job]:
        """The jobs that are next to be printed: of each queue that is not stopped, and device, one."""
        stopped = [queue.id for queue in self._catalogue.listed() if queue.stopped]
        return await self._database.read(lambda connection: store.next_pending(connection, stopped))

    async def _written(
        self,
        write: Callable[[Connection], T],
        documents: Sequence[Sealed] = (),
        rows: Callable[[], Rows] | None = None,
        then: Callable[[T], None] | None = None,
    ) -> T:
        try:
            return await self._database.write(write, documents=documents, rows=rows, then=then)
        except IllegalTransition as error:
            raise NotPossible(str(error)) from None

    def _told(self, news: object) -> None:
        """Follow a commit: keep the counters, and tell who listens."""
        if isinstance(news, store.Requeued):
            self._waiting[news.before] -= 1
            self._waiting[news.after] += 1
        if not isinstance(news, store.Moved):
            return
        job, before = news
        was_active = before in ACTIVE
        self._printing[job.queue_id] += (job.state in ACTIVE) - was_active
        self._waiting[job.queue_id] += (before in FINAL) - job.final
        for listener in self.moved:
            listener(job, before)

    def _entered(self, job: Job) -> None:
        self._waiting[job.queue_id] += 1
        self._came.append(time.monotonic())
        self._hub.ring("uncounted")
        for listener in self.moved:
            listener(job, None)

    def _ended(self, _: Job) -> None:
        self._hub.ring("jobs")

    def _shred(self, connection: Connection, job: Job) -> None:
        # What shows its pages goes with it, in the same transaction.
        if job.document_id is not None:
            store.note(connection, job.id, document_id=None)
        documents = {*store.take_previews(connection, job.id), *store.take_document_bytes(connection, job.id)}
        if job.document_id is not None:
            documents.add(job.document_id)
        for document_id in documents:
            self._spool.shred(connection, document_id)


def _still_waits(job: Job) -> None:
    if not job.held or job.uncertain or job.incoming:
        raise NotPossible("It does not wait for its owner any more.")


def _still_incoming(job: Job) -> None:
    if not job.incoming:
        raise NotPossible("It is complete.")


def may_see(job: Job, person_id: str | None, *, administrator: bool) -> bool:
    """Whether a job's title, owner and document are somebody's business."""
    return owned(job.person_id, person_id, administrator=administrator)


def owned(owner_id: str | None, person_id: str | None, *, administrator: bool) -> bool:
    """Whether what is private of a job of that owner is somebody's business."""
    return administrator or (person_id is not None and owner_id == person_id)


def active(job: Job) -> bool:
    """Whether a device works on the job."""
    return job.state in ACTIVE and not job.suspended
