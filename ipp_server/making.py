"""Queues made and removed by the System's operations: Create-Printer and Delete-Printer (PWG 5100.22 section 6.1)."""

import re
from dataclasses import replace
from typing import Any, Final

from ipp.codec import encode_attribute
from ipp.enums import GroupTag, Status
from ipp.message import Attribute
from ipp_server import setting_rows
from ipp_server.errors import RequestFault
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from jobs.errors import BadQueue, NotPossible
from jobs.queue import Kind, Queue
from storage.node import new_id

SERVICE_TYPES: Final = ("print",)
"""printer-service-type-supported."""
MANDATORY: Final = ("printer-name",)
"""system-mandatory-printer-attributes."""
DEVICE_URI: Final = "smi55357-device-uri"
"""The URI of the device that is to print; the name is that of PAPPL, for which no standard has one."""
CREATION: Final = tuple(sorted({*MANDATORY, *setting_rows.OF_PRINTERS, DEVICE_URI}))
"""printer-creation-attributes-supported."""
_MADE: Final = (
    "printer-id",
    "printer-is-accepting-jobs",
    "printer-name",
    "printer-state",
    "printer-state-reasons",
    "printer-uuid",
    "printer-xri-supported",
)
"""What the answer to Create-Printer tells."""
_NOT_OF_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST: Final = 63


async def create_printer(service: Service, request: Request) -> Reply:
    """Add a queue: one that prints at once if it comes with a device of its own, else one that holds its jobs."""
    assert service.system is not None
    _check_type(request)
    group = request.message.group(GroupTag.PRINTER)
    sent = list(group.attributes) if group else []
    name = _name(sent)
    unknown = [attribute for attribute in sent if attribute.name not in CREATION]
    if unknown:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED, "Not all of these attributes can be set.", unknown
        )
    uri = _device(request, sent)
    draft = Queue(new_id(), name, Kind.FOLLOW_ME)
    values = _values(draft, sent)
    resources = request.operation.integers("resource-ids")
    service.system.shelf.check(resources)
    service.catalogue.refuse_taken(name)
    if uri:
        device = await service.system.make_device(name, uri, request.actor)
        values |= {"kind": Kind.DIRECT, "devices": (device,), "default_device": device}
    queue = await service.catalogue.add(replace(draft, resources=resources, **values), actor=request.actor)
    return noting(request, _made(service, request, queue))


async def delete_printer(service: Service, request: Request) -> Reply:
    """Remove a queue on which no job waits; its device stays."""
    if request.of_queue is None:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say printer-id.")
    try:
        await service.catalogue.remove(request.queue.name, actor=request.actor)
    except BadQueue as error:
        raise NotPossible(str(error)) from None
    return noting(request, Reply())


def _check_type(request: Request) -> None:
    wanted = request.operation.string("printer-service-type")
    if wanted is None:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say printer-service-type.")
    if wanted not in SERVICE_TYPES:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            "Printers here print; they have no other service.",
            request.sent("printer-service-type"),
        )


def _name(sent: list[Attribute]) -> str:
    """The name of the queue: that which was sent, in the letters that URIs are made of."""
    given = next((attribute for attribute in sent if attribute.name == "printer-name"), None)
    written = given.first_string if given and len(given.values) == 1 else None
    name = _NOT_OF_NAMES.sub("-", written or "").strip("-._")[:_LONGEST]
    if not name:
        raise RequestFault(
            Status.CLIENT_ERROR_BAD_REQUEST,
            "The request must say printer-name, with letters or digits in it.",
            [given] if given else (),
        )
    return name


def _device(request: Request, sent: list[Attribute]) -> str | None:
    given = request.operation.get(DEVICE_URI) or next((one for one in sent if one.name == DEVICE_URI), None)
    if given is None:
        return None
    uri = given.first_uri
    if uri is None or len(given.values) != 1:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED, f"{DEVICE_URI} must be one URI.", [given]
        )
    return uri


def _values(draft: Queue, sent: list[Attribute]) -> dict[str, Any]:
    """The queue's settings of what was sent. Raises RequestFault for what cannot be."""
    chosen = [one for one in sent if one.name in setting_rows.OF_PRINTERS]
    wrong = [one for one in chosen if not setting_rows.fits(one, draft)]
    if wrong:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED, "Not all of these values can be.", wrong
        )
    values: dict[str, Any] = {}
    kept: dict[str, str] = {}
    for attribute in chosen:
        column = setting_rows.COLUMNS.get(attribute.name)
        if column:
            values.setdefault(column, setting_rows.words(attribute) or "")
        else:
            kept[attribute.name] = encode_attribute(attribute).hex()
    return values | {"set_attributes": kept}


def _made(service: Service, request: Request, queue: Queue) -> Reply:
    told = service.describer.answer(
        queue, request.authority, _MADE, service.jobs.waiting(queue.id), secure=request.secure
    )
    return Reply().add_encoded(GroupTag.PRINTER, told)
