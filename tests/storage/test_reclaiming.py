"""Shredding takes the key from every file; room comes back; a crash's leavings go, and nothing else does."""

import asyncio
import os

import pytest

from storage import files
from storage.errors import DocumentGone
from storage.home import Home


async def _shred(home, *keys):
    for key in keys:
        await home.database.write(lambda connection, key=key: home.spool.shred(connection, key))


async def _wrapped(home, key):
    return await home.database.read(
        lambda c: c.exec_driver_sql("SELECT wrapped FROM document_key WHERE document_id = ?", (key,)).scalar_one()
    )


@pytest.mark.parametrize("size", [5_000, 600_000])
async def test_a_shredded_key_is_nowhere(home, keep, size):
    keys = [await keep(home, os.urandom(size)) for _ in range(5)]
    secret = await _wrapped(home, keys[2])
    await home.database.truncate_wal()

    def places():
        return {path.name for path in home.folder.rglob("*") if path.is_file() and secret in path.read_bytes()}

    assert places() == {"printgate.db"}
    await _shred(home, keys[2])
    assert await home.database.truncate_wal()
    assert places() == set()
    with pytest.raises(DocumentGone):
        await home.spool.open(keys[2])


async def test_shredding_spares_the_others(home, keep, fetch):
    documents = [os.urandom(size) for size in (100, 200, 300_000, 400_000)]
    keys = [await keep(home, document) for document in documents]
    await _shred(home, keys[0], keys[2], b"unknown document")
    await home.spool.reclaim()
    assert [await fetch(home, key) for key in keys[1::2]] == documents[1::2]


async def test_an_open_reader_reads_on(home, keep):
    document = os.urandom(1_200_000)
    key = await keep(home, document)
    with await home.spool.open(key) as reader:
        await _shred(home, key)
        await home.spool.reclaim()
        assert b"".join([piece async for piece in reader.stream()]) == document


async def test_large_files_are_unlinked_after_the_commit(home, keep, spool_files):
    keys = [await keep(home, os.urandom(300_000)) for _ in range(3)]
    await _shred(home, keys[0])
    assert len(spool_files(home, ".document")) == 3
    await asyncio.gather(*(home.spool.reclaim() for _ in range(20)))
    assert len(spool_files(home, ".document")) == 2
    rows = await home.database.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM document").scalar())
    assert rows == 2


async def test_more_files_than_one_pass_takes(home, keep, spool_files):
    keys = [await keep(home, bytes(262_145)) for _ in range(3)]
    await home.database.write(
        lambda c: c.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450) "
            "INSERT INTO document SELECT randomblob(16), 'file', '2020-01-01/' || i || '.document', 0, 1, 1, 1, 1 FROM n"
        )
    )
    await _shred(home, *keys)
    await home.spool.reclaim()
    assert spool_files(home, ".document") == []
    assert await home.database.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM document").scalar()) == 0


async def test_a_segment_goes_with_its_last_document(home, keep, spool_files):
    keys = [await keep(home, os.urandom(1000)) for _ in range(3)]
    await home.close()
    again = await Home.open(home.folder, reserve_bytes=0)
    try:
        await _shred(again, *keys[:2])
        await again.spool.reclaim()
        assert len(spool_files(again, ".segment")) == 1
        await _shred(again, keys[2])
        await again.spool.reclaim()
        assert spool_files(again, ".segment") == []
    finally:
        await again.close()


async def test_the_current_segment_stays(home, keep, fetch, spool_files):
    await _shred(home, await keep(home, b"first"))
    await home.spool.reclaim()
    key = await keep(home, b"second")
    assert await fetch(home, key) == b"second"
    assert len(spool_files(home, ".segment")) == 1


async def test_reclaiming_beside_uploads_loses_none(home, keep, fetch):
    kept = {}

    async def client(number):
        for turn in range(12):
            document = os.urandom(300_000 if turn % 4 == 0 else 3_000)
            key = await keep(home, document)
            if (turn + number) % 2:
                await _shred(home, key)
                await home.spool.reclaim()
            else:
                kept[key] = document

    await asyncio.gather(*(client(number) for number in range(6)))
    for key, document in kept.items():
        assert await fetch(home, key) == document


async def test_a_sweep_takes_what_a_crash_left_and_nothing_else(home, keep, pieces, fetch, spool_files):
    small, large = os.urandom(500), os.urandom(700_000)
    keys = [await keep(home, small), await keep(home, large)]
    orphan = await home.spool.receive(pieces(large, 100_000), limit=10**9)
    old = home.folder / "spool" / "2020-02-02"
    old.mkdir()
    (old / "0123456789ab-000001.segment").write_bytes(b"rows never committed")
    (old / "0123456789ab-00.document").write_bytes(b"never committed either")
    (old.parent / "scratch" / "left").write_bytes(b"left")
    await home.close()

    again = await Home.open(home.folder, reserve_bytes=0)
    try:
        assert not old.exists()
        assert list((old.parent / "scratch").iterdir()) == []
        assert [path.name.endswith(orphan.name) for path in spool_files(again, ".document")] == [False]
        assert [await fetch(again, key) for key in keys] == [small, large]

        # What is being received now is not committed yet, and no crash's.
        coming = await again.spool.receive(pieces(large, 100_000), limit=10**9)
        await again.spool.sweep()
        await again.database.write(lambda c: again.spool.insert(c, coming), documents=[coming])
        assert await fetch(again, coming.document_id) == large
    finally:
        await again.close()


async def test_a_nearly_empty_segment_is_rewritten(home, keep, fetch, spool_files):
    documents = [os.urandom(1000 + number) for number in range(100)]
    keys = [await keep(home, document) for document in documents]
    await home.close()
    again = await Home.open(home.folder, reserve_bytes=0)
    try:
        full = spool_files(again, ".segment")
        assert await again.spool.compact() == 0
        live = [5, 50, 51, 99]
        await _shred(again, *(key for number, key in enumerate(keys) if number not in live))
        # One is open meanwhile, one is shredded between: neither is disturbed.
        with await again.spool.open(keys[5]) as reader:
            moving = asyncio.create_task(again.spool.compact())
            await _shred(again, keys[50])
            moved = await moving
            assert reader.pread(0, 2000) == documents[5]
        assert moved in (3, 4)
        left = spool_files(again, ".segment")
        assert len(left) == 1
        assert left != full
        assert left[0].stat().st_size < 5_000
        for number in (5, 51, 99):
            assert await fetch(again, keys[number]) == documents[number]
        with pytest.raises(DocumentGone):
            await again.spool.open(keys[50])
    finally:
        await again.close()


async def test_a_segment_that_is_being_begun_is_not_taken_for_an_empty_old_one(home, keep, fetch, monkeypatch):
    """What was accepted would be lost with it, and everything that the running gateway appended after."""
    loop, sync_folder = asyncio.get_running_loop(), files.sync_folder

    def reclaimed_meanwhile(folder):
        asyncio.run_coroutine_threadsafe(home.spool.reclaim(), loop).result(10)
        sync_folder(folder)

    monkeypatch.setattr(files, "sync_folder", reclaimed_meanwhile)
    key = await keep(home, b"the first document of a start")
    assert await fetch(home, key) == b"the first document of a start"
