"""A file from a browser becomes a job, by the same door as every other."""

import unicodedata
from collections.abc import AsyncIterable
from pathlib import PurePosixPath, PureWindowsPath

from directory.store import Person
from jobs.catalogue import Catalogue
from jobs.intake import Intake, Submission
from jobs.job import Job
from jobs.queue import Queue
from jobs.ticket import Ticket

_LONGEST = 120  # characters of a file's name that are kept as the title


class Upload:
    """Takes files."""

    def __init__(self, intake: Intake, catalogue: Catalogue) -> None:
        self._intake, self._catalogue = intake, catalogue

    def queues(self) -> list[Queue]:
        """The queues to which a file may be sent: those that hold it for its owner, follow-me first."""
        holding = [queue for queue in self._catalogue.listed() if queue.holds and queue.accepting]
        return sorted(holding, key=lambda queue: (queue.kind.value, queue.name != "follow-me", queue.name))

    async def submit(
        self, person: Person, queue: Queue, file_name: str, chunks: AsyncIterable[bytes], ticket: Ticket, peer: str
    ) -> Job:
        """Take one file. What it is is seen from its content; its name is its title and nothing else.

        Raises what `Intake.submit` raises: JobError, StorageError.
        """
        submission = Submission(
            queue=queue,
            person=person,
            user_name=person.name,
            ticket=ticket,
            title=title_of(file_name),
            document_name=title_of(file_name),
            peer=peer,
        )
        return (await self._intake.submit(submission, chunks)).job


def title_of(file_name: str) -> str:
    """Return the name without its folders (browsers of both kinds send some) and without control characters."""
    bare = PurePosixPath(PureWindowsPath(file_name).name).name
    kept = "".join(c for c in bare if unicodedata.category(c)[0] != "C")
    return kept.strip()[:_LONGEST] or "Untitled"
