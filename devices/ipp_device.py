"""Output devices that speak IPP: `ipp://` and `ipps://`."""

import contextlib
from typing import Literal

from devices import ipp_requests as requests
from devices.capabilities import Capabilities
from devices.device import DeviceState, Watch
from devices.errors import DeviceError, DeviceTroubled, DeviceUnreachable
from devices.ipp_connection import tls_for
from devices.ipp_dialogue import IppDialogue
from devices.ipp_follow import Follower
from devices.ipp_printing import IppPrinting
from devices.outgoing import Outcome, Outgoing
from devices.settings import Settings
from devices.uri import DeviceUri
from devices.witness import Witness

_STATES: dict[int | None, Literal["idle", "processing", "stopped"]] = {3: "idle", 4: "processing", 5: "stopped"}
"""printer-state, RFC 8011 section 5.4.11"""


class IppDevice:
    """A device at an `ipp:` or `ipps:` URI."""

    def __init__(self, target: DeviceUri, settings: Settings) -> None:
        self._target = target
        self._settings = settings
        self._tls = tls_for(target, settings)

    def _dialogue(self) -> IppDialogue:
        return IppDialogue(self._target, self._settings, self._tls)

    async def capabilities(self) -> Capabilities:
        """Ask what the device can do. Raises DeviceUnreachable or DeviceRefused."""
        async with self._dialogue() as dialogue:
            return await dialogue.capabilities()

    async def state(self) -> DeviceState:
        """Ask how the device is."""
        try:
            async with self._dialogue() as dialogue:
                group = await dialogue.printer_state()
        except DeviceUnreachable as error:
            return DeviceState("unreachable", message=str(error))
        except DeviceError as error:
            return DeviceState("unknown", message=str(error))
        reasons = tuple(reason for reason in group.strings("printer-state-reasons")[:50] if reason != "none")
        message = requests.clean(group.string("printer-state-message") or "")
        return DeviceState(_STATES.get(group.integer("printer-state"), "unknown"), reasons, message)

    async def print_job(self, outgoing: Outgoing, watch: Watch) -> Outcome:
        """Send the document and follow it until it ends. Raises only what the watch raises before the first byte."""
        async with self._dialogue() as dialogue:
            return await IppPrinting(dialogue, outgoing, Witness(watch), self._settings).run()

    async def resume(self, device_job_id: int, watch: Watch) -> Outcome:
        """Follow a job that was sent before a crash until it ends."""
        async with self._dialogue() as dialogue:
            follower = Follower(
                lambda: dialogue.job_report(device_job_id), Witness(watch), self._settings, device_job_id
            )
            return await follower.follow(sent=False)

    async def cancel(self, device_job_id: int) -> None:
        """Cancel a job at the device; one that has ended is left alone. Raises DeviceUnreachable or DeviceRefused."""
        # not-possible, not-found and gone: the job has ended already (RFC 8011 section 4.3.3).
        async with self._dialogue() as dialogue:
            with contextlib.suppress(DeviceTroubled, requests.Gone):
                await dialogue.cancel_job(device_job_id)

    async def identify(self) -> None:
        """Make the device flash, beep or show a message. Raises DeviceUnreachable or DeviceRefused."""
        async with self._dialogue() as dialogue:
            await dialogue.identify()
