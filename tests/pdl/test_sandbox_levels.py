"""Each level of protection, forced: what one measure does not hold back another does, as far as that goes."""

import asyncio
import os
import socket

import pytest

from pdl.errors import LimitReached
from pdl.limits import MEBIBYTE, Limits
from pdl.sandbox import Sandbox
from pdl.source import BytesSource

SMALL = Limits(cpu_seconds=2, memory_bytes=256 * MEBIBYTE, wall_seconds=5, output_bytes=8 * MEBIBYTE)
MISSING = {
    "namespaces": ("namespaces",),
    "landlock": ("landlock",),
    "seccomp": ("seccomp",),
    "everything": ("namespaces", "landlock", "seccomp"),
}


class Weak:
    """A sandbox on a machine that lacks something."""

    def __init__(self, runner, missing):
        self.missing = MISSING[missing]
        self.sandbox = Sandbox(f"tests.pdl.without_{missing}", at_once=1)
        self.do = runner.run
        self.do(self.sandbox.start())

    def run(self, task, data=b"document", limits=SMALL, **arguments):
        return self.do(self.sandbox.run(task, BytesSource(data), arguments, limits=limits))


@pytest.fixture(scope="module", params=MISSING)
def weak(request):
    with asyncio.Runner() as runner:
        made = Weak(runner, request.param)
        yield made
        runner.run(made.sandbox.stop())


@pytest.fixture(scope="module")
def whole():
    """What this machine lacks anyway."""
    with asyncio.Runner() as runner:
        sandbox = Sandbox("tests.pdl.hostile_tasks")
        runner.run(sandbox.start())
        yield sandbox.lacking
        runner.run(sandbox.stop())


def test_the_administrator_is_told_what_is_missing(weak, whole):
    assert set(weak.sandbox.lacking) == {*weak.missing, *whole}
    assert not set(weak.missing) & set(weak.sandbox.level.partition(";")[0].split("+"))
    assert "rlimits" in weak.sandbox.level


def test_documents_are_still_read(weak):
    assert weak.run("honest", b"0123456789")["head"] == b"0123456789".hex()


def test_root_is_dropped_and_its_files_stay_shut(weak, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    assert weak.run("honest")["uid"] != 0
    assert weak.run("opens", paths=[str(secret)])[str(secret)] != "done"


def test_files_that_everybody_may_read_stay_shut(weak, tmp_path):
    if {"landlock", "seccomp"} <= set(weak.missing):
        return  # limits and another user cannot keep what everybody may read
    readable = tmp_path / "readable"
    readable.write_text("x")
    readable.chmod(0o644)
    assert weak.run("opens", paths=[str(readable)])[str(readable)] != "done"


def test_no_network(weak):
    if {"namespaces", "seccomp"} <= set(weak.missing):
        return  # limits and another user cannot keep a process from the network
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert weak.run("connects", port=server.getsockname()[1])["connect"] != "done"


def test_no_forks_no_signals_and_nothing_written(weak, tmp_path):
    assert weak.run("forks")["fork"] != "done"
    assert weak.run("signals", process=os.getpid())["kill"] != "done"
    weak.run("writes", path=str(tmp_path / "new"))
    written = tmp_path / "new"
    assert not written.exists() or not written.stat().st_size


def test_time_and_memory_are_bounded(weak):
    with pytest.raises(LimitReached, match="processor time"):
        weak.run("loops", limits=Limits(cpu_seconds=1, wall_seconds=60))
    with pytest.raises(LimitReached, match=r"longer than 0\.5 seconds"):
        weak.run("sleeps", limits=Limits(wall_seconds=0.5))
    with pytest.raises(LimitReached, match="memory"):
        weak.run("eats")
