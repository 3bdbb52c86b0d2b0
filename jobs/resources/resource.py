"""A resource (PWG 5100.22 section 7.10): a file that an administrator gives, to be told of by queues. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

LARGEST: Final = 1 << 20
"""Bytes of one resource."""
_PNG: Final = b"\x89PNG\r\n\x1a\n"


class State(IntEnum):
    """resource-state."""

    PENDING = 3  # it has no data yet
    AVAILABLE = 4
    INSTALLED = 5
    CANCELED = 6
    ABORTED = 7


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource-type: which formats it may be of, and whether data is really of them."""

    formats: tuple[str, ...]
    fits: Callable[[bytes], bool]


IMAGE: Final = "static-image"
PROFILE: Final = "static-icc-profile"
KINDS: Final[dict[str, Kind]] = {
    IMAGE: Kind(("image/png",), lambda data: data.startswith(_PNG)),
    # Nothing here looks into profiles: they are passed on to clients.
    PROFILE: Kind(("application/vnd.iccprofile",), bool),
}
"""resource-type-supported."""
FORMATS: Final = tuple(mime for kind in KINDS.values() for mime in kind.formats)
"""resource-format-supported."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource. Times are milliseconds of the epoch; `number` is its resource-id."""

    number: int
    id: str
    type: str
    created_at: int
    name: str = ""
    info: str = ""
    format: str = ""
    state: State = State.PENDING
    size: int = 0
    installed_at: int | None = None
    canceled_at: int | None = None
    path: str = ""
    """Where it is served, if it is one of our own, which nobody removes."""

    @property
    def own(self) -> bool:
        """Whether it came with the gateway."""
        return bool(self.path)

    @property
    def served_at(self) -> str:
        """The path of its data."""
        return self.path or f"/ipp/resources/{self.id}"
