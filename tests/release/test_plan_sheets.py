"""Pages wanted otherwise than others, booklets, several documents: what is rendered, what is told, what is paid."""

from dataclasses import replace

import pytest

from accounting.price import Price, extent_of_sides
from devices.capabilities import ALL_SIDES, Capabilities, PwgRaster
from jobs.ticket import Ticket
from pdl.banner import Banner
from pdl.media import Media
from pdl.mime import PCL, PDF
from pdl.mime import PWG_RASTER as PWG
from pdl.render import render
from pdl.report import Confidence, MediaRun, Piece, Report, Segment
from pdl.scratch import MemoryScratch
from pdl.source import BytesSource
from pdl.wishes import Cover, Insert, Override, Separator, Shift
from release.errors import CannotPrint
from release.marks import Marks
from release.plan import asked, plan
from tests.pdl import documents

LONG, SHORT = "two-sided-long-edge", "two-sided-short-edge"
A4, A3 = "iso_a4_210x297mm", "iso_a3_297x420mm"
A3_MM = (29700, 42000)
OFFICE = Capabilities(
    formats=(PDF, PWG), color=True, sides=ALL_SIDES, copies_max=99, media=(A4, A3), media_default=A4,
    print_color_modes=("color", "monochrome"), raster=PwgRaster(resolutions=((300, 300),), types=("sgray_8", "srgb_8")),
    job_creation_attributes=frozenset({"copies", "sides", "media", "media-col", "finishings"}), finishings=(3, 4),
    multiple_document_handling=("separate-documents-collated-copies", "separate-documents-uncollated-copies"),
)  # fmt: skip
SIMPLE = replace(OFFICE, sides=("one-sided",))
DOCUMENTS = (Piece(1, 1, 3), Piece(2, 4, 1))


def found(pages=4, color=(), **values):
    a4 = Media(21000, 29700, A4)
    confidence = Confidence("exact", "exact")
    return Report(PDF, "ok", pages=pages, media=(MediaRun(pages, a4),), color_pages=color, confidence=confidence, **values)  # fmt: skip


def told(made):
    return {attribute.name: attribute.first for attribute in made.attributes}


def paid(made):
    return made.extent.impressions, made.extent.sheets, made.extent.color


def override(**values):
    return Ticket(sides=LONG, overrides=(Override(**values),))


WANTED = [
    ("turned", override(pages=((2, 2),), orientation_requested=4), (4, 2, 1)),
    ("one-sided among others", override(pages=((2, 2),), sides="one-sided"), (4, 3, 1)),
    ("another sheet", override(pages=((2, 2),), media=A3, media_size=A3_MM), (4, 3, 1)),
    ("without colour", override(pages=((2, 2),), print_color_mode="monochrome"), (4, 2, 0)),
    ("two-sided among others", replace(override(pages=((2, 3),), sides=LONG), sides="one-sided"), (4, 3, 1)),
    ("at the front", Ticket(sides=LONG, force_front_side=(2,)), (4, 3, 1)),
    ("sets", Ticket(sides=LONG, job_pages_per_set=1), (4, 4, 1)),
    ("a booklet", Ticket(imposition_template="booklet"), (2, 1, 1)),
    ("inserted", Ticket(insert_sheet=(Insert(1, 3),)), (4, 7, 1)),
    ("covered", Ticket(sides=LONG, cover_front=Cover("print-none"), cover_back=Cover("print-front")), (4, 4, 1)),
    ("covered on both sides", Ticket(cover_front=Cover("print-both")), (4, 3, 1)),
    ("separated", Ticket(separator_sheets=Separator(("both-sheets",))), (4, 6, 1)),
    ("shifted", Ticket(x_image_shift=500), (4, 4, 1)),
    ("at the edge", Ticket(y_image_position="top"), (4, 4, 1)),
    ("reversed", Ticket(page_delivery="reverse-order-face-down"), (4, 4, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("ticket", "figures"), [row[1:] for row in WANTED], ids=[row[0] for row in WANTED])
def test_what_is_wanted_is_rendered_and_paid(ticket, figures):
    made = plan(ticket, found(color=(2,)), OFFICE)
    assert made.target is not None and not made.fallback
    assert paid(made) == figures
    extent = asked(ticket, found(color=(2,)))
    assert (extent.impressions, extent.sheets, extent.color) == figures


@pytest.mark.parametrize(("ticket", "figures"), [row[1:] for row in WANTED], ids=[row[0] for row in WANTED])
@pytest.mark.asyncio(loop_scope="module")
async def test_what_comes_out_is_what_is_paid(sandbox, ticket, figures):
    ticket = replace(ticket, copies=2)
    made = plan(ticket, found(color=(2,)), replace(OFFICE, formats=(PWG,), raster=PwgRaster(resolutions=((72, 72),))))
    out = bytearray()

    async def sink(data):
        out.extend(data)

    said = await render(BytesSource(documents.pdf(4)), PDF, made.target, sandbox, sink, scratch=MemoryScratch)
    copies = made.copies_by_device
    assert (said.impressions * copies, said.sheets * copies) == (made.extent.impressions, made.extent.sheets)
    assert (made.extent.impressions, made.extent.sheets) == (figures[0] * 2, figures[1] * 2)


def test_what_changes_nothing_is_passed_on():
    for ticket in (
        Ticket(force_front_side=(1, 3), sides=LONG),
        Ticket(force_front_side=(2,)),
        Ticket(overrides=(Override(pages=((9, 9),), media=A3, media_size=A3_MM),)),
        Ticket(overrides=(Override(pages=((1, 1),), print_color_mode="color"),)),
        Ticket(page_delivery="same-order-face-down", imposition_template="none", job_pages_per_set=2),
        Ticket(cover_front=Cover("no-cover"), separator_sheets=Separator(("none",)), insert_sheet=(Insert(1, 0),)),
        Ticket(presentation_direction_number_up="toleft-tobottom", x_image_position="none"),
    ):
        assert plan(ticket, found(color=(1,)), OFFICE).target is None


def test_pages_without_colour_lose_none():
    gray = Ticket(overrides=(Override(pages=((2, 3),), print_color_mode="monochrome"),))
    assert plan(gray, found(color=(1,)), OFFICE).target is None
    assert plan(gray, found(color=(1, 3)), OFFICE).target.gray_pages == ((2, 3),)
    assert plan(gray, replace(found(), confidence=Confidence()), OFFICE).target.gray_pages == ((2, 3),)
    assert plan(gray, found(color=(3,)), replace(OFFICE, color=False)).target is None


def test_a_page_with_colour_in_a_job_without():
    ticket = Ticket(print_color_mode="monochrome", overrides=(Override(pages=((2, 2),), print_color_mode="color"),))
    made = plan(ticket, found(color=(2, 3)), OFFICE)
    assert made.target.color and made.target.gray_pages == ((1, 1), (3, 4)) and paid(made) == (4, 4, 1)
    assert "print-color-mode" not in told(made) and not made.fallback
    only = plan(ticket, found(color=(2,)), OFFICE)
    assert only.target is None and only.color and paid(only) == (4, 4, 1) and "print-color-mode" not in told(only)
    assert plan(ticket, found(color=(2,)), replace(OFFICE, color=False)).extent.color == 0


def test_a_ticket_that_was_kept_means_the_same():
    for _, ticket, _ in WANTED:
        again = Ticket.from_json(ticket.to_json())
        assert plan(again, found(color=(2,)), OFFICE) == plan(ticket, found(color=(2,)), OFFICE)


def test_sheets_of_several_sizes_go_where_each_page_tells_its_own():
    made = plan(override(pages=((2, 2),), media=A3, media_size=A3_MM), found(), OFFICE)
    assert made.format == PWG and "media" not in told(made) and made.target.sheet is None
    made = plan(override(pages=((2, 2),), media=A3, media_size=A3_MM), found(), replace(OFFICE, formats=(PDF,)))
    assert made.format == PDF and "media" not in told(made)


def test_a_device_that_prints_on_one_side():
    made = plan(override(pages=((2, 2),), sides="one-sided"), found(), SIMPLE)
    assert made.target is None and made.extent.sheets == 4
    made = plan(Ticket(cover_front=Cover("print-both")), found(), SIMPLE)
    assert made.sides == "one-sided" and made.extent.sheets == 4
    with pytest.raises(CannotPrint, match="booklet"):
        plan(Ticket(imposition_template="signature"), found(), SIMPLE)


def test_a_booklet_is_turned_over_its_short_edge():
    made = plan(Ticket(imposition_template="signature", sides="one-sided"), found(8), OFFICE)
    assert made.sides == made.target.sides == told(made)["sides"] == SHORT
    assert paid(made) == (4, 2, 0)


def test_several_documents():
    report = found(documents=DOCUMENTS)
    assert plan(Ticket(), report, OFFICE).target is None  # on one side they follow each other anyhow
    made = plan(Ticket(sides=LONG, copies=2), report, OFFICE)
    assert made.target is not None and made.copies_by_device == 2 and paid(made) == (8, 6, 0)
    run_on = plan(Ticket(sides=LONG, multiple_document_handling="single-document"), report, OFFICE)
    assert run_on.target is None and run_on.extent.sheets == 2


def test_copies_of_each_document_together_are_put_in_order_here():
    ticket = Ticket(sides=LONG, copies=3, multiple_document_handling="separate-documents-uncollated-copies")
    made = plan(ticket, found(color=(4,), documents=DOCUMENTS), OFFICE)
    assert made.copies_by_device == made.target.copies == 1 and "copies" not in told(made)
    assert made.target.wishes.copies == 3 and paid(made) == (12, 9, 3)
    alone = plan(ticket, found(), OFFICE)
    assert alone.copies_by_device == 3
    assert told(alone)["multiple-document-handling"] == "separate-documents-uncollated-copies"


def test_sheets_between_copies_are_put_there_here():
    made = plan(Ticket(copies=3, separator_sheets=Separator(("slip-sheets",))), found(), OFFICE)
    assert made.copies_by_device == 1 and paid(made) == (12, 14, 0)


def test_what_is_asked_of_one_document():
    own = Override(document_numbers=((1, 1),), number_up=2, orientation_requested=5)
    report = found(documents=DOCUMENTS)
    made = plan(Ticket(document_overrides=(own,)), report, OFFICE)
    assert paid(made) == (3, 3, 0)
    # It was turned when the documents were put together.
    assert made.target.wishes.overrides[0].orientation_requested is None
    later = plan(Ticket(document_overrides=(own,), overrides=(own._replace(number_up=4),)), report, OFFICE)
    assert paid(later) == (2, 2, 0)


def test_shifts_of_fronts_and_backs():
    ticket = Ticket(x_image_shift=100, x_side2_image_shift=-100, y_side1_image_shift=30, x_image_position="left")
    assert plan(ticket, found(), OFFICE).target.shift == Shift("left", "none", (100, 30), (-100, 0))


def test_direction_of_several_on_a_side():
    ticket = Ticket(number_up=4, presentation_direction_number_up="tobottom-toleft")
    assert plan(ticket, found(), OFFICE).target.number_up_direction == "tobottom-toleft"


def test_pages_that_are_not_there():
    with pytest.raises(CannotPrint, match="none of those asked for"):
        plan(Ticket(page_ranges=((8, 9),), force_front_side=(1,)), found(), OFFICE)
    assert asked(Ticket(page_ranges=((8, 9),), force_front_side=(1,)), found()).impressions == 0
    with pytest.raises(CannotPrint, match="more than 20000 sheets"):
        plan(Ticket(copies=999, separator_sheets=Separator(("slip-sheets",))), found(400), OFFICE)


def test_a_printer_language_keeps_its_order():
    stream = Report(
        PCL, "ok", pages=2, segments=(Segment(PCL, 0, 9),), confidence=Confidence("exact", "exact"),
    )  # fmt: skip
    device = replace(OFFICE, formats=(PCL,))
    assert plan(Ticket(), stream, device).target is None
    with pytest.raises(CannotPrint, match="in their own order"):
        plan(Ticket(insert_sheet=(Insert(1),)), stream, device)


def test_a_banner_is_paid_beside_the_rest():
    banner = Banner("Anna", "Report", (), "", "", "before")
    made = plan(Ticket(insert_sheet=(Insert(1, 3),)), found(color=(1,)), OFFICE, Marks(banner=banner))
    assert paid(made) == (5, 8, 1)


def test_finishing_is_the_devices():
    made = plan(Ticket(finishings=(4, 5)), found(), OFFICE)
    assert told(made)["finishings"] == 4 and made.target is None
    untold = replace(OFFICE, job_creation_attributes=frozenset())
    assert "finishings" not in told(plan(Ticket(finishings=(4,)), found(), untold))


def test_half_a_job_pays_the_sheets_that_were_used():
    # A cover, a page, an empty back, two pages; twice.
    made = extent_of_sides([None, None, True, None, False, True], copies=2, two_sided=True)
    assert (made.impressions, made.sheets, made.color) == (6, 6, 4)
    price = Price(mono=1, color=10, sheet=100)
    assert [made.first(n).cost(price) for n in range(7)] == [0, 210, 311, 321, 531, 632, 642]
    trailing = extent_of_sides([True, None, None, None], two_sided=True)
    assert trailing.first(1).sheets == trailing.sheets == 2
    assert extent_of_sides([], two_sided=True).sheets == 0
