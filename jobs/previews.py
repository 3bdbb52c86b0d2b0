"""Pictures of the pages of held documents: kept in the spool like documents, and shredded with the job they show."""

import asyncio
import contextlib
import json
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Final
from weakref import WeakValueDictionary

import structlog
from sqlalchemy import Connection

from jobs import store
from jobs.job import Job
from pdl.errors import PdlError, SandboxFailed
from pdl.preview import preview
from pdl.report import Report, Segment
from pdl.sandbox import Sandbox
from pdl.source import SliceSource
from pdl.to_pdf import convertible, renderable_part
from storage.database import Database
from storage.documents import SpoolReader
from storage.errors import StorageError
from storage.sealed import Sealed
from storage.spool import Spool

log = structlog.get_logger(__name__)

WIDTHS: Final = (160, 320, 640, 1280)
"""Pixels; who asks for another width gets the next larger."""

_MOST_KEPT: Final = 60  # pictures of one job; more are made, and forgotten
_LARGEST: Final = 16 << 20  # bytes of one picture
_MOST_HOPELESS: Final = 1000
_PATIENCE: Final = 25.0  # seconds that somebody waits for a picture


class _MovedOnError(Exception):
    """The document went, or somebody else was quicker: the picture is not kept."""


class Previews:
    """Makes and keeps the pictures."""

    def __init__(self, database: Database, spool: Spool, sandbox: Sandbox, node: str) -> None:
        self._database, self._spool, self._sandbox, self._node = database, spool, sandbox, node
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._hopeless: OrderedDict[tuple[str, int], None] = OrderedDict()

    async def png(self, job: Job, page: int, width: int, whose: str) -> bytes | None:
        """Return a picture of the job's page (from 1), as PNG; None where there is none to be had, or not in time.

        `whose` is the person who looks: one picture is made at a time for each.
        """
        if job.document_id is None or job.counted_at is None or not 1 <= page <= (job.pages or 1):
            return None
        wide = next((one for one in WIDTHS if one >= width), WIDTHS[-1])
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._kept(job, page, wide) or await self._made(job, page, wide, whose)
        except (TimeoutError, StorageError):
            return None

    async def _kept(self, job: Job, page: int, width: int) -> bytes | None:
        found = await self._database.read(lambda connection: store.find_preview(connection, job.id, page, width))
        if found is None:
            return None
        with await self._spool.open(found) as reader:
            return await asyncio.to_thread(reader.pread, 0, reader.size)

    async def _made(self, job: Job, page: int, width: int, whose: str) -> bytes | None:
        lock = self._locks.setdefault(whose, asyncio.Lock())
        async with lock:
            # Two windows of one person ask for the same.
            if kept := await self._kept(job, page, width):
                return kept
            if (job.id, page) in self._hopeless:
                return None
            try:
                data = await self._drawn(job, page, width, whose)
            except SandboxFailed as error:
                log.warning("no preview", job=job.job_id, error=str(error))
                return None
            except PdlError:
                self._remember(job, page)
                return None
            await self._keep(job, page, width, data)
            return data

    async def _drawn(self, job: Job, page: int, width: int, whose: str) -> bytes:
        assert job.document_id is not None
        part, sandbox = _inner(job), self._sandbox.of(whose)
        with await self._spool.open(job.document_id) as reader:
            source: SpoolReader | SliceSource = SliceSource(reader, part.start, part.end) if part else reader
            mime = part.format if part else job.document_format
            return await preview(source, mime, page, width, sandbox, scratch=self._spool.scratch)

    async def _keep(self, job: Job, page: int, width: int, data: bytes) -> None:
        """Keep the picture as a document of the spool, if its job still has its own; as well as can be."""
        sealed: Sealed | None = None
        try:
            sealed = await self._spool.receive(_once(data), limit=_LARGEST)
            await self._database.write(lambda connection: self._insert(connection, job, page, width, sealed),
                                       documents=[sealed])  # fmt: skip
        except BaseException as fault:
            if sealed is not None:
                await self._spool.abandon(sealed)
            # It was seen all the same; the next look makes it again.
            if not isinstance(fault, _MovedOnError | StorageError):
                raise

    def _insert(self, connection: Connection, job: Job, page: int, width: int, sealed: Sealed | None) -> None:
        current = store.find(connection, uuid=job.id)
        # Shredding a document takes its pictures along: none may come after that.
        gone = current is None or current.document_id != job.document_id
        full = store.count_previews(connection, job.id) >= _MOST_KEPT
        if gone or full or sealed is None or store.find_preview(connection, job.id, page, width) is not None:
            raise _MovedOnError
        self._spool.insert(connection, sealed)
        row = {"node": self._node, "job_id": job.id, "page": page, "width": width}
        store.add_preview(connection, row | {"document_id": sealed.document_id})

    def _remember(self, job: Job, page: int) -> None:
        """What could not be drawn once is not tried at each look."""
        self._hopeless[job.id, page] = None
        while len(self._hopeless) > _MOST_HOPELESS:
            self._hopeless.popitem(last=False)


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _inner(job: Job) -> Segment | None:
    """Find the one document that a job stream wraps and that can be shown."""
    if job.document_format in convertible() or job.report is None:
        return None
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return renderable_part(Report.from_json(json.loads(job.report)))
    return None
