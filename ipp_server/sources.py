"""From where documents may be fetched for Print-URI, as the administrator says: schemes, hosts, and addresses.

A gateway that fetches whatever it is told to is a way into the house: unless a host or a network is named, nothing but
public addresses of the Internet is asked, whatever a name resolves to.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

PORTS: Final = {"https": 443, "http": 80, "ftp": 21}
"""Schemes that can be fetched, and the port of each that names none."""
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_LONGEST: Final = 1023


class BadSource(ValueError):
    """What an administrator wrote is no source; the text says what one is like."""


class NotFetched(Exception):
    """A document cannot be, or may not be, fetched from there; the text says why, for who asked."""


class SchemeNotFetched(NotFetched):
    """Documents are not fetched by that scheme."""


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the list: whom it allows to be asked. `network` or `host`; port None is any."""

    scheme: str
    host: str
    port: int | None
    network: Network | None = None

    @property
    def wide(self) -> bool:
        """Whether it allows hosts that it does not name."""
        return self.host.startswith("*")

    def names(self, target: "Target") -> bool:
        """Whether it is about that scheme, host and port, the address left open."""
        if self.scheme != target.scheme or self.port not in (None, target.port):
            return False
        if self.network is not None or self.host == "*":
            return True
        return target.host.endswith(self.host[1:]) if self.wide else target.host == self.host

    def allows(self, target: "Target", address: Ip) -> bool:
        """Whether that address may be asked for it."""
        if not self.names(target):
            return False
        if self.network is not None:
            return address.version == self.network.version and address in self.network
        return not self.wide or is_public(address)


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a URI names, and what there."""

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""

    @property
    def uri(self) -> str:
        """The URI, without a fragment."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{host}:{self.port}{self.path or '/'}{query}"

    @property
    def name(self) -> str:
        """The last part of its path, as a document's name."""
        last = unquote(self.path, errors="replace").rstrip("/").rpartition("/")[2]
        return "".join(letter for letter in last if letter.isprintable())[:200]


def sources(written: Iterable[str]) -> tuple[Source, ...]:
    """Read a list such as `docs.example.com`, `*.example.org:*`, `http://192.0.2.0/28` or `*`. Raises BadSource."""
    return tuple(_source(text) for text in written)


def schemes(allowed: Iterable[Source]) -> tuple[str, ...]:
    """reference-uri-schemes-supported."""
    found = {source.scheme for source in allowed}
    return tuple(scheme for scheme in PORTS if scheme in found)


def target(uri: str, allowed: tuple[Source, ...]) -> Target:
    """Read a URI that may be fetched, as far as can be told without resolving names. Raises NotFetched."""
    try:
        parts = urlsplit(uri) if len(uri) <= _LONGEST else None
        port = parts.port if parts else None
    except ValueError:
        parts, port = None, None
    if parts is None or not uri.isprintable() or " " in uri:
        raise NotFetched("That is no URI.")
    if parts.scheme not in schemes(allowed):
        raise SchemeNotFetched(f"Documents are fetched by {', '.join(schemes(allowed))} alone.")
    found = _target(parts, port)
    if not any(source.names(found) for source in allowed):
        raise NotFetched("Documents are not fetched from there. An administrator says from where they are.")
    return found


def _target(parts: SplitResult, port: int | None) -> Target:
    if parts.username is not None or parts.password is not None:
        raise NotFetched("A URI with a password in it is not fetched.")
    host = (parts.hostname or "").rstrip(".").lower()
    if not host or "%" in host or port == 0:
        raise NotFetched("The URI names no host.")
    return Target(parts.scheme, host, port or PORTS[parts.scheme], parts.path, parts.query)


def permitted(found: Target, addresses: Iterable[str], allowed: tuple[Source, ...]) -> list[str]:
    """The addresses of a host, if all of them may be asked. Raises NotFetched."""
    written = list(addresses)
    if not written:
        raise NotFetched("The host has no address.")
    for text in written:
        address = ipaddress.ip_address(text.split("%", 1)[0])
        if not any(source.allows(found, address) for source in allowed):
            # Not which address: nobody is to learn from here what there is in the house.
            raise NotFetched("Documents are not fetched from there. An administrator says from where they are.")
    return written


def is_public(address: Ip) -> bool:
    """Whether an address is one of the Internet, in whatever form it is written."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to: mapped, 6to4, Teredo, NAT64."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def _source(text: str) -> Source:
    scheme, colon, rest = text.rpartition("://")
    scheme = scheme.lower() if colon else "https"
    if scheme not in PORTS:
        raise BadSource(f"{text}: documents are fetched by {', '.join(PORTS)} alone.")
    network = _network(rest)
    if network is not None:
        return Source(scheme, "", None, network)
    host, port = _host(rest.lower(), text)
    return Source(scheme, host, PORTS[scheme] if port == "" else None if port == "*" else int(port))


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text.strip("[]"))
    except ValueError:
        return None


def _host(rest: str, text: str) -> tuple[str, str]:
    """The host and port of an entry; the port may be empty or `*`."""
    host, _, port = rest.partition(":") if not rest.startswith("[") else _bracketed(rest)
    plain = host.removeprefix("*.") if host != "*" else "any"
    right = plain.replace("-", "").replace(".", "").replace("_", "").replace(":", "").isalnum()
    if not right or not (port in ("", "*") or (port.isascii() and port.isdigit() and 0 < int(port) < 65536)):
        raise BadSource(f"{text} is no source. One is written like docs.example.com, *.example.org:8443 or http://*.")
    return host, port


def _bracketed(rest: str) -> tuple[str, str, str]:
    host, _, port = rest[1:].partition("]")
    return host, ":", port.removeprefix(":")
