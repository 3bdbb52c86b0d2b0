"""Who is asking: names, passwords, and what happens to those who guess."""

import asyncio

import pytest

from directory import passwords, store
from directory.errors import BadName, NameTaken, PersonUnknown, TooManyTries, WeakPassword
from directory.passwords import Throttle, Verifier
from directory.people import People, fold
from events import audit
from storage.home import Home

PASSWORD = "correct horse"


@pytest.fixture
async def people(tmp_path):
    home = await Home.open(tmp_path / "home", reserve_bytes=0)
    people = People(home.database, home.node)
    people.database = home.database
    yield people
    await home.close()


@pytest.fixture
def hashed(monkeypatch):
    """Each comparison with a stored hash."""
    seen, real = [], passwords._matches

    def matches(stored, password):
        seen.append(stored)
        return real(stored, password)

    monkeypatch.setattr(passwords, "_matches", matches)
    return seen


@pytest.mark.parametrize(("name", "folded"), [
    (" Ada ", "ada"), ("ADA", "ada"), ("Straße", "strasse"), ("ＡＤＡ", "ada"), ("ﬁn", "fin"), ("Amélie", "amélie"), ("Ame\u0301lie", "amélie"),
])  # fmt: skip
def test_fold(name, folded):
    assert fold(name) == folded == fold(folded)


@pytest.mark.parametrize("name", ["", "   ", "a" * 128, "a:b", "a/b", "a\\b", 'a"b', "a\x00b", "a\nb", "a\u200eb"])
async def test_names_that_cannot_be(people, name):
    with pytest.raises(BadName):
        await people.add(name, PASSWORD)
    assert await people.ensure(name) is None


@pytest.mark.parametrize("password", ["", "short", "1234567", "é" * 513])
async def test_passwords_that_cannot_be(people, password):
    with pytest.raises(WeakPassword):
        await people.add("ada", password)
    assert await people.find("ada") is None


async def test_right_wrong_and_unknown(people, hashed):
    ada = await people.add("Ada", PASSWORD, display_name=" Ada L. ")
    assert (ada.name, ada.shown) == ("ada", "Ada L.")
    assert await people.authenticate("ADA", PASSWORD, "192.0.2.1") == ada
    assert await people.authenticate("ada", PASSWORD + "!", "192.0.2.1") is None
    assert await people.authenticate("nobody", PASSWORD, "192.0.2.1") is None
    await people.add("bob", None)
    assert await people.authenticate("bob", "", "192.0.2.1") is None
    # Who is not there, or has no password, costs as much time as who is.
    assert len(hashed) == 4 and hashed[2:] == [passwords._DECOY] * 2 and hashed[0] != passwords._DECOY


async def test_what_is_no_text_is_nobody(people):
    assert await people.authenticate("a\ud800", "b\udc80", "192.0.2.1") is None
    assert await people.find("\ud800") is None


async def test_disabled(people):
    await people.add("ada", PASSWORD)
    assert await people.authenticate("ada", PASSWORD)
    await people.change("ada", disabled=True)
    assert await people.authenticate("ada", PASSWORD) is None
    await people.change("ada", disabled=False)
    assert await people.authenticate("ada", PASSWORD)


async def test_a_password_is_hashed_once_in_ten_minutes(people, hashed):
    await people.add("ada", PASSWORD)
    for _ in range(5):
        assert await people.authenticate("ada", PASSWORD)
    assert len(hashed) == 1


async def test_a_new_password_ends_the_old_one_at_once(people):
    await people.add("ada", PASSWORD)
    assert await people.authenticate("ada", PASSWORD)
    await people.set_password("ada", "battery staple")
    assert await people.authenticate("ada", PASSWORD) is None
    assert await people.authenticate("ada", "battery staple")
    with pytest.raises(PersonUnknown):
        await people.set_password("bob", PASSWORD)


async def test_a_password_changed_while_the_old_one_is_being_verified(people, monkeypatch):
    await people.add("ada", PASSWORD)
    verify = people._verifier.verify

    async def slow(*given):
        await people.set_password("ada", "battery staple")
        return await verify(*given)

    monkeypatch.setattr(people._verifier, "verify", slow)
    await people.authenticate("ada", PASSWORD)
    monkeypatch.undo()
    assert await people.authenticate("ada", PASSWORD) is None


async def test_rights_changed_while_somebody_is_looked_up_are_not_forgotten(people, monkeypatch):
    await people.add("ada", PASSWORD, administrator=True)
    find = people.find

    async def slow(name):
        found = await find(name)
        monkeypatch.undo()
        await people.change("ada", administrator=False)
        return found

    monkeypatch.setattr(people, "find", slow)
    await people.ensure("ada")
    assert (await people.ensure("ada")).administrator is False


async def test_guessing_is_slowed_per_name_and_per_address(people, hashed):
    await people.add("ada", PASSWORD)
    for _ in range(10):
        assert await people.authenticate("ada", "wrong password", "192.0.2.1") is None
    assert people.tries_left("ADA") == 0
    with pytest.raises(TooManyTries, match="Wait 5 minutes"):
        await people.authenticate("ada", PASSWORD, "198.51.100.1")
    with pytest.raises(TooManyTries):
        await people.authenticate("bob", "x", "192.0.2.1")
    assert len(hashed) == 10


async def test_who_is_signed_in_is_not_locked_out_by_others(people):
    await people.add("ada", PASSWORD)
    assert await people.authenticate("ada", PASSWORD)
    for _ in range(10):
        await people.authenticate("ada", "wrong password")
    assert await people.authenticate("ada", PASSWORD)


async def test_overlong_passwords_are_not_hashed(people, hashed):
    await people.add("ada", PASSWORD)
    assert await people.authenticate("ada", "x" * 100_000) is None and hashed == []


async def test_ensure(people):
    first = await people.ensure("Guest")
    assert first.name == "guest" and await people.ensure(" GUEST ") == first
    everybody = await asyncio.gather(*(people.ensure("crowd") for _ in range(5)))
    assert len({person.id for person in everybody}) == 1
    assert await people.authenticate("guest", "") is None


async def test_names_are_taken_once(people):
    await people.add("ada", PASSWORD)
    with pytest.raises(NameTaken):
        await people.add("ADA", PASSWORD)


async def test_change_remove_and_audit(people):
    ada = await people.add("ada", PASSWORD, actor="root")
    changed = await people.change("ada", display_name="Ada", restricted=True, actor="root")
    assert (changed.display_name, changed.restricted, changed.administrator) == ("Ada", True, False)
    await people.remove("ada", actor="root")
    assert await people.find("ada") is None and await people.get(ada.id) is None
    assert await people.authenticate("ada", PASSWORD) is None
    assert await people.database.read(lambda c: store.credential_of(c, ada.id, "password")) is None
    lines = await people.database.read(lambda c: audit.latest(c, people._node, after=0))
    assert [line.action for line in lines] == ["person.add", "person.change", "person.remove"]
    assert all(line.actor == "root" and line.subject == ada.id and '"ada"' not in line.details for line in lines)
    with pytest.raises(PersonUnknown):
        await people.change("ada", restricted=True)


async def test_lists(people):
    for name in ("carl", "ada", "bob"):
        await people.add(name, None)
    assert [person.name for person in await people.listed()] == ["ada", "bob", "carl"]
    assert [person.name for person in await people.listed(limit=1, offset=1)] == ["bob"]


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_the_window_slides():
    clock = Clock()
    throttle = Throttle(tries=2, window=60, clock=clock, keys=3)
    throttle.failed("a")
    clock.now += 50
    throttle.failed("a")
    with pytest.raises(TooManyTries):
        throttle.check("b", "a")
    clock.now += 11
    throttle.check("a")
    assert throttle.left("a") == 1
    throttle.succeeded("a")
    assert throttle.left("a") == 2
    for key in "bcdefg":
        throttle.failed(key)
    assert len(throttle._failures) == 3


async def test_what_is_remembered_fades_and_is_bound_to_the_person(monkeypatch):
    clock = Clock()
    verifier = Verifier(clock)
    stored = await passwords.hash_password(PASSWORD)
    assert await verifier.verify("ada", PASSWORD, stored)
    assert (
        verifier.remembered("ada", PASSWORD)
        and not verifier.remembered("ada", "other")
        and not verifier.remembered("bob", PASSWORD)
    )
    clock.now += 601
    assert not verifier.remembered("ada", PASSWORD)
    assert not await verifier.verify("ada", PASSWORD, "no hash at all")
    assert not await verifier.verify("", PASSWORD, None)
    monkeypatch.setattr(passwords, "_REMEMBERED", 2)
    for person in ("a", "b", "c"):
        assert await verifier.verify(person, PASSWORD, stored)
    assert not verifier.remembered("a", PASSWORD) and verifier.remembered("c", PASSWORD)
    verifier.forget("c")
    assert not verifier.remembered("c", PASSWORD)
    assert PASSWORD.encode() not in repr(verifier.__dict__).encode()
