"""TXT records stay within their bounds whatever a queue is called."""

import dataclasses
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdns.txt import LARGEST_RECORD, PrinterFacts, clip, record, size

PLAIN = PrinterFacts(
    name="Follow Me",
    rp="ipp/print/follow-me",
    uuid="urn:uuid:68c644be-c56e-37ab-7e45-4c1c0f32c4aa",
    port=631,
    ty="Printgate",
    pdl=("image/pwg-raster", "application/pdf", "image/urf", "image/jpeg"),
    urf=("V1.4", "W8", "DM1"),
    note="Floor 2",
    admin_url="https://gate.local:631/follow-me",
    duplex=True,
)

texts = st.text(max_size=400)
facts = st.builds(
    PrinterFacts,
    name=texts,
    rp=st.text(min_size=1, max_size=60),
    uuid=st.uuids().map(str),
    port=st.integers(1, 65535),
    ty=texts,
    pdl=st.lists(st.text(min_size=1, max_size=60), max_size=30).map(tuple),
    urf=st.lists(st.text(min_size=1, max_size=20), max_size=60).map(tuple),
    note=texts,
    product=texts,
    admin_url=texts,
    kind=st.lists(texts, max_size=5).map(tuple),
    printer_type=st.integers(0, 2**32),
)


def test_an_ordinary_queue():
    assert record(PLAIN) == {
        "txtvers": "1",
        "qtotal": "1",
        "rp": "ipp/print/follow-me",
        "ty": "Printgate",
        "adminurl": "https://gate.local:631/follow-me",
        "note": "Floor 2",
        "priority": "0",
        "product": "(Printgate)",
        "pdl": "application/pdf,image/urf,image/pwg-raster,image/jpeg",
        "UUID": "68c644be-c56e-37ab-7e45-4c1c0f32c4aa",
        "TLS": "1.3",
        "URF": "V1.4,W8,DM1",
        "air": "none",
        "Color": "F",
        "Duplex": "T",
        "Copies": "T",
        "Collate": "T",
        "Staple": "F",
        "Punch": "F",
        "Bind": "F",
        "Scan": "F",
        "Fax": "F",
        "kind": "document",
        "PaperMax": "legal-A4",
        "mopria-certified": "1.3",
    }


def test_pages_are_told_as_the_printer_tells_them_over_each_of_the_two():
    both = dataclasses.replace(PLAIN, admin_url="http://gate.local:631/", secure_admin_url="https://gate.local:631/")
    assert record(both)["adminurl"] == "http://gate.local:631/"
    assert record(both, secure=True)["adminurl"] == "https://gate.local:631/"
    assert record(PLAIN, secure=True) == record(PLAIN)


@given(facts)
def test_bounds_hold_and_what_clients_need_is_there(one):
    strings = record(one)
    assert size(strings) <= LARGEST_RECORD
    for key, value in strings.items():
        assert len(f"{key}={value}".encode()) <= 255
        assert not [c for c in value if unicodedata.category(c) == "Cc"]
    assert {"txtvers", "rp", "UUID", "URF", "air", "Color", "Duplex", "TLS"} <= strings.keys()


def test_the_largest_facts_lose_the_dispensable_first():
    long = "x" * 300
    wide = PrinterFacts(
        "n", "r" * 100, "u" * 36, 631, long, tuple(f"image/{n:040}" for n in range(9)), tuple(f"T{n:03}" for n in range(99)),
        note=long, admin_url="h" * 240, kind=("k" * 240,), air="username,password",
    )  # fmt: skip
    strings = record(wide)
    assert size(strings) <= LARGEST_RECORD
    assert "kind" not in strings
    assert {"rp", "pdl", "URF", "ty", "adminurl"} <= strings.keys()


def test_lists_are_clipped_at_whole_items_with_the_needed_first():
    many = tuple(f"application/vnd.example.kind-{n}" for n in range(20))
    strings = record(PrinterFacts("n", "ipp/print", "u", 631, "t", (*many, "image/urf", "application/pdf")))
    told = strings["pdl"].split(",")
    assert told[:3] == ["application/pdf", "image/urf", many[0]]
    assert set(told) <= {*many, "image/urf", "application/pdf"}
    assert len(f"pdl={strings['pdl']},{many[len(told) - 2]}") > 255


def test_a_path_that_cannot_be_told_is_refused():
    for rp in ("", "ipp/print/" + "ä" * 130):
        with pytest.raises(ValueError, match="resource path"):
            record(PrinterFacts("n", rp, "u", 631, "t", ()))


@given(st.text(), st.integers(0, 80))
def test_clipping_keeps_whole_characters(text, limit):
    kept = clip(text, limit)
    assert len(kept.encode()) <= limit
    assert text.startswith(kept)
    if len(text.encode()) <= limit:
        assert kept == text


def test_a_letter_never_loses_its_accent():
    assert clip("Cafe\u0301", 5) == "Caf"
    assert clip("Cafe\u0301", 6) == "Cafe\u0301"
    assert clip("a" + "\u0301" * 40, 9) == "a" + "\u0301" * 4
