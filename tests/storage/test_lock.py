"""One process at a time owns a home, and says which."""

import os
import subprocess
import sys

import pytest

from storage.errors import HomeBusy, StorageUnavailable
from storage.home import Home
from storage.lock import HomeLock


def test_a_second_lock_is_refused_and_names_the_holder(tmp_path):
    with HomeLock.acquire(tmp_path), pytest.raises(HomeBusy, match=f"process {os.getpid()}:"):
        HomeLock.acquire(tmp_path)
    HomeLock.acquire(tmp_path).release()


def test_a_dead_holder_holds_nothing(tmp_path, child_environment):
    script = (
        "import os, sys, pathlib\nfrom storage.lock import HomeLock\n"
        "lock = HomeLock.acquire(pathlib.Path(sys.argv[1]))\nprint(os.getpid(), flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        env=child_environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        holder = child.stdout.readline().decode().strip()
        with pytest.raises(HomeBusy, match=f"process {holder}:"):
            HomeLock.acquire(tmp_path)
        child.kill()
        child.wait()
    HomeLock.acquire(tmp_path).release()


def test_releasing_twice_is_harmless(tmp_path):
    lock = HomeLock.acquire(tmp_path)
    lock.release()
    with HomeLock.acquire(tmp_path):
        lock.release()
        with pytest.raises(HomeBusy):
            HomeLock.acquire(tmp_path)


def test_no_folder_no_lock(tmp_path):
    with pytest.raises(StorageUnavailable, match="cannot be written"):
        HomeLock.acquire(tmp_path / "nowhere")


async def test_an_open_home_is_locked_until_it_is_closed(tmp_path):
    home = await Home.open(tmp_path, reserve_bytes=0)
    with pytest.raises(HomeBusy):
        await Home.open(tmp_path, reserve_bytes=0)
    await home.close()
    await (await Home.open(tmp_path, reserve_bytes=0)).close()
