"""Counting, beside the acceptance: what the documents are made of, told to the policies, written into the job's row.

It never changes a job's state but to abort what cannot be printed. Jobs that a crash left uncounted are found again
by their rows.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from events.hub import Hub
from ipp.enums import JobState
from jobs import store
from jobs.document import Document
from jobs.errors import JobError, JobUnknown, NotPossible
from jobs.job import Job
from jobs.joining import apart, overrides, put_together
from jobs.work import Jobs, now
from pdl.errors import DocumentRejected, LimitReached, SandboxFailed
from pdl.inspect import inspect
from pdl.inspection import rejected
from pdl.mime import PDF
from pdl.report import Report
from pdl.sandbox import Sandbox
from storage import faults
from storage.database import Database
from storage.errors import DocumentCorrupt, DocumentGone, StorageError
from storage.spool import SCRATCH_LIMIT, Spool

log = structlog.get_logger(__name__)

Judge = Callable[[Job, Report], Awaitable[str | None]]
"""Policy after the count: None, or the words with which the job is refused."""

_GONE: Final = "The document is gone. Print it again."
_AT_ONCE = 2
_REST = 0.5  # seconds between two documents while jobs come one after the other
_LOOK = 0.05  # seconds between two looks whether they still do
_RETRY = 30.0  # seconds until a job whose counting failed for our own reasons is tried again
_RETRY_LAST = 1800.0  # the longest of these pauses, which double


class Counting:
    """Counts documents as they come."""

    def __init__(self, database: Database, spool: Spool, jobs: Jobs, hub: Hub, sandbox: Sandbox, judge: Judge) -> None:
        self._database, self._spool, self._jobs, self._hub = database, spool, jobs, hub
        self._sandbox, self._judge = sandbox, judge
        self._busy: set[str] = set()
        self._awaited = False
        self._later: dict[str, tuple[float, float]] = {}  # until when to leave a job alone, and the pause before it

    async def run(self) -> None:
        """Count until cancelled."""
        self._jobs.moved.append(self._moved)
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(_AT_ONCE):
                    group.create_task(self._worker(first=number == 0))
        finally:
            self._jobs.moved.remove(self._moved)

    def _moved(self, job: Job, _: object) -> None:
        if job.state is JobState.PENDING and job.counted_at is None:
            self._awaited = True

    async def _give_way(self, *, first: bool) -> None:
        """While many jobs come, let accepting them go first; the first worker goes on all the same, more slowly.

        Nobody needs the count of a held job before it is released: what a device waits for is not put off.
        """
        rested = 0.0
        while self._jobs.bursting and not self._awaited and (rested < _REST or not first):
            await asyncio.sleep(_LOOK)
            rested += _LOOK

    async def _worker(self, *, first: bool) -> None:
        while True:
            await self._give_way(first=first)
            uuid = await self._next()
            if uuid is None:
                await self._hub.wait("uncounted", _RETRY)
                continue
            self._hub.ring("uncounted")  # there may be more: the other worker looks as well
            try:
                await self._count(uuid)
                self._later.pop(uuid, None)
            except (NotPossible, JobUnknown):  # cancelled meanwhile, and forgotten
                self._later.pop(uuid, None)
            except (StorageError, SandboxFailed, JobError, OSError) as error:
                log.warning("counting failed, the job waits", job=uuid, error=str(error))
                self._put_off(uuid)
            except Exception:
                # An edge that must go on: one document's fault must not keep all others from being counted.
                log.exception("counting failed, the job waits", job=uuid)
                self._put_off(uuid)
            finally:
                self._busy.discard(uuid)

    def _put_off(self, uuid: str) -> None:
        _, pause = self._later.get(uuid, (0.0, _RETRY / 2))
        pause = min(pause * 2, _RETRY_LAST)
        self._later[uuid] = (time.monotonic() + pause, pause)

    async def _next(self) -> str | None:
        # As many more as are put off: they must not hide the others.
        limit = _AT_ONCE + len(self._later) + 1
        waiting = await self._database.read(lambda connection: store.uncounted(connection, limit=limit))
        if len(waiting) < limit:  # all of them: what is not among them has ended
            for gone in self._later.keys() - {one.id for one in waiting} - self._busy:
                del self._later[gone]
        free = [one for one in waiting if one.id not in self._busy and not self._put_off_still(one.id)]
        self._awaited = any(one.awaited for one in free[1:])
        if not free:
            return None
        self._busy.add(free[0].id)
        return free[0].id

    def _put_off_still(self, uuid: str) -> bool:
        until, _ = self._later.get(uuid, (0.0, 0.0))
        return until > time.monotonic()

    async def _count(self, uuid: str) -> None:
        job = await self._jobs.get(uuid)
        if job.document_id is None or job.counted_at is not None or job.final:
            return
        faults.point("counting")
        if documents := await apart(self._jobs, job):
            await self._count_together(job, documents)
            return
        try:
            reader = await self._spool.open(job.document_id)
        except DocumentGone:
            await self._jobs.abort(uuid, ("aborted-by-system",), _GONE, check=partial(_still, job=job))
            return
        try:
            whose = job.person_id or job.user_name or job.peer
            report = await inspect(reader, self._sandbox.of(whose), scratch=self._spool.scratch)
        except DocumentCorrupt:
            damaged = "The document was damaged on the server's disk. Print it again."
            await self._jobs.abort(uuid, ("aborted-by-system",), damaged)
            return
        finally:
            reader.close()
        await self._judged(job, report)

    async def _count_together(self, job: Job, documents: list[Document]) -> None:
        """Put a job's documents together to the one that is printed, and count that."""
        whole = self._spool.scratch()
        try:
            sandbox = self._sandbox.of(job.person_id or job.user_name or job.peer)
            try:
                report = await put_together(job, documents, self._spool, sandbox, whole)
            except (DocumentRejected, LimitReached) as fault:
                await self._judged(job, rejected(PDF, fault))
                return
            except (DocumentGone, DocumentCorrupt):
                # Given up meanwhile: then what is left is put together by the next look.
                if await apart(self._jobs, await self._jobs.get(job.id)) == documents:
                    await self._jobs.abort(job.id, ("aborted-by-system",), _GONE)
                return
            sealed = await self._spool.receive(whole.stream(), limit=SCRATCH_LIMIT)
        finally:
            whole.close()
        pages = Counter({document.number: 0 for document in documents})
        for piece in report.documents:
            pages[piece.document] += piece.pages

        def write(connection: Connection) -> None:
            if [part for part in store.documents(connection, job.id) if not part.canceled] != documents:
                raise NotPossible("Its documents have changed: it is put together anew.")
            self._spool.insert(connection, sealed)
            # Its owner may have asked for something else of it meanwhile.
            ticket = replace(store.get(connection, job.id).ticket, document_overrides=overrides(documents))
            columns = {"document_id": sealed.document_id, "document_format": PDF, "ticket": ticket.to_json()}
            store.note(connection, job.id, **columns)
            for number, count in pages.items():
                store.note_document(connection, job.id, number, pages=count)

        try:
            await self._database.write(write, documents=(sealed,))
        except BaseException:
            await self._spool.abandon(sealed)
            raise
        await self._judged(await self._jobs.get(job.id), report)

    async def _judged(self, job: Job, report: Report) -> None:
        """Write a count down, and the refusal of what cannot be printed."""
        same = partial(_still, job=job)
        # Count and refusal are one transaction: a refused job must not be printed in between.
        # What nobody could count nobody could charge: it would print for nothing.
        if report.verdict == "rejected" or report.pages is None:
            usual = "document-format-error" if report.verdict == "rejected" else "document-unprintable-error"
            reasons = (report.state_reason or usual, "aborted-by-system")
            await self._jobs.abort(job.id, reasons, report.reason, check=same, **_counted(report))
        elif (refusal := await self._judge(job, report)) is not None:
            await self._jobs.abort(job.id, ("job-canceled-by-operator",), refusal, check=same, **_counted(report))
        else:

            def write(connection: Connection) -> None:
                same(store.get(connection, job.id))
                store.note(connection, job.id, **_counted(report))

            await self._database.write(write)
        log.info("counted", job=job.job_id, verdict=report.verdict, pages=report.pages)
        self._hub.ring("jobs")


def _still(current: Job, job: Job) -> None:
    """Raise NotPossible if the job's document is not any more that which was counted."""
    if current.document_id != job.document_id:
        raise NotPossible("Its document has changed: it is counted anew.")


def _counted(report: Report) -> dict[str, Any]:
    return {
        "counted_at": now(),
        "verdict": report.verdict,
        "pages": report.pages,
        "impressions": report.impressions,
        "sheets": report.sheets,
        "color_impressions": len(report.color_pages) if report.confidence.color != "unknown" else None,
        "report": json.dumps(report.to_json()),
    }
