"""Text as pages: the rule by which it is counted here, and laid out where it is printed.

66 lines of 80 columns make a page. A longer line goes on in the next one; a tab leads to the next multiple of
8; a backspace goes back one column, to print over what is there. A form feed ends the page, a last one adds none.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from pdl.errors import DocumentRejected
from pdl.formats import HEAD_BYTES, leading_nulls
from pdl.media import A4, media_for
from pdl.report import WHOLE_PAGE, Basis, Confidence, Coverage
from pdl.source import Source
from pdl.tally import PageFacts, Tally
from pdl.text_encoding import encoding_of

LINES = 66
COLUMNS = 80
TAB = 8
CHUNK = 256 * 1024
# The sheet the text renderer lays pages on unless told otherwise: A4.
SHEET = A4

# What one character inks of the sheet, in hundredths of a percent: the mean of letters in Courier at this size.
INK_OF_CHARACTER = 0.19

# Looked up here: a child of the sandbox loads nothing any more.
_DECODERS = {
    name: codecs.getincrementaldecoder(name)
    for name in ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252", "cp850", "latin-1")
}
# One control at most per match: what is between them is a piece of one line.
_PIECES = re.compile(r"([\n\f])")
_NOT_TEXT = re.compile(r"[\x00-\x07\x0e-\x1f\x7f]")
# How DOS, and programs that print PostScript, end a text.
_TAIL = "\x1a\x04\0"
_LINE_ENDS = re.compile(r"\r\n|[\r\x0b]")
_PLAIN = re.compile(r"[ -~\xa0-\xff]*")


def count(source: Source, arguments: Mapping[str, Any], _emit: object) -> dict[str, Any]:
    """Count the pages of a text: the task `count-text`. DocumentRejected when it is none after all."""
    tally, sheet, inked = Tally(arguments["pages"]), media_for(*SHEET), 0
    for lines in paginate(source):
        tally.add(PageFacts(sheet))
        inked += sum(len(line) - line.count(" ") for line in lines)
    ink = min(WHOLE_PAGE, round(inked * INK_OF_CHARACTER / tally.pages))
    rule = f"{LINES} lines of {COLUMNS} columns a page, form feeds"
    return tally.report(
        arguments["format"],
        confidence=Confidence("exact", "exact", "exact", "exact", "estimated", "estimated"),
        basis=Basis(
            pages=rule,
            color="text is black",
            copies="a text cannot ask for it",
            sides="a text cannot ask for it",
            media="A4 unless another sheet is asked for",
            coverage="characters, and the ink of one",
        ),
        coverage=Coverage(0, 0, 0, ink),
    ).to_json()


def paginate(source: Source, *, lines: int = LINES, columns: int = COLUMNS) -> Iterator[list[str]]:
    """Yield the pages of a text as lists of at most `lines` lines of at most `columns` columns.

    At least one page; DocumentRejected where the text has bytes that are no text.
    """
    layout = _Layout(lines, columns)
    for text in _decoded(source):
        for piece in _PIECES.split(text):
            yield from layout.add(piece)
    yield from layout.end()


class _Layout:
    """The page and the line being filled."""

    def __init__(self, lines: int, columns: int) -> None:
        self._lines = lines
        self._columns = columns
        self._page: list[str] = []
        self._line: list[str] = []  # one entry a column; a wide character is followed by an empty one
        self._back = 0  # columns from the end of the line to where backspaces led
        self._any = False

    def add(self, piece: str) -> Iterator[list[str]]:
        """Take a line feed, a form feed, or text without them; yield the pages that this completes."""
        if piece == "\n":
            yield from self._end_line()
        elif piece == "\f":
            if self._line:
                yield from self._end_line()
            yield self._end_page()
        elif not self._back and _PLAIN.fullmatch(piece):
            yield from self._plain(piece)
        else:
            for character in piece:
                yield from self._put(character)

    def end(self) -> Iterator[list[str]]:
        """Finish the text: yield its last page, if one is begun or there is none yet."""
        if self._line:
            yield from self._end_line()
        if self._page or not self._any:
            yield self._end_page()

    def _plain(self, piece: str) -> Iterator[list[str]]:
        position = 0
        while position < len(piece):
            if len(self._line) >= self._columns:
                yield from self._end_line()
            room = self._columns - len(self._line)
            self._line += piece[position : position + room]
            position += room

    def _put(self, character: str) -> Iterator[list[str]]:
        if character == "\b":
            self._back = min(self._back + 1, len(self._line))
            return
        if self._back:
            # Over a character goes itself, to make it bold, or a line below it: the character is what is read.
            if character not in "_ " or self._line[-self._back] in {"_", " "}:
                self._line[-self._back] = character if character.isprintable() else " "
            self._back -= 1
            return
        if character == "\t":
            # A tab at the edge does not begin a new line: it has nothing to show there.
            self._line += " " * min(TAB - len(self._line) % TAB, self._columns - len(self._line))
            return
        if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Cc"}:
            if self._line and unicodedata.combining(character) and len(self._line[-1]) < TAB:
                self._line[-1] += character
            return
        wide = unicodedata.east_asian_width(character) in {"W", "F"}
        if len(self._line) + 1 + wide > self._columns:
            yield from self._end_line()
        self._line += [character, ""] if wide else [character]

    def _end_line(self) -> Iterator[list[str]]:
        # A page ends when a line has no room left on it, not when its last line does.
        if len(self._page) == self._lines:
            yield self._end_page()
        self._page.append("".join(self._line))
        self._line = []
        self._back = 0

    def _end_page(self) -> list[str]:
        page, self._page = self._page, []
        self._any = True
        return page


def _decoded(source: Source) -> Iterator[str]:
    """The text in pieces, in the encoding that its beginning shows; line ends as LF."""
    head = source.pread(0, HEAD_BYTES)
    encoding = encoding_of(head) or "latin-1"
    start = 0 if encoding.startswith("utf-16") else leading_nulls(head)
    decoder = _DECODERS[encoding]("replace")
    held = tail = ""
    for offset in range(start, source.size, CHUNK):
        text = tail + decoder.decode(source.pread(offset, CHUNK), final=offset + CHUNK >= source.size)
        # What may end the document is looked at once there is more of it, or no more.
        kept = text.rstrip(_TAIL)
        text, tail = kept, text[len(kept) :]
        _check(text)
        text = held + text.removeprefix("\ufeff") if offset == start else held + text
        # CR LF may lie across two pieces: the CR waits for what follows.
        held = "\r" if text.endswith("\r") else ""
        yield _LINE_ENDS.sub("\n", text[: len(text) - len(held)])
    if held:
        yield "\n"


def _check(text: str) -> None:
    if found := _NOT_TEXT.search(text):
        raise DocumentRejected(
            f"The document begins as text but is none: it has a control character of code {ord(found[0])}."
        )
