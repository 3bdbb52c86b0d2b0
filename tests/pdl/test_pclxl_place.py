"""Colour in PCL XL that is beside the page, clipped away, or painted over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl import pclxl_count
from pdl.errors import PdlError
from pdl.pclxl_place import Box
from pdl.source import BytesSource
from pdl.stream_defaults import Defaults
from pdl.window import Window
from tests.pdl import pclxl as xl
from tests.pdl.pclxl import Maker

MAKE = Maker()
RED = MAKE.space() + MAKE.brush(xl.RED)
GRAY = MAKE.space(1) + MAKE.op(xl.SET_BRUSH, {9: MAKE.ubyte(200)})
NO_PEN = MAKE.op(xl.SET_PEN, {5: MAKE.ubyte(0)})
# Letter at 600 dots an inch.
WIDTH, HEIGHT = 5100, 6600
ON, BESIDE = (100, 100, 500, 500), (WIDTH + 50, 100, WIDTH + 90, 500)


def color(body, **begin):
    """Whether the page has colour, and what is doubted of it."""
    pages = pclxl_count.pages(Window(BytesSource(MAKE.stream(MAKE.page(body, **begin)))), Defaults())
    page = next(pages)
    with pytest.raises(StopIteration) as end:
        next(pages)
    return page.color, end.value.value.color


def seen(body, **begin):
    found, doubt = color(body, **begin)
    assert not doubt
    return found


def data_source(order=1):
    return MAKE.op(0x48, {136: MAKE.ubyte(0), 130: MAKE.ubyte(order)})


def path(*points, kind=2, operator=xl.LINE_PATH):
    """A path from the first point; the rest as embedded data."""
    letters = "BbHh"[kind]
    import struct

    payload = b"".join(struct.pack(f"<{letters * 2}", *point) for point in points[1:])
    count = {77: MAKE.uint16(len(points) - 1), 80: MAKE.ubyte(kind)}
    start = MAKE.op(xl.NEW_PATH) + MAKE.op(xl.SET_CURSOR, {76: MAKE.xy(*points[0], kind=3)})
    return start + MAKE.op(operator, count) + MAKE.data(payload)


PAINT = MAKE.op(xl.PAINT_PATH)


def test_beside_the_page():
    assert seen(RED + MAKE.rectangle(ON))
    assert not seen(RED + NO_PEN + MAKE.rectangle(BESIDE))
    # Letter lies across: then it is on it.
    assert seen(RED + NO_PEN + MAKE.rectangle(BESIDE), n40=MAKE.ubyte(1), n37=MAKE.ubyte(0))
    # And Ledger is wider.
    assert seen(RED + NO_PEN + MAKE.rectangle(BESIDE), n40=MAKE.ubyte(0), n37=MAKE.ubyte(4))
    assert seen(RED + MAKE.rectangle(BESIDE) + MAKE.rectangle(ON))
    assert seen(RED + MAKE.rectangle(BESIDE) + MAKE.text())


def test_paths():
    source = data_source()
    on = path((10, 10), (400, 10), (400, 400))
    beside = path((10, 7000), (400, 7000), (400, 7400))
    assert seen(source + RED + on + PAINT)
    assert not seen(source + RED + beside + PAINT)
    assert not seen(source + RED + on + MAKE.op(xl.NEW_PATH) + PAINT)
    assert not seen(source + RED + PAINT)
    # From beside the page onto it, step by step.
    relative = path((10, 7000), (0, -100), (0, -400), kind=3, operator=0x9D)
    assert seen(source + RED + relative + PAINT)
    curve = path((10, 7000), (0, -800), (5, -900), (9, -10), kind=3, operator=0x95)
    assert seen(source + RED + curve + PAINT)
    # A path begun before the brush is taken up is known all the same.
    assert not seen(source + GRAY + beside + RED + PAINT)
    wide = MAKE.op(0x7A, {75: MAKE.uint16(1000)}) + MAKE.space() + MAKE.pen(xl.RED)
    assert seen(source + wide + beside + PAINT)


def test_byte_order_of_points():
    import struct

    start = MAKE.op(xl.NEW_PATH) + MAKE.op(xl.SET_CURSOR, {76: MAKE.xy(0, 7000)})
    line = MAKE.op(xl.LINE_PATH, {77: MAKE.uint16(1), 80: MAKE.ubyte(2)}) + MAKE.data(struct.pack(">HH", 3, 7001))
    assert not seen(data_source(0) + RED + NO_PEN + start + line + PAINT)


def test_clipping():
    corner = MAKE.op(xl.SET_CLIP_RECTANGLE, {83: MAKE.ubyte(0), 66: MAKE.box(3000, 3000, 4000, 4000)})
    outside = MAKE.op(xl.SET_CLIP_RECTANGLE, {83: MAKE.ubyte(1), 66: MAKE.box(0, 0, 600, 600)})
    page = MAKE.op(0x69)
    assert not seen(corner + RED + MAKE.rectangle(ON))
    assert seen(corner + page + RED + MAKE.rectangle(ON))
    assert seen(corner + RED + MAKE.rectangle((2900, 2900, 3100, 3100)))
    assert not seen(MAKE.op(xl.PUSH_GS) + corner + RED + MAKE.rectangle(ON) + MAKE.op(xl.POP_GS))
    assert seen(MAKE.op(xl.PUSH_GS) + corner + MAKE.op(xl.POP_GS) + RED + MAKE.rectangle(ON))
    # What lies outside of a shape is not known so closely; one thing that is surely seen is enough.
    found, doubt = color(outside + RED + MAKE.rectangle((1000, 1000, 1100, 1100)))
    assert found
    assert "shape" in doubt
    assert seen(outside + RED + MAKE.rectangle((1000, 1000, 1100, 1100)) + page + MAKE.rectangle(ON))
    assert not seen(outside + RED + MAKE.rectangle(BESIDE))
    many = outside + RED + MAKE.rectangle((1000, 1000, 1100, 1100)) * 500
    assert "shape" in color(many)[1]
    source = data_source()
    replaced = path((3000, 3000), (4000, 3000), (4000, 4000), (3000, 4000)) + MAKE.op(0x62, {83: MAKE.ubyte(0)})
    met = path((0, 0), (100, 0), (100, 100)) + MAKE.op(0x67, {83: MAKE.ubyte(0)})
    assert not seen(source + replaced + RED + MAKE.rectangle(ON))
    assert not seen(source + replaced + met + RED + MAKE.rectangle((3000, 3000, 3100, 3100)))


def test_coordinates():
    origin = MAKE.op(xl.SET_PAGE_ORIGIN, {42: MAKE.xy(6000, 0)})
    back = MAKE.op(0x74)
    assert not seen(origin + RED + NO_PEN + MAKE.rectangle(ON))
    assert seen(origin + back + RED + MAKE.rectangle(ON))
    double = MAKE.op(xl.SET_PAGE_SCALE, {43: MAKE.xy(20, 20)})
    assert not seen(double + RED + NO_PEN + MAKE.rectangle((300, 300, 400, 400)))
    tenths = MAKE.op(xl.SET_PAGE_SCALE, {134: MAKE.ubyte(1), 137: MAKE.xy(1, 1)})
    assert seen(tenths + RED + NO_PEN + MAKE.rectangle((200, 200, 210, 210)))
    assert not seen(tenths + RED + NO_PEN + MAKE.rectangle((220, 200, 230, 210)))
    quarter = MAKE.op(0x76, {41: MAKE.value(3, 90)})
    assert not seen(quarter + RED + NO_PEN + MAKE.rectangle(ON))
    down = MAKE.op(xl.SET_PAGE_ORIGIN, {42: MAKE.xy(0, 1000)})
    assert seen(down + quarter + RED + NO_PEN + MAKE.rectangle(ON))


def test_text_and_pictures():
    pixels = bytes(xl.RED) * 4 + bytes(4)
    assert seen(RED + MAKE.text())
    assert not seen(RED + MAKE.text(x=300, y=9000))
    picture = MAKE.space() + MAKE.image(pixels, 2, 2)
    assert seen(picture)
    assert not seen(MAKE.space() + MAKE.image(pixels, 2, 2, at=(300, 6700)))
    found, doubt = color(MAKE.space() + MAKE.image(pixels, 2, 2, at=(300, 6500)))
    assert found
    assert "cut off" in doubt


class TestPaintedOver:
    """One thing in colour beneath a gray rectangle is seen no more; of several, some may."""

    cover = GRAY + MAKE.rectangle((50, 50, 550, 550))

    def test_it_is_hidden(self):
        assert not seen(RED + NO_PEN + MAKE.rectangle(ON) + self.cover)
        assert seen(RED + NO_PEN + MAKE.rectangle(ON) + self.cover + RED + MAKE.rectangle(ON))

    @pytest.mark.parametrize(
        "between",
        [
            GRAY + MAKE.rectangle((150, 50, 550, 550)),
            MAKE.space() + MAKE.op(xl.SET_BRUSH, {4: MAKE.ubyte(0)}) + MAKE.rectangle((50, 50, 550, 550)),
            GRAY + MAKE.op(xl.SET_ROP, {44: MAKE.ubyte(0x88)}) + MAKE.rectangle((50, 50, 550, 550)),
            MAKE.op(xl.SET_CLIP_RECTANGLE, {83: MAKE.ubyte(0), 66: MAKE.box(200, 200, 900, 900)}) + cover,
            MAKE.op(xl.SET_CLIP_RECTANGLE, {83: MAKE.ubyte(1), 66: MAKE.box(200, 200, 300, 300)}) + cover,
            MAKE.op(0x76, {41: MAKE.value(3, 90)}) + cover,
            RED + MAKE.rectangle((900, 900, 950, 950)) + cover,
            MAKE.space() + MAKE.image(bytes(16), 2, 2, at=(900, 900)) + cover,
        ],
    )
    def test_it_is_not(self, between):
        assert seen(RED + NO_PEN + MAKE.rectangle(ON) + between)


def test_a_page_is_read_closely_in_a_stream_too():
    name = {139: MAKE.name(b"a")}
    payload = MAKE.head + RED + NO_PEN + MAKE.rectangle(BESIDE)
    define = (
        MAKE.op(xl.BEGIN_STREAM, name)
        + MAKE.op(xl.READ_STREAM, {140: MAKE.value(2, len(payload))})
        + MAKE.data(payload)
        + MAKE.op(xl.END_STREAM)
    )
    assert not seen(define + MAKE.op(xl.EXEC_STREAM, name))
    assert seen(define + MAKE.op(xl.EXEC_STREAM, name) + MAKE.rectangle(ON))


coordinates = st.integers(0, 9000)
boxes = st.tuples(coordinates, coordinates, coordinates, coordinates)


@given(boxes, boxes)
def test_boxes(one, other):
    one, other = (Box(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in (one, other))
    met = one.meet(other)
    joined = one.join(other)
    assert joined.covers(one)
    assert joined.covers(other)
    assert one.covers(other) is (joined == one)
    if met is not None:
        assert one.covers(met)
        assert other.covers(met)
    elif one.area and other.area:
        shared = (
            max(0, min(one.right, other.right) - max(one.left, other.left)),
            max(0, min(one.bottom, other.bottom) - max(one.top, other.top)),
        )
        assert 0 in shared


@given(
    st.lists(st.tuples(st.sampled_from([*range(0x48, 0x4A), *range(0x60, 0xBA)]), st.binary(max_size=12)), max_size=25)
)
def test_any_operators_with_any_attributes(operators):
    names = bytes((41, 42, 43, 66, 69, 75, 76, 77, 80, 83, 103, 166))
    body = RED + MAKE.rectangle(BESIDE)
    for operator, given_bytes in operators:
        attributes = {
            names[byte % len(names)]: (
                MAKE.xy(byte, 7 * byte), MAKE.box(byte, 0, 9, byte), MAKE.ubyte(byte), MAKE.value(5, (byte * 1e36, float("nan"), float("inf"))[byte % 3]),
            )[byte % 4]
            for byte in given_bytes
        }  # fmt: skip
        body += MAKE.op(operator, attributes)
    try:
        color(body)
    except PdlError:
        return
