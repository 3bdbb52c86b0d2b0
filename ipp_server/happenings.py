"""What is known of an event at its moment: the facts that notices are made of. Values that nobody changes."""

from dataclasses import dataclass
from typing import Final

from ipp.enums import PrinterState
from jobs.job import Job
from jobs.queue import Queue
from jobs.resources.resource import Resource


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job as it was right after the event, and the name of its queue."""

    job: Job
    printer: str


@dataclass(frozen=True, slots=True)
class PrinterFacts:
    """A queue as it was right after the event."""

    queue: Queue
    state: PrinterState
    reasons: tuple[str, ...]
    accepting: bool
    job: Job | None = None
    """The job that it was about to print, or had just printed, where that was the cause."""


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """The whole gateway, right after the event."""

    state: PrinterState
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """A resource of the System, right after the event."""

    resource: Resource


_RESOURCE: Final = "resource-"


def key_of(number: int) -> str:
    """What events and subscriptions call a resource, where they else name queues by their ids."""
    return f"{_RESOURCE}{number}"


def number_of(keys: tuple[str, ...]) -> int | None:
    """The number of the resource that a subscription is about; None for one about something else."""
    key = keys[0] if keys else ""
    return int(key.removeprefix(_RESOURCE)) if key.startswith(_RESOURCE) else None
