"""Counting, beside the acceptance: what the documents are made of, told to the policies, written into the job's row.

It never changes a job's state but to abort what cannot be printed. Jobs that a crash left uncounted are found again
by their rows.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog

from events.hub import Hub
from jobs import store
from jobs.errors import JobError
from jobs.job import Job
from jobs.work import Jobs, now
from pdl.errors import SandboxFailed
from pdl.inspect import inspect
from pdl.report import Report
from pdl.sandbox import Sandbox
from storage import faults
from storage.database import Database
from storage.errors import DocumentGone, StorageError
from storage.spool import Spool

log = structlog.get_logger(__name__)

Judge = Callable[[Job, Report], Awaitable[str | None]]
"""Policy after the count: None, or the words with which the job is refused."""

_AT_ONCE = 2
_RETRY = 30.0  # seconds until a job whose counting failed for our own reasons is tried again


class Inspect(Protocol):
    """How a document is counted; `pdl.inspect.inspect` in the running gateway."""

    async def __call__(self, source: Any, sandbox: Sandbox) -> Report:
        """Count one document."""
        ...


class Counting:
    """Counts documents as they come."""

    def __init__(self, database: Database, spool: Spool, jobs: Jobs, hub: Hub, sandbox: Sandbox, judge: Judge) -> None:
        self._database, self._spool, self._jobs, self._hub = database, spool, jobs, hub
        self._sandbox, self._judge = sandbox, judge
        self._busy: set[str] = set()

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
            except (StorageError, SandboxFailed, JobError) as error:
                log.warning("counting failed, the job waits", job=uuid, error=str(error))
                await asyncio.sleep(1)
            finally:
                self._busy.discard(uuid)

    async def _next(self) -> str | None:
        waiting = await self._database.read(lambda connection: store.uncounted(connection, limit=_AT_ONCE + 8))
        for uuid in waiting:
            if uuid not in self._busy:
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
            report = await inspect(reader, self._sandbox)
        finally:
            reader.close()
        await self._keep(job, report)
        reason = report.reason if report.verdict == "rejected" else await self._judge(job, report)
        if reason is not None and report.verdict == "rejected":
            await self._jobs.abort(uuid, (report.state_reason or "document-format-error", "aborted-by-system"), reason)
        elif reason is not None:
            await self._jobs.abort(uuid, ("job-canceled-by-operator",), reason)
        self._hub.ring("jobs")

    async def _keep(self, job: Job, report: Report) -> None:
        values: dict[str, Any] = {
            "counted_at": now(),
            "verdict": report.verdict,
            "pages": report.pages,
            "impressions": report.impressions,
            "sheets": report.sheets,
            "color_impressions": len(report.color_pages) if report.confidence.color != "unknown" else None,
            "report": json.dumps(report.to_json()),
        }
        await self._database.write(lambda connection: store.note(connection, job.id, **values))
        log.info("counted", job=job.job_id, verdict=report.verdict, pages=report.pages)
