"""One IPP request and its answer over HTTP or HTTPS, with every wait and every length bounded."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from devices.document import DocumentError, octets
from devices.errors import CertificateChanged, DeviceBusy, DeviceRefused, DeviceUnclear, DeviceUnreachable
from devices.outgoing import Outgoing
from devices.settings import Settings
from devices.tls import FingerprintError, pinned
from devices.uri import DeviceUri
from devices.witness import Witness
from ipp.codec import decode, encode
from ipp.errors import IppError
from ipp.message import Message

_READ = 64 * 1024


class BadRequest(DeviceRefused):
    """The device answered HTTP 400: old ones do so for an IPP version that they do not know."""


@dataclass
class Sending:
    """A document that goes out with a request, and how far it got."""

    outgoing: Outgoing
    witness: Witness
    complete: bool = False
    """Every byte was handed to the connection."""
    failure: Exception | None = field(default=None, repr=False)
    """Our own fault: the document could not be read, or the watch failed."""

    async def stream(self, head: bytes, moved: Callable[[], None]) -> AsyncIterator[bytes]:
        """Yield the request, then the document."""
        yield head
        moved()
        try:
            async for piece in octets(self.outgoing, self.witness, moved):
                yield piece
        except Exception as error:
            # The HTTP client wraps it beyond recognition: keep it.
            self.failure = error
            raise
        self.complete = True


class IppConnection:
    """Connections to one IPP device, for as long as one job or question takes."""

    def __init__(self, target: DeviceUri, settings: Settings, tls: ssl.SSLContext | None) -> None:
        self._target = target
        self._settings = settings
        self._tls = tls
        scheme = "http" if tls is None else "https"
        self._url = URL.build(scheme=scheme, host=target.host, port=target.port, path=target.path or "/", encoded=True)

    async def __aenter__(self) -> Self:
        # Old devices close idle connections without a word. A document sent into such a connection would be
        # of unknown fate, so only questions that may be asked again use a connection twice.
        self._once = self._session(force_close=True)
        self._kept = self._session(force_close=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._once.close()
        await self._kept.close()

    def _session(self, *, force_close: bool) -> aiohttp.ClientSession:
        connect = self._settings.connect_timeout
        headers = {"Content-Type": "application/ipp", "Accept": "application/ipp", "Accept-Encoding": "identity"}
        login = self._target.credentials
        if login is not None and self._tls is not None:
            # Never in the clear: anyone on the way could read it.
            headers["Authorization"] = aiohttp.encode_basic_auth(login.user, login.password)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self._tls or False, force_close=force_close),
            timeout=aiohttp.ClientTimeout(total=None, connect=connect, sock_connect=connect),
            headers=headers,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def exchange(self, request: Message, sending: Sending | None = None, *, kept: bool = False) -> Message:
        """Send a request, with a document or without, and read the answer, whatever its status.

        Raises DeviceUnreachable when no answer comes, DeviceBusy, BadRequest or DeviceRefused when it is no IPP
        answer, and DocumentError or what the watch raised when the fault is ours.
        """
        head = encode(request)
        try:
            return await self._exchange(head, sending, kept=kept)
        except (aiohttp.ClientError, OSError, ValueError, TimeoutError) as error:
            if sending is not None and sending.failure is not None:
                raise sending.failure from error
            raise self._explained(error) from error

    async def _exchange(self, head: bytes, sending: Sending | None, *, kept: bool) -> Message:
        loop, limits = asyncio.get_running_loop(), self._settings
        patience = limits.idle_timeout if sending is None else limits.stall_timeout
        async with asyncio.timeout(patience + limits.connect_timeout) as limit:

            def moved() -> None:
                # Called by the client's writing task, which may outlive our patience by a moment.
                with contextlib.suppress(RuntimeError):
                    limit.reschedule(loop.time() + patience)

            headers: dict[str, str] = {}
            body: bytes | AsyncIterator[bytes] = head
            if sending is not None:
                body = sending.stream(head, moved)
                if sending.outgoing.size is not None:
                    # Without it the client sends chunks, which old devices cannot read.
                    headers["Content-Length"] = str(len(head) + sending.outgoing.size)
            session = self._kept if kept else self._once
            response = await session.post(self._url, data=body, headers=headers, allow_redirects=False)
            try:
                limit.reschedule(loop.time() + limits.idle_timeout)
                self._check(response)
                return self._decoded(await self._read(response))
            finally:
                # A device may answer before it has read the document: do not wait for the rest to be taken.
                if sending is not None:
                    response.close()
                else:
                    response.release()

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        pieces, room = [], self._settings.attributes_limit
        async for piece in response.content.iter_chunked(_READ):
            room -= len(piece)
            if room < 0:
                response.close()
                raise DeviceUnclear(f"The device at {self._target.name} sends an answer without end.")
            pieces.append(piece)
        return b"".join(pieces)

    def _decoded(self, answer: bytes) -> Message:
        try:
            return decode(answer)[0]
        except IppError as error:
            raise DeviceUnclear(f"The device at {self._target.name} sends no valid IPP answer: {error}.") from error

    def _check(self, response: aiohttp.ClientResponse) -> None:
        """Raise for an answer that is no IPP answer, with words for what the HTTP status means here."""
        name, status = self._target.name, response.status
        if status == 400:
            raise BadRequest(f"The device at {name} does not understand our requests (HTTP 400).")
        if status == 503:
            raise DeviceBusy(f"The device at {name} is busy (HTTP 503).")
        if status != 200:
            words = _HTTP_WORDS.get(status, f"answers with HTTP status {status} instead of IPP; check the URI's path.")
            kind = DeviceUnclear if status >= 500 else DeviceRefused
            raise kind(f"The device at {name} {words}")
        if response.content_type != "application/ipp":
            raise DeviceUnclear(f"What answers at {name} is no IPP printer: check the URI's path.")

    def _explained(self, error: Exception) -> DeviceUnreachable | DeviceRefused:
        name = self._target.name
        if isinstance(error, aiohttp.ClientConnectorCertificateError) and isinstance(
            error.certificate_error, FingerprintError
        ):
            return CertificateChanged(
                f"The device at {name} shows another certificate than before: its certificate changed. "
                "If the device was reset or replaced, accept its new certificate; if not, someone may stand between."
            )
        if isinstance(error, aiohttp.ClientSSLError):
            return DeviceRefused(f"No encrypted connection to {name} comes about: {error.strerror or 'TLS failed'}.")
        if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
            return DeviceUnreachable(f"Nobody answers at {name}: is the device on, and is the address right?")
        if isinstance(error, aiohttp.ClientResponseError):
            return DeviceUnclear(f"What answers at {name} does not speak HTTP.")
        if isinstance(error, TimeoutError):
            return DeviceUnreachable(f"The device at {name} stopped answering.")
        return DeviceUnreachable(f"The connection to {name} broke.")


def tls_for(target: DeviceUri, settings: Settings) -> ssl.SSLContext | None:
    """Make the TLS context for an `ipps:` device, which holds it to its pinned certificate; None for `ipp:`."""
    if target.scheme != "ipps":
        return None
    context = settings.tls(target.host, target.port)
    return pinned(context, lambda fingerprint: settings.pin(target.uri, fingerprint))


_HTTP_WORDS = {
    401: "wants a user and a password: give them in an ipps:// URI.",
    403: "does not let this server print: look for an access list in the device's settings.",
    404: "has no printer at this path: try /ipp/print.",
    405: "takes no print requests at this path: try /ipp/print.",
    426: "insists on encryption: use ipps:// instead of ipp://.",
}

__all__ = ["BadRequest", "DocumentError", "IppConnection", "Sending", "tls_for"]
