"""PCL XL: pages, copies, sides, sheets of paper, and what is painted in colour."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pdl import pclxl_count
from pdl.errors import DocumentRejected, LimitReached, PdlError
from pdl.pclxl_rows import DeltaRows, expand
from pdl.source import BytesSource
from pdl.stream_defaults import Defaults
from pdl.tally import Tally
from pdl.window import Window
from tests.pdl import pclxl as xl
from tests.pdl.pclxl import Maker

LITTLE = Maker()


def count(data, **defaults):
    """Tally, doubts, and where the reader stopped."""
    window = Window(BytesSource(data))
    tally = Tally(1000)
    pages = pclxl_count.pages(window, Defaults(**defaults))
    while True:
        try:
            tally.add(next(pages))
        except StopIteration as end:
            return tally, end.value, window.offset


def colors(*bodies, make=LITTLE):
    """The pages in colour, and those of which it cannot be told."""
    tally, _, _ = count(make.stream(*(make.page(body) for body in bodies)))
    assert tally.pages == len(bodies)
    return tally.color, tally.unknown


def sheets(tally):
    return tally.report("x").sheets


@pytest.mark.parametrize("make", [Maker("<"), Maker(">")], ids=["little", "big"])
def test_both_byte_orders(make):
    gray = make.space(1) + make.rectangle() + make.text()
    data = make.stream(make.page(gray), make.page(make.colored(), copies=3), make.page(make.image(bytes(48), 4, 4)))
    tally, doubts, end = count(data + xl.UEL)
    assert (tally.pages, tally.impressions, tally.color, tally.unknown) == (3, 5, [2], [])
    assert [(run.pages, run.media.name) for run in tally.media] == [(3, "na_letter_8.5x11in")]
    assert end == len(data)
    assert not any((doubts.pages, doubts.color, doubts.sides, doubts.media))


def test_brother_s_header_and_ascii():
    tally, _, _ = count(b") BROTHER XL2HB;1;0;\n" + LITTLE.session(LITTLE.page()))
    assert tally.pages == 1
    with pytest.raises(DocumentRejected, match="ASCII"):
        count(b"' HP-PCL XL;2;1;\nBeginSession")


def test_copies():
    make = LITTLE
    tally, _, _ = count(make.stream(make.page(), make.page(copies=0), make.page(copies=4)), copies=2)
    assert (tally.pages, tally.impressions, tally.copies) == (2, 6, 4)


def test_a_page_of_no_copies_still_counts_for_nothing_else():
    tally, _, _ = count(LITTLE.stream(LITTLE.page(LITTLE.colored(), copies=0)))
    assert (tally.pages, tally.color) == (0, [])


class TestSides:
    """Simplex and duplex persist, fronts and backs are as they say."""

    make = LITTLE

    def sheets_of(self, *sides, mode=1, **defaults):
        make = self.make
        pages = [
            make.page(n37=make.ubyte(2), n53=make.ubyte(mode), **({} if side is None else {"n54": make.ubyte(side)}))
            for side in sides
        ]
        tally, doubts, _ = count(make.stream(*pages), **defaults)
        return sheets(tally), tally.sides, bool(doubts.sides)

    def test_modes_persist_and_begin_anew_with_the_session(self):
        make = self.make
        plain = make.page(n37=make.ubyte(2))
        two = make.page(n37=make.ubyte(2), n53=make.ubyte(0))
        one = make.page(n37=make.ubyte(2), n52=make.ubyte(0))
        tally, _, _ = count(make.stream(two, plain, plain, one, plain))
        assert (tally.sides, sheets(tally)) == ("two-sided-short-edge", 4)
        tally, _, _ = count(make.head + make.session(two, plain) + make.session(plain, plain))
        assert sheets(tally) == 3

    def test_long_edge_and_what_pjl_says(self):
        assert self.sheets_of(None, None, None) == (2, "two-sided-long-edge", False)
        tally, _, _ = count(LITTLE.stream(LITTLE.page(), LITTLE.page()), sides="two-sided-short-edge")
        assert (sheets(tally), tally.sides) == (1, "two-sided-short-edge")

    def test_fronts_and_backs(self):
        assert self.sheets_of(0, 1, 0, 1) == (2, "two-sided-long-edge", False)
        assert self.sheets_of(0, 1, 0, 0, 1)[0] == 3
        assert self.sheets_of(1, 1)[0] == 2

    def test_a_driver_that_calls_all_of_them_fronts(self):
        assert self.sheets_of(0, 0, 0) == (2, "two-sided-long-edge", True)


@pytest.mark.parametrize(
    ("begin", "name"),
    [
        ({"n37": LITTLE.ubyte(0)}, "na_letter_8.5x11in"),
        ({"n37": LITTLE.ubyte(2)}, "iso_a4_210x297mm"),
        ({"n37": LITTLE.ubyte(5)}, "iso_a3_297x420mm"),
        ({"n37": LITTLE.ubyte(16)}, "iso_a5_148x210mm"),
        ({"n37": LITTLE.ubyte(11)}, "jis_b5_182x257mm"),
        ({"n37": LITTLE.ubyte(96)}, "na_legal_8.5x14in"),
        ({"n37": LITTLE.name(b"ISOA4")}, "iso_a4_210x297mm"),
        ({"n37": LITTLE.name(b"LETTER\0")}, "na_letter_8.5x11in"),
        ({"n37": LITTLE.name(b"JIS B4")}, "jis_b4_257x364mm"),
        ({"n47": LITTLE.xy(2970, 4200), "n48": LITTLE.ubyte(2)}, "iso_a3_297x420mm"),
        ({"n47": LITTLE.xy(8.5, 14.0, 5), "n48": LITTLE.ubyte(0)}, "na_legal_8.5x14in"),
        ({"n47": LITTLE.xy(148, 210), "n48": LITTLE.ubyte(1)}, "iso_a5_148x210mm"),
        ({"n40": LITTLE.ubyte(1)}, "na_legal_8.5x14in"),
    ],
)
def test_paper(begin, name):
    from pdl.paper_names import paper

    tally, doubts, _ = count(LITTLE.stream(LITTLE.page(**begin)), media=paper("LEGAL"))
    assert tally.media[0].media.name == name
    assert not doubts.media


def test_paper_persists_and_unknown_paper_is_said():
    a4, plain = LITTLE.page(n37=LITTLE.ubyte(2)), LITTLE.page(n40=LITTLE.ubyte(0))
    tally, _, _ = count(LITTLE.stream(a4, plain))
    assert [(run.pages, run.media.name) for run in tally.media] == [(2, "iso_a4_210x297mm")]
    for size in (LITTLE.ubyte(150), LITTLE.name(b"PAPYRUS"), LITTLE.array(5, (1.0,))):
        _, doubts, _ = count(LITTLE.stream(LITTLE.page(n37=size)))
        assert doubts.media


class TestColor:
    """Only what is painted, with what it is painted with."""

    make = LITTLE

    def test_brush_and_pen(self):
        make = self.make
        gray = make.op(xl.SET_BRUSH, {9: make.ubyte(90)})
        null = make.op(xl.SET_BRUSH, {4: make.ubyte(0)})
        assert colors(
            make.colored(),
            make.space() + make.brush(xl.RED),  # set, and not used
            make.colored(xl.GRAYISH),
            make.space() + make.pen(xl.BLUE) + make.rectangle(),
            make.space() + make.brush(xl.RED) + null + make.rectangle(),
            make.space(1) + gray + make.rectangle(),
            make.space() + make.op(xl.SET_BRUSH, {11: make.array(5, (0.0, 1.0, 0.0))}) + make.text(),
            make.space(6) + make.op(xl.SET_BRUSH, {14: make.array(0, xl.BLUE), 15: make.ubyte(2)}) + make.text(),
        ) == ([1, 4, 7, 8], [])

    def test_a_colour_used_after_its_space_was_left(self):
        make = self.make
        # The reference says that it turns black, printers leave it.
        tally, doubts, _ = count(
            make.stream(make.page(make.space() + make.brush(xl.RED) + make.space(1) + make.text()))
        )
        assert tally.color == [1]
        assert "colour space" in doubts.color
        again = make.space() + make.brush(xl.RED) + make.space() + make.brush(xl.RED) + make.text()
        assert not count(make.stream(make.page(again)))[1].color

    def test_the_graphics_state(self):
        make = self.make
        push, pop = make.op(xl.PUSH_GS), make.op(xl.POP_GS)
        red = make.space() + make.brush(xl.RED)
        assert colors(
            push + red + pop + make.rectangle(),
            red + push + make.op(xl.SET_BRUSH, {9: make.ubyte(0)}) + pop + make.rectangle(),
            pop + pop + make.rectangle(),
            red,
            make.rectangle(),  # nothing is left of the page before
        ) == ([2], [])
        with pytest.raises(DocumentRejected, match="without end"):
            count(make.stream(make.page(push * 20_000)))

    def test_a_space_that_is_not_known(self):
        make = self.make
        cmyk = make.space(8) + make.op(xl.SET_BRUSH, {14: make.array(0, (9, 9, 9, 9)), 15: make.ubyte(2)})
        assert colors(cmyk + make.rectangle(), make.space(8) + make.image(bytes(16), 4, 4)) == ([], [1, 2])

    def test_what_mixes_is_an_estimate(self):
        make = self.make
        rop = make.op(xl.SET_ROP, {44: make.ubyte(0x5A)})
        tally, doubts, _ = count(make.stream(make.page(make.space() + make.brush(xl.RED) + rop + make.rectangle())))
        assert tally.color == [1]
        assert "raster operation" in doubts.color
        nothing = make.op(xl.SET_ROP, {44: make.ubyte(0xAA)})
        assert colors(make.space() + make.brush(xl.RED) + nothing + make.rectangle()) == ([], [])

    def test_gray_by_pjl(self):
        make = self.make
        tally, _, _ = count(make.stream(make.page(make.colored()), make.page(make.space(8) + make.text())), gray=True)
        assert (tally.color, tally.unknown) == ([], [])


GRAY_ROWS = np.repeat(np.arange(0, 240, 3, dtype=np.uint8), 3).reshape(8, 10, 3)
RED_ROWS = GRAY_ROWS.copy()
RED_ROWS[5, 7] = (200, 20, 20)


def packed(rows, mode):
    """Rows of RGB as PCL XL packs them: 0 none, 1 RLE, 2 JPEG, 3 delta row."""
    if mode == 2:
        out = io.BytesIO()
        Image.fromarray(np.repeat(np.repeat(rows, 8, 0), 8, 1)).save(out, "JPEG", quality=95)
        return out.getvalue()
    padded = [row.tobytes().ljust(-(-row.size // 4) * 4, b"\0") for row in rows]
    if mode == 0:
        return b"".join(padded)
    if mode == 1:
        return b"".join(bytes((len(part) - 1,)) + part for row in padded for part in (row[:20], row[20:]))
    out, before = b"", bytes(rows[0].size)
    for row in rows:
        now = row.tobytes()
        commands = b"".join(
            bytes(((len(now[at : at + 8]) - 1) << 5,)) + now[at : at + 8] for at in range(0, len(now), 8)
        )
        out += struct.pack("<H", 0) if now == before else struct.pack("<H", len(commands)) + commands
        before = now
    return out


class TestPictures:
    """Rows are unpacked and looked at, however they are packed."""

    make = LITTLE

    @pytest.mark.parametrize("mode", [0, 1, 2, 3])
    def test_packings(self, mode):
        scale = 8 if mode == 2 else 1
        pages = [
            self.make.space() + self.make.image(packed(rows, mode), 10 * scale, 8 * scale, mode=mode)
            for rows in (GRAY_ROWS, RED_ROWS)
        ]
        assert colors(*pages) == ([2], [])
        # Under gray nothing of them is in colour.
        gray = self.make.space(1) + self.make.image(packed(RED_ROWS, mode), 10 * scale, 8 * scale, mode=mode)
        assert colors(gray) == ([], [])

    def test_blocks(self):
        make = self.make
        data = packed(RED_ROWS, 0)
        blocks = b"".join(
            make.op(xl.READ_IMAGE, {109: make.uint16(row), 99: make.uint16(1), 101: make.ubyte(0)})
            + make.data(data[row * 32 : row * 32 + 32])
            for row in range(8)
        )
        begin = {100: make.ubyte(0), 98: make.ubyte(2), 108: make.uint16(10), 107: make.uint16(8), 103: make.xy(9, 9)}
        assert colors(make.space() + make.op(xl.BEGIN_IMAGE, begin) + blocks + make.op(xl.END_IMAGE)) == ([1], [])

    def test_padding_is_not_looked_at(self):
        make = self.make
        rows = b"".join(row.tobytes() + b"\xff\x00" for row in GRAY_ROWS)
        assert colors(make.space() + make.image(rows, 10, 8)) == ([], [])
        unpadded = make.space() + make.image(RED_ROWS.tobytes(), 10, 8, n110=make.ubyte(1))
        assert colors(unpadded) == ([1], [])

    @pytest.mark.parametrize(("depth", "entries"), [(0, 2), (1, 16), (2, 256)])
    def test_palettes(self, depth, entries):
        make = self.make
        palette = bytearray(bytes(level for index in range(entries) for level in [index * 255 // (entries - 1)] * 3))
        palette[3:6] = bytes(xl.RED)
        used, unused = b"\x01\0\0\0" * 2, b"\0\0\0\0" * 2
        if depth == 0:
            used = b"\x40\0\0\0" * 2  # the second pixel
        space = make.space(2, bytes(palette))
        width = 2 if depth == 0 else 4
        # The coloured entry must be used by a pixel, not by the padding.
        padding = b"\0\0\0\xff" * 2 if depth < 2 else unused
        assert colors(
            space + make.image(used if depth != 1 else b"\0\x01\0\0" * 2, width, 2, mapping=1, depth=depth),
            space + make.image(unused, width, 2, mapping=1, depth=depth),
            space + make.image(padding, width, 2, mapping=1, depth=depth),
        ) == ([1], [])

    def test_four_and_one_bit(self):
        make = self.make
        gray, red = b"\x88\x84\x44\x00" * 2, b"\x88\x84\xf4\x00" * 2
        assert colors(
            make.space() + make.image(gray, 2, 2, depth=1), make.space() + make.image(red, 2, 2, depth=1)
        ) == ([2], [])
        assert colors(
            make.space() + make.image(b"\xe0\0\0\0", 1, 1, depth=0),
            make.space() + make.image(b"\xc0\0\0\0", 1, 1, depth=0),
        ) == ([2], [])

    def test_what_cannot_be_unpacked_is_unknown(self):
        make = self.make
        assert colors(
            make.space() + make.image(bytes(16), 4, 4, mode=9),
            make.space(1) + make.image(bytes(16), 4, 4, mode=9),
            make.space() + make.image(b"\xff\xd8\xff\xe0broken", 4, 4, mode=2),
        ) == ([], [1, 3])
        with pytest.raises(DocumentRejected, match="picture"):
            count(make.stream(make.page(make.image(b"", 0, 4))))

    def test_patterns(self):
        make = self.make

        def pattern(rows, number, persistence):
            begin = {
                100: make.ubyte(0), 98: make.ubyte(2), 108: make.uint16(10), 107: make.uint16(8), 103: make.xy(9, 9),
                105: make.value(3, number), 104: make.ubyte(persistence),
            }  # fmt: skip
            read = {109: make.uint16(0), 99: make.uint16(8), 101: make.ubyte(0)}
            return (
                make.space()
                + make.op(xl.BEGIN_PATTERN, begin)
                + make.op(xl.READ_PATTERN, read)
                + make.data(packed(rows, 0))
                + make.op(xl.END_PATTERN)
            )

        def use(number):
            return make.op(xl.SET_BRUSH, {8: make.value(3, number)}) + make.rectangle()

        assert colors(
            pattern(RED_ROWS, 7, 2) + pattern(RED_ROWS, 8, 1) + pattern(GRAY_ROWS, 9, 2),
            use(7),
            use(8),  # it was the first page's
            use(9),
            make.colored() + pattern(RED_ROWS, 10, 2),
            use(10),
        ) == ([2, 5, 6], [3])


class TestRows:
    """Unpacking by itself."""

    def test_runs(self):
        assert b"".join(expand(b"\x02abc\xfed\x80\x00e", 4)) == b"abcddde"
        assert [len(part) for part in expand(b"\x81x" * 10, 500)] == [500, 500, 280]

    def test_differences(self):
        rows = DeltaRows(6)
        # Three bytes at 1, then the same row again, then one at 4.
        data = b"\x04\0\x41abc\0\0\x02\0\x04z"
        assert [bytes(row) for row in rows.unpack(data, 3)] == [b"\0abc\0\0", b"\0abcz\0"]

    def test_long_offsets_and_too_much(self):
        rows = DeltaRows(400)
        data = b"\x05\0\x1f\xff\x03\x00z" + b"\x04\0\xff\xff\xff\x01"
        (row, again) = (bytes(row) for row in rows.unpack(data, 2))
        assert len(row) == len(again) == 400

    @given(st.binary(max_size=300), st.integers(1, 50), st.integers(0, 20))
    def test_anything(self, data, length, height):
        for row in DeltaRows(length).unpack(data, height):
            assert len(row) == length
        parts = list(expand(data, length))
        assert all(len(part) == length for part in parts[:-1])


class TestStreams:
    """Streams that a document defines and calls, vendors' operators, PCL 5 within."""

    make = LITTLE

    def defined(self, name, body):
        make = self.make
        name = {139: make.name(name)}
        payload = make.head + body
        length = {140: make.value(2, len(payload))}
        return (
            make.op(xl.BEGIN_STREAM, name)
            + make.op(xl.READ_STREAM, length)
            + make.data(payload)
            + make.op(xl.END_STREAM)
        )

    def call(self, name):
        return self.make.op(xl.EXEC_STREAM, {139: self.make.name(name)})

    def test_a_stream_is_executed(self):
        make = self.make
        data = make.stream(
            self.defined(b"red", make.colored()) + make.page(self.call(b"red")), make.page(self.call(b"blue"))
        )
        tally, doubts, _ = count(data)
        assert (tally.pages, tally.color, tally.unknown) == (2, [1], [2])
        assert "not in the document" in doubts.color

    def test_streams_end(self):
        make = self.make
        for body in (self.call(b"a"), self.call(b"a") * 50):
            with pytest.raises(LimitReached, match="without end"):
                count(make.stream(self.defined(b"a", body) + make.page(self.call(b"a"))))

    def test_vendors_data_are_passed_over(self):
        make = self.make
        payload = b"\x43\x44\x1b%-12345X\x42"
        attributes = {145: make.value(2, 1), 146: make.value(2, len(payload))}
        plain = make.op(xl.VENDOR_UNIQUE, attributes) + payload
        tagged = make.op(xl.VENDOR_UNIQUE, attributes) + b"\xfa" + struct.pack("<I", len(payload)) + payload
        tally, _, end = count(data := make.stream(make.page(plain + tagged), make.page()))
        assert (tally.pages, end) == (2, len(data))

    def test_embedded_data_are_passed_over(self):
        make = self.make
        trap = make.op(0x50, {167: make.uint16(9)}) + make.data(xl.UEL) + make.op(0x50) + make.data(b"C" * 300)
        tally, _, end = count(data := make.stream(make.page(trap)))
        assert (tally.pages, end) == (1, len(data))

    def test_pcl5_within(self):
        make = self.make

        def passed(data):
            return make.op(xl.PASS_THROUGH) + make.data(data)

        tally, doubts, _ = count(make.stream(make.page(passed(b"\x1b*r3U\x1b*v1S") + passed(b"red")), make.page()))
        assert (tally.pages, tally.color) == (2, [1])
        assert doubts.color
        assert not doubts.pages
        _, doubts, _ = count(make.stream(make.page(passed(b"a\fb\f"))))
        assert doubts.pages


class TestEnds:
    """Where a stream ends, and what is none."""

    make = LITTLE

    def test_sessions_and_streams_in_a_row(self):
        make = self.make
        data = make.stream(make.page()) + b"\r\n" + make.stream(make.page()) + make.session(make.page())
        tally, _, end = count(data + b"\x1bE")
        assert (tally.pages, end) == (3, len(data))

    def test_a_header_of_the_other_order(self):
        big = Maker(">")
        tally, _, _ = count(self.make.stream(self.make.page()) + big.stream(big.page(big.colored())))
        assert (tally.pages, tally.color) == (2, [2])

    @pytest.mark.parametrize("make", [Maker("<"), Maker(">")], ids=["little", "big"])
    def test_every_cut_within_a_page_is_noticed(self, make):
        first = make.stream(make.page(), end=False)
        page = make.page(make.colored() + make.image(bytes(48), 4, 4))
        for end in range(1, len(page)):
            with pytest.raises(DocumentRejected, match=r"incomplete|damaged"):
                count((first + page)[: len(first) + end])

    def test_without_end_of_session_it_is_an_estimate(self):
        tally, doubts, _ = count(self.make.stream(self.make.page(), end=False))
        assert tally.pages == 1
        assert doubts.pages

    @pytest.mark.parametrize(
        "body",
        [
            b"\x01",
            b"\xce",
            b"\x1bE",
            b"\xf8\x25",
            b"\xc0\x01\x43",
            LITTLE.page() + b"\x44",
            LITTLE.op(xl.BEGIN_PAGE) * 2,
            LITTLE.op(xl.BEGIN_PAGE) + LITTLE.op(xl.BEGIN_SESSION) + LITTLE.colored(),
            b"\xc8\xc4\x01",
            b"\xc8\xc2\xff\xff\xff\x7f",
            b"\xc0\x01\xf8\x25" * 300 + b"\x43",
        ],
    )
    def test_damage_is_refused(self, body):
        with pytest.raises(DocumentRejected, match=r"damaged|incomplete"):
            count(self.make.head + self.make.session(body))

    def test_a_uel_within_a_page(self):
        with pytest.raises(DocumentRejected, match="incomplete"):
            count(self.make.head + self.make.session(self.make.op(xl.BEGIN_PAGE) + xl.UEL))


WHOLE = LITTLE.stream(
    LITTLE.page(LITTLE.colored() + LITTLE.text()),
    LITTLE.page(LITTLE.space() + LITTLE.image(packed(RED_ROWS, 3), 10, 8, mode=3), copies=2),
)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=8))
def test_mutations_are_counted_or_refused(changes):
    data = bytearray(WHOLE)
    for at, byte in changes:
        data[at] = byte
    try:
        tally, _, end = count(bytes(data))
    except PdlError:
        return
    assert tally.pages <= 4
    assert end <= len(data)


@given(st.binary(max_size=400))
def test_random_tokens(data):
    try:
        count(LITTLE.head + data)
    except PdlError:
        return


@given(
    st.lists(st.sampled_from(["gray", "red", "image"]), min_size=1, max_size=6),
    st.integers(1, 40),
    st.sampled_from("<>"),
)
def test_windows_of_any_size_agree(kinds, chunk, order):
    make = Maker(order)
    bodies = {
        "gray": make.text() * 5 + make.rectangle(),
        "red": make.colored() + make.text() * 3,
        "image": make.space() + make.image(RED_ROWS.tobytes(), 10, 8, n110=make.ubyte(1)),
    }
    data = make.stream(*(make.page(bodies[kind]) for kind in kinds)) + xl.UEL

    class Slow(BytesSource):
        def pread(self, offset, length):
            return super().pread(offset, min(length, chunk))

    window = Window(Slow(data))
    found = list(pclxl_count.pages(window, Defaults()))
    assert [page.color for page in found] == [kind != "gray" for kind in kinds]
    assert window.offset == len(data) - len(xl.UEL)
