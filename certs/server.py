"""The server's certificate: made or given, renewed in time, and changed under a running server."""

import datetime as dt
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from certs import files
from certs.authority import Authority
from certs.files import CertificateError, PrivateKey
from certs.names import alternative_names

RENEW_BEFORE = dt.timedelta(days=30)
# Forward secrecy always. The CBC suites with SHA-2 are for iOS before 9, which knows no GCM; Android 5 and Windows 8
# have ECDHE with AES-GCM. TLS 1.3 has its own suites.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!aNULL:!SHA1"


class ServerIdentity:
    """A certificate with its key, and the TLS context that shows it to clients.

    `context` stays the same object for the life of the server: new connections see a renewed certificate.
    """

    def __init__(self, source: "_Own | _Given", now: dt.datetime | None = None) -> None:
        """Use `open` or `from_files`; raises CertificateError when there is nothing usable to show."""
        self._source = source
        source.prepare(now or dt.datetime.now(dt.UTC))
        self._shown = source.load()
        self.context = _server_context(self._shown)

    @classmethod
    def open(
        cls, folder: Path, authority: Authority, names: Sequence[str], now: dt.datetime | None = None
    ) -> "ServerIdentity":
        """Certificate of our own authority, kept in `folder`/server.pem (0600: key, leaf, authority).

        One file, so that power loss never leaves a key beside another's certificate. Missing, damaged, old, of
        another authority, or lacking one of `names`: it is issued again. Blocks on the disk.
        """
        return cls(_Own(folder / "server.pem", authority, tuple(names)), now)

    @classmethod
    def from_files(cls, certificate: Path, key: Path) -> "ServerIdentity":
        """Certificate chain and key given by configuration (PEM), loaded again when the files change."""
        return cls(_Given(certificate, key))

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the leaf certificate now shown."""
        return self._shown.leaf.fingerprint(hashes.SHA256())

    @property
    def not_after(self) -> dt.datetime:
        """When the certificate now shown ends (UTC)."""
        return self._shown.leaf.not_valid_after_utc

    @property
    def chain_pem(self) -> bytes:
        """Certificates now shown, the leaf first; never the key."""
        return self._shown.chain_pem

    def renew_if_needed(self, now: dt.datetime | None = None, names: Sequence[str] | None = None) -> bool:
        """Renew or read again what needs it and show it to new connections; True when something changed.

        `names` replaces the names of our own certificate (the machine got a new address). Raises CertificateError
        when given files are broken: the former certificate is still shown. Call it where connections are accepted
        (the event loop's thread: OpenSSL contexts are not changed beside a handshake); `prepare` may go before it in
        another thread to keep the disk's time off the loop.
        """
        self.prepare(now, names)
        found = self._source.load()
        if found.leaf == self._shown.leaf:
            return False
        self._show(found)
        return True

    def prepare(self, now: dt.datetime | None = None, names: Sequence[str] | None = None) -> None:
        """Write a renewed certificate of our own if one is due, without showing it yet. Blocks; thread-safe."""
        if names is not None and isinstance(self._source, _Own):
            self._source.names = tuple(names)
        self._source.prepare(now or dt.datetime.now(dt.UTC))

    def _show(self, found: "_Shown") -> None:
        # Proved on a context of its own first: a failure half way would leave the live one with a foreign key.
        fresh = _server_context(found)
        if type(found.key) is type(self._shown.key):
            found.load_into(self.context)
            self.context.sni_callback = None
        else:
            # OpenSSL keeps one certificate per kind of key and would go on showing the old ECDSA one beside a new RSA.
            self.context.sni_callback = lambda connection, _name, _context: setattr(connection, "context", fresh)
        self._shown = found


@dataclass(frozen=True, slots=True)
class _Shown:
    """Where the certificate now in use was read from, and what it says."""

    certificate_file: Path
    key_file: Path
    leaf: x509.Certificate
    key: PrivateKey
    chain_pem: bytes

    def load_into(self, context: ssl.SSLContext) -> None:
        try:
            context.load_cert_chain(self.certificate_file, self.key_file)
        except (ssl.SSLError, OSError) as error:
            raise CertificateError(f"{self.certificate_file} is refused by the TLS library ({error}).") from None


@dataclass(slots=True)
class _Given:
    """Files an administrator or an ACME client keeps."""

    certificate_file: Path
    key_file: Path

    def prepare(self, now: dt.datetime) -> None:
        """Nothing to write: others renew these files."""

    def load(self) -> _Shown:
        return _load(self.certificate_file, self.key_file)


@dataclass(slots=True)
class _Own:
    """The file our own authority fills."""

    file: Path
    authority: Authority
    names: tuple[str, ...]

    def prepare(self, now: dt.datetime) -> None:
        if self._usable_until() - now >= RENEW_BEFORE:
            return
        chain, key = self.authority.issue(self.names, now=now)
        files.write(self.file, key + chain)

    def load(self) -> _Shown:
        return _load(self.file, self.file)

    def _usable_until(self) -> dt.datetime:
        """End of the certificate on disk; long ago when it cannot serve (any more)."""
        try:
            shown = self.load()
            shown.leaf.verify_directly_issued_by(self.authority.certificate)
            carried = shown.leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except Exception:  # whatever is wrong with our own file, the remedy is the same: issue it again
            return dt.datetime.fromtimestamp(0, dt.UTC)
        # An address that went away is no reason to change: clients that trust on first use would stumble each time.
        if not set(alternative_names(self.names)) <= set(carried):
            return dt.datetime.fromtimestamp(0, dt.UTC)
        return shown.leaf.not_valid_after_utc


def _load(certificate_file: Path, key_file: Path) -> _Shown:
    certificate_data = files.read(certificate_file)
    chain = files.parse_chain(certificate_file, certificate_data)
    key = files.parse_key(key_file, files.read(key_file))
    if not files.belongs(chain[0], key):
        raise CertificateError(
            f"The key {key_file} does not belong to the first certificate in {certificate_file}. "
            "Put the server's own certificate first, and its key in the key file."
        )
    pem = b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain)
    return _Shown(certificate_file, key_file, chain[0], key, pem)


def _server_context(shown: _Shown) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    # Renegotiation only serves who wants our processor.
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    # CUPS 2.4 takes a TLS 1.3 ticket that comes after its request for a broken answer, and connects anew for ever.
    context.num_tickets = 0
    context.set_alpn_protocols(["http/1.1"])
    shown.load_into(context)
    return context
