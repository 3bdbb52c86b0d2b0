"""What `write` returned is durable; a batch is many units with one commit; readers see one moment and write nothing."""

import asyncio
import sqlite3
import threading

import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.errors import StorageUnavailable


@pytest.fixture
async def database(tmp_path):
    opened = await Database.open(tmp_path / "rows.db")
    await opened.write(lambda c: c.exec_driver_sql("CREATE TABLE load_note (text TEXT PRIMARY KEY)"))
    yield opened
    await opened.close()


def put(text):
    def work(connection):
        connection.execute(sa.text("INSERT INTO load_note VALUES (:text)"), {"text": text})
        return text

    return work


def notes(connection):
    return connection.exec_driver_sql("SELECT text FROM load_note ORDER BY rowid").scalars().all()


async def commits(database, work):
    """How often the log grew by a commit while `work` ran."""
    count = 0

    def counted(_connection):
        nonlocal count
        count += 1

    sa.event.listen(database._writer, "commit", counted)
    try:
        await work
    finally:
        sa.event.remove(database._writer, "commit", counted)
    return count


async def test_writes_that_come_together_share_commits_and_keep_their_order(database):
    texts = [f"{number:04}" for number in range(600)]
    results = []

    async def all_of_them():
        results.extend(await asyncio.gather(*(database.write(put(text)) for text in texts)))

    assert await commits(database, all_of_them()) <= 5
    assert results == texts
    assert await database.read(notes) == texts


async def test_a_lone_write_waits_for_nobody(database):
    assert await commits(database, database.write(put("alone"))) == 1


async def test_a_unit_that_fails_hurts_no_neighbour(database):
    def broken(connection):
        put("half of it")(connection)
        raise LookupError("mine alone")

    units = (
        [put(f"a{number}") for number in range(20)] + [broken, put("a3")] + [put(f"b{number}") for number in range(5)]
    )
    results = await asyncio.gather(*(database.write(unit) for unit in units), return_exceptions=True)
    failed = {number: type(result) for number, result in enumerate(results) if isinstance(result, Exception)}
    assert failed == {20: LookupError, 21: sa.exc.IntegrityError}
    assert await database.read(notes) == [f"a{number}" for number in range(20)] + [f"b{number}" for number in range(5)]


async def test_even_what_a_future_cannot_carry_reaches_its_caller(database):
    def stops(_connection):
        return next(iter(()))

    results = await asyncio.gather(database.write(stops), database.write(put("x")), return_exceptions=True)
    assert isinstance(results[0], RuntimeError)
    assert results[1] == "x"


async def test_a_client_that_hangs_up_does_not_undo_anything(database):
    tasks = [asyncio.create_task(database.write(put(f"{number}"))) for number in range(10)]
    await asyncio.sleep(0)
    tasks[4].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[4], asyncio.CancelledError)
    await database.write(put("last"))
    assert len(await database.read(notes)) == 11


async def test_readers_cannot_write(database):
    with pytest.raises(StorageUnavailable):
        await database.read(put("no"))
    assert await database.read(notes) == []


async def test_a_read_sees_one_moment(database):
    await database.write(put("before"))
    first, second = threading.Event(), threading.Event()

    def look(connection):
        seen = [notes(connection)]
        first.set()
        assert second.wait(30)
        seen.append(notes(connection))
        return seen

    reading = asyncio.create_task(database.read(look))
    assert await asyncio.to_thread(first.wait, 30)
    await database.write(put("meanwhile"))
    second.set()
    assert await reading == [["before"], ["before"]]
    assert await database.read(notes) == ["before", "meanwhile"]


async def test_cancelled_reads_do_not_use_up_the_readers(database):
    await database.write(put("x"))
    for turns in range(30):
        reads = [asyncio.create_task(database.read(notes)) for _ in range(6)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for read in reads:
            read.cancel()
        await asyncio.gather(*reads, return_exceptions=True)
    assert await asyncio.gather(*(database.read(notes) for _ in range(20))) == [["x"]] * 20


async def test_what_a_failed_read_raises_reaches_its_caller(database):
    with pytest.raises(sa.exc.OperationalError, match="no such table"):
        await database.read(lambda c: c.exec_driver_sql("SELECT * FROM absent"))
    with pytest.raises(LookupError):
        await database.read(lambda _c: {}[1])
    # Neither took a reader away.
    assert await asyncio.gather(*(database.read(notes) for _ in range(20))) == [[]] * 20


async def test_a_closed_database_is_not_read(tmp_path):
    database = await Database.open(tmp_path / "rows.db")
    reading = asyncio.create_task(database.read(lambda c: c.exec_driver_sql("SELECT 1").scalar()))
    await asyncio.sleep(0)
    await database.close()
    assert await reading == 1
    with pytest.raises(StorageUnavailable, match="closed"):
        await database.read(notes)


async def test_rows_are_inserted_however_many_there_are(database):
    """What a row leaves out is its column's default; booleans and octets come back as they were."""
    table = sa.Table(
        "load_row",
        sa.MetaData(),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("word", sa.String, nullable=False, default="none"),
        sa.Column("flag", sa.Boolean, nullable=False),
        sa.Column("octets", sa.LargeBinary),
    )
    await database.write(table.create)
    insert = table.insert()

    def one(number):
        row = {"octets": bytes((number % 256,)), "flag": number % 2 == 0, "number": number}
        return lambda: ((insert, row if number % 3 else {**row, "word": f"w{number}"}),)

    await asyncio.gather(*(database.write(lambda _: None, rows=one(number)) for number in range(200)))
    found = await database.read(lambda c: [tuple(row) for row in c.execute(sa.select(table).order_by("number"))])
    assert found == [
        (number, "none" if number % 3 else f"w{number}", number % 2 == 0, bytes((number % 256,)))
        for number in range(200)
    ]


async def test_settings_that_promises_rest_on(database):
    def pragmas(connection):
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "temp_store")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await database.write(pragmas) == ["wal", 2, 1, 1, 2]


async def test_check_writes_and_reads(database):
    await database.check()
    assert await commits(database, database.check()) == 1


async def test_truncating_empties_the_log(database, tmp_path):
    await database.write(put("x"))
    log = tmp_path / "rows.db-wal"
    assert log.stat().st_size > 0
    assert await database.truncate_wal()
    assert log.stat().st_size == 0
    assert await database.read(notes) == ["x"]


async def test_truncating_gives_way_to_a_reader(database, tmp_path):
    await database.write(put("x"))
    other = sqlite3.connect(tmp_path / "rows.db", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM load_note").fetchall()
    await database.write(put("y"))
    assert not await database.truncate_wal()
    other.close()
    assert await database.truncate_wal()


async def test_a_foreign_lock_fails_all_that_wait_and_passes(database, tmp_path):
    """An administrator's shell holds the write lock: nobody waits for a hundred time-outs in a row."""
    await database.write(lambda c: c.exec_driver_sql("PRAGMA busy_timeout=50"))
    other = sqlite3.connect(tmp_path / "rows.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(*(database.write(put(f"{n}")) for n in range(200)), return_exceptions=True)
    assert {type(result) for result in results} == {StorageUnavailable}
    with pytest.raises(StorageUnavailable, match="does not answer"):
        await database.check()
    other.close()
    await database.write(put("after"))
    assert await database.read(notes) == ["after"]


async def test_closing_finishes_what_came_and_refuses_what_comes(tmp_path):
    database = await Database.open(tmp_path / "rows.db")
    await database.write(lambda c: c.exec_driver_sql("CREATE TABLE load_note (text TEXT PRIMARY KEY)"))
    writes = [asyncio.create_task(database.write(put(f"{number}"))) for number in range(300)]
    await asyncio.sleep(0)
    await database.close()
    assert len(await asyncio.gather(*writes)) == 300
    with pytest.raises(StorageUnavailable, match="closed"):
        await database.write(put("late"))
    assert not (tmp_path / "rows.db-wal").exists()
    assert sqlite3.connect(tmp_path / "rows.db").execute("SELECT count(*) FROM load_note").fetchone() == (300,)


async def test_a_damaged_database_is_refused_in_words(tmp_path):
    (tmp_path / "rows.db").write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(StorageUnavailable, match="damaged"):
        await Database.open(tmp_path / "rows.db")


async def test_a_folder_that_is_not_there_is_refused_in_words(tmp_path):
    with pytest.raises(StorageUnavailable, match="cannot be written"):
        await Database.open(tmp_path / "nowhere" / "rows.db")


async def test_the_file_is_private(database, tmp_path):
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("rows.db*")} == {0o600}
