"""Trust on first use: a device's own certificate is remembered, and must be the same ever after."""

import hashlib
import hmac
import json
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

from certs import files
from certs.files import CertificateError

# OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT; the ssl module names it from Python 3.12 on.
LEGACY_SERVER_CONNECT = 0x4


class Pins:
    """Which certificate each device showed first, by `host:port`.

    `load` gives what was remembered (fingerprints as hex), `save` is handed all of it when something changes.
    """

    def __init__(self, load: Callable[[], Mapping[str, str]], save: Callable[[Mapping[str, str]], None]) -> None:
        """Begin with what `load` gives; whatever it raises is passed on."""
        self._save = save
        self._known = dict(load())

    @classmethod
    def open(cls, path: Path) -> "Pins":
        """Pins kept in a JSON file, empty when there is none; CertificateError when it is damaged."""
        return cls(lambda: _read(path), lambda known: files.write(path, _encode(known)))

    def accept(self, host_port: str, fingerprint: bytes) -> bool:
        """Whether the device may be talked to: remembered the first time, later the same certificate only.

        A first certificate counts only once it is saved: what `save` raises is passed on. Blocks on `save`.
        """
        known = self._known.get(_spot(host_port))
        if known is not None:
            return hmac.compare_digest(known, fingerprint.hex())
        self._change({**self._known, _spot(host_port): fingerprint.hex()})
        return True

    def known(self, host_port: str) -> bytes | None:
        """Fingerprint remembered for a device."""
        found = self._known.get(_spot(host_port))
        return None if found is None else bytes.fromhex(found)

    def forget(self, host_port: str) -> bool:
        """Trust the next certificate of a device (it was replaced or reset); False when none was known."""
        left = {spot: known for spot, known in self._known.items() if spot != _spot(host_port)}
        if len(left) == len(self._known):
            return False
        self._change(left)
        return True

    def _change(self, known: dict[str, str]) -> None:
        self._save(known)
        self._known = known


def fingerprint_of(connection: ssl.SSLObject | ssl.SSLSocket) -> bytes:
    """SHA-256 of the certificate the other side showed; ssl.SSLError when it showed none."""
    certificate = connection.getpeercert(binary_form=True)
    if not certificate:
        raise ssl.SSLError("The device showed no certificate.")
    return hashlib.sha256(certificate).digest()


def device_context(*, minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2, old_devices: bool = False) -> ssl.SSLContext:
    """TLS towards a device whose certificate is pinned rather than verified: check `fingerprint_of` afterwards.

    `old_devices` also takes 1024-bit keys, SHA-1 certificates and servers without RFC 5746; a `minimum` below
    TLS 1.2 needs it (ValueError otherwise).
    """
    if minimum < ssl.TLSVersion.TLSv1_2 and not old_devices:
        raise ValueError("TLS below 1.2 is for old devices only.")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if old_devices:
        # TLS 1.0 and 1.1 sign with MD5 and SHA-1, which OpenSSL 3 has at level 0 only.
        level = 1 if minimum >= ssl.TLSVersion.TLSv1_2 else 0
        context.set_ciphers(f"DEFAULT:@SECLEVEL={level}")
        context.options |= ssl.Options(LEGACY_SERVER_CONNECT)
    context.minimum_version = minimum
    return context


def _spot(host_port: str) -> str:
    return host_port.strip().lower()


def _encode(known: Mapping[str, str]) -> bytes:
    return json.dumps({"pins": dict(known)}, indent=1, sort_keys=True).encode()


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        pins = json.loads(files.read(path))["pins"]
        # Written back to hex, so that what is compared later has one spelling.
        return {str(spot): bytes.fromhex(known).hex() for spot, known in pins.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CertificateError(
            f"{path} is damaged. Put it back from a backup, or remove it: every device's certificate is then "
            "trusted anew at the next connection."
        ) from None
