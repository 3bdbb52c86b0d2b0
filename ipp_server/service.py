"""What the operations work with; put together by the gateway."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from events.subscriptions.engine import Engine
from ipp.codec import encode_group, encode_group_tag
from ipp.enums import GroupTag, Status
from ipp.message import Attribute
from ipp_server.body import Patience
from ipp_server.describe import Describer
from ipp_server.fetching import Fetcher
from ipp_server.identity import People, Proofs
from ipp_server.job_attributes import Scene
from ipp_server.request import Request
from ipp_server.system_parts import SystemParts
from jobs.catalogue import Catalogue
from jobs.intake import Intake
from jobs.job import Job
from jobs.work import Jobs, may_see
from release.desk import Desk
from release.steering import Steering


@dataclass(frozen=True, slots=True)
class Service:
    """What IPP reaches. `cancel_active` stops a job at its device, `suspend_active` takes it back from there."""

    catalogue: Catalogue
    jobs: Jobs
    intake: Intake
    desk: Desk
    steering: Steering
    people: People
    proofs: Proofs
    describer: Describer
    cancel_active: Callable[[str], Awaitable[None]]
    suspend_active: Callable[[str], Awaitable[None]]
    identify: Callable[[str], Awaitable[None]]
    subscriptions: Engine
    system: SystemParts | None = None
    fetcher: Fetcher | None = None
    """Fetches documents that are named in place of being sent; None where nobody allowed it."""
    patience: Patience = field(default_factory=Patience)
    started: float = field(default_factory=time.time)
    languages: tuple[str, ...] = ("en",)
    """In which notices are written for people."""
    event_wait: float = 25.0
    """How long a request may wait for events, in seconds: less than clients wait for an answer."""

    @property
    def operator_networks(self) -> tuple[str, ...]:
        """Networks whose people operate the whole gateway without a password."""
        return self.system.operator_networks if self.system else ()

    def scene(self, request: Request, job: Job | None = None) -> Scene:
        """Who looks at a job (or, without one, at jobs that are nobody's business but their owners')."""
        identity = request.identity
        person = identity.person
        private = job is not None and may_see(job, person.id if person else None, administrator=identity.administrator)
        return Scene(request.printer_uri(), self.started, private)


@dataclass(slots=True)
class Reply:
    """An answer: a status, and encoded groups after the operation attributes."""

    status: Status = Status.SUCCESSFUL_OK
    message: str = ""
    parts: list[bytes] = field(default_factory=list)
    unsupported: Sequence[Attribute] = ()
    operation: Sequence[Attribute] = ()
    """Operation attributes beside those that every answer has."""

    def add(self, tag: GroupTag, attributes: Sequence[Attribute]) -> "Reply":
        """Append a group."""
        self.parts.append(encode_group(tag, attributes))
        return self

    def add_encoded(self, tag: GroupTag, encoded: Sequence[bytes]) -> "Reply":
        """Append a group whose attributes are encoded already."""
        self.parts += [encode_group_tag(tag), *encoded]
        return self


def noting(request: Request, reply: Reply) -> Reply:
    """Name what was not done as asked; the rest was done all the same (RFC 8011 section 4.1.7)."""
    if request.unsupported:
        reply.unsupported = tuple(request.unsupported)
        reply.status = Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES
    return reply
