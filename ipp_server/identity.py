"""Who asks: HTTP Basic over TLS, or the word of a client in a trusted network. Never a name in the clear."""

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Protocol

from aiohttp import web

from directory.store import Person
from ipp_server.errors import WrongIdentity
from jobs.queue import Queue


class People(Protocol):
    """What of the directory is needed here."""

    async def authenticate(self, name: str, password: str, address: str = "") -> Person | None:
        """Return the person whose name and password these are, or None."""
        ...

    async def ensure(self, name: str) -> Person | None:
        """Return the person of that name, made known if need be; None for a name that cannot be one."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks. `proven` is False where a trusted network's word was taken for it."""

    person: Person | None
    name: str
    proven: bool

    @property
    def administrator(self) -> bool:
        """Whether other people's jobs are their business; a name that was only claimed opens nothing."""
        return self.proven and self.person is not None and self.person.administrator


ANONYMOUS = Identity(None, "anonymous", proven=False)


async def proven(request: web.Request, people: People) -> Identity | None:
    """Read the password of a request over TLS; None if it has none. Raises WrongIdentity, TooManyTries."""
    header = request.headers.get("Authorization", "")
    scheme, _, value = header.partition(" ")
    if not header or not request.secure:
        return None
    credentials = _basic(value) if scheme.lower() == "basic" else None
    if credentials is None:
        raise WrongIdentity
    person = await people.authenticate(*credentials, address=request.remote or "")
    if person is None:
        raise WrongIdentity
    return Identity(person, person.name, proven=True)


async def claimed(queue: Queue, peer: str, user_name: str, people: People) -> Identity | None:
    """Take a trusted network's word for who asks; None if the peer is in none of the queue's."""
    if not queue.trusts(peer):
        return None
    person = await people.ensure(user_name or "anonymous") or await people.ensure("anonymous")
    if person is None or person.disabled:
        return None
    return Identity(replace(person, administrator=False), person.name, proven=False)


def _basic(value: str) -> tuple[str, str] | None:
    try:
        text = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    name, colon, password = text.partition(":")
    return (name, password) if colon else None
