"""IPP over HTTP (RFC 8010 section 4): one request in, one answer out, refused as early as it can be."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

import structlog
from aiohttp import web

from directory.errors import TooManyTries
from ipp import build
from ipp.codec import encode_group, encode_group_tag, encode_header
from ipp.enums import GroupTag, Operation, Status
from ipp.errors import IppError
from ipp.message import Attribute, Message
from ipp_server import gate, remembered
from ipp_server.answer import IppAnswer, streamed
from ipp_server.asking import Listing
from ipp_server.body import Body
from ipp_server.dispatch import OPERATIONS, Row, row_of
from ipp_server.errors import DocumentStalled, NeedsIdentity, NeedsTls, RequestFault, WrongIdentity
from ipp_server.identity import ANONYMOUS, Identity, claimed, proven
from ipp_server.remembered import Remembered
from ipp_server.request import Request
from ipp_server.service import Reply, Service
from ipp_server.status import status_of
from jobs.errors import JobUnknown, QueueUnknown
from jobs.job import Job
from jobs.queue import Queue

log = structlog.get_logger(__name__)

CONTENT_TYPE: Final = "application/ipp"
PATH: Final = "/ipp/print"
_REALM: Final = 'Basic realm="Printgate", charset="UTF-8"'
_CHARSET_AND_LANGUAGE: Final = (
    build.charset("attributes-charset", "utf-8"),
    build.language("attributes-natural-language", "en"),
)
_OPERATION_GROUP: Final = encode_group(GroupTag.OPERATION, _CHARSET_AND_LANGUAGE)
_PRINTER_GROUP: Final = encode_group_tag(GroupTag.PRINTER)
_END: Final = b"\x03"
_SPOKEN: Final = ((1, 0), (1, 1), (2, 0), (2, 1), (2, 2))
_AUTHORITY: Final = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_.-]{1,253})(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Header:
    """What of a request an answer repeats."""

    version: tuple[int, int] = (1, 1)
    request_id: int = 0


class IppHandler:
    """Answers IPP requests on an aiohttp route."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.answers: Counter[tuple[int, int]] = Counter()
        """How often each operation was answered with each status."""
        self._remembered = Remembered()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request; HTTP statuses are for faults of HTTP, everything else is an IPP status."""
        if request.content_type != CONTENT_TYPE:
            return web.Response(status=415, text="This address speaks IPP: POST application/ipp to it.\n")
        whole = _whole(request)
        if whole and (answer := self._at_once(request, whole)):
            return answer
        body = Body(request, self._service.patience, whole)
        header, operation, last = Header(), 0, False
        try:
            # A wrong password is refused before the body is read.
            identity = await proven(request, self._service.people)
            message = await body.attributes()
            header = Header(message.version, message.request_id)
            operation = message.code if message.code in OPERATIONS else 0
            reply = await self._reply(request, message, body, identity, whole)
            # What fails before the first octet of a list leaves can still be said.
            listed = await _begun(header, reply) if isinstance(reply, Listing) else None
        except (NeedsIdentity, WrongIdentity, TooManyTries) as error:
            return _unauthorised(error)
        except NeedsTls:
            return _upgrade_required()
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:
            header = _header_of(body, header)
            reply, listed = _fault(error), None
            last = isinstance(error, DocumentStalled)
        self.answers[operation, int(reply.status)] += 1
        if isinstance(reply, Reply):
            return IppAnswer(_encoded(header, reply), last=last)
        assert listed is not None
        beginning, more = listed
        return await streamed(request, beginning, more) if more else IppAnswer(beginning)

    def _at_once(self, request: web.Request, whole: bytes) -> IppAnswer | None:
        """Answer a request that was asked in the very same words before."""
        found = self._remembered.find(whole)
        if found is None:
            return None
        name, requested = found
        try:
            queue = self._service.catalogue.named(name)
        except QueueUnknown:  # removed meanwhile
            return None
        waiting = self._service.jobs.waiting(queue.id)
        authority, secure = _authority(request), request.secure
        parts = self._service.describer.answer(queue, authority, requested, waiting, secure=secure)
        self.answers[Operation.GET_PRINTER_ATTRIBUTES, Status.SUCCESSFUL_OK] += 1
        return IppAnswer(b"".join((remembered.header_of(whole), _OPERATION_GROUP, _PRINTER_GROUP, *parts, _END)))

    async def _reply(
        self, request: web.Request, message: Message, body: Body, identity: Identity | None, whole: bytes
    ) -> Reply | Listing:
        gate.check_header(message)
        row = row_of(message.code) if message.groups else None
        gate.check_groups(message)
        row = row or row_of(message.code)
        uri, number = gate.target(message, wants_job=row.job)
        queue, named = self._find(uri)
        if named is not None and (number is not None or not row.job):
            raise QueueUnknown("A job's URI stands where a printer's is wanted.")
        number = named if number is None else number
        asked = Request(
            message=message,
            queue=queue,
            authority=_authority(request),
            secure=request.secure,
            peer=request.remote or "",
            body=body,
        )
        asked.identity = await self._identity(request, asked, row, identity)
        if row.job:
            asked.job = await self._job(queue, number)
        reply = await row.handler(self._service, asked)
        if whole and isinstance(reply, Reply) and reply.status is Status.SUCCESSFUL_OK and not reply.message:
            self._remembered.keep(whole, queue.name, asked.requested)
        return reply

    def _find(self, uri: str) -> tuple[Queue, int | None]:
        """Find the queue, and the job's number, that a URI names: …/ipp/print[/QUEUE[/JOB]]."""
        try:
            path = unquote(urlsplit(uri).path)
        except ValueError:
            raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "That is no URI.") from None
        parts = [part for part in path.removeprefix(PATH).split("/") if part]
        if not f"{path}/".startswith(f"{PATH}/") or len(parts) > 2:
            raise QueueUnknown("There is nothing to print on at that URI.")
        number = None
        name = parts[0] if parts else self._default_name()
        if len(parts) == 2:
            number = int(parts[1]) if parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 11 else -1
        return self._service.catalogue.named(name), number

    def _default_name(self) -> str:
        names = [queue.name for queue in self._service.catalogue.listed()]
        return "follow-me" if "follow-me" in names or not names else names[0]

    async def _identity(self, request: web.Request, asked: Request, row: Row, identity: Identity | None) -> Identity:
        if identity is not None:
            return identity
        name = asked.text("requesting-user-name")
        trusted = None if row.open else await claimed(asked.queue, asked.peer, name, self._service.people)
        if trusted is not None:
            return trusted
        if row.open or asked.queue.accept_unowned:
            return ANONYMOUS
        if not request.secure:
            raise NeedsTls
        raise NeedsIdentity

    async def _job(self, queue: Queue, number: int | None) -> Job:
        if number is None or number < 1:
            raise JobUnknown("There is no such job.")
        job = await self._service.jobs.numbered(number)
        if job.queue_id != queue.id:
            raise JobUnknown(f"There is no job {number} here.")
        return job


def _whole(request: web.Request) -> bytes:
    """Return the body of a request that has come whole and needs no more looks at its head, else nothing."""
    headers = request.headers
    if "Authorization" in headers or "Expect" in headers or not request.content.is_eof():
        return b""
    return request.content.read_nowait()


def _authority(request: web.Request) -> str:
    """Return host:port as the client wrote it, if it is one; else our own end of the connection."""
    host = request.headers.get("Host", "")
    if _AUTHORITY.fullmatch(host):
        return host
    name = request.transport.get_extra_info("sockname") if request.transport else None
    if not name:
        return "localhost"
    return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"


def _header_of(body: Body, known: Header) -> Header:
    """What to repeat of a request: of one that could not be read to its end, what came of its header."""
    if known.request_id or body.header is None:
        return known
    version, _, request_id = body.header
    return Header(version, request_id)


def _fault(error: Exception) -> Reply:
    status = status_of(error)
    message = str(error)
    if status is Status.SERVER_ERROR_INTERNAL_ERROR:
        log.error("request failed", exc_info=error)
        message = "Something went wrong in the gateway. Nothing was lost; try again."
    unsupported = error.unsupported if isinstance(error, RequestFault) else ()
    if isinstance(error, IppError):
        message = f"The request cannot be read: {error}"
    return Reply(status, message, unsupported=unsupported)


def _head(header: Header, status: Status, message: str, unsupported: "tuple[Attribute, ...]") -> list[bytes]:
    # The version that was asked for, or the nearest below it (RFC 8011 section 4.1.8).
    version = max((known for known in _SPOKEN if known <= header.version), default=_SPOKEN[0])
    parts = [encode_header(version, status, header.request_id), _OPERATION_GROUP]
    if message:
        parts.append(build_status_message(message))
    if unsupported:
        parts.append(encode_group(GroupTag.UNSUPPORTED, unsupported))
    return parts


def build_status_message(message: str) -> bytes:
    """Encode status-message, clipped to its 255 octets."""
    return encode_group(GroupTag.OPERATION, [build.text("status-message", build.clip(message, 255))])[1:]


def _encoded(header: Header, reply: Reply) -> bytes:
    head = _head(header, reply.status, reply.message, tuple(reply.unsupported))
    return b"".join([*head, *reply.parts, _END])


async def _begun(header: Header, listing: Listing) -> tuple[bytes, AsyncIterator[bytes] | None]:
    """Make the beginning of a list; the iterator makes the rest, None if there is no more."""
    parts = _listed(header, listing)
    beginning = await anext(parts)
    second = await anext(parts, None)
    return (beginning, None) if second is None else (beginning + second, parts)


async def _listed(header: Header, listing: Listing) -> AsyncIterator[bytes]:
    block = bytearray(b"".join(_head(header, Status.SUCCESSFUL_OK, "", ())))
    async for part in listing.parts():
        block += part
        if len(block) >= 64 * 1024:
            yield bytes(block)
            block.clear()
            # write() never waits while the socket takes everything: let the others be served.
            await asyncio.sleep(0)
    yield bytes(block) + _END


def _unauthorised(error: Exception) -> web.Response:
    words = str(error) or "Sign in with your name and password.\n"
    return web.Response(status=401, text=words, headers={"WWW-Authenticate": _REALM})


def _upgrade_required() -> web.Response:
    return web.Response(
        status=426,
        text="A password does not travel in the clear: use ipps.\n",
        headers={"Upgrade": "TLS/1.2, HTTP/1.1", "Connection": "Upgrade"},
    )
