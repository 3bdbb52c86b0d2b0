"""PCL 5 is counted as a printer would print it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.errors import PdlError
from pdl.media import media_for
from pdl.pcl5.count import pages, plots
from pdl.source import BytesSource
from pdl.stream_defaults import Defaults
from pdl.tally import Tally
from pdl.window import Window

UEL = b"\x1b%-12345X"
A4 = media_for(21000, 29700)


def printed(data, defaults=Defaults(), count=pages):
    window = Window(BytesSource(data))
    found = list(count(window, defaults))
    return found, window


def number(data, **settings):
    return len(printed(data, Defaults(**settings))[0])


def doubts(data):
    steps = pages(Window(BytesSource(data)), Defaults())
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def lines(count):
    return b"".join(b"line %d\r\n" % at for at in range(count))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 0),
        (b"\x1bE\x1b&l26A\x1bE", 0),
        (b"\x1bEhello", 1),
        (b"\x1bE   \x1bE", 0),
        # A set of 7 bits (ISO 4) has nothing on the upper codes, one of 8 (Latin 1) has.
        (b"\x1bE\x1b(1E\xc4\xd6\xdc\x1bE", 0),
        (b"\x1bE\x1b(1E\x1b&p2X\xc4\xd6\x1bE", 0),
        (b"\x1bE\x1b(0N\xc4\xd6\xdc\x1bE", 1),
        (b"\x1bE\x1b(1E\xc4#\x1bE", 1),
        (b"\x1bEhello\x0c\x1bE", 1),
        (b"\x1bE\x0c\x0c", 2),
        (b"one\x1bEtwo\x1bE", 2),
        (b"one\x1b&l1Htwo", 2),
        (b"one\x1b&l26Atwo\x1b&l2Athree", 3),
        (b"one\x1b&l1Otwo\x1b&l1Othree", 2),
        (b"one\x1b&l1Stwo\x1b&a1Gthree", 3),
        (b"\x1b*c100a100b0P\x1bE", 1),
        (b"\x1b*c0a100b0P\x1bE", 0),
        (b"\x1b*r1A\x1b*b1W\xff\x1b*rB\x1bE", 1),
        (b"\x1b*b5Y\x1bE", 0),
        (b"\x1b&p4X\x0c\x0c\x1bE\x1bE", 1),
        (b"\x1b)s9W\x0c\x0c\x0c\x1bEabcd\x1bE", 0),
        (b"\x1b*c4W\x0c\x1bEx\x0c", 1),
        (b"\x1b(f8W\x0c\x0c\x0c\x0c\x0c\x0c\x0c\x0c", 0),
        (b"\x1bYa\x0cb\x1bZ\x0c", 1),
    ],
)
def test_when_a_page_is_ejected(data, expected):
    assert number(data) == expected


@pytest.mark.parametrize(
    ("setup", "fitting"),
    [
        (b"", 60),
        (b"\x1b&l26A", 64),
        (b"\x1b&l3A", 78),
        (b"\x1b&l1O", 45),
        (b"\x1b&l26a1O", 43),
        (b"\x1b&l8D", 80),
        (b"\x1b&l6C", 80),
        (b"\x1b&l40F", 40),
        (b"\x1b&l0L", 63),
        (b"\x1b&l10e0F", 53),
    ],
)
def test_how_many_lines_a_page_holds(setup, fitting):
    assert number(b"\x1bE" + setup + lines(fitting)) == number(b"\x1bE" + setup + lines(fitting)[:-1]) == 1
    assert number(b"\x1bE" + setup + lines(fitting + 1)) == 2


def test_a_long_listing():
    assert number(lines(6000)) == 100


def test_a_listing_of_lines_that_wrap():
    data = b"x" * 81 + b"\r\n"
    assert number(b"\x1b&s0C" + data * 30) == 1
    assert number(b"\x1b&s0C" + data * 31) == 2
    assert number(b"\x1b&s1C" + data * 31) == 1


def test_line_ends_as_unix_writes_them():
    assert number(b"\x1b&k2G" + b"text\n" * 61) == 2


def test_moves_of_the_cursor_eject_only_by_rows():
    assert number(b"\x1b*p9000Yx\x1b*p+9000Y\x1b&a+9000V") == 0
    assert number(b"x\x1b*p9000Y\x1b&a9000V\x1b&a90R") == 1
    assert number(b"x\x1b&a+70Ry") == 2
    assert number(b"x" + b"\x1b=" * 121) == 1


def test_pictures_are_not_read_as_commands():
    row = b"\x0c\x1bE" + UEL + b"\x1b&l9X"
    data = b"\x1bE\x1b*r1A" + (b"\x1b*b%dW" % len(row) + row) * 50 + b"\x1b*rB\x0c"
    found, _ = printed(data)
    assert [page.copies for page in found] == [1]


def test_a_picture_moves_the_cursor():
    picture = b"\x1b*t75R\x1b*r1A" + b"\x1b*b1W\xff" * 375 + b"\x1b*rB"
    assert number(picture + lines(30)) == 1
    assert number(picture + lines(31)) == 2


def test_rows_that_follow_without_an_escape():
    assert number(b"\x1b*t300R\x1b*r1A\x1b*b3m70Y3v\x0c\x0c\x0c2w\x0c\x0c\x1b*rC\x0c") == 1


def test_copies_sides_and_media():
    found, _ = printed(b"\x1bE\x1b&l26a2x1s0o1Hone\x0ctwo\x0c")
    assert [(page.copies, page.sides, page.media) for page in found] == [(2, "two-sided-long-edge", A4)] * 2
    found, _ = printed(b"\x1b&l3Xone\x1bEtwo", Defaults(2, "two-sided-short-edge", A4))
    assert [page.copies for page in found] == [3, 2]
    assert {page.sides for page in found} == {"two-sided-short-edge"}
    assert {page.media for page in found} == {A4}


def test_sheets():
    tally = Tally(100)
    tally.extend(printed(b"\x1bE\x1b&l1Sa\x0cb\x0cc\x0c\x1b&a1Gd\x0c\x1b&l26Ae\x0c\x1b&l0Sf")[0])
    report = tally.report("application/vnd.hp-PCL")
    assert (report.pages, report.sheets) == (6, 5)


def test_a_sheet_of_any_size():
    found, _ = printed(b"\x1b&f3600i5040J\x1b&l101Ax")
    assert (found[0].media.width, found[0].media.height) == (12700, 17780)


def test_stops_at_the_end_of_the_language():
    data = b"\x1bEtext" + UEL + b"@PJL EOJ\r\n\x0c\x0c"
    found, window = printed(data)
    assert len(found) == 1
    assert window.peek(9) == UEL


class TestMacros:
    FORM = b"\x1b&f7y0X" + b"form\x0c" + b"\x1b&f1X"

    def test_are_carried_out_when_called(self):
        assert number(self.FORM) == 0
        assert number(self.FORM + b"\x1b&f7y2X\x1b&f7y3X") == 2

    def test_are_laid_over_each_page(self):
        assert number(b"\x1b&f7y0Xform\x1b&f1X\x1b&f7y4Xone\x0ctwo\x0c\x0c") == 3

    def test_a_call_puts_settings_back(self):
        found, _ = printed(b"\x1b&f1y0X\x1b&l5X\x1b&f1X\x1b&f1y3Xa\x0c\x1b&f1y2Xb")
        assert [page.copies for page in found] == [1, 5]

    def test_data_within_are_passed_over(self):
        assert number(b"\x1b&f1y0X\x1b*b6W\x1b&f1Xx\x0c\x1b&f1X\x1b&f2X\x0c") == 2

    def test_temporary_ones_are_gone_after_a_reset(self):
        assert number(self.FORM + b"\x1bE\x1b&f7y2X") == 0
        assert number(self.FORM + b"\x1b&f10X\x1bE\x1b&f7y2X") == 1

    def test_that_call_themselves_end(self):
        assert number(b"\x1b&f1y0X\x0c\x1b&f1y2X\x1b&f1y2X\x1b&f1X\x1b&f1y2X") == 7

    def test_too_much_work_is_refused(self):
        big = b"\x1b&f1y0X" + b" " * 3_000_000 + b"\x1b&f1X\x1b&f2y0X" + b"\x1b&f1y2X" * 500 + b"\x1b&f1X\x1b&f2y2X"
        with pytest.raises(PdlError, match="more work"):
            number(big)

    def test_too_large_ones_are_refused(self):
        with pytest.raises(PdlError, match="memory"):
            number(b"\x1b&f1y0X" + b" " * 17_000_000)


class TestColour:
    def colors(self, data, **settings):
        return [page.color for page in printed(data, Defaults(**settings))[0]]

    def test_of_text(self):
        assert self.colors(b"a\x0c\x1b*r3U\x1b*v1Sb\x0c\x1b*v0Sc\x0c\x1b*v7Sd\x0c") == [False, True, False, False]
        assert self.colors(b"\x1b*r-3U\x1b*v1Sa\x1bEb") == [True, False]

    def test_of_a_palette_made_by_the_document(self):
        palette = b"\x1b*v6W\x00\x01\x08\x08\x08\x08"
        assert self.colors(palette + b"\x1b*v90a90b90c3I\x1b*v3Sa") == [False]
        assert self.colors(palette + b"\x1b*v90a90b200c3I\x1b*v3Sa") == [True]

    def test_printers_that_make_gray_of_all(self):
        assert self.colors(b"\x1b*r3U\x1b*v1Sb", gray=True) == [False]
        assert self.colors(b"\x1b&b1M\x1b*r3U\x1b*v1Sb") == [False]

    def test_of_rows_of_pixels(self):
        start = b"\x1b*v6W\x00\x03\x08\x08\x08\x08\x1b*t300R\x1b*r90S\x1b*r1A"
        gray = b"\x1b*b270W" + bytes((90, 90, 90)) * 90
        red = b"\x1b*b270W" + bytes((200, 90, 90)) * 90
        assert self.colors(start + gray * 40 + b"\x1b*rC\x0c" + start + red * 40 + b"\x1b*rC\x0c") == [False, True]

    def test_of_planes(self):
        def page(*planes):
            row = b"".join(b"\x1b*b8%c" % (b"W" if at == 3 else b"V") + plane * 8 for at, plane in enumerate(planes))
            return b"\x1b*t300R\x1b*r-4U\x1b*r64S\x1b*r1A" + row * 64 + b"\x1b*rC\x0c"

        none, full, half, other = b"\0", b"\xff", b"\xaa", b"\x55"
        assert self.colors(page(full, none, none, none)) == [False]
        assert self.colors(page(none, full, full, full)) == [False]
        assert self.colors(page(none, full, none, none)) == [True]
        # Dots that make gray together, and dots beneath black.
        assert self.colors(page(none, half, other, half)) == [False]
        assert self.colors(page(full, full, none, none)) == [False]

    def test_rows_that_cannot_be_read_are_no_guess(self):
        data = b"\x1b*v6W\x00\x03\x08\x08\x08\x08\x1b*r1A\x1b*b99m4Wabcd\x1b*rC\x0c"
        assert self.colors(data) == [None]
        assert "99" in doubts(data).color


class TestPlots:
    def test_end_where_a_plotter_ends_them(self):
        assert number(b"IN;SP1;PA0,0;PD100,100;PU;PG;PD200,200;PG;PG;") == 2
        assert number(b"\x1b%-1BIN;SP1;PU;PA0,0;PD100,100;\x1bE") == 1
        assert number(b"IN;SP1;PU100,100;") == 0

    def test_are_part_of_the_page_within_pcl(self):
        assert number(b"\x1bE\x1b%0BIN;SP1;PD9,9;PG;PD8,8;\x1b%0Atext\x0c") == 1

    def test_labels_are_text(self):
        assert number(b"\x1bE\x1b%0BINSP1;LBa\x0cb\x03DT*;LBx\x0cPG;*PG\x1b%0A\x0c") == 1

    def test_colour_is_that_of_the_pen(self):
        def color(drawing):
            return [page.color for page in printed(b"IN;" + drawing)[0]]

        assert color(b"SP1;PD9,9;") == [False]
        assert color(b"SP2;PD9,9;") == [True]
        assert color(b"SP2;PU9,9;SP1;PD1,1;") == [False]
        assert color(b"PC1,255,0,0;SP1;PD9,9;") == [True]
        assert color(b"PC2,80,80,80;SP2;PD9,9;") == [False]

    def test_size(self):
        found, _ = printed(b"BP5,1;IN;PS16000,11000;SP1;PD9,9;PG;")
        assert (found[0].media.width, found[0].media.height) == (40000, 27500)

    def test_a_plot_around_which_stands_pcl(self):
        assert len(printed(b"\x1bE\x1b%0BIN;SP1;PD9,9;PG;PD8,8;PG;\x1b%0A\x1bE", count=plots)[0]) == 2


def test_a_document_that_ends_within_a_command_is_in_doubt():
    assert doubts(b"a\x0c").pages == ""
    assert doubts(b"\x1b*b900Wabc").pages


def test_text_that_goes_on_at_the_pen_is_in_doubt():
    assert doubts(b"\x1b%0BSP1;\x1b%1Atext").pages
    assert doubts(b"\x1b%1BSP1;PD9,9;\x1b%1Atext").pages
    assert doubts(b"\x1b%1BSP1;\x1b%1Atext").pages == ""
    assert doubts(b"\x1b%0BSP1;PD9,9;\x1b%0Atext").pages == ""


SNIPPETS = st.sampled_from(
    [
        b"\x1bE", b"\x1b&l26A", b"\x1b&l1O", b"text\r\n", b"\x0c", b"\x1b*r1A", b"\x1b*b3m5Wabcde", b"\x1b*v6W\0\1\3\1\1\1",
        b"\x1b*r-4U", b"\x1b*b2V\xff\xff", b"\x1b*b9M", b"\x1b*b10M", b"\x1b*b5M", b"\x1b*rC", b"\x1b&f1y0X", b"\x1b&f1X",
        b"\x1b&f1y2X", b"\x1b&f1y4X", b"\x1b%0B", b"IN;SP2;PD1,2;", b"LBx\x03", b"PE<=;", b"\x1b%0A", b"\x1b&a90P", b"\x1b&s0C",
        b"\x1b*g26W\2\4\2X\2X\0\2\1,\1,\0\4\1,\1,\0\4\1,\1,\0\4", b"\x1bY", b"\x1bZ", b"\x1b&n3W\4ab", b"\x1b*c8W\1\0\1\0\0\1\0\1", UEL,
    ]
)  # fmt: skip


@given(st.lists(st.one_of(SNIPPETS, st.binary(max_size=40)), max_size=30))
def test_anything_is_counted_or_refused(parts):
    data = b"".join(parts)
    try:
        found, window = printed(data)
    except PdlError:
        return
    assert window.offset == len(data) or data.startswith(UEL, window.offset)
    assert all(page.copies >= 1 for page in found)


@given(st.lists(SNIPPETS, max_size=12), st.integers(1, 60))
def test_it_does_not_matter_how_the_document_is_read(parts, size):
    data = b"".join(parts)

    class Slow(BytesSource):
        def pread(self, offset, length):
            return super().pread(offset, min(length, size))

    window = Window(Slow(data))
    assert list(pages(window, Defaults())) == printed(data)[0]


def test_defaults_are_values():
    assert replace(Defaults(), copies=2).copies == 2
