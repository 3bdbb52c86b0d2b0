"""One request after the gate: what every operation needs, checked once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ipp.enums import GroupTag, Status
from ipp.message import Attribute, Group, Message
from ipp_server.address import Address
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
    address: Address
    of_queue: Queue | None
    """The queue it is about; None for the System's own operations."""
    authority: str
    """host:port as the client wrote it; our URIs carry it back."""
    secure: bool
    peer: str
    body: Body
    uri: str = ""
    """The printer-uri, system-uri or job-uri that says what it is about."""
    job: Job | None = None
    identity: Identity = field(default=ANONYMOUS)
    unsupported: list[Attribute] = field(default_factory=list)

    @property
    def queue(self) -> Queue:
        """The queue that it is about."""
        assert self.of_queue is not None
        return self.of_queue

    @property
    def of_house(self) -> bool:
        """Whether it names no queue."""
        return not self.address.queue and self.operation.integer("printer-id") is None

    @property
    def operation(self) -> Group:
        """The operation attributes."""
        return self.message.group(GroupTag.OPERATION) or _EMPTY

    @property
    def actor(self) -> str:
        """The opaque id of who asks, for the audit log; "" for nobody."""
        person = self.identity.person
        return person.id if person else ""

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
    def language(self) -> str:
        """What the client reads: attributes-natural-language."""
        return self.operation.string("attributes-natural-language") or ""

    @property
    def scheme(self) -> str:
        """Ipp or ipps, as the client wrote it: a job is told by the URI it was asked for with (RFC 8011 section 5.3.3).

        Where the two differ from the connection it came to us by an upgrade, or by way of what speaks TLS for us.
        """
        written = self.uri[:5].lower().partition(":")[0]
        return written if written in ("ipp", "ipps") else "ipps" if self.secure else "ipp"

    @property
    def fidelity(self) -> bool:
        """Whether the client would rather have nothing printed than something else."""
        return self.operation.boolean("ipp-attribute-fidelity") is True

    def text(self, name: str, most: int = 255, of: GroupTag = GroupTag.OPERATION) -> str:
        """A name or text of the operation attributes or another group; too long is refused (RFC 8011 section 4.1.4)."""
        group = self.message.group(of)
        value = (group.string(name) if group else None) or ""
        if len(value.encode("utf-8", "surrogateescape")) > most:
            raise RequestFault(Status.CLIENT_ERROR_REQUEST_VALUE_TOO_LONG, f"{name} is longer than {most} octets.")
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

    def declared_format(self) -> str:
        """document-format without its parameters; "" if the client does not say."""
        return (self.operation.string("document-format") or "").split(";", 1)[0].strip().lower()

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
        return f"{self.scheme}://{self.authority}{self.address.path(self.queue.name)}"

    def job_uri(self, job: Job) -> str:
        """The URI by which the client will know a job."""
        return f"{self.printer_uri()}/{job.job_id}"
