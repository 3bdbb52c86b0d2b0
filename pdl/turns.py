"""Whose turn it is: a few at a time, people one after the other, work that somebody waits for first."""

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import AsyncIterator

# While others wait, urgent work may go first so often before one of them has its turn.
URGENT_IN_A_ROW = 3

_Waiting = OrderedDict[str, deque[asyncio.Future[None]]]


class Turns:
    """Slots handed out fairly: whoever has many waiting delays another person's by one turn at most."""

    def __init__(self, slots: int) -> None:
        self._free = slots
        self._waiting: dict[bool, _Waiting] = {True: OrderedDict(), False: OrderedDict()}
        self._urgent_in_a_row = 0

    @contextlib.asynccontextmanager
    async def turn(self, whose: str, *, urgent: bool = False) -> AsyncIterator[None]:
        """Wait for a slot as `whose`, and hold it."""
        await self._take(whose, urgent)
        try:
            yield
        finally:
            self._give_back()

    async def _take(self, whose: str, urgent: bool) -> None:
        if self._free:
            self._free -= 1
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[urgent].setdefault(whose, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._give_back()  # it was given in the same moment: somebody else may have it
            raise

    def _give_back(self) -> None:
        while (waiting := self._next_class()) is not None:
            following = self._next_of(waiting)
            if not following.done():  # else who waited has given up
                following.set_result(None)
                return
        self._free += 1

    def _next_class(self) -> _Waiting | None:
        urgent, ordinary = self._waiting[True], self._waiting[False]
        if urgent and (not ordinary or self._urgent_in_a_row < URGENT_IN_A_ROW):
            self._urgent_in_a_row += 1
            return urgent
        self._urgent_in_a_row = 0
        return ordinary or None

    @staticmethod
    def _next_of(waiting: _Waiting) -> asyncio.Future[None]:
        whose, queue = next(iter(waiting.items()))
        following = queue.popleft()
        if queue:
            waiting.move_to_end(whose)
        else:
            del waiting[whose]
        return following
