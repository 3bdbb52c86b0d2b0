"""The audit chain: whoever changes or removes a line breaks it."""

import pytest
import sqlalchemy as sa

from events import audit
from storage.home import Home

NODE = "node"


@pytest.fixture
async def rows(tmp_path):
    home = await Home.open(tmp_path / "home", reserve_bytes=0)

    def fill(connection):
        for number in range(1, 6):
            audit.record(connection, NODE, "root", "queue.change", f"queue-{number}", {"name": "é", "n": number})

    await home.database.write(fill)
    yield home.database
    await home.close()


async def broken(rows):
    return await rows.read(lambda connection: audit.verify(connection, NODE))


async def test_lines_in_order(rows):
    assert await broken(rows) is None
    lines = await rows.read(lambda c: audit.latest(c, NODE))
    assert [line.seq for line in lines] == [5, 4, 3, 2, 1]
    assert lines[0].details == '{"n": 5, "name": "é"}'
    assert [line.seq for line in await rows.read(lambda c: audit.latest(c, NODE, after=3))] == [4, 5]
    assert [line.seq for line in await rows.read(lambda c: audit.latest(c, NODE, limit=2))] == [5, 4]


@pytest.mark.parametrize("column", ["at", "actor", "action", "subject", "details", "seal"])
@pytest.mark.parametrize("seq", [1, 3, 5])
async def test_a_changed_field_is_found(rows, column, seq):
    value = 1 if column == "at" else "forged"
    await rows.write(lambda c: c.execute(audit.line.update().where(audit.line.c.seq == seq).values({column: value})))
    assert await broken(rows) == seq


@pytest.mark.parametrize("seq", [1, 2, 4])
async def test_a_removed_line_is_found(rows, seq):
    await rows.write(lambda c: c.execute(audit.line.delete().where(audit.line.c.seq == seq)))
    assert await broken(rows) == seq


async def test_renumbering_does_not_hide_it(rows):
    def forge(connection):
        connection.execute(audit.line.delete().where(audit.line.c.seq == 2))
        for seq in (3, 4, 5):
            connection.execute(audit.line.update().where(audit.line.c.seq == seq).values(seq=seq - 1))

    await rows.write(forge)
    assert await broken(rows) == 2


async def test_two_lines_exchanged(rows):
    def swap(connection):
        for old, new in ((2, 99), (3, 2), (99, 3)):
            connection.execute(audit.line.update().where(audit.line.c.seq == old).values(seq=new))

    await rows.write(swap)
    assert await broken(rows) == 2


async def test_nodes_have_chains_of_their_own(rows):
    await rows.write(lambda c: audit.record(c, "other", "", "start", "x"))
    assert await rows.read(lambda c: audit.verify(c, "other")) is None
    assert (await rows.read(lambda c: audit.latest(c, "other")))[0].seq == 1
    await rows.write(lambda c: c.execute(audit.line.update().where(audit.line.c.node == "other").values(node="third")))
    assert await rows.read(lambda c: audit.verify(c, "third")) == 1


async def test_a_line_stands_exactly_if_the_change_does(rows):
    def fail(connection):
        audit.record(connection, NODE, "", "lost", "x")
        raise ValueError("the change failed")

    with pytest.raises(ValueError, match="the change failed"):
        await rows.write(fail)
    assert await rows.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(audit.line)).scalar_one()) == 5
    assert await broken(rows) is None


async def test_a_long_chain_is_read_in_pages(rows, monkeypatch):
    monkeypatch.setattr(audit, "_PAGE", 2)
    assert await broken(rows) is None
    await rows.write(lambda c: c.execute(audit.line.update().where(audit.line.c.seq == 5).values(actor="x")))
    assert await broken(rows) == 5
