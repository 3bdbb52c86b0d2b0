"""PDF through the sandbox: one child counts, judges colour, and measures ink; what breaks keeps what was counted."""

import io
import json

import pikepdf
import pytest
from pikepdf import Array

from pdl import inspect_pdf, pdf_coverage
from pdl.errors import DocumentRejected, LimitReached, ReaderCrashed, SandboxFailed
from pdl.inspection import Inspection
from pdl.limits import Limits
from pdl.report import Coverage
from pdl.source import BytesSource
from tests.pdl.pages import pdf, saved

RED = b"1 0 0 rg 0 0 595 842 re f"
HALF_BLACK = b"0 g 0 0 595 421 re f"
GREEN = b"0 1 0 rg 0 0 595 842 re f"


def test_figures_say_how_sure_they_are(look):
    report = look(pdf(b"", RED))
    assert (report.pages, report.copies, report.sides, report.color_pages) == (2, 1, "one-sided", (2,))
    sure = report.confidence
    assert {sure.pages, sure.color, sure.copies, sure.sides, sure.media} == {"exact"}
    assert sure.coverage == "estimated"
    assert report.basis.pages == "page tree"
    assert "2 of 2 pages" in report.basis.coverage


@pytest.mark.parametrize(
    ("contents", "coverage"),
    [
        ([RED], (0, 10000, 10000, 0)),
        ([GREEN], (10000, 0, 10000, 0)),
        ([HALF_BLACK], (0, 0, 0, 5000)),
        ([b""], (0, 0, 0, 0)),
        ([RED, b"", HALF_BLACK, b""], (0, 2500, 2500, 1250)),
        ([b"0.5 0 0 rg 0 0 595 842 re f"], (0, 4980, 4980, 5020)),
    ],
)
def test_coverage(look, contents, coverage):
    found = look(pdf(*contents)).coverage
    shares = (found.cyan, found.magenta, found.yellow, found.black)
    assert all(abs(share - wanted) <= 60 for share, wanted in zip(shares, coverage, strict=True))


def test_of_a_long_document_a_sample_is_measured(look):
    report = look(pdf(*[HALF_BLACK] * 200))
    assert report.pages == 200
    assert report.coverage == Coverage(0, 0, 0, report.coverage.black)
    assert "50 of 200 pages" in report.basis.coverage


@pytest.mark.parametrize("pages", [1, 50, 51, 64, 65, 5000])
def test_a_sample_is_even_and_not_too_large(pages):
    chosen = pdf_coverage.sample(pages)
    assert len(chosen) <= max(pdf_coverage.SAMPLE, pdf_coverage.MOST_WHOLE)
    assert chosen[0] == 0
    assert pages - chosen[-1] <= pages // 25 + 1


def test_a_page_that_ends_the_renderer_costs_its_colour_and_not_the_count(look):
    made = pikepdf.new()
    for content in (RED, b"0 0 9 9 re f 1 0 0 rg " * 6_000_000, b""):
        made.add_blank_page()
        made.pages[-1].obj.Contents = made.make_stream(content)
    report = look(saved(made, compress_streams=True), Limits(memory_bytes=256 * 1024 * 1024))
    assert (report.verdict, report.pages, report.color_pages) == ("limited", 3, (1,))
    assert (report.confidence.pages, report.confidence.color) == ("exact", "unknown")
    assert "256 MiB" in report.reason
    assert report.coverage is None


def test_a_pdf_without_trailer_is_an_estimate(look):
    data = pdf(RED, b"")
    root = data.index(b"/Root")
    report = look(data.replace(data[root : root + 5], b"/Rood"))
    assert report.verdict == "rejected" or report.confidence.pages == "estimated"


def test_colour_that_only_a_finer_look_shows_is_an_estimate(look):
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(200, 200))
    # Pixels of a point each, reddish and bluish in turn: of two by two there is little colour left.
    one, other = bytes((0xA8, 0x80, 0x80)), bytes((0x88, 0xA0, 0xA0))
    picture = pikepdf.Stream(made, ((one + other) * 50 + (other + one) * 50) * 50)
    picture.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 100, "/Height": 100})
    picture.update({"/BitsPerComponent": 8, "/ColorSpace": pikepdf.Name.DeviceRGB})
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=picture))
    page.Contents = pikepdf.Stream(made, b"q 100 0 0 100 50 50 cm /I Do Q")
    report = look(saved(made))
    assert (report.color_pages, report.confidence.color) == ((1,), "estimated")


def test_a_pdf_of_which_only_the_renderer_finds_pages_is_an_estimate(look):
    made = pikepdf.open(io.BytesIO(pdf(RED)))
    del made.Root.Pages.Kids
    made.Root.Pages.Count = 1
    report = look(saved(made))
    assert report.verdict == "rejected" or report.confidence.pages == "estimated"


def test_a_pdf_encrypted_by_an_unknown_method_says_so(look):
    made = pikepdf.open(io.BytesIO(pdf(RED)))
    data = saved(made, encryption=pikepdf.Encryption(user="", owner="owner"))
    report = look(data.replace(b"/Filter /Standard", b"/Filter /Standars"))
    assert (report.verdict, report.state_reason) == ("rejected", "document-format-error")
    assert "encrypted by a method" in report.reason


def test_a_form_that_makes_its_pages_when_opened_is_an_estimate(look):
    made = pikepdf.new()
    made.add_blank_page()
    made.Root.NeedsRendering = True
    report = look(saved(made))
    assert (report.pages, report.confidence.pages) == (1, "estimated")
    assert "XFA" in report.basis.pages


def test_what_is_no_page_puts_the_count_in_doubt(look):
    made = pikepdf.open(io.BytesIO(pdf(b"", b"")))
    made.Root.Pages.Kids.append(made.make_indirect(pikepdf.Stream(made, b"")))
    report = look(saved(made))
    assert (report.pages, report.confidence.pages) == (2, "estimated")
    assert "none" in report.basis.pages


def test_a_page_of_no_size_is_an_estimate(look):
    made = pikepdf.open(io.BytesIO(pdf(b"")))
    made.pages[0].obj.MediaBox = Array([0, 0, 0, 0])
    report = look(saved(made))
    assert (report.pages, report.confidence.media) == (1, "estimated")


class FakeSandbox:
    """A child that says what it is told to say."""

    def __init__(self, *said, answer=None, fault=None):
        self.said, self.answer, self.fault = said, answer or {}, fault

    async def run(self, task, source, arguments, *, limits, sink):
        for data in self.said:
            await sink(data)
        if self.fault:
            raise self.fault
        return self.answer


def counted(pages=2, **changes):
    row = {
        "format": "application/pdf", "verdict": "ok", "reason": "", "state_reason": "", "pages": pages,
        "impressions": pages, "sheets": pages, "copies": 1, "sides": "one-sided", "media": [[pages, 1, 1, "x"]],
        "color_pages": [], "confidence": {"pages": "exact", "color": "unknown"},
    }  # fmt: skip
    return json.dumps(row | changes).encode() + b"\n"


async def heard(*said, **ending):
    looking = Inspection(BytesSource(b""), "application/pdf", "", FakeSandbox(*said, **ending), Limits(), *[None] * 3)
    return await inspect_pdf.inspect(looking)


async def test_a_count_may_come_in_pieces():
    line = counted()
    report = await heard(line[:9], line[9:-1], line[-1:] + b"m", b"c", answer={"coverage": [1, 2, 3, 4], "rendered": 2})
    assert (report.pages, report.color_pages, report.coverage) == (2, (2,), Coverage(1, 2, 3, 4))


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ((), {}),
        ((b"{}\n",), {}),
        ((b"[]\n",), {}),
        ((b"[" * 100_000 + b"\n",), {}),
        ((b'{"a":[' + b"{}," * 2_000_000 + b"{}]}\n",), {}),
        ((bytes(1 << 20),) * 17, {}),
        ((counted(format="text/plain"),), {}),
        ((counted(pages=0),), {}),
        ((counted(), b"mmm"), {}),
        ((counted(), b"mm"), {"coverage": [1]}),
        ((counted(), b"mm"), {"coverage": [1, 2, 3, 99999]}),
        ((counted(), b"mm"), {"coverage": [1, 2, 3, 4], "rendered": "x"}),
    ],
)
async def test_a_child_that_was_taken_over_is_not_believed(said, answer):
    with pytest.raises(ReaderCrashed):
        await heard(*said, answer=answer)


async def test_the_count_may_come_in_any_number_of_pieces():
    line = counted()
    report = await heard(*(line[at : at + 1] for at in range(len(line))), b"m", b"c")
    assert (report.pages, report.color_pages) == (2, (2,))


async def test_letters_that_mean_nothing_are_no_colour():
    report = await heard(counted(), b"cu")
    assert (report.verdict, report.color_pages, report.confidence.color) == ("limited", (1,), "unknown")
    tinted = await heard(counted(), b"mt")
    assert (tinted.verdict, tinted.confidence.color) == ("ok", "estimated")


async def test_a_limit_after_the_count_is_named_and_keeps_the_count():
    report = await heard(counted(), b"c", fault=LimitReached("It took 20 seconds."))
    assert (report.verdict, report.pages, report.color_pages) == ("limited", 2, (1,))
    assert "It took 20 seconds." in report.reason
    assert report.confidence.pages == "exact"


async def test_what_happens_before_the_count_is_raised():
    for fault in (LimitReached("too long"), DocumentRejected("damaged"), SandboxFailed("not here")):
        with pytest.raises(type(fault)):
            await heard(fault=fault)
    with pytest.raises(SandboxFailed):
        await heard(counted(), fault=SandboxFailed("not here"))
