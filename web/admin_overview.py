"""Administration's first page, which answers: is it all right, and what must I do."""

from collections.abc import Sequence
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection

from directory.store import Person
from events import audit
from events.audit import Line
from web import chart, store, words
from web.i18n import N_, midnight
from web.site import Visit

_EVENTS: Final = 8


async def show(visit: Visit) -> web.Response:
    """Show today in figures, devices in trouble, and the newest events."""
    node, since = visit.parts.node, midnight()

    def look(connection: Connection) -> tuple[Any, ...]:
        lines = audit.latest(connection, node, limit=_EVENTS)
        ids = {who for line in lines for who in (line.actor, line.subject)}
        return (
            store.figures(connection, since),
            store.charged_since(connection, since),
            lines,
            store.people_named(connection, ids),
        )

    figures, charges, lines, people = await visit.parts.database.read(look)
    problems = await visit.parts.ready()
    sandbox = visit.parts.sandbox
    devices = visit.parts.fleet.listed()
    trouble = [(row, words.device_badge(row, visit.talk)) for row in devices if words.in_trouble(row)]
    return visit.page(
        "admin_overview.html",
        here="overview",
        counts=await counts(visit),
        figures=figures,
        chart=chart.by_hour(charges),
        trouble=trouble,
        devices=len(devices),
        problems=[visit.talk.gettext(problem) for problem in problems],
        lacking=[visit.talk.gettext(words.LACKING[name]) for name in sandbox.lacking] if sandbox else (),
        protection=sandbox.level if sandbox else "",
        events=events(visit, lines, people),
    )


async def counts(visit: Visit) -> dict[str, int]:
    """The figures beside the entries of administration's navigation."""
    people = await visit.parts.database.read(store.people_count)
    queues = visit.parts.catalogue.listed()
    return {
        "jobs": sum(visit.parts.jobs.waiting(queue.id) for queue in queues),
        "devices": len(visit.parts.fleet.listed()),
        "queues": len(queues),
        "people": people,
    }


def events(visit: Visit, lines: Sequence[Line], people: dict[str, Person]) -> list[tuple[int, str]]:
    """The newest audited events, each as a sentence with names where they are still known."""
    names = {row.id: row.shown for row in visit.parts.fleet.listed()}
    names |= {queue.id: queue.shown for queue in visit.parts.catalogue.listed()}
    names |= {person.id: person.shown for person in people.values()}
    talk, found = visit.talk, []
    for line in lines:
        actor = names.get(line.actor) or talk.gettext(N_("The gateway") if not line.actor else N_("Somebody"))
        subject = names.get(line.subject) or talk.gettext(N_("(gone)"))
        sentence = words.ACTIONS.get(line.action if line.subject else f"{line.action}.ordinary")
        text = talk.say(sentence, actor=actor, subject=subject) if sentence else f"{actor}: {line.action}"
        found.append((line.at, text))
    return found
