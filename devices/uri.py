"""Device URIs: taken apart once, and never shown with their password."""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

from devices.errors import DeviceRefused

_PORTS = {"ipp": 631, "ipps": 631, "socket": 9100, "file": 0}


@dataclass(frozen=True)
class Credentials:
    """A user and password for the device."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class DeviceUri:
    """A device URI in its parts; `uri` is the whole without credentials."""

    uri: str
    scheme: str
    host: str
    port: int
    path: str
    """Still percent-encoded, except for `file:`."""
    query: tuple[tuple[str, str], ...] = ()
    credentials: Credentials | None = None

    @property
    def name(self) -> str:
        """Name the device in a message for a person."""
        return self.uri

    def option(self, name: str) -> str | None:
        """Look up a value of the query, the last if there are several."""
        return dict(self.query).get(name)


def parse(uri: str, credentials: Credentials | None = None) -> DeviceUri:
    """Take a device URI apart. Raises DeviceRefused with what is wrong with it; the password is never in the words."""
    try:
        parts = urlsplit(uri)
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise DeviceRefused("This is not a device URI: check its address and port.") from error
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise DeviceRefused(f"A device URI begins with ipp://, ipps://, socket:// or file:///, not with “{scheme}:”.")
    if scheme == "file" and host not in ("", "localhost"):
        raise DeviceRefused("A trial printer is a folder of this machine: write file:///folder with three slashes.")
    if scheme != "file" and not host:
        raise DeviceRefused(f"The device URI names no host: write {scheme}://address/.")
    if port == 0:
        raise DeviceRefused("Port 0 is no port: leave it out, or give the device's.")
    if _cut_short(parts):
        raise DeviceRefused(
            "The URI's password has characters that must be percent-encoded: / is %2F, @ is %40, # is %23."
        )
    if credentials is None and parts.username:
        credentials = Credentials(unquote(parts.username), unquote(parts.password or ""))
    path = unquote(parts.path) if scheme == "file" else parts.path
    query = tuple(parse_qsl(parts.query, max_num_fields=20)) if scheme == "socket" else ()
    return DeviceUri(redacted(uri), scheme, host, port or _PORTS[scheme], path, query, credentials)


def _cut_short(parts: SplitResult) -> bool:
    return parts.scheme.lower() != "file" and "@" in f"{parts.path}{parts.query}{parts.fragment}"


def redacted(uri: str) -> str:
    """Drop user and password: fit for logs, pages and messages."""
    try:
        parts = urlsplit(uri)
        # Looking at the port raises for one that is no number.
        broken = parts.port == 0 or _cut_short(parts)
    except ValueError:
        broken = True
    if broken:
        # A password with a bare / or # ends the host too early: what follows may be the rest of it.
        return "(not a URI)"
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
