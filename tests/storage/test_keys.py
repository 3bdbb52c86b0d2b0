"""A key a day, each destroyed when no document needs it, never one that may still be needed."""

import os

import pytest

from storage.database import Database
from storage.errors import DocumentCorrupt, DocumentGone, StorageUnavailable
from storage.keys import KeyRing
from storage.spool import Spool


def test_wrapping_is_bound_to_the_document(tmp_path, clock):
    ring = KeyRing.open(tmp_path / "keys", today=clock)
    key = os.urandom(32)
    name, wrapped = ring.wrap(b"a" * 16, key)
    assert (name, len(wrapped)) == ("2026-01-01", 60)
    assert key not in wrapped
    assert ring.wrap(b"a" * 16, key)[1] != wrapped
    assert KeyRing.open(tmp_path / "keys", today=clock).unwrap(b"a" * 16, name, wrapped) == key
    with pytest.raises(DocumentCorrupt):
        ring.unwrap(b"b" * 16, name, wrapped)
    with pytest.raises(DocumentCorrupt):
        ring.unwrap(b"a" * 16, name, b"")


def test_each_day_has_a_key_of_its_own(tmp_path, clock):
    ring = KeyRing.open(tmp_path / "keys", today=clock)
    wrapped = []
    for _ in range(3):
        wrapped.append(ring.wrap(b"a" * 16, b"k" * 32))
        clock.tomorrow()
    assert not ring.ready
    contents = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    assert sorted(contents) == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert len(set(contents.values())) == 3
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert [ring.unwrap(b"a" * 16, *pair) for pair in wrapped] == [b"k" * 32] * 3


def test_only_what_no_document_can_need_is_destroyed(tmp_path, clock):
    ring = KeyRing.open(tmp_path / "keys", today=clock)
    first = ring.wrap(b"a" * 16, b"k" * 32)
    for _ in range(4):
        clock.tomorrow()
        ring.prepare()
    assert ring.destroy_unused({"2026-01-02"}) == ["2026-01-01", "2026-01-03"]
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["2026-01-02", "2026-01-04", "2026-01-05"]
    for one in (ring, KeyRing.open(tmp_path / "keys", today=clock)):
        with pytest.raises(DocumentGone, match="destroyed"):
            one.unwrap(b"a" * 16, *first)


def test_a_destroyed_key_is_overwritten_before_it_is_unlinked(tmp_path, clock):
    ring = KeyRing.open(tmp_path / "keys", today=clock)
    path = tmp_path / "keys" / "2026-01-01"
    content = path.read_bytes()
    with path.open("rb") as still_open:
        clock.tomorrow()
        clock.tomorrow()
        assert ring.destroy_unused(()) == ["2026-01-01"]
        assert not path.exists()
        left = still_open.read()
    assert len(left) == 32
    assert left != content


def test_a_damaged_key_file_is_named(tmp_path, clock):
    ring = KeyRing.open(tmp_path / "keys", today=clock)
    pair = ring.wrap(b"a" * 16, b"k" * 32)
    (tmp_path / "keys" / "2026-01-01").write_bytes(b"short")
    clock.tomorrow()
    with pytest.raises(StorageUnavailable, match="2026-01-01"):
        KeyRing.open(tmp_path / "keys", today=clock).unwrap(b"a" * 16, *pair)


def test_a_name_from_the_database_never_leaves_the_folder(tmp_path, clock):
    ring = KeyRing.open(tmp_path / "keys", today=clock)
    (tmp_path / "other").write_bytes(bytes(32))
    with pytest.raises(DocumentGone):
        ring.unwrap(b"a" * 16, "../other", bytes(60))


async def test_the_days_of_a_spool(tmp_path, clock, pieces):
    ring = KeyRing.open(tmp_path / "keys", today=clock)
    spool = Spool(tmp_path / "spool", ring, reserve_bytes=0, today=clock)
    database = await Database.open(tmp_path / "db", before_commit=spool.before_commit)
    spool.attach(database)
    ids = []
    for size in (100, 400_000, 200):
        sealed = await spool.receive(pieces(bytes(size), 10**5), limit=10**6)
        await database.write(lambda connection, sealed=sealed: spool.insert(connection, sealed), documents=[sealed])
        ids.append(sealed.document_id)
        clock.tomorrow()
    clock.tomorrow()
    await database.write(lambda connection: spool.shred(connection, ids[0]))
    assert await spool.destroy_unused_keys() == ["2026-01-01"]
    for key, size in zip(ids[1:], (400_000, 200), strict=True):
        with await spool.open(key) as reader:
            assert reader.pread(0, 10**6) == bytes(size)
    await database.write(lambda connection: [spool.shred(connection, key) for key in ids[1:]])
    assert await spool.destroy_unused_keys() == ["2026-01-02", "2026-01-03"]
    await database.close()
    await spool.close()
