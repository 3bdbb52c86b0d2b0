"""One document of a job, as it stands in its row (PWG 5100.5)."""

from dataclasses import dataclass

from jobs.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Document:
    """A document. `ticket` is what its sender asked for this document alone; times are milliseconds of the epoch."""

    job_id: str
    number: int
    id: str
    name: str
    declared_format: str
    format: str
    size: int
    document_id: bytes | None
    """Its bytes in the spool; None once they are gone, or are the job's alone."""
    ticket: Ticket
    pages: int | None
    created_at: int
    canceled: bool

    @property
    def uuid(self) -> str:
        """document-uuid (PWG 5100.13)."""
        return f"urn:uuid:{self.id}"
