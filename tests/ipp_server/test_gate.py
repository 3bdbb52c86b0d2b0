"""What all operations share is checked at one gate, before anything else happens."""

import pytest

from ipp import build
from ipp.codec import encode, encode_group
from ipp.enums import GroupTag, Operation, Status, Tag
from ipp.message import Attribute, Group
from ipp.values import Value
from tests.ipp_server.client import CHARSET, LANGUAGE, raw

BAD = Status.CLIENT_ERROR_BAD_REQUEST
NOT_FOUND = Status.CLIENT_ERROR_NOT_FOUND
URI = build.uri("printer-uri", "ipp://127.0.0.1/ipp/print/held")
TARGETED = [CHARSET, LANGUAGE, URI]


def keyword_instead(attribute):
    return Attribute(attribute.name, (Value(Tag.KEYWORD.value, attribute.first),))


def uri(text):
    return [CHARSET, LANGUAGE, build.uri("printer-uri", text)]


def operation(attributes):
    return encode_group(GroupTag.OPERATION, attributes)


COPIES = encode_group(GroupTag.JOB, [build.integer("copies", 1)])
FAULTS = {
    "request-id 0": (raw(TARGETED, request_id=0), BAD),
    "request-id negative": (raw(TARGETED, request_id=-1), BAD),
    "version 0.0": (raw(TARGETED, version=(0, 0)), Status.SERVER_ERROR_VERSION_NOT_SUPPORTED),
    "version 3.0": (raw(TARGETED, version=(3, 0)), Status.SERVER_ERROR_VERSION_NOT_SUPPORTED),
    "no groups": (raw((), groups=[]), BAD),
    "an empty group": (raw([]), BAD),
    "no charset": (raw([LANGUAGE, URI]), BAD),
    "no language": (raw([CHARSET, URI]), BAD),
    "swapped": (raw([LANGUAGE, CHARSET, URI]), BAD),
    "target before them": (raw([URI, CHARSET, LANGUAGE]), BAD),
    "charset as keyword": (raw([keyword_instead(CHARSET), LANGUAGE, URI]), BAD),
    "language as keyword": (raw([CHARSET, keyword_instead(LANGUAGE), URI]), BAD),
    "unknown charset": (
        raw([build.charset("attributes-charset", "utf-16"), LANGUAGE, URI]),
        Status.CLIENT_ERROR_CHARSET_NOT_SUPPORTED,
    ),
    "no target": (raw([CHARSET, LANGUAGE]), BAD),
    "target as keyword": (raw([CHARSET, LANGUAGE, keyword_instead(URI)]), BAD),
    "two targets in one": (raw([CHARSET, LANGUAGE, build.uri("printer-uri", URI.first, URI.first)]), BAD),
    "an attribute twice": (raw([*TARGETED, URI]), BAD),
    "job group first": (raw((), groups=[COPIES, operation(TARGETED)]), BAD),
    "two operation groups": (raw((), groups=[operation(TARGETED), operation(TARGETED)]), BAD),
    "two job groups": (raw((), groups=[operation(TARGETED), COPIES, COPIES]), BAD),
    "unknown operation": (raw(TARGETED, code=0x3FFF), Status.SERVER_ERROR_OPERATION_NOT_SUPPORTED),
    "operation not offered": (raw(TARGETED, code=Operation.PRINT_URI), Status.SERVER_ERROR_OPERATION_NOT_SUPPORTED),
    "no such queue": (raw(uri("ipp://127.0.0.1/ipp/print/nowhere")), NOT_FOUND),
    "another path": (raw(uri("ipp://127.0.0.1/scanners/held")), NOT_FOUND),
    "a path that only begins like ours": (raw(uri("ipp://127.0.0.1/ipp/printheld")), NOT_FOUND),
    "too deep a path": (raw(uri("ipp://127.0.0.1/ipp/print/held/1/2")), NOT_FOUND),
    "a job's uri for a printer": (raw(uri("ipp://127.0.0.1/ipp/print/held/1")), NOT_FOUND),
    "no uri at all": (raw(uri("ipp://[::1/ipp/print/held")), BAD),
    "job without number": (raw(TARGETED, code=Operation.CANCEL_JOB), BAD),
    "job number as text": (raw([*TARGETED, build.keyword("job-id", "1")], code=Operation.GET_JOB_ATTRIBUTES), BAD),
    "not ipp": (b"GET me out of here, this is no IPP at all", BAD),
    "cut off": (raw(TARGETED)[:-1], BAD),
    "cut within a value": (raw(TARGETED)[:40], BAD),
    "cut in the header": (b"\x02\x00\x00", BAD),
    "nothing": (b"", BAD),
    "too many attributes": (
        raw([*TARGETED, *(build.text(f"attribute-{n}", "x" * 1000) for n in range(1100))]),
        Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE,
    ),
    "too many values": (
        raw([*TARGETED, build.integer("job-ids", *range(25_000))]),
        Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_request_is_refused_with_nothing_but_words(door, fault):
    body, status = FAULTS[fault]
    answer = door.send(body)
    assert answer.status is status, answer.words
    # Charset, language and words; RFC 8011 section 4.1.4 wants nothing else.
    assert [group.tag for group in answer.message.groups] == [GroupTag.OPERATION]
    names = [attribute.name for attribute in answer.message.groups[0].attributes]
    assert names == ["attributes-charset", "attributes-natural-language", "status-message"]
    assert 0 < len(answer.words.encode()) <= 255


def test_collections_nested_too_deep_are_refused(door):
    deep = b"\x34\x00\x09media-col\x00\x00" + (b"\x4a\x00\x00\x00\x01x" + b"\x34\x00\x00\x00\x00") * 20
    body = encode(door.operation(Operation.VALIDATE_JOB))[:-1] + b"\x02" + deep + b"\x03"
    assert door.send(body).status is Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ((1, 0), (1, 0)),
        ((1, 1), (1, 1)),
        ((2, 2), (2, 2)),
        ((2, 7), (2, 2)),
        ((1, 9), (1, 1)),
        ((9, 9), (2, 2)),
        ((0, 0), (1, 0)),
    ],
)
def test_the_answer_has_the_version_of_the_request_or_the_nearest(door, sent, answered):
    assert door.send(raw(TARGETED, version=sent)).message.version == answered


def test_the_request_id_comes_back_even_from_what_cannot_be_read(door):
    assert door.send(raw(TARGETED, request_id=0x7FFFFFFF)).message.request_id == 0x7FFFFFFF
    assert door.send(raw(TARGETED, request_id=4711)[:-9]).message.request_id == 4711


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "us-ascii"])
def test_these_charsets_are_read(door, charset):
    body = raw([build.charset("attributes-charset", charset), LANGUAGE, URI])
    assert door.send(body).status is Status.SUCCESSFUL_OK


@pytest.mark.parametrize(
    "target",
    [
        "ipp://127.0.0.1/ipp/print/held",
        "ipps://other.example:8631/ipp/print/held",
        "http://[::1]:631/ipp/print/held",
        "IPP://LOCALHOST/ipp/print/held/",
        "ipp://localhost/ipp/print/%68eld",
        "ipp://localhost/ipp/print",
    ],
)
def test_a_queue_is_found_by_every_name_of_the_machine(door, target):
    asked = [*uri(target), build.keyword("requested-attributes", "printer-name")]
    answer = door.send(raw(asked))
    assert answer.status is Status.SUCCESSFUL_OK
    assert answer.printer.string("printer-name") == ("follow-me" if target.endswith("print") else "held")


def test_a_jobs_uri_beside_a_number_is_not_taken_for_either(door):
    number = door.print().number
    asked = [CHARSET, LANGUAGE, build.uri("printer-uri", f"{door.uri()}/{number}"), build.integer("job-id", number)]
    assert door.send(raw(asked, code=Operation.GET_JOB_ATTRIBUTES)).status is NOT_FOUND


def test_a_job_is_known_by_its_own_queue_alone(door):
    number = door.print(queue="held").number
    assert door.look(number, queue="direct").status is NOT_FOUND
    for wrong in (0, -5, 2**31 - 1):
        assert door.look(wrong).status is NOT_FOUND
    by_uri = [
        CHARSET,
        LANGUAGE,
        build.uri("job-uri", f"{door.uri()}/{number}"),
        build.name("requesting-user-name", "c"),
    ]
    assert door.send(raw(by_uri, code=Operation.GET_JOB_ATTRIBUTES)).status is Status.SUCCESSFUL_OK


def test_a_name_that_is_too_long_is_refused(door):
    answer = door.print(
        b"",
        build.octets("x", b"")._replace(name="job-name", values=(Value(Tag.NAME_WITHOUT_LANGUAGE.value, "n" * 256),)),
    )
    assert answer.status is Status.CLIENT_ERROR_REQUEST_VALUE_TOO_LONG


def test_unknown_groups_and_attributes_are_no_fault(door):
    message = door.operation(Operation.VALIDATE_JOB, build.keyword("no-such-attribute", "x"))
    message.groups.append(Group(0x0A, [build.integer("y", 1)]))
    assert door.send(encode(message)).status is Status.SUCCESSFUL_OK
