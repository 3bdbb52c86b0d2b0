"""One print job, as it stands in its row."""

from dataclasses import dataclass

from ipp.enums import JobState
from jobs.lifecycle import FINAL, SUSPENDED
from jobs.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Job:
    """A job. Times are milliseconds of the epoch; None where it has not happened or is not known."""

    id: str
    job_id: int
    queue_id: str
    person_id: str | None
    user_name: str
    title: str
    state: JobState
    reasons: tuple[str, ...]
    message: str
    created_at: int
    processing_at: int | None
    completed_at: int | None
    expires_at: int | None
    release_at: int | None
    ticket: Ticket
    document_name: str
    document_format: str
    declared_format: str
    size: int
    document_id: bytes | None
    incoming: bool
    counted_at: int | None
    verdict: str
    pages: int | None
    impressions: int | None
    sheets: int | None
    color_impressions: int | None
    report: str | None
    device_id: str | None
    impressions_completed: int | None
    sheets_completed: int | None
    peer: str
    claim: str | None
    uncertain: bool
    priority: int
    rank: int
    """Its place in the order of printing: the least goes first."""
    documents: int
    """How many documents it has; 0 while none has come."""
    operator_message: str
    """job-message-from-operator."""

    @property
    def final(self) -> bool:
        """Whether the job has ended."""
        return self.state in FINAL

    @property
    def held(self) -> bool:
        """Whether the job waits for its owner."""
        return self.state is JobState.PENDING_HELD

    @property
    def suspended(self) -> bool:
        """Whether it was taken from its device and waits for Resume-Job (RFC 3998 section 4.3.1)."""
        return self.state is JobState.PROCESSING_STOPPED and SUSPENDED in self.reasons

    @property
    def uuid(self) -> str:
        """job-uuid (PWG 5100.13)."""
        return f"urn:uuid:{self.id}"
