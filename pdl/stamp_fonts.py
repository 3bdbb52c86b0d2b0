"""The fonts that stamps and banner pages are set in: this machine's, loaded before the sandbox closes.

A character is set in the first font that has it; where no font is installed at all, in Courier, which every
reader of PDF has.
"""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, Protocol

from pdl.pdf_write import PdfWriter
from pdl.text_to_pdf import embed
from pdl.truetype import TrueTypeFont

Style = Literal["sans", "serif"]

_FOLDERS = tuple(Path("/usr/share/fonts") / name for name in ("truetype/dejavu", "dejavu", "TTF", "truetype/noto"))
_FILES: dict[Style, tuple[str, ...]] = {
    "sans": ("DejaVuSans.ttf", "NotoSans-Regular.ttf"),
    "serif": ("DejaVuSerif.ttf", "NotoSerif-Regular.ttf"),
}
MISSING = "\u25a1?"  # an empty box stands for a character that no font has, or ? when there is no box


class Face(Protocol):
    """One font: glyphs by character, widths in ems."""

    def glyph(self, character: str) -> int:
        """Its glyph for the character, 0 for none."""
        ...

    def advance(self, glyph: int) -> float:
        """How far the pen moves, in ems."""
        ...

    def shown(self, glyphs: Sequence[int]) -> bytes:
        """Write glyphs as the string that a content stream shows."""
        ...

    def write(self, writer: PdfWriter, used: Mapping[int, str], number: int) -> None:
        """Add the font as object `number` with the glyphs that were `used`."""
        ...


class InstalledFace:
    """A TrueType font of this machine, of which the outlines used are embedded."""

    def __init__(self, font: TrueTypeFont) -> None:
        self._font = font
        self._glyphs = font.glyphs

    def glyph(self, character: str) -> int:
        """Its glyph for the character, 0 for none."""
        return self._glyphs.get(ord(character), 0)

    def advance(self, glyph: int) -> float:
        """How far the pen moves, in ems."""
        return self._font.advance(glyph) / self._font.units_per_em

    def shown(self, glyphs: Sequence[int]) -> bytes:
        """Write glyphs as the string that a content stream shows: two bytes each."""
        return b"<%s>" % b"".join(b"%04x" % glyph for glyph in glyphs)

    def write(self, writer: PdfWriter, used: Mapping[int, str], number: int) -> None:
        """Add the font as object `number` with the glyphs that were `used`."""
        embed(writer, self._font, used, number)


class Courier:
    """The font that needs no file: Latin letters, all of one width."""

    def glyph(self, character: str) -> int:
        """Its code of the character in WinAnsiEncoding, 0 for none."""
        code = character.encode("cp1252", "ignore")
        return code[0] if code and code[0] >= 0x20 else 0

    def advance(self, _glyph: int) -> float:
        """How far the pen moves, in ems."""
        return 0.6

    def shown(self, glyphs: Sequence[int]) -> bytes:
        """Write codes as the string that a content stream shows: one byte each."""
        return b"<%s>" % bytes(glyphs).hex().encode("ascii")

    def write(self, writer: PdfWriter, _used: Mapping[int, str], number: int) -> None:
        """Add the font as object `number`."""
        writer.add("<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>", number)


def _installed(style: Style) -> Iterator[Face]:
    """Read the fonts of the style that are there; one that cannot be read is as good as none."""
    for name in _FILES[style]:
        for folder in _FOLDERS:
            try:
                yield InstalledFace(TrueTypeFont((folder / name).read_bytes()))
            except (OSError, ValueError):
                continue
            break


def _faces() -> dict[Style, tuple[Face, ...]]:
    found = {style: tuple(_installed(style)) for style in _FILES}
    return {
        "sans": (*found["sans"], *found["serif"]) or (Courier(),),
        "serif": (*found["serif"], *found["sans"]) or (Courier(),),
    }


# In the sandbox neither files nor encodings can be opened any more.
codecs.lookup("cp1252")
FACES: Final = _faces()


def face_for(character: str, faces: Sequence[Face]) -> tuple[Face, int]:
    """Choose the first of `faces` that has the character, or a sign for what is missing, and its glyph there."""
    for wanted in (character, *MISSING):
        for face in faces:
            if glyph := face.glyph(wanted):
                return face, glyph
    return faces[0], 0
