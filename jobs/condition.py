"""How the devices behind a queue are just now, as the queue tells its clients; `release.offer` works it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Condition:
    """What changes at devices without anybody having changed the queue."""

    printing: int = 0
    """How many of the queue's jobs devices work on."""
    supplies: tuple[tuple[str, str], ...] = ()
    """Ink, toner and the like: pairs as in printer-supply (PWG 5100.13), and a description; empty: nobody tells."""
    finishers: tuple[tuple[str, str], ...] = ()
    """What staples, punches and folds, in the same form (PWG 5100.1 section 6)."""
    input_trays: Mapping[str, str] = field(default_factory=dict, hash=False)
    """printer-input-tray by media-source."""
    output_trays: Mapping[str, str] = field(default_factory=dict, hash=False)
    """printer-output-tray by output-bin."""
    reports: tuple[str, ...] = ()
    """What devices report that does not keep the queue from working: keywords that end in -report or -warning."""
    charge: str = ""
    """What printing costs, in words; empty where it costs nothing (PWG 5100.16)."""
