"""What a queue offers, worked out from what the devices behind it can do. No I/O."""

from collections.abc import Iterable, Sequence

from devices.capabilities import Capabilities
from jobs.queue import MAX_COPIES, Offer
from release.streams import taken

_COMMON = ("iso_a4_210x297mm", "na_letter_8.5x11in")
_MOST = 60  # media names in an advert
_FACE_DOWN = ("face-down",)
_SIDES = ("one-sided", "two-sided-long-edge", "two-sided-short-edge")


def offer(devices: Sequence[Capabilities], preferred: str = "") -> Offer:
    """Combine devices: a queue offers what at least one device of its pool does, for that one can be chosen.

    Copies, page ranges, scaling and turning are ours to do, so they do not depend on devices.
    `preferred` is the sheet of the house (a PWG name): what clients print on that name none, if a device has it.
    """
    if not devices:
        return Offer()
    media = _merged((device.media for device in devices), _MOST) or _COMMON
    defaults = (preferred, *(device.media_default for device in devices))
    default = next((name for name in defaults if name in media), media[0])
    sides = tuple(side for side in _SIDES if any(side in device.sides for device in devices)) or _SIDES[:1]
    resolutions = sorted({x for device in devices for x, y in device.resolutions if x == y and 75 <= x <= 1200})
    return Offer(
        color=any(device.color for device in devices),
        sides=sides,
        media=media,
        media_default=default,
        media_types=_merged((("auto", "stationery", *device.media_types) for device in devices), 40),
        media_sources=_merged((("auto", *device.media_sources) for device in devices), 20),
        resolutions=tuple(resolutions) or (300, 600),
        output_bins=_merged((_FACE_DOWN, *(_ordered(device.output_bins) for device in devices)), 20),
        copies=MAX_COPIES,
        languages=_merged((taken(device.formats) for device in devices), 10),
    )


def _ordered(bins: Iterable[str]) -> tuple[str, ...]:
    """Leave out face-up: CUPS would send the last page first, and the device that prints may deliver face-down."""
    return tuple(name for name in bins if name != "face-up")


def _merged(lists: Iterable[Sequence[str]], most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for values in lists for value in values))[:most]
