"""What is sent to an output device, and what is known afterwards."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal

from ipp.message import Attribute

OutcomeKind = Literal["completed", "canceled", "aborted", "unknown", "not-sent"]
ImpressionsSource = Literal["job-impressions-completed", "pjl", "meter", "none"]


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A document ready for one device.

    `attributes` are Job Template attributes (RFC 8011 section 5.2), already chosen for the device; those that it
    does not list are left out. `copies`, `sides` and `color` say the same for devices that only know PJL.
    """

    format: str
    """MIME type of the document."""
    size: int | None
    """Bytes of the document; None when it is not known before the end."""
    open: Callable[[], AsyncIterator[bytes]]
    """Reads the document from its first byte; called again when a busy device is tried again."""
    job_name: str
    user_name: str
    attributes: tuple[Attribute, ...] = ()
    impressions: int | None = None
    """The gateway's own count of impressions, copies included."""
    copies: int = 1
    sides: str = "one-sided"
    color: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an attempt to print ended, as far as the device says.

    `not-sent`: no document byte left, or the device refused the document in so many words; nothing was printed.
    `unknown`: bytes left and the device says no more; it may have printed.
    """

    kind: OutcomeKind
    message: str = ""
    """Words for a person."""
    impressions: int | None = None
    """Impressions that were printed, copies included; None when nobody counted."""
    sheets: int | None = None
    source: ImpressionsSource = "none"
    """Who counted `impressions`: "none" means that the device did not."""
    retry: bool = False
    """True with `not-sent` when trying again later may succeed."""
    device_job_id: int | None = None
