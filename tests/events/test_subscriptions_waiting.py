"""Requests that wait for events: woken, given up, bounded."""

import asyncio

import pytest

from events.subscriptions.errors import TooManyWaiting
from events.subscriptions.waiting import Waiting


async def test_nobody_waits_for_ever():
    assert await Waiting().wait([1], "alice", 0.01) is False


async def test_who_has_left_is_not_waited_for():
    assert await Waiting().wait([1], "alice", 3600, lambda: True) is False


async def test_who_leaves_meanwhile_is_noticed():
    left = []
    waits = asyncio.create_task(Waiting().wait([1], "alice", 3600, lambda: bool(left)))
    await asyncio.sleep(0)
    left.append(True)
    assert await waits is False


async def test_any_of_the_numbers_wakes():
    waiting = Waiting()
    waits = asyncio.create_task(waiting.wait([1, 2, 2], "alice", 30))
    await asyncio.sleep(0)
    waiting.ring(3)
    waiting.ring(2)
    assert await waits is True


async def test_one_person_cannot_take_all_places():
    waiting = Waiting(most=5, of_one=2)
    waits = [asyncio.create_task(waiting.wait([1], "alice", 30)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyWaiting):
        await waiting.wait([1], "alice", 30)
    waits.append(asyncio.create_task(waiting.wait([2], "bob", 30)))
    await asyncio.sleep(0)
    waiting.close()
    assert await asyncio.gather(*waits) == [True, True, True]
    with pytest.raises(TooManyWaiting):
        await waiting.wait([3], "dave", 30)


async def test_there_is_an_end_to_all_places_and_they_are_given_back():
    waiting = Waiting(most=3, of_one=3)
    waits = [asyncio.create_task(waiting.wait([1], f"person {number}", 30)) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyWaiting):
        await waiting.wait([1], "another", 30)
    for task in waits:
        task.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
    assert await waiting.wait([1], "another", 0.01) is False
