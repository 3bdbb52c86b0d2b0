"""Whatever stands in a group of subscription attributes, it is read, named as unsupported, or refused with a sentence."""

from hypothesis import given
from hypothesis import strategies as st

from events.subscriptions.subscription import LONGEST_LEASE
from ipp import build
from ipp.codec import decode, encode
from ipp.enums import GroupTag, Operation, Status, Tag
from ipp.message import Group, Message
from ipp.values import Attribute, Value
from ipp_server.address import Address, Scope
from ipp_server.errors import RequestFault
from ipp_server.request import Request
from ipp_server.subscription_wishes import MOST_EVENTS, QUEUE_EVENTS, Choice, read

NAMES = [
    "notify-pull-method",
    "notify-recipient-uri",
    "notify-events",
    "notify-attributes",
    "notify-user-data",
    "notify-charset",
    "notify-natural-language",
    "notify-lease-duration",
    "notify-time-interval",
    "notify-job-id",
    "notify-printer-uri",
    "n\udcff",
]
WORDS = st.sampled_from(["ippget", "none", "job-created", "printer-stopped", "utf-8", "en", "fr-CA", "", "\udc80", "é"])
VALUES = st.one_of(
    WORDS.map(lambda word: Value(int(Tag.KEYWORD), word)),
    WORDS.map(lambda word: Value(int(Tag.CHARSET), word)),
    WORDS.map(lambda word: Value(int(Tag.URI), word)),
    st.integers(-(2**31), 2**31 - 1).map(lambda number: Value(int(Tag.INTEGER), number)),
    st.binary(max_size=80).map(lambda octets: Value(int(Tag.OCTET_STRING), octets)),
    st.sampled_from([Value(int(Tag.NO_VALUE), None), Value(int(Tag.BOOLEAN), True)]),
)
ATTRIBUTES = st.builds(
    lambda name, values: Attribute(name, tuple(values)),
    st.sampled_from(NAMES),
    st.lists(VALUES, min_size=1, max_size=4),
)
GROUPS = st.lists(ATTRIBUTES, max_size=6, unique_by=lambda attribute: attribute.name)


def asked(*groups, charset="utf-8", language="en"):
    operation = [build.charset("attributes-charset", charset), build.language("attributes-natural-language", language)]
    told = [Group(GroupTag.SUBSCRIPTION, list(group)) for group in groups]
    message = Message((2, 0), Operation.PRINT_JOB, 1, [Group(GroupTag.OPERATION, operation), *told])
    return Request(
        message=message,
        address=Address(Scope.PRINTER),
        of_queue=None,
        authority="house",
        secure=False,
        peer="192.0.2.1",
        body=None,
    )


@given(st.lists(GROUPS, max_size=3), st.booleans())
def test_whatever_comes_is_read_or_refused(groups, leased):
    try:
        readings = read(asked(*groups), Choice(languages=("en", "fr"), leased=leased))
    except RequestFault as fault:
        assert fault.status is Status.CLIENT_ERROR_BAD_REQUEST
        return
    assert len(readings) == len(groups)
    for reading in readings:
        assert (reading.wish is None) <= (reading.status is not None)
        assert bool(reading.told) <= (reading.status is not None)
        answer = Message((2, 0), 0, 1, [Group(GroupTag.SUBSCRIPTION, reading.attributes)])
        assert decode(encode(answer))[0].groups[0].attributes == reading.attributes
        if wish := reading.wish:
            assert wish.events
            assert set(wish.events) < set(QUEUE_EVENTS)
            assert len(wish.events) <= MOST_EVENTS
            assert len(wish.user_data or b"") <= 63
            assert wish.charset in ("utf-8", "us-ascii")
            assert wish.language in ("en", "fr")
            assert 1 <= wish.lease <= LONGEST_LEASE
            assert wish.interval >= 0


def one(*attributes, **words):
    (reading,) = read(
        asked([build.keyword("notify-pull-method", "ippget"), *attributes], **words), Choice(languages=("en", "fr"))
    )
    return reading


def test_there_is_an_end_to_what_is_read_of_one_request():
    readings = read(asked(*[[build.keyword("notify-pull-method", "ippget")]] * 300), Choice())
    assert [reading.wish is not None for reading in readings] == [True] * 200 + [False] * 100
    assert {reading.status for reading in readings[200:]} == {Status.CLIENT_ERROR_TOO_MANY_SUBSCRIPTIONS}


def test_charset_and_language_are_those_of_the_request_unless_others_are_named():
    assert one(charset="us-ascii", language="fr-CH").wish.charset == "us-ascii"
    assert one(charset="us-ascii", language="fr-CH").wish.language == "fr"
    assert one(build.language("notify-natural-language", "fr"), language="en").wish.language == "fr"
    assert one(language="de").wish.language == "en"


def test_a_dialect_is_answered_in_its_language_and_that_is_said():
    reading = one(build.language("notify-natural-language", "fr-ca"))
    assert reading.wish.language == "fr"
    assert reading.status is Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES
