"""A disk that runs full: refused in words, nothing half kept, jobs go on, and all is well when room is back."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from gateway.asking import Refused
from ipp.enums import Status
from tests.e2e.bed import need, wait_for
from tests.e2e.faults import documents, ledger, wire
from tests.e2e.faults.printers import IppPrinter
from tests.e2e.faults.process import Process
from tests.e2e.faults.walk import PRICE

pytestmark = pytest.mark.e2e

DISK = 24 << 20
FULL = Status.SERVER_ERROR_TEMPORARY_ERROR


class Disk:
    """A small disk that only the gateway mounts; seen from here through the process that keeps it."""

    def __init__(self, folder):
        need("unshare", "nsenter")
        self.folder = folder
        folder.mkdir()
        script = f"mount -t tmpfs -o size={DISK} tmpfs {folder} && touch {folder}/mounted && exec sleep infinity"
        self._keeper = subprocess.Popen(["unshare", "-m", "--propagation", "private", "sh", "-ec", script])
        self.seen = Path(f"/proc/{self._keeper.pid}/root{folder}")
        wait_for((self.seen / "mounted").exists, "the disk to be mounted")
        self.inside = ("nsenter", "-t", str(self._keeper.pid), "-m")

    def free(self):
        found = os.statvfs(self.seen)
        return found.f_bavail * found.f_frsize

    def leave(self, size):
        """Fill the disk until so many bytes are free."""
        self.empty()
        with (self.seen / "ballast").open("wb") as ballast:
            left = self.free() - size
            while left > 0:
                left -= ballast.write(bytes(min(left, 1 << 16)))
        # The gateway looks at its disk once a second.
        time.sleep(1.1)

    def fill(self):
        """Fill the disk to the last byte."""
        self.empty()
        with (self.seen / "ballast").open("wb", buffering=0) as ballast:
            for block in (1 << 16, 4096):
                try:
                    while True:
                        ballast.write(bytes(block))
                except OSError:
                    continue
        time.sleep(1.1)

    def empty(self):
        (self.seen / "ballast").unlink(missing_ok=True)
        time.sleep(1.1)

    def end(self):
        self._keeper.kill()
        self._keeper.wait(10)


@pytest.fixture
def start(tmp_path):
    """Starts a gateway on a disk of its own, with so many bytes in reserve, and an IPP printer beside it."""
    disk, printer, made = Disk(tmp_path / "disk"), IppPrinter(), []

    def begin(reserve):
        gateway = Process(
            disk.seen / "home",
            *disk.inside,
            settings={"PRINTGATE_DISK_RESERVE": str(reserve)},
            called=tmp_path / "disk" / "home",
        )
        made.append(gateway)
        gateway.log = tmp_path / "gateway.log"
        gateway.start()
        gateway.ask("user add", name="alice", password="alice's secret")
        gateway.ask("device add", name="ipp", uri=printer.uri)
        gateway.queues("ipp", price=PRICE)
        return gateway, disk, printer

    yield begin
    for gateway in made:
        alive, said = gateway.alive(), gateway.said()
        gateway.end()
    printer.end()
    disk.end()
    assert alive, said[-3000:]


def test_within_the_reserve_documents_are_refused_early_and_held_ones_print(start):
    gateway, disk, printer = start(8 << 20)
    held = [documents.small(), documents.large()]
    numbers = [wire.print_job(gateway.port, "follow-ipp", document).job_id for document in held]
    for number in numbers:
        gateway.counted(number)
    disk.leave(6 << 20)
    upload = wire.printing(gateway.port, "follow-ipp", documents.Document(extra=4 << 20))
    # Refused before it is sent: nothing of the document was read.
    answer = upload.answer()
    assert answer.status == FULL
    assert "free some space" in answer.words
    assert len(gateway.ask("job list", all=True)) == 2
    for number, document in zip(numbers, held, strict=True):
        gateway.ask("job release", id=number)
        assert gateway.ended(number)["state"] == "completed"
        assert [p.sha256 for p in printer.of(document)] == [document.sha256]
    disk.empty()
    again = documents.large()
    answer = wire.print_job(gateway.port, "direct-ipp", again)
    assert answer.ok
    assert gateway.ended(answer.job_id)["charge"]["impressions"] == again.pages
    ledger.tidy(gateway.home)


@pytest.mark.parametrize("reserve", [1 << 20, 0], ids=["reserve", "no-reserve"])
def test_a_disk_that_runs_full_within_an_upload_keeps_nothing_of_it(start, reserve):
    gateway, disk, printer = start(reserve)
    disk.leave(5 << 20)
    free = disk.free()
    answer = wire.print_job(gateway.port, "follow-ipp", documents.Document(extra=12 << 20))
    assert answer.status == FULL
    assert "free some space" in answer.words
    assert gateway.ask("job list", all=True) == []
    ledger.tidy(gateway.home)
    wait_for(lambda: disk.free() >= free - (1 << 20), "the room to be given back")
    document = documents.large()
    answer = _taken(gateway, document)
    assert gateway.ended(answer.job_id)["state"] == "completed"
    assert [p.sha256 for p in printer.of(document)] == [document.sha256]


def test_a_database_without_room_forgets_nothing_that_is_on_paper(start):
    gateway, disk, printer = start(0)
    waiting, printing = documents.small(), documents.small()
    held = wire.print_job(gateway.port, "follow-ipp", waiting).job_id
    gateway.counted(held)
    printer.holding = True
    number = wire.print_job(gateway.port, "direct-ipp", printing).job_id
    wait_for(lambda: printer.of(printing), "the printer to have it")
    disk.fill()
    # Whatever is asked now is refused in words, or answered.
    refused = [wire.print_job(gateway.port, "follow-ipp", documents.large()) for _ in range(3)]
    assert {answer.status for answer in refused} == {FULL}
    assert all("free some space" in answer.words for answer in refused)
    assert _told_no_room(gateway)
    printer.forget()  # it completes the job, and we have no room to write that down
    time.sleep(3)
    assert gateway.job(number)["state"] in ("processing", "completed")
    disk.empty()
    job = gateway.ended(number)
    assert job["state"] == "completed"
    assert ledger.charges(gateway.home, job["uuid"]) == [(printing.pages, "job-impressions-completed")]
    assert len(printer.of(printing)) == 1
    if gateway.job(held)["state"] == "pending-held":
        gateway.ask("job release", id=held)
    assert gateway.ended(held)["state"] == "completed"
    assert len(printer.of(waiting)) == 1
    ledger.balanced(gateway.home)
    ledger.tidy(gateway.home)


def _taken(gateway, document):
    """Print until there is room: the gateway notices within a second or two, by itself."""

    def attempt():
        answer = wire.print_job(gateway.port, "direct-ipp", document)
        return answer if answer.ok else None

    return wait_for(attempt, "a document to be taken again", 4, 0.3)


def _told_no_room(gateway):
    """Write rows until the database has used up the room inside its own files, and says so."""
    for number in range(400):
        try:
            gateway.ask("user add", name=f"somebody-{number}")
        except Refused as refused:
            return "room" in str(refused)
    return False
