"""Many jobs, encoded a page at a time: each attribute for all of them, then each job's put together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import repeat
from typing import Final

from ipp.codec import encode_group_tag
from ipp.enums import GroupTag
from ipp_server.job_attributes import DESCRIPTION, PRIVATE, TEMPLATE, Row, Scene
from ipp_server.ticket_attributes import TemplateRow
from ipp_server.told import Same, Told, encoded
from jobs.page import COLUMNS, SHORT, Page, ticket_of

_JOB: Final = encode_group_tag(GroupTag.JOB)
_PLANS: Final = 50  # sets of attributes that were asked for lately
_TICKETS: Final = 500  # tickets whose attributes each of them remembers

Sees = Callable[[str | None], bool]
"""Whether what is private of a job is the business of whoever looks, by the id of the job's owner."""

_Part = Callable[[Page, Scene], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which columns a listing reads of its jobs, and what it makes of them."""

    columns: tuple[str, ...]
    same: tuple[Same, ...]
    """What is the same of all jobs."""
    open: tuple[_Part, ...]
    private: tuple[_Part, ...]
    """What is told only to whom the job is their business."""

    def encode(self, page: Page, scene: Scene, sees: Sees) -> list[bytes]:
        """The groups of a page's jobs."""
        owners = page.written("person_id")
        seen = {owner: sees(owner) for owner in set(owners)}
        begin = _JOB + b"".join(encoded(row.make(scene)) for row in self.same)
        parts = [repeat(begin, len(page)), *(part(page, scene) for part in self.open)]
        if self.private and any(seen.values()):
            own = replace(scene, private=True)
            secret = map(b"".join, zip(*(part(page, own) for part in self.private), strict=True))
            parts.append([told if seen[owner] else b"" for owner, told in zip(owners, secret, strict=True)])
        return list(map(b"".join, zip(*parts, strict=True)))


def plan(wanted: frozenset[str]) -> Plan:
    """Work out how these attributes are told of many jobs; names that are not known are left out."""
    return _plan(wanted & (DESCRIPTION.keys() | TEMPLATE.keys()))


@lru_cache(maxsize=_PLANS)
def _plan(wanted: frozenset[str]) -> Plan:
    rows = {name: row for name, row in DESCRIPTION.items() if name in wanted}
    ticket = {name: row for name, row in TEMPLATE.items() if name in wanted}
    same = tuple(row for name, row in rows.items() if isinstance(row, Same) and name not in PRIVATE)
    return Plan(
        _columns(rows.values(), with_ticket=bool(ticket)),
        same,
        _parts(
            {name: row for name, row in rows.items() if name not in PRIVATE and row not in same}, ticket, hidden=False
        ),
        _parts({name: row for name, row in rows.items() if name in PRIVATE}, ticket, hidden=True),
    )


def _columns(rows: Iterable[Row], *, with_ticket: bool) -> tuple[str, ...]:
    needed = {"job_id", "person_id"} | ({"ticket"} if with_ticket else set())
    for row in rows:
        # A row that does not say what it is made of is given the whole job.
        needed |= set(row.columns if isinstance(row, Told) else COLUMNS)
    return tuple(name for name in COLUMNS if name in needed)


def _parts(rows: dict[str, Row], ticket: dict[str, TemplateRow], *, hidden: bool) -> tuple[_Part, ...]:
    parts: list[_Part] = [row.page if isinstance(row, Told) else _one_by_one(row) for row in rows.values()]
    of_ticket = tuple(row for name, row in ticket.items() if (name in PRIVATE) is hidden)
    if of_ticket:
        parts.append(_of_ticket(of_ticket))
    return tuple(parts)


def _one_by_one(row: Row) -> _Part:
    return lambda page, scene: [encoded(row(job, scene)) for job in page.jobs()]


def _of_ticket(rows: Sequence[TemplateRow]) -> _Part:
    """All that follows from the ticket: most jobs have one of a few."""

    def told(text: str) -> bytes:
        ticket = ticket_of(text)
        return b"".join(encoded(row(ticket)) for row in rows)

    remembered = lru_cache(maxsize=_TICKETS)(told)

    def page_of(page: Page, _: Scene) -> Iterable[bytes]:
        texts = page.written("ticket")
        return map(remembered if max(map(len, texts), default=0) <= SHORT else told, texts)

    return page_of
