"""What this machine is called."""

import ipaddress

import pytest

from certs import names
from certs.names import alternative_names, interface_addresses, machine_names


def test_loopback_host_and_local_names_are_there_once():
    found = machine_names(["print.example.org"])
    assert found[0] == "print.example.org"
    assert {"localhost", "127.0.0.1", "::1"} <= set(found)
    assert any(name.endswith(".local") for name in found)
    assert len(found) == len(set(found))
    assert len(alternative_names(found)) >= 4


def test_an_odd_host_name_is_left_out(monkeypatch):
    monkeypatch.setattr(names.socket, "gethostname", lambda: "(none)")
    monkeypatch.setattr(names.socket, "getfqdn", lambda _name: "(none)")
    found = machine_names()
    assert not [name for name in found if "(" in name]
    assert "localhost" in found


def test_privacy_addresses_are_left_out(tmp_path, monkeypatch):
    everything = interface_addresses()
    assert "127.0.0.1" in everything
    sixes = [address for address in everything if ":" in address]
    if not sixes:
        pytest.skip("this machine has no IPv6 address")
    table = tmp_path / "if_inet6"
    table.write_text(f"{ipaddress.IPv6Address(sixes[0]).packed.hex()} 01 80 00 81 eth0\n")
    monkeypatch.setattr(names, "IPV6_TABLE", table)
    assert sixes[0] not in interface_addresses()
