"""OAuth 2 access tokens (RFC 6750) that are signed JWTs (RFC 9068): whose they are, by the keys of their server.

Keys are fetched beforehand and kept: the authorisation server may be away for as long as its keys are known.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jwt
import structlog

from directory.oauth_keys import Key, Keys
from directory.people import fold

log = structlog.get_logger(__name__)

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key pair alone: what is public can sign nothing."""
_TYPES: Final = ("", "jwt", "at+jwt")  # typ of an access token; others are made for other ends (RFC 9068 section 2.1)
_LONGEST: Final = 16 * 1024  # characters of a token
_REMEMBERED: Final = 10_000  # tokens, at most


@dataclass(frozen=True, slots=True)
class Rules:
    """What a token must say. `scope` are words that it must all have, `skew` seconds that clocks may differ."""

    issuer: str
    audience: str
    scope: tuple[str, ...] = ()
    claim: str = "preferred_username"
    skew: int = 60


class Bearer:
    """Verifies access tokens."""

    def __init__(self, rules: Rules, keys: Keys, clock: Callable[[], float] = time.time) -> None:
        self.rules = rules
        self._keys, self._clock = keys, clock
        # Until when, and by which generation of keys: a key that was taken back takes its tokens along.
        self._verified: OrderedDict[bytes, tuple[str, float, int]] = OrderedDict()

    async def name(self, token: str) -> str | None:
        """Return the name of the person whose token this is, folded; None for a token that is not right.

        Raises AuthorisationServerAway when the keys that would tell cannot be had.
        """
        if len(token) > _LONGEST or not token.isascii():
            return None
        self._keys.renew_if_stale()
        digest = hashlib.sha256(token.encode()).digest()
        known = self._verified.get(digest)
        if known is not None and known[1] > self._clock() and known[2] == self._keys.generation:
            return known[0]
        self._verified.pop(digest, None)
        header = _header(token)
        if header is None:
            return None
        key = await self._keys.get(header.get("kid"), header["alg"])
        claims = self._claims(token, key, header["alg"]) if key else None
        name = self._name_in(claims) if claims else None
        if claims and name:
            self._verified[digest] = (name, float(claims["exp"]) + self.rules.skew, self._keys.generation)
            while len(self._verified) > _REMEMBERED:
                self._verified.popitem(last=False)
        return name

    async def close(self) -> None:
        """Ask the server for no more keys."""
        await self._keys.close()

    def _claims(self, token: str, key: Key, algorithm: str) -> Mapping[str, Any] | None:
        rules = self.rules
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.public,
                algorithms=[algorithm],
                audience=rules.audience,
                issuer=rules.issuer,
                leeway=rules.skew,
                options={"require": ["exp", "iss", "aud"], "verify_iat": False, "enforce_minimum_key_length": True},
            )
        except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError) as error:
            log.info("access token refused", reason=f"{type(error).__name__}: {error}"[:200])
            return None
        if not set(rules.scope) <= _scopes(claims):
            log.info("access token refused", reason="a scope is missing", wanted=" ".join(rules.scope))
            return None
        return claims

    def _name_in(self, claims: Mapping[str, Any]) -> str | None:
        name = claims.get(self.rules.claim)
        if not isinstance(name, str) or not fold(name):
            log.info("access token refused", reason="it names nobody", claim=self.rules.claim)
            return None
        return fold(name)


def _header(token: str) -> dict[str, Any] | None:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):  # whatever a stranger may write there
        return None
    kind = str(header.get("typ", "")).lower().removeprefix("application/")
    if header.get("alg") not in ALGORITHMS or kind not in _TYPES or "crit" in header:
        return None
    return header


def _scopes(claims: Mapping[str, Any]) -> set[str]:
    """The scopes of a token: `scope` as RFC 9068 writes it, `scp` as some servers do."""
    found: set[str] = set()
    for name in ("scope", "scp"):
        value = claims.get(name)
        words = value.split() if isinstance(value, str) else value if isinstance(value, Sequence) else ()
        found |= {word for word in words if isinstance(word, str)}
    return found
