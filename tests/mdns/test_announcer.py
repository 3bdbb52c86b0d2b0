"""What is said of each matter, how often, and how fast."""

import asyncio
import contextlib

import pytest

from mdns import announcer
from mdns.announcer import Announcer, Pace, farewell, packed, weight
from mdns.services import Target, goodbyes, records, services
from mdns.txt import PrinterFacts

TARGET = Target("gate.local.", ("192.0.2.1",))


def infos(name, **more):
    facts = PrinterFacts(name, "ipp/print/x", "u", 8631, "Printgate", ("application/pdf",), **more)
    return services(facts, name, TARGET).values()


def said(message):
    return [record for record, _ in message.answers]


@pytest.fixture
async def spoken(monkeypatch):
    """An announcer that runs, and what it sent."""
    monkeypatch.setattr(announcer, "REPEATS", (0.05, 0.1))
    sent = []
    running = Announcer(sent.append, Pace())
    task = asyncio.create_task(running.run())
    yield running, sent
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def settled(sent):
    """Wait until nothing more is said."""
    before = -1
    while before != len(sent):
        before = len(sent)
        await asyncio.sleep(0.3)


async def test_everything_is_said_three_times(spoken):
    running, sent = spoken
    await running.all_said()  # nothing is to be said
    running.say("one", records(infos("One")))
    await running.all_said()
    first = [record for message in sent for record in said(message)]
    assert first == records(infos("One"))
    await settled(sent)
    assert [record for message in sent for record in said(message)] == first * 3


async def test_the_newest_word_replaces_what_was_not_said_yet(spoken):
    running, sent = spoken
    for note in ("Hall", "Cellar", "Attic"):
        running.say("one", records(infos("One", note=note)))
    await settled(sent)
    texts = [record.text for message in sent for record in said(message) if hasattr(record, "text")]
    assert {b"note=Attic" in text for text in texts if text != b"\x00"} == {True}


async def test_a_record_is_never_said_twice_within_the_pause(spoken):
    running, sent = spoken
    clock, times = asyncio.get_running_loop().time, []
    running._send = lambda message: (times.append(clock()), sent.append(message))
    running.say("one", records(infos("One", note="Hall")))
    await running.all_said()
    running.say("one", records(infos("One", note="Cellar")))
    await running.all_said()
    assert times[-1] - times[0] >= 0.05


async def test_who_goes_and_returns_before_the_goodbye_was_said_has_not_gone(spoken):
    running, sent = spoken
    told = list(infos("One"))
    running.say("one", (), goodbyes(told))
    running.say("one", records(told))
    running.say("two", (), goodbyes(infos("Two")))
    running.say("three", ())
    await running.all_said()
    await settled(sent)
    gone = {record.key for message in sent for record in said(message) if record.ttl == 0}
    assert any("two." in key for key in gone)
    assert not any("one." in key for key in gone)


async def test_pace_lets_a_few_through_and_then_so_many_a_second(monkeypatch):
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    monkeypatch.setattr(announcer.asyncio, "sleep", sleep)
    pace = Pace(per_second=0.1, at_once=10)
    for _ in range(10):
        await pace.take()
    assert waits == []
    for _ in range(3):
        await pace.take()
    assert [round(wait / 10) for wait in waits] == [1, 2, 3]


async def test_goodbyes_for_good_are_said_twice_at_once():
    sent = []
    gone = [record for number in range(100) for record in goodbyes(infos(f"Room {number}"))]
    await farewell(sent.append, gone)
    assert [record for message in sent for record in said(message)] == gone * 2
    assert all(len(message.packets()) == 1 for message in sent)


def test_batches_fit_a_packet():
    all_of_them = [record for number in range(50) for record in records(infos(f"Room {number}", note="x" * 100))]
    batches = list(packed(all_of_them))
    assert [record for batch in batches for record in batch] == all_of_them
    assert all(weight(batch) <= announcer.PACKET for batch in batches)
    assert all(len(announcer.message(batch).packets()) == 1 for batch in batches)
