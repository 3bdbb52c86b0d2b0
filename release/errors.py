"""What can go wrong at release, in words for the person at the device."""


class ReleaseError(Exception):
    """Root of the errors of this package."""


class NotYours(ReleaseError):
    """Somebody else's job."""


class NoDevice(ReleaseError):
    """No device was named and the queue has no default, or the device is not of the queue's pool."""


class DeviceNotReady(ReleaseError):
    """The device cannot take a job now."""


class CannotPrint(ReleaseError):
    """This device cannot print this document."""


class MayHavePrinted(ReleaseError):
    """An earlier attempt may have printed: printing again wants to be confirmed."""


class StillCounting(ReleaseError):
    """The document is still being counted."""


class DeviceInUse(ReleaseError):
    """A queue names the device."""


class WrongCode(ReleaseError):
    """No waiting job has this claim code."""


class NeedsPassword(ReleaseError):
    """The job was sent with a password, which was not given or is another one."""


class TooManyCodes(ReleaseError):
    """Too many wrong claim codes were typed lately."""
