"""People's own printer addresses: made once, found by their hash alone, bounded, and gone at once when revoked."""

import asyncio

import pytest

from directory import store, tokens
from directory.errors import BadLabel, LabelTaken, PersonUnknown, TokensFull, TokenUnknown, TooManyWrongTokens
from directory.people import People
from directory.tokens import MOST_PER_PERSON, Tokens, token_uuid
from events import audit
from storage.home import Home


@pytest.fixture
async def home(tmp_path):
    home = await Home.open(tmp_path / "home", reserve_bytes=0)
    yield home
    await home.close()


@pytest.fixture
async def people(home):
    people = People(home.database, home.node)
    people.ada = await people.add("ada", None)
    people.bob = await people.add("bob", None)
    return people


@pytest.fixture
async def known(home, people):
    known = Tokens(home.database, home.node, people)
    yield known
    await known.settle()


@pytest.fixture
def clock(monkeypatch):
    """The hour, in milliseconds, to be moved on."""

    class Clock:
        now = 1_800_000_000_000

    monkeypatch.setattr(tokens, "_now", lambda: Clock.now)
    return Clock


async def test_an_address_says_whose_it_is(people, known):
    made, secret = await known.make("Ada", " My  laptop ")
    found, person = await known.find(secret, "192.0.2.1")
    assert person == people.ada and found.id == made.id and made.label == "My laptop"
    assert known.remembered(secret)[1] == people.ada
    assert await known.find(secret[:-1] + ("0" if secret[-1] != "0" else "1"), "192.0.2.1") is None
    assert known.remembered("0" * 26) is None


async def test_it_has_enough_random_bits_and_is_not_kept(home, known):
    made = [(await known.make("ada", f"device {number}"))[1] for number in range(5)]
    assert len(set(made)) == 5
    assert all(len(secret) == 26 and set(secret) <= set(tokens._LETTERS) for secret in made)  # 5 bits each
    with home.database._path.open("rb") as file:
        rows = file.read() + home.database._path.with_name(home.database._path.name + "-wal").read_bytes()
    assert not [secret for secret in made if secret.encode() in rows]


async def test_case_and_lookalikes_do_not_matter(known):
    made, secret = await known.make("ada", "Phone")
    typed = secret.upper().replace("0", "O").replace("1", "I")
    assert (await known.find(typed))[0].id == made.id
    assert (await known.find(secret.replace("1", "l")))[0].id == made.id


@pytest.mark.parametrize(
    "secret", ["", "x", "0" * 25, "0" * 27, "é" * 26, "\udcff" * 26, "u" * 26, "a/b" * 9, "0" * 100_000]
)
async def test_what_cannot_be_one_is_wrong(known, secret):
    assert await known.find(secret, "192.0.2.1") is None
    assert known.remembered(secret) is None


@pytest.mark.parametrize("label", ["", "   ", "a" * 64, "a\x00b", "a\u202eb"])
async def test_labels_that_cannot_be(known, label):
    with pytest.raises(BadLabel):
        await known.make("ada", label)


async def test_one_per_device(known):
    await known.make("ada", "Laptop")
    with pytest.raises(LabelTaken):
        await known.make("ada", "laptop")
    await known.make("bob", "Laptop")
    with pytest.raises(PersonUnknown):
        await known.make("nobody", "Laptop")


async def test_one_person_has_so_many(people, known):
    for number in range(MOST_PER_PERSON):
        await known.make("ada", f"{number}")
    with pytest.raises(TokensFull):
        await known.make("ada", "one more")
    await known.revoke((await known.of(people.ada.id))[0].id, owner=people.ada.id)
    await known.make("ada", "one more")


async def test_a_revoked_one_is_wrong_at_once(people, known):
    made, secret = await known.make("ada", "Laptop")
    other, other_secret = await known.make("ada", "Phone")
    assert await known.find(secret) and await known.find(other_secret)
    await known.revoke(made.id)
    assert known.remembered(secret) is None and await known.find(secret) is None
    assert (await known.find(other_secret))[0].id == other.id
    assert [token.label for token in await known.of(people.ada.id)] == ["Phone"]
    with pytest.raises(TokenUnknown):
        await known.revoke(made.id)


async def test_only_their_owner_takes_them_back_as_owner(people, known):
    made, secret = await known.make("ada", "Laptop")
    with pytest.raises(TokenUnknown):
        await known.revoke(made.id, owner=people.bob.id)
    assert await known.find(secret)
    await known.revoke(made.id, actor=people.bob.id)  # an administrator
    assert await known.find(secret) is None


async def test_a_revocation_during_a_look_is_not_forgotten(home, known):
    made, secret = await known.make("ada", "Laptop")
    real = home.database.read

    async def slow(work):
        row = await real(work)
        await known.revoke(made.id)
        return row

    home.database.read = slow
    assert await known.find(secret)  # it was right when it was read
    home.database.read = real
    assert known.remembered(secret) is None and await known.find(secret) is None


async def test_who_is_locked_out_or_removed_prints_no_more(people, known):
    _, secret = await known.make("ada", "Laptop")
    assert await known.find(secret)
    await people.change("ada", disabled=True)
    assert known.remembered(secret) is None and await known.find(secret) is None
    await people.change("ada", disabled=False, display_name="Ada L.")
    assert (await known.find(secret))[1].display_name == "Ada L."
    await people.remove("ada")
    assert await known.find(secret) is None


async def test_its_time_ends(people, known, clock):
    made, secret = await known.make("ada", "Guest tablet", days=30)
    assert made.expires_at == clock.now + 30 * 86_400_000
    assert await known.find(secret)
    clock.now = made.expires_at
    assert known.remembered(secret) is None and await known.find(secret) is None
    await known.make("ada", "Guest tablet")  # the old one is in nobody's way
    assert len(await known.of(people.ada.id)) == 1


async def test_its_use_is_written_down_now_and_then(home, people, known, clock):
    _, secret = await known.make("ada", "Laptop")
    written = []
    real = home.database.write

    async def write(work, **words):
        written.append(work)
        return await real(work, **words)

    home.database.write = write

    async def used(minutes):
        clock.now += minutes * 60_000
        await known.find(secret)
        known.remembered(secret)
        await known.settle()
        return (await known.of(people.ada.id))[0].used_at

    first = clock.now
    assert (await known.of(people.ada.id))[0].used_at is None
    assert await used(0) == first and await used(20) == first and await used(39) == first
    assert await used(1) == first + 3_600_000
    assert len(written) == 2


async def test_guessing_is_slowed_by_the_address_it_comes_from(known):
    _, secret = await known.make("ada", "Laptop")
    for number in range(20):
        assert await known.find(f"{number:026}", "192.0.2.1") is None
    with pytest.raises(TooManyWrongTokens):
        await known.find("z" * 26, "192.0.2.1")
    with pytest.raises(TooManyWrongTokens):  # and a right one tells nothing either
        await known.find(secret, "192.0.2.1")
    assert await known.find(secret, "192.0.2.2")
    assert await known.find(secret, "192.0.2.1")  # who was right lately goes on


async def test_an_old_device_does_not_shut_its_neighbours_out(known):
    made, old = await known.make("ada", "Old laptop")
    await known.revoke(made.id)
    for _ in range(100):
        assert await known.find(old, "192.0.2.1") is None
    _, secret = await known.make("bob", "Laptop")
    assert await known.find(secret, "192.0.2.1")


async def test_what_is_remembered_is_bounded(known, monkeypatch):
    monkeypatch.setattr(tokens, "_REMEMBERED", 3)
    made = [(await known.make("ada", f"{number}"))[1] for number in range(6)]
    for number, secret in enumerate(made):
        assert await known.find(secret)
        assert await known.find(f"{number:026}") is None
    assert len(known._known) == 3 and len(known._wrong) == 3
    assert all([await known.find(secret) for secret in made])


async def test_what_is_made_and_revoked_stands_in_the_audit_log_without_secrets(home, people, known):
    made, secret = await known.make("ada", "Ada's laptop", actor="them")
    await known.revoke(made.id, actor="them")
    lines = await home.database.read(lambda connection: audit.latest(connection, home.node, limit=2))
    assert [(line.action, line.actor, line.subject) for line in lines] == [
        ("token.revoke", "them", people.ada.id),
        ("token.add", "them", people.ada.id),
    ]
    assert all(secret not in line.details and "Ada" not in line.details and made.id in line.details for line in lines)


async def test_two_at_once_do_not_break_the_bound(people, known):
    made = await asyncio.gather(*(known.make("ada", f"{n}") for n in range(30)), return_exceptions=True)
    assert sum(isinstance(one, TokensFull) for one in made) == 10
    assert len(await known.of(people.ada.id)) == MOST_PER_PERSON


def test_each_address_is_a_printer_of_its_own():
    queue, other = "018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002"
    found = {token_uuid(one, token) for one in (queue, other) for token in ("a", "b")}
    assert len(found) == 4 and token_uuid(queue, "a") in found
    assert queue not in found


async def test_rows_go_with_their_person(home, people, known):
    await known.make("ada", "Laptop")
    await people.remove("ada")
    left = await home.database.read(lambda connection: store.tokens_of(connection, people.ada.id))
    assert left == []
