"""Names and addresses by which clients may call this machine, as its certificate carries them."""

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from pathlib import Path

import ifaddr
from cryptography import x509

from certs.files import CertificateError

ALWAYS = ("localhost", "127.0.0.1", "::1")
# Linux: one line per IPv6 address: address, index, prefix length, scope, flags, interface (all hex but the last).
IPV6_TABLE = Path("/proc/net/if_inet6")
_HOST_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._*")
TEMPORARY = 0x01  # IFA_F_TEMPORARY: a privacy address (RFC 8981), replaced every day


def machine_names(extra: Iterable[str] = ()) -> list[str]:
    """Host names, then addresses of this machine, each once; `extra` (from configuration) goes first.

    The full name may be asked of a name server: call it in a thread.
    """
    host = socket.gethostname()
    short = host.partition(".")[0]
    # An odd host name ("(none)") must not keep the server from starting; a wrong one in the configuration must.
    own = filter(_can_be_certified, (host, socket.getfqdn(host), f"{short}.local"))
    names = [*extra, *own, *ALWAYS, *interface_addresses()]
    return list(dict.fromkeys(name.rstrip(".") for name in names))


def interface_addresses() -> list[str]:
    """IPv4 and IPv6 addresses of all interfaces as text without scope, short-lived privacy addresses left out."""
    passing = _temporary_addresses()
    found: dict[str, None] = {}
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            # IPv4 comes as text, IPv6 as (address, flow, scope).
            address = ipaddress.ip_address((ip.ip if isinstance(ip.ip, str) else ip.ip[0]).partition("%")[0])
            if address not in passing:
                found[str(address)] = None
    return list(found)


def alternative_names(names: Sequence[str]) -> list[x509.GeneralName]:
    """SAN entries: what parses as an address becomes iPAddress, all else dNSName (RFC 5280 §4.2.1.6).

    Repeated names appear once. Raises CertificateError for no name at all, or one that is no host name.
    """
    entries = list(dict.fromkeys(_alternative_name(name) for name in names))
    if not entries:
        raise CertificateError("A server certificate needs at least one host name or address.")
    return entries


def _alternative_name(name: str) -> x509.GeneralName:
    try:
        # A scope (fe80::1%eth0) means something on one machine only.
        return x509.IPAddress(ipaddress.ip_address(name.partition("%")[0]))
    except ValueError:
        pass
    try:
        host = name.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        host = ""
    if not host or len(host) > 253 or not set(host) <= _HOST_LETTERS:
        raise CertificateError(f"{name!r} is neither a host name nor an address: correct it in the configuration.")
    return x509.DNSName(host)


def _can_be_certified(name: str) -> bool:
    try:
        _alternative_name(name)
    except CertificateError:
        return False
    return True


def _temporary_addresses() -> set[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        rows = [line.split() for line in IPV6_TABLE.read_text("ascii").splitlines()]
    except OSError:  # no IPv6, or not Linux: nothing is known to be temporary
        return set()
    return {ipaddress.IPv6Address(bytes.fromhex(row[0])) for row in rows if int(row[4], 16) & TEMPORARY}
