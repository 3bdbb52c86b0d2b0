"""The operations that ask: Get-Printer-Attributes, Get-Jobs, Get-Job-Attributes, Identify-Printer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from ipp.codec import encode_group
from ipp.enums import GroupTag, JobState, Status
from ipp_server import job_attributes
from ipp_server.errors import RequestFault
from ipp_server.request import Request
from ipp_server.service import Reply, Service
from jobs.errors import NotPossible
from jobs.job import Job
from jobs.queue import FORMATS

_PAGE: Final = 200
_STREAM_FROM: Final = 200  # jobs from which an answer is streamed
_LONGEST: Final = 100_000
_ACTIONS: Final = frozenset({"display", "flash", "sound", "speak"})


async def get_printer_attributes(service: Service, request: Request) -> Reply:
    """Say what the queue is and offers."""
    wanted = request.operation.string("document-format")
    if wanted and wanted.split(";", 1)[0].strip().lower() not in FORMATS:
        raise RequestFault(
            Status.CLIENT_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED,
            f"{wanted[:80]} cannot be printed here.",
            [attribute for attribute in request.operation.attributes if attribute.name == "document-format"],
        )
    encoded = service.describer.answer(
        request.queue,
        request.authority,
        request.requested,
        service.jobs.waiting(request.queue.id),
        secure=request.secure,
    )
    return Reply().add_encoded(GroupTag.PRINTER, encoded)


async def get_job_attributes(service: Service, request: Request) -> Reply:
    """Say how a job is."""
    assert request.job is not None
    wanted = job_attributes.names(request.requested, ("all",))
    told = job_attributes.attributes(request.job, wanted, service.scene(request, request.job))
    return Reply().add(GroupTag.JOB, told)


async def get_jobs(service: Service, request: Request) -> "Listing":
    """List the queue's jobs: all of them, their titles and owners only to whom they concern."""
    operation = request.operation
    which = operation.string("which-jobs") or "not-completed"
    if which not in ("completed", "not-completed", "pending-held"):
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            f"which-jobs cannot be {which[:40]} here.",
            [attribute for attribute in operation.attributes if attribute.name == "which-jobs"],
        )
    limit = operation.integer("limit")
    if limit is not None and limit < 1:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "limit must be at least 1.")
    mine = operation.boolean("my-jobs") is True
    return Listing(service, request, which, limit or _LONGEST, mine=mine)


async def identify_printer(service: Service, request: Request) -> Reply:
    """Make the queue's device show itself (PWG 5100.13 section 4.1)."""
    asked = request.operation.strings("identify-actions")
    if any(action not in _ACTIONS for action in asked):
        request.unsupported += [a for a in request.operation.attributes if a.name == "identify-actions"]
    try:
        await service.identify(request.queue.id)
    except NotPossible:
        # A queue without a device of its own has nothing to show: the request itself was fine.
        return Reply(message="The queue has no printer of its own that could show itself.")
    return Reply()


class Listing:
    """An answer to Get-Jobs, made page by page so that ten thousand jobs hold nobody up."""

    def __init__(self, service: Service, request: Request, which: str, limit: int, *, mine: bool) -> None:
        self._service, self._request, self._which, self._limit, self._mine = service, request, which, limit, mine
        self._wanted = job_attributes.names(request.requested, ("job-id", "job-uri"))

    async def parts(self) -> AsyncIterator[bytes]:
        """The encoded job groups."""
        left, last = self._limit, None
        while left > 0:
            page = await self._page(last, min(left, _PAGE))
            for job in page:
                if self._hidden(job.person_id):
                    continue
                scene = self._service.scene(self._request, job)
                yield encode_group(GroupTag.JOB, job_attributes.attributes(job, self._wanted, scene))
                left -= 1
            if len(page) < _PAGE and len(page) < left:
                return
            if not page:
                return
            last = page[-1].job_id
            await asyncio.sleep(0)

    async def _page(self, last: int | None, size: int) -> list[Job]:
        completed = self._which == "completed"
        person = self._request.identity.person
        return await self._service.jobs.selected(
            queue_id=self._request.queue.id,
            person_id=(person.id if person else "") if self._mine else None,
            final=None if self._which == "pending-held" else completed,
            states=(JobState.PENDING_HELD,) if self._which == "pending-held" else None,
            # Completed jobs come newest first, the others in the order in which they print (RFC 8011 section 4.2.6).
            newest_first=completed,
            before=last if completed else None,
            after=None if completed else last,
            limit=size,
        )

    def _hidden(self, person_id: str | None) -> bool:
        """Jobs that nobody owns are shown to nobody but administrators."""
        return person_id is None and not self._request.identity.administrator
