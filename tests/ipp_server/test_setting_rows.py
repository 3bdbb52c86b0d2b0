"""What operators chose is checked when it is set and again when it is told: it never surprises."""

from hypothesis import given
from hypothesis import strategies as st

from ipp import build
from ipp.codec import encode_attribute
from ipp.message import Attribute
from ipp.values import Collection, DateTime, LanguageString, Range, Resolution, Value
from ipp_server.setting_rows import DEFAULTS, OF_PRINTERS, chosen, defaults, fits, possible, words
from jobs.queue import Kind, Offer, Queue
from jobs.ticket import Ticket

numbers = st.integers(-(2**31), 2**31 - 1)
plain = st.one_of(
    st.text(max_size=8), numbers, st.booleans(), st.none(), st.binary(max_size=6),
    st.builds(Range, numbers, numbers), st.builds(Resolution, numbers, numbers, st.integers(0, 5)),
    st.builds(LanguageString, st.text(max_size=5), st.text(max_size=5)),
    st.builds(DateTime, st.binary(min_size=11, max_size=11)), st.builds(Collection, st.just(())),
    st.sampled_from(["one-sided", "standard", "night", "document", "geo:1,2", 3, 4, "iso_a4_210x297mm"]),
)  # fmt: skip
junk = st.builds(
    Attribute,
    st.one_of(st.sampled_from(OF_PRINTERS), st.text(max_size=8)),
    st.lists(st.builds(Value, st.integers(0, 255), plain), max_size=3).map(tuple),
)


def queue(kind=Kind.DIRECT, **values):
    return Queue("id", "q", kind, **values)


@given(junk, st.sampled_from(Kind))
def test_whatever_is_sent_is_taken_or_refused(attribute, kind):
    assert fits(attribute, queue(kind)) in (True, False)
    assert words(attribute) is None or isinstance(words(attribute), str)


@given(st.dictionaries(st.one_of(st.sampled_from(OF_PRINTERS), st.text(max_size=8)), st.text(max_size=40), max_size=4))
def test_what_cannot_be_read_was_not_chosen(written):
    assert chosen(queue(set_attributes=written)) == {}
    assert defaults(queue(set_attributes=written)) == Ticket()


def kept(*attributes):
    return {one.name: encode_attribute(one).hex() for one in attributes}


def test_what_devices_cannot_do_any_more_is_not_told_and_not_done():
    written = kept(build.keyword("sides-default", "two-sided-long-edge"), build.integer("copies-default", 2))
    both = queue(set_attributes=written)
    assert chosen(both).keys() == {"sides-default", "copies-default"}
    assert defaults(both) == Ticket(copies=2, sides="two-sided-long-edge", defaulted=("sides", "copies"))
    simple = queue(set_attributes=written, offer=Offer(sides=("one-sided",)))
    assert chosen(simple).keys() == {"copies-default"}
    assert defaults(simple).sides is None


def test_finishings_are_chosen_in_both_forms():
    stapling = queue(set_attributes=kept(build.enum("finishings-default", 4)), offer=Offer(finishings=(4, 5)))
    assert chosen(stapling)["finishings-col-default"] == build.collection(
        "finishings-col-default", [build.keyword("finishing-template", "staple")]
    )


def test_what_may_be_set_is_what_is_supported():
    told = {"sides-supported": build.keyword("sides-supported", "one-sided")}
    assert possible("sides-default", told) == build.keyword("sides-default", "one-sided")
    assert possible("printer-info", told).is_out_of_band
    assert {f"{name}-default" for name in DEFAULTS.values()} == {*DEFAULTS}
