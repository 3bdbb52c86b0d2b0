"""Numbers and their names, compared with IANA's registry."""

import copy
import functools
import pickle
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from ipp.enums import (
    DocumentState,
    Finishings,
    GroupTag,
    JobState,
    Operation,
    Orientation,
    PrinterState,
    PrintQuality,
    ResolutionUnits,
    Status,
    Tag,
)

IANA = Path(__file__).parents[3] / "shared" / "data" / "iana" / "ipp-registrations.xml"
NS = "{http://www.iana.org/assignments}"
ALL = [
    DocumentState,
    Finishings,
    GroupTag,
    JobState,
    Operation,
    Orientation,
    PrinterState,
    PrintQuality,
    ResolutionUnits,
    Status,
    Tag,
]


@pytest.mark.parametrize("enum", ALL)
@pytest.mark.parametrize("number", [0x7E57, -5, 2**31 - 1])
def test_unknown_number_is_a_member_that_survives(enum, number):
    member = enum(number)
    assert isinstance(member, enum)
    assert member == number == int(member)
    assert not member.is_known
    assert member.keyword == member.name == f"{number:#06x}"
    assert pickle.loads(pickle.dumps(member)) == copy.deepcopy(member) == member
    assert number not in list(enum), "unknown members are not kept"


@pytest.mark.parametrize("value", ["copies", 2**40, None])
def test_no_number_is_no_member(value):
    with pytest.raises(ValueError):
        Operation(value)


@pytest.mark.parametrize(
    ("member", "keyword"),
    [
        (Operation.PRINT_JOB, "Print-Job"),
        (Operation.GET_PRINTER_ATTRIBUTES, "Get-Printer-Attributes"),
        (Operation.PRINT_URI, "Print-URI"),
        (Operation.CUPS_GET_PRINTERS, "CUPS-Get-Printers"),
        (Operation.CUPS_GET_PPDS, "CUPS-Get-PPDs"),
        (Status.SUCCESSFUL_OK, "successful-ok"),
        (JobState.PENDING_HELD, "pending-held"),
        (Tag.NO_VALUE, "no-value"),
        (GroupTag.EVENT_NOTIFICATION, "event-notification"),
    ],
)
def test_keyword(member, keyword):
    assert member.is_known
    assert member.keyword == keyword


def test_success():
    assert Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES.is_success
    assert not Status.CLIENT_ERROR_NOT_FOUND.is_success
    assert not Status(-1).is_success


@functools.cache
def records(registry: str) -> list[dict[str, str]]:
    if not IANA.is_file():
        pytest.skip("IANA's registrations are not beside the project")
    root = ET.parse(IANA).getroot()
    found = next(one for one in root.iter(f"{NS}registry") if one.get("id") == f"ipp-registrations-{registry}")
    return [{child.tag.removeprefix(NS): child.text or "" for child in record} for record in found.iter(f"{NS}record")]


def numbered(rows: list[dict[str, str]]) -> dict[int, str]:
    """Number to name, without reserved and unassigned ones and without remarks in parentheses."""
    named = {}
    for row in rows:
        number = re.fullmatch(r"(0x[0-9A-F]+|\d+)(\(\w+\))?", row.get("value", "").strip())
        name = re.sub(r"\(.*", "", row.get("name", "")).strip()
        if number and name and not name.startswith(("Reserved", "Unassigned", "For ext")):
            named[int(number[1], 0)] = name
    return named


def test_status_codes_are_ianas():
    assert {int(status): status.keyword for status in Status} == numbered(records("11"))


def test_operations_are_ianas_and_cups():
    ours = {int(operation): operation.keyword for operation in Operation if operation < 0x4000}
    assert ours == numbered([row for row in records("6") if row.get("attribute") == "operations-supported"])
    assert all(operation.keyword.startswith("CUPS-") for operation in Operation if operation >= 0x4000)


def test_group_tags_are_ianas():
    # "end-of-attributes-tag" ends the groups and is no group: its name differs.
    ours = {int(tag): f"{tag.keyword}-attributes-tag" for tag in GroupTag if tag != GroupTag.END}
    theirs = numbered(records("7"))
    assert theirs.pop(GroupTag.END) == "end-of-attributes-tag"
    assert ours == theirs


def test_value_tags_are_ianas():
    def plain(name: str) -> str:
        return re.sub("[^a-z]", "", name.lower())

    theirs = numbered(records("8")) | numbered(records("9"))
    theirs[Tag.OCTET_STRING] = "octetString"
    # 0x11 was `default` once and is unassigned now; 0x7F is the way to longer tags.
    ours = {int(tag): plain(tag.name) for tag in Tag if tag not in (Tag.DEFAULT, Tag.EXTENSION)}
    assert ours == {number: plain(name) for number, name in theirs.items()}


@pytest.mark.parametrize(
    ("enum", "attribute"),
    [
        (JobState, "job-state"),
        (DocumentState, "document-state"),
        (PrinterState, "printer-state"),
        (PrintQuality, "print-quality"),
        (Orientation, "orientation-requested"),
        (Finishings, "finishings"),
    ],
)
def test_enum_values_are_ianas(enum, attribute):
    theirs = numbered([row for row in records("6") if row.get("attribute") == attribute])
    assert {int(member): member.keyword for member in enum} == theirs
