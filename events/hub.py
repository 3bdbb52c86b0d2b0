"""Telling the other parts of this process that something changed. Rows are the truth; this only wakes who waits."""

import asyncio
from collections import defaultdict


class Hub:
    """Named bells. A bell that rings while nobody listens is remembered once, so that no wake-up is lost."""

    def __init__(self) -> None:
        self._bells: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def ring(self, name: str) -> None:
        """Wake who waits for `name`, now or the next time they wait."""
        self._bells[name].set()

    async def wait(self, name: str, limit: float) -> bool:
        """Wait until `name` rings, at most `limit` seconds; tells whether it rang. One waiter per name."""
        bell = self._bells[name]
        try:
            async with asyncio.timeout(limit):
                await bell.wait()
        except TimeoutError:
            return False
        bell.clear()
        return True
