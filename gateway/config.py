"""Configuration: one TOML file and the environment, read once. What changes at run time lives in the database.

HOME/printgate.toml, or the file that PRINTGATE_CONFIG names; a variable PRINTGATE_PORT (and so on) wins over the file,
the command line over both. Every row of ROWS says name, meaning and default; docs/configuration.md is made of them.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final


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
    names: tuple[str, ...] = ()
    organization: str = ""
    language: str = "en"
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


MEANING: Final[dict[str, str]] = {
    "host": "address to listen on; empty for all",
    "port": "port of ipp, ipps, http and https",
    "mdns": "whether printers are advertised by DNS-SD",
    "mdns_interfaces": "interfaces or addresses to advertise on; empty for all but loopback",
    "names": "further host names for the certificate",
    "organization": "shown on sign-in and in printer-organization",
    "language": "language of messages to clients that name none",
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
    if bool(settings.certificate) != bool(settings.certificate_key):
        raise ConfigurationError("certificate and certificate_key belong together: give both or neither.")
    return settings
