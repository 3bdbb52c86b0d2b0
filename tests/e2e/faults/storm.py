"""Load on every queue at once, and a gateway that is killed in the midst of it, at any moment, again and again."""

import collections
import contextlib
import random
import threading
import time

from gateway.asking import Refused
from tests.e2e.bed import wait_for
from tests.e2e.faults import ledger, wire
from tests.e2e.faults.documents import Document
from tests.e2e.faults.process import FINAL
from tests.e2e.faults.walk import PRICE

CLIENTS = 6
_GONE = (ConnectionError, FileNotFoundError, TimeoutError, Refused)


class Storm:
    """Everything that was sent, and what its senders were told."""

    def __init__(self, bench, seed):
        self._bench, self._gateway = bench, bench.gateway
        self._random = random.Random(seed)
        self.sent, self.promised = {}, set()  # documents with their device, by title; titles that were accepted
        self._confirmed, self._decided = collections.Counter(), set()
        self._lock = threading.Lock()

    def rage(self, kills, least=0.2, most=2.5):
        """Print from many sides and kill the gateway so often, each time within some seconds."""
        for _ in range(kills):
            if not self._gateway.alive():
                self._gateway.start()
            over = threading.Event()
            people = [threading.Thread(target=self._print, args=(over,), daemon=True) for _ in range(CLIENTS)]
            people.append(threading.Thread(target=self._release, args=(over,), daemon=True))
            for person in people:
                person.start()
            time.sleep(self._random.uniform(least, most))
            self._gateway.kill()
            over.set()
            for person in people:
                person.join(70)
        self._gateway.start()

    def _print(self, over):
        while not over.is_set():
            with self._lock:
                size = int(2 ** self._random.uniform(6, 21))
                document = Document(self._random.randint(1, 9), size)
                device = self._random.choice(sorted(self._bench.printers))
                kind = self._random.choice(("follow", "direct"))
                self.sent[document.title] = (document, device)
            try:
                answer = wire.print_job(self._gateway.port, f"{kind}-{device}", document)
            except OSError:
                answer = None
            if answer is not None:
                assert answer.ok, answer.words
                self.promised.add(document.title)
            over.wait(0.03)

    def _release(self, over):
        while not over.wait(0.1):
            with contextlib.suppress(*_GONE):
                for job in self._gateway.ask("job list", waiting=True, limit=50):
                    if job["state"] == "pending-held" and job["pages"] and not job["uncertain"]:
                        with contextlib.suppress(Refused):
                            self._gateway.ask("job release", id=job["id"])

    def calm(self, seconds=180):
        """Bring every job to its end as people would, and hold all of it against the promises; returns counts."""
        doubts = set()

        def quiet():
            waiting = self._gateway.ask("job list", waiting=True, all=True)
            for job in waiting:
                if job["state"] == "pending-held" and job["pages"]:
                    if job["uncertain"]:
                        doubts.add(job["title"])
                    with contextlib.suppress(Refused):
                        self._move(job)
            return not waiting

        wait_for(quiet, "all jobs to end", seconds, 0.3)
        self._judge()
        return collections.Counter(
            sent=len(self.sent),
            promised=len(self.promised),
            doubted=len(doubts),
            confirmed=sum(self._confirmed.values()),
        )

    def _move(self, job):
        if not job["uncertain"]:
            self._gateway.ask("job release", id=job["id"])
            return
        assert job["charge"] is None
        assert job["reserved"] == self.sent[job["title"]][0].pages * (PRICE["mono"] + PRICE["sheet"])
        decision = self._random.choice(("again", "yes", "no"))
        if decision == "again":
            self._gateway.ask("job release", id=job["id"], again=True)
        else:
            self._gateway.ask("job settle", id=job["id"], printed=decision == "yes")
        if decision == "yes":
            self._decided.add(job["title"])
        else:
            self._confirmed[job["title"]] += 1

    def _judge(self):
        jobs = collections.defaultdict(list)
        for job in self._gateway.ask("job list", all=True):
            jobs[job["title"]].append(job)
        out = {device: collections.defaultdict(list) for device in self._bench.printers}
        for device, printer in self._bench.printers.items():
            for printed in getattr(printer, "out", ()):
                out[device][printed.name].append(printed)
        lost = self.promised - jobs.keys()
        assert not lost, f"accepted and gone: {lost}"
        for title, (document, device) in self.sent.items():
            prints = self._bench.printers[device].of(document) if device == "trial" else out[device][title]
            assert len(prints) <= 1 + self._confirmed[title], (title, prints)
            assert len(jobs[title]) <= 1
            for job in jobs[title]:
                assert job["state"] in FINAL
                assert job["state"] == "completed", job
                assert job["charge"]["impressions"] == document.pages
                assert job["reserved"] is None
                whole = [p for p in prints if p.sha256 == document.sha256]
                assert whole or title in self._decided, (title, device, prints)
            if not jobs[title]:
                assert prints == []
        ledger.balanced(self._bench.home)
        wait_for(lambda: ledger.is_tidy(self._bench.home), "the spool to be empty")
