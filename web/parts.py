"""What the pages are made of: the parts of the gateway that they show and move."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from devices.fleet import Fleet
from directory.people import People
from directory.tokens import Tokens
from events.hub import Hub
from jobs.catalogue import Catalogue
from jobs.previews import Previews
from jobs.work import Jobs
from mobility.profiles import Address
from mobility.upload import Upload
from release.desk import Desk
from release.forward import Forward
from storage.database import Database
from web.settings import Settings


class Protected(Protocol):
    """How this machine is protected from the documents it opens."""

    @property
    def level(self) -> str:
        """The measures that work here, in words for an administrator."""
        ...

    @property
    def lacking(self) -> tuple[str, ...]:
        """What would protect better and does not work here, by the keys of words.LACKING."""
        ...


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts, put together by the gateway."""

    database: Database
    node: str
    people: People
    tokens: Tokens
    catalogue: Catalogue
    jobs: Jobs
    desk: Desk
    forward: Forward
    fleet: Fleet
    hub: Hub
    settings: Settings
    authority_pem: bytes
    """The certificate of the authority that signs this server's, as PEM; empty when a public one does."""
    ready: Callable[[], Awaitable[list[str]]]
    """What keeps the gateway from working, in sentences; empty when nothing does."""
    metrics: Callable[[], bytes]
    """The figures in Prometheus' text format."""
    address: Callable[[str, str], Address]
    """Where a queue is reached, by its name and the host under which the client reached us."""
    upload: Upload | None
    """Takes files from browsers; None where there is no such way in."""
    version: str
    previews: Previews | None = None
    sandbox: Protected | None = None
    """Pictures of the pages of documents; None where there are none."""
    trial_uri: str = ""
    """The URI of the built-in trial printer that the first run offers; empty offers none."""
