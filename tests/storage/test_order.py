"""The order in which things reach the disk, as the kernel saw it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_CALL = re.compile(r"(pwritev2?|pwrite64|fdatasync|fsync|write)\((\d+)<([^>]*)>")


def test_bytes_then_row_then_answer(tmp_path, child_environment):
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    load = Path(__file__).with_name("load.py")
    wanted = "trace=pwritev,pwritev2,pwrite64,fdatasync,fsync,write"
    command = [strace, "-f", "-y", "-qq", "-o", str(trace), "-e", wanted]
    done = subprocess.run(
        [*command, sys.executable, str(load), str(tmp_path / "home"), "1", "12"],
        env=child_environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "PTRACE" in done.stderr or "ptrace" in done.stderr:
        pytest.skip("tracing is not permitted here")
    assert done.returncode == 0, done.stderr
    jobs = _jobs(trace.read_text(errors="replace"))
    kinds = {kind for kind, _ in jobs}
    assert len(jobs) == 12
    assert kinds == {"segment", "document"}
    for kind, steps in jobs:
        order = ["bytes", "bytes synced", "row", "row synced", "answer"]
        if kind == "document":
            order.insert(2, "name synced")
        assert [step for step in order if step in steps] == order
        # The last write of each kind comes before its sync, and that before the next thing.
        last = {step: len(steps) - 1 - steps[::-1].index(step) for step in order}
        assert sorted(order, key=last.get) == order, steps


def _jobs(trace):
    """For each job its kind and its steps, from the first byte to the answer."""
    jobs, steps, kind, ready = [], [], "", False
    for line in trace.splitlines():
        found = _CALL.search(line)
        if found is None:
            continue
        call, _, path = found.groups()
        if call == "write" and found.group(2) == "1":
            if ready:
                jobs.append((kind, [*steps, "answer"]))
            ready, steps, kind = True, [], ""
        elif path.endswith((".segment", ".document")):
            kind = path.rpartition(".")[2]
            steps.append("bytes" if call.startswith("pwrite") else "bytes synced")
        elif path.endswith(".db-wal"):
            steps.append("row" if call.startswith("pwrite") else "row synced")
        elif call == "fsync" and kind == "document" and "/spool/" in path:
            steps.append("name synced")
    return jobs
