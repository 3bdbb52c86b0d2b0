"""Who may what: operators operate and are nobody else; what is private stays so; what was given up is gone."""

import pytest

from ipp import build
from ipp.codec import encode
from ipp.enums import GroupTag, JobState, Operation, Status
from ipp.message import Group, Message
from ipp.values import DateTime
from ipp_server import controlling
from jobs import counting, store
from jobs.previews import Previews
from jobs.queue import Kind, Queue
from storage import store as spool_rows
from storage.node import new_id
from tests.ipp_server.client import CHARSET, LANGUAGE, PDF
from tests.ipp_server.conftest import LOCAL, PASSWORDS
from tests.ipp_server.subscriber import events, fetch, follow, notices, subscribe

OK = Status.SUCCESSFUL_OK
DENIED = Status.CLIENT_ERROR_NOT_AUTHORIZED
ALICE = ("alice", PASSWORDS["alice"])
PIN = (build.octets("job-password", b"4711"), build.keyword("job-password-encryption", "none"))
TITLE = build.name("job-name", "Notice to quit")


@pytest.fixture
def queue(house):
    """Make a queue that is operated from here, by whoever asks."""
    core, made = house.gateway.core, []

    def make(kind=Kind.FOLLOW_ME, name="", **fields):
        name = name or f"ops{new_id()[-8:]}"
        trial = core.fleet.named("trial").id
        devices = (trial,) if kind is Kind.DIRECT else ()
        fields = {"operator_networks": LOCAL, "default_device": trial} | fields
        house.ask(core.catalogue.add(Queue(new_id(), name, kind, devices=devices, **fields)))
        made.append(name)
        return name

    yield make
    for name in made:
        house.ask(core.catalogue.change(name, operator_networks=LOCAL))
        house.door.ask(Operation.PURGE_JOBS, queue=name)
        house.ask(core.catalogue.remove(name))


def server(door, operation, *extra, user="carol"):
    """A request about the server itself, as CUPS's tools send it."""
    first = [CHARSET, LANGUAGE, build.uri("printer-uri", "ipp://localhost/printers/")]
    operation_group = Group(GroupTag.OPERATION, [*first, build.name("requesting-user-name", user), *extra])
    return door.send(encode(Message((2, 0), operation, 7, [operation_group])), path="/")


def spooled(house, job):
    """The ids of all that the spool has of a job."""

    def look(connection):
        found = store.find(connection, job_id=job)
        parts = [part.document_id for part in store.documents(connection, found.id)]
        return found.document_id, parts

    return house.ask(house.gateway.core.home.database.read(look))


def kept(house, document_id):
    """Whether the spool has the key of a document."""
    read = house.gateway.core.home.database.read
    return house.ask(read(lambda connection: spool_rows.place(connection, document_id))) is not None


def test_an_operator_by_network_prints_in_nobodys_name(house, door, queue):
    name = queue()
    assert door.ask(Operation.PAUSE_PRINTER, queue=name, user="alice").status is OK
    assert door.ask(Operation.RESUME_PRINTER, queue=name, user="alice").status is OK
    for operation in (Operation.PRINT_JOB, Operation.CREATE_JOB):
        assert door.ask(operation, queue=name, user="alice", document=PDF).http == 426
        assert door.ask(operation, queue=name, user="alice", document=PDF, tls=True).http == 401
    assert door.print(queue=name, sign_in=ALICE).status is OK


def test_an_operator_by_network_reads_nobodys_titles(house, door, queue):
    name = queue()
    number = door.print(PDF, TITLE, queue=name, sign_in=ALICE).number
    asked = build.keyword("requested-attributes", "job-name", "job-originating-user-name", "job-state")
    listed = door.ask(Operation.GET_JOBS, asked, queue=name, user="alice")
    assert [job.integer("job-state") for job in listed.jobs] == [JobState.PENDING_HELD]
    assert listed.jobs[0].get("job-name") is None and listed.jobs[0].get("job-originating-user-name") is None
    assert door.look(number, "job-name", queue=name, user="alice").job.get("job-name") is None
    everything = build.keyword("requested-attributes", "all")
    (told,) = door.ask(Operation.GET_DOCUMENTS, everything, queue=name, job=number, user="alice").message.groups_of(
        GroupTag.DOCUMENT
    )
    assert told.get("document-name") is None
    assert door.ask(Operation.CANCEL_JOB, queue=name, job=number, user="alice").status is OK  # that is operating


def test_what_waits_for_its_owner_is_not_let_go_by_a_network(house, door, queue):
    name = queue(trusted_networks=LOCAL)
    number = door.print(queue=name, user="alice").number
    house.job(number)
    no_hold = build.keyword("job-hold-until", "no-hold")
    assert door.ask(Operation.RELEASE_JOB, job=number, queue=name, user="bob").status is DENIED
    assert door.ask(Operation.HOLD_JOB, no_hold, job=number, queue=name, user="bob").status is DENIED
    elsewhere = [build.uri("job-printer-uri", door.uri("direct"))]
    assert door.ask(Operation.CUPS_MOVE_JOB, job=number, queue=name, user="bob", template=elsewhere).status is DENIED
    assert house.job(number).held
    assert door.ask(Operation.RELEASE_JOB, job=number, queue=name, user="alice").status is OK
    assert house.ended(number).state is JobState.COMPLETED


def test_notices_tell_an_operator_by_network_no_titles(house, door, queue):
    name = queue()
    number = subscribe(door, events("job-created"), queue=name, user="alice").integer("notify-subscription-id")
    door.print(PDF, TITLE, queue=name, sign_in=ALICE)
    told = follow(door, number, lambda _: True, queue=name, user="alice")[0]
    assert told.get("job-name") is None and "Notice" not in told.string("notify-text")
    assert notices(fetch(door, number, queue=name, user="alice"))


def test_who_operates_one_queue_operates_no_other_by_asking_the_server(house, door, queue):
    name = queue(name="a-room", trusted_networks=LOCAL)  # the first of all queues
    there = door.print(queue="held").number
    house.job(there)
    here = door.print(queue=name).number
    assert server(door, Operation.CANCEL_JOBS).status is OK
    assert house.job(there).held and house.job(here).state is JobState.CANCELED
    assert server(door, Operation.PURGE_JOBS).status is OK
    assert house.job(there).held and door.look(here, queue=name).status is Status.CLIENT_ERROR_NOT_FOUND


def test_an_operator_by_network_does_not_print_without_the_password(house, door):
    made = door.print(PDF, *PIN, queue="operated", user="carol")
    house.job(made.number)
    for extra in ((), (build.octets("job-password", b"0000"),)):
        assert door.ask(Operation.RELEASE_JOB, *extra, job=made.number, queue="operated", user="dave").status is DENIED
    let_go = door.ask(
        Operation.HOLD_JOB, build.keyword("job-hold-until", "no-hold"), job=made.number, queue="operated", user="dave"
    )
    assert let_go.status is DENIED and house.job(made.number).held
    typed = build.octets("job-password", b"4711")
    assert door.ask(Operation.RELEASE_JOB, typed, job=made.number, queue="operated", user="dave").status is OK
    assert house.ended(made.number).state is JobState.COMPLETED


def test_a_copy_of_a_job_with_a_password_wants_it_too(house, door):
    made = door.print(PDF, *PIN, queue="operated", user="carol")
    house.job(made.number)
    copy = door.ask(Operation.RESUBMIT_JOB, job=made.number, queue="operated", user="carol")
    assert copy.status is OK and copy.state is JobState.PENDING_HELD and "job-password-wait" in copy.reasons


def test_what_is_given_up_of_a_job_is_not_kept(house, door):
    number = door.create().number
    for last in (False, False, True):
        assert door.send_document(number, PDF, last=last).status is OK
    job = house.job(number)
    core = house.gateway.core
    assert job.pages == 3
    joined, parts = spooled(house, number)
    previews = Previews(core.home.database, core.home.spool, house.gateway.sandbox, core.home.node)
    assert house.ask(previews.png(job, 3, 1, "somebody"))  # of a page that is to be given up
    picture = house.ask(
        core.home.database.read(
            lambda connection: (
                connection.execute(store.preview.select().where(store.preview.c.job_id == job.id)).one().document_id
            )
        )
    )
    given_up = build.integer("document-number", 3)
    assert door.ask(Operation.CANCEL_DOCUMENT, given_up, job=number).status is OK
    assert not kept(house, parts[2]) and not kept(house, joined) and not kept(house, picture)
    assert house.job(number).pages == 2 and spooled(house, number)[1][2] is None
    left = [spooled(house, number)[0], *parts[:2]]
    assert all(kept(house, one) for one in left)
    assert door.ask(Operation.CANCEL_JOB, job=number).status is OK
    assert not any(kept(house, one) for one in left)


def test_a_document_that_is_changed_while_it_is_put_together_is_printed_as_it_was_changed(house, door, monkeypatch):
    put_together, changed = counting.put_together, []

    async def slow(job, documents, *more):
        if not changed:
            changed.append(job)
            ticket = documents[0].ticket.from_json('{"copies": 3}')
            await house.gateway.intake.change_document(job, documents[0], ticket, "thrice")
        return await put_together(job, documents, *more)

    monkeypatch.setattr(counting, "put_together", slow)
    number = door.create().number
    door.send_document(number, PDF, last=False)
    door.send_document(number, PDF)
    assert house.job(number).pages == 4 and changed


def test_named_jobs_are_cancelled_however_many_wait(house, door, monkeypatch):
    monkeypatch.setattr(controlling, "_MOST", 2)
    monkeypatch.setattr(controlling, "_PAGE", 2)
    hold = [build.keyword("job-hold-until", "indefinite")]
    numbers = [door.print(queue="operated", template=hold, user="erin").number for _ in range(5)]
    last = build.integer("job-ids", numbers[-1])
    assert door.ask(Operation.CANCEL_JOBS, last, queue="operated").status is OK
    assert house.job(numbers[-1]).state is JobState.CANCELED
    assert (
        door.ask(Operation.CANCEL_JOBS, build.integer("job-ids", *numbers[:3]), queue="operated").status
        is Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE
    )
    assert door.ask(Operation.CANCEL_MY_JOBS, queue="operated", user="erin").status is OK
    assert {house.job(number).state for number in numbers} == {JobState.CANCELED}


def test_a_number_is_not_given_again_after_a_purge(house, door):
    number = door.print(queue="operated", template=[build.keyword("job-hold-until", "indefinite")]).number
    assert door.ask(Operation.PURGE_JOBS, queue="operated").status is OK
    house.ask(house.gateway.core.jobs.load())  # as at the next start
    assert door.print(queue="operated").number > number


@pytest.mark.parametrize("queue_name", ["held", "direct"])
@pytest.mark.parametrize(
    "moment",
    [
        DateTime(bytes.fromhex("270f0c1f173b3b09") + b"-" + bytes((11, 59))),  # the end of the year 9999
        DateTime(bytes.fromhex("0001010100000000") + b"+" + bytes((13, 0))),  # before the year 1, in UTC
        DateTime(bytes.fromhex("08fc010100000000") + b"+" + bytes((0, 0))),  # in the year 2300
    ],
)
def test_a_moment_that_nobody_waits_for_is_not_supported(door, queue_name, moment):
    until = build.datetime_("job-hold-until-time", moment)
    answer = door.ask(Operation.VALIDATE_JOB, queue=queue_name, template=[until])
    assert answer.status is Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES
    assert "job-hold-until-time" in answer.unsupported
