"""Telling subscribers what happens: the engine of subscriptions, fed by the changes of jobs, queues and devices."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection

from events.subscriptions import kinds
from events.subscriptions.engine import Engine
from events.subscriptions.waiting import MOST, Waiting
from gateway.core import Core
from ipp_server.announcing import Announcer
from jobs import store as job_rows
from jobs.condition import Condition
from jobs.queue import Queue

_TICK: Final = 2.0  # seconds
_PAGE: Final = 500  # jobs looked up at once


class Telling:
    """The engine and what feeds it."""

    def __init__(self, core: Core, look: Callable[[Queue], Condition]) -> None:
        self._core = core
        # Who waits holds a connection: most of them are for those who print.
        waiting = Waiting(most=max(1, min(MOST, core.settings.connections // 4)))
        self.engine = Engine(core.home.database, core.home.node, waiting=waiting)
        self.announcer = Announcer(self.engine, core.catalogue.get, core.jobs.printing, look)

    async def begin(self) -> None:
        """Read the subscriptions, tell that the queues were started, and listen from now on. Raises StorageError."""
        await self.engine.load(self._ended)
        self._core.jobs.moved.append(self.announcer.job_moved)
        self._core.home.database.told.append(self._told)
        self._core.system.changed.append(partial(self.announcer.of_system, kinds.SYSTEM_CONFIG))
        self._core.shelf.told.append(self.announcer.of_resource)
        self._core.catalogue.changed.append(self._queues_changed)
        self.announcer.begin(self._core.catalogue.listed())

    def end(self) -> None:
        """Tell that the queues go out of service, and answer who waits."""
        self.announcer.end()
        self.engine.waiting.close()

    async def run(self) -> None:
        """End leases, and tell what devices report, until cancelled."""
        while True:
            await self.engine.tend()
            self.announcer.devices_changed()
            await asyncio.sleep(_TICK)

    def _told(self, news: object) -> None:
        """Follow a commit: what changed of jobs beside their states."""
        if isinstance(news, job_rows.Revised):
            self.announcer.job_changed(news.job)
        elif isinstance(news, job_rows.WentOn):
            self.announcer.job_went_on(news.job)
        elif isinstance(news, job_rows.Reordered):
            self.announcer.order_changed(news.queue_id)

    async def _queues_changed(self) -> None:
        await self.announcer.queues_changed(self._core.catalogue.listed())

    async def _ended(self, numbers: Sequence[int]) -> Collection[int]:
        """Which of these jobs have ended, or are gone."""
        ended: list[int] = []
        for first in range(0, len(numbers), _PAGE):
            page = numbers[first : first + _PAGE]

            def look(connection: Connection, page: Sequence[int] = page) -> list[int]:
                jobs = ((number, job_rows.find(connection, job_id=number)) for number in page)
                return [number for number, job in jobs if job is None or job.final]

            ended += await self._core.home.database.read(look)
        return ended
