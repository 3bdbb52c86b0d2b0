"""What must be done now and then: release and expire jobs, shred, renew certificates, decide unknown outcomes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog

from accounting.errors import AccountingError
from certs.names import machine_names
from certs.server import ServerIdentity
from gateway.config import Settings
from gateway.core import Core
from gateway.discovery import told_names
from jobs import store as job_rows
from jobs.errors import JobError
from jobs.work import now
from release.errors import ReleaseError

log = structlog.get_logger(__name__)

TICK: Final = 0.5  # seconds; a queue's release-after is kept to this


@dataclass(slots=True)
class _Duty:
    """Something done every so many seconds."""

    every: float
    work: Callable[[], Awaitable[object]]
    name: str
    first: float = 0.0  # seconds until it is done for the first time


class Upkeep:
    """Does each duty in its turn; one that fails is tried again at its next."""

    def __init__(self, core: Core, identity: ServerIdentity, settings: Settings) -> None:
        self._core, self._identity, self._settings = core, identity, settings
        self._duties = [
            _Duty(TICK, self._release, "release"),
            _Duty(2.0, core.jobs.expire, "expiry"),
            _Duty(10.0, core.jobs.give_up_incoming, "incoming"),
            _Duty(60.0, self._decide_unknown, "unknown outcomes"),
            _Duty(60.0, core.home.database.truncate_wal, "shredding"),
            _Duty(300.0, core.home.spool.reclaim, "reclaiming"),
            _Duty(3600.0, self._certificate, "certificate"),
            _Duty(3600.0, core.home.spool.destroy_unused_keys, "keys"),
            _Duty(86_400.0, core.home.spool.compact, "compaction", first=3600),
        ]

    async def run(self) -> None:
        """Do the duties until cancelled, beside each other: a long one must not hold up the release of jobs."""
        async with asyncio.TaskGroup() as group:
            for duty in self._duties:
                group.create_task(_done_again_and_again(duty))

    async def _release(self) -> None:
        """Let go what its queue releases by itself; what cannot go now waits, and says why."""
        for job in await self._core.jobs.due_release():
            try:
                await self._core.desk.release(None, job.id)
            except (ReleaseError, JobError, AccountingError) as error:
                later = now() + 30_000
                again = partial(job_rows.note, uuid=job.id, release_at=later, message=str(error))
                await self._core.home.database.write(again)

    async def _decide_unknown(self) -> None:
        """Let policy decide what the device, and for a day nobody else, could tell."""
        charge = self._settings.unknown_policy == "charge"
        for job in await self._core.jobs.undecided(self._settings.unknown_after):
            try:
                await self._core.desk.settle_uncertain(None, job.id, printed=charge, by_policy=True)
            except (ReleaseError, JobError) as error:
                log.warning("unknown outcome not decided", job=job.job_id, error=str(error))

    async def _certificate(self) -> None:
        told = told_names(self._settings, self._core.home.node)
        names = await asyncio.to_thread(machine_names, (*self._settings.names, *told))
        await asyncio.to_thread(self._identity.prepare, None, names)
        # On the loop's thread: a context must not change beside a handshake.
        if self._identity.renew_if_needed(None, names):
            log.info("certificate renewed", until=self._identity.not_after.isoformat())


async def _done_again_and_again(duty: _Duty) -> None:
    await asyncio.sleep(duty.first)
    while True:
        try:
            await duty.work()
        except Exception as error:
            log.warning("a duty failed", duty=duty.name, error=str(error))
        await asyncio.sleep(duty.every)
