"""Set-Printer-Attributes, Set-Job-Attributes and their kin: all or none, and what is set has its effect."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from ipp import build
from ipp.enums import GroupTag, JobState, Operation, Status, Tag
from ipp.message import Group
from ipp.values import Range
from ipp_server.setting_rows import DEFAULTS, OF_JOBS, OF_PRINTERS
from jobs.queue import Kind, Queue
from storage.node import new_id
from tests.ipp_server.client import PDF, encode
from tests.ipp_server.conftest import LOCAL, PASSWORDS

ROOT = ("root", PASSWORDS["root"])
ALICE = ("alice", PASSWORDS["alice"])
LONG = "two-sided-long-edge"


@pytest.fixture
def queue(house):
    """A queue of its own that holds, the name of it."""
    return made(house, Kind.FOLLOW_ME)


@pytest.fixture
def direct(house):
    return made(house, Kind.DIRECT)


def made(house, kind):
    name = f"q{time.monotonic_ns()}"
    core = house.gateway.core
    trial = core.fleet.named("trial").id
    devices = (trial,) if kind is Kind.DIRECT else ()
    fresh = Queue(new_id(), name, kind, devices=devices, default_device=trial, trusted_networks=LOCAL)
    house.ask(core.catalogue.add(fresh))
    return name


def put(door, queue, *attributes, sign_in=ROOT, **words):
    message = door.operation(Operation.SET_PRINTER_ATTRIBUTES, queue=queue)
    message.groups.append(Group(GroupTag.PRINTER, list(attributes)))
    return door.send(encode(message), sign_in=sign_in, tls=sign_in is not None, **words)


def told(door, queue, *names):
    asked = build.keyword("requested-attributes", *(names or ("all",)))
    return door.ask(Operation.GET_PRINTER_ATTRIBUTES, asked, queue=queue).printer


def change(door, queue, number, *attributes, **words):
    return door.ask(Operation.SET_JOB_ATTRIBUTES, queue=queue, job=number, template=attributes, **words)


def test_what_is_set_is_told(door, queue):
    attributes = [
        build.text("printer-info", "Second floor"),
        build.text("printer-location", "By the stairs"),
        build.uri("printer-geo-location", "geo:48.85,2.35"),
        build.text("printer-organization", "Gutenberg & Co"),
        build.keyword("printer-kind", "document", "envelope"),
        build.integer("copies-default", 2),
        build.keyword("sides-default", LONG),
        build.enum("print-quality-default", 5),
        build.text("printer-message-from-operator", "Back at two"),
    ]
    assert put(door, queue, *attributes).status is Status.SUCCESSFUL_OK
    group = told(door, queue)
    for attribute in attributes:
        assert group.get(attribute.name) == attribute
    assert group.string("printer-dns-sd-name") == "Second floor"
    assert group.get("printer-message-date-time") is not None
    deleted = [build.out_of_band(name, Tag.DELETE_ATTRIBUTE) for name in ("copies-default", "printer-location")]
    assert put(door, queue, *deleted).status is Status.SUCCESSFUL_OK
    group = told(door, queue)
    assert group.integer("copies-default") == 1 and group.string("printer-location") == ""
    assert group.strings("sides-default") == (LONG,)


def test_a_default_that_was_set_is_what_nobody_asked_otherwise(door, house, queue):
    put(door, queue, build.integer("copies-default", 3), build.keyword("sides-default", LONG))
    number = door.print(queue=queue, template=[build.keyword("sides", "one-sided")]).number
    ticket = house.job(number).ticket
    assert (ticket.copies, ticket.sides) == (3, "one-sided")
    look = door.look(number, queue=queue).job
    assert look.strings("sides") == ("one-sided",)
    assert look.get("copies") is None  # nobody asked for it


def test_a_collection_says_the_same_as_the_default_beside_it(door, queue):
    put(
        door, queue, build.keyword("media-default", "iso_a5_148x210mm"), build.keyword("job-sheets-default", "standard")
    )
    group = told(door, queue)
    assert group.get("media-col-default").first_collection.first("media-size-name") == "iso_a5_148x210mm"
    assert group.get("job-sheets-col-default").first_collection.first("job-sheets") == "standard"


def test_a_default_that_the_queue_is_not_for_is_refused(door, queue, direct):
    wish = build.keyword("job-hold-until-default", "night")
    assert put(door, queue, wish).status is Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED
    assert put(door, direct, wish).status is Status.SUCCESSFUL_OK
    assert told(door, direct).strings("job-hold-until-default") == ("night",)


@pytest.mark.parametrize("attribute", [
    build.integer("copies-default", 0),
    build.integer("copies-default", 5000),
    build.keyword("copies-default", "two"),
    build.keyword("sides-default", "three-sided"),
    build.keyword("media-default", "iso_2a0_1189x1682mm"),
    build.keyword("printer-kind", "teapot"),
    build.uri("printer-geo-location", "https://example.com/"),
    build.text("printer-info", "x" * 128),
    build.text("printer-info", "one", "two"),
    build.integer("printer-location", 5),
], ids=lambda value: value.name)  # fmt: skip
def test_a_value_that_cannot_be_stops_everything(door, queue, attribute):
    answer = put(door, queue, build.text("printer-organization", "Nobody"), attribute)
    assert answer.status is Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED
    assert answer.unsupported == {attribute.name: attribute}
    assert told(door, queue).string("printer-organization") == ""


def test_what_is_not_settable_is_said_to_be(door, queue):
    answer = put(door, queue, build.text("printer-info", "New"), build.text("printer-make-and-model", "Enigma"))
    assert answer.status is Status.CLIENT_ERROR_ATTRIBUTES_NOT_SETTABLE
    assert answer.unsupported == {
        "printer-make-and-model": build.out_of_band("printer-make-and-model", Tag.NOT_SETTABLE)
    }
    answer = put(door, queue, build.text("printer-mood", "sunny"))
    assert answer.status is Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED
    assert answer.unsupported == {"printer-mood": build.out_of_band("printer-mood", Tag.UNSUPPORTED)}
    assert told(door, queue).string("printer-info") == queue


def test_only_operators_set_printers(door, queue):
    wish = build.text("printer-info", "Mine")
    assert put(door, queue, wish, sign_in=ALICE).status is Status.CLIENT_ERROR_NOT_AUTHORIZED
    assert put(door, queue, wish, sign_in=None).http in (401, 426)
    assert put(door, queue).status is Status.CLIENT_ERROR_BAD_REQUEST


def test_what_may_be_set_is_told(door, queue):
    group = told(door, queue)
    assert group.strings("printer-settable-attributes-supported") == OF_PRINTERS
    assert group.strings("job-settable-attributes-supported") == OF_JOBS
    values = door.ask(Operation.GET_PRINTER_SUPPORTED_VALUES, queue=queue).printer
    assert {attribute.name for attribute in values.attributes} == {*OF_PRINTERS}
    assert values.get("copies-default").first == Range(1, 999)
    assert values.strings("sides-default") == group.strings("sides-supported")
    assert values.get("printer-info") == build.out_of_band("printer-info", Tag.ADMIN_DEFINE)
    some = build.keyword("requested-attributes", "sides-default", "printer-name")
    values = door.ask(Operation.GET_PRINTER_SUPPORTED_VALUES, some, queue=queue).printer
    assert [attribute.name for attribute in values.attributes] == ["sides-default"]
    assert all(group.get(f"{name}-supported") is not None for name in DEFAULTS.values())


def test_a_waiting_job_changes(door, house, queue):
    number = door.print(queue=queue, template=[build.integer("copies", 2)]).number
    house.job(number)
    wishes = [build.keyword("sides", LONG), build.name("job-name", "The right name"), build.integer("job-priority", 80)]
    assert change(door, queue, number, *wishes).status is Status.SUCCESSFUL_OK
    job = house.job(number)
    assert (job.ticket.copies, job.ticket.sides, job.title, job.priority) == (2, LONG, "The right name", 80)
    deleted = build.out_of_band("copies", Tag.DELETE_ATTRIBUTE)
    assert change(door, queue, number, deleted).status is Status.SUCCESSFUL_OK
    assert house.job(number).ticket.copies == 1


def test_a_job_s_wrong_value_changes_nothing(door, house, queue):
    number = door.print(queue=queue).number
    answer = change(door, queue, number, build.integer("copies", 2), build.keyword("sides", "none"))
    assert answer.status is Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED
    assert answer.unsupported == {"sides": build.keyword("sides", "none")}
    assert house.job(number).ticket.copies == 1


@pytest.mark.parametrize(("attribute", "status"), [
    (build.integer("job-id", 5), Status.CLIENT_ERROR_ATTRIBUTES_NOT_SETTABLE),
    (build.enum("job-state", 9), Status.CLIENT_ERROR_ATTRIBUTES_NOT_SETTABLE),
    (build.text("job-message-from-operator", "Hello"), Status.CLIENT_ERROR_ATTRIBUTES_NOT_SETTABLE),
    (build.text("job-mood", "sunny"), Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED),
    (build.name("job-name", "one", "two"), Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED),
], ids=lambda value: getattr(value, "name", ""))  # fmt: skip
def test_what_of_a_job_cannot_be_set(door, queue, attribute, status):
    number = door.print(queue=queue).number
    answer = change(door, queue, number, attribute)
    assert answer.status is status
    assert [*answer.unsupported] == [attribute.name]


def test_only_its_owner_and_operators_change_a_job(door, house, queue):
    number = door.print(queue=queue, user="alice").number
    wish = build.integer("copies", 2)
    assert change(door, queue, number, wish, user="bob").status is Status.CLIENT_ERROR_NOT_AUTHORIZED
    assert change(door, queue, number, wish, user=None, sign_in=ROOT).status is Status.SUCCESSFUL_OK
    assert house.job(number).ticket.copies == 2


def test_a_job_that_has_ended_keeps_its_ticket_and_takes_an_operator_s_word(door, house, queue):
    number = door.print(queue=queue).number
    door.ask(Operation.CANCEL_JOB, job=number, queue=queue)
    assert change(door, queue, number, build.integer("copies", 2)).status is Status.CLIENT_ERROR_NOT_POSSIBLE
    assert change(door, queue, number, build.name("job-name", "Late")).status is Status.CLIENT_ERROR_NOT_POSSIBLE
    word = build.text("job-message-from-operator", "It was too blue")
    assert change(door, queue, number, word, sign_in=ROOT).status is Status.SUCCESSFUL_OK
    assert door.look(number, queue=queue).job.string("job-message-from-operator") == "It was too blue"


def test_a_job_is_held_and_let_go_by_what_is_set(door, house, direct):
    hold = [build.keyword("job-hold-until", "indefinite")]
    number = door.print(queue=direct, template=hold).number
    assert house.job(number).state is JobState.PENDING_HELD
    now = build.keyword("job-hold-until", "no-hold")
    assert change(door, direct, number, now).status is Status.SUCCESSFUL_OK
    assert house.ended(number).state is JobState.COMPLETED


def test_a_pending_job_is_held_by_what_is_set(door, house, direct):
    house.ask(house.gateway.core.catalogue.change(direct, paused=True))
    number = door.print(queue=direct).number
    assert house.job(number).state is JobState.PENDING
    later = build.datetime_("job-hold-until-time", datetime.now(UTC) + timedelta(hours=2))
    assert change(door, direct, number, later).status is Status.SUCCESSFUL_OK
    job = house.job(number)
    assert job.state is JobState.PENDING_HELD
    assert job.release_at == job.ticket.job_hold_until_time
    deleted = build.out_of_band("job-hold-until-time", Tag.DELETE_ATTRIBUTE)
    assert change(door, direct, number, deleted).status is Status.SUCCESSFUL_OK
    house.ask(house.gateway.core.catalogue.change(direct, paused=False))
    assert house.ended(number).state is JobState.COMPLETED


@pytest.mark.parametrize("name", ["job-hold-until-time", "job-delay-output-until-time"])
def test_a_job_waits_for_its_time(door, house, direct, name):
    soon = build.datetime_(name, datetime.now(UTC) + timedelta(seconds=1))
    number = door.print(queue=direct, template=[soon]).number
    assert house.job(number).state is JobState.PENDING_HELD
    assert house.ended(number).state is JobState.COMPLETED


def test_who_has_no_credit_is_told_so_by_the_printer_itself(door, house, queue):
    def mine(name):
        asked = build.keyword("requested-attributes", "printer-is-accepting-jobs", "printer-name")
        return door.ask(Operation.GET_USER_PRINTER_ATTRIBUTES, asked, queue=queue, user=name)

    people = house.gateway.core.people
    house.ask(people.add("pauper", "a secret of the poor"))
    assert mine("pauper").printer.boolean("printer-is-accepting-jobs") is True
    house.ask(people.change("pauper", restricted=True))
    answer = mine("pauper")
    assert answer.printer.boolean("printer-is-accepting-jobs") is False
    assert "credit" in answer.words
    assert answer.printer.string("printer-name") == queue
    assert mine("carol").printer.boolean("printer-is-accepting-jobs") is True
    assert told(door, queue).boolean("printer-is-accepting-jobs") is True


def test_the_document_is_what_was_sent_whatever_was_set(door, house, direct):
    put(door, direct, build.integer("copies-default", 2))
    number = door.print(PDF, queue=direct).number
    job = house.ended(number)
    assert job.state is JobState.COMPLETED and job.impressions_completed == 2
