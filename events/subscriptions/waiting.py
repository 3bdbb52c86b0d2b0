"""Requests that wait for events (RFC 3996 section 5, Event Wait Mode): bounded in number and in time."""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from typing import Final

from events.subscriptions.errors import TooManyWaiting

MOST: Final = 1000
MOST_OF_ONE: Final = 20
_LOOK: Final = 1.0  # seconds between two looks whether who waits is still there


class Waiting:
    """Who waits for which subscriptions."""

    def __init__(self, most: int = MOST, of_one: int = MOST_OF_ONE) -> None:
        self._most, self._of_one = most, of_one
        self._bells: defaultdict[int, set[asyncio.Event]] = defaultdict(set)
        self._of: Counter[str] = Counter()
        self._closed = False

    def ring(self, number: int) -> None:
        """Wake all that wait for a subscription."""
        for bell in self._bells.get(number, ()):
            bell.set()

    def close(self) -> None:
        """Wake all, and let nobody wait any more."""
        self._closed = True
        for bells in self._bells.values():
            for bell in bells:
                bell.set()

    async def wait(
        self, numbers: Collection[int], who: str, seconds: float, gone: Callable[[], bool] = lambda: False
    ) -> bool:
        """Wait until one of the subscriptions rings; tells whether one did, within `seconds` and before `gone`.

        Raises TooManyWaiting when `who`, or everybody together, has too many requests waiting, and after the end.
        """
        if self._closed:
            raise TooManyWaiting("The gateway is being stopped. Ask again later.")
        if self._of.total() >= self._most or self._of[who] >= self._of_one:
            raise TooManyWaiting("Too many requests wait for events. Ask again later.")
        bell = asyncio.Event()
        self._of[who] += 1
        for number in numbers:
            self._bells[number].add(bell)
        try:
            return await _rung(bell, seconds, gone)
        finally:
            self._leave(bell, numbers, who)

    def _leave(self, bell: asyncio.Event, numbers: Collection[int], who: str) -> None:
        for number in numbers:
            self._bells[number].discard(bell)
            if not self._bells[number]:
                del self._bells[number]
        self._of[who] -= 1
        if not self._of[who]:
            del self._of[who]


async def _rung(bell: asyncio.Event, seconds: float, gone: Callable[[], bool]) -> bool:
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    while not bell.is_set() and not gone() and (left := until - clock()) > 0:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(left, _LOOK)):
                await bell.wait()
    return bell.is_set()
