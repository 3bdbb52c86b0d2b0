"""Turns: nobody's many documents keep another's single one waiting."""

import asyncio

import pytest

from pdl.turns import URGENT_IN_A_ROW, Turns


async def served(turns, wishes):
    """Let everybody wait behind one holder, then say in which order they were served."""
    order = []

    async def work(whose, urgent):
        async with turns.turn(whose, urgent=urgent):
            order.append(whose)

    async with turns.turn("holder"):
        tasks = [asyncio.create_task(work(whose, urgent)) for whose, urgent in wishes]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    return order


async def test_people_take_turns():
    order = await served(Turns(1), [("amy", False)] * 5 + [("bob", False)] * 2)
    assert order == ["amy", "bob", "amy", "bob", "amy", "amy", "amy"]


async def test_urgent_work_goes_first_and_does_not_starve_the_rest():
    order = await served(Turns(1), [("amy", False)] * 2 + [("zoe", True)] * 8)
    assert order[:URGENT_IN_A_ROW] == ["zoe"] * URGENT_IN_A_ROW
    assert order.index("amy") == URGENT_IN_A_ROW
    assert sorted(order) == ["amy"] * 2 + ["zoe"] * 8


async def test_as_many_at_once_as_there_are_slots():
    turns, now, most = Turns(3), 0, 0

    async def work(number):
        nonlocal now, most
        async with turns.turn(str(number % 4)):
            now += 1
            most = max(most, now)
            await asyncio.sleep(0)
            now -= 1

    await asyncio.gather(*(work(number) for number in range(50)))
    assert most == 3


@pytest.mark.parametrize("granted", [False, True])
async def test_who_gives_up_leaves_the_slot_to_others(granted):
    turns = Turns(1)
    entered = asyncio.Event()

    async def enter(whose):
        async with turns.turn(whose):
            entered.set()

    async with turns.turn("holder"):
        leaver = asyncio.create_task(enter("amy"))
        stayer = asyncio.create_task(enter("bob"))
        await asyncio.sleep(0)
        if not granted:
            leaver.cancel()
    if granted:
        leaver.cancel()  # the slot is already given, and not yet taken
    await stayer
    assert entered.is_set()
    async with asyncio.timeout(1):
        await enter("carl")
