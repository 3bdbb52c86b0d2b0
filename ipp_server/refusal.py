"""What is refused by HTTP alone, before anybody looks into a request: said shortly, and the connection ends with it.

Statuses are those of RFC 9110; none of the client's own words are repeated.
"""

from http import HTTPStatus
from typing import Final

from aiohttp import HttpVersion10, HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from ipp_server.authority import is_host

_SPOKEN: Final = (HttpVersion11, HttpVersion10)
_UNCODED: Final = ("", "identity")
_METHODS: Final = ("CONNECT", "TRACE")


class Refusal(web.StreamResponse):
    """An answer whose bytes are ready, in HTTP/1.1 whatever the client tried to speak; the connection ends with it."""

    def __init__(self, status: HTTPStatus, words: str, fields: str = "") -> None:
        """Refuse with these words; `fields` are further header lines, each with its end."""
        super().__init__(status=status)
        self.force_close()
        self._words = f"{words}\n".encode("ascii")
        self._head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nServer: Printgate\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(self._words)}\r\nConnection: close\r\n{fields}\r\n"
        ).encode("ascii")

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write it."""
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client is gone")
        transport.write(self._head if request.method == "HEAD" else self._head + self._words)
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to write."""


def of_parser(error: HttpProcessingError) -> Refusal:
    """Refuse what the parser could not read, or would not read to its end."""
    if isinstance(error, LineTooLong):
        # The parser has the request's target in a bytearray, and header fields in bytes.
        if isinstance(error.args[0], bytearray):
            return Refusal(HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long.")
        return Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "A header field is too long.")
    if error.message == "Too many headers received":
        return Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "There are too many header fields.")
    return Refusal(HTTPStatus.BAD_REQUEST, "This is no request that HTTP/1.1 allows (RFC 9112).")


def of_request(request: web.BaseRequest) -> Refusal | None:
    """Refuse a request that HTTP allows to be written and that is not served here; None for all others."""
    headers = request.headers
    if request.version not in _SPOKEN:
        return Refusal(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 is spoken here.")
    if not is_host(headers.get("Host", "")):
        return Refusal(HTTPStatus.BAD_REQUEST, "The Host field names no host.")
    if "Content-Encoding" in headers and headers["Content-Encoding"].lower() not in _UNCODED:
        # IPP has compression of its own; inflating heads and bodies unasked would only serve those who send bombs.
        words = "Send the body as it is; a document may be compressed by the attribute compression."
        return Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, words, "Accept-Encoding: identity\r\n")
    if "Transfer-Encoding" in headers and request.version == HttpVersion10:
        # Framing that HTTP/1.0 does not know is how requests are smuggled past a proxy (RFC 9112 section 6.1).
        return Refusal(HTTPStatus.BAD_REQUEST, "HTTP/1.0 knows no Transfer-Encoding.")
    if request.method in _METHODS:
        return Refusal(HTTPStatus.NOT_IMPLEMENTED, "That is not done here.")
    expected = headers.get("Expect", "100-continue")
    if request.version == HttpVersion11 and expected.lower() != "100-continue":
        return Refusal(HTTPStatus.EXPECTATION_FAILED, "Only 100-continue can be expected here.")
    return None
