"""ESC/P and ESC/P 2, counted by what moves the paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl import escp
from pdl.errors import DocumentRejected, LimitReached, PdlError
from pdl.report import Report
from pdl.source import BytesSource

RESET = b"\x1b@"
GRAPHICS = RESET + b"\x1b(G\1\0\1" + b"\x1b(U\1\0\x0a"  # ESC/P 2, units of 1/360 inch
A4_LENGTH = b"\x1b(C\2\0\x72\x10"  # 4210 / 360 inch
BLACK, MAGENTA, CYAN, YELLOW = (b"\x1br" + bytes((number,)) for number in (0, 1, 2, 4))


def count(data, most=1000):
    arguments = {"format": "application/vnd.epson.escp", "pages": most}
    return Report.from_json(escp.count(BytesSource(data), arguments, None))


def names(report):
    return [media.name for media in report.media_of_pages()]


def columns(dots, mode=0):
    size = 3 if mode >= 32 else 1
    return b"\x1b*" + bytes((mode,)) + (len(dots) // size).to_bytes(2, "little") + dots


def row(dots, *, rows=1):
    """A raster row (ESC .) as it is."""
    width = len(dots) // rows * 8
    return b"\x1b.\0\x0a\x0a" + bytes((rows,)) + width.to_bytes(2, "little") + dots


def packed_row(packed, length):
    return b"\x1b.\1\x0a\x0a\1" + (length * 8).to_bytes(2, "little") + packed


class TestPages:
    """What ejects a page."""

    def test_form_feeds(self):
        report = count(RESET + b"one\f" + b"two\f")
        assert (report.pages, report.copies, report.sheets, report.sides) == (2, 1, 2, "one-sided")
        assert (report.confidence.pages, report.confidence.copies) == ("exact", "exact")

    def test_a_blank_page_is_ejected_too(self):
        assert count(RESET + b"one\f\f").pages == 2

    def test_the_rest_without_a_form_feed(self):
        assert count(RESET + b"one\f" + b"two").pages == 2
        assert count(RESET + b"one\f" + RESET + b"\r\n").pages == 1

    def test_form_feeds_within_pictures_are_dots(self):
        assert count(RESET + columns(b"\f" * 100) + b"\f").pages == 1
        assert count(RESET + columns(b"\f" * 99, mode=39) + b"\f").pages == 1
        assert count(RESET + b"\x1bL" + b"\x05\0" + b"\f" * 5 + b"\f").pages == 1
        assert count(RESET + b"\x1b^\0" + b"\x05\0" + b"\f" * 10 + b"\f").pages == 1
        assert count(GRAPHICS + row(b"\f" * 20, rows=2) + b"\f").pages == 1
        assert count(GRAPHICS + packed_row(b"\x02\f\f\f\xfe\f", 6) + b"\f").pages == 1

    def test_form_feeds_within_commands_are_numbers(self):
        assert count(RESET + b"\x1b3\f" + b"\x1bD\f\x14\0" + b"\x1b$\f\0" + b"\x1b(V\2\0\f\0" + b"one\f").pages == 1

    def test_raster_of_many_inks(self):
        picture = b"\x1bi\0\1\2" + b"\4\0\2\0" + b"\xfd\xff\xfd\f"
        assert count(GRAPHICS + picture + b"\f").pages == 1

    def test_printing_at_once_is_no_raster(self):
        assert count(RESET + b"\x1bi\1" + b"one\f").pages == 1

    def test_the_tiff_way_of_packing(self):
        picture = b"\x1b.\2\x0a\x0a\1\0\0" + b"\x80\x22\xff\f\x31\2\xff\f\x71\x02\xe2\xe3"
        assert count(GRAPHICS + picture + b"\f").pages == 1

    def test_settings_of_the_machine_are_stepped_over(self):
        remote = b"\x1b(R\x08\0\0REMOTE1PM\2\0\0\0SN\3\0\0\0\f\x1b\0\0\0"
        report = count(b"\0\0\0\x1b\x01@EJL 1284.4\n@EJL     \n" + RESET + remote + GRAPHICS + row(b"\xff") + b"\f")
        assert (report.pages, report.confidence.sides) == (1, "exact")

    def test_two_sides_set_in_the_machine_leave_the_sides_unknown(self):
        remote = b"\x1b(R\x08\0\0REMOTE1DP\2\0\0\1\x1b\0\0\0"
        assert count(RESET + remote + b"one\f").confidence.sides == "unknown"

    def test_the_page_limit(self):
        assert count(RESET + b"x\f" * 3, most=3).pages == 3
        with pytest.raises(LimitReached, match="more than 2 pages"):
            count(RESET + b"x\f" * 3, most=2)

    def test_a_document_of_nothing(self):
        with pytest.raises(DocumentRejected, match="no pages"):
            count(RESET)

    @pytest.mark.parametrize("cut", [columns(bytes(100))[:-1], GRAPHICS + row(bytes(9))[:-1], b"\x1b(V\2\0\1"])
    def test_a_cut_within_a_command_is_noticed(self, cut):
        with pytest.raises(DocumentRejected, match="incomplete"):
            count(RESET + b"one\f" + cut)


class TestLength:
    """Pages that are full before a form feed comes, and what they tell of the sheet."""

    def test_lines_beyond_the_page_length(self):
        report = count(RESET + b"\x1bC\x42" + b"line\r\n" * 100)
        assert (report.pages, report.confidence.pages) == (2, "estimated")
        assert "page length" in report.basis.pages

    def test_exactly_full_pages(self):
        assert count(RESET + b"\x1bC\x42" + b"line\r\n" * 66).pages == 1
        assert count(RESET + b"\x1bC\x42" + b"line\r\n" * 67).pages == 2

    def test_lines_nearer_to_each_other(self):
        assert count(RESET + b"\x1bC\0\x0b" + b"\x1b0" + b"line\r\n" * 88).pages == 1
        assert count(RESET + b"\x1bC\0\x0b" + b"\x1b0" + b"line\r\n" * 89).pages == 2

    def test_no_length_and_no_form_feed(self):
        report = count(RESET + b"line\r\n" * 140)
        assert (report.pages, report.confidence.pages) == (3, "estimated")

    def test_no_length_and_a_form_feed_on_a_longer_sheet(self):
        report = count(RESET + b"line\r\n" * 70 + b"\f")
        assert (report.pages, report.confidence.pages) == (1, "exact")

    def test_lengths_name_the_sheet(self):
        assert names(count(GRAPHICS + A4_LENGTH + row(b"\xff") + b"\f")) == ["iso_a4_210x297mm"]
        assert names(count(RESET + b"\x1bC\0\x0b" + b"one\f")) == ["na_letter_8.5x11in"]
        sheet = b"\x1b(S\x08\0" + (2976).to_bytes(4, "little") + (4210).to_bytes(4, "little")
        assert names(count(GRAPHICS + sheet + b"\f")) == ["iso_a4_210x297mm"]

    def test_a_document_that_does_not_say(self):
        report = count(RESET + b"one\f")
        assert (names(report), report.confidence.media) == (["unknown"], "unknown")

    def test_feeding_back_is_no_feed(self):
        back = b"\x1b(v\2\0\0\xff"
        data = GRAPHICS + A4_LENGTH + (b"\x1b(v\2\0\0\1" + row(b"\xff") + back) * 30 + b"\f"
        assert count(data).pages == 1


class TestColour:
    """Which inks a page takes."""

    def test_black_alone(self):
        report = count(GRAPHICS + BLACK + row(b"\xff" * 100) + CYAN + row(bytes(100)) + b"\f")
        assert (report.color_pages, report.confidence.color) == ((), "exact")

    def test_one_ink(self):
        report = count(GRAPHICS + row(b"\xff") + b"\f" + MAGENTA + row(b"\xff") + b"\f")
        assert (report.color_pages, report.confidence.color) == ((2,), "exact")

    def test_text_in_colour(self):
        assert count(RESET + CYAN + b"blue\f" + BLACK + b"black\f").color_pages == (1,)

    def test_a_reset_takes_the_colour_away(self):
        assert count(RESET + CYAN + RESET + b"black\f").color_pages == ()

    def test_gray_of_three_inks(self):
        gray = b"".join(ink + row(b"\x55" * 100) for ink in (CYAN, MAGENTA, YELLOW))
        report = count(GRAPHICS + gray + b"\f")
        assert (report.color_pages, report.confidence.color) == ((), "estimated")

    def test_as_much_of_three_inks_in_other_places(self):
        move = b"\x1b(v\2\0\x68\1"  # an inch
        colored = b"".join(ink + row(b"\x55" * 100) + move * 3 for ink in (CYAN, MAGENTA, YELLOW))
        report = count(GRAPHICS + colored + b"\f")
        assert (report.color_pages, report.confidence.color) == ((1,), "estimated")

    def test_inks_of_their_own(self):
        red = b"\x1bi\x47\0\1" + b"\1\0\1\0" + b"\xff"
        assert count(GRAPHICS + red + b"\f").color_pages == (1,)


def command(kind, name, data=b""):
    return b"\x1b" + kind + len(data).to_bytes(4, "little") + name + data


def escpr(*pages, mono=0, plane=0, duplex=b""):
    """Write ESC/P-R as Epson's driver does; a page is a list of rows, each packed pixels."""
    size = (2976).to_bytes(4, "big") + (4209).to_bytes(4, "big")
    out = RESET + b"\x1b(R\x08\0\0REMOTE1" + duplex + b"\x1b\0\0\0" + b"\x1b(R\x06\0\0ESCPR"
    out += command(b"q", b"setq", bytes((0, 1, mono, 0, 0, 0, plane, 0, 0)))
    out += command(b"j", b"setj", size + bytes(14))
    for rows in pages:
        out += command(b"p", b"sttp")
        for packed in rows:
            out += command(b"d", b"dsnd", bytes(4) + b"\1" + len(packed).to_bytes(2, "big") + packed)
        out += command(b"p", b"endp", b"\0")
    return out + command(b"j", b"endj") + RESET + b"\x1b(R\x08\0\0REMOTE1JE\1\0\0\x1b\0\0\0"


WHITE_ROW, GRAY_PIXELS, RED_PIXELS = b"\x80\xff\xff\xff", b"\x01\x80\x80\x80\x10\x10\x18", b"\x80\xff\0\0"
TWO_SIDED = b"DP\2\0\0\2"


class TestRasterLanguage:
    """ESC/P-R, whose commands carry their lengths."""

    def test_pages_colour_and_sheet(self):
        report = count(escpr([WHITE_ROW, GRAY_PIXELS], [GRAY_PIXELS, RED_PIXELS], [WHITE_ROW, b"\0\x0c\x1b\x0c"]))
        assert (report.pages, report.color_pages) == (3, (2,))
        assert (report.confidence.pages, report.confidence.color, report.sides) == ("exact", "exact", "one-sided")
        assert names(report) == ["iso_a4_210x297mm"] * 3

    def test_gray_by_setting(self):
        assert count(escpr([RED_PIXELS], mono=1)).color_pages == ()

    def test_a_palette_is_not_judged(self):
        report = count(escpr([RED_PIXELS], plane=1))
        assert (report.pages, report.confidence.color) == (1, "unknown")

    def test_two_sides_and_the_blank_back_of_the_last_sheet(self):
        report = count(escpr([GRAY_PIXELS], [GRAY_PIXELS], [GRAY_PIXELS], [b"\0\xff\xff\xff"], duplex=TWO_SIDED))
        assert (report.pages, report.sheets, report.sides) == (3, 2, "two-sided-long-edge")
        assert report.confidence.pages == "estimated"

    def test_a_blank_page_of_one_side_counts(self):
        assert count(escpr([GRAY_PIXELS], [])).pages == 2

    def test_every_cut_is_noticed(self):
        data = escpr([GRAY_PIXELS], [RED_PIXELS])
        end = data.index(b"endj")
        for cut in range(data.index(b"setq"), end + 4):
            with pytest.raises(DocumentRejected):
                count(data[:cut])
        assert count(data[: end + 4]).pages == 2


@given(st.lists(st.sampled_from([b"\x1b", b"(", b"*", b".", b"i", b"R", b"\f", b"\1", b"\0", b"C", b"A"]), max_size=60))
def test_commands_in_any_order(parts):
    try:
        assert count(GRAPHICS + b"".join(parts) + b"\f").pages >= 1
    except PdlError as fault:
        assert str(fault).endswith(".")


@given(st.binary(max_size=40), st.integers(0, 120))
def test_mutations_of_the_raster_language(junk, at):
    data = bytearray(escpr([GRAY_PIXELS], [RED_PIXELS]))
    data[at : at + len(junk)] = junk
    try:
        assert count(bytes(data)).pages >= 1
    except PdlError as fault:
        assert str(fault).endswith(".")


@given(st.binary(max_size=300))
def test_any_bytes(junk):
    try:
        assert count(RESET + junk).pages >= 1
    except PdlError as fault:
        assert str(fault).endswith(".")
