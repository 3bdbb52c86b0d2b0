"""A disk that fails: a segment whose sync failed is never used again, and only those are told whose bytes are in doubt."""

import asyncio
import errno
import os

import pytest

from storage.errors import StorageFull, StorageUnavailable


class _FailingDisk:
    """Makes one call of the operating system fail a few times on files with one suffix."""

    def __init__(self, monkeypatch, name, code, suffix, times):
        self.left = times
        self.failed = []
        real = getattr(os, name)

        def call(descriptor, *arguments):
            path = os.readlink(f"/proc/self/fd/{descriptor}")
            if self.left and path.endswith(suffix):
                self.left -= 1
                self.failed.append(path)
                raise OSError(code, os.strerror(code))
            return real(descriptor, *arguments)

        monkeypatch.setattr(os, name, call)


async def test_a_failed_sync_closes_the_segment_for_ever(home, keep, fetch, monkeypatch, spool_files):
    before = await keep(home, b"before")
    disk = _FailingDisk(monkeypatch, "fdatasync", errno.EIO, ".segment", 1)
    with pytest.raises(StorageUnavailable, match="check the disk"):
        await keep(home, b"lost")
    size = os.stat(disk.failed[0]).st_size
    after = await keep(home, b"after")
    assert len(spool_files(home, ".segment")) == 2
    assert os.stat(disk.failed[0]).st_size == size
    assert [await fetch(home, before), await fetch(home, after)] == [b"before", b"after"]


async def test_a_batch_whose_sync_failed_is_written_again_elsewhere(home, keep, fetch, monkeypatch):
    await keep(home, b"first")
    disk = _FailingDisk(monkeypatch, "fdatasync", errno.EIO, ".segment", 1)
    documents = [os.urandom(500) for _ in range(20)]
    results = await asyncio.gather(*(keep(home, document) for document in documents), return_exceptions=True)
    assert disk.failed
    assert [await fetch(home, key) for key in results] == documents
    places = await home.database.read(lambda c: set(c.exec_driver_sql("SELECT name FROM document").scalars()))
    assert len(places) == 2


async def test_no_room_is_told_and_passes(home, keep, fetch, monkeypatch, spool_files):
    await keep(home, b"first")
    (segment,) = spool_files(home, ".segment")
    size = segment.stat().st_size
    _FailingDisk(monkeypatch, "pwritev", errno.ENOSPC, ".segment", 1)
    with pytest.raises(StorageFull, match="free some space"):
        await keep(home, b"second")
    assert segment.stat().st_size == size
    assert await fetch(home, await keep(home, b"third")) == b"third"
    assert spool_files(home, ".segment") == [segment]


async def test_half_a_write_is_taken_back(home, keep, fetch, monkeypatch, spool_files):
    await keep(home, b"first")
    (segment,) = spool_files(home, ".segment")
    size = segment.stat().st_size
    real, calls = os.pwritev, []

    def short(descriptor, buffers, at):
        calls.append(at)
        if len(calls) == 2:
            raise OSError(errno.EDQUOT, "quota")
        return real(descriptor, [buffers[0][:7]], at)

    monkeypatch.setattr(os, "pwritev", short)
    with pytest.raises(StorageFull):
        await keep(home, b"second")
    monkeypatch.setattr(os, "pwritev", real)
    assert len(calls) == 2
    assert segment.stat().st_size == size
    assert await fetch(home, await keep(home, b"third")) == b"third"


async def test_short_writes_are_continued(home, keep, fetch, monkeypatch):
    real = os.pwritev
    monkeypatch.setattr(os, "pwritev", lambda descriptor, buffers, at: real(descriptor, [buffers[0][:701]], at))
    documents = [os.urandom(size) for size in (0, 690, 5_000, 701, 685, 1)]
    keys = await asyncio.gather(*(keep(home, document) for document in documents))
    assert [await fetch(home, key) for key in keys] == documents


@pytest.mark.parametrize("call", ["fdatasync", "pwrite"])
async def test_a_large_file_that_cannot_be_written_is_removed(home, keep, monkeypatch, spool_files, call):
    _FailingDisk(monkeypatch, call, errno.EIO, ".document", 1)
    with pytest.raises(StorageUnavailable, match="check the disk"):
        await keep(home, bytes(1_500_000))
    assert spool_files(home, ".document") == []
    await keep(home, bytes(1_500_000))
