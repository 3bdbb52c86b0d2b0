"""Sending on: released jobs are rendered for their device, sent, followed to the last page, and settled.

Each attempt is written down before the first byte leaves. Whatever happens after that, the job ends as the device
says, or waits as "may have printed"; it is never sent again without somebody knowing.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from accounting import ledger
from accounting.errors import CreditExhausted
from devices.errors import DeviceError
from devices.fleet import DeviceUnknown, Fleet
from devices.outgoing import Outcome, Outgoing
from events.hub import Hub
from ipp.enums import JobState
from jobs import store as job_rows
from jobs.catalogue import Catalogue
from jobs.errors import NotPossible
from jobs.job import Job
from jobs.lifecycle import Event, IllegalTransition
from jobs.work import BY_USER, Jobs, active, now
from pdl.errors import PdlError
from pdl.render import render
from pdl.sandbox import Sandbox
from release import store
from release.desk import Desk
from release.errors import ReleaseError
from release.plan import Plan
from storage import faults
from storage.database import Database
from storage.errors import DocumentGone, StorageError
from storage.node import new_id
from storage.spool import Spool

log = structlog.get_logger(__name__)

LOOK_AGAIN: Final = 5.0  # seconds between looks at the rows when no bell rings
TRY_AGAIN: Final = 30  # seconds until a direct queue's job whose device was away is tried again
OWN_COUNT: Final = "own-count"
MAY_HAVE_PRINTED: Final = "It may have printed: the printer did not say how it ended. Nothing is charged yet."


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
        self._database, self._spool, self._jobs, self._catalogue = database, spool, jobs, catalogue
        self._fleet, self._desk, self._sandbox, self._hub, self._node = fleet, desk, sandbox, hub, node
        self._running: dict[str, asyncio.Task[None]] = {}  # by device
        self._at: dict[str, _Watch] = {}  # by job
        self._canceled: set[str] = set()
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
        tasks = list(self._running.values())
        if tasks:
            await asyncio.wait(tasks, timeout=limit)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def cancel(self, uuid: str) -> None:
        """Ask the device to give up a job that is being printed. Raises NotPossible."""
        job = await self._jobs.get(uuid)
        watch = self._at.get(uuid)
        if not active(job) or watch is None:
            raise NotPossible("It is not being printed.")
        self._canceled.add(uuid)
        if watch.device_job_id is not None:
            try:
                await self._fleet.open(watch.device_id).cancel(watch.device_job_id)
            except DeviceError as error:
                raise NotPossible(f"The printer does not stop: {error}") from None
        elif not watch.sending:
            self._running[watch.device_id].cancel()

    async def _look(self) -> None:
        if self._stopping:
            return
        pending = await self._jobs.selected(states=(JobState.PENDING,), limit=500)
        for job in pending:
            if job.counted_at is None:
                continue
            device_id = job.device_id or self._default(job)
            if device_id is None:
                await self._back(job, "No printer is set for this queue. Choose one.")
            elif device_id not in self._running:
                self._start(device_id, self._print(job, device_id))

    def _default(self, job: Job) -> str | None:
        queue = self._catalogue.get(job.queue_id)
        return queue.target(self._fleet.known()) if queue else None

    def _start(self, device_id: str, work: Any) -> None:
        task = asyncio.create_task(work)
        self._running[device_id] = task

        def done(_: asyncio.Task[None]) -> None:
            self._running.pop(device_id, None)
            self._hub.ring("jobs")

        task.add_done_callback(done)

    async def _print(self, job: Job, device_id: str) -> None:
        try:
            await self._attempt(job, device_id)
        except asyncio.CancelledError:
            if job.id not in self._canceled:
                raise
            await self._given_up(job)
        except (DocumentGone, NotPossible, IllegalTransition) as error:
            log.warning("job not printed", job=job.job_id, error=str(error))
            await self._aborted(job, "aborted-by-system", "The document is gone. Print it again.")
        except (ReleaseError, DeviceUnknown, StorageError, CreditExhausted) as error:
            await self._back(job, str(error))
        except Exception:
            # An edge that must go on: one job's fault must not stop the others, and the job must not be sent again.
            log.exception("printing failed", job=job.job_id)
            await self._lost(job)
        finally:
            self._canceled.discard(job.id)
            self._at.pop(job.id, None)

    async def _attempt(self, job: Job, device_id: str) -> None:
        if job.document_id is None:
            raise DocumentGone("The document is gone.")
        made = await self._desk.authorise(job)
        watch = _Watch(self, job, device_id)
        self._at[job.id] = watch

        def begin(connection: Connection) -> None:
            job_rows.move(connection, job.id, Event.START, now(), reasons=("job-transforming",), device_id=device_id)
            store.begin(
                connection,
                {
                    "node": self._node,
                    "id": watch.attempt_id,
                    "job_id": job.id,
                    "device_id": device_id,
                    "began_at": now(),
                },
            )

        await self._database.write(begin)
        reader = await self._spool.open(job.document_id)
        try:
            outcome = await self._send(job, made, reader, watch)
        finally:
            reader.close()
        if outcome is not None:
            await self._finish(job, made, watch, outcome)

    async def _send(self, job: Job, made: Plan, reader: Any, watch: "_Watch") -> Outcome | None:
        device = self._fleet.open(watch.device_id)
        if made.target is None:
            return await device.print_job(self._outgoing(job, made, reader, job.document_format), watch)
        scratch = self._spool.scratch()
        try:
            try:
                await render(
                    reader,
                    job.document_format,
                    made.target,
                    self._sandbox,
                    scratch.write,
                    scratch=self._spool.scratch,
                )
                await scratch.finish()
            except PdlError as error:
                if made.fallback:
                    log.warning("rendering failed, passed on as it is", job=job.job_id, error=str(error))
                    return await device.print_job(self._outgoing(job, made, reader, job.document_format), watch)
                await self._aborted(job, "document-unprintable-error", f"It could not be prepared: {error}")
                return None
            return await device.print_job(self._outgoing(job, made, scratch, made.format), watch)
        finally:
            scratch.close()

    def _outgoing(self, job: Job, made: Plan, content: Any, document_format: str) -> Outgoing:
        def stream() -> AsyncIterator[bytes]:
            faults.point("sending")
            return _faulted(content.stream())

        return Outgoing(
            format=document_format,
            size=content.size,
            open=stream,
            job_name=job.title,
            user_name=job.user_name,
            attributes=made.attributes,
            impressions=made.extent.impressions or None,
            copies=made.copies_by_device,
            sides=made.sides,
            color=made.color,
        )

    async def _finish(self, job: Job, made: Plan, watch: "_Watch", outcome: Outcome) -> None:
        faults.point("before-settling")
        log.info(
            "printed" if outcome.kind == "completed" else "attempt ended",
            job=job.job_id,
            outcome=outcome.kind,
            impressions=outcome.impressions,
            source=outcome.source,
        )
        if outcome.kind == "completed":
            await self._completed(job, made, watch, outcome)
        elif outcome.kind in ("canceled", "aborted") and outcome.impressions:
            await self._stopped(job, made, watch, outcome, outcome.impressions)
        elif outcome.kind == "canceled":
            await self._stopped(job, made, watch, outcome, 0)
        elif outcome.kind == "unknown":
            await self._lost(job, watch, outcome)
        elif job.id in self._canceled:
            await self._given_up(job, watch)
        else:  # not sent, or refused before anything was printed
            await self._back(job, outcome.message or "The printer refused it.", watch, outcome)

    async def _completed(self, job: Job, made: Plan, watch: "_Watch", outcome: Outcome) -> None:
        expected = made.extent.impressions
        # A device that completes a job and counted nothing does not count: our own figure stands, the ledger says so.
        counted = outcome.impressions or None
        printed = counted if counted is not None else expected
        basis = outcome.source if counted is not None and outcome.source != "none" else OWN_COUNT

        def settle(connection: Connection, ended: Job) -> None:
            ledger.settle(connection, self._node, ended.id, ended.person_id, made.extent, printed, basis)
            store.note(connection, watch.attempt_id, **_ended(outcome))

        sheets = outcome.sheets or made.extent.first(printed).sheets
        await self._jobs.conclude(
            job.id, Event.COMPLETE, settle=settle, impressions_completed=printed, sheets_completed=sheets
        )

    async def _stopped(self, job: Job, made: Plan, watch: "_Watch", outcome: Outcome, printed: int) -> None:
        by_user = job.id in self._canceled
        event = Event.CANCEL if outcome.kind == "canceled" or by_user else Event.ABORT
        reasons = (
            BY_USER if by_user else ("job-canceled-at-device",) if event is Event.CANCEL else ("aborted-by-system",)
        )

        def settle(connection: Connection, ended: Job) -> None:
            ledger.settle(connection, self._node, ended.id, ended.person_id, made.extent, printed, outcome.source)
            store.note(connection, watch.attempt_id, **_ended(outcome))

        await self._jobs.conclude(
            job.id,
            event,
            reasons=reasons,
            message=outcome.message,
            settle=settle,
            impressions_completed=printed,
            sheets_completed=made.extent.first(printed).sheets,
        )

    async def _lost(self, job: Job, watch: "_Watch | None" = None, outcome: Outcome | None = None) -> None:
        """Hold a job of unknown outcome; what was set aside for it stays set aside."""
        attempt = watch or self._at.get(job.id)
        message = f"{MAY_HAVE_PRINTED} {outcome.message}".strip() if outcome else MAY_HAVE_PRINTED
        if attempt is not None and not attempt.sending:
            await self._back(job, "It could not be sent. Choose a printer again.", attempt)
            return

        def write(connection: Connection) -> None:
            job_rows.move(connection, job.id, Event.LOSE, now(), message=message, uncertain=True, release_at=None)
            if attempt is not None:
                store.note(connection, attempt.attempt_id, **_ended(outcome or Outcome(kind="unknown")))

        await self._database.write(write)

    async def _back(
        self, job: Job, message: str, watch: "_Watch | None" = None, outcome: Outcome | None = None
    ) -> None:
        """Hold a job of which nothing was printed; a direct queue's tries again by itself."""
        queue = self._catalogue.get(job.queue_id)
        again = queue is not None and not queue.holds and not self._stopping

        def write(connection: Connection) -> None:
            ledger.give_back(connection, job.id)
            at = now() + TRY_AGAIN * 1000 if again else None
            job_rows.move(connection, job.id, Event.HOLD, now(), message=message, release_at=at)
            if watch is not None:
                store.note(connection, watch.attempt_id, **_ended(outcome or Outcome(kind="not-sent")))

        try:
            await self._database.write(write)
        except IllegalTransition:
            log.info("job moved on meanwhile", job=job.job_id)

    async def _given_up(self, job: Job, watch: "_Watch | None" = None) -> None:
        """Its owner gave it up before anything was sent."""
        attempt = watch or self._at.get(job.id)

        def settle(connection: Connection, _: Job) -> None:
            ledger.give_back(connection, job.id)
            if attempt is not None:
                store.note(connection, attempt.attempt_id, **_ended(Outcome(kind="not-sent")))

        await self._jobs.conclude(job.id, Event.CANCEL, settle=settle)

    async def _aborted(self, job: Job, reason: str, message: str) -> None:
        try:
            await self._jobs.conclude(
                job.id,
                Event.ABORT,
                reasons=(reason, "aborted-by-system"),
                message=message,
                settle=lambda connection, ended: ledger.give_back(connection, ended.id),
            )
        except NotPossible:
            log.info("job ended meanwhile", job=job.job_id)

    async def _recover(self) -> None:
        """Decide what became of the jobs that were being printed when the gateway ended."""
        jobs = await self._jobs.selected(states=(JobState.PROCESSING, JobState.PROCESSING_STOPPED), limit=10_000)
        for job in jobs:
            attempt = await self._database.read(partial(store.latest, job_id=job.id))
            if attempt is None or attempt.sending_at is None:
                await self._database.write(partial(_again, job=job))
                continue
            watch = _Watch(self, job, attempt.device_id, attempt)
            self._at[job.id] = watch
            if attempt.device_job_id is None or attempt.sent_at is None or attempt.device_id not in self._fleet.known():
                # A device that took half a document may print that half and call it complete: not to be believed.
                await self._lost(job, watch)
            else:
                self._start(attempt.device_id, self._resume(job, watch, attempt.device_job_id))

    async def _resume(self, job: Job, watch: "_Watch", device_job_id: int) -> None:
        try:
            made = await self._desk.authorise(job)
            outcome = await self._fleet.open(watch.device_id).resume(device_job_id, watch)
            await self._finish(job, made, watch, outcome)
        except (ReleaseError, StorageError, DeviceUnknown, CreditExhausted, NotPossible) as error:
            log.warning("outcome unknown after restart", job=job.job_id, error=str(error))
            await self._lost(job, watch)
        finally:
            self._at.pop(job.id, None)

    async def note_attempt(self, attempt_id: str, **values: Any) -> None:
        """Write down how far an attempt has come."""
        await self._database.write(lambda connection: store.note(connection, attempt_id, **values))

    async def note_state(self, job: Job, event: Event, reasons: tuple[str, ...]) -> None:
        """Write down that the device goes on or stopped."""
        try:
            await self._database.write(
                lambda connection: job_rows.move(connection, job.id, event, now(), reasons=reasons or None)
            )
        except IllegalTransition:
            return


class _Watch:
    """Writes down what the device's client tells about one attempt."""

    def __init__(self, forward: Forward, job: Job, device_id: str, attempt: store.Attempt | None = None) -> None:
        self._forward, self._job, self.device_id = forward, job, device_id
        self.attempt_id = attempt.id if attempt else new_id()
        self.device_job_id = attempt.device_job_id if attempt else None
        self.sending = attempt is not None
        self._stopped = False
        self._impressions: int | None = None

    async def before_first_byte(self) -> None:
        await self._forward.note_attempt(self.attempt_id, sending_at=now())
        self.sending = True
        faults.point("attempt-written")

    async def created(self, device_job_id: int) -> None:
        self.device_job_id = device_job_id
        await self._forward.note_attempt(self.attempt_id, device_job_id=device_job_id)

    async def after_last_byte(self) -> None:
        await self._forward.note_attempt(self.attempt_id, sent_at=now())
        faults.point("last-byte")

    async def progress(self, impressions: int | None, state: str, reasons: tuple[str, ...]) -> None:
        stopped = state == "processing-stopped"
        if stopped != self._stopped:
            self._stopped = stopped
            await self._forward.note_state(self._job, Event.STALL if stopped else Event.START, reasons)
        if impressions is not None and impressions != self._impressions:
            self._impressions = impressions
            await self._forward.note_attempt(self.attempt_id, impressions=impressions)


async def _faulted(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    first = True
    async for chunk in stream:
        yield chunk
        if first:
            faults.point("first-bytes-sent")
            first = False


def _ended(outcome: Outcome) -> dict[str, Any]:
    return {
        "ended_at": now(),
        "outcome": outcome.kind,
        "impressions": outcome.impressions,
        "source": outcome.source,
        "message": outcome.message[:500],
    }


def _again(connection: Connection, job: Job) -> None:
    """Nothing of it was sent: it waits for its device as before, its price still set aside."""
    job_rows.move(connection, job.id, Event.HOLD, now())
    job_rows.move(connection, job.id, Event.RELEASE, now())
