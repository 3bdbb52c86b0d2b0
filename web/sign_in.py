"""Signing in and out, and the language of the pages."""

from aiohttp import web

from directory.errors import TooManyTries
from web import session
from web.forms import local_path
from web.site import Visit

_YEAR = 365 * 86_400


async def start(visit: Visit) -> web.Response:
    """Go to where a person begins."""
    return visit.go("/jobs" if visit.person else "/sign-in")


async def show(visit: Visit) -> web.Response:
    """Show the form."""
    if visit.person:
        return visit.go(local_path(visit.query.text("next", 2000), "/jobs"))
    return _form(visit, local_path(visit.query.text("next", 2000), "/jobs"))


async def sign_in(visit: Visit) -> web.Response:
    """Compare name and password; a right pair gets a sign-in under a fresh id."""
    name, password = visit.form.text("name", 127), visit.form.secret("password")
    onward = local_path(visit.form.text("next", 2000), "/jobs")
    try:
        person = await visit.parts.people.authenticate(name, password, visit.peer)
    except TooManyTries as error:
        return _form(visit, onward, name=name, wrong=visit.talk.gettext(str(error)), status=429)
    if person is None:
        left = visit.parts.people.tries_left(name)
        wrong = visit.talk.count(
            "Name and password do not match. %(n)s try left.", "Name and password do not match. %(n)s tries left.", left
        )
        return _form(visit, onward, name=name, wrong=wrong, status=403)
    visit.fresh = await visit.site.sessions.open(person, before=visit.cookie)
    return visit.go(onward)


def _form(visit: Visit, onward: str, *, name: str = "", wrong: str = "", status: int = 200) -> web.Response:
    return visit.page("sign_in.html", status=status, onward=onward, name=name, wrong=wrong)


async def sign_out(visit: Visit) -> web.Response:
    """End the sign-in here and on the server."""
    if visit.cookie:
        await visit.site.sessions.close(visit.cookie)
    response = visit.go("/sign-in")
    session.take(response, visit.request)
    # Nothing of what was seen stays in the browser's caches.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


async def language(visit: Visit) -> web.Response:
    """Keep the language that was asked for, and go back."""
    response = visit.go(local_path(visit.query.text("to", 2000)))
    code = visit.request.match_info["code"]
    if code in visit.site.talks:
        secure = visit.request.secure
        response.set_cookie("language", code, max_age=_YEAR, path="/", secure=secure, httponly=True, samesite="Lax")
    return response
