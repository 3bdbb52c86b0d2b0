"""Outside programs in each way of confinement that works here."""

import asyncio
import os
import shutil
import socket
import sys
import threading

import pytest

from pdl.errors import LimitReached, SandboxFailed
from pdl.limits import MEBIBYTE, Limits
from pdl.program import CONFINED, LEVELS, NOTHING, Programs
from pdl.source import BytesSource

SMALL = Limits(cpu_seconds=5, memory_bytes=1024 * MEBIBYTE, wall_seconds=10, output_bytes=8 * MEBIBYTE)


@pytest.fixture(params=LEVELS)
def programs(request):
    made = Programs()
    made.level = request.param
    try:
        code, _, _ = run(made, "/usr/bin/true")
    except (OSError, LimitReached):
        code = 1
    if code:
        pytest.skip(f"{request.param} does not work on this machine")
    return made


def run(programs, *argv, data=None, limits=SMALL):
    """(exit status, standard output, end of standard error)."""
    out = bytearray()

    async def sink(part):
        out.extend(part)

    source = None if data is None else BytesSource(data)
    result = asyncio.run(programs.run(argv, source=source, limits=limits, sink=sink))
    return result.returncode, bytes(out), result.stderr


def test_the_document_is_read_by_its_path(programs):
    data = os.urandom(2_000_000)
    assert run(programs, "cat", "{input}", data=data) == (0, data, "")


def test_the_document_is_seekable_and_cannot_be_changed(programs):
    assert run(programs, "tail", "-c", "+5", "{input}", data=b"0123456789")[1] == b"456789"
    _, out, complaint = run(programs, "sh", "-c", "echo x > {input} || echo refused", data=b"0123456789")
    assert out == b"refused\n"
    assert complaint


def test_the_exit_status_and_the_end_of_the_complaint_are_told(programs):
    code, _, complaint = run(programs, "sh", "-c", "seq 5000 >&2; echo sorry >&2; exit 3")
    assert code == 3
    assert complaint.endswith("5000\nsorry\n")
    assert len(complaint) <= 8192


def test_no_file_of_the_host_is_read(programs, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    os.chmod(secret, 0o644)
    for path in (secret, "/etc/passwd"):
        code, out, _ = run(programs, "cat", str(path))
        assert (code != 0, out) == (True, b"")


def test_it_is_not_root_and_has_none_of_our_environment(programs, monkeypatch):
    monkeypatch.setenv("PRINTGATE_SECRET", "secret")
    assert run(programs, "id", "-u")[1] != b"0\n"
    assert b"PRINTGATE" not in run(programs, "env")[1]


def test_no_network(programs):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code, _, complaint = run(programs, "bash", "-c", f"echo hello > /dev/tcp/127.0.0.1/{port}")
        assert code != 0
        assert complaint


def test_the_clock_ends_it(programs):
    with pytest.raises(LimitReached, match=r"longer than 0\.5 seconds"):
        run(programs, "sleep", "60", limits=Limits(wall_seconds=0.5))


def test_processor_time_ends_it(programs):
    code, _, _ = run(programs, "sh", "-c", "while :; do :; done", limits=Limits(cpu_seconds=1, wall_seconds=20))
    assert code != 0


def test_output_is_cut_off(programs):
    with pytest.raises(LimitReached, match="output"):
        run(programs, "yes")


def test_processes_are_bounded(programs):
    if programs.level == "bubblewrap as root":
        pytest.skip("root's own processes are not counted")
    # Not bash, which waits longer and longer for a process that it may not have.
    script = "i=0; while [ $i -lt 500 ]; do sleep 1 & i=$((i + 1)); done; echo all"
    code, out, complaint = run(programs, "dash", "-c", script, limits=Limits(wall_seconds=30))
    assert "fork" in complaint.lower()
    assert code != 0
    assert out == b""


def test_many_at_once_do_not_take_each_other_s_processes(programs):
    async def all_of_them():
        async def sink(_):
            pass

        runs = (programs.run(["sleep", "0.5"], source=None, limits=SMALL, sink=sink) for _ in range(25))
        return await asyncio.gather(*runs)

    assert {result.returncode for result in asyncio.run(all_of_them())} == {0}


def test_a_copy_that_nobody_waits_for_is_closed(programs):
    reading, go_on = threading.Event(), threading.Event()

    class Slow(BytesSource):
        def pread(self, offset, length):
            reading.set()
            go_on.wait(5)
            return super().pread(offset, length)

    def copies():
        return [name for name in map(_link, os.listdir("/proc/self/fd")) if "memfd:document" in name]

    async def cancelled():
        running = asyncio.create_task(programs.run(["true"], source=Slow(b"document"), limits=SMALL, sink=None))
        await asyncio.to_thread(reading.wait, 5)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert len(copies()) == 1
        go_on.set()
        async with asyncio.timeout(5):
            while copies():
                await asyncio.sleep(0.01)

    asyncio.run(cancelled())


def _link(descriptor):
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return ""


def test_without_a_file_system_in_memory_nothing_is_written_to_a_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("pdl.program.MEMORY", tmp_path / "missing")
    programs = Programs()
    programs.level = CONFINED
    with pytest.raises(FileNotFoundError):
        run(programs, "true")


def test_a_document_too_large_is_not_copied(programs):
    with pytest.raises(LimitReached, match="larger than 10 bytes"):
        run(programs, "cat", "{input}", data=bytes(11), limits=Limits(input_bytes=10))


def test_scratch_space_is_gone_afterwards(programs, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    code, out, _ = run(programs, "sh", "-c", 'echo here > "$HOME/made" && cat "$HOME/made"')
    assert (code, out) == (0, b"here\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not shutil.which("gs"), reason="Ghostscript is not installed")
def test_ghostscript_reads_the_document_under_dsafer(programs):
    code, _, complaint = run(
        programs, "gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=bbox", "-r72", "{input}",
        data=b"%!PS\n10 10 moveto 20 20 lineto stroke showpage\n",
    )  # fmt: skip
    assert code == 0
    assert "%%BoundingBox: 9 9 21 21" in complaint


def test_where_nothing_works_nothing_runs():
    programs = Programs()
    programs.level = NOTHING
    with pytest.raises(SandboxFailed, match="bubblewrap"):
        run(programs, sys.executable)


def test_the_probe_chooses_what_works():
    programs = Programs()
    asyncio.run(programs.probe())
    assert programs.level in LEVELS
