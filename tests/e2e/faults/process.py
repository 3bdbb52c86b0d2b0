"""A gateway as a process that may be killed at a named point, with its home and the words of its control socket."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from gateway.asking import ask
from tests.e2e.bed import wait_for

PRINTGATE = Path(sys.executable).parent / "printgate"
TRUSTED = ["127.0.0.0/8"]
PATIENCE = {
    "PRINTGATE_DEVICE_INTERVAL": "5",
    "PRINTGATE_DEVICE_ANSWER_LIMIT": "1.5",
    "PRINTGATE_DEVICE_BUSY_LIMIT": "12",
    "PRINTGATE_DEVICE_STALL_LIMIT": "1.5",
    "PRINTGATE_DEVICE_LOST_LIMIT": "2.5",
    "PRINTGATE_DEVICE_FOLLOW_LIMIT": "60",
    "PRINTGATE_STOP_LIMIT": "2",
}
FINAL = ("completed", "aborted", "canceled")


class Process:
    """`printgate serve` on loopback."""

    def __init__(self, home, *before, settings=None, called=None):
        """`called` is the home's path for the gateway, if that has its own view of the file system."""
        self.home, self._called, self._before = Path(home), called or home, before
        self.log = Path(self._called).parent / f"{self.home.name}.log"
        self._fault = Path(self._called).parent / f"{self.home.name}.fault"
        self._settings = PATIENCE | {"PRINTGATE_FAULT": f"@{self._fault}"} | (settings or {})
        self._process = None
        self._starts = 0

    def arm(self, point):
        """Let it die at that point from now on, over restarts, until `disarm`."""
        draft = self._fault.with_suffix(".draft")
        draft.write_text(point)
        draft.rename(self._fault)

    def disarm(self):
        self._fault.unlink(missing_ok=True)

    def start(self):
        """Start it and wait until it is ready, or dead of a fault that strikes while the last crash is cleared up."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PRINTGATE_")}
        environment = kept | self._settings
        self._from = self.log.stat().st_size if self.log.exists() else 0
        words = [PRINTGATE, "--home", self._called, "serve", "--host", "127.0.0.1", "--port", "0", "--no-mdns"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._before, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment
            )
        self._starts += 1
        found = wait_for(self._ready, "the gateway to be ready", 30, 0.02)
        self.port = int(found[1]) if found != "dead" else None
        return self

    def _ready(self):
        if self._process.poll() is not None:
            assert self._process.returncode == -signal.SIGKILL, self.said()
            return "dead"
        return re.search(r"^ready ipp://.*:(\d+)/", self.said(), re.MULTILINE)

    def said(self):
        """What it logged since its last start."""
        with self.log.open("rb") as log:
            log.seek(self._from)
            return log.read().decode(errors="replace")

    @property
    def pid(self):
        return self._process.pid

    def family(self):
        """Its process id and those of all that it started."""
        found, waiting = [], [self.pid]
        while waiting:
            pid = waiting.pop()
            with contextlib.suppress(OSError):
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
                found.append(pid)
                waiting += map(int, children)
        return found

    def alive(self):
        return self._process is not None and self._process.poll() is None

    def died(self, seconds=30):
        """Wait until a fault has killed it."""
        wait_for(lambda: not self.alive(), "the fault to strike", seconds, 0.01)
        assert self._process.returncode == -signal.SIGKILL, self.said()

    def kill(self):
        """Kill it without warning, and see that nothing that it started outlives it."""
        family = self.family()
        self._process.kill()
        self._process.wait(10)
        wait_for(lambda: not any(map(_runs, family)), "its programs to end with it")

    def stop(self):
        """Stop it as a service is stopped."""
        if self.alive():
            self._process.terminate()
            self._process.wait(30)

    def end(self):
        """Leave nothing running."""
        if self.alive():
            self._process.kill()
            self._process.wait(10)

    def ask(self, command, **given):
        return ask(self.home, command, given)

    def queues(self, device, *, price=None):
        """Two queues for a device: follow-NAME and direct-NAME."""
        if price:
            self.ask("price set", device=device, **price)
        for kind in ("follow-me", "direct"):
            name = f"{kind.split('-', maxsplit=1)[0]}-{device}"
            self.ask("queue add", name=name, kind=kind, device=[device], trusted_network=TRUSTED)

    def titled(self, document):
        """Jobs of a document; more than one would be one too many."""
        return [job for job in self.ask("job list", all=True) if job["title"] == document.title]

    def job(self, number):
        return self.ask("job show", id=number)

    def when(self, number, found, what, seconds=30):
        """Wait until the job is as `found` wants it; returns it."""

        def look():
            job = self.job(number)
            return job if found(job) else None

        try:
            return wait_for(look, f"job {number} {what}", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.job(number)}\n{self.said()[-3000:]}") from None

    def counted(self, number, seconds=30):
        return self.when(number, lambda job: job["pages"], "counted", seconds)

    def held(self, number, seconds=30):
        return self.when(number, lambda job: job["state"] == "pending-held", "held", seconds)

    def ended(self, number, seconds=30):
        return self.when(number, lambda job: job["state"] in FINAL, "ended", seconds)

    def settled(self, number, seconds=30):
        """Wait until nothing more will happen to the job by itself."""
        quiet = ("pending-held", *FINAL)
        return self.when(number, lambda job: job["state"] in quiet and job["pages"], "at rest", seconds)


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
