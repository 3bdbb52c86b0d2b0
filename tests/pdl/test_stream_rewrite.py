"""Job streams changed on their way: what is counted afterwards is what was wished."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl import stream, stream_write
from pdl.errors import DocumentRejected, PdlError
from pdl.inspect import inspect
from pdl.sandbox import Sandbox
from pdl.source import BytesSource
from pdl.stream_rewrite import Wishes, rewrite
from tests.pdl import documents
from tests.pdl.pclxl import UEL, Maker, pjl

MAKE = Maker()
XL = MAKE.stream(MAKE.page(), MAKE.page(MAKE.colored()), MAKE.page(copies=2))
BIG = Maker(">")
SIDES = ["one-sided", "two-sided-long-edge", "two-sided-short-edge"]


def rewritten(data, **wishes):
    """The new stream, and what could not be done."""
    parts = []
    given = {"copies": None, "sides": None, "monochrome": False, "page_ranges": ()} | wishes
    answer = stream_write.rewrite_stream(BytesSource(data), given, parts.append)
    return b"".join(parts), answer["undone"]


def counted(data):
    return [part["report"] for part in stream.count(BytesSource(data), {"pages": 1000}, None)["segments"]]


def figures(data):
    (report,) = counted(data)
    return report["pages"], report["impressions"], report["sheets"], report["copies"], report["sides"]


@pytest.mark.parametrize("data", [XL, XL + UEL, pjl(body=XL), pjl("SET COPIES=5", "SET DUPLEX=ON", body=XL), UEL + XL])
class TestPclXl:
    """Copies, sides, colour and pages of PCL XL, bare and in PJL."""

    def test_nothing_wished_nothing_changed(self, data):
        assert rewritten(data) == (data, {})

    def test_copies(self, data):
        out, undone = rewritten(data, copies=3)
        assert not undone
        assert figures(out)[:2] == (3, 9)
        assert figures(out)[3] == 3

    @pytest.mark.parametrize("sides", SIDES)
    def test_sides(self, data, sides):
        out, undone = rewritten(data, copies=1, sides=sides)
        assert not undone
        assert figures(out) == (3, 3, 3 if sides == "one-sided" else 2, 1, sides)

    def test_monochrome(self, data):
        out, undone = rewritten(data, monochrome=True)
        assert not undone
        assert counted(out)[0]["color_pages"] == []
        assert counted(data)[0]["color_pages"] == [[2, 2]]

    def test_page_ranges(self, data):
        out, undone = rewritten(data, copies=1, page_ranges=((2, 2),))
        assert not undone
        assert figures(out)[:3] == (1, 1, 1)
        assert counted(out)[0]["color_pages"] == [[1, 1]]

    def test_twice_is_once(self, data):
        wishes = {"copies": 2, "sides": "two-sided-long-edge", "monochrome": True}
        once, _ = rewritten(data, **wishes)
        assert figures(rewritten(once, **wishes)[0]) == figures(once)


def test_pages_left_out_leave_no_gaps():
    two = [MAKE.page(n37=MAKE.ubyte(2), n53=MAKE.ubyte(1), n54=MAKE.ubyte(number % 2)) for number in range(6)]
    out, _ = rewritten(MAKE.stream(*two), page_ranges=((2, 3), (5, 6)))
    assert figures(out) == (4, 4, 2, 1, "two-sided-long-edge")


def test_the_high_byte_first():
    data = BIG.stream(BIG.page(), BIG.page(BIG.colored(), copies=7), BIG.page(copies=0))
    out, undone = rewritten(pjl(body=data), copies=2, sides="two-sided-short-edge")
    assert not undone
    assert figures(out) == (2, 4, 2, 2, "two-sided-short-edge")


def test_what_is_not_touched_stays():
    image = MAKE.space() + MAKE.image(bytes(range(96)), 4, 8)
    page = MAKE.page(image + MAKE.text())
    out, _ = rewritten(MAKE.stream(page), copies=2)
    assert image + MAKE.text() in out


def test_pjl_lines_are_replaced_where_they_stood():
    lines = ("JOB", "SET QTY=4", "set copies = 4", "SET RESOLUTION=600", 'COMMENT "SET COPIES=4"', "SET DUPLEX=OFF")
    out, _ = rewritten(pjl(*lines, body=XL), copies=2, sides="two-sided-long-edge")
    head = out[: out.index(MAKE.head)].decode()
    assert head.splitlines() == [
        "\x1b%-12345X@PJL JOB", "@PJL SET RESOLUTION=600", '@PJL COMMENT "SET COPIES=4"', "@PJL SET COPIES=2",
        "@PJL SET DUPLEX=ON", "@PJL SET BINDING=LONGEDGE", "@PJL ENTER LANGUAGE=PCLXL",
    ]  # fmt: skip


def test_a_header_is_added():
    out, _ = rewritten(XL, monochrome=True)
    assert out.startswith(UEL + b"@PJL SET RENDERMODE=GRAYSCALE\r\n@PJL ENTER LANGUAGE=PCLXL\r\n)")
    assert out.endswith(UEL)


def test_each_language_is_told():
    data = pjl("SET COPIES=7", body=XL) + pjl("SET QTY=9", body=XL)
    out, undone = rewritten(data, copies=2)
    assert not undone
    assert [report["impressions"] for report in counted(out)] == [6, 6]


def test_what_cannot_be_done_is_said():
    postscript = b"%!PS\n<</NumCopies 3 /Duplex true>> setpagedevice showpage\n"
    wishes = {"copies": 2, "sides": "one-sided", "page_ranges": ((1, 1),)}
    assert set(rewritten(pjl(language="POSTSCRIPT", body=postscript), **wishes)[1]) == {
        "copies",
        "sides",
        "page-ranges",
    }
    assert set(rewritten(pjl(language="POSTSCRIPT", body=b"%!PS\nshowpage\n"), copies=2, sides="one-sided")[1]) == set()
    assert set(rewritten(pjl(language="QPDL", body=b"\1\2"), **wishes)[1]) == {"copies", "sides", "page-ranges"}
    assert set(rewritten(pjl(language="QPDL", body=b"\1\2"), monochrome=True)[1]) == {"print-color-mode"}
    assert set(rewritten(pjl(body=b"!R! COPY 2; EXIT;" + XL), copies=2)[1]) == {"copies"}
    name = {139: MAKE.name(b"a")}
    hidden = MAKE.stream(MAKE.op(0x5E, name), MAKE.page())
    assert set(rewritten(hidden, copies=2)[1]) == {"copies"}


def test_damage_is_refused():
    for data in (
        XL[:-30],
        pjl(body=XL[:-30], end=b""),
        MAKE.head + MAKE.session(b"\1"),
        MAKE.head + MAKE.session(b"D"),
    ):
        with pytest.raises(DocumentRejected):
            rewritten(data, copies=2)
    with pytest.raises(DocumentRejected, match="copies"):
        rewritten(XL, copies=0)


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(copies=2, sides="two-sided-short-edge"),
        Wishes(monochrome=True),
        Wishes(copies=4, sides="one-sided", monochrome=True),
    ],
)
def test_through_the_sandbox(wishes):
    data = pjl("SET QTY=3", "SET DUPLEX=ON", language="PDF", body=documents.pdf(3)) + pjl(body=XL)

    async def run():
        sandbox = Sandbox()
        await sandbox.start()
        parts = []

        async def sink(part):
            parts.append(part)

        done = await rewrite(BytesSource(data), sandbox, sink, wishes)
        report = await inspect(BytesSource(b"".join(parts)), sandbox)
        await sandbox.stop()
        return done, report

    done, report = asyncio.run(run())
    assert done.undone == {}
    assert report.pages == 6
    if wishes.copies:
        assert (report.copies, report.impressions, report.sides) == (wishes.copies, 6 * wishes.copies, wishes.sides)
        assert report.sheets == wishes.copies * (6 if wishes.sides == "one-sided" else 4)
    assert bool(report.color_pages) is not wishes.monochrome


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, 0, 1]), st.sampled_from([None, 0, 1])), max_size=6),
    st.sampled_from([None, 1, 3]),
    st.sampled_from([None, *SIDES]),
    st.sampled_from([(), ("SET COPIES=2",), ("SET DUPLEX=ON", "SET QTY=2")]),
    st.sampled_from("<>"),
)
def test_wished_figures_are_counted(pages, copies, sides, lines, order):
    make = Maker(order)
    bodies = []
    for number, mode, side in pages:
        begin = {"n37": make.ubyte(2)} | ({} if mode is None else {"n53": make.ubyte(mode)})
        begin |= {"n54": make.ubyte(side)} if side is not None and mode is not None else {}
        bodies.append(make.page(copies=number, **begin))
    data = pjl(*lines, body=make.stream(*bodies))
    out, undone = rewritten(data, copies=copies, sides=sides)
    assert not undone
    printed = sum(number > 0 for number, _, _ in pages)
    if not printed:
        assert counted(out) == []
        return
    before, after = counted(data)[0], counted(out)[0]
    assert after["pages"] == printed
    assert after["impressions"] == (printed * copies if copies else before["impressions"])
    if sides:
        assert after["sides"] == sides
        if copies:
            assert after["sheets"] == copies * (printed if sides == "one-sided" else -(-printed // 2))


class TestPcl:
    """PCL 5: its own copies and sides go before PJL's, and are changed."""

    PCL = b"\x1bE\x1b&l26a7x1Sone\x0c\x1b*b9W" + UEL + b"two\x0c\x1bE"

    @pytest.mark.parametrize("data", [PCL, PCL + UEL, pjl("SET COPIES=5", "SET DUPLEX=ON", language="PCL", body=PCL)])
    def test_copies_and_sides(self, data):
        for sides in SIDES:
            out, undone = rewritten(data, copies=2, sides=sides)
            assert not undone
            assert figures(out) == (2, 4, 4 if sides == "one-sided" else 2, 2, sides)

    def test_monochrome(self):
        red = b"\x1bE\x1b*r3U\x1b*v1Sred\x0c\x1bE"
        out, undone = rewritten(red, monochrome=True)
        assert not undone
        assert counted(red)[0]["color_pages"] == [[1, 1]]
        assert counted(out)[0]["color_pages"] == []
        assert red in out

    def test_page_ranges(self):
        assert set(rewritten(self.PCL, page_ranges=((1, 1),))[1]) == {"page-ranges"}

    def test_two_languages(self):
        data = pjl("SET COPIES=5", language="PCL", body=self.PCL) + pjl(body=XL)
        out, undone = rewritten(data, copies=3, sides="one-sided")
        assert not undone
        assert [(report["impressions"], report["sides"]) for report in counted(out)] == [(6, SIDES[0]), (9, SIDES[0])]


JOB = pjl("JOB", "SET COPIES=2", body=XL) + pjl(language="PCL", body=b"\x1bEone\x0c") + pjl("EOJ", language="")


@given(st.lists(st.tuples(st.integers(0, len(JOB) - 1), st.integers(0, 255)), max_size=6))
def test_mutations_are_rewritten_or_refused(changes):
    data = bytearray(JOB)
    for at, byte in changes:
        data[at] = byte
    try:
        rewritten(bytes(data), copies=2, sides="two-sided-long-edge", page_ranges=((1, 2),))
        assert rewritten(bytes(data))[0] == data
    except PdlError:
        return
