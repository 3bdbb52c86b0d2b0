"""One request after the gate: what every operation needs, checked once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ipp.enums import GroupTag, Status
from ipp.message import Attribute, Group, Message
from ipp_server.body import Body
from ipp_server.errors import RequestFault
from ipp_server.identity import ANONYMOUS, Identity
from jobs.job import Job
from jobs.queue import Queue

COMPRESSIONS: Final = ("none", "deflate", "gzip")
_EMPTY: Final = Group(GroupTag.OPERATION)


@dataclass(slots=True)
class Request:
    """What was asked, of which queue or job, by whom, and where its document comes from."""

    message: Message
    queue: Queue
    authority: str
    """host:port as the client wrote it; our URIs carry it back."""
    secure: bool
    peer: str
    body: Body
    job: Job | None = None
    identity: Identity = field(default=ANONYMOUS)
    unsupported: list[Attribute] = field(default_factory=list)

    @property
    def operation(self) -> Group:
        """The operation attributes."""
        return self.message.group(GroupTag.OPERATION) or _EMPTY

    def sent(self, *names: str) -> list[Attribute]:
        """Those of the named operation attributes that were sent, as they were sent."""
        return [attribute for attribute in self.operation.attributes if attribute.name in names]

    @property
    def template(self) -> Sequence[Attribute]:
        """The Job Template attributes."""
        group = self.message.group(GroupTag.JOB)
        return group.attributes if group else ()

    @property
    def requested(self) -> tuple[str, ...]:
        """requested-attributes, bounded."""
        return self.operation.strings("requested-attributes")[:500]

    @property
    def scheme(self) -> str:
        """Ipp or ipps."""
        return "ipps" if self.secure else "ipp"

    @property
    def fidelity(self) -> bool:
        """Whether the client would rather have nothing printed than something else."""
        return self.operation.boolean("ipp-attribute-fidelity") is True

    def text(self, name: str, most: int = 255) -> str:
        """A name or text of the operation attributes; too long is refused (RFC 8011 section 4.1.4)."""
        value = self.operation.string(name) or ""
        if len(value.encode("utf-8", "surrogateescape")) > most:
            raise RequestFault(Status.CLIENT_ERROR_REQUEST_VALUE_TOO_LONG, f"{name} is longer than {most} octets.")
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

    def compression(self) -> str:
        """How the document is compressed, or refuse it."""
        value = self.operation.string("compression") or "none"
        if value not in COMPRESSIONS:
            raise RequestFault(
                Status.CLIENT_ERROR_COMPRESSION_NOT_SUPPORTED,
                f"Documents compressed by {value[:40]} cannot be read here. Send them uncompressed.",
                self.sent("compression"),
            )
        return value

    def printer_uri(self) -> str:
        """The URI by which the client knows the queue."""
        return f"{self.scheme}://{self.authority}/ipp/print/{self.queue.name}"

    def job_uri(self, job: Job) -> str:
        """The URI by which the client will know a job."""
        return f"{self.printer_uri()}/{job.job_id}"
