"""What the operations work with; put together by the gateway."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from ipp.codec import encode_group, encode_group_tag
from ipp.enums import GroupTag, Status
from ipp.message import Attribute
from ipp_server.body import Patience
from ipp_server.describe import Describer
from ipp_server.identity import People
from ipp_server.job_attributes import Scene
from ipp_server.request import Request
from jobs.catalogue import Catalogue
from jobs.intake import Intake
from jobs.job import Job
from jobs.work import Jobs, may_see
from release.desk import Desk


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of the gateway that IPP reaches. `cancel_active` stops a job at its device."""

    catalogue: Catalogue
    jobs: Jobs
    intake: Intake
    desk: Desk
    people: People
    describer: Describer
    cancel_active: Callable[[str], Awaitable[None]]
    identify: Callable[[str], Awaitable[None]]
    patience: Patience = field(default_factory=Patience)
    started: float = field(default_factory=time.time)

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
