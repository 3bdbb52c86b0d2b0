"""Devices that go, hang, refuse, stop and come back: the job waits, says why, and is paid for what came out."""

import contextlib
import itertools
import subprocess
import time

import pytest

from gateway.asking import Refused
from ipp.enums import JobState, Operation, Status
from tests.e2e.bed import need, wait_for
from tests.e2e.faults import documents, ledger, wire
from tests.e2e.faults.printers import PRINT_ONLY, IppPrinter, RawPrinter
from tests.e2e.faults.process import Process
from tests.e2e.faults.proxy import Cable
from tests.e2e.faults.walk import PRICE

pytestmark = pytest.mark.e2e

PAGE = PRICE["mono"] + PRICE["sheet"]
GOING, STOPPED, CANCELED = JobState.PROCESSING, JobState.PROCESSING_STOPPED, JobState.CANCELED


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    made = Process(tmp_path_factory.mktemp("devices") / "home")
    try:
        made.start()
        made.ask("user add", name="alice", password="alice's secret")
        yield made
        assert made.alive(), made.said()[-3000:]
        ledger.balanced(made.home)
    finally:
        made.end()


class Place:
    """A printer with its queues, and the cable to it."""

    _numbers = itertools.count(1)

    def __init__(self, gateway, printer, kind="ipp", *, cabled=True):
        self.gateway, self.printer = gateway, printer
        self.cable = Cable(printer.port)
        self.name = f"{kind}{next(self._numbers)}"
        uri = printer.uri.replace(f":{printer.port}", f":{self.cable.port}") if cabled else printer.uri
        gateway.ask("device add", name=self.name, uri=uri)
        gateway.queues(self.name, price=PRICE)

    def held(self, document):
        """Print to its follow-me queue and wait for the count; the job's number."""
        answer = wire.print_job(self.gateway.port, f"follow-{self.name}", document)
        assert answer.ok, answer.words
        self.gateway.counted(answer.job_id)
        return answer.job_id

    def released(self, document):
        number = self.held(document)
        self.release(number)
        return number

    def release(self, number, **more):
        return self.gateway.ask("job release", id=number, **more)

    def waits(self, number):
        """The job once it is held again after an attempt."""

        def back(job):
            return job["state"] == "pending-held" and job["attempts"] and job["attempts"][-1]["ended"]

        return self.gateway.when(number, back, "held again")

    def prints(self, number, document, pages=None):
        """Wait for the end: printed once, whole, and charged for that."""
        job = self.gateway.ended(number)
        assert job["state"] == "completed", job
        assert [p.sha256 for p in self.printer.of(document)] == [document.sha256]
        assert job["charge"]["impressions"] == document.pages
        assert job["charge"]["amount"] == document.pages * PAGE
        return job


@pytest.fixture
def place(gateway):
    made = []

    def make(printer=None, **more):
        made.append(Place(gateway, printer or IppPrinter(), **more))
        return made[-1]

    yield make
    for one in made:
        gateway.ask("device set", name=one.name, enabled=False)
        one.cable.end()
        one.printer.end()


def test_a_printer_that_breaks_off_half_way_has_printed_nothing_and_the_job_waits(place):
    at, document = place(), documents.large()
    at.printer.reset_after = 300_000
    number = at.released(document)
    job = at.waits(number)
    assert not job["uncertain"]
    assert job["charge"] is None
    assert job["reserved"] is None
    assert job["message"]
    at.printer.forget()
    at.release(number)
    at.prints(number, document)


@pytest.mark.parametrize("kind", ["old", "raw"])
def test_a_printer_without_numbers_that_breaks_off_half_way_may_have_printed(place, kind):
    # Without the cable between: that would answer for the printer, and end the connection in its place.
    at = place(IppPrinter(PRINT_ONLY) if kind == "old" else RawPrinter(), kind=kind, cabled=False)
    document = documents.large()
    if kind == "old":
        at.printer.reset_after = 300_000
    else:
        at.printer.cuts_after = 300_000
    number = at.released(document)
    job = at.waits(number)
    assert job["uncertain"]
    assert "may have printed" in job["message"]
    assert job["reserved"] == document.pages * PAGE
    with pytest.raises(Refused, match="may have printed"):
        at.release(number)
    settled = at.gateway.ask("job settle", id=number, printed=False)
    assert not settled["uncertain"]
    assert settled["reserved"] is None
    assert settled["charge"] is None
    at.gateway.ask("job cancel", id=number)


def test_a_printer_that_never_confirms_a_document_is_told_to_drop_it(place):
    at, document = place(), documents.small()
    at.printer.silent = {Operation.SEND_DOCUMENT}
    number = at.released(document)
    job = at.waits(number)
    assert not job["uncertain"]
    assert at.printer.of(document) == []
    at.printer.forget()
    at.release(number)
    at.prints(number, document)


def test_a_printer_that_hangs_for_good_leaves_the_outcome_unknown(place):
    at, document = place(), documents.small()
    at.printer.silent = {Operation.GET_JOB_ATTRIBUTES, Operation.CANCEL_JOB}
    number = at.released(document)
    job = at.waits(number)
    assert job["uncertain"]
    assert job["reserved"] == document.pages * PAGE
    settled = at.gateway.ask("job settle", id=number, printed=True)
    assert settled["state"] == "completed"
    assert settled["charge"]["basis"] == "operator"
    assert settled["charge"]["impressions"] == document.pages


def test_a_lost_answer_is_not_a_lost_job(place):
    at, document = place(), documents.small()
    at.printer.unanswered = {Operation.SEND_DOCUMENT}
    at.prints(at.released(document), document)


def test_a_cable_pulled_within_a_document_and_plugged_in_again(place):
    at, document = place(), documents.large()
    number = at.held(document)
    at.cable.passed, at.cable.cut_after = 0, 300_000
    at.release(number)
    wait_for(at.cable.pulled.is_set, "the cable to be pulled")
    time.sleep(1)
    at.cable.plug_in()
    job = at.waits(number)
    assert not job["uncertain"], job
    assert at.printer.of(document) == []
    at.release(number)
    at.prints(number, document)


def test_a_cable_pulled_while_it_prints_and_plugged_in_again(place):
    at, document = place(), documents.small()
    at.printer.holding = True
    number = at.released(document)
    wait_for(lambda: at.printer.of(document), "the printer to have it")
    at.cable.pulled.set()
    time.sleep(1)
    at.printer.forget()
    at.cable.plug_in()
    at.prints(number, document)


def test_a_cable_that_stays_pulled_leaves_the_outcome_unknown(place):
    at, document = place(), documents.small()
    at.printer.holding = True
    number = at.released(document)
    wait_for(lambda: at.printer.of(document), "the printer to have it")
    at.cable.pulled.set()
    job = at.waits(number)
    assert job["uncertain"]
    assert job["reserved"] == document.pages * PAGE
    at.cable.plug_in()
    at.printer.forget()
    # Somebody looked, saw nothing, and wants it once more.
    at.release(number, again=True)
    job = at.gateway.ended(number)
    assert job["state"] == "completed"
    assert [attempt["outcome"] for attempt in job["attempts"]] == ["unknown", "completed"]
    assert len(at.printer.of(document)) == 2
    assert ledger.charges(at.gateway.home, job["uuid"]) == [(document.pages, "job-impressions-completed")]


def test_a_network_that_goes_down_within_a_job(gateway):
    need("ip")
    network, near, far = "printgate-faults", "10.219.230.1", "10.219.230.2"
    with contextlib.ExitStack() as after:
        after.callback(subprocess.run, ["ip", "netns", "del", network], check=False, capture_output=True)
        ip = ["ip", "-n", network]
        subprocess.run(["ip", "netns", "add", network], check=True)
        subprocess.run(
            ["ip", "link", "add", "pgfault0", "type", "veth", "peer", "name", "pgfault1", "netns", network], check=True
        )
        after.callback(subprocess.run, ["ip", "link", "del", "pgfault0"], check=False, capture_output=True)
        for words in (
            ["ip", "addr", "add", f"{near}/30", "dev", "pgfault0"],
            ["ip", "link", "set", "pgfault0", "up"],
            [*ip, "addr", "add", f"{far}/30", "dev", "pgfault1"],
            [*ip, "link", "set", "pgfault1", "up"],
        ):
            subprocess.run(words, check=True)
        printer = IppPrinter(host=far, network=network)
        after.callback(printer.end)
        printer.holding = True
        gateway.ask("device add", name="far", uri=printer.uri)
        after.callback(gateway.ask, "device set", name="far", enabled=False)
        gateway.queues("far", price=PRICE)
        document = documents.large()
        answer = wire.print_job(gateway.port, "direct-far", document)
        wait_for(lambda: printer.of(document), "the printer to have it")
        subprocess.run(["ip", "link", "set", "pgfault0", "down"], check=True)
        time.sleep(1)
        printer.forget()
        subprocess.run(["ip", "link", "set", "pgfault0", "up"], check=True)
        job = gateway.ended(answer.job_id)
        assert job["state"] == "completed"
        assert job["charge"]["impressions"] == document.pages
        assert [p.sha256 for p in printer.of(document)] == [document.sha256]


def test_a_busy_printer_is_asked_again(place):
    at, document = place(), documents.small()
    at.printer.busy = {Operation.CREATE_JOB: 2}
    at.prints(at.released(document), document)


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        (Operation.CREATE_JOB, Status.CLIENT_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED),
        (Operation.SEND_DOCUMENT, Status.CLIENT_ERROR_DOCUMENT_FORMAT_ERROR),
    ],
    ids=["at-once", "after-the-document"],
)
def test_a_printer_that_refuses_a_document_is_believed(place, operation, status):
    at, document = place(), documents.small()
    at.printer.refuses = {operation: status}
    number = at.released(document)
    job = at.waits(number)
    assert not job["uncertain"], job
    assert status.keyword.removeprefix("client-error-").split("-")[0] in job["message"], job["message"]
    assert job["charge"] is None
    assert job["reserved"] is None
    at.printer.forget()
    at.release(number)
    at.prints(number, document)


def test_a_job_canceled_at_the_panel_pays_for_what_came_out(place):
    at, document = place(), documents.small(pages=5)
    at.printer.script = (
        (GOING, 1, "job-printing"),
        (GOING, 2, "job-printing"),
        (CANCELED, 2, "job-canceled-at-device"),
    )
    job = at.gateway.ended(at.released(document))
    assert job["state"] == "canceled"
    assert job["impressions_completed"] == 2
    assert job["charge"] == {
        "amount": 2 * PAGE,
        "impressions": 2,
        "color_impressions": 0,
        "sheets": 2,
        "basis": "job-impressions-completed",
    }
    assert job["reserved"] is None


def test_a_printer_without_paper_stops_the_job_and_goes_on(place):
    at, document = place(), documents.small()
    at.printer.script = ((GOING, 1, "job-printing"), *[(STOPPED, 1, "media-empty")] * 3, (GOING, 2, "job-printing"))
    number = at.released(document)
    job = at.gateway.when(number, lambda job: job["state"] == "processing-stopped", "stopped")
    assert "media-empty" in job["reasons"]
    job = at.prints(number, document)
    assert not job["uncertain"]


def test_a_job_whose_printer_is_off_waits_and_says_so(place):
    at, document = place(), documents.small()
    number = at.held(document)
    at.cable.pulled.set()
    at.release(number)
    job = at.waits(number)
    assert not job["uncertain"]
    assert "answer" in job["message"]
    assert job["attempts"][-1]["sent"] is None
    at.cable.plug_in()
    at.release(number)
    at.prints(number, document)


@pytest.mark.slow
def test_a_direct_queue_goes_on_by_itself_when_its_printer_is_back(place):
    at, document = place(), documents.small()
    at.cable.pulled.set()
    answer = wire.print_job(at.gateway.port, f"direct-{at.name}", document)
    at.waits(answer.job_id)
    at.cable.plug_in()
    at.gateway.when(answer.job_id, lambda job: job["state"] == "completed", "printed", 60)
    at.prints(answer.job_id, document)


def test_a_gateway_killed_while_the_printer_stands_still_follows_it_again(place):
    at, document = place(), documents.small()
    at.printer.holding = True
    at.printer.script = ((STOPPED, 1, "media-jam"),)
    number = at.released(document)
    at.gateway.when(number, lambda job: job["state"] == "processing-stopped", "stopped")
    at.gateway.kill()
    at.gateway.start()
    at.printer.forget()
    at.prints(number, document)


def test_a_job_given_up_while_it_prints_pays_for_what_came_out(place):
    at, document = place(), documents.small(pages=5)
    at.printer.holding = True
    number = at.released(document)
    wait_for(lambda: at.printer.of(document), "the printer to have it")
    at.gateway.ask("job cancel", id=number)
    job = at.gateway.ended(number)
    assert job["state"] == "canceled"
    assert job["charge"]["impressions"] == 5
