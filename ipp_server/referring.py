"""The operations that name a document in place of bringing it: Print-URI, Send-URI (RFC 8011 sections 4.2.2, 4.3.2).

The document is fetched before the answer, so that who asks is told at once if it cannot be. Where no administrator said
from where documents may be fetched, nothing of this is offered.
"""

from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Final

from ipp import build
from ipp.enums import Operation, Status, Tag
from ipp.message import Attribute
from ipp_server.errors import RequestFault
from ipp_server.fetching import Fetcher, TooManyFetches
from ipp_server.printing import own, refuse_nobody, take_document, take_job
from ipp_server.request import Request
from ipp_server.service import Reply, Service
from ipp_server.sources import NotFetched, SchemeNotFetched

OPERATIONS: Final = (Operation.PRINT_URI, Operation.SEND_URI)
"""What is offered only where documents may be fetched."""


def printer_attributes(fetcher: Fetcher | None) -> list[Attribute]:
    """What a queue says of it: the schemes by which documents are fetched."""
    return [build.uri_scheme("reference-uri-schemes-supported", *fetcher.schemes)] if fetcher else []


Take = Callable[[AsyncIterable[bytes], int | None, str], Awaitable[Reply]]


async def print_uri(service: Service, request: Request) -> Reply:
    """Take a job whose document is at that URI."""
    refuse_nobody(request)
    return await _fetched(service, request, lambda chunks, size, name: take_job(service, request, chunks, size, name))


async def send_uri(service: Service, request: Request) -> Reply:
    """Take the document at that URI for a created job; one without a URI may only say that there are no more."""
    _fetcher(service)
    own(request)
    if not request.sent("document-uri") and request.operation.boolean("last-document") is True:
        return await take_document(service, request, None)
    return await _fetched(service, request, lambda chunks, _, name: take_document(service, request, chunks, name))


async def _fetched(service: Service, request: Request, take: Take) -> Reply:
    fetcher = _fetcher(service)
    uri = _uri(request)
    if request.compression() == "deflate":  # gzip is told by its first bytes
        raise RequestFault(
            Status.CLIENT_ERROR_COMPRESSION_NOT_SUPPORTED,
            "Documents are fetched as they are, or packed with gzip.",
            request.sent("compression"),
        )
    try:
        async with fetcher.open(uri) as document:
            return await take(document.chunks, document.size, document.name)
    except SchemeNotFetched as error:
        raise RequestFault(
            Status.CLIENT_ERROR_URI_SCHEME_NOT_SUPPORTED, str(error), request.sent("document-uri")
        ) from None
    except NotFetched as error:
        return _not_accessible(request, str(error))
    except TooManyFetches as error:
        return Reply(Status.SERVER_ERROR_BUSY, str(error))


def _not_accessible(request: Request, words: str) -> Reply:
    return Reply(
        Status.CLIENT_ERROR_DOCUMENT_ACCESS_ERROR,
        words,
        unsupported=request.sent("document-uri"),
        operation=[build.text("document-access-error", words)],
    )


def _fetcher(service: Service) -> Fetcher:
    if service.fetcher is None:
        raise RequestFault(
            Status.SERVER_ERROR_OPERATION_NOT_SUPPORTED, "Documents are not fetched here. Send them with the request."
        )
    return service.fetcher


def _uri(request: Request) -> str:
    sent = request.operation.get("document-uri")
    if sent is None or len(sent.values) != 1 or sent.values[0].tag != Tag.URI or not isinstance(sent.first, str):
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say document-uri, one uri.")
    return sent.first
