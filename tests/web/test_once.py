"""A form is done once."""

import asyncio

import pytest

from web.once import Once


async def test_presses_at_the_same_time_share_one_result():
    once, done = Once(), []

    async def work():
        await asyncio.sleep(0)
        done.append(1)
        return len(done)

    assert await asyncio.gather(*(once.do("p", "n", work) for _ in range(5))) == [1] * 5
    assert await once.do("p", "n", work) == 1 and once.result("p", "n") == 1
    assert await once.do("q", "n", work) == 2 and once.result("q", "other") is None


async def test_a_failure_can_be_tried_again():
    once = Once()

    async def fail():
        raise ValueError

    async def work():
        return "done"

    with pytest.raises(ValueError):
        await once.do("p", "n", fail)
    assert once.result("p", "n") is None
    assert await once.do("p", "n", work) == "done"
