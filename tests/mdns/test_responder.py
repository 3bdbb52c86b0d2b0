"""Several machines and several networks: names that are asked for twice, addresses of each link, cables pulled."""

import concurrent.futures
import time

import pytest

from tests.mdns.conftest import need
from tests.mdns.test_advertise import FOLLOW_ME

pytestmark = pytest.mark.e2e


def bridge(hub, *nodes):
    """Plug machines into a switch."""
    hub.run("ip", "link", "add", "switch", "type", "bridge", "mcast_snooping", "0")
    hub.run("ip", "link", "set", "switch", "up")
    for number, node in enumerate(nodes, 1):
        hub.plug(node, f"port{number}")
        hub.run("ip", "link", "set", f"port{number}", "master", "switch")
        hub.run("ip", "link", "set", f"port{number}", "up")
        node.join(number)


def soon(found, seconds=8):
    """Whether something becomes true within the time that records, repeats and quarrels take."""
    until = time.monotonic() + seconds
    while not found():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def test_gateways_that_start_together_share_no_name(machines, tell, tmp_path):
    hub, one, two, client = machines("hub", "one", "two", "client")
    bridge(hub, one, two, client)
    client.avahi(tmp_path)
    gates = [tell("printgate-one", one), tell("printgate-two", two)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda gate: gate("announce", facts_of=FOLLOW_ME), gates))

    def hosts():
        found = client.heard("_ipp._tcp", "_ipps._tcp", "_universal._sub._ipp._tcp")
        return [{name: host for name, (host, *_) in each.items()} for each in found]

    told = {"Follow Me": "printgate-one.local", "Follow Me (2)": "printgate-two.local"}
    assert soon(lambda: hosts() in ([told] * 3, [dict(zip(told, [*told.values()][::-1], strict=True))] * 3)), hosts()
    assert client.names("_printer._tcp") == set(told)
    # One that comes later asks, and gets the next number.
    third = tell("printgate-three", one)
    assert third("announce", facts_of=FOLLOW_ME) == "Follow Me (3)"


def test_clients_are_told_the_addresses_of_their_own_network(machines, tell, tmp_path):
    need("dig")
    gate, left, right = machines("gate", "left", "right")
    for node, name, network in ((left, "eth0", 77), (right, "eth1", 78)):
        node.plug(gate, "eth0", name)
        gate.join(1, name, network)
        node.join(2, "eth0", network)
        node.avahi(tmp_path)
    tell("printgate-two-legs", gate)("announce", facts_of=FOLLOW_ME)
    (seen,), (other,) = left.browse("_ipp._tcp"), right.browse("_ipp._tcp")
    assert seen["Follow Me"][3] <= {"10.77.0.1", "fd77::1"}
    assert other["Follow Me"][3] <= {"10.78.0.1", "fd78::1"}
    for node, address in ((left, "10.77.0.1"), (right, "10.78.0.1")):
        answer = node.run("dig", "+short", "+notcp", "-p", "5353", f"@{address}", "printgate-two-legs.local", "A")
        assert answer.split() == [address]
    assert left.run("avahi-resolve", "-6", "-n", "printgate-two-legs.local").split()[1] == "fd77::1"
    assert right.run("avahi-resolve", "-6", "-n", "printgate-two-legs.local").split()[1] == "fd78::1"


def test_a_network_without_any_address_but_link_local_ones(machines, tell, tmp_path):
    gate, client = machines("gate", "client")
    client.plug(gate)
    gate.join(1, families="l")
    client.join(2, families="l")
    client.avahi(tmp_path)
    tell("printgate-alone", gate)("announce", facts_of=FOLLOW_ME)
    (found,) = client.browse("_ipp._tcp")
    assert found["Follow Me"][3] == {"fe80::1"}


def test_a_cable_is_pulled_and_another_plugged_in(machines, tell, tmp_path):
    gate, left, right = machines("gate", "left", "right")
    left.plug(gate)
    gate.join(1)
    left.join(2)
    left.avahi(tmp_path)
    told = tell("printgate-moves", gate)
    told("announce", facts_of=FOLLOW_ME)
    assert soon(lambda: "Follow Me" in left.names("_ipp._tcp"))

    left.run("ip", "link", "set", "eth0", "down")
    assert soon(lambda: str(told("addresses_changed")).startswith("failed: No network interface"))
    right.plug(gate, "eth0", "eth1")
    gate.join(1, "eth1", 78)
    right.join(2, "eth0", 78)
    right.avahi(tmp_path)
    assert soon(lambda: told("addresses_changed") is True)
    assert soon(lambda: "Follow Me" in right.names("_ipp._tcp"))
    assert right.heard("_ipp._tcp")[0]["Follow Me"][3] <= {"10.78.0.1", "fd78::1"}

    # The first network comes back, and hears of the queue without asking.
    left.run("ip", "link", "set", "eth0", "up")
    left.run("ip", "-6", "address", "replace", "fd77::2/64", "dev", "eth0", "nodad")
    assert soon(lambda: told("addresses_changed") is True)
    assert soon(lambda: "Follow Me" in left.names("_ipp._tcp"))
    assert soon(lambda: left.heard("_ipp._tcp")[0]["Follow Me"][3] <= {"10.77.0.1", "fd77::1", "fe80::1"})


def test_many_queues_in_few_packets(machines, tell, tmp_path):
    need("dig")
    node, client = machines("gate", "client")
    client.plug(node)
    node.join(1)
    client.join(2)
    client.avahi(tmp_path)
    gate = tell("printgate-many", node)
    before = node.packets()
    rows = [{**FOLLOW_ME, "name": f"Room {number}", "rp": f"ipp/print/{number}"} for number in range(110)]
    assert gate("many", rows=rows) == [row["name"] for row in rows]
    # Three rounds of probes, and each queue once, over IPv4 and IPv6: seven registrations would be 21 each.
    assert node.packets() - before < 6 * len(rows)
    assert soon(lambda: len(client.names("_ipps._tcp")) == len(rows))
    types = client.run("dig", "+short", "+notcp", "-p", "5353", "@10.77.0.1", "PTR", "_services._dns-sd._udp.local")
    assert sorted(types.split()) == ["_ipp._tcp.local.", "_ipps._tcp.local.", "_printer._tcp.local."]
    # Who asks for all is told the names, and asks on for those it wants.
    before = node.packets()
    client.run("dig", "+short", "+notcp", "-p", "5353", "@10.77.0.1", "PTR", "_ipps._tcp.local")
    assert node.packets() - before < len(rows)

    assert gate("stop") is None
    assert soon(lambda: not client.names("_ipps._tcp"))


def test_an_answer_that_was_kept_back_brings_nothing_back(wire, tell):
    need("dig")
    _, client = wire
    gate = tell("printgate-one")
    gate("announce", facts_of=FOLLOW_ME)
    # What was said within the last second is said again only after it.
    for _ in range(3):
        client.run("dig", "+short", "+notcp", "-p", "5353", "@10.77.0.1", "PTR", "_ipps._tcp.local")
    gate("withdraw", name="Follow Me")
    assert client.settles([], "_ipps._tcp", "_universal._sub._ipps._tcp")
    time.sleep(2)
    assert not client.names("_ipps._tcp") | client.names("_universal._sub._ipps._tcp")


def test_records_are_sent_to_another_host_than_the_gateway(wire, tell):
    _, client = wire
    told = tell("printgate-behind", target="printers.local", addresses=["10.77.0.200", "fd77::200"])
    told("announce", facts_of=FOLLOW_ME)
    host, _, _, addresses = client.browse("_ipp._tcp")[0]["Follow Me"]
    assert host == "printers.local"
    assert addresses <= {"10.77.0.200", "fd77::200"}
    # The same queue of another gateway behind the same balancer is no rival.
    other = tell("printgate-beside", target="printers.local", addresses=["10.77.0.200", "fd77::200"])
    assert other("announce", facts_of=FOLLOW_ME) == "Follow Me"
    assert other("renamed", count=0) == []
