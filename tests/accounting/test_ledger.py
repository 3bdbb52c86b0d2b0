"""The ledger: every entry adds up to zero, every job is charged once, and balances are what the postings say."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting import ledger, store
from accounting.errors import BadAmount, CreditExhausted
from accounting.price import Price, extent
from events import audit
from storage.home import Home

NODE = "node"
PRICE = Price(5, 20, 1)
FOUR = extent(4, [1])


@pytest.fixture
async def rows(tmp_path):
    home = await Home.open(tmp_path / "home", reserve_bytes=0)
    yield home.database
    await home.close()


async def reserve(rows, job="job", person="ada", price=PRICE, amount=39, *, restricted=False):
    await rows.write(lambda c: ledger.reserve(c, NODE, job, person, price, amount, restricted=restricted))


async def settle(rows, job="job", person="ada", printed=4, basis="pjl", **values):
    return await rows.write(lambda c: ledger.settle(c, NODE, job, person, FOUR, printed, basis, **values))


async def credit(rows, amount, person="ada", actor="root"):
    await rows.write(lambda c: ledger.credit(c, NODE, person, amount, "At the desk", actor))


async def balance(rows, person="ada"):
    return await rows.write(lambda c: ledger.balance(c, NODE, person))


async def sound(rows):
    """Each entry's postings add up to zero, and each balance is the sum of its postings."""

    def look(connection):
        sums = connection.execute(
            sa.select(store.posting.c.entry_id, sa.func.sum(store.posting.c.amount)).group_by(store.posting.c.entry_id)
        )
        assert {total for _, total in sums} <= {0}
        for account_id, kept in connection.execute(sa.select(store.account.c.id, store.account.c.balance)):
            query = sa.select(sa.func.coalesce(sa.func.sum(store.posting.c.amount), 0)).where(
                store.posting.c.account_id == account_id
            )
            assert connection.execute(query).scalar_one() == kept
        entries = set(connection.execute(sa.select(store.entry.c.id)).scalars())
        assert entries == set(connection.execute(sa.select(store.posting.c.entry_id)).scalars())

    await rows.read(look)


async def test_reserved_then_charged(rows):
    await reserve(rows)
    assert await balance(rows) == (0, -39)
    entry = await settle(rows)
    assert (entry.kind, entry.amount, entry.impressions, entry.color_impressions, entry.sheets, entry.basis) == (
        "charge",
        -39,
        4,
        1,
        4,
        "pjl",
    )
    assert await balance(rows) == (-39, -39)
    revenue = await rows.read(lambda c: store.find_account(c, "revenue", "printing"))
    assert revenue.balance == 39
    await sound(rows)


async def test_settled_once(rows):
    await reserve(rows)
    first = await settle(rows, printed=2)
    await reserve(rows)  # whoever reserved again: it is dropped, and nothing is charged again
    assert await settle(rows, printed=4) == first and await balance(rows) == (first.amount, first.amount)
    row = {"node": NODE, "id": "other", "kind": "charge", "at": 1, "job_id": "job"}
    with pytest.raises(sa.exc.IntegrityError):
        await rows.write(lambda c: store.add_entry(c, row, {"a": 1, "b": -1}))
    await sound(rows)


async def test_half_a_job_and_none_of_it(rows):
    await reserve(rows)
    assert (await settle(rows, printed=2)).amount == -(20 + 5 + 2)
    await reserve(rows, "second")
    assert await settle(rows, "second", printed=0) is None
    assert await rows.read(lambda c: store.reservation_of(c, "second")) is None
    await sound(rows)


async def test_the_sheets_that_a_device_counted(rows):
    await reserve(rows)
    assert (await settle(rows, sheets=2)).amount == -(20 + 15 + 2)


async def test_without_a_reservation_nothing_was_priced(rows):
    entry = await settle(rows)
    assert entry.amount == 0 and entry.impressions == 4
    await sound(rows)


async def test_who_must_have_credit(rows):
    with pytest.raises(CreditExhausted):
        await reserve(rows, restricted=True)
    await credit(rows, 50)
    await reserve(rows, restricted=True)
    assert await balance(rows) == (50, 11)
    await reserve(rows, restricted=True)  # the same job again replaces what it had
    assert await balance(rows) == (50, 11)
    with pytest.raises(CreditExhausted):
        await reserve(rows, "second", restricted=True)
    assert await balance(rows) == (50, 11)
    await rows.write(lambda c: ledger.give_back(c, "job"))
    await reserve(rows, "second", restricted=True)
    await reserve(rows, "third", amount=0, restricted=True)


async def test_a_job_of_nobody_is_charged_to_an_account_of_its_own(rows):
    await reserve(rows, person=None)
    await settle(rows, person=None)
    found = await rows.read(lambda c: store.find_account(c, "shared", ledger.UNCLAIMED))
    assert found.balance == -39
    await sound(rows)


async def test_credit_is_audited(rows):
    await credit(rows, 500)
    await credit(rows, -200)
    assert await balance(rows) == (300, 300)
    lines = await rows.read(lambda c: audit.latest(c, NODE, after=0))
    assert [(line.action, line.actor, line.subject) for line in lines] == [("credit", "root", "ada")] * 2
    assert '"amount": 500' in lines[0].details
    for amount in (0, 10**12 + 1, -(10**12) - 1):
        with pytest.raises(BadAmount):
            await credit(rows, amount)
    await sound(rows)


async def test_movements_of_an_account(rows):
    await credit(rows, 500)
    await reserve(rows)
    await settle(rows)
    account = await rows.write(lambda c: ledger.account(c, NODE, "ada"))
    entries = await rows.read(lambda c: store.entries_of(c, account.id))
    assert sorted((entry.kind, entry.amount) for entry in entries) == [("charge", -39), ("credit", 500)]
    assert len(await rows.read(lambda c: store.entries_of(c, account.id, limit=1, offset=1))) == 1


async def test_an_entry_that_does_not_add_up_is_refused(rows):
    row = {"node": NODE, "id": "x", "kind": "credit", "at": 1}
    with pytest.raises(ValueError, match="add up to zero"):
        await rows.write(lambda c: store.add_entry(c, row, {"a": 1, "b": 1}))
    await sound(rows)


async def test_prices(rows):
    def put(device, price):
        return rows.write(lambda c: ledger.set_price(c, NODE, device, price, "root"))

    await put("", PRICE)
    await put("one", Price(1, 2, 3))
    assert await rows.read(store.prices) == {"": PRICE, "one": Price(1, 2, 3)}
    await put("one", None)
    assert await rows.read(store.prices) == {"": PRICE}
    for wrong in (Price(-1), Price(color=-5), Price(sheet=10**9 + 1)):
        with pytest.raises(BadAmount):
            await put("", wrong)
    lines = await rows.read(lambda c: audit.latest(c, NODE, after=0))
    assert [line.action for line in lines] == ["price.change"] * 3


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["credit", "reserve", "settle", "give back"]),
        st.integers(-300, 300),
        st.sampled_from("abc"),
        st.sampled_from(["ada", "bob", None]),
        st.booleans(),
    ),
    max_size=30,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_whatever_happens_the_books_are_right(rows, steps):
    for step, amount, job, person, restricted in steps:
        if step == "credit" and amount and person:
            await credit(rows, amount, person)
        elif step == "reserve":
            try:
                await reserve(rows, job, person, PRICE, abs(amount), restricted=restricted)
            except CreditExhausted:
                assert restricted
        elif step == "settle":
            before = await rows.read(lambda c, job=job: store.charge_of(c, job))
            after = await settle(rows, job, person, abs(amount) % 6)
            assert before is None or after == before
        elif step == "give back":
            await rows.write(lambda c, job=job: ledger.give_back(c, job))
        await sound(rows)
    for person in ("ada", "bob"):
        total, available = await balance(rows, person)
        account = await rows.write(lambda c, person=person: ledger.account(c, NODE, person))
        assert total - available == await rows.read(lambda c, account=account: store.reserved(c, account.id))


async def test_a_document_that_nobody_could_count_is_charged_by_the_devices_count(rows):
    await reserve(rows, amount=0)
    entry = await rows.write(
        lambda c: ledger.settle(c, NODE, "job", "ada", extent(0, []), 7, "job-impressions-completed")
    )
    assert (entry.impressions, entry.color_impressions, entry.sheets, entry.amount) == (7, 0, 7, -7 * (5 + 1))
    await sound(rows)
