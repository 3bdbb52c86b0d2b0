"""Unicast DNS-SD: the printers as records of an ordinary zone (RFC 6763 §4, §7, §9 to §11; RFC 1035 §5).

For clients on other networks than the gateway's, which multicast does not reach.
"""

import ipaddress
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import dns.exception
import dns.rdata
import dns.rdtypes.ANY.PTR
import dns.rdtypes.ANY.SOA
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.SRV
import dns.zone
from dns.name import Name
from dns.name import from_text as name_of
from dns.rdata import Rdata
from dns.rdataclass import IN
from dns.rdatatype import AAAA, NS, PTR, SRV, TXT, A, RdataType

from mdns.services import PLAIN, SECURE, SYSTEM, label, served, strings, subtypes
from mdns.settings import is_host
from mdns.txt import Facts

TTL_S = 3600
# Of the zone itself: RIPE-203's values for a zone that changes seldom.
REFRESH_S, RETRY_S, EXPIRE_S, NEGATIVE_S = 86400, 7200, 3600000, 300
# b: browse here; db: here first; lb: for clients that have no domain of their own (RFC 6763 §11). Not r and dr: nothing
# is to be registered here but what the gateway tells.
BROWSING = ("b", "db", "lb")
# A dynamic update is one message of at most 65535 bytes; a queue has about 2 kB of records.
UPDATES_AT_ONCE = 60
# BIND refuses more records of one name and type, since 9.18.28, unless it is told to take them.
MOST_OF_A_TYPE = 100


class ZoneError(Exception):
    """The zone cannot be written; the text says what to give instead."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which zone the printers are told in, and where they are.

    `nameservers` and `contact` make it a whole zone with SOA and NS; without, it is a part to be included in one.
    """

    domain: str
    host: str
    addresses: tuple[str, ...] = ()
    ttl: int = TTL_S
    nameservers: tuple[str, ...] = ()
    contact: str = ""


class Row(NamedTuple):
    """One record."""

    name: Name
    ttl: int
    kind: RdataType
    data: Rdata


def rows(queues: Iterable[Facts], place: Place) -> list[Row]:
    """All records but SOA, in the order of their names. Raises ZoneError for names and addresses that are none."""
    origin, host = _name(place.domain), _name(place.host)
    found: dict[tuple[Name, str], Row] = {}

    def add(name: Name, kind: RdataType, data: Rdata) -> None:
        # A TTL belongs to all records of a name and type; shared ones of several queues appear once.
        found.setdefault((name, f"{kind.name} {data.to_text()}"), Row(name, place.ttl, kind, data))

    for server in place.nameservers:
        add(origin, NS, _data(NS, _name(server).to_text()))
    for what in BROWSING:
        add(_below(origin, what, "_dns-sd", "_udp"), PTR, _pointer(origin))
    for address in place.addresses if host.is_subdomain(origin) else ():
        version = _address(address).version
        add(host, A if version == 4 else AAAA, _data(A if version == 4 else AAAA, address))
    for queue in queues:
        for name, kind, data in _of_queue(queue, origin, host):
            add(name, kind, data)
    return sorted(found.values(), key=lambda row: (row.name, row.kind, row.data.to_text()))


def master_file(queues: Iterable[Facts], place: Place, serial: int | None = None) -> str:
    """The zone, or the part of it, as name servers read it. Raises ZoneError."""
    origin = _name(place.domain)
    found = rows(queues, place)
    lines = [*_advice(found), f"$ORIGIN {origin.to_text()}", f"$TTL {place.ttl}"]
    if place.nameservers:
        _check_complete(place, origin)
        lines.append(f"@ IN SOA {_soa(place, serial_now() if serial is None else serial)}")
    for name, ttl, kind, data in found:
        lines.append(f"{name.relativize(origin).to_text()} {ttl} IN {kind.name} {data.to_text(origin=origin)}")
    return "\n".join(lines) + "\n"


def updates(queues: Iterable[Facts], place: Place, previous: str = "", *, alone: bool = False) -> str:
    """Commands for nsupdate (RFC 2136) that make the zone say this.

    What `previous`, an earlier file or a transfer of the same zone, says of printers at our host and this does not is
    deleted; with `alone` all others are taken off the lists, too. Raises ZoneError.
    """
    wanted = [row for row in rows(queues, place) if row.kind != NS]
    now = {(row.name, row.kind, row.data) for row in wanted}
    units = [
        f"update delete {name.to_text()} {kind.name} {data.to_text()}"
        for name, kind, data in _printers(previous, place)
        if (name, kind, data) not in now
    ]
    types = {_below(_name(place.domain), *words) for words in _type_names()}
    seen: set[tuple[Name, RdataType]] = set()
    for name, ttl, kind, data in wanted:
        # Pointers are shared with other gateways; everything else at these names is ours.
        fresh = (name, kind) not in seen and (kind != PTR or (alone and name in types))
        seen.add((name, kind))
        add = f"update add {name.to_text()} {ttl} {kind.name} {data.to_text()}"
        units.append(f"update delete {name.to_text()} {kind.name}\n{add}" if fresh else add)
    advice = "".join(f"{line}\n" for line in _advice(wanted))
    head = f"zone {_name(place.domain).to_text()}\n"
    return advice + "".join(head + "\n".join(part) + "\nsend\n" for part in _parts(units))


def serial_of(text: str, domain: str) -> int | None:
    """Serial number of an earlier file of the zone; None where it has no SOA. Raises ZoneError."""
    found = (data for _, _, data in _read(text, domain))
    return next((data.serial for data in found if isinstance(data, dns.rdtypes.ANY.SOA.SOA)), None)


def serial_now(previous: int | None = None, at: datetime | None = None) -> int:
    """Serial number by date, YYYYMMDDnn: nn is the hundredth of the day, or what makes it more than the previous."""
    now = at or datetime.now(UTC)
    hundredth = (now.hour * 60 + now.minute) * 100 // (24 * 60)
    serial = int(now.strftime("%Y%m%d")) * 100 + hundredth
    return serial if previous is None else max(serial, previous + 1)


def _of_queue(queue: Facts, origin: Name, host: Name) -> Iterator[tuple[Name, RdataType, Rdata]]:
    for service in served(queue):
        words = service.split(".")
        instance = _below(origin, label(queue.name), *words)
        # So that it is known which types there are (RFC 6763 §9).
        yield _below(origin, "_services", "_dns-sd", "_udp"), PTR, _pointer(_below(origin, *words))
        yield _below(origin, *words), PTR, _pointer(instance)
        for subtype in subtypes(service):
            yield _below(origin, subtype, "_sub", *words), PTR, _pointer(instance)
        yield instance, SRV, _data(SRV, f"0 0 {queue.port} {host.to_text()}")
        text = [f"{key}={value}".encode() for key, value in strings(queue, service).items()]
        yield instance, TXT, dns.rdtypes.ANY.TXT.TXT(IN, TXT, text)


def _printers(text: str, place: Place) -> list[tuple[Name, RdataType, Rdata]]:
    """What a file says of printers at our host: nothing else in it is ours."""
    host = _name(place.host)
    types = {_below(_name(place.domain), *words) for words in _type_names()}
    told = [one for one in _read(text, place.domain) if one[1] in (PTR, SRV, TXT)]
    ours = {name for name, _, data in told if isinstance(data, dns.rdtypes.IN.SRV.SRV) and data.target == host}
    found = []
    for name, kind, data in told:
        listed = name in types and isinstance(data, dns.rdtypes.ANY.PTR.PTR) and data.target in ours
        if listed or (name in ours and name.parent() in types):
            found.append((name, kind, data))
    return sorted(found, key=lambda one: (one[0], one[1], one[2].to_text()))


def _type_names() -> Iterator[tuple[str, ...]]:
    """Names below which printers are found: each type, and its subtypes."""
    for service in (PLAIN, SECURE, SYSTEM):
        yield tuple(service.split("."))
        for subtype in subtypes(service):
            yield subtype, "_sub", *service.split(".")


def _read(text: str, domain: str) -> Iterator[tuple[Name, RdataType, Rdata]]:
    if not text.strip():
        return
    try:
        zone = dns.zone.from_text(text, _name(domain), relativize=False, check_origin=False)
    except (dns.exception.DNSException, ValueError) as error:
        raise ZoneError(f"The previous file is no zone file of {domain}: {error}") from None
    for name, _, data in zone.iterate_rdatas():
        yield name, data.rdtype, data


def _soa(place: Place, serial: int) -> str:
    person, _, domain = (place.contact or f"hostmaster@{place.domain}").partition("@")
    # A dot before the @ is part of the first label (RFC 1035 §8).
    contact = _below(_name(domain), person)
    primary = _name(place.nameservers[0]).to_text()
    return f"{primary} {contact.to_text()} {serial} {REFRESH_S} {RETRY_S} {EXPIRE_S} {NEGATIVE_S}"


def _check_complete(place: Place, origin: Name) -> None:
    inside = [
        name for name in place.nameservers if _name(name).is_subdomain(origin) and _name(name) != _name(place.host)
    ]
    if inside:
        raise ZoneError(
            f"{inside[0]} lies in the zone itself and needs an address there: name one outside, or the host."
        )
    if _name(place.host).is_subdomain(origin) and not place.addresses:
        raise ZoneError(f"{place.host} lies in the zone and needs an address there: give it with --address.")


def _advice(found: Iterable[Row]) -> list[str]:
    most = max(Counter((row.name, row.kind) for row in found).values(), default=0)
    if most <= MOST_OF_A_TYPE:
        return []
    return [f"; {most} records of one name: BIND takes them with max-records-per-type {most} or more, or 0."]


def _parts(units: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(units), UPDATES_AT_ONCE):
        yield units[start : start + UPDATES_AT_ONCE]


def _below(origin: Name, *words: str) -> Name:
    try:
        return Name([word.encode() for word in words]).concatenate(origin)
    except dns.exception.DNSException as error:
        raise ZoneError(f"{'.'.join(words)} is no name in {origin}: {error}") from None


def _name(text: str) -> Name:
    if not is_host(text.removesuffix(".")):
        raise ZoneError(f"{text!r} is no name of a host or domain: write letters, digits, hyphens and dots.")
    return name_of(f"{text.removesuffix('.')}.")


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise ZoneError(f"{text!r} is no address: write one like 192.0.2.1 or 2001:db8::1.") from None


def _pointer(name: Name) -> Rdata:
    return _data(PTR, name.to_text())


def _data(kind: RdataType, text: str) -> Rdata:
    return dns.rdata.from_text(IN, kind, text)
