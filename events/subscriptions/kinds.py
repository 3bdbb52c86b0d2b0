"""The events that can be subscribed to, and which is a case of which (RFC 3995 section 5.3.3.4, PWG 5100.22)."""

from collections.abc import Iterator
from typing import Final

NONE: Final = "none"
"""The keyword for no events; a subscription to nothing but this is not made."""

JOB_CREATED: Final = "job-created"
JOB_COMPLETED: Final = "job-completed"
JOB_STOPPED: Final = "job-stopped"
JOB_STATE: Final = "job-state-changed"
JOB_CONFIG: Final = "job-config-changed"
JOB_PROGRESS: Final = "job-progress"
PRINTER_STATE: Final = "printer-state-changed"
PRINTER_STOPPED: Final = "printer-stopped"
PRINTER_RESTARTED: Final = "printer-restarted"
PRINTER_SHUTDOWN: Final = "printer-shutdown"
PRINTER_CONFIG: Final = "printer-config-changed"
PRINTER_MEDIA: Final = "printer-media-changed"
PRINTER_ORDER: Final = "printer-queue-order-changed"
PRINTER_CREATED: Final = "printer-created"
PRINTER_DELETED: Final = "printer-deleted"
SYSTEM_STATE: Final = "system-state-changed"
SYSTEM_CONFIG: Final = "system-config-changed"
SYSTEM_RESTARTED: Final = "system-restarted"
SYSTEM_SHUTDOWN: Final = "system-shutdown"
SYSTEM_STOPPED: Final = "system-stopped"
RESOURCE_STATE: Final = "resource-state-changed"
RESOURCE_CREATED: Final = "resource-created"
RESOURCE_INSTALLED: Final = "resource-installed"
RESOURCE_CANCELED: Final = "resource-canceled"
RESOURCE_CONFIG: Final = "resource-config-changed"

JOB_EVENTS: Final = (JOB_STATE, JOB_CREATED, JOB_COMPLETED, JOB_STOPPED, JOB_CONFIG, JOB_PROGRESS)
PRINTER_EVENTS: Final = (
    PRINTER_STATE,
    PRINTER_STOPPED,
    PRINTER_RESTARTED,
    PRINTER_SHUTDOWN,
    PRINTER_CONFIG,
    PRINTER_MEDIA,
    PRINTER_ORDER,
)
SYSTEM_EVENTS: Final = (
    PRINTER_CREATED,
    PRINTER_DELETED,
    SYSTEM_STATE,
    SYSTEM_STOPPED,
    SYSTEM_RESTARTED,
    SYSTEM_SHUTDOWN,
    SYSTEM_CONFIG,
)
RESOURCE_EVENTS: Final = (RESOURCE_STATE, RESOURCE_CREATED, RESOURCE_INSTALLED, RESOURCE_CANCELED, RESOURCE_CONFIG)

PARENTS: Final[dict[str, str]] = {
    JOB_CREATED: JOB_STATE,
    JOB_COMPLETED: JOB_STATE,
    JOB_STOPPED: JOB_STATE,
    PRINTER_STOPPED: PRINTER_STATE,
    PRINTER_RESTARTED: PRINTER_STATE,
    PRINTER_SHUTDOWN: PRINTER_STATE,
    PRINTER_MEDIA: PRINTER_CONFIG,
    RESOURCE_CREATED: RESOURCE_STATE,
    RESOURCE_INSTALLED: RESOURCE_STATE,
    RESOURCE_CANCELED: RESOURCE_STATE,
    SYSTEM_STOPPED: SYSTEM_STATE,
    SYSTEM_RESTARTED: SYSTEM_STATE,
    SYSTEM_SHUTDOWN: SYSTEM_STATE,
}
"""What an event is a case of: who subscribed to the one on the right is told of the one on the left."""


def names(event: str) -> Iterator[str]:
    """The keywords under which an event can be subscribed to, its own first."""
    yield event
    if event in PARENTS:
        yield PARENTS[event]
