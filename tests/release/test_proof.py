"""A proof before the other copies (PWG 5100.11): it is printed and paid, then the job waits for its owner again."""

import pytest

from devices.outgoing import Outcome
from ipp.enums import JobState
from jobs.queue import Kind
from jobs.ticket import Ticket
from release.outcome import PROVED

from .conftest import Printer, report

ALL = frozenset({"copies", "media"})
PROOF = Ticket(copies=5, proof_copies=2)


@pytest.fixture
async def device(house):
    await house.price()
    return await house.device("one", Printer(), copies_max=99, job_creation_attributes=ALL)


def copies(house, device):
    return [outgoing.copies for outgoing in house.printers[device.id].outgoing]


async def test_the_proof_first_then_the_rest(house, ada, device):
    queue = await house.queue()
    job = await house.job(queue, ada, ticket=PROOF)
    released = await house.desk.release(ada, job.id, device.id)
    assert released.state is JobState.PENDING and await house.reserved(job) == 2 * 24
    house.printing()
    held = await house.until(job, JobState.PENDING_HELD)
    assert held.message == PROVED and held.ticket == Ticket(copies=5) and held.document_id is not None
    assert await house.balance(ada) == (-48, -48) and await house.reserved(job) is None
    await house.desk.release(ada, job.id, device.id)
    assert (await house.ended(job)).state is JobState.COMPLETED
    assert copies(house, device) == [2, 5]
    assert await house.balance(ada) == (-48 - 120, -48 - 120)
    assert [attempt.outcome for attempt in await house.attempts(job)] == ["completed", "completed"]


async def test_after_its_proof_a_job_may_be_given_up(house, ada, device):
    job = await house.job(await house.queue(), ada, ticket=PROOF)
    await house.desk.release(ada, job.id, device.id)
    house.printing()
    await house.until(job, JobState.PENDING_HELD)
    assert (await house.desk.delete(ada, job.id)).state is JobState.CANCELED
    assert await house.balance(ada) == (-48, -48)


async def test_a_direct_queue_waits_after_the_proof_as_well(house, ada, device):
    queue = await house.queue("direct", Kind.DIRECT, devices=(device.id,))
    job = await house.job(queue, ada, ticket=PROOF)
    house.printing()
    held = await house.until(job, JobState.PENDING_HELD)
    assert held.release_at is None and copies(house, device) == [2]


async def test_a_proof_that_was_not_printed_is_still_to_come(house, ada, device):
    house.printers[device.id].outcome = Outcome(kind="not-sent", message="Out of paper.")
    job = await house.job(await house.queue(), ada, ticket=PROOF)
    await house.desk.release(ada, job.id, device.id)
    house.printing()
    held = await house.until(job, JobState.PENDING_HELD)
    assert held.ticket == PROOF and held.message == "Out of paper." and await house.charge(job) is None


async def test_a_proof_on_a_sheet_of_its_own(house, ada, device):
    ticket = Ticket(copies=5, media="iso_a4_210x297mm", proof_copies=1, proof_media="iso_a3_297x420mm")
    job = await house.job(await house.queue(), ada, ticket=ticket, counted=report(2))
    plan = (await house.desk.authorise(await house.desk.release(ada, job.id, device.id))).plan
    assert plan.proof and plan.extent.impressions == 2 and plan.target.media == (29700, 42000)
