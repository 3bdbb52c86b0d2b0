"""How a document becomes paper: wishes, what was counted, and what the device can do."""

from dataclasses import replace

import pytest

from devices.capabilities import ALL_SIDES, Capabilities, Pclm, PwgRaster, Urf
from jobs.ticket import Ticket
from pdl.banner import Banner
from pdl.media import Media
from pdl.mime import PCL, PCLXL, PDF, PJL, POSTSCRIPT, URF
from pdl.mime import PWG_RASTER as PWG
from pdl.report import Confidence, MediaRun, Report, Segment
from pdl.stamp import Stamp
from release.errors import CannotPrint
from release.marks import Marks
from release.offer import offer
from release.plan import asked, plan

A4, A3 = Media(21000, 29700, "iso_a4_210x297mm"), Media(29700, 42000, "iso_a3_297x420mm")
TEMPLATE = frozenset({"copies", "sides", "media", "media-col", "print-color-mode", "print-quality"})
OFFICE = Capabilities(
    formats=(PDF, PWG, URF, "image/jpeg"), color=True, sides=ALL_SIDES, copies_max=99,
    media=("iso_a4_210x297mm", "iso_a3_297x420mm"), media_default="iso_a4_210x297mm", media_sources=("tray-1",), media_types=("stationery", "photographic"),
    output_bins=("face-down",), print_color_modes=("auto", "color", "monochrome"), print_qualities=(3, 4, 5), print_scaling=("fit",), orientations=(3, 4),
    raster=PwgRaster(resolutions=((150, 150), (300, 300), (600, 600)), types=("sgray_8", "srgb_8"), sheet_back="rotated"),
    urf=Urf(resolutions=(300, 600), types=("W8", "SRGB24"), back=3), job_creation_attributes=TEMPLATE,
    multiple_document_handling=("separate-documents-collated-copies",),
)  # fmt: skip
GRAY = replace(
    OFFICE,
    color=False,
    print_color_modes=("monochrome",),
    sides=("one-sided",),
    formats=(PWG,),
    raster=replace(OFFICE.raster, types=("sgray_8",)),
)


def found(pages=4, color=(), mime=PDF, media=A4, **values):
    return Report(
        mime,
        "ok",
        pages=pages,
        media=(MediaRun(pages, media),),
        color_pages=color,
        **{"confidence": Confidence("exact", "exact"), **values},
    )


def told(made):
    return {attribute.name: attribute.first for attribute in made.attributes}


PASSED = [
    ("as it is", Ticket(), found(), OFFICE),
    ("two-sided is the device's", Ticket(sides="two-sided-long-edge"), found(), OFFICE),
    ("copies are the device's", Ticket(copies=5), found(), OFFICE),
    ("the size asked for is the document's", Ticket(media="iso_a4_210x297mm"), found(), OFFICE),
    ("the size lies across", Ticket(media="iso_a4_210x297mm"), found(media=Media(29700, 21000, "")), OFFICE),
    (
        "a photograph is fitted by the device",
        Ticket(media="iso_a4_210x297mm"),
        found(1, mime="image/jpeg", media=Media(1000, 1500, "")),
        OFFICE,
    ),
    ("grey on a grey device", Ticket(print_color_mode="monochrome"), found(color=(1,)), replace(OFFICE, color=False)),
    ("grey of a grey document", Ticket(print_color_mode="monochrome"), found(), OFFICE),
    ("a grey raster on a grey device", Ticket(), found(mime=PWG), GRAY),
]


@pytest.mark.parametrize(("ticket", "report", "device"), [row[1:] for row in PASSED], ids=[row[0] for row in PASSED])
def test_passed_on(ticket, report, device):
    made = plan(ticket, report, device)
    assert made.target is None and made.format == report.format
    assert made.copies_by_device == ticket.copies


RENDERED = [
    ("a format it lacks", Ticket(), found(), replace(OFFICE, formats=(URF,)), URF, False),
    ("text is never passed on", Ticket(), found(mime="text/plain"), replace(OFFICE, formats=("text/plain", PWG)), PWG, False),
    ("some pages", Ticket(page_ranges=((2, 3),)), found(), OFFICE, PDF, False),
    ("another size", Ticket(media="iso_a3_297x420mm"), found(), OFFICE, PDF, False),
    ("more copies than it makes", Ticket(copies=100), found(), OFFICE, PDF, False),
    ("copies for a device that takes none", Ticket(copies=2), found(), replace(OFFICE, job_creation_attributes=frozenset()), PDF, False),
    ("grey from colour", Ticket(print_color_mode="monochrome"), found(color=(2,)), OFFICE, PDF, True),
    ("grey from who knows", Ticket(print_color_mode="monochrome"), found(confidence=Confidence()), OFFICE, PDF, True),
    ("a coloured raster for a grey device", Ticket(), found(mime=PWG, color=(1,)), GRAY, PWG, False),
    ("PostScript only", Ticket(copies=3), found(), replace(OFFICE, formats=(POSTSCRIPT,)), POSTSCRIPT, False),
    ("PCL XL only", Ticket(), found(), replace(OFFICE, formats=(PCLXL,)), PCLXL, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("ticket", "report", "device", "wanted", "fallback"),
    [row[1:] for row in RENDERED],
    ids=[row[0] for row in RENDERED],
)
def test_rendered(ticket, report, device, wanted, fallback):
    made = plan(ticket, report, device)
    assert made.target is not None and (made.format, made.target.format, made.fallback) == (wanted, wanted, fallback)
    assert made.target.copies * made.copies_by_device == ticket.copies
    assert made.target.page_ranges == ticket.page_ranges and made.target.color is (
        device.color and not ticket.monochrome
    )


def test_no_format_that_we_can_make():
    with pytest.raises(CannotPrint, match="no format that we can make"):
        plan(Ticket(), found(), replace(OFFICE, formats=("application/octet-stream",)))


@pytest.mark.parametrize(("asked_for", "counted", "sides", "expected"), [
    ("two-sided-short-edge", None, ALL_SIDES, "two-sided-short-edge"),
    (None, "two-sided-long-edge", ALL_SIDES, "two-sided-long-edge"),
    ("one-sided", "two-sided-long-edge", ALL_SIDES, "one-sided"),
    ("two-sided-long-edge", None, ("one-sided",), "one-sided"),
    (None, None, ALL_SIDES, "one-sided"),
])  # fmt: skip
def test_sides(asked_for, counted, sides, expected):
    made = plan(Ticket(sides=asked_for), found(sides=counted), replace(OFFICE, sides=sides))
    assert made.sides == expected and made.extent.two_sided is (expected != "one-sided")
    assert told(made).get("sides") == (expected if len(sides) > 1 else None)


def test_extent_is_what_is_paid():
    made = plan(Ticket(page_ranges=((2, 4),), copies=3, sides="two-sided-long-edge"), found(6, color=(1, 2)), OFFICE)
    assert (made.extent.impressions, made.extent.sheets, made.extent.color) == (9, 6, 3)
    gray = plan(Ticket(print_color_mode="monochrome"), found(6, color=(1, 2)), OFFICE)
    assert gray.extent.color == 0
    assert plan(Ticket(), found(6, color=(1, 2)), replace(OFFICE, color=False)).extent.color == 0
    assert asked(Ticket(copies=2, sides="two-sided-long-edge"), found(3)).sheets == 4


def test_copies_in_the_document_and_in_the_ticket():
    raster = found(2, mime=PWG, copies=3)
    made = plan(Ticket(), raster, OFFICE)
    assert made.extent.copies == 3 and made.copies_by_device == 1 and "copies" not in told(made)
    assert plan(Ticket(copies=2), raster, OFFICE).extent.copies == 2


def test_what_the_device_is_told():
    ticket = Ticket(
        copies=2,
        print_quality=5,
        print_color_mode="color",
        output_bin="face-down",
        orientation_requested=4,
        print_scaling="fit",
        media="iso_a4_210x297mm",
    )
    attributes = told(plan(ticket, found(), OFFICE))
    assert (
        attributes["copies"] == 2 and attributes["multiple-document-handling"] == "separate-documents-collated-copies"
    )
    assert (attributes["print-quality"], attributes["print-color-mode"], attributes["output-bin"]) == (
        5,
        "color",
        "face-down",
    )
    assert (attributes["orientation-requested"], attributes["print-scaling"], attributes["media"]) == (
        4,
        "fit",
        "iso_a4_210x297mm",
    )
    rendered = told(plan(replace(ticket, page_ranges=((1, 1),)), found(), OFFICE))
    assert "orientation-requested" not in rendered and "print-scaling" not in rendered and "page-ranges" not in rendered


def test_what_it_does_not_list_is_not_told():
    ticket = Ticket(print_quality=3, output_bin="top", print_color_mode="auto", media_source="tray-9")
    attributes = told(plan(ticket, found(), replace(OFFICE, print_qualities=(4,), print_color_modes=())))
    assert set(attributes) == {"sides"}


def test_monochrome_is_told_to_who_knows_it():
    assert told(plan(Ticket(print_color_mode="monochrome"), found(), OFFICE))["print-color-mode"] == "monochrome"
    assert told(plan(Ticket(), found(), replace(OFFICE, color=False)))["print-color-mode"] == "monochrome"


def test_media_with_type_and_source():
    ticket = Ticket(
        media="iso_a4_210x297mm", media_size=(21000, 29700), media_source="tray-1", media_type="photographic"
    )
    made = plan(ticket, found(), OFFICE)
    (collection,) = [attribute for attribute in made.attributes if attribute.name == "media-col"]
    assert {member.name for member in collection.first.attributes} == {"media-size", "media-source", "media-type"}
    assert "media" in told(plan(ticket, found(), replace(OFFICE, job_creation_attributes=TEMPLATE - {"media-col"})))


@pytest.mark.parametrize(
    ("quality", "asked_for", "expected"),
    [
        (None, None, (300, 300)),
        (5, None, (600, 600)),
        (None, (600, 600), (600, 600)),
        (None, (1200, 1200), (300, 300)),
        (3, None, (300, 300)),
    ],
)
def test_raster_resolution(quality, asked_for, expected):
    made = plan(Ticket(print_quality=quality, printer_resolution=asked_for), found(), replace(OFFICE, formats=(PWG,)))
    assert made.target.resolution == expected


@pytest.mark.parametrize(("wanted", "types", "color", "expected"), [
    (PWG, ("sgray_8", "srgb_8"), True, "srgb_8"),
    (PWG, ("sgray_8", "srgb_8"), False, "sgray_8"),
    (PWG, ("black_1",), False, "black_1"),
    (PWG, ("srgb_8",), False, "srgb_8"),
    (URF, ("W8", "SRGB24"), True, "srgb_8"),
    (URF, ("W8",), True, "sgray_8"),
    (URF, ("W8", "SRGB24"), False, "sgray_8"),
])  # fmt: skip
def test_raster_types(wanted, types, color, expected):
    device = replace(
        OFFICE,
        formats=(wanted,),
        color=color,
        raster=replace(OFFICE.raster, types=types),
        urf=replace(OFFICE.urf, types=types),
    )
    assert plan(Ticket(), found(), device).target.raster_type == expected


def test_sheet_back():
    assert plan(Ticket(), found(), replace(OFFICE, formats=(PWG,))).target.sheet_back == "rotated"
    assert plan(Ticket(), found(), replace(OFFICE, formats=(URF,))).target.sheet_back == "rotated"
    odd = replace(OFFICE, formats=(PWG,), raster=replace(OFFICE.raster, sheet_back="sideways"))
    assert plan(Ticket(), found(), odd).target.sheet_back == "normal"


@pytest.mark.parametrize(("media", "listed", "default", "expected"), [
    (A4, ("iso_a4_210x297mm",), "", (21000, 29700)),
    (Media(29700, 21000, ""), ("iso_a4_210x297mm",), "", (21000, 29700)),
    (A3, ("iso_a4_210x297mm",), "iso_a4_210x297mm", (21000, 29700)),
    (A3, (), "", (29700, 42000)),
])  # fmt: skip
def test_the_sheet_of_a_raster(media, listed, default, expected):
    device = replace(OFFICE, formats=(PWG,), media=listed, media_default=default)
    assert plan(Ticket(), found(media=media), device).target.media == expected


def test_a_queue_offers_what_any_of_its_devices_does():
    made = offer(
        [
            GRAY,
            replace(
                OFFICE,
                media=("na_letter_8.5x11in",),
                media_default="na_letter_8.5x11in",
                resolutions=((600, 600), (600, 1200)),
            ),
        ]
    )
    assert made.color and made.sides == ALL_SIDES and made.copies == 999
    assert (
        made.media == ("iso_a4_210x297mm", "iso_a3_297x420mm", "na_letter_8.5x11in")
        and made.media_default == "iso_a4_210x297mm"
    )
    assert made.resolutions == (600,) and made.media_types[:2] == ("auto", "stationery")
    gray = offer([GRAY])
    assert not gray.color and gray.sides == ("one-sided",)


def test_a_queue_without_devices_offers_the_ordinary():
    assert offer([]).media and offer([Capabilities()]).media == ("iso_a4_210x297mm", "na_letter_8.5x11in")
    assert len(offer([replace(OFFICE, media=tuple(f"iso_a4_{n}x297mm" for n in range(200)))]).media) == 60


def test_a_queue_offers_the_sheet_of_the_house_first_if_a_printer_has_it():
    letter = Capabilities(media=("na_letter_8.5x11in", "iso_a4_210x297mm"), media_default="na_letter_8.5x11in")
    assert offer([letter], "iso_a4_210x297mm").media_default == "iso_a4_210x297mm"
    assert offer([letter], "iso_a3_297x420mm").media_default == "na_letter_8.5x11in"


@pytest.mark.parametrize(("pages", "copies", "wanted"), [(1, 1, "image/jpeg"), (2, 1, None), (1, 2, None)])
def test_a_printer_of_jpeg_alone_gets_single_sides(pages, copies, wanted):
    printer = replace(OFFICE, formats=("image/jpeg",), copies_max=1)
    if wanted is None:
        with pytest.raises(CannotPrint):
            plan(Ticket(copies=copies), found(pages), printer)
    else:
        assert plan(Ticket(copies=copies), found(pages), printer).target.format == wanted


def test_a_printer_of_pclm_gets_strips_as_it_likes_them():
    pclm = Pclm(resolutions=((300, 300), (600, 600)), strip=64, compression=("jpeg",), sheet_back="flipped")
    printer = replace(OFFICE, formats=("application/PCLm",), pclm=pclm, margins=(423, 500, 423, 300))
    target = plan(Ticket(), found(), printer).target
    assert (target.format, target.resolution, target.pclm_strip, target.pclm_compression) == (
        "application/PCLm",
        (300, 300),
        64,
        "jpeg",
    )
    assert (target.sheet_back, target.margins) == ("flipped", (423, 500, 423, 300))


def test_several_pages_on_a_side_cost_as_many_sides():
    made = plan(Ticket(number_up=4, copies=2, sides="two-sided-long-edge"), found(9, color=(6,)), OFFICE)
    assert made.target.number_up == 4
    assert (made.extent.impressions, made.extent.color, made.extent.sheets) == (6, 2, 4)


def test_text_is_turned_as_asked_and_pages_with_a_direction_are_not():
    assert plan(Ticket(orientation_requested=4), found(mime="text/plain"), OFFICE).target.orientation == 4
    assert plan(Ticket(orientation_requested=4, page_ranges=((1, 1),)), found(), OFFICE).target.orientation is None


PJL_JOB = {"mime": PJL, "segments": (Segment(PDF, 10, 100),)}
WITH_PJL = replace(OFFICE, formats=(PDF, PJL))


def test_pages_that_differ_in_sides_are_paid_by_the_sheets_they_come_on():
    mixed = found(4, mime=PCL, copies=1, sides="two-sided-long-edge", impressions=4, sheets=3)
    device = replace(OFFICE, formats=(PCL,))
    assert plan(Ticket(), mixed, device).extent.sheets == 3
    assert plan(Ticket(copies=2), mixed, device).extent.sheets == 4  # rewritten: all sides alike


def test_what_is_rendered_has_its_pages_all_alike():
    varied = found(2, mime=PWG, copies=10, impressions=11, sheets=11)
    made = plan(Ticket(), varied, replace(OFFICE, formats=(PDF,)))
    assert made.extent.impressions == made.extent.sheets == 2 * made.target.copies * made.copies_by_device == 20


@pytest.mark.parametrize("job", [
    (found(copies=3, impressions=12, sheets=12, **PJL_JOB), WITH_PJL),
    (found(mime=POSTSCRIPT, copies=3, impressions=12, sheets=12), replace(OFFICE, formats=(POSTSCRIPT,))),
])  # fmt: skip
def test_copies_that_the_document_asks_for_are_not_multiplied(job):
    made = plan(Ticket(), *job)
    assert made.target is None and "copies" not in told(made) and made.extent.impressions == 12
    other = plan(Ticket(copies=2), *job)
    assert other.target.copies * other.copies_by_device == 2 and other.extent.impressions == 8


@pytest.mark.parametrize(("asked_for", "said"), [("one-sided", "two-sided-long-edge"), ("two-sided-long-edge", None)])
def test_sides_that_pjl_would_overrule_are_rendered(asked_for, said):
    made = plan(Ticket(sides=asked_for), found(copies=1, sides=said, **PJL_JOB), WITH_PJL)
    assert made.target is not None and made.target.sides == asked_for
    assert plan(Ticket(sides=asked_for), found(copies=1, sides=asked_for, **PJL_JOB), WITH_PJL).target is None


def test_what_pjl_made_gray_does_not_come_in_colour_without_it():
    assert plan(Ticket(), found(**PJL_JOB), OFFICE).target.color is False
    coloured = plan(Ticket(), found(color=(1,), **PJL_JOB), OFFICE)
    assert coloured.target.color is True and coloured.extent.color == 1


def test_no_fallback_to_other_copies():
    photo, device = found(1, mime="image/jpeg"), replace(OFFICE, formats=("image/jpeg", POSTSCRIPT))
    stamped = Marks(stamp=Stamp(text=("x",)))
    assert plan(Ticket(), photo, device, stamped).fallback
    assert not plan(Ticket(copies=3), photo, device, stamped).fallback


def test_a_document_passed_on_after_all_has_no_banner_to_pay_for():
    banner = Marks(banner=Banner(heading="Ada"))
    made = plan(Ticket(), found(), OFFICE, banner)
    assert made.fallback and made.extent.impressions == 5
    assert made.passed_on().extent == plan(Ticket(), found(), OFFICE).extent


def test_margins():
    device = replace(OFFICE, margins=(400, 500, 400, 500), borderless=True)
    ticket = Ticket(media="iso_a4_210x297mm", page_ranges=((1, 1),))
    assert plan(ticket, found(), device).target.margins == (400, 500, 400, 500)
    wider = replace(ticket, media_margins=(1000, 0, 1000, 0))
    assert plan(wider, found(), device).target.margins == (1000, 500, 1000, 500)
    edges = replace(ticket, media_margins=(0, 0, 0, 0))
    made = plan(edges, found(), device)
    assert made.target.margins == (0, 0, 0, 0)
    column = told(made)["media-col"]
    assert [column.first(f"media-{edge}-margin") for edge in ("left", "bottom", "right", "top")] == [0, 0, 0, 0]
    bordered = plan(edges, found(), replace(device, borderless=False))
    assert bordered.target.margins == (400, 500, 400, 500) and "media-col" not in told(bordered)


def test_wishes_that_only_the_device_can_fulfil():
    device = replace(
        OFFICE,
        content_optimize=("auto", "photo"),
        rendering_intents=("auto", "perceptual"),
        job_creation_attributes=TEMPLATE | {"print-content-optimize", "print-rendering-intent"},
    )
    ticket = Ticket(print_content_optimize="photo", print_rendering_intent="perceptual")
    assert told(plan(ticket, found(), device))["print-content-optimize"] == "photo"
    assert told(plan(ticket, found(), device))["print-rendering-intent"] == "perceptual"
    assert not {"print-content-optimize", "print-rendering-intent"} & told(plan(ticket, found(), OFFICE)).keys()
