"""Values, attributes and groups as their readers see them: never fooled by a wrong type."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipp import build
from ipp.enums import GroupTag, Tag
from ipp.message import Group, Message
from ipp.values import Attribute, Collection, DateTime, LanguageString, Range, Resolution, Value


def octets(year, *rest, sign=b"+", hours=0, minutes=0):
    return DateTime(year.to_bytes(2, "big") + bytes(rest) + sign + bytes((hours, minutes)))


def test_datetime_fields():
    value = octets(2026, 11, 21, 10, 5, 59, 7, sign=b"-", hours=3, minutes=30)
    assert (value.year, value.month, value.day) == (2026, 11, 21)
    assert (value.hour, value.minute, value.second, value.deciseconds) == (10, 5, 59, 7)
    assert value.utc_offset == -timedelta(hours=3, minutes=30)
    zone = timezone(-timedelta(hours=3, minutes=30))
    assert value.to_datetime() == datetime(2026, 11, 21, 10, 5, 59, 700_000, zone)


def test_leap_second_is_the_second_before():
    value = octets(2016, 12, 31, 23, 59, 60, 0)
    assert value.second == 60
    assert value.to_datetime() == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        octets(0, 1, 1, 0, 0, 0, 0),
        octets(2026, 13, 1, 0, 0, 0, 0),
        octets(2026, 2, 30, 0, 0, 0, 0),
        octets(2026, 1, 1, 24, 0, 0, 0),
        octets(2026, 1, 1, 0, 0, 61, 0),
        octets(2026, 1, 1, 0, 0, 0, 10),
        octets(2026, 1, 1, 0, 0, 0, 0, sign=b"\0"),
        octets(2026, 1, 1, 0, 0, 0, 0, hours=24),
        octets(65535, 255, 255, 255, 255, 255, 255, sign=b"\xff", hours=255, minutes=255),
    ],
)
def test_what_is_no_date(value):
    with pytest.raises(ValueError):
        value.to_datetime()
    assert build.datetime_("x", value).first_datetime is None


@given(st.binary(min_size=11, max_size=11))
def test_any_octets_are_a_date_or_none(value):
    attribute = build.datetime_("x", DateTime(value))
    moment = attribute.first_datetime
    assert moment is None or moment.utcoffset() is not None


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=ZONES))
def test_datetime_there_and_back(moment):
    value = DateTime.from_datetime(moment)
    assert len(value.octets) == 11
    assert value.to_datetime() == moment.replace(microsecond=moment.microsecond // 100_000 * 100_000)
    assert value.to_datetime().utcoffset() == moment.utcoffset()


def test_naive_datetime_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        DateTime.from_datetime(datetime(2026, 1, 1))


READERS = [
    "first_int",
    "first_bool",
    "first_string",
    "first_keyword",
    "first_uri",
    "first_octets",
    "first_range",
    "first_resolution",
    "first_datetime",
    "first_collection",
]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
RIGHT = [
    (build.integer("x", 5, 6), {"first_int": 5, "first_range": Range(5, 5)}),
    (build.enum("x", 3), {"first_int": 3, "first_range": Range(3, 3)}),
    (build.boolean("x", True), {"first_bool": True}),
    (build.boolean("x", False), {"first_bool": False}),
    (build.text("x", "words"), {"first_string": "words"}),
    (build.text("x", LanguageString("Wörter", "de")), {"first_string": "Wörter"}),
    (build.name("x", "me"), {"first_string": "me"}),
    (build.keyword("x", "none"), {"first_string": "none", "first_keyword": "none"}),
    (build.uri("x", "ipp://h/"), {"first_string": "ipp://h/", "first_uri": "ipp://h/"}),
    (build.mime("x", "text/plain"), {"first_string": "text/plain"}),
    (build.charset("x", "utf-8"), {"first_string": "utf-8"}),
    (build.octets("x", b"pin"), {"first_octets": b"pin"}),
    (build.range_("x", Range(1, 9)), {"first_range": Range(1, 9)}),
    (build.resolution("x", Resolution(600, 300)), {"first_resolution": Resolution(600, 300, 3)}),
    (build.datetime_("x", NOON), {"first_datetime": NOON}),
    (build.collection("x", []), {"first_collection": Collection(())}),
    (build.no_value("x"), {}),
    (Attribute("x", ()), {}),
    # What a peer may send under a tag that promises something else.
    (Attribute("x", (Value(Tag.INTEGER, b"\0\1"),)), {}),
    (Attribute("x", (Value(Tag.BOOLEAN, b"\2"),)), {}),
    (Attribute("x", (Value(Tag.KEYWORD, b"none"),)), {}),
    (Attribute("x", (Value(Tag.URI, None),)), {}),
    (Attribute("x", (Value(Tag.DATE_TIME, b"yesterday"),)), {}),
    (Attribute("x", (Value(Tag.TEXT_WITH_LANGUAGE, b"\0"),)), {}),
    (Attribute("x", (Value(0x99, b"?"),)), {}),
    (Attribute("x", (Value(Tag.NO_VALUE, b"5"),)), {}),
]


@pytest.mark.parametrize(("attribute", "expected"), RIGHT, ids=repr)
def test_readers_give_what_is_right_and_nothing_else(attribute, expected):
    got = {reader: getattr(attribute, reader) for reader in READERS}
    assert got == dict.fromkeys(READERS) | expected
    # False == 0 and True == 1 to Python: the type must be right too.
    assert all(type(got[reader]) is type(value) for reader, value in expected.items())


def test_several_values_leave_out_what_is_wrong():
    mixed = Attribute(
        "x", (Value(Tag.KEYWORD, "a"), Value(Tag.INTEGER, 1), Value(Tag.NAME, "b"), Value(Tag.INTEGER, b"\1"))
    )
    assert mixed.strings == ("a", "b")
    assert mixed.ints == (1,)
    assert mixed.collections == ()
    assert build.collection("x", [], [build.integer("y", 1)]).collections[1].first("y") == 1


def test_out_of_band():
    assert build.unknown("x").is_out_of_band
    assert Attribute("x", (Value(Tag.NO_VALUE, b"odd"),)).is_out_of_band
    assert not build.text("x", "").is_out_of_band
    assert not Attribute("x", ()).is_out_of_band


def test_collection_members():
    size = Collection((build.integer("x-dimension", 21000), build.integer("x-dimension", 1)))
    assert size.get("x-dimension").first_int == size.first("x-dimension") == 21000
    assert size.get("y-dimension") is None
    assert size.first("y-dimension", 7) == 7


GROUP = Group(
    GroupTag.JOB,
    [
        build.integer("copies", 2),
        build.keyword("sides", "one-sided"),
        build.enum("finishings", 4, 5),
        build.boolean("color", True),
        build.no_value("nothing"),
        build.keyword("copies", "sent twice"),
    ],
)


def test_group():
    assert GROUP.get("copies").first_int == GROUP.first("copies") == GROUP.integer("copies") == 2
    assert GROUP.all("finishings") == GROUP.integers("finishings") == (4, 5)
    assert GROUP.string("sides") == "one-sided"
    assert GROUP.strings("sides") == ("one-sided",)
    assert GROUP.boolean("color") is True
    assert GROUP.first("nothing", "default") is None


@pytest.mark.parametrize("reader", ["get", "first", "integer", "string", "boolean"])
def test_absent_attribute_is_none(reader):
    assert getattr(GROUP, reader)("absent") is None


def test_absent_attribute():
    assert GROUP.first("absent", 7) == 7
    assert GROUP.all("absent") == GROUP.strings("absent") == GROUP.integers("absent") == ()


@pytest.mark.parametrize(("reader", "name"), [("integer", "sides"), ("string", "copies"), ("boolean", "copies")])
def test_wrong_syntax_reads_as_absent(reader, name):
    assert getattr(GROUP, reader)(name) is None


def test_message_groups():
    first, second = Group(GroupTag.JOB, []), Group(GroupTag.JOB, [build.integer("job-id", 1)])
    message = Message((2, 0), 0, 1, [Group(GroupTag.OPERATION), first, second])
    assert message.group(GroupTag.JOB) is first
    assert message.groups_of(GroupTag.JOB) == [first, second]
    assert message.group(GroupTag.PRINTER) is None
    assert message.groups_of(GroupTag.PRINTER) == []
