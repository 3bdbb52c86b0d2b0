"""The operations of resources: made, filled, installed, given to queues, and cancelled (PWG 5100.22 section 6.3)."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from ipp import build
from ipp.enums import GroupTag, Status
from ipp.message import Attribute
from ipp.values import LanguageString
from ipp_server import resource_attributes
from ipp_server.errors import RequestFault
from ipp_server.request import Request
from ipp_server.resource_attributes import MADE, View
from ipp_server.service import Reply, Service, noting
from jobs.resources.resource import KINDS, LARGEST, Resource
from jobs.resources.shelf import Shelf

PATH: Final = "/ipp/resources/{id:[0-9a-f-]{36}}"
"""Where the data of resources is served."""
_MOST: Final = 1000  # resources named by one request
_LONGEST: Final = 127  # octets of resource-name and resource-info


async def create_resource(service: Service, request: Request) -> Reply:
    """Make a resource whose data follows."""
    kind = request.operation.string("resource-type")
    if kind is None:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say resource-type.")
    if kind not in KINDS:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            f"Resources here are of the types {', '.join(KINDS)}.",
            request.sent("resource-type"),
        )
    words = _words(request)
    made = await shelf(service).create(
        kind, words.get("resource-name", ""), words.get("resource-info", ""), actor=request.actor
    )
    reply = _told(service, request, made)
    reply.operation = [build.mime("resource-format-accepted", *KINDS[kind].formats)]
    return reply


async def send_resource_data(service: Service, request: Request) -> Reply:
    """Take the data of a resource."""
    one = _named(service, request)
    mime = request.operation.string("resource-format")
    if mime is None:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say resource-format.")
    data = bytearray()
    async for chunk in request.body.document("none"):
        data += chunk
        if len(data) > LARGEST:
            raise RequestFault(
                Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE, f"A resource has at most {LARGEST >> 10} KB."
            )
    filled = await shelf(service).fill(one.number, mime.lower(), bytes(data), actor=request.actor)
    return _told(service, request, filled)


async def install_resource(service: Service, request: Request) -> Reply:
    """Let a resource be used."""
    one = await shelf(service).install(_named(service, request).number, actor=request.actor)
    return _told(service, request, one)


async def cancel_resource(service: Service, request: Request) -> Reply:
    """Remove a resource that no queue has."""
    one = await shelf(service).cancel(_named(service, request).number, actor=request.actor)
    return _told(service, request, one)


async def set_resource_attributes(service: Service, request: Request) -> Reply:
    """Change what a resource is called."""
    one, words = _named(service, request), _words(request)
    if not words:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say which attributes to change, and how.")
    columns = {name.removeprefix("resource-"): value for name, value in words.items()}
    await shelf(service).rename(one.number, actor=request.actor, **columns)
    return noting(request, Reply())


async def get_resource_attributes(service: Service, request: Request) -> Reply:
    """Say how a resource is."""
    return _told(service, request, _named(service, request), request.requested or ("all",))


async def get_resources(service: Service, request: Request) -> Reply:
    """List the resources that fit what is asked for."""
    operation = request.operation
    first, limit = operation.integer("first-index"), operation.integer("limit")
    if (first is not None and first < 1) or (limit is not None and limit < 1):
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "first-index and limit must be at least 1.")
    filters: tuple[tuple[set[object], Callable[[Resource], object]], ...] = (
        (set(operation.integers("resource-ids")), lambda one: one.number),
        (set(operation.strings("resource-types")), lambda one: one.type),
        (set(operation.strings("resource-formats")), lambda one: one.format),
        (set(operation.integers("resource-states")), lambda one: int(one.state)),
    )
    listed = shelf(service).listed()
    shown = [one for one in listed if all(not wanted or of(one) in wanted for wanted, of in filters)]
    start = (first or 1) - 1
    return _listed(service, request, shown[start : start + (limit or _MOST)], request.requested or ("all",))


async def get_printer_resources(service: Service, request: Request) -> Reply:
    """List the resources of a queue."""
    return _listed(service, request, shelf(service).of_queue(request.queue), request.requested or MADE)


async def allocate_printer_resources(service: Service, request: Request) -> Reply:
    """Let a queue have resources."""
    await shelf(service).give(request.queue, _numbers(request), actor=request.actor)
    return noting(request, Reply())


async def deallocate_printer_resources(service: Service, request: Request) -> Reply:
    """Take resources from a queue."""
    await shelf(service).take(request.queue, _numbers(request), actor=request.actor)
    return noting(request, Reply())


def server(of: Shelf) -> Callable[[web.Request], Awaitable[web.Response]]:
    """What serves the data of resources."""

    async def serve(request: web.Request) -> web.Response:
        found = await of.data(request.match_info["id"])
        if found is None:
            raise web.HTTPNotFound(text="There is no such resource.\n")
        one, data = found
        # What an administrator gave is shown as what it is, and as nothing that a browser would run.
        safe = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
        return web.Response(body=data, content_type=one.format, headers=safe | {"Cache-Control": "max-age=3600"})

    return serve


def shelf(service: Service) -> Shelf:
    """The resources there are."""
    assert service.system is not None
    return service.system.shelf


def view(service: Service, request: Request) -> View:
    """Who looks at resources."""
    scheme = "https" if request.secure else "http"
    return View(f"{scheme}://{request.authority}", service.started, shelf(service).uses)


def _told(service: Service, request: Request, one: Resource, requested: tuple[str, ...] = MADE) -> Reply:
    told = resource_attributes.attributes(one, requested, view(service, request))
    return noting(request, Reply().add(GroupTag.RESOURCE, told))


def _listed(service: Service, request: Request, shown: list[Resource], requested: tuple[str, ...]) -> Reply:
    reply, looked = Reply(), view(service, request)
    for one in shown:
        reply.add(GroupTag.RESOURCE, resource_attributes.attributes(one, requested, looked))
    return noting(request, reply)


def _named(service: Service, request: Request) -> Resource:
    number = request.operation.integer("resource-id")
    if number is None:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say resource-id.")
    return shelf(service).numbered(number)


def _numbers(request: Request) -> tuple[int, ...]:
    numbers = request.operation.integers("resource-ids")[:_MOST]
    if not numbers:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say resource-ids.")
    return numbers


def _words(request: Request) -> dict[str, str]:
    """The settable attributes that were sent. Raises RequestFault for others."""
    group = request.message.group(GroupTag.RESOURCE)
    sent = group.attributes if group else []
    wrong = [one for one in sent if one.name not in resource_attributes.SETTABLE]
    if wrong:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_NOT_SETTABLE, "Not all of these attributes can be set.", wrong
        )
    found = {one.name: _word(one) for one in sent}
    unfit = [one for one in sent if found[one.name] is None]
    if unfit:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED, "Not all of these values can be.", unfit
        )
    return {name: value for name, value in found.items() if value is not None}


def _word(attribute: Attribute) -> str | None:
    value = attribute.first
    text = value.text if isinstance(value, LanguageString) else value
    if len(attribute.values) != 1 or not isinstance(text, str):
        return None
    return text if len(text.encode("utf-8", "replace")) <= _LONGEST else None
