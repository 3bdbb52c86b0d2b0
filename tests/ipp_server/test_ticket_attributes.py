"""What a client asked for is told again as it asked, and a password never."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ipp import build
from ipp.enums import JobState, Operation, Status
from ipp.registry import accepts, find
from ipp.values import Range, Resolution
from ipp_server.ticket_attributes import STATUS, TEMPLATE
from jobs.queue import Offer
from jobs.ticket import Ticket, resolve
from jobs.ticket_readers import OPERATION, READERS
from jobs.ticket_readers import TEMPLATE as UNDERSTOOD
from tests.ipp_server.client import PDF

OFFER = replace(Offer(), finishings=(4, 20), content_optimize=("auto", "text"), rendering_intents=("auto", "relative"))
A5 = build.collection("media-size", [build.integer("x-dimension", 14800), build.integer("y-dimension", 21000)])
WHEN = build.datetime_("job-hold-until-time", datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC))
CLIENT = build.collection(
    "client-info",
    [build.name("client-name", "ipptool"), build.text("client-patches", ""), build.octets("client-version", b"\0\3")],
)

ASKED = [
    build.integer("copies", 3),
    build.collection("cover-front", [build.keyword("cover-type", "print-both")]),
    build.collection("cover-back", [build.keyword("cover-type", "print-none"), build.collection("media-col", [A5])]),
    build.enum("finishings", 4, 20),
    build.integer("force-front-side", 3, 9),
    build.keyword("imposition-template", "booklet"),
    build.collection("insert-sheet", [build.integer("insert-after-page-number", 2), build.integer("insert-count", 1)]),
    build.name("job-account-id", "4711"),
    build.keyword("job-account-type", "general"),
    build.name("job-accounting-user-id", "carol"),
    build.integer("job-cancel-after", 600),
    build.keyword("job-delay-output-until", "evening"),
    build.keyword("job-error-action", "abort-job"),
    build.keyword("job-hold-until", "weekend"),
    WHEN,
    build.text("job-message-to-operator", "Gently"),
    build.integer("job-pages-per-set", 2),
    build.integer("job-priority", 70),
    build.name("job-recipient-name", "Zoë"),
    build.text("job-sheet-message", "Hello"),
    build.keyword("job-sheets", "standard"),
    build.collection("job-sheets-col", [build.keyword("job-sheets", "job-end-sheet")]),
    build.keyword("media", "iso_a5_148x210mm"),
    build.keyword("multiple-document-handling", "single-document"),
    build.integer("number-up", 4),
    build.enum("orientation-requested", 4),
    build.keyword("output-bin", "face-down"),
    build.collection("overrides", [build.range_("pages", Range(1, 2)), build.keyword("sides", "one-sided")]),
    build.keyword("page-delivery", "same-order-face-down"),
    build.range_("page-ranges", Range(1, 2), Range(5, 9)),
    build.keyword("presentation-direction-number-up", "tobottom-toleft"),
    build.keyword("print-color-mode", "monochrome"),
    build.keyword("print-content-optimize", "text"),
    build.enum("print-quality", 5),
    build.keyword("print-rendering-intent", "relative"),
    build.keyword("print-scaling", "fit"),
    build.resolution("printer-resolution", Resolution(600, 600, 3)),
    build.integer("proof-copies", 2),
    build.collection("proof-print", [build.integer("proof-print-copies", 1), build.keyword("media", "iso_a5_148x210mm")]),
    build.collection("separator-sheets", [build.keyword("separator-sheets-type", "slip-sheets")]),
    build.keyword("sides", "two-sided-long-edge"),
    build.keyword("x-image-position", "center"),
    build.keyword("y-image-position", "bottom"),
    build.integer("x-image-shift", 300),
    build.integer("y-side2-image-shift", -300),
]  # fmt: skip
SENT = [
    CLIENT,
    build.octets("document-metadata", b"title=Plan", b"subject=B"),
    build.keyword("job-release-action", "owner-authorized"),
    build.collection("job-storage", [build.keyword("job-storage-disposition", "store-only")]),
]


@pytest.mark.parametrize("attribute", ASKED, ids=lambda value: value.name)
def test_told_again_as_asked(attribute):
    resolved = resolve([attribute], OFFER)
    assert resolved.unsupported == ()
    told = TEMPLATE[attribute.name](Ticket.from_json(resolved.ticket.to_json()))
    assert told == attribute
    row = find(attribute.name, "job-template")
    assert row is not None and accepts(row, told)


@pytest.mark.parametrize("attribute", SENT, ids=lambda value: value.name)
def test_what_came_with_the_job_is_told_as_its_status(attribute):
    assert STATUS[attribute.name](resolve([attribute], OFFER).ticket) == attribute


def test_a_collection_of_media_is_told_with_all_its_members():
    asked = build.collection(
        "media-col", [A5, build.keyword("media-type", "stationery"), build.integer("media-top-margin", 423)]
    )
    ticket = resolve([asked], OFFER).ticket
    told = TEMPLATE["media-col"](ticket).first_collection
    assert told.get("media-size") == A5 and told.first("media-type") == "stationery"
    assert told.first("media-top-margin") == 423
    assert TEMPLATE["media"](ticket) is None
    plain = resolve([build.keyword("media", "iso_a5_148x210mm")], OFFER).ticket
    assert TEMPLATE["media-col"](plain) is None


def test_every_attribute_that_is_understood_is_told_again_but_passwords():
    silent = {"job-password", "job-password-encryption", "job-impressions-estimated", "requesting-user-uri"}
    also = {"finishings-col"}  # told as finishings
    assert {*UNDERSTOOD} - silent - also <= {*TEMPLATE, *STATUS}
    assert {*OPERATION} - silent <= {*TEMPLATE, *STATUS}
    assert {*TEMPLATE} <= {*READERS}


def test_nothing_asked_is_nothing_told():
    told = {name for name, row in TEMPLATE.items() if row(Ticket()) is not None}
    assert told == {"copies", "job-priority"}
    assert all(row(Ticket()) is None for row in STATUS.values())


@pytest.mark.parametrize("written", ["zz", "", "30", "ff" * 10])
def test_what_was_kept_and_cannot_be_read_is_left_out(written):
    assert STATUS["client-info"](Ticket(kept=(("client-info", written),))) is None


def test_a_job_with_all_of_it(door):
    password = [build.octets("job-password", b"2468"), build.keyword("job-password-encryption", "none")]
    uri = build.uri("requesting-user-uri", "mailto:carol@example.com")
    answer = door.print(PDF, CLIENT, uri, *password, template=[build.keyword("sides", "one-sided")])
    assert answer.status is Status.SUCCESSFUL_OK
    job = door.look(answer.number).job
    assert job.get("client-info") == CLIENT
    assert job.string("job-originating-user-uri") == "mailto:carol@example.com"
    assert job.strings("sides") == ("one-sided",)
    assert not any("password" in attribute.name for attribute in job.attributes)


def test_a_strange_job_password_is_named_and_the_job_taken(door):
    answer = door.print(PDF, build.octets("job-password", b"1"))
    assert answer.status is Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES
    assert [*answer.unsupported] == ["job-password"]


def test_mandatory_attributes_are_insisted_upon(door):
    wish = build.keyword("sides", "three-sided")
    mandatory = build.keyword("job-mandatory-attributes", "sides")
    assert door.ask(Operation.VALIDATE_JOB, template=[wish]).status.is_success
    answer = door.ask(Operation.VALIDATE_JOB, mandatory, template=[wish])
    assert answer.status is Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED
    assert answer.unsupported == {"sides": wish}


@pytest.mark.parametrize("disposition", ["store-only", "print-and-store"])
def test_a_document_that_is_to_be_stored_can_be_printed_again(door, house, disposition):
    storage = build.collection("job-storage", [build.keyword("job-storage-disposition", disposition)])
    number = door.print(PDF, storage, queue="direct").number
    if disposition == "store-only":
        assert house.job(number).state is JobState.PENDING_HELD
        assert door.ask(Operation.RELEASE_JOB, job=number, queue="direct").status is Status.SUCCESSFUL_OK
    assert house.ended(number).state is JobState.COMPLETED
    again = door.ask(Operation.RESUBMIT_JOB, job=number, queue="direct")
    assert again.status is Status.SUCCESSFUL_OK
    plain = door.print(queue="direct").number
    house.ended(plain)
    assert door.ask(Operation.RESUBMIT_JOB, job=plain, queue="direct").status is Status.CLIENT_ERROR_NOT_POSSIBLE


def test_what_was_done_is_told_once_it_is(door, house):
    wishes = [build.integer("copies", 2), build.integer("job-priority", 60), build.name("job-account-id", "4711")]
    held = door.print(template=wishes).number
    assert not any(one.name.endswith("-actual") for one in door.look(held).job.attributes)
    number = door.print(queue="direct", template=wishes).number
    house.ended(number)
    job = door.look(number, queue="direct").job
    assert (job.integer("copies-actual"), job.integer("job-priority-actual")) == (2, 60)
    assert job.string("job-account-id-actual") == "4711"
    assert job.get("page-ranges-actual") is None
