"""Requests that were seen before: their attributes need not be read and checked again.

Clients ask Get-Printer-Attributes in the same words every few seconds. What the gate found about those very bytes, all
but version and request-id, is remembered; the answer itself is made anew.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from ipp.codec import encode_header
from ipp.enums import Operation, Status
from ipp_server.address import Scope
from ipp_server.request import Request
from jobs.queue import Queue

HEADER: Final = 8  # octets: version, operation, request-id (RFC 8010 section 3.1.1)
_MOST: Final = 256
_LONGEST: Final = 4096  # octets of a request worth remembering
_CODE: Final = int(Operation.GET_PRINTER_ATTRIBUTES).to_bytes(2, "big")


@dataclass(frozen=True, slots=True)
class Known:
    """What a request asks for: of which queue, which attributes."""

    queue: Queue
    """As it was then. A change makes another, which the words of the request may mean no more."""
    requested: tuple[str, ...]
    uri: str
    """The printer-uri, whose host the answer repeats."""
    language: str = ""
    of_house: bool = False
    """Whether the request names no queue, and means that of the house."""


class Remembered:
    """Which queue and which attributes a request of these bytes asks for. Bounded; the oldest are forgotten."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Known] = OrderedDict()

    def find(self, request: bytes) -> Known | None:
        """Return what is asked for, if such a request was answered before."""
        if request[2:4] != _CODE or not (request[:1] in (b"\x01", b"\x02") and request[1] <= 2):
            return None
        if request[4] > 0x7F or not any(request[4:HEADER]):  # a request-id that the gate refuses
            return None
        return self._known.get(request[HEADER:])

    def keep(self, request: bytes, asked: Request, uri: str) -> None:
        """Remember a request that was answered with successful-ok."""
        # What is told at a person's own address is that person's business; the System tells more than a queue.
        if len(request) > _LONGEST or request[2:4] != _CODE or asked.address.token:
            return
        if asked.address.scope is Scope.SYSTEM:
            return
        self._known[request[HEADER:]] = Known(asked.queue, asked.requested, uri, asked.language, asked.of_house)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)


def header_of(request: bytes) -> bytes:
    """Begin the answer to such a request: its version and request-id, successful-ok."""
    return encode_header((request[0], request[1]), Status.SUCCESSFUL_OK, int.from_bytes(request[4:HEADER], "big"))
