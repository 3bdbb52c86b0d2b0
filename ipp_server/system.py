"""The operations of the System: what there is, how it is set, and all queues at once (PWG 5100.22 section 6)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from ipp import build
from ipp.enums import GroupTag, PrinterState, Status, Tag
from ipp.message import Attribute
from ipp_server import asking, operating, setting_rows, system_settings
from ipp_server.address import Scope
from ipp_server.errors import RequestFault
from ipp_server.making import SERVICE_TYPES
from ipp_server.places import near
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from ipp_server.system_attributes import Printer, attributes, look
from ipp_server.system_parts import SystemParts
from jobs.queue import Queue
from pdl.formats import canonical

Handler = Callable[[Service, Request], Awaitable[Reply]]

_MOST: Final = 1000  # printers told of in one answer
_DOORS: Final = "printer-xri-supported"
_STARTED: Final = {"shut_down": False, "deactivated": False, "paused": False, "accepting": True}


async def get_system_attributes(service: Service, request: Request) -> Reply:
    """Say what the System is and offers."""
    return Reply().add(GroupTag.SYSTEM, attributes(await look(service, request), request.requested))


async def get_system_supported_values(service: Service, request: Request) -> Reply:
    """Say what the settable attributes may be set to."""
    wanted = set(request.requested) or {"all"}
    named = [name for name in system_settings.SETTABLE if wanted & {name, "all", "system-description"}]
    return Reply().add(GroupTag.SYSTEM, [_possible(service, name) for name in named])


async def set_system_attributes(service: Service, request: Request) -> Reply:
    """Change what was sent, all of it or nothing."""
    group = request.message.group(GroupTag.SYSTEM)
    sent = group.attributes if group else []
    if not sent:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say which attributes to change, and how.")
    fixed = [attribute for attribute in sent if attribute.name not in system_settings.SETTABLE]
    if fixed:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_NOT_SETTABLE, "Not all of these attributes can be changed.", fixed
        )
    wrong = [attribute for attribute in sent if not _fits(service, attribute)]
    if wrong:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED, "Not all of these values can be.", wrong
        )
    kept = {one.name: system_settings.kept(one) for one in sent if one.name in system_settings.ROWS}
    chosen = next((one for one in sent if one.name == system_settings.DEFAULT_PRINTER), None)
    default = None
    if chosen is not None:
        number = chosen.first_int
        default = "" if number is None else service.catalogue.numbered(number).id
    await parts(service).settings.change(kept, default=default, actor=request.actor)
    return Reply()


async def get_printers(service: Service, request: Request) -> Reply:
    """List the queues that fit what is asked for, in the order of their numbers."""
    operation = request.operation
    first, limit = operation.integer("first-index"), operation.integer("limit")
    if (first is not None and first < 1) or (limit is not None and limit < 1):
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "first-index and limit must be at least 1.")
    wishes, start = _wishes(request), (first or 1) - 1
    shown = [one for one in (await look(service, request)).printers if all(wish(one) for wish in wishes)]
    reply = Reply()
    for printer in shown[start : start + min(limit or _MOST, _MOST)]:
        reply.add_encoded(GroupTag.PRINTER, _told(service, request, printer.queue))
        await asyncio.sleep(0)
    return noting(request, reply)


async def get_printer_attributes(service: Service, request: Request) -> Reply:
    """Say what a queue is and offers; asked of the System without a number, of the queue of the house."""
    if request.of_queue is None:
        request.of_queue = service.catalogue.default()
    reply = await asking.get_printer_attributes(service, request)
    if request.address.scope is Scope.SYSTEM:
        reply.parts += _doors(service, request, request.queue)
    return reply


async def disable_all_printers(service: Service, request: Request) -> Reply:
    """Take no more jobs."""
    return await _change_all(service, request, accepting=False)


async def enable_all_printers(service: Service, request: Request) -> Reply:
    """Take jobs again."""
    return await _change_all(service, request, accepting=True)


async def pause_all_printers(service: Service, request: Request) -> Reply:
    """Begin no more jobs; what devices work on comes to its end."""
    return await _change_all(service, request, paused=True)


async def resume_all_printers(service: Service, request: Request) -> Reply:
    """Begin jobs again."""
    return await _change_all(service, request, paused=False)


async def shutdown_all_printers(service: Service, request: Request) -> Reply:
    """Take all queues out of service until they are started up."""
    return await _change_all(service, request, shut_down=True)


async def startup_all_printers(service: Service, request: Request) -> Reply:
    """Put all queues into service again."""
    return await _change_all(service, request, **_STARTED)


async def restart_system(service: Service, request: Request) -> Reply:
    """Put all queues into service again, and ask all devices anew; no job is lost."""
    reply = await _change_all(service, request, **_STARTED)
    await parts(service).look_again()
    return reply


def of_one(handler: Handler) -> Handler:
    """An operation on a queue that may be named to the System by its number."""

    async def ask(service: Service, request: Request) -> Reply:
        _named(request)
        return await handler(service, request)

    return ask


shutdown_one_printer: Final = of_one(operating.shutdown_printer)
"""Take one queue out of service until it is started up."""
startup_one_printer: Final = of_one(operating.startup_printer)
"""Put one queue into service again."""
restart_one_printer: Final = of_one(operating.restart_printer)
"""Let one queue begin anew; no job is lost."""


def parts(service: Service) -> SystemParts:
    """What the System's operations work with."""
    assert service.system is not None
    return service.system


def _told(service: Service, request: Request, queue: Queue) -> list[bytes]:
    told = service.describer.answer(
        queue, request.authority, request.requested, service.jobs.waiting(queue.id), secure=request.secure
    )
    return [*told, *_doors(service, request, queue)]


def _doors(service: Service, request: Request, queue: Queue) -> list[bytes]:
    """printer-xri-supported, for who asks the System for everything; who asks a queue must name it."""
    if not set(request.requested or ("all",)) & {"all", "printer-description"} or _DOORS in request.requested:
        return []
    return service.describer.answer(
        queue, request.authority, (_DOORS,), service.jobs.waiting(queue.id), secure=request.secure
    )


def _named(request: Request) -> None:
    if request.of_queue is None:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say printer-id.")


def _possible(service: Service, name: str) -> Attribute:
    numbers = sorted(queue.number for queue in service.catalogue.listed())
    if name == system_settings.DEFAULT_PRINTER and numbers:
        return build.integer(name, *numbers)
    return build.out_of_band(name, Tag.ADMIN_DEFINE)


def _fits(service: Service, attribute: Attribute) -> bool:
    if attribute.name != system_settings.DEFAULT_PRINTER:
        return system_settings.fits(attribute)
    if len(attribute.values) != 1:
        return False
    numbers = {queue.number for queue in service.catalogue.listed()}
    return attribute.values[0].tag in system_settings.RESET or attribute.first_int in numbers


Wish = Callable[[Printer], bool]

_WHICH: Final[dict[str, Wish]] = {
    "all": lambda _: True,
    "accepting": lambda one: one.queue.accepting and not one.queue.out_of_service,
    "not-accepting": lambda one: not one.queue.accepting or one.queue.out_of_service,
    "idle": lambda one: one.state == PrinterState.IDLE,
    "processing": lambda one: one.state == PrinterState.PROCESSING,
    "stopped": lambda one: one.state == PrinterState.STOPPED,
    "shutdown": lambda one: one.queue.shut_down,
    "testing": lambda _: False,
}
"""Values of which-printers."""


def _wishes(request: Request) -> list[Wish]:
    """What Get-Printers asks of the queues that it wants. Raises RequestFault."""
    operation = request.operation
    which = operation.string("which-printers") or "all"
    if which not in _WHICH:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            f"which-printers cannot be {which[:40]} here.",
            request.sent("which-printers"),
        )
    wishes = [_WHICH[which]]
    if numbers := set(operation.integers("printer-ids")):
        wishes.append(lambda one: one.queue.number in numbers)
    if mime := operation.string("document-format"):
        wishes.append(lambda one: canonical(mime) in one.queue.formats)
    if location := operation.string("printer-location"):
        wishes.append(lambda one: one.queue.location == location)
    if service_type := operation.string("printer-service-type"):
        wishes.append(lambda _: service_type in SERVICE_TYPES)
    if place := operation.string("printer-geo-location"):
        wishes.append(lambda one: near(place, _place(one)))
    return wishes


def _place(printer: Printer) -> str:
    chosen = setting_rows.chosen(printer.queue).get("printer-geo-location")
    return (chosen.first_uri if chosen else None) or ""


async def _change_all(service: Service, request: Request, **values: Any) -> Reply:
    """Change the condition of all queues; one that is removed meanwhile is left out."""
    for queue in service.catalogue.listed():
        if service.catalogue.get(queue.id) is not None:
            await service.catalogue.change(queue.name, actor=request.actor, **values)
    return noting(request, Reply())
