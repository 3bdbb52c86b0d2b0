"""A core on a real home, and servers that end with their test."""

import io
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from gateway import cli
from gateway.config import Settings
from gateway.core import Core

PROGRAM = Path(sys.executable).with_name("printgate")


@pytest.fixture
async def core(tmp_path):
    core = await Core.open(Settings(tmp_path / "home", disk_reserve=0))
    yield core
    await core.close()


def run(home, *words, give="", **environment):
    """Run the command line to its end, in this process: starting another takes longer than what it does."""
    out, errors, stdin = io.StringIO(), io.StringIO(), sys.stdin
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(errors):
        for name, value in environment.items():
            patch.setenv(name, value)
        sys.stdin = io.StringIO(give)
        try:
            status = cli.run(["--home", str(home), *words])
        except SystemExit as end:
            status = end.code
        finally:
            sys.stdin = stdin
    return subprocess.CompletedProcess(words, status, out.getvalue(), errors.getvalue())


def serve_in_vain(home, port=0):
    """Run `printgate serve` as a process that is expected to give up."""
    words = [PROGRAM, "--home", home, "serve", "--host", "127.0.0.1", "--port", str(port), "--no-mdns"]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


class Server:
    """`printgate serve` as a process of its own."""

    def __init__(self, home, **environment):
        self.home = home
        self.process = subprocess.Popen(
            [PROGRAM, "--home", home, "serve", "--host", "127.0.0.1", "--port", "0", "--no-mdns"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PRINTGATE_DISK_RESERVE": "0", **environment},
        )  # fmt: skip
        self.said = b""
        end = time.monotonic() + 60
        while b"\nready " not in b"\n" + self.said and time.monotonic() < end and self.process.poll() is None:
            if select.select([self.process.stdout], [], [], 1)[0]:
                self.said += os.read(self.process.stdout.fileno(), 65536)
        assert b"ready " in self.said, self.process.stderr.read()
        self.ready = next(line for line in self.said.decode().splitlines() if line.startswith("ready "))
        self.port = int(self.ready.split(":")[2].split("/")[0])

    def stop(self, number=signal.SIGTERM, limit=30):
        """End it; returns its exit status and what it wrote to standard error."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            _, errors = self.process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode, errors.decode()


@pytest.fixture
def serve():
    """`serve(home)`: a running server."""
    running = []

    def serve(home, **environment):
        running.append(Server(home, **environment))
        return running[-1]

    yield serve
    for server in running:
        if server.process.poll() is None:
            server.process.kill()
        server.process.communicate()
