"""Messages out and in again: RFC 8010's layouts octet by octet, every syntax, every way to be wrong."""

import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ipp import build
from ipp.codec import (
    Decoder,
    Limits,
    decode,
    encode,
    encode_attribute,
    encode_group,
    encode_group_tag,
    encode_header,
    join,
)
from ipp.enums import STRING_TAGS, GroupTag, Operation, Status, Tag
from ipp.errors import BadMessage, EncodeError, IppError, TooLarge
from ipp.message import Group, Message
from ipp.values import Attribute, Collection, DateTime, LanguageString, Range, Resolution, Value

# -- vectors written out by hand, after the layouts of RFC 8010 -------------------------------------------------------


def field(tag: int, name: bytes, value: bytes) -> bytes:
    return bytes((tag,)) + len(name).to_bytes(2, "big") + name + len(value).to_bytes(2, "big") + value


HEAD = (
    field(0x47, b"attributes-charset", b"utf-8")
    + field(0x48, b"attributes-natural-language", b"en-us")
)  # fmt: skip

PRINT_JOB = (
    b"\x01\x01\x00\x02\x00\x00\x00\x01"
    b"\x01"
    + HEAD
    + field(0x45, b"printer-uri", b"ipp://printer.example.com/ipp/print/pinetree")
    + field(0x42, b"job-name", b"foobar")
    + field(0x22, b"ipp-attribute-fidelity", b"\x01")
    + b"\x02"
    + field(0x21, b"copies", b"\x00\x00\x00\x14")
    + field(0x44, b"sides", b"two-sided-long-edge")
    + b"\x03"
)
PRINT_JOB_MESSAGE = Message(
    (1, 1),
    Operation.PRINT_JOB,
    1,
    [
        Group(
            GroupTag.OPERATION,
            [
                build.charset("attributes-charset", "utf-8"),
                build.language("attributes-natural-language", "en-us"),
                build.uri("printer-uri", "ipp://printer.example.com/ipp/print/pinetree"),
                build.name("job-name", "foobar"),
                build.boolean("ipp-attribute-fidelity", True),
            ],
        ),
        Group(GroupTag.JOB, [build.integer("copies", 20), build.keyword("sides", "two-sided-long-edge")]),
    ],
)

REFUSED = (
    b"\x01\x01\x04\x0b\x00\x00\x00\x01"
    b"\x01"
    + HEAD
    + field(0x41, b"status-message", b"client-error-attributes-or-values-not-supported")
    + b"\x05"
    + field(0x21, b"copies", b"\x00\x00\x00\x14")
    + field(0x10, b"sides", b"")
    + b"\x03"
)
REFUSED_MESSAGE = Message(
    (1, 1),
    Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
    1,
    [
        Group(
            1,
            [
                build.charset("attributes-charset", "utf-8"),
                build.language("attributes-natural-language", "en-us"),
                build.text("status-message", "client-error-attributes-or-values-not-supported"),
            ],
        ),
        Group(5, [build.integer("copies", 20), build.out_of_band("sides", Tag.UNSUPPORTED)]),
    ],
)

MEDIA_COL = (
    b"\x02\x00\x00\x02\x00\x00\x00\x02"
    b"\x02"
    + field(0x34, b"media-col", b"")
    + field(0x4A, b"", b"media-color")
    + field(0x44, b"", b"blue")
    + field(0x4A, b"", b"media-size")
    + field(0x34, b"", b"")
    + field(0x4A, b"", b"x-dimension")
    + field(0x21, b"", b"\x00\x00\x18\x6a")
    + field(0x4A, b"", b"y-dimension")
    + field(0x21, b"", b"\x00\x00\x12\x34")
    + field(0x37, b"", b"")
    + field(0x37, b"", b"")
    + b"\x03"
)
MEDIA_COL_MESSAGE = Message(
    (2, 0),
    2,
    2,
    [
        Group(
            2,
            [
                build.collection(
                    "media-col",
                    [
                        build.keyword("media-color", "blue"),
                        build.collection(
                            "media-size", [build.integer("x-dimension", 6250), build.integer("y-dimension", 4660)]
                        ),
                    ],
                )
            ],
        )
    ],
)

JOBS = (
    b"\x01\x01\x00\x00\x00\x00\x00\x7b"
    b"\x01"
    + HEAD
    + b"\x02"
    + field(0x21, b"job-id", b"\x00\x00\x00\x93")
    + field(0x36, b"job-name", b"\x00\x05fr-ca\x00\x03fou")
    + b"\x02"
    + b"\x02"
    + field(0x21, b"job-id", b"\x00\x00\x00\x94")
    + field(0x36, b"job-name", b"\x00\x05de-ch\x00\x0cisch guet \xc3\xa4")
    + b"\x03"
)
JOBS_MESSAGE = Message(
    (1, 1),
    0,
    123,
    [
        Group(
            1, [build.charset("attributes-charset", "utf-8"), build.language("attributes-natural-language", "en-us")]
        ),
        Group(2, [build.integer("job-id", 147), build.name("job-name", LanguageString("fou", "fr-ca"))]),
        Group(2),
        Group(2, [build.integer("job-id", 148), build.name("job-name", LanguageString("isch guet ä", "de-ch"))]),
    ],
)

EVERY_SYNTAX = (
    b"\x02\x01\x00\x0b\x00\x00\x01\x00"
    b"\x04"
    + field(0x21, b"a", b"\xff\xff\xff\xff")
    + field(0x22, b"b", b"\x00")
    + field(0x23, b"c", b"\x00\x00\x00\x03")
    + field(0x23, b"", b"\x00\x00\x00\x04")
    + field(0x30, b"d", b"\xff\xfe\x00A")
    + field(0x31, b"e", b"\x07\xe0\x0c\x1f\x17\x3b\x3c\x09-\x05\x1e")
    + field(0x32, b"f", b"\x00\x00\x02\x58\x00\x00\x01\x2c\x03")
    + field(0x33, b"g", b"\x00\x00\x00\x01\x00\x00\x00\x05")
    + field(0x33, b"", b"\x00\x00\x00\x07\x7f\xff\xff\xff")
    + field(0x35, b"h", b"\x00\x02de\x00\x05Gr\xc3\xbc\xc3")
    + field(0x41, b"i", b"")
    + field(0x42, b"j", b"n")
    + field(0x44, b"k", b"none")
    + field(0x42, b"", b"my own")
    + field(0x45, b"l", b"urn:x")
    + field(0x46, b"m", b"ipps")
    + field(0x47, b"n", b"utf-8")
    + field(0x48, b"o", b"de-ch")
    + field(0x49, b"p", b"application/pdf")
    + field(0x12, b"q", b"")
    + field(0x13, b"r", b"odd")
    + field(0x7F, b"s", b"\x00\x00\x10\x01data")
    + field(0x99, b"t", b"?")
    + field(0x34, b"u", b"")
    + field(0x37, b"", b"")
    + b"\x0e\x03"
)
EVERY_SYNTAX_MESSAGE = Message(
    (2, 1),
    11,
    256,
    [
        Group(
            4,
            [
                build.integer("a", -1),
                build.boolean("b", False),
                build.enum("c", 3, 4),
                build.octets("d", b"\xff\xfe\x00A"),
                build.datetime_("e", DateTime(b"\x07\xe0\x0c\x1f\x17\x3b\x3c\x09-\x05\x1e")),
                build.resolution("f", Resolution(600, 300, 3)),
                build.range_("g", Range(1, 5), Range(7, 2**31 - 1)),
                build.text("h", LanguageString("Grü\udcc3", "de")),
                build.text("i", ""),
                build.name("j", "n"),
                Attribute("k", (Value(Tag.KEYWORD, "none"), Value(Tag.NAME, "my own"))),
                build.uri("l", "urn:x"),
                build.uri_scheme("m", "ipps"),
                build.charset("n", "utf-8"),
                build.language("o", "de-ch"),
                build.mime("p", "application/pdf"),
                build.unknown("q"),
                Attribute("r", (Value(Tag.NO_VALUE, b"odd"),)),
                Attribute("s", (Value(Tag.EXTENSION, b"\x00\x00\x10\x01data"),)),
                Attribute("t", (Value(0x99, b"?"),)),
                build.collection("u", []),
            ],
        ),
        Group(0x0E),
    ],
)

VECTORS = {
    "print-job": (PRINT_JOB, PRINT_JOB_MESSAGE),
    "refused": (REFUSED, REFUSED_MESSAGE),
    "media-col": (MEDIA_COL, MEDIA_COL_MESSAGE),
    "jobs": (JOBS, JOBS_MESSAGE),
    "every-syntax": (EVERY_SYNTAX, EVERY_SYNTAX_MESSAGE),
}


@pytest.mark.parametrize("name", VECTORS)
def test_vector_is_read_and_written(name):
    octets, message = VECTORS[name]
    assert decode(octets + b"%PDF-") == (message, b"%PDF-")
    assert encode(message) == octets


def test_set_of_values_within_a_collection_is_kept_whole():
    member = Attribute("finishings", (Value(Tag.ENUM, 4), Value(Tag.ENUM, 5), Value(Tag.ENUM, 20)))
    message = Message((2, 0), 2, 1, [Group(2, [build.collection("overrides", [member], [member])])])
    assert decode(encode(message))[0] == message


def test_media_col_reads_as_nested_values():
    message, _ = decode(MEDIA_COL)
    media_col = message.groups[0].get("media-col").first_collection
    assert media_col.get("media-size").first_collection.first("y-dimension") == 4660


# -- any message at all ------------------------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FOREIGN = st.binary(max_size=20).map(lambda octets: octets.decode("utf-8", "surrogateescape"))
TEXTS = st.one_of(WORDS, FOREIGN)
NAMES = st.one_of(st.sampled_from(["copies", "media-col", "ü"]), TEXTS.filter(bool))
INT32 = st.integers(-(2**31), 2**31 - 1)
UNKNOWN_TAGS = sorted(set(range(0x20, 0x100)) - {t.value for t in Tag} | {Tag.EXTENSION.value, Tag.OCTET_STRING.value})


def tagged(tags, values):
    return st.builds(Value, st.sampled_from(sorted(int(tag) for tag in tags)), values)


SCALARS = st.one_of(
    tagged([Tag.INTEGER, Tag.ENUM], INT32),
    tagged([Tag.BOOLEAN], st.booleans()),
    tagged(STRING_TAGS, TEXTS),
    tagged([Tag.TEXT_WITH_LANGUAGE, Tag.NAME_WITH_LANGUAGE], st.builds(LanguageString, TEXTS, TEXTS)),
    tagged([Tag.RANGE_OF_INTEGER], st.builds(Range, INT32, INT32)),
    tagged([Tag.RESOLUTION], st.builds(Resolution, INT32, INT32, st.integers(-128, 127))),
    tagged([Tag.DATE_TIME], st.builds(DateTime, st.binary(min_size=11, max_size=11))),
    tagged(range(0x10, 0x20), st.one_of(st.none(), st.binary(min_size=1, max_size=5))),
    tagged(UNKNOWN_TAGS, st.binary(max_size=20)),
    # The wrong length for the syntax: stays octets.
    tagged([Tag.INTEGER, Tag.ENUM], st.binary(max_size=10).filter(lambda octets: len(octets) != 4)),
    tagged([Tag.DATE_TIME, Tag.RESOLUTION, Tag.RANGE_OF_INTEGER], st.binary(max_size=7)),
    tagged([Tag.BOOLEAN], st.sampled_from([b"", b"\x02", b"\x01\x01"])),
)


def attributes(values):
    return st.builds(Attribute, NAMES, st.lists(values, min_size=1, max_size=4).map(tuple))


def collections(values):
    members = st.lists(attributes(values), max_size=4).map(tuple)
    return st.one_of(values, tagged([Tag.BEG_COLLECTION], st.builds(Collection, members)))


VALUES = collections(collections(collections(SCALARS)))
GROUP_TAGS = st.sampled_from([1, 2, *range(4, 16)])
MESSAGES = st.builds(
    Message,
    st.tuples(st.integers(0, 255), st.integers(0, 255)),
    st.integers(0, 0xFFFF),
    INT32,
    st.lists(st.builds(Group, GROUP_TAGS, st.lists(attributes(VALUES), max_size=4)), max_size=4),
)
GENEROUS = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@GENEROUS
@given(MESSAGES, st.binary(max_size=10))
def test_what_is_written_reads_the_same(message, document):
    assert decode(encode(message) + document) == (message, document)


@GENEROUS
@given(MESSAGES, st.binary(max_size=10), st.integers(0, 1000))
def test_pieces_of_any_size_give_the_same(message, document, seed):
    rng = random.Random(seed)
    octets = encode(message) + document
    decoder = Decoder()
    got, at = None, 0
    while got is None:
        step = rng.choice((0, 1, 1, 2, 7, 100))
        got = decoder.feed(octets[at : at + step])
        at += step
    assert got == message
    assert decoder.rest + octets[at:] == document
    assert decoder.pending == len(octets) - len(document)


@GENEROUS
@given(st.binary(max_size=200))
@example(b"\x02\x00\x00\x00\x00\x00\x00\x01\x01\x41\x00\x01\x61\xff\xfa\x03")
def test_any_octets_give_a_message_or_an_ipp_error(octets):
    for data in (octets, b"\x02\x00\x00\x02\x00\x00\x00\x01\x01" + octets):
        try:
            message, rest = decode(data)
        except IppError as error:
            assert 0 <= error.offset <= len(data)
        else:
            assert encode(message) + rest == data


def test_octet_by_octet():
    octets = PRINT_JOB
    decoder = Decoder()
    for at, octet in enumerate(octets[:-1]):
        assert decoder.feed(bytes((octet,))) is None
        assert decoder.pending == at + 1
        assert decoder.header == (((1, 1), 2, 1) if at >= 7 else None)
    assert decoder.feed(octets[-1:]) == PRINT_JOB_MESSAGE
    assert decoder.rest == b""


def test_octets_fed_as_bytearray_or_memoryview_are_read_the_same():
    assert decode(bytearray(EVERY_SYNTAX)) == decode(memoryview(EVERY_SYNTAX)) == decode(EVERY_SYNTAX)


def test_small_pieces_of_a_large_value_cost_no_more_than_linear():
    # 30 values of 32,767 octets, one octet at a time: were each step to copy what is unread, it would be 16 thousand
    # million octets, and the time that a test may take would end first.
    message = Message((2, 0), 0, 1, [Group(1, [build.octets(f"x{i}", bytes(0x7FFF)) for i in range(30)])])
    octets = encode(message)
    decoder = Decoder()
    for at in range(len(octets) - 1):
        decoder.feed(octets[at : at + 1])
    assert decoder.feed(octets[-1:]) == message


# -- what is refused ---------------------------------------------------------------------------------------------------

START = b"\x02\x00\x00\x02\x00\x00\x00\x01"
COPIES = field(0x21, b"copies", b"\x00\x00\x00\x01")
BEGIN = field(0x34, b"media-col", b"")
MEMBER = field(0x4A, b"", b"media-color")
BLUE = field(0x44, b"", b"blue")
END = field(0x37, b"", b"")

BAD = {
    "nothing": b"",
    "half a header": START[:5],
    "header alone": START,
    "no end": START + b"\x01" + COPIES,
    "cut in a name": START + b"\x01" + COPIES[:5],
    "cut in a value": START + b"\x01" + COPIES[:-1],
    "attribute before any group": START + COPIES + b"\x03",
    "further value before any attribute": START + b"\x01" + field(0x21, b"", b"\0\0\0\1") + b"\x03",
    "further value after a new group": START + b"\x01" + COPIES + b"\x02" + field(0x21, b"", b"\0\0\0\1") + b"\x03",
    "negative length of a name": START + b"\x01\x21\xff\xff" + b"\x03" * 70_000,
    "negative length of a value": START + b"\x01\x41\x00\x01a\xff\xfa" + b"\x03" * 70_000,
    "reserved group 0": START + b"\x00\x03",
    "member name outside": START + b"\x01" + COPIES + MEMBER + BLUE + b"\x03",
    "named member name outside": START + b"\x01" + field(0x4A, b"x", b"y") + BLUE + b"\x03",
    "end of collection outside": START + b"\x01" + COPIES + END + b"\x03",
    "collection as a further value of nothing": START + b"\x01" + field(0x34, b"", b"") + END + b"\x03",
    "collection that begins with octets": START + b"\x01" + field(0x34, b"a", b"x") + END + b"\x03",
    "collection that ends with octets": START + b"\x01" + BEGIN + field(0x37, b"", b"x") + b"\x03",
    "collection not ended": START + b"\x01" + BEGIN + MEMBER + BLUE + b"\x03",
    "group within a collection": START + b"\x01" + BEGIN + MEMBER + BLUE + b"\x02" + END + b"\x03",
    "named value in a collection": START + b"\x01" + BEGIN + MEMBER + COPIES + END + b"\x03",
    "value without member name": START + b"\x01" + BEGIN + BLUE + END + b"\x03",
    "member without value": START + b"\x01" + BEGIN + MEMBER + MEMBER + BLUE + END + b"\x03",
    "last member without value": START + b"\x01" + BEGIN + MEMBER + END + b"\x03",
    "member without name": START + b"\x01" + BEGIN + field(0x4A, b"", b"") + BLUE + END + b"\x03",
}  # fmt: skip


@pytest.mark.parametrize("octets", BAD.values(), ids=BAD)
def test_malformed(octets):
    with pytest.raises(BadMessage) as caught:
        decode(octets)
    assert "octet" in str(caught.value)
    assert 0 <= caught.value.offset <= len(octets)


@pytest.mark.parametrize(
    ("octets", "offset"),
    [
        (BAD["attribute before any group"], 8),
        (BAD["negative length of a value"], 9),
        (BAD["end of collection outside"], 9 + len(COPIES)),
        (BAD["no end"], len(BAD["no end"])),
    ],
)
def test_error_says_where(octets, offset):
    with pytest.raises(BadMessage) as whole:
        decode(octets)
    decoder = Decoder()
    with pytest.raises(BadMessage) as pieces:
        for octet in octets:
            decoder.feed(bytes((octet,)))
        raise BadMessage("the end", len(octets))
    assert whole.value.offset == pieces.value.offset == offset


def test_negative_length_is_refused_before_more_is_awaited():
    with pytest.raises(BadMessage):
        Decoder().feed(START + b"\x01\x41\xff\xff\x00\x00")


def test_error_is_raised_again_by_further_feeding():
    decoder = Decoder()
    with pytest.raises(BadMessage) as first:
        decoder.feed(START + b"\x00")
    with pytest.raises(BadMessage) as second:
        decoder.feed(b"\x03")
    assert first.value is second.value


def test_complete_message_takes_no_more():
    decoder = Decoder()
    assert decoder.feed(PRINT_JOB) is not None
    with pytest.raises(RuntimeError):
        decoder.feed(b"document")


def nested(depth: int) -> bytes:
    opened = BEGIN + (MEMBER + field(0x34, b"", b"")) * (depth - 1)
    return START + b"\x02" + opened + END * depth + b"\x03"


def test_eight_collections_within_each_other_are_read_and_written():
    message, _ = decode(nested(8))
    assert encode(message) == nested(8)


def test_a_ninth_is_refused_both_ways():
    with pytest.raises(TooLarge):
        decode(nested(9))
    deeper, _ = decode(nested(9), Limits(nesting=9))
    with pytest.raises(EncodeError, match="nested"):
        encode(deeper)


def test_bottomless_collections_are_refused_at_once():
    octets = nested(60_000)
    assert len(octets) > Limits().attribute_bytes
    with pytest.raises(TooLarge) as caught:
        decode(octets)
    assert caught.value.offset < 500


def test_too_many_values():
    few = Limits(values=10)
    further = field(0x21, b"", b"\0\0\0\1")
    # The group counts as one.
    assert decode(START + b"\x01" + COPIES + further * 8 + b"\x03", few)
    with pytest.raises(TooLarge):
        decode(START + b"\x01" + COPIES + further * 9 + b"\x03" + b"document", few)


def test_too_many_groups():
    with pytest.raises(TooLarge):
        decode(START + b"\x02" * 900_000 + b"\x03")


@pytest.mark.parametrize("step", [1, 1000, 10_000_000])
def test_too_many_octets(step):
    limits = Limits(attribute_bytes=2000)
    fits = START + b"\x01" + field(0x30, b"x", bytes(2000 - 10 - 6)) + b"\x03"
    assert len(fits) == 2000
    document = bytes(100_000)
    assert feed(fits + document, limits, step) is not None
    with pytest.raises(TooLarge):
        feed(START + b"\x01" + field(0x30, b"x", bytes(2000 - 10 - 5)) + b"\x03" + document, limits, step)


def feed(octets: bytes, limits: Limits, step: int) -> Message | None:
    decoder = Decoder(limits)
    for at in range(0, len(octets), step):
        if message := decoder.feed(octets[at : at + step]):
            return message
    return None


# -- what cannot be written --------------------------------------------------------------------------------------------

UNWRITABLE = {
    "no value": Attribute("x", ()),
    "no name": build.integer("", 1),
    "long name": build.integer("x" * 0x8000, 1),
    "long value": build.octets("x", bytes(0x8000)),
    "large integer": build.integer("x", 2**31),
    "small integer": build.enum("x", -(2**31) - 1),
    "boolean as integer": Attribute("x", (Value(Tag.INTEGER, True),)),
    "integer as boolean": Attribute("x", (Value(Tag.BOOLEAN, 1),)),
    "string as integer": Attribute("x", (Value(Tag.INTEGER, "1"),)),
    "integer as keyword": Attribute("x", (Value(Tag.KEYWORD, 1),)),
    "None as keyword": Attribute("x", (Value(Tag.KEYWORD, None),)),
    "string as no-value": Attribute("x", (Value(Tag.NO_VALUE, ""),)),
    "string as octetString": Attribute("x", (Value(Tag.OCTET_STRING, "x"),)),
    "string as unknown tag": Attribute("x", (Value(0x99, "x"),)),
    "tuple as range": Attribute("x", (Value(Tag.RANGE_OF_INTEGER, (1, 2)),)),
    "large range": build.range_("x", Range(0, 2**31)),
    "tuple as resolution": Attribute("x", (Value(Tag.RESOLUTION, (1, 2, 3)),)),
    "resolution with odd units": build.resolution("x", Resolution(600, 600, 300)),
    "short dateTime": build.datetime_("x", DateTime(b"short")),
    "string with language": Attribute("x", (Value(Tag.TEXT_WITH_LANGUAGE, "x"),)),
    "long text with language": Attribute("x", (Value(Tag.TEXT_WITH_LANGUAGE, LanguageString("x" * 0x7FFF, "")),)),
    "lone surrogate": Attribute("x", (Value(Tag.KEYWORD, "\ud800"),)),
    "lone surrogate in the name": build.integer("\ud800", 1),
    "octets as collection": Attribute("x", (Value(Tag.BEG_COLLECTION, b""),)),
    "end of collection": Attribute("x", (Value(Tag.END_COLLECTION, b""),)),
    "member name": Attribute("x", (Value(Tag.MEMBER_ATTR_NAME, "x"),)),
    "collection under another tag": Attribute("x", (Value(Tag.KEYWORD, Collection(())),)),
    "delimiter tag": Attribute("x", (Value(0x03, b""),)),
    "tag out of range": Attribute("x", (Value(0x100, b""),)),
    "negative tag": Attribute("x", (Value(-1, b""),)),
    "empty member": build.collection("x", [Attribute("y", ())]),
    "nameless member": build.collection("x", [build.integer("", 1)]),
}


@pytest.mark.parametrize("attribute", UNWRITABLE.values(), ids=UNWRITABLE)
def test_unwritable_attribute(attribute):
    with pytest.raises(EncodeError):
        encode_attribute(attribute)


@pytest.mark.parametrize("tag", [-1, 0, 3, 0x10, 0x100])
def test_no_group_tag(tag):
    with pytest.raises(EncodeError):
        encode_group_tag(tag)


@pytest.mark.parametrize(
    ("version", "code", "request_id"),
    [((2, 256), 0, 1), ((-1, 0), 0, 1), ((2, 0), 0x10000, 1), ((2, 0), 0, 2**31)],
)
def test_no_header(version, code, request_id):
    with pytest.raises(EncodeError):
        encode_header(version, code, request_id)


def test_parts_encoded_before_join_to_the_same_message():
    operation, job = PRINT_JOB_MESSAGE.groups
    parts = [encode_group(operation.tag, operation.attributes), encode_group_tag(job.tag)]
    parts += map(encode_attribute, job.attributes)
    assert join((1, 1), 2, 1, parts) == PRINT_JOB


# -- damage ------------------------------------------------------------------------------------------------------------


def mutations(octets: bytes, rng: random.Random, count: int):
    for _ in range(count):
        damaged = bytearray(octets)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(damaged))
            match rng.randrange(5):
                case 0:
                    damaged[at] = rng.randrange(256)
                case 1:
                    damaged[at] ^= 1 << rng.randrange(8)
                case 2:
                    del damaged[at : at + rng.randint(1, 8)]
                case 3:
                    damaged[at:at] = damaged[at : at + rng.randint(1, 20)]
                case _:
                    damaged[at : at + 2] = rng.choice([b"\xff\xfa", b"\x7f\xff", b"\x00\x00", b"\x37\x00"])
            if not damaged:
                break
        yield bytes(damaged)


@pytest.mark.parametrize("name", VECTORS)
def test_damaged_message_gives_a_message_or_an_ipp_error(name):
    outcomes = set()
    for damaged in mutations(VECTORS[name][0], random.Random(name), 2000):
        try:
            message, rest = decode(damaged)
        except IppError as error:
            outcomes.add(type(error))
        else:
            outcomes.add(Message)
            # What is accepted is kept to the last octet.
            assert encode(message) + rest == damaged
    assert {BadMessage, Message} <= outcomes
