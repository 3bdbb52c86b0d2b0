"""Which interfaces and addresses are chosen."""

import ifaddr
import pytest

from mdns import interfaces
from mdns.interfaces import choose


@pytest.fixture
def machine(monkeypatch):
    def adapter(name, index, *texts):
        ips = [ifaddr.IP((text, 0, index) if ":" in text else text, 24, name) for text in texts]
        return ifaddr.Adapter(name, name, ips, index=index)

    down = set()
    adapters = [
        adapter("lo", 1, "127.0.0.1", "::1"),
        adapter("eth0", 2, "192.0.2.1", "2001:db8::1", "2001:db8::bad", "fe80::1"),
        adapter("eth1", 3, "198.51.100.1", "fe80::2"),
        adapter("docker0", 4, "172.17.0.1"),
        adapter("wg0", 5, "10.9.0.1"),
        adapter("eth2", 6),
    ]
    monkeypatch.setattr(interfaces.ifaddr, "get_adapters", lambda: adapters)
    monkeypatch.setattr(interfaces, "is_up", lambda name: name not in down)
    every = [ip.ip if isinstance(ip.ip, str) else ip.ip[0] for one in adapters for ip in one.ips]
    monkeypatch.setattr(interfaces, "interface_addresses", lambda: [text for text in every if "bad" not in text])
    return down


def test_all_that_lead_outward(machine):
    links = choose()
    assert links.senders == ("192.0.2.1", 2, "198.51.100.1", 3)
    # Link-local where there is nothing wider; the short-lived one not at all.
    assert links.addresses == ("192.0.2.1", "2001:db8::1", "198.51.100.1", "fe80::2")


@pytest.mark.parametrize(
    ("wanted", "senders", "addresses"),
    [
        (["eth1"], ("198.51.100.1", 3), ("198.51.100.1", "fe80::2")),
        (["198.51.100.1"], ("198.51.100.1", 3), ("198.51.100.1", "fe80::2")),
        (["lo"], ("127.0.0.1",), ("127.0.0.1", "::1")),
        (["docker0", "wg0"], ("172.17.0.1", "10.9.0.1"), ("172.17.0.1", "10.9.0.1")),
    ],
)
def test_named_ones(machine, wanted, senders, addresses):
    links = choose(wanted)
    assert (links.senders, links.addresses) == (senders, addresses)


def test_what_is_not_there_is_said(machine):
    with pytest.raises(ValueError, match=r"'eth9'.*there are: lo, eth0"):
        choose(["eth9"])
    with pytest.raises(ValueError, match="No network interface"):
        choose(["eth2"])


def test_an_interface_without_a_cable_is_passed_over(machine):
    machine.add("eth1")
    assert choose().senders == ("192.0.2.1", 2)
    machine.add("eth0")
    with pytest.raises(ValueError, match="No network interface"):
        choose(["eth0", "eth1"])


def test_which_interface_is_spoken_on_and_which_leads_to_a_client(machine):
    links = choose()
    first, second = links.each
    assert (first.index, second.index) == (2, 3)
    assert links.of_sender("198.51.100.1") is links.of_sender(3) is second
    assert links.of_sender("203.0.113.1") is None
    assert links.of_peer("192.0.2.77") is links.of_peer("::ffff:192.0.2.77") is first
    assert links.of_peer("198.51.100.9") is second
    for elsewhere in ("203.0.113.1", "fe80::9%eth0", "what"):
        assert links.of_peer(elsewhere) is None


def test_this_machine_has_loopback():
    assert interfaces.is_up("lo")
    assert interfaces.is_up("no-such-thing")
    assert "127.0.0.1" in choose(["lo"]).addresses
