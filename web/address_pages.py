"""People's own printer addresses: made for a device and shown once, listed, revoked, by administrators as well."""

import re
from dataclasses import replace
from typing import Final

from aiohttp import web

from directory.errors import BadLabel, LabelTaken, PersonUnknown, TokensFull, TokenUnknown
from directory.store import Token
from directory.tokens import LIFETIMES
from ipp_server.address import Address as Named
from ipp_server.address import Scope
from jobs.queue import Kind, Queue
from mobility import profiles
from mobility.profiles import Address
from web.admin_overview import counts
from web.errors import BadForm
from web.i18n import N_
from web.site import POLICY, Visit

_SECRET: Final = re.compile(r"[0-9a-z]{20,40}")
_SCRIPT: Final = f"{POLICY}; script-src 'self'"  # the button that copies; without script there is none


async def show(visit: Visit) -> web.Response:
    """Show a person's addresses, and the form for another."""
    return await _list(visit)


async def make(visit: Visit) -> web.Response:
    """Make an address and show it, this once, with what each system wants to be told."""
    days = visit.form.number("days", 0, max(LIFETIMES)) or 0
    if days not in LIFETIMES:
        raise BadForm(N_("Choose one of the durations that stand in the list."))
    label = visit.form.text("label", 100)
    try:
        token, secret = await visit.parts.tokens.make(visit.who.name, label, days=days, actor=visit.who.id)
    except (BadLabel, LabelTaken, TokensFull) as error:
        wrong = visit.talk.gettext(str(error))
        return await _list(visit, label=label, wrong=wrong, status=400 if isinstance(error, BadLabel) else 409)
    places = [(queue, address, address.uri, address.url) for queue, address in _addresses(visit, secret)]
    response = visit.page(
        "address_made.html",
        here="account",
        token=token,
        secret=secret,
        places=places,
        lines=(profiles.lpadmin(*places[0][:2]), profiles.powershell(*places[0][:2])) if places else ("", ""),
    )
    response.headers["Content-Security-Policy"] = _SCRIPT
    return response


async def profile(visit: Visit) -> web.Response:
    """Hand out the profile that adds a queue by one's own address to an iPhone, iPad or Mac. Raises TokenUnknown."""
    secret, name = visit.form.text("secret", 64), visit.form.text("queue", 64)
    found = await visit.parts.tokens.find(secret, visit.peer) if _SECRET.fullmatch(secret) else None
    if found is None or found[1].id != visit.who.id:
        raise TokenUnknown(N_("There is no such address. It may have been revoked already."))
    queue, address = next(((q, a) for q, a in _addresses(visit, secret) if q.name == name), (None, None))
    if queue is None or address is None:
        raise BadForm(N_("There is no such queue, or it takes nothing now."))
    headers = {"Content-Disposition": f'attachment; filename="{queue.name}.mobileconfig"'}
    body = profiles.airprint(queue, address, visit.site.house)
    return web.Response(body=body, content_type=profiles.MIME, headers=headers)


async def ask_revoke(visit: Visit) -> web.Response:
    """Ask before an address of one's own is revoked. Raises TokenUnknown."""
    token = await _one(visit, visit.who.id)
    return visit.page("address_revoke.html", here="account", token=token, back="/account/addresses")


async def revoke(visit: Visit) -> web.Response:
    """Revoke an address of one's own."""
    token_id = visit.request.match_info["token"]
    await visit.parts.tokens.revoke(token_id, owner=visit.who.id, actor=visit.who.id)
    return visit.go("/account/addresses?done=revoked")


async def ask_revoke_theirs(visit: Visit) -> web.Response:
    """Ask before somebody's address is revoked. Raises PersonUnknown, TokenUnknown."""
    person = await visit.parts.people.get(visit.request.match_info["id"])
    if person is None:
        raise PersonUnknown(N_("There is no such person."))
    token = await _one(visit, person.id)
    back = f"/admin/people/{person.id}"
    return visit.page(
        "admin_address_revoke.html", here="people", counts=await counts(visit), token=token, one=person, back=back
    )


async def revoke_theirs(visit: Visit) -> web.Response:
    """Revoke somebody's address."""
    owner, token_id = visit.request.match_info["id"], visit.request.match_info["token"]
    await visit.parts.tokens.revoke(token_id, owner=owner, actor=visit.who.id)
    return visit.go(f"/admin/people/{owner}?done=revoked")


async def _list(visit: Visit, *, label: str = "", wrong: str = "", status: int = 200) -> web.Response:
    tokens = await visit.parts.tokens.of(visit.who.id)
    lifetimes = [(days, _lifetime(visit, days)) for days in LIFETIMES]
    return visit.page(
        "addresses.html", status=status, here="account", tokens=tokens, lifetimes=lifetimes, label=label, wrong=wrong
    )


async def _one(visit: Visit, owner: str) -> Token:
    wanted = visit.request.match_info["token"]
    found = next((token for token in await visit.parts.tokens.of(owner) if token.id == wanted), None)
    if found is None:
        raise TokenUnknown(N_("There is no such address. It may have been revoked already."))
    return found


def _addresses(visit: Visit, secret: str) -> list[tuple[Queue, Address]]:
    """Where each open queue is reached by this secret; one that prints anywhere stands first."""
    host = visit.request.url.host or "localhost"
    queues = [queue for queue in visit.parts.catalogue.listed() if queue.accepting]
    queues.sort(key=lambda queue: queue.kind is not Kind.FOLLOW_ME)
    named = Named(Scope.PRINTER, token=secret)
    return [(q, replace(visit.parts.address(q.name, host), path=named.path(q.name))) for q in queues]


def _lifetime(visit: Visit, days: int) -> str:
    if not days:
        return visit.talk.gettext(N_("Never"))
    return visit.talk.count("In %(n)s day", "In %(n)s days", days)
