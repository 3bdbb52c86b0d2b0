"""How to print from each system, with this gateway's real addresses; and the authority's certificate."""

import hashlib
import ssl
from dataclasses import replace
from typing import Any

from aiohttp import web

from jobs.queue import Kind
from mobility import profiles
from mobility.profiles import Address
from web.errors import PageUnknown
from web.i18n import N_
from web.site import Visit


async def show(visit: Visit) -> web.Response:
    """Show the steps for each system."""
    return visit.page("help.html", here="help", **addresses(visit))


def addresses(visit: Visit) -> dict[str, Any]:
    """What a template needs to tell how to print: queues with their addresses, and the authority."""
    host = visit.request.url.host or "localhost"
    open_queues = [queue for queue in visit.parts.catalogue.listed() if queue.accepting]
    # What most people want stands first: a queue that prints anywhere.
    open_queues.sort(key=lambda queue: queue.kind is not Kind.FOLLOW_ME)
    found = [(queue, visit.parts.address(queue.name, host)) for queue in open_queues]
    return {
        "queues": [(queue, *uris(address)) for queue, address in found],
        "host": found[0][1].authority if found else host,
        "commands": (profiles.lpadmin(*found[0]), profiles.powershell(*found[0])) if found else (),
        "fingerprint": fingerprint(visit.parts.authority_pem),
    }


def uris(address: Address) -> tuple[str, str]:
    """The ipps and ipp addresses of a queue."""
    return address.uri, replace(address, secure=False).uri


async def profile(visit: Visit) -> web.Response:
    """Hand out the profile that adds a queue to an iPhone, iPad or Mac. Raises PageUnknown."""
    name = visit.request.match_info["queue"]
    queue = next((one for one in visit.parts.catalogue.listed() if one.name == name and one.accepting), None)
    if queue is None:
        raise PageUnknown(N_("There is no such queue, or it takes nothing now."))
    host = visit.request.url.host or "localhost"
    body = profiles.airprint(queue, visit.parts.address(queue.name, host), visit.site.house)
    headers = {"Content-Disposition": f'attachment; filename="{queue.name}.mobileconfig"'}
    return web.Response(body=body, content_type=profiles.MIME, headers=headers)


def fingerprint(pem: bytes) -> str:
    """The SHA-256 of a certificate as systems show it; "" when there is none."""
    if not pem:
        return ""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.decode("ascii"))).hexdigest().upper()
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


async def authority(visit: Visit) -> web.Response:
    """Hand out the authority's certificate, as devices install it. Raises PageUnknown when there is none."""
    pem = visit.parts.authority_pem
    if not pem:
        raise PageUnknown(N_("This server's certificate comes from a public authority: nothing is to be installed."))
    headers = {"Content-Disposition": 'attachment; filename="printgate-authority.crt"', "Cache-Control": "no-cache"}
    return web.Response(body=pem, content_type="application/x-x509-ca-cert", headers=headers)
