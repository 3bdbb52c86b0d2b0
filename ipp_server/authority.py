"""Under which name a client knows us: what it wrote into Host (RFC 9110 section 7.2) and into the URI it asks about."""

import functools
import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

_LONGEST: Final = 300  # octets: a name of 253, brackets, a port
_HOST: Final = re.compile(
    r"(\[[0-9A-Za-z:._~!$&'()*+,;=%-]*\]|[0-9A-Za-z._~!$&'()*+,;=%-]*)(?::([0-9]{0,5}))?", re.ASCII
)
"""What RFC 3986 section 3.2 allows, but for user information."""
_NAME: Final = re.compile(r"(?!.*\.\.)[0-9A-Za-z_][0-9A-Za-z_.-]{0,252}", re.ASCII)
_PORTS: Final = range(1, 65536)
_DEFAULT: Final = {"ipp": "631", "ipps": "631", "http": "80", "https": "443"}
"""The ports that URIs of these schemes mean without saying so."""


@functools.lru_cache(256)
def is_host(host: str) -> bool:
    """Whether a Host field could be one at all; an empty one may be (RFC 9112 section 3.2)."""
    found = _HOST.fullmatch(host) if len(host) <= _LONGEST else None
    if found is None or (found[2] and int(found[2]) not in _PORTS):
        return False
    return not host.startswith("[") or _address(found[1]) is not None


@functools.lru_cache(256)
def is_plain(host: str) -> bool:
    """Whether a Host field is a name or an address, with or without a port, that URIs in answers may repeat."""
    found = _HOST.fullmatch(host) if is_host(host) else None
    if found is None or found[2] == "":
        return False
    if not host.startswith("["):
        return _NAME.fullmatch(found[1]) is not None
    address = _address(found[1])
    # A zone has a meaning on one machine alone.
    return address is not None and address.scope_id is None


def _address(literal: str) -> ipaddress.IPv6Address | None:
    try:
        return ipaddress.IPv6Address(literal[1:-1])
    except ValueError:
        return None


def authority(request: web.Request, uri: str = "") -> str:
    """Return host:port as the client wrote it, if URIs may repeat it; else our own end of the connection.

    A target that is a whole URI goes before Host (RFC 9112 section 3.2.2). `uri` is what an IPP request is about
    (printer-uri and its like): the name in it is the one that a client knows us by, where that can be told.
    """
    target = request.raw_path
    host = request.headers.get("Host", "") if target.startswith("/") else target.partition("://")[2].partition("/")[0]
    if is_plain(host):
        return _better(host, uri) if uri else host
    name = request.transport.get_extra_info("sockname") if request.transport else None
    if not name:
        return "localhost"
    address = name[0].partition("%")[0]
    return f"[{address}]:{name[1]}" if ":" in address else f"{address}:{name[1]}"


@functools.lru_cache(1024)
def _better(host: str, uri: str) -> str:
    """Put the name that a URI has for us in the place of Host's, whose port stays.

    The two differ where a client looked the name up first, as CUPS's tools do with 127.0.0.1. A URI with another port
    went through something that changes ports, and its name may be of no use; so is localhost if we are elsewhere,
    which CUPS's clients write whatever server they ask.
    """
    parts = urlsplit(uri)
    if not is_plain(parts.netloc):
        return host
    named, _, port = _divided(parts.netloc)
    of_host, colon, port_of_host = _divided(host)
    if (port or _DEFAULT.get(parts.scheme, "") if colon else port) != port_of_host:
        return host
    if _is_here(named) and not _is_here(of_host):
        return host
    return f"{named}{colon}{port_of_host}"


def _divided(authority: str) -> tuple[str, str, str]:
    """Divide a plain authority into its host, the colon if there is one, and the port."""
    found = _HOST.fullmatch(authority)
    assert found is not None
    port = found[2] or ""
    return found[1], ":" if port else "", port


def _is_here(host: str) -> bool:
    """Whether a plain host is that of the machine itself, as its own clients write it."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
