"""IPP over HTTP (RFC 8010 section 4): one request in, one answer out, refused as early as it can be."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Final

import structlog
from aiohttp import web

from directory.errors import AuthorisationServerAway, TooManyTries
from ipp import build
from ipp.codec import encode_attribute, encode_group, encode_group_tag, encode_header
from ipp.enums import GroupTag, Operation, Status
from ipp.errors import IppError
from ipp.message import Message
from ipp_server import cups, gate, remembered
from ipp_server.address import PRINT, Address, Scope, parse
from ipp_server.answer import IppAnswer, in_parts, streamed
from ipp_server.asking import Listing
from ipp_server.authority import authority
from ipp_server.body import Body
from ipp_server.dispatch import OPERATIONS, Right, Row, row_of
from ipp_server.errors import DocumentStalled, NeedsIdentity, NeedsTls, RequestFault, WrongIdentity
from ipp_server.identity import ANONYMOUS, Identity, claimed, placed
from ipp_server.notifying import EventWait
from ipp_server.remembered import Remembered
from ipp_server.request import Request
from ipp_server.service import Reply, Service
from ipp_server.status import status_of
from jobs.errors import JobUnknown, QueueUnknown
from jobs.job import Job
from jobs.queue import Queue

log = structlog.get_logger(__name__)

CONTENT_TYPE: Final = "application/ipp"
PATH: Final = PRINT
_CHARSET_AND_LANGUAGE: Final = (
    build.charset("attributes-charset", "utf-8"),
    build.language("attributes-natural-language", "en"),
)
_OPERATION_GROUP: Final = encode_group(GroupTag.OPERATION, _CHARSET_AND_LANGUAGE)
_PRINTER_GROUP: Final = encode_group_tag(GroupTag.PRINTER)
_END: Final = b"\x03"
_SPOKEN: Final = ((1, 0), (1, 1), (2, 0), (2, 1), (2, 2))


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
        header, operation, last, proof = Header(), 0, False, ""
        try:
            # A wrong password is refused before the body is read.
            identity = await self._service.proofs.proven(request)
            proof = identity.reply if identity else ""
            message = await body.attributes()
            header = Header(message.version, message.request_id)
            operation = message.code if message.code in OPERATIONS else 0
            reply = await self._reply(request, message, body, identity, whole)
            # What fails before the first octet of a list leaves can still be said.
            listed = await _begun(header, reply) if isinstance(reply, Listing) else None
        except (NeedsIdentity, WrongIdentity, TooManyTries) as error:
            return self._unauthorised(request, error)
        except NeedsTls:
            return _upgrade_required()
        except AuthorisationServerAway as error:
            return web.Response(status=503, text=f"{error}\n", headers={"Retry-After": "60"})
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:
            header = _header_of(body, header)
            reply, listed = _fault(error), None
            last = isinstance(error, DocumentStalled)
        self.answers[operation, int(reply.status)] += 1
        if isinstance(reply, EventWait):
            return await in_parts(request, (_encoded(header, part) async for part in reply.replies()), proof)
        if isinstance(reply, Reply):
            return IppAnswer(_encoded(header, reply), last=last, proof=proof)
        assert listed is not None
        beginning, more = listed
        return await streamed(request, beginning, more, proof) if more else IppAnswer(beginning, proof=proof)

    def _at_once(self, request: web.Request, whole: bytes) -> IppAnswer | None:
        """Answer a request that was asked in the very same words before."""
        found = self._remembered.find(whole)
        if found is None:
            return None
        catalogue, queue = self._service.catalogue, found.queue
        # Changed, removed or not the one of the house any more.
        if catalogue.get(queue.id) is not queue or (found.of_house and catalogue.default() is not queue):
            return None
        waiting = self._service.jobs.waiting(queue.id)
        host, secure = authority(request, found.uri), request.secure
        parts = self._service.describer.answer(
            queue, host, found.requested, waiting, secure=secure, language=found.language
        )
        self.answers[Operation.GET_PRINTER_ATTRIBUTES, Status.SUCCESSFUL_OK] += 1
        return IppAnswer(b"".join((remembered.header_of(whole), _OPERATION_GROUP, _PRINTER_GROUP, *parts, _END)))

    def _unauthorised(self, request: web.Request, error: Exception) -> web.Response:
        answer = web.Response(status=401, text=str(error) or "Sign in with your name and password.\n")
        for challenge in self._service.proofs.challenges(request.headers.get("Authorization", "")):
            answer.headers.add("WWW-Authenticate", challenge)
        return answer

    async def _reply(
        self, request: web.Request, message: Message, body: Body, identity: Identity | None, whole: bytes
    ) -> Reply | Listing | EventWait:
        gate.check_header(message)
        row = row_of(message.code) if message.groups else None
        gate.check_groups(message)
        row = row or row_of(message.code)
        uri, number = gate.target(message, row.scopes)
        address = _address(uri, row)
        identity = await self._addressed(request, address, identity)
        named = number is not None or address.job is not None
        job = await self._job(address, number) if row.job and (named or Scope.PRINTER not in row.scopes) else None
        asked = Request(
            message=message,
            address=address,
            of_queue=self._queue(message, address, job),
            authority=authority(request, uri),
            secure=request.secure,
            peer=request.remote or "",
            body=body,
            uri=uri,
            job=job,
        )
        asked.identity = await self._identity(request, asked, row, identity)
        if not _allowed(row, asked.identity):
            if asked.identity.proven:
                raise RequestFault(Status.CLIENT_ERROR_NOT_AUTHORIZED, "Only an operator may do that.")
            raise NeedsIdentity if request.secure else NeedsTls
        reply = await row.handler(self._service, asked)
        if whole and isinstance(reply, Reply) and reply.status is Status.SUCCESSFUL_OK and not reply.message:
            self._remembered.keep(whole, asked, uri)
        return reply

    async def _addressed(self, request: web.Request, address: Address, identity: Identity | None) -> Identity | None:
        """Who asks by a printer address of their own; what is proven besides says more."""
        if not address.token:
            return identity
        if not request.secure and not self._service.catalogue.named(address.queue).tokens_over_plain:
            raise NeedsTls
        own = await self._service.proofs.addressed(address.token, request.remote or "")
        return replace(identity, token_id=own.token_id) if identity else own

    def _queue(self, message: Message, address: Address, job: Job | None) -> Queue | None:
        """The queue that an address names: its own, the house's if it names none, that of a job or of a printer-id."""
        catalogue = self._service.catalogue
        if job is not None:
            found = catalogue.get(job.queue_id)
            if found is None or address.queue not in ("", found.name):
                raise JobUnknown(f"There is no job {job.job_id} here.")
            return found
        if address.scope is Scope.PRINTER:
            return catalogue.named(address.queue) if address.queue else catalogue.default()
        number = message.groups[0].integer("printer-id") if address.scope is Scope.SYSTEM else None
        return None if number is None else catalogue.numbered(number)

    async def _identity(self, request: web.Request, asked: Request, row: Row, identity: Identity | None) -> Identity:
        queue = asked.of_queue
        if identity is not None:
            return placed(identity, queue, asked.peer, self._service.operator_networks)
        name = asked.text("requesting-user-name")
        trusted = None
        if row.right is not Right.ANYBODY:
            networks = self._service.operator_networks
            trusting = queue or self._trusting(asked)
            trusted = await claimed(trusting, asked.peer, name, self._service.people, networks)
        if trusted is not None:
            return trusted
        if row.right is Right.ANYBODY or (queue is not None and queue.accept_unowned):
            return ANONYMOUS
        if not request.secure:
            raise NeedsTls
        raise NeedsIdentity

    def _trusting(self, asked: Request) -> Queue | None:
        """A queue that takes the word of who asks the server itself, as CUPS's tools do for all queues at once."""
        if asked.address.scope is not Scope.SERVER:
            return None
        trusting = [queue for queue in self._service.catalogue.listed() if queue.trusts(asked.peer)]
        # What it operates of them is looked at again, queue by queue (`cups.everywhere`).
        return next((queue for queue in trusting if queue.operated_from(asked.peer)), trusting[0] if trusting else None)

    async def _job(self, address: Address, number: int | None) -> Job:
        """The job that a job-uri, or a printer-uri and a job-id, name."""
        if number is not None and address.job is not None:
            raise QueueUnknown("A job's URI stands where a printer's is wanted.")
        number = address.job if number is None else number
        if number == 0 and address.of_cups:
            return await cups.current_job(self._service, address.queue)
        if number is None or number < 1:
            raise JobUnknown("There is no such job.")
        return await self._service.jobs.numbered(number)


def _allowed(row: Row, identity: Identity) -> bool:
    match row.right:
        case Right.OPERATOR:
            return identity.operator
        case Right.SYSTEM:
            return identity.of_system
        case _:
            return True


def _address(uri: str, row: Row) -> Address:
    """Read what a URI names, if it is something that the operation is about."""
    try:
        address = parse(uri)
    except ValueError:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "That is no URI.") from None
    if address is None:
        raise QueueUnknown("There is nothing to print on at that URI.")
    if address.scope is Scope.JOB and not row.job:
        raise QueueUnknown("A job's URI stands where a printer's is wanted.")
    if address.scope is Scope.SERVER and Scope.PRINTER in row.scopes and Scope.SERVER not in row.scopes:
        return replace(address, scope=Scope.PRINTER)
    if address.scope not in row.scopes and not (row.job and address.scope is Scope.PRINTER):
        raise QueueUnknown(f"A {address.scope.value}'s URI cannot stand here.")
    return address


def _whole(request: web.Request) -> bytes:
    """Return the body of a request that has come whole and needs no more looks at its head, else nothing."""
    headers = request.headers
    if "Authorization" in headers or "Expect" in headers or not request.content.is_eof():
        return b""
    return request.content.read_nowait()


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


def _head(header: Header, reply: Reply) -> list[bytes]:
    # The version that was asked for, or the nearest below it (RFC 8011 section 4.1.8).
    version = max((known for known in _SPOKEN if known <= header.version), default=_SPOKEN[0])
    parts = [encode_header(version, reply.status, header.request_id), _OPERATION_GROUP]
    if reply.message:
        parts.append(build_status_message(reply.message))
    parts += map(encode_attribute, reply.operation)
    if reply.unsupported:
        parts.append(encode_group(GroupTag.UNSUPPORTED, reply.unsupported))
    return parts


def build_status_message(message: str) -> bytes:
    """Encode status-message, clipped to its 255 octets."""
    return encode_group(GroupTag.OPERATION, [build.text("status-message", build.clip(message, 255))])[1:]


def _encoded(header: Header, reply: Reply) -> bytes:
    return b"".join([*_head(header, reply), *reply.parts, _END])


async def _begun(header: Header, listing: Listing) -> tuple[bytes, AsyncIterator[bytes] | None]:
    """Make the beginning of a list; the iterator makes the rest, None if there is no more."""
    parts = _listed(header, listing)
    beginning = await anext(parts)
    second = await anext(parts, None)
    return (beginning, None) if second is None else (beginning + second, parts)


async def _listed(header: Header, listing: Listing) -> AsyncIterator[bytes]:
    block = bytearray(b"".join(_head(header, Reply())))
    async for part in listing.parts():
        block += part
        if len(block) >= 64 * 1024:
            yield bytes(block)
            block.clear()
            # write() never waits while the socket takes everything: let the others be served.
            await asyncio.sleep(0)
    yield bytes(block) + _END


def _upgrade_required() -> web.Response:
    return web.Response(
        status=426,
        text="A password does not travel in the clear: use ipps.\n",
        headers={"Upgrade": "TLS/1.2, HTTP/1.1", "Connection": "Upgrade"},
    )
