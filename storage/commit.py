"""Group commit: all that came while the last flush ran is the next batch. No timer, one flush at a time."""

import asyncio
import collections
import functools
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy

from storage.errors import StorageUnavailable
from storage.sealed import Sealed

_BATCH_UNITS = 256
_BATCH_BYTES = 16 * 2**20
# Each waiting unit belongs to a waiting client: more than this, and the disk has stopped answering.
_WAITING_UNITS = 20_000


Rows = Iterable[tuple[sqlalchemy.Insert, dict[str, Any]]]
"""Rows to insert. Those of a whole batch that share a statement are inserted together."""


@dataclass(slots=True, eq=False)
class Unit:
    """One unit of work: statements to run in the writer's transaction, and the documents they speak of."""

    work: Callable[[sqlalchemy.Connection], Any]
    documents: Sequence[Sealed]
    done: asyncio.Future[Any]
    rows: Callable[[], Rows] | None = None
    sealed_bytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.sealed_bytes = sum(len(document.ciphertext) for document in self.documents)


@dataclass(slots=True)
class Outcome:
    """What became of one unit."""

    result: Any = None
    error: BaseException | None = None


class GroupCommit:
    """Gathers units into batches for `flush`, which returns one outcome per unit, in order."""

    def __init__(self, flush: Callable[[list[Unit]], Awaitable[list[Outcome]]]) -> None:
        self._flush = flush
        self._waiting: collections.deque[Unit] = collections.deque()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    async def submit(
        self,
        work: Callable[[sqlalchemy.Connection], Any],
        documents: Sequence[Sealed],
        rows: Callable[[], Rows] | None = None,
        then: Callable[[Any], None] | None = None,
    ) -> Any:
        """Return the work's result once it is durable; a caller that is cancelled does not take its unit back.

        `then` is called with the result before the caller goes on, and whether or not it is still there.
        """
        if self._closed:
            raise StorageUnavailable("The database is closed: the gateway is stopping.")
        if len(self._waiting) >= _WAITING_UNITS:
            raise StorageUnavailable("Too many writes wait for the disk: try again later, and check the disk.")
        unit = Unit(work, documents, asyncio.get_running_loop().create_future(), rows)
        if then is not None:
            unit.done.add_done_callback(functools.partial(_follow, then))
        self._waiting.append(unit)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await asyncio.shield(unit.done)

    async def close(self) -> None:
        """Take no more units, and wait for those that came."""
        self._closed = True
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch = self._next_batch()
                try:
                    outcomes = await self._flush(batch)
                except asyncio.CancelledError:  # the loop is being torn down
                    for unit in (*batch, *self._waiting):
                        unit.done.cancel()
                    raise
                except BaseException as error:  # the flush itself broke: nobody may be left waiting
                    outcomes = [Outcome(error=error) for _ in batch]
                for unit, outcome in zip(batch, outcomes, strict=True):
                    _settle(unit.done, outcome)
        finally:
            self._task = None

    def _next_batch(self) -> list[Unit]:
        batch = [self._waiting.popleft()]
        room = _BATCH_BYTES - batch[0].sealed_bytes
        while self._waiting and len(batch) < _BATCH_UNITS and self._waiting[0].sealed_bytes <= room:
            batch.append(self._waiting.popleft())
            room -= batch[-1].sealed_bytes
        return batch


def _follow(then: Callable[[Any], None], done: asyncio.Future[Any]) -> None:
    if not done.cancelled() and done.exception() is None:
        then(done.result())


def _settle(done: asyncio.Future[Any], outcome: Outcome) -> None:
    if done.done():
        return
    if outcome.error is None:
        done.set_result(outcome.result)
    elif isinstance(outcome.error, StopIteration):
        # A future cannot carry it: it would end the generators of those that wait.
        done.set_exception(RuntimeError("a unit of work raised StopIteration"))
    else:
        done.set_exception(outcome.error)
