"""Doing what a form asks once, however often its button is pressed: later presses get the first one's answer."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final

_KEPT: Final = 1000  # results, the newest


class Once:
    """Results of one-time forms, by person and by the form's own number."""

    def __init__(self) -> None:
        self._done: OrderedDict[tuple[str, str], asyncio.Future[Any]] = OrderedDict()

    async def do(self, person_id: str, number: str, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do the work of this form, or wait for and return what it came to. Raises what the work does."""
        known = self._done.get((person_id, number))
        if known is not None:
            return await asyncio.shield(known)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._done[person_id, number] = future
        while len(self._done) > _KEPT:
            self._done.popitem(last=False)
        try:
            result = await work()
        except BaseException as error:
            # Nothing was kept of it: pressing again is a new try. Who waited for it hears the same.
            self._done.pop((person_id, number), None)
            if isinstance(error, asyncio.CancelledError):
                future.cancel()
            else:
                future.set_exception(error)
                future.exception()  # heard here, in case that nobody waits
            raise
        future.set_result(result)
        return result

    def result(self, person_id: str, number: str) -> Any | None:
        """What a form came to; None when that is not known (any more)."""
        known = self._done.get((person_id, number))
        with contextlib.suppress(asyncio.CancelledError, asyncio.InvalidStateError):
            return known.result() if known else None
        return None
