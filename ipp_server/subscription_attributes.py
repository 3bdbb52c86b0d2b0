"""What is told of subscriptions: a printer's attributes about them, and their own (RFC 3995 sections 5.3 and 5.4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from events.subscriptions.notices import LIFE
from events.subscriptions.subscription import LEASE, LONGEST_LEASE, Subscription
from ipp import build
from ipp.message import Attribute
from ipp.values import Range
from ipp_server.happenings import number_of
from ipp_server.printer_status import since, up_time
from ipp_server.subscription_wishes import (
    ATTRIBUTES,
    MOST_EVENTS,
    PULL_METHODS,
    QUEUE_DEFAULT,
    QUEUE_EVENTS,
    SYSTEM_DEFAULT,
    SYSTEM_EVENTS,
)


def printer_attributes() -> list[Attribute]:
    """What a queue says of subscriptions to it: RFC 3995 table 1, and ippget-event-life (RFC 3996 section 8.1)."""
    return _offered(QUEUE_DEFAULT, QUEUE_EVENTS)


def system_attributes() -> list[Attribute]:
    """What the System says of subscriptions to it (PWG 5100.22 section 7)."""
    return _offered(SYSTEM_DEFAULT, SYSTEM_EVENTS)


def _offered(default: Iterable[str], events: Iterable[str]) -> list[Attribute]:
    return [
        build.integer("ippget-event-life", LIFE),
        build.keyword("notify-attributes-supported", *ATTRIBUTES),
        build.keyword("notify-events-default", *default),
        build.keyword("notify-events-supported", *events),
        build.integer("notify-lease-duration-default", LEASE),
        build.range_("notify-lease-duration-supported", Range(1, LONGEST_LEASE)),
        build.integer("notify-max-events-supported", MOST_EVENTS),
        build.keyword("notify-pull-method-supported", *PULL_METHODS),
    ]


@dataclass(frozen=True, slots=True)
class View:
    """Who looks: when this gateway started (seconds of the epoch), for the times that are told in its clock."""

    started: float


Row = Callable[[Subscription, View], Attribute | None]


def _printer_uri(one: Subscription, _: View) -> Attribute | None:
    return build.uri("notify-printer-uri", one.target.uri) if one.target.queue_id else None


def _system_uri(one: Subscription, _: View) -> Attribute | None:
    return None if one.target.queue_id else build.uri("notify-system-uri", one.target.uri)


def _resource_id(one: Subscription, _: View) -> Attribute | None:
    number = number_of(one.target.queues)
    return None if number is None else build.integer("notify-resource-id", number)


def _lease_end(one: Subscription, view: View) -> Attribute | None:
    if one.expires_at is None:
        return None
    return build.integer("notify-lease-expiration-time", since(one.expires_at, view.started))


def _up_time(name: str, view: View, *, told: bool) -> Attribute | None:
    return build.integer(name, up_time(view.started)) if told else None


TEMPLATE: Final[dict[str, Row]] = {
    "notify-pull-method": lambda _, __: build.keyword("notify-pull-method", *PULL_METHODS),
    "notify-events": lambda one, _: build.keyword("notify-events", *one.wish.events),
    "notify-attributes": lambda one, _: (
        build.keyword("notify-attributes", *one.wish.attributes) if one.wish.attributes else None
    ),
    "notify-user-data": lambda one, _: (
        None if one.wish.user_data is None else build.octets("notify-user-data", one.wish.user_data)
    ),
    "notify-charset": lambda one, _: build.charset("notify-charset", one.wish.charset),
    "notify-natural-language": lambda one, _: build.language("notify-natural-language", one.wish.language),
    "notify-lease-duration": lambda one, _: (
        None if one.of_job else build.integer("notify-lease-duration", one.wish.lease)
    ),
    "notify-time-interval": lambda one, _: (
        build.integer("notify-time-interval", one.wish.interval) if one.wish.interval else None
    ),
}
"""Subscription Template attributes."""

DESCRIPTION: Final[dict[str, Row]] = {
    "notify-subscription-id": lambda one, _: build.integer("notify-subscription-id", one.number),
    "notify-subscription-uuid": lambda one, _: build.uri("notify-subscription-uuid", one.uuid),
    "notify-sequence-number": lambda one, _: build.integer("notify-sequence-number", one.sequence),
    "notify-lease-expiration-time": _lease_end,
    "notify-printer-up-time": lambda one, view: _up_time(
        "notify-printer-up-time", view, told=bool(one.target.queue_id) and not one.of_job
    ),
    "notify-printer-uri": _printer_uri,
    "notify-system-up-time": lambda one, view: _up_time("notify-system-up-time", view, told=not one.target.queue_id),
    "notify-system-uri": _system_uri,
    "notify-job-id": lambda one, _: (
        None if one.target.job_id is None else build.integer("notify-job-id", one.target.job_id)
    ),
    "notify-resource-id": _resource_id,
    "notify-subscriber-user-name": lambda one, _: build.name("notify-subscriber-user-name", one.owner.name),
    "notify-subscriber-user-uri": lambda one, _: (
        build.uri("notify-subscriber-user-uri", f"urn:uuid:{one.owner.person_id}") if one.owner.person_id else None
    ),
}
"""Subscription Description attributes (and those of PWG 5100.13 and 5100.22)."""

_ROWS: Final = TEMPLATE | DESCRIPTION
_GROUPS: Final = {
    "subscription-template": frozenset(TEMPLATE),
    "subscription-description": frozenset(DESCRIPTION),
    "all": frozenset(_ROWS),
    "none": frozenset[str](),
}


def attributes(one: Subscription, requested: Iterable[str], view: View) -> list[Attribute]:
    """The attributes of a subscription that were asked for and that it has."""
    wanted = set[str]()
    for name in requested:
        wanted |= _GROUPS.get(name, {name})
    told = [row(one, view) for name, row in _ROWS.items() if name in wanted]
    return [attribute for attribute in told if attribute is not None]
