"""In which order jobs are printed: by priority, then as they came, unless an operator says otherwise. No I/O.

A job's rank is one number, the least first: room is left between the ranks of two jobs for others to be put between
(Promote-Job and Schedule-Job-After, RFC 3998 section 4.4).
"""

from typing import Final

ORDINARY: Final = 50
"""job-priority of who asks for none (RFC 8011 section 5.2.1)."""
_PRIORITY: Final = 1 << 40
GAP: Final = 256
"""Between the ranks of two jobs that came one after the other."""


def rank(priority: int, number: int) -> int:
    """The rank of a job as it comes: of its job-priority (1 to 100) and its job-id."""
    return (100 - priority) * _PRIORITY + number * GAP


def between(before: int, after: int | None) -> int | None:
    """A rank behind `before` and ahead of `after` (None: of nobody); None if there is no room."""
    if after is None:
        return before + GAP
    return (before + after) // 2 if after - before > 1 else None
