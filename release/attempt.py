"""One attempt to print one job on one device: begun in its row, rendered, sent, followed, and its end written down.

Whatever happens after the first byte left, the job ends as the device says, or waits as "may have printed".
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from accounting.errors import AccountingError
from devices.errors import DeviceError
from devices.fleet import Fleet
from devices.outgoing import Outcome, Outgoing
from jobs import store as job_rows
from jobs.errors import NotPossible
from jobs.job import Job
from jobs.lifecycle import SUSPENDED, Event, IllegalTransition
from jobs.work import now
from pdl.errors import DocumentRejected, PdlError, SandboxFailed
from pdl.render import render
from pdl.sandbox import Sandbox, Sink
from pdl.source import SliceSource
from pdl.stream_rewrite import rewrite
from release import store
from release.desk import Authority, Desk
from release.errors import ReleaseError
from release.outcome import Ended, Outcomes
from release.plan import Plan
from storage import faults
from storage.database import Database, tell
from storage.errors import DocumentCorrupt, DocumentGone, StorageError
from storage.node import new_id
from storage.spool import Spool

log = structlog.get_logger(__name__)

WRITE_AGAIN: Final = 5.0  # seconds until an end that the disk did not take is written again


_SEEN: Final = ("state", "ticket", "device_id", "queue_id", "document_id")
"""What of a job must be as it was when it was taken up."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What an attempt works with."""

    database: Database
    spool: Spool
    fleet: Fleet
    desk: Desk
    sandbox: Sandbox
    outcomes: Outcomes
    node: str


class _Unprintable(Exception):
    """The job can be printed nowhere; `reason` is a job-state-reasons keyword."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Attempt:
    """An attempt. The device's client tells it how far it is: it is a `devices.device.Watch`."""

    def __init__(self, parts: Parts, job: Job, device_id: str, row: store.Attempt | None = None) -> None:
        self._parts, self.job, self.device_id = parts, job, device_id
        self.attempt_id = row.id if row else new_id()
        self.device_job_id = row.device_job_id if row else None
        self.sending = row is not None and row.sending_at is not None
        """Whether a byte of the document may have left."""
        self.ending = False
        """Whether its end is being written down: too late to change it."""
        self.canceled = False
        self.suspended = False
        self._begun = row is not None
        self._plan: Plan | None = None
        self._stopped = False
        self._impressions: int | None = None

    async def run(self) -> None:
        """Print the job, and write down how that ended. When cancelled before the first byte, the job waits again."""
        try:
            end = await self._tried()
        except asyncio.CancelledError:
            if self.sending:  # the next start asks the device
                raise
            if self.canceled:
                end = partial(
                    self._outcomes.given_up, outcome=Outcome(kind="not-sent", message="Its owner gave it up.")
                )
            elif self._begun:
                end = self._outcomes.suspended if self.suspended else self._outcomes.again
            else:
                raise
        if end is not None:
            await self._written(end)

    async def resume(self, device_job_id: int) -> None:
        """Follow a job that its device took before a crash, and write down how that ended."""
        try:
            self._plan = (await self._parts.desk.authorise(self.job)).plan
            outcome = await self._parts.fleet.open(self.device_id).resume(device_job_id, self)
        except Exception as error:
            # Whatever hinders us: the device had it, and nobody can say any more what it made of it.
            log.warning("outcome unknown after restart", job=self.job.job_id, error=str(error))
            outcome = Outcome(kind="unknown", message=str(error))
        await self._written(partial(self._outcomes.keep, outcome=outcome))

    async def lose(self) -> None:
        """Write down that nobody can say what became of it."""
        await self._written(partial(self._outcomes.lost, outcome=Outcome(kind="unknown")))

    async def put_back(self) -> None:
        """Write down that nothing of it was sent, so that it waits for its device again."""
        await self._written(self._outcomes.again)

    @property
    def _outcomes(self) -> Outcomes:
        return self._parts.outcomes

    async def _tried(self) -> Callable[[Ended], Awaitable[None]] | None:
        """Print; returns what is to be written down, None if the job moved on before it began."""
        try:
            outcome = await self._outcome()
        except (DocumentGone, DocumentCorrupt) as error:
            log.warning("job not printed", job=self.job.job_id, error=str(error))
            message = "The document is gone. Print it again."
            return partial(self._outcomes.aborted, reason="aborted-by-system", message=message)
        except _Unprintable as error:
            return partial(self._outcomes.aborted, reason=error.reason, message=str(error))
        except (ReleaseError, DeviceError, StorageError, AccountingError, SandboxFailed) as error:
            kind: Any = "unknown" if self.sending else "not-sent"
            outcome = Outcome(kind=kind, message=str(error), retry=True)
        except Exception:
            # An edge that must go on: one job's fault must not stop the others, and the job must not be sent again.
            log.exception("printing failed", job=self.job.job_id)
            if self.sending:
                outcome = Outcome(kind="unknown")
            else:
                outcome = Outcome(kind="not-sent", message="It could not be sent. Choose a printer again.")
        return partial(self._outcomes.keep, outcome=outcome) if outcome is not None else None

    async def _outcome(self) -> Outcome | None:
        if self.job.document_id is None:
            raise DocumentGone("The document is gone.")
        authority = await self._parts.desk.authorise(self.job)
        # From here on it may stand in the rows as begun, also if this is broken off before it is known.
        self._plan, self._begun = authority.plan, True
        try:
            await self._parts.database.write(partial(self._begin, authority=authority))
        except IllegalTransition:
            log.info("job moved on meanwhile", job=self.job.job_id)
            return None
        reader = await self._parts.spool.open(self.job.document_id)
        try:
            return await self._send(authority.plan, reader)
        finally:
            reader.close()

    def _begin(self, connection: Connection, authority: Authority) -> None:
        """Move the job, set its price aside and write the attempt down; or raise if it is not as it was seen."""
        current = job_rows.get(connection, self.job.id)
        if any(getattr(current, name) != getattr(self.job, name) for name in _SEEN):
            raise IllegalTransition(current.state, Event.START)
        job_rows.move(
            connection,
            self.job.id,
            Event.START,
            now(),
            reasons=("job-transforming",) if authority.plan.target else None,
            device_id=self.device_id,
        )
        self._parts.desk.reserve(connection, current, authority)
        row = {
            "node": self._parts.node,
            "id": self.attempt_id,
            "job_id": self.job.id,
            "device_id": self.device_id,
            "began_at": now(),
        }
        store.begin(connection, row)

    async def _send(self, plan: Plan, reader: Any) -> Outcome:
        device = self._parts.fleet.open(self.device_id)
        if plan.target is None and plan.rewrite is None:
            return await device.print_job(self._outgoing(plan, reader, plan.format), self)
        scratch = self._parts.spool.scratch()
        try:
            try:
                await self._prepare(plan, reader, scratch.write)
                await scratch.finish()
            except SandboxFailed:
                raise
            except PdlError as error:
                if not plan.fallback:
                    raise _Unprintable("document-unprintable-error", f"It could not be prepared: {error}") from None
                log.warning("rendering failed, passed on as it is", job=self.job.job_id, error=str(error))
                self._plan = plan = plan.passed_on()
                return await device.print_job(self._outgoing(plan, reader, self.job.document_format), self)
            return await device.print_job(self._outgoing(plan, scratch, plan.format), self)
        finally:
            scratch.close()

    async def _prepare(self, plan: Plan, reader: Any, sink: Sink) -> None:
        """Write the document as the plan wants it. Raises PdlError."""
        sandbox = self._parts.sandbox.of(self.job.person_id or self.job.user_name, urgent=True)
        if plan.target is not None:
            part = plan.part
            source = SliceSource(reader, part.start, part.end) if part else reader
            mime = part.format if part else self.job.document_format
            await render(source, mime, plan.target, sandbox, sink, scratch=self._parts.spool.scratch)
        elif plan.rewrite is not None:
            done = await rewrite(reader, sandbox, sink, plan.rewrite)
            if done.undone:
                raise DocumentRejected(" ".join(done.undone.values()))

    def _outgoing(self, plan: Plan, content: Any, document_format: str) -> Outgoing:
        def stream() -> AsyncIterator[bytes]:
            faults.point("sending")
            return _faulted(content.stream())

        return Outgoing(
            format=document_format,
            size=content.size,
            open=stream,
            job_name=self.job.title,
            user_name=self.job.user_name,
            attributes=plan.attributes,
            impressions=plan.extent.impressions or None,
            copies=plan.copies_by_device,
            sides=plan.sides,
            color=plan.color,
        )

    async def _written(self, end: Callable[[Ended], Awaitable[None]]) -> None:
        """Write the end down until it stands: what is on paper must not be forgotten because a disk is full."""
        self.ending = True
        ended = Ended(self.job, self._plan, self.attempt_id if self._begun else None, self.canceled)
        while True:
            try:
                return await end(ended)
            except StorageError as error:
                log.warning("the end of a job could not be written", job=self.job.job_id, error=str(error))
            except (NotPossible, IllegalTransition) as error:
                log.info("job moved on meanwhile", job=self.job.job_id, error=str(error))
                return None
            await asyncio.sleep(WRITE_AGAIN)

    async def before_first_byte(self) -> None:
        """Write down that the document is about to leave."""
        await self._note(sending_at=now())
        self.sending = True
        faults.point("attempt-written")

    async def created(self, device_job_id: int) -> None:
        """Write down the number by which the device knows the job."""
        self.device_job_id = device_job_id
        await self._note(device_job_id=device_job_id)
        if self.canceled:  # its owner was quicker than the device
            await self._parts.fleet.open(self.device_id).cancel(device_job_id)

    async def after_last_byte(self) -> None:
        """Write down that the device has all of it."""
        await self._note(sent_at=now())
        faults.point("last-byte")

    async def progress(self, impressions: int | None, state: str, reasons: tuple[str, ...]) -> None:
        """Write down how far the device is, and whether it stands still."""
        stopped = state == "processing-stopped"
        if stopped != self._stopped:
            self._stopped = stopped
            event = Event.STALL if stopped else Event.START
            # A job that its device suspended is still there: it is none of those that wait here to be resumed.
            reasons = tuple(reason for reason in reasons if reason != SUSPENDED and "," not in reason)
            try:
                await self._parts.database.write(
                    lambda connection: job_rows.move(connection, self.job.id, event, now(), reasons=reasons or None)
                )
            except IllegalTransition:
                log.info("job moved on meanwhile", job=self.job.job_id)
        if impressions is not None and impressions != self._impressions:
            self._impressions = impressions
            await self._went_on(impressions)

    async def _went_on(self, impressions: int) -> None:
        def write(connection: Connection) -> None:
            store.note(connection, self.attempt_id, impressions=impressions)
            job = job_rows.get(connection, self.job.id)
            tell(connection, job_rows.WentOn(replace(job, impressions_completed=impressions)))

        await self._parts.database.write(write)

    async def _note(self, **values: Any) -> None:
        await self._parts.database.write(lambda connection: store.note(connection, self.attempt_id, **values))


async def _faulted(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    first = True
    async for chunk in stream:
        yield chunk
        if first:
            faults.point("first-bytes-sent")
            first = False
