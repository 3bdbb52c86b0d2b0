"""Queues told on a wire of our own, as avahi and CUPS' ippfind find them there."""

import concurrent.futures
import subprocess
import time

import pytest

from mdns import advertise
from mdns.advertise import Advertiser, AdvertisingFailed
from mdns.settings import Settings
from mdns.txt import PrinterFacts

UUID = "68c644be-c56e-37ab-7e45-4c1c0f32c4aa"
FOLLOW_ME = {
    "name": "Follow Me",
    "rp": "ipp/print/follow-me",
    "uuid": UUID,
    "port": 8631,
    "ty": "Printgate",
    "note": "Geschoß 1.2, öffentlich",
    "pdl": ["image/jpeg", "application/pdf", "image/urf", "image/pwg-raster"],
    "urf": ["V1.4", "CP1", "W8", "SRGB24", "RS300"],
    "color": True,
}
SECURE = {**FOLLOW_ME, "name": "Secure", "rp": "ipp/print/secure", "secure_only": True, "air": "username,password"}

on_a_wire = pytest.mark.e2e


IPP = ("_ipp._tcp", "_universal._sub._ipp._tcp", "_print._sub._ipp._tcp")
IPPS = ("_ipps._tcp", "_universal._sub._ipps._tcp", "_print._sub._ipps._tcp")


@on_a_wire
def test_found_by_avahi_and_ippfind_with_subtypes_and_gone_at_stop(wire, tell):
    _, client = wire
    gate = tell("printgate-one")
    assert gate("many", rows=[FOLLOW_ME, SECURE]) == ["Follow Me", "Secure"]

    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        ippfind = ("ippfind", "-T", "1", "_ipp._tcp,_universal", "--txt-note", "öffentlich", "--print")
        cups = beside.submit(client.run, *ippfind)
        *found, held = client.browse(*IPP, *IPPS, "_printer._tcp")
    assert cups.result().split() == ["ipp://printgate-one.local:8631/ipp/print/follow-me"]
    assert [sorted(each) for each in found] == [["Follow Me"]] * 3 + [["Follow Me", "Secure"]] * 3
    for each in found:
        host, port, text, addresses = each["Follow Me"]
        assert (host, port) == ("printgate-one.local", 8631)
        assert addresses <= {"10.77.0.1", "fd77::1"}
        assert text["rp"] == "ipp/print/follow-me"
        assert text["UUID"] == UUID
        assert text["pdl"] == "application/pdf,image/urf,image/pwg-raster,image/jpeg"
        assert text["TLS"] == "1.3"
    assert found[-1]["Secure"][2]["air"] == "username,password"
    assert {name: port for name, (_, port, _, _) in held.items()} == {"Follow Me": 0, "Secure": 0}
    assert client.run("avahi-resolve", "-4", "-n", "printgate-one.local").split()[1] == "10.77.0.1"
    assert client.run("avahi-resolve", "-6", "-n", "printgate-one.local").split()[1] == "fd77::1"

    # The System may be called as a queue is; who administers finds it by a type of its own.
    assert gate("system", name="Secure") == "Secure"
    assert client.browse("_ipps-system._tcp")[0]["Secure"][:2] == ("printgate-one.local", 8631)

    assert gate("withdraw", name="Secure") is None
    assert client.settles(["Follow Me"], *IPP, *IPPS, "_printer._tcp")
    assert gate("stop") is None
    assert client.settles([], *IPP, *IPPS, "_printer._tcp")
    assert gate("announce", facts_of=FOLLOW_ME).startswith("failed: ")


@on_a_wire
def test_updates_and_new_addresses_are_seen(wire, tell):
    node, client = wire
    gate = tell("printgate-one", interfaces=["eth0"])
    gate("announce", facts_of=FOLLOW_ME)
    assert client.heard("_ipp._tcp")[0]["Follow Me"][2]["note"] == FOLLOW_ME["note"]
    gate("update", facts_of={**FOLLOW_ME, "note": "Cellar", "port": 631})
    for each in client.heard(*IPP, *IPPS):
        assert (each["Follow Me"][1], each["Follow Me"][2]["note"]) == (631, "Cellar")
    # The queue gets passwords: plain ipp goes, the rest stays.
    gate("update", facts_of={**FOLLOW_ME, "secure_only": True})
    assert client.settles([], *IPP)
    assert client.settles(["Follow Me"], *IPPS)

    node.run("ip", "addr", "add", "10.77.0.3/24", "dev", "eth0")
    node.run("ip", "addr", "del", "10.77.0.1/24", "dev", "eth0")
    node.run("ip", "addr", "replace", "10.77.0.3/24", "dev", "eth0")
    node.run("ip", "route", "replace", "224.0.0.0/4", "dev", "eth0")
    try:
        assert gate("addresses_changed") is True
        assert gate("addresses_changed") is False
        assert client.run("avahi-resolve", "-4", "-n", "printgate-one.local").split()[1] == "10.77.0.3"
        gate("stop")
    finally:
        node.run("ip", "addr", "del", "10.77.0.3/24", "dev", "eth0")
        node.run("ip", "addr", "add", "10.77.0.1/24", "dev", "eth0")
        node.run("ip", "route", "replace", "224.0.0.0/4", "dev", "eth0")


@on_a_wire
def test_a_name_in_use_is_numbered_alike_for_all_services(wire, tell):
    _, client = wire
    # A printer that speaks another protocol holds its name by _printer._tcp alone.
    command = ("avahi-publish", "-s", "Canteen", "_printer._tcp", "515")
    lpd = client.start(*command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    first, second = tell("printgate-one"), tell("printgate-two")
    assert lpd.stdout.readline() == "Established under name 'Canteen'\n"
    rows = [FOLLOW_ME, {**FOLLOW_ME, "name": "Canteen"}]
    assert first("many", rows=rows) == ["Follow Me", "Canteen (2)"]
    # Twice on the same gateway: the third of that name.
    assert second("announce", facts_of=FOLLOW_ME) == "Follow Me (2)"
    assert second("announce", facts_of={**FOLLOW_ME, "name": "follow me"}) == "follow me (3)"
    assert second("renamed", count=2) == [["Follow Me", "Follow Me (2)"], ["follow me", "follow me (3)"]]
    for each in client.heard(*IPP, *IPPS):
        assert {name: host for name, (host, _, _, _) in each.items()} == {
            "Follow Me": "printgate-one.local",
            "Follow Me (2)": "printgate-two.local",
            "follow me (3)": "printgate-two.local",
            "Canteen (2)": "printgate-one.local",
        }


@on_a_wire
def test_a_late_rival_makes_one_of_the_two_give_way(wire, tell):
    _, client = wire
    gate = tell("printgate-one")
    gate("announce", facts_of=FOLLOW_ME)
    # The lesser host name stays: ours before zebra, not before aardvark.
    gate("intrude", name="Follow Me", host="zebra")
    time.sleep(0.8)  # long enough to have given way, were it going to
    assert gate("renamed", count=0) == []
    assert client.heard("_ipps._tcp")[0]["Follow Me"][0] == "printgate-one.local"
    gate("leave")
    gate("intrude", name="Follow Me", host="aardvark")
    assert gate("renamed", count=1) == [["Follow Me", "Follow Me (2)"]]
    gate("leave")
    assert client.settles(["Follow Me (2)"], "_ipp._tcp", *IPPS)


async def test_no_usable_interface_is_told_to_the_caller():
    advertiser = Advertiser(Settings("printgate-x", interfaces=("no-such-thing",)))
    with pytest.raises(AdvertisingFailed, match=r"no-such-thing.*there are: .*lo"):
        await advertiser.start()
    with pytest.raises(AdvertisingFailed, match="not started"):
        await advertiser.announce(PrinterFacts("a", "ipp/print", UUID, 631, "t", ("application/pdf",)))
    await advertiser.stop()


def test_addresses_that_are_none_are_refused_before_anything_is_sent():
    with pytest.raises(ValueError, match="not-an-address"):
        Advertiser(Settings("printgate-x", addresses=("not-an-address",)))


async def test_names_that_others_always_have_are_asked_for_slowly_and_given_up(monkeypatch):
    """Somebody may answer for every name; that must not become a storm, nor go on for ever."""
    asked, pauses = [], []

    async def taken(_rivals, _zeroconf, proposed):
        asked.append(proposed[0].name)
        return True

    async def sleep(seconds):
        pauses.append(seconds)

    monkeypatch.setattr(advertise.Rivals, "taken", taken)
    advertiser = Advertiser(Settings("printgate-x", interfaces=("lo",)))
    monkeypatch.setattr(Advertiser, "_running", object())
    monkeypatch.setattr(advertise.asyncio, "sleep", sleep)
    facts = PrinterFacts("Follow Me", "ipp/print", UUID, 631, "t", ("application/pdf",))
    with pytest.raises(AdvertisingFailed, match="rename the queue"):
        await advertiser.announce(facts)
    assert asked[:2] == ["Follow Me._ipp._tcp.local.", "Follow Me (2)._ipp._tcp.local."]
    assert len(asked) == len(set(asked)) == advertise.MOST_NUMBERS
    assert pauses == [advertise.SLOW_S] * (advertise.MOST_NUMBERS - advertise.SWIFT_NUMBERS)
