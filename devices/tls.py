"""TLS towards devices: self-signed certificates are met with trust on first use."""

import hashlib
import ssl
from collections.abc import Callable


def permissive_context(host: str, port: int) -> ssl.SSLContext:  # noqa: ARG001 - a site's own hook may look at them
    """Make a TLS context that verifies nothing itself: the pin is the verification."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # Printers make their own certificates, many with keys and hashes that level 2 refuses;
    # the alternative would be to send the document without any encryption.
    context.set_ciphers("DEFAULT:@SECLEVEL=1")
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class FirstUse:
    """Remembers in memory the fingerprint that each device showed first."""

    def __init__(self) -> None:
        self._seen: dict[str, bytes] = {}

    def __call__(self, uri: str, fingerprint: bytes) -> bool:
        """Say whether the SHA-256 fingerprint is the one first seen for this URI."""
        return self._seen.setdefault(uri, fingerprint) == fingerprint


class FingerprintError(ssl.SSLCertVerificationError):
    """The device's certificate is not the one that was pinned."""


def pinned(context: ssl.SSLContext, accept: Callable[[bytes], bool]) -> ssl.SSLContext:
    """Make `context` end the handshake, before anything is sent, when `accept` says no to the fingerprint."""

    class PinnedObject(ssl.SSLObject):
        """Looks at the peer's certificate as soon as the handshake is done."""

        def do_handshake(self) -> None:
            """Shake hands, then compare the SHA-256 of the peer's certificate."""
            super().do_handshake()
            certificate = self.getpeercert(binary_form=True) or b""
            if not accept(hashlib.sha256(certificate).digest()):
                raise FingerprintError("the device's certificate changed")

    # asyncio wraps through this documented hook; it spares us reaching into the HTTP client's connections.
    context.sslobject_class = PinnedObject
    return context
