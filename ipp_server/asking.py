"""The operations that ask: Get-Printer-Attributes, Get-Jobs, Get-Job-Attributes, Identify-Printer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ipp.enums import GroupTag, JobState, Status
from ipp_server import job_attributes, job_pages
from ipp_server.errors import RequestFault
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from jobs.errors import NotPossible
from jobs.page import Page
from jobs.work import owned
from pdl.formats import canonical

_PAGE: Final = 500  # rows read at once
_ENCODED: Final = 100  # jobs encoded before others have their turn
_LONGEST: Final = 100_000
_MOST_IDS: Final = 1000  # job-ids looked up for one request
ACTIONS: Final = ("display",)
"""identify-actions that a queue passes on to its device."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which jobs a value of which-jobs means, and whether the newest comes first."""

    final: bool | None = None
    states: tuple[JobState, ...] | None = None
    newest_first: bool = False
    says: str | None = None
    """A field of the ticket that they name."""
    kept: bool | None = None


WHICH: Final[dict[str, Which]] = {
    "completed": Which(final=True, newest_first=True),
    # In the order in which they print (RFC 8011 section 4.2.6.1).
    "not-completed": Which(final=False),
    "aborted": Which(states=(JobState.ABORTED,), newest_first=True),
    "all": Which(newest_first=True),
    "canceled": Which(states=(JobState.CANCELED,), newest_first=True),
    "pending": Which(states=(JobState.PENDING,)),
    "pending-held": Which(states=(JobState.PENDING_HELD,)),
    "processing": Which(states=(JobState.PROCESSING,)),
    "processing-stopped": Which(states=(JobState.PROCESSING_STOPPED,)),
    "proof-print": Which(final=False, says="proof_copies"),
    "saved": Which(says="job_storage_disposition", kept=True, newest_first=True),
}
"""Values of which-jobs (PWG 5100.11); the table is also what a queue advertises."""


async def get_printer_attributes(service: Service, request: Request) -> Reply:
    """Say what the queue is and offers."""
    wanted = request.operation.string("document-format")
    if wanted and canonical(wanted) not in request.queue.formats:
        raise RequestFault(
            Status.CLIENT_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED,
            f"{wanted[:80]} cannot be printed here.",
            request.sent("document-format"),
        )
    encoded = service.describer.answer(
        request.queue,
        request.authority,
        request.requested,
        service.jobs.waiting(request.queue.id),
        secure=request.secure,
        path=request.address.path(request.queue.name),
        token_id=request.identity.token_id,
        language=request.language,
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
    if which not in WHICH:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            f"which-jobs cannot be {which[:40]} here.",
            request.sent("which-jobs"),
        )
    limit, first = operation.integer("limit"), operation.integer("first-index")
    if any(value is not None and value < 1 for value in (limit, first)):
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "first-index and limit must be at least 1.")
    numbers = operation.integers("job-ids")
    if numbers and request.sent("which-jobs", "limit", "my-jobs"):
        raise RequestFault(
            Status.CLIENT_ERROR_CONFLICTING_ATTRIBUTES, "job-ids says already which jobs: leave the other filters out."
        )
    mine = operation.boolean("my-jobs") is True
    listing = Listing(service, request, WHICH[which], limit or _LONGEST, numbers[:_MOST_IDS], mine=mine)
    listing.skipped = (first or 1) - 1
    return listing


async def identify_printer(service: Service, request: Request) -> Reply:
    """Make the queue's device show itself (PWG 5100.13 section 4.1)."""
    asked = request.operation.strings("identify-actions")
    if any(action not in ACTIONS for action in asked):
        request.unsupported += request.sent("identify-actions")
    try:
        await service.identify(request.queue.id)
    except NotPossible:
        # A queue without a device of its own has nothing to show: the request itself was fine.
        return noting(request, Reply(message="The queue has no printer of its own that could show itself."))
    return noting(request, Reply())


class Listing:
    """An answer to Get-Jobs, made page by page so that ten thousand jobs hold nobody up."""

    status: Final = Status.SUCCESSFUL_OK

    def __init__(
        self, service: Service, request: Request, which: Which, limit: int, numbers: Sequence[int], *, mine: bool
    ) -> None:
        self._service, self._request, self._which, self._limit = service, request, which, limit
        self.left = limit
        """How many more jobs may be told of."""
        self.skipped = 0
        """How many jobs come before the first that is told of (first-index, PWG 5100.13)."""
        self._numbers, self._mine = tuple(dict.fromkeys(numbers)), mine
        self._plan = job_pages.plan(job_attributes.names(request.requested, job_attributes.BRIEF))
        self._scene = service.scene(request)

    async def parts(self) -> AsyncIterator[bytes]:
        """The encoded job groups, of some jobs at a time."""
        async for rows in self._named() if self._numbers else self._rows():
            seen = [row for row in rows if not self._hidden(row.person_id)]
            shown = seen[self.skipped : self.skipped + self.left]
            self.skipped = max(0, self.skipped - len(seen))
            for first in range(0, len(shown), _ENCODED):
                some = Page(self._plan.columns, shown[first : first + _ENCODED])
                yield b"".join(self._plan.encode(some, self._scene, self._sees))
                await asyncio.sleep(0)
            self.left -= len(shown)
            if self.left <= 0:
                return

    async def _rows(self) -> AsyncIterator[Sequence[Any]]:
        which, last = self._which, None
        size = min(self._limit + self.skipped, _PAGE)
        person = self._request.identity.person
        while True:
            rows = await self._service.jobs.rows(
                self._plan.columns,
                queue_id=self._request.queue.id,
                person_id=(person.id if person else "") if self._mine else None,
                final=which.final,
                states=which.states,
                says=which.says,
                kept=which.kept,
                newest_first=which.newest_first,
                before=last if which.newest_first else None,
                after=None if which.newest_first else last,
                limit=size,
            )
            yield rows
            if len(rows) < size:
                return
            last = rows[-1].job_id

    async def _named(self) -> AsyncIterator[Sequence[Any]]:
        """The rows of jobs that were named by number, in that order."""
        found = await self._service.jobs.rows(
            self._plan.columns, queue_id=self._request.queue.id, numbers=self._numbers, limit=len(self._numbers)
        )
        place = {number: at for at, number in enumerate(self._numbers)}
        yield sorted(found, key=lambda row: place[row.job_id])

    def _sees(self, owner: str | None) -> bool:
        identity = self._request.identity
        return owned(owner, identity.person.id if identity.person else None, administrator=identity.administrator)

    def _hidden(self, person_id: str | None) -> bool:
        """Jobs that nobody owns are shown to nobody but administrators."""
        return person_id is None and not self._request.identity.administrator
