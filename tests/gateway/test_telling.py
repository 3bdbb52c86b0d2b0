"""Subscriptions across a restart of the gateway, and what its own end and beginning tell."""

import asyncio

import pytest

from events.subscriptions import kinds
from events.subscriptions.subscription import Owner, Target, Wish
from gateway.app import Gateway
from gateway.config import Settings
from jobs.queue import Kind, Queue
from storage.node import new_id

ALICE = Owner("alice-id", "alice")
ALL = Wish((*kinds.JOB_EVENTS, *kinds.PRINTER_EVENTS, *kinds.SYSTEM_EVENTS))


@pytest.fixture
def gateway_at(tmp_path):
    def made():
        return Gateway(Settings(tmp_path, host="127.0.0.1", port=0, mdns=False, disk_reserve=0, stop_limit=1.0))

    return made


def heard(gateway, one, least=1):
    return [notice.event.keyword for notice in gateway.subscriptions.notices(one, least)]


async def test_a_restart_is_told_and_numbered_on(gateway_at):
    first = gateway_at()
    await first.start()
    queue = await first.core.catalogue.add(Queue(new_id(), "desk", Kind.FOLLOW_ME))
    (one,) = await first.subscriptions.create([ALL], ALICE, Target("ipp://house/ipp/print/desk", queue.id))
    (over,) = await first.subscriptions.create([ALL], ALICE, Target("ipp://house/ipp/print/desk", queue.id, 4711))
    waits = asyncio.create_task(first.subscriptions.waiting.wait([one.number], "alice", 60))
    await asyncio.sleep(0)
    await first.stop()
    assert await waits is True
    assert heard(first, one) == [kinds.PRINTER_SHUTDOWN]
    again = gateway_at()
    await again.start()
    try:
        same = again.subscriptions.get(one.number)
        notices = again.subscriptions.notices(same)
        assert [(notice.event.keyword, notice.sequence) for notice in notices] == [(kinds.PRINTER_RESTARTED, 2)]
        # A job that there is not, is not followed any more.
        assert not again.subscriptions.about(over.target)
    finally:
        await again.stop()


async def test_what_happens_to_queues_reaches_who_follows_the_gateway(gateway_at):
    gateway = gateway_at()
    await gateway.start()
    try:
        (one,) = await gateway.subscriptions.create([ALL], ALICE, Target("ipp://house/ipp/system"))
        queue = await gateway.core.catalogue.add(Queue(new_id(), "desk", Kind.FOLLOW_ME))
        await gateway.core.catalogue.change("desk", paused=True)
        await gateway.core.catalogue.remove("desk")
        told = [event for event in heard(gateway, one) if not event.startswith("system-")]
        assert told == [kinds.PRINTER_CREATED, kinds.PRINTER_STOPPED, kinds.PRINTER_DELETED]
        assert kinds.SYSTEM_CONFIG in heard(gateway, one)
        assert not gateway.subscriptions.about(Target("", queue.id))
    finally:
        await gateway.stop()
