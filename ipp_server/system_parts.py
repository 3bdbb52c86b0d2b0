"""What the operations of the System (PWG 5100.22) work with beside the queues; put together by the gateway."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ipp.enums import Operation
from ipp.message import Attribute
from ipp_server.printer import House
from jobs.resources.shelf import Shelf
from jobs.system import System


@dataclass(frozen=True, slots=True)
class SystemParts:
    """The gateway as a whole."""

    settings: System
    house: House
    shelf: Shelf
    operations: tuple[Operation, ...]
    """operations-supported of the System."""
    make_device: Callable[[str, str, str], Awaitable[str]]
    """The id of the device of a URI, made under that name in the name of an actor if need be. Raises BadQueue."""
    look_again: Callable[[], Awaitable[None]]
    """Ask all devices anew what they can do and how they are."""
    operator_networks: tuple[str, ...] = ()
    """Networks whose people operate the whole gateway without a password."""
    more: tuple[Attribute, ...] = ()
    """System attributes of other parts, as of subscriptions."""
