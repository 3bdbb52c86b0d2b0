"""Large documents and many of them: memory stays flat, nothing is lost on the way."""

import itertools
import threading
import time

import pytest

from tests.e2e.bed import wait_for
from tests.e2e.faults import documents, ledger, wire
from tests.e2e.faults.documents import Document
from tests.e2e.faults.memory import Watched
from tests.e2e.faults.walk import Bench

pytestmark = pytest.mark.e2e

MEBIBYTE = 1 << 20
MEMORY = 300 * MEBIBYTE


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    made = Bench(tmp_path_factory.mktemp("large"), settings={"PRINTGATE_DEVICE_ANSWER_LIMIT": "60"})
    yield made
    assert made.gateway.alive(), made.gateway.said()[-3000:]
    made.end()


def _through(bench, device, size):
    """Print a document of so many bytes at a device, on its direct queue, and look at the memory all the while."""
    document = Document(pages=3, extra=size)
    begun = time.monotonic()
    with Watched(bench.gateway) as memory:
        answer = wire.print_job(bench.gateway.port, f"direct-{device}", document)
        assert answer is not None
        assert answer.ok, answer.words
        accepted = time.monotonic()
        job = bench.gateway.ended(answer.job_id, 120)
    print(
        f"{size >> 20} MiB to {device}: accepted in {accepted - begun:.1f} s, printed in {time.monotonic() - begun:.1f} s, "
        f"memory {memory.before >> 20} -> {memory.most >> 20} MiB"
    )
    assert job["state"] == "completed", job
    assert job["pages"] == 3
    [printed] = bench.printers[device].of(document)
    assert (printed.sha256, printed.size) == (document.sha256, document.size)
    assert memory.most < MEMORY
    # The document was shredded, its room given back.
    wait_for(lambda: ledger.files(bench.home) == [], "the document to be shredded")


@pytest.mark.parametrize(
    ("device", "size"),
    [
        ("ipp", 1 << 30),
        pytest.param("trial", 1 << 30, marks=pytest.mark.slow),
        pytest.param("raw", 1 << 30, marks=pytest.mark.slow),
    ],
    ids=["trial", "ipp", "raw"],
)
def test_a_gigabyte_passes_through_with_flat_memory(bench, device, size):
    _through(bench, device, size)
    for kept in (bench.home / "trial-printer").glob("*.pdf"):
        kept.unlink()


def test_a_hundred_thousand_pages_are_counted(bench):
    document = Document(pages=100_000)
    with Watched(bench.gateway) as memory:
        answer = wire.print_job(bench.gateway.port, "direct-ipp", document)
        job = bench.gateway.ended(answer.job_id, 60)
    print(f"100,000 pages: memory {memory.before >> 20} -> {memory.most >> 20} MiB")
    assert job["pages"] == 100_000
    assert job["state"] == "completed"
    assert job["charge"]["impressions"] == 100_000
    [printed] = bench.printers["ipp"].of(document)
    assert printed.sha256 == document.sha256


@pytest.mark.slow
def test_more_pages_than_are_allowed_are_refused_in_words(bench):
    document = Document(pages=200_001)
    with Watched(bench.gateway) as memory:
        answer = wire.print_job(bench.gateway.port, "direct-ipp", document)
        job = bench.gateway.ended(answer.job_id, 60)
    print(f"200,001 pages: memory {memory.before >> 20} -> {memory.most >> 20} MiB")
    assert job["state"] == "aborted"
    assert "pages" in job["message"]
    assert job["charge"] is None
    assert bench.printers["ipp"].of(document) == []


def test_two_hundred_jobs_of_sixteen_clients_are_all_printed_once(bench):
    sent, refused = [], []
    work = iter([documents.small(pages=1) for _ in range(200)])
    lock, turn, devices = threading.Lock(), itertools.count(), ("ipp", "old", "raw")

    def client():
        while True:
            with lock:
                document = next(work, None)
            if document is None:
                return
            device = devices[next(turn) % len(devices)]
            answer = wire.print_job(bench.gateway.port, f"direct-{device}", document)
            (sent if answer and answer.ok else refused).append(document)

    printers = [bench.printers[device] for device in devices]
    before = sum(len(printer.out) for printer in printers)
    with Watched(bench.gateway) as memory:
        begun = time.monotonic()
        clients = [threading.Thread(target=client) for _ in range(16)]
        for one in clients:
            one.start()
        for one in clients:
            one.join()
        accepted = time.monotonic()
        # Asked of the printers: a list of all jobs, again and again, would be most of the gateway's work.
        wait_for(lambda: sum(len(p.out) for p in printers) - before >= 200, "all documents to come out", 60)
        wait_for(lambda: not bench.gateway.ask("job list", waiting=True, limit=1), "all jobs to end", 60, 0.5)
    print(
        f"200 jobs: accepted in {accepted - begun:.1f} s, printed in {time.monotonic() - begun:.1f} s, memory {memory.most >> 20} MiB"
    )
    assert refused == []
    titles = {document.title for document in sent}
    printed = [p for printer in printers for p in printer.out if p.name in titles]
    assert sorted(p.sha256 for p in printed) == sorted(document.sha256 for document in sent)
    jobs = [job for job in bench.gateway.ask("job list", all=True, limit=10_000) if job["title"] in titles]
    assert {job["state"] for job in jobs} == {"completed"}
    assert {job["charge"]["impressions"] for job in jobs} == {1}
    assert memory.most < MEMORY
    ledger.balanced(bench.home)
    ledger.tidy(bench.home)
