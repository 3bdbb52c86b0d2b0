"""How a stamp looks on a sheet of a given size: the content of forms that cover the sheet."""

import math
from dataclasses import replace
from typing import NamedTuple

from pdl.placement import Matrix, Size
from pdl.stamp import Color, Stamp
from pdl.stamp_ink import Ink, at, clean, qr_code, qr_modules, text_at

MARGIN = 20.0  # what printers cannot print on at the edges, and a little
MARGIN_SHARE = 0.06  # of the shorter side, for labels
LINE_HEIGHT = 1.25  # of the size
DESCENT = 0.24  # of the size, below the base line
HALO = 0.22  # width of the line around letters, of the size
WRAPPED_LINES = 3  # that one line of text may take
MODULE = 1.2  # points of a module of a QR code: what a telephone reads from 300 dpi
DIAGONAL_SHARE = 0.72  # of the diagonal, for the longest line
LARGEST_SHARE = 0.16  # of the shorter side, for the letters of a diagonal
HATCH = 3.0  # points from line to line
SPREAD = 0.2  # points by which printers draw lines wider than they are


class Drawn(NamedTuple):
    """What was drawn: the letters, which may be thinned, and the code, which must not be."""

    letters: bytes
    code: bytes


class _Block(NamedTuple):
    """Lines and code side by side, in a box at the origin."""

    drawn: Drawn
    width: float
    height: float


def draw(ink: Ink, stamp: Stamp, size: Size, *, hatched: bool) -> Drawn:
    """Draw the stamp on a page of `size`; `hatched` thins its letters by lines instead of by opacity."""
    lines = [line for line in map(clean, stamp.text) if line]
    if stamp.corner != "diagonal":
        return _in_corner(ink, stamp, lines, size, hatched=hatched)
    code = _in_corner(ink, replace(stamp, corner="bottom-right"), [], size, hatched=hatched).code
    return Drawn(_diagonal(ink, stamp, lines, size, hatched=hatched), code)


def _in_corner(ink: Ink, stamp: Stamp, lines: list[str], size: Size, *, hatched: bool) -> Drawn:
    margin = min(MARGIN, MARGIN_SHARE * min(size))
    standing = stamp.corner in {"left", "right"}
    room = (size[1] if standing else size[0]) - 2 * margin, (size[0] if standing else size[1]) - 2 * margin
    block = _block(ink, stamp, lines, room[0], hatched=hatched)
    factor = min(1.0, room[0] / max(block.width, 1.0), room[1] / max(block.height, 1.0))
    width, height = block.width * factor, block.height * factor
    across, up = (height, width) if standing else (width, height)
    x = _along(stamp.corner, "left", "right", size[0], across, margin)
    y = _along(stamp.corner, "bottom", "top", size[1], up, margin)
    # At the sides it reads upwards.
    matrix: Matrix = (0, factor, -factor, 0, x + across, y) if standing else (factor, 0, 0, factor, x, y)
    return Drawn(*(at(matrix, content) if content else b"" for content in block.drawn))


def _along(corner: str, near: str, far: str, length: float, taken: float, margin: float) -> float:
    if near in corner:
        return margin
    return length - margin - taken if far in corner else (length - taken) / 2


def _block(ink: Ink, stamp: Stamp, lines: list[str], room: float, *, hatched: bool) -> _Block:
    """Set lines no wider than `room`, and the code beside them, nearest to the edge."""
    side = qr_modules(stamp.qr) * MODULE if stamp.qr else 0.0
    gap = stamp.size * 0.6 if side and lines else 0.0
    most = max(stamp.size * 8, room - side - gap)
    # A title of many words goes on in a next line; smaller letters would not be read.
    parts = [part for line in lines for part in ink.wrapped(line, most, stamp.size, WRAPPED_LINES)]
    widths = [ink.width(part, stamp.size) for part in parts]
    width, high = max(widths, default=0.0), len(parts) * stamp.size * LINE_HEIGHT
    height = max(high, side)
    code_left = "right" not in stamp.corner
    shift = side + gap if code_left else 0.0
    foot = _in_height(stamp.corner, height - high)
    shown = []
    for index, (part, length) in enumerate(zip(parts, widths, strict=True), 1):
        y = foot + high - index * stamp.size * LINE_HEIGHT + DESCENT * stamp.size
        shown.append((shift + _indent(stamp.corner, width - length), y, ink.show(part, stamp.size)))
    letters = _lettered(stamp, shown, (shift, foot, shift + width, foot + high), hatched=hatched) if shown else b""
    code_at = 0.0 if code_left else width + gap, _in_height(stamp.corner, height - side)
    code = at((1, 0, 0, 1, *code_at), qr_code(stamp.qr, side)) if side else b""
    return _Block(Drawn(letters, code), width + gap + side, height)


def _indent(corner: str, left_over: float) -> float:
    if "right" in corner:
        return left_over
    return 0.0 if "left" in corner else left_over / 2


def _in_height(corner: str, left_over: float) -> float:
    if "bottom" in corner:
        return 0.0
    return left_over if "top" in corner else left_over / 2


def _lettered(
    stamp: Stamp, shown: list[tuple[float, float, bytes]], box: tuple[float, float, float, float], *, hatched: bool
) -> bytes:
    """Letters of the stamp's colour, in a line of the opposite: they are read on pictures too."""
    if hatched and stamp.opacity < 1:
        return _hatched(stamp, shown, box)
    around = 1.0 if 0.3 * stamp.color[0] + 0.6 * stamp.color[1] + 0.1 * stamp.color[2] < 0.6 else 0.0
    halo = b"".join(text_at(x, y, text, 1) + b"\n" for x, y, text in shown)
    letters = b"\n".join(text_at(x, y, text) for x, y, text in shown)
    line = b"%.3f w 1 j %.3f G\n" % (HALO * stamp.size, around)
    return b"q " + line + halo + _fill(stamp.color) + letters + b" Q"


def _hatched(stamp: Stamp, shown: list[tuple[float, float, bytes]], box: tuple[float, float, float, float]) -> bytes:
    """Letters of thin lines: page languages without opacity would be sent as one picture for each page."""
    letters = b" ".join(b"%.3f %.3f Td %s %.3f %.3f Td" % (x, y, text, -x, -y) for x, y, text in shown)
    x0, y0, x1, y1 = box
    rows = math.ceil((y1 - y0) / HATCH)
    lines = b" ".join(b"%.2f %.2f m %.2f %.2f l" % (x0, y0 + row * HATCH, x1, y0 + row * HATCH) for row in range(rows))
    width = max(0.1, HATCH * stamp.opacity - SPREAD)
    return b"q BT 7 Tr %s ET %.3f w %s%s S Q" % (letters, width, _stroke(stamp.color), lines)


def _diagonal(ink: Ink, stamp: Stamp, lines: list[str], size: Size, *, hatched: bool) -> bytes:
    """Large letters from the lower left to the upper right."""
    if not lines:
        return b""
    longest = max(ink.width(line, 1.0) for line in lines)
    letters = min(
        DIAGONAL_SHARE * math.hypot(*size) / max(longest, 0.1),
        LARGEST_SHARE * min(size),
        min(size) * 0.5 / (len(lines) * LINE_HEIGHT),
    )
    angle = math.atan2(size[1], size[0])
    along, across = math.cos(angle), math.sin(angle)
    pitch = letters * LINE_HEIGHT
    y = len(lines) * pitch / 2
    half = longest * letters / 2
    shown = []
    for line in lines:
        y -= pitch
        shown.append((-ink.width(line, letters) / 2, y + DESCENT * letters, ink.show(line, letters)))
    box = -half, -len(lines) * pitch / 2, half, len(lines) * pitch / 2
    if hatched and stamp.opacity < 1:
        content = _hatched(stamp, shown, box)
    else:
        content = _fill(stamp.color) + b"\n".join(text_at(x, y, text) for x, y, text in shown)
    return at((along, across, -across, along, size[0] / 2, size[1] / 2), content)


def _fill(color: Color) -> bytes:
    # Gray said as gray: a page must not become a colour page by its stamp.
    return b"%.3f g " % color[0] if len(set(color)) == 1 else b"%.3f %.3f %.3f rg " % color


def _stroke(color: Color) -> bytes:
    return b"%.3f G " % color[0] if len(set(color)) == 1 else b"%.3f %.3f %.3f RG " % color
