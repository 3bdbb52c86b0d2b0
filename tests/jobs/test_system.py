"""What is set of the gateway as a whole: kept, audited, and counted."""

from events import audit
from jobs.system import System


async def opened(house):
    system = System(house.database, house.catalogue)
    await system.load()
    return system


async def test_settings_are_kept(house):
    queue = await house.queue("first")
    await house.queue("follow-me")
    system = await opened(house)
    told = []
    system.changed.append(lambda: told.append(1))
    await system.change({"system-name": "00", "system-info": "01"}, default=queue.id, actor="ada")
    await system.change({"system-info": None})
    assert system.attributes == {"system-name": "00"} and house.catalogue.default() == queue
    assert (system.changes, len(told)) == (2, 2)
    again = await opened(house)
    assert (again.attributes, again.changes, again.changed_at) == (system.attributes, 2, system.changed_at)
    await again.change({}, default="")
    assert house.catalogue.default().name == "follow-me"


async def test_a_change_says_who_made_it(house):
    system = await opened(house)
    await system.change({"system-name": "00"}, actor="ada")
    lines = await house.database.read(lambda connection: audit.latest(connection, house.catalogue.node, limit=1))
    assert (lines[0].actor, lines[0].action) == ("ada", "system.change")


async def test_queues_that_come_and_go_are_changes(house):
    system = await opened(house)
    told = []
    system.changed.append(lambda: told.append(system.changes))
    queue = await house.queue("first")
    await house.catalogue.change("first", info="The first")  # of the queue, not of the system
    await house.catalogue.remove("first")
    assert told == [1, 2]
    assert house.catalogue.get(queue.id) is None


async def test_the_chosen_queue_may_go(house):
    await house.queue("follow-me")
    queue = await house.queue("first")
    system = await opened(house)
    await system.change({}, default=queue.id)
    await house.catalogue.remove("first")
    assert house.catalogue.default().name == "follow-me"
