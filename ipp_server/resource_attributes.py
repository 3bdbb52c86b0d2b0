"""What is told of a resource (PWG 5100.22 section 7.10), and what a queue tells of the resources it has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ipp import build
from ipp.message import Attribute
from ipp.values import Collection
from ipp_server.describe import moment, since
from ipp_server.printer import Door
from jobs.queue import Queue
from jobs.resources.resource import IMAGE, PROFILE, Resource, State
from jobs.resources.shelf import Shelf

SETTABLE: Final = ("resource-info", "resource-name")
"""resource-settable-attributes-supported."""
_MESSAGES: Final = {State.PENDING: "Its data has not come yet.", State.AVAILABLE: "Not installed yet."}


@dataclass(frozen=True, slots=True)
class View:
    """Who looks: where the pages are for them, when this gateway started (seconds of the epoch), and how often used."""

    web: str
    started: float
    uses: Callable[[Resource], int]


Row = Callable[[Resource, View], Attribute]


def _at(name: str, field: str) -> Row:
    """A moment in seconds of the up-time."""

    def make(one: Resource, view: View) -> Attribute:
        at: int | None = getattr(one, field)
        return build.no_value(name) if at is None else build.integer(name, since(at, view.started))

    return make


def _date(name: str, field: str) -> Row:
    def make(one: Resource, _: View) -> Attribute:
        at: int | None = getattr(one, field)
        return build.no_value(name) if at is None else build.datetime_(name, moment(at))

    return make


def _reasons(one: Resource, _: View) -> Attribute:
    return build.keyword("resource-state-reasons", "resource-incoming" if one.state is State.PENDING else "none")


DESCRIPTION: Final[dict[str, Row]] = {
    "resource-info": lambda one, _: build.text("resource-info", one.info or one.name),
    "resource-name": lambda one, _: build.name("resource-name", one.name),
}
"""Resource Description attributes."""

STATUS: Final[dict[str, Row]] = {
    "date-time-at-canceled": _date("date-time-at-canceled", "canceled_at"),
    "date-time-at-creation": _date("date-time-at-creation", "created_at"),
    "date-time-at-installed": _date("date-time-at-installed", "installed_at"),
    "resource-data-uri": lambda one, view: build.uri("resource-data-uri", f"{view.web}{one.served_at}"),
    "resource-format": lambda one, _: build.mime("resource-format", one.format),
    "resource-id": lambda one, _: build.integer("resource-id", one.number),
    "resource-k-octets": lambda one, _: build.integer("resource-k-octets", (one.size + 1023) // 1024),
    "resource-state": lambda one, _: build.enum("resource-state", one.state),
    "resource-state-message": lambda one, _: build.text("resource-state-message", _MESSAGES.get(one.state, "")),
    "resource-state-reasons": _reasons,
    "resource-string-version": lambda _, __: build.no_value("resource-string-version"),
    "resource-type": lambda one, _: build.keyword("resource-type", one.type),
    "resource-use-count": lambda one, view: build.integer("resource-use-count", view.uses(one)),
    "resource-uuid": lambda one, _: build.uri("resource-uuid", f"urn:uuid:{one.id}"),
    "resource-version": lambda _, __: build.no_value("resource-version"),
    "time-at-canceled": _at("time-at-canceled", "canceled_at"),
    "time-at-creation": _at("time-at-creation", "created_at"),
    "time-at-installed": _at("time-at-installed", "installed_at"),
}
"""Resource Status attributes."""

MADE: Final = ("resource-id", "resource-state", "resource-state-reasons", "resource-uuid")
"""What is told of a resource that was just made or changed, and by Get-Printer-Resources unless more is asked for."""
_CONFIGURED: Final = (
    "resource-format",
    "resource-id",
    "resource-info",
    "resource-name",
    "resource-state",
    "resource-state-reasons",
    "resource-type",
)


def attributes(one: Resource, requested: Iterable[str], view: View) -> list[Attribute]:
    """The attributes of a resource that were asked for, one by one or as groups."""
    wanted = set(requested)
    groups = (("resource-description", DESCRIPTION), ("resource-status", STATUS))
    rows = [(name, row, group) for group, table in groups for name, row in table.items()]
    return [row(one, view) for name, row, group in rows if wanted & {name, group, "all"}]


def configured(resources: Iterable[Resource], view: View) -> Attribute:
    """system-configured-resources."""
    shown = [Collection(tuple(attributes(one, _CONFIGURED, view))) for one in resources]
    if not shown:
        return build.no_value("system-configured-resources")
    return build.collection("system-configured-resources", *shown)


def of_queue(shelf: Shelf) -> Callable[[Queue, Door], list[Attribute]]:
    """What makes of the resources that queues were given what they tell."""

    def told(queue: Queue, door: Door) -> list[Attribute]:
        if not queue.resources:
            return []
        have = shelf.of_queue(queue)
        icons = [f"{door.web}{one.served_at}" for one in have if one.type == IMAGE]
        profiles = [
            Collection((build.name("profile-name", one.name), build.uri("profile-url", f"{door.web}{one.served_at}")))
            for one in have
            if one.type == PROFILE
        ]
        found = [build.uri("printer-icons", *icons)] if icons else []
        return [*found, build.collection("printer-icc-profiles", *profiles)] if profiles else found

    return told
