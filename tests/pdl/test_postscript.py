"""PostScript through Ghostscript in the sandbox: pages, and what the program asks for at each of them."""

import shutil
import struct

import pytest

from pdl.limits import Limits
from pdl.postscript import Asked, asked_for, is_encapsulated, pages_shown

pytestmark = pytest.mark.skipif(shutil.which("gs") is None, reason="Ghostscript is not installed")

QUICK = Limits(cpu_seconds=2)
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 10 10 100 100\n1 0 0 setrgbcolor 20 20 30 30 rectfill\n%%EOF\n"


def program(*lines):
    return b"\n".join((b"%!PS-Adobe-3.0", *lines, b""))


def dos(eps, start=30):
    """An EPS in the envelope of DOS (Adobe 5002, appendix H)."""
    picture = 30 if start > 30 else 30 + len(eps)
    head = b"\xc5\xd0\xd3\xc6" + struct.pack("<6IH", start, len(eps), 0, 0, picture, 5, 0xFFFF)
    return head + (b"TIFF." + eps if start > 30 else eps + b"TIFF.")


@pytest.mark.parametrize(
    ("data", "pages", "copies", "impressions", "sheets", "sides"),
    [
        (program(b"showpage showpage"), 2, 1, 2, 2, "one-sided"),
        (program(b"%%Pages: 1", b"7 { showpage } repeat"), 7, 1, 7, 7, "one-sided"),
        (program(b"/#copies 4 def showpage showpage"), 2, 4, 8, 8, "one-sided"),
        (program(b"<< /NumCopies 3 >> setpagedevice showpage showpage"), 2, 3, 6, 6, "one-sided"),
        (program(b"/#copies 4 def << /NumCopies 3 >> setpagedevice showpage"), 1, 3, 3, 3, "one-sided"),
        (program(b"/#copies 2 def showpage /#copies 1 def showpage"), 2, 2, 3, 3, "one-sided"),
        (program(b"<< /Duplex true >> setpagedevice 3 { showpage } repeat"), 3, 1, 3, 2, "two-sided-long-edge"),
        (
            program(b"<< /Duplex true /Tumble true /NumCopies 2 >> setpagedevice 3 { showpage } repeat"),
            3, 2, 6, 4, "two-sided-short-edge",
        ),
        (program(b"statusdict begin true setduplexmode true settumble end showpage"), 1, 1, 1, 1, "two-sided-short-edge"),
        (program(b"<< /Duplex true >> setpagedevice save << /Duplex false >> setpagedevice restore showpage"), 1, 1, 1, 1,
         "two-sided-long-edge"),
        (program(b"mark { << /Duplex true >> setpagedevice } stopped cleartomark showpage"), 1, 1, 1, 1, "two-sided-long-edge"),
        (program(b"% /#copies 9 def", b"(<</NumCopies 9>> setpagedevice) pop /p { /#copies 9 def } def showpage"),
         1, 1, 1, 1, "one-sided"),
        (program(b"<< /EndPage { 2 ne exch 2 mod 1 eq and } >> setpagedevice 4 { showpage } repeat"), 2, 1, 2, 2, "one-sided"),
        (program(b"<< /NumCopies 2 /EndPage { exch pop 2 ne } >> setpagedevice showpage"), 1, 2, 2, 2, "one-sided"),
        (program(b"0 0 9 9 rectfill copypage showpage"), 2, 1, 2, 2, "one-sided"),
        (program(b"showpage quit"), 1, 1, 1, 1, "one-sided"),
        (b"\x04" + program(b"showpage") + b"\x04", 1, 1, 1, 1, "one-sided"),
        (b"\x04" + program(b"showpage") + b"\x04" + program(b"showpage") + b"\x04", 2, 1, 2, 2, "one-sided"),
        # Drawing programs give a distiller their metadata: pdfmark reads it out of the program.
        (program(b"/mark5 systemdict /currentdistillerparams known { /pdfmark } { /cleartomark } ifelse load def",
                 b"[ /Name /Push mark5 [ {about} currentfile 0 (% end of packet) /SubFileDecode filter /PUT mark5",
                 b"<?xpacket begin='?'?> } ) //not-a-name", b"% end of packet", b"showpage"), 1, 1, 1, 1, "one-sided"),
        (EPS, 1, 1, 1, 1, "one-sided"),
        (b"\x04" + EPS, 1, 1, 1, 1, "one-sided"),
        (dos(EPS), 1, 1, 1, 1, "one-sided"),
        (dos(EPS, start=35), 1, 1, 1, 1, "one-sided"),
    ],
)  # fmt: skip
def test_what_is_shown_is_counted(look, data, pages, copies, impressions, sheets, sides):
    report = look(data)
    assert (report.verdict, report.pages, report.copies, report.sides) == ("ok", pages, copies, sides)
    assert (report.impressions, report.sheets) == (impressions, sheets)
    assert report.format == "application/postscript"
    assert report.confidence.pages == "exact"


@pytest.mark.parametrize(
    ("paint", "color"),
    [
        (b"0 setgray", ()),
        (b"0.5 0.5 0.5 setrgbcolor", ()),
        (b"0 0 0 0.7 setcmykcolor", ()),
        (b"1 0 0 setrgbcolor", (1,)),
        (b"0 0.8 0 0 setcmykcolor", (1,)),
        (b"0.6 1 1 sethsbcolor", (1,)),
        (
            b"<< /ColorConversionStrategy /Gray /ProcessColorModel /DeviceGray >> setdistillerparams 1 0 0 setrgbcolor",
            (1,),
        ),
    ],
)
def test_colour_survives_conversion(look, paint, color):
    report = look(program(paint + b" 100 100 200 200 rectfill showpage"))
    assert report.color_pages == color
    assert report.confidence.color == "exact"
    assert report.coverage is not None


def test_what_is_for_a_viewer_alone_is_not_printed(look):
    link = b"[ /Rect [9 9 300 300] /Border [0 0 9] /Color [1 0 0] /Subtype /Link /F 4 /ANN pdfmark showpage"
    assert look(program(link)).color_pages == ()
    assert look(program(b"[ /CropBox [0 0 9 9] /PAGE pdfmark << /PageSize [612 792] >> setpagedevice", link)).media[
        0
    ].media.name == ("na_letter_8.5x11in")


def test_sizes_are_those_asked_for_at_each_page(look):
    report = look(
        program(b"<< /PageSize [595 842] >> setpagedevice showpage << /PageSize [842 1191] >> setpagedevice showpage")
    )
    assert [media.name for media in report.media_of_pages()] == ["iso_a4_210x297mm", "iso_a3_297x420mm"]
    assert report.confidence.media == "exact"


def test_a_size_that_nobody_asked_for_is_an_estimate(look):
    report = look(program(b"showpage"))
    assert [media.name for media in report.media_of_pages()] == ["iso_a4_210x297mm"]
    assert report.confidence.media == "estimated"


def test_pages_shown_behind_our_back_are_estimates(look):
    hidden = b"<< /NumCopies 3 /EndPage { exch pop 2 ne } >> systemdict /setpagedevice get exec showpage"
    report = look(program(hidden))
    assert (report.pages, report.confidence.pages) == (1, "exact")
    assert (report.confidence.copies, report.confidence.sides) == ("estimated", "estimated")


def test_no_page_shown_is_no_document(look):
    for silent in (b"0 0 99 99 rectfill", b"quit"):
        report = look(program(silent))
        assert (report.verdict, report.pages) == ("rejected", None)
        assert "never shows" in report.reason


@pytest.mark.parametrize("bad", [b"(/etc/passwd) (r) file pop showpage", b"nonsense showpage", b"showpage {"])
def test_errors_are_refused_with_their_name(look, bad):
    report = look(program(bad))
    assert (report.verdict, report.pages) == ("rejected", None)
    assert "error" in report.reason


def test_an_endless_program_has_no_pages_that_were_never_shown(look):
    report = look(program(b"%%Pages: 5", b"{} loop"), QUICK)
    assert (report.verdict, report.pages) == ("rejected", None)
    assert "processor time" in report.reason


def test_an_endless_program_that_showed_pages_is_what_its_comments_claim(look):
    report = look(program(b"%%Pages: 5", b"%%Requirements: duplex numcopies(3)", b"showpage {} loop"), QUICK)
    assert (report.verdict, report.pages, report.copies, report.sides) == ("limited", 5, 3, "two-sided-long-edge")
    assert (report.confidence.pages, report.confidence.color) == ("estimated", "unknown")
    silent = look(program(b"showpage {} loop"), QUICK)
    assert (silent.verdict, silent.pages) == ("limited", None)


def test_a_program_that_wants_all_memory_breaks_the_limit(look):
    report = look(program(b"showpage { 60000 string } loop"), Limits(cpu_seconds=8, memory_bytes=400 * 1024 * 1024))
    assert (report.verdict, report.pages) == ("limited", None)
    assert "memory" in report.reason or "processor time" in report.reason


@pytest.mark.parametrize(
    ("note", "asked"),
    [
        ([2, True, True, False], Asked(2, "two-sided-long-edge", sized=True)),
        ([0, 0, 0, 1], Asked(1, "one-sided", sized=False)),
        ([2, True, True], None),
        (["two", 1, 1, 1], None),
        (5, None),
        (None, None),
    ],
)
def test_notes_are_read_with_suspicion(note, asked):
    assert asked_for({"/Key": note}, "Key") == asked
    assert asked_for({}, "Key") is None


@pytest.mark.parametrize(
    ("complaint", "shown"),
    [
        ("", None),
        ("Key=3\n", 3),
        ("Key=3\nnoise\nKey=4\n", 4),
        ("Other=3\n", None),
        ("xKey=3\n", None),
        ("Key=-1\n", None),
    ],
)
def test_pages_shown(complaint, shown):
    assert pages_shown("Key", complaint) == shown


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (EPS, True), (b"\x04" + EPS, True), (dos(EPS), True), (b"%!PS-Adobe-3.0\n", False),
        (b"%!PS-Adobe-3.0\n%EPSF-3.0", False), (b"", False),
    ],
)  # fmt: skip
def test_eps_is_known_by_its_header(head, expected):
    assert is_encapsulated(head) is expected
