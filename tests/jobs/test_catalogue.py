"""The queues there are: written through, audited, and never lost between two changes."""

import asyncio

import pytest

from events import audit
from jobs.errors import BadQueue, QueueExists, QueueUnknown
from jobs.lifecycle import Event
from jobs.queue import Offer


async def test_queues_are_kept(house):
    queue = await house.queue("first", info="First")
    await house.queue("another")
    await house.catalogue.load()
    assert [found.name for found in house.catalogue.listed()] == ["another", "first"]
    assert house.catalogue.named("first") == queue and house.catalogue.get(queue.id) == queue
    with pytest.raises(QueueUnknown):
        house.catalogue.named("third")
    with pytest.raises(QueueExists):
        await house.queue("first")


async def test_settings_change(house):
    queue = await house.queue("first")
    changed = await house.catalogue.change("first", retention=60, actor="ada")
    assert (changed.id, changed.retention) == (queue.id, 60)
    renamed = await house.catalogue.change("first", name="second")
    assert [found.name for found in house.catalogue.listed()] == ["second"] and renamed.id == queue.id
    await house.queue("third")
    with pytest.raises(QueueExists):
        await house.catalogue.change("third", name="second")
    with pytest.raises(BadQueue, match="no setting called colour"):
        await house.catalogue.change("second", colour=True)
    for hidden in ("id", "offer", "changed_at"):
        with pytest.raises(BadQueue):
            await house.catalogue.change("second", **{hidden: "x"})
    await house.catalogue.load()
    assert house.catalogue.named("second").retention == 60
    lines = await house.database.read(lambda connection: audit.latest(connection, house.home.node, after=0))
    assert [line.action for line in lines] == ["queue.add", "queue.change", "queue.change", "queue.add"]
    assert lines[1].actor == "ada"


async def test_a_queue_with_waiting_jobs_stays(house):
    job = await house.job(await house.queue("first"))
    with pytest.raises(BadQueue, match="Jobs are waiting"):
        await house.catalogue.remove("first")
    await house.jobs.conclude(job.id, Event.CANCEL)
    await house.catalogue.remove("first")
    assert house.catalogue.listed() == [] and house.catalogue.get(job.queue_id) is None
    assert (await house.jobs.get(job.id)).queue_id == job.queue_id


async def test_changes_at_once_are_all_kept(house):
    queue = await house.queue("first")
    offers = [Offer(copies=copies) for copies in range(1, 6)]
    await asyncio.gather(
        *(house.catalogue.set_offer(queue.id, offer) for offer in offers),
        house.catalogue.change("first", retention=77),
        house.catalogue.change("first", info="Seen"),
        *(house.catalogue.set_offer(queue.id, offer) for offer in offers),
    )
    found = house.catalogue.named("first")
    assert (found.retention, found.info, found.offer.copies) == (77, "Seen", 5)
    await house.catalogue.load()
    assert house.catalogue.named("first") == found


async def test_a_queue_removed_while_its_offer_changes_stays_removed(house):
    queue = await house.queue("first")
    await asyncio.gather(house.catalogue.remove("first"), house.catalogue.set_offer(queue.id, Offer(copies=3)))
    assert house.catalogue.listed() == []


async def test_who_shows_queues_is_told(house):
    told = []

    async def tell():
        told.append([queue.name for queue in house.catalogue.listed()])

    house.catalogue.changed.append(tell)
    queue = await house.queue("first")
    await house.catalogue.set_offer(queue.id, Offer(copies=2))
    await house.catalogue.set_offer(queue.id, Offer(copies=2))  # nothing new
    await house.catalogue.remove("first")
    assert told == [["first"], ["first"], []]
