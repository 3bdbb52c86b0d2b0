"""A subscription: who wants to hear of what, for how long (RFC 3995 section 5). No I/O."""

from dataclasses import dataclass
from typing import Final

LEASE: Final = 86_400
"""notify-lease-duration-default, in seconds."""
LONGEST_LEASE: Final = 30 * 86_400
"""The longest lease; who asks for one without an end gets this (RFC 3995 section 5.3.8)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asked for in one group of subscription attributes, checked."""

    events: tuple[str, ...]
    attributes: tuple[str, ...] = ()
    """notify-attributes: what is to be told beside what is told always."""
    user_data: bytes | None = None
    charset: str = "utf-8"
    language: str = "en"
    lease: int = LEASE
    """Seconds; of no meaning for a subscription to one job."""
    interval: int = 0
    """notify-time-interval: seconds between two notices of job-progress."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who subscribed: an opaque person id (None: nobody that is known), the name shown, the peer's address."""

    person_id: str | None
    name: str
    peer: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What a subscription is about: a queue, one job of a queue, or (no queue) the whole gateway."""

    uri: str
    """notify-printer-uri or notify-system-uri, as the client named it."""
    queue_id: str = ""
    job_id: int | None = None
    queues: tuple[str, ...] = ()
    """Of a subscription to the gateway: the queues it is about (notify-printer-ids); none for all."""


@dataclass(slots=True)
class Subscription:
    """One subscription. Times are milliseconds of the epoch."""

    number: int
    """notify-subscription-id."""
    id: str
    wish: Wish
    owner: Owner
    target: Target
    created_at: int
    expires_at: int | None
    """The end of its lease; None for one that lasts as long as its job."""
    sequence: int = 0
    """notify-sequence-number of its latest notice."""
    numbered: int = 0
    """Up to which number notices may have been told of, as its row says: a restart goes on after it."""
    ended_at: int | None = None
    """When its job ended; its notices are kept for their life, and then it goes too."""
    progress_at: int = 0
    """When it was last told of job-progress."""

    @property
    def uuid(self) -> str:
        """notify-subscription-uuid (PWG 5100.13)."""
        return f"urn:uuid:{self.id}"

    @property
    def of_job(self) -> bool:
        """Whether it is about one job."""
        return self.target.job_id is not None

    def over(self, now: int, life: int) -> bool:
        """Whether it is to go: its lease is over, or its job ended longer ago than notices live (milliseconds)."""
        if self.expires_at is not None:
            return self.expires_at <= now
        return self.ended_at is not None and self.ended_at + life <= now

    def matches(self, keywords: tuple[str, ...]) -> str | None:
        """The first of an event's keywords that was subscribed to (RFC 3995 section 5.3.3.5)."""
        return next((keyword for keyword in keywords if keyword in self.wish.events), None)
