"""A reader of PCL XL 2.0 streams, from HP's "PCL XL Feature Reference": which operators there are, with what attributes."""

import struct
from dataclasses import dataclass, field

HEAD = b") HP-PCL XL;"
UEL = 0x1B
BEGIN_SESSION, BEGIN_PAGE, END_PAGE, SET_COLOR_SPACE, RECTANGLE_PATH = 0x41, 0x43, 0x44, 0x6A, 0xA0
COLOR_SPACE, MEDIA_SIZE, PAGE_COPIES, DUPLEX_MODE, BOUNDING_BOX, UNITS_PER_MEASURE = 3, 37, 49, 53, 66, 137
SHEETS = {1: (279, 216), 2: (210, 297), 16: (148, 210)}
"""MediaSize: millimetres of eA4Paper and eA5Paper; others do not come up here."""
GRAY = 1

# Tags of values: ubyte, uint16, uint32, sint16, sint32, real32; plain, array, pair and box.
_FORMATS = "BHIhif"
_PLAIN, _ARRAY, _PAIR, _BOX = 0xC0, 0xC8, 0xD0, 0xE0


@dataclass
class Page:
    """One page: its size in millimetres, and what was drawn on it."""

    size: tuple[int, int]
    dpi: int
    two_sided: bool
    rectangles: list = field(default_factory=list)
    colored: bool = False
    copies: int = 1


def operators(data):
    """Each operator with the attributes before it, to the end of the stream."""
    position = data.index(b"\n", data.index(HEAD)) + 1
    attributes, value = {}, None
    while data[position] != UEL:
        tag, position = data[position], position + 1
        if tag >= _PLAIN and tag < 0xF0:
            value, position = _value(data, tag, position)
        elif tag == 0xF8:
            attributes[data[position]] = value
            position += 1
        elif tag == 0xFA:
            position += 4 + struct.unpack_from("<I", data, position)[0]
        elif tag == 0xFB:
            position += 1 + data[position]
        elif tag > 0x20:
            yield tag, attributes
            attributes = {}


def _value(data, tag, position):
    kind = tag & 0xF8 if tag < _PAIR else tag & 0xF0
    form = _FORMATS[tag - kind]
    count = {_PLAIN: 1, _PAIR: 2, _BOX: 4}.get(kind)
    if count is None:  # an array says its own length, in a byte or in two
        wide = data[position] == 0xC1
        count = struct.unpack_from("<H" if wide else "<B", data, position + 1)[0]
        position += 3 if wide else 2
    layout = f"<{count}{form}"
    found = struct.unpack_from(layout, data, position)
    return (found[0] if kind == _PLAIN else found), position + struct.calcsize(layout)


def pages(data):
    """The pages of a stream."""
    found, dpi = [], 0
    for operator, attributes in operators(data):
        if operator == BEGIN_SESSION:
            dpi = attributes[UNITS_PER_MEASURE][0]
        elif operator == BEGIN_PAGE:
            found.append(Page(SHEETS[attributes[MEDIA_SIZE]], dpi, DUPLEX_MODE in attributes))
        elif operator == SET_COLOR_SPACE:
            found[-1].colored |= attributes[COLOR_SPACE] != GRAY
        elif operator == RECTANGLE_PATH:
            found[-1].rectangles.append(attributes[BOUNDING_BOX])
        elif operator == END_PAGE:
            found[-1].copies = attributes.get(PAGE_COPIES, 1)
    return found
