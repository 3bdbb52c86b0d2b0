"""Reports: kept, read again, printed, and never believed when they come from elsewhere."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.media import media_for
from pdl.report import Basis, Confidence, Coverage, MediaRun, Piece, Report, Segment, ranges, runs, sheets_of, sides_of

A4, A3 = media_for(21000, 29700), media_for(29700, 42000)
WHOLE = Report(
    "application/pdf", "ok", pages=5, impressions=5, sheets=5, copies=1, sides="one-sided",
    media=(MediaRun(2, A4), MediaRun(3, A3)), color_pages=(1, 2, 5), confidence=Confidence("exact", "exact", "exact", "exact", "exact", "estimated"),
    basis=Basis(pages="page tree", color="pixels"), coverage=Coverage(150, 0, 0, 402),
    segments=(Segment("application/vnd.hp-PCL", 0, 90), Segment("application/postscript", 99, 200)),
    documents=(Piece(1, 1, 2), Piece(2, 4, 2, ((2, 2), (4, 9)))),
)  # fmt: skip


def test_a_report_survives_being_kept():
    for report in (WHOLE, Report("x/y", "rejected", "Because.", "document-format-error")):
        assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_it_prints_one_name_a_page():
    printed = WHOLE.describe()
    assert printed["media"] == ["iso_a4_210x297mm"] * 2 + ["iso_a3_297x420mm"] * 3
    assert printed["color_pages"] == [1, 2, 5]
    assert printed["confidence"]["pages"] == printed["confidence"]["color"] == "exact"
    assert printed["confidence"]["coverage"] == "estimated"
    assert printed["coverage"] == {"cyan": 1.5, "magenta": 0, "yellow": 0, "black": 4.02}
    assert printed["basis"]["color"] == "pixels"
    assert printed["languages"] == ["application/vnd.hp-PCL", "application/postscript"]


def test_a_long_document_is_kept_short():
    many = replace(WHOLE, pages=100_000, media=runs([A4] * 100_000), color_pages=tuple(range(1, 100_001)))
    assert len(json.dumps(many.to_json())) < 1000
    assert Report.from_json(many.to_json()) == many


@given(st.sets(st.integers(1, 60)))
def test_ranges_are_the_pages(pages):
    found = ranges(sorted(pages))
    assert [page for first, last in found for page in range(first, last + 1)] == sorted(pages)
    assert all(a[1] + 1 < b[0] for a, b in pairwise(found))


@pytest.mark.parametrize(
    "change",
    [
        {"pages": -1},
        {"pages": "5"},
        {"pages": True},
        {"pages": 2**40},
        {"pages": 6},
        {"copies": 1.5},
        {"reason": 7},
        {"media": [[5, 1, 1]]},
        {"media": [[0, 1, 1, "x"], [5, 1, 1, "x"]]},
        {"media": 3},
        {"color_pages": [[1, 10**12]]},
        {"color_pages": [[3, 2]]},
        {"color_pages": [[2, 3], [3, 4]]},
        {"color_pages": [[0, 1]]},
        {"color_pages": [[5, 6]]},
        {"color_pages": ["ab"]},
        {"confidence": {"pages": "exact"}},
        {"confidence": {"pages": "exact", "color": "sure"}},
        {"confidence": None},
        {"basis": {"pages": 3}},
        {"basis": {"pages": "x" * 501}},
        {"basis": {"price": "x"}},
        {"coverage": [1, 2, 3]},
        {"coverage": [1, 2, 3, 10_001]},
        {"coverage": [1, 2, 3, -1]},
        {"segments": [["x", 9, 3]]},
        {"segments": [["x", 0, 9], ["y", 5, 12]]},
        {"segments": [[1, 0, 9]]},
    ],
)
def test_what_contradicts_itself_is_no_report(change):
    with pytest.raises(ValueError):
        Report.from_json(WHOLE.to_json() | change)


def test_a_report_of_an_earlier_version_is_read():
    row = WHOLE.to_json()
    for name in ("basis", "coverage", "segments"):
        del row[name]
    row["confidence"] = {"pages": "exact", "color": "unknown"}
    read = Report.from_json(row)
    assert (read.coverage, read.segments, read.confidence.copies) == (None, (), "unknown")
    assert read.languages == (WHOLE.format,)


def test_a_report_must_be_complete():
    row = WHOLE.to_json()
    del row["sides"]
    with pytest.raises(ValueError, match="no report"):
        Report.from_json(row)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(WHOLE.to_json())), json_values)
def test_no_field_can_carry_surprises(field, value):
    try:
        report = Report.from_json(WHOLE.to_json() | {field: value})
    except ValueError:
        return
    assert isinstance(report.describe()["media"], list)


def test_sheets():
    assert sheets_of(5, 1, "one-sided") == 5
    assert sheets_of(5, 2, "two-sided-long-edge") == 6
    assert [sides_of(False, True), sides_of(True, False), sides_of(True, True)] == [
        "one-sided", "two-sided-long-edge", "two-sided-short-edge",
    ]  # fmt: skip
