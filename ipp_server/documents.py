"""The documents of a job (PWG 5100.5): told of, changed, given up, and asked about before they are sent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ipp import build
from ipp.enums import DocumentState, GroupTag, JobState, Status
from ipp.message import Attribute
from ipp.syntax import MAX
from ipp_server import job_attributes
from ipp_server.controlling import cancel
from ipp_server.describe import up_time
from ipp_server.errors import RequestFault
from ipp_server.job_attributes import Scene
from ipp_server.printing import document_ticket, own
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from jobs.document import Document
from jobs.intake import check_declared
from jobs.job import Job
from jobs.ticket import Ticket
from jobs.work import may_see

STATES: Final = {
    JobState.PENDING: DocumentState.PENDING,
    JobState.PENDING_HELD: DocumentState.PENDING,
    JobState.PROCESSING: DocumentState.PROCESSING,
    JobState.PROCESSING_STOPPED: DocumentState.PROCESSING_STOPPED,
    JobState.CANCELED: DocumentState.CANCELED,
    JobState.ABORTED: DocumentState.ABORTED,
    JobState.COMPLETED: DocumentState.COMPLETED,
}
"""document-state of a document by the state of its job: the documents of one job are printed together."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A document as somebody looks at it, and whether it is its job's last."""

    document: Document
    job: Job
    scene: Scene
    last: bool

    @property
    def alone(self) -> Job | None:
        """Its job, if it is the only document: the job's figures are its own then."""
        return self.job if self.job.documents == 1 else None

    @property
    def state(self) -> DocumentState:
        """document-state."""
        return DocumentState.CANCELED if self.document.canceled else STATES[self.job.state]

    @property
    def reasons(self) -> tuple[str, ...]:
        """document-state-reasons."""
        return _REASONS.get(self.state, ("none",))

    @property
    def k_octets(self) -> int:
        """Its size in units of 1024 octets, rounded up."""
        return min((self.document.size + 1023) // 1024, MAX)


_REASONS: Final = {
    DocumentState.PROCESSING: ("printing",),
    DocumentState.CANCELED: ("canceled-by-user",),
    DocumentState.ABORTED: ("aborted-by-system",),
    DocumentState.COMPLETED: ("completed-successfully",),
}

Row = Callable[[Seen], Attribute | None]


def _of_job(name: str, of: str = "") -> Row:
    """A time that the document has of its job, where it may have another name."""

    def told(seen: Seen) -> Attribute | None:
        found = job_attributes.DESCRIPTION[of or name](seen.job, seen.scene)
        return found and Attribute(name, found.values)

    return told


def _figure(name: str, value: int | None) -> Attribute:
    return build.no_value(name) if value is None else build.integer(name, min(value, MAX))


def _format_supplied(seen: Seen) -> Attribute | None:
    declared = seen.document.declared_format
    return build.mime("document-format-supplied", declared) if declared else None


ROWS: Final[dict[str, Row]] = (
    {
        "document-number": lambda seen: build.integer("document-number", seen.document.number),
        "document-uuid": lambda seen: build.uri("document-uuid", seen.document.uuid),
        "document-job-id": lambda seen: build.integer("document-job-id", seen.job.job_id),
        "document-job-uri": lambda seen: build.uri("document-job-uri", f"{seen.scene.printer_uri}/{seen.job.job_id}"),
        "document-printer-uri": lambda seen: build.uri("document-printer-uri", seen.scene.printer_uri),
        "document-name": lambda seen: build.name("document-name", seen.document.name),
        "document-format": lambda seen: build.mime("document-format", seen.document.format),
        "document-format-supplied": _format_supplied,
        "document-state": lambda seen: build.enum("document-state", seen.state),
        "document-state-reasons": lambda seen: build.keyword("document-state-reasons", *seen.reasons),
        "document-state-message": lambda seen: build.text("document-state-message", seen.job.message),
        "compression": lambda _: build.keyword("compression", "none"),  # as it is kept
        "k-octets": lambda seen: build.integer("k-octets", seen.k_octets),
        "k-octets-processed": lambda seen: build.integer(
            "k-octets-processed", seen.k_octets if seen.state is DocumentState.COMPLETED else 0
        ),
        "pages": lambda seen: _figure("pages", seen.document.pages),
        "impressions": lambda seen: _figure("impressions", seen.alone.impressions if seen.alone else None),
        "impressions-completed": lambda seen: build.integer(
            "impressions-completed", (seen.alone.impressions_completed or 0) if seen.alone else 0
        ),
        "media-sheets": lambda seen: _figure("media-sheets", seen.alone.sheets if seen.alone else None),
        "media-sheets-completed": lambda seen: build.integer(
            "media-sheets-completed", (seen.alone.sheets_completed or 0) if seen.alone else 0
        ),
        "last-document": lambda seen: build.boolean("last-document", seen.last),
        "printer-up-time": lambda seen: build.integer("printer-up-time", up_time(seen.scene.started)),
        "attributes-charset": lambda _: build.charset("attributes-charset", "utf-8"),
        "attributes-natural-language": lambda _: build.language("attributes-natural-language", "en"),
    }
    | {
        name: _of_job(name)
        for name in (
            "time-at-creation",
            "time-at-processing",
            "time-at-completed",
            "date-time-at-creation",
            "date-time-at-processing",
            "date-time-at-completed",
        )
    }
    | {
        # Two names for one moment: IANA has the one, the older printers and PWG's suites the other.
        "time-at-created": _of_job("time-at-created", "time-at-creation"),
        "date-time-at-created": _of_job("date-time-at-created", "date-time-at-creation"),
    }
)
"""Document Description and Status attributes (PWG 5100.5 section 9)."""

PRIVATE: Final = frozenset({"document-name", "document-state-message"})
"""What is nobody's business but the owner's and administrators'."""

BRIEF: Final = ("document-number", "document-uuid", "document-state", "document-state-reasons", "last-document")
"""What Get-Documents tells unless more is asked for."""

SETTABLE: Final = ("document-name",)
"""What Set-Document-Attributes may change beside the Document Template attributes."""


async def get_documents(service: Service, request: Request) -> Reply:
    """List a job's documents."""
    job = _job(request)
    limit = request.operation.integer("limit")
    if limit is not None and limit < 1:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "limit must be at least 1.")
    reply = Reply()
    documents = await _documents(service, job)
    for document in documents[: limit or len(documents)]:
        reply.add(GroupTag.DOCUMENT, _told(service, request, document, documents, request.requested or BRIEF))
    return reply


async def get_document_attributes(service: Service, request: Request) -> Reply:
    """Say how a document is."""
    documents = await _documents(service, _job(request))
    document = _numbered(request, documents)
    return Reply().add(GroupTag.DOCUMENT, _told(service, request, document, documents, request.requested or ("all",)))


async def set_document_attributes(service: Service, request: Request) -> Reply:
    """Change a document that waits: its name, and how it alone is to be printed (PWG 5100.5 section 4.3.2)."""
    job = own(request)
    document = _numbered(request, await _documents(service, job))
    group = request.message.group(GroupTag.DOCUMENT)
    if group is None or not group.attributes:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say which attributes to change, and how.")
    fixed = [attribute for attribute in group.attributes if attribute.name in ROWS and attribute.name not in SETTABLE]
    if fixed:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_NOT_SETTABLE, "Not all of these attributes can be changed.", fixed
        )
    ticket = document_ticket(request, document.ticket, besides=SETTABLE)
    if request.unsupported:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            "The queue does not offer everything that was asked for. Nothing was changed.",
            request.unsupported,
        )
    name = group.string("document-name")
    await service.intake.change_document(job, document, ticket, document.name if name is None else name)
    return Reply()


async def cancel_document(service: Service, request: Request) -> Reply:
    """Give a document up; what is left of the job is printed, the job with its last document cancelled.

    PWG 5100.5 section 4.3.1.
    """
    job = own(request)
    documents = await _documents(service, job)
    document = _numbered(request, documents)
    others = [found for found in documents if found.number != document.number and not found.canceled]
    if others or job.incoming or document.canceled:
        await service.intake.cancel_document(job, document)
    else:
        await cancel(service, request, job)
    return Reply()


async def validate_document(_: Service, request: Request) -> Reply:
    """Say whether a document with these attributes would be taken (PWG 5100.13 section 4.2)."""
    declared = request.declared_format()
    request.compression()
    check_declared(request.queue, declared)
    document_ticket(request)
    return noting(request, Reply())


def _job(request: Request) -> Job:
    assert request.job is not None
    return request.job


async def _documents(service: Service, job: Job) -> list[Document]:
    found = await service.jobs.documents(job.id)
    if found or job.size == 0:
        return found
    # Print-Job brings one document, of which the job itself tells everything.
    return [
        Document(
            job_id=job.id,
            number=1,
            id=job.id,
            name=job.document_name,
            declared_format=job.declared_format,
            format=job.document_format,
            size=job.size,
            document_id=job.document_id,
            ticket=Ticket(),
            pages=job.pages,
            created_at=job.created_at,
            canceled=False,
        )
    ]


def _numbered(request: Request, documents: list[Document]) -> Document:
    number = request.operation.integer("document-number")
    if number is None:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say document-number.")
    for document in documents:
        if document.number == number:
            return document
    raise RequestFault(Status.CLIENT_ERROR_NOT_FOUND, f"The job has no document {number}.")


def _told(
    service: Service, request: Request, document: Document, documents: list[Document], requested: tuple[str, ...]
) -> list[Attribute]:
    job, person = _job(request), request.identity.person
    private = may_see(job, person.id if person else None, administrator=request.identity.administrator)
    seen = Seen(
        document, job, Scene(request.printer_uri(), service.started, private), _is_last(job, document, documents)
    )
    return [attribute for attribute in _asked(seen, requested) if attribute.name not in PRIVATE or private]


def _is_last(job: Job, document: Document, documents: list[Document]) -> bool:
    return not job.incoming and document is documents[-1]


def _asked(seen: Seen, requested: tuple[str, ...]) -> Iterator[Attribute]:
    """The attributes that requested-attributes names, one by one or as groups."""
    groups = set(requested)
    for name, row in ROWS.items():
        if name in groups or groups & {"all", "document-description", "document-status"}:
            attribute = row(seen)
            if attribute is not None:
                yield attribute
    for attribute in job_attributes.template(seen.document.ticket):
        if attribute.name in groups or groups & {"all", "document-template"}:
            yield attribute
