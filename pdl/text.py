"""Text as pages: the rule by which it is counted here, and laid out where it is printed.

66 lines of 80 columns make a page. A longer line goes on in the next one; a tab leads to the next multiple of
8; a backspace goes back one column. A form feed ends the page, a last one adds none.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from pdl.errors import DocumentRejected, LimitReached
from pdl.formats import HEAD_BYTES, is_utf8, leading_nulls
from pdl.media import media_for
from pdl.report import Confidence, MediaRun, Report
from pdl.source import Source

LINES = 66
COLUMNS = 80
TAB = 8
CHUNK = 256 * 1024
# The sheet the text renderer lays pages on unless told otherwise: A4.
SHEET = (21000, 29700)

# Looked up here: a child of the sandbox loads nothing any more.
_UTF_8 = codecs.getincrementaldecoder("utf-8-sig")
_LATIN_1 = codecs.getincrementaldecoder("latin-1")
# One control at most per match: what is between them is a piece of one line.
_PIECES = re.compile(r"([\n\f])")
_NOT_TEXT = re.compile(r"[\x00-\x07\x0b\x0e-\x1f\x7f]")
_PLAIN = re.compile(r"[ -~\xa0-\xff]*")


def count(source: Source, arguments: Mapping[str, Any], _emit: object) -> dict[str, Any]:
    """Count the pages of a text: the task `count-text`. DocumentRejected when it is none after all."""
    pages = 0
    for _ in paginate(source):
        pages += 1
        if pages > arguments["pages"]:
            raise LimitReached(f"The document has more than {arguments['pages']} pages.")
    return Report(
        format=arguments["format"],
        verdict="ok",
        pages=pages,
        impressions=pages,
        sheets=pages,
        copies=1,
        sides="one-sided",
        media=(MediaRun(pages, media_for(*SHEET)),),
        confidence=Confidence("exact", "exact"),
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
        self._any = False

    def add(self, piece: str) -> Iterator[list[str]]:
        """Take a line feed, a form feed, or text without them; yield the pages that this completes."""
        if piece == "\n":
            yield from self._end_line()
        elif piece == "\f":
            if self._line:
                yield from self._end_line()
            yield self._end_page()
        elif _PLAIN.fullmatch(piece):
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
            del self._line[-1:]
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

    def _end_page(self) -> list[str]:
        page, self._page = self._page, []
        self._any = True
        return page


def _decoded(source: Source) -> Iterator[str]:
    """The text in pieces: UTF-8 when its beginning is, else Latin-1; line ends as LF."""
    head = source.pread(0, HEAD_BYTES)
    start = leading_nulls(head)
    decoder = (_UTF_8 if is_utf8(head[start:]) else _LATIN_1)("replace")
    held = ""
    for offset in range(start, source.size, CHUNK):
        text = held + decoder.decode(source.pread(offset, CHUNK), final=offset + CHUNK >= source.size)
        if found := _NOT_TEXT.search(text):
            raise DocumentRejected(
                f"The document begins as text but is none: it has a control character of code {ord(found[0])}."
            )
        # CR LF may lie across two pieces: the CR waits for what follows.
        held = "\r" if text.endswith("\r") else ""
        yield text[: len(text) - len(held)].replace("\r\n", "\n").replace("\r", "\n")
    if held:
        yield "\n"
