"""What CUPS's programs ask of a server, said by hand; with the programs themselves: tests/e2e/test_cups_tools.py."""

import pytest

from ipp import build
from ipp.codec import encode
from ipp.enums import GroupTag, JobState, Operation, Status
from ipp.message import Group, Message
from ipp_server.cups import Type
from tests.ipp_server.client import CHARSET, LANGUAGE
from tests.ipp_server.conftest import LOCAL, QUEUES


@pytest.fixture
def server(house):
    return Server(house)


class Server:
    """The gateway as CUPS's programs know it."""

    def __init__(self, house):
        self.house, self.door = house, house.door

    def ask(self, operation, *extra, uri=None, job=(), user="carol", path="/", sign_in=None):
        of_job = uri and uri.rpartition("/")[2].isdigit()
        target = [build.uri("job-uri" if of_job else "printer-uri", uri)] if uri else []
        first = [CHARSET, LANGUAGE, *target, build.name("requesting-user-name", user), *extra]
        groups = [Group(GroupTag.OPERATION, first), *([Group(GroupTag.JOB, list(job))] if job else [])]
        body = encode(Message((2, 0), operation, 7, groups))
        return self.door.send(body, path=path, sign_in=sign_in, tls=sign_in is not None)

    def printers(self, *extra, names=()):
        asked = (build.keyword("requested-attributes", *names),) if names else ()
        answer = self.ask(Operation.CUPS_GET_PRINTERS, *asked, *extra)
        assert answer.status is Status.SUCCESSFUL_OK
        return answer.message.groups_of(GroupTag.PRINTER)

    def names(self, *extra):
        return [group.string("printer-name") for group in self.printers(*extra, names=("printer-name",))]

    def numbers(self, uri, *extra):
        return {job.integer("job-id") for job in self.ask(Operation.GET_JOBS, *extra, uri=uri).jobs}


def names_of(group):
    return [attribute.name for attribute in group.attributes]


def test_printers_are_listed_with_what_only_cups_has(server):
    everything = server.names()
    assert everything == sorted(everything) and set(everything) >= QUEUES.keys()
    few = ("printer-name", "printer-type", "cups-version", "printer-state")
    told = {group.string("printer-name"): group for group in server.printers(names=few)}
    assert Type(told["follow-me"].integer("printer-type")) & Type.DEFAULT
    assert Type(told["shut"].integer("printer-type")) & Type.REJECTING
    assert Type(told["held"].integer("printer-type")) & Type.COPIES
    assert told["held"].get("cups-version") is None
    own = server.door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue="held").printer
    assert own.get("printer-type") is None and own.get("cups-version") is None
    assert all(len(names_of(group)) == len(set(names_of(group))) for group in told.values())


def test_printers_are_chosen(server):
    everything = server.names()
    assert server.names(build.integer("limit", 2)) == everything[:2]
    assert server.names(build.name("first-printer-name", "private")) == [name for name in everything if name >= "p"]
    assert server.names(build.text("printer-location", "nowhere")) == []
    mask = build.enum("printer-type-mask", Type.REJECTING)
    assert server.names(build.enum("printer-type", Type.REJECTING), mask) == ["shut"]
    assert "shut" not in server.names(build.enum("printer-type", 0), mask)
    (one,) = server.printers(build.integer("limit", 1), names=("printer-name",))
    assert names_of(one) == ["printer-name"]
    assert server.ask(Operation.CUPS_GET_PRINTERS, build.integer("limit", 0)).status is Status.CLIENT_ERROR_BAD_REQUEST


def test_moments_are_told_by_the_clock(server):
    (told,) = server.printers(build.integer("limit", 1), names=("printer-state-change-time",))
    assert names_of(told) == ["printer-state-change-time"]
    assert told.integer("printer-state-change-time") > 1_700_000_000
    number = server.door.print(queue="held").number
    asked = build.keyword("requested-attributes", "job-id", "time-at-creation")
    jobs = server.ask(Operation.GET_JOBS, asked, uri="ipp://localhost/").jobs
    (mine,) = [job for job in jobs if job.integer("job-id") == number]
    assert mine.integer("time-at-creation") > 1_700_000_000


def test_there_is_a_default_and_no_classes(server):
    assert server.ask(Operation.CUPS_GET_DEFAULT).printer.string("printer-name") == "follow-me"
    classes = server.ask(Operation.CUPS_GET_CLASSES)
    assert classes.status is Status.SUCCESSFUL_OK and classes.printer is None


def test_a_queue_is_known_by_the_name_that_cups_gives_it(server):
    told = server.ask(Operation.GET_PRINTER_ATTRIBUTES, uri="ipp://localhost/printers/held", path="/printers/held")
    assert told.printer.string("printer-name") == "held"
    made = server.ask(Operation.CREATE_JOB, uri="ipp://localhost:631/printers/held", path="/printers/held")
    number = made.number
    seen = server.ask(Operation.GET_JOB_ATTRIBUTES, uri=f"ipp://localhost/jobs/{number}", path=f"/jobs/{number}")
    assert seen.number == number
    done = server.ask(Operation.CANCEL_JOB, uri=f"ipp://localhost/jobs/{number}", path="/jobs/")
    assert done.status is Status.SUCCESSFUL_OK and server.house.ended(number).state is JobState.CANCELED


def test_the_job_0_of_a_queue_is_its_current_one(server):
    first, second = (server.door.print(queue="small", user="frank").number for _ in range(2))
    zero = build.integer("job-id", 0)
    for number in (first, second):
        done = server.ask(Operation.CANCEL_JOB, zero, uri="ipp://localhost/printers/small", user="frank", path="/jobs/")
        assert done.status is Status.SUCCESSFUL_OK and server.house.ended(number).state is JobState.CANCELED
    none = server.ask(Operation.CANCEL_JOB, zero, uri="ipp://localhost/printers/small", user="frank")
    assert none.status is Status.CLIENT_ERROR_NOT_FOUND
    strict = server.ask(Operation.CANCEL_JOB, zero, uri=server.door.uri("held"), user="frank")
    assert strict.status is Status.CLIENT_ERROR_NOT_FOUND


def test_who_resumes_a_job_that_its_queue_holds_releases_it(server):
    number = server.door.print(queue="held").number
    server.house.job(number)
    resume = (build.keyword("job-hold-until", "no-hold"),)
    done = server.ask(Operation.SET_JOB_ATTRIBUTES, uri=f"ipp://localhost/jobs/{number}", job=resume, path="/jobs")
    assert done.status is Status.SUCCESSFUL_OK and server.house.ended(number).state is JobState.COMPLETED
    other = server.door.print(queue="held").number
    server.house.job(other)
    strict = server.ask(Operation.SET_JOB_ATTRIBUTES, uri=f"{server.door.uri('held')}/{other}", job=resume)
    assert strict.status is not Status.SUCCESSFUL_OK and not server.house.job(other).final


def test_jobs_of_all_queues_are_listed_together(server):
    first, second = server.door.print(queue="held").number, server.door.print(queue="roaming").number
    together = server.numbers("ipp://localhost/")
    assert {first, second} <= together
    assert server.numbers("ipp://localhost/printers/held") >= {first}
    assert second not in server.numbers("ipp://localhost/printers/held")
    assert len(server.numbers("ipp://localhost/", build.integer("limit", 1))) == 1
    for at in (1, 2, len(together)):
        assert len(server.numbers("ipp://localhost/", build.integer("first-index", at))) == len(together) - at + 1
    assert {first, second} <= server.numbers("ipp://localhost/", build.boolean("my-jobs", True)) <= together


def test_jobs_of_queues_that_do_not_trust_us_are_not_told(server):
    signed = ("alice", "alice's secret")
    number = server.door.print(queue="private", sign_in=signed, user="alice").number
    assert number not in server.numbers("ipp://localhost/")
    listed = server.ask(Operation.GET_JOBS, uri="ipp://localhost/", sign_in=signed).jobs
    assert number in {job.integer("job-id") for job in listed}


def test_own_jobs_of_all_queues_are_cancelled_at_once(server):
    mine = [server.door.print(queue=queue, user="dora").number for queue in ("held", "roaming")]
    other = server.door.print(queue="held", user="emil").number
    done = server.ask(Operation.CANCEL_MY_JOBS, uri="ipp://localhost/printers/", user="dora", path="/admin/")
    assert done.status is Status.SUCCESSFUL_OK
    assert {server.house.ended(number).state for number in mine} == {JobState.CANCELED}
    assert not server.house.job(other).final
    for operation in (Operation.CANCEL_JOBS, Operation.PURGE_JOBS):  # of the queue that dora's network operates alone
        done = server.ask(operation, uri="ipp://localhost/printers/", user="dora")
        assert done.status is Status.SUCCESSFUL_OK
    assert not server.house.job(other).final


def test_jobs_are_moved_by_operators(server):
    core = server.house.gateway.core
    number = server.door.print(queue="held", user="carol").number
    server.house.job(number)
    to = (build.uri("job-printer-uri", "ipp://localhost/printers/roaming"),)
    uri = f"ipp://localhost/jobs/{number}"
    assert server.ask(Operation.CUPS_MOVE_JOB, uri=uri, job=to, path="/jobs").http == 426
    root = ("root", "root's own secret")
    before = core.jobs.waiting(core.catalogue.named("held").id), core.jobs.waiting(core.catalogue.named("roaming").id)
    assert server.ask(Operation.CUPS_MOVE_JOB, uri=uri, job=to, sign_in=root).status is Status.SUCCESSFUL_OK
    moved = server.house.job(number)
    assert moved.queue_id == core.catalogue.named("roaming").id and moved.state is JobState.PENDING_HELD
    after = core.jobs.waiting(core.catalogue.named("held").id), core.jobs.waiting(core.catalogue.named("roaming").id)
    assert after == (before[0] - 1, before[1] + 1)
    direct = (build.uri("job-printer-uri", "ipp://localhost/printers/direct"),)
    assert server.ask(Operation.CUPS_MOVE_JOB, uri=uri, job=direct, sign_in=root).status is Status.SUCCESSFUL_OK
    assert server.house.ended(number).state is JobState.COMPLETED
    assert server.ask(Operation.CUPS_MOVE_JOB, uri=uri, job=to, sign_in=root).status is Status.CLIENT_ERROR_NOT_POSSIBLE


def test_all_jobs_of_a_queue_are_moved_at_once(server):
    core = server.house.gateway.core
    server.house.ask(core.catalogue.change("small", operator_networks=LOCAL))
    try:
        numbers = [server.door.print(queue="small").number for _ in range(2)]
        to = (build.uri("job-printer-uri", "ipp://localhost/printers/roaming"),)
        small = "ipp://localhost/printers/small"
        assert server.ask(Operation.CUPS_MOVE_JOB, uri=small, job=to).status is Status.SUCCESSFUL_OK
        roaming = core.catalogue.named("roaming").id
        assert {server.house.job(number).queue_id for number in numbers} == {roaming}
    finally:
        server.house.ask(core.catalogue.change("small", operator_networks=()))


@pytest.mark.parametrize(
    ("job", "status"),
    [
        ((), Status.CLIENT_ERROR_BAD_REQUEST),
        ((build.uri("job-printer-uri", "ipp://localhost/"),), Status.CLIENT_ERROR_BAD_REQUEST),
        ((build.uri("job-printer-uri", "ipp://localhost/printers/none"),), Status.CLIENT_ERROR_NOT_FOUND),
        ((build.uri("job-printer-uri", "ipp://localhost/printers/shut"),), Status.CLIENT_ERROR_NOT_POSSIBLE),
    ],
)
def test_a_job_goes_nowhere_else(server, job, status):
    number = server.door.print(queue="held").number
    answer = server.ask(
        Operation.CUPS_MOVE_JOB, uri=f"ipp://localhost/jobs/{number}", job=job, sign_in=("root", "root's own secret")
    )
    assert answer.status is status


def test_a_page_is_still_a_page(server):
    assert server.door.send(b"name=x", path="/", headers={"Content-Type": "text/plain"}).http == 415
    assert server.door.send(b"", path="/", method="GET", headers={"Content-Type": "text/plain"}).http in (200, 302, 303)
