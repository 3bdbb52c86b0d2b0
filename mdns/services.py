"""The DNS-SD services that stand for one queue, as records to register (RFC 6763)."""

from dataclasses import dataclass

from zeroconf import ServiceInfo

from mdns.txt import PrinterFacts, clip, record

LONGEST_LABEL = 63  # RFC 1035 §2.3.4

# AirPrint browses _universal only, IPP Everywhere _print.
SUBTYPES = ("_print", "_universal")


@dataclass(frozen=True, slots=True)
class Target:
    """Where the services are: a host name ending in .local. and its addresses as text."""

    host: str
    addresses: tuple[str, ...]


def label(name: str, number: int = 1) -> str:
    """Instance name as one DNS label of at most 63 bytes; from number 2 on with it, as in "Follow Me (2)"."""
    suffix = f" ({number})" if number > 1 else ""
    # The library splits names at every dot, escaped or not: U+2024 looks the same to people.
    spoken = " ".join("".join(c if c.isprintable() else " " for c in name).replace(".", "․").split())
    return clip(spoken or "Printer", LONGEST_LABEL - len(suffix)) + suffix


def types(facts: PrinterFacts) -> tuple[str, ...]:
    """Service types of a queue: with passwords ipps alone, else ipp, and ipps when TLS is served.

    `_printer._tcp` is always there: its name is held by every kind of printer, so that an LPD printer of the same
    name is noticed (Bonjour Printing §4). Raises ValueError for passwords without TLS.
    """
    if facts.secure_only and not facts.tls:
        raise ValueError(f"{facts.name!r} asks for passwords and so needs TLS: give the server a certificate.")
    plain = () if facts.secure_only else ("_ipp._tcp",)
    secure = ("_ipps._tcp",) if facts.tls else ()
    return (*plain, *secure, "_printer._tcp")


def full_name(instance: str, service: str) -> str:
    """Full name of an instance, `Follow Me._ipp._tcp.local.`."""
    return f"{instance}.{service}.local."


def services(facts: PrinterFacts, instance: str, target: Target) -> dict[str, ServiceInfo]:
    """All registrations of a queue under the name `instance`, by the key the library holds them under."""
    strings = record(facts)
    found: dict[str, ServiceInfo] = {}
    for service in types(facts):
        held = service == "_printer._tcp"
        # Port 0: the name is taken, but nothing is served there.
        port, text, subtypes = (0, {}, ()) if held else (facts.port, strings, SUBTYPES)
        for subtype in ("", *subtypes):
            info = ServiceInfo(
                f"{subtype}._sub.{service}.local." if subtype else f"{service}.local.",
                full_name(instance, service),
                parsed_addresses=list(target.addresses),
                port=port,
                properties=text,
                server=target.host,
            )
            if subtype:
                # The library keeps one registration per key, the instance's name; a subtype has the same name and
                # would be refused. It asks for a name by that name alone, so a key of its own hides nothing.
                info.key = f"{info.key}|{subtype}"
            found[info.key] = info
    return found


def alike(one: ServiceInfo, other: ServiceInfo) -> bool:
    """Whether two registrations say the same, so that nothing need be sent."""
    return (one.text, one.port, one.server, one.addresses) == (other.text, other.port, other.server, other.addresses)
