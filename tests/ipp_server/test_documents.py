"""The documents of a job: listed, told of, changed, given up, and asked about before they are sent (PWG 5100.5)."""

import pytest

from ipp import build
from ipp.codec import encode
from ipp.enums import DocumentState, GroupTag, JobState, Operation, Status
from ipp.message import Group
from tests.ipp_server.client import PDF

OK = Status.SUCCESSFUL_OK
TEXT = b"Hello.\n"
ABOUT_ONE = (
    Operation.GET_DOCUMENT_ATTRIBUTES,
    Operation.SET_DOCUMENT_ATTRIBUTES,
    Operation.CANCEL_DOCUMENT,
)


def number(value):
    return build.integer("document-number", value)


@pytest.fixture
def job(door):
    """A held job of two documents that are all there."""
    made = door.create().number
    assert door.send_document(made, PDF, build.name("document-name", "first.pdf"), last=False).status is OK
    assert door.send_document(made, TEXT, build.name("document-name", "second.txt")).status is OK
    return made


def documents(door, job, *extra, **words):
    answer = door.ask(Operation.GET_DOCUMENTS, *extra, job=job, **words)
    assert answer.status is OK, answer.words
    return answer.message.groups_of(GroupTag.DOCUMENT)


def change(door, job, which, *attributes):
    message = door.operation(Operation.SET_DOCUMENT_ATTRIBUTES, number(which), job=job)
    message.groups.append(Group(GroupTag.DOCUMENT, list(attributes)))
    return door.send(encode(message))


def test_all_documents_are_listed_in_their_order(door, job):
    told = documents(door, job, build.keyword("requested-attributes", "all"))
    assert [group.integer("document-number") for group in told] == [1, 2]
    assert [group.string("document-name") for group in told] == ["first.pdf", "second.txt"]
    assert [group.string("document-format") for group in told] == ["application/pdf", "text/plain"]
    assert [group.boolean("last-document") for group in told] == [False, True]
    assert {group.integer("document-state") for group in told} == {DocumentState.PENDING}
    assert len({group.string("document-uuid") for group in told}) == 2


def test_a_short_list_and_a_limit(door, job):
    (first,) = documents(door, job, build.integer("limit", 1))
    assert {attribute.name for attribute in first.attributes} == {
        "document-number",
        "document-uuid",
        "document-state",
        "document-state-reasons",
        "last-document",
    }
    assert (
        door.ask(Operation.GET_DOCUMENTS, build.integer("limit", 0), job=job).status is Status.CLIENT_ERROR_BAD_REQUEST
    )


def test_the_document_of_print_job(house, door):
    made = door.print().number
    house.job(made)
    (told,) = documents(door, made, build.keyword("requested-attributes", "all"))
    assert (told.integer("document-number"), told.integer("pages"), told.boolean("last-document")) == (1, 1, True)


def test_two_documents_are_printed_as_one_job(house, door, job):
    counted = house.job(job)
    assert counted.documents == 2 and counted.pages == 2
    assert door.ask(Operation.RELEASE_JOB, job=job).status is OK
    ended = house.ended(job)
    assert ended.state is JobState.COMPLETED and ended.impressions_completed == 2
    told = documents(door, job, build.keyword("requested-attributes", "document-state", "pages"))
    assert [group.integer("document-state") for group in told] == [DocumentState.COMPLETED] * 2
    assert [group.integer("pages") for group in told] == [1, 1]


def test_a_document_that_is_given_up_is_not_printed(house, door, job):
    assert house.job(job).pages == 2
    assert door.ask(Operation.CANCEL_DOCUMENT, number(1), job=job).status is OK
    told = documents(door, job)
    assert [group.integer("document-state") for group in told] == [DocumentState.CANCELED, DocumentState.PENDING]
    left = house.job(job)
    assert left.pages == 1 and left.document_name == "second.txt"
    again = door.ask(Operation.CANCEL_DOCUMENT, number(1), job=job)
    assert again.status is Status.CLIENT_ERROR_NOT_POSSIBLE


def test_with_its_last_document_a_job_is_given_up(house, door, job):
    assert house.job(job).pages == 2
    for one in (1, 2):
        assert door.ask(Operation.CANCEL_DOCUMENT, number(one), job=job).status is OK
    assert house.job(job).state is JobState.CANCELED
    assert [group.integer("document-state") for group in documents(door, job)] == [DocumentState.CANCELED] * 2
    made = door.print().number
    house.job(made)
    assert door.ask(Operation.CANCEL_DOCUMENT, number(1), job=made).status is OK
    assert house.job(made).state is JobState.CANCELED
    for late in (job, made):
        again = door.ask(Operation.CANCEL_DOCUMENT, number(1), job=late)
        assert again.status is Status.CLIENT_ERROR_NOT_POSSIBLE


def test_the_name_of_a_document_may_stand_among_the_job_attributes(house, door):
    named = door.print(template=[build.name("document-name", "plan.pdf")])
    assert named.status is OK and not named.unsupported
    (told,) = documents(door, named.number, build.keyword("requested-attributes", "all"))
    assert told.string("document-name") == "plan.pdf"
    assert told.integer("time-at-created") == told.integer("time-at-creation")
    other = door.print(
        PDF, build.name("document-name", "right.pdf"), template=[build.name("document-name", "wrong.pdf")]
    )
    (told,) = documents(door, other.number, build.keyword("requested-attributes", "document-name"))
    assert told.string("document-name") == "right.pdf"


def test_what_is_asked_of_one_document_alone(house, door, job):
    assert house.job(job).pages == 2
    assert change(door, job, 2, build.integer("copies", 3), build.name("document-name", "thrice.txt")).status is OK
    told = door.ask(Operation.GET_DOCUMENT_ATTRIBUTES, number(2), job=job).message.group(GroupTag.DOCUMENT)
    assert (told.integer("copies"), told.string("document-name")) == (3, "thrice.txt")
    assert house.job(job).pages == 4  # one of the first, three of the second


def test_what_cannot_be_changed_is_named_and_nothing_is(door, job):
    fixed = change(door, job, 1, build.mime("document-format", "text/plain"))
    assert fixed.status is Status.CLIENT_ERROR_ATTRIBUTES_NOT_SETTABLE and set(fixed.unsupported) == {"document-format"}
    wrong = change(door, job, 1, build.integer("copies", -4), build.name("document-name", "other"))
    assert wrong.status is Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED
    assert documents(door, job, build.keyword("requested-attributes", "all"))[0].string("document-name") == "first.pdf"
    assert change(door, job, 1).status is Status.CLIENT_ERROR_BAD_REQUEST


@pytest.mark.parametrize("operation", ABOUT_ONE, ids=lambda operation: operation.keyword)
def test_a_document_that_is_not_there(door, job, operation):
    assert door.ask(operation, job=job).status is Status.CLIENT_ERROR_BAD_REQUEST
    assert door.ask(operation, number(3), job=job).status is Status.CLIENT_ERROR_NOT_FOUND


def test_somebody_elses_documents(door, job):
    for operation in (Operation.CANCEL_DOCUMENT, Operation.SET_DOCUMENT_ATTRIBUTES):
        assert door.ask(operation, number(1), job=job, user="mallory").status is Status.CLIENT_ERROR_NOT_AUTHORIZED
    told = documents(door, job, build.keyword("requested-attributes", "all"), user="mallory")
    assert [group.string("document-name") for group in told] == [None, None]


def test_a_document_is_asked_about_before_it_is_sent(door):
    def ask(*extra):
        return door.ask(Operation.VALIDATE_DOCUMENT, *extra).status

    assert ask(build.mime("document-format", "application/pdf")) is OK
    assert ask(build.mime("document-format", "video/mp4")) is Status.CLIENT_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED
    assert ask(build.keyword("compression", "lzma")) is Status.CLIENT_ERROR_COMPRESSION_NOT_SUPPORTED
