"""Bells: no wake-up is lost, and nobody waits longer than they said."""

import asyncio

from events.hub import Hub


async def test_a_bell_wakes_who_waits():
    hub = Hub()
    task = asyncio.create_task(hub.wait("jobs", 5))
    await asyncio.sleep(0)
    hub.ring("other")
    await asyncio.sleep(0)
    assert not task.done()
    hub.ring("jobs")
    assert await task is True


async def test_a_bell_that_rang_before_is_remembered_once():
    hub = Hub()
    hub.ring("jobs")
    hub.ring("jobs")
    assert await hub.wait("jobs", 5) is True
    assert await hub.wait("jobs", 0.01) is False


async def test_nobody_waits_for_ever():
    assert await Hub().wait("jobs", 0) is False


async def test_a_waiter_that_is_cancelled_leaves_the_bell():
    hub = Hub()
    task = asyncio.create_task(hub.wait("jobs", 5))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    hub.ring("jobs")
    assert await hub.wait("jobs", 0.1) is True
