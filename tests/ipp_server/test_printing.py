"""Documents come in by Print-Job, or by Create-Job and Send-Document; what cannot be done is said, not guessed."""

import gzip
import zlib

import pytest

from ipp import build
from ipp.enums import JobState, Operation, Status, Tag
from ipp.values import Range
from tests.ipp_server.client import PDF
from tests.ipp_server.conftest import PASSWORDS

OK = Status.SUCCESSFUL_OK
SUBSTITUTED = Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES
NOT_POSSIBLE = Status.CLIENT_ERROR_NOT_POSSIBLE
BAD = Status.CLIENT_ERROR_BAD_REQUEST
HELD = {"job-hold-until-specified", "job-release-wait"}


def test_a_document_is_held_and_the_answer_says_so(door):
    answer = door.print(PDF, build.name("job-name", "Letter"))
    assert answer.status is OK
    assert answer.state is JobState.PENDING_HELD
    assert answer.reasons == HELD
    assert answer.job.string("job-uri") == f"{door.uri()}/{answer.number}"
    assert answer.job.string("job-uuid").startswith("urn:uuid:")
    assert not answer.unsupported


def test_a_direct_queue_prints_at_once(house, door):
    answer = door.print(queue="direct")
    assert answer.state is JobState.PENDING
    assert house.ended(answer.number).state is JobState.COMPLETED


def test_a_direct_queue_holds_what_its_owner_wants_held(house, door):
    answer = door.print(queue="direct", template=[build.keyword("job-hold-until", "indefinite")])
    assert answer.status is OK
    assert answer.state is JobState.PENDING_HELD
    assert house.job(answer.number).held
    assert door.ask(Operation.RELEASE_JOB, queue="direct", job=answer.number).status is OK
    assert house.ended(answer.number).state is JobState.COMPLETED


def test_no_hold_on_a_queue_that_holds_is_named_and_the_job_held(door):
    no_hold = build.keyword("job-hold-until", "no-hold")
    answer = door.print(template=[no_hold])
    assert answer.status is SUBSTITUTED
    assert answer.unsupported == {"job-hold-until": no_hold}
    assert answer.state is JobState.PENDING_HELD
    insisting = door.print(PDF, build.boolean("ipp-attribute-fidelity", True), template=[no_hold])
    assert insisting.status is Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED
    assert insisting.job is None


WRONG = [
    build.integer("copies", 0),
    build.keyword("copies", "two"),
    build.keyword("sides", "three-sided"),
    build.keyword("media", "papyrus"),
    build.enum("print-quality", 9),
    build.range_("page-ranges", Range(5, 2)),
    build.range_("page-ranges", Range(1, 4), Range(3, 6)),
    build.enum("finishings", 4),
    build.integer("number-up", 3),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda a: f"{a.name} {a.values[0].value}")
def test_values_that_are_not_offered_come_back(door, wrong):
    for operation, document in ((Operation.VALIDATE_JOB, b""), (Operation.PRINT_JOB, PDF)):
        answer = door.ask(operation, document=document, template=[wrong])
        assert answer.status is SUBSTITUTED
        assert answer.unsupported == {wrong.name: wrong}
        insisting = door.ask(
            operation, build.boolean("ipp-attribute-fidelity", True), document=document, template=[wrong]
        )
        assert insisting.status is Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED
        assert insisting.unsupported == {wrong.name: wrong}


def test_an_attribute_that_nobody_knows_comes_back_as_unsupported(door):
    answer = door.print(template=[build.keyword("perfume", "lavender"), build.integer("copies", 2)])
    assert answer.status is SUBSTITUTED
    assert answer.unsupported["perfume"].values[0].tag == Tag.UNSUPPORTED
    assert set(answer.unsupported) == {"perfume"}


def test_the_unsupported_group_stands_between_operation_and_job(door):
    answer = door.print(template=[build.keyword("perfume", "lavender")])
    assert [group.tag for group in answer.message.groups] == [1, 5, 2]


def test_what_was_asked_for_can_be_read_again(door):
    wanted = [
        build.integer("copies", 3),
        build.keyword("sides", "two-sided-short-edge"),
        build.range_("page-ranges", Range(1, 2), Range(4, 4)),
        build.keyword("print-color-mode", "monochrome"),
        build.enum("print-quality", 5),
    ]
    number = door.print(template=wanted).number
    told = door.look(number, "job-template").job
    assert all(told.get(attribute.name) == attribute for attribute in wanted)


def test_create_send_close(house, door):
    made = door.create()
    assert made.state is JobState.PENDING_HELD
    assert made.reasons == {"job-incoming", "job-data-insufficient"}
    sent = door.send_document(made.number, last=False)
    assert sent.status is OK
    assert house.job(made.number).incoming
    assert door.ask(Operation.CLOSE_JOB, job=made.number).status is OK
    job = house.job(made.number)
    assert (job.incoming, job.pages, set(job.reasons)) == (False, 1, HELD)
    # Closing twice does no harm.
    assert door.ask(Operation.CLOSE_JOB, job=made.number).status is OK


def test_the_last_document_closes_the_job(house, door):
    number = door.create().number
    answer = door.send_document(number)
    assert (answer.status, answer.state, answer.reasons) == (OK, JobState.PENDING_HELD, HELD)
    assert not house.job(number).incoming
    assert door.send_document(number).status is NOT_POSSIBLE


def test_an_empty_last_document_ends_what_was_sent_before(house, door):
    number = door.create().number
    door.send_document(number, last=False)
    assert door.send_document(number, b"").status is OK
    assert house.job(number).pages == 1


def test_a_job_without_any_document_is_aborted(house, door):
    for finish in (lambda n: door.send_document(n, b""), lambda n: door.ask(Operation.CLOSE_JOB, job=n)):
        number = door.create().number
        assert finish(number).status is OK
        job = house.job(number)
        assert job.state is JobState.ABORTED
        assert "No document" in job.message


def test_send_document_must_say_whether_it_is_the_last(house, door):
    number = door.create().number
    assert door.send_document(number, last=None).status is BAD
    assert house.job(number).size == 0
    wrong = build.keyword("last-document", "true")
    assert door.ask(Operation.SEND_DOCUMENT, wrong, job=number, document=PDF).status is BAD


def test_nobody_sends_into_anothers_job(house, door):
    number = door.create(user="carol").number
    assert door.send_document(number, user="dave").status is Status.CLIENT_ERROR_NOT_AUTHORIZED
    assert door.ask(Operation.CLOSE_JOB, job=number, user="dave").status is Status.CLIENT_ERROR_NOT_AUTHORIZED
    assert house.job(number).incoming


def test_a_format_that_is_not_offered_is_refused_before_the_document(house, door):
    before = house.last_number()
    declared = build.mime("document-format", "application/vnd.acme")
    for operation in (
        Operation.VALIDATE_JOB,
        Operation.PRINT_JOB,
        Operation.CREATE_JOB,
        Operation.GET_PRINTER_ATTRIBUTES,
    ):
        answer = door.ask(operation, declared)
        assert answer.status is Status.CLIENT_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED
    assert house.last_number() == before


@pytest.mark.parametrize("document", [b"\x1bE\x1b&l1XHello\x0c\x1bE", bytes(range(256)) * 9], ids=["pcl", "noise"])
def test_a_document_of_another_format_than_it_says_is_refused(house, door, document):
    before, kept = house.last_number(), house.spooled()
    answer = door.print(document, build.mime("document-format", "application/octet-stream"))
    assert answer.status is Status.CLIENT_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED
    assert (house.last_number(), house.spooled()) == (before, kept)


def test_a_print_job_without_a_document_is_refused(house, door):
    before = house.last_number()
    assert door.print(b"").status is BAD
    assert house.last_number() == before


def test_a_damaged_pdf_is_aborted_with_its_reason(house, door):
    answer = door.print(b"%PDF-1.7\nthis goes nowhere\n%%EOF\n")
    assert answer.status is OK
    job = house.ended(answer.number)
    assert job.state is JobState.ABORTED
    assert "document-format-error" in job.reasons
    seen = door.look(answer.number)
    assert seen.state is JobState.ABORTED
    assert "document-format-error" in seen.reasons
    assert seen.job.string("job-state-message")


def test_a_document_that_is_too_large_is_refused(house, door):
    before, kept = house.last_number(), house.spooled()
    answer = door.print(PDF + b"%" + b"x" * 200_000, queue="small")
    assert answer.status is Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE
    assert (house.last_number(), house.spooled()) == (before, kept)


def test_a_closed_queue_takes_nothing(door):
    for operation in (Operation.PRINT_JOB, Operation.CREATE_JOB):
        assert door.ask(operation, queue="shut").status is Status.SERVER_ERROR_NOT_ACCEPTING_JOBS
    # Who only asks is told of the document, not of the moment (RFC 3998 section 3.1.1).
    assert door.ask(Operation.VALIDATE_JOB, queue="shut").status is OK
    told = door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue="shut").printer
    assert told.boolean("printer-is-accepting-jobs") is False


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKED = {"gzip": gzip.compress, "deflate": raw_deflate, "none": bytes}


@pytest.mark.parametrize("how", PACKED)
@pytest.mark.parametrize("size", [0, (1 << 18) - len(PDF), 5 << 18], ids=["small", "one piece", "large"])
def test_compressed_documents_are_the_documents_that_were_packed(house, door, how, size):
    document = PDF + b"x" * size
    answer = door.print(PACKED[how](document), build.keyword("compression", how))
    assert answer.status is OK, answer.words
    assert house.ask(house.gateway.core.jobs.numbered(answer.number)).size == len(document)


def test_a_sent_document_may_be_compressed_too(house, door):
    number = door.create().number
    assert door.send_document(number, gzip.compress(PDF), build.keyword("compression", "gzip")).status is OK
    assert house.job(number).pages == 1


BROKEN = {
    "not gzip": ("gzip", PDF),
    "zlib for raw deflate": ("deflate", zlib.compress(PDF)),
    "gzip cut off": ("gzip", gzip.compress(PDF)[:-6]),
    "gzip with a wrong sum": ("gzip", gzip.compress(PDF)[:-8] + b"\0" * 8),
    "deflate cut off": ("deflate", raw_deflate(PDF)[:-3]),
    "something behind": ("gzip", gzip.compress(PDF) + b"more"),
    "something far behind": ("gzip", gzip.compress(PDF) + b"x" * (1 << 20)),
    "two in one": ("gzip", gzip.compress(PDF) * 2),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_what_cannot_be_unpacked_is_refused_and_nothing_kept(house, door, fault):
    before, kept = house.last_number(), house.spooled()
    how, document = BROKEN[fault]
    answer = door.print(document, build.keyword("compression", how))
    assert answer.status is Status.CLIENT_ERROR_COMPRESSION_ERROR
    assert (house.last_number(), house.spooled()) == (before, kept)


def test_an_unknown_compression_is_refused(door):
    wanted = build.keyword("compression", "brotli")
    for operation in (Operation.VALIDATE_JOB, Operation.PRINT_JOB):
        answer = door.ask(operation, wanted)
        assert answer.status is Status.CLIENT_ERROR_COMPRESSION_NOT_SUPPORTED
        assert answer.unsupported == {"compression": wanted}


@pytest.mark.parametrize("how", ["gzip", "deflate"])
def test_a_bomb_is_stopped_at_the_queues_limit(house, door, how):
    kept = house.spooled()
    bomb = PACKED[how](PDF + bytes(300 << 20))
    assert len(bomb) < 400_000
    answer = door.print(bomb, build.keyword("compression", how), queue="small")
    assert answer.status is Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE
    assert house.spooled() == kept


def test_a_stranger_is_given_a_code_to_claim_the_job_with(house, door):
    answer = door.print(queue="open", user="somebody")
    assert answer.status is OK
    code = answer.words.rpartition(" ")[2].rstrip(".")
    assert code in answer.job.string("job-state-message")
    alice = house.ask(house.gateway.core.people.find("alice"))
    claimed = house.ask(house.gateway.core.desk.claim(alice, code))
    assert (claimed.job_id, claimed.person_id) == (answer.number, alice.id)


def test_who_signed_in_owns_the_job_whatever_name_the_request_gives(house, door):
    answer = door.print(queue="private", user="bob", sign_in=("alice", PASSWORDS["alice"]))
    assert answer.status is OK
    assert house.job(answer.number).user_name == "alice"
    assert answer.job.string("job-uri").startswith("ipps://")
