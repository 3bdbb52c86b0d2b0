"""What can be wrong with an IPP message: the errors of the codec, all of them ValueErrors."""


class IppError(ValueError):
    """Octets that are not an acceptable IPP message; `offset` is the place, in octets from the message's start."""

    def __init__(self, reason: str, offset: int = 0) -> None:
        super().__init__(f"{reason} (at octet {offset})")
        self.reason = reason
        self.offset = offset


class BadMessage(IppError):
    """The octets break RFC 8010; answered with client-error-bad-request."""


class TooLarge(IppError):
    """The message passes one of our limits; answered with client-error-request-entity-too-large."""


class EncodeError(ValueError):
    """A value that its syntax cannot carry on the wire: a mistake of the program, not of a peer."""
