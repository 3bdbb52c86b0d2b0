"""Faults of a request itself, each with the IPP status it is answered with."""

from collections.abc import Sequence

from ipp.enums import Status
from ipp.message import Attribute


class RequestFault(Exception):
    """The request cannot be carried out; `unsupported` goes into the answer's unsupported-attributes group."""

    def __init__(self, status: Status, message: str, unsupported: Sequence[Attribute] = ()) -> None:
        super().__init__(message)
        self.status, self.unsupported = status, tuple(unsupported)


class NeedsIdentity(Exception):
    """The operation needs to know who asks, and the request does not say so in a way that counts."""


class WrongIdentity(Exception):
    """Name and password do not match."""


class NeedsTls(Exception):
    """The operation needs to know who asks, and a password does not travel in the clear."""


class DocumentStalled(Exception):
    """The client stopped sending its document, or sends it too slowly."""


class BadCompression(Exception):
    """The document is not compressed as the request says."""
