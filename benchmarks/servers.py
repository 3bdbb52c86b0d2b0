"""The servers that are measured, each a process of its own on loopback: Printgate and a bare aiohttp handler."""

import abc
import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parent.parent
QUEUE = "bench"
START = 30.0
_STOP = 20.0


class Server(abc.ABC):
    """A server of this benchmark. `uri` is where it prints, `tls` its port that speaks TLS."""

    name = ""
    stores = True
    """Whether it keeps what it is sent."""

    def __init__(self, port: int) -> None:
        self.port, self.tls_port = port, port
        self.process: subprocess.Popen[bytes] | None = None
        self.queues = 1
        """How many queues it is started with."""
        self.started_in = 0.0
        """Seconds that it took to start."""
        self._before = 0.0  # of them for what is only the benchmark's

    @property
    @abc.abstractmethod
    def uri(self) -> str:
        """The printer's URI."""

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return "127.0.0.1", self.port

    @abc.abstractmethod
    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process, with nothing of what an earlier one was sent."""

    def complete(self) -> bool:
        """Whether it is all there, once its port is."""
        return True

    def last_words(self) -> str:
        """What it said last."""
        return "nothing is known"

    def __enter__(self) -> Self:
        began = time.monotonic()
        self.process = self.launch()
        until = began + START
        while True:
            with contextlib.suppress(OSError), socket.create_connection(self.address, 1):
                if self.complete():
                    break
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"{self.name} does not start: {self.last_words()}")
            time.sleep(0.02)
        self.started_in = time.monotonic() - began - self._before
        time.sleep(0.2)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process, at once: nothing of it is needed any more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(_STOP)
            self.process = None

    def memory(self, what: str = "VmRSS") -> int:
        """Resident memory of the server's process in octets; VmHWM is its peak since `forget_peak`."""
        assert self.process is not None
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(what):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f"no {what} of {self.name}")

    def processor_time(self) -> float:
        """Seconds of processor time that the server's process has used; its children's are not among them."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def forget_peak(self) -> None:
        """Let the peak begin anew."""
        assert self.process is not None
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")


class Printgate(Server):
    """The gateway: a follow-me queue that believes names from loopback, its home on disk."""

    name = "Printgate"

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__(port)
        self._pattern, self._home = folder / "pattern", folder / "home"
        self._log = folder / "printgate.log"
        self._paused: list[int] = []

    @property
    def uri(self) -> str:
        """The printer's URI."""
        return f"ipp://127.0.0.1:{self.port}/ipp/print/{QUEUE}"

    @property
    def certificate(self) -> Path:
        """Key and certificate that the gateway made for itself."""
        return self._pattern / "certs" / "server.pem"

    def prepare(self) -> None:
        """Make the home that each start begins with."""
        self._home = self._pattern
        with self:
            self.command("user", "add", "bench", "--password-stdin", words="a benchmark's password\n")
            self.command("queue", "add", QUEUE, "--kind", "follow-me", "--trusted-network", "127.0.0.0/8")
            assert self.process is not None
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(_STOP)
        self._home = self._pattern.with_name("home")

    def launch(self) -> subprocess.Popen[bytes]:
        """Start with a copy of the home as it was prepared."""
        began = time.monotonic()
        self._paused = []
        if self._home != self._pattern:
            shutil.rmtree(self._home, ignore_errors=True)
            shutil.copytree(self._pattern, self._home, ignore=shutil.ignore_patterns("*.sock"))
            if self.queues > 1:
                self._multiply()
        self._before = time.monotonic() - began
        command = [*self._program(), "serve", "--host", "127.0.0.1", "--port", str(self.port), "--no-mdns"]
        with self._log.open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)

    def last_words(self) -> str:
        """The last line of its log."""
        lines = self._log.read_text("utf-8", "replace").splitlines()
        return lines[-1] if lines else super().last_words()

    def complete(self) -> bool:
        """Whether it takes commands as well."""
        return (self._home / "control.sock").exists()

    def command(self, *words: str, **options: str) -> str:
        """Run a command of the gateway."""
        given = options.get("words")
        done = subprocess.run(
            [*self._program(), *words],
            input=given,
            capture_output=True,
            text=True,
            timeout=START,
            cwd=ROOT,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"printgate {' '.join(words)}: {done.stderr}")
        return done.stdout

    def pause_counting(self) -> None:
        """Stop the process that forks the counters: documents wait, as they do when many come at once."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in map(int, children):
            if b"pdl.warm" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(child, signal.SIGSTOP)
                self._paused.append(child)
        if not self._paused:
            raise RuntimeError("the process that counts was not found")

    def _multiply(self) -> None:
        """Write more queues like the first into the home, each with a name, an id and a number of its own."""
        with contextlib.closing(sqlite3.connect(self._home / "printgate.db")) as rows, rows:
            columns = [column[1] for column in rows.execute("PRAGMA table_info(queue)")]
            own = {
                "id": "printf('00000000-0000-4000-8000-%012d', n)",
                "name": "printf('bench-%d', n)",
                "number": "n + 1000",
            }
            values = ", ".join(own.get(column, f'"{column}"') for column in columns)
            names = ", ".join(f'"{column}"' for column in columns)
            rows.execute(
                "WITH RECURSIVE more(n) AS (VALUES (2) UNION ALL SELECT n + 1 FROM more WHERE n < ?) "
                f"INSERT INTO queue ({names}) SELECT {values} FROM queue, more WHERE name = ?",
                (self.queues, QUEUE),
            )

    def forward_to(self, port: int) -> None:
        """Make the queue print at a device that takes raw PDF on that port."""
        self.command("device", "add", "sink", f"socket://127.0.0.1:{port}?format=application/pdf&pjl=false")
        network = ("--trusted-network", "127.0.0.0/8")
        self.command("queue", "add", "forward", "--kind", "direct", "--device", "sink", *network)

    def uncounted(self) -> int:
        """How many jobs wait to be counted."""
        with contextlib.closing(sqlite3.connect(f"file:{self._home}/printgate.db?mode=ro", uri=True)) as rows:
            return int(rows.execute("SELECT count(*) FROM job WHERE counted_at IS NULL").fetchone()[0])

    def stop(self) -> None:
        """End the gateway and what counts for it."""
        for child in self._paused:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGCONT)
        super().stop()

    def _program(self) -> list[str]:
        return [str(Path(sys.executable).parent / "printgate"), "--home", str(self._home)]


class Bare(Server):
    """A bare aiohttp handler."""

    name = "bare aiohttp"
    stores = False

    def __init__(self, port: int, certificate: Path) -> None:
        super().__init__(port)
        self.tls_port = port + 1
        self._certificate = certificate
        self.answer = 10_000
        """Octets of its answer: as many as the gateway's to the same request."""

    @property
    def uri(self) -> str:
        """The printer's URI."""
        return f"ipp://127.0.0.1:{self.port}/ipp/print"

    def launch(self) -> subprocess.Popen[bytes]:
        """Start it."""
        command = [sys.executable, "-m", "benchmarks.bare", str(self.port), str(self._certificate), str(self.answer)]
        return subprocess.Popen(command, cwd=ROOT)


@contextlib.contextmanager
def places() -> Iterator[tuple[Path, Path]]:
    """Folders for what must be durable (a disk) and for what need not (memory, where there is such a thing)."""
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with (
        tempfile.TemporaryDirectory(prefix="printgate-bench-") as disk,
        tempfile.TemporaryDirectory(prefix="printgate-bench-", dir=memory) as shared,
    ):
        Path(shared).chmod(0o755)
        yield Path(disk), Path(shared)
