"""Who counts as a rival for a name."""

import asyncio

import pytest
from zeroconf import RecordUpdate, ServiceInfo, current_time_millis

from mdns.announcer import Pace
from mdns.rivals import Rivals


def heard(host, name="Follow Me", ttl=120, kind="dns_service"):
    info = ServiceInfo("_ipp._tcp.local.", f"{name}._ipp._tcp.local.", port=1, server=f"{host}.local.")
    return RecordUpdate(getattr(info, kind)(override_ttl=ttl), None)


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({"host": "other"}, [("follow me._ipp._tcp.local.", "other.local.")]),
        ({"host": "other", "name": "FOLLOW me"}, [("follow me._ipp._tcp.local.", "other.local.")]),
        ({"host": "gate"}, []),
        ({"host": "GATE"}, []),
        ({"host": "other", "name": "Another"}, []),
        ({"host": "other", "ttl": 0}, []),  # a goodbye
        ({"host": "other", "kind": "dns_text"}, []),
        ({"host": "other", "kind": "dns_pointer"}, []),
    ],
)
def test_only_another_host_with_our_name(record, found):
    seen = []
    ours = {"follow me._ipp._tcp.local."}.__contains__
    rivals = Rivals("Gate.local.", Pace(), ours, lambda *rival: seen.append(rival))
    rivals.async_update_records(None, current_time_millis() + 1, [heard(**record)])
    assert seen == found


class Silence:
    """A network on which nobody answers but those who are told to."""

    def __init__(self, known=()):
        self.sent, self.cache, self._known = [], self, known

    def get_all_by_details(self, name, *_):
        return [heard("other").new] if name in self._known else []

    def async_send(self, message):
        self.sent.append(message)


def proposed(*names):
    return [heard("gate", name).new for name in names]


async def test_names_are_probed_three_times_together_with_what_we_would_say():
    network, rivals = Silence(), Rivals("gate.local.", Pace(), lambda _: False, lambda *_: None)
    asked = [proposed(f"Room {number}") for number in range(30)]
    assert await asyncio.gather(*(rivals.taken(network, records) for records in asked)) == [False] * 30
    names = [question.name for message in network.sent for question in message.questions]
    assert sorted(names) == sorted([f"Room {number}._ipp._tcp.local." for number in range(30)] * 3)
    for message in network.sent:
        assert [record.name for record in message.authorities] == [question.name for question in message.questions]
        assert message.is_query()
        assert len(message.packets()) == 1


async def test_a_rival_who_answers_has_the_name():
    network, rivals = Silence(), Rivals("gate.local.", Pace(), lambda _: False, lambda *_: None)
    asking = [asyncio.create_task(rivals.taken(network, proposed(name))) for name in ("Mine", "Theirs")]
    while not network.sent:
        await asyncio.sleep(0.01)
    rivals.async_update_records(None, current_time_millis() + 1, [heard("other", "Theirs")])
    assert await asyncio.gather(*asking) == [False, True]


async def test_who_was_heard_before_need_not_be_asked():
    network = Silence(known={"follow me._ipp._tcp.local."})
    rivals = Rivals("gate.local.", Pace(), lambda _: False, lambda *_: None)
    assert await rivals.taken(network, proposed("Follow Me"))
    assert not network.sent


async def test_questions_end_when_the_gateway_does():
    network, rivals = Silence(), Rivals("gate.local.", Pace(), lambda _: False, lambda *_: None)
    asking = asyncio.create_task(rivals.taken(network, proposed("Follow Me")))
    while not network.sent:
        await asyncio.sleep(0.01)
    rivals.stop()
    assert await asking is False
