"""Documents fetched for Print-URI and Send-URI (RFC 8011 section 4.2.2), from where the administrator allows.

A name is resolved once and every address of it checked; the connection goes to a checked address, so that another
answer a moment later changes nothing. Redirects are new requests, checked anew. No password, cookie or proxy of ours
goes along.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from ipp_server import ftp
from ipp_server.sources import NotFetched, Source, Target, permitted, schemes, target

_REDIRECTS: Final = 3
_REDIRECTED: Final = (301, 302, 303, 307, 308)
_AT_ONCE: Final = 16  # documents fetched at the same time
_HEADERS: Final = {"User-Agent": "Printgate", "Accept": "*/*", "Accept-Encoding": "identity"}
_AWAY: Final = "The server there does not answer."


class TooManyFetches(Exception):
    """Others' documents are being fetched."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long fetching may take. Seconds, and bytes per second."""

    connect: float = 10.0
    idle: float = 30.0
    total: float = 1800.0
    grace: float = 60.0
    slowest: int = 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document on its way: its name, its size if the server says it, and its bytes."""

    name: str
    size: int | None
    chunks: AsyncIterator[bytes]


Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolved(host: str, port: int) -> list[str]:
    """All addresses of a host, as the system knows them. Raises NotFetched."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFetched("The host is not known.") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """Fetches documents from `sources`."""

    def __init__(
        self,
        sources: tuple[Source, ...],
        limits: Limits | None = None,
        *,
        resolve: Resolve = resolved,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """`trust` says whose certificates count, if not those that the system trusts."""
        self._sources, self._limits, self._resolve = sources, limits or Limits(), resolve
        self._trust = trust or ssl.create_default_context()
        self._fetching = 0

    @property
    def schemes(self) -> tuple[str, ...]:
        """reference-uri-schemes-supported."""
        return schemes(self._sources)

    @contextlib.asynccontextmanager
    async def open(self, uri: str) -> AsyncIterator[Fetched]:
        """Ask for a document. Raises NotFetched, also while its bytes come; TooManyFetches."""
        if self._fetching >= _AT_ONCE:
            raise TooManyFetches("Too many documents are being fetched just now. Try again later.")
        self._fetching += 1
        try:
            async with contextlib.AsyncExitStack() as stack, _timely(self._limits.total, "Fetching it takes too long."):
                yield await self._found(stack, target(uri, self._sources))
        finally:
            self._fetching -= 1

    async def _found(self, stack: contextlib.AsyncExitStack, wanted: Target) -> Fetched:
        for _ in range(_REDIRECTS + 1):
            async with _timely(self._limits.connect, "The host's address cannot be found out."):
                addresses = permitted(wanted, await self._resolve(wanted.host, wanted.port), self._sources)
            if wanted.scheme == "ftp":
                async with _timely(self._limits.idle, _AWAY):
                    chunks = await stack.enter_async_context(ftp.retrieve(wanted, addresses))
                return Fetched(wanted.name, None, self._paced(chunks))
            response = await self._asked(stack, wanted, addresses)
            if response.status not in _REDIRECTED or "Location" not in response.headers:
                return self._answered(wanted, response)
            wanted = target(urljoin(wanted.uri, response.headers["Location"]), self._sources)
        raise NotFetched("The server there sends us on and on.")

    async def _asked(
        self, stack: contextlib.AsyncExitStack, wanted: Target, addresses: list[str]
    ) -> aiohttp.ClientResponse:
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=_Pinned(addresses), use_dns_cache=False, force_close=True, ssl=self._trust
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect, sock_read=self._limits.idle),
            headers=_HEADERS,
            auto_decompress=False,
            trust_env=False,
        )
        await stack.enter_async_context(session)
        try:
            return await stack.enter_async_context(session.get(wanted.uri, allow_redirects=False))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise NotFetched(_words(error)) from None

    def _answered(self, wanted: Target, response: aiohttp.ClientResponse) -> Fetched:
        if response.status != 200:
            raise NotFetched(f"The server there answers {response.status}.")
        if response.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
            raise NotFetched("The server there sends it packed in a way that was not asked for.")
        return Fetched(wanted.name, response.content_length, self._paced(_body(response)))

    async def _paced(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Pass on what comes, as long as it comes."""
        loop, limits = asyncio.get_running_loop(), self._limits
        begun, received = loop.time(), 0
        while True:
            async with _timely(limits.idle, "Nothing more came from the server there."):
                chunk = await anext(chunks, None)
            if chunk is None:
                return
            received += len(chunk)
            taken = loop.time() - begun
            if taken > limits.grace and received < taken * limits.slowest:
                raise NotFetched("The server there is too slow.")
            yield chunk


class _Pinned(AbstractResolver):
    """Gives the addresses that were checked, and no others."""

    def __init__(self, addresses: list[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The checked addresses, whatever the host."""
        del family
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """There is nothing to close."""


async def _body(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.content.iter_any():
            yield chunk
    except (aiohttp.ClientError, OSError) as error:
        raise NotFetched(_words(error)) from None


@contextlib.asynccontextmanager
async def _timely(seconds: float, words: str) -> AsyncIterator[None]:
    """Do it within so many seconds, or raise NotFetched with these words."""
    try:
        async with asyncio.timeout(seconds) as limit:
            yield
    except TimeoutError:
        if not limit.expired():  # somebody else's clock
            raise
        raise NotFetched(words) from None


def _words(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError | ssl.SSLError):
        return "The server there cannot prove that it is what it is called."
    if isinstance(error, aiohttp.ClientPayloadError):
        return "The server there broke off."
    return _AWAY
