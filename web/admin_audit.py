"""The audit log: every change with who made it, and whether the chain of its seals still holds."""

from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from directory.store import Person
from events import audit
from events.audit import Line
from web import store
from web.admin_overview import counts, events
from web.site import Visit

_PAGE: Final = 50
_LAST_PAGE: Final = 1_000_000
_AT_ONCE: Final = 5000
"""Lines whose seals are checked each time that the page is shown; a longer log is checked when that is asked for."""


async def show(visit: Visit) -> web.Response:
    """Show a page of lines, the newest first, and whether the log is unbroken."""
    node = visit.parts.node
    page = max(1, min((visit.query.numbers("page") or [1])[0], _LAST_PAGE))

    def look(connection: Connection) -> tuple[int, list[Line], dict[str, Person]]:
        newest = audit.latest(connection, node, limit=1)
        total = newest[0].seq if newest else 0
        last = total - (page - 1) * _PAGE
        first = max(0, last - _PAGE)
        found = audit.latest(connection, node, after=first, limit=_PAGE) if last > 0 else []
        # Where lines are missing, those of the page before would fill the place.
        lines = [line for line in reversed(found) if line.seq <= last]
        ids = {who for line in lines for who in (line.actor, line.subject)}
        return total, lines, store.people_named(connection, ids)

    total, lines, people = await visit.parts.database.read(look)
    checked = total <= _AT_ONCE or visit.query.ticked("check")
    broken = await visit.parts.database.read(lambda c: audit.verify(c, node)) if checked else None
    said = events(visit, lines, people)
    return visit.page(
        "admin_audit.html",
        here="audit",
        counts=await counts(visit),
        lines=list(zip(lines, (text for _, text in said), strict=True)),
        total=total,
        checked=checked,
        broken=broken,
        page=page,
        pages=max(1, -(-total // _PAGE)),
    )
