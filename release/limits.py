"""Jobs that print longer than their owner wants are cancelled (job-cancel-after, PWG 5100.7 section 5.1)."""

import asyncio
import contextlib
from typing import Final

from jobs.catalogue import Catalogue
from jobs.errors import NotPossible
from jobs.job import Job
from jobs.work import ACTIVE, Jobs, now
from release.forward import Forward

_AGAIN: Final = 2.0  # seconds between looks
_MOST: Final = 100  # jobs of a queue that are looked at


class Limits:
    """Looks at the jobs that are being printed."""

    def __init__(self, jobs: Jobs, catalogue: Catalogue, forward: Forward) -> None:
        self._jobs, self._catalogue, self._forward = jobs, catalogue, forward

    async def run(self, interval: float = _AGAIN) -> None:
        """Look every `interval` seconds until cancelled."""
        while True:
            for queue in self._catalogue.listed():
                if self._jobs.printing(queue.id):
                    await self._look(queue.id)
            await asyncio.sleep(interval)

    async def _look(self, queue_id: str) -> None:
        for job in await self._jobs.selected(queue_id=queue_id, states=tuple(ACTIVE), limit=_MOST):
            if overdue(job, now()):
                # A device that does not stop ends it by itself; it is asked again meanwhile.
                with contextlib.suppress(NotPossible):
                    await self._forward.cancel(job.id)


def overdue(job: Job, at: int) -> bool:
    """Whether the job is printed for longer than job-cancel-after at that moment (milliseconds of the epoch)."""
    limit = job.ticket.job_cancel_after
    return limit is not None and job.processing_at is not None and at - job.processing_at > limit * 1000
