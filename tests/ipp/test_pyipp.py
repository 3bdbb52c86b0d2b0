"""An independent reader and writer, pyipp, agrees with ours on the simple messages that it understands.

It is given only what we wrote ourselves: a negative length from elsewhere would hold it for ever.
"""

import pyipp.enums
from pyipp.parser import parse
from pyipp.serializer import encode_dict

from ipp import build
from ipp.codec import decode, encode
from ipp.enums import GroupTag, JobState, Operation, PrinterState, Status
from ipp.message import Group, Message
from ipp.values import Range, Resolution

OPERATION = Group(
    GroupTag.OPERATION,
    [build.charset("attributes-charset", "utf-8"), build.language("attributes-natural-language", "en-us")],
)


def test_it_reads_our_printer():
    printer = [
        build.name("printer-name", "Follow me"),
        build.text("printer-info", "Drucker für alle"),
        build.uri("printer-uri-supported", "ipp://h/ipp/print", "ipps://h/ipp/print"),
        build.enum("printer-state", PrinterState.IDLE),
        build.keyword("printer-state-reasons", "none"),
        build.boolean("color-supported", True),
        build.integer("printer-up-time", 12),
        build.mime("document-format-supported", "application/pdf", "image/urf"),
        build.range_("copies-supported", Range(1, 999)),
        build.resolution("printer-resolution-default", Resolution(600, 600)),
    ]
    message = Message((2, 0), Status.SUCCESSFUL_OK, 77, [OPERATION, Group(GroupTag.PRINTER, printer)])
    read = parse(encode(message))
    assert (read["version"], read["status-code"], read["request-id"]) == ((2, 0), 0, 77)
    assert read["operation-attributes"] == {"attributes-charset": "utf-8", "attributes-natural-language": "en-us"}
    (got,) = read["printers"]
    assert got["printer-name"] == "Follow me"
    assert got["printer-info"] == "Drucker für alle"
    assert got["printer-uri-supported"] == ["ipp://h/ipp/print", "ipps://h/ipp/print"]
    assert got["printer-state"] == 3
    assert got["printer-state-reasons"] == "none"
    assert got["color-supported"] in (True, 1)
    assert got["printer-up-time"] == 12
    assert got["document-format-supported"] == ["application/pdf", "image/urf"]
    assert tuple(got["copies-supported"]) == (1, 999)
    assert tuple(got["printer-resolution-default"]) == (600, 600, 3)


def test_it_reads_our_jobs():
    jobs = [
        Group(GroupTag.JOB, [build.integer("job-id", number), build.enum("job-state", JobState.PENDING_HELD)])
        for number in (1, 2)
    ]
    read = parse(encode(Message((1, 1), Status.SUCCESSFUL_OK, 1, [OPERATION, *jobs])))
    assert [(job["job-id"], job["job-state"]) for job in read["jobs"]] == [(1, 4), (2, 4)]


def test_we_read_its_request():
    octets = encode_dict(
        {
            "version": (2, 0),
            "operation": pyipp.enums.IppOperation.GET_PRINTER_ATTRIBUTES,
            "request-id": 5,
            "operation-attributes-tag": {
                "attributes-charset": "utf-8",
                "attributes-natural-language": "en-US",
                "printer-uri": "ipp://h/ipp/print",
                "requested-attributes": ["printer-name", "printer-state"],
            },
        }
    )
    message, rest = decode(octets)
    assert (message.version, message.code, message.request_id, rest) == (
        (2, 0),
        Operation.GET_PRINTER_ATTRIBUTES,
        5,
        b"",
    )
    group = message.group(GroupTag.OPERATION)
    assert group.strings("requested-attributes") == ("printer-name", "printer-state")
    assert group.get("printer-uri").first_uri == "ipp://h/ipp/print"
    assert encode(message) == octets
