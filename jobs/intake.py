"""The one door through which documents enter: admit, store encrypted, commit, and only then answer.

IPP, upload, mail and every later way in end at `Intake.submit`, so holding, counting and charging are written once.
"""

import hashlib
import secrets
from collections.abc import AsyncIterable, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from directory.store import Person
from events.hub import Hub
from ipp.enums import JobState
from jobs import store
from jobs.arriving import Arriving
from jobs.errors import (
    AlreadyClosed,
    DocumentTooLarge,
    FormatNotSupported,
    NoDocument,
    NotAccepting,
    TooManyDocuments,
)
from jobs.job import Job
from jobs.lifecycle import HELD_REASONS, Event
from jobs.queue import Queue
from jobs.ticket import Ticket
from jobs.work import Jobs, now
from pdl.formats import canonical
from pdl.mime import PJL
from storage import faults
from storage.database import Database
from storage.errors import TooLargeDocument
from storage.node import new_id
from storage.sealed import Sealed
from storage.spool import Spool

INCOMING: Final = 300
"""multiple-operation-time-out: seconds that a created job waits for its document, and for the word that it was all."""
_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that read alike
_INCOMING = ("job-incoming", "job-data-insufficient")


@dataclass(frozen=True, slots=True)
class Submission:
    """A wish to print: where, whose, how. `user_name` is what the owner is called in job-originating-user-name."""

    queue: Queue
    person: Person | None
    user_name: str
    ticket: Ticket = field(default_factory=Ticket)
    title: str = ""
    document_name: str = ""
    declared_format: str = ""
    peer: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A committed job, and the code by which its owner claims it if nobody is known to own it."""

    job: Job
    claim_code: str | None = None


Admit = Callable[[Submission], Awaitable[None]]


class Intake:
    """Takes jobs in."""

    def __init__(self, database: Database, spool: Spool, jobs: Jobs, hub: Hub, node: str, admit: Admit) -> None:
        self._database, self._spool, self._jobs, self._hub = database, spool, jobs, hub
        self._node, self._policy = node, admit

    async def admit(self, submission: Submission) -> None:
        """Refuse what can be refused before a byte of the document is read."""
        queue = submission.queue
        if not queue.accepting:
            raise NotAccepting(f"{queue.shown} takes no documents for now. Try again later.")
        _check_declared(queue, submission.declared_format)
        if submission.size is not None and submission.size > queue.max_bytes:
            raise _too_large(queue)
        self._spool.check_room(submission.size)
        await self._policy(submission)

    async def submit(self, submission: Submission, chunks: AsyncIterable[bytes]) -> Accepted:
        """Take a job with its document (Print-Job); when this returns, the job survives any crash."""
        await self.admit(submission)
        found, sealed = await self._receive(submission.queue, submission.declared_format, chunks)
        row, code = self._row(submission)
        row |= self._document(found, sealed)

        job = _made(row, submission.ticket)
        faults.point("document-received")
        try:
            await self._jobs.enter(
                lambda _: job,
                documents=(sealed,),
                rows=lambda: (*self._spool.rows(sealed), (store.INSERT_JOB, row)),
            )
        except BaseException:
            await self._spool.abandon(sealed)
            raise
        faults.point("accepted")
        return Accepted(job, code)

    async def create(self, submission: Submission) -> Accepted:
        """Take a job whose document follows (Create-Job)."""
        await self.admit(submission)
        row, code = self._row(submission)
        row |= {"state": int(JobState.PENDING_HELD), "reasons": ",".join(_INCOMING), "incoming": True}
        row["expires_at"], row["release_at"] = now() + INCOMING * 1000, None

        def insert(connection: Connection) -> Job:
            store.add_job(connection, row)
            return _made(row, submission.ticket)

        job = await self._jobs.enter(insert)
        faults.point("job-created")
        return Accepted(job, code)

    async def add_document(
        self, job: Job, queue: Queue, declared_format: str, document_name: str, chunks: AsyncIterable[bytes]
    ) -> Job:
        """Take the document of a created job (Send-Document); the job is not closed by this."""
        self._takes_document(job)
        _check_declared(queue, declared_format)
        with self._jobs.arriving(job.id):
            found, sealed = await self._receive(queue, declared_format, chunks)

        def attach(connection: Connection) -> Job:
            current = store.get(connection, job.id)
            self._takes_document(current)
            self._spool.insert(connection, sealed)
            values = self._document(found, sealed) | {"declared_format": declared_format}
            values["expires_at"] = now() + INCOMING * 1000  # the word that it was all may come later
            if document_name:
                values["document_name"] = document_name[:255]
            store.note(connection, job.id, **values)
            return store.get(connection, job.id)

        try:
            return await self._database.write(attach, documents=(sealed,))
        except BaseException:
            await self._spool.abandon(sealed)
            raise

    async def close(self, job: Job, queue: Queue) -> Job:
        """Let a created job that has its document wait for its owner, or (direct) for its device."""

        def write(connection: Connection) -> Job:
            current = store.get(connection, job.id)
            if not current.incoming:
                raise AlreadyClosed("The job is complete already and takes no more documents.")
            times = self._times(queue)
            store.note(connection, job.id, incoming=False, reasons=",".join(HELD_REASONS), **times)
            if not _held(queue, current.ticket):
                store.move(connection, job.id, Event.RELEASE, now())
            return store.get(connection, job.id)

        if job.document_id is None:
            return await self._jobs.abort(job.id, ("aborted-by-system",), "No document was sent.", check=_still_empty)
        closed = await self._database.write(write)
        self._hub.ring("uncounted")
        return closed

    async def _receive(self, queue: Queue, declared: str, chunks: AsyncIterable[bytes]) -> tuple[str, Sealed]:
        looking = Arriving(chunks, queue, declared)
        try:
            sealed = await self._spool.receive(looking, limit=queue.max_bytes)
        except TooLargeDocument:
            raise _too_large(queue) from None
        found = looking.format
        if found is None:  # shorter than a look
            await self._spool.abandon(sealed)
            raise NoDocument("The document is empty. Print it again.")
        return found, sealed

    def _row(self, submission: Submission) -> tuple[dict[str, Any], str | None]:
        queue = submission.queue
        code = None
        claim = None
        if submission.person is None:
            code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(8))
            claim = claim_hash(code)
        held = _held(queue, submission.ticket)
        row = {
            "node": self._node,
            "id": new_id(),
            "job_id": self._jobs.next_number(),
            "queue_id": queue.id,
            "person_id": submission.person.id if submission.person else None,
            "user_name": submission.user_name[:255],
            "title": (submission.title or submission.document_name or "Untitled")[:255],
            "state": int(JobState.PENDING_HELD if held else JobState.PENDING),
            "reasons": ",".join(HELD_REASONS if held else ("none",)),
            "message": "",
            "created_at": now(),
            "processing_at": None,
            "completed_at": None,
            "ticket": submission.ticket.to_json(),
            "document_name": submission.document_name[:255],
            "document_format": "",
            "declared_format": submission.declared_format[:255],
            "size": 0,
            "document_id": None,
            "incoming": False,
            "counted_at": None,
            "verdict": "",
            "pages": None,
            "impressions": None,
            "sheets": None,
            "color_impressions": None,
            "report": None,
            "device_id": None,
            "impressions_completed": None,
            "sheets_completed": None,
            "peer": submission.peer[:64],
            "claim": claim,
            "uncertain": False,
        }
        return row | self._times(queue), code

    def _times(self, queue: Queue) -> dict[str, int | None]:
        at = now()
        after = queue.release_after
        return {
            # A direct queue's job is held, too, when its printer turned it down: it must not wait for ever.
            "expires_at": at + queue.retention * 1000,
            "release_at": at + after * 1000 if queue.holds and after is not None else None,
        }

    def _document(self, found: str, sealed: Sealed) -> dict[str, Any]:
        return {"document_format": found, "size": sealed.size, "document_id": sealed.document_id}

    def _takes_document(self, job: Job) -> None:
        if not job.incoming or job.final:
            raise AlreadyClosed("The job takes no more documents.")
        if job.document_id is not None:
            raise TooManyDocuments("A job here has one document. Print each document as a job of its own.")


def _check_declared(queue: Queue, declared: str) -> None:
    """Refuse, before a byte is read, what the client itself says that this queue does not take."""
    if declared and canonical(declared) not in {*queue.formats, PJL}:
        raise FormatNotSupported(f"{declared[:80]} cannot be printed here. Send it as PDF.")


def _still_empty(job: Job) -> None:
    if job.document_id is not None or not job.incoming:
        raise AlreadyClosed("The job is complete already and takes no more documents.")


def _held(queue: Queue, ticket: Ticket) -> bool:
    """Whether a job waits for its owner: its queue holds all of them, or the owner asked for it."""
    return queue.holds or ticket.job_hold_until == "indefinite"


def claim_hash(code: str) -> str:
    """What is kept of a claim code: its SHA-256, spaces and case aside."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _made(row: dict[str, Any], ticket: Ticket) -> Job:
    values = {name: row[name] for name in Job.__dataclass_fields__}
    values |= {"ticket": ticket, "state": JobState(row["state"]), "reasons": tuple(row["reasons"].split(","))}
    return Job(**values)


def _too_large(queue: Queue) -> DocumentTooLarge:
    return DocumentTooLarge(f"{queue.shown} takes documents of up to {queue.max_bytes // (1 << 20)} MB.")
