"""The one door through which documents enter: admit, store encrypted, commit, and only then answer.

IPP, upload, mail and every later way in end at `Intake.submit`, so holding, counting and charging are written once.
"""

import hashlib
import secrets
from collections.abc import AsyncIterable, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Connection

from directory.store import Person
from events.hub import Hub
from ipp.enums import JobState
from jobs import holding, order, store
from jobs.arriving import Arriving
from jobs.document import Document
from jobs.errors import (
    AlreadyClosed,
    DocumentTooLarge,
    FormatNotSupported,
    NoDocument,
    NotAccepting,
    NotPossible,
    OutOfService,
    TooManyDocuments,
)
from jobs.job import Job
from jobs.lifecycle import Event
from jobs.queue import Queue
from jobs.ticket import Ticket
from jobs.work import Jobs, now
from pdl.formats import canonical
from pdl.mime import PJL
from storage import faults
from storage.database import Database, tell
from storage.errors import TooLargeDocument
from storage.node import new_id
from storage.sealed import Sealed
from storage.spool import Spool

INCOMING: Final = 300
"""multiple-operation-time-out: seconds that a created job waits for its document, and for the word that it was all."""
MOST_DOCUMENTS: Final = 100
"""Documents of one job."""
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
    person_id: str | None = None
    """Whose it is, where the person is not at hand."""

    @property
    def owner(self) -> str | None:
        """The opaque id of who owns the job."""
        return self.person.id if self.person else self.person_id


@dataclass(frozen=True, slots=True)
class Sent:
    """What Send-Document says of one document; `ticket` is what is asked for it alone (PWG 5100.5)."""

    declared_format: str = ""
    name: str = ""
    ticket: Ticket = field(default_factory=Ticket)


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

    async def admit(self, submission: Submission, *, only_asking: bool = False) -> None:
        """Refuse what can be refused before a byte of the document is read.

        Who is `only_asking` (Validate-Job) is told of a document, not of the moment (RFC 3998 section 3.1.1).
        """
        queue = submission.queue
        if queue.out_of_service:
            raise OutOfService(f"{queue.shown} is out of service. Ask an operator.")
        if not queue.accepting and not only_asking:
            raise NotAccepting(f"{queue.shown} takes no documents for now. Try again later.")
        check_declared(queue, submission.declared_format)
        if submission.size is not None and submission.size > queue.max_bytes:
            raise _too_large(queue)
        self._spool.check_room(submission.size)
        await self._policy(submission)

    async def submit(self, submission: Submission, chunks: AsyncIterable[bytes]) -> Accepted:
        """Take a job with its document (Print-Job); when this returns, the job survives any crash."""
        await self.admit(submission)
        found, sealed = await self._receive(submission.queue, submission.declared_format, chunks)
        faults.point("document-received")
        try:
            submission = replace(submission, queue=self._jobs.as_set(submission.queue))
            row, code = self._row(submission)
            row |= self._document(found, sealed) | {"documents": 1}
            job = _made(row, submission.ticket)
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

    async def repeat(self, job: Job, submission: Submission) -> Accepted:
        """Take a new job with the document of an ended one, which is kept (Reprocess-Job, Resubmit-Job)."""
        if job.document_id is None:
            raise NotPossible("Its document is not kept any more. Print it again.")
        await self.admit(submission)
        reader = await self._spool.open(job.document_id)
        try:
            return await self.submit(submission, reader.stream())
        finally:
            reader.close()

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

    async def add_document(self, job: Job, queue: Queue, sent: Sent, chunks: AsyncIterable[bytes]) -> Document:
        """Take a document of a created job (Send-Document); the job is not closed by this."""
        self._takes_document(job)
        check_declared(queue, sent.declared_format)
        with self._jobs.arriving(job.id):
            found, sealed = await self._receive(queue, sent.declared_format, chunks)

        def attach(connection: Connection) -> Document:
            current = store.get(connection, job.id)
            self._takes_document(current)
            self._spool.insert(connection, sealed)
            row = self._document_row(current, sent, found, sealed)
            store.add_document(connection, row)
            # The word that it was all may come later.
            values = {"documents": row["number"], "expires_at": now() + INCOMING * 1000}
            values["size"] = current.size + sealed.size
            store.note(connection, job.id, **values)
            return store.documents(connection, job.id)[-1]

        try:
            return await self._database.write(attach, documents=(sealed,))
        except BaseException:
            await self._spool.abandon(sealed)
            raise

    async def change_document(self, job: Job, document: Document, ticket: Ticket, name: str) -> None:
        """Change how one document of a waiting job is printed; it is counted again. Raises NotPossible."""
        await self._anew(job, document, ticket=ticket.to_json(), name=name[:255])

    async def cancel_document(self, job: Job, document: Document) -> None:
        """Give up one document of a waiting job; without another the job is cancelled. Raises NotPossible."""
        others = [found for found in await self._jobs.documents(job.id) if found.number != document.number]
        if not job.incoming and all(found.canceled for found in others):
            raise NotPossible("It is the job's only document. Cancel the job.")
        await self._anew(job, document, canceled=True)

    async def _anew(self, job: Job, document: Document, **columns: Any) -> None:
        """Change a document of a job that nobody has released yet; what was joined of it is made and counted anew."""

        def write(connection: Connection) -> None:
            current = store.get(connection, job.id)
            if not current.held or current.uncertain or document.canceled:
                raise NotPossible("It is too late to change this document.")
            parts = store.documents(connection, job.id)
            mine = next((part for part in parts if part.number == document.number), None)
            if mine is None:
                raise NotPossible("The job's only document cannot be changed. Change the job.")
            if mine.canceled:
                raise NotPossible("It is too late to change this document.")
            if columns.get("canceled"):  # what nobody wants any more is not kept until the job ends
                self._spool.shred(connection, mine.document_id or b"")
                columns["document_id"] = None
            store.note_document(connection, job.id, document.number, **columns)
            if current.incoming:
                return
            # Pictures show pages as they were; so does what was joined.
            for shown in store.take_previews(connection, job.id):
                self._spool.shred(connection, shown)
            if current.document_id not in [part.document_id for part in parts]:
                self._spool.shred(connection, current.document_id or b"")
            store.choose_document(connection, job.id)
            store.note(connection, job.id, counted_at=None, report=None, pages=None, impressions=None, sheets=None)

        await self._database.write(write)
        await self._spool.reclaim()
        self._hub.ring("uncounted")

    async def close(self, job: Job, queue: Queue) -> Job:
        """Let a created job that has its documents wait for its owner, or (direct) for its device."""

        def write(connection: Connection) -> Job:
            current = store.get(connection, job.id)
            if not current.incoming:
                raise AlreadyClosed("The job is complete already and takes no more documents.")
            reasons = ",".join(holding.reasons(queue, current.ticket))
            store.note(
                connection, job.id, incoming=False, reasons=reasons, **holding.times(queue, current.ticket, now())
            )
            store.choose_document(connection, job.id)
            if not holding.held(queue, current.ticket):
                return store.move(connection, job.id, Event.RELEASE, now())
            closed = store.get(connection, job.id)
            tell(connection, store.Moved(closed, closed.state))
            return closed

        documents = await self._database.read(lambda connection: store.documents(connection, job.id))
        if all(document.canceled for document in documents):
            return await self._jobs.abort(job.id, ("aborted-by-system",), "No document was sent.", check=_still_empty)
        queue = self._jobs.as_set(queue)
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
        if submission.owner is None:
            code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(8))
            claim = claim_hash(code)
        number, priority = self._jobs.next_number(), submission.ticket.job_priority
        held = holding.held(queue, submission.ticket)
        row = {
            "node": self._node,
            "id": new_id(),
            "job_id": number,
            "queue_id": queue.id,
            "person_id": submission.owner,
            "user_name": submission.user_name[:255],
            "title": (submission.title or submission.document_name or "Untitled")[:255],
            "state": int(JobState.PENDING_HELD if held else JobState.PENDING),
            "reasons": ",".join(holding.reasons(queue, submission.ticket)),
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
            "priority": priority,
            "rank": order.rank(priority, number),
            "documents": 0,
            "operator_message": "",
        }
        return row | holding.times(queue, submission.ticket, now()), code

    def _document_row(self, job: Job, sent: Sent, found: str, sealed: Sealed) -> dict[str, Any]:
        return {
            "node": self._node,
            "job_id": job.id,
            "number": job.documents + 1,
            "id": new_id(),
            "name": sent.name[:255],
            "declared_format": sent.declared_format[:255],
            "format": found,
            "size": sealed.size,
            "document_id": sealed.document_id,
            "ticket": sent.ticket.to_json(),
            "pages": None,
            "created_at": now(),
            "canceled": False,
        }

    def _document(self, found: str, sealed: Sealed) -> dict[str, Any]:
        return {"document_format": found, "size": sealed.size, "document_id": sealed.document_id}

    def _takes_document(self, job: Job) -> None:
        if not job.incoming or job.final:
            raise AlreadyClosed("The job takes no more documents.")
        if job.documents >= MOST_DOCUMENTS:
            raise TooManyDocuments(f"A job has at most {MOST_DOCUMENTS} documents. Print the others as another job.")


def check_declared(queue: Queue, declared: str) -> None:
    """Refuse, before a byte is read, what the client itself says that this queue does not take."""
    if declared and canonical(declared) not in {*queue.formats, PJL}:
        raise FormatNotSupported(f"{declared[:80]} cannot be printed here. Send it as PDF.")


def _still_empty(job: Job) -> None:
    if not job.incoming:
        raise AlreadyClosed("The job is complete already and takes no more documents.")


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
