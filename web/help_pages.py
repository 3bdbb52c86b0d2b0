"""How to print from each system, with this gateway's real addresses; and the authority's certificate."""

import hashlib
import ssl
from typing import Any

from aiohttp import web

from jobs.queue import Kind
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
    queues = [(queue, *visit.parts.public_uris(queue.name, host)) for queue in open_queues]
    return {"queues": queues, "host": host, "fingerprint": fingerprint(visit.parts.authority_pem)}


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
