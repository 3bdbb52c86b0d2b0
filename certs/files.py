"""Keys and certificates on disk: written whole or not at all, read with a complaint that says what to do."""

import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

# A chain with its key is a few kB; anything beyond this is not one of ours.
LARGEST = 1 << 20


class CertificateError(Exception):
    """A key, certificate or pin file cannot be used; the message names the file and says what to do."""


def write(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put `data` at `path` in one step: a reader, or a start after power loss, sees the old file or the new one.

    Raises OSError when the disk refuses; the old file is then untouched.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made with its final mode, so that a key is never readable by others, not even for a moment.
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    draft.unlink(missing_ok=True)
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:  # noqa: PTH123
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)


def read(path: Path) -> bytes:
    """Bytes of a small file; CertificateError when it is missing, unreadable or absurdly large."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise CertificateError(
            f"{path} cannot be read: {error.strerror}. Check that it exists and its owner."
        ) from None
    if len(data) > LARGEST:
        raise CertificateError(f"{path} is larger than {LARGEST} bytes, which no key or certificate is.")
    return data


def parse_key(path: Path, data: bytes) -> PrivateKey:
    """Unencrypted ECDSA or RSA key in PEM (RFC 7468); CertificateError otherwise."""
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as error:  # TypeError: the key is encrypted
        raise CertificateError(f"{path} holds no usable private key ({error}).") from None
    if not isinstance(key, PrivateKey):
        raise CertificateError(f"{path} holds a key that is neither ECDSA nor RSA.")
    return key


def parse_chain(path: Path, data: bytes) -> list[x509.Certificate]:
    """Certificates in PEM (RFC 7468), the leaf first; CertificateError when there is none."""
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise CertificateError(f"{path} holds no usable certificate ({error}).") from None


def belongs(certificate: x509.Certificate, key: PrivateKey) -> bool:
    """Whether this certificate certifies this key."""
    return certificate.public_key() == key.public_key()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
