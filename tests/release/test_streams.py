"""Printer languages: passed on to devices that list them, offered at no others, and the reason told."""

from dataclasses import replace

import pytest

from devices.capabilities import ALL_SIDES, Capabilities
from jobs.ticket import Ticket
from pdl.media import Media
from pdl.mime import PCL, PCLXL, PDF, PJL
from pdl.report import Confidence, MediaRun, Report, Segment
from pdl.stream_rewrite import Wishes
from release.errors import CannotPrint
from release.offer import offer
from release.plan import plan

A4 = Media(21000, 29700, "iso_a4_210x297mm")
LASER = Capabilities(
    formats=(PDF, PCL, PCLXL, PJL, "application/postscript"), color=True, sides=ALL_SIDES, copies_max=99,
    print_color_modes=("auto", "color", "monochrome"),
)  # fmt: skip
PHOTO = replace(LASER, formats=(PDF, "image/jpeg"))


def found(mime, *segments, pages=4, color=(1,), copies=1, sides="one-sided", impressions=None, sheets=None):
    return Report(
        mime, "ok", pages=pages, impressions=impressions or pages * copies, sheets=sheets or pages * copies, copies=copies,
        sides=sides, media=(MediaRun(pages, A4),), color_pages=color, confidence=Confidence("exact", "exact"),
        segments=tuple(Segment(part, number * 10, number * 10 + 10) for number, part in enumerate(segments)),
    )  # fmt: skip


def test_a_device_that_lists_the_language_gets_the_document_as_it_is():
    made = plan(Ticket(), found(PCLXL, PCLXL), LASER)
    assert (made.format, made.target, made.rewrite) == (PCLXL, None, None)
    assert (made.extent.impressions, made.extent.color) == (4, 1)


def test_other_devices_are_no_choice_and_the_reason_says_why():
    with pytest.raises(CannotPrint, match=r"does not take PCL XL, .* Choose a printer that takes it"):
        plan(Ticket(), found(PJL, PCLXL), PHOTO)
    with pytest.raises(CannotPrint, match="does not take PCL"):
        plan(Ticket(), found(PJL, PCLXL, PCL), replace(LASER, formats=(PDF, PCLXL)))


@pytest.mark.parametrize(
    ("ticket", "wishes"),
    [
        (Ticket(copies=3), Wishes(copies=3)),
        (Ticket(sides="two-sided-long-edge"), Wishes(sides="two-sided-long-edge")),
        (Ticket(print_color_mode="monochrome"), Wishes(monochrome=True)),
        (Ticket(page_ranges=((2, 3),)), Wishes(page_ranges=((2, 3),))),
    ],
)
def test_what_the_owner_changes_is_written_into_the_stream(ticket, wishes):
    made = plan(ticket, found(PJL, PCLXL), LASER)
    assert (made.rewrite, made.target, made.format) == (wishes, None, PJL)


def test_the_charge_follows_the_changes():
    made = plan(Ticket(copies=3, page_ranges=((2, 3),), sides="two-sided-long-edge"), found(PJL, PCLXL), LASER)
    assert (made.extent.impressions, made.extent.sheets, made.extent.color) == (6, 3, 0)


@pytest.mark.parametrize(
    ("ticket", "words"),
    [
        (Ticket(number_up=2), "one side cannot be made of PCL"),
        (Ticket(page_ranges=((1, 1),)), "cannot be chosen from PCL"),
    ],
)
def test_what_cannot_be_changed_is_said(ticket, words):
    with pytest.raises(CannotPrint, match=words):
        plan(ticket, found(PCL, PCL), LASER)


def test_escp_is_printed_as_it_is_or_not_at_all():
    epson, report = "application/vnd.epson.escp", found("application/vnd.epson.escp")
    printer = replace(LASER, formats=(epson,))
    assert plan(Ticket(), report, printer).format == epson
    with pytest.raises(CannotPrint, match="only be printed as it is"):
        plan(Ticket(copies=2), report, printer)


def test_a_document_that_pjl_wraps_is_rendered_where_nobody_reads_pjl():
    made = plan(Ticket(), found(PJL, "application/postscript"), PHOTO)
    assert (made.target.format, made.part.format) == (PDF, "application/postscript")
    assert plan(Ticket(), found(PJL, "application/postscript"), LASER).format == PJL


def test_pages_that_say_themselves_how_often_they_come_cost_what_was_counted():
    mixed = found(PCL, PCL, copies=3, impressions=6, sheets=5)
    made = plan(Ticket(), mixed, LASER)
    assert (made.extent.impressions, made.extent.sheets) == (6, 5)
    assert made.extent.first(6) == replace(made.extent.first(6), impressions=6, sheets=5)
    told = replace(mixed, color_impressions=2)
    assert plan(Ticket(), told, LASER).extent.color == 2
    assert plan(Ticket(print_color_mode="monochrome"), told, LASER).extent.color == 0


@pytest.mark.parametrize(
    ("formats", "parts", "name"),
    [((PDF, PCL), (PDF, PCL), PCL), ((PDF, PCLXL, PJL), (PDF, PCLXL), PJL), ((PCLXL,), (PCLXL,), PCLXL)],
)
def test_a_job_stream_is_called_what_reads_its_pjl(formats, parts, name):
    assert plan(Ticket(), found(PJL, *parts), replace(LASER, formats=formats)).format == name


def test_a_job_stream_is_never_called_a_document():
    with pytest.raises(CannotPrint, match="several printer languages"):
        plan(
            Ticket(), found(PJL, PDF, "application/postscript"), replace(LASER, formats=(PDF, "application/postscript"))
        )


def test_queues_offer_the_languages_of_their_devices():
    assert offer([PHOTO]).languages == ()
    assert offer([PHOTO, LASER]).languages == (PCL, PCLXL, PJL)
    assert PJL in offer([replace(LASER, formats=(PCL,))]).languages


async def test_what_no_printer_of_the_queue_takes_is_refused_after_the_count(house):
    await house.device("photo", formats=PHOTO.formats)
    job = await house.job(await house.queue())
    words = await house.desk.judge(job, found(PJL, PCL))
    assert words == "No printer of this queue takes PCL. Print the document as PDF."
    assert await house.desk.judge(job, found(PDF)) is None
    await house.device("laser", formats=LASER.formats)
    assert await house.desk.judge(job, found(PJL, PCL)) is None
