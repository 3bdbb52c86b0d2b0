"""Temporaries: written once, read at will, capped, encrypted, gone."""

import os

import pytest

from storage.chunked import CHUNK
from storage.errors import StorageUnavailable, TooLargeDocument


async def _filled(home, content, piece=100_000, limit=10**8):
    scratch = home.spool.scratch(limit)
    for at in range(0, len(content), piece):
        await scratch.write(content[at : at + piece])
    await scratch.finish()
    return scratch


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 3_000_000])
async def test_round_trip(home, size):
    content = os.urandom(size)
    with await _filled(home, content) as scratch:
        assert scratch.size == size
        assert b"".join([piece async for piece in scratch.stream()]) == content
        assert b"".join([piece async for piece in scratch.stream(size // 3)]) == content[size // 3 :]
        assert scratch.pread(size // 2, 1234) == content[size // 2 : size // 2 + 1234]


async def test_it_has_no_name_and_is_not_readable(home):
    content = b"strictly private " * 60_000
    with await _filled(home, content) as scratch:
        assert list((home.folder / "spool" / "scratch").iterdir()) == []
        seen = b""
        for descriptor in os.listdir("/proc/self/fd"):
            try:
                target = os.readlink(f"/proc/self/fd/{descriptor}")
            except FileNotFoundError:
                continue
            if str(home.folder / "spool" / "scratch") in target:
                seen = os.pread(int(descriptor), 10**7, 0)
        assert len(seen) > len(content)
        assert b"private" not in seen
        assert scratch.pread(0, 8) == b"strictly"


async def test_it_is_capped(home):
    with home.spool.scratch(1_000_000) as scratch:
        await scratch.write(bytes(999_999))
        with pytest.raises(TooLargeDocument):
            await scratch.write(bytes(2))
        await scratch.write(bytes(1))
        await scratch.finish()
        assert scratch.size == 1_000_000


async def test_its_order_of_use_is_kept(home):
    scratch = home.spool.scratch(100)
    await scratch.write(b"x")
    with pytest.raises(StorageUnavailable, match="not finished"):
        scratch.pread(0, 1)
    await scratch.finish()
    with pytest.raises(StorageUnavailable, match="finished"):
        await scratch.write(b"y")
    scratch.close()
    scratch.close()
    with pytest.raises(StorageUnavailable):
        scratch.pread(0, 1)


async def test_closing_an_unfinished_one_gives_its_descriptor_back(home):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        scratch = home.spool.scratch(10**8)
        await scratch.write(bytes(2 * CHUNK))
        scratch.close()
    assert len(os.listdir("/proc/self/fd")) == before


async def test_a_dropped_one_gives_its_descriptor_back(home):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        await _filled(home, bytes(2 * CHUNK))
        unfinished = home.spool.scratch(10**8)
        await unfinished.write(bytes(2 * CHUNK))
        del unfinished
    assert len(os.listdir("/proc/self/fd")) == before
