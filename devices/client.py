"""Open an output device by its URI: `ipp://`, `ipps://`, `socket://` or `file:///folder`."""

from devices.device import Device, DeviceState, Watch
from devices.ipp_device import IppDevice
from devices.jetdirect import JetDirect
from devices.settings import Settings
from devices.trial import TrialPrinter
from devices.uri import Credentials, DeviceUri, parse, redacted

__all__ = ["Credentials", "Device", "DeviceState", "Watch", "open_device", "redacted"]


def open_device(uri: str, *, settings: Settings, credentials: Credentials | None = None) -> Device:
    """Open the device at `uri`; nothing is sent yet. Raises DeviceRefused for a URI that names no device.

    `credentials` win over those in the URI; both are sent as HTTP Basic over TLS only (`ipps://`).
    """
    return _OPEN[(target := parse(uri, credentials)).scheme](target, settings)


def _ipp(target: DeviceUri, settings: Settings) -> Device:
    return IppDevice(target, settings)


def _socket(target: DeviceUri, settings: Settings) -> Device:
    return JetDirect(target, settings)


def _file(target: DeviceUri, settings: Settings) -> Device:
    return TrialPrinter(target, settings)


_OPEN = {"ipp": _ipp, "ipps": _ipp, "socket": _socket, "file": _file}
