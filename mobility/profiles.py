"""Set-up for systems that do not find the queue by themselves: an AirPrint profile, and the lines others want.

The payload is Apple's com.apple.airprint ("Configuration Profile Reference", AirPrint payload): host, port, path, TLS.
"""

import plistlib
import uuid
from dataclasses import dataclass
from typing import Final

from jobs.queue import Queue

MIME: Final = "application/x-apple-aspen-config"
IPP_PORT: Final = 631
_NAMESPACE: Final = uuid.UUID("c0a2f1f6-6d7b-5a53-9a0f-0f8d6a3f9f55")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the gateway is reached by those who install the profile."""

    host: str
    port: int
    path: str
    secure: bool

    @property
    def authority(self) -> str:
        """Host and port as people type them where a system asks for an IPP printer's host."""
        return self._at(IPP_PORT)

    @property
    def uri(self) -> str:
        """The address as IPP clients take it (RFC 3510, RFC 7472)."""
        return self._written("ipps" if self.secure else "ipp", IPP_PORT)

    @property
    def url(self) -> str:
        """The same address as Windows takes it."""
        return self._written("https" if self.secure else "http", 443 if self.secure else 80)

    def _written(self, scheme: str, ordinary: int) -> str:
        return f"{scheme}://{self._at(ordinary)}{self.path}"

    def _at(self, ordinary: int) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == ordinary else f"{host}:{self.port}"


def airprint(queue: Queue, address: Address, organisation: str = "") -> bytes:
    """Return an unsigned .mobileconfig that adds the queue to an iPhone, iPad or Mac (F-IPP-03).

    Its identifiers are derived from the queue's, so that installing it again replaces it.
    """
    printer = {
        "PayloadType": "com.apple.airprint",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"printgate.airprint.{queue.id}",
        "PayloadUUID": _derived(queue, "printer"),
        "PayloadDisplayName": queue.shown,
        "AirPrint": [
            {
                "IPAddress": address.host,
                "ResourcePath": address.path,
                "Port": address.port,
                "ForceTLS": address.secure,
            }
        ],
    }
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"printgate.{queue.id}",
        "PayloadUUID": _derived(queue, "profile"),
        "PayloadDisplayName": queue.shown,
        "PayloadDescription": f"Adds the printer {queue.shown}.",
        "PayloadOrganization": organisation or "Printgate",
        "PayloadContent": [printer],
    }
    return plistlib.dumps(profile)


def lpadmin(queue: Queue, address: Address) -> str:
    """Return the line that adds the queue to CUPS on Linux or macOS."""
    return f"lpadmin -p {queue.name} -E -v {address.uri} -m everywhere"


def powershell(queue: Queue, address: Address) -> str:
    """Return the line that adds the queue to Windows 11, with the driver that Windows brings."""
    name = queue.shown.replace('"', "").replace("`", "").replace("$", "")
    return f'Add-Printer -Name "{name}" -IppURL "{address.url}"'


def _derived(queue: Queue, part: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{queue.id}/{part}")).upper()
