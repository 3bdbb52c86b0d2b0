"""Documents go in and come out as they were, whatever their size and however they arrive."""

import asyncio
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.chunked import CHUNK
from storage.database import Database
from storage.errors import DocumentCorrupt, DocumentGone, StorageUnavailable, TooLargeDocument
from storage.home import Home
from storage.keys import KeyRing
from storage.spool import SMALL_LIMIT, Spool

_EDGES = [0, 1, SMALL_LIMIT, SMALL_LIMIT + 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1]
_SIZES = st.one_of(st.sampled_from(_EDGES), st.integers(0, 3 * CHUNK))


@settings(max_examples=12, deadline=None)
@given(
    cases=st.lists(
        st.tuples(_SIZES, st.integers(1000, 4 * CHUNK), st.integers(0, 3 * CHUNK), st.integers(0, CHUNK + 7)),
        min_size=1,
        max_size=6,
    )
)
def test_what_is_kept_comes_back(cases, keep, fetch):
    async def scenario(folder):
        home = await Home.open(folder / "home", reserve_bytes=0)
        try:
            documents = [os.urandom(size) for size, *_ in cases]
            keys = await asyncio.gather(
                *(keep(home, document, case[1]) for document, case in zip(documents, cases, strict=True))
            )
            for document, key, (_, _, at, length) in zip(documents, keys, cases, strict=True):
                assert await fetch(home, key) == document
                with await home.spool.open(key) as reader:
                    assert reader.size == len(document)
                    assert reader.pread(at, length) == document[at : at + length]
                    assert b"".join([piece async for piece in reader.stream(at)]) == document[at:]
        finally:
            await home.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(scenario(Path(folder)))


async def test_nothing_on_disk_is_readable_and_all_is_private(home, keep, tmp_path):
    secret = b"the quick brown fox, strictly private"
    await keep(home, secret * 10)
    await keep(home, secret * 20_000)
    for path in tmp_path.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
        if path.is_file():
            assert secret[:16] not in path.read_bytes()


async def test_documents_survive_a_restart(home, keep, fetch):
    small, large = os.urandom(1000), os.urandom(900_000)
    keys = [await keep(home, small), await keep(home, large)]
    await home.close()
    again = await Home.open(home.folder, reserve_bytes=0)
    try:
        assert [await fetch(again, key) for key in keys] == [small, large]
    finally:
        await again.close()


async def test_a_reader_serves_many_threads_at_once(home, keep):
    document = os.urandom(3_000_000)
    with await home.spool.open(await keep(home, document)) as reader:
        places = [(at * 37_003 % 2_900_000, 70_000) for at in range(60)]
        found = await asyncio.gather(*(asyncio.to_thread(reader.pread, *place) for place in places))
        assert found == [document[at : at + length] for at, length in places]


async def test_a_reader_refuses_nonsense_and_use_after_close(home, keep):
    for size in (10, 600_000):
        reader = await home.spool.open(await keep(home, os.urandom(size)))
        assert reader.pread(size, 5) == b""
        with pytest.raises(ValueError, match="negative"):
            reader.pread(-1, 5)
        reader.close()
        reader.close()
        with pytest.raises(StorageUnavailable):
            reader.pread(0, 5)


async def test_an_unknown_document_is_gone(home):
    with pytest.raises(DocumentGone):
        await home.spool.open(bytes(16))


@pytest.mark.parametrize("size", [100, 400_000, 2_000_000])
async def test_too_long_leaves_nothing(home, pieces, spool_files, size):
    with pytest.raises(TooLargeDocument, match=str(size - 1)):
        await home.spool.receive(pieces(bytes(size), 50_000), limit=size - 1)
    assert spool_files(home, ".document") == []
    await home.spool.receive(pieces(bytes(size), 50_000), limit=size)


async def test_a_client_that_breaks_off_leaves_nothing(home, spool_files):
    async def broken():
        yield bytes(700_000)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await home.spool.receive(broken(), limit=10**9)
    assert spool_files(home, ".document") == []


async def test_a_cancelled_upload_leaves_nothing(home, spool_files):
    arrived = asyncio.Event()

    async def endless():
        while True:
            yield bytes(300_000)
            if spool_files(home, ".document"):
                arrived.set()

    # At any point of an upload, with the pool's threads in the middle of a write.
    for turns in range(12):
        arrived.clear()
        upload = asyncio.create_task(home.spool.receive(endless(), limit=10**9))
        await arrived.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        upload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upload
        assert spool_files(home, ".document") == []


async def test_abandon_removes_what_was_not_committed_only(home, pieces, fetch, spool_files):
    document = os.urandom(500_000)
    sealed = await home.spool.receive(pieces(document, 99_999), limit=10**9)
    await home.spool.abandon(sealed)
    assert spool_files(home, ".document") == []

    # The client hangs up while its commit waits; the commit happens all the same.
    sealed = await home.spool.receive(pieces(document, 99_999), limit=10**9)
    commit = asyncio.create_task(
        home.database.write(lambda connection: home.spool.insert(connection, sealed), documents=[sealed])
    )
    await asyncio.sleep(0)
    commit.cancel()
    await home.spool.abandon(sealed)
    assert await fetch(home, sealed.document_id) == document


@pytest.mark.parametrize("size", [5_000, 3 * CHUNK])
async def test_a_changed_byte_is_found(home, keep, fetch, spool_files, size):
    key = await keep(home, os.urandom(size))
    (path,) = spool_files(home, ".segment" if size < SMALL_LIMIT else ".document")
    with path.open("r+b") as file:
        file.seek(size // 2)
        byte = file.read(1)
        file.seek(size // 2)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(DocumentCorrupt):
        await fetch(home, key)


@pytest.mark.parametrize("size", [5_000, 3 * CHUNK])
async def test_a_cut_file_is_found(home, keep, fetch, spool_files, size):
    key = await keep(home, os.urandom(size))
    (path,) = spool_files(home, ".segment" if size < SMALL_LIMIT else ".document")
    os.truncate(path, path.stat().st_size - 20)
    with pytest.raises(DocumentCorrupt):
        await fetch(home, key)


async def test_a_missing_file_is_gone(home, keep, fetch, spool_files):
    key = await keep(home, os.urandom(600_000))
    spool_files(home, ".document")[0].unlink()
    with pytest.raises(DocumentGone):
        await fetch(home, key)


async def test_bytes_under_another_documents_row_are_corrupt(home, keep, fetch):
    one, two = await keep(home, b"one" * 100), await keep(home, b"two" * 100)
    await home.database.write(
        lambda connection: connection.exec_driver_sql(
            "UPDATE document SET offset = (SELECT offset FROM document WHERE document_id = ?) WHERE document_id = ?",
            (two, one),
        )
    )
    with pytest.raises(DocumentCorrupt):
        await fetch(home, one)


@pytest.mark.parametrize("size", [1_000, 3 * CHUNK])
@pytest.mark.parametrize("off_by", [-1, 1, 5 * CHUNK])
async def test_a_row_with_a_false_size_is_corrupt(home, keep, fetch, size, off_by):
    key = await keep(home, os.urandom(size))
    await home.database.write(
        lambda c: c.exec_driver_sql("UPDATE document SET size = ? WHERE document_id = ?", (size + off_by, key))
    )
    with pytest.raises(DocumentCorrupt):
        await fetch(home, key)


async def test_uploads_side_by_side_stay_apart(home, keep, fetch):
    documents = [os.urandom(size) for size in (10, 300_000, 1_500_000, 20_000) * 6]
    keys = await asyncio.gather(*(keep(home, document, 60_000) for document in documents))
    assert [await fetch(home, key) for key in keys] == documents


async def test_a_segment_is_never_continued_after_a_restart(home, keep, spool_files):
    await keep(home, b"before")
    before = {path: path.read_bytes() for path in spool_files(home, ".segment")}
    await home.close()
    again = await Home.open(home.folder, reserve_bytes=0)
    try:
        await keep(again, b"after")
        assert len(spool_files(again, ".segment")) == 2
        assert {path: path.read_bytes() for path in before} == before
    finally:
        await again.close()


async def test_segments_roll_at_their_size_and_each_day(tmp_path, pieces, spool_files, clock):
    spool = Spool(
        tmp_path / "spool", KeyRing.open(tmp_path / "keys"), reserve_bytes=0, segment_bytes=10_000, today=clock
    )
    database = await Database.open(tmp_path / "db", before_commit=spool.before_commit)
    spool.attach(database)
    keys = []
    for number in range(8):
        sealed = await spool.receive(pieces(bytes([number]) * 6_000, 6_000), limit=10**6)
        await database.write(lambda connection, sealed=sealed: spool.insert(connection, sealed), documents=[sealed])
        keys.append(sealed.document_id)
        if number == 5:
            clock.tomorrow()
    sizes = {path.parent.name: [] for path in (tmp_path / "spool").rglob("*.segment")}
    for path in sorted((tmp_path / "spool").rglob("*.segment")):
        sizes[path.parent.name].append(path.stat().st_size)
    assert sizes == {"2026-01-01": [12_032, 12_032, 12_032], "2026-01-02": [12_032]}
    for number, key in enumerate(keys):
        with await spool.open(key) as reader:
            assert reader.pread(0, 9_999) == bytes([number]) * 6_000
    await database.close()
    await spool.close()
