"""Host names under which a gateway appears."""

import pytest

from mdns.settings import Settings, host_label, is_host, target_host


@pytest.mark.parametrize("host", ["", "a.b", "ä", "x" * 64, "a b"])
def test_hosts_that_are_no_label(host):
    with pytest.raises(ValueError, match="host"):
        target_host(Settings(host))


@pytest.mark.parametrize("target", ["a b", "ä.example", "a..b", "x" * 64 + ".example", ".".join(["x" * 60] * 5)])
def test_targets_that_are_no_host(target):
    assert not is_host(target)
    with pytest.raises(ValueError, match="host"):
        target_host(Settings("gate", target=target))


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        (Settings("gate"), "gate.local."),
        (Settings("gate.local."), "gate.local."),
        (Settings("gate", target="printers"), "printers.local."),
        (Settings("gate", target="print.example.org."), "print.example.org."),
    ],
)
def test_where_clients_are_sent(settings, host):
    assert target_host(settings) == host


def test_host_of_a_node():
    assert host_label("7F3A-22c1") == "printgate-7f3a22c1"
    with pytest.raises(ValueError, match="node id"):
        host_label("--")
