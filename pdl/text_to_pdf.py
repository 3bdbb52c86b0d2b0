"""Plain text into PDF: the sandbox task `text-to-pdf`.

Lines and pages are those that are counted (`pdl.text`). Latin text is set in Courier, which every reader and
printer has; other characters in the first font of this machine that has them, of which only the outlines used
are embedded. Arguments: `media` (hundredths of millimetres or null for SHEET), `pages` (the most that may be written).
"""

import codecs
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pdl.errors import LimitReached
from pdl.pdf_write import Emit, PdfWriter
from pdl.placement import Size, sheet_points
from pdl.source import Source
from pdl.text import COLUMNS, LINES, SHEET, paginate
from pdl.text_direction import visual
from pdl.truetype import TrueTypeFont

MARGIN_POINTS = 36.0
COURIER_ADVANCE = 0.6  # of its size
LINE_HEIGHT = 1.1  # of its size, at least

# Fonts of one width for all characters, by where systems put them; the first that is there is used.
FONTS = tuple(
    Path("/usr/share/fonts") / name
    for name in (
        "truetype/dejavu/DejaVuSansMono.ttf",
        "dejavu-sans-mono-fonts/DejaVuSansMono.ttf",
        "TTF/DejaVuSansMono.ttf",
        "dejavu/DejaVuSansMono.ttf",
        "truetype/noto/NotoSansMono-Regular.ttf",
        "truetype/liberation/LiberationMono-Regular.ttf",
        "truetype/freefont/FreeMono.ttf",
    )
)
# Where that one has no glyph, these are asked in turn: they know more alphabets, and each character its own width.
MORE_FONTS = tuple(
    Path("/usr/share/fonts") / name
    for name in (
        "truetype/dejavu/DejaVuSans.ttf",
        "dejavu-sans-fonts/DejaVuSans.ttf",
        "truetype/droid/DroidSansFallbackFull.ttf",
        "google-droid/DroidSansFallbackFull.ttf",
        "truetype/arphic-gbsn00lp/gbsn00lp.ttf",
        "truetype/fonts-japanese-gothic.ttf",
        "truetype/nanum/NanumGothic.ttf",
        "truetype/noto/NotoSansHebrew-Regular.ttf",
        "truetype/noto/NotoSansArabic-Regular.ttf",
        "truetype/noto/NotoSansDevanagari-Regular.ttf",
        "truetype/noto/NotoSansThai-Regular.ttf",
        "truetype/freefont/FreeSans.ttf",
        "truetype/unifont/unifont.ttf",
    )
)
MISSING = "\u25a1"  # an empty box stands for a character that no font has, or ? when there is no box

# In the sandbox no module can be loaded any more, and these two encodings are modules.
for _encoding in ("cp1252", "utf-16-be"):
    codecs.lookup(_encoding)

_ESCAPES = {0x28: b"\\(", 0x29: b"\\)", 0x5C: b"\\\\"}


def text_to_pdf(source: Source, arguments: Mapping[str, Any], emit: Emit) -> dict[str, Any]:
    """Write the text as PDF; LimitReached past `pages`. `replaced` in the answer counts characters without a font."""
    sheet = sheet_points(tuple(arguments["media"] or SHEET))
    writer = PdfWriter(emit)
    setter = _Setter(writer, sheet)
    for lines in paginate(source):
        if writer.pages >= arguments["pages"]:
            raise LimitReached(f"The document has more than {arguments['pages']} pages.")
        setter.page(lines)
    setter.finish()
    writer.close()
    return {"pages": writer.pages, "replaced": setter.replaced}


@cache
def installed_font() -> TrueTypeFont | None:
    """Read the first font of FONTS that can be read, or None where there is none."""
    for path in FONTS:
        try:
            return TrueTypeFont(path.read_bytes())
        except (OSError, ValueError):
            continue
    return None


@cache
def _another_font(path: Path) -> TrueTypeFont | None:
    try:
        return TrueTypeFont(path.read_bytes())
    except (OSError, ValueError):
        return None


def _font(index: int) -> TrueTypeFont | None:
    """Return the font of that number: 0 is the one of fixed width."""
    return _another_font(MORE_FONTS[index - 1]) if index else installed_font()


def _font_with(character: str) -> tuple[int, int]:
    """Number of the first font that has `character`, and its glyph there; (0, 0) where none has."""
    for index in range(len(MORE_FONTS) + 1):
        font = _font(index)
        if font and (glyph := font.glyphs.get(ord(character), 0)):
            return index, glyph
    return 0, 0


class _Setter:
    """Sets pages of lines, and remembers which outlines they need."""

    def __init__(self, writer: PdfWriter, sheet: Size) -> None:
        self._writer = writer
        self._sheet = sheet
        room = max(72.0, sheet[0] - 2 * MARGIN_POINTS), max(72.0, sheet[1] - 2 * MARGIN_POINTS)
        self._pitch = room[1] / LINES
        self._size = min(room[0] / (COLUMNS * COURIER_ADVANCE), self._pitch / LINE_HEIGHT)
        self._courier = writer.add("<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>")
        # By number of the font: the object it will be, and its glyphs with what they stand for.
        self._others: dict[int, int] = {0: writer.reserve()}
        self._used: dict[int, dict[int, str]] = {0: {}}
        self.replaced = 0

    def page(self, lines: Sequence[str]) -> None:
        """Add one page."""
        content = bytearray(b"BT\n")
        y = self._sheet[1] - MARGIN_POINTS - self._size
        for line in lines:
            for column, run, latin in _runs(visual(line, COLUMNS)):
                shown = [(column, "C", _latin(run))] if latin else self._glyphs(column, run)
                for place, font, string in shown:
                    x = MARGIN_POINTS + place * self._size * COURIER_ADVANCE
                    content += f"/{font} {self._size:.3f} Tf 1 0 0 1 {x:.3f} {y:.3f} Tm ".encode("ascii")
                    content += string + b" Tj\n"
            y -= self._pitch
        content += b"ET\n"
        others = " ".join(f"/O{index} {number} 0 R" for index, number in self._others.items())
        self._writer.add_page(self._sheet, bytes(content), f"/Font << /C {self._courier} 0 R {others} >>")

    def finish(self) -> None:
        """Write the fonts that the pages refer to."""
        for index, number in self._others.items():
            font = _font(index)
            if font is None or not self._used[index]:
                self._writer.add("<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>", number)
            else:
                embed(self._writer, font, self._used[index], number)

    def _glyphs(self, column: int, run: str) -> list[tuple[int, str, bytes]]:
        """Return what shows `run`: column, font, string; characters of one font of fixed width stay together."""
        font = installed_font()
        if font is None:
            # Without a font /O0 is Courier too.
            self.replaced += len(run)
            return [(column, "O0", b"(" + b"?" * len(run) + b")")]
        shown: list[tuple[int, str, bytes]] = []
        fixed = False
        for place, character in enumerate(run, column):
            index, glyph = _font_with(character)
            if not glyph:
                self.replaced += 1
                glyph = font.glyphs.get(ord(MISSING), 0) or font.glyphs.get(ord("?"), 0)
            if index not in self._others:
                self._others[index], self._used[index] = self._writer.reserve(), {}
            self._used[index].setdefault(glyph, character)
            string = f"{glyph:04x}".encode("ascii")
            if fixed and index == 0:
                shown[-1] = (shown[-1][0], "O0", shown[-1][2] + string)
            else:
                shown.append((place, f"O{index}", string))
            fixed = index == 0
        return [(place, name, b"<" + string + b">") for place, name, string in shown]


def _runs(line: str) -> list[tuple[int, str, bool]]:
    """Cut a line where the font changes: (column, characters, whether Courier has them)."""
    runs: list[tuple[int, str, bool]] = []
    column, joined = 0, False
    for character in unicodedata.normalize("NFC", line):
        # As in pdl.text: a mark stands over the character before it, an ideograph takes two columns.
        mark = bool(unicodedata.combining(character))
        wide = unicodedata.east_asian_width(character) in {"W", "F"}
        latin = _is_latin(character)
        if joined and not mark and runs[-1][2] == latin:
            runs[-1] = (runs[-1][0], runs[-1][1] + character, latin)
        else:
            runs.append((max(0, column - 1) if mark else column, character, latin))
        joined = not mark and not wide
        column += 0 if mark else 1 + wide
    return [run for run in runs if run[1].strip()]


def _is_latin(character: str) -> bool:
    if " " <= character <= "~":
        return True
    try:
        return len(character.encode("cp1252")) == 1 and character.isprintable()
    except UnicodeEncodeError:
        return False


def _latin(run: str) -> bytes:
    return b"(" + b"".join(_ESCAPES.get(byte) or bytes((byte,)) for byte in run.encode("cp1252")) + b")"


def embed(writer: PdfWriter, font: TrueTypeFont, used: Mapping[int, str], number: int) -> None:
    """Add `font` as object `number`, two bytes a glyph, with the outlines `used` (glyph: what it stands for)."""
    data = font.subset(used)
    scale = 1000 / font.units_per_em
    box = " ".join(str(round(edge * scale)) for edge in font.box)
    file = writer.add_stream(f"/Length1 {len(data)}", data, deflate=True)
    name = "PRNTGT+MonospacedText"
    descriptor = writer.add(
        f"<< /Type /FontDescriptor /FontName /{name} /Flags 5 /FontBBox [{box}] /ItalicAngle 0 /StemV 80"
        f" /Ascent {round(font.box[3] * scale)} /Descent {round(font.box[1] * scale)} /CapHeight 700"
        f" /FontFile2 {file} 0 R >>"
    )
    widths = " ".join(f"{glyph} [{round(font.advance(glyph) * scale)}]" for glyph in sorted(used))
    descendant = writer.add(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDToGIDMap /Identity"
        f" /FontDescriptor {descriptor} 0 R"
        f" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 600 /W [{widths}] >>"
    )
    meaning = writer.add_stream("", _to_unicode(used), deflate=True)
    writer.add(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H"
        f" /DescendantFonts [{descendant} 0 R] /ToUnicode {meaning} 0 R >>",
        number,
    )


def _to_unicode(used: Mapping[int, str]) -> bytes:
    """Say which character each glyph is, so that the text can be searched (ISO 32000 9.10.3)."""
    rows = [f"<{glyph:04x}> <{character.encode('utf-16-be').hex()}>" for glyph, character in sorted(used.items())]
    # A block may have a hundred rows.
    blocks = [rows[start : start + 100] for start in range(0, len(rows), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")
