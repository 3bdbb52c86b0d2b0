"""Drawing text and QR codes into the content streams of one PDF. Lengths are points, origins the lower left corner."""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

import segno

from pdl.pdf_write import PdfWriter
from pdl.placement import Matrix, numbers
from pdl.stamp_fonts import FACES, Face, Style, face_for

QUIET_MODULES = 4  # ISO/IEC 18004 section 5.3.8: white around the code
ELLIPSIS = "\u2026"

_RIGHT_TO_LEFT = {"R", "AL"}
_FIGURES = {"EN", "AN", "ES", "CS"}


class Ink:
    """Sets text, and remembers the fonts and outlines that the pages of `writer` need."""

    def __init__(self, writer: PdfWriter) -> None:
        self._writer = writer
        self._numbers: dict[Face, int] = {}
        self._used: dict[Face, dict[int, str]] = {}

    @property
    def resources(self) -> str:
        """The fonts used so far, as entries of a resource dictionary."""
        fonts = " ".join(f"/F{number} {number} 0 R" for number in self._numbers.values())
        return f"/Font << {fonts} >>"

    def width(self, text: str, size: float, style: Style = "sans") -> float:
        """How wide the text is."""
        return size * sum(face.advance(glyph) for face, glyph, _ in _glyphs(text, style))

    def show(self, text: str, size: float, style: Style = "sans") -> bytes:
        """Show the text, inside BT and ET, and move past it."""
        out = []
        for face, run in groupby(_glyphs(_seen(text), style), key=lambda item: item[0]):
            if face not in self._numbers:
                self._numbers[face] = self._writer.reserve()
                self._used[face] = {}
            glyphs = []
            for _, glyph, character in run:
                self._used[face].setdefault(glyph, character)
                glyphs.append(glyph)
            out.append(b"/F%d %.3f Tf %s Tj" % (self._numbers[face], size, face.shown(glyphs)))
        return b" ".join(out)

    def wrapped(self, text: str, width: float, size: float, most: int, style: Style = "sans") -> list[str]:
        """Cut the text into at most `most` lines of `width`, between words where it can be; the rest is left out."""
        lines: list[str] = []
        left = " ".join(text.split())
        while left:
            taken = self._fitting(left, width, size, style)
            if taken < len(left) and len(lines) + 1 == most:
                shortened = self._fitting(left, width - self.width(ELLIPSIS, size, style), size, style)
                return [*lines, left[:shortened].rstrip() + ELLIPSIS]
            space = left.rfind(" ", 0, taken + 1)
            end = taken if taken == len(left) or space <= 0 else space
            lines.append(left[:end])
            left = left[end:].lstrip()
        return lines

    def finish(self) -> None:
        """Write the fonts that the pages refer to."""
        for face, number in self._numbers.items():
            face.write(self._writer, self._used[face], number)

    def _fitting(self, text: str, width: float, size: float, style: Style) -> int:
        """Count the characters that fit, at least one."""
        room = width / size
        for count, (face, glyph, _) in enumerate(_glyphs(text, style)):
            room -= face.advance(glyph)
            if room < 0:
                return max(1, count)
        return len(text)


def clean(text: str) -> str:
    """Make one line of what came from outside: no controls, letters and their marks in one where Unicode has that."""
    return "".join(
        " " if character.isspace() or not character.isprintable() else character
        for character in unicodedata.normalize("NFC", text)
    ).strip()


def at(matrix: Matrix, content: bytes) -> bytes:
    """Draw `content` moved by `matrix`."""
    return b"q %s cm %s Q" % (numbers(matrix).encode("ascii"), content)


def text_at(x: float, y: float, shown: bytes, mode: int = 0) -> bytes:
    """Draw text whose base line begins there; `mode` is a text rendering mode (ISO 32000 table 106)."""
    return b"BT %d Tr %.3f %.3f Td %s ET" % (mode, x, y, shown)


def qr_code(data: str, side: float) -> bytes:
    """Draw a QR code as black squares on white, `side` with its quiet zone, at the origin."""
    rows = [bytes(row) for row in segno.make(data, error="m", micro=False, boost_error=False).matrix]
    module = side / (len(rows) + 2 * QUIET_MODULES)
    squares = [b"1 g 0 0 %.3f %.3f re f 0 g" % (side, side)]
    for index, row in enumerate(rows):
        y = side - (QUIET_MODULES + index + 1) * module
        for start, end in _dark_runs(row):
            x = (QUIET_MODULES + start) * module
            squares.append(b"%.4f %.4f %.4f %.4f re" % (x, y, (end - start) * module, module))
    return b"\n".join([*squares, b"f"])


def qr_modules(data: str) -> int:
    """How many modules the code of `data` measures with its quiet zone."""
    return len(segno.make(data, error="m", micro=False, boost_error=False).matrix) + 2 * QUIET_MODULES


def _dark_runs(row: bytes) -> Iterator[tuple[int, int]]:
    position = 0
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            yield position, position + length
        position += length


def _glyphs(text: str, style: Style) -> Iterator[tuple[Face, int, str]]:
    faces = FACES[style]
    for character in text:
        face, glyph = face_for(character, faces)
        yield face, glyph, character


def _seen(text: str) -> str:
    """Put the text into the order in which it is seen: stretches of Hebrew and Arabic run to the left.

    The part of Unicode's bidirectional algorithm that names need: a line of Latin with stretches of the other.
    """
    kinds = [unicodedata.bidirectional(character) for character in text]
    if not _RIGHT_TO_LEFT.intersection(kinds):
        return text
    out, position = [], 0
    while position < len(text):
        if kinds[position] not in _RIGHT_TO_LEFT:
            out.append(text[position])
            position += 1
            continue
        end = last = position
        while end < len(text) and kinds[end] != "L":
            end += 1
            # Spaces and figures belong to the stretch when more of it follows.
            last = end if kinds[end - 1] in _RIGHT_TO_LEFT else last
        out.append(_reversed(text[position:last], kinds[position:last]))
        position = last
    return "".join(out)


def _reversed(text: str, kinds: Sequence[str]) -> str:
    """Turn a stretch round, its figures excepted."""
    parts = [
        "".join(text[index] for index in run)
        for _, run in groupby(range(len(text)), key=lambda index: index if kinds[index] not in _FIGURES else -1)
    ]
    return "".join(reversed(parts))
