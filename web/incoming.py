"""A form with files, read as it arrives: its fields, then one file after another, none of them whole in memory.

The body is multipart/form-data (RFC 7578). Browsers send the parts in the order of the form, so that what must be known
before a file is taken stands before it.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from web.errors import BadForm, ForeignForm, FormTooLarge
from web.forms import Form
from web.i18n import N_

_PATIENCE: Final = 30.0  # seconds for the fields to arrive
_IDLE: Final = 60.0  # seconds for the next bytes of a file
_GRACE: Final = 120.0  # seconds after which a body must have come at
_SLOWEST: Final = 1024  # bytes per second
_PIECE: Final = 256 * 1024
_MOST_FIELDS: Final = 30
_LONGEST_FIELD: Final = 4096

_BROKEN: Final = (ValueError, AssertionError, HttpProcessingError, web.RequestPayloadError, ConnectionError)
"""What aiohttp raises for a body that is no form with files, or that ends before it is complete."""


class File:
    """One file of a form. `chunks` gives what of it has not been read yet."""

    def __init__(self, name: str, part: BodyPartReader, incoming: "Incoming") -> None:
        self.name, self._part, self._incoming = name, part, incoming

    async def chunks(self) -> AsyncIterator[bytes]:
        """Read on to the file's end. Raises BadForm when the body ends before."""
        while not self._part.at_eof():
            chunk = await self._incoming.read(self._part)
            if chunk:
                yield chunk

    async def skip(self, most: int) -> bool:
        """Read on and throw away, so that the next file can be reached; False when more bytes than that follow."""
        skipped = 0
        async for chunk in self.chunks():
            skipped += len(chunk)
            if skipped > most:
                return False
        return True


class Incoming:
    """The body of one request. Read `fields` first, then `files`."""

    def __init__(self, request: web.Request) -> None:
        if request.content_type != "multipart/form-data":
            raise ForeignForm(N_("This was not sent by one of our pages."))
        self._request = request
        self._reader: MultipartReader | None = None
        self._first: BodyPartReader | None = None
        self._began = asyncio.get_running_loop().time()
        self._came = 0

    async def fields(self) -> Form:
        """Read the fields that stand before the first file. Raises FormTooLarge, ForeignForm."""
        pairs: list[tuple[str, str]] = []
        try:
            async with asyncio.timeout(_PATIENCE):
                self._reader = await self._request.multipart()
                while (part := await self._next()) is not None:
                    if part.filename is not None:
                        self._first = part
                        break
                    if len(pairs) >= _MOST_FIELDS:
                        raise FormTooLarge(N_("The form has too many fields."))
                    pairs.append((part.name or "", await self._text(part)))
        except TimeoutError:
            raise ForeignForm(N_("The form did not arrive.")) from None
        except _BROKEN:
            raise ForeignForm(N_("This was not sent by one of our pages.")) from None
        return Form(pairs)

    async def files(self) -> AsyncIterator[File]:
        """Give the files in their order; each must be read or skipped to its end before the next. Raises BadForm."""
        part, self._first = self._first, None
        while part is not None:
            if part.filename is not None:
                yield File(part.filename, part, self)
            elif not await File("", part, self).skip(_LONGEST_FIELD):  # fields come before files: this says nothing
                raise FormTooLarge(N_("The form is too large."))
            try:
                async with asyncio.timeout(_IDLE):
                    part = await self._next()
            except (TimeoutError, *_BROKEN):
                raise _cut() from None

    async def read(self, part: BodyPartReader) -> bytes:
        """Read on in a part. Raises BadForm when the body ends, stalls or crawls."""
        try:
            async with asyncio.timeout(_IDLE):
                chunk = await part.read_chunk(_PIECE)
        except (TimeoutError, *_BROKEN):
            raise _cut() from None
        self._came += len(chunk)
        took = asyncio.get_running_loop().time() - self._began
        if took > _GRACE and self._came < took * _SLOWEST:
            raise _cut()
        return chunk

    async def _next(self) -> BodyPartReader | None:
        assert self._reader is not None
        part = await self._reader.next()
        if isinstance(part, MultipartReader):
            raise HttpProcessingError(message="parts within parts: RFC 7578 section 4.3 wants none")
        return part

    async def _text(self, part: BodyPartReader) -> str:
        text = bytearray()
        while not part.at_eof():
            text += await part.read_chunk()
            if len(text) > _LONGEST_FIELD:
                raise FormTooLarge(N_("The form is too large."))
        return text.decode("utf-8", "replace")


def _cut() -> BadForm:
    return BadForm(N_("It did not arrive whole. Send it again."))
