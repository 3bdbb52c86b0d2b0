"""PJL: its lines, as printers and drivers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.errors import DocumentRejected, PdlError
from pdl.pjl import UEL, Pjl, prescribed, subject
from pdl.source import BytesSource
from pdl.window import Window


def read(*lines, end="\r\n"):
    """The settings after these lines (without their @PJL)."""
    pjl = Pjl()
    window = Window(BytesSource("".join(f"@PJL {line}{end}" for line in lines).encode("latin-1")))
    while pjl.read(window) is not None:
        pass
    assert not window.peek(1)
    return pjl.settings()


@pytest.mark.parametrize(
    ("lines", "copies", "sets", "repeats"),
    [
        (["SET COPIES=3"], 3, None, 3),
        (["set copies = 3"], 3, None, 3),
        (['SET COPIES="3"'], 3, None, 3),
        (["SET LPARM:PCL COPIES=3"], 3, None, 3),
        (["SET LPARM : POSTSCRIPT COPIES = 3"], 3, None, 3),
        (["DEFAULT COPIES=3"], 3, None, 3),
        (["SET COPIES=1", "SET QTY=2"], 1, 2, 2),
        (["SET QTY=3", "SET COPIES=3"], 3, 3, 3),
        (["SET QTY=1", "SET COPIES=3"], 3, 1, 3),
        (["SET COPIES=3", "SET COPIES=1"], 1, None, 1),
        (["SET COPIES=3", "RESET"], None, None, 1),
        (["DEFAULT COPIES=3", "RESET"], 3, None, 3),
        (["DEFAULT COPIES=3", "INITIALIZE"], None, None, 1),
        (["SET COPIES=3", 'JOB NAME="x"'], None, None, 1),
        (['JOB NAME="SET COPIES=7"', "SET COPIES=2", "EOJ"], None, None, 1),
        (["COMMENT SET COPIES=9"], None, None, 1),
        (["INQUIRE COPIES", "DINQUIRE COPIES", "INFO VARIABLES", "ECHO x"], None, None, 1),
        (['XCPT <copies syntax="integer">4</copies>'], None, 4, 4),
        (["COMMENT OID_ATT_COPIES 5"], None, 5, 5),
    ],
)
def test_copies(lines, copies, sets, repeats):
    settings = read(*lines)
    assert (settings.copies, settings.sets, settings.repeats, settings.doubt) == (copies, sets, repeats, "")
    assert settings.defaults.copies == (1 if sets and sets > 1 else repeats)


def test_two_kinds_of_copies_are_doubted():
    for lines in (["SET COPIES=3", "SET QTY=2"], ["SET QTY=2", "SET COPIES=3"]):
        settings = read(*lines)
        assert (settings.repeats, settings.defaults.copies) == (2, 1)
        assert settings.doubt


@pytest.mark.parametrize("value", ["0", "-1", "99999", "many", '""', "1e3"])
def test_copies_out_of_range_are_doubted(value):
    settings = read(f"SET COPIES={value}")
    assert settings.repeats == 1
    assert settings.doubt


@pytest.mark.parametrize(
    ("lines", "sides"),
    [
        (["SET DUPLEX=ON"], "two-sided-long-edge"),
        (["SET DUPLEX=ON", "SET BINDING=LONGEDGE"], "two-sided-long-edge"),
        (["SET BINDING = SHORTEDGE", "SET DUPLEX = on"], "two-sided-short-edge"),
        (["SET DUPLEX=OFF", "SET BINDING=SHORTEDGE"], "one-sided"),
        (["SET BINDING=SHORTEDGE"], None),
        (["SET DUPLEX=TUMBLE"], "two-sided-short-edge"),
        (["SET DUPLEX=PERHAPS"], None),
        (['XCPT <sides syntax="keyword">two-sided-short-edge</sides>'], "two-sided-short-edge"),
        (["COMMENT OID_ATT_PLEX OID_VAL_PLEX_DUPLEX"], "two-sided-long-edge"),
    ],
)
def test_sides(lines, sides):
    assert read(*lines).sides == sides


@pytest.mark.parametrize(
    ("value", "gray"), [("GRAYSCALE", True), ("color", False), ("Bw", True), ("COLOR", False), ("MONO", True)]
)
def test_gray(value, gray):
    assert read(f"SET RENDERMODE={value}").gray is gray


def test_paper():
    assert read("SET PAPER=A4").media.name == "iso_a4_210x297mm"
    assert read('SET PAPER = "JISB5"').defaults.media.name == "jis_b5_182x257mm"
    assert read("SET PAPER=CUSTOM").media is None
    assert read().defaults.media.name == "na_letter_8.5x11in"


@pytest.mark.parametrize("end", ["\r\n", "\n", " \t\n"])
@pytest.mark.parametrize("line", ["ENTER LANGUAGE=PCLXL", "enter language = pclxl", 'ENTER  LANGUAGE ="PCLXL"'])
def test_language(line, end):
    assert read(line, end=end).language == "PCLXL"


def test_a_uel_ends_what_was_set_for_a_language():
    pjl = Pjl()
    pjl.read(Window(BytesSource(b"@PJL SET COPIES=3\n")))
    pjl.leave(had_language=False)
    assert pjl.settings().copies == 3
    pjl.leave(had_language=True)
    assert pjl.settings().copies is None
    assert pjl.settings().doubt
    pjl.read(Window(BytesSource(b"@PJL SET COPIES=2\n")))
    assert not pjl.settings().doubt


def test_a_job_holds_its_languages_together():
    pjl = Pjl()
    for line in (b"@PJL JOB\n", b"@PJL SET COPIES=3\n"):
        pjl.read(Window(BytesSource(line)))
    pjl.leave(had_language=True)
    assert (pjl.settings().copies, pjl.settings().doubt) == (3, "")
    pjl.read(Window(BytesSource(b"@PJL EOJ\n")))
    assert pjl.settings().copies is None


def test_what_is_no_pjl():
    for data in (b"", b"@PJ", b"@PJLX SET COPIES=2\n", b"\x1bE", b"PJL SET COPIES=2\n"):
        window = Window(BytesSource(data))
        assert Pjl().read(window) is None
        assert window.offset == 0


def test_lines_end_at_a_uel_and_at_the_end():
    window = Window(BytesSource(b"@PJL EOJ" + UEL + b"@PJL"))
    assert Pjl().read(window) == b"@PJL EOJ"
    assert window.take(len(UEL)) == UEL
    assert Pjl().read(window) == b"@PJL"
    with pytest.raises(DocumentRejected, match="no end"):
        Pjl().read(Window(BytesSource(b"@PJL COMMENT " + b"x" * 3_000_000)))


def test_data_that_a_command_brings_are_no_pjl():
    data = b"@PJL SET COPIES=9\r\n"
    window = Window(BytesSource(b'@PJL FSDOWNLOAD FORMAT:BINARY SIZE=%d NAME="0:\\x"\r\n' % len(data) + data + b"end"))
    pjl = Pjl()
    pjl.read(window)
    assert window.take(9) == b"end"
    assert pjl.settings().copies is None


def test_prescribe():
    pjl = Pjl()
    block = b"!R! RES; DUPX 2; COPY 3; EXIT;"
    window = Window(BytesSource(block + b"\x1bE"))
    assert pjl.prescribe(window) == block
    assert (pjl.settings().copies, pjl.settings().sides) == (3, "two-sided-short-edge")
    assert prescribed(block) == {"COPIES", "DUPLEX"}
    assert pjl.prescribe(window) is None
    assert Pjl().prescribe(Window(BytesSource(b"!R! is no end in sight"))) is None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"@PJL SET QTY=2\r\n", "QTY"),
        (b"@pjl default lparm:pcl copies=2", "COPIES"),
        (b"@PJL SET COLORMODE=MONO\n", "RENDERMODE"),
        (b"@PJL XCPT <sides>one-sided</sides>\n", "DUPLEX"),
        (b"@PJL ENTER LANGUAGE=PCL\n", "LANGUAGE"),
        (b"@PJL SET RESOLUTION=600\n", ""),
        (b"@PJL\n", ""),
    ],
)
def test_subject(line, name):
    assert subject(line) == name


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_garbage(lines):
    window = Window(BytesSource(b"".join(b"@PJL " + line + b"\n" for line in lines)))
    pjl = Pjl()
    try:
        while pjl.read(window) is not None or pjl.prescribe(window) is not None:
            assert pjl.settings().repeats >= 1
    except PdlError:
        return
