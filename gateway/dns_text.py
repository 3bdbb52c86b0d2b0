"""What `printgate dns` prints, made of what the gateway told about its queues."""

from collections.abc import Mapping
from typing import Any

from gateway.asking import Refused
from mdns.txt import Facts, PrinterFacts, SystemFacts
from mdns.zone import Place, ZoneError, master_file, rows, serial_now, serial_of, updates


def text(verb: str, given: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """The zone file, or the commands for nsupdate. Raises Refused."""
    place, all_of_them = _place(given, told), _all(told)
    previous = given.get("previous") or ""
    try:
        if verb == "nsupdate":
            return updates(all_of_them, place, previous, alone=given["alone"])
        serial = given["serial"]
        return master_file(
            all_of_them, place, serial_now(serial_of(previous, place.domain)) if serial is None else serial
        )
    except (ZoneError, ValueError) as error:
        raise Refused(str(error)) from None


def table(given: Mapping[str, Any], told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The records one by one. Raises Refused."""
    try:
        found = rows(_all(told), _place(given, told))
    except (ZoneError, ValueError) as error:
        raise Refused(str(error)) from None
    return [{"name": r.name.to_text(), "ttl": r.ttl, "type": r.kind.name, "data": r.data.to_text()} for r in found]


def _place(given: Mapping[str, Any], told: Mapping[str, Any]) -> Place:
    host = str(told["host"]).rstrip(".")
    return Place(
        domain=given["domain"] or host.partition(".")[2],
        host=host,
        addresses=tuple(given["address"] or ()),
        ttl=given["ttl"],
        nameservers=tuple(given.get("nameserver") or ()),
        contact=given.get("contact") or "",
    )


def _all(told: Mapping[str, Any]) -> list[Facts]:
    return [*(PrinterFacts(**_with_tuples(row)) for row in told["queues"]), SystemFacts(**told["system"])]


def _with_tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    """As they were before they were sent as JSON."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
