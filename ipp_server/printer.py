"""What a queue is called and how it is reached, and what is the same for every queue of this gateway."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ipp.enums import Operation
from ipp.message import Attribute
from jobs.queue import Kind, Offer, Queue

VERSIONS: Final = ("1.0", "1.1", "2.0", "2.1", "2.2")
RASTER_DPI: Final = (300, 600)
"""Resolutions of rasters that clients make."""
_MOST_FINISHINGS: Final = 20  # in one token: a DNS-SD record has little room
_NAMESPACE: Final = uuid.UUID("6fd6a8a2-5d2d-5d67-9f0a-6f2f5f8c1b11")


@dataclass(frozen=True, slots=True)
class House:
    """What is the same for every queue of this gateway."""

    node: str
    version: str
    organization: str = ""
    language: str = "en"
    operations: tuple[Operation, ...] = ()
    which_jobs: tuple[str, ...] = ("completed", "not-completed")
    identify_actions: tuple[str, ...] = ("display",)
    authentication: tuple[str, ...] = ("basic",)
    """The ways in which people sign in (values of uri-authentication-supported), the strongest first."""
    given: "Callable[[Queue, Door], Iterable[Attribute]]" = lambda _, __: ()
    """What a queue tells of the resources that it was given, in place of what it would tell without."""
    more: tuple[Attribute, ...] = ()
    """Printer-description attributes of other parts, as of subscriptions and of Print-URI."""


@dataclass(frozen=True, slots=True)
class Door:
    """How a client reached a queue: its URIs are written in the same way."""

    authority: str
    """host:port as the client wrote it."""
    path: str
    """Of the queue's URI, such as /ipp/print/NAME."""
    secure: bool
    language: str = "en"
    token_id: str = ""
    """Of a person's own address, if the URI is one."""

    @property
    def printer_uri(self) -> str:
        """The queue's URI."""
        return f"{'ipps' if self.secure else 'ipp'}://{self.authority}{self.path}"

    @property
    def web(self) -> str:
        """Where the pages are."""
        return f"{'https' if self.secure else 'http'}://{self.authority}"


def queue_uuid(queue: Queue) -> str:
    """printer-uuid: the queue's own id, as it never changes."""
    return f"urn:uuid:{queue.id}"


def node_uuid(node: str) -> str:
    """The UUID of the gateway itself."""
    return str(uuid.uuid5(_NAMESPACE, node))


def make_and_model(queue: Queue) -> str:
    """printer-make-and-model: what people see when they add the printer."""
    return {Kind.FOLLOW_ME: "Printgate Follow-Me", Kind.SECURE: "Printgate Secure", Kind.DIRECT: "Printgate"}[
        queue.kind
    ]


def urf_tokens(offer: Offer) -> tuple[str, ...]:
    """urf-supported: what Apple's raster may be like; the same tokens stand in the DNS-SD record."""
    color = ("SRGB24",) if offer.color else ()
    duplex = ("DM1",) if len(offer.sides) > 1 else ()
    dpi = "-".join(str(value) for value in RASTER_DPI)
    finishings = "-".join(str(number) for number in (3, *offer.finishings[:_MOST_FINISHINGS]))
    return ("V1.4", "CP1", "W8", *color, f"RS{dpi}", *duplex, "PQ3-4-5", "IS1", "MT1", "OB10", f"FN{finishings}")
