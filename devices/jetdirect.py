"""Output devices that take raw bytes on a TCP port: `socket://host:9100`, with PJL around the document.

Such a device cannot be asked what it can do, so its URI says it:

    socket://host:9100?format=application/pdf&format=application/postscript&color=true&duplex=true&copies=99

`pjl=false` sends the document alone, for devices that would print PJL as text (labels, receipts).
Without a query it is taken for a laser printer: PCL XL and PostScript, one side, no colour, one copy at a time.
"""

from dataclasses import replace

from devices import pjl
from devices.capabilities import Capabilities, for_socket
from devices.device import DeviceState, Watch
from devices.errors import DeviceError, DeviceRefused
from devices.jetdirect_connection import connect
from devices.jetdirect_printing import JetDirectPrinting
from devices.outgoing import Outcome, Outgoing
from devices.settings import Settings
from devices.uri import DeviceUri
from devices.witness import Witness

DEFAULT_FORMATS = ("application/vnd.hp-PCLXL", "application/postscript", "application/vnd.hp-PCL")


class JetDirect:
    """A device at a `socket:` URI."""

    def __init__(self, target: DeviceUri, settings: Settings) -> None:
        self._target = target
        self._settings = settings
        self._wrapped = target.option("pjl") != "false"
        self._capabilities = for_socket(
            _formats(target, wrapped=self._wrapped),
            color=target.option("color") == "true",
            duplex=target.option("duplex") == "true",
            copies_max=_copies(target),
        )

    async def capabilities(self) -> Capabilities:
        """Say what the URI says the device can do, with the model that it reports. Raises DeviceUnreachable."""
        async with await connect(self._target, self._settings) as connection:
            reply = await connection.ask("ID") if self._wrapped else None
        model = " ".join(word.strip('"') for word in reply.words) if reply else ""
        return replace(self._capabilities, make_and_model=model[:127] or self._capabilities.make_and_model)

    async def state(self) -> DeviceState:
        """Ask how the device is; one that takes the connection and says nothing is `unknown`."""
        try:
            async with await connect(self._target, self._settings) as connection:
                status = await connection.ask("STATUS") if self._wrapped else None
        except DeviceError as error:
            return DeviceState("unreachable", message=str(error))
        return pjl.device_state(status)

    async def print_job(self, outgoing: Outgoing, watch: Watch) -> Outcome:
        """Send the document and listen until it is printed. Raises only what the watch raises before the first byte."""
        return await JetDirectPrinting(
            self._target, self._settings, outgoing, Witness(watch), wrapped=self._wrapped
        ).run()

    async def resume(self, device_job_id: int, watch: Watch) -> Outcome:  # noqa: ARG002 - the protocol of all devices
        """Say that nobody knows: raw devices keep no record of jobs."""
        return Outcome(
            kind="unknown",
            message="This device cannot be asked what became of the job. It may have printed.",
            device_job_id=device_job_id,
        )

    async def cancel(self, device_job_id: int) -> None:  # noqa: ARG002 - the protocol of all devices
        """Raise DeviceRefused: raw devices have no jobs to name."""
        raise DeviceRefused("Jobs cannot be canceled from here at this device: use its own cancel button.")

    async def identify(self) -> None:
        """Raise DeviceRefused: raw devices have no way to show themselves."""
        raise DeviceRefused("This device has no way to show itself: print a page on it instead.")


def _formats(target: DeviceUri, *, wrapped: bool) -> tuple[str, ...]:
    named = tuple(value for name, value in target.query if name == "format" and "/" in value) or DEFAULT_FORMATS
    # Who takes PJL around our documents takes jobs that bring their own.
    return (*named, pjl.PJL) if wrapped and pjl.PJL not in named else named


def _copies(target: DeviceUri) -> int:
    text = target.option("copies") or "1"
    return max(1, min(int(text), 999)) if text.isdecimal() and len(text) < 5 else 1
