"""On which network interfaces printers are told, and under which addresses."""

import fcntl
import fnmatch
import ipaddress
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import ifaddr

from certs.names import interface_addresses

# Networks inside this machine, and tunnels that carry no multicast: a phone that was told such an address would fail.
INWARD = (
    *("lo", "lo[0-9]*"),
    *("docker*", "br-????????????", "veth*", "cni*", "flannel*", "cali*"),  # containers
    *("virbr*", "vnet*"),  # virtual machines
    *("tun*", "wg*"),
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_SIOCGIFFLAGS = 0x8913  # Linux, netdevice(7)
_RUNNING = 0x40  # IFF_RUNNING: there is a cable, or a wireless network was joined


@dataclass(frozen=True)
class Link:
    """One interface: what to speak from (IPv4 addresses, for IPv6 its number), what is told and reached there."""

    index: int
    senders: tuple[str | int, ...]
    addresses: tuple[str, ...]
    networks: tuple[Network, ...] = ()


@dataclass(frozen=True)
class Links:
    """All interfaces to speak on."""

    each: tuple[Link, ...]

    @cached_property
    def senders(self) -> tuple[str | int, ...]:
        """IPv4 addresses, and for IPv6 interface numbers."""
        return tuple(dict.fromkeys(sender for link in self.each for sender in link.senders))

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """What is told, on whichever of them."""
        return tuple(dict.fromkeys(address for link in self.each for address in link.addresses))

    def of_sender(self, sender: str | int) -> Link | None:
        """The interface that is spoken on from this IPv4 address or by this number."""
        return next((link for link in self.each if sender in link.senders), None)

    def of_peer(self, address: str) -> Link | None:
        """The interface whose network this address belongs to; None for a link-local one and those far away."""
        try:
            peer = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return None
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return next((link for link in self.each if any(peer in network for network in link.networks)), None)


def choose(wanted: Sequence[str] = ()) -> Links:
    """Interfaces named in `wanted`, by name or by one of their addresses; all that lead outward when it is empty.

    Those that are down are passed over. Raises ValueError when one is not there, or none has an address.
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
    links = [_link(adapter, lasting) for adapter in chosen if is_up(adapter.nice_name)]
    found = Links(tuple(link for link in links if link.senders))
    if not found.senders:
        raise ValueError("No network interface has an address on which printers could be told.")
    return found


def is_up(name: str) -> bool:
    """Whether an interface carries anything now; one that cannot be asked is taken to."""
    request = struct.pack("256s", name.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = fcntl.ioctl(asking, _SIOCGIFFLAGS, request)
        except OSError:
            return True
    return bool(struct.unpack_from("H", answer, 16)[0] & _RUNNING)


def _link(adapter: ifaddr.Adapter, lasting: set[str]) -> Link:
    addresses = [address for address in _addresses(adapter) if str(address) in lasting]
    return Link(
        adapter.index or 0,
        tuple(_senders(adapter, addresses)),
        tuple(str(address) for address in _worth_telling(addresses)),
        tuple(_networks(adapter)),
    )


def _networks(adapter: ifaddr.Adapter) -> list[Network]:
    # Link-local networks are the same on every interface, and so say nothing.
    pairs = zip(_addresses(adapter), (ip.network_prefix for ip in adapter.ips), strict=True)
    return [
        ipaddress.ip_network(f"{address}/{prefix}", strict=False)
        for address, prefix in pairs
        if not address.is_link_local
    ]


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
