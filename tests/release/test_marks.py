"""Stamps and banner pages of queues: what they say, when they make a document be rendered, and what they cost."""

import datetime as dt
from dataclasses import replace

import pypdfium2
import pytest

from gateway import arguments
from ipp.enums import JobState
from jobs import queue as queues
from jobs.arriving import Arriving
from jobs.errors import BadQueue, FormatNotSupported
from jobs.queue import Kind, Queue, checked
from jobs.ticket import Ticket
from pdl.banner import Banner
from pdl.mime import PCL, PCLXL, PDF
from pdl.mime import PWG_RASTER as PWG
from pdl.report import Segment
from pdl.stamp import Stamp
from release.errors import CannotPrint
from release.marks import NO_MARKS, Marks, marks
from release.plan import plan
from tests.pdl import documents
from tests.release.conftest import Printer, report
from tests.release.test_plan import GRAY, OFFICE, found, told

AT = dt.datetime(2026, 11, 21, 13, 40)
STAMP, BANNER = Stamp(("Ada",)), Banner("Ada")
PCL_JOB = {"mime": PCL, "segments": (Segment(PCL, 0, 10),)}


def queue(**values):
    return Queue("q", "print", Kind.FOLLOW_ME, **values)


async def test_a_queue_without_marks_makes_none(house):
    job = await house.job(await house.queue())
    assert marks(house.catalogue.get(job.queue_id), job, "Library", AT) is NO_MARKS
    assert marks(None, job, "Library", AT) is NO_MARKS


async def test_the_text_of_a_stamp_is_filled_in(house, ada):
    job = replace(await house.job(await house.queue(), ada), title="Notes {user} {x}", job_id=17)
    text = "{user}/{name}/{date}/{time}/{device}/{job}/{title}"
    made = marks(queue(stamp="top", stamp_text=text), job, "Library", AT, name="Ada Lovelace")
    assert made.stamp.text == ("ada/Ada Lovelace/2026-11-21/13:40/Library/17/Notes {user} {x}",)
    assert (made.stamp.corner, made.stamp.opacity, made.stamp.qr, made.banner) == ("top", 1.0, "", None)
    french = marks(queue(stamp="diagonal", stamp_text="{date} {name}", stamp_qr=True), job, "", AT, language="fr")
    assert french.stamp.text == ("21/11/2026 ada",)
    assert french.stamp.qr == job.uuid
    assert french.stamp.opacity < 0.5


async def test_a_banner_says_whose_it_is_in_the_language_of_the_house(house, ada):
    job = await house.job(await house.queue(), ada)
    made = marks(queue(banner="after"), job, "Library", AT, name="Ada Lovelace", language="fr").banner
    assert (made.heading, made.title, made.place, made.qr) == ("Ada Lovelace", "Report", "after", job.uuid)
    assert dict(made.rows) == {
        "Imprimé le": "21/11/2026 13:40", "Imprimante": "Library", "Pages": "4", "Numéro": str(job.job_id),
    }  # fmt: skip


@pytest.mark.parametrize(("sheets", "place"), [
    ("none", None), ("standard", "before"), ("job-start-sheet", "before"), ("job-end-sheet", "after"),
])  # fmt: skip
async def test_an_owner_may_ask_for_a_banner_page(house, ada, sheets, place):
    ticket = Ticket(job_sheets=sheets, job_sheet_message="Not to be folded", job_recipient_name="Grace")
    job = replace(await house.job(await house.queue(), ada), ticket=ticket)
    made = marks(queue(), job, "Library", AT).banner
    assert (made and made.place) == place
    if made:
        rows = dict(made.rows)
        assert (rows["For"], rows["Message"]) == ("Grace", "Not to be folded")
    # What the queue has for all of them comes anyway, and where it has it.
    assert marks(queue(banner="after"), job, "Library", AT).banner.place == "after"


async def test_the_longest_words_still_make_marks(house):
    ticket = Ticket(job_sheet_message="x" * 1023, job_recipient_name="y" * 255)
    job = replace(await house.job(await house.queue()), title="x" * 255, user_name="y" * 255, ticket=ticket)
    text = "{title}{user}" * 15
    made = marks(queue(stamp="top", stamp_text=text, banner="before"), job, "z" * 255, AT)
    assert made.stamp is not None
    assert made.banner is not None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"stamp": "middle"}, "stands at one of"),
        ({"banner": "under"}, "is one of"),
        ({"stamp_text": "{nme}"}, "may name {user}"),
        ({"stamp_text": "{user.__class__}"}, "may name {user}"),
        ({"stamp_text": "x" * 201}, "200 characters"),
        ({"stamp": "top", "stamp_text": " "}, "a text, or a QR code"),
    ],
)
def test_what_cannot_be_is_refused(wrong, words):
    with pytest.raises(BadQueue, match=words):
        checked(queue(**wrong))


def test_what_can_be_is_taken():
    assert checked(queue(stamp="top", stamp_text="", stamp_qr=True)).must_stamp is False
    assert checked(queue(stamp="top", stamp_text=" a  {user} ", require_stamp=True)).stamp_text == "a {user}"
    assert queue(require_stamp=True).must_stamp is False  # there is no stamp to require


def test_the_command_line_knows_all_places():
    assert arguments.STAMPS == queues.STAMPS
    assert arguments.BANNERS == queues.BANNERS


def test_a_stamp_makes_a_document_be_rendered_that_would_be_passed_on():
    assert plan(Ticket(), found(), OFFICE).target is None
    made = plan(Ticket(), found(), OFFICE, Marks(stamp=STAMP))
    assert (made.format, made.target.stamp, made.target.banner) == (PDF, STAMP, None)
    assert made.fallback
    assert made.extent == plan(Ticket(), found(), OFFICE).extent
    assert plan(Ticket(), found(mime=PWG), GRAY, Marks(stamp=STAMP)).target.format == PWG
    assert not plan(Ticket(), found(), OFFICE, Marks(stamp=STAMP, required=True)).fallback


def test_a_banner_comes_once_and_is_one_more_side_on_one_more_sheet():
    ticket = Ticket(copies=3, sides="two-sided-long-edge")
    plain, made = plan(ticket, found(5), OFFICE), plan(ticket, found(5), OFFICE, Marks(banner=BANNER))
    assert (plain.extent.impressions, plain.extent.sheets, told(plain)["copies"]) == (15, 9, 3)
    assert (made.extent.impressions, made.extent.sheets, made.extent.color) == (16, 10, 0)
    assert (made.target.copies, made.target.banner, made.copies_by_device) == (3, BANNER, 1)
    assert "copies" not in told(made)


def test_a_printers_language_goes_as_it_is_unless_the_stamp_is_required():
    device = replace(OFFICE, formats=(*OFFICE.formats, PCL))
    assert plan(Ticket(), found(**PCL_JOB), device, Marks(stamp=STAMP, banner=BANNER)).target is None
    assert plan(Ticket(), found(**PCL_JOB), device, Marks(banner=BANNER)).extent.impressions == 4
    with pytest.raises(CannotPrint, match="cannot be stamped"):
        plan(Ticket(), found(**PCL_JOB), device, Marks(stamp=STAMP, required=True))


def test_a_device_for_which_nothing_can_be_made_gets_it_as_it_is_unless_the_stamp_is_required():
    device = replace(OFFICE, formats=("image/gif",))
    photo = found(1, mime="image/gif")
    assert plan(Ticket(), photo, device, Marks(stamp=STAMP)).target is None
    with pytest.raises(CannotPrint, match="no format that we can make"):
        plan(Ticket(), photo, device, Marks(stamp=STAMP, required=True))


async def test_pages_come_out_stamped_and_the_banner_is_paid_for(house, ada):
    device, printer = await printing(house)
    made = await house.queue(stamp="bottom", stamp_text="{name}, {device}, {job}", banner="before")
    await house.price()
    job = await house.job(made, ada, content=documents.pdf(4))
    await house.desk.release(ada, job.id, device.id)
    house.printing()
    assert (await house.ended(job)).state is JobState.COMPLETED
    (sent,) = printer.sent
    read = pypdfium2.PdfDocument(bytes(sent))
    said = [page.get_textpage().get_text_range() for page in read]
    assert len(said) == 5
    assert "Report" in said[0]
    assert all(f"ada, office, {job.job_id}" in page for page in said[1:])
    assert (await house.charge(job)).amount == -(5 * 5 + 5 * 1)


async def printing(house):
    printer = Printer()
    return await house.device("office", printer, formats=(PDF,)), printer


async def test_a_quote_counts_the_banner(house, ada):
    device, _ = await printing(house)
    job = await house.job(await house.queue(banner="before"), ada)
    assert (await house.desk.quote(job, device)).impressions == 5


async def test_pcl_in_a_job_stream_is_refused_when_it_has_been_counted(house, ada):
    await house.device("office", formats=(PDF, PCL, PCLXL))
    counted = replace(report(), format="application/vnd.hp-PJL", segments=(Segment(PCL, 20, 30),))
    strict = await house.job(await house.queue("strict", stamp="top", require_stamp=True), ada, counted=counted)
    lenient = await house.job(await house.queue("lenient", stamp="top"), ada, counted=counted)
    assert "cannot be stamped" in await house.desk.judge(strict, counted)
    assert await house.desk.judge(lenient, counted) is None


async def test_a_queue_that_requires_stamps_offers_no_language_that_cannot_have_them(house):
    offer = replace(queue().offer, languages=(PCL, PCLXL))
    assert PCL in queue(offer=offer, stamp="top").formats
    assert PCL not in queue(offer=offer, stamp="top", require_stamp=True).formats


async def test_pcl_is_refused_as_it_arrives_where_stamps_are_required():
    async def content():
        yield b"\x1bE\x1b&l1XHello\x0c\x1bE"

    offer = replace(queue().offer, languages=(PCL,))
    strict = queue(offer=offer, stamp="top", require_stamp=True)
    with pytest.raises(FormatNotSupported, match="PCL cannot be stamped"):
        async for _ in Arriving(content(), strict, ""):
            pytest.fail("it was let in")
    assert [chunk async for chunk in Arriving(content(), queue(offer=offer, stamp="top"), "")]
