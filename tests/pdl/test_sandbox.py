"""The sandbox against documents that have taken over their reader, and programs that go wrong."""

import asyncio
import os
import signal
import socket

import pytest

from pdl.errors import DocumentRejected, LimitReached, PasswordNeeded, ReaderCrashed, SandboxFailed
from pdl.limits import MEBIBYTE, Limits
from pdl.sandbox import Sandbox
from pdl.source import BytesSource

SMALL = Limits(cpu_seconds=2, memory_bytes=256 * MEBIBYTE, wall_seconds=5, output_bytes=8 * MEBIBYTE)


class Box:
    """A running sandbox of hostile tasks, used from synchronous tests."""

    def __init__(self, runner):
        self.sandbox = Sandbox("tests.pdl.hostile_tasks", at_once=2)
        self.do = runner.run
        self.do(self.sandbox.start())

    def run(self, task, data=b"document", limits=SMALL, sink=None, **arguments):
        return self.do(self.sandbox.run(task, BytesSource(data), arguments, limits=limits, sink=sink))


@pytest.fixture(scope="module")
def box():
    with asyncio.Runner() as runner:
        made = Box(runner)
        yield made
        runner.run(made.sandbox.stop())


def needs(box, measure):
    if measure not in box.sandbox.level:
        pytest.skip(f"this machine protects by {box.sandbox.level} only")


def test_a_task_reads_its_document_and_answers(box):
    answer = box.run("honest", b"0123456789abcdef", word="said")
    assert answer["size"] == 16
    assert bytes.fromhex(answer["head"]) == b"0123456789"
    assert answer["word"] == "said"


def test_reads_are_short_only_at_the_end(box):
    assert box.run("reads", b"abcdef") == {"beyond": "", "tail": b"def".hex()}


def test_output_arrives_whole_and_in_order(box):
    data = os.urandom(3_000_000)
    got = bytearray()

    async def sink(part):
        await asyncio.sleep(0)
        got.extend(part)

    assert box.run("echo", data, sink=sink) == {}
    assert got == data


def test_the_level_names_what_protects(box):
    assert "rlimits" in box.sandbox.level
    assert "programs: " in box.sandbox.level


def test_no_file_of_the_host_opens(box, tmp_path):
    needs(box, "landlock")
    secret = tmp_path / "secret"
    secret.write_text("secret")
    os.chmod(secret, 0o644)
    answers = box.run("opens", paths=[str(secret)])
    assert len(answers) == 5
    assert "done" not in answers.values()


def test_nothing_is_written(box, tmp_path):
    os.chmod(tmp_path, 0o777)
    needs(box, "seccomp")
    assert box.run("writes", path=str(tmp_path / "new"))["write"] != "done"
    assert not (tmp_path / "new").exists()


def test_no_network(box):
    needs(box, "namespaces")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        assert box.run("connects", port=server.getsockname()[1])["connect"] != "done"
        with pytest.raises(BlockingIOError):
            server.accept()


def test_root_is_dropped(box):
    assert box.run("honest")["uid"] != 0


def test_no_forks_and_no_programs(box):
    assert box.run("forks")["fork"] != "done"
    needs(box, "seccomp")
    assert box.run("runs")["exec"] != "done"


def test_no_signals_to_the_gateway(box):
    assert box.run("signals", process=os.getpid())["kill"] != "done"


def test_a_loop_ends_with_its_processor_time(box):
    with pytest.raises(LimitReached, match="processor time"):
        box.run("loops", limits=Limits(cpu_seconds=1, wall_seconds=60))


def test_a_sleep_ends_with_the_clock(box):
    with pytest.raises(LimitReached, match=r"longer than 0\.5 seconds"):
        box.run("sleeps", limits=Limits(wall_seconds=0.5))


def test_memory_is_bounded(box):
    with pytest.raises(LimitReached, match="memory"):
        box.run("eats")


def test_a_flood_of_output_is_cut_off(box):
    got = 0

    async def sink(part):
        nonlocal got
        got += len(part)

    with pytest.raises(LimitReached, match="output"):
        box.run("floods", sink=sink)
    assert got <= SMALL.output_bytes


def test_output_that_nobody_asked_for_is_refused(box):
    with pytest.raises(LimitReached):
        box.run("floods")


@pytest.mark.parametrize("task", ["aborts", "leaves", "breaks_frames", "breaks_json", "deep", "wide", "wrong_reason"])
def test_a_reader_that_dies_or_talks_nonsense_has_crashed(box, task):
    with pytest.raises(ReaderCrashed):
        box.run(task)
    assert box.run("honest")["size"] == 8


def test_an_absurd_request_gets_nothing(box):
    assert box.run("huge_read") == {"got": 0}


def test_errors_of_a_task_come_through(box):
    with pytest.raises(PasswordNeeded, match="a password, please"):
        box.run("refuses")
    with pytest.raises(DocumentRejected, match="damaged"):
        box.run("rejects")


@pytest.mark.parametrize("fault", [ConnectionResetError, TimeoutError, asyncio.IncompleteReadError(b"", 1)])
def test_a_sink_that_fails_ends_the_run(box, fault):
    async def sink(part):
        raise fault

    with pytest.raises(fault if isinstance(fault, type) else type(fault)):
        box.run("floods", sink=sink)


def test_a_source_that_fails_ends_the_run(box):
    class Broken(BytesSource):
        def pread(self, offset, length):
            raise OSError(5, "the disk is broken")

    with pytest.raises(OSError, match="the disk is broken"):
        box.do(box.sandbox.run("honest", Broken(b"x"), {}, limits=SMALL))


def test_a_cancelled_run_ends_its_child(box):
    async def cancelled():
        task = asyncio.create_task(box.sandbox.run("loops", BytesSource(b""), {}, limits=Limits(cpu_seconds=60)))
        before = descendants(box.sandbox._warm.process.pid)
        while not (during := descendants(box.sandbox._warm.process.pid) - before):
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(10):
            while descendants(box.sandbox._warm.process.pid) & during:
                await asyncio.sleep(0.01)

    box.do(cancelled())


def descendants(process):
    """Process ids below `process`."""
    found = set()
    for task in os.listdir(f"/proc/{process}/task"):
        with open(f"/proc/{process}/task/{task}/children") as children:
            for child in children.read().split():
                found |= {int(child)}
                try:
                    found |= descendants(int(child))
                except OSError:
                    continue
    return found


def test_the_warm_process_is_restarted_when_it_dies(box):
    before = box.sandbox._warm.process.pid
    os.kill(before, signal.SIGKILL)
    assert box.run("honest")["size"] == 8
    assert box.sandbox._warm.process.pid != before


def test_many_runs_share_the_slots(box):
    async def many():
        return await asyncio.gather(
            *(box.sandbox.run("honest", BytesSource(bytes(n)), {}, limits=SMALL) for n in range(20))
        )

    assert [answer["size"] for answer in box.do(many())] == list(range(20))


def test_a_table_that_does_not_load_is_the_sandbox_s_failure(capfd):
    async def start():
        sandbox = Sandbox("tests.pdl.no_such_table")
        with pytest.raises(SandboxFailed, match="did not start"):
            await sandbox.start()
        await sandbox.stop()

    asyncio.run(start())
    assert "no_such_table" in capfd.readouterr().err


async def test_a_start_that_is_given_up_is_made_again():
    sandbox = Sandbox("tests.pdl.hostile_tasks")
    starting = asyncio.create_task(sandbox._warm.control())
    while sandbox._warm.process is None:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.02)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await sandbox._warm.control()
    assert "rlimits" in sandbox._warm.level
    await sandbox.stop()
