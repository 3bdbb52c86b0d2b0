"""On which network interfaces printers are told, and under which addresses."""

import fnmatch
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

import ifaddr

from certs.names import interface_addresses

# Networks inside this machine, and tunnels that carry no multicast: a phone that was told such an address would fail.
INWARD = (
    *("lo", "lo[0-9]*"),
    *("docker*", "br-????????????", "veth*", "cni*", "flannel*", "cali*"),  # containers
    *("virbr*", "vnet*"),  # virtual machines
    *("tun*", "wg*"),
)


@dataclass(frozen=True, slots=True)
class Links:
    """Interfaces to speak on (IPv4 addresses, and for IPv6 interface numbers), and the addresses to tell."""

    senders: tuple[str | int, ...]
    addresses: tuple[str, ...]


def choose(wanted: Sequence[str] = ()) -> Links:
    """Interfaces named in `wanted`, by name or by one of their addresses; all that lead outward when it is empty.

    Raises ValueError when one is not there, or none has an address.
    """
    adapters = sorted(ifaddr.get_adapters(), key=lambda adapter: adapter.index or 0)
    for name in wanted:
        if not any(_is_meant(adapter, name) for adapter in adapters):
            there = ", ".join(adapter.nice_name for adapter in adapters)
            raise ValueError(f"There is no network interface or address {name!r} here; there are: {there}.")
    if wanted:
        chosen = [adapter for adapter in adapters if any(_is_meant(adapter, name) for name in wanted)]
    else:
        chosen = [a for a in adapters if not any(fnmatch.fnmatchcase(a.nice_name, name) for name in INWARD)]
    lasting = set(interface_addresses())
    senders: dict[str | int, None] = {}
    told: dict[str, None] = {}
    for adapter in chosen:
        addresses = [address for address in _addresses(adapter) if str(address) in lasting]
        senders.update(dict.fromkeys(_senders(adapter, addresses)))
        told.update(dict.fromkeys(str(address) for address in _worth_telling(addresses)))
    if not senders:
        raise ValueError("No network interface has an address on which printers could be told.")
    return Links(tuple(senders), tuple(told))


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _addresses(adapter: ifaddr.Adapter) -> list[Address]:
    # IPv4 comes as text, IPv6 as (address, flow, scope).
    texts = [ip.ip if isinstance(ip.ip, str) else ip.ip[0] for ip in adapter.ips]
    return [ipaddress.ip_address(text.partition("%")[0]) for text in texts]


def _is_meant(adapter: ifaddr.Adapter, name: str) -> bool:
    return name in (adapter.nice_name, adapter.name) or name in map(str, _addresses(adapter))


def _senders(adapter: ifaddr.Adapter, addresses: Sequence[Address]) -> list[str | int]:
    senders: list[str | int] = [str(address) for address in addresses if address.version == 4]
    # The loopback interface has no link-local IPv6 address and so no multicast of that kind.
    if adapter.index is not None and any(address.version == 6 and not address.is_loopback for address in addresses):
        senders.append(adapter.index)
    return senders


def _worth_telling(addresses: Sequence[Address]) -> list[Address]:
    """Link-local addresses only where there is nothing better: few clients keep the scope they need."""
    wide = [address for address in addresses if not (address.version == 6 and address.is_link_local)]
    if any(address.version == 6 for address in wide):
        return wide
    return list(addresses)
