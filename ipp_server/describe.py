"""Answers to Get-Printer-Attributes: encoded once per queue and door, joined per requested-attributes.

Only the few attributes that change by themselves are made per request.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count
from typing import Final

from ipp.codec import encode_attribute
from ipp.message import Attribute
from ipp_server import printer_media, setting_rows
from ipp_server.printer import Door, House
from ipp_server.printer_description import ADDRESSED, addressed, description, doors
from ipp_server.printer_status import DYNAMIC, Live, moment, since, up_time
from ipp_server.printer_template import job_template
from ipp_server.strings import closest
from jobs.condition import Condition
from jobs.queue import Queue

__all__ = ["DYNAMIC", "GROUPS", "Describer", "Live", "moment", "since", "up_time"]

_PLANS: Final = 500  # requested-attributes seen lately, of all views: each may be as long as a whole answer
_VIEWS: Final = 300  # queues times names of this host

GROUPS: Final = ("all", "printer-description", "job-template", "printer-defaults", "subscription-template", "none")
"""Names that stand for many attributes (RFC 8011 section 4.2.5.1, PWG 5100.13)."""

_Plan = tuple[bytes, tuple[str, ...], frozenset[str]]
_Plans = OrderedDict[tuple[int, tuple[str, ...], bool], _Plan]
_NUMBERS: Final = count()  # of views, so that those of one that is gone are nobody's

Look = Callable[[Queue], Condition]
"""How the devices behind a queue are now. Asked at most every tenth of a second."""


def told(queue: Queue, house: House, door: Door) -> tuple[dict[str, Attribute], dict[str, Attribute]]:
    """Printer-description and Job Template attributes that change with the queue, as an operator chose, by name."""
    chosen = setting_rows.chosen(queue)
    groups = (description(queue, house, door), job_template(queue))
    found = [{one.name: chosen.get(one.name, one) for one in group} for group in groups]
    found[0].update((one.name, one) for one in house.given(queue, door))
    return found[0], found[1]


class _View:
    """One queue as one client names it: encoded attributes, and the plans made of them."""

    def __init__(self, queue: Queue, house: House, door: Door, plans: _Plans) -> None:
        description_, template = told(queue, house, door)
        self._web = door.web
        self._encoded = {name: encode_attribute(one) for name, one in (*description_.items(), *template.items())}
        # Long, or said already: given only to who names them.
        named = (printer_media.database(queue), doors(queue, house, door))
        self._on_request = {one.name: encode_attribute(one) for one in named}
        self._groups = {
            "printer-description": description_.keys() | DYNAMIC.keys(),
            "job-template": {*template},
            "printer-defaults": {name for name in self._encoded if name.endswith("-default")},
            "subscription-template": {name for name in self._encoded if name.startswith("notify-")}
            | {"charset-supported", "generated-natural-language-supported"},
            "none": set[str](),
        }
        self._groups["all"] = self._groups["printer-description"] | self._groups["job-template"]
        self._plans, self._number = plans, next(_NUMBERS)
        self._live: dict[str, bytes] = {}
        self._live_at: tuple[int, int, int] = (0, 0, 0)

    def answer(
        self,
        requested: tuple[str, ...],
        queue: Queue,
        waiting: int,
        started: float,
        look: Look,
        own: Sequence[Attribute] = (),
    ) -> list[bytes]:
        """Join what was asked for; `own` stands in the place of what everybody else is told."""
        key = (self._number, requested, bool(own))
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._plan(requested or ("all",), ADDRESSED if own else frozenset())
            while len(self._plans) > _PLANS:
                self._plans.popitem(last=False)
        static, names, owned = plan
        mine = [encode_attribute(one) for one in own if one.name in owned]
        if not names:
            return [static, *mine]
        return [static, *mine, *map(self._now(queue, waiting, started, look).__getitem__, names)]

    def _now(self, queue: Queue, waiting: int, started: float, look: Look) -> dict[str, bytes]:
        """What changes by itself, encoded; a dateTime counts tenths of a second, so it is good for as long."""
        at = (int(time.time() * 10), waiting, id(queue))
        if at != self._live_at:
            live = Live(waiting, started, look(queue), self._web)
            made = {name: make(queue, live) for name, make in DYNAMIC.items()}
            self._live = {name: encode_attribute(one) if one else b"" for name, one in made.items()}
            self._live_at = at
        return self._live

    def _plan(self, requested: Sequence[str], without: frozenset[str]) -> _Plan:
        names = set[str]()
        for name in requested:
            names |= self._groups.get(name, {name})
        static = [encoded for name, encoded in self._encoded.items() if name in names and name not in without]
        static += [encoded for name, encoded in self._on_request.items() if name in requested]
        return b"".join(static), tuple(name for name in DYNAMIC if name in names), without & names


def _unknown(_queue: Queue) -> Condition:
    return Condition()


class Describer:
    """Keeps the views. Bounded: the name of the host is the client's to choose. `look` says how the devices are."""

    def __init__(self, house: House, started: float, look: Look = _unknown) -> None:
        self._house, self._started, self._look = house, started, look
        self._views: OrderedDict[tuple[str, int, Door], _View] = OrderedDict()
        self._plans: _Plans = OrderedDict()

    def answer(
        self,
        queue: Queue,
        authority: str,
        requested: tuple[str, ...],
        waiting: int,
        *,
        secure: bool,
        path: str = "",
        token_id: str = "",
        language: str = "",
    ) -> list[bytes]:
        """Encode the printer attributes that were asked for.

        `path` is that of a person's own address, which `token_id` names: what is told of it is kept for nobody else.
        `language` is what the client reads.
        """
        door = Door(authority, f"/ipp/print/{queue.name}", secure, closest(language))
        key = (queue.id, queue.changed_at, door)
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = _View(queue, self._house, door, self._plans)
            while len(self._views) > _VIEWS:
                self._views.popitem(last=False)
        own = addressed(queue, self._house, replace(door, path=path, token_id=token_id)) if token_id else ()
        return view.answer(requested, queue, waiting, self._started, self._look, own)

    def attributes(self, queue: Queue, door: Door, waiting: int) -> Iterable[Attribute]:
        """All printer attributes as values, for what is asked rarely."""
        description_, template = told(queue, self._house, door)
        live = Live(waiting, self._started, self._look(queue), door.web)
        changing = (make(queue, live) for make in DYNAMIC.values())
        return [*description_.values(), *template.values(), *(one for one in changing if one is not None)]
