"""The DNS-SD services that stand for one queue, as records to register (RFC 6763)."""

import ipaddress
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from zeroconf import ServiceInfo

from mdns.txt import Facts, PrinterFacts, SystemFacts, clip, record, system_record
from mdns.wire import AAAA, IN_UNIQUE, A, DNSAddress, DNSRecord

LONGEST_LABEL = 63  # RFC 1035 §2.3.4

# AirPrint browses _universal only, IPP Everywhere _print. Not _cups: that means a CUPS server with its own queues.
SUBTYPES = ("_print", "_universal")

PLAIN, SECURE = "_ipp._tcp", "_ipps._tcp"

# There is none for plain ipp: whoever administers uses TLS.
SYSTEM = "_ipps-system._tcp"

# Its name is held by every kind of printer, so that an LPD printer of the same name is noticed (Bonjour Printing §4).
HELD = "_printer._tcp"

_HOST_TTL_S = 120  # RFC 6762 §10


@dataclass(frozen=True, slots=True)
class Target:
    """Where the services are: a full host name with its last dot, and its addresses as text."""

    host: str
    addresses: tuple[str, ...]


def label(name: str, number: int = 1, most: int = LONGEST_LABEL) -> str:
    """Instance name as one DNS label of at most 63 bytes; from number 2 on with it, as in "Follow Me (2)"."""
    suffix = f" ({number})" if number > 1 else ""
    # Net-Unicode (RFC 5198) is composed, and RFC 6763 §4.1.1 forbids control characters.
    composed = unicodedata.normalize("NFC", name)
    spoken = " ".join("".join(c if c.isprintable() else " " for c in composed).split())
    return clip(spoken or "Printer", most - len(suffix)) + suffix


def multicast_label(name: str, number: int = 1) -> str:
    """The same for multicast DNS: the library splits names at every dot, escaped or not; U+2024 looks alike."""
    return label(name.replace(".", "․"), number)


def served(facts: Facts) -> tuple[str, ...]:
    """Service types of a queue: with passwords ipps alone, else ipp, and ipps when TLS is served.

    Raises ValueError for passwords without TLS.
    """
    if isinstance(facts, SystemFacts):
        return (SYSTEM,)
    if facts.secure_only and not facts.tls:
        raise ValueError(f"{facts.name!r} asks for passwords and so needs TLS: give the server a certificate.")
    plain = () if facts.secure_only else (PLAIN,)
    return (*plain, SECURE) if facts.tls else plain


def types(facts: Facts) -> tuple[str, ...]:
    """Service types under which a name must be free: those that are served, and for a queue the one that is held."""
    return (*served(facts), HELD) if isinstance(facts, PrinterFacts) else served(facts)


def subtypes(service: str) -> tuple[str, ...]:
    """Subtypes under which instances of a type are found."""
    return SUBTYPES if service in (PLAIN, SECURE) else ()


def strings(facts: Facts, service: str) -> dict[str, str]:
    """The TXT record of an instance of that type."""
    return system_record(facts) if isinstance(facts, SystemFacts) else record(facts, secure=service == SECURE)


def full_name(instance: str, service: str) -> str:
    """Full name of an instance, `Follow Me._ipp._tcp.local.`."""
    return f"{instance}.{service}.local."


def services(facts: Facts, instance: str, target: Target) -> dict[str, ServiceInfo]:
    """All registrations under the name `instance`, by the key the library holds them under."""
    found: dict[str, ServiceInfo] = {}
    for service in types(facts):
        # Port 0: the name is taken, but nothing is served there; and no TXT is empty (RFC 6763 §6.1).
        held = service == HELD
        for subtype in ("", *subtypes(service)):
            info = ServiceInfo(
                f"{subtype}._sub.{service}.local." if subtype else f"{service}.local.",
                full_name(instance, service),
                parsed_addresses=list(target.addresses),
                port=0 if held else facts.port,
                properties=b"\0" if held else strings(facts, service),
                server=target.host,
            )
            if subtype:
                # The library keeps one registration per key, the instance's name; a subtype has the same name and
                # would be refused. It asks for a name by that name alone, so a key of its own hides nothing.
                info.key = f"{info.key}|{subtype}"
            found[info.key] = info
    return found


def records(infos: Iterable[ServiceInfo], *, new: bool = True) -> list[DNSRecord]:
    """What is announced of registrations: SRV and TXT once for each name, and when they are `new` the PTR to it."""
    found: list[DNSRecord] = []
    for info in infos:
        if new:
            found.append(info.dns_pointer())
        if not is_subtype(info):
            found += (info.dns_service(), info.dns_text())
    return found


def goodbyes(infos: Iterable[ServiceInfo]) -> list[DNSRecord]:
    """What takes registrations out of everyone's lists: PTR and SRV. A TXT without them is never looked at."""
    found: list[DNSRecord] = []
    for info in infos:
        found.append(info.dns_pointer(override_ttl=0))
        if not is_subtype(info):
            found.append(info.dns_service(override_ttl=0))
    return found


def addresses(target: Target, ttl: int = _HOST_TTL_S) -> list[DNSRecord]:
    """The host's address records."""
    packed = [ipaddress.ip_address(address).packed for address in target.addresses]
    return [DNSAddress(target.host, A if len(p) == 4 else AAAA, IN_UNIQUE, ttl, p) for p in packed]


def is_subtype(info: ServiceInfo) -> bool:
    """Whether a registration is there for its PTR alone."""
    return "|" in info.key.rpartition(".")[2]


def alike(one: ServiceInfo, other: ServiceInfo) -> bool:
    """Whether two registrations say the same of the service, so that nothing need be sent."""
    return (one.text, one.port, one.server) == (other.text, other.port, other.server)
