"""Set-up for systems that do not find the queue by themselves: an AirPrint profile, and the lines others want.

The payload is Apple's com.apple.airprint ("Configuration Profile Reference", AirPrint payload): host, port, path, TLS.
"""

import plistlib
import uuid
from dataclasses import dataclass

from jobs.queue import Queue

MIME = "application/x-apple-aspen-config"
_NAMESPACE = uuid.UUID("c0a2f1f6-6d7b-5a53-9a0f-0f8d6a3f9f55")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the gateway is reached by those who install the profile."""

    host: str
    port: int
    path: str
    secure: bool


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
    scheme = "ipps" if address.secure else "ipp"
    return f"lpadmin -p {queue.name} -E -v {scheme}://{address.host}:{address.port}{address.path} -m everywhere"


def powershell(queue: Queue, address: Address) -> str:
    """Return the line that adds the queue to Windows 11, with the driver that Windows brings."""
    scheme = "https" if address.secure else "http"
    name = queue.shown.replace('"', "").replace("`", "").replace("$", "")
    return f'Add-Printer -Name "{name}" -IppURL "{scheme}://{address.host}:{address.port}{address.path}"'


def _derived(queue: Queue, part: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{queue.id}/{part}")).upper()
