"""The walk of a job with the gateway killed on the way, and what must be true after each crash.

A case says where the gateway dies, at which printer, on which kind of queue, with how large a document, and how a job
that may have printed is decided. `Bench.run` plays it and asserts every promise; it returns what became of the job.
"""

import contextlib
import time
from dataclasses import dataclass

from gateway.asking import Refused
from tests.e2e.bed import wait_for
from tests.e2e.faults import documents, ledger, wire
from tests.e2e.faults.printers import PRINT_ONLY, IppPrinter, RawPrinter, TrialPrinter
from tests.e2e.faults.process import FINAL, Process

PRICE = {"mono": 3, "color": 11, "sheet": 2}
UNSENT = ("upload", "document-received", "spool-synced", "large-synced")
"""Where a crash must leave nothing of the job."""
POINTS = (
    "accepted", "counting", "released", "sending", "attempt-written", "first-bytes-sent", "last-byte",
    "before-settling", "concluded",
)  # fmt: skip
"""Where a crash must leave the job, in the order of its walk."""


@dataclass(frozen=True)
class Case:
    """One crash, or several in a row at the same point."""

    point: str
    device: str = "ipp"
    kind: str = "follow"
    size: str | int = "small"
    decide: str = "again"
    crashes: int = 1

    def __str__(self):
        twice = f"-{self.crashes}x" if self.crashes > 1 else ""
        return f"{self.point}-{self.kind}-{self.device}-{self.size}-{self.decide}{twice}"


class Bench:
    """A gateway with a printer of each kind, and a follow-me and a direct queue for each printer."""

    def __init__(self, folder, *before, settings=None):
        self.home = folder / "home"
        self.gateway = Process(self.home, *before, settings=settings)
        self.printers = {
            "ipp": IppPrinter(),
            "old": IppPrinter(PRINT_ONLY),
            "raw": RawPrinter(),
            "trial": TrialPrinter(self.home),
        }
        self.gateway.start()
        self.gateway.ask("user add", name="alice", password="alice's secret")
        for name, printer in self.printers.items():
            if name != "trial":
                self.gateway.ask("device add", name=name, uri=printer.uri)
            self.gateway.queues(name, price=PRICE)

    def end(self):
        self.gateway.end()
        for printer in self.printers.values():
            printer.end()

    def run(self, case):
        """Play a case; begins and leaves with a running gateway."""
        if not self.gateway.alive():
            self.gateway.start()
        document = documents.of(case.size)
        story = _Story(self, case, document)
        try:
            for number in range(case.crashes):
                if case.point != "upload":
                    self.gateway.arm(case.point)
                if number:
                    self.gateway.start()
                story.to_the_crash()
        finally:
            self.gateway.disarm()
        self.gateway.start()
        return story.to_the_end()


class _Ended(Exception):
    """The gateway died while it was spoken to."""


class _Story:
    """What was done with one document, and what was seen of it."""

    def __init__(self, bench, case, document):
        self._gateway, self._case, self._document = bench.gateway, case, document
        self._printer, self._home = bench.printers[case.device], bench.home
        self._queue = f"{case.kind}-{case.device}"
        self._promised = False  # whether the client was told that the job is accepted
        self._confirmed = 0  # how often somebody agreed that it may come out twice
        self._doubted = False

    def to_the_crash(self):
        """Go on with the job until the gateway dies."""
        if self._case.point == "upload":
            self._cut_upload()
            return
        end = time.monotonic() + 60
        while self._gateway.alive():
            assert time.monotonic() < end, f"no crash at {self._case}: {self._gateway.said()[-2000:]}"
            # Dying, it breaks every conversation off.
            with contextlib.suppress(ConnectionError, FileNotFoundError, _Ended):
                self._step()
            time.sleep(0.02)
        self._gateway.died()

    def _cut_upload(self):
        upload = wire.printing(self._gateway.port, self._queue, self._document)
        upload.send(self._document.size // 2)
        if self._document.size > 600_000:
            wait_for(lambda: ledger.files(self._home), "half a document in the spool")
        else:
            time.sleep(0.1)
        self._gateway.kill()
        assert upload.answer() is None

    def _ask(self, command, **given):
        try:
            return self._gateway.ask(command, **given)
        except Refused as refused:
            if "ended before it answered" in str(refused):
                raise _Ended from None
            raise

    def _step(self):
        """Do what moves the job on, as its owner would; returns the job when it has ended."""
        found = self._ask("job list", all=True, limit=10_000)
        jobs = [job for job in found if job["title"] == self._document.title]
        assert len(jobs) <= 1, jobs
        assert len(jobs) == 1 or not self._promised, "an accepted job is gone"
        self._see_prints()
        if not jobs:
            self._print()
            return None
        job = self._ask("job show", id=jobs[0]["id"])
        if job["state"] in FINAL:
            return job
        if job["state"] != "pending-held" or not job["pages"]:
            return None
        if job["uncertain"]:
            self._doubt(job)
        else:
            with contextlib.suppress(Refused):
                self._ask("job release", id=job["id"])
        return None

    def _print(self):
        answer = wire.print_job(self._gateway.port, self._queue, self._document)
        if answer is not None:
            assert answer.ok, answer.words
            self._promised = True

    def _doubt(self, job):
        """A job that may have printed: it says so, nothing is charged, its price stays set aside, nobody prints it."""
        self._doubted = True
        assert "may have printed" in job["message"]
        assert job["charge"] is None
        assert job["reserved"] == self._document.pages * (PRICE["mono"] + PRICE["sheet"])
        number = job["id"]
        try:
            self._ask("job release", id=number)
        except Refused as refused:
            assert "may have printed" in str(refused)
        else:
            raise AssertionError("a job that may have printed was printed again, and nobody was asked")
        if self._case.decide == "again":
            self._confirmed += 1
            self._ask("job release", id=number, again=True)
        else:
            self._ask("job settle", id=number, printed=self._case.decide == "yes")
            self._confirmed += self._case.decide == "no"

    def _see_prints(self):
        prints = self._printer.of(self._document)
        assert len(prints) <= 1 + self._confirmed, f"printed {len(prints)} times, confirmed {self._confirmed}"

    def to_the_end(self):
        """Bring the job to its end with nobody killing the gateway, and hold everything against the promises."""
        if self._case.point in UNSENT:
            assert not self._promised
            assert self._gateway.titled(self._document) == []
            assert self._printer.of(self._document) == []
            ledger.tidy(self._home)
            return "nothing left"
        # A crash between commit and answer leaves the job, whole, though its client was told nothing.
        assert self._gateway.titled(self._document), "the job is gone"
        job = wait_for(self._step, f"{self._case} to end", 60)
        return self._judged(job)

    def _judged(self, job):
        self._see_prints()
        prints = self._printer.of(self._document)
        assert job["state"] == "completed", job
        whole = [p for p in prints if p.sha256 == self._document.sha256]
        decided = self._doubted and self._case.decide == "yes"
        # Who says "it printed" without looking may be wrong; otherwise the printer has it, bit for bit.
        assert whole or decided, (prints, self._document.sha256)
        assert job["impressions_completed"] == self._document.pages
        charged = ledger.charges(self._home, job["uuid"])
        assert [impressions for impressions, _ in charged] == [self._document.pages], charged
        if not decided and self._case.device != "trial":
            assert charged[0][0] == whole[-1].impressions
        assert charged[0][1] == ("operator" if decided else _BASIS[self._case.device])
        assert job["charge"]["amount"] == self._document.pages * (PRICE["mono"] + PRICE["sheet"])
        assert job["reserved"] is None
        ledger.balanced(self._home)
        wait_for(lambda: ledger.is_tidy(self._home), "the document to be shredded")
        return "may have printed, said so" if self._doubted else "printed once"


_BASIS = {"ipp": "job-impressions-completed", "old": "job-impressions-completed", "raw": "pjl", "trial": "own-count"}
