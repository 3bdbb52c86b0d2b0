"""What happens to jobs and queues, told to who subscribed: which event a change is (RFC 3995 section 5.3.3.4).

Called after the commit of each change, in the event loop. While nobody subscribed, a change costs one look.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from events.subscriptions import kinds
from events.subscriptions.engine import Engine
from events.subscriptions.notices import Event
from ipp.enums import JobState, PrinterState
from ipp_server import printer_status
from ipp_server.happenings import JobFacts, PrinterFacts, ResourceFacts, SystemFacts, key_of
from ipp_server.printer_status import Live
from jobs.condition import Condition
from jobs.job import Job
from jobs.lifecycle import FINAL
from jobs.queue import Queue
from jobs.resources.resource import Resource
from jobs.work import ACTIVE

_CLOCKS: Final = frozenset({"changed_at", "state_changed_at", "operator_message_at"})
_CONDITION: Final = frozenset({"accepting", "paused", "holding_new", "deactivated", "shut_down"})
"""Settings whose change is one of the printer's state, not of its configuration."""


class Standing(NamedTuple):
    """How a queue stands: printer-state, printer-state-reasons and printer-is-accepting-jobs."""

    state: PrinterState
    reasons: tuple[str, ...]
    accepting: bool


def standing(queue: Queue, condition: Condition) -> Standing:
    """How a queue stands, with its devices in that condition."""
    live = Live(0, 0.0, condition)
    accepting = queue.accepting and not queue.out_of_service
    return Standing(printer_status.state(queue, live), printer_status.reasons(queue, live) or ("none",), accepting)


class Announcer:
    """Tells the engine of subscriptions what happens."""

    def __init__(
        self,
        engine: Engine,
        queue_of: Callable[[str], Queue | None],
        printing: Callable[[str], int],
        look: Callable[[Queue], Condition],
    ) -> None:
        """`printing` counts the jobs of a queue that devices work on; `look` says how those devices are."""
        self._engine, self._queue_of, self._printing, self._look = engine, queue_of, printing, look
        self._known: dict[str, Queue] = {}
        self._stood: dict[str, Standing] = {}
        """How each queue stood when it was last told of, or looked at."""
        self._system: SystemFacts | None = None
        """The state of the whole gateway when it was last looked at."""

    def begin(self, queues: Iterable[Queue]) -> None:
        """Tell that all queues were started, with the gateway."""
        self._known = {queue.id: queue for queue in queues}
        for queue in self._known.values():
            self._of_printer(kinds.PRINTER_RESTARTED, queue)
        self.of_system(kinds.SYSTEM_RESTARTED)

    def end(self) -> None:
        """Tell that all queues go out of service, with the gateway."""
        for queue in self._known.values():
            self._of_printer(kinds.PRINTER_SHUTDOWN, queue)
        self.of_system(kinds.SYSTEM_SHUTDOWN)

    def job_moved(self, job: Job, before: JobState | None) -> None:
        """A job came (None), or changed its state, to what `job` is now."""
        if self._engine.idle:
            return
        job = _told_of(job)
        self._of_job(_moved(job.state, before), job)
        queue = self._queue_of(job.queue_id)
        if queue is not None:
            now = self._printing(queue.id)
            was = now - (job.state in ACTIVE) + (before in ACTIVE)
            if (now > 0) != (was > 0):
                stopped = queue.stopped and not now
                self._of_printer(kinds.PRINTER_STOPPED if stopped else kinds.PRINTER_STATE, queue, job)

    def job_changed(self, job: Job) -> None:
        """What was asked for with a job, or is said about it, was changed by somebody."""
        if not self._engine.idle:
            self._of_job(kinds.JOB_CONFIG, _told_of(job))

    def job_went_on(self, job: Job) -> None:
        """More of a job was printed."""
        if not self._engine.idle:
            self._of_job(kinds.JOB_PROGRESS, _told_of(job))

    def order_changed(self, queue_id: str) -> None:
        """The jobs of a queue are to be printed in another order."""
        queue = self._queue_of(queue_id)
        if queue is not None and not self._engine.idle:
            self._of_printer(kinds.PRINTER_ORDER, queue)

    def devices_changed(self) -> None:
        """Devices may have changed, or time has passed: tell what of that changed how queues stand."""
        if self._engine.idle:
            self._stood.clear()
            self._system = None
            return
        for queue in self._known.values():
            now = standing(queue, self._look(queue))
            if self._stood.setdefault(queue.id, now) != now:
                self._of_printer(kinds.PRINTER_STATE, queue)
        before, self._system = self._system, _altogether(self._stood.values())
        if before is not None and before != self._system:
            stopped = self._system.state is PrinterState.STOPPED and before.state is not PrinterState.STOPPED
            self.of_system(kinds.SYSTEM_STOPPED if stopped else kinds.SYSTEM_STATE)

    async def queues_changed(self, queues: Iterable[Queue]) -> None:
        """Queues came, went, or changed; `queues` are those there are now."""
        before, self._known = self._known, {queue.id: queue for queue in queues}
        for queue in self._known.values():
            old = before.get(queue.id)
            if old is None:
                self._of_printer(kinds.PRINTER_CREATED, queue)
            elif old is not queue and not self._engine.idle:
                self._changed(old, queue)
        for gone in before.values():
            if gone.id not in self._known:
                self._of_printer(kinds.PRINTER_DELETED, gone)
                self._stood.pop(gone.id, None)
                await self._engine.forget_queue(gone.id)

    def of_system(self, keyword: str) -> None:
        """Tell of an event of the whole gateway."""
        if not self._engine.idle:
            self._engine.publish(Event(keyword, _now(), facts=self._system or _altogether(self._stood.values())))

    def of_resource(self, keyword: str, resource: Resource) -> None:
        """Tell of an event of a resource of the System."""
        if not self._engine.idle:
            self._engine.publish(Event(keyword, _now(), key_of(resource.number), facts=ResourceFacts(resource)))

    def _changed(self, old: Queue, queue: Queue) -> None:
        """Tell what of a queue's settings changed; each kind of change is an event."""
        condition = self._look(queue)
        stands, stood = standing(queue, condition), standing(old, condition)
        if stands != stood:
            keyword = kinds.PRINTER_STATE
            if queue.shut_down != old.shut_down:
                keyword = kinds.PRINTER_SHUTDOWN if queue.shut_down else kinds.PRINTER_RESTARTED
            elif stands.state is PrinterState.STOPPED and stood.state is not PrinterState.STOPPED:
                keyword = kinds.PRINTER_STOPPED
            self._of_printer(keyword, queue)
        if old.offer.media != queue.offer.media:
            self._of_printer(kinds.PRINTER_MEDIA, queue)
        elif any(getattr(old, name) != getattr(queue, name) for name in _CONFIGURATION):
            self._of_printer(kinds.PRINTER_CONFIG, queue)

    def _of_job(self, keyword: str, job: Job) -> None:
        queue = self._queue_of(job.queue_id)
        facts = JobFacts(job, queue.name if queue else "")
        self._engine.publish(Event(keyword, _now(), job.queue_id, job.job_id, facts))

    def _of_printer(self, keyword: str, queue: Queue, job: Job | None = None) -> None:
        if not self._engine.idle:
            condition = replace(self._look(queue), printing=self._printing(queue.id))
            stands = self._stood[queue.id] = standing(queue, condition)
            facts = PrinterFacts(queue, stands.state, stands.reasons, stands.accepting, job)
            self._engine.publish(Event(keyword, _now(), queue.id, facts=facts))


_CONFIGURATION: Final = frozenset(Queue.__dataclass_fields__) - _CLOCKS - _CONDITION


def _told_of(job: Job) -> Job:
    """A job as it is kept with a notice: what was counted page by page is told to nobody, and would be much."""
    return replace(job, report=None)


def _altogether(stands: Iterable[Standing]) -> SystemFacts:
    """system-state and its reasons: busy if one queue is, stopped if all are (PWG 5100.22)."""
    known = list(stands)
    states = {one.state for one in known}
    reasons = sorted({reason for one in known for reason in one.reasons} - {"none"})
    if PrinterState.PROCESSING in states:
        state = PrinterState.PROCESSING
    else:
        state = PrinterState.STOPPED if states == {PrinterState.STOPPED} else PrinterState.IDLE
    return SystemFacts(state, tuple(reasons) or ("none",))


def _moved(state: JobState, before: JobState | None) -> str:
    """Which event it is that a job, which was in a state (None: was not), is in another now."""
    if before is None or (before in FINAL and state not in FINAL):
        return kinds.JOB_CREATED
    if state in FINAL:
        return kinds.JOB_COMPLETED
    return kinds.JOB_STOPPED if state is JobState.PROCESSING_STOPPED else kinds.JOB_STATE


def _now() -> int:
    return int(time.time() * 1000)
