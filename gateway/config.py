"""Configuration: one TOML file and the environment, read once. What changes at run time lives in the database.

HOME/printgate.toml, or the file that PRINTGATE_CONFIG names; a variable PRINTGATE_PORT (and so on) wins over the file,
the command line over both. Every row of ROWS says name, meaning and default; docs/configuration.md is made of them.
"""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from ipp_server.sources import BadSource, sources
from mdns.settings import is_host


class ConfigurationError(Exception):
    """The configuration cannot be used; the text says where and what to write instead."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this gateway runs. Sizes are bytes, times seconds."""

    home: Path
    host: str = ""
    port: int = 8631
    mdns: bool = True
    mdns_interfaces: tuple[str, ...] = ()
    dns_host: str = ""
    dns_addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    organization: str = ""
    language: str = "en"
    operator_networks: tuple[str, ...] = ()
    fetch_from: tuple[str, ...] = ()
    currency: str = "EUR"
    media: str = "iso_a4_210x297mm"
    certificate: str = ""
    certificate_key: str = ""
    plain_http: bool = False
    log_level: str = "info"
    log_format: str = "auto"
    warm_office: bool = False
    disk_reserve: int = 512 << 20
    connections: int = 4096
    body_idle: float = 60.0
    stop_limit: float = 20.0
    device_interval: float = 60.0
    device_answer_limit: float = 60.0
    device_busy_limit: float = 120.0
    device_stall_limit: float = 900.0
    device_lost_limit: float = 120.0
    device_follow_limit: float = 7200.0
    unknown_after: int = 86_400
    unknown_policy: str = "free"
    kerberos_keytab: str = ""
    kerberos_service: tuple[str, ...] = ("HTTP",)
    kerberos_realms: tuple[str, ...] = ()
    oauth_authorization_server_uri: str = ""
    oauth_issuer: str = ""
    oauth_audience: str = ""
    oauth_scope: tuple[str, ...] = ()
    oauth_claim: str = "preferred_username"
    oauth_clock_skew: int = 60
    oauth_plain_loopback: bool = False


MEANING: Final[dict[str, str]] = {
    "host": "address to listen on; empty for all",
    "port": "port of ipp, ipps, http and https",
    "mdns": "whether printers are advertised by DNS-SD",
    "mdns_interfaces": "interfaces or addresses to advertise on; empty for all but loopback",
    "dns_host": "host that advertised printers are at, as a load balancer's; empty for this machine",
    "dns_addresses": "its addresses, told with it when it ends in .local; empty for this machine's",
    "names": "further host names for the certificate",
    "organization": "shown on sign-in and in printer-organization",
    "language": "language of messages to clients that name none",
    "operator_networks": "networks whose people operate the whole gateway by IPP without a password",
    "fetch_from": "hosts from which documents may be fetched for Print-URI; empty for none",
    "currency": "ISO 4217 code; prices are in its smallest unit",
    "media": "sheet that clients print on when they name none, if a printer of the queue has it",
    "certificate": "PEM file with the certificate chain to use in place of our own authority's",
    "certificate_key": "PEM file with its key",
    "plain_http": "whether pages are shown over plain http to other machines",
    "log_level": "debug, info, warning or error",
    "log_format": "auto, text or json",
    "warm_office": "whether LibreOffice waits for the first office document from the start, for about 200 MB",
    "disk_reserve": "bytes of the disk that documents may not fill",
    "connections": "connections at once",
    "body_idle": "seconds a client may be silent within a request",
    "stop_limit": "seconds that jobs being sent are given at stop",
    "device_interval": "seconds between looks at each device",
    "device_answer_limit": "seconds a device has to answer a question",
    "device_busy_limit": "seconds a busy device is asked again before the job waits",
    "device_stall_limit": "seconds a device may take no byte of a document, as while its paper is filled up",
    "device_lost_limit": "seconds a device may be silent while its job is followed; then the outcome is unknown",
    "device_follow_limit": "seconds until a job that its device took must have ended",
    "unknown_after": "seconds after which a job of unknown outcome is decided by unknown_policy",
    "unknown_policy": "free (nothing is charged) or charge (as if it had printed)",
    "kerberos_keytab": "keytab with the key of the print service; empty for no Kerberos",
    "kerberos_service": "services that tickets may be for: HTTP, or HTTP@host for one host; host for CUPS as it comes",
    "kerberos_realms": "realms whose people may print: REALM, or REALM=SUFFIX to tell people of two realms apart",
    "oauth_authorization_server_uri": "OAuth 2 server whose access tokens say who prints; empty for none",
    "oauth_issuer": "what access tokens name as their issuer; empty for the server's URI",
    "oauth_audience": "what access tokens must be made for",
    "oauth_scope": "scopes that an access token must have, and that clients ask for",
    "oauth_claim": "claim of the access token that is the person's sign-in name",
    "oauth_clock_skew": "seconds that the clocks of the OAuth server and this one may differ",
    "oauth_plain_loopback": "whether the OAuth server may be http:// on this machine, for trials",
}

_ENDLESS: Final = float("inf")
_CHOICES: Final = {
    "log_level": ("debug", "info", "warning", "error"),
    "log_format": ("auto", "text", "json"),
    "unknown_policy": ("free", "charge"),
    "language": ("en", "fr"),
}


def load(home: Path, overrides: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Settings:
    """Read file and environment, then apply what the command line says. Raises ConfigurationError."""
    environment = os.environ if environment is None else environment
    path = Path(environment.get("PRINTGATE_CONFIG") or home / "printgate.toml")
    values = _from_file(path) | _from_environment(environment) | dict(overrides)
    try:
        settings = replace(Settings(home.absolute()), **values)
    except TypeError as error:
        raise ConfigurationError(str(error)) from None
    return _checked(settings)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from None
    unknown = content.keys() - MEANING.keys()
    if unknown:
        raise ConfigurationError(f"{path}: there is no setting called {', '.join(sorted(unknown))}.")
    return {name: _typed(name, value, str(path)) for name, value in content.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in MEANING:
        variable = f"PRINTGATE_{name.upper()}"
        if variable in environment:
            found[name] = _typed(name, environment[variable], variable)
    return found


def _typed(name: str, value: Any, where: str) -> Any:
    default: Any = next(field.default for field in fields(Settings) if field.name == name)
    try:
        if isinstance(default, bool):
            return value if isinstance(value, bool) else _truth(value)
        if isinstance(default, tuple):
            return tuple(value) if isinstance(value, list) else tuple(str(value).split())
        return type(default)(value)
    except (TypeError, ValueError):
        raise ConfigurationError(f"{where}: {name} cannot be {value!r}: {MEANING[name]}.") from None


def _truth(value: Any) -> bool:
    words = {"1": True, "yes": True, "true": True, "on": True, "0": False, "no": False, "false": False, "off": False}
    try:
        return words[str(value).lower()]
    except KeyError:
        raise ValueError(value) from None


def _networks(name: str, written: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(text, strict=False)) for text in written)
    except ValueError as error:
        raise ConfigurationError(f"{name}: {error}. A network is written like 192.0.2.0/24 or 2001:db8::/32.") from None


def _checked(settings: Settings) -> Settings:
    if not 0 <= settings.port <= 65535:
        raise ConfigurationError("port lies between 0 and 65535; 0 lets the system choose.")
    for field in fields(Settings):
        value = getattr(settings, field.name)
        if isinstance(value, int | float) and not 0 <= value < _ENDLESS:
            raise ConfigurationError(f"{field.name} is a number that is not negative: {MEANING[field.name]}.")
    for name, allowed in _CHOICES.items():
        if getattr(settings, name) not in allowed:
            raise ConfigurationError(f"{name} is one of {', '.join(allowed)}.")
    if settings.dns_host and not is_host(settings.dns_host.removesuffix(".")):
        raise ConfigurationError(f"dns_host cannot be {settings.dns_host!r}: it is the name of a host.")
    for address in settings.dns_addresses:
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise ConfigurationError(f"dns_addresses: {address!r} is no address.") from None
    if bool(settings.certificate) != bool(settings.certificate_key):
        raise ConfigurationError("certificate and certificate_key belong together: give both or neither.")
    if settings.kerberos_keytab and not settings.kerberos_realms:
        raise ConfigurationError("kerberos_keytab wants kerberos_realms: name the realms whose people may print.")
    if settings.oauth_authorization_server_uri and not settings.oauth_audience:
        # Without it, a token made for any other service of the house would print here.
        raise ConfigurationError("oauth_authorization_server_uri wants oauth_audience: what its tokens are made for.")
    try:
        sources(settings.fetch_from)
    except BadSource as error:
        raise ConfigurationError(f"fetch_from: {error}") from None
    return replace(settings, operator_networks=_networks("operator_networks", settings.operator_networks))
