"""What every output device can be asked, whatever it speaks."""

from dataclasses import dataclass
from typing import Literal, Protocol

from devices.capabilities import Capabilities
from devices.outgoing import Outcome, Outgoing


@dataclass(frozen=True)
class DeviceState:
    """What a device says about itself now; `reasons` are printer-state-reasons keywords (RFC 8011 section 5.4.12)."""

    state: Literal["idle", "processing", "stopped", "unreachable", "unknown"]
    reasons: tuple[str, ...] = ()
    message: str = ""


class Watch(Protocol):
    """Told what happens to a job while it is sent; each call is awaited before the next step."""

    async def before_first_byte(self) -> None:
        """Hear that the document is about to leave; once, even if a busy device is tried again. Raising stops it."""

    async def created(self, device_job_id: int) -> None:
        """Keep the number by which the device knows the job: after a crash `Device.resume` can ask for it."""

    async def after_last_byte(self) -> None:
        """Hear that the device has taken the whole document."""

    async def progress(self, impressions: int | None, state: str, reasons: tuple[str, ...]) -> None:
        """Take the job's state at the device (a job-state keyword), its reasons, and impressions printed so far."""


class Device(Protocol):
    """An output device."""

    async def capabilities(self) -> Capabilities:
        """Ask what the device can do. Raises DeviceUnreachable or DeviceRefused."""

    async def state(self) -> DeviceState:
        """Ask how the device is. Never raises: a device that does not answer is `unreachable`."""

    async def print_job(self, outgoing: Outgoing, watch: Watch) -> Outcome:
        """Send the document and follow it until it ends. Raises only what `watch.before_first_byte` raises."""

    async def resume(self, device_job_id: int, watch: Watch) -> Outcome:
        """Follow a job that was sent before a crash until it ends.

        Some devices print what they got of a cut document and call it completed: believe "completed" only of an
        attempt whose `after_last_byte` was recorded.
        """

    async def cancel(self, device_job_id: int) -> None:
        """Cancel a job at the device; one that has ended is left alone. Raises DeviceUnreachable or DeviceRefused."""

    async def identify(self) -> None:
        """Make the device show itself. Raises DeviceUnreachable or DeviceRefused."""
