"""The pages: one table of every address, and what the gateway puts into its application."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from aiohttp import web

from web import (
    account_pages,
    address_pages,
    admin_audit,
    admin_devices,
    admin_jobs,
    admin_overview,
    admin_people,
    admin_queues,
    first_run,
    forms,
    help_pages,
    jobs_pages,
    preview_pages,
    probes,
    release_pages,
    send_pages,
    sign_in,
)
from web.errors import PageUnknown
from web.gate import Access, Page, encrypted, failed, finished, routes_of
from web.i18n import N_
from web.parts import Parts
from web.site import Site, Visit

_EVERYONE, _ADMINISTRATOR = Access.EVERYONE, Access.ADMINISTRATOR
_NUMBER: Final = r"{number:\d{1,11}}"
_ADDRESS: Final = "{token:[0-9a-f-]{36}}"

PAGES: Final = (
    Page("/", sign_in.start, access=_EVERYONE),
    Page("/sign-in", sign_in.show, sign_in.sign_in, access=_EVERYONE),
    Page("/sign-in/{token:[A-Za-z0-9_-]{20,64}}", first_run.show, first_run.make_account, access=_EVERYONE),
    Page("/sign-out", None, sign_in.sign_out, access=_EVERYONE),
    Page("/language/{code:[a-z]{2}}", sign_in.language, access=_EVERYONE, plain=True),
    Page("/help", help_pages.show, access=_EVERYONE, plain=True),
    Page("/help/{queue}.mobileconfig", help_pages.profile, access=_EVERYONE),
    Page("/authority.crt", help_pages.authority, access=_EVERYONE, plain=True),
    Page("/jobs", jobs_pages.show),
    Page("/jobs/delete", jobs_pages.ask_delete, jobs_pages.delete),
    Page(f"/jobs/{_NUMBER}/preview/{{page:\\d{{1,6}}}}.png", preview_pages.show),
    Page(f"/jobs/{_NUMBER}/stop", None, jobs_pages.stop),
    Page(f"/jobs/{_NUMBER}/again", jobs_pages.ask_again),
    Page("/send", send_pages.show, send_pages.send, files=True),
    Page("/send/done/{number:[A-Za-z0-9_-]{1,32}}", send_pages.done),
    Page("/release", release_pages.show, release_pages.release),
    Page("/release/change", release_pages.change),
    Page("/release/done/{number:[A-Za-z0-9_-]{1,32}}", release_pages.done),
    Page("/history", account_pages.history),
    Page("/account", account_pages.account),
    Page("/account/password", None, account_pages.password),
    Page("/account/claim", None, account_pages.claim),
    Page("/account/addresses", address_pages.show, address_pages.make),
    Page("/account/addresses/profile", None, address_pages.profile),
    Page(f"/account/addresses/{_ADDRESS}/revoke", address_pages.ask_revoke, address_pages.revoke),
    Page("/first-run", first_run.show_printer, first_run.add_printer, access=_ADMINISTRATOR),
    Page("/admin", admin_overview.show, access=_ADMINISTRATOR),
    Page("/admin/jobs", admin_jobs.show, access=_ADMINISTRATOR),
    Page(f"/admin/jobs/{_NUMBER}", admin_jobs.show_one, access=_ADMINISTRATOR),
    Page(f"/admin/jobs/{_NUMBER}/decide", None, admin_jobs.decide, access=_ADMINISTRATOR),
    Page(f"/admin/jobs/{_NUMBER}/stop", None, admin_jobs.stop, access=_ADMINISTRATOR),
    Page(f"/admin/jobs/{_NUMBER}/delete", None, admin_jobs.delete, access=_ADMINISTRATOR),
    Page(f"/admin/jobs/{_NUMBER}/release", None, admin_jobs.release, access=_ADMINISTRATOR),
    Page("/admin/devices", admin_devices.show, access=_ADMINISTRATOR),
    Page("/admin/price", None, admin_devices.put_ordinary_price, access=_ADMINISTRATOR),
    Page("/admin/add/device", admin_devices.ask_add, admin_devices.add, access=_ADMINISTRATOR),
    Page("/admin/devices/{name}", admin_devices.show_one, admin_devices.change, access=_ADMINISTRATOR),
    Page("/admin/devices/{name}/look", None, admin_devices.look, access=_ADMINISTRATOR),
    Page("/admin/devices/{name}/price", None, admin_devices.put_price, access=_ADMINISTRATOR),
    Page("/admin/devices/{name}/remove", admin_devices.ask_remove, admin_devices.remove, access=_ADMINISTRATOR),
    Page("/admin/queues", admin_queues.show, access=_ADMINISTRATOR),
    Page("/admin/add/queue", admin_queues.ask_add, admin_queues.add, access=_ADMINISTRATOR),
    Page("/admin/queues/{name}", admin_queues.show_one, admin_queues.change, access=_ADMINISTRATOR),
    Page("/admin/queues/{name}/remove", admin_queues.ask_remove, admin_queues.remove, access=_ADMINISTRATOR),
    Page("/admin/audit", admin_audit.show, access=_ADMINISTRATOR),
    Page("/admin/people", admin_people.show, access=_ADMINISTRATOR),
    Page("/admin/add/person", admin_people.ask_add, admin_people.add, access=_ADMINISTRATOR),
    Page("/admin/people/{id}", admin_people.show_one, admin_people.change, access=_ADMINISTRATOR),
    Page("/admin/people/{id}/password", None, admin_people.password, access=_ADMINISTRATOR),
    Page("/admin/people/{id}/credit", None, admin_people.credit, access=_ADMINISTRATOR),
    Page(
        f"/admin/people/{{id}}/addresses/{_ADDRESS}/revoke",
        address_pages.ask_revoke_theirs,
        address_pages.revoke_theirs,
        access=_ADMINISTRATOR,
    ),
)
"""Every address for people: what it shows, what it does, and who may."""

_NOT_PAGES: Final = ("/ipp", "/static/", "/healthz", "/readyz", "/metrics")

Middleware = Callable[[web.Request, Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[Any]]


class Pages:
    """All pages of one gateway."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._site = parts, Site(parts)

    def routes(self) -> list[web.RouteDef]:
        """All routes, for the gateway's application."""
        found = [route for page in PAGES for route in routes_of(self._site, page)]
        return [
            *found,
            web.get("/static/{name}", self._site.files.serve),
            web.get("/healthz", probes.healthz),
            web.get("/readyz", probes.readyz(self._parts)),
            web.get("/metrics", probes.metrics(self._parts)),
        ]

    def middlewares(self) -> Sequence[Middleware]:
        """What stands before all routes: a page in words for an address that does not exist."""
        site = self._site

        @web.middleware
        async def unknown(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            missing = isinstance(request.match_info.http_exception, web.HTTPNotFound)
            if not missing or request.path.startswith(_NOT_PAGES) or not encrypted(site, request):
                return await handler(request)
            visit = Visit(site, request, site.talk_for(request), forms.Form())
            visit.person = await site.sessions.person(visit.cookie)
            return finished(failed(visit, PageUnknown(N_("Nothing is kept at this address."))))

        return (unknown,)
