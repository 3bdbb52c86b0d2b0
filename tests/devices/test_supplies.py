"""What devices say of supplies and trays comes to one form, and is never made up."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.supplies import MOST, supplies, trays
from ipp import build
from ipp.enums import GroupTag
from ipp.message import Group

# printer-supply as PWG 5100.13 writes it.
FORM = re.compile(r"((index|markerindex|colorantindex|coloranttonality)=\d+;|(maxcapacity|level)=-?\d+;"
                  r"|(class|type|unit|colorantrole)=[A-Za-z]+;|colorantname=[-_.A-Za-z0-9]+;)+")  # fmt: skip


def group(*attributes):
    return Group(GroupTag.PRINTER, list(attributes))


def test_printer_supply_is_taken_as_told():
    told = group(
        build.octets(
            "printer-supply",
            b"index=1;class=supplyThatIsConsumed;type=toner;unit=percent;maxcapacity=100;level=42;colorantname=black;",
            b"Type = wasteToner ; level=-3;maxcapacity=100;vendor=x",
        ),
        build.text("printer-supply-description", "Black toner"),
    )
    first, second = supplies(told)
    assert first == (
        "index=1;class=supplyThatIsConsumed;type=toner;unit=percent;maxcapacity=100;level=42;colorantname=black;",
        "Black toner",
    )
    assert second == ("type=wasteToner;level=-3;maxcapacity=100;", "")


def test_markers_of_older_devices_become_the_same():
    told = group(
        build.name("marker-names", "Black TK-1170", "Waste box", "Magenta"),
        build.keyword("marker-types", "toner-cartridge", "waste-toner", "ink"),
        build.integer("marker-levels", 84, -3, 200),
        build.name("marker-colors", "#000000", "none", "#FF00FF"),
    )
    assert supplies(told) == (
        (
            "index=1;class=supplyThatIsConsumed;type=tonerCartridge;unit=percent;maxcapacity=100;level=84;colorantname=black;",
            "Black TK-1170",
        ),
        ("index=2;class=receptacleThatIsFilled;type=wasteToner;unit=percent;maxcapacity=100;level=-3;", "Waste box"),
    )


@pytest.mark.parametrize("told", [
    group(),
    group(build.octets("printer-supply", b"")),
    group(build.octets("printer-supply", b"level=full;type=1")),
    group(build.text("printer-supply", "level=5;")),
    group(build.name("marker-names", "Black")),
    group(build.integer("marker-levels", 101, -4)),
])  # fmt: skip
def test_nothing_told_is_nothing_known(told):
    assert supplies(told) == ()


def test_trays_keep_their_order_and_what_they_are_called():
    told = group(
        build.octets("printer-input-tray", b"name=Tray 1;type=sheetFeedAutoRemovableTray;level=250;secret=1;", b"\xff")
    )
    assert trays(told, "printer-input-tray") == ("name=Tray 1;type=sheetFeedAutoRemovableTray;level=250;", "")


@given(st.lists(st.binary(max_size=60), max_size=40), st.lists(st.text(max_size=20), max_size=5))
def test_whatever_a_device_sends_the_form_holds(octets, words):
    told = group(
        *([build.octets("printer-supply", *octets)] if octets else []),
        *([build.text("printer-supply-description", *words)] if words else []),
    )
    found = supplies(told)
    assert len(found) <= MOST
    assert all(FORM.fullmatch(pairs) for pairs, _ in found)
    assert all(description.isprintable() for _, description in found)
