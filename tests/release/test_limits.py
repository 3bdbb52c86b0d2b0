"""A job that is printed for longer than its owner wants is cancelled, and no other."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from devices.outgoing import Outcome
from ipp.enums import JobState
from jobs.ticket import Ticket
from release.limits import Limits, overdue
from tests.release.conftest import Printer

STOPPED = Outcome(kind="canceled", impressions=0)


@pytest.mark.parametrize(("after", "began", "late"), [
    (None, 0, False),
    (10, None, False),
    (10, 50_000, False),
    (10, 49_000, True),
])  # fmt: skip
async def test_overdue(house, ada, after, began, late):
    job = await house.job(await house.queue(), ada, ticket=Ticket(job_cancel_after=after))
    assert overdue(replace(job, processing_at=began), 60_000) is late


async def test_what_prints_for_too_long_is_cancelled(house, ada):
    stopped = asyncio.Event()
    printer = Printer()

    async def after(_):
        await stopped.wait()

    async def cancel(number):
        printer.canceled.append(number)
        printer.outcome = STOPPED
        stopped.set()

    printer.after, printer.cancel = after, cancel
    device = await house.device("library", printer)
    job = await house.job(await house.queue(default_device=device.id), ada, ticket=Ticket(job_cancel_after=1))
    await house.desk.release(ada, job.id)
    house.printing()
    await house.until(job, JobState.PROCESSING)
    looking = asyncio.create_task(Limits(house.jobs, house.catalogue, house.forward).run(0.05))
    try:
        await asyncio.sleep(0.3)
        assert not printer.canceled
        assert (await house.ended(job)).state is JobState.CANCELED
    finally:
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
    assert printer.canceled == [7]
