"""What a queue offers, and how it is, follows from its devices."""

from dataclasses import replace

from devices.capabilities import ALL_SIDES, Capabilities
from gateway import arguments
from jobs.queue import OFFER_RULES, Offer
from release.offer import Seen, condition, offer

A3, A4, LETTER = "iso_a3_297x420mm", "iso_a4_210x297mm", "na_letter_8.5x11in"
OFFICE = Capabilities(
    color=False,
    sides=ALL_SIDES,
    media=(A4, LETTER),
    media_default=A4,
    media_ready=(A4,),
    media_sources=("tray-1", "tray-2"),
    output_bins=("face-down", "stacker-1"),
    resolutions=((600, 600), (1200, 1200)),
    finishings=(3, 4, 20),
    job_creation_attributes=frozenset({"finishings", "media", "print-content-optimize"}),
    pages_per_minute=40,
    content_optimize=("auto", "text"),
    supplies=(("type=toner;level=10;", "Black"),),
    input_trays=("name=tray-1;level=10;", "name=tray-2;level=20;"),
    output_trays=("name=face-down;", "name=stacker-1;"),
)
PHOTO = Capabilities(
    color=True,
    media=(A3, A4),
    media_default=A3,
    media_sources=("photo", "tray-1"),
    output_bins=("face-up",),
    resolutions=((300, 300), (600, 600)),
    finishings=(3, 5),
    pages_per_minute=10,
    pages_per_minute_color=8,
    borderless=True,
    job_creation_attributes=frozenset({"print-content-optimize"}),
    rendering_intents=("auto", "relative"),  # and cannot be told which
    content_optimize=("photo", "text", "vendor-own"),
    supplies=(("type=ink;level=70;", "Cyan"),),
    input_trays=("name=photo;level=5;", "name=tray-1;level=99;"),
)


def test_a_union_is_what_one_of_them_does():
    made = offer([OFFICE, PHOTO])
    assert made.color and made.sides == ALL_SIDES and made.media == (A4, LETTER, A3)
    assert made.resolutions == (300, 600, 1200)
    assert made.output_bins == ("face-down", "stacker-1")
    assert made.media_sources == ("auto", "tray-1", "tray-2", "photo")
    assert (made.pages_per_minute, made.pages_per_minute_color) == (40, 8)
    assert made.borderless
    assert made.content_optimize == ("auto", "photo", "text")
    assert made.rendering_intents == ("auto",)
    assert made.media_ready == (A4,)


def test_an_intersection_is_what_all_of_them_do():
    made = offer([OFFICE, PHOTO], "", "intersection")
    assert not made.color and made.sides == ("one-sided",) and made.media == (A4,)
    assert made.resolutions == (600,)
    assert made.output_bins == ("face-down",)
    assert made.media_sources == ("auto", "tray-1")
    assert not made.borderless
    assert made.content_optimize == ("auto", "text")
    assert made.finishings == ()
    assert offer([OFFICE], "", "intersection") == offer([OFFICE])


def test_devices_with_nothing_in_common_still_print_on_the_sheets_that_all_take():
    made = offer([replace(OFFICE, media=(LETTER,)), replace(PHOTO, media=(A3,))], "", "intersection")
    assert made.media == (A4, LETTER)


def test_finishing_is_offered_where_a_device_can_be_told():
    assert offer([OFFICE]).finishings == (4, 20)
    assert offer([PHOTO]).finishings == ()  # it lists punching, and takes no such attribute
    assert offer([OFFICE]).templates == {4: "staple", 20: "staple-top-left"}


def test_the_sheet_of_the_house_is_the_default_if_there_is_one():
    assert offer([OFFICE, PHOTO], A3).media_default == A3
    assert offer([OFFICE], A3).media_default == A4
    assert offer([], A3) == Offer()


def test_the_condition_tells_supplies_of_all_and_trays_that_are_one_device_s_alone():
    made = condition([Seen("Office", OFFICE, ()), Seen("Photo", PHOTO, ())], printing=2, charge="dear")
    assert made.supplies == (
        ("index=1;type=toner;level=10;", "Office: Black"),
        ("index=2;type=ink;level=70;", "Photo: Cyan"),
    )
    assert condition([Seen("Office", OFFICE, ())]).supplies == OFFICE.supplies
    assert made.input_trays == {"tray-2": "name=tray-2;level=20;", "photo": "name=photo;level=5;"}
    assert made.output_trays == {"face-down": "name=face-down;", "stacker-1": "name=stacker-1;"}
    assert (made.printing, made.charge) == (2, "dear")


def test_what_devices_complain_of_is_reported_and_stops_nothing():
    reasons = ("media-empty-error", "toner-low-warning", "none", "vendor-thing", "paused", "media-empty")
    made = condition([Seen("Office", OFFICE, reasons), Seen("Photo", PHOTO, ("toner-low",))])
    assert made.reports == ("media-empty-report", "toner-low-report")


def test_the_command_line_knows_the_rules():
    assert arguments.OFFER_RULES == OFFER_RULES


def test_an_offer_survives_its_row():
    made = offer([OFFICE, PHOTO])
    assert Offer.from_json(made.to_json()) == made
