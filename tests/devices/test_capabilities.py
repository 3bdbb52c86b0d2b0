"""Capabilities: read from scripted and from real printers, kept as JSON."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.capabilities import TRIAL, Capabilities, PwgRaster, Urf, for_socket, from_printer_attributes
from ipp import build
from ipp.codec import decode
from ipp.enums import GroupTag, Tag
from ipp.message import Attribute, Group
from ipp.values import Range, Resolution, Value

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "ipp"


def read(*attributes):
    return from_printer_attributes(Group(GroupTag.PRINTER, list(attributes)))


def real_printers():
    """Get-Printer-Attributes answers of real printers, where they lie beside the project."""
    names = (path for path in REAL.rglob("*") if path.suffix in {".bin", ".ipp"})
    return sorted(p for p in names if "rinter" in p.name and "ttributes" in p.name and "request" not in p.name)


@pytest.mark.skipif(not REAL.is_dir(), reason="the answers of real printers are not beside the project")
def test_real_printers():
    whole = 0
    for path in real_printers():
        group = decode(path.read_bytes())[0].group(GroupTag.PRINTER)
        if group is None or not group.strings("document-format-supported"):
            continue  # a refusal, or an answer to a question about something else
        found = from_printer_attributes(group)
        assert Capabilities.from_json(found.to_json()) == found
        assert found.make_and_model, path
        assert found.formats, path
        assert found.formats[-1] == "application/octet-stream", path
        assert found.media, path
        assert found.media_default in found.media, path
        assert {2, 0x0B} <= found.operations, path
        assert "copies" in found.job_creation_attributes, path
        assert found.resolutions, path
        if "image/urf" in found.formats and group.strings("urf-supported"):
            assert found.urf.resolutions, path
            assert "W8" in found.urf.types or "W8-16" in found.urf.types, path
        whole += 1
    assert whole >= 29


def test_a_full_answer():
    found = read(
        build.text("printer-make-and-model", "Model\x00 X"),
        build.mime("document-format-supported", "application/octet-stream", "image/urf", "application/pdf"),
        build.mime("document-format-preferred", "application/pdf"),
        build.boolean("color-supported", True),
        build.keyword("sides-supported", "one-sided", "two-sided-long-edge"),
        build.range_("copies-supported", Range(1, 99)),
        build.keyword("media-supported", "iso_a4_210x297mm", "na-letter", "custom_min_76x127mm", "om_x_1x2mm"),
        build.keyword("media-default", "iso-a4"),
        build.resolution("printer-resolution-supported", Resolution(600, 600, 3), Resolution(118, 118, 4)),
        build.keyword("pwg-raster-document-type-supported", "Srgb_8"),
        build.keyword("pwg-raster-document-sheet-back", "rotated"),
        build.keyword("urf-supported", "V1.4,RS300-600", "W8", "SRGB24", "DM3"),
        build.boolean("page-ranges-supported", True),
        build.enum("operations-supported", 2, 11),
    )
    assert found.make_and_model == "Model X"
    assert found.formats == ("application/pdf", "image/urf", "application/octet-stream")
    assert (found.color, found.duplex, found.copies_max, found.page_ranges) == (True, True, 99, True)
    assert found.media == ("iso_a4_210x297mm", "na_letter_8.5x11in", "om_x_1x2mm")
    assert found.media_default == "iso_a4_210x297mm"
    assert found.resolutions == ((600, 600), (300, 300))
    assert found.raster == PwgRaster(types=("srgb_8",), sheet_back="rotated")
    assert found.urf == Urf(
        tokens=("V1.4", "RS300-600", "W8", "SRGB24", "DM3"), resolutions=(300, 600), types=("W8", "SRGB24"), back=3
    )
    assert found.operations == {2, 11}
    assert found.job_creation_attributes == {"copies", "media", "page-ranges", "printer-resolution", "sides"}


def test_a_list_of_job_creation_attributes_wins_over_supported_values():
    found = read(build.keyword("job-creation-attributes-supported", "media"), build.keyword("sides-supported", "x"))
    assert found.job_creation_attributes == {"media"}


@pytest.mark.parametrize("value", [False, None])
def test_what_is_said_to_be_unsupported_is_not_sent(value):
    said = build.no_value("page-ranges-supported") if value is None else build.boolean("page-ranges-supported", value)
    assert read(said).job_creation_attributes == frozenset()


def test_nothing_said_means_it_cannot():
    found = read()
    assert found == Capabilities()
    assert (found.color, found.duplex, found.copies_max, found.formats) == (False, False, 1, ())


@pytest.mark.parametrize(
    "hint",
    [
        build.keyword("print-color-mode-supported", "monochrome", "color"),
        build.keyword("output-mode-supported", "color"),
        build.keyword("urf-supported", "W8", "SRGB24"),
    ],
)
def test_colour_of_devices_that_have_no_color_supported(hint):
    assert read(hint).color
    assert not read(hint, build.boolean("color-supported", False)).color


NAMES = [f"{name.replace('_', '-')}-supported" for name in ("sides", "copies", "media", "urf", "operations")] + [
    "color-supported",
    "printer-make-and-model",
    "document-format-supported",
    "printer-resolution-supported",
    "job-creation-attributes-supported",
    "pages-per-minute",
]
VALUES = st.one_of(
    st.builds(Value, st.just(int(Tag.INTEGER)), st.integers(-(2**31), 2**31 - 1)),
    st.builds(Value, st.just(int(Tag.KEYWORD)), st.text(max_size=20)),
    st.builds(Value, st.just(int(Tag.BOOLEAN)), st.booleans()),
    st.builds(Value, st.just(int(Tag.RESOLUTION)), st.builds(Resolution, st.integers(-9, 9), st.integers(-9, 9))),
    st.builds(Value, st.just(int(Tag.RANGE_OF_INTEGER)), st.builds(Range, st.integers(-9, 9), st.integers(-9, 9))),
    st.builds(Value, st.sampled_from([0x10, 0x13]), st.none()),
    st.builds(Value, st.integers(0x20, 0x7F), st.binary(max_size=9)),
)


@given(st.lists(st.builds(Attribute, st.sampled_from(NAMES), st.lists(VALUES, max_size=4).map(tuple))))
def test_wrong_types_never_surprise(attributes):
    found = read(*attributes)
    assert 1 <= found.copies_max <= 9999
    assert Capabilities.from_json(found.to_json()) == found


@pytest.mark.parametrize("kept", [TRIAL, for_socket(("application/pdf",), color=True, duplex=True), Capabilities()])
def test_json_round_trip(kept):
    assert Capabilities.from_json(kept.to_json()) == kept


def test_json_of_another_version_is_read_as_far_as_it_fits():
    text = '{"color": "yes", "formats": 3, "copies_max": 7, "later": 1, "raster": [], "operations": [2]}'
    assert Capabilities.from_json(text) == Capabilities(copies_max=7, operations=frozenset((2,)))
    assert Capabilities.from_json("[]") == Capabilities()
