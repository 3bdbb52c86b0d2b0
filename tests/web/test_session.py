"""Sign-ins end where they must, and what is kept of them signs nobody in."""

from sqlalchemy import select

from web import store
from web.session import Sessions, form_token, hashed
from web.settings import Settings


async def rows(house):
    return await house.database.read(lambda connection: list(connection.execute(select(store.web_session))))


async def age(house, **values):
    await house.database.write(lambda connection: connection.execute(store.web_session.update().values(**values)))


async def test_the_table_holds_no_id(house):
    sessions = Sessions(house.database, house.people, Settings())
    secret = await sessions.open(house.amelie)
    assert (await sessions.person(secret)).name == "amelie"
    (row,) = await rows(house)
    assert secret not in row and row.id_hash == hashed(secret)
    assert await sessions.person(row.id_hash) is None


async def test_idle_sign_ins_end(house):
    sessions = Sessions(house.database, house.people, Settings(session_idle=60, session_limit=3600))
    secret = await sessions.open(house.amelie)
    (row,) = await rows(house)
    await age(house, seen_at=row.seen_at - 59_000)
    assert await sessions.person(secret)
    await age(house, seen_at=row.seen_at - 61_000)
    assert await sessions.person(secret) is None
    assert await rows(house) == []


async def test_a_used_sign_in_ends_at_its_limit(house):
    sessions = Sessions(house.database, house.people, Settings(session_idle=60, session_limit=3600))
    secret = await sessions.open(house.amelie)
    (row,) = await rows(house)
    await age(house, created_at=row.created_at - 3_601_000)
    assert await sessions.person(secret) is None


async def test_use_is_noted_now_and_then(house):
    sessions = Sessions(house.database, house.people, Settings())
    secret = await sessions.open(house.amelie)
    (row,) = await rows(house)
    await age(house, seen_at=row.seen_at - 120_000)
    await sessions.person(secret)
    (later,) = await rows(house)
    assert later.seen_at >= row.seen_at


async def test_a_locked_person_is_signed_out(house):
    sessions = Sessions(house.database, house.people, Settings())
    secret = await sessions.open(house.amelie)
    await house.people.change("amelie", disabled=True)
    assert await sessions.person(secret) is None


async def test_old_rows_go_at_the_next_sign_in(house):
    sessions = Sessions(house.database, house.people, Settings())
    await sessions.open(house.amelie)
    await age(house, seen_at=0)
    await sessions.open(house.paul)
    assert [row.person_id for row in await rows(house)] == [house.paul.id]


def test_form_tokens_belong_to_one_cookie():
    assert form_token("a") != form_token("b")
    assert form_token("a") not in ("a", hashed("a"))
