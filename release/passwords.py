"""The password that a job was sent with (job-password, PWG 5100.11): asked of its owner before it is printed."""

import asyncio
from typing import Final

from directory.passwords import Throttle
from jobs import job_password
from jobs.job import Job
from release.errors import NeedsPassword

OWNER_AUTHORIZED: Final = "owner-authorized"
"""A job-release-action: that its owner is known is enough."""
_TRIES: Final = 10  # passwords that may be tried for one job within five minutes


def wanted(job: Job) -> bool:
    """Whether the owner of a job must give its password."""
    return job.ticket.job_password is not None and job.ticket.job_release_action != OWNER_AUTHORIZED


class Passwords:
    """Compares them, and counts the wrong ones: a PIN of four digits is soon guessed."""

    def __init__(self) -> None:
        self._tried = Throttle(_TRIES)

    async def check(self, job: Job, typed: str) -> None:
        """Raise NeedsPassword unless the job has no password, or `typed` is it."""
        if not wanted(job):
            return
        if self._tried.left(job.id) <= 0:
            raise NeedsPassword("Too many passwords were tried. Wait 5 minutes and try again.")
        if not typed:
            raise NeedsPassword("The document was sent with a password. Type it to print.")
        if not await asyncio.to_thread(job_password.matches, job.ticket.job_password or "", typed):
            self._tried.failed(job.id)
            raise NeedsPassword("That is not the password that the document was sent with.")
