"""People's own printer addresses: what stands in the address says who prints, for clients that never sign in.

One per person and device, shown once, kept as a hash, given back by whoever owns it. It proves who prints and nothing
more: no page and no administration opens to it.
"""

import asyncio
import hashlib
import secrets
import time
import uuid
from collections import OrderedDict
from dataclasses import replace
from typing import Final, TypeVar

import structlog
from sqlalchemy import Connection

from directory import store
from directory.errors import BadLabel, LabelTaken, PersonUnknown, TokensFull, TokenUnknown, TooManyWrongTokens
from directory.passwords import Throttle
from directory.people import People
from directory.store import Person, Token
from events import audit
from storage.database import Database
from storage.errors import StorageError
from storage.node import new_id

log = structlog.get_logger(__name__)

V = TypeVar("V")

MOST_PER_PERSON: Final = 20
"""Addresses that one person may have at a time."""
LONGEST_LABEL: Final = 63
"""Characters of the name of a device."""
LIFETIMES: Final = (0, 30, 90, 365)
"""Days until an address ends that people may choose from; 0 is never."""

# Crockford's base 32: no letters that look like figures, and case does not matter to who types it.
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH: Final = 26  # characters of 5 bits: 130 random bits
_LOOKALIKES: Final = str.maketrans("iloILO", "110110")
_NAMESPACE: Final = uuid.UUID("7a6fb4a5-9c0d-5a0e-8f1e-2b7a1d3c4e90")
_REMEMBERED: Final = 10_000  # right addresses, and as many wrong ones
_TOUCH_MS: Final = 3_600_000  # a row is not written for every job
_DAY_MS: Final = 86_400_000
_TRIES: Final = 20  # wrong addresses of one peer within five minutes


class Tokens:
    """The addresses of all people."""

    def __init__(self, database: Database, node: str, people: People) -> None:
        self._database, self._node, self._people = database, node, people
        self._throttle = Throttle(_TRIES)
        self._known: OrderedDict[str, tuple[Token, Person, int]] = OrderedDict()
        self._wrong: OrderedDict[str, None] = OrderedDict()
        self._changes = 0  # of any address: what was read before one must not be remembered after it
        self._touching: set[asyncio.Task[None]] = set()

    async def make(self, name: str, label: str, *, days: int = 0, actor: str = "") -> tuple[Token, str]:
        """Make an address for somebody's device; `days` until it ends, 0 for never.

        Returns it with the secret that stands in it, which cannot be had again. Raises PersonUnknown, BadLabel,
        LabelTaken, TokensFull.
        """
        person = await self._people.find(name)
        if person is None:
            raise PersonUnknown(f"There is no person called {name}.")
        label, at = _checked(label), _now()
        secret = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        made = Token(new_id(), person.id, label, at, at + days * _DAY_MS if days > 0 else None)

        def insert(connection: Connection) -> None:
            store.purge_tokens(connection, person.id, at)
            held = store.tokens_of(connection, person.id)
            if any(other.label.casefold() == label.casefold() for other in held):
                raise LabelTaken("There is an address for a device of that name. Revoke it first, or name another.")
            if len(held) >= MOST_PER_PERSON:
                raise TokensFull("There are as many addresses as one person may have. Revoke one first.")
            store.add_token(connection, self._node, made, _hashed(secret))
            audit.record(connection, self._node, actor, "token.add", person.id, {"token": made.id})

        await self._database.write(insert)
        return made, secret

    async def find(self, secret: str, peer: str = "") -> tuple[Token, Person] | None:
        """Return the address with this secret, and whose it is; None for one that is wrong, revoked or over.

        Wrong ones count against the peer's network address. Raises TooManyWrongTokens.
        """
        key = _key(secret)
        if found := self._valid(key):
            return found
        if key in self._wrong:  # an old device that asks again and again is no guesser
            return None
        if peer and self._throttle.left(peer) <= 0:
            raise TooManyWrongTokens("Too many wrong addresses came from there. Wait 5 minutes and try again.")
        changes = (self._changes, self._people.changes)
        row = await self._database.read(lambda connection: store.token_of(connection, key))
        if row is None:
            _keep(self._wrong, key, None)
            if peer:
                self._throttle.failed(peer)
            return None
        if row[1].disabled or _over(row[0]):
            return None
        if changes == (self._changes, self._people.changes):
            _keep(self._known, key, (*row, self._people.changes))
        self._touch(key, row[0])
        return row

    def remembered(self, secret: str) -> tuple[Token, Person] | None:
        """Return what `find` would, if that can be said without reading a row."""
        return self._valid(_key(secret))

    async def of(self, person_id: str) -> list[Token]:
        """A person's addresses, the newest first."""
        return await self._database.read(lambda connection: store.tokens_of(connection, person_id))

    async def revoke(self, token_id: str, *, owner: str | None = None, actor: str = "") -> Token:
        """Take an address back at once; with `owner`, only if it is that person's. Raises TokenUnknown."""

        def delete(connection: Connection) -> Token:
            found = store.token_by_id(connection, token_id)
            if found is None or (owner is not None and found.person_id != owner):
                raise TokenUnknown("There is no such address. It may have been revoked already.")
            store.remove_token(connection, token_id)
            audit.record(connection, self._node, actor, "token.revoke", found.person_id, {"token": token_id})
            return found

        revoked = await self._database.write(delete)
        self._changes += 1
        self._known.clear()
        return revoked

    def _valid(self, key: str) -> tuple[Token, Person] | None:
        entry = self._known.get(key)
        if entry is None:
            return None
        token, person, changes = entry
        if changes != self._people.changes or _over(token):
            del self._known[key]
            return None
        self._touch(key, token)
        return token, person

    def _touch(self, key: str, token: Token) -> None:
        """Note the use, beside the request and now and then only."""
        at = _now()
        if token.used_at is not None and at - token.used_at < _TOUCH_MS:
            return
        entry = self._known.get(key)
        if entry is not None:
            self._known[key] = (replace(token, used_at=at), *entry[1:])
        task = asyncio.get_running_loop().create_task(self._note(token.id, at))
        self._touching.add(task)
        task.add_done_callback(self._touching.discard)

    async def _note(self, token_id: str, at: int) -> None:
        try:
            await self._database.write(lambda connection: store.touch_token(connection, token_id, at))
        except StorageError as error:
            log.warning("the use of a printer address was not noted", error=str(error))

    async def settle(self) -> None:
        """Wait until all uses are written down."""
        await asyncio.gather(*self._touching)


def token_uuid(queue_id: str, token_id: str) -> str:
    """The UUID of a queue as one address shows it: each address is a printer of its own to its client."""
    return str(uuid.uuid5(_NAMESPACE, f"{queue_id}/{token_id}"))


def _checked(label: str) -> str:
    plain = " ".join(label.split())
    if not plain or len(plain) > LONGEST_LABEL or not plain.isprintable():
        raise BadLabel("The name of a device has 1 to 63 characters.")
    return plain


def _key(secret: str) -> str:
    """The hash under which a secret is kept, however it was typed."""
    return _hashed(secret.translate(_LOOKALIKES).lower() if len(secret) == _LENGTH else secret)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _over(token: Token) -> bool:
    return token.expires_at is not None and token.expires_at <= _now()


def _keep(kept: "OrderedDict[str, V]", key: str, value: V) -> None:
    kept[key] = value
    while len(kept) > _REMEMBERED:
        kept.popitem(last=False)


def _now() -> int:
    return int(time.time() * 1000)
