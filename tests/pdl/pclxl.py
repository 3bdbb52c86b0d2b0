"""PCL XL made for the tests, token by token."""

import struct

UEL = b"\x1b%-12345X"
LETTERS = "BHIhif"
BEGIN_SESSION, END_SESSION, BEGIN_PAGE, END_PAGE = 0x41, 0x42, 0x43, 0x44
VENDOR_UNIQUE, COMMENT = 0x46, 0x47
BEGIN_STREAM, READ_STREAM, END_STREAM, EXEC_STREAM = 0x5B, 0x5C, 0x5D, 0x5E
POP_GS, PUSH_GS, SET_BRUSH, SET_CLIP_RECTANGLE, SET_SPACE, SET_CURSOR = 0x60, 0x61, 0x63, 0x68, 0x6A, 0x6B
SET_PAGE_ORIGIN, SET_PAGE_SCALE, SET_PEN, SET_ROP = 0x75, 0x77, 0x79, 0x7B
SET_CLIP_REPLACE, NEW_PATH, PAINT_PATH, LINE_PATH, RECTANGLE, TEXT = 0x62, 0x85, 0x86, 0x9B, 0xA0, 0xA8
BEGIN_IMAGE, READ_IMAGE, END_IMAGE, BEGIN_PATTERN, READ_PATTERN, END_PATTERN = range(0xB0, 0xB6)
PASS_THROUGH = 0xBF
RED, BLUE, GRAYISH = (255, 0, 0), (0, 0, 200), (100, 105, 110)


class Maker:
    """Writes tokens in one byte order ('<' or '>')."""

    def __init__(self, order="<"):
        self.order = order
        self.head = (b")" if order == "<" else b"(") + b" HP-PCL XL;2;1;Comment made for a test\n"

    def value(self, kind, *numbers, shape=0xC0):
        return bytes((shape + kind,)) + struct.pack(self.order + LETTERS[kind] * len(numbers), *numbers)

    def ubyte(self, number):
        return self.value(0, number)

    def uint16(self, number):
        return self.value(1, number)

    def xy(self, x, y, kind=1):
        return self.value(kind, x, y, shape=0xD0)

    def box(self, *numbers):
        return self.value(1, *numbers, shape=0xE0)

    def array(self, kind, numbers):
        body = struct.pack(self.order + LETTERS[kind] * len(numbers), *numbers)
        return bytes((0xC8 + kind,)) + self.uint16(len(numbers)) + body

    def name(self, text):
        return self.array(0, text)

    def op(self, operator, attributes=None):
        pairs = b"".join(value + b"\xf8" + bytes((number,)) for number, value in (attributes or {}).items())
        return pairs + bytes((operator,))

    def data(self, payload):
        if len(payload) < 256:
            return b"\xfb" + bytes((len(payload),)) + payload
        return b"\xfa" + struct.pack(self.order + "I", len(payload)) + payload

    # Whole parts

    def session(self, *pages, end=True):
        start = self.op(BEGIN_SESSION, {137: self.xy(600, 600), 134: self.ubyte(0), 143: self.ubyte(3)})
        return start + b"".join(pages) + (self.op(END_SESSION) if end else b"")

    def stream(self, *pages, **options):
        return self.head + self.session(*pages, **options)

    def page(self, body=b"", copies=None, **begin):
        """`begin` by attribute number as n37=..., in place of Letter's."""
        attributes = {int(key[1:]): value for key, value in begin.items()} or {40: self.ubyte(0), 37: self.ubyte(0)}
        end = {} if copies is None else {49: self.uint16(copies)}
        return self.op(BEGIN_PAGE, attributes) + body + self.op(END_PAGE, end)

    def space(self, number=2, palette=None):
        more = {} if palette is None else {2: self.ubyte(2), 6: self.name(palette)}
        return self.op(SET_SPACE, {3: self.ubyte(number)} | more)

    def brush(self, color):
        return self.op(SET_BRUSH, {11: self.array(0, color)})

    def pen(self, color):
        return self.op(SET_PEN, {11: self.array(0, color)})

    def rectangle(self, box=(100, 100, 500, 500)):
        return self.op(RECTANGLE, {66: self.box(*box)})

    def text(self, x=300, y=300):
        return self.op(SET_CURSOR, {76: self.xy(x, y)}) + self.op(TEXT, {171: self.name(b"abc")})

    def colored(self, color=RED, box=(100, 100, 500, 500)):
        return self.space() + self.brush(color) + self.rectangle(box)

    def image(self, rows, width, height, mapping=0, depth=2, mode=0, at=(300, 300), size=(600, 600), **more):
        begin = {
            100: self.ubyte(mapping), 98: self.ubyte(depth), 108: self.uint16(width), 107: self.uint16(height),
            103: self.xy(*size),
        }  # fmt: skip
        read = {109: self.uint16(0), 99: self.uint16(height), 101: self.ubyte(mode)} | {
            int(key[1:]): value for key, value in more.items()
        }
        return (
            self.op(SET_CURSOR, {76: self.xy(*at)})
            + self.op(BEGIN_IMAGE, begin)
            + self.op(READ_IMAGE, read)
            + self.data(rows)
            + self.op(END_IMAGE)
        )


def pjl(*lines, language="PCLXL", body=b"", end=UEL):
    """A job: UEL, lines of PJL, ENTER LANGUAGE, the body, UEL."""
    said = [f"@PJL {line}\r\n" for line in (*lines, *([f"ENTER LANGUAGE={language}"] if language else []))]
    return UEL + "".join(said).encode() + body + end
