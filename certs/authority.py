"""The gateway's own certificate authority: made at the first start, it signs the server certificate.

People and fleets trust this one certificate once; server certificates may then change every year.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certs import files
from certs.files import CertificateError, PrivateKey
from certs.names import alternative_names

LIFE = dt.timedelta(days=3652)
# The authority is certified anew, on the same key, while the old certificate still lives this long: who
# trusts the old one has that year to fetch the new one, and either verifies the same server certificate.
OVERLAP = dt.timedelta(days=400)
# Phones with a slow clock must not find a fresh certificate "not yet valid".
BACKDATED = dt.timedelta(hours=1)
LONGEST_COMMON_NAME = 64  # ub-common-name, RFC 5280 A.1


class Issued(NamedTuple):
    """A new server certificate: its chain (leaf, then authority) and its key, both PEM."""

    chain_pem: bytes
    key_pem: bytes


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate and the key that signs in its name."""

    certificate: x509.Certificate
    key: PrivateKey

    @classmethod
    def load_or_create(cls, folder: Path, name: str, now: dt.datetime | None = None) -> "Authority":
        """Open the authority in `folder` (authority.key, authority.pem), made at the first start for the host `name`.

        A key without its certificate (power lost at the first start) is certified again. Raises CertificateError
        when the key is lost or damaged, since a new one would silently break everybody's trust. Blocks on the disk.
        """
        now = now or dt.datetime.now(dt.UTC)
        key_file, certificate_file = folder / "authority.key", folder / "authority.pem"
        key = _key_of(key_file, certificate_file)
        certificate = _certificate_of(certificate_file, key_file, key)
        if certificate is None or certificate.not_valid_after_utc - now < OVERLAP:
            subject = certificate.subject if certificate else _named(f"Printgate authority {name}")
            certificate = _certify_authority(key, subject, now)
            files.write(certificate_file, certificate.public_bytes(Encoding.PEM), 0o644)
        return cls(certificate, key)

    @property
    def certificate_pem(self) -> bytes:
        """What clients are given to trust."""
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(self, names: Sequence[str], days: int = 397, now: dt.datetime | None = None) -> Issued:
        """Certify a fresh ECDSA P-256 key for TLS servers under `names`: host names, or addresses as text.

        Never outlives the authority. Apple refuses more than 398 days of some authorities, hence the default.
        Raises CertificateError for a name no certificate can carry.
        """
        now = now or dt.datetime.now(dt.UTC)
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = alternative_names(names)
        leaf = (
            _builder(_named(str(alternatives[0].value)), self.certificate.subject, key, now)
            .not_valid_after(min(now + dt.timedelta(days=days), self.certificate.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(_issuer_key(self.key), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return Issued(leaf.public_bytes(Encoding.PEM) + self.certificate_pem, _key_pem(key))


def _key_of(key_file: Path, certificate_file: Path) -> PrivateKey:
    remedy = (
        f"Put {key_file} back from a backup; or, to begin a new authority that every client must trust anew, "
        f"remove both {key_file} and {certificate_file}."
    )
    if not key_file.exists():
        if certificate_file.exists():
            raise CertificateError(f"The authority's key {key_file} is missing. {remedy}")
        key = ec.generate_private_key(ec.SECP256R1())
        files.write(key_file, _key_pem(key))
        return key
    try:
        return files.parse_key(key_file, files.read(key_file))
    except CertificateError as error:
        raise CertificateError(f"{error} {remedy}") from None


def _certificate_of(certificate_file: Path, key_file: Path, key: PrivateKey) -> x509.Certificate | None:
    """Return the certificate kept beside the key; None when it is missing or damaged and must be made again."""
    if not certificate_file.exists():
        return None
    data = files.read(certificate_file)
    try:
        certificate = files.parse_chain(certificate_file, data)[0]
    except CertificateError:
        return None
    if not files.belongs(certificate, key):
        raise CertificateError(
            f"{certificate_file} does not belong to {key_file}. Put back the pair that belongs together, or remove "
            "both to begin a new authority that every client must trust anew."
        )
    return certificate


def _certify_authority(key: PrivateKey, subject: x509.Name, now: dt.datetime) -> x509.Certificate:
    return (
        _builder(subject, subject, key, now)
        .not_valid_after(now + LIFE)
        # Signs servers only, no further authority.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(_issuer_key(key), critical=False)
        .sign(key, hashes.SHA256())
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: PrivateKey, now: dt.datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _issuer_key(key: PrivateKey) -> x509.AuthorityKeyIdentifier:
    # By key alone, not by serial number: a renewed authority verifies what the former one signed.
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:LONGEST_COMMON_NAME])])


def _key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
