"""Answers to Get-Printer-Attributes: encoded once per queue and name of the host, joined per requested-attributes.

Only the few attributes that change by themselves are made per request.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ipp import build
from ipp.codec import encode_attribute
from ipp.enums import PrinterState
from ipp.message import Attribute
from ipp_server import printer
from ipp_server.printer import House
from jobs.queue import Queue

_PLANS: Final = 200  # requested-attributes seen lately, per view
_VIEWS: Final = 300  # queues times names of this host

GROUPS: Final = ("all", "printer-description", "job-template", "printer-defaults", "none")
"""Names that stand for many attributes (RFC 8011 section 4.2.5.1, PWG 5100.13)."""


@dataclass(frozen=True, slots=True)
class Live:
    """What changes by itself."""

    waiting: int
    started: float


Maker = Callable[[Queue, Live], Attribute]


def _state(queue: Queue, live: Live) -> Attribute:  # noqa: ARG001 - one shape for all makers
    # A queue is never stopped because jobs are held: clients would disable theirs.
    return build.enum("printer-state", PrinterState.IDLE)


def _reasons(queue: Queue, live: Live) -> Attribute:  # noqa: ARG001
    return build.keyword("printer-state-reasons", "none")


DYNAMIC: Final[dict[str, Maker]] = {
    "printer-state": _state,
    "printer-state-reasons": _reasons,
    "printer-state-message": lambda queue, _: build.text(
        "printer-state-message", "" if queue.accepting else "Takes no documents for now."
    ),
    "printer-is-accepting-jobs": lambda queue, _: build.boolean("printer-is-accepting-jobs", queue.accepting),
    "queued-job-count": lambda _, live: build.integer("queued-job-count", live.waiting),
    "printer-up-time": lambda _, live: build.integer("printer-up-time", up_time(live.started)),
    "printer-current-time": lambda _, __: build.datetime_("printer-current-time", datetime.now(UTC)),
    "printer-state-change-time": lambda queue, live: build.integer(
        "printer-state-change-time", since(queue.changed_at, live.started)
    ),
    "printer-state-change-date-time": lambda queue, _: build.datetime_(
        "printer-state-change-date-time", moment(queue.changed_at)
    ),
    "printer-config-change-time": lambda queue, live: build.integer(
        "printer-config-change-time", since(queue.changed_at, live.started)
    ),
    "printer-config-change-date-time": lambda queue, _: build.datetime_(
        "printer-config-change-date-time", moment(queue.changed_at)
    ),
}


def up_time(started: float) -> int:
    """Seconds since the gateway started, at least 1 (RFC 8011 section 5.4.29)."""
    return max(1, int(time.time() - started))


def since(milliseconds: int, started: float) -> int:
    """A moment in the seconds of printer-up-time; what was before the start is at its beginning."""
    return max(1, int(milliseconds / 1000 - started))


def moment(milliseconds: int) -> datetime:
    """A moment as a dateTime."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


class _View:
    """One queue as one client names it: encoded attributes, and the plans made of them."""

    def __init__(self, queue: Queue, house: House, authority: str, *, secure: bool) -> None:
        description = printer.description(queue, house, authority, secure=secure)
        template = printer.job_template(queue)
        self._encoded = {attribute.name: encode_attribute(attribute) for attribute in (*description, *template)}
        database = printer.media_col_database(queue)
        self._on_request = {database.name: encode_attribute(database)}
        self._groups = {
            "printer-description": {attribute.name for attribute in description} | DYNAMIC.keys(),
            "job-template": {attribute.name for attribute in template},
            "printer-defaults": {name for name in self._encoded if name.endswith("-default")},
            "none": set[str](),
        }
        self._groups["all"] = self._groups["printer-description"] | self._groups["job-template"]
        self._plans: OrderedDict[tuple[str, ...], tuple[bytes, tuple[str, ...]]] = OrderedDict()
        self._live: dict[str, bytes] = {}
        self._live_at = (0, 0)

    def answer(self, requested: tuple[str, ...], queue: Queue, live: Live) -> list[bytes]:
        """Join what was asked for."""
        plan = self._plans.get(requested)
        if plan is None:
            plan = self._plan(requested or ("all",))
            self._plans[requested] = plan
            while len(self._plans) > _PLANS:
                self._plans.popitem(last=False)
        static, names = plan
        if not names:
            return [static]
        return [static, *map(self._now(queue, live).__getitem__, names)]

    def _now(self, queue: Queue, live: Live) -> dict[str, bytes]:
        """What changes by itself, encoded; a dateTime counts tenths of a second, so it is good for as long."""
        at = (int(time.time() * 10), live.waiting)
        if at != self._live_at:
            self._live_at = at
            self._live = {name: encode_attribute(make(queue, live)) for name, make in DYNAMIC.items()}
        return self._live

    def _plan(self, requested: Sequence[str]) -> tuple[bytes, tuple[str, ...]]:
        names = set[str]()
        for name in requested:
            names |= self._groups.get(name, {name})
        static = [encoded for name, encoded in self._encoded.items() if name in names]
        static += [encoded for name, encoded in self._on_request.items() if name in requested]
        return b"".join(static), tuple(name for name in DYNAMIC if name in names)


class Describer:
    """Keeps the views. Bounded: the name of the host is the client's to choose."""

    def __init__(self, house: House, started: float) -> None:
        self._house, self._started = house, started
        self._views: OrderedDict[tuple[str, int, str, bool], _View] = OrderedDict()

    def answer(
        self, queue: Queue, authority: str, requested: tuple[str, ...], waiting: int, *, secure: bool
    ) -> list[bytes]:
        """Encode the printer attributes that were asked for."""
        key = (queue.id, queue.changed_at, authority, secure)
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = _View(queue, self._house, authority, secure=secure)
            while len(self._views) > _VIEWS:
                self._views.popitem(last=False)
        return view.answer(requested, queue, Live(waiting, self._started))
