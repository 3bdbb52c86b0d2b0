"""Counting, beside the acceptance: what the documents are made of, told to the policies, written into the job's row.

It never changes a job's state but to abort what cannot be printed. Jobs that a crash left uncounted are found again
by their rows.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from events.hub import Hub
from jobs import store
from jobs.errors import JobError, NotPossible
from jobs.job import Job
from jobs.work import Jobs, now
from pdl.errors import SandboxFailed
from pdl.inspect import inspect
from pdl.report import Report
from pdl.sandbox import Sandbox
from storage import faults
from storage.database import Database
from storage.errors import DocumentCorrupt, DocumentGone, StorageError
from storage.spool import Spool

log = structlog.get_logger(__name__)

Judge = Callable[[Job, Report], Awaitable[str | None]]
"""Policy after the count: None, or the words with which the job is refused."""

_AT_ONCE = 2
_RETRY = 30.0  # seconds until a job whose counting failed for our own reasons is tried again
_RETRY_LAST = 1800.0  # the longest of these pauses, which double


class Counting:
    """Counts documents as they come."""

    def __init__(self, database: Database, spool: Spool, jobs: Jobs, hub: Hub, sandbox: Sandbox, judge: Judge) -> None:
        self._database, self._spool, self._jobs, self._hub = database, spool, jobs, hub
        self._sandbox, self._judge = sandbox, judge
        self._busy: set[str] = set()
        self._later: dict[str, tuple[float, float]] = {}  # until when to leave a job alone, and the pause before it

    async def run(self) -> None:
        """Count until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(self._worker())

    async def _worker(self) -> None:
        while True:
            uuid = await self._next()
            if uuid is None:
                await self._hub.wait("uncounted", _RETRY)
                continue
            self._hub.ring("uncounted")  # there may be more: the other worker looks as well
            try:
                await self._count(uuid)
                self._later.pop(uuid, None)
            except NotPossible:  # cancelled meanwhile
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
            for gone in self._later.keys() - set(waiting) - self._busy:
                del self._later[gone]
        for uuid in waiting:
            if uuid not in self._busy and self._later.get(uuid, (0.0, 0.0))[0] <= time.monotonic():
                self._busy.add(uuid)
                return uuid
        return None

    async def _count(self, uuid: str) -> None:
        job = await self._jobs.get(uuid)
        if job.document_id is None or job.counted_at is not None or job.final:
            return
        faults.point("counting")
        try:
            reader = await self._spool.open(job.document_id)
        except DocumentGone:
            await self._jobs.abort(uuid, ("aborted-by-system",), "The document is gone. Print it again.")
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
        # Count and refusal are one transaction: a refused job must not be printed in between.
        # What nobody could count nobody could charge: it would print for nothing.
        if report.verdict == "rejected" or report.pages is None:
            usual = "document-format-error" if report.verdict == "rejected" else "document-unprintable-error"
            reasons = (report.state_reason or usual, "aborted-by-system")
            await self._jobs.abort(uuid, reasons, report.reason, **_counted(report))
        elif (refusal := await self._judge(job, report)) is not None:
            await self._jobs.abort(uuid, ("job-canceled-by-operator",), refusal, **_counted(report))
        else:
            await self._database.write(lambda connection: store.note(connection, uuid, **_counted(report)))
        log.info("counted", job=job.job_id, verdict=report.verdict, pages=report.pages)
        self._hub.ring("jobs")


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
