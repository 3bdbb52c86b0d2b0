"""Printers' job streams: PJL and the languages in it, walked, counted and put together."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl import stream
from pdl.errors import PdlError, ReaderCrashed
from pdl.inspect_stream import inspect as inspect_stream
from pdl.inspection import Inspection
from pdl.limits import Limits
from pdl.source import BytesSource
from tests.pdl import documents
from tests.pdl.pclxl import UEL, Maker, pjl

MAKE = Maker()
XL = MAKE.stream(MAKE.page(), MAKE.page(MAKE.colored()))
PCL = b"\x1bEone\x0ctwo\x0c\x1bE"
PDF = documents.pdf(3)
POSTSCRIPT = b"%!PS\n/Helvetica findfont 12 scalefont setfont 72 72 moveto (x) show showpage\nshowpage\n"
PCL_MIME, XL_MIME = "application/vnd.hp-PCL", "application/vnd.hp-PCLXL"


def walk(data, pages=1000):
    return stream.count(BytesSource(data), {"pages": pages}, None)["segments"]


def found(data):
    """Format, bytes and pages of each language."""
    return [
        (part["format"], data[part["start"] : part["end"]], part["report"] and part["report"]["pages"])
        for part in walk(data)
    ]


class TestWalk:
    """Where languages begin and end."""

    def test_languages_in_a_row(self):
        data = pjl(body=XL) + pjl(language="PCL", body=PCL) + pjl("EOJ", language="", end=b"")
        assert found(data) == [(XL_MIME, XL, 2), (PCL_MIME, PCL, 2)]

    def test_bare_languages(self):
        assert found(XL) == [(XL_MIME, XL, 2)]
        assert found(PCL + UEL) == [(PCL_MIME, PCL, 2)]
        assert found(bytes(300) + XL) == [(XL_MIME, XL, 2)]

    def test_nothing(self):
        for data in (b"", UEL, pjl("INFO STATUS", language=""), UEL * 20, b"\0\r\n\x04", pjl(language="PCL")):
            assert walk(data) == []

    def test_an_uel_within_data_is_data(self):
        raster = b"\x1bE\x1b*r0A" + b"\x1b*b20W" + UEL + b"@PJL SET CO" + b"\x1b*rC\x0c"
        data = pjl(language="PCL", body=raster) + pjl(body=XL)
        assert found(data) == [(PCL_MIME, raster, 1), (XL_MIME, XL, 2)]

    def test_what_pjl_calls_it_is_a_hint(self):
        assert found(pjl(language="PCL", body=XL)) == [(XL_MIME, XL, 2)]
        assert found(pjl(language="POSTSCRIPT", body=PDF)) == [("application/pdf", PDF, None)]
        assert found(pjl(language="", body=PCL)) == [(PCL_MIME, PCL, 2)]
        assert found(pjl(language="AUTO", body=XL)) == [(XL_MIME, XL, 2)]
        assert found(pjl(language="", body=b"plain text\x0cof two pages"))[0][2] == 2

    def test_pcl_xl_may_end_with_a_reset(self):
        assert found(pjl(body=XL + b"\x1bE")) == [(XL_MIME, XL, 2)]
        with pytest.raises(PdlError, match="damaged"):
            walk(pjl(body=b"nothing like it"))

    def test_copies_of_both_are_doubted(self):
        (part,) = walk(pjl("SET COPIES=3", body=MAKE.stream(MAKE.page(copies=1))))
        assert (part["report"]["copies"], part["report"]["confidence"]["copies"]) == (1, "estimated")
        (part,) = walk(pjl("SET QTY=3", body=MAKE.stream(MAKE.page(copies=2))))
        assert (part["report"]["copies"], part["report"]["confidence"]["copies"]) == (6, "estimated")

    def test_text_keeps_its_blank_lines(self):
        text = b"\r\n" * 70 + b"end"
        assert found(pjl(language="PCL", body=text)) == [(PCL_MIME, text, 2)]

    def test_pdf_ends_with_itself(self):
        inner = PDF + b"\n"
        data = pjl(language="PDF", body=inner) + pjl("EOJ", language="")
        assert found(data) == [("application/pdf", inner, None)]
        # A UEL among its bytes is not its end.
        odd = PDF.replace(b"\nxref", b"\n%" + UEL + b"\nxref") + b"\n"
        assert found(pjl(language="PDF", body=odd)) == [("application/pdf", odd, None)]

    def test_postscript_ends_at_the_next_uel(self):
        data = pjl(language="POSTSCRIPT", body=b"showpage\n\x04") + pjl(body=XL)
        assert found(data) == [("application/postscript", b"showpage\n\x04", None), (XL_MIME, XL, 2)]

    def test_what_only_the_printer_reads(self):
        blob = b"\x01\x7fQPDL" + UEL + b"\x88more of it"
        data = pjl(language="QPDL", body=blob)
        ((mime, body, pages),) = found(data + b"@PJL EOJ\r\n" + UEL)
        assert (mime, body, pages) == ("application/x-qpdl", blob, None)

    def test_settings_reach_the_language(self):
        (part,) = walk(pjl("SET COPIES=2", "SET DUPLEX=ON", "SET RENDERMODE=GRAYSCALE", body=XL))
        assert (part["report"]["impressions"], part["report"]["sheets"]) == (4, 2)
        assert part["report"]["color_pages"] == []
        (part,) = walk(pjl("SET COPIES=2", "SET QTY=3", body=XL))
        assert (part["report"]["impressions"], part["report"]["copies"]) == (6, 3)

    def test_what_was_set_before_is_doubted(self):
        first, second = walk(pjl("SET COPIES=2", body=XL) + UEL + b"@PJL ENTER LANGUAGE=PCLXL\r\n" + XL)
        assert first["report"]["confidence"]["copies"] == "exact"
        assert (second["report"]["impressions"], second["report"]["confidence"]["copies"]) == (2, "estimated")

    def test_limits(self):
        with pytest.raises(PdlError, match="more than 3 pages"):
            walk(XL + XL, pages=3)
        with pytest.raises(PdlError, match="times"):
            walk(pjl(language="PCL", body=b"x") * 1100, pages=5000)


class TestInspect:
    """All of a job together, through the sandbox."""

    def test_one_language(self, look):
        report = look(pjl("SET COPIES=2", body=XL))
        assert (report.format, report.verdict) == ("application/vnd.hp-PJL", "ok")
        assert (report.pages, report.impressions, report.sheets, report.copies) == (2, 4, 4, 2)
        assert (report.color_pages, report.confidence.color) == ((2,), "exact")
        assert [part.format for part in report.segments] == [XL_MIME]
        assert report.basis.pages

    def test_several_languages_are_summed(self, look):
        data = pjl(body=XL) + pjl("SET DUPLEX=ON", language="PDF", body=PDF) + pjl(language="PCL", body=PCL)
        report = look(data)
        assert (report.pages, report.impressions, report.sheets) == (7, 7, 6)
        assert report.color_pages == (2, 3, 4, 5)
        assert report.sides == "two-sided-long-edge"
        assert [run.pages for run in report.media] == [2, 3, 2]
        assert len(report.segments) == 3
        assert report.confidence.coverage == "unknown"

    def test_pdf_by_pjl(self, look):
        settings = ("SET QTY=2", "SET DUPLEX=ON", "SET BINDING=SHORTEDGE")
        report = look(pjl(*settings, language="PDF", body=PDF))
        assert (report.pages, report.impressions, report.sheets, report.copies) == (3, 6, 4, 2)
        assert (report.sides, report.color_pages) == ("two-sided-short-edge", (1, 2, 3))
        gray = look(pjl("SET RENDERMODE=GRAYSCALE", language="PDF", body=PDF))
        assert (gray.color_pages, gray.confidence.color) == ((), "exact")
        assert gray.coverage is None or gray.coverage.cyan == 0

    def test_postscript_with_and_without_its_header(self, look):
        for body in (POSTSCRIPT, POSTSCRIPT.removeprefix(b"%!PS\n")):
            report = look(pjl(language="POSTSCRIPT", body=body))
            assert (report.verdict, report.pages) == ("ok", 2)

    def test_what_cannot_be_counted_is_named(self, look):
        report = look(pjl(body=XL) + pjl(language="QPDL", body=b"\0\1\2" * 50))
        assert (report.verdict, report.state_reason) == ("rejected", "unsupported-document-format")
        assert "QPDL" in report.reason
        assert report.pages is None
        report = look(pjl(language="NEVERHEARD", body=b"\0\1\2" * 50))
        assert "NEVERHEARD" in report.reason
        assert report.state_reason == "unsupported-document-format"

    def test_no_pages(self, look):
        for data in (pjl("INFO STATUS", language=""), pjl(language="PCL", body=b"\x1bE\x1bE"), UEL):
            report = look(data)
            assert (report.verdict, report.pages) == ("rejected", None)
            assert "no pages" in report.reason

    def test_a_damaged_part_refuses_the_job(self, look):
        for body in (XL[:-30], MAKE.head + MAKE.session(MAKE.page(), b"\x01")):
            report = look(pjl(body=body, end=b""))
            assert report.verdict == "rejected"
            assert report.state_reason == "document-format-error"
        report = look(pjl(language="PDF", body=b"%PDF-1.4 but nothing more\n%%EOF\n"))
        assert report.verdict == "rejected"


def segment(**changes):
    (part,) = walk(XL)
    return {"segments": [json.loads(json.dumps(part)) | changes]}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"segments": 3},
        {"segments": [3]},
        {"segments": [{}]},
        {"segments": segment()["segments"] * 2},
        {"segments": segment()["segments"] * 2000},
        segment(start=-1),
        segment(start=50, end=20),
        segment(end=10**9),
        segment(start="0"),
        segment(repeats=0),
        segment(repeats=10**6),
        segment(sets=True),
        segment(sides="upside-down"),
        segment(gray=1),
        segment(doubt="x" * 1000),
        segment(language=["PCL"]),
        segment(format="application/vnd.hp-PCL"),
        segment(report={"pages": 2}),
    ],
)
async def test_an_answer_that_makes_no_sense_is_not_believed(answer):
    class Lying:
        async def run(self, *_, **__):
            return answer

    looking = Inspection(BytesSource(XL), XL_MIME, "count-stream", Lying(), Limits(), None, None, None)
    with pytest.raises(ReaderCrashed):
        await inspect_stream(looking)


async def test_more_pages_than_there_may_be_are_refused_part_by_part():
    report = {
        "format": PCL_MIME, "verdict": "ok", "reason": "", "state_reason": "", "pages": 400, "impressions": 400,
        "sheets": 400, "copies": 1, "sides": "one-sided", "media": [[400, 1, 1, ""]], "color_pages": [[1, 400]],
        "confidence": {"pages": "exact", "color": "exact"},
    }  # fmt: skip
    rows = [
        {"format": PCL_MIME, "start": at, "end": at + 1, "language": "", "repeats": 1, "sets": 1, "sides": None,
         "gray": False, "doubt": "", "report": report}
        for at in range(3)
    ]  # fmt: skip

    class Lying:
        async def run(self, *_, **__):
            # What comes after the excess must not be read any more.
            return {"segments": [*rows, object()]}

    looking = Inspection(BytesSource(XL), XL_MIME, "count-stream", Lying(), Limits(pages=1000), None, None, None)
    with pytest.raises(ReaderCrashed):
        await inspect_stream(looking)


JOB = pjl("JOB", "SET COPIES=2", body=XL) + pjl(language="PCL", body=PCL) + pjl("EOJ", language="")


@given(st.lists(st.tuples(st.integers(0, len(JOB) - 1), st.integers(0, 255)), max_size=6), st.integers(0, len(JOB)))
def test_mutations_are_counted_or_refused(changes, cut):
    data = bytearray(JOB)
    for at, byte in changes:
        data[at] = byte
    try:
        parts = walk(bytes(data[cut:]))
    except PdlError:
        return
    assert all(0 <= part["start"] < part["end"] <= len(data) - cut for part in parts)


@given(
    st.lists(st.sampled_from([UEL, b"@PJL", b" SET COPIES=2\n", b"\n", XL, PCL, PDF, b"!R! EXIT;", b"\0", b"\x1b%0B"]))
)
def test_any_order_of_parts(parts):
    try:
        walk(b"".join(parts))
    except PdlError:
        return
