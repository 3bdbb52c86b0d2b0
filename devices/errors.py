"""What can go wrong with an output device before a document is entrusted to it.

Once a document byte may have left, nothing is raised any more: the device answers with an `Outcome`.
"""


class DeviceError(Exception):
    """An output device cannot do what was asked of it; the text is for a person."""


class DeviceUnreachable(DeviceError):
    """Nobody answers at the device's address: switched off, unplugged, a wrong address or a firewall."""


class DeviceRefused(DeviceError):
    """The device answered, but refuses, wants a password, or talks no protocol that we understand."""


class DeviceUnclear(DeviceRefused):
    """The device's answer leaves open whether it took what was sent: garbage, or a fault of its own."""


class DeviceBusy(DeviceRefused):
    """The device refuses for the moment only and took nothing: asking again later may succeed."""


class DeviceTroubled(DeviceBusy):
    """The device has a passing fault; if a document was under way, it may have taken some of it."""


class CertificateChanged(DeviceRefused):
    """The device shows another TLS certificate than the one seen first."""
