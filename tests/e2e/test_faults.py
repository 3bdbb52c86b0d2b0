"""The gateway is killed at every step of a job's walk: nothing promised is lost, nothing is printed or charged twice unseen."""

import pytest

from tests.e2e.bed import wait_for
from tests.e2e.faults import documents, ledger, wire
from tests.e2e.faults.storm import Storm
from tests.e2e.faults.walk import Bench, Case

pytestmark = pytest.mark.e2e

CASES = (
    # Nothing was promised, nothing is left.
    Case("upload", "trial", size="small"),
    Case("upload", "trial", size="large"),
    Case("document-received", "trial", "direct", "large"),
    Case("spool-synced", "trial", size="small"),
    Case("large-synced", "trial", size="large"),
    # The job is there, and ends as it would have.
    Case("accepted", "ipp", "follow", "large"),
    Case("accepted", "raw", "direct", "small"),
    Case("counting", "ipp", "direct", "large"),
    Case("counting", "trial", "follow", "small", crashes=2),
    Case("released", "raw", "follow", "large"),
    Case("sending", "ipp", "direct", "small", crashes=2),
    Case("sending", "raw", "follow", "small"),
    # It may have printed: said, and decided by a person.
    Case("attempt-written", "ipp", "follow", "small", "again", crashes=2),
    Case("attempt-written", "raw", "direct", "large", "no"),
    Case("first-bytes-sent", "ipp", "direct", "large", "no"),
    Case("first-bytes-sent", "raw", "follow", "small", "yes"),
    Case("last-byte", "raw", "direct", "small", "yes"),
    Case("last-byte", "old", "follow", "small", "yes"),
    Case("before-settling", "raw", "follow", "large", "again"),
    # The printer is asked, and knows.
    Case("last-byte", "ipp", "follow", "large"),
    Case("before-settling", "ipp", "direct", "small", crashes=2),
    Case("before-settling", "old", "direct", "large"),
    # All is booked.
    Case("concluded", "ipp", "follow", "large"),
)
LONGER = (
    # The same steps once more, with other devices, for whoever has more time.
    Case("document-received", "trial", size="small"),
    Case("released", "ipp", "follow", "small"),
    Case("sending", "trial", "follow", "large"),
    Case("attempt-written", "trial", "direct", "small", "again"),
    Case("first-bytes-sent", "trial", "follow", "large", "again"),
    Case("last-byte", "trial", "direct", "small"),
    Case("before-settling", "trial", "follow", "small"),
    Case("concluded", "raw", "direct", "small"),
)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    made = Bench(tmp_path_factory.mktemp("faults"))
    yield made
    made.end()


@pytest.mark.parametrize("case", [*CASES, *(pytest.param(case, marks=pytest.mark.slow) for case in LONGER)], ids=str)
def test_a_crash_breaks_no_promise(bench, case):
    bench.run(case)


def test_a_created_job_takes_its_document_after_a_crash_within_the_first_try(bench):
    gateway, document = bench.gateway, documents.large()
    created = wire.create_job(gateway.port, "direct-ipp", document)
    assert created.ok
    upload = wire.sending(gateway.port, "direct-ipp", created.job_id, document)
    upload.send(document.size // 2)
    wait_for(lambda: ledger.files(bench.home), "half a document in the spool")
    gateway.kill()
    assert upload.answer() is None
    gateway.start()
    ledger.tidy(bench.home)
    answer = wire.send_document(gateway.port, "direct-ipp", created.job_id, document)
    assert answer.ok, answer.words
    job = gateway.ended(created.job_id)
    assert job["charge"]["impressions"] == document.pages
    assert [printed.sha256 for printed in bench.printers["ipp"].of(document)] == [document.sha256]


def test_a_job_created_in_the_moment_of_a_crash_has_no_document(bench):
    gateway, document = bench.gateway, documents.small()
    gateway.arm("job-created")
    assert wire.create_job(gateway.port, "direct-ipp", document) is None
    gateway.died()
    gateway.disarm()
    gateway.start()
    [job] = gateway.titled(document)
    assert (job["state"], job["size"], job["charge"]) == ("pending-held", 0, None)
    ledger.tidy(bench.home)
    gateway.ask("job cancel", id=job["id"])


def test_kills_at_any_moment_under_load_break_no_promise(bench):
    storm = Storm(bench, seed=1)
    storm.rage(kills=3, most=1.0)
    seen = storm.calm(90)
    assert seen["promised"] > 10
