"""The plug is pulled at each commit point, under load: what was acknowledged is there, what was not is not half there."""

import asyncio
import importlib.util
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from storage import faults
from storage.home import Home

_LOAD = Path(__file__).with_name("load.py")


def _document(number):
    specification = importlib.util.spec_from_file_location("storage_load", _LOAD)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.document(number)


def _run(folder, fault, environment, clients=8):
    """Run the load until the fault kills it; the acknowledged numbers."""
    command = [sys.executable, str(_LOAD), str(folder), str(clients), "1000"]
    done = subprocess.run(
        command, env={**environment, "PRINTGATE_FAULT": fault}, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    ready, *numbers = done.stdout.splitlines()
    assert ready == "ready"
    return {int(number) for number in numbers}


async def _verify(folder, acknowledged, fetch):
    """All that was acknowledged reads back, and nothing is half visible. The numbers found, and bytes without a row."""
    home = await Home.open(folder, reserve_bytes=0)
    try:
        jobs = await home.database.read(lambda c: c.exec_driver_sql("SELECT number, document FROM load_job").all())
        found = {number for number, _ in jobs}
        assert acknowledged <= found
        for number, key in jobs:
            assert await fetch(home, key) == _document(number), number

        def rows(connection):
            counts = ("document", "document_key", "load_job")
            return {connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() for table in counts}

        assert await home.database.read(rows) == {len(jobs)}
        assert await home.database.read(lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar()) == "ok"
        names = await home.database.read(
            lambda c: set(c.exec_driver_sql("SELECT name FROM document WHERE kind = 'file'").scalars())
        )
        kept = {f"{path.parent.name}/{path.name}" for path in (folder / "spool").rglob("*.document")}
        assert kept == names
        used = await home.database.read(
            lambda c: c.exec_driver_sql("SELECT sum(stored_length) FROM document WHERE kind = 'segment'").scalar()
        )
        stored = sum(path.stat().st_size for path in (folder / "spool").rglob("*.segment"))
    finally:
        await home.close()
    return found, stored - (used or 0)


@pytest.mark.parametrize("point", ["spool-synced", "row-committed", "large-synced"])
async def test_what_was_acknowledged_survives(point, tmp_path, fetch, child_environment):
    acknowledged = set()
    unsaid = 0
    # Three times on the same home: the second and third start where a crash left off.
    for passage in (1, 7, 25):
        # The first flushes make the tables and have no documents.
        said = await asyncio.to_thread(_run, tmp_path, f"{point}:{passage + 3}", child_environment)
        acknowledged |= said
        found, unowned = await _verify(tmp_path, acknowledged, fetch)
        unsaid += len(found - acknowledged)
        acknowledged |= found
    assert len(acknowledged) > 20
    # Proof that the process did die there: rows that nobody had been told of, bytes that no row speaks of.
    if point == "row-committed":
        assert unsaid >= 3
    if point == "spool-synced":
        assert unowned > 0


async def test_a_kill_at_any_moment_loses_nothing(tmp_path, fetch, child_environment):
    command = [sys.executable, str(_LOAD), str(tmp_path), "8", "100000"]
    acknowledged = set()
    for wanted in (5, 60, 150):
        with subprocess.Popen(command, env=child_environment, stdout=subprocess.PIPE) as child:
            assert child.stdout.readline() == b"ready\n"
            for _ in range(wanted):
                acknowledged.add(int(child.stdout.readline()))
            child.send_signal(signal.SIGKILL)
            # A line counts as said only if it is whole.
            acknowledged.update(
                int(line) for line in child.stdout.read().splitlines(keepends=True) if line[-1:] == b"\n"
            )
        acknowledged |= (await _verify(tmp_path, acknowledged, fetch))[0]
    assert len(acknowledged) >= 215


def test_a_point_does_nothing_unless_asked(child_environment):
    faults.point("spool-synced")
    script = (
        "from storage.faults import point\nfor n in range(5):\n    point('other'); print(n, flush=True); point('mine')"
    )
    for value, lines in [("mine", 1), ("mine:3", 3), ("", 5), ("unknown", 5)]:
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**child_environment, "PRINTGATE_FAULT": value},
            capture_output=True,
            check=False,
        )
        assert len(done.stdout.splitlines()) == lines
        assert done.returncode == (-signal.SIGKILL if lines < 5 else 0)


def test_the_log_of_a_killed_process_is_not_thrown_away(tmp_path, child_environment):
    """Guards the tests above against a database that is only ever read through its main file."""
    said = _run(tmp_path, "row-committed:9", child_environment)
    assert os.stat(tmp_path / "printgate.db-wal").st_size > 0
    found = sqlite3.connect(tmp_path / "printgate.db").execute("SELECT number FROM load_job").fetchall()
    assert said <= {number for (number,) in found}
