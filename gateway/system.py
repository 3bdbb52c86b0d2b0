"""What the System's operations (PWG 5100.22) are handed of other parts: devices, settings, and who operates it all."""

import asyncio
from typing import Final

from devices.errors import DeviceError
from devices.fleet import DeviceUnknown
from gateway.core import Core
from ipp.message import Attribute
from ipp_server.dispatch import OF_SYSTEM
from ipp_server.printer import House
from ipp_server.system_parts import SystemParts
from jobs.errors import BadQueue

_LONGEST: Final = 63
_MOST: Final = 1000  # devices of one name


def system_parts(core: Core, house: House, more: tuple[Attribute, ...]) -> SystemParts:
    """Put them together; `more` are System attributes of other parts."""
    made = _Devices(core)
    return SystemParts(
        settings=core.system,
        shelf=core.shelf,
        house=house,
        operations=OF_SYSTEM,
        make_device=made.make,
        look_again=made.look_again,
        operator_networks=core.settings.operator_networks,
        more=more,
    )


class _Devices:
    """Devices, as far as the System has to do with them."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def make(self, name: str, uri: str, actor: str) -> str:
        """Return the id of the device of that URI, which is added under a name like `name` if there is none."""
        fleet = self._core.fleet
        known = next((row for row in fleet.listed() if row.uri == uri), None)
        if known is not None:
            return known.id
        try:
            return (await fleet.add(self._free(name), uri, actor=actor)).id
        except DeviceError as error:
            raise BadQueue(str(error)) from None

    async def look_again(self) -> None:
        """Ask all devices what they can do and how they are; one that does not answer is told of as such."""
        fleet = self._core.fleet
        await asyncio.gather(*(fleet.refresh(device, ask=True) for device in fleet.known()), return_exceptions=True)

    def _free(self, name: str) -> str:
        for count in range(_MOST):
            wanted = name if not count else f"{name[: _LONGEST - 4]}-{count + 1}"
            try:
                self._core.fleet.named(wanted)
            except DeviceUnknown:
                return wanted
        raise BadQueue("There are too many devices of that name. Choose another name.")
