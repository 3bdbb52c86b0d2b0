"""A full disk is told in words, leaves nothing half written, and is no longer full when room is made."""

import os
import shutil
import subprocess
import sys

import pytest

from storage.errors import StorageFull
from storage.home import Home

# Runs in a mount namespace of its own, on a file system of 24 MB.
_SCRIPT = """
import asyncio, os, pathlib, sys
from storage.errors import StorageFull
from storage.home import Home

disk = pathlib.Path(sys.argv[1])
reserve = int(sys.argv[2])

async def pieces(document):
    for at in range(0, len(document), 100_000):
        yield document[at : at + 100_000]

async def keep(home, document):
    sealed = await home.spool.receive(pieces(document), limit=10**9)
    try:
        await home.database.write(lambda c: home.spool.insert(c, sealed), documents=[sealed])
    except BaseException:
        await home.spool.abandon(sealed)
        raise
    return sealed.document_id

async def fetch(home, key):
    with await home.spool.open(key) as reader:
        return b"".join([piece async for piece in reader.stream()])

async def fill(home, size, kept):
    for number in range(3000):
        document = os.urandom(size)
        try:
            kept[await keep(home, document)] = document
        except StorageFull as error:
            assert "free some space" in str(error), error
            return
    raise AssertionError("the disk never filled up")

async def main():
    home = await Home.open(disk / "home", reserve_bytes=reserve)
    kept = {}
    for size in (1_700_000, 20_000, 300_000, 500):
        ballast = disk / "ballast"
        await fill(home, size, kept)
        assert kept
        documents = list((disk / "home" / "spool").rglob("*.document"))
        assert len(documents) == sum(len(document) > 262_144 for document in kept.values())
        for key, document in kept.items():
            assert await fetch(home, key) == document
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        assert free >= reserve - 2_500_000, free
    if reserve:
        # With a reserve the rows still have room, so that what is held can be released and deleted.
        await home.database.check()
    ballast.unlink()
    await asyncio.sleep(1.1)
    for size in (500, 20_000, 300_000):
        document = os.urandom(size)
        assert await fetch(home, await keep(home, document)) == document
    for key in kept:
        await home.database.write(lambda c: home.spool.shred(c, key))
    await home.spool.reclaim()
    await home.database.check()
    await home.close()
    home = await Home.open(disk / "home", reserve_bytes=0)
    await home.close()
    print("recovered", len(kept))

(disk / "ballast").write_bytes(bytes(4_000_000))
asyncio.run(main())
"""


def _on_a_small_disk(tmp_path, reserve, environment):
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("a small disk of its own needs root and unshare")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=24m,mode=700 tmpfs {disk}"
    if subprocess.run(["unshare", "-m", "sh", "-c", mount], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not permitted here")
    script = tmp_path / "fill.py"
    script.write_text(_SCRIPT)
    command = f"{mount} && exec {sys.executable} {script} {disk} {reserve}"
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("reserve", [0, 6_000_000])
def test_a_full_disk_and_its_recovery(tmp_path, child_environment, reserve):
    done = _on_a_small_disk(tmp_path, reserve, child_environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("recovered")
    assert done.stderr == ""


async def test_the_reserve_is_kept_before_anything_is_written(tmp_path, pieces):
    home = await Home.open(tmp_path / "home", reserve_bytes=2**60)
    try:
        with pytest.raises(StorageFull, match="reserve"):
            home.spool.check_room(None)
        with pytest.raises(StorageFull, match="reserve"):
            await home.spool.receive(pieces(b"x", 1), limit=10)
        with pytest.raises(StorageFull), home.spool.scratch(10**9) as scratch:
            await scratch.write(bytes(2_000_000))
        await home.database.check()
    finally:
        await home.close()


async def test_what_is_expected_counts(home):
    home.spool.check_room(None)
    home.spool.check_room(1000)
    with pytest.raises(StorageFull, match="release held jobs"):
        home.spool.check_room(2**60)
