"""Administration of people: finding, adding, passwords, rights and credit."""

from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from accounting import ledger
from accounting import store as accounts
from directory.errors import PersonUnknown
from directory.store import Person
from web import store
from web.account_pages import money_of
from web.admin_overview import counts
from web.errors import BadForm
from web.i18n import N_
from web.site import Visit

_PAGE: Final = 50
_LAST_PAGE: Final = 100_000


async def show(visit: Visit) -> web.Response:
    """Show the people whose names contain what is sought."""
    sought = visit.query.text("find", 100)
    page = max(1, min((visit.query.numbers("page") or [1])[0], _LAST_PAGE))

    def look(connection: Connection) -> tuple[list[tuple[Person, int]], int]:
        people, total = store.people(connection, sought, limit=_PAGE, offset=(page - 1) * _PAGE)
        found = ((one, accounts.find_account(connection, "person", one.id)) for one in people)
        return [(one, account.balance if account else 0) for one, account in found], total

    lines, total = await visit.parts.database.read(look)
    return visit.page(
        "admin_people.html",
        here="people",
        counts=await counts(visit),
        lines=lines,
        total=total,
        sought=sought,
        page=page,
        pages=max(1, -(-total // _PAGE)),
    )


async def ask_add(visit: Visit) -> web.Response:
    """Show the form for a new person."""
    return visit.page("admin_person_add.html", here="people", counts=await counts(visit))


async def add(visit: Visit) -> web.Response:
    """Add a person."""
    form = visit.form
    person = await visit.parts.people.add(
        form.text("name", 127),
        form.secret("password"),
        display_name=form.text("display_name"),
        administrator=form.ticked("administrator"),
        restricted=form.ticked("restricted"),
        actor=visit.who.id,
    )
    return visit.go(f"/admin/people/{person.id}?done=added")


async def _person(visit: Visit) -> Person:
    person = await visit.parts.people.get(visit.request.match_info["id"])
    if person is None:
        raise PersonUnknown(N_("There is no such person."))
    return person


async def show_one(visit: Visit) -> web.Response:
    """Show one person: rights, password, credit."""
    person = await _person(visit)
    balance, free, movements = await visit.parts.database.read(lambda connection: money_of(connection, person.id))
    return visit.page(
        "admin_person.html",
        here="people",
        counts=await counts(visit),
        one=person,
        balance=balance,
        reserved=balance - free,
        movements=movements,
        tokens=await visit.parts.tokens.of(person.id),
    )


async def change(visit: Visit) -> web.Response:
    """Change a person's name and rights; who loses a right is signed out."""
    person, form = await _person(visit), visit.form
    administrator, disabled = form.ticked("administrator"), form.ticked("disabled")
    if person.administrator and (disabled or not administrator):
        left = await visit.parts.database.read(lambda connection: store.administrators_left(connection, person.id))
        if not left:
            raise BadForm(N_("This is the only administrator. Make somebody else one first."))
    await visit.parts.people.change(
        person.name,
        display_name=form.text("display_name"),
        administrator=administrator,
        restricted=form.ticked("restricted"),
        disabled=disabled,
        actor=visit.who.id,
    )
    if disabled or (person.administrator and not administrator):
        await visit.site.sessions.close_all(person.id)
    return visit.go(f"/admin/people/{person.id}?done=saved")


async def password(visit: Visit) -> web.Response:
    """Give a person a new password; they are signed out everywhere."""
    person = await _person(visit)
    await visit.parts.people.set_password(person.name, visit.form.secret("password"), actor=visit.who.id)
    await visit.site.sessions.close_all(person.id, but=visit.cookie if person.id == visit.who.id else None)
    return visit.go(f"/admin/people/{person.id}?done=saved")


async def credit(visit: Visit) -> web.Response:
    """Add to a person's credit, or take from it."""
    person = await _person(visit)
    amount = visit.form.amount("amount", visit.parts.settings.currency_digits)
    memo, node, actor = visit.form.text("memo", 200), visit.parts.node, visit.who.id
    await visit.parts.database.write(lambda connection: ledger.credit(connection, node, person.id, amount, memo, actor))
    return visit.go(f"/admin/people/{person.id}?done=credited")
