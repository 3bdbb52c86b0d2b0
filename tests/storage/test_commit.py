"""Batches: bounded in units and bytes, and whole again after a unit fails."""

import asyncio
import os

import pytest

from storage.database import Database
from storage.keys import KeyRing
from storage.spool import Spool


@pytest.fixture
async def parts(tmp_path):
    """A spool, its database, and the batches that reached the disk."""
    batches = []
    spool = Spool(tmp_path / "spool", KeyRing.open(tmp_path / "keys"), reserve_bytes=0, segment_bytes=1_000_000)

    def before_commit(batch):
        batches.append(list(batch))
        spool.before_commit(batch)

    database = await Database.open(tmp_path / "db", before_commit=before_commit)
    spool.attach(database)
    yield spool, database, batches
    await database.close()
    await spool.close()


async def _receive(spool, document):
    async def whole():
        yield document

    return await spool.receive(whole(), limit=10**9)


async def _commit(spool, database, sealed):
    await database.write(lambda connection: spool.insert(connection, sealed), documents=[sealed])


async def test_a_batch_is_bounded_in_units(parts):
    spool, database, batches = parts
    received = [await _receive(spool, b"%d" % number) for number in range(700)]
    await asyncio.gather(*(_commit(spool, database, sealed) for sealed in received))
    assert sum(len(batch) for batch in batches) == 700
    assert max(len(batch) for batch in batches) == 256


async def test_a_batch_is_bounded_in_bytes(parts):
    spool, database, batches = parts
    received = [await _receive(spool, bytes(262_144)) for _ in range(150)]
    await asyncio.gather(*(_commit(spool, database, sealed) for sealed in received))
    sizes = [sum(unit.sealed_bytes for unit in batch) for batch in batches]
    assert sum(sizes) == 150 * 262_160
    assert 15 * 2**20 < max(sizes) <= 16 * 2**20


async def test_large_and_small_ones_share_a_batch(parts):
    spool, database, batches = parts
    documents = [os.urandom(size) for size in (10, 400_000, 20, 300_000, 30)]
    received = [await _receive(spool, document) for document in documents]
    await asyncio.gather(*(_commit(spool, database, sealed) for sealed in received))
    assert len(batches) == 1
    for sealed, document in zip(received, documents, strict=True):
        with await spool.open(sealed.document_id) as reader:
            assert reader.pread(0, 10**6) == document


async def test_a_document_whose_unit_failed_can_be_committed_later(parts, tmp_path):
    """Its first segment may be gone by then."""
    spool, database, _ = parts

    def fails(_connection):
        raise LookupError

    sealed = await _receive(spool, b"at the second try")
    with pytest.raises(LookupError):
        await database.write(fails, documents=[sealed])
    for _ in range(6):
        filler = await _receive(spool, bytes(262_144))
        await _commit(spool, database, filler)
        await database.write(lambda connection, filler=filler: spool.shred(connection, filler.document_id))
    await spool.reclaim()
    assert len(list((tmp_path / "spool").rglob("*.segment"))) == 1
    await _commit(spool, database, sealed)
    with await spool.open(sealed.document_id) as reader:
        assert reader.pread(0, 100) == b"at the second try"


async def test_inserting_without_passing_the_document_is_refused(parts):
    spool, database, _ = parts
    sealed = await _receive(spool, b"x")
    with pytest.raises(ValueError, match="documents="):
        await database.write(lambda connection: spool.insert(connection, sealed))


async def test_what_follows_a_commit_happens_though_its_caller_is_gone(parts):
    _, database, _ = parts
    seen = []
    stayed = asyncio.create_task(database.write(lambda _: "stayed", then=seen.append))
    left = asyncio.create_task(database.write(lambda _: "left", then=seen.append))
    await asyncio.sleep(0)
    left.cancel()
    assert await stayed == "stayed"
    with pytest.raises(asyncio.CancelledError):
        await left
    await database.write(lambda _: None)
    assert seen == ["stayed", "left"]


async def test_nothing_follows_a_unit_that_failed(parts):
    _, database, _ = parts
    seen = []
    with pytest.raises(ZeroDivisionError):
        await database.write(lambda _: 1 // 0, then=seen.append)
    await database.write(lambda _: None)
    assert seen == []
