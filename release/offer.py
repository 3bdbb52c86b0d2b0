"""What a queue offers, and how it is, worked out from what the devices behind it can do and say. No I/O."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple, TypeVar

from devices.capabilities import Capabilities
from devices.supplies import Supply
from jobs.condition import Condition
from jobs.queue import MAX_COPIES, Offer
from release.streams import taken

T = TypeVar("T")

_COMMON = ("iso_a4_210x297mm", "na_letter_8.5x11in")
_MOST = 60  # media names in an advert
_FACE_DOWN = ("face-down",)
_SIDES = ("one-sided", "two-sided-long-edge", "two-sided-short-edge")
_SHEET_FINISHINGS: Final = range(4, 1000)
_INTENTS: Final = ("auto", "absolute", "perceptual", "relative", "relative-bpc", "saturation")
_OPTIMIZE: Final = ("auto", "graphic", "photo", "text", "text-and-graphic")
_MOST_SUPPLIES: Final = 60
_INDEX: Final = re.compile(r"\bindex=\d+;")
_REPORTED: Final = frozenset(
    {
        "marker-supply-low",
        "marker-supply-empty",
        "marker-waste-almost-full",
        "marker-waste-full",
        "media-empty",
        "media-jam",
        "media-low",
        "media-needed",
        "output-area-almost-full",
        "output-area-full",
        "toner-empty",
        "toner-low",
        "cover-open",
        "door-open",
        "interlock-open",
    }
)
_SEVERITIES: Final = ("-report", "-warning", "-error")


def offer(devices: Sequence[Capabilities], preferred: str = "", rule: str = "union") -> Offer:
    """Combine devices. `rule`: union offers what one of the pool does, intersection only what all of them do.

    With a union, the device that can may be chosen; with an intersection every job prints anywhere as it was asked for.

    Copies, page ranges, scaling and turning are ours to do, so they do not depend on devices.
    `preferred` is the sheet of the house (a PWG name): what clients print on that name none, if a device has it.
    """
    if not devices:
        return Offer()
    every = rule == "intersection"
    media = _joined([device.media for device in devices], every=every)[:_MOST] or _COMMON
    defaults = (preferred, *(device.media_default for device in devices))
    sides = _joined([device.sides for device in devices], every=every)
    dpi = [tuple(x for x, y in device.resolutions if x == y and 75 <= x <= 1200) for device in devices]
    colored = [device for device in devices if device.color]
    return Offer(
        color=len(colored) == len(devices) if every else bool(colored),
        sides=tuple(side for side in _SIDES if side in sides) or _SIDES[:1],
        media=media,
        media_default=next((name for name in defaults if name in media), media[0]),
        media_types=_known(devices, lambda device: device.media_types, ("auto", "stationery"), every=every)[:40],
        media_sources=_known(devices, lambda device: device.media_sources, ("auto",), every=every)[:20],
        resolutions=tuple(sorted(_joined(dpi, every=every))) or (300, 600),
        output_bins=_known(devices, lambda device: _ordered(device.output_bins), _FACE_DOWN, every=every)[:20],
        copies=MAX_COPIES,
        languages=_joined([taken(device.formats) for device in devices], every=every)[:10],
        finishings=tuple(sorted(_joined([_finishings(device) for device in devices], every=every)))[:60],
        rendering_intents=_own(devices, "print-rendering-intent", _INTENTS, every=every),
        content_optimize=_own(devices, "print-content-optimize", _OPTIMIZE, every=every),
        borderless=all(device.borderless for device in devices)
        if every
        else any(device.borderless for device in devices),
        media_ready=tuple(name for name in _joined([d.media_ready for d in devices], every=every) if name in media),
        pages_per_minute=max((device.pages_per_minute or 0 for device in devices), default=0),
        pages_per_minute_color=max((device.pages_per_minute_color or 0 for device in colored), default=0),
    )


class Seen(NamedTuple):
    """A device as it is: what it is called, what it can do, and its printer-state-reasons."""

    name: str
    capabilities: Capabilities
    reasons: Sequence[str]


def condition(devices: Sequence[Seen], *, printing: int = 0, charge: str = "") -> Condition:
    """Say how the devices behind a queue are.

    Of several devices the supplies of all are told; a tray only where no other device has one of that name.
    """
    capabilities = [device.capabilities for device in devices]
    return Condition(
        printing=printing,
        supplies=_supplies([(device.name, device.capabilities.supplies) for device in devices]),
        finishers=_supplies([(device.name, device.capabilities.finishers) for device in devices]),
        input_trays=_trays((device.media_sources, device.input_trays) for device in capabilities),
        output_trays=_trays((device.output_bins, device.output_trays) for device in capabilities),
        # Another device of the pool may well print: a report tells, and stops nobody.
        reports=tuple(dict.fromkeys(filter(None, (_report(reason) for _, _, found in devices for reason in found))))[
            :10
        ],
        charge=charge,
    )


def _supplies(told: Sequence[tuple[str, Sequence[Supply]]]) -> tuple[Supply, ...]:
    """Supplies of one device as they are; of several numbered through, and with the device's name."""
    if len(told) == 1:
        return tuple(told[0][1])[:_MOST_SUPPLIES]
    found = [(name, _INDEX.sub("", pairs), words) for name, supplies in told for pairs, words in supplies]
    return tuple(
        (f"index={number};{pairs}", f"{name}: {words}" if words else name)
        for number, (name, pairs, words) in enumerate(found[:_MOST_SUPPLIES], 1)
    )


def _report(reason: str) -> str:
    for severity in _SEVERITIES:
        reason = reason.removesuffix(severity)
    return f"{reason}-report" if reason in _REPORTED else ""


def _trays(devices: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    shared: set[str] = set()
    for names, trays in devices:
        for name, tray in zip(names, trays, strict=False):
            shared |= {name} & found.keys()
            found[name] = tray
    return {name: tray for name, tray in found.items() if name not in shared and tray}


def _finishings(device: Capabilities) -> tuple[int, ...]:
    """What can be passed on to it: stapling and the like are attributes of the job, or not at all."""
    told = "finishings" in device.job_creation_attributes
    return tuple(number for number in device.finishings if number in _SHEET_FINISHINGS) if told else ()


def _own(devices: Sequence[Capabilities], attribute: str, known: Sequence[str], *, every: bool) -> tuple[str, ...]:
    """Words that only a device can act upon, if it can be told them, beside `auto`."""
    listed = [_LISTED[attribute](device) if attribute in device.job_creation_attributes else () for device in devices]
    found = _joined(listed, every=every)
    return tuple(word for word in known if word == "auto" or word in found)


_LISTED: Final[dict[str, Callable[[Capabilities], Sequence[str]]]] = {
    "print-content-optimize": lambda device: device.content_optimize,
    "print-rendering-intent": lambda device: device.rendering_intents,
}


def _known(
    devices: Sequence[Capabilities],
    listed: Callable[[Capabilities], Sequence[str]],
    always: tuple[str, ...],
    *,
    every: bool,
) -> tuple[str, ...]:
    """Words that any device understands, and those that are listed."""
    found = _joined([tuple(listed(device)) for device in devices], every=every)
    return tuple(dict.fromkeys((*always, *found)))


def _ordered(bins: Iterable[str]) -> tuple[str, ...]:
    """Leave out face-up: CUPS would send the last page first, and the device that prints may deliver face-down."""
    return tuple(name for name in bins if name != "face-up")


def _joined(lists: Sequence[Sequence[T]], *, every: bool) -> tuple[T, ...]:
    """All values, in the order told; with `every` those that are in each list."""
    merged = dict.fromkeys(chain.from_iterable(lists))
    return tuple(value for value in merged if not every or all(value in listed for listed in lists))
