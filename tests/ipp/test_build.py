"""Constructors of attributes: clipped where too long, always possible to send."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ipp import build
from ipp.codec import decode, encode, encode_attribute
from ipp.enums import JobState, Tag
from ipp.message import Group, Message
from ipp.values import Attribute, Collection, DateTime, LanguageString, Value


@pytest.mark.parametrize(
    ("make", "octets"),
    [
        (build.text, 1023),
        (build.name, 255),
        (build.keyword, 255),
        (build.uri, 1023),
        (build.mime, 255),
        (build.charset, 63),
        (build.language, 63),
        (build.uri_scheme, 63),
    ],
)
def test_strings_are_clipped_to_their_maximum(make, octets):
    assert make("x", "a" * octets).first == "a" * octets
    assert make("x", "a" * (octets + 1)).first == "a" * octets
    # Two octets each: an odd maximum leaves room for no half character.
    assert make("x", "ü" * octets).first == "ü" * (octets // 2)


def test_strings_with_language_are_clipped_too():
    assert build.name("x", LanguageString("n" * 999, "l" * 99)).first == LanguageString("n" * 255, "l" * 63)


@given(st.text(), st.integers(0, 12))
def test_clip_keeps_a_beginning_that_fits(text, octets):
    clipped = build.clip(text, octets)
    assert len(clipped.encode("utf-8", "surrogateescape")) <= octets
    plain = text.encode("utf-8", "replace").decode() if any("\ud800" <= c <= "\udfff" for c in text) else text
    assert plain.startswith(clipped) or text.startswith(clipped)


@example(b"\x80" * 40, 20)
@given(st.binary(max_size=40), st.integers(0, 40))
def test_clip_of_foreign_octets(octets, length):
    clipped = build.clip(octets.decode("utf-8", "surrogateescape"), length)
    kept = clipped.encode("utf-8", "surrogateescape")
    assert octets.startswith(kept)
    assert len(kept) > min(length, len(octets)) - 4


@given(st.text(st.characters(), max_size=30))
def test_any_text_can_be_sent(text):
    attribute = build.text("x", text, LanguageString(text, text))
    message = Message((2, 0), 0, 1, [Group(1, [attribute])])
    assert decode(encode(message))[0] == message


def test_members_of_enums_are_plain_numbers():
    attribute = build.enum("job-state", JobState.PENDING_HELD)
    assert attribute == Attribute("job-state", (Value(0x23, 4),))
    assert type(attribute.first) is int
    assert type(attribute.values[0].tag) is int


def test_datetimes():
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    attribute = build.datetime_("x", moment, DateTime.from_datetime(moment))
    assert attribute.values[0] == attribute.values[1]
    with pytest.raises(ValueError):
        build.datetime_("x", datetime(2026, 11, 21))


def test_collections_from_members_or_ready_made():
    member = build.integer("y", 1)
    assert build.collection("x", [member]) == build.collection("x", Collection((member,)))


def test_out_of_band():
    assert encode_attribute(build.no_value("x")) == b"\x13\x00\x01x\x00\x00"
    assert encode_attribute(build.unknown("x")) == b"\x12\x00\x01x\x00\x00"
    assert encode_attribute(build.out_of_band("x", Tag.DELETE_ATTRIBUTE)) == b"\x16\x00\x01x\x00\x00"
