"""Who asks: a password, ticket or access token over TLS, a person's own address, or the word of a trusted network.

What proves wins over what is only said: requesting-user-name counts where nothing else does (RFC 8011 section 9.3).
"""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from aiohttp import web

from directory.store import Person
from directory.tokens import Tokens
from ipp_server.errors import WrongIdentity
from jobs.errors import QueueUnknown
from jobs.queue import Queue, lies_in

if TYPE_CHECKING:  # most houses do without: what they need is loaded when they are configured
    from directory.bearer import Bearer
    from directory.kerberos import Kerberos

REALM: Final = "Printgate"
_NOTHING: Final = "There is nothing to print on at that URI."


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
    from_operators: bool = False
    """Whether the queue takes people of that network for operators, without a password."""
    operates_all: bool = False
    """Whether the gateway takes people of that network for operators of all that it has."""
    own_address: bool = False
    """Whether it is known by a personal printer address, which opens nothing but that person's printing."""
    token_id: str = ""
    """Which personal printer address that was."""
    reply: str = ""
    """What the answer's WWW-Authenticate says to who proved themselves: the server's own proof (RFC 4559)."""

    @property
    def operator(self) -> bool:
        """Whether a printer's state and other people's jobs are their business (RFC 8011 section 1)."""
        return self.administrator or self.from_operators

    @property
    def of_system(self) -> bool:
        """Whether the gateway as a whole is their business: which queues there are, and what it says of itself."""
        return self.administrator or self.operates_all

    @property
    def administrator(self) -> bool:
        """Whether other people's jobs are their business; a name that was only claimed opens nothing."""
        return self.proven and not self.own_address and self.person is not None and self.person.administrator


ANONYMOUS = Identity(None, "anonymous", proven=False)


@dataclass(frozen=True, slots=True)
class Proofs:
    """The ways in which people prove here who they are."""

    people: People
    tokens: Tokens | None = None
    kerberos: "Kerberos | None" = None
    bearer: "Bearer | None" = None

    async def proven(self, request: web.Request) -> Identity | None:
        """Read the proof that a request over TLS carries; None if it has none.

        Raises WrongIdentity, TooManyTries, AuthorisationServerAway.
        """
        header = request.headers.get("Authorization", "")
        if not header or not request.secure:
            return None
        scheme, _, value = header.partition(" ")
        prove = self._schemes().get(scheme.lower())
        if prove is None:
            raise WrongIdentity
        found = await prove(value.strip(), request.remote or "")
        if found is None or found.person is None or found.person.disabled:
            raise WrongIdentity
        return found

    async def addressed(self, secret: str, peer: str) -> Identity:
        """Whose own printer address this is; a wrong one names nothing. Raises QueueUnknown, TooManyWrongTokens."""
        found = await self.tokens.find(secret, peer) if self.tokens else None
        if found is None:
            raise QueueUnknown(_NOTHING)
        token, person = found
        own = replace(person, administrator=False) if person.administrator else person
        return Identity(own, own.name, proven=True, own_address=True, token_id=token.id)

    async def close(self) -> None:
        """Let go of what is asked of others meanwhile."""
        if self.bearer:
            await self.bearer.close()

    def challenges(self, tried: str = "") -> list[str]:
        """What a 401 offers, the strongest first (RFC 9110 section 11.6.1); `tried` is the Authorization refused."""
        offered = []
        if self.kerberos:
            offered.append("Negotiate")
        if self.bearer:
            scope = " ".join(self.bearer.rules.scope)
            words = [f'realm="{REALM}"', *([f'scope="{scope}"'] if scope else [])]
            if tried[:7].lower() == "bearer ":
                words.append('error="invalid_token"')  # RFC 6750 section 3.1
            offered.append(f"Bearer {', '.join(words)}")
        return [*offered, f'Basic realm="{REALM}", charset="UTF-8"']

    def _schemes(self) -> dict[str, Callable[[str, str], Awaitable[Identity | None]]]:
        offered: dict[str, Callable[[str, str], Awaitable[Identity | None]]] = {"basic": self._by_password}
        if self.kerberos:
            offered["negotiate"] = self._by_ticket
        if self.bearer:
            offered["bearer"] = self._by_access_token
        return offered

    async def _by_password(self, value: str, peer: str) -> Identity | None:
        credentials = _basic(value)
        person = await self.people.authenticate(*credentials, address=peer) if credentials else None
        return Identity(person, person.name, proven=True) if person else None

    async def _by_ticket(self, value: str, _: str) -> Identity | None:
        assert self.kerberos
        ticket = _decoded(value)
        accepted = await self.kerberos.accept(ticket) if ticket else None
        person = await self.people.ensure(accepted.name) if accepted else None
        if accepted is None or person is None:
            return None
        reply = f"Negotiate {base64.b64encode(accepted.reply).decode('ascii')}" if accepted.reply else ""
        return Identity(person, person.name, proven=True, reply=reply)

    async def _by_access_token(self, value: str, _: str) -> Identity | None:
        assert self.bearer
        name = await self.bearer.name(value)
        person = await self.people.ensure(name) if name else None
        return Identity(person, person.name, proven=True) if person else None


async def claimed(
    queue: Queue | None, peer: str, user_name: str, people: People, networks: tuple[str, ...] = ()
) -> Identity | None:
    """Take a trusted network's word for who asks; None if the peer is in none of the queue's.

    `networks` are those whose people operate the whole gateway. A network of operators says that much, and not who it
    is: where its word is not taken for names, an operator is nobody that could own or pay for a document.
    """
    operator, everywhere = _operates(queue, peer, networks)
    trusted = queue is not None and queue.trusts(peer)
    if operator and not trusted:
        return replace(ANONYMOUS, from_operators=True, operates_all=everywhere)
    if not trusted:
        return None
    person = await people.ensure(_without_domain(user_name) or "anonymous") or await people.ensure("anonymous")
    if person is None or person.disabled:
        return None
    return Identity(
        replace(person, administrator=False) if person.administrator else person,
        person.name,
        proven=False,
        from_operators=operator,
        operates_all=everywhere,
    )


def placed(identity: Identity, queue: Queue | None, peer: str, networks: tuple[str, ...] = ()) -> Identity:
    """Who proved themselves is no less an operator for it than who, in the same network, only says a name.

    An address of one's own is of a device, which anybody may use: it makes no operator.
    """
    operator, everywhere = _operates(queue, peer, networks)
    if identity.own_address or not operator:
        return identity
    return replace(identity, from_operators=operator, operates_all=everywhere)


def at(identity: Identity, queue: Queue, peer: str) -> Identity:
    """Who asks about all queues at once, as one of them sees it: operators are operators of their own queues."""
    operator = identity.operates_all or (queue.operated_from(peer) and not identity.own_address)
    return replace(identity, from_operators=operator)


def _operates(queue: Queue | None, peer: str, networks: tuple[str, ...]) -> tuple[bool, bool]:
    """Whether people at an address operate this queue, and whether they operate the whole gateway."""
    everywhere = lies_in(peer, networks)
    return everywhere or (queue is not None and queue.operated_from(peer)), everywhere


def _basic(value: str) -> tuple[str, str] | None:
    try:
        text = (_decoded(value) or b"").decode("utf-8")
    except UnicodeDecodeError:
        return None
    name, colon, password = text.partition(":")
    return (name, password) if colon else None


def _decoded(value: str) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None


def _without_domain(user_name: str) -> str:
    r"""The name of somebody whom Windows calls DOMAIN\name."""
    return user_name.rpartition("\\")[2]
