"""What a queue tells that changes by itself: its state, its devices' supplies and trays, clocks and messages.

Sources: RFC 8011 section 5.4, RFC 3380 section 7, RFC 3998 section 7, PWG 5100.9, 5100.13 section 5.6, 5100.16.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from ipp import build
from ipp.enums import PrinterState
from ipp.message import Attribute
from jobs.condition import Condition
from jobs.queue import Queue


@dataclass(frozen=True, slots=True)
class Live:
    """What changes by itself. `started` is when the gateway started, in seconds of the epoch."""

    waiting: int
    started: float
    condition: Condition = field(default_factory=Condition)
    web: str = ""
    """Where the pages are, as the client knows them."""


Maker = Callable[[Queue, Live], Attribute | None]

_UNKNOWN_SUPPLY: Final = "index=1;class=other;type=unknown;unit=unknown;maxcapacity=-2;level=-2;"
_NO_FINISHER: Final = (("", ""),)
_UNKNOWN_INPUT: Final = "type=other;mediafeed=-2;mediaxfeed=-2;maxcapacity=-2;level=-2;status=0;name={};"
_UNKNOWN_OUTPUT: Final = (
    "type=other;maxcapacity=-2;remaining=-2;status=0;name={};stackingorder=unknown;pagedelivery={};"
)
_MESSAGES: Final = {
    "shutdown": "Out of service.",
    "deactivated": "Deactivated.",
    "moving-to-paused": "Pausing: the job that prints comes to its end.",
    "paused": "Paused. Jobs are taken and wait.",
    "hold-new-jobs": "New jobs are held.",
}
_REPORT: Final = "-report"
_SETTLING: Final = 2.0  # seconds after which everything that a stopped queue had begun is known


def state(queue: Queue, live: Live) -> PrinterState:
    """printer-state. A queue is never stopped because jobs are held: clients would disable theirs."""
    if live.condition.printing:
        return PrinterState.PROCESSING
    return PrinterState.STOPPED if queue.stopped else PrinterState.IDLE


def reasons(queue: Queue, live: Live) -> tuple[str, ...]:
    """printer-state-reasons: why the queue does not do everything, then what its devices report."""
    printing = live.condition.printing > 0
    # What was begun at the very moment that it was stopped is not told of as printing yet.
    settling = time.time() * 1000 - queue.state_changed_at < _SETTLING * 1000
    conditions = (
        ("shutdown", queue.shut_down),
        ("deactivated", queue.deactivated),
        ("moving-to-paused", queue.stopped and (printing or settling)),
        ("paused", queue.stopped and not printing),
        ("hold-new-jobs", queue.holding_new),
    )
    return (*(name for name, so in conditions if so), *live.condition.reports)


def message(queue: Queue, live: Live) -> str:
    """printer-state-message, in English."""
    told = [_MESSAGES[reason] for reason in reasons(queue, live) if reason in _MESSAGES]
    if not queue.accepting and not queue.out_of_service:
        told.append("Takes no documents for now.")
    return " ".join(told)


def alerts(queue: Queue, live: Live) -> Sequence[tuple[str, str]]:
    """printer-alert and printer-alert-description: one for each reason, or that nothing is the matter (PWG 5100.9)."""
    found = [("code=other;severity=warning", _words(reason)) for reason in reasons(queue, live)]
    return found or [("code=printerReadyToPrint;severity=other", "Ready to print.")]


def _words(reason: str) -> str:
    found = _MESSAGES.get(reason)
    return found or reason.removesuffix(_REPORT).replace("-", " ").capitalize() + "."


def _supply(_queue: Queue, live: Live) -> Attribute:
    told = live.condition.supplies
    return build.octets("printer-supply", *(pairs.encode() for pairs, _ in told or ((_UNKNOWN_SUPPLY, ""),)))


def _supply_description(_queue: Queue, live: Live) -> Attribute:
    told = live.condition.supplies
    words = (description for _, description in told)
    return build.text("printer-supply-description", *(words if told else ("Not told by the printers.",)))


def _finishers(_queue: Queue, live: Live) -> Attribute:
    return build.octets("printer-finisher", *(pairs.encode() for pairs, _ in live.condition.finishers or _NO_FINISHER))


def _finisher_description(_queue: Queue, live: Live) -> Attribute:
    told = live.condition.finishers or _NO_FINISHER
    return build.text("printer-finisher-description", *(description for _, description in told))


def _input_trays(queue: Queue, live: Live) -> Attribute:
    known = live.condition.input_trays
    return build.octets("printer-input-tray", *_trays(queue.offer.media_sources, known, _UNKNOWN_INPUT))


def _output_trays(queue: Queue, live: Live) -> Attribute:
    known = live.condition.output_trays
    return build.octets("printer-output-tray", *_trays(queue.offer.output_bins, known, _UNKNOWN_OUTPUT))


def _trays(names: Sequence[str], known: Mapping[str, str], unknown: str) -> Sequence[bytes]:
    faces = {"face-up": "faceUp", "face-down": "faceDown"}
    return [(known.get(name) or unknown.format(name, faces.get(name, "unknown"))).encode() for name in names]


DYNAMIC: Final[dict[str, Maker]] = {
    "printer-state": lambda queue, live: build.enum("printer-state", state(queue, live)),
    "printer-state-reasons": lambda queue, live: build.keyword(
        "printer-state-reasons", *(reasons(queue, live) or ("none",))
    ),
    "printer-state-message": lambda queue, live: build.text("printer-state-message", message(queue, live)),
    "printer-is-accepting-jobs": lambda queue, _: build.boolean(
        "printer-is-accepting-jobs", queue.accepting and not queue.out_of_service
    ),
    "queued-job-count": lambda _, live: build.integer("queued-job-count", live.waiting),
    "printer-alert": lambda queue, live: build.octets(
        "printer-alert", *(code.encode() for code, _ in alerts(queue, live))
    ),
    "printer-alert-description": lambda queue, live: build.text(
        "printer-alert-description", *(words for _, words in alerts(queue, live))
    ),
    "printer-finisher": _finishers,
    "printer-finisher-description": _finisher_description,
    "printer-supply": _supply,
    "printer-supply-description": _supply_description,
    "printer-input-tray": _input_trays,
    "printer-output-tray": _output_trays,
    "printer-charge-info": lambda _, live: (
        build.text("printer-charge-info", live.condition.charge) if live.condition.charge else None
    ),
    "printer-charge-info-uri": lambda _, live: (
        build.uri("printer-charge-info-uri", f"{live.web}/help") if live.condition.charge else None
    ),
    "printer-message-from-operator": lambda queue, _: build.text(
        "printer-message-from-operator", queue.operator_message
    ),
    "printer-message-time": lambda queue, live: build.integer(
        "printer-message-time", since(queue.operator_message_at or queue.changed_at, live.started)
    ),
    "printer-message-date-time": lambda queue, _: build.datetime_(
        "printer-message-date-time", moment(queue.operator_message_at or queue.changed_at)
    ),
    "printer-up-time": lambda _, live: build.integer("printer-up-time", up_time(live.started)),
    "printer-current-time": lambda _, __: build.datetime_("printer-current-time", datetime.now(UTC)),
    "printer-state-change-time": lambda queue, live: build.integer(
        "printer-state-change-time", since(_state_changed(queue), live.started)
    ),
    "printer-state-change-date-time": lambda queue, _: build.datetime_(
        "printer-state-change-date-time", moment(_state_changed(queue))
    ),
    "printer-config-change-time": lambda queue, live: build.integer(
        "printer-config-change-time", since(queue.changed_at, live.started)
    ),
    "printer-config-change-date-time": lambda queue, _: build.datetime_(
        "printer-config-change-date-time", moment(queue.changed_at)
    ),
}
"""The attributes that change by themselves: what makes each; None where there is nothing to tell."""


def _state_changed(queue: Queue) -> int:
    return queue.state_changed_at or queue.changed_at


def up_time(started: float) -> int:
    """Seconds since the gateway started, at least 1 (RFC 8011 section 5.4.29)."""
    return max(1, int(time.time() - started))


def since(milliseconds: int, started: float) -> int:
    """A moment in seconds of printer-up-time; 1 for what was before the gateway started."""
    return max(1, int(milliseconds / 1000 - started))


def moment(milliseconds: int) -> datetime:
    """A moment as a dateTime."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
