"""Sign-ins: an opaque id in a cookie, its hash in a row, and the token that proves a form to be ours."""

import hashlib
import hmac
import re
import secrets
import time
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from directory.people import People
from directory.store import Person
from storage.database import Database
from web import store
from web.settings import Settings
from web.store import Session

_ID: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_TOUCH_MS: Final = 60_000  # a row is not written for every page


def hashed(secret: str) -> str:
    """What is kept of an id or a token: whoever reads the table cannot sign in with it."""
    return hashlib.sha256(secret.encode("ascii", "replace")).hexdigest()


def form_token(secret: str) -> str:
    """The token that a form of this cookie's browser carries; other sites can neither read nor work it out."""
    return hmac.new(secret.encode("ascii", "replace"), b"printgate form", hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def now() -> int:
    """Milliseconds of the epoch."""
    return int(time.time() * 1000)


class Sessions:
    """The sign-ins of people."""

    def __init__(self, database: Database, people: People, settings: Settings) -> None:
        self._database, self._people = database, people
        self._idle, self._limit = settings.session_idle * 1000, settings.session_limit * 1000

    async def open(self, person: Person, *, before: str | None = None) -> str:
        """Sign a person in under a fresh id, which is returned; the browser's id of before ends."""
        secret, at = secrets.token_urlsafe(32), now()

        def write(connection: Connection) -> None:
            store.purge_sessions(connection, unused_since=at - self._idle, opened_before=at - self._limit)
            if before:
                store.drop_session(connection, hashed(before))
            store.add_session(connection, Session(hashed(secret), person.id, at, at))

        await self._database.write(write)
        return secret

    async def person(self, secret: str | None) -> Person | None:
        """Who is signed in under this id; None when nobody is, or not any more."""
        if not secret:
            return None
        id_hash, at = hashed(secret), now()
        found = await self._database.read(lambda connection: store.session(connection, id_hash))
        if found is None:
            return None
        if at - found.seen_at > self._idle or at - found.created_at > self._limit:
            await self.close(secret)
            return None
        person = await self._people.get(found.person_id)
        if person is None or person.disabled:
            await self.close(secret)
            return None
        if at - found.seen_at > _TOUCH_MS:
            await self._database.write(lambda connection: store.touch_session(connection, id_hash, at))
        return person

    async def close(self, secret: str) -> None:
        """Sign out."""
        id_hash = hashed(secret)
        await self._database.write(lambda connection: store.drop_session(connection, id_hash))

    async def close_all(self, person_id: str, *, but: str | None = None) -> None:
        """Sign a person out everywhere, except under one id: their password or their rights changed."""
        kept = hashed(but) if but else ""
        await self._database.write(lambda connection: store.drop_sessions_of(connection, person_id, but=kept))


def cookie_name(*, secure: bool) -> str:
    """The cookie's name; the prefix makes browsers refuse it from a neighbouring host or without encryption."""
    return "__Host-printgate" if secure else "printgate"


def secret_of(request: web.Request) -> str | None:
    """The id in the request's cookie, if it looks like one of ours."""
    found = request.cookies.get(cookie_name(secure=request.secure), "")
    return found if _ID.fullmatch(found) else None


def give(response: web.StreamResponse, request: web.Request, secret: str) -> None:
    """Put the id into the browser's cookie, for as long as the browser runs."""
    name = cookie_name(secure=request.secure)
    response.set_cookie(name, secret, path="/", secure=request.secure, httponly=True, samesite="Lax")


def take(response: web.StreamResponse, request: web.Request) -> None:
    """Take the cookie back."""
    name = cookie_name(secure=request.secure)
    response.del_cookie(name, path="/", secure=request.secure, httponly=True, samesite="Lax")
