"""The first run: a one-time link on the server's own screen leads to the administrator's account and a printer.

There is no default password and no set-up page that stays open: the link works once, within a day.
"""

import secrets
from typing import Final

from aiohttp import web

from devices.errors import DeviceError
from directory.errors import DirectoryError
from jobs.queue import Kind, Queue
from storage.database import Database
from storage.node import new_id
from web import store
from web.errors import LinkUsed
from web.help_pages import addresses
from web.i18n import N_
from web.session import hashed, now
from web.site import Visit

_PURPOSE: Final = "first-run"
_LIFETIME: Final = 86_400_000  # milliseconds
_LOOK_AGAIN: Final = 5  # seconds
_MOST_LOOKS: Final = 120


async def new_link(database: Database) -> str:
    """Make the administrator's one-time link and return its token, to be shown once as /sign-in/<token>.

    An earlier link ends. It is valid for 24 hours and kept as a hash only.
    """
    token = secrets.token_urlsafe(24)
    expires_at = now() + _LIFETIME
    await database.write(lambda connection: store.add_link(connection, hashed(token), _PURPOSE, expires_at))
    return token


async def show(visit: Visit) -> web.Response:
    """Show the form for the administrator's account. Raises LinkUsed."""
    token, at = _token(visit), now()
    if not await visit.parts.database.read(lambda connection: store.link_open(connection, token, _PURPOSE, at)):
        raise LinkUsed(N_("Each link works once, within 24 hours."))
    return _account(visit)


async def make_account(visit: Visit) -> web.Response:
    """Make the administrator's account, sign them in, and go on to the printer. Raises LinkUsed."""
    token, at = _token(visit), now()
    # Used up before the account is made: of two that press at the same time, one comes too late.
    if not await visit.parts.database.write(lambda connection: store.use_link(connection, token, _PURPOSE, at)):
        raise LinkUsed(N_("Each link works once, within 24 hours."))
    name, password = visit.form.text("name", 127), visit.form.secret("password")
    try:
        person = await visit.parts.people.add(
            name, password, display_name=visit.form.text("display_name"), administrator=True
        )
    except BaseException as error:
        await visit.parts.database.write(lambda connection: store.reopen_link(connection, token))
        if isinstance(error, DirectoryError):
            return _account(visit, visit.talk.gettext(str(error)), 400)
        raise
    visit.fresh = await visit.site.sessions.open(person, before=visit.cookie)
    return visit.go("/first-run")


def _token(visit: Visit) -> str:
    return hashed(visit.request.match_info["token"])


def _account(visit: Visit, wrong: str = "", status: int = 200) -> web.Response:
    names = {name: visit.form.text(name) for name in ("name", "display_name")}
    return visit.page("first_account.html", status=status, wrong=wrong, action=visit.request.path, **names)


async def show_printer(visit: Visit) -> web.Response:
    """Show the choice of a first printer; once there is one, the way to print a page."""
    if visit.parts.fleet.listed():
        return await _print_a_page(visit)
    return _printer(visit)


def _printer(visit: Visit, wrong: str = "", status: int = 200) -> web.Response:
    return visit.page(
        "first_printer.html",
        status=status,
        trial=bool(visit.parts.trial_uri),
        uri=visit.form.text("uri", 1000),
        wrong=wrong,
    )


async def add_printer(visit: Visit) -> web.Response:
    """Add the first printer, and a queue that any phone finds."""
    if visit.parts.fleet.listed():
        return visit.go("/first-run")
    actor = visit.who.id
    try:
        if visit.form.text("printer") == "trial" and visit.parts.trial_uri:
            info = visit.talk.gettext(N_("Trial printer"))
            await visit.parts.fleet.add("trial", visit.parts.trial_uri, info=info, actor=actor)
        else:
            await visit.parts.fleet.add("printer", visit.form.text("uri", 1000), actor=actor)
    except DeviceError as error:
        return _printer(visit, visit.talk.gettext(str(error)), 400)
    if not visit.parts.catalogue.listed():
        queue = Queue(new_id(), "print", Kind.FOLLOW_ME, info=visit.site.house)
        await visit.parts.catalogue.add(queue, actor=actor)
    return visit.go("/first-run")


async def _print_a_page(visit: Visit) -> web.Response:
    arrived = await visit.parts.jobs.selected(newest_first=True, limit=1)
    response = visit.page("first_page.html", arrived=arrived, device=visit.parts.fleet.listed()[0], **addresses(visit))
    looked = (visit.query.numbers("look") or [0])[0]
    if not arrived and looked < _MOST_LOOKS:
        response.headers["Refresh"] = f"{_LOOK_AGAIN}; url=/first-run?look={looked + 1}"
    return response
