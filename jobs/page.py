"""A page of a long list of jobs, by column: most of what is told of ten thousand jobs needs no `Job` of each."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from ipp.enums import JobState
from jobs.job import Job
from jobs.ticket import Ticket

COLUMNS: Final = tuple(Job.__dataclass_fields__)
"""Columns of a job's row that its `Job` has, in the order of its fields."""

SHORT: Final = 1000
"""Characters of the longest ticket of which anything is remembered: hostile ones are long, and all different."""

_ticket_of = lru_cache(maxsize=1000)(Ticket.from_json)  # most jobs ask for one of a few things


def ticket_of(text: str) -> Ticket:
    """The ticket that is written so."""
    return _ticket_of(text) if len(text) <= SHORT else Ticket.from_json(text)


@lru_cache(maxsize=1000)
def _reasons(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "state": {int(state): state for state in JobState}.__getitem__,
    "reasons": _reasons,
    "ticket": ticket_of,
}
_READ_AT: Final = tuple((COLUMNS.index(name), read) for name, read in _READ.items())


def read(name: str, written: Any) -> Any:
    """The field that is written so in that column."""
    return _READ[name](written) if name in _READ else written


def job_from(row: Iterable[Any]) -> Job:
    """Make the Job of a row of `COLUMNS`."""
    values = list(row)
    for at, reader in _READ_AT:
        values[at] = reader(values[at])
    return Job(*values)


class Page:
    """Rows of `names`, some of `COLUMNS`; of all of them there are `jobs` as well."""

    def __init__(self, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self._rows = rows
        self._columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}

    def __len__(self) -> int:
        return len(self._rows)

    def written(self, name: str) -> Sequence[Any]:
        """A column as it stands in the rows; `read` makes fields of it."""
        return self._columns[name] if self._rows else ()

    def jobs(self) -> list[Job]:
        """The jobs, of a page of all columns."""
        return list(map(job_from, self._rows))
