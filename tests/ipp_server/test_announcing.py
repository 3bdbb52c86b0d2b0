"""Which event a change of a job or a queue is, and that a change costs nothing while nobody subscribed."""

from dataclasses import fields, replace

import pytest

from events.subscriptions import kinds
from events.subscriptions.engine import Engine
from events.subscriptions.subscription import Owner, Target, Wish
from ipp.enums import JobState, PrinterState
from ipp_server.announcing import Announcer
from jobs.condition import Condition
from jobs.job import Job
from jobs.queue import Kind, Offer, Queue
from jobs.ticket import Ticket
from storage.database import Database

DESK = Queue("queue-1", "desk", Kind.FOLLOW_ME)
HALL = Queue("queue-2", "hall", Kind.FOLLOW_ME)
JOB = Job(**{field.name: None for field in fields(Job)} | {"job_id": 7, "queue_id": "queue-1", "ticket": Ticket()})
ALL = (*kinds.JOB_EVENTS, *kinds.PRINTER_EVENTS, *kinds.SYSTEM_EVENTS)


class Site:
    """Queues, how many of their jobs print, what their devices report, and who listens to everything."""

    def __init__(self, engine):
        self.engine, self.queues, self.printing, self.condition = engine, [DESK, HALL], 0, Condition()
        self.looks = 0
        self.announcer = Announcer(engine, self._get, lambda _: self.printing, self._look)
        self.announcer.begin(self.queues)

    def _get(self, queue_id):
        return next((queue for queue in self.queues if queue.id == queue_id), None)

    def _look(self, _queue):
        self.looks += 1
        return self.condition

    async def listen(self):
        (self.one,) = await self.engine.create([Wish(ALL)], Owner("root", "root"), Target("ipp://house/ipp/system"))
        self._seen = 0

    async def change(self, **values):
        self.queues = [replace(self.queues[0], **values), *self.queues[1:]]
        await self.announcer.queues_changed(self.queues)

    @property
    def heard(self):
        """What was told since it was last looked."""
        fresh = [notice.event for notice in self.engine.notices(self.one, self._seen + 1)]
        self._seen = self.one.sequence
        return [event.keyword for event in fresh]

    @property
    def latest(self):
        return self.engine.notices(self.one)[-1].event


@pytest.fixture
async def site(tmp_path):
    database = await Database.open(tmp_path / "rows.db")
    site = Site(Engine(database, "node"))
    await site.listen()
    yield site
    await database.close()


@pytest.mark.parametrize(
    ("before", "after", "keyword"),
    [
        (None, JobState.PENDING_HELD, kinds.JOB_CREATED),
        (JobState.PENDING_HELD, JobState.PENDING, kinds.JOB_STATE),
        (JobState.PENDING, JobState.PROCESSING, kinds.JOB_STATE),
        (JobState.PROCESSING, JobState.PROCESSING_STOPPED, kinds.JOB_STOPPED),
        (JobState.PROCESSING, JobState.COMPLETED, kinds.JOB_COMPLETED),
        (JobState.PENDING_HELD, JobState.ABORTED, kinds.JOB_COMPLETED),
        (JobState.COMPLETED, JobState.PENDING_HELD, kinds.JOB_CREATED),
    ],
)
async def test_a_jobs_move_is_an_event(site, before, after, keyword):
    site.printing = 2  # others print, so that the printer's state stays
    site.announcer.job_moved(replace(JOB, state=after), before)
    assert site.heard == [keyword]
    assert (site.latest.job_id, site.latest.queue_id, site.latest.facts.printer) == (7, "queue-1", "desk")


async def test_the_first_job_and_the_last_change_the_printers_state(site):
    site.printing = 1
    site.announcer.job_moved(replace(JOB, state=JobState.PROCESSING), JobState.PENDING)
    assert site.heard == [kinds.JOB_STATE, kinds.PRINTER_STATE]
    assert site.latest.facts.state is PrinterState.PROCESSING
    site.printing = 0
    site.announcer.job_moved(replace(JOB, state=JobState.COMPLETED), JobState.PROCESSING)
    assert site.heard == [kinds.JOB_COMPLETED, kinds.PRINTER_STATE]
    assert site.latest.facts.state is PrinterState.IDLE


async def test_a_printer_that_was_paused_stops_with_its_last_job(site):
    site.printing, site.condition = 1, Condition(printing=1)
    await site.change(paused=True)
    assert site.heard == [kinds.PRINTER_STATE]
    assert site.latest.facts.reasons == ("moving-to-paused",)
    site.printing = 0
    site.announcer.job_moved(replace(JOB, state=JobState.COMPLETED), JobState.PROCESSING)
    assert site.heard == [kinds.JOB_COMPLETED, kinds.PRINTER_STOPPED]
    assert (site.latest.facts.state, site.latest.facts.reasons) == (PrinterState.STOPPED, ("paused",))


@pytest.mark.parametrize(
    ("values", "keyword"),
    [
        ({"paused": True}, kinds.PRINTER_STOPPED),
        ({"deactivated": True}, kinds.PRINTER_STOPPED),
        ({"shut_down": True}, kinds.PRINTER_SHUTDOWN),
        ({"accepting": False}, kinds.PRINTER_STATE),
        ({"holding_new": True}, kinds.PRINTER_STATE),
        ({"info": "By the window"}, kinds.PRINTER_CONFIG),
        ({"operator_message": "Paper is on its way", "operator_message_at": 5}, kinds.PRINTER_CONFIG),
        ({"offer": Offer(media=("iso_a4_210x297mm",))}, kinds.PRINTER_MEDIA),
        ({"offer": Offer(color=False)}, kinds.PRINTER_CONFIG),
    ],
)
async def test_a_change_of_a_queue_is_an_event(site, values, keyword):
    await site.change(**values)
    assert site.heard == [keyword]
    assert site.latest.facts.queue == site.queues[0]


@pytest.mark.parametrize("values", [{}, {"changed_at": 9, "state_changed_at": 9}])
async def test_what_changes_nothing_is_none(site, values):
    await site.change(**values)
    assert site.heard == []


async def test_the_end_of_a_pause_and_of_a_shutdown(site):
    await site.change(shut_down=True, paused=True)
    await site.change(shut_down=False)
    await site.change(paused=False)
    assert site.heard == [kinds.PRINTER_SHUTDOWN, kinds.PRINTER_RESTARTED, kinds.PRINTER_STATE]


async def test_queues_come_and_go_with_their_subscriptions(site):
    (of_hall,) = await site.engine.create([Wish(ALL)], Owner("root", "root"), Target("ipp://house/x", "queue-2"))
    site.queues.pop()
    await site.announcer.queues_changed(site.queues)
    assert site.heard == [kinds.PRINTER_DELETED]
    assert not site.engine.stands(of_hall)
    await site.announcer.queues_changed([*site.queues, HALL])
    assert site.heard == [kinds.PRINTER_CREATED]


async def test_what_devices_report_is_told_when_it_changes(site):
    site.announcer.devices_changed()
    site.condition = Condition(reports=("media-empty-report",))
    site.announcer.devices_changed()
    site.announcer.devices_changed()
    # Each queue once, and the gateway.
    assert site.heard == [kinds.PRINTER_STATE, kinds.PRINTER_STATE, kinds.SYSTEM_STATE]
    assert site.latest.facts.reasons == ("media-empty-report",)


async def test_the_gateways_own_state_follows_its_queues(site):
    site.announcer.devices_changed()
    site.queues = [replace(queue, paused=True) for queue in site.queues]
    await site.announcer.queues_changed(site.queues)
    site.announcer.devices_changed()
    site.announcer.devices_changed()
    assert site.heard == [kinds.PRINTER_STOPPED, kinds.PRINTER_STOPPED, kinds.SYSTEM_STOPPED]
    assert (site.latest.facts.state, site.latest.facts.reasons) == (PrinterState.STOPPED, ("paused",))
    site.printing, site.condition = 1, Condition(printing=1)
    site.announcer.devices_changed()
    assert site.heard[-1] == kinds.SYSTEM_STATE
    assert site.latest.facts.state is PrinterState.PROCESSING


async def test_other_changes(site):
    site.announcer.job_changed(JOB)
    site.announcer.job_went_on(JOB)
    site.announcer.order_changed("queue-1")
    site.announcer.order_changed("queue-9")
    assert site.heard == [kinds.JOB_CONFIG, kinds.JOB_PROGRESS, kinds.PRINTER_ORDER]


async def test_begin_and_end_are_told(site):
    site.announcer.end()
    site.announcer.begin(site.queues)
    assert site.heard == [
        *[kinds.PRINTER_SHUTDOWN] * 2,
        kinds.SYSTEM_SHUTDOWN,
        *[kinds.PRINTER_RESTARTED] * 2,
        kinds.SYSTEM_RESTARTED,
    ]


async def test_a_job_of_a_queue_that_is_gone_is_still_told_of(site):
    site.announcer.job_moved(replace(JOB, state=JobState.COMPLETED, queue_id="queue-9"), JobState.PROCESSING)
    assert site.heard == [kinds.JOB_COMPLETED]


async def test_while_nobody_listens_nothing_is_worked_out(site):
    await site.engine.cancel(site.one.number)
    looked = site.looks
    site.announcer.job_moved(replace(JOB, state=JobState.PROCESSING), JobState.PENDING)
    site.announcer.job_changed(JOB)
    site.announcer.devices_changed()
    site.announcer.end()
    assert site.looks == looked
