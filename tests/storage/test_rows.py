"""Rows given to `write` beside its work: many units' go in with one statement, and each unit still stands alone."""

import asyncio

import pytest
import sqlalchemy as sa

from storage.database import Database

NOTES = sa.Table(
    "rows_note", sa.MetaData(), sa.Column("text", sa.Text, primary_key=True), sa.Column("size", sa.Integer)
)
INSERT = NOTES.insert()


@pytest.fixture
async def database(tmp_path):
    opened = await Database.open(tmp_path / "rows.db")
    await opened.write(NOTES.create)
    yield opened
    await opened.close()


def note(text):
    return lambda: [(INSERT, {"text": text, "size": len(text)})]


def texts(connection):
    return set(connection.execute(sa.select(NOTES.c.text)).scalars())


def nothing(_):
    return "done"


async def test_rows_of_many_units_go_in_with_one_statement(database):
    statements = []

    def counted(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("INSERT INTO rows_note"):
            statements.append(len(parameters) // 2)

    sa.event.listen(database._writer, "before_cursor_execute", counted)
    wanted = {f"note {number}" for number in range(200)}
    done = await asyncio.gather(*(database.write(nothing, rows=note(text)) for text in wanted))
    assert set(done) == {"done"}
    assert await database.read(texts) == wanted
    assert sum(statements) == 200
    assert len(statements) < 20


async def test_a_row_that_cannot_be_inserted_is_its_own_units_fault_alone(database):
    await database.write(nothing, rows=note("twice"))
    words = ["before", "twice", "after"]
    done = await asyncio.gather(*(database.write(nothing, rows=note(text)) for text in words), return_exceptions=True)
    assert [isinstance(each, sa.exc.IntegrityError) for each in done] == [False, True, False]
    assert await database.read(texts) == {"before", "twice", "after"}


async def test_rows_are_there_before_the_work_and_go_with_it_when_it_fails(database):
    def look(connection):
        return texts(connection)

    def fail(connection):
        assert "gone" in texts(connection)
        raise ValueError("no")

    assert await database.write(look, rows=note("kept")) == {"kept"}
    with pytest.raises(ValueError, match="no"):
        await database.write(fail, rows=note("gone"))
    assert await database.read(texts) == {"kept"}
