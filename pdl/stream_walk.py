"""The way through a printer's job stream: UEL, lines of PJL, languages, and what lies between.

Whoever walks moves past the languages: their own parsers know where they end, and nothing is searched for in them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from pdl.format_names import PJL_LANGUAGES
from pdl.formats import HEAD_BYTES, UNKNOWN, sniff_language
from pdl.mime import HPGL, JPEG, PCL, PCLM, PCLXL, PDF, POSTSCRIPT, PWG_RASTER, URF
from pdl.pjl import UEL, Pjl
from pdl.source import Source
from pdl.stream_ends import pdf_end, postscript_end, rest_end
from pdl.window import Window

Kind = Literal["uel", "line", "prescribe", "language"]
LANGUAGE: Kind = "language"
# Between languages: what drivers leave there, and the end-of-file marks of PostScript and DOS.
_IDLE = b"\0\r\n\t \x04\x1a"

# Languages whose first bytes leave no doubt, whatever PJL calls them; of those that PJL names, these are told apart
# by more than that.
_UNMISTAKABLE = {
    PCLXL, PDF, PCLM, POSTSCRIPT, PWG_RASTER, URF, JPEG, "image/png",
}  # fmt: skip
_LISTENING = {"", "AUTO", "AUTOMATIC", "DEFAULT"}
_ENDS: dict[str, Callable[[Source, int], int]] = {PDF: pdf_end, PCLM: pdf_end, POSTSCRIPT: postscript_end}


@dataclass(frozen=True, slots=True)
class Event:
    """What lies from `start` on: a UEL, a line of PJL or a block of PRESCRIBE (`text`), or a language not yet read.

    `begin` is where the one before it ended: to text, the blank lines in between may matter.
    """

    kind: Kind
    begin: int
    start: int
    text: bytes = b""


def walk(window: Window, pjl: Pjl) -> Iterator[Event]:
    """Yield what lies in the stream, `pjl` following its settings; after a language the caller must have moved on.

    DocumentRejected where PJL has no end. What means nothing lies between the events.
    """
    had_language = False
    begin = window.offset
    while _idle(window):
        start = window.offset
        if window.peek(len(UEL)) == UEL:
            window.position += len(UEL)
            pjl.leave(had_language=had_language)
            had_language = False
            yield Event("uel", begin, start)
        elif (text := pjl.read(window)) is not None:
            yield Event("line", begin, start, text)
        elif (text := pjl.prescribe(window)) is not None:
            yield Event("prescribe", begin, start, text)
        else:
            had_language = True
            yield Event("language", begin, start)
            if window.offset <= start:
                raise AssertionError("a language was not moved past")
        begin = window.offset


def heard(window: Window, named: str) -> str:
    """The language that begins at the window's position and that PJL has `named` ("": none): MIME type, or UNKNOWN.

    What PJL names is a hint: a header that cannot be mistaken wins over it.
    """
    head = window.peek(HEAD_BYTES)
    found = sniff_language(head)
    if found in _UNMISTAKABLE or named in _LISTENING:
        return found
    meant = PJL_LANGUAGES.get(named)
    # PCL XL is left for PCL by drivers that end their job with ESC E, and it never begins without its header.
    if meant is None or (meant == PCLXL and found == PCL and head.startswith(b"\x1b")):
        return found if found in {PCL, HPGL} else UNKNOWN
    return meant


def end_of(mime: str, source: Source, start: int) -> int:
    """Find where a language ends that is not read here."""
    return max(start + 1, _ENDS.get(mime, rest_end)(source, start))


def _idle(window: Window) -> bool:
    """Move past what means nothing between languages; False at the end."""
    while head := window.peek(4096):
        meant = head.lstrip(_IDLE)
        window.position += len(head) - len(meant)
        if meant:
            return True
    return False
