"""What the System tells of itself: its description, and its status (PWG 5100.22 section 7)."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ipp import build
from ipp.codec import decode, encode_group_tag, encode_header
from ipp.enums import GroupTag, PrinterState
from ipp.message import Attribute
from ipp.values import Collection
from ipp_server import resource_attributes, system_settings
from ipp_server.address import SYSTEM
from ipp_server.describe import moment, since, up_time
from ipp_server.making import CREATION, MANDATORY, SERVICE_TYPES
from ipp_server.printer import VERSIONS, node_uuid
from ipp_server.request import Request
from ipp_server.resourcing import view
from ipp_server.service import Service
from ipp_server.system_parts import SystemParts
from jobs.errors import QueueUnknown
from jobs.queue import Queue
from jobs.resources.resource import FORMATS, KINDS

_FEATURES: Final = (
    "ipp-everywhere",
    "ipp-everywhere-server",
    "resource-object",
    "subscription-object",
    "system-object",
)
_OF_PRINTERS: Final = (
    "printer-id",
    "printer-info",
    "printer-is-accepting-jobs",
    "printer-name",
    "printer-state",
    "printer-state-reasons",
    "printer-xri-supported",
)
_HEAD: Final = encode_header((2, 0), 0, 1) + encode_group_tag(GroupTag.PRINTER)
_END: Final = b"\x03"
_DOORS: Final = (("ipp", "requesting-user-name", "none"), ("ipps", "basic", "tls"))
"""How the System is reached: scheme, xri-authentication and xri-security. Without TLS, who changes it is an operator
by the network they are in."""


@dataclass(frozen=True, slots=True)
class Printer:
    """A queue, and what it tells of itself to a client, by name."""

    queue: Queue
    told: dict[str, Attribute]

    @property
    def state(self) -> int | None:
        """printer-state."""
        return self.told["printer-state"].first_int


@dataclass(frozen=True, slots=True)
class Seen:
    """The System as one client sees it; the queues in the order of their numbers."""

    service: Service
    request: Request
    printers: list[Printer]

    @property
    def parts(self) -> SystemParts:
        """The gateway as a whole."""
        assert self.service.system is not None
        return self.service.system


Row = Callable[[Seen], Attribute]


async def look(service: Service, request: Request) -> Seen:
    """Look at the System, and let others be served meanwhile: there may be many queues."""
    printers = []
    for queue in sorted(service.catalogue.listed(), key=lambda queue: queue.number):
        encoded = service.describer.answer(
            queue, request.authority, _OF_PRINTERS, service.jobs.waiting(queue.id), secure=request.secure
        )
        message, _ = decode(b"".join((_HEAD, *encoded, _END)))
        printers.append(Printer(queue, {one.name: one for one in message.groups[0].attributes}))
        await asyncio.sleep(0)
    return Seen(service, request, printers)


def _state(seen: Seen) -> PrinterState:
    """system-state: busy if one queue is, stopped if all are."""
    states = {printer.state for printer in seen.printers}
    if PrinterState.PROCESSING in states:
        return PrinterState.PROCESSING
    return PrinterState.STOPPED if states == {PrinterState.STOPPED} else PrinterState.IDLE


def _reasons(seen: Seen) -> Attribute:
    found = {reason for printer in seen.printers for reason in printer.told["printer-state-reasons"].strings}
    return build.keyword("system-state-reasons", *(sorted(found - {"none"}) or ("none",)))


def _state_changed_at(seen: Seen) -> int:
    started = int(seen.service.started * 1000)
    return max([started, *(printer.queue.state_changed_at for printer in seen.printers)])


def _default_printer(seen: Seen) -> Attribute:
    try:
        return build.integer(system_settings.DEFAULT_PRINTER, seen.service.catalogue.default().number)
    except QueueUnknown:
        return build.no_value(system_settings.DEFAULT_PRINTER)


def _configured_printers(seen: Seen) -> Attribute:
    if not seen.printers:
        return build.no_value("system-configured-printers")
    service_type = build.keyword("printer-service-type", SERVICE_TYPES[0])
    shown = (Collection((*printer.told.values(), service_type)) for printer in seen.printers)
    return build.collection("system-configured-printers", *shown)


def _xri(seen: Seen) -> Attribute:
    doors = [
        Collection(
            (
                build.uri("xri-uri", f"{scheme}://{seen.request.authority}{SYSTEM}"),
                build.keyword("xri-authentication", authentication),
                build.keyword("xri-security", security),
            )
        )
        for scheme, authentication, security in _DOORS
    ]
    return build.collection("system-xri-supported", *doors)


def _formats(seen: Seen) -> Attribute:
    found = dict.fromkeys(mime for printer in seen.printers for mime in printer.queue.formats)
    return build.mime("document-format-supported", *(found or ("application/octet-stream",)))


def _device_id(seen: Seen) -> Attribute:
    model = system_settings.told(seen.parts.settings.attributes)["system-make-and-model"].first_string
    return build.text("system-device-id", f"MFG:Printgate;MDL:{model};CMD:PDF,PWGRaster,URF,JPEG,PNG,TXT;CLS:PRINTER;")


DESCRIPTION: Final[dict[str, Row]] = {
    "charset-configured": lambda _: build.charset("charset-configured", "utf-8"),
    "charset-supported": lambda _: build.charset("charset-supported", "utf-8", "us-ascii"),
    "document-format-supported": _formats,
    "generated-natural-language-supported": lambda seen: build.language(
        "generated-natural-language-supported", *dict.fromkeys(("en", seen.parts.house.language))
    ),
    "ipp-features-supported": lambda _: build.keyword(
        "ipp-features-supported",
        "ipp-everywhere",
        "ipp-everywhere-server",
        "resource-object",
        "subscription-object",
        "system-object",
    ),
    "ipp-versions-supported": lambda _: build.keyword("ipp-versions-supported", *VERSIONS),
    "multiple-document-printers-supported": lambda _: build.boolean("multiple-document-printers-supported", True),
    "natural-language-configured": lambda seen: build.language(
        "natural-language-configured", seen.parts.house.language
    ),
    "operations-supported": lambda seen: build.enum("operations-supported", *seen.parts.operations),
    "printer-creation-attributes-supported": lambda _: build.keyword(
        "printer-creation-attributes-supported", *CREATION
    ),
    "printer-service-type-supported": lambda _: build.keyword("printer-service-type-supported", *SERVICE_TYPES),
    "resource-format-supported": lambda _: build.mime("resource-format-supported", *FORMATS),
    "resource-settable-attributes-supported": lambda _: build.keyword(
        "resource-settable-attributes-supported", *resource_attributes.SETTABLE
    ),
    "resource-type-supported": lambda _: build.keyword("resource-type-supported", *KINDS),
    "system-current-time": lambda _: build.datetime_("system-current-time", datetime.now(UTC)),
    system_settings.DEFAULT_PRINTER: _default_printer,
    "system-device-id": _device_id,
    "system-mandatory-printer-attributes": lambda _: build.keyword("system-mandatory-printer-attributes", *MANDATORY),
    "system-settable-attributes-supported": lambda _: build.keyword(
        "system-settable-attributes-supported", *system_settings.SETTABLE
    ),
    "system-xri-supported": _xri,
}
"""System Description attributes, but for those of `system_settings.ROWS`."""

STATUS: Final[dict[str, Row]] = {
    "system-config-change-date-time": lambda seen: build.datetime_(
        "system-config-change-date-time", moment(seen.parts.settings.changed_at)
    ),
    "system-config-change-time": lambda seen: build.integer(
        "system-config-change-time", since(seen.parts.settings.changed_at, seen.service.started)
    ),
    "system-config-changes": lambda seen: build.integer("system-config-changes", seen.parts.settings.changes),
    "system-configured-printers": _configured_printers,
    "system-configured-resources": lambda seen: resource_attributes.configured(
        seen.parts.shelf.listed(), view(seen.service, seen.request)
    ),
    "system-firmware-name": lambda _: build.name("system-firmware-name", "Printgate"),
    "system-firmware-patches": lambda _: build.text("system-firmware-patches", ""),
    "system-firmware-string-version": lambda seen: build.text(
        "system-firmware-string-version", seen.parts.house.version
    ),
    "system-firmware-version": lambda seen: build.octets(
        "system-firmware-version", seen.parts.house.version.encode()[:64]
    ),
    "system-serial-number": lambda seen: build.name("system-serial-number", seen.parts.house.node),
    "system-state": lambda seen: build.enum("system-state", _state(seen)),
    "system-state-change-date-time": lambda seen: build.datetime_(
        "system-state-change-date-time", moment(_state_changed_at(seen))
    ),
    "system-state-change-time": lambda seen: build.integer(
        "system-state-change-time", since(_state_changed_at(seen), seen.service.started)
    ),
    "system-state-message": lambda _: build.text("system-state-message", ""),
    "system-state-reasons": _reasons,
    "system-time-source-configured": lambda _: build.name("system-time-source-configured", "operating system"),
    "system-up-time": lambda seen: build.integer("system-up-time", up_time(seen.service.started)),
    "system-uuid": lambda seen: build.uri("system-uuid", f"urn:uuid:{node_uuid(seen.parts.house.node)}"),
    "xri-authentication-supported": lambda _: build.keyword(
        "xri-authentication-supported", *(authentication for _, authentication, _ in _DOORS)
    ),
    "xri-security-supported": lambda _: build.keyword(
        "xri-security-supported", *(security for _, _, security in _DOORS)
    ),
    "xri-uri-scheme-supported": lambda _: build.uri_scheme(
        "xri-uri-scheme-supported", *(scheme for scheme, _, _ in _DOORS)
    ),
}
"""System Status attributes."""


def attributes(seen: Seen, requested: Iterable[str]) -> list[Attribute]:
    """The attributes of the System that were asked for, one by one or as groups."""
    wanted = set(requested) or {"all"}
    described, status = bool(wanted & {"all", "system-description"}), bool(wanted & {"all", "system-status"})
    told = [row(seen) for name, row in DESCRIPTION.items() if described or name in wanted]
    kept = system_settings.told(seen.parts.settings.attributes)
    told += [one for one in (*kept.values(), *seen.parts.more) if described or one.name in wanted]
    told += [row(seen) for name, row in STATUS.items() if status or name in wanted]
    return told
