"""The public keys of an OAuth 2 authorisation server: found by its metadata, kept, and renewed now and then.

Sources: RFC 8414 (metadata), OpenID Connect Discovery 1.0 section 4, RFC 7517 (keys).
"""

import asyncio
import ipaddress
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import jwt
import structlog

from directory.errors import AuthorisationServerAway, OAuthUnusable

log = structlog.get_logger(__name__)

FRESH: Final = 3600.0
"""Seconds after which keys are fetched again, beside the requests."""
PAUSE: Final = 60.0
"""Seconds between two fetches, however many tokens name keys that are not known."""
_PATIENCE: Final = 10.0  # seconds for one answer
_LONGEST: Final = 512 * 1024  # octets of an answer
_MOST: Final = 100  # keys
_LEAST_BITS: Final = 2048  # of an RSA key (RFC 7518 section 3.3)

_KINDS: Final = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_PUBLIC: Final = ("kty", "kid", "alg", "crv", "n", "e", "x", "y")


@dataclass(frozen=True, slots=True)
class Key:
    """One public key: what it is for, and what verifies with it. `words` are the row that it was made of."""

    words: str
    kind: str
    curve: str
    algorithm: str
    public: Any

    def fits(self, algorithm: str) -> bool:
        """Whether it signs by that algorithm: as it says itself, else as its kind allows."""
        right = self.kind == _KINDS.get(algorithm[:2]) and self.algorithm in ("", algorithm)
        return right and self.curve == _CURVES.get(algorithm, self.curve)


class Keys:
    """The keys of one server. Nothing is fetched before it is needed."""

    def __init__(
        self,
        server: str,
        issuer: str,
        *,
        plain_loopback: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the server's URI and the issuer it must say it is. Raises OAuthUnusable.

        `plain_loopback` allows http:// to this machine itself.
        """
        self._server, self._issuer, self._plain, self._clock = server.rstrip("/"), issuer, plain_loopback, clock
        self._checked(self._server)
        self._keys: dict[str, Key] = {}
        self._fetched_at = self._tried_at = -float("inf")
        self._fetching: asyncio.Task[None] | None = None
        self.generation = 0
        """How often the keys became other ones."""

    async def get(self, kid: object, algorithm: str) -> Key | None:
        """Return the key that a token names, or the only one that fits; None if there is none.

        Raises AuthorisationServerAway when no keys could be had yet.
        """
        found = self._find(kid, algorithm)
        if found is None and (fetching := self._fetch()) is not None:
            await asyncio.shield(fetching)
            found = self._find(kid, algorithm)
        if found is None and not self._keys:
            raise AuthorisationServerAway("The authorisation server does not answer. Try again, or use a password.")
        return found

    def renew_if_stale(self) -> None:
        """Begin to fetch keys that are old again; who asks meanwhile is served by the old ones."""
        if self._keys and self._clock() - self._fetched_at > FRESH:
            self._fetch()

    async def close(self) -> None:
        """Stop fetching."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _find(self, kid: object, algorithm: str) -> Key | None:
        if isinstance(kid, str):
            key = self._keys.get(kid)
            return key if key is not None and key.fits(algorithm) else None
        fitting = [key for key in self._keys.values() if key.fits(algorithm)]
        return fitting[0] if kid is None and len(fitting) == 1 else None

    def _fetch(self) -> "asyncio.Task[None] | None":
        """Begin to fetch, or join who does; None when the last try is too short a time ago."""
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        if self._clock() - self._tried_at < PAUSE:
            return None
        self._tried_at = self._clock()
        self._fetching = asyncio.get_running_loop().create_task(self._renew())
        return self._fetching

    async def _renew(self) -> None:
        try:
            keys = await self._read()
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, OAuthUnusable) as error:
            log.warning("keys of the authorisation server not renewed", server=self._server, reason=str(error)[:300])
            return
        self._fetched_at = self._clock()
        if {key.words for key in keys.values()} != {key.words for key in self._keys.values()}:
            self._keys = keys
            self.generation += 1

    async def _read(self) -> dict[str, Key]:
        timeout = aiohttp.ClientTimeout(total=_PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
            metadata = await self._metadata(session)
            found = await self._json(session, self._checked(str(metadata.get("jwks_uri", ""))))
        rows = found.get("keys")
        if not isinstance(rows, list):
            raise OAuthUnusable("jwks_uri leads to no set of keys")
        keys: dict[str, Key] = {}
        for number, row in enumerate(rows[:_MOST]):
            if (key := _usable(row)) is not None:
                name = row.get("kid")
                keys[name if isinstance(name, str) else f" {number}"] = key
        if not keys:
            raise OAuthUnusable("there is no key that can be used")
        return keys

    async def _metadata(self, session: aiohttp.ClientSession) -> dict[str, Any]:
        """The server's own description, wherever it keeps it (RFC 8414 section 3.1, OpenID Connect's way next)."""
        parts = urlsplit(self._server)
        base = f"{parts.scheme}://{parts.netloc}"
        places = (
            f"{base}/.well-known/oauth-authorization-server{parts.path}",
            f"{self._server}/.well-known/openid-configuration",
        )
        problem: Exception = OAuthUnusable("no metadata")
        for place in places:
            try:
                found = await self._json(session, place)
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError, OAuthUnusable) as error:
                problem = error
                continue
            if found.get("issuer") != self._issuer:
                # RFC 8414 section 3.3: it speaks for somebody else.
                problem = OAuthUnusable(f"its issuer is {str(found.get('issuer'))[:200]}, not {self._issuer}")
                continue
            return found
        raise problem

    async def _json(self, session: aiohttp.ClientSession, url: str) -> dict[str, Any]:
        async with session.get(url, allow_redirects=False, headers={"Accept": "application/json"}) as answer:
            if answer.status != 200:
                raise OAuthUnusable(f"{url} answers {answer.status}")
            body = await answer.content.read(_LONGEST + 1)
            while len(body) <= _LONGEST and (more := await answer.content.read(_LONGEST)):
                body += more
        if len(body) > _LONGEST:
            raise OAuthUnusable(f"{url} answers at too great length")
        found = json.loads(body)
        if not isinstance(found, dict):
            raise OAuthUnusable(f"{url} is no JSON object")
        return found

    def _checked(self, url: str) -> str:
        parts = urlsplit(url)
        plain = self._plain and parts.scheme == "http" and _is_loopback(parts.hostname or "")
        if not parts.hostname or not (parts.scheme == "https" or plain):
            raise OAuthUnusable(f"{url[:200] or 'The authorisation server'} must be an https URI.")
        return url


def _usable(row: object) -> Key | None:
    """Make a key of a row of the set; None for those that sign nothing, or nothing safely."""
    if not isinstance(row, dict) or row.get("use", "sig") != "sig" or row.get("kty") not in _KINDS.values():
        return None
    public = {name: row[name] for name in _PUBLIC if isinstance(row.get(name), str)}
    try:
        key = jwt.PyJWK(public).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if public["kty"] == "RSA" and key.key_size < _LEAST_BITS:
        return None
    return Key(json.dumps(public, sort_keys=True), public["kty"], public.get("crv", ""), public.get("alg", ""), key)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
