"""The commands about people's own printer addresses."""

from collections.abc import Mapping
from typing import Any

from directory.errors import PersonUnknown
from directory.store import Token
from gateway import shown
from gateway.core import Core
from ipp_server.address import Address, Scope

Arguments = Mapping[str, Any]
_DAY_S = 86_400


async def token_list(core: Core, given: Arguments) -> list[dict[str, Any]]:
    """The addresses of one person, without what stands in them. Raises PersonUnknown."""
    person = await core.people.find(given["user"])
    if person is None:
        raise PersonUnknown(f"There is no person called {given['user']}. `printgate user list` shows who there is.")
    return [_shown(token) for token in await core.tokens.of(person.id)]


async def token_add(core: Core, given: Arguments) -> dict[str, Any]:
    """Make an address, and show it this once: its path on every queue, or on the one that is named."""
    queues = [core.catalogue.named(given["queue"])] if given.get("queue") else core.catalogue.listed()
    days = -(-int(given.get("expires") or 0) // _DAY_S)
    token, secret = await core.tokens.make(given["user"], given["label"], days=days)
    address = Address(Scope.PRINTER, token=secret)
    return _shown(token) | {"paths": [address.path(queue.name) for queue in queues]}


async def token_revoke(core: Core, given: Arguments) -> dict[str, Any]:
    """Take an address back. Raises TokenUnknown."""
    return {"revoked": (await core.tokens.revoke(given["id"])).label}


def _shown(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "label": token.label,
        "created": shown.moment(token.created_at),
        "used": shown.moment(token.used_at),
        "ends": shown.moment(token.expires_at),
    }
