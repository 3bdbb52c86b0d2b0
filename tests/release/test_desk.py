"""The desk: whose jobs go where, at which price, and what becomes of those that may have printed."""

import asyncio
from dataclasses import replace

import pytest

from accounting.price import Price
from events import audit
from ipp.enums import JobState
from jobs.errors import JobUnknown, NotPossible
from jobs.lifecycle import Event
from jobs.queue import Kind
from jobs.ticket import Ticket
from jobs.work import now
from release import desk as desk_module
from release.desk import Changes, CreditExhausted
from release.errors import (
    CannotPrint,
    DeviceNotReady,
    MayHavePrinted,
    NoDevice,
    NotYours,
    StillCounting,
    TooManyCodes,
    WrongCode,
)

from .conftest import report


@pytest.fixture
async def bob(house):
    return await house.people.add("bob", None)


@pytest.fixture
async def root(house):
    return await house.people.add("root", None, administrator=True)


@pytest.fixture
async def held(house, ada):
    """A held job, with one device and a price."""
    await house.device("one")
    await house.price()
    return await house.job(await house.queue(), ada)


async def uncertain(house, job):
    """Let the job have an attempt of unknown outcome."""
    await house.move(job.id, Event.START)
    await house.move(job.id, Event.LOSE)
    await house.note(job.id, uncertain=True)


async def test_a_release_sets_the_price_aside(house, ada, held):
    released = await house.desk.release(ada, held.id)
    assert released.state is JobState.PENDING and released.device_id == house.fleet.named("one").id
    assert await house.reserved(held) == 24 and await house.balance(ada) == (0, -24)
    with pytest.raises(NotPossible):
        await house.desk.release(ada, held.id)


async def test_changes_are_kept_and_priced(house, ada, held):
    changes = Changes(copies=3, sides="two-sided-long-edge", monochrome=True, page_ranges=((1, 3),))
    released = await house.desk.release(ada, held.id, changes=changes)
    ticket = released.ticket
    assert (ticket.copies, ticket.sides, ticket.print_color_mode, ticket.page_ranges) == (
        3,
        "two-sided-long-edge",
        "monochrome",
        ((1, 3),),
    )
    assert await house.reserved(held) == 9 * 5 + 6
    assert Changes().apply(Ticket(copies=2)) == Ticket(copies=2) and Changes(copies=0).apply(Ticket()).copies == 1


async def test_whose_jobs(house, ada, bob, root, held):
    for act in (house.desk.release, house.desk.hold, house.desk.delete):
        with pytest.raises(NotYours):
            await act(bob, held.id)
    assert (await house.desk.release(root, held.id)).state is JobState.PENDING
    lines = await house.database.read(lambda connection: audit.latest(connection, house.node, limit=1))
    assert (lines[0].action, lines[0].actor, lines[0].subject) == ("job.release", root.id, held.id)
    with pytest.raises(JobUnknown):
        await house.desk.release(ada, "no-such-job")


async def test_hold_gives_the_money_back(house, ada, held):
    await house.desk.release(ada, held.id)
    again = await house.desk.hold(ada, held.id)
    assert again.state is JobState.PENDING_HELD and await house.reserved(held) is None
    with pytest.raises(NotPossible):
        await house.desk.hold(ada, held.id)


@pytest.mark.parametrize("released", [False, True])
async def test_delete_gives_the_money_back(house, ada, root, held, released):
    if released:
        await house.desk.release(ada, held.id)
    deleted = await house.desk.delete(ada, held.id)
    assert deleted.state is JobState.CANCELED and deleted.reasons == ("job-canceled-by-user",)
    assert await house.reserved(held) is None and deleted.document_id is None
    other = await house.job(house.catalogue.named("follow-me"), ada)
    assert (await house.desk.delete(root, other.id)).reasons == ("job-canceled-by-operator",)


async def test_a_job_that_a_device_works_on_is_neither_deleted_nor_held(house, ada, held):
    await house.desk.release(ada, held.id)
    await house.move(held.id, Event.START)
    for act in (house.desk.delete, house.desk.hold, house.desk.release):
        with pytest.raises(NotPossible):
            await act(ada, held.id)
    assert await house.reserved(held) == 24


async def test_a_job_that_begins_just_before_it_is_deleted(house, ada, held, monkeypatch):
    await house.desk.release(ada, held.id)
    seen = await house.jobs.get(held.id)
    await house.move(held.id, Event.START)

    async def stale(_):
        return seen

    monkeypatch.setattr(house.jobs, "get", stale)
    with pytest.raises(NotPossible):
        await house.desk.delete(ada, held.id)
    assert await house.reserved(held) == 24


async def test_two_releases_at_once(house, ada, held):
    results = await asyncio.gather(*(house.desk.release(ada, held.id) for _ in range(5)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Job"] + ["NotPossible"] * 4


async def test_where_it_may_go(house, ada, held):
    other = await house.device("two")
    with pytest.raises(NoDevice, match="no default"):
        await house.desk.release(ada, held.id)
    with pytest.raises(NoDevice, match="Choose another"):
        await house.desk.release(ada, held.id, "elsewhere")
    secure = await house.queue("secure", Kind.SECURE, devices=(other.id,))
    job = await house.job(secure, ada)
    assert [row.name for row in house.desk.pool(job)] == ["two"] and [row.name for row in house.desk.pool(held)] == [
        "one",
        "two",
    ]
    with pytest.raises(NoDevice):
        await house.desk.release(ada, job.id, house.fleet.named("one").id)
    assert (await house.desk.release(ada, job.id)).device_id == other.id
    await house.fleet.change("two", enabled=False)
    with pytest.raises(NoDevice):
        await house.desk.release(ada, held.id, other.id)


async def test_a_device_that_never_answered(house, ada, held):
    row = house.fleet.named("one")
    house.fleet._rows[row.id] = replace(row, capabilities=None)
    with pytest.raises(DeviceNotReady):
        await house.desk.release(ada, held.id)
    quote = await house.desk.quote(held, house.fleet.get(row.id))
    assert quote.amount is None and "has not answered" in quote.reason


async def test_a_device_that_cannot_print_it(house, ada):
    await house.device("one", formats=("application/vnd.unknown",))
    job = await house.job(await house.queue(), ada)
    with pytest.raises(CannotPrint):
        await house.desk.release(ada, job.id)
    assert (await house.jobs.get(job.id)).held and await house.reserved(job) is None


async def test_credit(house, ada, held):
    await house.people.change("ada", restricted=True)
    with pytest.raises(CreditExhausted):
        await house.desk.release(ada, held.id)
    assert (await house.jobs.get(held.id)).held
    await house.credit(ada, 24)
    await house.desk.release(ada, held.id)
    assert await house.balance(ada) == (24, 0)
    second = await house.job(house.catalogue.named("follow-me"), ada)
    with pytest.raises(CreditExhausted):
        await house.desk.release(ada, second.id)
    await house.desk.hold(ada, held.id)
    await house.desk.release(ada, second.id)


async def test_quotes(house, ada, held):
    cheap, dear = house.fleet.named("one"), await house.device("two", color=False, print_color_modes=("monochrome",))
    await house.price(Price(mono=50), dear.id)
    job = await house.job(house.catalogue.named("follow-me"), ada, counted=report(4, color=(1, 2)))
    quote = await house.desk.quote(job, cheap)
    assert (quote.amount, quote.impressions, quote.sheets, quote.colored, quote.reason) == (
        2 * 20 + 2 * 5 + 4,
        4,
        4,
        2,
        "",
    )
    assert (await house.desk.quote(job, dear)).amount == 200
    two_sided = await house.desk.quote(job, cheap, Changes(sides="two-sided-long-edge", monochrome=True, copies=2))
    assert (two_sided.amount, two_sided.sheets) == (8 * 5 + 4, 4)
    uncounted = await house.job(house.catalogue.named("follow-me"), ada, report=None, pages=None)
    assert (await house.desk.quote(uncounted, cheap)).amount is None
    assert await house.desk.price("another") == Price(5, 20, 1)


async def test_a_release_waits_for_the_count(house, ada, held):
    await house.note(held.id, counted_at=None)
    task = asyncio.create_task(house.desk.release(ada, held.id))
    await asyncio.sleep(0.02)
    assert not task.done()
    await house.note(held.id, counted_at=now())
    assert (await task).state is JobState.PENDING


async def test_a_count_that_takes_too_long(house, ada, held, monkeypatch):
    monkeypatch.setattr(desk_module, "COUNT_LIMIT", 0.05)
    await house.note(held.id, counted_at=None)
    with pytest.raises(StillCounting):
        await house.desk.release(ada, held.id)


async def test_a_document_rejected_while_its_release_waits(house, ada, held):
    await house.note(held.id, counted_at=None)
    task = asyncio.create_task(house.desk.release(ada, held.id))
    await asyncio.sleep(0.02)
    await house.jobs.abort(held.id, ("document-format-error",), "It is locked.", counted_at=now())
    with pytest.raises(NotPossible, match="It is locked"):
        await task
    assert await house.reserved(held) is None


async def test_what_may_have_printed_is_printed_again_only_when_confirmed(house, ada, held):
    await house.desk.release(ada, held.id)
    await uncertain(house, held)
    with pytest.raises(MayHavePrinted):
        await house.desk.release(ada, held.id)
    again = await house.desk.release(ada, held.id, confirmed=True)
    assert again.state is JobState.PENDING and not again.uncertain and await house.reserved(held) == 24


async def test_a_slow_release_sees_that_it_may_have_printed_meanwhile(house, ada, held, monkeypatch):
    seen = await house.jobs.get(held.id)
    await house.desk.release(ada, held.id)
    await uncertain(house, held)

    async def stale(_):
        return seen

    monkeypatch.setattr(house.jobs, "get", stale)
    with pytest.raises(MayHavePrinted):
        await house.desk.release(ada, held.id)


@pytest.mark.parametrize("by", ["operator", "policy"])
async def test_it_had_printed(house, ada, root, held, by):
    await house.desk.release(ada, held.id)
    await uncertain(house, held)
    done = await house.desk.settle_uncertain(
        root if by == "operator" else None, held.id, printed=True, by_policy=by == "policy"
    )
    assert done.state is JobState.COMPLETED and not done.uncertain and done.document_id is None
    assert (done.impressions_completed, done.sheets_completed) == (4, 4)
    charge = await house.charge(held)
    assert (charge.amount, charge.basis) == (-24, by) and await house.reserved(held) is None
    with pytest.raises(NotPossible):
        await house.desk.settle_uncertain(root, held.id, printed=False)
    assert await house.balance(ada) == (-24, -24)


async def test_it_had_not_printed(house, ada, root, held):
    await house.note(held.id, expires_at=1)
    await house.desk.release(ada, held.id)
    await uncertain(house, held)
    assert await house.jobs.expire() == 0
    freed = await house.desk.settle_uncertain(root, held.id, printed=False)
    assert freed.held and not freed.uncertain and freed.message == "" and freed.expires_at > now()
    assert await house.reserved(held) is None and await house.balance(ada) == (0, 0)
    assert (await house.desk.release(ada, held.id)).state is JobState.PENDING
    actions = [
        line.action for line in await house.database.read(lambda connection: audit.latest(connection, house.node))
    ]
    assert "job.not-printed" in actions


async def test_it_had_printed_on_a_device_that_is_gone(house, ada, held):
    await house.desk.release(ada, held.id, changes=Changes(copies=2))
    await uncertain(house, held)
    await house.fleet.remove("one")
    await house.desk.settle_uncertain(None, held.id, printed=True)
    assert (await house.charge(held)).amount == -48


async def test_only_what_is_uncertain_is_decided(house, root, held):
    for printed in (True, False):
        with pytest.raises(NotPossible, match="nothing to decide"):
            await house.desk.settle_uncertain(root, held.id, printed=printed)


async def test_what_may_have_printed_is_not_deleted_to_get_out_of_paying(house, ada, root, held):
    await house.desk.release(ada, held.id)
    await uncertain(house, held)
    with pytest.raises(NotPossible, match="An administrator decides"):
        await house.desk.delete(ada, held.id)
    assert await house.reserved(held) == 24
    assert (await house.desk.delete(root, held.id)).state is JobState.CANCELED


async def test_what_costs_nothing_may_be_deleted_though_it_may_have_printed(house, ada, held):
    await house.price(Price())
    await house.desk.release(ada, held.id)
    await uncertain(house, held)
    assert (await house.desk.delete(ada, held.id)).state is JobState.CANCELED


async def test_a_job_of_nobody_is_claimed_once(house, ada, bob):
    job = await house.job(await house.queue(accept_unowned=True))
    code = house.code
    with pytest.raises(WrongCode):
        await house.desk.claim(ada, "AAAA-AAAA")
    claimed = await house.desk.claim(ada, f" {code[:4].lower()} {code[4:]}")
    assert (claimed.id, claimed.person_id, claimed.user_name, claimed.claim) == (job.id, ada.id, "ada", None)
    with pytest.raises(WrongCode):
        await house.desk.claim(bob, code)


async def test_codes_cannot_be_guessed(house, ada, bob):
    await house.job(await house.queue(accept_unowned=True))
    for _ in range(19):
        with pytest.raises(WrongCode):
            await house.desk.claim(ada, "AAAA-AAAA")
    found = await asyncio.gather(*(house.desk.claim(ada, "BBBB-BBBB") for _ in range(5)), return_exceptions=True)
    assert [type(error) for error in found] == [WrongCode, *[TooManyCodes] * 4]
    with pytest.raises(TooManyCodes):
        await house.desk.claim(ada, house.code)
    assert (await house.desk.claim(bob, house.code)).person_id == bob.id


async def test_lists(house, ada, bob, held):
    second = await house.job(house.catalogue.named("follow-me"), ada)
    assert [job.id for job in await house.desk.waiting(ada)] == [second.id, held.id]
    await house.desk.delete(ada, held.id)
    assert [job.id for job in await house.desk.history(ada)] == [held.id]
    assert await house.desk.history(ada, before=held.job_id) == [] and await house.desk.waiting(bob) == []


async def test_a_job_whose_document_is_still_coming_is_not_released(house, ada, held):
    await house.note(held.id, incoming=True)
    with pytest.raises(NotPossible):
        await house.desk.release(ada, held.id)
