"""Job Template attributes become a ticket, or come back as unsupported."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipp import build
from ipp.enums import Tag
from ipp.values import Attribute, Collection, LanguageString, Range, Resolution, Value
from jobs import job_password
from jobs.queue import Kind, Offer, Queue
from jobs.ticket import MAX_RANGES, READERS, Ticket, changed, defaults, resolve, size_in_name, under
from jobs.ticket_readers import OPERATION, TEMPLATE

OFFER = Offer()
MOMENT = datetime.fromtimestamp(1_790_000_000, UTC)


def media_col(*members):
    return build.collection("media-col", list(members))


def sized(width, height, *more):
    size = build.collection("media-size", [build.integer("x-dimension", width), build.integer("y-dimension", height)])
    return media_col(size, *more)


TAKEN = [
    (build.integer("copies", 3), {"copies": 3}),
    (build.integer("copies", 999), {"copies": 999}),
    (build.keyword("sides", "two-sided-short-edge"), {"sides": "two-sided-short-edge"}),
    (build.keyword("media", "iso_a5_148x210mm"), {"media": "iso_a5_148x210mm", "media_size": (14800, 21000)}),
    (build.keyword("media", "na_letter_8.5x11in"), {"media": "na_letter_8.5x11in", "media_size": (21590, 27940)}),
    (build.keyword("print-color-mode", "auto-monochrome"), {"print_color_mode": "auto-monochrome"}),
    (build.enum("print-quality", 5), {"print_quality": 5}),
    (build.range_("page-ranges", Range(1, 1), Range(3, 7)), {"page_ranges": ((1, 1), (3, 7))}),
    (build.enum("orientation-requested", 6), {"orientation_requested": 6}),
    (build.resolution("printer-resolution", Resolution(300, 300, 3)), {"printer_resolution": (300, 300)}),
    (build.keyword("print-scaling", "fit"), {"print_scaling": "fit"}),
    (build.keyword("output-bin", "face-down"), {"output_bin": "face-down"}),
    (build.enum("finishings", 3), {}),
    (build.keyword("job-sheets", "none", "none"), {"job_sheets": "none"}),
    (build.keyword("job-sheets", "none", "standard"), {"job_sheets": "standard"}),
    (build.keyword("job-sheets", "job-end-sheet"), {"job_sheets": "job-end-sheet"}),
    (build.keyword("job-hold-until", "night"), {"job_hold_until": "night"}),
    (build.datetime_("job-hold-until-time", MOMENT), {"job_hold_until_time": 1_790_000_000_000}),
    (build.keyword("job-delay-output-until", "weekend"), {"job_delay_output_until": "weekend"}),
    (build.integer("job-cancel-after", 60), {"job_cancel_after": 60}),
    (build.keyword("job-error-action", "abort-job"), {"job_error_action": "abort-job"}),
    (build.text("job-message-to-operator", "Blue paper, please"), {"job_message_to_operator": "Blue paper, please"}),
    (build.text("job-sheet-message", LanguageString("Pour Zoé", "fr")), {"job_sheet_message": "Pour Zoé"}),
    (build.keyword("job-account-type", "group"), {"job_account_type": "group"}),
    (build.keyword("job-release-action", "owner-authorized"), {"job_release_action": "owner-authorized"}),
    (build.integer("proof-copies", 1), {"proof_copies": 1}),
    (
        build.collection(
            "proof-print", [build.integer("proof-print-copies", 2), build.keyword("media", "iso_a5_148x210mm")]
        ),
        {"proof_copies": 2, "proof_media": "iso_a5_148x210mm"},
    ),
    (
        build.collection("job-storage", [build.keyword("job-storage-disposition", "store-only")]),
        {"job_storage_disposition": "store-only"},
    ),
    (build.keyword("job-hold-until", "indefinite"), {"job_hold_until": "indefinite"}),
    (build.integer("job-priority", 100), {"job_priority": 100}),
    (build.keyword("print-rendering-intent", "auto"), {"print_rendering_intent": "auto"}),
    (build.keyword("print-content-optimize", "auto"), {"print_content_optimize": "auto"}),
    (build.integer("number-up", 1), {}),
    (build.integer("number-up", 6), {"number_up": 6}),
    (build.name("job-account-id", "anything"), {"job_account_id": "anything"}),
    (build.name("job-accounting-user-id", "somebody else"), {"job_accounting_user_id": "somebody else"}),
    (sized(21000, 29700), {"media": "iso_a4_210x297mm", "media_size": (21000, 29700)}),
    (sized(21100, 29650), {"media": "iso_a4_210x297mm", "media_size": (21000, 29700)}),
    (sized(9000, 12345), {"media": None, "media_size": (9000, 12345)}),
    (
        media_col(build.keyword("media-size-name", "iso_a3_297x420mm")),
        {"media": "iso_a3_297x420mm", "media_size": (29700, 42000)},
    ),
    (
        sized(21000, 29700, build.integer("media-top-margin", 0), build.integer("media-left-margin", 300)),
        {"media": "iso_a4_210x297mm", "media_size": (21000, 29700), "media_margins": (300, 0, 0, 0)},
    ),
    (media_col(build.keyword("media-type", "stationery")), {"media_type": "stationery"}),
    (media_col(build.keyword("media-source", "auto")), {"media_source": "auto"}),
]


@pytest.mark.parametrize(("attribute", "fields"), TAKEN, ids=lambda value: getattr(value, "name", None))
def test_taken(attribute, fields):
    resolved = resolve([attribute], OFFER)
    assert resolved.unsupported == ()
    assert resolved.ticket == replace(Ticket(), media_col=attribute.name == "media-col", **fields)


REFUSED = [
    build.integer("copies", 0),
    build.integer("copies", 1000),
    build.integer("copies", -2147483648),
    build.integer("copies", 1, 2),
    build.keyword("copies", "2"),
    build.boolean("copies", True),
    build.keyword("sides", "three-sided"),
    build.keyword("sides", "one-sided", "two-sided-long-edge"),
    build.integer("sides", 1),
    build.keyword("media", "iso_a0_841x1189mm"),
    build.keyword("print-color-mode", "bi-level"),
    build.enum("print-quality", 2),
    build.enum("print-quality", 6),
    build.range_("page-ranges", Range(3, 7), Range(7, 9)),
    build.range_("page-ranges", Range(5, 6), Range(1, 2)),
    build.range_("page-ranges", Range(2, 1)),
    build.range_("page-ranges", Range(0, 1)),
    build.range_("page-ranges", *(Range(page, page) for page in range(1, MAX_RANGES + 2))),
    build.integer("page-ranges", 1),
    build.enum("orientation-requested", 7),
    build.resolution("printer-resolution", Resolution(1200, 1200, 3)),
    build.resolution("printer-resolution", Resolution(300, 600, 3)),
    build.resolution("printer-resolution", Resolution(300, 300, 4)),
    build.keyword("print-scaling", "stretch"),
    build.keyword("output-bin", "top"),
    build.enum("finishings", 4),
    build.keyword("job-sheets", "confidential"),
    build.keyword("job-sheets", "none", "none", "none"),
    build.keyword("multiple-document-handling", "one-document"),
    build.keyword("job-hold-until", "tomorrow"),
    build.keyword("job-hold-until-time", "night"),
    build.no_value("job-hold-until-time"),
    build.integer("job-cancel-after", 0),
    build.keyword("job-error-action", "continue-job"),
    build.integer("job-message-to-operator", 1),
    build.name("job-account-id", "one", "two"),
    build.keyword("job-release-action", "never"),
    build.integer("proof-copies", 0),
    build.collection("proof-print", []),
    build.collection("job-storage", []),
    build.integer("job-storage", 1),
    build.keyword("job-password", "1234"),
    build.keyword("job-password-encryption", "rot13"),
    build.integer("client-info", 5),
    build.integer("job-priority", 0),
    build.integer("job-priority", 101),
    build.integer("number-up", 3),
    media_col(),
    media_col(build.keyword("media-color", "blue")),
    sized(0, 29700),
    sized(-21000, 29700),
    sized(21000, 500_001),
    media_col(build.collection("media-size", [build.keyword("x-dimension", "wide")])),
    build.keyword("media-col", "iso_a4_210x297mm"),
    build.no_value("copies"),
    Attribute("copies", ()),
]


@pytest.mark.parametrize("attribute", REFUSED, ids=lambda value: value.name)
def test_refused_with_the_values_that_were_asked_for(attribute):
    resolved = resolve(
        [attribute, build.keyword("sides", "one-sided")] if attribute.name != "sides" else [attribute], OFFER
    )
    assert resolved.unsupported == (attribute,)
    assert resolved.ticket.copies == 1 and resolved.ticket.media is None and resolved.ticket.page_ranges == ()


def test_an_attribute_nobody_knows_comes_back_as_unsupported():
    resolved = resolve([build.keyword("feed-orientation", "long-edge-first")], OFFER)
    assert resolved.unsupported == (Attribute("feed-orientation", (Value(Tag.UNSUPPORTED, None),)),)


def test_what_is_supported_is_taken_beside_what_is_not():
    resolved = resolve(
        [build.integer("copies", 4), build.keyword("sides", "none"), build.enum("print-quality", 4)], OFFER
    )
    assert (resolved.ticket.copies, resolved.ticket.print_quality, resolved.ticket.sides) == (4, 4, None)
    assert [attribute.name for attribute in resolved.unsupported] == ["sides"]


def test_the_offer_decides():
    small = replace(OFFER, sides=("one-sided",), copies=1, media=("iso_a4_210x297mm",))
    asked = [
        build.keyword("sides", "two-sided-long-edge"),
        build.integer("copies", 2),
        build.keyword("media", "iso_a3_297x420mm"),
    ]
    assert [attribute.name for attribute in resolve(asked, small).unsupported] == ["sides", "copies", "media"]


@pytest.mark.parametrize(("name", "size"), [
    ("iso_a4_210x297mm", (21000, 29700)),
    ("na_letter_8.5x11in", (21590, 27940)),
    ("custom_x_1.5x2.25mm", (150, 225)),
    ("a4", None),
    ("x_y_axbmm", None),
    ("x_y_1x", None),
    ("x_y_infxinfmm", None),
    ("", None),
])  # fmt: skip
def test_size_in_name(name, size):
    assert size_in_name(name) == size


words = st.text(max_size=8)
numbers = st.integers(-(2**31), 2**31 - 1)
plain = st.one_of(
    words, numbers, st.booleans(), st.none(), st.binary(max_size=6),
    st.builds(Range, numbers, numbers), st.builds(Resolution, numbers, numbers, st.integers(0, 5)),
)  # fmt: skip
values = st.recursive(
    plain,
    lambda inner: st.builds(
        Collection,
        st.lists(
            st.builds(
                Attribute,
                st.sampled_from(["media-size", "x-dimension", "y-dimension", "media-type", "media-size-name"]),
                st.lists(st.builds(Value, st.integers(0, 255), inner), max_size=3).map(tuple),
            ),
            max_size=4,
        ).map(tuple),
    ),
    max_leaves=8,
)
junk = st.builds(
    Attribute,
    st.one_of(st.sampled_from(sorted(READERS)), words),
    st.lists(st.builds(Value, st.integers(0, 255), values), max_size=4).map(tuple),
)


@given(st.lists(junk, max_size=6))
def test_junk_is_refused_or_kept_but_never_fatal(attributes):
    resolved = resolve(attributes, OFFER)
    assert {attribute.name for attribute in resolved.unsupported} <= {attribute.name for attribute in attributes}
    ticket = resolved.ticket
    assert 1 <= ticket.copies <= 999 and 1 <= ticket.job_priority <= 100
    assert ticket.sides in (None, *OFFER.sides) and ticket.media in (None, *OFFER.media)
    assert ticket.media_size is None or all(0 < side <= 500_000 for side in ticket.media_size)
    assert all(lower <= upper for lower, upper in ticket.page_ranges)
    assert Ticket.from_json(ticket.to_json()) == ticket


STAPLING = replace(OFFER, finishings=(4, 20, 93))


def test_of_several_finishings_those_that_are_not_offered_come_back_alone():
    resolved = resolve([build.enum("finishings", 3, 20, 5, 4)], STAPLING)
    assert resolved.ticket.finishings == (20, 4)
    assert resolved.unsupported == (build.enum("finishings", 5),)


def test_finishings_by_the_names_of_their_templates():
    def column(name):
        return [build.keyword("finishing-template", name)]

    asked = build.collection("finishings-col", column("fold-half"), column("none"), column("staple-top-left"))
    assert resolve([asked], STAPLING).ticket.finishings == (93, 20)
    wrong = build.collection("finishings-col", column("fold-half"), column("punch"))
    resolved = resolve([wrong], STAPLING)
    assert resolved.ticket.finishings == (93,)
    assert resolved.unsupported == (build.collection("finishings-col", column("punch")),)


def test_of_a_collection_the_members_that_are_not_offered_come_back_alone():
    resolved = resolve([sized(21000, 29700, build.keyword("media-color", "blue"))], OFFER)
    assert resolved.ticket.media == "iso_a4_210x297mm"
    assert resolved.unsupported == (media_col(build.keyword("media-color", "blue")),)


PASSWORD = build.octets("job-password", b"2468")


@pytest.mark.parametrize("encryption", [(), (build.keyword("job-password-encryption", "none"),)])
def test_a_password_is_kept_so_that_it_can_be_compared_and_not_read(encryption):
    ticket = resolve([PASSWORD, *encryption], OFFER).ticket
    assert "2468" not in ticket.to_json() and b"2468".hex() not in ticket.to_json()
    assert job_password.matches(ticket.job_password, "2468")
    assert not job_password.matches(ticket.job_password, "2469")
    assert ticket.awaited and not Ticket().awaited


def test_a_password_that_cannot_be_is_named_and_not_repeated():
    sent = [build.octets("job-password", b"12345"), build.keyword("job-password-encryption", "sha2-256")]
    resolved = resolve(sent, OFFER)
    assert resolved.ticket.job_password is None
    assert resolved.unsupported == (build.out_of_band("job-password", Tag.UNSUPPORTED),)


def test_what_is_only_told_again_is_kept_within_bounds():
    info = build.collection("client-info", [build.name("client-name", "ipptool"), build.integer("client-type", 3)])
    ticket = resolve([build.octets("document-metadata", b"title=Plan")], OFFER).ticket
    assert [name for name, _ in ticket.kept] == ["document-metadata"]
    assert Ticket.from_json(ticket.to_json()) == ticket
    again = resolve([info], OFFER, ticket).ticket
    assert [name for name, _ in again.kept] == ["document-metadata", "client-info"]
    much = build.octets("document-metadata", *[b"x" * 1000] * 5)
    resolved = resolve([much], OFFER)
    assert resolved.ticket.kept == ()
    assert resolved.unsupported == (build.out_of_band("document-metadata", Tag.UNSUPPORTED),)


def test_fidelity_is_about_everything_and_mandatory_attributes_about_what_they_name():
    resolved = resolve([build.keyword("sides", "none"), build.integer("copies", 2)], OFFER)
    assert resolved.insisted(fidelity=True)
    assert resolved.insisted(fidelity=False, mandatory=("sides",))
    assert not resolved.insisted(fidelity=False, mandatory=("copies",))
    assert not resolve([build.integer("copies", 2)], OFFER).insisted(fidelity=True, mandatory=("copies",))


def test_a_change_takes_back_what_it_deletes_and_leaves_the_rest():
    asked = [build.integer("copies", 3), build.keyword("sides", "two-sided-long-edge"), sized(29700, 42000)]
    ticket = resolve(asked, OFFER).ticket
    deleted = [build.out_of_band(name, Tag.DELETE_ATTRIBUTE) for name in ("copies", "media-col")]
    resolved = changed(ticket, [*deleted, build.enum("print-quality", 5)], OFFER)
    assert resolved.unsupported == ()
    assert resolved.ticket == Ticket(sides="two-sided-long-edge", print_quality=5)


def test_defaults_of_an_operator_hold_where_nobody_asks_and_are_known_as_such():
    start = defaults(
        [build.integer("copies", 2), build.keyword("sides", "no such"), build.enum("print-quality", 5)], OFFER
    )
    assert (start.copies, start.print_quality, start.defaulted) == (2, 5, ("copies", "print-quality"))
    ticket = resolve([build.enum("print-quality", 3)], OFFER, start).ticket
    assert (ticket.copies, ticket.print_quality, ticket.defaulted) == (2, 3, ("copies",))
    assert defaults([], OFFER) == Ticket()


def queue(kind=Kind.FOLLOW_ME, **values):
    return Queue("id", "name", kind, **values)


HOLDS = [
    build.keyword("job-hold-until", "no-hold"),
    build.keyword("job-hold-until", "evening"),
    build.datetime_("job-hold-until-time", MOMENT),
    build.keyword("job-delay-output-until", "night"),
    build.keyword("job-release-action", "none"),
]


@pytest.mark.parametrize("attribute", HOLDS, ids=lambda value: value.name)
def test_a_queue_that_holds_does_so_whatever_the_client_prefers(attribute):
    resolved = resolve([attribute], OFFER)
    assert under(resolved, queue(Kind.DIRECT)) == resolved
    held = under(resolved, queue())
    assert held.unsupported == (attribute,)
    assert held.ticket == Ticket()
    same = resolve([build.keyword("job-hold-until", "indefinite")], OFFER)
    assert under(same, queue()) == same


def test_where_every_job_has_a_banner_page_none_can_do_without():
    resolved = resolve([build.keyword("job-sheets", "none", "none")], OFFER)
    assert under(resolved, queue()).unsupported == ()
    assert under(resolved, queue(banner="before")).unsupported == (build.keyword("job-sheets", "none"),)


def test_who_proved_who_they_are_is_not_whom_they_say():
    ticket = resolve([build.uri("requesting-user-uri", "mailto:bob@example.com")], OFFER)
    assert under(ticket, queue(trusted_networks=("10.0.0.0/8",))).ticket.kept
    assert under(ticket, queue()).ticket.kept == ()


def test_delayed_output_is_a_wait_like_any_other():
    assert Ticket(job_delay_output_until="night").until == "night"
    assert Ticket(job_delay_output_until="no-delay-output").until == "no-hold"
    assert Ticket(job_delay_output_until="night", job_hold_until="weekend").until == "weekend"
    assert Ticket(job_delay_output_until_time=5).until_time == 5
    assert Ticket(job_delay_output_until_time=5, job_hold_until_time=7).until_time == 7


def test_each_attribute_is_of_the_template_or_of_the_operation():
    assert {*TEMPLATE, *OPERATION} == {*READERS}


def test_json_holds_what_differs_only():
    ticket = Ticket(copies=2, page_ranges=((1, 2), (4, 4)), media_size=(1, 2))
    assert Ticket().to_json() == "{}"
    assert '"sides"' not in ticket.to_json()
    assert Ticket.from_json(ticket.to_json()) == ticket
    assert Ticket.from_json('{"copies": 5, "of-tomorrow": [1]}') == Ticket(copies=5)


def test_monochrome():
    assert Ticket(print_color_mode="monochrome").monochrome and Ticket(print_color_mode="auto-monochrome").monochrome
    assert not Ticket(print_color_mode="auto").monochrome and not Ticket().monochrome
