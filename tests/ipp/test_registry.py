"""Registered attributes: each row's syntax compared with IANA's, and what a row accepts."""

import functools
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from ipp import build
from ipp.enums import Finishings, Tag
from ipp.registry import REGISTRY, accepts, find, job_template_of, names
from ipp.syntax import Row, parse
from ipp.values import Attribute, LanguageString, Range, Resolution, Value

IANA = Path(__file__).parents[3] / "shared" / "data" / "iana" / "ipp-registrations.xml"
NS = "{http://www.iana.org/assignments}"

# Sources of names that IANA does not register.
VENDORS = {"AirPrint", "CUPS", "Mopria"}
# Slips of IANA's registry: a bound without the other one, colons and quotes astray, a parenthesis left open.
SLIPS = {
    "rangeOfInteger(MAX)": "rangeOfInteger(1:MAX)",
    "(MIN:MIN)": "(MIN:MAX)",
    "integer (": "integer(",
    "(0: ": "(0:",
    "integer:0:MAX": "integer(0:MAX)",
    "'": "",
}
# What IANA writes behind a name that should not be used any more.
STATUS = re.compile(r" ?\((deprecated|obsolete|extension|under review)\)")
# The collections that a group of members is registered for.
MEDIA_COL = [("job-template", "media-col"), ("printer-description", "media-col-database")]
MEMBERS = {
    "client-info": [("operation", "client-info")],
    "job-storage": [("operation", "job-storage")],
    "media-col": MEDIA_COL,
    "media-size": MEDIA_COL,
    "media-source-properties": MEDIA_COL,
    "overrides": [("job-template", "overrides")],
}


@functools.cache
def registered() -> dict[tuple[str, ...], set[str]]:
    """Syntaxes by (group, name), and of members by (collection, member, sub-member)."""
    if not IANA.is_file():
        pytest.skip("IANA's registrations are not beside the project")
    root = ET.parse(IANA).getroot()
    attributes = next(one for one in root.iter(f"{NS}registry") if one.get("id") == "ipp-registrations-2")
    syntaxes: dict[tuple[str, ...], set[str]] = {}
    for record in attributes.iter(f"{NS}record"):
        cells = {child.tag.removeprefix(NS): " ".join((child.text or "").split()) for child in record}
        syntax = cells.get("syntax", "")
        for slip, meant in SLIPS.items():
            syntax = syntax.replace(slip, meant)
        syntax += ")" * (syntax.count("(") - syntax.count(")"))
        group = cells["collection"].lower().replace(" ", "-")
        path = tuple(cells[key] for key in ("name", "member_attribute", "sub-member_attribute") if key in cells)
        path = tuple(STATUS.sub("", name) for name in path)
        key = (group, path[0]) if len(path) == 1 else (group, path[0], path[-1])
        syntaxes.setdefault(key, set()).add(syntax)
    return syntaxes


def test_every_row_is_registered_with_that_syntax():
    theirs, checked = registered(), 0
    for row in REGISTRY.values():
        if row.source in VENDORS:
            assert (row.group, row.name) not in theirs, f"{row.name} is registered by now"
            continue
        if row.group in MEMBERS:
            syntaxes = set().union(*(theirs.get((*place, row.name), set()) for place in MEMBERS[row.group]))
        else:
            syntaxes = theirs[row.group, row.name]
        assert parse(row.syntax) in {parse(syntax) for syntax in syntaxes if syntax}, row
        checked += 1
    assert checked > 600


def test_no_row_is_there_twice():
    from ipp.rows import document, job, operation, printer, subscription, system

    rows = [*document.ROWS, *job.ROWS, *operation.ROWS, *printer.ROWS, *subscription.ROWS, *system.ROWS]
    assert len(rows) == len(REGISTRY)
    for row in rows:
        assert re.fullmatch(r"[a-z][a-z0-9-]*", row.name)
        assert row.source
        assert parse(row.syntax).choices


# What IPP Everywhere 1.1, AirPrint, Mopria, Windows and CUPS ask of a printer.
ASKED = """
    charset-configured charset-supported color-supported compression-supported document-format-default
    document-format-supported document-password-supported generated-natural-language-supported
    identify-actions-default identify-actions-supported ipp-features-supported ipp-versions-supported
    job-creation-attributes-supported job-ids-supported job-password-supported job-password-encryption-supported
    multiple-document-jobs-supported multiple-operation-time-out multiple-operation-time-out-action
    natural-language-configured operations-supported pages-per-minute pages-per-minute-color pdl-override-supported
    preferred-attributes-supported printer-alert printer-alert-description printer-config-change-date-time
    printer-config-change-time printer-current-time printer-geo-location printer-get-attributes-supported
    printer-icons printer-info printer-location printer-make-and-model printer-more-info printer-name
    printer-organization printer-organizational-unit printer-state printer-state-change-date-time
    printer-state-change-time printer-state-message printer-state-reasons printer-supply printer-supply-description
    printer-supply-info-uri printer-up-time printer-uri-supported uri-security-supported
    uri-authentication-supported printer-uuid pwg-raster-document-resolution-supported
    pwg-raster-document-type-supported pwg-raster-document-sheet-back queued-job-count which-jobs-supported
    copies-default copies-supported finishings-default finishings-supported finishings-col-default
    finishings-col-supported job-account-id-supported job-account-id-default job-accounting-user-id-supported
    job-accounting-user-id-default media-bottom-margin-supported media-left-margin-supported
    media-right-margin-supported media-top-margin-supported media-col-default media-col-ready media-col-supported
    media-col-database media-default media-ready media-supported media-size-supported media-source-supported
    media-type-supported orientation-requested-default orientation-requested-supported output-bin-default
    output-bin-supported overrides-supported page-ranges-supported print-color-mode-default
    print-color-mode-supported print-content-optimize-default print-content-optimize-supported
    print-quality-default print-quality-supported print-rendering-intent-default print-rendering-intent-supported
    printer-resolution-default printer-resolution-supported sides-default sides-supported print-scaling-default
    print-scaling-supported urf-supported mopria-certified printer-device-id printer-dns-sd-name
    printer-firmware-name printer-firmware-string-version document-format-preferred printer-input-tray
    printer-output-tray job-hold-until-default job-hold-until-supported job-hold-until-time-supported
    job-priority-default job-priority-supported job-sheets-default job-sheets-supported
    job-settable-attributes-supported printer-settable-attributes-supported notify-events-default
    notify-events-supported notify-lease-duration-default notify-lease-duration-supported
    notify-pull-method-supported ippget-event-life number-up-default number-up-supported
    printer-message-from-operator job-release-action-default job-release-action-supported
    job-password-length-supported job-password-repertoire-configured oauth-authorization-server-uri
    printer-mandatory-job-attributes printer-strings-uri printer-strings-languages-supported marker-names
    marker-levels marker-colors marker-types auth-info-required printer-is-accepting-jobs
""".split()


@pytest.mark.parametrize("name", ASKED)
def test_what_clients_ask_of_a_printer_is_there(name):
    assert find(name, "printer-description") or find(name, "printer-status")


def test_find():
    assert find("copies") == REGISTRY["job-template", "copies"]
    assert find("job-hold-until").group == "job-template"
    assert find("job-hold-until", "operation").group == "operation"
    assert find("x-dimension", "media-size").syntax == "integer(1:MAX)"
    assert find("no-such-thing") is find("copies", "printer-status") is None


def test_names():
    assert {"media-size", "media-type", "media-source"} <= names("media-col")
    assert names("no-such-group") == frozenset()


@pytest.mark.parametrize("name", ["copies-default", "media-ready", "sides-supported", "media-col-default"])
def test_job_template_attributes_of_a_printer(name):
    assert job_template_of(name).name == name.rpartition("-")[0]


@pytest.mark.parametrize("name", ["copies", "charset-supported", "document-format-default", "printer-state"])
def test_other_attributes_of_a_printer(name):
    assert job_template_of(name) is None


ACCEPTED = [
    build.integer("copies", 1),
    build.keyword("sides", "two-sided-long-edge"),
    build.keyword("media", "iso_a4_210x297mm"),
    build.name("media", "yellow letterhead"),
    build.name("media", LanguageString("gelb", "de")),
    build.enum("finishings", Finishings.STAPLE, Finishings.PUNCH),
    build.range_("page-ranges", Range(1, 5), Range(7, 7)),
    build.resolution("printer-resolution", Resolution(600, 600)),
    build.boolean("ipp-attribute-fidelity", True),
    build.octets("job-password", bytes(255)),
    build.text("job-message-to-operator", "x" * 127),
    build.collection("media-col", []),
    build.collection("media-col-ready", [], []),
    build.unknown("printer-geo-location"),
    build.uri("printer-geo-location", "geo:47,8"),
    build.no_value("job-account-id-default"),
    build.mime("document-format", "application/pdf"),
    build.charset("attributes-charset", "utf-8"),
    build.integer("number-up-supported", 1, 2),
    Attribute("number-up-supported", (Value(Tag.INTEGER, 1), Value(Tag.RANGE_OF_INTEGER, Range(2, 4)))),
]

REFUSED = {
    "below": build.integer("copies", 0),
    "above": build.integer("job-priority", 101),
    "two of one": build.integer("copies", 1, 2),
    "none": Attribute("copies", ()),
    "enum for integer": build.enum("copies", 1),
    "keyword for integer": build.keyword("copies", "1"),
    "text for keyword": build.text("sides", "one-sided"),
    "empty keyword": build.keyword("sides", ""),
    "one wrong of two": Attribute("finishings", (Value(Tag.ENUM, 3), Value(Tag.INTEGER, 4))),
    "octets of the wrong length": Attribute("copies", (Value(Tag.INTEGER, b"\x01"),)),
    "octets in a keyword": Attribute("sides", (Value(Tag.KEYWORD, b"one-sided"),)),
    "range turned round": build.range_("page-ranges", Range(5, 1)),
    "range below": build.range_("page-ranges", Range(0, 1)),
    "resolution of nothing": build.resolution("printer-resolution", Resolution(0, 600)),
    "resolution in no unit": build.resolution("printer-resolution", Resolution(600, 600, 5)),
    "long octetString": build.octets("job-password", bytes(256)),
    "long text": build.text("printer-info", "x" * 128),
    "long in octets": build.text("printer-info", "ü" * 64),
    "out-of-band where it may not be": build.no_value("copies"),
    "out-of-band with octets": Attribute("printer-geo-location", (Value(Tag.UNKNOWN, b"x"),)),
    "out-of-band among values": Attribute(
        "notify-events", (Value(Tag.KEYWORD, "job-completed"), Value(Tag.NO_VALUE, None))
    ),
    "nothing under a tag": Attribute("sides", (Value(Tag.KEYWORD, None),)),
    "integer as boolean": Attribute("ipp-attribute-fidelity", (Value(Tag.BOOLEAN, 1),)),
    "boolean as integer": Attribute("copies", (Value(Tag.INTEGER, True),)),
    "keyword for collection": build.keyword("media-col", "x"),
    "datetime for integer": build.integer("job-hold-until-time", 1),
}


@pytest.mark.parametrize("attribute", ACCEPTED, ids=lambda attribute: attribute.name)
def test_accepted(attribute):
    assert accepts(find(attribute.name), attribute)


@pytest.mark.parametrize("attribute", REFUSED.values(), ids=REFUSED)
def test_not_accepted(attribute):
    assert not accepts(find(attribute.name), attribute)


def test_out_of_band_alone_in_a_set():
    row = Row("x", "1setOf name(MAX) | no-value", "g", "s")
    both = Attribute("x", (Value(Tag.NAME, "a"), Value(Tag.NO_VALUE, None)))
    assert accepts(row, build.no_value("x"))
    assert accepts(row, build.name("x", "a", "b"))
    assert not accepts(row, both)


@pytest.mark.parametrize(
    "syntax",
    [
        "",
        "integer(",
        "1setOf",
        "type4 keyword",
        "strange",
        "integer(1:)",
        "keyword name",
        "name(MAX))",
        "name |",
        "1setOf (name",
    ],
)
def test_what_is_no_syntax(syntax):
    with pytest.raises(ValueError):
        assert parse(syntax).choices


def test_same_syntax_written_otherwise():
    assert parse("1setOf (type2 keyword | name(MAX))") == parse("1setOf type2 keyword | name(255)")
    assert parse("1setOf (integer(0:MAX))") == parse("1setOf integer(0:2147483647)")
    assert parse("dateTime|unknown") == parse("unknown | dateTime")
    assert parse("1setOf keyword") != parse("keyword")
