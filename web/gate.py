"""The gate of every page: encryption, sign-in, rights, form token, errors and headers, checked once."""

import ipaddress
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import quote

import structlog
from aiohttp import web

from web import forms, session, status
from web.errors import AdministratorsOnly, ForeignForm, SignInFirst
from web.i18n import N_
from web.incoming import Incoming
from web.site import POLICY, Site, Visit
from web.status import Said

log = structlog.get_logger(__name__)

Handler = Callable[[Visit], Awaitable[web.StreamResponse]]

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


class Access(Enum):
    """Who may see a page."""

    EVERYONE = "everyone"
    PERSON = "person"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Page:
    """One address: what a GET shows and what a POST does."""

    path: str
    get: Handler | None = None
    post: Handler | None = None
    access: Access = Access.PERSON
    plain: bool = False
    """Whether it may be read without encryption."""
    files: bool = False
    """Whether its form carries files: only the fields before the first are read here, the handler reads on."""


def routes_of(site: Site, page: Page) -> list[web.RouteDef]:
    """The aiohttp routes of a page, with the gate before them."""
    found = []
    if page.get:
        found.append(web.get(page.path, _gated(site, page, page.get)))
    if page.post:
        found.append(web.post(page.path, _gated(site, page, page.post)))
    return found


def _gated(site: Site, page: Page, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        if not (page.plain or encrypted(site, request)):
            return finished(_to_https(request))
        visit = Visit(site, request, site.talk_for(request), forms.Form())
        try:
            visit.query = forms.query(request)
            visit.person = await site.sessions.person(visit.cookie)
            _admit(page, visit)
            if request.method == "POST":
                await _check_form(page, visit)
            response = await handler(visit)
        except SignInFirst:
            back = request.rel_url.raw_path_qs if request.method != "POST" else "/jobs"
            response = visit.go(f"/sign-in?next={quote(back, safe='')}")
        except Exception as error:
            # The edge: whatever went wrong is said on a page, in words of the person's language.
            response = failed(visit, error)
        if visit.fresh is not None:
            session.give(response, request, visit.fresh)
        return finished(response)

    return answer


def _admit(page: Page, visit: Visit) -> None:
    if page.access is Access.EVERYONE:
        return
    if visit.person is None:
        raise SignInFirst(N_("Sign in first."))
    if page.access is Access.ADMINISTRATOR and not visit.person.administrator:
        raise AdministratorsOnly(N_("You are not one of them."))


async def _check_form(page: Page, visit: Visit) -> None:
    if not forms.from_here(visit.request):
        raise ForeignForm(N_("This was not sent by one of our pages."))
    if page.files:
        # The token stands before the files in the form: none of them is taken without it.
        visit.incoming = Incoming(visit.request)
        visit.form = await visit.incoming.fields()
    else:
        visit.form = await forms.read(visit.request)
    if not visit.token_right():
        raise ForeignForm(N_("Your sign-in may have ended meanwhile."))


def encrypted(site: Site, request: web.Request) -> bool:
    """Whether what goes over this connection stays between us and the person."""
    if request.secure or site.parts.settings.plain_http_allowed:
        return True
    try:
        return ipaddress.ip_address((request.remote or "").split("%", 1)[0]).is_loopback
    except ValueError:
        return False


def _to_https(request: web.Request) -> web.Response:
    if not _HOST.fullmatch(request.host):
        return web.Response(status=400, text="The request names no host.\n")
    # What a form carried has gone over the wire already: begin again, encrypted.
    path = request.rel_url.raw_path_qs if request.method in ("GET", "HEAD") else "/"
    return web.Response(status=303, headers={"Location": f"https://{request.host}{path}"})


def failed(visit: Visit, error: Exception) -> web.Response:
    """Say on a page what went wrong, what is safe and what to do."""
    what = status.said(error)
    reference = ""
    if what is status.UNEXPECTED:
        reference = secrets.token_hex(4)
        log.error("page failed", path=visit.request.path, reference=reference, exc_info=error)
    elif what.status >= 500:
        log.warning("page failed", path=visit.request.path, error=str(error))
    return said(visit, what, "" if reference else str(error), reference)


def said(visit: Visit, what: Said, detail: str = "", reference: str = "") -> web.Response:
    """The page of one row of the table of errors."""
    return visit.page(
        "error.html",
        status=what.status,
        what=what,
        detail=visit.talk.gettext(detail) if detail else "",
        reference=reference,
    )


def finished(response: web.StreamResponse) -> web.StreamResponse:
    """Put the headers on that every page has."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("Server", "Printgate")  # not which libraries of which age it is made of
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cache-Control", "no-store")
    if response.content_type == "text/html":
        # Not compressed: what a page reflects beside its form token must not show in its length (BREACH).
        headers.setdefault("Vary", "Accept-Language, Cookie")
    return response
