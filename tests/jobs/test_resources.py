"""The resources there are: what may be done with them and when, and what of them is kept."""

import pytest

from events import audit
from jobs.errors import FormatNotSupported, NotPossible, ResourceUnknown
from jobs.resources.resource import IMAGE, LARGEST, PROFILE, Resource, State
from jobs.resources.shelf import Shelf

PNG = b"\x89PNG\r\n\x1a\n and what follows"
ICON = Resource(1, "0" * 36, IMAGE, 0, "Printer", format="image/png", state=State.INSTALLED, path="/static/x.png")


@pytest.fixture
async def shelf(house):
    return await opened(house)


async def opened(house):
    made = Shelf(house.database, house.catalogue, [ICON])
    await made.load()
    return made


async def installed(shelf, kind=IMAGE, data=PNG, mime="image/png"):
    one = await shelf.create(kind, "Mine", "My own", actor="ada")
    await shelf.fill(one.number, mime, data, actor="ada")
    return await shelf.install(one.number, actor="ada")


async def test_a_resource_is_made_filled_and_installed(shelf, house):
    told = []
    shelf.told.append(lambda keyword, one: told.append((keyword, one.state)))
    one = await installed(shelf)
    assert (one.number, one.state, one.size, one.format) == (101, State.INSTALLED, len(PNG), "image/png")
    assert await shelf.data(one.id) == (one, PNG)
    assert told == [
        ("resource-created", State.PENDING),
        ("resource-state-changed", State.AVAILABLE),
        ("resource-installed", State.INSTALLED),
    ]
    again = await opened(house)
    assert again.listed() == [ICON, one] and await again.data(one.id) == (one, PNG)
    lines = await house.database.read(lambda connection: audit.latest(connection, house.catalogue.node, limit=9))
    assert {"resource.add", "resource.installed"} <= {line.action for line in lines if line.actor == "ada"}


async def test_queues_show_what_they_were_given(shelf, house):
    queue = await house.queue()
    assert shelf.of_queue(queue) == [ICON] and shelf.uses(ICON) == 1
    picture, profile = await installed(shelf), await installed(shelf, PROFILE, b"profile", "application/vnd.iccprofile")
    await shelf.give(queue, [profile.number, picture.number, profile.number], actor="ada")
    queue = house.catalogue.named(queue.name)
    assert queue.resources == (profile.number, picture.number)
    assert shelf.of_queue(queue) == [profile, picture]  # a picture of its own in place of ours
    assert (shelf.uses(ICON), shelf.uses(profile)) == (0, 1)
    with pytest.raises(NotPossible, match="A queue has this resource"):
        await shelf.cancel(profile.number, actor="ada")
    await shelf.take(queue, [profile.number], actor="ada")
    with pytest.raises(NotPossible):
        await shelf.take(house.catalogue.named(queue.name), [profile.number], actor="ada")
    gone = await shelf.cancel(profile.number, actor="ada")
    assert gone.state is State.CANCELED and await shelf.data(gone.id) is None
    assert gone.canceled_at and gone.size == len(b"profile")  # that it was there is remembered


async def test_each_thing_at_its_time(shelf, house):
    queue = await house.queue()
    one = await shelf.create(IMAGE, "", "", actor="")
    assert one.name == "Resource 101" and await shelf.data(one.id) is None
    with pytest.raises(NotPossible):
        await shelf.install(one.number, actor="")
    with pytest.raises(NotPossible, match="not installed"):
        await shelf.give(queue, [one.number], actor="")
    for mime, data in (("image/jpeg", PNG), ("image/png", b"GIF89a"), ("image/png", b"")):
        with pytest.raises(FormatNotSupported):
            await shelf.fill(one.number, mime, data, actor="")
    with pytest.raises(NotPossible):
        await shelf.fill(one.number, "image/png", PNG + b"x" * LARGEST, actor="")
    await shelf.fill(one.number, "image/png", PNG, actor="")
    with pytest.raises(NotPossible):
        await shelf.fill(one.number, "image/png", PNG, actor="")
    await shelf.cancel(one.number, actor="")
    with pytest.raises(NotPossible):
        await shelf.cancel(one.number, actor="")
    with pytest.raises(ResourceUnknown):
        await shelf.install(999, actor="")


async def test_what_came_with_the_gateway_stays(shelf):
    for work in (shelf.cancel(1, actor=""), shelf.rename(1, actor="", name="x"), shelf.install(1, actor="")):
        with pytest.raises(NotPossible):
            await work
    assert shelf.numbered(1) == ICON and await shelf.data(ICON.id) is None


async def test_names_change(shelf):
    one = await installed(shelf)
    await shelf.rename(one.number, actor="", name="Other", info="Words")
    assert (shelf.numbered(one.number).name, shelf.numbered(one.number).info) == ("Other", "Words")


async def test_there_is_room_for_so_many(shelf, monkeypatch):
    monkeypatch.setattr("jobs.resources.shelf._MOST", 2)
    first, second = await installed(shelf), await installed(shelf)
    with pytest.raises(NotPossible, match="as many"):
        await shelf.create(IMAGE, "", "", actor="")
    await shelf.cancel(first.number, actor="")
    third = await shelf.create(IMAGE, "", "", actor="")  # in the place of what ended
    assert [one.number for one in shelf.listed()] == [1, second.number, third.number]
